//! A number was told: whoever is known by it is met by their own consultant, if that one can come.

use chrono::{DateTime, Utc};
use shared::ids::{LeadId, VisitId};
use shared::phone::PhoneNumber;
use shared::wire::{Budget, Score, When};

use super::book::Acquaintance;
use crate::domain::diary::DiaryEvent;
use crate::domain::event::Event;
use crate::domain::floor::event::{Detailed, FloorEvent};
use crate::domain::state::State;

/// What is told of buying with the number, and stands on no card yet.
#[derive(Debug, Clone, Copy, Default)]
pub(in crate::domain) struct Told {
    /// When they mean to buy.
    pub(in crate::domain) when: Option<When>,
    /// What they mean to spend.
    pub(in crate::domain) budget: Option<Budget>,
}

impl State {
    /// What follows for whom a visit is about, from what was just said.
    pub(in crate::domain) fn recognise(&self, said: &[FloorEvent], told: Told, now: DateTime<Utc>) -> Vec<Event> {
        let mut events = Vec::new();
        // Whom they ask for by name comes first, and one alert at a time is enough.
        let mut asked = said.iter().any(|event| matches!(event, FloorEvent::Asked { .. }));
        for (visit, number) in said.iter().filter_map(numbered) {
            for event in self.recognise_customer(visit, number, (asked, told), now) {
                asked |= matches!(event, FloorEvent::Asked { .. });
                events.push(event.into());
            }
            // One comes along with the visit that joins this one.
            let follows = said.iter().any(|event| match event {
                FloorEvent::Joined { visit: gone, into } => *into == visit && self.kept_with(*gone).is_some(),
                _ => false,
            });
            if let Some(appointment) = self.expected_with(visit, number, now).filter(|_| !follows) {
                let kept = DiaryEvent::Kept { appointment: appointment.id, visit: Some(visit), by: None };
                events.push(kept.into());
                let visit = self.floor.visit(visit).filter(|_| !asked);
                events
                    .extend(visit.and_then(|visit| self.ask_expected(visit, appointment, None, now)).map(Event::from));
            }
        }
        events
    }

    /// How promising somebody is; nothing where no contact is kept.
    pub(in crate::domain) fn score(&self, lead: LeadId) -> Option<Score> {
        self.scored(lead, Told::default())
    }

    fn scored(&self, lead: LeadId, told: Told) -> Option<Score> {
        self.customers.number_of(lead)?;
        let mut signals = self.customers.signals(lead);
        (signals.when, signals.budget) = (told.when.or(signals.when), told.budget.or(signals.budget));
        Some(self.sales.score_rules().score(&signals))
    }

    /// Whose customer they are, where that is news.
    fn recognise_customer(
        &self,
        visit: VisitId,
        number: &PhoneNumber,
        (asked, told): (bool, Told),
        now: DateTime<Utc>,
    ) -> Vec<FloorEvent> {
        let kept = self.floor.rules().owned;
        let (lead, owner) = match self.customers.know(number, kept, now) {
            Some(Acquaintance { lead, owner }) => {
                (Some(lead), owner.filter(|(owner, _)| self.floor.member(owner).is_some()))
            }
            None => (None, None),
        };
        let (owner, since) = owner.unzip();
        let known = self.floor.visit(visit);
        let before = known.map(|visit| visit.known.clone()).unwrap_or_default();
        let score = lead.and_then(|lead| self.scored(lead, told)).map(|score| score.points);
        let same = (before.lead, &before.owner) == (lead, &owner);
        // A visitor who says the number again, and nothing more, counts no less than before.
        if same && before.score >= score {
            return Vec::new();
        }
        let mut events = vec![FloorEvent::Recognised { visit, lead, owner: owner.clone(), since, score }];
        if let (Some(visit), Some(owner), false) = (known, owner, asked || same) {
            events.extend(self.floor.ask_own(visit, &owner, now));
        }
        events
    }
}

fn numbered(event: &FloorEvent) -> Option<(VisitId, &PhoneNumber)> {
    let FloorEvent::Detailed(Detailed { visit, secret: Some(secret), .. }) = event else { return None };
    Some((*visit, secret.get()?.phone.as_ref()?))
}
