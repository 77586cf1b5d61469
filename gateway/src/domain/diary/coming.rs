//! Somebody who is expected checks in: the number that they tell is the one that was given for today.
//!
//! Without a number nobody is taken for anybody: whoever says that they have an appointment and names a consultant is rung through
//! to that one, as they wish, and the appointment stays as it is until somebody says that they came.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use shared::ids::{StaffId, VisitId};
use shared::phone::PhoneNumber;
use shared::wire::Why;

use super::{Appointment, DiaryEvent, Entry};
use crate::domain::effect::{Effect, Task};
use crate::domain::floor::event::FloorEvent;
use crate::domain::roster::Role;
use crate::domain::state::State;

/// A visit that was expected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Expected {
    /// By whom.
    pub consultant: StaffId,
    /// When.
    pub at: DateTime<Utc>,
}

impl State {
    /// The appointment that is kept now that this number was told, if there is one.
    pub(in crate::domain) fn expected_with(
        &self,
        visit: VisitId,
        number: &PhoneNumber,
        now: DateTime<Utc>,
    ) -> Option<&Appointment> {
        // One visit keeps one appointment, however often the number is told.
        let settled = self.floor.visit(visit).is_some_and(|visit| visit.appointment.is_some());
        self.diary.expected(number, now).filter(|_| !settled)
    }

    /// Who has the appointment is asked at once, if they can come and nobody does yet.
    pub(in crate::domain) fn ask_expected(
        &self,
        visit: VisitId,
        appointment: &Appointment,
        now: DateTime<Utc>,
    ) -> Option<FloorEvent> {
        let visit = self.floor.visit(visit)?;
        let role = self.floor.member(&appointment.terms.consultant)?.role;
        let theirs = Role::pools(visit.purpose).contains(&role);
        theirs.then(|| self.floor.ask_beside(visit, &appointment.terms.consultant, Why::Appointment, now)).flatten()
    }

    /// Takes over that a visit was expected.
    pub(in crate::domain) fn keep(&mut self, event: &DiaryEvent) {
        if let DiaryEvent::Kept { appointment, visit: Some(visit), by: None } = event
            && let Some(appointment) = self.diary.get(*appointment)
        {
            let expected = Expected { consultant: appointment.terms.consultant.clone(), at: appointment.terms.at };
            self.floor.expect(*visit, expected);
        }
    }

    /// Who has the appointment learns that it is here, where somebody else has to come.
    pub(in crate::domain) fn tell_expected(&self, id: VisitId) -> Option<Effect> {
        let visit = self.floor.visit(id)?;
        let Expected { consultant, at } = visit.appointment.as_ref()?;
        let member = self.floor.member(consultant)?;
        let comes = visit.is_served_by(consultant) || visit.open_askings().any(|asked| asked.to == *consultant);
        let can_come = visit.accepted.is_none() && member.is_free() && member.asked.is_empty();
        let task = Task::AppointmentHere { visit: id, at: *at };
        (!comes && !can_come && visit.ended.is_none()).then(|| Effect::Task { to: consultant.clone(), task })
    }

    /// A line on the screen of who has an appointment soon.
    pub(in crate::domain) fn remind(&self, event: &DiaryEvent) -> Option<Effect> {
        let appointment = self.diary.get(event.appointment())?;
        let task = Task::AppointmentSoon { appointment: appointment.id, at: appointment.terms.at };
        Some(Effect::Task { to: appointment.terms.consultant.clone(), task })
    }

    /// The diary for whoever reads it, by time.
    #[must_use]
    pub fn agenda(&self) -> Vec<Entry> {
        let now = self.last_at().unwrap_or_default();
        let entry = |appointment: &std::sync::Arc<Appointment>| {
            let by_number =
                appointment.phone().and_then(|phone| self.customers.know(phone, self.floor.rules().owned, now));
            let lead = by_number.as_ref().map(|known| known.lead).or(appointment.lead);
            let last = lead.and_then(|lead| self.customers.last_visit(lead));
            Entry {
                appointment: std::sync::Arc::clone(appointment),
                owner: by_number.and_then(|known| known.owner).map(|(owner, _)| owner),
                last: last.map(|(at, models)| (at, models.to_vec())),
            }
        };
        let mut entries: Vec<_> = self.diary.iter().map(entry).collect();
        entries.sort_by_key(|entry| (entry.appointment.terms.at, entry.appointment.id));
        entries
    }
}
