//! The whole archive in the order of its sequences, over all files, with flat memory: for verify, backup and rebuilding.

use std::collections::{BTreeMap, VecDeque};
use std::path::{Path, PathBuf};

use super::{Lines, days, file_of};
use crate::log::{LogError, Record};

/// What the reader comes upon.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entry {
    /// The next record.
    Record(Record),
    /// A line that cannot be read, or does not belong where it stands.
    Bad {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: u64,
        /// What is wrong with it.
        what: &'static str,
    },
    /// No file has these records.
    Gap {
        /// The first that is missing.
        from: u64,
        /// The last that is missing.
        to: u64,
    },
}

/// A file whose next record's turn has not come.
#[derive(Debug)]
struct Parked {
    path: PathBuf,
    line: u64,
    offset: u64,
}

#[derive(Debug)]
struct Current {
    path: PathBuf,
    lines: Lines,
    record: Record,
    line: u64,
    offset: u64,
}

/// Reads the archive in order.
#[derive(Debug)]
pub struct Reader {
    parked: BTreeMap<u64, Parked>,
    current: Option<Current>,
    bad: VecDeque<Entry>,
    next: u64,
    until: Option<u64>,
}

impl Reader {
    /// Reads from the first record to `until`, or to the end. With an `until`, as on a log that is being written to, a line
    /// without its end is no fault.
    ///
    /// # Errors
    /// When the folder or a file cannot be read.
    pub fn open(folder: &Path, until: Option<u64>) -> Result<Self, LogError> {
        let mut reader = Self { parked: BTreeMap::new(), current: None, bad: VecDeque::new(), next: 1, until };
        for day in days(folder)?.into_keys() {
            let path = file_of(folder, day);
            let lines = Lines::open(&path, 1, 0).map_err(LogError::file(&path))?;
            if let Some(first) = reader.advance(path, lines)? {
                reader.park(first);
            }
        }
        Ok(reader)
    }

    /// The next good record of a file; bad lines on the way are noted.
    fn advance(&mut self, path: PathBuf, mut lines: Lines) -> Result<Option<Current>, LogError> {
        loop {
            let Some(line) = lines.next() else { return Ok(None) };
            let line = line.map_err(LogError::file(&path))?;
            let torn = line.is_torn();
            match line.record {
                Ok(record) => {
                    return Ok(Some(Current { path, lines, record, line: line.number, offset: line.offset }));
                }
                Err(_) if torn && self.until.is_some() => {}
                Err(what) => self.bad.push_back(Entry::Bad { path: path.clone(), line: line.number, what }),
            }
        }
    }

    fn park(&mut self, current: Current) {
        let Current { path, record, line, offset, .. } = current;
        if record.sequence < self.next || self.parked.contains_key(&record.sequence) {
            self.bad.push_back(Entry::Bad { path, line, what: "the record stands there a second time" });
            return;
        }
        self.parked.insert(record.sequence, Parked { path, line, offset });
    }

    fn unpark(&mut self) -> Result<Option<Entry>, LogError> {
        let Some((sequence, Parked { path, line, offset })) = self.parked.pop_first() else { return Ok(None) };
        let gap = (sequence > self.next).then(|| Entry::Gap { from: self.next, to: sequence - 1 });
        self.next = sequence;
        let lines = Lines::open(&path, line, offset).map_err(LogError::file(&path))?;
        self.current = self.advance(path, lines)?;
        Ok(gap)
    }

    fn step(&mut self) -> Result<Option<Entry>, LogError> {
        loop {
            if self.until.is_some_and(|until| self.next > until) {
                return Ok(None);
            }
            if let Some(bad) = self.bad.pop_front() {
                return Ok(Some(bad));
            }
            match self.current.take() {
                Some(current) if current.record.sequence == self.next => {
                    self.next += 1;
                    let Current { path, lines, record, .. } = current;
                    self.current = self.advance(path, lines)?;
                    return Ok(Some(Entry::Record(record)));
                }
                Some(current) => self.park(current),
                None if self.parked.is_empty() => return Ok(None),
                None => {
                    if let Some(gap) = self.unpark()? {
                        return Ok(Some(gap));
                    }
                }
            }
        }
    }
}

impl Iterator for Reader {
    type Item = Result<Entry, LogError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.step().transpose()
    }
}
