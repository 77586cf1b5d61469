//! Everything that can have happened, by area. Written to the log; old forms decode for ever.

use serde::{Deserialize, Serialize};

use super::audit::AuditEvent;
use super::customer::CustomerEvent;
use super::diary::DiaryEvent;
use super::floor::event::FloorEvent;
use super::morning::MorningEvent;
use super::roster::RosterEvent;
use super::sales::LeadEvent;
use super::secret::{Sealable, Secrets};

/// One fact. Its time is that of its commit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// On the floor: visits, presence, alerts.
    Floor(FloorEvent),
    /// Who may act: staff and devices.
    Roster(RosterEvent),
    /// Interest that was registered.
    Lead(LeadEvent),
    /// What was shown or given out.
    Audit(AuditEvent),
    /// Before the door opened.
    Morning(MorningEvent),
    /// Appointments.
    Diary(DiaryEvent),
    /// Whose customers people are.
    Customer(CustomerEvent),
}

impl Secrets for Event {
    fn each_secret(&mut self, each: &mut dyn FnMut(&mut dyn Sealable)) {
        match self {
            Self::Floor(event) => event.each_secret(each),
            Self::Roster(event) => event.each_secret(each),
            Self::Lead(event) => event.each_secret(each),
            Self::Diary(event) => event.each_secret(each),
            Self::Customer(event) => event.each_secret(each),
            // Whom it concerns, never what was seen.
            Self::Audit(_) | Self::Morning(_) => {}
        }
    }
}

impl From<FloorEvent> for Event {
    fn from(event: FloorEvent) -> Self {
        Self::Floor(event)
    }
}

impl From<RosterEvent> for Event {
    fn from(event: RosterEvent) -> Self {
        Self::Roster(event)
    }
}

impl From<LeadEvent> for Event {
    fn from(event: LeadEvent) -> Self {
        Self::Lead(event)
    }
}

impl From<MorningEvent> for Event {
    fn from(event: MorningEvent) -> Self {
        Self::Morning(event)
    }
}

impl From<DiaryEvent> for Event {
    fn from(event: DiaryEvent) -> Self {
        Self::Diary(event)
    }
}

impl From<CustomerEvent> for Event {
    fn from(event: CustomerEvent) -> Self {
        Self::Customer(event)
    }
}

impl From<AuditEvent> for Event {
    fn from(event: AuditEvent) -> Self {
        Self::Audit(event)
    }
}
