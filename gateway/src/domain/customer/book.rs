//! The customer area's state: a card for each contact that is kept.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use shared::ids::{LeadId, ModelId, StaffId, VisitId};
use shared::phone::PhoneNumber;

use super::number::{NumberHash, NumberKey};
use crate::domain::floor::visit::{Outcome, Visit};
use crate::domain::sales::{Contact, Lead, LeadEvent};

/// What is known of somebody whose contact is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Card {
    number: NumberHash,
    /// What they asked for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    models: Vec<ModelId>,
    /// When a visit of theirs ended last that somebody served.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    last: Option<DateTime<Utc>>,
    /// Whose customer they are, and since the last real contact with whom.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    owner: Option<(StaffId, DateTime<Utc>)>,
}

/// Somebody who has been here before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acquaintance {
    /// The contact by which they are known.
    pub lead: LeadId,
    /// Whose customer they are, and since the last real contact with whom.
    pub owner: Option<(StaffId, DateTime<Utc>)>,
}

/// The customer area's state.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Customers {
    /// Shared with a snapshot that is being written.
    cards: BTreeMap<LeadId, Arc<Card>>,
    /// The contacts of visits that the floor has not forgotten yet.
    visits: BTreeMap<VisitId, BTreeSet<LeadId>>,
    #[serde(skip)]
    key: NumberKey,
    #[serde(skip)]
    by_number: BTreeMap<NumberHash, BTreeSet<LeadId>>,
}

impl Customers {
    /// Sets the key of the hashes; before the first decision, and after a snapshot was read.
    pub fn configure(&mut self, key: NumberKey) {
        self.key = key;
        self.by_number.clear();
        for (lead, card) in &self.cards {
            self.by_number.entry(card.number).or_default().insert(*lead);
        }
    }

    /// What a snapshot stores.
    #[must_use]
    pub fn without_index(&self) -> Self {
        Self { cards: self.cards.clone(), visits: self.visits.clone(), ..Self::default() }
    }

    /// Whether somebody with this number has been here, and whose customer they are: that of the last real contact, for `owned` after it.
    #[must_use]
    pub fn know(&self, number: &PhoneNumber, owned: TimeDelta, now: DateTime<Utc>) -> Option<Acquaintance> {
        let leads = self.by_number.get(&self.key.hash(number))?;
        let cards = || leads.iter().filter_map(|lead| Some((lead, self.cards.get(lead)?)));
        let (lead, _) =
            cards().filter(|(_, card)| card.last.is_some()).max_by_key(|(lead, card)| (card.last, **lead))?;
        let owners = cards().filter_map(|(_, card)| card.owner.as_ref());
        let latest = owners.max_by_key(|(_, since)| *since).filter(|(_, since)| now - *since <= owned);
        Some(Acquaintance { lead: *lead, owner: latest.cloned() })
    }

    /// Under which number somebody is known.
    pub(in crate::domain) fn number_of(&self, lead: LeadId) -> Option<NumberHash> {
        self.cards.get(&lead).map(|card| card.number)
    }

    /// When somebody was here last, and what they asked for then.
    #[must_use]
    pub fn last_visit(&self, lead: LeadId) -> Option<(DateTime<Utc>, &[ModelId])> {
        let card = self.cards.get(&lead)?;
        Some((card.last?, &card.models))
    }

    /// Takes over what has happened to leads.
    pub fn apply(&mut self, event: &LeadEvent) {
        match event {
            LeadEvent::Received(lead) | LeadEvent::Changed(lead) => self.told(lead),
            LeadEvent::Erased { lead, .. } => self.erase(*lead),
            LeadEvent::CodeSpent { .. } | LeadEvent::ClockDoubted { .. } => {}
        }
    }

    fn told(&mut self, lead: &Lead) {
        let contact = lead.secret.as_ref().and_then(|secret| secret.get());
        let Some(Contact { phone: Some(phone), .. }) = contact else { return };
        let number = self.key.hash(phone);
        let known = self.cards.remove(&lead.id);
        if let Some(known) = &known {
            self.unlink(lead.id, known.number);
        }
        let (last, owner) = known.map(|known| (known.last, known.owner.clone())).unwrap_or_default();
        self.cards.insert(lead.id, Arc::new(Card { number, models: lead.models.clone(), last, owner }));
        self.by_number.entry(number).or_default().insert(lead.id);
        if let Some(visit) = lead.visit {
            self.visits.entry(visit).or_default().insert(lead.id);
        }
    }

    fn erase(&mut self, lead: LeadId) {
        if let Some(card) = self.cards.remove(&lead) {
            self.unlink(lead, card.number);
        }
        self.visits.retain(|_, leads| {
            leads.remove(&lead);
            !leads.is_empty()
        });
    }

    fn unlink(&mut self, lead: LeadId, number: NumberHash) {
        if let Some(leads) = self.by_number.get_mut(&number) {
            leads.remove(&lead);
            if leads.is_empty() {
                self.by_number.remove(&number);
            }
        }
    }

    /// Two visits became one: so did those who came.
    pub(in crate::domain) fn joined(&mut self, gone: VisitId, into: VisitId) {
        if let Some(leads) = self.visits.remove(&gone) {
            self.visits.entry(into).or_default().extend(leads);
        }
    }

    /// A visit has ended. Where a consultant stood before the visitor it was a real contact, and whoever it was becomes the owner; unless
    /// they stood in for the owner, who neither had the visit nor handed it over.
    pub(in crate::domain) fn ended(&mut self, visit: &Visit, by_consultant: bool, at: DateTime<Utc>) {
        let (Some((by, _)), Some(_)) = (&visit.accepted, visit.greeted) else { return };
        if matches!(visit.ended, Some((Outcome::Joined | Outcome::Cancelled, _))) {
            return;
        }
        let stands_in =
            |owner: &StaffId| owner != by && !visit.askings.iter().any(|one| one.accepted && one.to == *owner);
        // As it was when they came: the contact by which they were known may have been erased since, and a replay never sees it.
        let before = visit.known.owner.clone().zip(visit.known.since);
        let stays = before.filter(|(owner, _)| stands_in(owner));
        let owner = stays.or_else(|| by_consultant.then(|| (by.clone(), at)));
        let leads = self.visits.get(&visit.id).into_iter().flatten().copied().chain(visit.known.lead);
        for lead in leads.collect::<BTreeSet<_>>() {
            let Some(card) = self.cards.get_mut(&lead).map(Arc::make_mut) else { continue };
            card.last = Some(at);
            card.owner = owner.clone().or(card.owner.take());
            if !visit.models.is_empty() {
                card.models.clone_from(&visit.models);
            }
        }
    }

    /// The floor has forgotten a visit.
    pub(in crate::domain) fn forget(&mut self, visit: VisitId) {
        self.visits.remove(&visit);
    }
}
