//! Appointments whose visit does not stay what it was: taken back, joined with another, or going on after all.

use chrono::TimeDelta;
use shared::ids::VisitId;
use shared::phone::PhoneNumber;
use shared::wire::{Detailed, Purpose, Why};

use super::super::{Expected, Standing, Wish};
use super::{LI, asked, book, comes, id, showroom, stands, told, with};
use crate::domain::command::Command;
use crate::domain::effect::{Effect, Task};
use crate::domain::floor::member::Presence;
use crate::domain::floor::scene::{Scene, staff};
use crate::domain::floor::visit::Outcome;

/// `a` expects somebody now.
fn expecting() -> Scene {
    let mut scene = showroom();
    let at = scene.now;
    book(&mut scene, "rec", 1, with("a", at)).unwrap();
    scene
}

/// The appointment that this visit is marked with, and the visit with which that one is kept.
#[track_caller]
fn check(scene: &Scene, visit: VisitId, marked: Option<u8>, kept_with: Option<VisitId>) {
    let mark = scene.visit(visit).unwrap().appointment.as_ref();
    assert_eq!(mark.map(|expected| expected.appointment), marked.map(id));
    assert!(mark.is_none_or(|Expected { consultant, .. }| *consultant == staff("a")));
    let known = scene.state.diary.get(id(1)).unwrap();
    assert_eq!((known.standing == Standing::Kept, known.visit), (kept_with.is_some(), kept_with));
}

/// The latest alert about this visit tells when the appointment is.
fn says_when(scene: &Scene, visit: VisitId) -> Option<bool> {
    scene.told.iter().rev().find_map(|effect| match effect {
        Effect::Alert { alert, .. } if alert.visit == visit => Some(alert.appointment.is_some()),
        _ => None,
    })
}

#[test]
fn an_appointment_goes_along_to_the_visit_that_its_own_one_joins() {
    let mut scene = expecting();
    let first = scene.check_in(Purpose::Browse);
    assert_eq!(asked(&scene, first), [("b".to_owned(), Why::LongestFree)]);
    let second = comes(&mut scene, LI, None);
    assert_eq!(asked(&scene, second), [("a".to_owned(), Why::Appointment)]);
    scene.by("rec", Command::Join(first, second)).unwrap();
    assert_eq!(scene.visit(second).unwrap().joined, Some(first));
    check(&scene, first, Some(1), Some(first));
    // Whoever is expected by `a` rings `a`, whichever of the two taps goes on.
    let both = [("b".to_owned(), Why::LongestFree), ("a".to_owned(), Why::Appointment)];
    assert_eq!(asked(&scene, first), both);
    assert_eq!(says_when(&scene, first), Some(true));
    let turns = scene.state.floor.member(&staff("a")).unwrap().turns.taken;
    scene.accept("a", first).unwrap();
    assert_eq!(scene.state.floor.member(&staff("a")).unwrap().turns.taken, turns);

    scene.by("rec", Command::UndoVisit(second)).unwrap();
    check(&scene, first, None, Some(second));
    check(&scene, second, Some(1), Some(second));
    assert_eq!(says_when(&scene, first), Some(false), "whoever serves the other one is told");
}

#[test]
fn a_consultant_who_cannot_come_hears_that_their_appointment_is_with_a_colleague() {
    let mut scene = expecting();
    let first = scene.check_in(Purpose::Browse);
    scene.accept("b", first).unwrap();
    let second = comes(&mut scene, LI, None);
    scene.by("b", Command::Join(first, second)).unwrap();
    check(&scene, first, Some(1), Some(first));
    let here = |task: &Task| matches!(task, Task::AppointmentHere { visit, .. } if *visit == first);
    assert_eq!(told(&scene, "a", here), 1);
    assert_eq!(scene.asked(first).len(), 1, "nobody is rung for a visitor who is served");
}

#[test]
fn two_appointments_of_one_party_stay_each_with_their_own_visit() {
    let mut scene = expecting();
    let at = scene.now + TimeDelta::hours(2);
    let mut other = with("a", at);
    other.whom.as_mut().unwrap().phone = PhoneNumber::parse("13900139000").ok();
    book(&mut scene, "rec", 2, other).unwrap();
    let first = comes(&mut scene, "13900139000", None);
    let second = comes(&mut scene, LI, None);
    scene.by("rec", Command::Join(first, second)).unwrap();
    check(&scene, first, Some(2), Some(second));
    scene.by("rec", Command::UndoVisit(second)).unwrap();
    check(&scene, second, Some(1), Some(second));
    check(&scene, first, Some(2), Some(second));
}

