//! The runtime on a log in memory.

use std::sync::{Arc, Mutex};

use chrono::TimeDelta;
use shared::clock::{Clock, Reading, SystemClock};
use shared::ids::{AlertId, EventId, StaffId, VisitId};
use shared::personal::Personal;
use shared::wire::{CheckedIn, Detailed, Fingerprint, Language, Purpose, Why};
use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;

use super::batch::Batch;
use super::handle::Letter;
use super::{Done, Handle, Parts, Runtime, SubmitError, ToKiosk, load};
use crate::domain::command::{Cause, Told};
use crate::domain::floor::event::{self, FloorEvent};
use crate::domain::floor::member::Presence;
use crate::domain::roster::{Account, Role, StaffDetails};
use crate::domain::secret::{Secret, Subject};
use crate::domain::{Actor, Command, Event, Input, Refusal, Rules, State};
use crate::log::{Commit, EventLog, MemoryLog, Snapshots};
use crate::notify::Pushed;
use crate::vault::Vault;

struct Bench {
    handle: Handle,
    to_kiosk: mpsc::Receiver<ToKiosk>,
    log: Arc<MemoryLog>,
    shutdown: CancellationToken,
    task: tokio::task::JoinHandle<Result<(), super::RuntimeError>>,
    dir: tempfile::TempDir,
}

impl Bench {
    fn start() -> Self {
        Self::on(tempfile::tempdir().unwrap(), Arc::new(MemoryLog::default()))
    }

    fn on(dir: tempfile::TempDir, log: Arc<MemoryLog>) -> Self {
        Self::by(dir, log, Arc::new(SystemClock))
    }

    fn by(dir: tempfile::TempDir, log: Arc<MemoryLog>, clock: Arc<dyn Clock>) -> Self {
        Self::under(Rules::default(), dir, log, clock)
    }

    fn under(rules: Rules, dir: tempfile::TempDir, log: Arc<MemoryLog>, clock: Arc<dyn Clock>) -> Self {
        let vault = Arc::new(Vault::open(&dir.path().join("keys"), &dir.path().join("key")).unwrap());
        let snapshots = Snapshots::of(dir.path());
        let loaded = load(&*log, &snapshots, &vault, &rules).unwrap();
        let (handle, desk) = Handle::open(&loaded.state);
        let (sender, to_kiosk) = mpsc::channel(100);
        let shutdown = CancellationToken::new();
        let parts = Parts {
            desk,
            to_kiosk: sender,
            log: Arc::clone(&log) as Arc<dyn EventLog>,
            vault,
            snapshots,
            snapshot_events: 20_000,
            rules,
            shutdown: shutdown.clone(),
        };
        let task = tokio::spawn(Runtime::new(loaded, parts, clock).run());
        Self { handle, to_kiosk, log, shutdown, task, dir }
    }

    async fn stop(self) -> (tempfile::TempDir, Arc<MemoryLog>) {
        self.shutdown.cancel();
        self.task.await.unwrap().unwrap();
        (self.dir, self.log)
    }
}

fn check_in(number: u8, purpose: Purpose) -> Input {
    let now = SystemClock.now();
    let visit = VisitId::new(now - TimeDelta::milliseconds(5), [number; 10]);
    let body = CheckedIn { visit, purpose, language: Language::Zh, touched_ms: None, detail: Detailed::default() };
    Input {
        cause: Some(Cause {
            id: EventId::new(chrono::DateTime::UNIX_EPOCH, [number; 10]),
            fingerprint: Fingerprint([purpose as u8; 8]),
        }),
        actor: Actor::Device("k1".parse().unwrap()),
        command: Command::CheckIn(body, Told { at: now, age_ms: Some(0) }),
    }
}

fn hire(staff: &StaffId) -> Input {
    let details = StaffDetails { name: Personal::new("王芳"), latin: None, password: Personal::default() };
    let account = Account {
        id: staff.clone(),
        role: Role::Consultant,
        senior: false,
        languages: [Language::Zh].into(),
        secret: Secret::open(Subject::Staff(staff.clone()), details),
        session_generation: 0,
    };
    Input { cause: None, actor: Actor::System, command: Command::SetAccount(account) }
}

