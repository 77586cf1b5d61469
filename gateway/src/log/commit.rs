//! The record that is appended: one sled value, one archive line, one message.

use std::io;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use shared::ids::EventId;
use shared::wire::Fingerprint;

use super::LogError;
use crate::domain::Event;
use crate::domain::secret::{Sealable, Secrets};

/// First byte of every stored record.
pub const RECORD_VERSION: u8 = 1;

/// Largest record, in bytes of JSON. sled writes what is larger than 128 KiB with its own headers into files of their own,
/// outside the barrier.
pub const RECORD_BYTES: usize = 120 * 1024;

/// Where [`Commit::pack`] begins another commit. sled keeps up to 17 records a page and writes the page anew as one item, for
/// which the same 128 KiB hold: records of this size never reach it.
pub const PACK_BYTES: usize = 6 * 1024;

/// Room for what a record holds beside causes and events.
const FRAME_BYTES: usize = 160;

/// The identity of an input that led to this commit, kept so that a repeated one is known for ever.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommitCause {
    /// The event's id.
    pub id: EventId,
    /// Its fingerprint, in hexadecimal.
    pub print: String,
}

impl CommitCause {
    /// The cause of an input.
    #[must_use]
    pub fn new(id: EventId, print: Fingerprint) -> Self {
        Self { id, print: hex::encode(print.0) }
    }

    /// The fingerprint, unless the text is none.
    #[must_use]
    pub fn fingerprint(&self) -> Option<Fingerprint> {
        <_ as hex::FromHex>::from_hex(&self.print).ok().map(Fingerprint)
    }
}

/// One append: what happened at one moment, and because of which inputs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Commit {
    /// Counts from 1 without gaps.
    pub sequence: u64,
    /// The one `now` of everything inside.
    pub at: DateTime<Utc>,
    /// Links to the record before: the first 16 bytes of its SHA-256 in hexadecimal; empty in the first.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub before: String,
    /// Inputs that are known from now on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub causes: Vec<CommitCause>,
    /// What happened, in order.
    pub events: Vec<Event>,
}

/// What one input brought about: never torn apart between two commits.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Group {
    /// The input's identity, where it has one.
    pub cause: Option<CommitCause>,
    /// Its events; may be empty where only the id is to be known.
    pub events: Vec<Event>,
}

impl Secrets for Group {
    fn each_secret(&mut self, each: &mut dyn FnMut(&mut dyn Sealable)) {
        for event in &mut self.events {
            event.each_secret(each);
        }
    }
}

impl Commit {
    /// Packs sealed groups of one `now` into as few commits as [`PACK_BYTES`] allows, split only between inputs. The log sets
    /// `sequence` and `before` when it appends.
    ///
    /// # Errors
    /// [`LogError::TooLarge`] when one group alone is larger than [`RECORD_BYTES`]; [`LogError::Encode`] when a secret is open.
    pub fn pack(at: DateTime<Utc>, groups: impl IntoIterator<Item = Group>) -> Result<Vec<Self>, LogError> {
        let mut commits: Vec<Self> = Vec::new();
        let mut filled = 0;
        for Group { cause, events } in groups {
            let size = json_bytes(&cause)? + json_bytes(&events)?;
            if size + FRAME_BYTES > RECORD_BYTES {
                return Err(LogError::TooLarge { bytes: size + FRAME_BYTES });
            }
            filled += size;
            match commits.last_mut() {
                Some(open) if filled <= PACK_BYTES => {
                    open.causes.extend(cause);
                    open.events.extend(events);
                }
                _ => {
                    filled = FRAME_BYTES + size;
                    commits.push(Self {
                        sequence: 0,
                        at,
                        before: String::new(),
                        causes: cause.into_iter().collect(),
                        events,
                    });
                }
            }
        }
        Ok(commits)
    }
}

impl Secrets for Commit {
    fn each_secret(&mut self, each: &mut dyn FnMut(&mut dyn Sealable)) {
        for event in &mut self.events {
            event.each_secret(each);
        }
    }
}

/// Counts without keeping.
struct Counter(usize);

impl io::Write for Counter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn json_bytes(value: &impl Serialize) -> Result<usize, LogError> {
    let mut counter = Counter(0);
    serde_json::to_writer(&mut counter, value).map_err(LogError::Encode)?;
    Ok(counter.0)
}
