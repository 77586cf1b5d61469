use chrono::{DateTime, TimeDelta};
use proptest::prelude::*;
use shared::catalogue::Model;
use shared::consent::{ConsentPurpose, Wording};
use shared::wire::{Code, ConsultantCard, Detailed, DeviceEvent, Refused, Title};

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

/// A showroom that offers everything.
fn furnished() -> KioskConfig {
    let model = |number: u32| Model {
        id: format!("m{number}").parse().unwrap(),
        zh: format!("{number} 号车"),
        en: format!("Model {number}"),
        picture: None,
        place: None,
    };
    let card = |id: &str, name: &str| ConsultantCard { id: Some(id.parse().unwrap()), name: name.into(), photo: None };
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
        world.intend(Intent::Add(Aside::Phone));
        // Keys within the settling time are not heard: type the number once the page stands.
        world.wait(SECOND);
        "13800138000".chars().for_each(|key| world.input(Input::Intent(Intent::Key(key))));
        world.intend(Intent::Done);
        assert_eq!(world.screen().page, Page::Consents);
        assert!(!world.screen().consents[0].ticked);
        world.intend(Intent::Consent(ConsentPurpose::Contact, tick));
        world.kept.clear();
        world.intend(Intent::Done);
        assert_eq!(world.screen().page, Page::Visit);
        let detail = world.kept.last().map(|event| match &event.event {
            DeviceEvent::Detailed { detail, .. } => detail,
            other => panic!("{other:?}"),
        });
        given.push(detail.and_then(|detail| detail.consents.first()).map(|consent| consent.given));
    }
    assert_eq!(given, [None, Some(true), Some(false)]);
}

#[test]
fn models_are_picked_after_the_tap_has_rung_and_noted_after_the_disk() {
    let mut world = World::furnished();
    world.arrive(Purpose::TestDrive);
    assert_eq!(world.screen().page, Page::Aside(Aside::Models));
    assert_eq!((world.screen().tiles.tiles.len(), world.screen().tiles.pages), (6, 2));
    world.intend(Intent::Pick("m0".into()));
    world.intend(Intent::Pick("m1".into()));
    world.intend(Intent::Pick("m0".into()));
    world.intend(Intent::Pick("sold out".into()));
    world.intend(Intent::Turn(Turn::Next));
    world.intend(Intent::Pick("m7".into()));
    world.intend(Intent::Done);
    assert_eq!(world.detail().models.iter().map(shared::ids::ModelId::as_str).collect::<Vec<_>>(), ["m1", "m7"]);
    assert_eq!((world.screen().page, world.noted().models.len()), (Page::Visit, 0));
    world.keep_all();
    assert_eq!(world.noted().models, ["1 号车", "7 号车"]);
    // They are ticked when the page is opened again, and leaving it as it is says nothing twice.
    world.intend(Intent::Add(Aside::Models));
    assert!(world.screen().tiles.tiles[1].picked);
    let events = world.kept.len();
    world.intend(Intent::Done);
    assert_eq!(world.kept.len(), events);
}

#[test]
fn whoever_has_an_appointment_is_asked_with_whom() {
    let mut world = World::furnished();
    world.arrive(Purpose::Appointment);
    assert_eq!(world.screen().page, Page::Aside(Aside::Consultants));
    world.intend(Intent::Pick("nobody".into()));
    world.intend(Intent::Pick("chen".into()));
    assert_eq!(world.detail().consultant.as_ref().map(shared::ids::StaffId::as_str), Some("chen"));
    world.keep_all();
    assert_eq!((world.screen().page, world.noted().consultant.as_deref()), (Page::Visit, Some("陈浩")));
}

