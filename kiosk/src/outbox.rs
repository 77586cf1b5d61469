//! What visitors said, on the kiosk's own disk until the gateway's receipt.
//!
//! One sled tree: `e` + sequence (8 bytes, big-endian) → one sealed [`Stored`], `s` → the next sequence number, `x` + sequence → a
//! record that could not be read, kept aside. A write is over when [`Outbox::keep`] returned: sled flushed, and its file
//! synced ([`shared::barrier`]).
//!
//! Invariants:
//! - Nothing is published, and nothing is called received, before its barrier.
//! - After a failed write or barrier nothing is known about the disk: the outbox refuses every further write until it is
//!   opened again. What it kept before stays readable and is still sent.
//! - Sequence numbers never repeat, not even after everything was receipted and the kiosk restarted.
//!
//! Called by [`crate::desk`] on a blocking thread, and read by [`crate::link`].

mod renewal;
mod seal;
mod stored;

use std::collections::BTreeMap;
use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use shared::barrier::Barrier;
use shared::clock::Reading;
use shared::ids::EventId;

use crate::session::NewEvent;
pub use seal::{KeyError, SealError, SealKey};
pub use stored::{Machine, Stored};

/// Events without a receipt that an outbox holds at most: 72 hours of a busy showroom, many times over.
#[expect(clippy::cast_possible_truncation, reason = "a few ten thousand")]
pub const CAPACITY: usize = shared::wire::OUTBOX_CAPACITY as usize;
/// From so many on somebody should look; said once, and again only after it has been below half of that.
const WORRY: usize = CAPACITY / 2;

/// sled's cache. Its log is a few records long; more would only sit in memory.
const CACHE_BYTES: u64 = 1024 * 1024;

const EVENT: u8 = b'e';
const ASIDE: u8 = b'x';
const NEXT_SEQUENCE: &[u8] = b"s";

