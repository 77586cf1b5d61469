//! The engine against a naive model: random people, visitors, appointments and time jumps.

mod appointments;

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use shared::ids::VisitId;
use shared::wire::{Language, Purpose, Why};

use self::appointments::{Agenda, NUMBERS, booking, number};
use super::event::{Correction, FloorEvent};
use super::ladder::next_due;
use super::member::{Presence, Shift};
use super::plan::{Hours, Week};
use super::scene::{Scene, staff};
use super::visit::{Outcome, Visit};
use crate::domain::command::Command;
use crate::domain::diary::Wish;
use crate::domain::roster::{Role, RosterEvent};
use crate::domain::{Event, State};

const STAFF: [(&str, Role); 6] = [
    ("a", Role::Consultant),
    ("b", Role::Consultant),
    ("c", Role::Consultant),
    ("adv", Role::Advisor),
    ("care", Role::Care),
    ("rec", Role::Reception),
];

/// Weeks: none; the whole day; hours that begin and end near the scene's own hour.
const PLANS: [Option<[&str; 7]>; 4] = [
    None,
    Some(["00:00-24:00"; 7]),
    Some(["09:00-11:08", "09:00-11:08", "09:00-11:08", "11:00-20:00", "00:00-00:01", "09:00-18:00", "09:00-18:00"]),
    Some(["11:07-23:00"; 7]),
];

#[derive(Debug, Clone)]
enum Step {
    CheckIn(Purpose, u64, Option<usize>),
    Tell(usize, usize),
    Presence(usize, Presence),
    Accept(usize, usize),
    Pass(usize, usize),
    Greet(usize, usize),
    End(usize, usize),
    Undo(usize, usize),
    Meet(usize),
    Leave(usize),
    Cancel(usize),
    Assign(usize, usize),
    HandOver(usize, usize, usize),
    CallSecond(usize, usize, bool),
    Recall(usize, usize),
    LeaveAgain(usize, usize),
    Join(usize, usize),
    Split(usize, u8),
    Correct(usize, Purpose),
    Dark(usize),
    Light(usize),
    Deliver(usize),
    Plan(usize, usize),
    Come(usize),
    Dismiss(usize),
    Book(usize, usize, i64),
    Move(usize, usize, i64),
    TakeOff(usize),
    PutBack(usize),
    Keep(usize, usize),
    Wait(u64),
    SetClock(i64),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let who = 0..STAFF.len();
    let which = 0..12_usize;
    let step = prop_oneof![
        4 => (
            prop::sample::select(Purpose::ALL.to_vec()),
            prop_oneof![3 => 0..2_000_u64, 1 => 100_000..200_000_u64],
            prop::option::weighted(0.4, 0..NUMBERS.len()),
        )
            .prop_map(|(purpose, age, number)| Step::CheckIn(purpose, age, number)),
        1 => (which.clone(), 0..NUMBERS.len()).prop_map(|(v, number)| Step::Tell(v, number)),
        4 => (who.clone(), prop::sample::select(Presence::ALL.to_vec())).prop_map(|(w, p)| Step::Presence(w, p)),
        4 => (who.clone(), Just(Presence::Free)).prop_map(|(w, p)| Step::Presence(w, p)),
        4 => (who.clone(), which.clone()).prop_map(|(w, v)| Step::Accept(w, v)),
        2 => (who.clone(), which.clone()).prop_map(|(w, v)| Step::Pass(w, v)),
        2 => (who.clone(), which.clone()).prop_map(|(w, v)| Step::Greet(w, v)),
        3 => (who.clone(), which.clone()).prop_map(|(w, v)| Step::End(w, v)),
        1 => (who.clone(), which.clone()).prop_map(|(w, v)| Step::Undo(w, v)),
        1 => which.clone().prop_map(Step::Meet),
        1 => which.clone().prop_map(Step::Leave),
        1 => which.clone().prop_map(Step::Cancel),
        1 => (which.clone(), who.clone()).prop_map(|(v, w)| Step::Assign(v, w)),
        1 => (who.clone(), which.clone(), who.clone()).prop_map(|(w, v, to)| Step::HandOver(w, v, to)),
        1 => (who.clone(), which.clone(), any::<bool>()).prop_map(|(w, v, any)| Step::CallSecond(w, v, any)),
        1 => (who.clone(), which.clone()).prop_map(|(w, v)| Step::Recall(w, v)),
        1 => (who.clone(), which.clone()).prop_map(|(w, v)| Step::LeaveAgain(w, v)),
        1 => (which.clone(), which.clone()).prop_map(|(a, b)| Step::Join(a, b)),
        1 => (which.clone(), 1..4_u8).prop_map(|(v, party)| Step::Split(v, party)),
        1 => (which, prop::sample::select(Purpose::ALL.to_vec())).prop_map(|(v, purpose)| Step::Correct(v, purpose)),
        1 => who.clone().prop_map(Step::Dark),
        1 => who.clone().prop_map(Step::Light),
        1 => (who.clone(), 0..PLANS.len()).prop_map(|(w, plan)| Step::Plan(w, plan)),
        1 => who.clone().prop_map(Step::Come),
        1 => (0..STAFF.len() - 1).prop_map(Step::Dismiss),
        3 => (who.clone(), 0..NUMBERS.len(), -40..120_i64).prop_map(|(w, number, in_min)| Step::Book(w, number, in_min)),
        1 => (0..4_usize, who.clone(), -40..120_i64).prop_map(|(a, w, in_min)| Step::Move(a, w, in_min)),
        1 => (0..4_usize).prop_map(Step::TakeOff),
        1 => (0..4_usize).prop_map(Step::PutBack),
        1 => (who.clone(), 0..4_usize).prop_map(|(w, a)| Step::Keep(w, a)),
        1 => who.prop_map(Step::Deliver),
        6 => prop_oneof![0..12_000_u64, 12_000..200_000_u64, Just(2_500_000_u64), Just(15_000_000_u64)].prop_map(Step::Wait),
        1 => (-7_200_000..7_200_000_i64).prop_map(Step::SetClock),
    ];
    prop::collection::vec(step, 1..60)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]
    #[test]
    fn no_visit_is_lost_doubled_or_given_to_the_busy(steps in steps()) {
        let mut scene = Scene::new();
        for (name, role) in STAFF {
            scene.hire(name, role, &[Language::Zh]);
        }
        let (mut visits, mut agenda) = (Vec::new(), Agenda::default());
        for step in steps {
            play(&mut scene, &mut visits, &mut agenda, &step);
            everybody_is_minded(&scene);
            agenda.agrees(&scene);
        }
        history_is_sound(&scene);
        nobody_overtakes_the_queue(&scene);
        replay_gives_the_same(&scene);
    }
}

