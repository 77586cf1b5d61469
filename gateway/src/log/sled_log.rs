//! The log of one box: sled and the day's archive file, under one barrier.
//!
//! Files of a data folder: `lock`; `log/` (sled: trees `commits`, `ids`, `days`); `archive/`; `log.broken-<n>/` (a database that
//! did not open, kept for a look); `log.damaged` (a record could not be read: the next opening rebuilds).

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::NaiveDate;
use shared::barrier::Barrier;
use shared::ids::EventId;
use shared::wire::Fingerprint;
use tokio::sync::watch;

use super::archive::{Archive, encode_line};
use super::record::{Link, Record, commit_of};
use super::recovery::{self, Opened, Store};
use super::{Append, Commit, Commits, EventLog, FolderLock, LogError};

/// See the module.
#[derive(Debug)]
pub struct SledLog {
    store: Store,
    writer: Mutex<Writer>,
    durable: watch::Sender<u64>,
    data: PathBuf,
    // Last, so that the folder is free only once the database is closed.
    _lock: FolderLock,
}

#[derive(Debug)]
struct Writer {
    head: u64,
    link: Link,
    archive: Archive,
    barrier: Barrier,
    /// Set while a write is under way, and for good when one fails.
    stopped: bool,
}

impl SledLog {
    /// Opens the log of a data folder, creating it if need be, and holds the folder's lock. Whatever a crash left behind is
    /// brought in order; a database that does not open is set aside and rebuilt from the archive.
    ///
    /// # Errors
    /// [`LogError::InUse`]; [`LogError::ArchiveDamaged`] and [`LogError::ArchiveGap`] when a rebuild would lose records; any failure
    /// of the disk.
    pub fn open(data: &Path) -> Result<Self, LogError> {
        let lock = FolderLock::take(data)?;
        let Opened { store, head, link, archive, barrier } = recovery::open(data)?;
        Ok(Self {
            store,
            writer: Mutex::new(Writer { head, link, archive, barrier, stopped: false }),
            durable: watch::Sender::new(head),
            data: data.to_owned(),
            _lock: lock,
        })
    }

    /// The data folder.
    #[must_use]
    pub fn data(&self) -> &Path {
        &self.data
    }

    /// Whether appends are still taken.
    #[must_use]
    pub fn is_stopped(&self) -> bool {
        self.writer().stopped
    }

    /// Goes through the barrier without writing anything: for the readiness probe.
    ///
    /// # Errors
    /// As [`EventLog::append_all`]; the log is stopped afterwards.
    pub fn probe(&self) -> Result<(), LogError> {
        let mut writer = self.writer();
        if writer.stopped {
            return Err(LogError::Stopped);
        }
        writer.stopped = true;
        writer.barrier.commit(|| self.store.flush(), &[]).map_err(BarrierError::into_log)?;
        writer.stopped = false;
        Ok(())
    }

