//! The rules of the floor (DESIGN §5), each told as a story.

mod clock;
mod hands;
mod leaving;
mod own;
mod party;
mod promising;
mod queue;
mod saturday;
mod shifts;

use chrono::TimeDelta;
use shared::wire::{Detailed, Language, Purpose, Stage, Why};

use super::event::{Correction, FloorEvent};
use super::member::{Presence, Turns};
use super::pools::Pools;
use super::rules::FloorRules;
use super::scene::{Scene, staff};
use super::visit::{Breach, CallReason, Channel, GreetedSource, Outcome};
use crate::domain::command::{Command, Refusal};
use crate::domain::effect::{Effect, Task};
use crate::domain::roster::Role;
use crate::domain::{Event, Rules, State, effects};

fn asked(expect: &[(i64, &str, Why)]) -> Vec<(i64, String, Why)> {
    expect.iter().map(|(at, who, why)| (*at, (*who).to_owned(), *why)).collect()
}

#[test]
fn the_longest_free_is_asked_at_once_and_accepts() {
    let mut scene = Scene::new().with_free(&["chen", "wang"]);
    let visit = scene.check_in(Purpose::Browse);
    assert_eq!(scene.asked(visit), asked(&[(0, "chen", Why::LongestFree)]));
    scene.seconds(3);
    scene.accept("chen", visit).unwrap();
    assert_eq!(scene.state.floor.member(&staff("chen")).unwrap().presence, Presence::WithCustomer);
    scene.greet("chen", visit).unwrap();
    scene.end("chen", visit).unwrap();
    // The turn is taken: the other one comes first now.
    let next = scene.check_in(Purpose::Browse);
    assert_eq!(scene.asked(next), asked(&[(0, "wang", Why::LongestFree)]));
}

#[test]
fn whoever_passed_is_asked_again_once_they_are_free_anew() {
    let mut scene = Scene::new().with("care", Role::Care).with("rec", Role::Reception);
    scene.presence("care", Presence::Free);
    let visit = scene.check_in(Purpose::Complaint);
    scene.seconds(1);
    scene.pass("care", visit).unwrap();
    scene.seconds(300);
    assert_eq!(scene.asked(visit).len(), 1, "nobody else is there, and a pass is a pass");
    assert!(scene.visit(visit).unwrap().shouts(), "the manager knows");
    scene.presence("care", Presence::Break);
    scene.seconds(60);
    scene.presence("care", Presence::Free);
    assert_eq!(scene.asked(visit).last().unwrap(), &(361, "care".to_owned(), Why::Queue));
    // Or says so once more.
    scene.pass("care", visit).unwrap();
    scene.seconds(60);
    scene.presence("care", Presence::Free);
    assert_eq!(scene.asked(visit).last().unwrap(), &(421, "care".to_owned(), Why::Queue));
    scene.accept("care", visit).unwrap();
}

#[test]
fn a_language_that_is_changed_after_the_tap_changes_the_words_that_ring() {
    let mut scene = Scene::new().with_free(&["chen"]);
    let visit = scene.check_in(Purpose::Browse);
    let rings = |scene: &Scene| {
        scene.told.iter().rev().find_map(|effect| match effect {
            Effect::Alert { alert, .. } => Some((alert.language, alert.words.clone())),
            _ => None,
        })
    };
    let (language, zh) = rings(&scene).unwrap();
    assert_eq!(language, Language::Zh);
    let told = scene.told.len();
    scene.kiosk(Command::Detail(visit, Some(Language::Zh), Detailed::default())).unwrap();
    assert_eq!(scene.told.len(), told, "nothing has changed");
    scene.kiosk(Command::Detail(visit, Some(Language::En), Detailed::default())).unwrap();
    let (language, en) = rings(&scene).unwrap();
    assert_eq!((language, scene.visit(visit).unwrap().language), (Language::En, Language::En));
    assert!(en != zh && en.contains("chen"), "{en}");
    assert_eq!(scene.asked(visit).len(), 1, "nobody else is asked for it");
}

