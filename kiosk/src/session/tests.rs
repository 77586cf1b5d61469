use chrono::{DateTime, TimeDelta};
use shared::catalogue::Model;
use shared::consent::{ConsentPurpose, Wording};
use shared::wire::{Code, ConsultantCard, Detailed, DeviceEvent, Refused};

use super::*;

mod aside;
mod mashing;
mod modes;
mod rest;
mod staff;

const SECOND: Duration = Duration::from_secs(1);

/// A session with a clock in hand.
struct World {
    session: Session,
    now: Reading,
    turn: u64,
    kept: Vec<NewEvent>,
    told: Vec<Told>,
    /// What else was asked of the desk.
    asked: Vec<Effect>,
    /// Taps that made a sound.
    clicks: usize,
}

fn wang() -> ConsultantCard {
    ConsultantCard { id: None, name: "王芳".into(), name_en: None, photo: None }
}

/// A showroom that offers everything.
fn furnished() -> KioskConfig {
    let model = |number: u32| Model {
        id: format!("m{number}").parse().unwrap(),
        zh: format!("{number} 号车"),
        en: format!("Model {number}"),
        picture: None,
        place: None,
        fits: Vec::new(),
    };
    let card = |id: &str, name: &str| ConsultantCard {
        id: Some(id.parse().unwrap()),
        name: name.into(),
        name_en: None,
        photo: None,
    };
    let wording = |purpose| Wording { purpose, version: "v3".into(), zh: "同意".into(), en: "Yes".into() };
    KioskConfig {
        models: (0..8).map(model).collect(),
        consultants: vec![card("wang", "王芳"), card("chen", "陈浩")],
        wordings: vec![wording(ConsentPurpose::Contact), wording(ConsentPurpose::Marketing)],
        ..crate::offer::built_in()
    }
}

impl World {
    fn furnished() -> Self {
        let mut world = Self::new();
        world.input(Input::Config(furnished()));
        world
    }

    /// Taps this purpose, and everything reaches disk and gateway.
    fn arrive(&mut self, purpose: Purpose) {
        self.intend(Intent::Start(Language::Zh));
        self.intend(Intent::CheckIn(purpose, Box::default()));
        self.keep_all();
        let event = self.kept.last().unwrap().id;
        self.receipt(event);
    }

    fn keep_all(&mut self) {
        let events: Vec<EventId> = self.kept.iter().map(|event| event.id).collect();
        for event in events {
            self.input(Input::Kept(event));
        }
    }

    /// What the last event said about the visit.
    fn detail(&self) -> &Detailed {
        match &self.kept.last().unwrap().event {
            DeviceEvent::Detailed { detail, .. } => detail,
            other => panic!("{other:?}"),
        }
    }

    fn noted(&self) -> NotedView {
        self.screen().visit.unwrap().noted
    }

    fn new() -> Self {
        let now = Reading { wall: DateTime::from_timestamp(1_795_000_000, 0).unwrap(), boot: SECOND * 900 };
        let session = Session::new(Rules::default(), crate::offer::built_in(), now);
        let mut world =
            Self { session, now, turn: 0, kept: Vec::new(), told: Vec::new(), asked: Vec::new(), clicks: 0 };
        world.input(Input::Link(true));
        world
    }

    fn input(&mut self, input: Input) {
        self.turn += 1;
        let mut entropy = [0; 20];
        entropy[..8].copy_from_slice(&self.turn.to_be_bytes());
        entropy[12..].copy_from_slice(&self.turn.to_be_bytes());
        for effect in self.session.handle(input, self.now, Entropy(entropy)) {
            match effect {
                Effect::Keep(event) => self.kept.push(*event),
                Effect::Click => self.clicks += 1,
                Effect::Tell(told) => self.told.push(told),
                other => self.asked.push(other),
            }
        }
    }

    fn intend(&mut self, intent: Intent) {
        self.wait(SECOND);
        self.input(Input::Intent(intent));
    }

