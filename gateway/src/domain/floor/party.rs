//! Whom a visit is about: one party that checked in twice 同行, two parties that checked in as one, and what was told wrongly.

use chrono::{DateTime, Utc};
use shared::ids::{StaffId, VisitId};

use super::book::Floor;
use super::event::{CheckedIn, Correction, Detailed, FloorEvent};
use super::service::withdrawn;
use super::visit::{Outcome, Visit};
use crate::domain::command::Refusal;
use crate::domain::secret::{Secret, Subject};

impl Floor {
    /// Two visits become one. The one that somebody serves goes on, otherwise the older; what is known of the other one goes with it.
    pub(super) fn join(&self, who: &StaffId, one: VisitId, other: VisitId) -> Result<Vec<FloorEvent>, Refusal> {
        if one == other {
            return Err(Refusal::NoParty);
        }
        let mut both = [self.visit_served_by(who, one)?, self.open_visit(other)?];
        both.sort_by_key(|visit| (visit.accepted.is_none(), visit.greeted.is_none(), visit.received_at, visit.id));
        let [into, gone] = both;
        let mut events = Vec::new();
        events.extend(adopted(into, gone));
        events.push(FloorEvent::Joined { visit: gone.id, into: into.id });
        let servers: Vec<&StaffId> = gone.accepted.iter().map(|(staff, _)| staff).chain(&gone.seconds).collect();
        let more = servers.iter().filter(|staff| !into.is_served_by(staff));
        events.extend(more.map(|staff| FloorEvent::Seconded { visit: into.id, staff: (*staff).clone() }));
        events.push(FloorEvent::Ended { visit: gone.id, outcome: Outcome::Joined, by: Some(who.clone()), at: None });
        events.extend(withdrawn(gone.open_askings(), false));
        Ok(events)
    }

    /// What taking a joining back brings with it: whoever came with this visit goes with it again.
    pub(super) fn part(&self, visit: &Visit) -> Option<FloorEvent> {
        let into = self.visit(visit.joined?).filter(|into| into.ended.is_none())?;
        let (staff, _) = visit.accepted.as_ref().filter(|(staff, _)| into.seconds.contains(staff))?;
        Some(FloorEvent::SteppedBack { visit: into.id, staff: staff.clone() })
    }

    /// Part of a party becomes a visit of its own, which is rung for from now.
    pub(super) fn split(
        &self,
        who: &StaffId,
        id: VisitId,
        new: VisitId,
        party: u8,
        now: DateTime<Utc>,
    ) -> Result<Vec<FloorEvent>, Refusal> {
        let visit = self.visit_served_by(who, id)?;
        if self.visit(new).is_some() || self.is_over(new) {
            return Ok(Vec::new());
        }
        let left = match visit.party {
            Some(all) if all <= party => return Err(Refusal::NoParty),
            Some(all) => Some(all - party),
            None => None,
        };
        let mut events = vec![FloorEvent::CheckedIn(CheckedIn {
            visit: new,
            kiosk: None,
            by: Some(who.clone()),
            purpose: visit.purpose,
            language: visit.language,
            party: Some(party),
            arrived_at: now,
            time_uncertain: false,
            late: false,
            touched_ms: None,
            split_from: Some(id),
        })];
        if left.is_some() {
            let correction = Correction { party: left, ..Correction::default() };
            events.push(FloorEvent::Corrected { visit: id, correction });
        }
        Ok(events)
    }

    /// Sets right what was told. Another purpose is another's to serve: whoever is asked and does not serve it rings no longer.
    pub(super) fn correct(
        &self,
        who: &StaffId,
        id: VisitId,
        correction: Correction,
    ) -> Result<Vec<FloorEvent>, Refusal> {
        let visit = self.visit_served_by(who, id)?;
        let known = Correction { purpose: Some(visit.purpose), language: Some(visit.language), party: visit.party };
        let changes = [
            correction.purpose.is_some() && correction.purpose != known.purpose,
            correction.language.is_some() && correction.language != known.language,
            correction.party.is_some() && correction.party != known.party,
        ];
        if !changes.contains(&true) {
            return Ok(Vec::new());
        }
        let mut events = vec![FloorEvent::Corrected { visit: id, correction }];
        if let Some(purpose) = correction.purpose.filter(|_| visit.is_unserved()) {
            let serves = |staff| self.member(staff).is_some_and(|m| self.rules.pools.of(purpose).contains(&m.role));
            events.extend(withdrawn(visit.open_askings().filter(|asked| !serves(&asked.to)), false));
        }
        Ok(events)
    }
}

/// What the visit that goes on learns from the one that joins it; `None` where that says nothing new.
fn adopted(into: &Visit, gone: &Visit) -> Option<FloorEvent> {
    let mut models = into.models.clone();
    models.extend(gone.models.iter().filter(|model| !into.models.contains(model)).cloned());
    let told = gone.secret.as_ref().and_then(|secret| secret.get()).filter(|_| into.secret.is_none());
    let event = Detailed {
        visit: into.id,
        language: None,
        // They tapped twice: each told how many they are together.
        party: into.party.max(gone.party).filter(|party| Some(*party) != into.party),
        models: if models == into.models { Vec::new() } else { models },
        consultant: gone.wanted.clone().filter(|_| into.wanted.is_none()),
        consents: gone.consents.clone(),
        secret: told.map(|told| Secret::open(Subject::Visit(into.id), told.clone())),
    };
    let nothing = Detailed {
        party: None,
        models: Vec::new(),
        consultant: None,
        consents: Vec::new(),
        secret: None,
        ..event.clone()
    };
    (event != nothing).then_some(FloorEvent::Detailed(event))
}
