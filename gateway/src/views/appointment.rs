//! An appointment as exports see it: what was agreed on and what came of it. Who was expected stays sealed as the log has it, and closed
//! once the key is gone; whoever withdraws takes the row along.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use shared::ids::{AppointmentId, LeadId, StaffId, VisitId};

use super::ViewsError;
use super::keys::{Kind, TimeKey};
use super::row::Millis;
use crate::domain::diary::{DiaryEvent, Standing, Terms, Whom};
use crate::domain::sales::Erasure;
use crate::domain::secret::{Sealable, Secret, Secrets};

/// One appointment. Stored as JSON, because its parts leave fields out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppointmentRow {
    /// Which.
    pub appointment: AppointmentId,
    /// When it was made.
    pub booked_at: Millis,
    /// Who made it; none for the gateway.
    pub booked_by: Option<StaffId>,
    /// What is agreed on.
    pub terms: Terms,
    /// How it stands.
    pub standing: Standing,
    /// The lead that it came from.
    pub lead: Option<LeadId>,
    /// The visit with which it was kept.
    pub visit: Option<VisitId>,
    /// Who is expected.
    pub secret: Secret<Whom>,
}

impl AppointmentRow {
    /// The row of an appointment that was made.
    pub(super) fn booked(event: &DiaryEvent, at: DateTime<Utc>) -> Option<Self> {
        let DiaryEvent::Booked { appointment, terms, secret, lead, by } = event else { return None };
        Some(Self {
            appointment: *appointment,
            booked_at: at.into(),
            booked_by: by.clone(),
            terms: terms.clone(),
            standing: Standing::Booked,
            lead: *lead,
            visit: None,
            secret: secret.clone(),
        })
    }

    /// The row after this; none where nothing of it is to be kept.
    pub(super) fn after(mut self, event: &DiaryEvent) -> Option<Self> {
        match event {
            DiaryEvent::Booked { .. } | DiaryEvent::Reminded { .. } => {}
            DiaryEvent::Changed { terms, secret, .. } => {
                self.terms.clone_from(terms);
                (self.standing, self.visit) = (Standing::Booked, None);
                if let Some(secret) = secret {
                    self.secret.clone_from(secret);
                }
            }
            DiaryEvent::Cancelled { .. } => self.standing = Standing::Cancelled,
            DiaryEvent::Restored { .. } => (self.standing, self.visit) = (Standing::Booked, None),
            DiaryEvent::Kept { visit, .. } => (self.standing, self.visit) = (Standing::Kept, *visit),
            DiaryEvent::Followed { visit, .. } => self.visit = Some(*visit),
            DiaryEvent::Missed { .. } => self.standing = Standing::Missed,
            // Its time was over: what came of it says nothing of anybody.
            DiaryEvent::Erased { why: Erasure::Expired, .. } => self.secret.reopen(None),
            DiaryEvent::Erased { .. } => return None,
        }
        Some(self)
    }

    /// Appointments lie by their time, which may change.
    pub(super) fn key(&self) -> TimeKey {
        Kind::Appointment.at(self.terms.at.into(), self.appointment.uuid())
    }

    pub(super) fn encode(&self) -> Result<Vec<u8>, ViewsError> {
        serde_json::to_vec(self).map_err(|_| ViewsError::Broken)
    }

    pub(super) fn decode(bytes: &[u8]) -> Result<Self, ViewsError> {
        serde_json::from_slice(bytes).map_err(|_| ViewsError::Broken)
    }
}

impl Secrets for AppointmentRow {
    fn each_secret(&mut self, each: &mut dyn FnMut(&mut dyn Sealable)) {
        each(&mut self.secret);
    }
}
