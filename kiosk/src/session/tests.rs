use chrono::{DateTime, TimeDelta};
use proptest::prelude::*;
use shared::wire::{Code, ConsultantCard, DeviceEvent, Refused};

use super::*;

const SECOND: Duration = Duration::from_secs(1);

/// A session with a clock in hand.
struct World {
    session: Session,
    now: Reading,
    turn: u64,
    kept: Vec<NewEvent>,
    told: Vec<Told>,
}

impl World {
    fn new() -> Self {
        let now = Reading { wall: DateTime::from_timestamp(1_795_000_000, 0).unwrap(), boot: SECOND * 900 };
        let session = Session::new(Rules::default(), crate::offer::built_in(), now);
        let mut world = Self { session, now, turn: 0, kept: Vec::new(), told: Vec::new() };
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
                Effect::Tell(told) => self.told.push(told),
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
        let name = ConsultantCard { id: None, name: "王芳".into(), photo: None };
        let consultant = (stage == Stage::Coming).then_some(name);
        let (position, wait_s) = if stage == Stage::Queued { (Some(3), Some(61)) } else { (None, None) };
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
fn the_call_follows_the_gateway() {
    let mut world = World::new();
    let (visit, event) = world.checked_in();
    world.receipt(event);
    world.check_call(&Call::Calling);
    world.status(visit, Stage::Coming);
    world.check_call(&Call::Coming(Some("王芳".into())));
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
    world.check_call(&Call::Coming(Some("王芳".into())));
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
fn a_refused_check_in_sends_the_visitor_to_reception() {
    let mut world = World::new();
    let (_, event) = world.checked_in();
    let refused = vec![Refused { id: Some(event), code: Code::BadBody }, Refused { id: None, code: Code::NotJson }];
    world.input(Input::Receipt(Receipt { ids: Vec::new(), refused }));
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
fn consent_that_was_given_can_be_taken_back() {
    let mut world = World::new();
    let wording =
        Wording { purpose: ConsentPurpose::Contact, version: "v3".into(), zh: "同意".into(), en: "Yes".into() };
    world.input(Input::Config(KioskConfig { wordings: vec![wording], ..crate::offer::built_in() }));
    world.checked_in();
    let mut given = Vec::new();
    for tick in [false, true, false] {
        world.intend(Intent::AskPhone);
        "13800138000".chars().for_each(|key| world.input(Input::Intent(Intent::Key(key))));
        assert!(!world.screen().keypad.consent.unwrap().ticked);
        // Keys within the settling time are not heard: type the number once the page stands.
        world.wait(SECOND);
        "13800138000".chars().for_each(|key| world.input(Input::Intent(Intent::Key(key))));
        world.input(Input::Intent(Intent::Consent(tick)));
        world.input(Input::Intent(Intent::LeavePhone));
        let DeviceEvent::Detailed { detail, .. } = &world.kept.last().unwrap().event else { panic!() };
        given.push(detail.consents.first().map(|consent| consent.given));
    }
    assert_eq!(given, [None, Some(true), Some(false)]);
}

#[test]
fn a_code_is_shown_for_its_time_and_then_the_stores_own() {
    let mut world = World::new();
    assert_eq!(world.screen().qr, None);
    let store_url = Some("https://showroom.example/s".to_owned());
    world.input(Input::Config(KioskConfig { store_url: store_url.clone(), ..crate::offer::built_in() }));
    world.input(Input::Qr(QrOffer { url: "https://showroom.example/k".into(), ttl_ms: 2000 }));
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

fn any_intent() -> impl Strategy<Value = Intent> {
    prop_oneof![
        Just(Intent::Touch),
        Just(Intent::Stay),
        Just(Intent::Start(Language::En)),
        Just(Intent::Speak(Language::En)),
        Just(Intent::Back),
        Just(Intent::CheckIn(Purpose::Browse, Box::default())),
        Just(Intent::SendSomeone),
        Just(Intent::AskPhone),
        proptest::char::any().prop_map(Intent::Key),
        "[0-9]".prop_map(|digit| Intent::Key(digit.chars().next().unwrap())),
        Just(Intent::Erase),
        any::<bool>().prop_map(Intent::Consent),
        Just(Intent::LeavePhone),
        Just(Intent::Met),
        Just(Intent::Left),
        Just(Intent::Cancel),
    ]
}

#[derive(Debug, Clone)]
enum Step {
    Intend(Intent),
    Wait(u64),
    Disk(bool),
    Link(bool),
    Receipt(bool),
    Status(Stage, bool),
}

fn any_step() -> impl Strategy<Value = Step> {
    let stage = prop_oneof![
        Just(Stage::Calling),
        Just(Stage::Coming),
        Just(Stage::Greeted),
        Just(Stage::Queued),
        Just(Stage::Reception),
        Just(Stage::Ended)
    ];
    prop_oneof![
        6 => any_intent().prop_map(Step::Intend),
        3 => (0_u64..20_000).prop_map(Step::Wait),
        3 => any::<bool>().prop_map(Step::Disk),
        1 => any::<bool>().prop_map(Step::Link),
        2 => any::<bool>().prop_map(Step::Receipt),
        2 => (stage, any::<bool>()).prop_map(|(stage, ours)| Step::Status(stage, ours)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// Whatever happens in whatever order: "received" only after the disk, every event of a visit after its check-in, a
    /// deadline whenever somebody stands there, and an empty screen 40 seconds after the last touch and the last news.
    #[test]
    fn mashing_breaks_no_promise(steps in proptest::collection::vec(any_step(), 1..80)) {
        let mut world = World::new();
        let mut answered = 0;
        let mut on_disk = std::collections::BTreeSet::new();
        let mut checked_in = std::collections::BTreeSet::new();
        for step in steps {
            match step {
                Step::Intend(intent) => world.input(Input::Intent(intent)),
                Step::Wait(millis) => world.wait(Duration::from_millis(millis)),
                Step::Disk(good) => {
                    if let Some(id) = world.kept.get(answered).map(|event| event.id) {
                        answered += 1;
                        if good {
                            on_disk.insert(id);
                        }
                        world.input(if good { Input::Kept(id) } else { Input::NotKept(id) });
                    }
                }
                Step::Link(up) => world.input(Input::Link(up)),
                Step::Receipt(good) => {
                    if let Some(event) = world.kept.last().map(|event| event.id).filter(|id| on_disk.contains(id)) {
                        let receipt = if good { Receipt::kept(event) } else { Receipt::refused(Some(event), Code::BadBody) };
                        world.input(Input::Receipt(receipt));
                    }
                }
                Step::Status(stage, ours) => {
                    let visit = world.screen().visit.map(|visit| visit.visit);
                    let other = VisitId::new(world.now.wall, [9; 10]);
                    world.status(visit.filter(|_| ours).unwrap_or(other), stage);
                }
            }
            let screen = world.screen();
            if let Some(visit) = &screen.visit {
                let event = world.kept.iter().rev().find_map(|event| match &event.event {
                    DeviceEvent::CheckedIn(body) if body.visit == visit.visit => Some(event.id),
                    _ => None,
                });
                let durable = event.is_some_and(|event| on_disk.contains(&event));
                prop_assert!(durable || matches!(visit.call, Call::Noting | Call::Failed), "{:?}", visit.call);
            }
            for told in &world.told {
                if let Told::Received { event, .. } = told {
                    prop_assert!(on_disk.contains(event));
                }
            }
            let busy = screen.page != Page::Welcome;
            prop_assert!(!busy || world.session.deadline(world.now).is_some());
        }
        for event in &world.kept {
            match &event.event {
                DeviceEvent::CheckedIn(body) => prop_assert!(checked_in.insert(body.visit)),
                DeviceEvent::Detailed { visit, .. } => prop_assert!(checked_in.contains(visit)),
                DeviceEvent::Met(of) | DeviceEvent::Left(of) | DeviceEvent::Cancelled(of) => {
                    prop_assert!(checked_in.contains(&of.visit));
                }
                DeviceEvent::DoorCounted(_) => prop_assert!(false),
            }
        }
        world.wait(SECOND * 40);
        prop_assert_eq!(world.screen().page, Page::Welcome);
        prop_assert!(world.screen().visit.is_none());
    }
}