#[test]
fn next_consultant_is_asked_when_first_does_not_accept() {
    let mut scene = Scene::new().with_free(&["a", "b", "c"]).with("rec", Role::Reception);
    let visit = scene.check_in(Purpose::Model);
    scene.seconds(15);
    assert_eq!(
        scene.asked(visit),
        asked(&[(0, "a", Why::LongestFree), (4, "b", Why::NotAccepted), (7, "c", Why::Everyone)])
    );
    assert_eq!(scene.second(visit, |e| matches!(e, FloorEvent::ReceptionCalled { .. })), Some(7));
    assert_eq!(scene.second(visit, |e| matches!(e, FloorEvent::Breached { .. })), Some(10));
    assert_eq!(scene.visit(visit).unwrap().breach, Some(Breach::NotAccepted));
    // Late, but first: accepted, and everybody else stops ringing.
    scene.accept("b", visit).unwrap();
    assert_eq!(scene.visit(visit).unwrap().open_askings().count(), 0);
    assert_eq!(scene.accept("a", visit), Err(Refusal::AlertOver));
    assert_eq!(scene.state.floor.member(&staff("a")).unwrap().turns.missed, 1);
}

#[test]
fn a_pass_asks_the_next_at_once_and_the_passer_not_again() {
    let mut scene = Scene::new().with_free(&["a", "b"]);
    let visit = scene.check_in(Purpose::Browse);
    scene.seconds(1);
    scene.pass("a", visit).unwrap();
    assert_eq!(scene.asked(visit), asked(&[(0, "a", Why::LongestFree), (1, "b", Why::Passed)]));
    scene.pass("b", visit).unwrap();
    let seen = scene.visit(visit).unwrap();
    assert!(seen.queued && seen.reception_called.is_some());
    scene.seconds(60);
    assert_eq!(scene.asked(visit).len(), 2);
}

#[test]
fn with_one_consultant_four_seconds_lead_straight_to_everyone() {
    let mut scene = Scene::new().with_free(&["a"]).with("rec", Role::Reception);
    let visit = scene.check_in(Purpose::Browse);
    scene.seconds(5);
    assert_eq!(scene.second(visit, |e| matches!(e, FloorEvent::ReceptionCalled { .. })), Some(4));
    assert_eq!(scene.second(visit, |e| matches!(e, FloorEvent::ManagerAlerted { .. })), None);
    assert!(scene.history.iter().any(|(_, e)| matches!(e, FloorEvent::ManagerAlerted { waiting: 1 })));
}

#[test]
fn whoever_can_only_be_pushed_to_comes_after_the_open_pages_and_gets_a_second_at_two_seconds() {
    let mut scene = Scene::new().with_free(&["a", "b", "c"]).with("rec", Role::Reception);
    scene.dark = ["a", "b", "c"].map(staff).into();
    scene.deliver("a");
    scene.deliver("b");
    // Their pages have been closed for a minute, and c hears nothing at all.
    scene.seconds(60);
    let visit = scene.check_in(Purpose::Browse);
    scene.seconds(5);
    let everyone = scene.second(visit, |e| matches!(e, FloorEvent::ReceptionCalled { .. }));
    assert_eq!(scene.asked(visit), asked(&[(0, "a", Why::LongestFree), (2, "b", Why::NotAccepted)]));
    assert_eq!(everyone, None, "two are asked: the seven seconds stay");
    scene.accept("b", visit).unwrap();
    scene.dark.remove(&staff("c"));
    let next = scene.check_in(Purpose::Browse);
    assert_eq!(scene.asked(next), asked(&[(0, "c", Why::Live)]), "an open page comes first");
    scene.seconds(3);
    assert_eq!(scene.asked(next).len(), 1, "and needs no second at two seconds");
}

#[test]
fn twelve_hours_after_the_last_delivery_nobody_counts_on_it() {
    let mut scene = Scene::new().with_free(&["a"]).with("rec", Role::Reception);
    scene.dark.insert(staff("a"));
    scene.deliver("a");
    scene.advance(TimeDelta::hours(12));
    let visit = scene.check_in(Purpose::Browse);
    assert_eq!(scene.asked(visit).len(), 1);
    scene.accept("a", visit).unwrap();
    scene.end("a", visit).unwrap();
    scene.seconds(1);
    let late = scene.check_in(Purpose::Browse);
    assert_eq!(scene.visit(late).unwrap().reception_called, Some(CallReason::AllDark));
}

