//! Appointments: who may make them, whom they ring for, and how long they are known.

mod leads;
mod visits;

use chrono::{DateTime, TimeDelta, Utc};
use shared::consent::{Consent, ConsentPurpose};
use shared::ids::{AppointmentId, StaffId, VisitId};
use shared::personal::Personal;
use shared::phone::PhoneNumber;
use shared::wire::{Detailed, Language, Purpose, Why};

use super::{Booking, DiaryEvent, Matter, Standing, Whom, Wish};
use crate::domain::command::{Actor, Command, Refusal};
use crate::domain::effect::{Effect, Task};
use crate::domain::floor::member::Presence;
use crate::domain::floor::scene::{Scene, staff};
use crate::domain::roster::Role;
use crate::domain::sales::{Erasure, LeadEvent};
use crate::domain::secret::{Secrets as _, Subject};
use crate::domain::{Event, Rules, State};

const LI: &str = "13800138000";

/// Consultants `a` and `b`, reception and a manager; it is `b`'s turn before `a`'s.
fn showroom() -> Scene {
    let mut scene = Scene::new().with_free(&["a", "b"]).with("rec", Role::Reception).with("man", Role::Manager);
    let visit = scene.check_in(Purpose::Browse);
    scene.accept("a", visit).unwrap();
    scene.end("a", visit).unwrap();
    scene.seconds(180);
    scene
}

fn id(number: u8) -> AppointmentId {
    AppointmentId::new(DateTime::UNIX_EPOCH, [number; 10])
}

fn with(consultant: &str, at: DateTime<Utc>) -> Booking {
    Booking {
        consultant: staff(consultant),
        at,
        minutes: None,
        matter: Matter::TestDrive,
        models: Vec::new(),
        whom: Some(Whom { name: Some(Personal::new("李")), phone: PhoneNumber::parse(LI).ok(), ..Whom::default() }),
        lead: None,
        despite: false,
    }
}

fn book(scene: &mut Scene, by: &str, number: u8, booking: Booking) -> Result<(), Refusal> {
    scene.by(by, Command::Arrange(id(number), Wish::Book(Box::new(booking))))
}

fn comes(scene: &mut Scene, number: &str, consultant: Option<&str>) -> VisitId {
    let phone = PhoneNumber::parse(number).ok();
    let detail = Detailed { phone, consultant: consultant.map(staff), ..Detailed::default() };
    scene.check_in_with(Purpose::Browse, Language::Zh, detail, Some(0))
}

fn asked(scene: &Scene, visit: VisitId) -> Vec<(String, Why)> {
    scene.asked(visit).into_iter().map(|(_, who, why)| (who, why)).collect()
}

#[track_caller]
fn stands(scene: &Scene, number: u8, expect: Standing) {
    assert_eq!(scene.state.diary.get(id(number)).unwrap().standing, expect);
}

fn told(scene: &Scene, who: &str, is: impl Fn(&Task) -> bool) -> usize {
    let tasks =
        scene.told.iter().filter(|effect| matches!(effect, Effect::Task { to, task } if *to == staff(who) && is(task)));
    tasks.count()
}

#[test]
fn whoever_is_expected_rings_through_to_their_consultant_and_it_costs_no_turn() {
    let mut scene = showroom();
    let at = scene.now + TimeDelta::minutes(40);
    book(&mut scene, "rec", 1, with("a", at)).unwrap();
    let turn = scene.state.floor.member(&staff("a")).unwrap().last_turn;
    scene.advance(TimeDelta::minutes(30));
    // They say nothing of an appointment, and it is the other one's turn.
    let visit = comes(&mut scene, "+86 138-0013-8000", None);
    assert_eq!(asked(&scene, visit), [("a".to_owned(), Why::Appointment)]);
    let alert = scene.told.iter().rev().find_map(|effect| match effect {
        Effect::Alert { alert, .. } => Some(alert.clone()),
        _ => None,
    });
    assert_eq!(alert.unwrap().appointment.map(|at| at.timestamp() / 60), Some(at.timestamp() / 60));
    stands(&scene, 1, Standing::Kept);
    assert_eq!(scene.state.diary.get(id(1)).unwrap().visit, Some(visit));
    let named = |scene: &Scene| {
        let name = |effect: &Effect| match effect {
            Effect::Alert { alert, .. } => Some(alert.name.clone()),
            _ => None,
        };
        scene.told.iter().rev().find_map(name).flatten()
    };
    assert_eq!(named(&scene), None);
    scene.accept("a", visit).unwrap();
    assert_eq!(named(&scene).as_deref(), Some("李"), "the name opens with Accept");
    assert_eq!(scene.state.floor.member(&staff("a")).unwrap().last_turn, turn);
    assert_eq!(told(&scene, "a", |task| matches!(task, Task::AppointmentHere { .. })), 0, "they come themselves");
    // Nothing is left to be missed, and whoever comes twice is no second appointment.
    scene.advance(TimeDelta::hours(2));
    stands(&scene, 1, Standing::Kept);
}

