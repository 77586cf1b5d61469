//! The audit as pages and exports see it: who saw a contact, who took records away, what was erased, and who ruled whose customer somebody
//! is (why, stands sealed with the customer).

use serde::{Deserialize, Serialize};
use shared::ids::{AppointmentId, LeadId, StaffId};
use uuid::Uuid;

use super::ViewsError;
use super::keys::{Kind, TimeKey};
use super::row::Millis;
use crate::domain::Event;
use crate::domain::audit::{AuditEvent, Export};
use crate::domain::customer::CustomerEvent;
use crate::domain::diary::DiaryEvent;
use crate::domain::sales::{Erasure, LeadEvent};

/// One line of the audit. Stored as JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditRow {
    /// When.
    pub at: Millis,
    /// The commit that it stands in: the log proves it.
    pub commit: u64,
    /// Its place among the commit's events.
    pub index: u32,
    /// Who; none where the gateway did it by itself, or whoever holds its control socket.
    pub by: Option<StaffId>,
    /// What.
    pub act: Act,
}

/// What was done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Act {
    /// Saw a contact in full.
    Revealed(LeadId),
    /// Took records away as a file.
    Exported(Export),
    /// Erased a contact.
    Erased(LeadId, Erasure),
    /// Saw in full who is expected.
    AppointmentRevealed(AppointmentId),
    /// Erased who was expected.
    AppointmentErased(AppointmentId, Erasure),
    /// Made a backup.
    BackedUp,
    /// Ruled whose customer somebody is: by which contact, whose they were, whose they are.
    Ruled(LeadId, Option<StaffId>, Option<StaffId>),
    /// Took that back.
    RulingUndone(LeadId, Option<StaffId>, Option<StaffId>),
}

impl Act {
    /// As written in exports.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Revealed(_) => "revealed",
            Self::Exported(_) => "exported",
            Self::Erased(..) => "erased",
            Self::AppointmentRevealed(_) => "appointment_revealed",
            Self::AppointmentErased(..) => "appointment_erased",
            Self::BackedUp => "backed_up",
            Self::Ruled(..) => "ruled",
            Self::RulingUndone(..) => "ruling_undone",
        }
    }

    /// Whose contact it was about.
    #[must_use]
    pub fn lead(&self) -> Option<LeadId> {
        match self {
            Self::Revealed(lead) | Self::Erased(lead, _) | Self::Ruled(lead, ..) | Self::RulingUndone(lead, ..) => {
                Some(*lead)
            }
            _ => None,
        }
    }

    /// Whom nobody expects any more, or who was seen.
    #[must_use]
    pub fn appointment(&self) -> Option<AppointmentId> {
        match self {
            Self::AppointmentRevealed(appointment) | Self::AppointmentErased(appointment, _) => Some(*appointment),
            _ => None,
        }
    }

    /// From whom to whom a customer went; nobody where there is no name.
    #[must_use]
    pub fn owners(&self) -> Option<(Option<&StaffId>, Option<&StaffId>)> {
        match self {
            Self::Ruled(_, from, to) | Self::RulingUndone(_, from, to) => Some((from.as_ref(), to.as_ref())),
            _ => None,
        }
    }

    /// Why something was erased.
    #[must_use]
    pub fn erasure(&self) -> Option<Erasure> {
        match self {
            Self::Erased(_, why) | Self::AppointmentErased(_, why) => Some(*why),
            _ => None,
        }
    }
}

impl AuditRow {
    /// The line of an event, where it belongs into the audit.
    pub(super) fn of(event: &Event, at: Millis, commit: u64, index: u32) -> Option<Self> {
        let (by, act) = match event {
            Event::Audit(AuditEvent::Revealed { lead, by }) => (by, Act::Revealed(*lead)),
            Event::Audit(AuditEvent::Exported { export, by }) => (by, Act::Exported(*export)),
            Event::Audit(AuditEvent::BackedUp { by }) => (by, Act::BackedUp),
            Event::Lead(LeadEvent::Erased { lead, by, why }) => (by, Act::Erased(*lead, *why)),
            Event::Audit(AuditEvent::AppointmentRevealed { appointment, by }) => {
                (by, Act::AppointmentRevealed(*appointment))
            }
            Event::Diary(DiaryEvent::Erased { appointment, by, why }) => {
                (by, Act::AppointmentErased(*appointment, *why))
            }
            Event::Customer(CustomerEvent::Ruled { lead, from, to, by, .. }) => {
                (by, Act::Ruled(*lead, from.clone(), to.clone()))
            }
            Event::Customer(CustomerEvent::RulingUndone { lead, from, to, by, .. }) => {
                (by, Act::RulingUndone(*lead, from.clone(), to.clone()))
            }
            Event::Floor(_)
            | Event::Roster(_)
            | Event::Lead(_)
            | Event::Morning(_)
            | Event::Diary(_)
            | Event::Customer(_) => return None,
        };
        Some(Self { at, commit, index, by: by.clone(), act })
    }

    pub(super) fn key(&self) -> TimeKey {
        Kind::Audit.at(self.at, Uuid::from_u64_pair(self.commit, u64::from(self.index)))
    }

    pub(super) fn encode(&self) -> Result<Vec<u8>, ViewsError> {
        serde_json::to_vec(self).map_err(|_| ViewsError::Broken)
    }

    pub(super) fn decode(bytes: &[u8]) -> Result<Self, ViewsError> {
        serde_json::from_slice(bytes).map_err(|_| ViewsError::Broken)
    }
}