    fn wait(&mut self, time: Duration) {
        self.now.boot += time;
        self.now.wall += TimeDelta::from_std(time).unwrap();
        self.input(Input::Tick);
    }

    /// Taps a purpose; the event waits for the disk.
    fn check_in(&mut self) -> (VisitId, EventId) {
        self.intend(Intent::Start(Language::Zh));
        self.intend(Intent::CheckIn(Purpose::Browse, Box::default()));
        (self.visit(), self.kept.last().unwrap().id)
    }

    fn checked_in(&mut self) -> (VisitId, EventId) {
        let (visit, event) = self.check_in();
        self.input(Input::Kept(event));
        (visit, event)
    }

    fn receipt(&mut self, event: EventId) {
        self.input(Input::Receipt(Receipt::kept(event)));
    }

    fn status(&mut self, visit: VisitId, stage: Stage) {
        let consultant = (stage == Stage::Coming).then(wang);
        let (position, wait_s) = match stage {
            Stage::Queued => (Some(3), Some(61)),
            Stage::Coming => (None, Some(8)),
            _ => (None, None),
        };
        self.input(Input::Status(VisitStatus { visit, stage, consultant, position, wait_s }));
    }

    fn screen(&self) -> Screen {
        self.session.screen(self.now)
    }

    fn visit(&self) -> VisitId {
        self.screen().visit.unwrap().visit
    }

    #[track_caller]
    fn check_call(&self, expect: &Call) {
        assert_eq!(self.screen().visit.map(|visit| visit.call).as_ref(), Some(expect));
    }
}

#[test]
fn nothing_is_called_received_before_the_disk_says_so() {
    let mut world = World::new();
    let (visit, event) = world.check_in();
    world.check_call(&Call::Noting);
    assert!(world.told.is_empty());
    world.input(Input::Kept(event));
    world.check_call(&Call::Received);
    assert_eq!(world.told, [Told::Received { visit, event }]);
}

#[test]
fn a_disk_that_refuses_or_never_answers_sends_the_visitor_to_reception() {
    let mut world = World::new();
    let (visit, event) = world.check_in();
    world.input(Input::NotKept(event));
    world.check_call(&Call::Failed);
    assert_eq!(world.told, [Told::NotReceived { visit, event }]);
    // Nothing of it is taken back or left: it is nowhere.
    world.intend(Intent::Left);
    assert_eq!(world.kept.len(), 1);

    let mut world = World::new();
    let (_, event) = world.check_in();
    world.wait(SECOND * 2);
    world.check_call(&Call::Failed);
    // Late, but on the disk after all: the gateway will hear of it.
    world.input(Input::Kept(event));
    world.check_call(&Call::Received);
}

#[test]
fn what_failed_is_tried_again_as_the_same_visit_and_what_was_refused_as_another() {
    let mut world = World::new();
    let (visit, event) = world.check_in();
    world.intend(Intent::TryAgain);
    assert_eq!(world.kept.len(), 1, "nothing has failed yet");
    world.input(Input::NotKept(event));
    world.intend(Intent::TryAgain);
    world.check_call(&Call::Noting);
    let again = world.kept.last().unwrap().id;
    assert_eq!((world.kept.len(), world.visit()), (2, visit));
    world.input(Input::Kept(again));
    world.check_call(&Call::Received);
    // A disk that wrote the first one after all changes nothing.
    world.input(Input::Kept(event));
    world.check_call(&Call::Received);
    let refused = vec![Refused { id: Some(again), code: Code::VisitOver }];
    world.input(Input::Receipt(Receipt { refused, ..Receipt::default() }));
    world.check_call(&Call::Failed);
    // The bell on every page says the same.
    world.intend(Intent::SendSomeone);
    assert_ne!(world.visit(), visit);
    assert_eq!(world.kept.len(), 3);
}

