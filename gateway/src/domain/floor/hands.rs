//! What colleagues do together: handing a visitor over, a second person for a large party, notes and answers for each other.
//!
//! Invariants: a visit that somebody accepted is owned by exactly one person at any moment, and by the old one until the new one has
//! accepted; a colleague who does not answer is asked no longer, and the one who asked is told.

use chrono::{DateTime, Utc};
use shared::ids::{StaffId, TopicId, VisitId};
use shared::personal::Personal;
use shared::wire::Why;

use super::book::Floor;
use super::event::FloorEvent;
use super::member::Presence;
use super::service::{brought, oversees, withdrawn};
use super::visit::{Asking, CallReason, Note, Visit};
use crate::domain::command::Refusal;
use crate::domain::secret::{Secret, Subject};

impl Floor {
    /// Asks a colleague to take the visit over. Until they accept nothing else changes.
    pub(super) fn hand_over(&self, who: &StaffId, id: VisitId, to: &StaffId) -> Result<Vec<FloorEvent>, Refusal> {
        let (visit, owner) = self.own_visit(who, id)?;
        self.askable(to)?;
        if to == owner || visit.open_askings().any(|asked| asked.to == *to && asked.why == Why::HandedOver) {
            return Ok(Vec::new());
        }
        // One at a time: whoever was asked before is asked no longer.
        let before = visit.open_askings().filter(|asked| asked.why == Why::HandedOver || asked.to == *to);
        let mut events = recalled(before);
        events.push(asked_by_a_colleague(visit, to.clone(), Why::HandedOver));
        Ok(events)
    }

    /// Asks for a second person: the given one, or whoever would be asked about this visit.
    pub(super) fn call_second(
        &self,
        who: &StaffId,
        id: VisitId,
        to: Option<&StaffId>,
        now: DateTime<Utc>,
    ) -> Result<Vec<FloorEvent>, Refusal> {
        let (visit, owner) = self.own_visit(who, id)?;
        let to = match to {
            Some(to) => self.askable(to)?.id.clone(),
            None => self.next_second(visit, now).ok_or(Refusal::NobodyFree)?,
        };
        if to == *owner || visit.seconds.contains(&to) || visit.open_askings().any(|asked| asked.to == to) {
            return Ok(Vec::new());
        }
        Ok(vec![asked_by_a_colleague(visit, to, Why::SecondPerson)])
    }

    /// Asks no colleague any more.
    pub(super) fn recall(&self, who: &StaffId, id: VisitId) -> Result<Vec<FloorEvent>, Refusal> {
        let (visit, _) = self.own_visit(who, id)?;
        Ok(recalled(visit.open_askings()))
    }

    /// The second person goes again.
    pub(super) fn step_back(&self, who: &StaffId, id: VisitId) -> Result<Vec<FloorEvent>, Refusal> {
        let visit = self.open_visit(id)?;
        if !visit.seconds.contains(who) {
            return Ok(Vec::new());
        }
        let mut events = vec![FloorEvent::SteppedBack { visit: id, staff: who.clone() }];
        events.extend(self.free_after(who, id));
        Ok(events)
    }

    /// Somebody is on the staff no more: nothing rings for them, and nobody whom they served is left alone.
    pub(in crate::domain) fn dismiss(&self, who: &StaffId) -> Vec<FloorEvent> {
        let mut events = self.release(who, None);
        for visit in self.serving(who).filter_map(|id| self.visit(id)) {
            let id = visit.id;
            if visit.seconds.contains(who) {
                events.push(FloorEvent::SteppedBack { visit: id, staff: who.clone() });
                continue;
            }
            match visit.seconds.first() {
                Some(second) => {
                    let to = Some(second.clone());
                    events.push(FloorEvent::Abandoned { visit: id, by: who.clone(), to });
                }
                None => events.extend(abandoned(visit, who)),
            }
        }
        events
    }

    /// A colleague accepts: takes the visit over, or comes beside.
    pub(super) fn come_to_a_colleague(
        &self,
        who: &StaffId,
        visit: &Visit,
        asking: &Asking,
    ) -> Result<Vec<FloorEvent>, Refusal> {
        if visit.seconds.contains(who) && asking.why == Why::SecondPerson {
            return Ok(Vec::new());
        }
        let Some((owner, _)) = visit.accepted.as_ref().filter(|_| asking.open && visit.ended.is_none()) else {
            return Err(Refusal::AlertOver);
        };
        let mut events = Vec::new();
        if asking.why == Why::HandedOver {
            events.push(FloorEvent::TakenOver { alert: asking.id, from: owner.clone() });
            events.extend(self.free_after(owner, visit.id));
        } else {
            events.push(FloorEvent::Assisted { alert: asking.id });
        }
        events.push(brought(who, Presence::WithCustomer));
        events.extend(self.release(who, Some(visit.id)));
        Ok(events)
    }