fn play(scene: &mut Scene, visits: &mut Vec<VisitId>, agenda: &mut Agenda, step: &Step) {
    let name = |at: usize| STAFF[at].0;
    let visit = |at: usize| visits.get(at).copied();
    // Refusals are answers too: what counts is what the state looks like afterwards.
    match *step {
        Step::CheckIn(purpose, age, told) => {
            let detail = told.map(number).unwrap_or_default();
            visits.insert(0, scene.check_in_with(purpose, Language::Zh, detail, Some(age)));
        }
        Step::Tell(at, told) => drop(visit(at).map(|id| scene.kiosk(Command::Detail(id, None, number(told))))),
        Step::Presence(who, presence) => drop(scene.by(name(who), Command::SetPresence(presence))),
        Step::Accept(who, at) => drop(visit(at).map(|id| scene.accept(name(who), id))),
        Step::Pass(who, at) => drop(visit(at).map(|id| scene.pass(name(who), id))),
        Step::Greet(who, at) => drop(visit(at).map(|id| scene.greet(name(who), id))),
        Step::End(who, at) => drop(visit(at).map(|id| scene.end(name(who), id))),
        Step::Undo(who, at) => drop(visit(at).map(|id| scene.by(name(who), Command::UndoVisit(id)))),
        Step::Meet(at) => drop(visit(at).map(|id| scene.kiosk(Command::Meet(id, scene.just_now())))),
        Step::Leave(at) => drop(visit(at).map(|id| scene.kiosk(Command::Leave(id, scene.just_now())))),
        Step::Cancel(at) => drop(visit(at).map(|id| scene.kiosk(Command::Cancel(id, scene.just_now())))),
        Step::Assign(at, who) => drop(visit(at).map(|id| scene.by("rec", Command::Assign(id, staff(name(who)))))),
        Step::HandOver(who, at, to) => {
            let _refused = visit(at).map(|id| scene.by(name(who), Command::HandOver(id, staff(name(to)))));
        }
        Step::CallSecond(who, at, anybody) => {
            let to = (!anybody).then(|| staff(name((who + 1) % STAFF.len())));
            let _refused = visit(at).map(|id| scene.by(name(who), Command::CallSecond(id, to)));
        }
        Step::Recall(who, at) => drop(visit(at).map(|id| scene.by(name(who), Command::Recall(id)))),
        Step::LeaveAgain(who, at) => drop(visit(at).map(|id| scene.by(name(who), Command::StepBack(id)))),
        Step::Join(one, other) => {
            let _refused = visit(one).zip(visit(other)).map(|(one, other)| scene.by("rec", Command::Join(one, other)));
        }
        Step::Split(at, party) => {
            if let Some(id) = visit(at) {
                let new = scene.new_visit();
                if scene.by("rec", Command::Split { visit: id, new, party }).is_ok() {
                    visits.insert(0, new);
                }
            }
        }
        Step::Correct(at, purpose) => {
            let correction = Correction { purpose: Some(purpose), ..Correction::default() };
            let _refused = visit(at).map(|id| scene.by("rec", Command::Correct(id, correction)));
        }
        Step::Dark(who) => drop(scene.dark.insert(staff(name(who)))),
        Step::Light(who) => {
            scene.dark.remove(&staff(name(who)));
            scene.seconds(0);
        }
        Step::Plan(who, plan) => {
            let hours = |span: &str| Hours::try_from(vec![span.parse().unwrap()]).unwrap();
            let week = PLANS[plan].map(|spans| {
                let [mon, tue, wed, thu, fri, sat, sun] = spans.map(hours);
                Box::new(Week { mon, tue, wed, thu, fri, sat, sun })
            });
            scene.by("rec", Command::PlanWeek(staff(name(who)), week)).unwrap();
        }
        Step::Come(who) => scene.by(name(who), Command::ComeToWork).unwrap(),
        Step::Dismiss(who) => {
            let (name, role) = STAFF[who];
            scene.ask(crate::domain::Actor::System, Command::RemoveAccount(staff(name))).unwrap();
            scene.hire(name, role, &[Language::Zh]);
        }
        Step::Book(with, which, minutes) => agenda.book(scene, "rec", name(with), which, minutes),
        Step::Move(at, to, minutes) => {
            let change = Wish::Change(Box::new(booking(scene, name(to), minutes, None)));
            agenda.arrange(scene, "rec", at, change);
        }
        Step::TakeOff(at) => agenda.arrange(scene, "rec", at, Wish::Cancel),
        Step::PutBack(at) => agenda.arrange(scene, "rec", at, Wish::Restore),
        Step::Keep(who, at) => agenda.arrange(scene, name(who), at, Wish::Keep),
        Step::Deliver(who) => scene.deliver(name(who)),
        Step::Wait(ms) => scene.advance(chrono::TimeDelta::milliseconds(i64::try_from(ms).unwrap())),
        Step::SetClock(ms) => {
            scene.now += chrono::TimeDelta::milliseconds(ms);
            scene.ask(crate::domain::Actor::System, Command::StepClock(ms)).unwrap();
        }
    }
}

