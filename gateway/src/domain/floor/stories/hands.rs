//! What colleagues do together.

use shared::ids::AlertId;
use shared::personal::Personal;
use shared::wire::{AlertOver, Language, Purpose, Why};

use super::super::event::FloorEvent;
use super::super::member::Presence;
use super::super::scene::{Scene, staff};
use super::asked;
use crate::domain::command::{Actor, Command, Refusal};
use crate::domain::effect::{Effect, Task};
use crate::domain::roster::Role;
use crate::domain::secret::Secrets;
use shared::ids::VisitId;

/// A floor where `a` serves a visitor.
fn served(names: &[&str]) -> (Scene, VisitId) {
    let mut scene = Scene::new().with_free(&["a"]);
    let visit = scene.check_in(Purpose::Browse);
    scene.accept("a", visit).unwrap();
    for name in names {
        scene.hire(name, Role::Consultant, &[Language::Zh]);
        scene.presence(name, Presence::Free);
    }
    (scene, visit)
}

fn owner(scene: &Scene, visit: VisitId) -> String {
    scene.visit(visit).unwrap().accepted.clone().unwrap().0.to_string()
}

fn presence(scene: &Scene, name: &str) -> Presence {
    scene.state.floor.member(&staff(name)).unwrap().presence
}

fn told(scene: &Scene, name: &str, task: &Task) -> usize {
    scene.told.iter().filter(|effect| **effect == Effect::Task { to: staff(name), task: task.clone() }).count()
}

#[test]
fn a_visitor_is_handed_over_only_when_the_colleague_accepts() {
    let (mut scene, visit) = served(&["b", "c"]);
    scene.by("a", Command::HandOver(visit, staff("b"))).unwrap();
    assert_eq!(scene.asked(visit).last().unwrap(), &(0, "b".to_owned(), Why::HandedOver));
    assert_eq!(owner(&scene, visit), "a", "until then it is the old one's");
    assert_eq!(scene.end("b", visit), Err(Refusal::NotYours));
    scene.accept("b", visit).unwrap();
    assert_eq!(owner(&scene, visit), "b");
    assert_eq!((presence(&scene, "a"), presence(&scene, "b")), (Presence::Free, Presence::WithCustomer));
    assert_eq!(told(&scene, "a", &Task::TakenOver { visit, staff: staff("b") }), 1);
    assert_eq!(scene.state.floor.member(&staff("b")).unwrap().turns.taken, 0, "it costs no turn");
    assert_eq!(scene.end("a", visit), Err(Refusal::NotYours));
    assert_eq!(scene.accept("b", visit), Ok(()), "the same answer twice is one answer");
    scene.greet("b", visit).unwrap();
    // And back again: whoever had it once may have it once more.
    scene.by("b", Command::HandOver(visit, staff("a"))).unwrap();
    scene.accept("a", visit).unwrap();
    assert_eq!(owner(&scene, visit), "a");
    scene.end("a", visit).unwrap();
    assert_eq!(presence(&scene, "b"), Presence::Free);
}

#[test]
fn a_hand_over_takes_the_visitors_screen_and_name_with_it() {
    let (mut scene, visit) = served(&["b"]);
    let named = |scene: &Scene| {
        let last = scene.statuses.iter().rfind(|status| status.visit == visit)?;
        Some(last.consultant.as_ref()?.name.clone())
    };
    assert_eq!(named(&scene).as_deref(), Some("a"));
    scene.by("a", Command::HandOver(visit, staff("b"))).unwrap();
    scene.accept("b", visit).unwrap();
    assert_eq!(named(&scene).as_deref(), Some("b"));
}