#[test]
fn someone_can_be_sent_for_after_a_farewell() {
    let mut world = World::new();
    world.checked_in();
    world.intend(Intent::Left);
    assert_eq!(world.screen().farewell_to, Some(Purpose::Browse));
    world.intend(Intent::CheckIn(Purpose::Browse, Box::default()));
    assert_eq!(world.kept.len(), 2, "no purpose stands on this page");
    world.intend(Intent::SendSomeone);
    let DeviceEvent::CheckedIn(checked_in) = &world.kept[2].event else { panic!("{:?}", world.kept) };
    assert_eq!((checked_in.purpose, checked_in.touched_ms), (Purpose::Help, Some(1000)));
    assert_eq!((world.screen().page, world.screen().farewell_to), (Page::Visit, None));
}

#[test]
fn another_car_stands_on_the_untouched_welcome_page_every_few_minutes() {
    let mut world = World::new();
    let mut config = furnished();
    for (number, model) in config.models.iter_mut().enumerate().take(2) {
        model.picture = Some(shared::wire::Picture { sha256: format!("{number:064}"), url: String::new() });
    }
    world.input(Input::Config(config.clone()));
    let car = |world: &World| world.screen().showcase.unwrap().sha256;
    let first = car(&world);
    let at = world.session.deadline(world.now).unwrap();
    world.wait(at.checked_sub(world.now.boot + SECOND).unwrap());
    assert_eq!(car(&world), first);
    world.wait(SECOND);
    assert_ne!(car(&world), first);
    // Whoever stands there sees nothing move, and the next visitor another one.
    world.intend(Intent::Touch);
    world.wait(SECOND * 39);
    assert_ne!(car(&world), first);
    world.wait(SECOND);
    assert_eq!(car(&world), first);
    // A farewell has time to make it ready.
    let (visit, _) = world.checked_in();
    assert_eq!(car(&world), first);
    world.status(visit, Stage::Greeted);
    let next = car(&world);
    assert_ne!(next, first);
    world.wait(SECOND * 6);
    assert_eq!((world.screen().page, car(&world)), (Page::Welcome, next));
    // One alone stays, and wakes nobody.
    config.models[1].picture = None;
    world.input(Input::Config(config));
    assert_eq!(world.session.deadline(world.now), None);
}

#[test]
fn a_language_that_is_changed_after_the_tap_is_told() {
    let mut world = World::new();
    world.intend(Intent::Speak(Language::En));
    assert!(world.kept.is_empty(), "there is nobody to tell it of");
    let (visit, _) = world.checked_in();
    assert_eq!(world.screen().language, Language::Zh);
    world.intend(Intent::Speak(Language::En));
    let [.., NewEvent { event: DeviceEvent::Detailed { visit: of, language, detail }, .. }] = &world.kept[..] else {
        panic!("{:?}", world.kept)
    };
    assert_eq!((*of, *language, detail.is_empty()), (visit, Some(Language::En), true));
}

#[test]
fn staff_are_named_in_latin_letters_to_whoever_reads_english() {
    let mut world = World::new();
    let mut config = furnished();
    config.consultants[0].name_en = Some("Wang Fang".into());
    world.input(Input::Config(config));
    world.arrive(Purpose::Appointment);
    let words = |world: &World| world.screen().tiles.tiles.into_iter().map(|tile| tile.words).collect::<Vec<_>>();
    assert_eq!(words(&world), ["王芳", "陈浩"]);
    world.intend(Intent::Speak(Language::En));
    assert_eq!(words(&world), ["Wang Fang", "陈浩"]);
    world.intend(Intent::Pick("wang".into()));
    world.keep_all();
    assert_eq!(world.noted().consultant.as_deref(), Some("Wang Fang"));
}

