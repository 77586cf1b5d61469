//! Decisions of the staff: answers to alerts, greeting, receiving, ending, presence, and taking back.

use chrono::{DateTime, Utc};
use shared::ids::{AlertId, StaffId, VisitId};
use shared::wire::{Purpose, Why};

use super::book::Floor;
use super::event::FloorEvent;
use super::hands::abandoned;
use super::member::{Member, Presence};
use super::visit::{Asking, GreetedSource, Outcome, PassReason, Visit};
use crate::domain::command::Refusal;
use crate::domain::roster::Role;

impl Floor {
    pub(super) fn accept(&self, who: &StaffId, id: AlertId, now: DateTime<Utc>) -> Result<Vec<FloorEvent>, Refusal> {
        let (visit, asking) = self.alert_of(who, id)?;
        if visit.accepted.as_ref().is_some_and(|(by, _)| by == who) {
            return Ok(Vec::new());
        }
        if asking.is_among_colleagues() {
            return self.come_to_a_colleague(who, visit, asking);
        }
        if !asking.open || !visit.is_unserved() {
            return Err(Refusal::AlertOver);
        }
        let turn = self.costs_a_turn(visit, asking, who);
        let mut events = vec![FloorEvent::Accepted { alert: id, turn }];
        events.extend(self.withdrawals(visit, Some(who), now));
        events.push(brought(who, Presence::WithCustomer));
        events.extend(self.release(who, Some(visit.id)));
        Ok(events)
    }

    fn costs_a_turn(&self, visit: &Visit, asking: &Asking, who: &StaffId) -> bool {
        let wanted = matches!(asking.why, Why::OwnCustomer | Why::Appointment | Why::AskedFor);
        // Also where that came out only after the asking.
        let own = wanted
            || visit.known.owner.as_ref() == Some(who)
            || visit.asks_for() == Some(who)
            || visit.is_expected_by(who);
        let sales = self.pools(visit).contains(&Role::Consultant) && visit.purpose != Purpose::Collect;
        sales && !own && self.member(who).is_some_and(|member| member.role == Role::Consultant)
    }

    pub(super) fn pass(
        &self,
        who: &StaffId,
        id: AlertId,
        reason: Option<PassReason>,
        now: DateTime<Utc>,
    ) -> Result<Vec<FloorEvent>, Refusal> {
        let (visit, asking) = self.alert_of(who, id)?;
        if asking.passed {
            return Ok(Vec::new());
        }
        if !asking.open {
            return Err(Refusal::AlertOver);
        }
        let mut events = vec![FloorEvent::Passed { alert: id, reason }];
        if asking.is_among_colleagues() {
            events.extend(self.ask_another(visit, asking, now));
        } else if let Some(FloorEvent::Asked { alert, to, pushed, .. }) = self.ask_next(visit, now) {
            events.push(FloorEvent::Asked { alert, to, why: Why::Passed, pushed });
        }
        Ok(events)
    }

    /// What a phone or channel reports about an alert; late reports of an alert that is over change nothing.
    pub(super) fn proof(
        &self,
        who: &StaffId,
        id: AlertId,
        proof: impl FnOnce(&Asking) -> Option<FloorEvent>,
    ) -> Result<Vec<FloorEvent>, Refusal> {
        let (_, asking) = self.alert_of(who, id)?;
        Ok(proof(asking).into_iter().collect())
    }

    /// Whoever serves the visit says so; whoever oversees the floor says that they saw it, unless it is their own visit.
    pub(super) fn greet(&self, who: &StaffId, id: VisitId) -> Result<Vec<FloorEvent>, Refusal> {
        let visit = self.open_visit(id)?;
        let source = match () {
            () if visit.is_served_by(who) => GreetedSource::Consultant,
            () if self.oversees(who) => GreetedSource::Reception,
            () => return Err(Refusal::NotYours),
        };
        Ok(greeting(visit, source, None))
    }

    pub(super) fn receive(&self, who: &StaffId, id: VisitId) -> Result<Vec<FloorEvent>, Refusal> {
        let visit = self.open_visit(id)?;
        if visit.received.is_some() {
            return Ok(Vec::new());
        }
        Ok(vec![FloorEvent::Received { visit: id, by: who.clone() }])
    }

    pub(super) fn assign(&self, id: VisitId, to: &StaffId) -> Result<Vec<FloorEvent>, Refusal> {
        let visit = self.open_visit(id)?;
        self.askable(to)?;
        if !visit.is_unserved() {
            return Err(Refusal::AlertOver);
        }
        if visit.open_askings().any(|asked| asked.to == *to) {
            return Ok(Vec::new());
        }
        let (alert, to, why) = (visit.next_alert(), to.clone(), Why::Assigned);
        Ok(vec![FloorEvent::Asked { alert, to, why, pushed: false }])
    }

