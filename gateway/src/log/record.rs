//! A commit's stored form: a version byte and JSON in sled, a checksum and the same JSON in the archive.

use std::fmt;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{Commit, CommitCause, LogError, RECORD_BYTES, RECORD_VERSION};
use crate::domain::Event;

/// The hash that the next record names: the first 16 bytes of SHA-256 over a record's JSON. Empty before the first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Link(String);

impl Link {
    /// The link to the record with this JSON.
    #[must_use]
    pub fn to(json: &[u8]) -> Self {
        let hash = Sha256::digest(json);
        Self(hex::encode(hash.get(..16).unwrap_or_default()))
    }

    /// As it stands in the next record's `before`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One stored record: what order, place and chain need to know of it, and its bytes as they were written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// Its place in the log.
    pub sequence: u64,
    /// Its commit's time.
    pub at: DateTime<Utc>,
    /// The link to the record before.
    pub before: String,
    /// The JSON, byte for byte.
    pub json: Vec<u8>,
}

/// The part of a commit that is read without its events.
#[derive(Deserialize)]
struct Head {
    sequence: u64,
    at: DateTime<Utc>,
    #[serde(default)]
    before: String,
}

/// A commit by reference, in the same form: the test below holds the two together.
#[derive(Serialize)]
struct Borrowed<'a> {
    sequence: u64,
    at: DateTime<Utc>,
    #[serde(skip_serializing_if = "str::is_empty")]
    before: &'a str,
    #[serde(skip_serializing_if = "<[CommitCause]>::is_empty")]
    causes: &'a [CommitCause],
    events: &'a [Event],
}

impl Record {
    /// The record of a commit at its place in the log.
    ///
    /// # Errors
    /// [`LogError::Encode`] for an open secret, [`LogError::TooLarge`], [`LogError::BadCause`].
    pub fn of(commit: &Commit, sequence: u64, before: &Link) -> Result<Self, LogError> {
        if commit.causes.iter().any(|cause| cause.fingerprint().is_none()) {
            return Err(LogError::BadCause);
        }
        let borrowed = Borrowed {
            sequence,
            at: commit.at,
            before: before.as_str(),
            causes: &commit.causes,
            events: &commit.events,
        };
        let json = serde_json::to_vec(&borrowed).map_err(LogError::Encode)?;
        if json.len() > RECORD_BYTES {
            return Err(LogError::TooLarge { bytes: json.len() });
        }
        Ok(Self { sequence, at: commit.at, before: before.as_str().to_owned(), json })
    }

    /// The record with this JSON, if it is one.
    #[must_use]
    pub fn from_json(json: Vec<u8>) -> Option<Self> {
        let Head { sequence, at, before } = serde_json::from_slice(&json).ok()?;
        Some(Self { sequence, at, before, json })
    }

    /// The record of a sled value.
    ///
    /// # Errors
    /// [`LogError::Damaged`]: another version, or no JSON of this record.
    pub fn from_value(sequence: u64, value: &[u8]) -> Result<Self, LogError> {
        let json = json_of(sequence, value)?;
        let record =
            Self::from_json(json.to_vec()).ok_or(LogError::Damaged { sequence, what: "its content cannot be read" })?;
        if record.sequence != sequence {
            return Err(LogError::Damaged { sequence, what: "it carries another number" });
        }
        Ok(record)
    }

    /// The commit itself.
    ///
    /// # Errors
    /// [`LogError::Damaged`] when its events cannot be read.
    pub fn commit(&self) -> Result<Commit, LogError> {
        decode(self.sequence, &self.json)
    }

    /// The sled value.
    #[must_use]
    pub fn value(&self) -> Vec<u8> {
        let mut value = Vec::with_capacity(self.json.len() + 1);
        value.push(RECORD_VERSION);
        value.extend_from_slice(&self.json);
        value
    }

    /// The UTC day whose archive file holds it.
    #[must_use]
    pub fn day(&self) -> NaiveDate {
        self.at.date_naive()
    }

    /// The link that the next record names.
    #[must_use]
    pub fn link(&self) -> Link {
        Link::to(&self.json)
    }
}

/// Decodes the commit in a sled value.
pub(super) fn commit_of(sequence: u64, value: &[u8]) -> Result<Commit, LogError> {
    decode(sequence, json_of(sequence, value)?)
}

fn decode(sequence: u64, json: &[u8]) -> Result<Commit, LogError> {
    let commit: Commit = serde_json::from_slice(json).map_err(|source| match serde_json::from_slice::<Head>(json) {
        Ok(_) => LogError::Unknown { sequence, source },
        Err(_) => LogError::Damaged { sequence, what: "its content cannot be read" },
    })?;
    if commit.sequence != sequence {
        return Err(LogError::Damaged { sequence, what: "it carries another number" });
    }
    Ok(commit)
}

fn json_of(sequence: u64, value: &[u8]) -> Result<&[u8], LogError> {
    match value.split_first() {
        Some((&RECORD_VERSION, json)) => Ok(json),
        Some(_) => Err(LogError::Damaged { sequence, what: "its version is unknown" }),
        None => Err(LogError::Damaged { sequence, what: "it is empty" }),
    }
}