/// A nightly restart makes nobody dark whom a channel has rung before it.
#[test]
fn whom_a_channel_has_rung_is_pushable_after_a_restart() {
    let mut scene = Scene::new().with_free(&["a"]).with("rec", Role::Reception);
    scene.dark.insert(staff("a"));
    scene.deliver("a");
    scene.seconds(60);
    let visit = scene.check_in(Purpose::Browse);
    scene.by("a", Command::Hand(scene.alert("a", visit).unwrap(), Channel::Webhook)).unwrap();
    scene.accept("a", visit).unwrap();
    scene.end("a", visit).unwrap();
    scene.state = State::default();
    scene.state.configure(Rules::default());
    for (at, event) in &scene.all {
        scene.state.apply(event, *at);
    }
    assert_eq!(scene.state.floor.member(&staff("a")).unwrap().delivered_at, None, "a restart forgets what it heard");
    scene.seconds(60);
    let next = scene.check_in(Purpose::Browse);
    assert_eq!(scene.asked(next), asked(&[(0, "a", Why::LongestFree)]));
    scene.accept("a", next).unwrap();
    scene.end("a", next).unwrap();
    scene.advance(TimeDelta::hours(12));
    let late = scene.check_in(Purpose::Browse);
    assert_eq!(scene.visit(late).unwrap().reception_called, Some(CallReason::AllDark), "and no longer than that");
}

#[test]
fn turns_are_those_of_the_day_whatever_somebody_did_overnight() {
    let mut scene = Scene::new().with_free(&["a", "b"]).with("rec", Role::Reception);
    let counted = |scene: &Scene| {
        let floor = &scene.state.floor;
        ["a", "b"].map(|name| floor.member(&staff(name)).unwrap().turns_of(floor.day(scene.now)))
    };
    let visit = scene.check_in(Purpose::Browse);
    scene.pass("a", visit).unwrap();
    scene.accept("b", visit).unwrap();
    scene.end("b", visit).unwrap();
    let visit = scene.check_in(Purpose::Browse);
    scene.seconds(8);
    scene.accept("b", visit).unwrap();
    scene.end("b", visit).unwrap();
    let turns = |taken, passed, missed, forced| Turns { taken, passed, missed, forced };
    assert_eq!(counted(&scene), [turns(0, 1, 1, 0), turns(2, 0, 0, 0)]);
    // Nobody went off in between.
    scene.advance(TimeDelta::days(1));
    assert_eq!(counted(&scene), [Turns::default(); 2]);
    let visit = scene.check_in(Purpose::Browse);
    scene.pass("a", visit).unwrap();
    scene.by("rec", Command::Assign(visit, staff("a"))).unwrap();
    assert_eq!(counted(&scene), [turns(0, 1, 0, 1), Turns::default()]);
}

#[test]
fn all_dark_goes_to_reception_at_once_and_to_the_first_phone_that_comes_back() {
    let mut scene = Scene::new().with_free(&["a"]);
    scene.dark.insert(staff("a"));
    scene.seconds(31);
    let visit = scene.check_in(Purpose::Browse);
    assert_eq!(scene.visit(visit).unwrap().reception_called, Some(CallReason::AllDark));
    assert_eq!(scene.asked(visit), []);
    scene.dark.clear();
    scene.seconds(1);
    assert_eq!(scene.asked(visit), asked(&[(1, "a", Why::Queue)]));
}

#[test]
fn purposes_choose_the_pool() {
    for (purpose, role) in [
        (Purpose::Service, Role::Advisor),
        (Purpose::Complaint, Role::Care),
        (Purpose::Other, Role::Reception),
        (Purpose::Help, Role::Consultant),
    ] {
        let mut scene = Scene::new().with_free(&["a"]).with("x", role);
        scene.presence("x", Presence::Free);
        scene.presence("a", Presence::Break);
        let visit = scene.check_in(purpose);
        assert_eq!(scene.asked(visit).len(), 1, "{purpose}");
        assert_eq!(scene.asked(visit)[0].1, "x");
        scene.accept("x", visit).unwrap();
        let turns = scene.state.floor.member(&staff("x")).unwrap().turns.taken;
        assert_eq!(turns, u32::from(role == Role::Consultant), "only sales purposes cost a turn");
    }
}