#[test]
fn a_number_that_follows_the_tap_rings_beside_whoever_is_asked_and_a_stranger_is_nobody() {
    let mut scene = showroom();
    let at = scene.now;
    book(&mut scene, "a", 1, with("a", at)).unwrap();
    let visit = scene.check_in(Purpose::Appointment);
    assert_eq!(asked(&scene, visit), [("b".to_owned(), Why::LongestFree)]);
    let detail = |text| Detailed { phone: PhoneNumber::parse(text).ok(), ..Detailed::default() };
    scene.kiosk(Command::Detail(visit, None, detail("13900139000"))).unwrap();
    stands(&scene, 1, Standing::Booked);
    scene.kiosk(Command::Detail(visit, None, detail(LI))).unwrap();
    let both = [("b".to_owned(), Why::LongestFree), ("a".to_owned(), Why::Appointment)];
    assert_eq!(asked(&scene, visit), both);
    stands(&scene, 1, Standing::Kept);
    scene.kiosk(Command::Detail(visit, None, detail(LI))).unwrap();
    assert_eq!(asked(&scene, visit), both, "said twice, rung once");
    // Whichever of the two comes: with the appointment it is no turn.
    let turns = scene.state.floor.member(&staff("a")).unwrap().turns.taken;
    scene.accept("a", visit).unwrap();
    assert_eq!(scene.state.floor.member(&staff("a")).unwrap().turns.taken, turns);
}

#[test]
fn without_a_number_the_wish_decides_and_nobody_is_taken_for_anybody() {
    let mut scene = showroom();
    let at = scene.now;
    book(&mut scene, "a", 1, with("a", at)).unwrap();
    let detail = Detailed { consultant: Some(staff("a")), ..Detailed::default() };
    let visit = scene.check_in_with(Purpose::Appointment, Language::Zh, detail, Some(0));
    assert_eq!(asked(&scene, visit), [("a".to_owned(), Why::Appointment)]);
    stands(&scene, 1, Standing::Booked);
    // Who stands before them knows better.
    scene.accept("a", visit).unwrap();
    scene.by("a", Command::Arrange(id(1), Wish::Keep)).unwrap();
    stands(&scene, 1, Standing::Kept);
    assert_eq!(scene.state.diary.get(id(1)).unwrap().visit, Some(visit));
}

#[test]
fn the_own_customer_comes_first_and_whom_the_visitor_names_before_the_diary() {
    let mut scene = showroom();
    let agreed = Consent { purpose: ConsentPurpose::Contact, wording: "v1".to_owned(), given: true };
    let detail = Detailed { phone: PhoneNumber::parse(LI).ok(), consents: vec![agreed], ..Detailed::default() };
    let visit = scene.check_in_with(Purpose::Browse, Language::Zh, detail, Some(0));
    scene.accept("b", visit).unwrap();
    scene.greet("b", visit).unwrap();
    scene.end("b", visit).unwrap();
    scene.seconds(180);
    let at = scene.now;
    book(&mut scene, "rec", 1, with("a", at)).unwrap();
    assert_eq!(scene.state.agenda()[0].owner, Some(staff("b")), "the morning's list says whose customer it is");
    let visit = comes(&mut scene, LI, None);
    assert_eq!(asked(&scene, visit), [("b".to_owned(), Why::OwnCustomer)]);
    stands(&scene, 1, Standing::Kept);

    let mut scene = showroom();
    let at = scene.now;
    book(&mut scene, "rec", 1, with("a", at)).unwrap();
    let visit = comes(&mut scene, LI, Some("b"));
    assert_eq!(asked(&scene, visit), [("b".to_owned(), Why::AskedFor)]);
    stands(&scene, 1, Standing::Kept);
}