/// After every step: whoever waits is being asked, or queues; and time will come back to them.
pub(super) fn everybody_is_minded(scene: &Scene) {
    let floor = &scene.state.floor;
    for visit in floor.visits() {
        assert!(next_due(visit, floor.rules()).is_some(), "no deadline: {visit:?}");
        if visit.waits() {
            assert!(visit.queued || visit.open_askings().next().is_some(), "forgotten: {visit:?}");
            let broken = scene.now - visit.received_at >= floor.rules().breach;
            let right = visit.abandoned || visit.breach.is_some() == broken;
            assert!(right, "the record of the ten seconds is wrong: {visit:?}");
            let pools = floor.pools(visit);
            let askable = pools.iter().flat_map(|role| floor.free(*role)).find(|member| {
                let changed = member.before.map(|(_, at)| at);
                let passed =
                    visit.askings.iter().filter(|asked| asked.to == member.id).any(|asked| {
                        asked.open || asked.passed && changed.is_none_or(|changed| changed <= asked.asked_at)
                    });
                visit.queued && member.asked.is_empty() && floor.is_reachable(member, scene.now) && !passed
            });
            assert_eq!(askable.map(|member| &member.id), None, "somebody free could come: {visit:?}");
        } else if !visit.is_unserved() {
            let among = visit.accepted.is_some() && visit.ended.is_none();
            let for_nothing = visit.open_askings().filter(|asked| !(among && asked.is_among_colleagues()));
            assert_eq!(for_nothing.count(), 0, "rings for nothing: {visit:?}");
        }
        for second in &visit.seconds {
            assert!(visit.accepted.as_ref().is_some_and(|(by, _)| by != second), "a second without a first: {visit:?}");
            assert_eq!(visit.ended, None, "a second of nobody: {visit:?}");
        }
    }
    for member in floor.members() {
        let open: BTreeSet<_> =
            floor.visits().flat_map(Visit::open_askings).filter(|a| a.to == member.id).map(|a| a.id).collect();
        assert_eq!(member.asked, open, "{} is asked about something else", member.id);
    }
}

