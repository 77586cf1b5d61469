//! A floor in a test: people, visitors, and time that goes as fast as it is told.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use shared::ids::{AlertId, StaffId, VisitId};
use shared::wire::{self, Detailed, Language, Purpose, VisitStatus, Why};

use super::event::FloorEvent;
use super::member::Presence;
use super::visit::{Outcome, Visit};
use crate::domain::command::{Actor, Command, Input, Refusal, Told};
use crate::domain::effect::last_told::LastTold;
use crate::domain::roster::{Account, Role, StaffDetails};
use crate::domain::secret::{Secret, Subject};
use crate::domain::{Effect, Event, State, effects};

pub(in crate::domain) struct Scene {
    pub(in crate::domain) state: State,
    pub(in crate::domain) now: DateTime<Utc>,
    pub(in crate::domain) history: Vec<(DateTime<Utc>, FloorEvent)>,
    pub(in crate::domain) all: Vec<(DateTime<Utc>, Event)>,
    pub(in crate::domain) dark: BTreeSet<StaffId>,
    pub(in crate::domain) told: Vec<Effect>,
    /// What kiosks were told, in order.
    pub(in crate::domain) statuses: Vec<VisitStatus>,
    last_told: LastTold,
    visits: u64,
}

impl Scene {
    pub(in crate::domain) fn new() -> Self {
        let mut state = State::default();
        state.configure(crate::domain::Rules::default());
        let now = DateTime::from_timestamp(1_795_000_000, 0).unwrap();
        Self {
            state,
            now,
            history: Vec::new(),
            all: Vec::new(),
            dark: BTreeSet::new(),
            told: Vec::new(),
            statuses: Vec::new(),
            last_told: LastTold::default(),
            visits: 0,
        }
    }

    pub(in crate::domain) fn with(mut self, name: &str, role: Role) -> Self {
        self.hire(name, role, &[Language::Zh]);
        self
    }

    /// A consultant who is free and whose phone answers.
    pub(in crate::domain) fn with_free(mut self, names: &[&str]) -> Self {
        for name in names {
            self.hire(name, Role::Consultant, &[Language::Zh]);
            self.presence(name, Presence::Free);
        }
        self
    }

    pub(in crate::domain) fn hire(&mut self, name: &str, role: Role, languages: &[Language]) {
        let id = staff(name);
        let details = StaffDetails {
            name: shared::personal::Personal::new(name),
            latin: None,
            password: shared::personal::Personal::new(""),
        };
        let account = Account {
            id: id.clone(),
            role,
            senior: false,
            languages: languages.iter().copied().collect(),
            secret: Secret::open(Subject::Staff(id), details),
            session_generation: 0,
        };
        self.ask(Actor::System, Command::SetAccount(account)).unwrap();
    }

    pub(in crate::domain) fn presence(&mut self, name: &str, presence: Presence) {
        self.by(name, Command::SetPresence(presence)).unwrap();
    }

    pub(in crate::domain) fn check_in(&mut self, purpose: Purpose) -> VisitId {
        self.check_in_with(purpose, Language::Zh, Detailed::default(), Some(0))
    }

    pub(in crate::domain) fn check_in_with(
        &mut self,
        purpose: Purpose,
        language: Language,
        detail: Detailed,
        age_ms: Option<u64>,
    ) -> VisitId {
        let visit = self.new_visit();
        let body = wire::CheckedIn { visit, purpose, language, touched_ms: None, detail };
        self.kiosk(Command::CheckIn(body, Told { at: self.now, age_ms })).unwrap();
        visit
    }

    pub(in crate::domain) fn check_in_at(&mut self, kiosk: &str, purpose: Purpose) -> VisitId {
        let visit = self.new_visit();
        let detail = Detailed::default();
        let body = wire::CheckedIn { visit, purpose, language: Language::Zh, touched_ms: None, detail };
        let command = Command::CheckIn(body, Told { at: self.now, age_ms: Some(0) });
        self.ask(Actor::Device(kiosk.parse().unwrap()), command).unwrap();
        visit
    }

    pub(in crate::domain) fn new_visit(&mut self) -> VisitId {
        self.visits += 1;
        let mut random = [0; 10];
        random[2..].copy_from_slice(&self.visits.to_be_bytes());
        VisitId::new(self.now, random)
    }

    pub(in crate::domain) fn kiosk(&mut self, command: Command) -> Result<(), Refusal> {
        self.ask(Actor::Device("k1".parse().unwrap()), command)
    }

    /// What a kiosk tells with an event that has just happened.
    pub(in crate::domain) fn just_now(&self) -> Told {
        Told { at: self.now, age_ms: Some(0) }
    }

    pub(in crate::domain) fn by(&mut self, name: &str, command: Command) -> Result<(), Refusal> {
        self.ask(Actor::Staff(staff(name)), command)
    }

