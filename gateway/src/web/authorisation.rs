//! Who may do what: one function, deny by default.
//!
//! Roles are judged here. Whose visit it is the engine judges, because only its state is exact to the moment: it refuses a
//! consultant who touches a colleague's visit with `not_yours`.

use crate::domain::roster::Role;

/// Something that can be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Action {
    /// End the own session.
    SignOut,
    /// See the floor as far as one's role goes, and have a stream.
    SeeFloor,
    /// See every visit on the floor.
    SeeEveryVisit,
    /// See the wall display for staff: who serves which purpose, who waits, and the day's shares.
    SeeBoard,
    /// Set the own presence, say that one is alive.
    SetOwnPresence,
    /// Answer an alert to oneself.
    AnswerAlert,
    /// Greet, end or take back a visit, keep what was said, set right what was told.
    ServeVisit,
    /// Hand a visit over, ask for a second person, go again as one.
    AskColleague,
    /// Join two visits, split one.
    ArrangeParties,
    /// Enter a walk-in 来客.
    EnterWalkIn,
    /// "Received and seated."
    ReceiveVisit,
    /// Choose who serves a visit.
    AssignVisit,
    /// Read recorded visits.
    ReadVisits,
    /// Read leads; contacts are masked.
    ReadLeads,
    /// See a lead's contact in full. Who serves the visit that it came from the engine judges, as it does for visits.
    RevealContact,
    /// Erase a lead's contact.
    EraseContact,
    /// Take recorded visits away as a file.
    ExportVisits,
    /// Take leads and appointments away as a file: the first with numbers where contact was agreed to.
    ExportLeads,
    /// Read who saw contacts and took records away, and take that away as a file.
    ReadAudit,
    /// Enter an interest for somebody, without a code.
    EnterInterest,
    /// Open the manager's page.
    OpenManage,
    /// Let kiosks in, and take them out of work.
    ManageKiosks,
    /// Look after accounts: add, change, take away, let phones in.
    ManagePeople,
    /// See who is planned when.
    ReadShifts,
    /// Plan weeks, days and holidays.
    PlanShifts,
    /// See, make and move appointments: whose they are the engine judges.
    Arrange,
    /// See everybody's appointments.
    SeeEveryAppointment,
    /// See the own customers, and say whose somebody is: what is theirs to say the engine judges.
    FollowCustomers,
    /// See whose customer everybody is and what has been with them, and rule it.
    RuleOwnership,
}

impl Action {
    /// Every action.
    pub const ALL: [Self; 29] = [
        Self::SignOut,
        Self::SeeFloor,
        Self::SeeEveryVisit,
        Self::SeeBoard,
        Self::SetOwnPresence,
        Self::AnswerAlert,
        Self::ServeVisit,
        Self::AskColleague,
        Self::ArrangeParties,
        Self::EnterWalkIn,
        Self::ReceiveVisit,
        Self::AssignVisit,
        Self::ReadVisits,
        Self::ReadLeads,
        Self::RevealContact,
        Self::EraseContact,
        Self::ExportVisits,
        Self::ExportLeads,
        Self::ReadAudit,
        Self::EnterInterest,
        Self::OpenManage,
        Self::ManageKiosks,
        Self::ManagePeople,
        Self::ReadShifts,
        Self::PlanShifts,
        Self::Arrange,
        Self::SeeEveryAppointment,
        Self::FollowCustomers,
        Self::RuleOwnership,
    ];
}

/// What it is done to, as far as that decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Object {
    /// Nothing beyond the action.
    Any,
    /// Records of today alone.
    Today,
    /// Records of other days as well.
    OtherDays,
    /// The account of an admin.
    Admin,
}

/// Whether this role may do that to this (DESIGN §7).
#[must_use]
pub fn can(role: Role, action: Action, object: Object) -> bool {
    match action {
        Action::SignOut
        | Action::SeeFloor
        | Action::SetOwnPresence
        | Action::AnswerAlert
        | Action::ServeVisit
        | Action::AskColleague
        | Action::ReadShifts
        | Action::Arrange
        | Action::RevealContact => true,
        Action::EnterWalkIn
        | Action::ReceiveVisit
        | Action::AssignVisit
        | Action::ArrangeParties
        | Action::SeeEveryAppointment
        | Action::SeeEveryVisit => {
            matches!(role, Role::Reception | Role::Manager | Role::Admin)
        }
        // Whoever works on the floor: nothing on it is about a customer who could be known by it.
        Action::SeeBoard => role != Role::Care,
        Action::ReadVisits => match role {
            Role::Manager | Role::Admin => true,
            // Reception has today's floor, not the past.
            Role::Reception => object != Object::OtherDays,
            Role::Consultant | Role::Advisor | Role::Care => false,
        },
        // Customers are consultants'.
        Action::FollowCustomers => matches!(role, Role::Consultant | Role::Manager | Role::Admin),
        Action::ManagePeople => role == Role::Admin || role == Role::Manager && object != Object::Admin,
        Action::ReadLeads
        | Action::EraseContact
        | Action::ExportVisits
        | Action::ExportLeads
        | Action::ReadAudit
        | Action::EnterInterest
        | Action::OpenManage
        | Action::ManageKiosks
        | Action::PlanShifts
        | Action::RuleOwnership => {
            matches!(role, Role::Manager | Role::Admin)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROLES: [Role; 6] = [Role::Consultant, Role::Reception, Role::Advisor, Role::Care, Role::Manager, Role::Admin];

    #[track_caller]
    fn check(action: Action, object: Object, expect: &[Role]) {
        let may: Vec<_> = ROLES.into_iter().filter(|role| can(*role, action, object)).collect();
        assert_eq!(may, expect, "{action:?} {object:?}");
    }

    #[test]
    fn roles_may_what_their_work_needs_and_nothing_else() {
        let (floor, lead) = ([Role::Reception, Role::Manager, Role::Admin], [Role::Manager, Role::Admin]);
        let sells = [Role::Consultant, Role::Manager, Role::Admin];
        let all_but_care = ROLES.into_iter().filter(|role| *role != Role::Care).collect::<Vec<_>>();
        for action in Action::ALL {
            let (any, other_days): (&[Role], &[Role]) = match action {
                Action::SignOut
                | Action::SeeFloor
                | Action::SetOwnPresence
                | Action::AnswerAlert
                | Action::ServeVisit
                | Action::AskColleague
                | Action::ReadShifts
                | Action::Arrange
                | Action::RevealContact => (&ROLES, &ROLES),
                Action::EnterWalkIn
                | Action::ReceiveVisit
                | Action::AssignVisit
                | Action::ArrangeParties
                | Action::SeeEveryAppointment
                | Action::SeeEveryVisit => (&floor, &floor),
                Action::SeeBoard => (&all_but_care, &all_but_care),
                Action::FollowCustomers => (&sells, &sells),
                Action::ReadVisits => (&floor, &lead),
                Action::ManagePeople => {
                    check(action, Object::Admin, &[Role::Admin]);
                    (&lead, &lead)
                }
                Action::ReadLeads
                | Action::EraseContact
                | Action::ExportVisits
                | Action::ExportLeads
                | Action::ReadAudit
                | Action::EnterInterest
                | Action::OpenManage
                | Action::ManageKiosks
                | Action::PlanShifts
                | Action::RuleOwnership => (&lead, &lead),
            };
            check(action, Object::Any, any);
            check(action, Object::Today, any);
            check(action, Object::OtherDays, other_days);
        }
    }
}
