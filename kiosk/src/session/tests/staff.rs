//! The staff menu.

use shared::wire::StorageTrouble;

use super::*;

const HASH: &str = "$argon2id$…";

impl World {
    fn with_pin() -> Self {
        let mut world = Self::new();
        world.input(Input::Config(KioskConfig { staff_pin: Some(HASH.into()), ..furnished() }));
        world.input(Input::About(About { name: "demo · k1".into(), version: "1".into(), enrolled: true }));
        world
    }

    /// A tap that takes no time.
    fn tap(&mut self, intent: Intent) {
        self.input(Input::Intent(intent));
    }

    fn type_pin(&mut self, pin: &str) {
        pin.chars().for_each(|key| self.tap(Intent::Key(key)));
        self.tap(Intent::Done);
    }

    /// A PIN, and what the desk says of it.
    fn answer(&mut self, right: bool) {
        self.type_pin("1234");
        let Some(Effect::CheckPin { pin, hash }) = self.asked.pop() else { panic!("nothing to check") };
        assert_eq!((pin.reveal(), hash.as_str()), ("1234", HASH));
        self.input(Input::Pin(right));
    }

    fn pin(&self) -> PinView {
        match self.screen().staff {
            StaffView::Pin(pin) => pin,
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn the_menu_opens_with_the_pin_and_says_how_the_kiosk_is() {
    let mut world = World::with_pin();
    world.input(Input::Waiting(3));
    let at = Some(world.now.wall - TimeDelta::seconds(3600));
    world.input(Input::Qr(QrOffer { url: "https://showroom.example/k".into(), ttl_ms: 120_000, at }));
    world.tap(Intent::OpenStaff);
    assert_eq!(world.screen().page, Page::Staff);
    world.answer(true);
    let StaffView::Menu(care) = world.screen().staff else { panic!() };
    assert_eq!((care.waiting, care.link, care.skew_s, care.about.name.as_str()), (3, true, Some(3600), "demo · k1"));
    world.tap(Intent::Restart);
    assert_eq!(world.asked, [Effect::Restart]);
    world.tap(Intent::Back);
    assert_eq!((world.screen().page, world.screen().staff), (Page::Welcome, StaffView::Shut));
}

#[test]
fn the_clocks_are_compared_by_receipts_where_there_is_no_code_and_never_by_a_late_one() {
    let mut world = World::with_pin();
    let skew = |world: &mut World| {
        world.tap(Intent::OpenStaff);
        world.answer(true);
        let StaffView::Menu(care) = world.screen().staff else { panic!() };
        world.tap(Intent::Back);
        world.wait(SECOND);
        care.skew_s
    };
    let (_, event) = world.checked_in();
    // It lay at the broker while the kiosk was away.
    world.wait(SECOND * 5);
    let receipt = |world: &World, ahead: i64| Receipt {
        at: Some(world.now.wall - TimeDelta::seconds(ahead)),
        ..Receipt::kept(event)
    };
    world.input(Input::Receipt(receipt(&world, 5)));
    assert_eq!(skew(&mut world), None);
    world.tap(Intent::Wipe);
    let (_, event) = world.checked_in();
    let receipt = Receipt { at: Some(world.now.wall - TimeDelta::seconds(60)), ..Receipt::kept(event) };
    world.input(Input::Receipt(receipt));
    assert_eq!(skew(&mut world), Some(60));
}

#[test]
fn a_disk_that_takes_nothing_stands_in_the_menu() {
    let mut world = World::with_pin();
    world.input(Input::Storage(Some(StorageTrouble::Broken)));
    world.tap(Intent::OpenStaff);
    world.answer(true);
    let StaffView::Menu(care) = world.screen().staff else { panic!() };
    assert_eq!(care.storage, Some(StorageTrouble::Broken));
}

#[test]
fn an_account_is_given_up_by_the_second_tap_alone() {
    let mut world = World::with_pin();
    world.tap(Intent::OpenStaff);
    world.tap(Intent::EnrolAnew);
    world.answer(true);
    world.tap(Intent::EnrolAnew);
    world.tap(Intent::EnrolAnew);
    assert!(world.asked.is_empty(), "a double tap is one tap");
    world.wait(Duration::from_millis(350));
    world.tap(Intent::EnrolAnew);
    assert_eq!(world.asked, [Effect::EnrolAnew]);
}

#[test]
fn wrong_pins_cost_more_time_with_each() {
    let mut world = World::with_pin();
    world.tap(Intent::OpenStaff);
    for _ in 0..2 {
        world.answer(false);
        assert_eq!((world.pin().wrong, world.pin().wait_s), (true, 0));
    }
    for (wait, tries) in [(30, 3), (60, 4), (120, 5)] {
        world.answer(false);
        assert_eq!(world.pin().wait_s, wait, "after {tries}");
        world.type_pin("1234");
        assert!(world.asked.is_empty() && world.pin().typed == 0, "nothing is taken meanwhile");
        // Closing and opening again forgives nothing.
        world.tap(Intent::Back);
        world.tap(Intent::OpenStaff);
        assert_eq!(world.pin().wait_s, wait);
        for _ in 0..wait {
            world.tap(Intent::Touch);
            world.wait(SECOND);
        }
        assert_eq!(world.pin().wait_s, 0);
    }
    world.answer(true);
    world.tap(Intent::Back);
    world.tap(Intent::OpenStaff);
    world.answer(false);
    assert_eq!(world.pin().wait_s, 0, "the right one begins anew");
}

#[test]
fn without_a_pin_there_is_no_menu() {
    let mut world = World::furnished();
    world.tap(Intent::OpenStaff);
    assert_eq!(world.screen().staff, StaffView::NoPin);
    world.type_pin("0000");
    world.input(Input::Pin(true));
    assert!(world.asked.is_empty());
    assert_eq!(world.screen().staff, StaffView::NoPin);
}

#[test]
fn the_menu_closes_by_itself_and_the_visit_beneath_goes_on() {
    let mut world = World::with_pin();
    world.arrive(Purpose::Browse);
    world.wait(SECOND * 25);
    world.tap(Intent::OpenStaff);
    world.wait(SECOND * 59);
    assert_eq!(world.screen().page, Page::Staff);
    let visit = world.screen().visit.unwrap().visit;
    world.status(visit, Stage::Coming);
    world.wait(SECOND);
    let screen = world.screen();
    assert_eq!((screen.page, screen.visit.unwrap().visit), (Page::Visit, visit));
    assert_eq!(world.screen().countdown, None, "the visitor gets the whole time again");
    world.wait(SECOND * 31);
    assert!(world.screen().countdown.is_some());
}

#[test]
fn the_menu_sets_deadlines_and_none_once_it_is_shut() {
    let mut world = World::with_pin();
    assert_eq!(world.session.deadline(world.now), None);
    world.tap(Intent::OpenStaff);
    assert_eq!(world.session.deadline(world.now), Some(world.now.boot + SECOND * 60));
    for _ in 0..3 {
        world.answer(false);
    }
    assert_eq!(world.session.deadline(world.now), Some(world.now.boot + SECOND));
    world.tap(Intent::Back);
    world.tap(Intent::Wipe);
    assert_eq!(world.session.deadline(world.now), None);
}