#[test]
fn the_call_follows_the_gateway() {
    let mut world = World::new();
    let (visit, event) = world.checked_in();
    world.receipt(event);
    world.check_call(&Call::Calling);
    world.status(visit, Stage::Coming);
    world.check_call(&Call::Coming { who: Some(wang()), usually_s: Some(10) });
    world.status(visit, Stage::Queued);
    world.check_call(&Call::Queued { position: Some(3), minutes: Some(2) });
    world.status(visit, Stage::Reception);
    world.check_call(&Call::Reception);
    world.status(visit, Stage::Greeted);
    assert_eq!(world.screen().page, Page::Farewell(Farewell::Met));
    world.wait(SECOND * 6);
    assert_eq!(world.screen().page, Page::Welcome);
}

#[test]
fn without_a_receipt_no_consultant_is_promised() {
    let mut world = World::new();
    let (visit, event) = world.checked_in();
    world.wait(Duration::from_millis(2900));
    world.check_call(&Call::Received);
    world.wait(Duration::from_millis(100));
    world.check_call(&Call::Unanswered);
    world.receipt(event);
    world.check_call(&Call::Calling);
    world.status(visit, Stage::Calling);
    world.input(Input::Link(false));
    world.check_call(&Call::Calling);
    world.wait(SECOND * 3);
    world.check_call(&Call::Unanswered);
    world.input(Input::Link(true));
    world.check_call(&Call::Calling);
}

#[test]
fn a_link_that_was_down_before_the_tap_is_admitted_at_once() {
    let mut world = World::new();
    world.input(Input::Link(false));
    world.checked_in();
    world.check_call(&Call::Unanswered);
}

#[test]
fn who_accepted_still_comes_when_the_link_goes_down() {
    let mut world = World::new();
    let (visit, event) = world.checked_in();
    world.receipt(event);
    world.status(visit, Stage::Coming);
    world.input(Input::Link(false));
    world.wait(SECOND * 9);
    world.check_call(&Call::Coming { who: Some(wang()), usually_s: Some(10) });
}

#[test]
fn the_status_of_another_visit_is_not_shown() {
    let mut world = World::new();
    let (before, event) = world.checked_in();
    world.receipt(event);
    world.intend(Intent::Wipe);
    world.checked_in();
    let told = world.told.len();
    world.status(before, Stage::Coming);
    world.check_call(&Call::Received);
    assert_eq!(world.told.len(), told);
    world.intend(Intent::Wipe);
    world.status(before, Stage::Ended);
    assert_eq!(world.screen().page, Page::Welcome);
}

#[test]
fn what_comes_late_for_the_visitor_before_changes_nothing_for_the_next() {
    let mut world = World::new();
    let (before, old) = world.checked_in();
    world.receipt(old);
    world.intend(Intent::Wipe);
    let (visit, event) = world.checked_in();
    let stands = world.screen();
    for stage in [Stage::Calling, Stage::Coming, Stage::Queued, Stage::Reception, Stage::Greeted, Stage::Ended] {
        world.status(before, stage);
    }
    world.receipt(old);
    let refused = vec![Refused { id: Some(old), code: Code::VisitOver }];
    world.input(Input::Receipt(Receipt { refused, ..Receipt::default() }));
    world.input(Input::Kept(old));
    world.input(Input::NotKept(old));
    assert_eq!(world.screen(), stands);
    // A code that is renewed in the middle is shown, and tells nobody anything about the visit.
    world.input(Input::Qr(QrOffer { url: "https://showroom.example/k".into(), ttl_ms: 120_000, at: None }));
    assert_eq!(Screen { qr: None, ..world.screen() }, Screen { qr: None, ..stands });
    world.receipt(event);
    world.status(visit, Stage::Coming);
    world.check_call(&Call::Coming { who: Some(wang()), usually_s: Some(10) });
}

#[test]
fn a_refused_check_in_sends_the_visitor_to_reception() {
    let mut world = World::new();
    let (_, event) = world.checked_in();
    let refused = vec![Refused { id: Some(event), code: Code::BadBody }, Refused { id: None, code: Code::NotJson }];
    world.input(Input::Receipt(Receipt { refused, ..Receipt::default() }));
    world.check_call(&Call::Failed);
}