#[test]
fn a_showroom_without_advisors_lets_its_consultants_serve() {
    let consultant = |purpose| (purpose, vec![Role::Consultant]);
    let pools = Pools::new([Purpose::Service, Purpose::Other].map(consultant).into());
    let mut scene = Scene::new();
    scene.state.configure(Rules { floor: FloorRules { pools, ..FloorRules::default() }, ..Rules::default() });
    let mut scene = scene.with_free(&["a"]).with("adv", Role::Advisor).with("rec", Role::Reception);
    scene.presence("adv", Presence::Free);
    let visit = scene.check_in(Purpose::Service);
    assert_eq!(scene.asked(visit), asked(&[(0, "a", Why::LongestFree)]));
    let other = Correction { purpose: Some(Purpose::Other), ..Correction::default() };
    scene.by("rec", Command::Correct(visit, other)).unwrap();
    assert_eq!(scene.asked(visit), asked(&[(0, "a", Why::LongestFree)]), "the same people come");
    scene.accept("a", visit).unwrap();
    let second = scene.check_in(Purpose::Service);
    assert!(scene.visit(second).unwrap().queued, "the advisor serves nobody here");
    let complaint = scene.check_in(Purpose::Complaint);
    assert_eq!(
        scene.visit(complaint).unwrap().reception_called,
        Some(CallReason::NoSuchStaff),
        "of whom nothing is said, nobody serves"
    );
    scene.end("a", visit).unwrap();
    assert_eq!(scene.asked(second).last().unwrap().1, "a");
    assert!(scene.state.floor.is_consistent());
}

#[test]
fn collecting_a_car_asks_a_consultant_and_an_advisor() {
    let mut scene = Scene::new().with_free(&["a"]).with("adv", Role::Advisor);
    scene.presence("adv", Presence::Free);
    let visit = scene.check_in(Purpose::Collect);
    assert_eq!(scene.asked(visit).len(), 2);
    scene.accept("adv", visit).unwrap();
    assert!(scene.state.floor.member(&staff("a")).unwrap().asked.is_empty());
}

#[test]
fn language_and_the_one_asked_for_come_before_the_rotation() {
    let mut scene = Scene::new().with_free(&["a", "b"]);
    scene.hire("li", Role::Consultant, &[Language::Zh, Language::En]);
    scene.presence("li", Presence::Free);
    let english = scene.check_in_with(Purpose::Browse, Language::En, Detailed::default(), Some(0));
    assert_eq!(scene.asked(english), asked(&[(0, "li", Why::Language)]));
    let wanted = Detailed { consultant: Some(staff("b")), ..Detailed::default() };
    let visit = scene.check_in_with(Purpose::Appointment, Language::Zh, wanted, Some(0));
    assert_eq!(scene.asked(visit), asked(&[(0, "b", Why::Appointment)]));
    scene.accept("b", visit).unwrap();
    assert_eq!(scene.state.floor.member(&staff("b")).unwrap().turns.taken, 0, "an appointment costs no turn");
}

#[test]
fn accepted_and_not_greeted_is_asked_again_and_then_the_manager_is_told() {
    let mut scene = Scene::new().with_free(&["a"]).with("lin", Role::Manager);
    let visit = scene.check_in(Purpose::Browse);
    scene.accept("a", visit).unwrap();
    scene.seconds(45);
    assert_eq!(scene.second(visit, |e| matches!(e, FloorEvent::GreetingDue { manager: false, .. })), Some(20));
    assert_eq!(scene.second(visit, |e| matches!(e, FloorEvent::GreetingDue { manager: true, .. })), Some(40));
    scene.greet("a", visit).unwrap();
    scene.advance(TimeDelta::minutes(40));
    assert!(scene.visit(visit).unwrap().still_with_asked);
    scene.advance(TimeDelta::hours(4));
    assert!(scene.visit(visit).is_none(), "closed by the system, and forgotten");
    assert!(scene.state.floor.is_over(visit));
    assert_eq!(scene.state.floor.member(&staff("a")).unwrap().presence, Presence::Free);
}

