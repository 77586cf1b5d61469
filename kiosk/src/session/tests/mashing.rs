//! Whatever is tapped in whatever order: no promise is broken.

use proptest::prelude::*;
use shared::wire::Title;

use super::*;

fn any_aside() -> impl Strategy<Value = Aside> {
    prop_oneof![
        Just(Aside::Models),
        Just(Aside::Consultants),
        Just(Aside::Phone),
        Just(Aside::Name),
        Just(Aside::Party),
        Just(Aside::Consents),
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
        Just(Intent::OpenView),
        Just(Intent::CloseView),
        prop_oneof![Just(Mode::Large), Just(Mode::Contrast), Just(Mode::Lower)].prop_map(Intent::Switch),
        Just(Intent::Met),
        Just(Intent::Left),
        Just(Intent::Cancel),
        Just(Intent::TryAgain),
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
                DeviceEvent::CheckedIn(body) => {
                    // What failed may be tried again as the same visit.
                    checked_in.insert(body.visit);
                }
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
