//! Whom a visit is about.

use shared::consent::{Consent, ConsentPurpose};
use shared::ids::VisitId;
use shared::personal::Personal;
use shared::wire::{AlertOver, Detailed, Language, Purpose, Stage, Title, Why};

use super::super::event::{Correction, FloorEvent};
use super::super::member::Presence;
use super::super::scene::{Scene, staff};
use super::super::visit::Outcome;
use super::asked;
use crate::domain::command::{Command, Refusal};
use crate::domain::effect::Effect;
use crate::domain::roster::Role;

fn stage(scene: &Scene, visit: VisitId) -> Option<Stage> {
    scene.statuses.iter().rfind(|status| status.visit == visit).map(|status| status.stage)
}

#[test]
fn a_party_that_tapped_twice_is_one_visit_and_rings_no_further() {
    let mut scene = Scene::new().with_free(&["a", "b"]).with("rec", Role::Reception);
    let first = scene.check_in(Purpose::Browse);
    scene.accept("a", first).unwrap();
    let said = Detailed {
        party: Some(3),
        surname: Some(Personal::new("王")),
        title: Some(Title::Ms),
        models: vec!["x5".parse().unwrap()],
        consents: vec![Consent { purpose: ConsentPurpose::Contact, wording: "v3".to_owned(), given: true }],
        ..Detailed::default()
    };
    let again = scene.check_in_with(Purpose::Model, Language::Zh, said, Some(0));
    let alert = scene.alert("b", again).unwrap();
    scene.by("rec", Command::Join(again, first)).unwrap();
    let seen = scene.visit(again).unwrap();
    assert_eq!((seen.ended.unwrap().0, seen.joined), (Outcome::Joined, Some(first)));
    assert!(scene.told.contains(&Effect::AlertOver { to: staff("b"), alert, over: AlertOver::Ended }));
    let into = scene.visit(first).unwrap();
    assert_eq!((into.party, into.models.len(), into.consents.len()), (Some(3), 1, 1), "what they said goes with it");
    assert_eq!(into.addressed().as_deref(), Some("王女士"));
    let name = scene.told.iter().rev().find_map(|effect| match effect {
        Effect::Alert { to, alert } if *to == staff("a") => alert.name.clone(),
        _ => None,
    });
    assert_eq!(name.as_deref(), Some("王女士"), "and the one who serves them learns it");
    assert_eq!(scene.state.floor.member(&staff("b")).unwrap().presence, Presence::Free);
    scene.seconds(60);
    assert!(scene.visit(again).unwrap().breach.is_none(), "nobody waits any more");
}

#[test]
fn whoever_joined_hears_before_their_own_screen_how_the_other_visit_goes_on() {
    let mut scene = Scene::new().with_free(&["a"]).with("rec", Role::Reception);
    let first = scene.check_in(Purpose::Browse);
    let again = scene.check_in_at("k2", Purpose::Browse);
    scene.by("rec", Command::Join(first, again)).unwrap();
    assert_eq!(scene.visit(again).unwrap().joined, Some(first), "the older one goes on");
    scene.accept("a", first).unwrap();
    assert_eq!(stage(&scene, again), Some(Stage::Coming));
    scene.greet("a", first).unwrap();
    assert_eq!(stage(&scene, again), Some(Stage::Greeted));
}