#[tokio::test]
async fn an_input_is_durable_before_it_is_answered_and_known_for_ever() {
    let mut bench = Bench::start();
    assert_eq!(bench.handle.submit(check_in(1, Purpose::Browse)).await, Ok(Done::Kept));
    assert_eq!(bench.log.head(), 1);
    assert_eq!(bench.handle.submit(check_in(1, Purpose::Browse)).await, Ok(Done::Known));
    assert_eq!(bench.handle.submit(check_in(1, Purpose::Model)).await, Err(SubmitError::Refused(Refusal::IdConflict)));
    assert_eq!(bench.log.head(), 1, "neither changed anything");
    assert!(matches!(bench.to_kiosk.recv().await, Some(ToKiosk::Visit(..))));
    let (dir, log) = bench.stop().await;
    let again = Bench::on(dir, log);
    assert_eq!(again.handle.submit(check_in(1, Purpose::Browse)).await, Ok(Done::Known));
    again.stop().await;
}

#[tokio::test]
async fn whoever_waits_elsewhere_hears_once_that_the_queue_moved() {
    let mut bench = Bench::start();
    let at = |kiosk: &str, input: Input| Input { actor: Actor::Device(kiosk.parse().unwrap()), ..input };
    let (first, second) = (at("k1", check_in(1, Purpose::Browse)), at("k2", check_in(2, Purpose::Browse)));
    let Command::CheckIn(body, told) = &first.command else { panic!("no check-in") };
    let leave = Command::Leave(body.visit, *told);
    bench.handle.submit(first).await.unwrap();
    bench.handle.submit(second).await.unwrap();
    let behind = Input { cause: None, ..at("k3", check_in(3, Purpose::Browse)) };
    bench.handle.submit(behind).await.unwrap();
    let gone = Input { cause: None, actor: Actor::Device("k1".parse().unwrap()), command: leave };
    bench.handle.submit(gone).await.unwrap();
    let mut told = Vec::new();
    while let Ok(ToKiosk::Visit(kiosk, status)) = bench.to_kiosk.try_recv() {
        told.push((kiosk.to_string(), status.position));
    }
    let expect = [("k1", Some(1)), ("k2", Some(2)), ("k3", Some(3)), ("k1", None), ("k2", Some(1)), ("k3", Some(2))];
    assert_eq!(told, expect.map(|(kiosk, place)| (kiosk.to_owned(), place)));
    bench.stop().await;
}

/// A clock that somebody set wrong by so much.
#[derive(Debug)]
struct Off(Mutex<TimeDelta>);

impl Off {
    fn by(by: TimeDelta) -> Arc<Self> {
        Arc::new(Self(Mutex::new(by)))
    }
}

impl Clock for Off {
    fn read(&self) -> Reading {
        let Reading { wall, boot } = SystemClock.read();
        Reading { wall: wall + *self.0.lock().unwrap(), boot }
    }
}

#[tokio::test]
async fn a_clock_that_stands_before_the_log_after_a_restart_leaves_the_ladder_its_time() {
    let dir = tempfile::tempdir().unwrap();
    let ahead = Bench::by(dir, Arc::default(), Off::by(TimeDelta::hours(2)));
    ahead.handle.submit(check_in(1, Purpose::Browse)).await.unwrap();
    let (dir, log) = ahead.stop().await;
    let again = Bench::on(dir, log);
    let mut floor = again.handle.floor();
    let seen = floor.wait_for(|floor| !floor.visits.is_empty()).await.unwrap().clone();
    let left = seen.visits[0].greet_by - SystemClock.now();
    assert!(left < TimeDelta::seconds(11), "the ten seconds are over in {left}");
    assert!(has_stepped(&again.log), "the step is on record");
    again.stop().await;
}

fn has_stepped(log: &MemoryLog) -> bool {
    let stepped = |event: &Event| matches!(event, Event::Floor(FloorEvent::ClockStepped { .. }));
    log.read(1).any(|commit| commit.unwrap().events.iter().any(stepped))
}

#[tokio::test]
async fn a_clock_that_is_set_while_somebody_waits_leaves_the_ladder_its_time() {
    let mut rules = Rules::default();
    rules.floor.clock_step = TimeDelta::minutes(1);
    let clock = Off::by(TimeDelta::zero());
    let bench = Bench::under(rules, tempfile::tempdir().unwrap(), Arc::default(), Arc::clone(&clock) as Arc<dyn Clock>);
    bench.handle.submit(check_in(1, Purpose::Browse)).await.unwrap();
    let look = || Input { cause: None, actor: Actor::System, command: Command::Alive };
    *clock.0.lock().unwrap() = TimeDelta::seconds(50);
    bench.handle.submit(look()).await.unwrap();
    assert!(!has_stepped(&bench.log), "no further than clocks may drift here");
    *clock.0.lock().unwrap() = TimeDelta::hours(1);
    bench.handle.submit(check_in(2, Purpose::Browse)).await.unwrap();
    assert!(has_stepped(&bench.log), "the step is on record");
    let mut floor = bench.handle.floor();
    let seen = floor.wait_for(|floor| floor.visits.len() == 2).await.unwrap().clone();
    for visit in &seen.visits {
        let left = visit.greet_by - clock.now();
        assert!(left > TimeDelta::zero() && left < TimeDelta::seconds(11), "the ten seconds are over in {left}");
    }
    bench.stop().await;
}

