//! A visit as pages and exports see it, and its form on disk.
//!
//! What is stored is [`VisitRow`] followed by what only the projection needs, in postcard: an export reads the front and
//! leaves the rest. Every `*_ms` counts from the corrected tap. No personal data stands here.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use shared::ids::{DeviceId, LeadId, ModelId, StaffId, TopicId, VisitId};
use shared::wire::{Language, Purpose, Why};

use super::ViewsError;
use super::appointment::AppointmentRow;
use crate::domain::floor::visit::{Breach, GreetedSource, Outcome};

/// One visit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VisitRow {
    /// Which.
    pub visit: VisitId,
    /// The corrected tap, in milliseconds since 1970.
    pub arrived_at: Millis,
    /// When the gateway had it.
    pub received_at: Millis,
    /// The kiosk; none for reception's walk-in.
    pub kiosk: Option<DeviceId>,
    /// Why they came.
    pub purpose: Purpose,
    /// How many.
    pub party: Option<u8>,
    /// Their language.
    pub language: Language,
    /// Who accepted, the last one if the visit was handed on.
    pub consultant: Option<StaffId>,
    /// Until an alert was first handed to a phone.
    pub phone_ms: Option<i64>,
    /// Until a phone first said that it shows it.
    pub shown_ms: Option<i64>,
    /// Until somebody first accepted.
    pub accepted_ms: Option<i64>,
    /// Until the visitor was greeted.
    pub greeted_ms: Option<i64>,
    /// Who says so.
    pub greeted_source: Option<GreetedSource>,
    /// When it ended.
    pub ended_at: Option<Millis>,
    /// What came of it.
    pub outcome: Option<Outcome>,
    /// From the first touch to the tap.
    pub touched_ms: Option<u64>,
    /// Came too late for a ladder: "missed while offline".
    pub late: bool,
    /// The device's clock could not be trusted.
    pub time_uncertain: bool,
    /// The ten seconds were broken, and why as it stood then; [`VisitRow::broken`] says what has come of it.
    pub breach: Option<Breach>,
    /// Models of interest.
    pub models: Vec<ModelId>,
    /// Answers to the questions that break the ice, by question.
    pub answers: BTreeMap<TopicId, TopicId>,
}

/// A moment to the millisecond, as everything is stored and exported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Millis(pub i64);

impl Millis {
    /// Milliseconds from `earlier` to this.
    #[must_use]
    pub fn since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }

    /// The moment as chrono knows it.
    #[must_use]
    pub fn utc(self) -> DateTime<Utc> {
        DateTime::from_timestamp_millis(self.0).unwrap_or_default()
    }
}

impl From<DateTime<Utc>> for Millis {
    fn from(at: DateTime<Utc>) -> Self {
        Self(at.timestamp_millis())
    }
}

/// What lies on disk for one visit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct StoredVisit {
    pub(super) row: VisitRow,
    /// Who was asked: tells, too, who it is that accepts.
    pub(super) asked: Vec<AskedRow>,
    /// By how much the wall clock was set forward since the tap: no part of any `*_ms`.
    pub(super) stepped_ms: i64,
    /// Who had accepted when the visitor was greeted.
    pub(super) greeted_by: Option<StaffId>,
    /// The contact by which they were known from before, and whose customer they were then.
    pub(super) known: Option<LeadId>,
    pub(super) owner: Option<StaffId>,
    /// The contacts that they left with it.
    pub(super) leads: Vec<LeadId>,
    /// The appointment that they kept.
    pub(super) appointment: Option<AppointmentNote>,
}

/// Somebody who was asked about a visit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AskedRow {
    /// Which of the visit's alerts.
    pub ordinal: u16,
    /// Who.
    pub staff: StaffId,
    /// What decided.
    pub why: Why,
    /// They came.
    pub accepted: bool,
}

/// Who made an appointment, with whom and for when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppointmentNote {
    /// With whom.
    pub consultant: StaffId,
    /// Who made it; none for the gateway.
    pub by: Option<StaffId>,
    /// For when.
    pub at: Millis,
}

impl AppointmentNote {
    /// What a visit tells of the appointment with which it came.
    pub(super) fn of(row: &AppointmentRow) -> Self {
        Self { consultant: row.terms.consultant.clone(), by: row.booked_by.clone(), at: row.terms.at.into() }
    }
}

/// A visit as a contact with a customer: what a dispute is settled from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContactRow {
    /// The visit.
    pub visit: VisitRow,
    /// Who was asked, in order.
    pub asked: Vec<AskedRow>,
    /// Who had accepted when the visitor was greeted.
    pub greeted_by: Option<StaffId>,
    /// Whose customer they were when they came.
    pub owner: Option<StaffId>,
    /// The appointment that they kept.
    pub appointment: Option<AppointmentNote>,
}