#[test]
fn both_who_serve_stay_with_a_joined_party_and_undo_parts_them() {
    let mut scene = Scene::new().with_free(&["a", "b"]).with("rec", Role::Reception);
    let [first, again] = ["a", "b"].map(|name| {
        let visit = scene.check_in(Purpose::Browse);
        scene.accept(name, visit).unwrap();
        visit
    });
    scene.by("a", Command::Join(first, again)).unwrap();
    assert!(scene.visit(first).unwrap().seconds.contains(&staff("b")));
    assert_eq!(scene.state.floor.member(&staff("b")).unwrap().presence, Presence::WithCustomer);
    scene.seconds(119);
    scene.by("a", Command::UndoVisit(again)).unwrap();
    let seen = scene.visit(again).unwrap();
    assert_eq!((seen.ended, seen.joined), (None, None));
    assert_eq!(seen.accepted.as_ref().unwrap().0, staff("b"), "each has their own again");
    assert!(scene.visit(first).unwrap().seconds.is_empty());
    scene.by("rec", Command::Join(first, again)).unwrap();
    scene.end("a", first).unwrap();
    for name in ["a", "b"] {
        assert_eq!(scene.state.floor.member(&staff(name)).unwrap().presence, Presence::Free);
    }
}

#[test]
fn a_joining_that_is_taken_back_rings_again() {
    let mut scene = Scene::new().with_free(&["a", "b"]).with("rec", Role::Reception);
    let first = scene.check_in(Purpose::Browse);
    let again = scene.check_in(Purpose::Browse);
    scene.by("rec", Command::Join(first, again)).unwrap();
    assert_eq!(scene.visit(again).unwrap().open_askings().count(), 0);
    scene.seconds(1);
    scene.by("rec", Command::UndoVisit(again)).unwrap();
    let seen = scene.visit(again).unwrap();
    assert!(seen.waits() && (seen.queued || seen.open_askings().next().is_some()), "{seen:?}");
}

#[test]
fn what_cannot_be_joined_or_split_is_refused() {
    let mut scene = Scene::new().with_free(&["a", "b"]).with("rec", Role::Reception);
    let said = Detailed { party: Some(2), ..Detailed::default() };
    let visit = scene.check_in_with(Purpose::Browse, Language::Zh, said, Some(0));
    let over = scene.check_in(Purpose::Browse);
    scene.kiosk(Command::Cancel(over, scene.just_now())).unwrap();
    assert_eq!(scene.by("rec", Command::Join(visit, visit)), Err(Refusal::NoParty));
    assert_eq!(scene.by("rec", Command::Join(visit, over)), Err(Refusal::VisitOver));
    assert_eq!(scene.by("b", Command::Join(visit, over)), Err(Refusal::NotYours));
    let new = scene.new_visit();
    let split = |party| Command::Split { visit, new, party };
    assert_eq!(scene.by("rec", Command::Join(visit, new)), Err(Refusal::UnknownVisit));
    assert_eq!(scene.by("rec", split(2)), Err(Refusal::NoParty), "somebody has to stay");
    assert_eq!(scene.by("b", split(1)), Err(Refusal::NotYours));
}

#[test]
fn part_of_a_party_becomes_a_visit_of_its_own_and_rings_anew() {
    let mut scene = Scene::new().with_free(&["a", "b"]).with("rec", Role::Reception);
    let said = Detailed { party: Some(5), ..Detailed::default() };
    let visit = scene.check_in_with(Purpose::TestDrive, Language::En, said, Some(0));
    scene.accept("a", visit).unwrap();
    scene.seconds(600);
    let new = scene.new_visit();
    let split = Command::Split { visit, new, party: 2 };
    scene.by("rec", split.clone()).unwrap();
    assert_eq!(scene.asked(new), asked(&[(0, "b", Why::LongestFree)]), "its ten seconds begin now");
    let (left, own) = (scene.visit(visit).unwrap(), scene.visit(new).unwrap());
    assert_eq!((left.party, own.party), (Some(3), Some(2)));
    assert_eq!((own.purpose, own.language), (Purpose::TestDrive, Language::En));
    scene.by("rec", split).unwrap();
    assert_eq!(scene.visit(visit).unwrap().party, Some(3), "the same twice is one split");
    scene.seconds(11);
    assert!(scene.visit(new).unwrap().breach.is_some(), "with the same clock as any other");
}

