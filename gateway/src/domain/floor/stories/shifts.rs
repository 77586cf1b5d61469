//! Shifts: who is planned, who has come, and who is left alone.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use shared::wire::{Detailed, Language, Purpose, Why};

use super::super::event::FloorEvent;
use super::super::member::{Presence, Shift};
use super::super::plan::{Hours, Span, SpecialDay, Week, Works, YearTable};
use super::super::scene::{Scene, staff};
use super::asked;
use crate::domain::command::{Command, Refusal};
use crate::domain::effect::{Effect, Task};
use crate::domain::roster::Role;

fn hours(spans: &str) -> Hours {
    spans.split(' ').map(|span| span.parse::<Span>().unwrap()).collect::<Vec<_>>().try_into().unwrap()
}

/// The same hours every day.
fn every_day(spans: &str) -> Week {
    let [mon, tue, wed, thu, fri, sat, sun] = [(); 7].map(|()| hours(spans));
    Week { mon, tue, wed, thu, fri, sat, sun }
}

fn at(time: &str) -> DateTime<Utc> {
    format!("2026-11-23T{time}:00Z").parse().unwrap()
}

impl Scene {
    /// A Monday, before anybody is there; the scene's clocks are those of the plan.
    fn at_six(mut self) -> Self {
        self.now = at("06:00");
        self
    }

    fn plan(mut self, name: &str, spans: &str) -> Self {
        let week = Some(Box::new(every_day(spans)));
        self.by("boss", Command::PlanWeek(staff(name), week)).unwrap();
        self
    }

    fn until(&mut self, time: &str) {
        self.advance(at(time) - self.now);
    }

    fn come(&mut self, name: &str) {
        self.by(name, Command::ComeToWork).unwrap();
    }

    fn is(&self, name: &str) -> (Shift, Presence) {
        let member = self.state.floor.member(&staff(name)).unwrap();
        (member.shift, member.presence)
    }
}

/// Three consultants with a long day, and a manager.
fn showroom() -> Scene {
    let mut scene = Scene::new().at_six().with("boss", Role::Manager).with("rec", Role::Reception);
    for name in ["a", "b", "c"] {
        scene = scene.with(name, Role::Consultant).plan(name, "09:00-12:00 13:00-18:00");
    }
    scene
}

#[test]
fn whoever_comes_first_is_asked_first() {
    let mut scene = showroom();
    for (time, name) in [("09:01", "c"), ("09:05", "a"), ("09:30", "b")] {
        scene.until(time);
        scene.come(name);
        // Once a shift: coming again costs nobody their place.
        scene.come(name);
    }
    let places: Vec<_> = scene.state.floor.rotation(Role::Consultant, scene.now);
    assert_eq!(places.iter().map(|id| id.as_str()).collect::<Vec<_>>(), ["c", "a", "b"]);
    let visit = scene.check_in(Purpose::Browse);
    assert_eq!(scene.asked(visit), asked(&[(0, "c", Why::LongestFree)]));
}

#[test]
fn a_presence_of_work_within_the_shift_is_a_coming() {
    let mut scene = showroom();
    scene.until("09:10");
    scene.presence("b", Presence::Free);
    scene.until("09:20");
    scene.presence("a", Presence::Free);
    assert_eq!(scene.state.floor.member(&staff("b")).unwrap().came_at, Some(at("09:10")));
    let visit = scene.check_in(Purpose::Browse);
    assert_eq!(scene.asked(visit), asked(&[(0, "b", Why::LongestFree)]));
}

