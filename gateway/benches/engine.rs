//! What one decision of the engine costs, with 200 consultants on the floor: at most 20 µs. And what the engine stands still for
//! while its state is copied for a snapshot.
//!
//! `cargo bench -p gateway --bench engine`. The floor is a busy one: 200 consultants who are free and reachable, 100 visitors who are
//! served, 20 who wait, and 20,000 customers who have agreed to be called. Decisions change nothing, so that each round decides the same.
//! The last one is decided where nobody is free and 5,000 wait.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a benchmark stops at the first surprise")]

use std::hint::black_box;

use chrono::{DateTime, TimeDelta, Utc};
use criterion::{Criterion, criterion_group, criterion_main};
use gateway::domain::command::Told;
use gateway::domain::floor::event::FloorEvent;
use gateway::domain::floor::member::Presence;
use gateway::domain::floor::visit::Outcome;
use gateway::domain::roster::{Account, Role, StaffDetails};
use gateway::domain::secret::{Secret, Subject};
use gateway::domain::{Actor, Command, Event, Input, Rules, State};
use shared::consent::{Consent, ConsentPurpose};
use shared::ids::{AlertId, StaffId, VisitId};
use shared::personal::Personal;
use shared::phone::PhoneNumber;
use shared::wire::{CheckedIn, Detailed, Language, Purpose};

const CONSULTANTS: u32 = 200;
const SERVED: u32 = 100;
const WAITING: u32 = 20;
const CUSTOMERS: u32 = 20_000;
const CROWD: u32 = 5_000;

struct Floor {
    state: State,
    now: DateTime<Utc>,
    visits: u64,
}

fn staff(number: u32) -> StaffId {
    format!("c{number:03}").parse().unwrap()
}

fn number(customer: u32) -> PhoneNumber {
    PhoneNumber::parse(&format!("138{customer:08}")).unwrap()
}

impl Floor {
    fn busy() -> Self {
        let mut state = State::default();
        state.configure(Rules::default());
        let mut floor = Self { state, now: DateTime::from_timestamp(1_795_000_000, 0).unwrap(), visits: 0 };
        floor.hire(0..1);
        for customer in 0..CUSTOMERS {
            let consent = Consent { purpose: ConsentPurpose::Contact, wording: "v1".to_owned(), given: true };
            let detail = Detailed { phone: Some(number(customer)), consents: vec![consent], ..Detailed::default() };
            let visit = floor.arrives(detail);
            floor.accepts(visit);
            let by = || Actor::Staff(staff(0));
            floor.does(by(), Command::Greet(visit));
            floor.does(by(), Command::End(visit, Outcome::Interested));
            floor.now += TimeDelta::seconds(130);
            floor.rest();
        }
        floor.hire(1..CONSULTANTS);
        for _ in 0..SERVED {
            let visit = floor.arrives(Detailed::default());
            floor.accepts(visit);
        }
        for consultant in 0..CONSULTANTS {
            floor.does(Actor::Staff(staff(consultant)), Command::SetPresence(Presence::Break));
        }
        for _ in 0..WAITING {
            floor.arrives(Detailed::default());
        }
        floor
    }

    fn hire(&mut self, numbers: std::ops::Range<u32>) {
        for id in numbers.map(staff) {
            let details = StaffDetails { name: Personal::new("王芳"), latin: None, password: Personal::default() };
            let account = Account {
                id: id.clone(),
                role: Role::Consultant,
                senior: false,
                languages: [Language::Zh].into(),
                secret: Secret::open(Subject::Staff(id.clone()), details),
                session_generation: 0,
            };
            self.does(Actor::System, Command::SetAccount(account));
            self.does(Actor::Staff(id), Command::SetPresence(Presence::Free));
        }
    }

    /// Everybody is free, the queue has been asked about, and the next who comes finds the whole rotation.
    fn everybody_free(mut self) -> Self {
        for consultant in 0..CONSULTANTS {
            self.does(Actor::Staff(staff(consultant)), Command::SetPresence(Presence::Free));
        }
        self
    }

