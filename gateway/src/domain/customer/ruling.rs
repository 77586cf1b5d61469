//! Who may say that a customer is theirs, and who rules it.
//!
//! A ruling counts like a real contact with whoever gets the customer, at the moment of the ruling: for thirty days they are asked
//! first, whoever stands in takes nobody away, and their own next contact, or a hand-over, decides as always. So nothing has to be
//! undone when it ends. A visit that goes on meanwhile learns of it, for its end would decide by what was known when it began.

use chrono::{DateTime, Utc};
use shared::ids::{DisputeId, LeadId, StaffId};

use super::dispute::{Claim, CustomerEvent, Dispute, Verdict, Whose};
use crate::domain::command::{Actor, Refusal};
use crate::domain::event::Event;
use crate::domain::floor::event::FloorEvent;
use crate::domain::roster::Role;
use crate::domain::sales::staff_or_system;
use crate::domain::secret::{Secret, Subject};
use crate::domain::state::State;

impl State {
    /// Somebody says that a customer is theirs.
    pub(in crate::domain) fn claim(
        &self,
        actor: &Actor,
        claim: &Claim,
        now: DateTime<Utc>,
    ) -> Result<Vec<Event>, Refusal> {
        let by = staff_or_system(actor)?;
        let claimant = match self.role_of(by.as_ref())? {
            None | Some(Role::Manager | Role::Admin) => claim.claimant.clone(),
            Some(Role::Consultant) if claim.claimant.is_none() || claim.claimant == by => by.clone(),
            Some(_) => return Err(Refusal::NotYours),
        };
        let contacts = self.customer(claim.lead)?;
        if let Some(claimant) = &claimant {
            self.consultant(claimant)?;
        }
        if by.is_some() && by == claimant && !self.has_met(claim.lead, claimant.as_ref()) {
            return Err(Refusal::NotYours);
        }
        let owner = self.owner_of(claim.lead, now);
        if owner.is_some() && owner == claimant {
            return Err(Refusal::AlreadyYours);
        }
        let mut open = self.customers.disputes().filter(|known| known.is_open() && contacts.contains(&known.lead));
        if open.any(|known| known.claimant == claimant) {
            return Err(Refusal::AlreadyDisputed);
        }
        let ruled = self.customers.settled(claim.lead);
        if ruled.is_some_and(|at| now - at <= self.floor.rules().owned) {
            return Err(Refusal::AlreadySettled);
        }
        let secret = Secret::open(Subject::Lead(claim.lead), claim.reason.clone());
        let (dispute, lead) = (claim.dispute, claim.lead);
        Ok(vec![CustomerEvent::Disputed { dispute, lead, claimant, owner, by, secret }.into()])
    }

    /// Whoever raised a dispute takes it back, or a manager.
    pub(in crate::domain) fn withdraw(&self, actor: &Actor, dispute: DisputeId) -> Result<Vec<Event>, Refusal> {
        let by = staff_or_system(actor)?;
        let known = self.customers.dispute(dispute).ok_or(Refusal::UnknownDispute)?;
        if !self.rules(by.as_ref())? && known.by != by {
            return Err(Refusal::NotYours);
        }
        if !known.is_open() {
            return Err(Refusal::DisputeOver);
        }
        Ok(vec![CustomerEvent::DisputeWithdrawn { dispute, lead: known.lead, by }.into()])
    }

    /// A manager rules whose customer somebody is; every open dispute about them is settled by it.
    pub(in crate::domain) fn rule(
        &self,
        actor: &Actor,
        lead: LeadId,
        verdict: &Verdict,
        now: DateTime<Utc>,
    ) -> Result<Vec<Event>, Refusal> {
        let by = staff_or_system(actor)?;
        self.rules(by.as_ref())?.then_some(()).ok_or(Refusal::NotYours)?;
        let contacts = self.customer(lead)?;
        if let Some(dispute) = verdict.dispute {
            let known = self.customers.dispute(dispute).filter(|known| contacts.contains(&known.lead));
            known.ok_or(Refusal::UnknownDispute)?.is_open().then_some(()).ok_or(Refusal::DisputeOver)?;
        }
        let from = self.owner_of(lead, now);
        if verdict.seen.as_ref().is_some_and(|seen| seen.0 != from) {
            return Err(Refusal::OwnerChanged);
        }
        let to = match &verdict.whose {
            Whose::To(staff) => Some(self.consultant(staff)?),
            Whose::Stays => from.clone().map(|staff| self.consultant(&staff)).transpose()?,
            Whose::Nobody => None,
        };
        let open = |known: &&Dispute| known.is_open() && contacts.contains(&known.lead);
        let settles = self.customers.disputes().filter(open).map(|known| known.id).collect();
        let secret = Secret::open(Subject::Lead(lead), verdict.reason.clone());
        let known = self.known_at_visits(&contacts, to.clone().map(|to| (to, now)));
        let ruled = CustomerEvent::Ruled { lead, leads: contacts, from, to, by, settles, secret };
        Ok(std::iter::once(ruled.into()).chain(known).collect())
    }