#[test]
fn a_consultant_who_cannot_come_is_told_and_the_next_rule_decides() {
    for away in [Presence::WithCustomer, Presence::Off] {
        let mut scene = showroom();
        let at = scene.now;
        book(&mut scene, "rec", 1, with("a", at)).unwrap();
        scene.presence("a", away);
        let visit = comes(&mut scene, LI, None);
        assert_eq!(asked(&scene, visit), [("b".to_owned(), Why::LongestFree)]);
        let here = Task::AppointmentHere { visit, at: scene.state.diary.get(id(1)).unwrap().terms.at };
        assert_eq!(told(&scene, "a", |task| *task == here), 1, "{away:?}");
    }
}

#[test]
fn who_is_expected_waits_before_who_is_not() {
    let mut scene = showroom();
    let at = scene.now;
    book(&mut scene, "rec", 1, with("a", at)).unwrap();
    scene.presence("a", Presence::Break);
    scene.presence("b", Presence::Break);
    let first = scene.check_in(Purpose::Browse);
    scene.seconds(5);
    let expected = comes(&mut scene, LI, None);
    scene.seconds(60);
    scene.presence("b", Presence::Free);
    assert_eq!(asked(&scene, expected), [("b".to_owned(), Why::Queue)]);
    assert_eq!(asked(&scene, first), []);
}

#[test]
fn a_consultant_is_reminded_and_nobody_who_came_is_missed() {
    let mut scene = showroom();
    let at = scene.now + TimeDelta::hours(2);
    book(&mut scene, "a", 1, with("a", at)).unwrap();
    let soon = |task: &Task| matches!(task, Task::AppointmentSoon { .. });
    scene.advance(TimeDelta::minutes(104));
    assert_eq!(told(&scene, "a", soon), 0);
    scene.advance(TimeDelta::minutes(1));
    assert_eq!((told(&scene, "a", soon), told(&scene, "b", soon)), (1, 0));
    // Moved, it is another time to be reminded of.
    let later = at + TimeDelta::hours(1);
    let change = Wish::Change(Box::new(Booking { whom: None, ..with("a", later) }));
    scene.by("a", Command::Arrange(id(1), change)).unwrap();
    assert!(scene.state.diary.get(id(1)).unwrap().phone().is_some(), "who is expected stays");
    scene.advance(TimeDelta::minutes(60));
    assert_eq!(told(&scene, "a", soon), 2);
    scene.advance(TimeDelta::minutes(44));
    stands(&scene, 1, Standing::Booked);
    scene.advance(TimeDelta::minutes(1));
    stands(&scene, 1, Standing::Missed);
    scene.seconds(60);
    let visit = comes(&mut scene, LI, None);
    assert_eq!(asked(&scene, visit), [("a".to_owned(), Why::Appointment)], "late, and here");
    stands(&scene, 1, Standing::Kept);
}

#[test]
fn an_appointment_is_of_its_day_alone_and_what_was_cancelled_rings_for_nobody() {
    let mut scene = showroom();
    let at = scene.now + TimeDelta::days(1);
    book(&mut scene, "a", 1, with("a", at)).unwrap();
    let visit = comes(&mut scene, LI, None);
    assert_eq!(asked(&scene, visit), [("b".to_owned(), Why::LongestFree)]);
    scene.kiosk(Command::Leave(visit, scene.just_now())).unwrap();
    scene.advance(TimeDelta::days(1));
    scene.by("a", Command::Arrange(id(1), Wish::Cancel)).unwrap();
    let visit = comes(&mut scene, LI, None);
    assert_eq!(asked(&scene, visit), [("b".to_owned(), Why::LongestFree)]);
    scene.kiosk(Command::Leave(visit, scene.just_now())).unwrap();
    scene.by("a", Command::Arrange(id(1), Wish::Restore)).unwrap();
    let visit = comes(&mut scene, LI, None);
    assert_eq!(asked(&scene, visit), [("a".to_owned(), Why::Appointment)]);
}

/// What `by` is told who asks for this.
#[track_caller]
fn check(scene: &mut Scene, by: &str, number: u8, wish: &Wish, expect: Result<(), Refusal>) {
    assert_eq!(scene.by(by, Command::Arrange(id(number), wish.clone())), expect, "{by} {wish:?}");
}