/// A naive reading of the whole history: nobody is asked first about a visit while another queues whom they were never asked about.
pub(super) fn nobody_overtakes_the_queue(scene: &Scene) {
    let pools = &scene.state.floor.rules().pools;
    let mut purposes: BTreeMap<VisitId, Purpose> = BTreeMap::new();
    let mut queued: BTreeSet<VisitId> = BTreeSet::new();
    let mut asked: BTreeSet<(VisitId, String)> = BTreeSet::new();
    for (at, event) in &scene.history {
        match event {
            FloorEvent::CheckedIn(came) => drop(purposes.insert(came.visit, came.purpose)),
            FloorEvent::Corrected { visit, correction: Correction { purpose: Some(purpose), .. } } => {
                let before = purposes.insert(*visit, *purpose);
                if before.is_none_or(|before| pools.of(before) != pools.of(*purpose)) {
                    queued.remove(visit);
                }
            }
            FloorEvent::Queued { visit } | FloorEvent::Abandoned { visit, to: None, .. } => drop(queued.insert(*visit)),
            FloorEvent::Accepted { alert, .. } => drop(queued.remove(&alert.visit)),
            FloorEvent::Ended { visit, .. } | FloorEvent::Greeted { visit, .. } => drop(queued.remove(visit)),
            FloorEvent::Asked { alert, to, why, .. } => {
                let was_queued = queued.remove(&alert.visit);
                let of_choice = [Why::Queue, Why::Everyone, Why::Assigned, Why::HandedOver, Why::SecondPerson];
                let role = scene.state.floor.member(to).map(|member| member.role);
                let theirs = |visit: &&VisitId| {
                    let pool = purposes
                        .get(visit)
                        .is_some_and(|purpose| role.is_some_and(|role| pools.of(*purpose).contains(&role)));
                    pool && !asked.contains(&(**visit, to.to_string()))
                };
                // A visit that queues no more is asked about once more, when nobody else waits for anybody.
                if !of_choice.contains(why) || *why == Why::Queue && !was_queued {
                    assert_eq!(
                        queued.iter().find(theirs),
                        None,
                        "{to} was asked about {} first ({why:?}) at {at}",
                        alert.visit
                    );
                }
                asked.insert((alert.visit, to.to_string()));
            }
            _ => {}
        }
    }
}

