//! The task itself: waits, drains, decides, appends, and then tells.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use shared::clock::{Anchor, Clock, Reading};
use shared::ids::StaffId;
use tokio::sync::mpsc;
use tokio::sync::mpsc::error::TrySendError;
use tokio_util::sync::CancellationToken;

use super::batch::Batch;
use super::handle::{Desk, Letter};
use super::start::{Loaded, StartError, load};
use super::{CustomerView, FloorSnapshot, ToKiosk};
use crate::domain::effect::last_told::LastTold;
use crate::domain::secret::Subject;
use crate::domain::{Actor, Command, Effect, Input, Rules, State};
use crate::log::{Append, Commit, EventLog, LogError, Snapshots};
use crate::notify::{Feed, FeedId, Pushed};
use crate::vault::{Vault, VaultError};

/// Inputs that are decided with one `now` and appended as one group (DESIGN §4).
const DRAINED: usize = 256;
/// So many events more than [`Parts::snapshot_events`] between two snapshots for each visit of the state: writing a crowd down is made
/// good first. At most so many in all: a start after a crash has to replay them.
const SNAPSHOT_VISIT: u64 = 4;
const SNAPSHOT_MOST: u64 = 200_000;
/// What can wait is gathered for so long, unless something comes that cannot. A commit costs its syncs however much it holds
/// (0.6 to 1.3 ms): without this, proofs and ends alone kept the disk busy at a hundred visits a second.
const GATHER: Duration = Duration::from_millis(5);
/// The floor is published at most four times a second (DESIGN §6).
const PUBLISH_EVERY: Duration = Duration::from_millis(250);
/// Keys that wait for destruction; beyond it the runtime waits for the disk.
const KEYS_WAITING: usize = 1024;