#[test]
fn greeted_and_end_can_be_taken_back_for_two_minutes() {
    let mut scene = Scene::new().with_free(&["a"]);
    let visit = scene.check_in(Purpose::Browse);
    scene.accept("a", visit).unwrap();
    scene.greet("a", visit).unwrap();
    scene.by("a", Command::UndoVisit(visit)).unwrap();
    assert_eq!(scene.visit(visit).unwrap().stage(), Stage::Coming);
    scene.greet("a", visit).unwrap();
    scene.end("a", visit).unwrap();
    scene.seconds(119);
    scene.by("a", Command::UndoVisit(visit)).unwrap();
    assert_eq!(scene.visit(visit).unwrap().stage(), Stage::Greeted);
    assert_eq!(scene.state.floor.member(&staff("a")).unwrap().presence, Presence::WithCustomer);
    scene.end("a", visit).unwrap();
    scene.seconds(121);
    assert_eq!(scene.by("a", Command::UndoVisit(visit)), Err(Refusal::NothingToUndo));
}

#[test]
fn only_the_one_who_accepted_may_greet_and_end() {
    let mut scene = Scene::new().with_free(&["a", "b"]).with("rec", Role::Reception);
    let visit = scene.check_in(Purpose::Browse);
    scene.accept("a", visit).unwrap();
    assert_eq!(scene.greet("b", visit), Err(Refusal::NotYours));
    assert_eq!(scene.end("b", visit), Err(Refusal::NotYours));
    assert_eq!(scene.accept("a", visit), Ok(()), "the same answer twice is one answer");
    scene.by("rec", Command::Greet(visit)).unwrap();
    assert_eq!(scene.visit(visit).unwrap().greeted.unwrap().0, GreetedSource::Reception, "who saw it");
    scene.by("rec", Command::End(visit, Outcome::Interested)).unwrap();
    assert_eq!(scene.end("a", visit), Ok(()), "ended already, the same way");
}

#[test]
fn the_visitor_meets_leaves_and_takes_back() {
    let mut scene = Scene::new().with_free(&["a"]);
    let met = scene.check_in(Purpose::Browse);
    scene.kiosk(Command::Meet(met, scene.just_now())).unwrap();
    assert_eq!(scene.visit(met).unwrap().open_askings().count(), 0, "somebody stands there: nobody else is rung");
    let gone = scene.check_in(Purpose::Browse);
    scene.kiosk(Command::Cancel(gone, scene.just_now())).unwrap();
    scene.kiosk(Command::Cancel(gone, scene.just_now())).unwrap();
    assert_eq!(scene.visit(gone).unwrap().ended.unwrap().0, Outcome::Cancelled);
    assert_eq!(
        scene.kiosk(Command::Detail(gone, None, Detailed { party: Some(2), ..Detailed::default() })),
        Err(Refusal::VisitOver)
    );
}

#[test]
fn a_late_check_in_climbs_no_ladder_and_reception_is_told() {
    let mut scene = Scene::new().with_free(&["a"]).with("rec", Role::Reception);
    let visit = scene.check_in_with(Purpose::Browse, Language::Zh, Detailed::default(), Some(121_000));
    scene.seconds(60);
    assert_eq!(scene.asked(visit), []);
    let seen = scene.visit(visit).unwrap();
    assert!(seen.late && seen.breach.is_none());
    assert_eq!((seen.received_at - seen.arrived_at).num_seconds(), 121);
    let task = Task::Receive { visit, reason: CallReason::Late };
    assert!(scene.told.contains(&Effect::Task { to: staff("rec"), task }));
    let stage = |scene: &Scene| scene.statuses.iter().rfind(|status| status.visit == visit).unwrap().stage;
    assert_eq!(stage(&scene), Stage::Reception, "nobody is being called, and nobody is promised");
    scene.by("rec", Command::Assign(visit, staff("a"))).unwrap();
    assert_eq!(stage(&scene), Stage::Calling, "now somebody is");
    scene.pass("a", visit).unwrap();
    assert_eq!(scene.visit(visit).unwrap().stage(), Stage::Reception);
}

#[test]
fn whoever_oversees_the_floor_and_greets_their_own_visit_is_its_consultant() {
    let mut scene = Scene::new().with("rec", Role::Reception);
    scene.presence("rec", Presence::Free);
    let visit = scene.check_in(Purpose::Other);
    scene.accept("rec", visit).unwrap();
    scene.greet("rec", visit).unwrap();
    assert_eq!(scene.visit(visit).unwrap().greeted.unwrap().0, GreetedSource::Consultant);
}