#[test]
fn off_shift_nobody_is_asked_whatever_they_say() {
    let mut scene = showroom();
    scene.until("08:30");
    scene.presence("a", Presence::Free);
    let visit = scene.check_in(Purpose::Browse);
    scene.seconds(30);
    assert_eq!(scene.asked(visit), asked(&[]));
    assert!(scene.visit(visit).unwrap().breach.is_some() && scene.visit(visit).unwrap().queued);
    assert_eq!(scene.by("rec", Command::Assign(visit, staff("a"))), Err(Refusal::OffShift));
    // By name neither: somebody else is asked, and the visitor wishes for one who is not there.
    scene.hire("late", Role::Consultant, &[Language::Zh]);
    scene.presence("late", Presence::Free);
    assert_eq!(scene.asked(visit), asked(&[(30, "late", Why::Queue)]));
    let wish = Detailed { consultant: Some(staff("a")), ..Detailed::default() };
    scene.kiosk(Command::Detail(visit, None, wish)).unwrap();
    assert_eq!(scene.asked(visit).len(), 1);
    scene.presence("late", Presence::Off);
    // The hour comes, and with it the one who had said so before.
    scene.until("09:00");
    assert_eq!(scene.asked(visit)[1..], asked(&[(1800, "a", Why::Queue)]));
    assert_eq!(scene.state.floor.member(&staff("a")).unwrap().came_at, Some(at("09:00")));
}

#[test]
fn the_end_of_a_shift_stops_what_rings_and_sends_home_whoever_serves_nobody() {
    let mut scene = showroom();
    scene.until("17:00");
    scene.come("a");
    scene.come("b");
    let served = scene.check_in(Purpose::Browse);
    scene.accept("a", served).unwrap();
    scene.until("17:59");
    scene.seconds(58);
    let ringing = scene.check_in(Purpose::Browse);
    assert_eq!(scene.asked(ringing), asked(&[(0, "b", Why::LongestFree)]));
    scene.until("18:00");
    assert_eq!((scene.is("a"), scene.is("b")), ((Shift::Off, Presence::WithCustomer), (Shift::Off, Presence::Off)));
    assert_eq!(scene.visit(ringing).unwrap().open_askings().count(), 0);
    assert!(scene.visit(ringing).unwrap().queued, "reception has it now");
    // Whoever stands with somebody stays there, and then goes home.
    scene.end("a", served).unwrap();
    assert_eq!(scene.is("a"), (Shift::Off, Presence::Off));
    scene.seconds(300);
    assert_eq!(scene.asked(ringing).len(), 1, "{:?}", scene.asked(ringing));
}

#[test]
fn between_two_spans_is_a_break_and_the_place_in_the_rotation_is_kept() {
    let mut scene = showroom();
    scene.until("09:00");
    scene.come("b");
    scene.until("09:10");
    scene.come("a");
    scene.until("12:30");
    assert_eq!(scene.is("b"), (Shift::Break, Presence::Break));
    let visit = scene.check_in(Purpose::Browse);
    scene.seconds(20);
    assert_eq!(scene.asked(visit), asked(&[]));
    scene.end("rec", visit).unwrap();
    scene.until("13:05");
    for name in ["a", "b"] {
        assert_eq!(scene.is(name).0, Shift::On);
        scene.come(name);
    }
    assert_eq!(scene.is("a"), (Shift::On, Presence::Free));
    let next = scene.check_in(Purpose::Browse);
    assert_eq!(scene.asked(next), asked(&[(0, "b", Why::LongestFree)]), "b came first today");
}

#[test]
fn an_extra_shift_lasts_until_the_planned_one_or_the_end_of_the_day() {
    let mut scene = showroom();
    scene.until("08:40");
    scene.come("a");
    assert_eq!(scene.is("a"), (Shift::On, Presence::Free));
    let early = scene.check_in(Purpose::Browse);
    assert_eq!(scene.asked(early), asked(&[(0, "a", Why::LongestFree)]));
    scene.pass("a", early).unwrap();
    scene.end("rec", early).unwrap();
    // The planned hours follow on, and end as planned.
    scene.until("12:01");
    assert_eq!(scene.is("a").0, Shift::Break);
    scene.until("18:30");
    assert_eq!(scene.is("a"), (Shift::Off, Presence::Off));
    scene.come("a");
    scene.until("23:59");
    assert_eq!(scene.is("a"), (Shift::On, Presence::Free));
    scene.seconds(60);
    assert_eq!(scene.is("a"), (Shift::Off, Presence::Off));
}