#[test]
fn a_name_is_picked_and_a_party_counted() {
    let mut world = World::furnished();
    world.arrive(Purpose::Browse);
    assert_eq!(world.screen().page, Page::Visit);
    world.intend(Intent::Add(Aside::Name));
    world.intend(Intent::Pick("O".into()));
    world.intend(Intent::Pick("欧阳".into()));
    world.intend(Intent::Address(Some(Title::Ms)));
    assert_eq!(world.detail().surname.as_ref().map(shared::personal::Personal::reveal), Some("欧阳"));
    world.intend(Intent::Add(Aside::Party));
    world.intend(Intent::Party(0));
    assert_eq!(world.screen().page, Page::Aside(Aside::Party));
    world.intend(Intent::Party(3));
    world.keep_all();
    let noted = world.noted();
    assert_eq!((noted.surname.as_deref(), noted.title, noted.party), (Some("欧阳"), Some(Title::Ms), Some(3)));
}

#[test]
fn whoever_complains_gets_a_person_and_no_form() {
    let mut world = World::furnished();
    world.arrive(Purpose::Complaint);
    assert_eq!((world.screen().page, world.screen().asides), (Page::Visit, vec![]));
    world.intend(Intent::Add(Aside::Phone));
    assert_eq!(world.screen().page, Page::Visit);
}

#[test]
fn a_call_that_failed_is_told_on_whatever_page_stands() {
    let mut world = World::furnished();
    world.intend(Intent::Start(Language::Zh));
    world.intend(Intent::CheckIn(Purpose::Model, Box::default()));
    let event = world.kept.last().unwrap().id;
    world.input(Input::NotKept(event));
    assert_eq!(world.screen().page, Page::Visit);
    assert_eq!(world.screen().visit.unwrap().call, Call::Failed);
}

#[test]
fn what_was_typed_is_gone_when_the_consultant_greets() {
    let mut world = World::furnished();
    world.arrive(Purpose::Browse);
    world.intend(Intent::Add(Aside::Phone));
    world.wait(SECOND);
    world.intend(Intent::Key('1'));
    let visit = world.visit();
    world.status(visit, Stage::Greeted);
    assert_eq!(world.screen().page, Page::Farewell(Farewell::Met));
    assert_eq!(world.screen().keypad.verdict, Verdict::Empty);
}

#[test]
fn whoever_has_to_go_may_take_the_code_along() {
    let mut world = World::furnished();
    world.input(Input::Qr(QrOffer { url: "https://showroom.example/k".into(), ttl_ms: 120_000 }));
    world.arrive(Purpose::Browse);
    world.intend(Intent::Left);
    world.wait(Rules::default().farewell);
    assert_eq!(world.screen().page, Page::Farewell(Farewell::Left));
    world.wait(Rules::default().carry);
    assert_eq!(world.screen().page, Page::Welcome);
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

fn any_aside() -> impl Strategy<Value = Aside> {
    prop_oneof![
        Just(Aside::Models),
        Just(Aside::Consultants),
        Just(Aside::Phone),
        Just(Aside::Name),
        Just(Aside::Party),
    ]
}

fn any_consent() -> impl Strategy<Value = ConsentPurpose> {
    prop_oneof![Just(ConsentPurpose::Contact), Just(ConsentPurpose::Marketing)]
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
        any_aside().prop_map(Intent::Add),
        "[A-Z]|王|欧阳|m[0-9]|wang".prop_map(Intent::Pick),
        any::<bool>().prop_map(|next| Intent::Turn(if next { Turn::Next } else { Turn::Previous })),
        Just(Intent::Spell),
        "[a-z]".prop_map(|letter| Intent::Key(letter.chars().next().unwrap())),
        prop_oneof![Just(None), Just(Some(Title::Mr)), Just(Some(Title::Ms))].prop_map(Intent::Address),
        any::<u8>().prop_map(Intent::Party),
        Just(Intent::Done),
        any_consent().prop_map(Intent::ReadWording),
        proptest::char::any().prop_map(Intent::Key),
        "[0-9]".prop_map(|digit| Intent::Key(digit.chars().next().unwrap())),
        Just(Intent::Erase),
        (any_consent(), any::<bool>()).prop_map(|(purpose, given)| Intent::Consent(purpose, given)),
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
        let mut world = World::furnished();
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