#[test]
fn a_presence_that_a_visit_brought_is_not_undone_alone() {
    let mut scene = Scene::new().with_free(&["a"]);
    let presence = |scene: &Scene| scene.state.floor.member(&staff("a")).unwrap().presence;
    let visit = scene.check_in(Purpose::Browse);
    scene.accept("a", visit).unwrap();
    assert_eq!(scene.by("a", Command::UndoPresence), Err(Refusal::NothingToUndo), "never Accept");
    assert_eq!(presence(&scene), Presence::WithCustomer);
    scene.presence("a", Presence::Break);
    scene.by("a", Command::UndoPresence).unwrap();
    assert_eq!(presence(&scene), Presence::WithCustomer, "what somebody chose is");
    scene.end("a", visit).unwrap();
    assert_eq!(scene.by("a", Command::UndoPresence), Err(Refusal::NothingToUndo));
    assert_eq!(presence(&scene), Presence::Free);
}

#[test]
fn the_managers_one_alert_renews_until_somebody_accepts() {
    let mut scene = Scene::new().with("a", Role::Consultant).with("lin", Role::Manager);
    let first = scene.check_in(Purpose::Browse);
    scene.check_in(Purpose::Browse);
    scene.seconds(65);
    let told: Vec<u32> = scene
        .history
        .iter()
        .filter_map(|(_, e)| if let FloorEvent::ManagerAlerted { waiting } = e { Some(*waiting) } else { None })
        .collect();
    assert_eq!(told, [1, 2, 2], "raised at once, renewed every 30 s, one alert for both");
    scene.by("lin", Command::Assign(first, staff("a"))).unwrap();
    scene.accept("a", first).unwrap();
    let task = effects(&scene.state, &Event::Floor(FloorEvent::ManagerAlerted { waiting: 1 }));
    assert_eq!(task, [Effect::Task { to: staff("lin"), task: Task::Waiting { waiting: 1 } }]);
}

#[test]
fn going_on_a_break_hands_the_open_alert_on() {
    let mut scene = Scene::new().with_free(&["a", "b"]);
    let visit = scene.check_in(Purpose::Browse);
    scene.presence("a", Presence::Break);
    assert_eq!(scene.asked(visit).last().unwrap().1, "b");
    scene.by("a", Command::UndoPresence).unwrap();
    assert_eq!(scene.state.floor.member(&staff("a")).unwrap().presence, Presence::Free);
    scene.seconds(121);
    assert_eq!(scene.by("a", Command::UndoPresence), Err(Refusal::NothingToUndo));
}

#[test]
fn an_alert_hides_the_name_until_it_is_accepted() {
    let mut scene = Scene::new().with_free(&["a"]);
    let said = Detailed {
        surname: Some(shared::personal::Personal::new("王")),
        title: Some(shared::wire::Title::Mr),
        ..Detailed::default()
    };
    let visit = scene.check_in_with(Purpose::Browse, Language::Zh, said, Some(0));
    let alert = scene.alert("a", visit).unwrap();
    let ring = |scene: &Scene| match scene.state.ring(alert) {
        Some(Effect::Alert { alert, .. }) => alert.name,
        other => panic!("{other:?}"),
    };
    assert_eq!(ring(&scene), None);
    scene.accept("a", visit).unwrap();
    assert_eq!(ring(&scene).as_deref(), Some("王先生"));
}

#[test]
fn a_second_visitor_waits_for_the_seven_second_rung_of_the_only_one_who_is_asked() {
    let mut scene = Scene::new().with_free(&["a"]);
    let first = scene.check_in(Purpose::Browse);
    let second = scene.check_in(Purpose::Browse);
    assert_eq!(scene.asked(second), [], "an open alert keeps a person from further ones");
    scene.seconds(8);
    assert_eq!(scene.asked(second).len(), 1);
    scene.accept("a", first).unwrap();
    assert_eq!(scene.visit(second).unwrap().open_askings().count(), 0);
    assert!(scene.visit(second).unwrap().queued);
}
