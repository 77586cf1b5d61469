//! Who may see how a person is reached, and how that is erased.

use shared::ids::{LeadId, StaffId};

use super::{Erasure, LeadEvent};
use crate::domain::audit::AuditEvent;
use crate::domain::command::{Actor, Refusal};
use crate::domain::diary::DiaryEvent;
use crate::domain::event::Event;
use crate::domain::roster::Role;
use crate::domain::state::State;

impl State {
    /// A contact is shown in full: to a manager, or to whoever serves the visit that it came from, while that is known.
    pub(in crate::domain) fn reveal(&self, actor: &Actor, lead: LeadId) -> Result<Vec<Event>, Refusal> {
        let kept = self.sales.kept(lead).ok_or(Refusal::UnknownLead)?;
        let by = staff_or_system(actor)?;
        if let Some(staff) = &by {
            let role = self.roster.accounts.get(staff).ok_or(Refusal::UnknownStaff)?.role;
            let visit = kept.visit.and_then(|visit| self.floor.visit(visit));
            let serves = visit.is_some_and(|visit| visit.is_served_by(staff));
            (serves || oversees(role)).then_some(()).ok_or(Refusal::NotYours)?;
        }
        Ok(vec![AuditEvent::Revealed { lead, by }.into()])
    }

    /// Somebody's contact is erased because they want it so.
    pub(in crate::domain) fn erase(&self, actor: &Actor, lead: LeadId) -> Result<Vec<Event>, Refusal> {
        let by = staff_or_system(actor)?;
        self.sales.kept(lead).ok_or(Refusal::UnknownLead)?;
        let why = Erasure::Withdrawn;
        // Whoever withdraws is expected by nobody either, as far as the number tells who that is.
        let theirs = self.diary.of_person(lead, self.customers.number_of(lead));
        let appointments = theirs.map(|appointment| DiaryEvent::Erased { appointment, by: by.clone(), why }.into());
        let mut events: Vec<Event> = appointments.collect();
        events.push(LeadEvent::Erased { lead, by, why }.into());
        Ok(events)
    }
}

/// Who acts: a member of staff, or nobody but the gateway.
pub(in crate::domain) fn staff_or_system(actor: &Actor) -> Result<Option<StaffId>, Refusal> {
    match actor {
        Actor::Staff(staff) => Ok(Some(staff.clone())),
        Actor::System => Ok(None),
        Actor::Device(_) | Actor::Visitor => Err(Refusal::WrongSender),
    }
}

fn oversees(role: Role) -> bool {
    matches!(role, Role::Manager | Role::Admin)
}