/// Why an outbox does not open or does not take an event.
#[derive(Debug, thiserror::Error)]
pub enum OutboxError {
    /// The database failed.
    #[error("the outbox's database failed")]
    Database(#[from] sled::Error),
    /// A folder or file failed.
    #[error("the outbox's folder failed")]
    Folder(#[from] io::Error),
    /// A record could not be sealed.
    #[error("an event could not be sealed")]
    Seal(#[from] SealError),
    /// [`CAPACITY`] events wait already.
    #[error("the outbox is full: {CAPACITY} events wait for the gateway")]
    Full,
    /// An earlier write failed; the outbox must be opened again.
    #[error("the outbox stopped after a failed write")]
    Stopped,
}

/// How often, and after which pause, a lock that is held is tried again.
const LOCK_TRIES: u32 = 50;
const LOCK_PAUSE: std::time::Duration = std::time::Duration::from_millis(20);

/// The outbox. See the module.
#[derive(Debug)]
pub struct Outbox {
    /// Always there, but for the moment of its end.
    tree: Option<sled::Db>,
    barrier: Barrier,
    key: SealKey,
    machine: Machine,
    waiting: Mutex<BTreeMap<EventId, u64>>,
    next: AtomicU64,
    /// Sequences below this are behind the barrier.
    durable: AtomicU64,
    stopped: AtomicBool,
    worried: AtomicBool,
    full: AtomicBool,
    aside: usize,
}

impl Outbox {
    /// Opens the outbox in `folder`, creating it if need be. Records that cannot be read are set aside and counted.
    ///
    /// # Errors
    /// When the folder or the database cannot be opened, or the first barrier fails.
    pub fn open(folder: &Path, key: SealKey, machine: Machine) -> Result<Self, OutboxError> {
        renewal::finish_renewal(folder)?;
        std::fs::create_dir_all(folder)?;
        let tree = open_database(folder)?;
        let barrier = Barrier::open(folder)?;
        let mut outbox = Self {
            tree: Some(tree),
            barrier,
            key,
            machine,
            waiting: Mutex::default(),
            next: AtomicU64::new(1),
            durable: AtomicU64::new(0),
            stopped: AtomicBool::new(false),
            worried: AtomicBool::new(false),
            full: AtomicBool::new(false),
            aside: 0,
        };
        outbox.recall()?;
        outbox.mind_the_room();
        Ok(outbox)
    }

    /// Writes events, in this order, all or none, and waits for the barrier.
    ///
    /// # Errors
    /// [`OutboxError::Full`] leaves the outbox as it was; after any other error it has stopped.
    pub fn keep(&self, events: Vec<NewEvent>) -> Result<(), OutboxError> {
        if self.stopped.load(Ordering::Acquire) {
            return Err(OutboxError::Stopped);
        }
        if self.waiting().len() + events.len() > CAPACITY {
            // Once, and not for every visitor who comes.
            if !self.full.swap(true, Ordering::AcqRel) {
                tracing::error!(
                    capacity = CAPACITY,
                    "the outbox is full; visitors are sent to reception until the gateway answers"
                );
            }
            return Err(OutboxError::Full);
        }
        // A panic inside sled must leave the outbox stopped, too.
        self.stopped.store(true, Ordering::Release);
        let kept = self.write(events)?;
        self.waiting().extend(kept);
        self.durable.store(self.next.load(Ordering::Acquire), Ordering::Release);
        self.stopped.store(false, Ordering::Release);
        self.full.store(false, Ordering::Release);
        self.mind_the_room();
        Ok(())
    }

    /// Drops events that the gateway answered for. Not behind a barrier: what comes back after a power cut is sent again,
    /// and the gateway knows it.
    ///
    /// # Errors
    /// When the database fails; the events are then sent again.
    pub fn forget(&self, events: impl IntoIterator<Item = EventId>) -> Result<(), OutboxError> {
        let mut batch = sled::Batch::default();
        let gone: Vec<u64> = {
            let mut waiting = self.waiting();
            events.into_iter().filter_map(|event| waiting.remove(&event)).collect()
        };
        for sequence in gone {
            batch.remove(key(EVENT, sequence).as_slice());
        }
        self.tree()?.apply_batch(batch)?;
        self.mind_the_room();
        Ok(())
    }

    /// Up to `limit` kept events after the sequence `after`, in order.
    ///
    /// # Errors
    /// When the database fails.
    pub fn read_after(&self, after: u64, limit: usize) -> Result<Vec<Stored>, OutboxError> {
        let durable = self.durable.load(Ordering::Acquire);
        let mut events = Vec::new();
        for record in self.tree()?.range(key(EVENT, after.saturating_add(1))..key(EVENT, durable)).take(limit) {
            let (place, sealed) = record?;
            if let Some(stored) = sequence_of(&place).and_then(|sequence| self.unseal(sequence, &sealed)) {
                events.push(stored);
            }
        }
        Ok(events)
    }

    /// The sequence after which everything is younger than `age`; events of an earlier run of the machine are old. No more than `most`
    /// events are looked at, from the newest on.
    ///
    /// # Errors
    /// When the database fails.
    pub fn before_the_last(&self, age: Duration, most: usize, now: Reading) -> Result<u64, OutboxError> {
        let durable = self.durable.load(Ordering::Acquire);
        let mut oldest = durable.saturating_sub(1);
        for record in self.tree()?.range(key(EVENT, 0)..key(EVENT, durable)).rev().take(most) {
            let (place, sealed) = record?;
            let Some(sequence) = sequence_of(&place) else { continue };
            let event = self.unseal(sequence, &sealed);
            let since = event.and_then(|event| event.age(now, &self.machine));
            if since.is_none_or(|since| since >= age) {
                return Ok(sequence);
            }
            oldest = sequence.saturating_sub(1);
        }
        Ok(oldest)
    }

    /// How many events wait for a receipt.
    #[must_use]
    pub fn len(&self) -> usize {
        self.waiting().len()
    }

    /// Whether none waits.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.waiting().is_empty()
    }

    /// Whether visitors are sent to reception because nothing more fits in.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.len() >= CAPACITY
    }

    /// Records that could not be read when the outbox was opened.
    #[must_use]
    pub fn set_aside(&self) -> usize {
        self.aside
    }

    /// Whether a write failed and the outbox must be opened again.
    #[must_use]
    pub fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::Acquire)
    }

    /// The machine's current run, by which ages are told.
    #[must_use]
    pub fn machine(&self) -> &Machine {
        &self.machine
    }

    fn write(&self, events: Vec<NewEvent>) -> Result<Vec<(EventId, u64)>, OutboxError> {
        let mut batch = sled::Batch::default();
        let mut kept = Vec::with_capacity(events.len());
        let mut sequence = self.next.load(Ordering::Acquire);
        for event in events {
            let stored = Stored::new(sequence, event, &self.machine);
            let place = key(EVENT, sequence);
            batch.insert(place.as_slice(), self.key.seal(&place, &stored.encode()?)?);
            kept.push((stored.id, sequence));
            sequence += 1;
        }
        batch.insert(NEXT_SEQUENCE, sequence.to_be_bytes().as_slice());
        self.next.store(sequence, Ordering::Release);
        self.tree()?.apply_batch(batch)?;
        self.through_barrier()?;
        Ok(kept)
    }

    fn recall(&mut self) -> Result<(), OutboxError> {
        let mut last = 0;
        let mut waiting = BTreeMap::new();
        let mut broken = sled::Batch::default();
        for record in self.tree()?.clone().scan_prefix([EVENT]) {
            let (place, sealed) = record?;
            let Some(sequence) = sequence_of(&place) else { continue };
            last = last.max(sequence);
            if let Some(stored) = self.unseal(sequence, &sealed) {
                waiting.insert(stored.id, sequence);
            } else {
                broken.remove(place);
                broken.insert(key(ASIDE, sequence).as_slice(), sealed);
                self.aside += 1;
            }
        }
        if self.aside > 0 {
            self.tree()?.apply_batch(broken)?;
        }
        let counted = self.tree()?.get(NEXT_SEQUENCE)?.and_then(|bytes| bytes.as_ref().try_into().ok());
        let next = counted.map_or(1, u64::from_be_bytes).max(last + 1);
        self.next = AtomicU64::new(next);
        // What an earlier process wrote may still be in the page cache only.
        self.through_barrier()?;
        self.durable = AtomicU64::new(next);
        self.waiting = Mutex::new(waiting);
        Ok(())
    }

    /// Warns once when the outbox is half full.
    fn mind_the_room(&self) {
        let waiting = self.len();
        if waiting < WORRY / 2 {
            self.worried.store(false, Ordering::Release);
        } else if waiting >= WORRY && !self.worried.swap(true, Ordering::AcqRel) {
            tracing::warn!(
                waiting,
                capacity = CAPACITY,
                "the outbox is half full: the gateway has answered for nothing in a long time"
            );
        }
    }

    fn unseal(&self, sequence: u64, sealed: &[u8]) -> Option<Stored> {
        let plain = self.key.open(&key(EVENT, sequence), sealed).ok()?;
        Stored::decode(sequence, &plain)
    }

    fn waiting(&self) -> MutexGuard<'_, BTreeMap<EventId, u64>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Opens sled's database. One that was closed in this process a moment ago may hold its lock a little longer: sled's own