#[test]
fn who_may_not_hand_over_is_refused() {
    let mut scene = Scene::new().with_free(&["a", "b"]).with("rec", Role::Reception);
    let visit = scene.check_in(Purpose::Browse);
    let to = |name| Command::HandOver(visit, staff(name));
    assert_eq!(scene.by("rec", to("b")), Err(Refusal::NotServed), "nobody has it yet: that is assigning");
    scene.accept("a", visit).unwrap();
    assert_eq!(scene.by("b", to("b")), Err(Refusal::NotYours));
    assert_eq!(scene.by("a", to("nobody")), Err(Refusal::UnknownStaff));
    assert_eq!(scene.by("a", to("a")), Ok(()), "oneself has it already");
    assert_eq!(scene.visit(visit).unwrap().open_askings().count(), 0);
    scene.by("rec", to("b")).unwrap();
    scene.end("a", visit).unwrap();
    assert_eq!(scene.accept("b", visit), Err(Refusal::AlertOver), "after the end");
    assert_eq!(scene.by("a", to("b")), Err(Refusal::VisitOver));
    assert_eq!(presence(&scene, "b"), Presence::Free);
}

#[test]
fn one_colleague_at_a_time_is_asked_to_take_over() {
    let (mut scene, visit) = served(&["b", "c", "d"]);
    scene.by("a", Command::CallSecond(visit, Some(staff("d")))).unwrap();
    scene.by("a", Command::HandOver(visit, staff("b"))).unwrap();
    let asks = scene.told.iter().rev().find_map(|effect| match effect {
        Effect::Alert { to, alert } if *to == staff("b") => Some(alert.colleague.clone()),
        _ => None,
    });
    assert_eq!(asks, Some(Some(staff("a"))), "the alert says who asks");
    scene.by("a", Command::HandOver(visit, staff("c"))).unwrap();
    let open: Vec<_> = scene.visit(visit).unwrap().open_askings().map(|asked| asked.to.to_string()).collect();
    assert_eq!(open, ["d", "c"], "the second person is another matter");
    assert_eq!(scene.accept("b", visit), Err(Refusal::AlertOver));
    assert_eq!(told(&scene, "a", &Task::Declined { visit, staff: staff("b") }), 0, "whoever recalls knows it");
    // Both accept at once: the one takes over, the other comes beside.
    scene.accept("c", visit).unwrap();
    scene.accept("d", visit).unwrap();
    assert_eq!(owner(&scene, visit), "c");
    assert_eq!(told(&scene, "c", &Task::SecondComes { visit, staff: staff("d") }), 1);
}

#[test]
fn a_colleague_who_does_not_answer_is_asked_no_longer_and_the_owner_is_told() {
    let (mut scene, visit) = served(&["b"]);
    scene.greet("a", visit).unwrap();
    scene.by("a", Command::HandOver(visit, staff("b"))).unwrap();
    scene.seconds(29);
    assert_eq!(scene.visit(visit).unwrap().open_askings().count(), 1);
    scene.seconds(1);
    assert_eq!(scene.visit(visit).unwrap().open_askings().count(), 0);
    assert_eq!(told(&scene, "a", &Task::Declined { visit, staff: staff("b") }), 1);
    assert_eq!(scene.state.floor.member(&staff("b")).unwrap().turns.missed, 1);
    assert_eq!(scene.accept("b", visit), Err(Refusal::AlertOver));
    assert_eq!(owner(&scene, visit), "a");
}

#[test]
fn a_colleague_who_passes_leaves_or_goes_to_another_is_no_longer_waited_for() {
    let (mut scene, visit) = served(&["b", "c"]);
    let declined = |scene: &Scene, name| told(scene, "a", &Task::Declined { visit, staff: staff(name) });
    scene.by("a", Command::HandOver(visit, staff("b"))).unwrap();
    scene.pass("b", visit).unwrap();
    assert_eq!(declined(&scene, "b"), 1);
    assert_eq!(scene.visit(visit).unwrap().open_askings().count(), 0, "nobody is handed a visitor unasked");
    scene.by("a", Command::HandOver(visit, staff("c"))).unwrap();
    scene.presence("c", Presence::Break);
    assert_eq!(declined(&scene, "c"), 1);
    scene.presence("c", Presence::Free);
    scene.by("a", Command::HandOver(visit, staff("c"))).unwrap();
    scene.presence("b", Presence::Break);
    let other = scene.check_in(Purpose::Browse);
    scene.seconds(7);
    scene.accept("c", other).unwrap();
    assert_eq!(declined(&scene, "c"), 2);
    assert_eq!((owner(&scene, visit), owner(&scene, other)), ("a".to_owned(), "c".to_owned()));
}