    /// A second person said no: somebody else is asked, if there is anybody.
    pub(super) fn ask_another(&self, visit: &Visit, asking: &Asking, now: DateTime<Utc>) -> Option<FloorEvent> {
        let next = || self.next_second(visit, now);
        let to = (asking.why == Why::SecondPerson).then(next).flatten()?;
        Some(asked_by_a_colleague(visit, to, Why::SecondPerson))
    }

    /// Colleagues who have not answered in time.
    pub(super) fn unanswered(&self, visit: &Visit, now: DateTime<Utc>) -> Vec<FloorEvent> {
        let late = |asked: &&Asking| asked.is_among_colleagues() && asked.asked_at + self.rules.answer <= now;
        withdrawn(visit.open_askings().filter(late), true)
    }

    /// An answer of the visitor, as a tap keeps it.
    pub(super) fn answer(
        &self,
        who: &StaffId,
        id: VisitId,
        question: &TopicId,
        answer: &TopicId,
    ) -> Result<Vec<FloorEvent>, Refusal> {
        let visit = self.visit_served_by(who, id)?;
        if visit.answers.get(question) == Some(answer) {
            return Ok(Vec::new());
        }
        Ok(vec![FloorEvent::Answered { visit: id, question: question.clone(), answer: answer.clone() }])
    }

    /// A note for whoever serves this visit.
    pub(super) fn note(&self, who: &StaffId, id: VisitId, text: &Personal) -> Result<Vec<FloorEvent>, Refusal> {
        self.visit_served_by(who, id)?;
        let note = Note { by: who.clone(), text: text.clone() };
        Ok(vec![FloorEvent::Noted { visit: id, secret: Secret::open(Subject::Visit(id), note) }])
    }

    /// The visit and its owner, for the owner and for those who oversee the floor.
    fn own_visit(&self, who: &StaffId, id: VisitId) -> Result<(&Visit, &StaffId), Refusal> {
        let visit = self.open_visit(id)?;
        let (owner, _) = visit.accepted.as_ref().ok_or(Refusal::NotServed)?;
        if owner == who || self.oversees(who) { Ok((visit, owner)) } else { Err(Refusal::NotYours) }
    }

    /// The same for everybody who serves it.
    pub(super) fn visit_served_by(&self, who: &StaffId, id: VisitId) -> Result<&Visit, Refusal> {
        let visit = self.open_visit(id)?;
        if visit.is_served_by(who) || self.oversees(who) { Ok(visit) } else { Err(Refusal::NotYours) }
    }

    pub(super) fn oversees(&self, who: &StaffId) -> bool {
        self.member(who).is_some_and(|member| oversees(member.role))
    }

    fn next_second(&self, visit: &Visit, now: DateTime<Utc>) -> Option<StaffId> {
        let choice = self.pools(visit).iter().find_map(|role| self.choose(visit, *role, now))?;
        Some(choice.staff)
    }
}

/// Whoever served the visit serves it no more, and nobody else does.
pub(super) fn abandoned(visit: &Visit, by: &StaffId) -> Vec<FloorEvent> {
    let mut events = withdrawn(visit.open_askings(), false);
    events.push(FloorEvent::Abandoned { visit: visit.id, by: by.clone(), to: None });
    events.push(FloorEvent::ReceptionCalled { visit: visit.id, reason: CallReason::OwnerGone });
    events
}

/// The ladder has no part in it, so it does not matter whether a page of theirs is open.
fn asked_by_a_colleague(visit: &Visit, to: StaffId, why: Why) -> FloorEvent {
    FloorEvent::Asked { alert: visit.next_alert(), to, why, pushed: false }
}

/// Whoever asked asks no longer, and knows it.
fn recalled<'a>(askings: impl Iterator<Item = &'a Asking>) -> Vec<FloorEvent> {
    askings.map(|asked| FloorEvent::Withdrawn { alert: asked.id, missed: false, recalled: true }).collect()
}