/// A naive reading of the whole history: one owner a visit, nobody busy or asked twice, nothing after the end.
pub(super) fn history_is_sound(scene: &Scene) {
    let mut presence: BTreeMap<String, Presence> = BTreeMap::new();
    let mut owner: BTreeMap<VisitId, String> = BTreeMap::new();
    let mut ended: BTreeSet<VisitId> = BTreeSet::new();
    let mut ringing: BTreeMap<shared::ids::AlertId, String> = BTreeMap::new();
    let mut off_shift: BTreeSet<String> = BTreeSet::new();
    let mut at_kiosk: BTreeSet<VisitId> = BTreeSet::new();
    for (at, event) in &scene.all {
        if let Event::Roster(RosterEvent::AccountRemoved { staff }) = event {
            presence.remove(staff.as_str());
            off_shift.remove(staff.as_str());
        }
        let Event::Floor(event) = event else { continue };
        match event {
            FloorEvent::CheckedIn(came) => at_kiosk.extend(came.kiosk.is_some().then_some(came.visit)),
            FloorEvent::ShiftsTurned { to } => {
                for (staff, shift) in to {
                    off_shift.remove(staff.as_str());
                    if matches!(shift, Shift::Off | Shift::Break) {
                        off_shift.insert(staff.to_string());
                    }
                }
            }
            FloorEvent::CameToWork { staff, .. } => drop(off_shift.remove(staff.as_str())),
            FloorEvent::PresenceSet { staff, presence: now, .. } => {
                presence.insert(staff.to_string(), *now);
            }
            FloorEvent::Asked { alert, to, why, .. } => {
                assert!(!off_shift.contains(to.as_str()), "{to} was asked off shift at {at}");
                let free = presence.get(to.as_str()) == Some(&Presence::Free);
                let among = matches!(why, Why::HandedOver | Why::SecondPerson);
                assert!(free || among || *why == Why::Assigned, "{to} was asked while busy at {at}");
                assert_eq!(owner.contains_key(&alert.visit), among, "asked about a visit that somebody accepted");
                assert!(!ended.contains(&alert.visit), "asked about a visit that ended");
                let twice = ringing.iter().any(|(a, who)| a.visit == alert.visit && who == to.as_str());
                assert!(!twice, "{to} rings twice for one visit");
                assert_eq!(ringing.insert(*alert, to.to_string()), None, "an alert was made twice");
            }
            FloorEvent::Accepted { alert, .. } => {
                let who = ringing.remove(alert).expect("accepted an alert that does not ring");
                assert_eq!(owner.insert(alert.visit, who), None, "two owners");
            }
            FloorEvent::TakenOver { alert, from } => {
                let who = ringing.remove(alert).expect("took over by an alert that does not ring");
                assert_ne!(who, from.to_string());
                assert_eq!(owner.insert(alert.visit, who), Some(from.to_string()), "taken over from somebody else");
            }
            FloorEvent::Abandoned { visit, by, to } => {
                assert_eq!(owner.remove(visit), Some(by.to_string()), "abandoned by another");
                owner.extend(to.as_ref().map(|to| (*visit, to.to_string())));
            }
            FloorEvent::Assisted { alert } => {
                assert!(ringing.remove(alert).is_some(), "came beside by an alert that does not ring");
            }
            FloorEvent::Passed { alert, .. } | FloorEvent::Withdrawn { alert, .. } => {
                assert!(ringing.remove(alert).is_some(), "stopped an alert that does not ring");
            }
            FloorEvent::Ended { visit, outcome, by, .. } => {
                assert!(ended.insert(*visit), "ended twice as {}", outcome.as_str());
                // Visitors take back what they tapped, reception what it split.
                let theirs = by.is_none() == at_kiosk.contains(visit);
                assert!(*outcome != Outcome::Cancelled || theirs, "cancelled by nobody");
            }
            FloorEvent::EndUndone { visit } => assert!(ended.remove(visit)),
            _ => {}
        }
    }
}

pub(super) fn replay_gives_the_same(scene: &Scene) {
    let mut again = State::default();
    again.configure(crate::domain::Rules::default());
    for (at, event) in &scene.all {
        again.apply(event, *at);
    }
    let visits = |state: &State| state.floor.visits().cloned().collect::<Vec<_>>();
    assert_eq!(visits(&again), visits(&scene.state));
    assert_eq!(again.deadline(), scene.state.deadline());
    assert_eq!(again.sales, scene.state.sales);
    assert_eq!(again.diary, scene.state.diary);
}