#[tokio::test]
async fn a_refused_input_leaves_no_trace() {
    let bench = Bench::start();
    let mut input = check_in(1, Purpose::Browse);
    let told = Told { at: SystemClock.now(), age_ms: Some(0) };
    input.command = Command::Meet(VisitId::new(chrono::DateTime::UNIX_EPOCH, [9; 10]), told);
    assert_eq!(bench.handle.submit(input).await, Err(SubmitError::Refused(Refusal::UnknownVisit)));
    assert_eq!(bench.log.head(), 0);
    bench.stop().await;
}

#[tokio::test]
async fn the_floor_is_published_after_a_change() {
    let bench = Bench::start();
    let mut floor = bench.handle.floor();
    bench.handle.submit(check_in(1, Purpose::Browse)).await.unwrap();
    let seen = floor.wait_for(|floor| floor.sequence == 1).await.unwrap().clone();
    assert_eq!((seen.visits.len(), seen.waiting), (1, 1));
    bench.stop().await;
}

#[tokio::test]
async fn a_phone_that_comes_back_or_goes_dark_is_published_though_nothing_is_on_record() {
    let mut rules = Rules::default();
    rules.floor.live = TimeDelta::milliseconds(300);
    let bench = Bench::under(rules, tempfile::tempdir().unwrap(), Arc::default(), Arc::new(SystemClock));
    let wang: StaffId = "wang".parse().unwrap();
    bench.handle.submit(hire(&wang)).await.unwrap();
    let mut floor = bench.handle.floor();
    let reachable = |floor: &Arc<super::FloorSnapshot>, is| floor.staff.iter().any(|member| member.reachable == is);
    floor.wait_for(|floor| reachable(floor, false)).await.unwrap();
    let head = bench.log.head();
    let alive = Input { cause: None, actor: Actor::Staff(wang), command: Command::Alive };
    bench.handle.submit(alive).await.unwrap();
    floor.wait_for(|floor| reachable(floor, true)).await.unwrap();
    floor.wait_for(|floor| reachable(floor, false)).await.unwrap();
    assert_eq!(bench.log.head(), head);
    bench.stop().await;
}

#[tokio::test]
async fn inputs_after_the_end_are_told_so_and_those_before_it_are_kept() {
    let bench = Bench::start();
    let before = bench.handle.submit(check_in(1, Purpose::Browse));
    assert_eq!(before.await, Ok(Done::Kept));
    let handle = bench.handle.clone();
    bench.stop().await;
    assert_eq!(handle.submit(check_in(2, Purpose::Browse)).await, Err(SubmitError::Ended));
    assert!(!handle.is_alive());
}

#[tokio::test]
async fn a_stop_leaves_a_snapshot_so_that_the_next_start_replays_nothing() {
    let bench = Bench::start();
    bench.handle.submit(check_in(1, Purpose::Browse)).await.unwrap();
    let (dir, log) = bench.stop().await;
    let vault = Vault::open(&dir.path().join("keys"), &dir.path().join("key")).unwrap();
    let loaded = load(&*log, &Snapshots::of(dir.path()), &vault, &Rules::default()).unwrap();
    assert_eq!((loaded.head, loaded.replayed), (1, 0));
    assert_eq!(loaded.state.floor.visits().count(), 1);
    assert!(loaded.state.floor.is_consistent(), "the indexes are made anew");
}

#[tokio::test]
async fn what_another_gateway_appended_is_taken_over_before_an_input_is_decided() {
    let bench = Bench::start();
    bench.handle.submit(check_in(1, Purpose::Browse)).await.unwrap();
    let theirs = VisitId::new(SystemClock.now(), [2; 10]);
    let came = event::CheckedIn {
        visit: theirs,
        kiosk: None,
        by: None,
        purpose: Purpose::Browse,
        language: Language::Zh,
        party: None,
        arrived_at: SystemClock.now(),
        time_uncertain: false,
        late: false,
        touched_ms: None,
        split_from: None,
    };
    let events = vec![FloorEvent::CheckedIn(came).into()];
    let mut commit = Commit { sequence: 0, at: SystemClock.now(), before: String::new(), causes: Vec::new(), events };
    bench.log.append(1, &mut commit).unwrap();
    let mut floor = bench.handle.floor();
    assert_eq!(bench.handle.submit(check_in(3, Purpose::Browse)).await, Ok(Done::Kept));
    assert_eq!(bench.log.head(), 3);
    let seen = floor.wait_for(|floor| floor.sequence == 3).await.unwrap().clone();
    assert!(seen.visits.iter().any(|visit| visit.id == theirs));
    assert_eq!(seen.visits.len(), 3);
    bench.stop().await;
}