#[test]
fn a_second_person_comes_beside_and_goes_again() {
    let (mut scene, visit) = served(&["b", "c"]);
    scene.by("a", Command::CallSecond(visit, None)).unwrap();
    assert_eq!(scene.asked(visit).last().unwrap(), &(0, "b".to_owned(), Why::SecondPerson));
    scene.greet("a", visit).unwrap();
    scene.accept("b", visit).unwrap();
    assert_eq!(scene.accept("b", visit), Ok(()), "the same answer twice is one answer");
    assert_eq!(told(&scene, "a", &Task::SecondComes { visit, staff: staff("b") }), 1);
    assert_eq!(owner(&scene, visit), "a");
    assert_eq!(presence(&scene, "b"), Presence::WithCustomer);
    assert_eq!(scene.end("b", visit), Err(Refusal::NotYours), "the end is the owner's");
    scene.by("b", Command::StepBack(visit)).unwrap();
    assert_eq!(presence(&scene, "b"), Presence::Free);
    assert_eq!(scene.by("b", Command::StepBack(visit)), Ok(()), "gone is gone");
    scene.by("a", Command::CallSecond(visit, Some(staff("c")))).unwrap();
    scene.accept("c", visit).unwrap();
    scene.end("a", visit).unwrap();
    assert_eq!((presence(&scene, "a"), presence(&scene, "c")), (Presence::Free, Presence::Free));
}

#[test]
fn greeting_does_not_send_the_second_person_away() {
    let (mut scene, visit) = served(&["b"]);
    scene.by("a", Command::CallSecond(visit, None)).unwrap();
    scene.kiosk(Command::Meet(visit, scene.just_now())).unwrap();
    scene.accept("b", visit).unwrap();
    assert!(scene.visit(visit).unwrap().seconds.contains(&staff("b")));
}

#[test]
fn another_is_asked_when_the_second_person_says_no_and_nobody_is_an_answer_too() {
    let (mut scene, visit) = served(&["b", "c"]);
    scene.by("a", Command::CallSecond(visit, None)).unwrap();
    scene.pass("b", visit).unwrap();
    assert_eq!(scene.asked(visit).last().unwrap().1, "c");
    scene.by("a", Command::Recall(visit)).unwrap();
    let alert = scene.alert("c", visit).unwrap();
    assert!(scene.told.contains(&Effect::AlertOver { to: staff("c"), alert, over: AlertOver::Taken }));
    scene.presence("c", Presence::Break);
    assert_eq!(scene.by("a", Command::CallSecond(visit, None)), Err(Refusal::NobodyFree));
}

#[test]
fn an_alert_is_answered_by_its_own_person_alone_and_by_the_first_of_two() {
    let mut scene = Scene::new().with_free(&["a", "b", "c"]);
    let visit = scene.check_in(Purpose::Browse);
    scene.seconds(5);
    let [first, second] = ["a", "b"].map(|name| scene.alert(name, visit).unwrap());
    assert_eq!(scene.by("c", Command::Accept(first)), Err(Refusal::UnknownAlert), "somebody else's");
    let never = AlertId { visit, ordinal: 99 };
    assert_eq!(scene.by("a", Command::Accept(never)), Err(Refusal::UnknownAlert));
    // Both at once: decided one after the other, on the state that the first left.
    assert_eq!(scene.by("b", Command::Accept(second)), Ok(()));
    assert_eq!(scene.by("a", Command::Accept(first)), Err(Refusal::AlertOver));
    assert_eq!(scene.by("b", Command::Accept(second)), Ok(()), "twice");
    let accepted = scene.history.iter().filter(|(_, event)| matches!(event, FloorEvent::Accepted { .. })).count();
    assert_eq!((accepted, owner(&scene, visit)), (1, "b".to_owned()));
    assert_eq!(presence(&scene, "a"), Presence::Free);
    scene.end("b", visit).unwrap();
    assert_eq!(scene.by("a", Command::Accept(first)), Err(Refusal::AlertOver), "after the end");
    scene.seconds(121);
    assert_eq!(scene.by("a", Command::Accept(first)), Err(Refusal::UnknownAlert), "and long after");
}

