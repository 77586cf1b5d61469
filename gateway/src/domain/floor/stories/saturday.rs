//! A Saturday: 600 visits in ten hours, twelve consultants who take their time, phones that fall silent. Judged by what stands on record
//! alone, by rules that are written down here once more.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};

use chrono::{DateTime, TimeDelta, Utc};
use shared::ids::{AlertId, VisitId};
use shared::wire::{Detailed, Language, Purpose, Why};

use super::super::event::FloorEvent;
use super::super::member::Presence;
use super::super::model::{everybody_is_minded, history_is_sound, nobody_overtakes_the_queue, replay_gives_the_same};
use super::super::scene::{Scene, staff};
use super::super::visit::{Breach, Outcome, Rung};
use crate::domain::command::Command;
use crate::domain::roster::Role;

const VISITS: u64 = 600;
const OPEN_MS: u64 = 10 * 3_600_000;
const CONSULTANTS: [&str; 12] = ["c01", "c02", "c03", "c04", "c05", "c06", "c07", "c08", "c09", "c10", "c11", "c12"];
const OTHERS: [(&str, Role); 6] = [
    ("adv1", Role::Advisor),
    ("adv2", Role::Advisor),
    ("care", Role::Care),
    ("rec1", Role::Reception),
    ("rec2", Role::Reception),
    ("boss", Role::Manager),
];

