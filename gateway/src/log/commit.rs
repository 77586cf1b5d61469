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

/// What one input brought about, which is never torn apart between two commits; or one step of time.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Group {
    /// The input's identity, where it has one.
    pub cause: Option<CommitCause>,
    /// Its events; may be empty where only the id is to be known.
    pub events: Vec<Event>,
}

impl Group {
    /// The group with its size; a step of time that is larger than [`PACK_BYTES`] in pieces. It may ring hundreds of people, and of what
    /// time does each event stands for itself: after a power cut between two of them, time goes on from there. What an input did is
    /// known by its cause for ever, and so stays whole.
    fn into_pieces(self, pieces: &mut Vec<(usize, Self)>) -> Result<(), LogError> {
        let Self { cause, events } = self;
        let size = json_bytes(&cause)? + json_bytes(&events)?;
        if cause.is_some() || size <= PACK_BYTES {
            pieces.push((size, Self { cause, events }));
            return Ok(());
        }
        let (mut filled, mut piece) = (0, Vec::new());
        for event in events {
            let size = json_bytes(&event)?;
            if filled + size > PACK_BYTES && !piece.is_empty() {
                pieces.push((filled, Self { cause: None, events: std::mem::take(&mut piece) }));
                filled = 0;
            }
            filled += size + 1;
            piece.push(event);
        }
        pieces.push((filled, Self { cause: None, events: piece }));
        Ok(())
    }
}

impl Secrets for Group {
    fn each_secret(&mut self, each: &mut dyn FnMut(&mut dyn Sealable)) {
        for event in &mut self.events {
            event.each_secret(each);
        }
    }
}

impl Commit {
    /// Packs sealed groups of one `now` into as few commits as [`PACK_BYTES`] allows, split between groups, and within one that has no
    /// cause. The log sets `sequence` and `before` when it appends.
    ///
    /// # Errors
    /// [`LogError::TooLarge`] when one group with a cause, or one event, is larger than [`RECORD_BYTES`]; [`LogError::Encode`] when a
    /// secret is open.
    pub fn pack(at: DateTime<Utc>, groups: impl IntoIterator<Item = Group>) -> Result<Vec<Self>, LogError> {
        let mut commits: Vec<Self> = Vec::new();
        let mut filled = 0;
        let mut pieces = Vec::new();
        for group in groups {
            group.into_pieces(&mut pieces)?;
        }
        for (size, Group { cause, events }) in pieces {
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

#[cfg(test)]
mod tests {
    use shared::ids::VisitId;

    use super::*;
    use crate::domain::floor::event::FloorEvent;

    fn forgotten(count: usize) -> Vec<Event> {
        let visit: VisitId = "0190a5de-0000-7000-8000-000000000001".parse().unwrap();
        (0..count).map(|n| Event::Floor(FloorEvent::Forgotten { visit, sealed: n % 2 == 0 })).collect()
    }

    fn pack(cause: Option<CommitCause>, events: Vec<Event>) -> Result<Vec<Commit>, LogError> {
        Commit::pack(DateTime::UNIX_EPOCH, [Group { cause, events }])
    }

    #[test]
    fn a_step_of_time_that_rings_a_crowd_goes_into_several_records_in_order() {
        let events = forgotten(5000);
        assert!(json_bytes(&events).unwrap() > RECORD_BYTES);
        let commits = pack(None, events.clone()).unwrap();
        for commit in &commits {
            assert!(json_bytes(&commit.events).unwrap() <= PACK_BYTES + 2);
        }
        assert_eq!(commits.into_iter().flat_map(|commit| commit.events).collect::<Vec<_>>(), events);
    }

    #[test]
    fn what_an_input_did_stays_whole() {
        let cause =
            || Some(CommitCause { id: "0190a5de-0000-7000-8000-000000000002".parse().unwrap(), print: String::new() });
        let commits = pack(cause(), forgotten(1000)).unwrap();
        assert!(json_bytes(&commits[0].events).unwrap() > PACK_BYTES && commits.len() == 1);
        assert!(matches!(pack(cause(), forgotten(5000)), Err(LogError::TooLarge { .. })));
    }
}