#[test]
fn the_visit_moves_on_when_a_consultant_is_deleted_while_alerted() {
    let mut scene = Scene::new().with_free(&["a", "b"]).with("rec", Role::Reception);
    let visit = scene.check_in(Purpose::Browse);
    assert_eq!(scene.asked(visit), asked(&[(0, "a", Why::LongestFree)]));
    let alert = scene.alert("a", visit).unwrap();
    scene.ask(Actor::System, Command::RemoveAccount(staff("a"))).unwrap();
    assert!(scene.told.contains(&Effect::AlertOver { to: staff("a"), alert, over: AlertOver::Released }));
    assert_eq!(scene.asked(visit).last().unwrap(), &(0, "b".to_owned(), Why::NotAccepted), "at once");
    scene.ask(Actor::System, Command::RemoveAccount(staff("b"))).unwrap();
    let seen = scene.visit(visit).unwrap();
    assert!(seen.queued && seen.reception_called.is_some() && seen.shouts(), "nobody left: reception");
    assert_eq!(scene.by("a", Command::Accept(alert)), Err(Refusal::AlertOver));
}

#[test]
fn a_colleague_who_is_deleted_while_asked_is_no_longer_waited_for() {
    let (mut scene, visit) = served(&["b"]);
    scene.by("a", Command::HandOver(visit, staff("b"))).unwrap();
    scene.ask(Actor::System, Command::RemoveAccount(staff("b"))).unwrap();
    assert_eq!(scene.visit(visit).unwrap().open_askings().count(), 0);
    assert_eq!(told(&scene, "a", &Task::Declined { visit, staff: staff("b") }), 1);
}

#[test]
fn answers_and_notes_are_kept_by_whoever_serves_and_changed_at_will() {
    let (mut scene, visit) = served(&["b", "c"]);
    let answer =
        |answer: &str| Command::Answer { visit, question: "body".parse().unwrap(), answer: answer.parse().unwrap() };
    assert_eq!(scene.by("b", answer("suv")), Err(Refusal::NotYours));
    scene.by("a", answer("suv")).unwrap();
    scene.by("a", answer("suv")).unwrap();
    scene.by("a", answer("sedan")).unwrap();
    let kept = scene.history.iter().filter(|(_, event)| matches!(event, FloorEvent::Answered { .. })).count();
    assert_eq!(kept, 2, "the same tap twice is one");
    assert_eq!(scene.visit(visit).unwrap().answers.values().next().unwrap().as_str(), "sedan");
    let note = || Command::Note(visit, Personal::new("带着孩子"));
    assert_eq!(scene.by("b", note()), Err(Refusal::NotYours));
    scene.by("a", Command::CallSecond(visit, Some(staff("b")))).unwrap();
    scene.accept("b", visit).unwrap();
    scene.by("b", note()).unwrap();
    let noted = scene.visit(visit).unwrap().note.as_ref().unwrap().get().unwrap().clone();
    assert_eq!((noted.by, noted.text.reveal()), (staff("b"), "带着孩子"));
}

#[test]
fn a_note_is_sealed_under_the_visits_key_and_goes_with_it() {
    let (mut scene, visit) = served(&[]);
    scene.by("a", Command::Note(visit, Personal::new("带着孩子"))).unwrap();
    let (_, mut noted) = scene.history.last().unwrap().clone();
    let mut subjects = Vec::new();
    noted.each_secret(&mut |secret| subjects.push(secret.subject().clone()));
    assert_eq!(subjects, [crate::domain::secret::Subject::Visit(visit)]);
    assert!(serde_json::to_string(&noted).is_err(), "an open one is never written down");
    scene.end("a", visit).unwrap();
    scene.seconds(121);
    assert!(scene.told.contains(&Effect::DestroyKey(crate::domain::secret::Subject::Visit(visit))));
}
