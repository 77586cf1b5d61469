//! A log in memory: for tests of the runtime and the views, and the second implementation that keeps the port honest.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use shared::ids::EventId;
use shared::wire::Fingerprint;
use tokio::sync::watch;

use super::{Append, Commit, Commits, EventLog, LogError, Record};

/// Keeps commits as long as the process lives; durable in name only.
#[derive(Debug)]
pub struct MemoryLog {
    kept: Mutex<Kept>,
    head: watch::Sender<u64>,
}

#[derive(Debug, Default)]
struct Kept {
    records: Vec<Arc<Record>>,
    seen: HashMap<EventId, Fingerprint>,
}

impl Default for MemoryLog {
    fn default() -> Self {
        Self { kept: Mutex::default(), head: watch::Sender::new(0) }
    }
}

impl MemoryLog {
    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl EventLog for MemoryLog {
    fn head(&self) -> u64 {
        *self.head.borrow()
    }

    fn append_all(&self, expected: u64, commits: &mut [Commit]) -> Result<Append, LogError> {
        let mut kept = self.kept();
        let head = self.head();
        if expected != head {
            return Ok(Append::Conflict { head });
        }
        let mut link = kept.records.last().map(|record| record.link()).unwrap_or_default();
        let mut records = Vec::with_capacity(commits.len());
        for (sequence, commit) in (head + 1..).zip(commits.iter()) {
            let record = Record::of(commit, sequence, &link)?;
            link = record.link();
            records.push(Arc::new(record));
        }
        for (record, commit) in records.iter().zip(commits.iter_mut()) {
            commit.sequence = record.sequence;
            commit.before.clone_from(&record.before);
            for cause in &commit.causes {
                kept.seen.entry(cause.id).or_insert(cause.fingerprint().ok_or(LogError::BadCause)?);
            }
        }
        kept.records.extend(records);
        let head = kept.records.last().map_or(0, |record| record.sequence);
        self.head.send_replace(head);
        Ok(Append::Appended { head })
    }

    fn read(&self, from: u64) -> Commits {
        let skip = usize::try_from(from.saturating_sub(1)).unwrap_or(usize::MAX);
        let records: Vec<_> = self.kept().records.iter().skip(skip).cloned().collect();
        Box::new(records.into_iter().map(|record| record.commit()))
    }

    fn watch(&self) -> watch::Receiver<u64> {
        self.head.subscribe()
    }

    fn seen(&self, id: EventId) -> Result<Option<Fingerprint>, LogError> {
        Ok(self.kept().seen.get(&id).copied())
    }
}
