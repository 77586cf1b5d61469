//! Appointments in the views: by their time, with what came of them, and without whom they expected once that is erased.

use chrono::{DateTime, TimeDelta, Utc};
use shared::ids::AppointmentId;
use shared::personal::Personal;

use super::super::{AppointmentRow, Views};
use super::{bytes, commits, id, start, told};
use crate::domain::Event;
use crate::domain::diary::{DiaryEvent, Matter, Standing, Terms, Whom};
use crate::domain::sales::Erasure;
use crate::domain::secret::{Sealable as _, Secret, Subject};
use crate::log::Commit;

fn appointment(n: u8) -> AppointmentId {
    AppointmentId::new(start(), [n; 10])
}

fn after(hours: i64) -> DateTime<Utc> {
    start() + TimeDelta::hours(hours)
}

fn terms(hours: i64) -> Terms {
    let consultant = "wang".parse().unwrap();
    Terms { consultant, at: after(hours), minutes: 60, matter: Matter::Talk, models: Vec::new() }
}

fn booked(n: u8, hours: i64) -> DiaryEvent {
    let appointment = appointment(n);
    let whom = Whom { name: Some(Personal::new("诸葛")), ..Whom::default() };
    let mut secret = Secret::open(Subject::Appointment(appointment), whom);
    secret.close("sealed".to_owned());
    DiaryEvent::Booked { appointment, terms: terms(hours), secret, lead: None, by: "qian".parse().ok() }
}

fn moved(n: u8, hours: i64) -> DiaryEvent {
    DiaryEvent::Changed { appointment: appointment(n), terms: terms(hours), secret: None, by: None }
}

fn erased(n: u8, why: Erasure) -> DiaryEvent {
    DiaryEvent::Erased { appointment: appointment(n), by: None, why }
}

fn diary(story: Vec<DiaryEvent>) -> Vec<Commit> {
    commits((0..).zip(story).map(|(ms, event)| (ms, Event::from(event))).collect())
}

fn rows(views: &Views, from: i64, to: i64) -> Vec<AppointmentRow> {
    views.each_appointment(after(from), after(to)).map(Result::unwrap).collect()
}

/// How the one appointment stands after this, and with which visit.
#[track_caller]
fn check(story: &[DiaryEvent], standing: Standing, visit: Option<u8>) {
    let story = [booked(1, 2)].into_iter().chain(story.iter().cloned()).collect();
    let (_data, views) = told(&diary(story));
    let [row] = <[_; 1]>::try_from(rows(&views, 0, 240)).expect("one row");
    assert_eq!((row.standing, row.visit), (standing, visit.map(id)));
}

#[test]
fn a_row_says_what_came_of_it() {
    let appointment = appointment(1);
    let cancelled = DiaryEvent::Cancelled { appointment, by: None };
    let restored = DiaryEvent::Restored { appointment, by: None, visit: None };
    let kept = DiaryEvent::Kept { appointment, visit: Some(id(7)), by: None };
    let followed = DiaryEvent::Followed { appointment, from: id(7), visit: id(8) };
    let missed = DiaryEvent::Missed { appointment };
    check(&[], Standing::Booked, None);
    check(&[DiaryEvent::Reminded { appointment }], Standing::Booked, None);
    check(std::slice::from_ref(&cancelled), Standing::Cancelled, None);
    check(&[cancelled, restored.clone()], Standing::Booked, None);
    check(&[missed.clone(), kept.clone()], Standing::Kept, Some(7));
    check(&[kept.clone(), followed], Standing::Kept, Some(8));
    check(&[kept.clone(), restored], Standing::Booked, None);
    check(&[missed, moved(1, 5)], Standing::Booked, None);
    check(&[kept, erased(1, Erasure::Expired)], Standing::Kept, Some(7));
}

#[test]
fn a_row_lies_by_the_time_that_was_agreed_on_last() {
    let all = diary(vec![booked(1, 2), booked(2, 3), moved(1, 50), booked(3, 51), moved(3, 1)]);
    let (_data, views) = told(&all);
    let order = |from, to| rows(&views, from, to).iter().map(|row| row.appointment).collect::<Vec<_>>();
    assert_eq!(order(0, 24), [appointment(3), appointment(2)]);
    assert_eq!(order(24, 240), [appointment(1)]);
    assert_eq!(order(2, 3), [], "from counts, to does not");
    assert_eq!(rows(&views, 24, 240)[0].booked_by, "qian".parse().ok());
    // Told one by one it is the same to the byte.
    let (_other, singly) = told(&[]);
    for commit in &all {
        singly.apply(std::slice::from_ref(commit)).unwrap();
    }
    assert_eq!(bytes(&singly), bytes(&views));
}

#[test]
fn whoever_withdraws_takes_the_row_along_and_time_only_who_it_was() {
    for (why, left) in [(Erasure::Expired, 1), (Erasure::Withdrawn, 0), (Erasure::TakenBack, 0)] {
        let all = diary(vec![booked(1, 2), erased(1, why)]);
        let (_data, views) = told(&all);
        let now = rows(&views, 0, 24);
        assert_eq!(now.len(), left, "{why:?}");
        assert!(now.iter().all(|row| row.secret.sealed().is_none()), "{why:?}");
        let (_other, singly) = told(&all[..1]);
        assert_eq!(rows(&singly, 0, 24)[0].secret.sealed(), Some("sealed"));
        singly.apply(&all[1..]).unwrap();
        assert_eq!(bytes(&singly), bytes(&views), "{why:?}");
    }
}