#[test]
fn whoever_has_no_plan_goes_by_their_presence_alone() {
    let mut scene = showroom().with("free", Role::Consultant);
    scene.until("07:00");
    scene.presence("free", Presence::Free);
    let visit = scene.check_in(Purpose::Browse);
    assert_eq!(scene.asked(visit), asked(&[(0, "free", Why::LongestFree)]));
    assert_eq!(scene.is("free").0, Shift::Unplanned);
}

#[test]
fn a_plan_that_changes_counts_at_once() {
    let mut scene = showroom();
    scene.until("10:00");
    scene.come("a");
    let today = scene.now.date_naive();
    scene.by("boss", Command::PlanDay(staff("a"), today, Some(Hours::default()))).unwrap();
    assert_eq!(scene.is("a"), (Shift::Off, Presence::Off));
    scene.by("boss", Command::PlanDay(staff("a"), today, None)).unwrap();
    assert_eq!(scene.is("a").0, Shift::On);
    scene.by("boss", Command::PlanWeek(staff("a"), None)).unwrap();
    assert_eq!(scene.is("a").0, Shift::Unplanned);
    let unplanned = Command::PlanDay(staff("a"), today, Some(Hours::default()));
    assert_eq!(scene.by("boss", unplanned), Err(Refusal::NotPlanned));
    let holiday = SpecialDay { date: today, works: Works::Off, name: "店庆".into() };
    scene.by("boss", Command::SetYear(2026, YearTable::new(2026, vec![holiday]).unwrap())).unwrap();
    assert_eq!(scene.is("b").0, Shift::Off);
    // The same again is no news.
    let before = scene.history.len();
    scene.by("boss", Command::PlanWeek(staff("b"), Some(Box::new(every_day("09:00-12:00 13:00-18:00"))))).unwrap();
    assert_eq!(scene.history.len(), before);
}

#[test]
fn an_hour_that_a_clock_leaps_over_is_made_up_for() {
    let mut scene = showroom();
    scene.until("08:00");
    scene.now += TimeDelta::hours(3);
    scene.ask(crate::domain::Actor::System, Command::StepClock(10_800_000)).unwrap();
    assert_eq!(scene.is("a").0, Shift::On);
}

#[test]
fn the_manager_who_is_at_home_is_told_only_where_no_other_is_there() {
    let told = |scene: &Scene| {
        let told = scene.told.iter().filter_map(|effect| match effect {
            Effect::Task { to, task: Task::Waiting { .. } } => Some(to.as_str().to_owned()),
            _ => None,
        });
        Vec::from_iter(told.collect::<BTreeSet<_>>())
    };
    let mut scene = showroom().with("late", Role::Manager).plan("late", "12:00-20:00").plan("boss", "09:00-18:00");
    scene.until("10:00");
    scene.check_in(Purpose::Browse);
    scene.seconds(11);
    assert_eq!(told(&scene), ["boss"]);
    scene.told.clear();
    scene.until("20:30");
    scene.told.clear();
    scene.check_in(Purpose::Browse);
    scene.seconds(31);
    assert_eq!(told(&scene), ["boss", "late"], "better told at home than nobody told");
}

#[test]
fn somebody_who_leaves_the_company_leaves_the_plan() {
    let mut scene = showroom();
    scene.ask(crate::domain::Actor::System, Command::RemoveAccount(staff("a"))).unwrap();
    assert!(scene.state.floor.plans().of(&staff("a")).is_none());
    scene.hire("a", Role::Consultant, &[shared::wire::Language::Zh]);
    scene.until("10:00");
    assert_eq!(scene.is("a").0, Shift::Unplanned);
}

#[test]
fn a_start_looks_at_the_plan_at_once() {
    let mut scene = showroom();
    scene.until("08:00");
    scene.state = scene.state.for_snapshot();
    scene.state.configure(crate::domain::Rules::default());
    scene.now = at("10:00");
    scene.seconds(0);
    assert_eq!(scene.is("a").0, Shift::On);
    let turned = scene.history.iter().filter(|(_, event)| matches!(event, FloorEvent::ShiftsTurned { .. })).count();
    scene.until("11:59");
    let later = scene.history.iter().filter(|(_, event)| matches!(event, FloorEvent::ShiftsTurned { .. })).count();
    assert_eq!(turned, later, "nothing turns between two hours");
}
