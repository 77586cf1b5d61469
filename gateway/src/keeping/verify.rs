//! Verifying: every record once in the database and once in the archive, the same in both, none missing, none changed.

use std::collections::BTreeSet;
use std::fmt;
use std::path::PathBuf;

use chrono::NaiveDate;

use super::KeepingError;
use super::backup::PROGRESS_EVERY;
use crate::log::archive::{self, Entry, Reader};
use crate::log::{EventLog, Link, LogError, Record, SledLog};
use crate::vault::{Reopened, Vault};

/// Faults that are told one by one; beyond it they are counted.
const TOLD: usize = 100;

/// What is wrong somewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// A line of the archive.
    Line {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: u64,
        /// What is wrong.
        what: &'static str,
    },
    /// Records that no archive file has.
    NotArchived {
        /// The first.
        from: u64,
        /// The last.
        to: u64,
    },
    /// Archive and database say different things.
    Differs {
        /// About which record.
        sequence: u64,
    },
    /// A record of the database.
    Record {
        /// Which.
        sequence: u64,
        /// What is wrong.
        what: String,
    },
    /// A record does not name the one before it: one of them was changed.
    Chain {
        /// The one that names another.
        sequence: u64,
    },
    /// Sealed values whose key is there and does not open them.
    Sealed {
        /// The record.
        sequence: u64,
        /// How many.
        count: u64,
    },
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Line { path, line, what } => write!(f, "{}, line {line}: {what}", path.display()),
            Self::NotArchived { from, to } => write!(f, "records {from} to {to} are missing from the archive"),
            Self::Differs { sequence } => write!(f, "record {sequence} is not the same in archive and database"),
            Self::Record { sequence, what } => write!(f, "record {sequence} of the database: {what}"),
            Self::Chain { sequence } => write!(f, "record {sequence} does not follow the record before it"),
            Self::Sealed { sequence, count } => write!(f, "record {sequence}: {count} sealed values do not open"),
        }
    }
}

/// What verify found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// Records looked at.
    pub records: u64,
    /// Events in them.
    pub events: u64,
    /// Sealed values in them.
    pub sealed: Reopened,
    /// The first hundred faults.
    pub faults: Vec<Fault>,
    /// All faults.
    pub fault_count: u64,
    /// Days whose archive file was written anew from the database.
    pub mended: BTreeSet<NaiveDate>,
}

impl Report {
    /// Whether nothing was wrong.
    #[must_use]
    pub fn is_good(&self) -> bool {
        self.fault_count == 0
    }

    fn fault(&mut self, fault: Fault) {
        self.fault_count += 1;
        if self.faults.len() < TOLD {
            self.faults.push(fault);
        }
    }
}

/// Looks at every record that is durable now, and mends archive files whose records the database has. Calls `progress` with
/// records done and to do.
///
/// # Errors
/// When the disk or the vault fails; faults of the content are in the report.
pub fn verify(log: &SledLog, vault: &Vault, progress: &mut dyn FnMut(u64, u64)) -> Result<Report, KeepingError> {
    let head = log.head();
    let mut report = Report::default();
    let mut archive = Archived { reader: Reader::open(&archive::folder(log.data()), Some(head))?, ahead: None };
    let mut link = Some(Link::default());
    let mut records = log.records(1);
    for sequence in 1..=head {
        let archived = archive.record(sequence, &mut report)?;
        match records.next() {
            Some(Ok(record)) => {
                if link.as_ref().is_some_and(|link| link.as_str() != record.before) {
                    report.fault(Fault::Chain { sequence });
                }
                link = Some(record.link());
                look_into(&record, vault, &mut report)?;
                let same = archived.as_ref() == Some(&record);
                if archived.is_some() && !same {
                    report.fault(Fault::Differs { sequence });
                }
                if !same {
                    report.mended.insert(record.day());
                    report.mended.extend(archived.map(|archived| archived.day()));
                }
            }
            Some(Err(LogError::Database(error))) => return Err(LogError::Database(error).into()),
            Some(Err(error)) => {
                report.fault(Fault::Record { sequence, what: error.to_string() });
                link = archived.map(|archived| archived.link());
                records = log.records(sequence + 1);
            }
            None => break,
        }
        report.records = sequence;
        if sequence % PROGRESS_EVERY == 0 {
            progress(sequence, head);
        }
    }
    let days = std::mem::take(&mut report.mended);
    report.mended = log.mend(days)?;
    progress(head, head);
    Ok(report)
}

fn look_into(record: &Record, vault: &Vault, report: &mut Report) -> Result<(), KeepingError> {
    let sequence = record.sequence;
    let mut commit = match record.commit() {
        Ok(commit) => commit,
        Err(error) => {
            report.fault(Fault::Record { sequence, what: error.to_string() });
            return Ok(());
        }
    };
    report.events += u64::try_from(commit.events.len()).unwrap_or(0);
    let counts = vault.reopen(&mut commit)?;
    report.sealed.opened += counts.opened;
    report.sealed.erased += counts.erased;
    report.sealed.unreadable += counts.unreadable;
    if counts.unreadable > 0 {
        report.fault(Fault::Sealed { sequence, count: counts.unreadable });
    }
    Ok(())
}

/// The archive, held back to the pace of the database.
struct Archived {
    reader: Reader,
    ahead: Option<Record>,
}

impl Archived {
    fn record(&mut self, sequence: u64, report: &mut Report) -> Result<Option<Record>, KeepingError> {
        if self.ahead.is_none() {
            self.ahead = self.advance(report)?;
        }
        match &self.ahead {
            Some(record) if record.sequence == sequence => Ok(self.ahead.take()),
            _ => Ok(None),
        }
    }

    fn advance(&mut self, report: &mut Report) -> Result<Option<Record>, KeepingError> {
        for entry in self.reader.by_ref() {
            match entry? {
                Entry::Record(record) => return Ok(Some(record)),
                Entry::Gap { from, to } => report.fault(Fault::NotArchived { from, to }),
                Entry::Bad { path, line, what } => {
                    let stem = path.file_stem().and_then(|stem| stem.to_str());
                    let day = stem.and_then(|stem| stem.parse::<chrono::NaiveDate>().ok());
                    report.mended.extend(day);
                    report.fault(Fault::Line { path, line, what });
                }
            }
        }
        Ok(None)
    }
}
