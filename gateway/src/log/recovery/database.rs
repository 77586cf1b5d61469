//! The database's side of recovery: opening it, judging it, setting it aside.

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::time::Duration;

use shared::barrier::sync_folder;

use crate::log::LogError;
use crate::log::index::Index;
use crate::log::record::{Link, Record, commit_of};
use crate::log::sled_log::BarrierError;

/// sled's cache (FACTS: 64 MiB a process in all). The log is read in one sweep and otherwise only written.
const CACHE_BYTES: u64 = 2 * 1024 * 1024;

/// Records that are judged at every start; the rest when they are read.
const TAIL: usize = 64;

/// Records that are indexed or taken over at a time.
const BATCH: usize = 1000;

/// The database, without the rules of appending.
#[derive(Debug)]
pub(in crate::log) struct Store {
    db: sled::Db,
    commits: sled::Tree,
    pub(in crate::log) index: Index,
}

impl Store {
    fn open(folder: &Path) -> Result<Self, LogError> {
        let db = sled::Config::new()
            .path(folder)
            .mode(sled::Mode::LowSpace)
            .cache_capacity(CACHE_BYTES)
            .flush_every_ms(None)
            .open()?;
        let commits = db.open_tree("commits")?;
        let index = Index::open(&db)?;
        Ok(Self { db, commits, index })
    }

    pub(in crate::log) fn insert(&self, records: &[Record]) -> Result<(), LogError> {
        // One by one: sled recovers what was written in the order of writing, and a batch would cost two more writes to
        // the disk and keep every other tree of the process waiting.
        for record in records {
            self.commits.insert(record.sequence.to_be_bytes(), record.value())?;
        }
        Ok(())
    }

    pub(in crate::log) fn flush(&self) -> Result<(), BarrierError> {
        self.db.flush().map(drop).map_err(BarrierError::Database)
    }

    pub(in crate::log) fn range(&self, from: u64, until: u64) -> sled::Iter {
        self.commits.range(from.to_be_bytes()..=until.to_be_bytes())
    }

    /// The record of a sequence, if there is a readable one.
    pub(in crate::log) fn record(&self, sequence: u64) -> Result<Option<Record>, LogError> {
        let value = self.commits.get(sequence.to_be_bytes())?;
        Ok(value.and_then(|value| Record::from_value(sequence, &value).ok()))
    }

    /// The last sequence and the link to it.
    pub(in crate::log) fn head(&self) -> Result<(u64, Link), LogError> {
        let Some((key, value)) = self.commits.last()? else { return Ok((0, Link::default())) };
        let sequence = key.as_ref().try_into().map(u64::from_be_bytes);
        let sequence = sequence.map_err(|_| LogError::Damaged { sequence: 0, what: "its key is no number" })?;
        Ok((sequence, Record::from_value(sequence, &value)?.link()))
    }

    /// Judges the last records. Whether each names the one before is for verify to say: a showroom opens all the same.
    pub(super) fn check_tail(&self) -> Result<(), LogError> {
        let (head, _) = self.head()?;
        let mut expected = head;
        for entry in self.commits.iter().rev().take(TAIL) {
            let (key, value) = entry?;
            if key.as_ref() != expected.to_be_bytes() {
                return Err(LogError::Damaged { sequence: expected, what: "it is missing" });
            }
            commit_of(expected, &value)?;
            expected -= 1;
        }
        if expected > 0 && self.commits.first()?.is_none_or(|(key, _)| key.as_ref() != 1_u64.to_be_bytes()) {
            return Err(LogError::Damaged { sequence: 1, what: "it is missing" });
        }
        Ok(())
    }

    /// Indexes the records behind the index's cursor.
    pub(in crate::log) fn catch_up(&self) -> Result<(), LogError> {
        let (head, _) = self.head()?;
        let mut cursor = self.index.cursor()?;
        if cursor > head {
            tracing::warn!(cursor, head, "the index is ahead of the log and is built anew");
            self.index.clear()?;
            cursor = 0;
        }
        let mut records = Vec::with_capacity(BATCH);
        let mut expected = cursor;
        for entry in self.range(cursor + 1, head) {
            let (key, value) = entry?;
            expected += 1;
            if key.as_ref() != expected.to_be_bytes() {
                return Err(LogError::Damaged { sequence: expected, what: "it is missing" });
            }
            records.push(Record::from_value(expected, &value)?);
            if records.len() == BATCH {
                self.index.add_stored(&records)?;
                records.clear();
            }
        }
        self.index.add_stored(&records)
    }

    /// Takes records over that follow the head.
    pub(super) fn take_over(&self, records: &[Record]) -> Result<(), LogError> {
        self.insert(records)?;
        self.index.add_stored(records)
    }
}

/// Opens the database; one that is broken is set aside, an empty one opened instead, and `true` returned with it.
pub(super) fn open_or_set_aside(data: &Path) -> Result<(Store, bool), LogError> {
    let folder = data.join("log");
    match open_patiently(&folder) {
        Err(LogError::Database(error)) if is_broken(&error) => {
            tracing::warn!(%error, "the log's database does not open");
            set_aside(data, "it does not open")?;
            Ok((open_patiently(&folder)?, true))
        }
        opened => Ok((opened?, false)),
    }
}

/// A database that was closed a moment ago in this process may still hold its own lock.
fn open_patiently(folder: &Path) -> Result<Store, LogError> {
    let mut attempts = 0;
    loop {
        // sled answers some damage with a panic.
        let opened = catch_unwind(AssertUnwindSafe(|| Store::open(folder)));
        let opened = opened.unwrap_or_else(|_| Err(sled::Error::ReportableBug("it panicked".to_owned()).into()));
        match opened {
            Err(LogError::Database(error)) if attempts < 100 && is_locked(&error) => {
                attempts += 1;
                std::thread::sleep(Duration::from_millis(10));
            }
            opened => return opened,
        }
    }
}

/// The bare database, for tests that change it behind the log's back.
#[cfg(test)]
pub(crate) fn open_bare(data: &Path) -> sled::Db {
    open_patiently(&data.join("log")).unwrap().db
}

/// sled wraps the lock's own error into its text.
fn is_locked(error: &sled::Error) -> bool {
    matches!(error, sled::Error::Io(io) if io.kind() == std::io::ErrorKind::WouldBlock || io.to_string().contains("lock"))
}

/// Whether the content is at fault, and not the disk, its space or its permissions.
fn is_broken(error: &sled::Error) -> bool {
    match error {
        sled::Error::Io(io) => {
            matches!(
                io.kind(),
                std::io::ErrorKind::InvalidData | std::io::ErrorKind::UnexpectedEof | std::io::ErrorKind::NotFound
            )
        }
        _ => true,
    }
}

/// Moves the database to `log.broken-<n>`. `false` when there is none.
pub(super) fn set_aside(data: &Path, why: &str) -> Result<bool, LogError> {
    let from = data.join("log");
    if !from.exists() {
        return Ok(false);
    }
    let Some(to) = (1..u32::MAX).map(|n| data.join(format!("log.broken-{n}"))).find(|to| !to.exists()) else {
        return Ok(false);
    };
    fs::rename(&from, &to).and_then(|()| sync_folder(data)).map_err(LogError::file(&from))?;
    tracing::warn!(why, kept = %to.display(), "the log's database was set aside and is rebuilt from the archive");
    Ok(true)
}