#[test]
fn consultants_have_their_own_appointments_and_nobody_is_promised_twice_unawares() {
    let mut scene = showroom();
    let at = scene.now + TimeDelta::hours(1);
    let wish = |consultant: &str, minutes| Wish::Book(Box::new(with(consultant, at + TimeDelta::minutes(minutes))));
    check(&mut scene, "a", 1, &wish("b", 0), Err(Refusal::NotYours));
    check(&mut scene, "a", 1, &wish("nobody", 0), Err(Refusal::NotYours));
    check(&mut scene, "man", 1, &wish("nobody", 0), Err(Refusal::UnknownStaff));
    check(&mut scene, "man", 1, &wish("man", 0), Err(Refusal::UnknownStaff));
    check(&mut scene, "a", 1, &wish("a", 0), Ok(()));
    check(&mut scene, "a", 1, &wish("a", 0), Ok(()));
    check(&mut scene, "rec", 2, &wish("a", 59), Err(Refusal::DoubleBooked));
    check(&mut scene, "rec", 2, &wish("a", -59), Err(Refusal::DoubleBooked));
    check(&mut scene, "rec", 2, &wish("a", 60), Ok(()));
    check(&mut scene, "rec", 3, &wish("b", 0), Ok(()));
    let despite = Wish::Change(Box::new(Booking { despite: true, ..with("a", at + TimeDelta::minutes(30)) }));
    check(
        &mut scene,
        "a",
        2,
        &Wish::Change(Box::new(with("a", at + TimeDelta::minutes(30)))),
        Err(Refusal::DoubleBooked),
    );
    check(&mut scene, "a", 2, &despite, Ok(()));
    check(&mut scene, "a", 3, &Wish::Cancel, Err(Refusal::NotYours));
    check(&mut scene, "a", 2, &Wish::Change(Box::new(with("b", at + TimeDelta::hours(5)))), Err(Refusal::NotYours));
    check(&mut scene, "man", 3, &Wish::Reveal, Ok(()));
    check(&mut scene, "a", 3, &Wish::Reveal, Err(Refusal::NotYours));
    check(&mut scene, "b", 3, &Wish::Cancel, Ok(()));
    check(&mut scene, "b", 3, &Wish::Keep, Err(Refusal::AppointmentOver));
    check(&mut scene, "a", 9, &Wish::Cancel, Err(Refusal::UnknownAppointment));
    check(&mut scene, "b", 1, &Wish::Keep, Err(Refusal::NotYours));
    check(&mut scene, "a", 1, &Wish::Keep, Ok(()));
    check(&mut scene, "a", 1, &Wish::Cancel, Err(Refusal::AppointmentOver));
    let stranger = Command::Arrange(id(1), Wish::Cancel);
    assert_eq!(scene.ask(Actor::Visitor, stranger), Err(Refusal::WrongSender));
}

fn destroyed(scene: &Scene) -> usize {
    let key = Effect::DestroyKey(Subject::Appointment(id(1)));
    scene.told.iter().filter(|effect| **effect == key).count()
}

#[test]
fn who_was_expected_is_known_for_a_week_after_it_and_no_longer() {
    let mut scene = showroom();
    let at = scene.now + TimeDelta::hours(1);
    book(&mut scene, "a", 1, with("a", at)).unwrap();
    let end = scene.state.diary.get(id(1)).unwrap().terms.end();
    scene.advance(end + TimeDelta::days(7) - scene.now - TimeDelta::seconds(1));
    assert_eq!((destroyed(&scene), scene.state.diary.is_empty()), (0, false));
    scene.seconds(1);
    assert_eq!((destroyed(&scene), scene.state.diary.is_empty()), (1, true));
    let erased = scene
        .all
        .iter()
        .any(|(_, event)| matches!(event, Event::Diary(DiaryEvent::Erased { why: Erasure::Expired, by: None, .. })));
    assert!(erased);
}