#[tokio::test]
async fn what_was_accepted_before_a_restart_stands_open_for_whoever_serves_and_rings_nobody() {
    let bench = Bench::start();
    let wang: StaffId = "wang".parse().unwrap();
    let by = |actor: Actor, command: Command| Input { cause: None, actor, command };
    let person = || Actor::Staff(wang.clone());
    bench.handle.submit(hire(&wang)).await.unwrap();
    bench.handle.submit(by(person(), Command::SetPresence(Presence::Free))).await.unwrap();
    bench.handle.submit(by(person(), Command::Alive)).await.unwrap();
    let visitor = check_in(1, Purpose::Browse);
    let Command::CheckIn(body, _) = &visitor.command else { panic!("no check-in") };
    let visit = body.visit;
    bench.handle.submit(visitor).await.unwrap();
    let rung = bench.handle.hub().open_alerts(&wang);
    let [Pushed::Alert(alert)] = rung.iter().map(|feed| &feed.pushed).collect::<Vec<_>>()[..] else {
        panic!("one alert: {rung:?}")
    };
    bench.handle.submit(by(person(), Command::Accept(alert.alert))).await.unwrap();

    let (dir, log) = bench.stop().await;
    let again = Bench::on(dir, log);
    let kiosk = Actor::Device("k1".parse().unwrap());
    let more = Detailed { party: Some(4), ..Detailed::default() };
    again.handle.submit(by(kiosk, Command::Detail(visit, None, more))).await.unwrap();
    assert!(again.handle.hub().open_alerts(&wang).is_empty(), "nothing rings");
    let known = again.handle.hub().accepted_alerts(&wang);
    let parties: Vec<_> = known
        .iter()
        .map(|feed| match &feed.pushed {
            Pushed::Alert(alert) => alert.party,
            other => panic!("no alert: {other:?}"),
        })
        .collect();
    assert_eq!(parties, [Some(4)]);
    again.stop().await;
}

#[test]
fn whoever_becomes_free_as_a_colleague_passes_belongs_to_the_longest_waiting() {
    let [a, b]: [StaffId; 2] = ["a", "b"].map(|id| id.parse().unwrap());
    let letter = |input| Letter { input, answer: oneshot::channel().0 };
    let by = |who: &StaffId, command| letter(Input { cause: None, actor: Actor::Staff(who.clone()), command });
    let (log, mut state) = (MemoryLog::default(), State::default());
    state.configure(Rules::default());
    let now = chrono::DateTime::from_timestamp(1_795_000_000, 0).unwrap();
    let mut decide = |letters: &[Letter]| {
        for staff in [&a, &b] {
            state.floor.note_alive(staff, now);
        }
        let batch = Batch::decide(&mut state, letters, &log, now).unwrap();
        batch.answers.iter().for_each(|answer| assert!(answer.is_ok(), "{answer:?}"));
        batch.groups.into_iter().flat_map(|group| group.events).collect::<Vec<_>>()
    };
    let free = |who: &StaffId| by(who, Command::SetPresence(Presence::Free));
    let visits = [1, 2].map(|number| VisitId::new(now, [number; 10]));
    let [first, second] = visits
        .map(|visit| by(&b, Command::WalkIn { visit, purpose: Purpose::Browse, language: Language::Zh, party: None }));
    decide(&[&a, &b].map(|staff| letter(hire(staff))));
    decide(&[free(&b)]);
    decide(&[first]);
    decide(&[second]);
    let ringing = AlertId { visit: visits[0], ordinal: 1 };
    // The first rings for b, the second queues.
    let events = decide(&[free(&a), by(&b, Command::Pass(ringing, None))]);
    let asked: Vec<_> = events
        .iter()
        .filter_map(|event| match event {
            Event::Floor(FloorEvent::Asked { alert, to, why, .. }) => Some((alert.visit, to.as_str(), *why)),
            _ => None,
        })
        .collect();
    assert_eq!(asked, [(visits[1], "a", Why::Queue)]);
}