#[test]
fn a_number_that_has_two_appointments_keeps_the_one_that_goes_along() {
    let mut scene = expecting();
    let at = scene.now + TimeDelta::hours(2);
    book(&mut scene, "rec", 2, with("a", at)).unwrap();
    let first = scene.check_in(Purpose::Browse);
    let second = comes(&mut scene, LI, None);
    scene.by("rec", Command::Join(first, second)).unwrap();
    check(&scene, first, Some(1), Some(first));
    stands(&scene, 2, Standing::Booked);
}

#[test]
fn a_check_in_that_is_taken_back_is_expected_again() {
    let mut scene = expecting();
    let visit = comes(&mut scene, LI, None);
    scene.kiosk(Command::Cancel(visit, scene.just_now())).unwrap();
    stands(&scene, 1, Standing::Booked);
    let again = comes(&mut scene, LI, None);
    assert_eq!(asked(&scene, again), [("a".to_owned(), Why::Appointment)], "and rings through when they come");
    check(&scene, again, Some(1), Some(again));
    // What somebody else has kept since, the first one does not take away.
    scene.by("rec", Command::UndoVisit(visit)).unwrap();
    check(&scene, visit, None, Some(again));
    check(&scene, again, Some(1), Some(again));
}

#[test]
fn a_cancelling_that_is_taken_back_keeps_the_appointment_after_all() {
    let mut scene = expecting();
    let visit = comes(&mut scene, LI, None);
    scene.kiosk(Command::Cancel(visit, scene.just_now())).unwrap();
    scene.seconds(60);
    scene.by("rec", Command::UndoVisit(visit)).unwrap();
    check(&scene, visit, Some(1), Some(visit));
    assert!(scene.visit(visit).unwrap().open_askings().any(|asked| asked.to == staff("a")));
    // Forty minutes later nobody is missed.
    scene.accept("a", visit).unwrap();
    scene.advance(TimeDelta::minutes(40));
    stands(&scene, 1, Standing::Kept);
}

#[test]
fn what_is_taken_back_after_its_time_was_missed_and_may_still_be_kept() {
    let mut scene = expecting();
    scene.presence("a", Presence::Break);
    scene.presence("b", Presence::Break);
    let visit = comes(&mut scene, LI, None);
    scene.advance(TimeDelta::minutes(31));
    stands(&scene, 1, Standing::Kept);
    scene.kiosk(Command::Cancel(visit, scene.just_now())).unwrap();
    stands(&scene, 1, Standing::Missed);
    scene.by("rec", Command::UndoVisit(visit)).unwrap();
    check(&scene, visit, Some(1), Some(visit));
}

#[test]
fn whoever_left_has_come_and_an_end_that_is_taken_back_changes_nothing() {
    let mut scene = expecting();
    let visit = comes(&mut scene, LI, None);
    scene.accept("a", visit).unwrap();
    scene.end("a", visit).unwrap();
    check(&scene, visit, Some(1), Some(visit));
    scene.by("a", Command::UndoVisit(visit)).unwrap();
    assert_eq!(scene.visit(visit).unwrap().ended, None);
    check(&scene, visit, Some(1), Some(visit));
}

#[test]
fn an_appointment_that_was_kept_by_mistake_leaves_no_mark() {
    let mut scene = expecting();
    let visit = comes(&mut scene, LI, None);
    scene.by("rec", Command::Arrange(id(1), Wish::Restore)).unwrap();
    check(&scene, visit, None, None);
    // Also where the visit was over by then, and goes on after all.
    scene
        .kiosk(Command::Detail(visit, None, Detailed { phone: PhoneNumber::parse(LI).ok(), ..Detailed::default() }))
        .unwrap();
    check(&scene, visit, Some(1), Some(visit));
    scene.accept("a", visit).unwrap();
    scene.by("a", Command::End(visit, Outcome::Left)).unwrap();
    scene.by("rec", Command::Arrange(id(1), Wish::Restore)).unwrap();
    scene.by("a", Command::UndoVisit(visit)).unwrap();
    check(&scene, visit, None, None);
}

#[test]
fn a_joined_party_that_takes_itself_back_is_expected_again() {
    let mut scene = expecting();
    let first = scene.check_in(Purpose::Browse);
    let second = comes(&mut scene, LI, None);
    scene.by("rec", Command::Join(first, second)).unwrap();
    scene.kiosk(Command::Cancel(first, scene.just_now())).unwrap();
    stands(&scene, 1, Standing::Booked);
    scene.by("rec", Command::UndoVisit(second)).unwrap();
    check(&scene, second, Some(1), Some(second));
    scene.by("rec", Command::UndoVisit(first)).unwrap();
    check(&scene, first, None, Some(second));
}