/// What somebody does when its time has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Act {
    Come,
    Answer(AlertId, &'static str),
    Greet(VisitId, &'static str),
    Leave(VisitId),
    End(VisitId, &'static str),
    Rest(&'static str),
    Return(&'static str),
    Silent(&'static str),
    Heard(&'static str),
}

struct Day {
    scene: Scene,
    plan: BinaryHeap<Reverse<(DateTime<Utc>, u64, Act)>>,
    planned: u64,
    random: u64,
    /// How much of the history has been looked at.
    seen: usize,
}

impl Day {
    fn new(seed: u64) -> Self {
        let mut scene = Scene::new();
        for name in CONSULTANTS {
            let languages: &[Language] = if name > "c09" { &[Language::Zh, Language::En] } else { &[Language::Zh] };
            scene.hire(name, Role::Consultant, languages);
            scene.presence(name, Presence::Free);
        }
        for (name, role) in OTHERS {
            scene.hire(name, role, &[Language::Zh]);
            scene.presence(name, Presence::Free);
        }
        let mut day = Self { scene, plan: BinaryHeap::new(), planned: 0, random: seed, seen: 0 };
        for _ in 0..VISITS {
            let at = day.below(OPEN_MS);
            day.plan(at, Act::Come);
        }
        for name in CONSULTANTS {
            // Half an hour's lunch; and of twenty minutes one without a phone.
            let lunch = 2 * 3_600_000 + day.below(3 * 3_600_000);
            day.plan(lunch, Act::Rest(name));
            day.plan(lunch + 1_800_000, Act::Return(name));
            for _ in 0..OPEN_MS / 1_200_000 {
                let from = day.below(OPEN_MS);
                day.plan(from, Act::Silent(name));
                day.plan(from + 60_000, Act::Heard(name));
            }
        }
        day
    }

    /// splitmix64: the day is the same for the same seed.
    fn draw(&mut self) -> u64 {
        self.random = self.random.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.random ^ (self.random >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, limit: u64) -> u64 {
        self.draw() % limit
    }

    fn between(&mut self, from: u64, to: u64) -> u64 {
        from + self.below(to - from)
    }

    fn one_in(&mut self, many: u64) -> bool {
        self.below(many) == 0
    }

    /// Milliseconds from now.
    fn plan(&mut self, ms: u64, act: Act) {
        self.planned += 1;
        let at = self.scene.now + TimeDelta::milliseconds(i64::try_from(ms).unwrap());
        self.plan.push(Reverse((at, self.planned, act)));
    }

    fn run(&mut self) {
        while let Some(Reverse((at, _, _))) = self.plan.peek() {
            // From one deadline to the next, so that whoever is rung answers from that moment on.
            let next = self.scene.state.deadline().map_or(*at, |due| due.clamp(self.scene.now, *at));
            self.scene.advance(next - self.scene.now);
            self.hear();
            if self.plan.peek().is_some_and(|Reverse((at, _, _))| *at <= self.scene.now)
                && let Some(Reverse((_, _, act))) = self.plan.pop()
            {
                self.act(act);
                self.hear();
                everybody_is_minded(&self.scene);
            }
        }
    }

    /// Whoever has been rung thinks about it. A phone that is silent shows nothing, and some people do not look.
    fn hear(&mut self) {
        let new: Vec<_> = self.scene.history[self.seen..].to_vec();
        self.seen = self.scene.history.len();
        for (_, event) in new {
            let FloorEvent::Asked { alert, to, .. } = event else { continue };
            let who = CONSULTANTS.into_iter().chain(OTHERS.map(|(name, _)| name)).find(|name| *name == to.as_str());
            let Some(who) = who.filter(|_| !self.scene.dark.contains(&to)) else { continue };
            if !self.one_in(20) {
                let thinks = self.between(1_200, 7_500);
                self.plan(thinks, Act::Answer(alert, who));
            }
        }
    }

    fn act(&mut self, act: Act) {
        // What comes too late is refused, and that is an answer too.
        match act {
            Act::Come => self.come(),
            Act::Answer(alert, who) if self.one_in(20) => drop(self.scene.by(who, Command::Pass(alert, None))),
            Act::Answer(alert, who) => {
                if self.scene.by(who, Command::Accept(alert)).is_ok() {
                    let (walks, talks) = (self.between(3_000, 45_000), self.between(120_000, 1_200_000));
                    if !self.one_in(20) {
                        self.plan(walks, Act::Greet(alert.visit, who));
                    }
                    self.plan(walks + talks, Act::End(alert.visit, who));
                }
            }
            Act::Greet(visit, who) => drop(self.scene.greet(who, visit)),
            Act::Leave(visit) => drop(self.scene.kiosk(Command::Leave(visit, self.scene.just_now()))),
            Act::End(visit, who) => drop(self.scene.end(who, visit)),
            Act::Rest(who) => drop(self.scene.by(who, Command::SetPresence(Presence::Break))),
            Act::Return(who) => {
                // Not away from a visitor.
                if self.scene.state.floor.serving(&staff(who)).next().is_none() {
                    self.scene.presence(who, Presence::Free);
                }
            }
            Act::Silent(who) => {
                // Alive until half a minute ago is not alive.
                self.scene.dark.insert(staff(who));
            }
            Act::Heard(who) => {
                self.scene.dark.remove(&staff(who));
                self.scene.seconds(0);
            }
        }
    }

    fn come(&mut self) {
        let purpose = match self.below(20) {
            0..8 => Purpose::Browse,
            8..11 => Purpose::Model,
            11..13 => Purpose::TestDrive,
            13..15 => Purpose::Quiet,
            15 => Purpose::Help,
            16 | 17 => Purpose::Service,
            18 => Purpose::Complaint,
            _ => Purpose::Other,
        };
        let language = if self.one_in(15) { Language::En } else { Language::Zh };
        let age = self.below(400);
        let visit = self.scene.check_in_with(purpose, language, Detailed::default(), Some(age));
        if self.one_in(25) {
            let stays = self.between(4_000, 90_000);
            self.plan(stays, Act::Leave(visit));
        }
    }
}

/// A visit's own record: when, and what.
type Record<'a> = Vec<(DateTime<Utc>, &'a FloorEvent)>;

fn records(scene: &Scene) -> BTreeMap<VisitId, Record<'_>> {
    let mut records: BTreeMap<VisitId, Record<'_>> = BTreeMap::new();
    for (at, event) in &scene.history {
        if let Some(visit) = event.visit() {
            records.entry(visit).or_default().push((*at, event));
        }
    }
    records
}

fn first(record: &Record<'_>, is: impl Fn(&FloorEvent) -> bool) -> Option<DateTime<Utc>> {
    record.iter().find(|(_, event)| is(event)).map(|(at, _)| *at)
}

/// Milliseconds after its receipt at which each step of the ladder, the breach and the reminders stand on record; against the standard.
fn the_clock_is_kept(record: &Record<'_>) {
    let ms = |from: DateTime<Utc>, to: DateTime<Utc>| (to - from).num_milliseconds();
    let received = record[0].0;
    let accepted = first(record, |event| matches!(event, FloorEvent::Accepted { .. }));
    let ended = first(record, |event| matches!(event, FloorEvent::Ended { .. }));
    let over = [accepted, ended].into_iter().flatten().min();
    let breach = first(record, |event| matches!(event, FloorEvent::Breached { .. }));
    match over {
        Some(over) if ms(received, over) < 10_000 => assert_eq!(breach, None, "{record:?}"),
        _ => assert_eq!(breach.map(|at| ms(received, at)), Some(10_000), "{record:?}"),
    }
    // Whoever queues beyond the breach gets the ladder afresh from the moment at which somebody became free.
    let mut from = received;
    for (at, event) in record {
        match event {
            FloorEvent::Asked { why: Why::Queue, .. } if breach.is_some_and(|breach| breach <= *at) => from = *at,
            FloorEvent::Climbed { rung: Rung::First, .. } => assert_eq!(ms(received, *at), 0),
            FloorEvent::Climbed { rung: Rung::Two, .. } => assert_eq!(ms(from, *at), 4_000, "{record:?}"),
            // With nobody left to ask beside the first it is the same moment.
            FloorEvent::Climbed { rung: Rung::Everyone, .. } => {
                assert!([4_000, 7_000].contains(&ms(from, *at)), "{} ms: {record:?}", ms(from, *at));
            }
            FloorEvent::GreetingDue { manager, .. } => {
                let due = if *manager { 40_000 } else { 20_000 };
                assert_eq!(accepted.map(|accepted| ms(accepted, *at)), Some(due), "{record:?}");
            }
            _ => {}
        }
    }
}

fn check(seed: u64) {
    let mut day = Day::new(seed);
    day.run();
    // Whoever forgot to end: the system does.
    day.scene.advance(TimeDelta::hours(5));
    let scene = &day.scene;
    history_is_sound(scene);
    nobody_overtakes_the_queue(scene);
    replay_gives_the_same(scene);
    assert_eq!(scene.state.floor.visits().count(), 0, "somebody is left on the floor");
    let records = records(scene);
    assert_eq!(records.len() as u64, VISITS);
    let (mut in_time, mut breached, mut gone) = (0, BTreeSet::new(), 0);
    for (visit, record) in &records {
        the_clock_is_kept(record);
        let accepted = first(record, |event| matches!(event, FloorEvent::Accepted { .. }));
        let breach = first(record, |event| matches!(event, FloorEvent::Breached { .. }));
        let left = first(record, |event| matches!(event, FloorEvent::Ended { outcome: Outcome::Left, .. }));
        assert!(accepted.or(breach).or(left).is_some(), "neither accepted nor breached, and nobody left: {record:?}");
        match (breach, accepted) {
            (Some(_), _) => drop(breached.insert(*visit)),
            (None, Some(_)) => in_time += 1,
            (None, None) => gone += 1,
        }
    }
    let reasons = |reason: Breach| {
        let is = |event: &FloorEvent| matches!(event, FloorEvent::Breached { reason: r, .. } if *r == reason);
        scene.history.iter().filter(|(_, event)| is(event)).count()
    };
    // A day on which everything happens, or it would show nothing.
    assert!(in_time > 300, "{in_time} in time, {} breached, {gone} left", breached.len());
    assert!(reasons(Breach::NobodyFree) > 0 && reasons(Breach::NotAccepted) > 0, "{} breached", breached.len());
}

#[test]
fn every_visit_of_a_saturday_is_accepted_or_breached_on_record_and_the_clock_is_exact() {
    for seed in 1..=3 {
        check(seed);
    }
}