#[test]
fn whoever_withdraws_is_expected_by_nobody_and_a_clock_that_leaps_erases_nobody_at_once() {
    let mut scene = showroom();
    let agreed = Consent { purpose: ConsentPurpose::Contact, wording: "v1".to_owned(), given: true };
    let detail = Detailed { phone: PhoneNumber::parse(LI).ok(), consents: vec![agreed], ..Detailed::default() };
    scene.check_in_with(Purpose::Browse, Language::Zh, detail, Some(0));
    let lead = scene.all.iter().find_map(|(_, event)| match event {
        Event::Lead(LeadEvent::Received(lead)) => Some(lead.id),
        _ => None,
    });
    let at = scene.now + TimeDelta::days(1);
    book(&mut scene, "a", 1, with("a", at)).unwrap();
    book(&mut scene, "a", 2, Booking { whom: None, ..with("a", at + TimeDelta::hours(3)) }).unwrap();
    scene.ask(Actor::System, Command::EraseLead(lead.unwrap())).unwrap();
    assert_eq!(destroyed(&scene), 1);
    assert!(scene.state.diary.get(id(1)).is_none() && scene.state.diary.get(id(2)).is_some());

    scene.by("a", Command::Arrange(id(2), Wish::Cancel)).unwrap();
    scene.now += TimeDelta::days(400);
    scene.seconds(0);
    assert!(scene.state.diary.get(id(2)).is_some(), "it may be the clock");
    scene.advance(TimeDelta::days(8));
    assert!(scene.state.diary.get(id(2)).is_none());
}

#[test]
fn a_snapshot_and_a_replay_come_to_the_same_diary() {
    let mut scene = showroom();
    let at = scene.now + TimeDelta::hours(1);
    book(&mut scene, "a", 1, with("a", at)).unwrap();
    book(&mut scene, "rec", 2, with("b", at)).unwrap();
    scene.advance(TimeDelta::minutes(50));
    comes(&mut scene, LI, None);
    let mut state = State::default();
    state.configure(Rules::default());
    for (at, event) in &scene.all {
        state.apply(event, *at);
    }
    assert_eq!(state.diary, scene.state.diary);
    let mut sealed = scene.state.diary.without_index();
    let mut plain = Vec::new();
    sealed.each_secret(&mut |secret| {
        plain.push(secret.plain().unwrap());
        secret.close("sealed".to_owned());
    });
    let text = serde_json::to_string(&sealed).unwrap();
    assert!(!text.contains(LI) && !text.contains('李'));
    let mut read: super::Diary = serde_json::from_str(&text).unwrap();
    let mut plain = plain.into_iter();
    read.each_secret(&mut |secret| secret.reopen(plain.next().as_deref()));
    let rules = Rules::default();
    read.configure(rules.diary, rules.zone, rules.number_key);
    assert_eq!(read, scene.state.diary);
}

#[test]
fn events_of_the_diary_read_for_ever() {
    let who: StaffId = staff("wang");
    let secret = r#"{"of":"appointment-00000000-0000-7101-8101-010101010101","sealed":"c2VhbGVk"}"#;
    let terms =
        r#"{"consultant":"wang","at":"2026-11-29T02:30:00Z","minutes":60,"matter":"test_drive","models":["x5"]}"#;
    let visit = "00000000-0000-7101-8101-010101010101";
    let of = r#""appointment":"00000000-0000-7101-8101-010101010101""#;
    for text in [
        format!(r#"{{"diary":{{"booked":{{{of},"terms":{terms},"secret":{secret},"by":"{who}"}}}}}}"#),
        format!(r#"{{"diary":{{"changed":{{{of},"terms":{terms},"secret":{secret},"by":"{who}"}}}}}}"#),
        format!(r#"{{"diary":{{"changed":{{{of},"terms":{terms}}}}}}}"#),
        format!(r#"{{"diary":{{"cancelled":{{{of},"by":"{who}"}}}}}}"#),
        format!(r#"{{"diary":{{"restored":{{{of},"by":"{who}"}}}}}}"#),
        format!(r#"{{"diary":{{"kept":{{{of},"visit":"{visit}"}}}}}}"#),
        format!(r#"{{"diary":{{"restored":{{{of},"by":"{who}","visit":"{visit}"}}}}}}"#),
        format!(r#"{{"diary":{{"followed":{{{of},"from":"{visit}","visit":"{visit}"}}}}}}"#),
        format!(r#"{{"diary":{{"reminded":{{{of}}}}}}}"#),
        format!(r#"{{"diary":{{"missed":{{{of}}}}}}}"#),
        format!(r#"{{"diary":{{"erased":{{{of},"why":"expired"}}}}}}"#),
        format!(r#"{{"audit":{{"appointment_revealed":{{{of},"by":"{who}"}}}}}}"#),
    ] {
        let event: Event = serde_json::from_str(&text).unwrap();
        assert_eq!(serde_json::to_string(&event).unwrap(), text);
    }
}