    /// Writes the archive files of these days anew from the database, as far as they differ from it. Returns those that it
    /// wrote; a day with a damaged record is left as it is.
    ///
    /// # Errors
    /// When the disk fails.
    pub fn mend(&self, days: BTreeSet<NaiveDate>) -> Result<BTreeSet<NaiveDate>, LogError> {
        if days.is_empty() {
            return Ok(days);
        }
        let mut writer = self.writer();
        if writer.stopped {
            return Err(LogError::Stopped);
        }
        let mut mended = BTreeSet::new();
        for day in days {
            match recovery::mend_day(&self.data, &self.store, day) {
                Ok(true) => drop(mended.insert(day)),
                Ok(false) | Err(LogError::Damaged { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        // The open files may be the ones that were replaced.
        writer.archive = Archive::open(&self.data)?;
        Ok(mended)
    }

    /// The stored records from `from` on that are durable now. Damage met on the way is noted for the next opening.
    #[must_use]
    pub fn records(&self, from: u64) -> Records {
        Records(self.stored(from, Record::from_value))
    }

    fn stored<T>(&self, from: u64, decode: fn(u64, &[u8]) -> Result<T, LogError>) -> Stored<T> {
        let from = from.max(1);
        let until = self.head();
        let iter = self.store.range(from, until.max(from));
        Stored { iter, next: from, until, decode, marker: recovery::marker(&self.data) }
    }

    fn writer(&self) -> MutexGuard<'_, Writer> {
        self.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self, writer: &mut Writer, records: &[Record], commits: &[Commit]) -> Result<(), LogError> {
        let mut lines = Vec::new();
        for same_day in records.chunk_by(|a, b| a.day() == b.day()) {
            let Some(first) = same_day.first() else { continue };
            lines.clear();
            for record in same_day {
                encode_line(&record.json, &mut lines);
            }
            writer.archive.append(first.day(), &lines)?;
        }
        self.store.insert(records)?;
        self.store.index.add(records.iter().zip(commits.iter().map(|commit| commit.causes.as_slice())))?;
        writer.barrier.commit(|| self.store.flush(), &writer.archive.files()).map_err(BarrierError::into_log)?;
        writer.archive.settle();
        Ok(())
    }
}

impl EventLog for SledLog {
    fn head(&self) -> u64 {
        *self.durable.borrow()
    }

    fn append_all(&self, expected: u64, commits: &mut [Commit]) -> Result<Append, LogError> {
        let mut writer = self.writer();
        if writer.stopped {
            return Err(LogError::Stopped);
        }
        if expected != writer.head {
            return Ok(Append::Conflict { head: writer.head });
        }
        let mut link = writer.link.clone();
        let mut records = Vec::with_capacity(commits.len());
        for (sequence, commit) in (writer.head + 1..).zip(commits.iter_mut()) {
            let record = Record::of(commit, sequence, &link)?;
            commit.sequence = sequence;
            commit.before.clone_from(&record.before);
            link = record.link();
            records.push(record);
        }
        let Some(last) = records.last() else { return Ok(Append::Appended { head: writer.head }) };
        let head = last.sequence;
        // Also when sled panics: what it then holds is not known.
        writer.stopped = true;
        self.write(&mut writer, &records, commits)?;
        writer.stopped = false;
        writer.head = head;
        writer.link = link;
        self.durable.send_replace(head);
        Ok(Append::Appended { head })
    }

    fn read(&self, from: u64) -> Commits {
        Box::new(self.stored(from, commit_of))
    }

    fn watch(&self) -> watch::Receiver<u64> {
        self.durable.subscribe()
    }

    fn seen(&self, id: EventId) -> Result<Option<Fingerprint>, LogError> {
        // Entries of a write that failed are in the tree, but not known to be on the disk.
        let head = self.head();
        Ok(self.store.index.seen(id)?.filter(|(sequence, _)| *sequence <= head).map(|(_, print)| print))
    }
}

/// Stored records in order; an error ends it.
#[derive(Debug)]
pub struct Records(Stored<Record>);

impl Iterator for Records {
    type Item = Result<Record, LogError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.0.next()
    }
}

/// Sled values in order, decoded. Damage is noted for the next opening, and ends it.
struct Stored<T> {
    iter: sled::Iter,
    next: u64,
    until: u64,
    decode: fn(u64, &[u8]) -> Result<T, LogError>,
    marker: PathBuf,
}

impl<T> std::fmt::Debug for Stored<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Stored").field("next", &self.next).field("until", &self.until).finish_non_exhaustive()
    }
}

impl<T> Stored<T> {
    fn decoded(&mut self, sequence: u64) -> Result<T, LogError> {
        match self.iter.next().transpose()? {
            Some((key, value)) if key.as_ref() == sequence.to_be_bytes() => (self.decode)(sequence, &value),
            Some(_) | None => Err(LogError::Damaged { sequence, what: "it is missing" }),
        }
    }
}

impl<T> Iterator for Stored<T> {
    type Item = Result<T, LogError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.next > self.until {
            return None;
        }
        let sequence = self.next;
        self.next += 1;
        let decoded = self.decoded(sequence);
        if let Err(error) = &decoded {
            self.next = u64::MAX;
            if error.is_healed_by_reopening() {
                tracing::error!(%error, "the log is rebuilt from the archive at the next start");
                if let Err(error) = std::fs::write(&self.marker, error.to_string()) {
                    tracing::error!(%error, "the damage could not be noted");
                }
            }
        }
        Some(decoded)
    }
}

/// Both failures that the barrier can return, told apart.
#[derive(Debug)]
pub(super) enum BarrierError {
    Database(sled::Error),
    Sync(std::io::Error),
}

impl From<std::io::Error> for BarrierError {
    fn from(error: std::io::Error) -> Self {
        Self::Sync(error)
    }
}

impl BarrierError {
    pub(super) fn into_log(self) -> LogError {
        match self {
            Self::Database(error) => LogError::Database(error),
            Self::Sync(error) => LogError::Barrier(error),
        }
    }
}
