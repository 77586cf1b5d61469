//! Closed, under maintenance, and not let in yet.

use chrono::Weekday;
use shared::opening::{OpenSpan, Opening};
use shared::wire::ScreenTimes;

use super::*;

/// Open on the weekday of the tests' clock (Wednesday 2026-11-18, 11:06:40 UTC) between these times.
fn open(from: &str, to: &str) -> KioskConfig {
    let span = OpenSpan { days: vec![Weekday::Wed], from: from.parse().unwrap(), to: to.parse().unwrap() };
    KioskConfig { opening: Some(Opening { offset_min: 0, week: vec![span] }), ..furnished() }
}

impl World {
    fn told(config: KioskConfig) -> Self {
        let mut world = Self::new();
        assert_eq!(world.now.wall.to_rfc3339(), "2026-11-18T11:06:40+00:00");
        world.input(Input::Config(config));
        world
    }

    /// Waits as the desk does: from deadline to deadline.
    fn wait_for(&mut self, time: Duration) {
        let end = self.now.boot + time;
        while let Some(at) = self.session.deadline(self.now).filter(|at| *at < end) {
            self.wait(at.saturating_sub(self.now.boot));
        }
        self.wait(end.saturating_sub(self.now.boot));
    }
}

#[test]
fn the_welcome_page_closes_and_opens_by_the_clock_alone() {
    let mut world = World::told(open("09:00", "11:10"));
    assert_eq!(world.screen().page, Page::Welcome);
    world.wait_for(SECOND * 199);
    assert_eq!(world.screen().page, Page::Welcome);
    world.wait_for(SECOND * 2);
    let screen = world.screen();
    assert_eq!(screen.page, Page::Closed);
    let closed = screen.closed.unwrap();
    assert_eq!(closed.today, [("09:00".parse().unwrap(), "11:10".parse().unwrap())]);
    let next = closed.next.unwrap();
    assert_eq!((next.in_days, next.day, next.at.to_string()), (7, Weekday::Wed, "09:00".to_owned()));
    world.input(Input::Config(furnished()));
    assert_eq!(world.screen().page, Page::Welcome);
}

#[test]
fn whoever_stands_inside_a_closed_showroom_can_still_ring() {
    let store_url = Some("https://showroom.example/s".to_owned());
    let mut world = World::told(KioskConfig { store_url: store_url.clone(), ..open("12:00", "18:00") });
    world.input(Input::Qr(QrOffer { url: "https://showroom.example/k".into(), ttl_ms: 120_000, at: None }));
    assert_eq!(world.screen().page, Page::Closed);
    assert_eq!(world.screen().qr, store_url, "whoever stands outside at night rings nobody");
    world.intend(Intent::Start(Language::En));
    let [NewEvent { event: DeviceEvent::CheckedIn(rung), .. }] = &world.kept[..] else { panic!("{:?}", world.kept) };
    assert_eq!((rung.purpose, rung.language), (Purpose::Help, Language::En), "the first tap rings");
    assert_eq!(world.screen().page, Page::Visit);
    world.wait_for(SECOND * 60);
    assert_eq!(world.screen().page, Page::Closed, "and it is closed again after the wipe");
}

#[test]
fn a_wall_clock_that_is_set_is_noticed_within_minutes() {
    let mut world = World::told(open("09:00", "18:00"));
    world.now.wall += TimeDelta::hours(8);
    let at = world.session.deadline(world.now).unwrap();
    assert!(at <= world.now.boot + SECOND * 300);
    assert_eq!(world.screen().page, Page::Closed);
}

#[test]
fn under_maintenance_no_tap_checks_anybody_in_and_a_visit_on_the_screen_goes_on() {
    let mut world = World::furnished();
    world.arrive(Purpose::Browse);
    let kept = world.kept.len();
    world.input(Input::Config(KioskConfig { maintenance: true, ..furnished() }));
    assert_eq!(world.screen().page, Page::Visit);
    world.wait(SECOND);
    world.intend(Intent::Met);
    assert_eq!(world.kept.len(), kept + 1);
    world.wait_for(SECOND * 10);
    assert_eq!(world.screen().page, Page::Maintenance);
    for intent in [Intent::Start(Language::Zh), Intent::SendSomeone, Intent::CheckIn(Purpose::Browse, Box::default())] {
        world.intend(intent);
        assert_eq!((world.screen().page, world.kept.len()), (Page::Maintenance, kept + 1));
    }
    world.input(Input::Config(furnished()));
    assert_eq!(world.screen().page, Page::Welcome);
}

#[test]
fn a_kiosk_that_nobody_let_in_shows_its_code_and_takes_no_check_in() {
    let mut world = World::new();
    let code = Enrolment::Code { code: "482913".into(), gateway: "https://box".into() };
    for how in [Enrolment::Asking, Enrolment::Trouble(Trouble::NoAnswer), code] {
        world.input(Input::Enrolment(Some(how.clone())));
        let screen = world.screen();
        assert_eq!((screen.page, screen.enrolment), (Page::Enrolment, Some(how)));
        world.intend(Intent::SendSomeone);
        assert!(world.kept.is_empty());
    }
    world.input(Input::Enrolment(None));
    assert_eq!(world.screen().page, Page::Welcome);
}

#[test]
fn the_showrooms_times_are_in_force_at_once_but_not_for_a_headless_kiosk() {
    let times = |idle_s| KioskConfig { times: Some(ScreenTimes { idle_s, countdown_s: 5 }), ..furnished() };
    let mut world = World::told(times(20));
    world.intend(Intent::Start(Language::Zh));
    world.wait_for(SECOND * 20);
    assert_eq!(world.screen().countdown, Some(5));
    world.input(Input::Config(times(60)));
    assert_eq!(world.screen().countdown, None);
    world.input(Input::Config(furnished()));
    world.wait_for(SECOND * 11);
    assert_eq!(world.screen().countdown, Some(9), "without any, the kiosk's own are back");
    let steady = Rules { idle: SECOND * 9000, steady: true, ..Rules::default() };
    let session = Session::new(steady, times(20), world.now);
    assert_eq!(session.rules.idle, SECOND * 9000);
}