    pub(in crate::domain) fn accept(&mut self, name: &str, visit: VisitId) -> Result<(), Refusal> {
        let alert = self.alert(name, visit).ok_or(Refusal::UnknownAlert)?;
        self.by(name, Command::Accept(alert))
    }

    pub(in crate::domain) fn pass(&mut self, name: &str, visit: VisitId) -> Result<(), Refusal> {
        let alert = self.alert(name, visit).ok_or(Refusal::UnknownAlert)?;
        self.by(name, Command::Pass(alert, None))
    }

    pub(in crate::domain) fn greet(&mut self, name: &str, visit: VisitId) -> Result<(), Refusal> {
        self.by(name, Command::Greet(visit))
    }

    pub(in crate::domain) fn end(&mut self, name: &str, visit: VisitId) -> Result<(), Refusal> {
        self.by(name, Command::End(visit, Outcome::Interested))
    }

    /// The latest alert of this person about this visit, answered or not.
    pub(in crate::domain) fn alert(&self, name: &str, visit: VisitId) -> Option<AlertId> {
        let asked = self.visit(visit)?.askings.iter().rev().find(|asking| asking.to == staff(name))?;
        Some(asked.id)
    }

    pub(in crate::domain) fn visit(&self, visit: VisitId) -> Option<&Visit> {
        self.state.floor.visit(visit)
    }

    pub(in crate::domain) fn ask(&mut self, actor: Actor, command: Command) -> Result<(), Refusal> {
        self.hear();
        let events = self.state.decide(&Input { cause: None, actor, command }, self.now)?;
        let before = self.told.len();
        self.take(events);
        self.settle();
        let changed = self.told[before..].iter().filter_map(|effect| match effect {
            Effect::Visit(visit) => Some(*visit),
            _ => None,
        });
        let news = self.last_told.news(&self.state, &changed.collect());
        self.statuses.extend(news.into_iter().map(|(_, status)| status));
        Ok(())
    }

    /// What several people tell in one moment, before time does anything.
    pub(in crate::domain) fn together(&mut self, who: &[&str], command: &Command) {
        self.hear();
        for name in who {
            let input = Input { cause: None, actor: Actor::Staff(staff(name)), command: command.clone() };
            let events = self.state.decide(&input, self.now).unwrap();
            self.take(events);
        }
        self.settle();
    }

    /// Lets time pass; phones that are not dark stay alive.
    pub(in crate::domain) fn advance(&mut self, by: TimeDelta) {
        let until = self.now + by;
        while let Some(at) = self.state.deadline().filter(|at| *at <= until) {
            self.now = self.now.max(at);
            self.hear();
            self.settle();
        }
        self.now = until;
        self.hear();
        self.settle();
    }

    pub(in crate::domain) fn seconds(&mut self, seconds: i64) {
        self.advance(TimeDelta::seconds(seconds));
    }

    fn hear(&mut self) {
        let names: Vec<StaffId> = self.state.floor.members().map(|member| member.id.clone()).collect();
        for name in names.iter().filter(|name| !self.dark.contains(name)) {
            self.state.floor.note_alive(name, self.now);
        }
    }

    /// A channel beside the page delivered something to this person.
    pub(in crate::domain) fn deliver(&mut self, name: &str) {
        self.state.floor.note_delivered(&staff(name), self.now);
        self.settle();
    }

    fn settle(&mut self) {
        for _ in 0..10_000 {
            let events = self.state.due(self.now);
            if events.is_empty() {
                assert!(self.state.floor.is_consistent(), "an index disagrees with the state");
                return;
            }
            self.take(events);
        }
        panic!("the engine never comes to rest: {:?}", &self.history[self.history.len() - 5..]);
    }

    fn take(&mut self, events: Vec<Event>) {
        for event in events {
            self.state.apply(&event, self.now);
            self.told.extend(effects(&self.state, &event));
            if let Event::Floor(event) = &event {
                self.history.push((self.now, event.clone()));
            }
            self.all.push((self.now, event));
        }
    }

    /// Who was asked about the visit, in order: seconds since the start of the scene's visit, who, why.
    pub(in crate::domain) fn asked(&self, visit: VisitId) -> Vec<(i64, String, Why)> {
        let from = self.visit(visit).map_or(self.now, |visit| visit.received_at);
        self.history
            .iter()
            .filter_map(|(at, event)| match event {
                FloorEvent::Asked { alert, to, why, .. } if alert.visit == visit => {
                    Some(((*at - from).num_seconds(), to.to_string(), *why))
                }
                _ => None,
            })
            .collect()
    }

    /// At which second of the visit an event of this kind happened.
    pub(in crate::domain) fn second(&self, visit: VisitId, is: impl Fn(&FloorEvent) -> bool) -> Option<i64> {
        let from = self.visit(visit)?.received_at;
        let found = self.history.iter().find(|(_, event)| event.visit() == Some(visit) && is(event));
        found.map(|(at, _)| (*at - from).num_seconds())
    }
}

pub(in crate::domain) fn staff(name: &str) -> StaffId {
    name.parse().unwrap()
}
