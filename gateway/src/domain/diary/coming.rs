//! Somebody who is expected checks in: the number that they tell is the one that was given for today.
//!
//! Without a number nobody is taken for anybody: whoever says that they have an appointment and names a consultant is rung through
//! to that one, as they wish, and the appointment stays as it is until somebody says that they came.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use shared::ids::{AppointmentId, StaffId, VisitId};
use shared::phone::PhoneNumber;
use shared::wire::Why;

use super::{Appointment, DiaryEvent, Entry, Terms};
use crate::domain::command::Actor;
use crate::domain::effect::{Effect, Task};
use crate::domain::event::Event;
use crate::domain::floor::event::FloorEvent;
use crate::domain::floor::visit::{Outcome, Visit};
use crate::domain::sales::staff_or_system;
use crate::domain::state::State;

/// A visit that was expected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Expected {
    /// The appointment that it kept.
    pub appointment: AppointmentId,
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

    /// Who has the appointment is asked at once, if they can come and nobody does yet; they may be asked about a visit that is over now.
    pub(in crate::domain) fn ask_expected(
        &self,
        visit: &Visit,
        appointment: &Appointment,
        instead_of: Option<VisitId>,
        now: DateTime<Utc>,
    ) -> Option<FloorEvent> {
        let role = self.floor.member(&appointment.terms.consultant)?.role;
        self.floor.pools(visit).contains(&role).then_some(())?;
        self.floor.ask_beside(visit, &appointment.terms.consultant, Why::Appointment, instead_of, now)
    }

    /// What becomes of an appointment when its visit is taken back, becomes one with another, or goes on after all.
    /// `known` is what came of the number that goes along with it.
    pub(in crate::domain) fn follow(
        &self,
        actor: &Actor,
        floor: &[FloorEvent],
        known: &[Event],
        now: DateTime<Utc>,
    ) -> Vec<Event> {
        let mut events = Vec::new();
        for event in floor {
            match event {
                FloorEvent::Joined { visit, into } => {
                    let asked = known.iter().any(|event| matches!(event, Event::Floor(FloorEvent::Asked { .. })));
                    events.extend(self.follow_into(*visit, *into, asked, now));
                }
                FloorEvent::Ended { visit, outcome: Outcome::Cancelled, .. } => {
                    let by = staff_or_system(actor).ok().flatten();
                    let kept = self.kept_with(*visit).map(|kept| kept.id);
                    events.extend(
                        kept.map(|appointment| DiaryEvent::Restored { appointment, by, visit: Some(*visit) }.into()),
                    );
                }
                FloorEvent::EndUndone { visit } => events.extend(self.keep_again(*visit).map(Event::from)),
                _ => {}
            }
        }
        events
    }

    /// The appointment goes along to the visit that goes on, unless that one keeps one of its own; its consultant is rung for that one.
    fn follow_into(&self, gone: VisitId, into: VisitId, asked: bool, now: DateTime<Utc>) -> Vec<Event> {
        let Some(into) = self.floor.visit(into).filter(|into| into.appointment.is_none()) else { return Vec::new() };
        let Some(kept) = self.kept_with(gone) else { return Vec::new() };
        let followed = DiaryEvent::Followed { appointment: kept.id, from: gone, visit: into.id };
        let ring = || self.ask_expected(into, kept, Some(gone), now);
        [Event::from(followed)].into_iter().chain((!asked).then(ring).flatten().map(Event::from)).collect()
    }

    /// The end was taken back: what its visit had kept is kept with it again, if nobody else has come to it.
    fn keep_again(&self, visit: VisitId) -> Option<DiaryEvent> {
        let visit = self.floor.visit(visit)?;
        let known = self.diary.get(visit.appointment.as_ref()?.appointment)?;
        match visit.ended? {
            (Outcome::Joined, _) if known.visit.is_some() && known.visit == visit.joined => {
                Some(DiaryEvent::Followed { appointment: known.id, from: visit.joined?, visit: visit.id })
            }
            (Outcome::Joined | Outcome::Cancelled, _) if known.is_open() => {
                Some(DiaryEvent::Kept { appointment: known.id, visit: Some(visit.id), by: None })
            }
            _ => None,
        }
    }

    /// The appointment that this visit's number has kept.
    pub(in crate::domain) fn kept_with(&self, visit: VisitId) -> Option<&Appointment> {
        let expected = self.floor.visit(visit)?.appointment.as_ref()?;
        self.diary.get(expected.appointment).map(AsRef::as_ref).filter(|kept| kept.visit == Some(visit))
    }

    /// Takes over what has happened to an appointment, also in the mark of the visit that keeps it.
    pub(in crate::domain) fn keep(&mut self, event: &DiaryEvent) {
        let before = self.diary.get(event.appointment()).and_then(|known| known.visit);
        self.diary.apply(event);
        match event {
            DiaryEvent::Kept { appointment, visit: Some(visit), by: None }
            | DiaryEvent::Followed { appointment, visit, .. } => {
                if let Some(known) = self.diary.get(*appointment) {
                    let Terms { consultant, at, .. } = known.terms.clone();
                    self.floor.expect(*visit, Some(Expected { appointment: *appointment, consultant, at }));
                }
            }
            DiaryEvent::Restored { .. } => {}
            _ => return,
        }
        if let Some(visit) = before {
            self.unmark(visit);
        }
    }

    /// Takes away the mark of an appointment that a visit keeps no longer. A visit that is over keeps it as long as its end can be
    /// taken back: nobody else knows then what it had kept.
    pub(in crate::domain) fn unmark(&mut self, visit: VisitId) {
        let over = self.floor.visit(visit).is_none_or(|visit| visit.appointment.is_none() || visit.ended.is_some());
        if !over && self.kept_with(visit).is_none() {
            self.floor.expect(visit, None);
        }
    }

    /// Who has the appointment learns that it is here, where somebody else has to come.
    pub(in crate::domain) fn tell_expected(&self, id: VisitId) -> Option<Effect> {
        let visit = self.floor.visit(id)?;
        let Expected { consultant, at, .. } = visit.appointment.as_ref()?;
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
            Entry {
                appointment: std::sync::Arc::clone(appointment),
                owner: by_number.and_then(|known| known.owner).map(|(owner, _)| owner),
                last: lead.and_then(|lead| self.customers.last_visit(lead)),
            }
        };
        let mut entries: Vec<_> = self.diary.iter().map(entry).collect();
        entries.sort_by_key(|entry| (entry.appointment.terms.at, entry.appointment.id));
        entries
    }
}