    fn comes(&mut self, detail: Detailed) -> (Input, VisitId) {
        self.visits += 1;
        let mut random = [0; 10];
        random.iter_mut().skip(2).zip(self.visits.to_be_bytes()).for_each(|(to, from)| *to = from);
        let visit = VisitId::new(self.now, random);
        let body = CheckedIn { visit, purpose: Purpose::Browse, language: Language::Zh, touched_ms: None, detail };
        let told = Told { at: self.now, age_ms: Some(0) };
        let actor = Actor::Device("k1".parse().unwrap());
        (Input { cause: None, actor, command: Command::CheckIn(body, told) }, visit)
    }

    fn arrives(&mut self, detail: Detailed) -> VisitId {
        let (Input { actor, command, .. }, visit) = self.comes(detail);
        self.does(actor, command);
        visit
    }

    fn accepts(&mut self, visit: VisitId) {
        let asking = self.state.floor.visit(visit).unwrap().askings.last().expect("somebody is asked").clone();
        self.does(Actor::Staff(asking.to), Command::Accept(asking.id));
    }

    fn does(&mut self, actor: Actor, command: Command) {
        self.everybody_reports();
        let events = self.state.decide(&Input { cause: None, actor, command }, self.now).unwrap();
        self.apply(&events);
        self.rest();
    }

    fn everybody_reports(&mut self) {
        for consultant in 0..CONSULTANTS {
            self.state.floor.note_alive(&staff(consultant), self.now);
        }
    }

    fn rest(&mut self) {
        loop {
            let events = self.state.due(self.now);
            if events.is_empty() {
                return;
            }
            self.apply(&events);
        }
    }

    fn apply(&mut self, events: &[Event]) {
        for event in events {
            self.state.apply(event, self.now);
        }
    }
}

fn decisions(criterion: &mut Criterion) {
    let mut floor = Floor::busy().everybody_free();
    let (stranger, _) = floor.comes(Detailed::default());
    let now = floor.now;
    criterion.bench_function("a visitor checks in", |bench| {
        bench.iter(|| black_box(floor.state.decide(black_box(&stranger), now)).unwrap());
    });

    criterion.bench_function("the state is copied for a snapshot", |bench| {
        bench.iter_with_large_drop(|| black_box(floor.state.for_snapshot()));
    });

    let known = Detailed { phone: Some(number(CUSTOMERS / 2)), ..Detailed::default() };
    let (customer, _) = floor.comes(known);
    let said = floor.state.decide(&customer, now).unwrap();
    assert!(said.iter().any(|event| matches!(event, Event::Floor(FloorEvent::Recognised { owner: Some(_), .. }))));
    criterion.bench_function("an own customer checks in", |bench| {
        bench.iter(|| black_box(floor.state.decide(black_box(&customer), now)).unwrap());
    });

    let arrived = floor.state.decide(&stranger, now).unwrap();
    floor.apply(&arrived);
    assert!(!floor.state.due(now).is_empty(), "somebody is to be asked");
    criterion.bench_function("the first of 200 is chosen and asked", |bench| {
        bench.iter(|| black_box(floor.state.due(black_box(now))));
    });

    floor.rest();
    let visit = floor.state.floor.visits().filter(|visit| visit.accepted.is_none()).last().unwrap();
    let asking = visit.askings.last().unwrap();
    let (alert, to): (AlertId, StaffId) = (asking.id, asking.to.clone());
    let accept = Input { cause: None, actor: Actor::Staff(to), command: Command::Accept(alert) };
    criterion.bench_function("the one who is asked accepts", |bench| {
        bench.iter(|| black_box(floor.state.decide(black_box(&accept), now)).unwrap());
    });

    let mut floor = Floor::busy();
    for _ in 0..CROWD {
        floor.arrives(Detailed::default());
    }
    let (last, _) = floor.comes(Detailed::default());
    let arrived = floor.state.decide(&last, floor.now).unwrap();
    floor.apply(&arrived);
    criterion.bench_function("one more waits behind thousands", |bench| {
        bench.iter(|| black_box(floor.state.due(black_box(floor.now))));
    });
}

criterion_group!(engine, decisions);
criterion_main!(engine);