#[test]
fn another_purpose_is_another_pools_and_a_right_number_nobodys() {
    let mut scene = Scene::new().with_free(&["a"]).with("adv", Role::Advisor).with("rec", Role::Reception);
    scene.presence("adv", Presence::Free);
    let visit = scene.check_in(Purpose::Browse);
    let correct = |correction| Command::Correct(visit, correction);
    let party = Correction { party: Some(4), ..Correction::default() };
    assert_eq!(scene.by("adv", correct(party)), Err(Refusal::NotYours));
    scene.by("rec", correct(party)).unwrap();
    assert_eq!(scene.asked(visit), asked(&[(0, "a", Why::LongestFree)]), "the same people come");
    let told = scene.told.iter().rev().find_map(|effect| match effect {
        Effect::Alert { alert, .. } if alert.visit == visit => alert.party,
        _ => None,
    });
    assert_eq!(told, Some(4), "and see at once how many");
    scene.seconds(1);
    let service = Correction { purpose: Some(Purpose::Service), ..Correction::default() };
    scene.by("rec", correct(service)).unwrap();
    let open: Vec<_> = scene.visit(visit).unwrap().open_askings().map(|asked| asked.to.to_string()).collect();
    assert_eq!(open, ["adv"]);
    assert_eq!(scene.accept("a", visit), Err(Refusal::AlertOver));
    let corrected = scene.history.iter().filter(|(_, event)| matches!(event, FloorEvent::Corrected { .. })).count();
    scene.by("rec", correct(service)).unwrap();
    let again = scene.history.iter().filter(|(_, event)| matches!(event, FloorEvent::Corrected { .. })).count();
    assert_eq!((corrected, again), (2, 2), "what is right already is not set right again");
}

#[test]
fn a_correction_takes_a_visit_out_of_the_wrong_queue() {
    let mut scene = Scene::new().with("a", Role::Consultant).with("adv", Role::Advisor).with("rec", Role::Reception);
    scene.presence("adv", Presence::Free);
    let visit = scene.check_in(Purpose::Browse);
    assert!(scene.visit(visit).unwrap().queued);
    let service = Correction { purpose: Some(Purpose::Service), ..Correction::default() };
    scene.by("rec", Command::Correct(visit, service)).unwrap();
    assert_eq!(scene.asked(visit).last().unwrap().1, "adv");
}

#[test]
fn a_walk_in_by_mistake_is_taken_back_while_nobody_comes() {
    let mut scene = Scene::new().with_free(&["a"]).with("zhao", Role::Reception);
    let walk_in = |scene: &mut Scene| {
        let visit = scene.new_visit();
        let command = Command::WalkIn { visit, purpose: Purpose::Browse, language: Language::Zh, party: None };
        scene.by("zhao", command).unwrap();
        visit
    };
    let visit = walk_in(&mut scene);
    assert_eq!(scene.by("a", Command::UndoVisit(visit)), Err(Refusal::NotYours));
    scene.by("zhao", Command::UndoVisit(visit)).unwrap();
    assert_eq!(scene.visit(visit).unwrap().ended.map(|(outcome, _)| outcome), Some(Outcome::Cancelled));
    assert_eq!(scene.visit(visit).unwrap().open_askings().count(), 0, "nobody is rung");
    scene.by("zhao", Command::UndoVisit(visit)).unwrap();
    scene.accept("a", visit).unwrap();
    assert_eq!(scene.by("zhao", Command::UndoVisit(visit)), Err(Refusal::NothingToUndo), "never Accept");
    scene.end("a", visit).unwrap();

    let late = walk_in(&mut scene);
    scene.seconds(121);
    assert_eq!(scene.by("zhao", Command::UndoVisit(late)), Err(Refusal::NothingToUndo));
    let at_kiosk = scene.check_in(Purpose::Browse);
    assert_eq!(scene.by("zhao", Command::UndoVisit(at_kiosk)), Err(Refusal::NothingToUndo), "a visitor stands there");
}
