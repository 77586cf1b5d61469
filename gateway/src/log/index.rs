//! What is kept beside the commits in the same database, written under the same barrier: which ids were seen, and what each
//! day's archive file must hold. A projection with a cursor: brought up to date at start.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::Deserialize;
use shared::ids::EventId;
use shared::wire::Fingerprint;

use super::archive::line_bytes;
use super::{CommitCause, LogError, Record};

/// Not sixteen bytes long, so it is no id.
const CURSOR: &[u8] = b"cursor";

/// What a day's archive file must hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Day {
    /// Its lowest sequence.
    pub(super) first: u64,
    /// Its highest sequence.
    pub(super) last: u64,
    /// How many records.
    pub(super) count: u64,
    /// Its length.
    pub(super) bytes: u64,
}

#[derive(Debug, Clone)]
pub(super) struct Index {
    ids: sled::Tree,
    days: sled::Tree,
}

#[derive(Deserialize)]
struct Causes {
    #[serde(default)]
    causes: Vec<CommitCause>,
}

impl Index {
    pub(super) fn open(db: &sled::Db) -> Result<Self, LogError> {
        Ok(Self { ids: db.open_tree("ids")?, days: db.open_tree("days")? })
    }

    /// The last sequence that is indexed.
    pub(super) fn cursor(&self) -> Result<u64, LogError> {
        let stored = self.ids.get(CURSOR)?;
        Ok(stored.and_then(|bytes| bytes.as_ref().try_into().ok()).map_or(0, u64::from_be_bytes))
    }

    pub(super) fn clear(&self) -> Result<(), LogError> {
        self.ids.clear()?;
        self.days.clear()?;
        Ok(())
    }

    /// Adds records that follow the cursor. Adding one twice changes nothing, so a write that was cut off between the two
    /// trees is mended by doing it again.
    pub(super) fn add<'a>(
        &self,
        records: impl IntoIterator<Item = (&'a Record, &'a [CommitCause])>,
    ) -> Result<(), LogError> {
        let mut days: BTreeMap<NaiveDate, Day> = BTreeMap::new();
        let mut cursor = 0;
        for (record, causes) in records {
            cursor = record.sequence;
            for cause in causes {
                let Fingerprint(print) = cause.fingerprint().ok_or(LogError::BadCause)?;
                let value = [record.sequence.to_be_bytes(), print].concat();
                self.ids.insert(cause.id.uuid().as_bytes(), value)?;
            }
            let date = record.day();
            let day = match days.get(&date) {
                Some(day) => *day,
                None => self.day(date)?.unwrap_or(Day { first: cursor, last: 0, count: 0, bytes: 0 }),
            };
            days.insert(date, day.with(record));
        }
        if cursor == 0 {
            return Ok(());
        }
        for (date, day) in days {
            self.days.insert(date.to_string(), day.encode())?;
        }
        // Last, so that whatever a crash cut off is added again.
        self.ids.insert(CURSOR, &cursor.to_be_bytes())?;
        Ok(())
    }

    /// The same with the causes read from the records.
    pub(super) fn add_stored(&self, records: &[Record]) -> Result<(), LogError> {
        let mut causes = Vec::with_capacity(records.len());
        for record in records {
            let Causes { causes: of_record } = serde_json::from_slice(&record.json)
                .map_err(|_| LogError::Damaged { sequence: record.sequence, what: "its causes cannot be read" })?;
            causes.push(of_record);
        }
        self.add(records.iter().zip(causes.iter().map(Vec::as_slice)))
    }

    /// Where an id was kept, and what it said.
    pub(super) fn seen(&self, id: EventId) -> Result<Option<(u64, Fingerprint)>, LogError> {
        let Some(value) = self.ids.get(id.uuid().as_bytes())? else { return Ok(None) };
        let parts = value.split_at_checked(8);
        Ok(parts.and_then(|(sequence, print)| {
            Some((u64::from_be_bytes(sequence.try_into().ok()?), Fingerprint(print.try_into().ok()?)))
        }))
    }

    fn day(&self, date: NaiveDate) -> Result<Option<Day>, LogError> {
        Ok(self.days.get(date.to_string())?.and_then(|value| Day::decode(&value)))
    }

    pub(super) fn days(&self) -> Result<BTreeMap<NaiveDate, Day>, LogError> {
        let mut days = BTreeMap::new();
        for entry in &self.days {
            let (date, value) = entry?;
            let date = std::str::from_utf8(&date).ok().and_then(|text| text.parse().ok());
            if let (Some(date), Some(day)) = (date, Day::decode(&value)) {
                days.insert(date, day);
            }
        }
        Ok(days)
    }
}

impl Day {
    fn with(self, record: &Record) -> Self {
        if record.sequence <= self.last {
            return self;
        }
        Self {
            first: self.first,
            last: record.sequence,
            count: self.count + 1,
            bytes: self.bytes + line_bytes(&record.json),
        }
    }

    fn encode(self) -> Vec<u8> {
        [self.first, self.last, self.count, self.bytes].map(u64::to_be_bytes).concat()
    }

    fn decode(value: &[u8]) -> Option<Self> {
        let mut fields = value.chunks_exact(8).map(|part| part.try_into().ok().map(u64::from_be_bytes));
        let mut field = || fields.next().flatten();
        Some(Self { first: field()?, last: field()?, count: field()?, bytes: field()? })
    }
}