#[test]
fn receipts_are_told_for_visits_that_left_the_screen() {
    let mut world = World::new();
    let (visit, event) = world.check_in();
    world.intend(Intent::Wipe);
    world.input(Input::Kept(event));
    world.receipt(event);
    assert_eq!(world.told, [Told::Received { visit, event }, Told::Receipt { event }]);
    assert!(world.screen().visit.is_none());
}

#[test]
fn a_second_check_in_does_not_replace_the_first() {
    let mut world = World::new();
    world.checked_in();
    world.intend(Intent::CheckIn(Purpose::Model, Box::default()));
    world.intend(Intent::SendSomeone);
    assert_eq!(world.kept.len(), 1);
    assert!(world.screen().visit.unwrap().reminded);
}

#[test]
fn only_languages_on_offer_are_spoken_and_a_new_offer_applies_at_once() {
    let mut world = World::new();
    world.input(Input::Config(KioskConfig { languages: vec![Language::En], ..crate::offer::built_in() }));
    assert_eq!(world.screen().language, Language::En);
    world.intend(Intent::Start(Language::Zh));
    assert_eq!((world.screen().language, world.screen().page), (Language::En, Page::Purpose));
    world.input(Input::Config(crate::offer::built_in()));
    world.intend(Intent::Speak(Language::Zh));
    assert_eq!(world.screen().language, Language::Zh);
}

#[test]
fn a_code_is_shown_for_its_time_and_then_the_stores_own() {
    let mut world = World::new();
    assert_eq!(world.screen().qr, None);
    let store_url = Some("https://showroom.example/s".to_owned());
    world.input(Input::Config(KioskConfig { store_url: store_url.clone(), ..crate::offer::built_in() }));
    world.input(Input::Qr(QrOffer { url: "https://showroom.example/k".into(), ttl_ms: 2000, at: None }));
    assert_eq!(world.screen().qr.as_deref(), Some("https://showroom.example/k"));
    assert_eq!(world.session.deadline(world.now), Some(world.now.boot + SECOND * 2));
    world.wait(SECOND * 2);
    assert_eq!(world.screen().qr, store_url);
    assert_eq!(world.session.deadline(world.now), None);
}

#[test]
fn the_first_touch_is_measured_to_the_tap_and_not_from_the_visitor_before() {
    let mut world = World::new();
    world.intend(Intent::Touch);
    world.wait(SECOND * 100);
    world.intend(Intent::Start(Language::En));
    world.wait(SECOND * 2);
    world.intend(Intent::CheckIn(Purpose::Quiet, Box::default()));
    let DeviceEvent::CheckedIn(checked_in) = &world.kept[0].event else { panic!() };
    assert_eq!((checked_in.touched_ms, checked_in.language), (Some(3000), Language::En));
}

#[test]
fn a_clock_set_by_an_hour_moves_no_deadline() {
    let mut world = World::new();
    world.checked_in();
    world.now.wall += TimeDelta::hours(1);
    world.input(Input::Tick);
    assert_eq!(world.screen().countdown, None);
    world.now.wall -= TimeDelta::hours(9);
    world.wait(SECOND * 31);
    assert_eq!(world.screen().countdown, Some(9));
}

#[test]
fn a_tap_that_was_taken_in_is_heard_and_no_other() {
    let mut world = World::new();
    world.intend(Intent::Touch);
    assert_eq!(world.clicks, 0);
    world.intend(Intent::Start(Language::Zh));
    assert_eq!(world.clicks, 1);
    // The page has just turned: this one was meant for what stood there before.
    world.input(Input::Intent(Intent::CheckIn(Purpose::Browse, Box::default())));
    assert_eq!((world.clicks, world.kept.len()), (1, 0));
    // While the countdown runs any touch only stops it.
    world.wait(SECOND * 31);
    world.input(Input::Intent(Intent::Back));
    assert_eq!(world.clicks, 1);
    world.intend(Intent::Back);
    assert_eq!(world.clicks, 2);
}