    /// The last ruling is taken back, for as long as anything can be, and no real contact has followed.
    pub(in crate::domain) fn undo_ruling(
        &self,
        actor: &Actor,
        lead: LeadId,
        now: DateTime<Utc>,
    ) -> Result<Vec<Event>, Refusal> {
        let by = staff_or_system(actor)?;
        self.rules(by.as_ref())?.then_some(()).ok_or(Refusal::NotYours)?;
        let contacts = self.customer(lead)?;
        let mut rulings = self.customers.rulings().rev();
        let last = rulings.find(|ruling| ruling.undone.is_none() && contacts.contains(&ruling.lead));
        let last = last.filter(|ruling| now - ruling.at <= self.floor.rules().undo);
        let last = last.filter(|ruling| self.customers.settled(lead) == Some(ruling.at));
        let last = last.ok_or(Refusal::NothingToUndo)?;
        let before = self.customers.before(&contacts, last.at, self.floor.rules().owned, now);
        let known = self.known_at_visits(&contacts, before.clone());
        let (from, to) = (last.to.clone(), before.map(|(staff, _)| staff));
        let undone = CustomerEvent::RulingUndone { lead: last.lead, leads: contacts, from, to, by };
        Ok(std::iter::once(undone.into()).chain(known).collect())
    }

    /// What visits of this customer that the floor has not forgotten know of it from now on.
    fn known_at_visits(&self, contacts: &[LeadId], owner: Option<(StaffId, DateTime<Utc>)>) -> Vec<Event> {
        let (owner, since) = owner.unzip();
        let theirs = |lead: &LeadId| contacts.contains(lead);
        let visits = self.floor.visits().filter(|visit| {
            visit.known.lead.as_ref().is_some_and(theirs) || self.customers.at_visit(visit.id).any(|lead| theirs(&lead))
        });
        let learns = |visit: &crate::domain::floor::visit::Visit| {
            let (visit, lead, score) = (visit.id, visit.known.lead, visit.known.score);
            FloorEvent::Recognised { visit, lead, owner: owner.clone(), since, score }.into()
        };
        visits.map(learns).collect()
    }

    /// Every contact of the customer, where there is one.
    fn customer(&self, lead: LeadId) -> Result<Vec<LeadId>, Refusal> {
        let contacts: Vec<_> = self.customers.contacts(lead).into_iter().collect();
        if contacts.is_empty() { Err(Refusal::UnknownLead) } else { Ok(contacts) }
    }

    fn owner_of(&self, lead: LeadId, now: DateTime<Utc>) -> Option<StaffId> {
        self.customers.owner(lead, self.floor.rules().owned, now).map(|owned| owned.staff)
    }

    /// Whether this person has stood before the customer, or does.
    fn has_met(&self, lead: LeadId, who: Option<&StaffId>) -> bool {
        let Some(who) = who else { return false };
        let contacts = self.customers.contacts(lead);
        let mut here = self.floor.visits().filter(|visit| {
            let known = visit.known.lead.is_some_and(|lead| contacts.contains(&lead));
            known || self.customers.at_visit(visit.id).any(|lead| contacts.contains(&lead))
        });
        self.customers.was_served_by(lead, who) || here.any(|visit| visit.is_served_by(who))
    }

    fn consultant(&self, staff: &StaffId) -> Result<StaffId, Refusal> {
        let account = self.roster.accounts.get(staff).filter(|account| account.role == Role::Consultant);
        account.map(|account| account.id.clone()).ok_or(Refusal::UnknownStaff)
    }

    /// The role of whoever asks; none for the gateway.
    fn role_of(&self, by: Option<&StaffId>) -> Result<Option<Role>, Refusal> {
        let Some(by) = by else { return Ok(None) };
        Ok(Some(self.roster.accounts.get(by).ok_or(Refusal::UnknownStaff)?.role))
    }

    /// Whether this person rules.
    fn rules(&self, by: Option<&StaffId>) -> Result<bool, Refusal> {
        Ok(matches!(self.role_of(by)?, None | Some(Role::Manager | Role::Admin)))
    }
}