impl From<StoredVisit> for ContactRow {
    fn from(stored: StoredVisit) -> Self {
        let StoredVisit { row, asked, greeted_by, owner, appointment, .. } = stored;
        Self { visit: row, asked, greeted_by, owner, appointment }
    }
}

impl StoredVisit {
    pub(super) fn encode(&self) -> Result<Vec<u8>, ViewsError> {
        postcard::to_stdvec(self).map_err(|_| ViewsError::Broken)
    }

    pub(super) fn decode(bytes: &[u8]) -> Result<Self, ViewsError> {
        postcard::from_bytes(bytes).map_err(|_| ViewsError::Broken)
    }

    /// The contacts of whoever came: those that they left, and the one by which they were known.
    pub(super) fn contacts(&self) -> impl Iterator<Item = LeadId> + '_ {
        self.leads.iter().copied().chain(self.known)
    }
}

/// What there is to say of broken ten seconds, now that it is known how it went on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Broken {
    /// Somebody was asked, and nobody has accepted.
    NotAccepted,
    /// Nobody was free.
    NobodyFree,
    /// Somebody was asked, and accepted afterwards.
    AcceptedLate,
}

impl Broken {
    /// As written in exports.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NotAccepted => "not_accepted",
            Self::NobodyFree => "nobody_free",
            Self::AcceptedLate => "accepted_late",
        }
    }
}

impl VisitRow {
    /// How the ten seconds were broken, if they were.
    #[must_use]
    pub fn broken(&self) -> Option<Broken> {
        Some(match self.breach? {
            Breach::NobodyFree => Broken::NobodyFree,
            Breach::NotAccepted if self.accepted_ms.is_some() => Broken::AcceptedLate,
            Breach::NotAccepted => Broken::NotAccepted,
        })
    }

    /// Reads the front of what lies on disk.
    pub(super) fn decode(bytes: &[u8]) -> Result<Self, ViewsError> {
        postcard::take_from_bytes(bytes).map(|(row, _)| row).map_err(|_| ViewsError::Broken)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Bump [`super::super::FORM`] when this has to change: older views are then rebuilt instead of misread.
    #[test]
    fn the_form_on_disk_is_the_one_of_this_version() {
        let row = VisitRow {
            visit: VisitId::from_uuid(uuid::Uuid::from_bytes([7; 16])),
            arrived_at: Millis(1000),
            received_at: Millis(1040),
            kiosk: "k1".parse().ok(),
            purpose: Purpose::Other,
            party: Some(2),
            language: Language::En,
            consultant: "wang".parse().ok(),
            phone_ms: Some(41),
            shown_ms: None,
            accepted_ms: Some(-1),
            greeted_ms: Some(300),
            greeted_source: Some(GreetedSource::Inferred),
            ended_at: Some(Millis(2000)),
            outcome: Some(Outcome::ClosedBySystem),
            touched_ms: Some(5),
            late: true,
            time_uncertain: false,
            breach: Some(Breach::NobodyFree),
            models: vec!["m1".parse().unwrap()],
            answers: BTreeMap::from([("body".parse().unwrap(), "suv".parse().unwrap())]),
        };
        let lead = |byte| LeadId::from_uuid(uuid::Uuid::from_bytes([byte; 16]));
        let stored = StoredVisit {
            row: row.clone(),
            asked: vec![AskedRow { ordinal: 1, staff: "li".parse().unwrap(), why: Why::OwnCustomer, accepted: true }],
            stepped_ms: 3,
            greeted_by: "li".parse().ok(),
            known: Some(lead(8)),
            owner: "wang".parse().ok(),
            leads: vec![lead(9)],
            appointment: Some(AppointmentNote { consultant: "li".parse().unwrap(), by: None, at: Millis(4) }),
        };
        let bytes = stored.encode().unwrap();
        let hex = hex::encode(&bytes);
        assert_eq!(
            hex,
            "1007070707070707070707070707070707d00fa01001026b3109010201010477616e67015200010101d804010301a01f010801\
             05010001010102\
             6d31\
             0104626f647903737576\
             0101026c69000106\
             01026c69\
             011008080808080808080808080808080808\
             010477616e67\
             011009090909090909090909090909090909\
             01026c690008"
                .replace(' ', "")
        );
        assert_eq!(StoredVisit::decode(&bytes).unwrap(), stored);
        assert_eq!(VisitRow::decode(&bytes).unwrap(), row);
        assert!(matches!(VisitRow::decode(&bytes[..20]), Err(ViewsError::Broken)));
    }
}
