//! The record that is appended: one sled value, one archive line, one message.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use shared::ids::EventId;

use crate::domain::Event;
use crate::domain::secret::{Sealable, Secrets};

/// First byte of every stored record.
pub const RECORD_VERSION: u8 = 1;

/// The identity of an input that led to this commit, kept so that a repeated one is known for ever.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommitCause {
    /// The event's id.
    pub id: EventId,
    /// Its fingerprint, in hexadecimal.
    pub print: String,
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

impl Secrets for Commit {
    fn each_secret(&mut self, each: &mut dyn FnMut(&mut dyn Sealable)) {
        for event in &mut self.events {
            event.each_secret(each);
        }
    }
}