    pub(super) fn end(&self, who: &StaffId, id: VisitId, outcome: Outcome) -> Result<Vec<FloorEvent>, Refusal> {
        let visit = match self.open_visit(id) {
            Ok(visit) => visit,
            Err(Refusal::VisitOver) if self.visit(id).is_some_and(|visit| visit.ended_as(outcome)) => {
                return Ok(Vec::new());
            }
            Err(refusal) => return Err(refusal),
        };
        let mine = visit.accepted.as_ref().is_some_and(|(by, _)| by == who);
        if !mine && !self.oversees(who) {
            return Err(Refusal::NotYours);
        }
        Ok(self.ending(visit, outcome, Some(who.clone()), Some(GreetedSource::Inferred), None))
    }

    /// Everything that the end of a visit brings with it; `at` is when it was, where that is not now.
    pub(super) fn ending(
        &self,
        visit: &Visit,
        outcome: Outcome,
        by: Option<StaffId>,
        infer: Option<GreetedSource>,
        at: Option<DateTime<Utc>>,
    ) -> Vec<FloorEvent> {
        let mut events = Vec::new();
        if let Some(source) = infer.filter(|_| visit.accepted.is_some() && visit.greeted.is_none()) {
            events.push(FloorEvent::Greeted { visit: visit.id, source, at: None });
        }
        events.push(FloorEvent::Ended { visit: visit.id, outcome, by, at });
        events.extend(withdrawn(visit.open_askings(), true));
        let servers = visit.accepted.iter().map(|(staff, _)| staff).chain(&visit.seconds);
        events.extend(servers.filter_map(|staff| self.free_after(staff, visit.id)));
        events
    }

    /// Whoever serves nobody else is free after this visit.
    pub(super) fn free_after(&self, staff: &StaffId, visit: VisitId) -> Option<FloorEvent> {
        let with_customer = self.member(staff).is_some_and(|member| member.presence == Presence::WithCustomer);
        (with_customer && self.serving(staff).all(|other| other == visit)).then_some(())?;
        Some(brought(staff, self.member(staff)?.presence_after_a_visit()))
    }

    pub(super) fn undo_visit(
        &self,
        who: &StaffId,
        id: VisitId,
        now: DateTime<Utc>,
    ) -> Result<Vec<FloorEvent>, Refusal> {
        let visit = self.visit(id).ok_or(Refusal::NothingToUndo)?;
        let joined_mine = || visit.joined.and_then(|into| self.visit(into)).is_some_and(|into| into.is_served_by(who));
        let mine = visit.accepted.as_ref().is_some_and(|(by, _)| by == who) || joined_mine();
        if !mine && !self.oversees(who) {
            return Err(Refusal::NotYours);
        }
        let recent = |at: DateTime<Utc>| now - at <= self.rules.undo;
        if let Some((_, at)) = visit.ended {
            if !recent(at) {
                return Err(Refusal::NothingToUndo);
            }
            let back = visit.accepted.as_ref().and_then(|(staff, _)| self.member(staff));
            let busy = back.filter(|member| member.presence == Presence::Free).map(|member| member.id.clone());
            let mut events = vec![FloorEvent::EndUndone { visit: id }];
            events.extend(self.part(visit));
            // What was only inferred from the end goes with it.
            if visit.greeted.is_some_and(|(source, _)| source == GreetedSource::Inferred) {
                events.push(FloorEvent::GreetingUndone { visit: id });
            }
            if let Some((by, _)) = visit.accepted.as_ref().filter(|(by, _)| self.member(by).is_none()) {
                events.extend(abandoned(visit, by));
            }
            if let Some(staff) = busy {
                events.push(brought(&staff, Presence::WithCustomer));
                events.extend(self.release(&staff, Some(id)));
            }
            return Ok(events);
        }
        match visit.greeted {
            Some((_, at)) if recent(at) => Ok(vec![FloorEvent::GreetingUndone { visit: id }]),
            // A walk-in that was entered by mistake: nobody comes yet, and no kiosk has a visitor before it.
            None if visit.is_unserved() && visit.kiosk.is_none() && recent(visit.received_at) => {
                Ok(self.ending(visit, Outcome::Cancelled, Some(who.clone()), None, None))
            }
            _ => Err(Refusal::NothingToUndo),
        }
    }

