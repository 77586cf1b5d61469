//! The gateway's answer to a device: what is durable, and what was refused and why.

use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::ids::EventId;

/// Why an event was refused. Stable; sent in receipts and in HTTP problem documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Code {
    /// The payload is larger than 16 KiB (MQTT) or 64 KiB (HTTP).
    TooLarge,
    /// Not UTF-8, not JSON, or cut off.
    NotJson,
    /// JSON, but no envelope: a field is missing or of the wrong kind.
    BadEnvelope,
    /// An envelope of a version that this gateway does not know.
    BadVersion,
    /// A kind of event that this gateway does not know.
    UnknownKind,
    /// The body does not fit its kind.
    BadBody,
    /// A telephone number that cannot be one.
    BadPhone,
    /// A device spoke for another one, or sent a kind that is not its own.
    WrongSender,
    /// The id is known with other content.
    IdConflict,
    /// The visit was never checked in.
    UnknownVisit,
    /// The visit has ended.
    VisitOver,
    /// The visit belongs to another kiosk.
    ForeignVisit,
    /// A code that this version does not know; kept so that an old kiosk understands a new gateway.
    #[serde(other)]
    Other,
}

impl Code {
    /// Every code that a gateway of this version sends.
    pub const ALL: [Self; 12] = [
        Self::TooLarge,
        Self::NotJson,
        Self::BadEnvelope,
        Self::BadVersion,
        Self::UnknownKind,
        Self::BadBody,
        Self::BadPhone,
        Self::WrongSender,
        Self::IdConflict,
        Self::UnknownVisit,
        Self::VisitOver,
        Self::ForeignVisit,
    ];

    /// The code as it is written on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::TooLarge => "too_large",
            Self::NotJson => "not_json",
            Self::BadEnvelope => "bad_envelope",
            Self::BadVersion => "bad_version",
            Self::UnknownKind => "unknown_kind",
            Self::BadBody => "bad_body",
            Self::BadPhone => "bad_phone",
            Self::WrongSender => "wrong_sender",
            Self::IdConflict => "id_conflict",
            Self::UnknownVisit => "unknown_visit",
            Self::VisitOver => "visit_over",
            Self::ForeignVisit => "foreign_visit",
            Self::Other => "other",
        }
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One refused event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refused {
    /// The event's id; `null` where none could be read.
    pub id: Option<EventId>,
    /// Why.
    pub code: Code,
}

/// What has become of events: sent on the sender's `receipt` topic once it is durable. Only this lets a kiosk forget.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// Events that are in the log (now, or since an earlier sending).
    #[serde(default)]
    pub ids: Vec<EventId>,
    /// Events that will never be.
    #[serde(default)]
    pub refused: Vec<Refused>,
    /// The gateway's clock when it said so, for the kiosk's clock skew.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<DateTime<Utc>>,
}

impl Receipt {
    /// A receipt for one durable event.
    #[must_use]
    pub fn kept(id: EventId) -> Self {
        Self { ids: vec![id], ..Self::default() }
    }

    /// A receipt for one refused event.
    #[must_use]
    pub fn refused(id: Option<EventId>, code: Code) -> Self {
        Self { refused: vec![Refused { id, code }], ..Self::default() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_written_as_they_are_named() {
        for code in Code::ALL {
            assert_eq!(serde_json::to_string(&code).unwrap(), format!("\"{code}\""));
        }
        assert_eq!(serde_json::from_str::<Code>("\"from_the_future\"").unwrap(), Code::Other);
    }
}