/// threads let go of it in their time. Another process holds it for good, and is an error after a second.
fn open_database(folder: &Path) -> Result<sled::Db, sled::Error> {
    let config =
        sled::Config::new().path(folder).mode(sled::Mode::LowSpace).cache_capacity(CACHE_BYTES).flush_every_ms(None);
    for _ in 0..LOCK_TRIES {
        match config.open() {
            Err(sled::Error::Io(error)) if error.to_string().contains("could not acquire lock") => {
                std::thread::sleep(LOCK_PAUSE);
            }
            opened => return opened,
        }
    }
    config.open()
}

impl Outbox {
    fn through_barrier(&self) -> Result<(), OutboxError> {
        let tree = self.tree()?;
        self.barrier.commit(|| tree.flush().map(|_bytes| ()).map_err(OutboxError::from), &[])
    }

    fn tree(&self) -> Result<&sled::Db, OutboxError> {
        self.tree.as_ref().ok_or(OutboxError::Stopped)
    }
}

impl Drop for Outbox {
    fn drop(&mut self) {
        // sled flushes when it is dropped and panics when the disk refuses; nothing more can be lost by then.
        let tree = self.tree.take();
        let ended = std::panic::catch_unwind(std::panic::AssertUnwindSafe(move || drop(tree)));
        if ended.is_err() {
            tracing::warn!("the outbox's database could not be closed in order");
        }
    }
}

fn key(kind: u8, sequence: u64) -> [u8; 9] {
    let mut key = [kind; 9];
    let [_, place @ ..] = &mut key;
    *place = sequence.to_be_bytes();
    key
}

fn sequence_of(key: &[u8]) -> Option<u64> {
    let (_, sequence) = key.split_first()?;
    sequence.try_into().ok().map(u64::from_be_bytes)
}

#[cfg(test)]
mod tests;