    pub(super) fn set_presence(&self, who: &StaffId, presence: Presence) -> Result<Vec<FloorEvent>, Refusal> {
        let member = self.member(who).ok_or(Refusal::UnknownStaff)?;
        // Whoever says once more that they are free is asked anew about what they passed, while nobody came.
        if member.presence == presence && !(presence == Presence::Free && self.passes(member)) {
            return Ok(Vec::new());
        }
        let mut events: Vec<_> = Self::has_come(member, member.shift, presence).into_iter().collect();
        events.push(FloorEvent::PresenceSet { staff: who.clone(), presence, brought: false });
        if presence != Presence::Free {
            events.extend(self.release(who, None));
        }
        Ok(events)
    }

    /// Whether somebody waits about whom this person was asked, and passed.
    fn passes(&self, member: &Member) -> bool {
        let passed = |visit: &Visit| visit.askings.iter().any(|it| it.to == member.id && it.still_passes(member));
        self.queue(member.role).any(passed)
    }

    /// Takes back what this person chose; what a visit brought goes with the visit (DESIGN §5: never Accept).
    pub(super) fn undo_presence(&self, who: &StaffId, now: DateTime<Utc>) -> Result<Vec<FloorEvent>, Refusal> {
        let member = self.member(who).ok_or(Refusal::UnknownStaff)?;
        match member.before {
            Some((before, at)) if !member.brought && now - at <= self.rules.undo => self.set_presence(who, before),
            _ => Err(Refusal::NothingToUndo),
        }
    }

    /// A person who may be asked by name: off shift nobody is.
    pub(super) fn askable(&self, staff: &StaffId) -> Result<&Member, Refusal> {
        let member = self.member(staff).ok_or(Refusal::UnknownStaff)?;
        if member.shift.may_be_asked() { Ok(member) } else { Err(Refusal::OffShift) }
    }

    /// Takes back every alert of a person who can no longer come.
    pub(in crate::domain) fn release(&self, who: &StaffId, except: Option<VisitId>) -> Vec<FloorEvent> {
        let asked = self.member(who).map(|member: &Member| &member.asked).into_iter().flatten();
        asked
            .filter(|alert| Some(alert.visit) != except)
            .map(|alert| FloorEvent::Withdrawn { alert: *alert, missed: false, recalled: false })
            .collect()
    }

    fn withdrawals(&self, visit: &Visit, except: Option<&StaffId>, now: DateTime<Utc>) -> Vec<FloorEvent> {
        visit
            .open_askings()
            .filter(|asked| Some(&asked.to) != except)
            .map(|asked| {
                let missed = now - asked.asked_at >= self.rules.two;
                FloorEvent::Withdrawn { alert: asked.id, missed, recalled: false }
            })
            .collect()
    }

    fn alert_of(&self, who: &StaffId, id: AlertId) -> Result<(&Visit, &Asking), Refusal> {
        let visit = self.visit(id.visit).ok_or(Refusal::UnknownAlert)?;
        let asking = visit.asking(id).filter(|asking| asking.to == *who).ok_or(Refusal::UnknownAlert)?;
        Ok((visit, asking))
    }

    pub(super) fn open_visit(&self, id: VisitId) -> Result<&Visit, Refusal> {
        match self.visit(id) {
            Some(visit) if visit.ended.is_none() => Ok(visit),
            Some(_) => Err(Refusal::VisitOver),
            None if self.is_over(id) => Err(Refusal::VisitOver),
            None => Err(Refusal::UnknownVisit),
        }
    }
}

/// The presence that a visit brings with it.
pub(super) fn brought(staff: &StaffId, presence: Presence) -> FloorEvent {
    FloorEvent::PresenceSet { staff: staff.clone(), presence, brought: true }
}

impl Visit {
    fn ended_as(&self, outcome: Outcome) -> bool {
        self.ended.is_some_and(|(ended, _)| ended == outcome)
    }
}

/// Somebody stands before the visitor; nobody else has to come, except a colleague who was asked along.
pub(super) fn greeting(visit: &Visit, source: GreetedSource, at: Option<DateTime<Utc>>) -> Vec<FloorEvent> {
    if visit.greeted.is_some() {
        return Vec::new();
    }
    let mut events = vec![FloorEvent::Greeted { visit: visit.id, source, at }];
    events.extend(withdrawn(visit.open_askings().filter(|asked| !asked.is_among_colleagues()), false));
    events
}

/// Reception and the managers may do for others what a consultant may do for their own visits.
pub(super) fn oversees(role: Role) -> bool {
    matches!(role, Role::Reception | Role::Manager | Role::Admin)
}

pub(super) fn withdrawn<'a>(askings: impl Iterator<Item = &'a Asking>, missed: bool) -> Vec<FloorEvent> {
    askings.map(|asked| FloorEvent::Withdrawn { alert: asked.id, missed, recalled: false }).collect()
}