/// Why the runtime ended before it was told to.
#[derive(Debug, thiserror::Error)]
pub enum RuntimeError {
    /// The log took no more.
    #[error("the log could not be written; nothing is taken until a restart")]
    Log(#[from] LogError),
    /// Personal data could not be sealed.
    #[error("the vault could not seal; nothing is taken until a restart")]
    Vault(#[from] VaultError),
    /// The state could not be rebuilt after a conflict.
    #[error("the state could not be rebuilt; nothing is taken until a restart")]
    Rebuild(#[from] StartError),
}

/// What the runtime works with.
#[derive(Debug)]
pub struct Parts<L: ?Sized> {
    /// Its side of the door.
    pub desk: Desk,
    /// To the kiosks.
    pub to_kiosk: mpsc::Sender<ToKiosk>,
    /// The log.
    pub log: Arc<L>,
    /// The vault.
    pub vault: Arc<Vault>,
    /// Where snapshots go.
    pub snapshots: Snapshots,
    /// Events between two of them, while few visits stand on the floor.
    pub snapshot_events: u64,
    /// Figures and words.
    pub rules: Rules,
    /// Takes no more inputs, drains what waits, and ends.
    pub shutdown: CancellationToken,
}

/// The owner of the state.
pub struct Runtime {
    state: State,
    parts: Parts<dyn EventLog>,
    clock: Arc<dyn Clock>,
    anchor: Anchor,
    head: u64,
    since_snapshot: u64,
    snapshot_after: u64,
    snapshots: SnapshotWriter,
    last_told: LastTold,
    keys: std::sync::mpsc::SyncSender<Vec<Subject>>,
    unpublished: bool,
    published_at: Duration,
    /// Whom an alert would reach, as it was published: no event tells that a phone went dark, or came back.
    reached: Vec<StaffId>,
}

impl std::fmt::Debug for Runtime {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Runtime").field("head", &self.head).finish_non_exhaustive()
    }
}

impl Runtime {
    /// A runtime on a loaded state.
    #[must_use]
    pub fn new(loaded: Loaded, parts: Parts<dyn EventLog>, clock: Arc<dyn Clock>) -> Self {
        let anchor = anchor(&loaded, clock.read());
        let snapshots = SnapshotWriter::start(parts.snapshots.clone(), Arc::clone(&parts.vault));
        let keys = destroy_keys(Arc::clone(&parts.vault));
        let snapshot_after = parts.snapshot_events;
        Self {
            state: loaded.state,
            parts,
            clock,
            anchor,
            head: loaded.head,
            since_snapshot: loaded.replayed,
            snapshot_after,
            snapshots,
            last_told: LastTold::default(),
            keys,
            unpublished: true,
            published_at: Duration::ZERO,
            reached: Vec::new(),
        }
    }

    /// Runs until it is told to stop, every handle is dropped, or the log takes no more. Blocks its thread on the disk: give it one of its own.
    ///
    /// # Errors
    /// When a commit could not be made durable. The state dies with the runtime; whoever waits for an answer is told
    /// that the runtime has ended.
    pub async fn run(mut self) -> Result<(), RuntimeError> {
        self.ring_again();
        self.round(&mut Vec::new())?;
        let mut letters = Vec::with_capacity(DRAINED);
        loop {
            let wait = self.wait();
            let stopping = self.parts.desk.letters.is_closed();
            let received = self.parts.desk.letters.recv_many(&mut letters, DRAINED);
            tokio::select! {
                biased;
                () = self.parts.shutdown.cancelled(), if !stopping => {
                    self.parts.desk.letters.close();
                    continue;
                }
                received = tokio::time::timeout(wait, received) => if received == Ok(0) {
                    break;
                },
            }
            self.gather(&mut letters).await;
            self.round(&mut letters)?;
        }
        self.publish();
        if self.since_snapshot > 0 {
            // The next start has nothing to replay.
            self.snapshots.finish(&self.state, self.head);
        }
        tracing::info!(commit = self.head, "the runtime has drained what waited and stops");
        Ok(())
    }

    /// Waits for company while nothing is urgent.
    async fn gather(&mut self, letters: &mut Vec<Letter>) {
        let mut over = std::pin::pin!(tokio::time::sleep(GATHER));
        let mut looked_at = 0;
        while (1..DRAINED).contains(&letters.len())
            && letters.iter().skip(looked_at).all(|letter| letter.input.command.can_wait())
        {
            looked_at = letters.len();
            tokio::select! {
                () = over.as_mut() => return,
                received = self.parts.desk.letters.recv_many(letters, DRAINED - looked_at) => if received == 0 { return },
            }
        }
    }

    /// How long nothing happens by itself.
    fn wait(&self) -> Duration {
        let reading = self.clock.read();
        let now = self.anchor.at(reading);
        let until = |at: DateTime<Utc>| (at - now).to_std().unwrap_or_default();
        let until_due = self.state.deadline().map(until);
        let until_dark = self.state.floor.reached_until(now).map(|at| until(at + TimeDelta::milliseconds(1)));
        let until_publish =
            self.unpublished.then(|| PUBLISH_EVERY.saturating_sub(reading.boot.saturating_sub(self.published_at)));
        // At least once a minute: a clock that was set is noticed, also while the next thing due is months away.
        let wait =
            [until_due, until_dark, until_publish].into_iter().flatten().fold(Duration::from_mins(1), Duration::min);
        self.clock.sleep_for(wait)
    }

    fn round(&mut self, letters: &mut Vec<Letter>) -> Result<(), RuntimeError> {
        let mut batch = loop {
            let (now, step) = self.now();
            let mut batch = Batch::default();
            if let Some(by_ms) = step {
                let input = Input { cause: None, actor: Actor::System, command: Command::StepClock(by_ms) };
                tracing::warn!(by_ms, "the wall clock was set; open ladders keep their remaining time");
                batch.take(&mut self.state, &input, now);
            }
            batch.extend(Batch::decide(&mut self.state, letters, &*self.parts.log, now)?);
            if self.append(&mut batch, now)? {
                break batch;
            }
            self.rebuild()?;
        };
        let answers = std::mem::take(&mut batch.answers);
        // First those who are rung; and whoever gets an answer can see what it says.
        if batch.events > 0 {
            self.tell(std::mem::take(&mut batch.effects));
        }
        for (letter, answer) in letters.drain(..).zip(answers) {
            // Whoever asked may have gone: what was decided stands.
            let _ = letter.answer.send(answer);
        }
        if batch.events > 0 {
            self.unpublished = true;
            self.snapshot(batch.events);
        }
        let now = self.anchor.at(self.clock.read());
        self.unpublished |= !self.state.floor.reached(now).eq(&self.reached);
        if self.unpublished && self.clock.read().boot.saturating_sub(self.published_at) >= PUBLISH_EVERY {
            self.publish();
        }
        Ok(())
    }

    /// The anchored time, and by how many milliseconds the wall clock was set since the last look.
    fn now(&mut self) -> (DateTime<Utc>, Option<i64>) {
        let reading: Reading = self.clock.read();
        match self.anchor.step(reading, self.parts.rules.floor.clock_step) {
            None => (self.anchor.at(reading), None),
            Some(step) => {
                self.anchor = Anchor::new(reading);
                (reading.wall, Some(step.by.num_milliseconds()))
            }
        }
    }

    /// Seals and appends; `false` when somebody else has appended meanwhile.
    fn append(&mut self, batch: &mut Batch, now: DateTime<Utc>) -> Result<bool, RuntimeError> {
        if batch.groups.is_empty() {
            return Ok(true);
        }
        // All at once: new keys are synced together.
        self.parts.vault.seal(batch)?;
        let mut commits = Commit::pack(now, std::mem::take(&mut batch.groups))?;
        match self.parts.log.append_all(self.head, &mut commits)? {
            Append::Appended { head } => {
                self.head = head;
                // Also what changes nothing, such as a write that had no need to: whoever reads waits for this commit.
                self.unpublished = true;
                Ok(true)
            }
            Append::Conflict { .. } => Ok(false),
        }
    }

    fn rebuild(&mut self) -> Result<(), RuntimeError> {
        tracing::warn!(commit = self.head, "another gateway has appended; the state is rebuilt");
        let Parts { log, snapshots, vault, rules, .. } = &self.parts;
        let loaded = load(&**log, snapshots, vault, rules)?;
        self.state = loaded.state;
        self.head = loaded.head;
        Ok(())
    }

    fn tell(&mut self, effects: Vec<Effect>) {
        let (mut visits, mut people) = (Vec::new(), Vec::new());
        let mut changed = BTreeSet::new();
        let mut diary = false;
        for (index, effect) in (0_u32..).zip(effects) {
            let feed = |to, pushed| Feed { id: FeedId { sequence: self.head, index }, to, pushed };
            match effect {
                Effect::Alert { to, alert } => self.parts.desk.hub.push(feed(to, Pushed::Alert(alert))),
                Effect::AlertOver { to, alert, over } => {
                    self.parts.desk.hub.push(feed(to, Pushed::AlertOver(alert, over)));
                }
                Effect::Task { to, task } => self.parts.desk.hub.push(feed(to, Pushed::Task(task))),
                Effect::Visit(visit) => {
                    changed.insert(visit);
                }
                Effect::QrSpent { kiosk } => {
                    let spent = self.state.sales.spent().map(str::to_owned).collect();
                    self.parts.desk.spent.send_replace(Arc::new(spent));
                    self.to_kiosk(ToKiosk::QrSpent(kiosk));
                }
                Effect::ClockDoubted { until } => tracing::error!(
                    %until,
                    "the clock is more than a month ahead of the last entry; nobody's contact is erased by age until then: check \
                     the date, and set it right if it is wrong"
                ),
                Effect::RosterChanged => {
                    self.parts.desk.roster.send_replace(Arc::new(self.state.roster.clone()));
                }
                Effect::MorningChanged => {
                    self.parts.desk.morning.send_replace(Arc::clone(&self.state.morning));
                }
                // Once for all of them: what is known of whom is expected is looked up anew.
                Effect::DiaryChanged => diary = true,
                Effect::PlansChanged => {
                    self.parts.desk.plans.send_replace(Arc::clone(self.state.floor.plans()));
                }
                Effect::DestroyKey(subject @ Subject::Visit(_)) => visits.push(subject),
                // Taken away and added again in the same commit: their new secrets stand under the old key.
                Effect::DestroyKey(Subject::Staff(staff)) if self.state.roster.accounts.contains_key(&staff) => {}
                Effect::DestroyKey(subject) => people.push(subject),
            }
        }
        if diary {
            self.parts.desk.diary.send_replace(Arc::new(self.state.agenda()));
        }
        for (kiosk, status) in self.last_told.news(&self.state, &changed) {
            let visit = status.visit;
            if !self.to_kiosk(ToKiosk::Visit(kiosk, status)) {
                self.last_told.forget(visit);
            }
        }
        if !visits.is_empty() && self.keys.send(visits).is_err() {
            tracing::error!("keys of visits that ended cannot be destroyed until a restart");
        }
        // Before the answer: whoever asked for it hears that it is done when it is.
        if !people.is_empty()
            && let Err(error) = self.parts.vault.destroy(&people)
        {
            tracing::error!(%error, keys = people.len(), "keys could not be destroyed; the next start tries again");
        }
    }

    /// Whether there was room.
    fn to_kiosk(&self, message: ToKiosk) -> bool {
        let full = matches!(self.parts.to_kiosk.try_send(message), Err(TrySendError::Full(_)));
        if full {
            tracing::warn!("too much waits for the kiosks; a visit's status was dropped");
        }
        !full
    }

    /// Phones and screens are where the state is.
    fn ring_again(&mut self) {
        let spent = self.state.sales.spent().map(str::to_owned).collect();
        self.parts.desk.spent.send_replace(Arc::new(spent));
        self.tell(self.state.after_restart());
    }

    fn snapshot(&mut self, events: usize) {
        self.since_snapshot += events as u64;
        if self.since_snapshot < self.snapshot_after {
            return;
        }
        let visits = u64::try_from(self.state.floor.visits().count()).unwrap_or(u64::MAX);
        let crowd = visits.saturating_mul(SNAPSHOT_VISIT);
        self.snapshot_after = self.parts.snapshot_events.saturating_add(crowd).min(SNAPSHOT_MOST);
        if self.snapshots.begin(&self.state, self.head) {
            self.since_snapshot = 0;
        } else {
            // The one before is still being written: a later round tries again, with a newer state.
            self.since_snapshot = self.snapshot_after - self.snapshot_after / 10;
        }
    }

    fn publish(&mut self) {
        let reading = self.clock.read();
        let now = self.anchor.at(reading);
        self.reached = self.state.floor.reached(now).cloned().collect();
        self.parts.desk.customers.send_replace(Arc::new(CustomerView::of(&self.state, self.head)));
        self.parts.desk.floor.send_replace(Arc::new(FloorSnapshot::of(&self.state, self.head, now)));
        self.unpublished = false;
        self.published_at = reading.boot;
    }
}

/// A clock that stands before the log's last entry was set back while nobody looked (a box without a battery for it). Time goes on
/// from that entry, and the first look at the clock finds the step: open ladders keep their remaining time.
fn anchor(loaded: &Loaded, now: Reading) -> Anchor {
    let wall = loaded.state.last_at().map_or(now.wall, |last| now.wall.max(last));
    Anchor::new(Reading { wall, ..now })
}

impl Batch {
    fn extend(&mut self, later: Self) {
        self.groups.extend(later.groups);
        self.effects.extend(later.effects);
        self.answers.extend(later.answers);
        self.events += later.events;
    }
}

/// This thread lets the others go first: nobody waits for what it does, and a snapshot of a full floor is a second's work on a box
/// that has two cores.
fn stand_back() {
    const NICE: i32 = 10;
    // `None` is the calling thread. Where it is not allowed, everything is as it was.
    if let Err(error) = rustix::process::setpriority_process(None, NICE) {
        tracing::debug!(%error, "a thread for work in the background keeps its priority");
    }
}

/// A thread that stores one snapshot after the other; none waits.
struct SnapshotWriter {
    states: std::sync::mpsc::SyncSender<(State, u64)>,
    thread: std::thread::JoinHandle<()>,
}

impl SnapshotWriter {
    fn start(snapshots: Snapshots, vault: Arc<Vault>) -> Self {
        let (states, taken) = std::sync::mpsc::sync_channel::<(State, u64)>(0);
        let thread = std::thread::spawn(move || {
            for (state, sequence) in taken {
                // A thread of its own: what a thread has freed the allocator keeps for it until it ends, and a snapshot of a
                // full floor takes tens of MB.
                let stored = std::thread::scope(|scope| {
                    let store = || {
                        stand_back();
                        snapshots.store(state, sequence, &vault)
                    };
                    scope.spawn(store).join()
                });
                match stored {
                    Ok(Ok(())) => tracing::debug!(sequence, "snapshot stored"),
                    Ok(Err(error)) => {
                        tracing::warn!(%error, sequence, "a snapshot could not be stored; a start takes longer");
                    }
                    Err(_) => tracing::error!(sequence, "the thread that stored a snapshot died; a start takes longer"),
                }
            }
        });
        Self { states, thread }
    }

    /// Whether the thread was free to take it.
    fn begin(&self, state: &State, sequence: u64) -> bool {
        self.states.try_send((state.for_snapshot(), sequence)).is_ok()
    }

    /// Stores a last one and waits until it is written.
    fn finish(self, state: &State, sequence: u64) {
        let Self { states, thread } = self;
        let taken = states.send((state.for_snapshot(), sequence)).is_ok();
        drop(states);
        if !taken || thread.join().is_err() {
            tracing::warn!("the last snapshot could not be stored; the next start takes longer");
        }
    }
}

/// A thread that destroys the keys of visits that ended.
fn destroy_keys(vault: Arc<Vault>) -> std::sync::mpsc::SyncSender<Vec<Subject>> {
    let (sender, waiting) = std::sync::mpsc::sync_channel::<Vec<Subject>>(KEYS_WAITING);
    std::thread::spawn(move || {
        stand_back();
        for subjects in waiting {
            if let Err(error) = vault.destroy(&subjects) {
                tracing::error!(%error, keys = subjects.len(), "keys could not be destroyed; the next start tries again");
            }
        }
    });
    sender
}
