//! The customer area's state: a card for each contact that is kept.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use shared::ids::{DisputeId, LeadId, ModelId, StaffId, TopicId, VisitId};
use shared::phone::PhoneNumber;
use shared::wire::LastVisit;

use super::dispute::{CustomerEvent, Dispute, Ruling};
use super::number::{NumberHash, NumberKey};
use crate::domain::floor::visit::{Outcome, Visit};
use crate::domain::sales::{Budget, Contact, Encounter, Lead, LeadEvent, Signals, When};
use crate::domain::secret::{Sealable, Secrets};

/// Whose customer somebody is, and since the last real contact with whom, or since the ruling.
type Owner = (StaffId, DateTime<Utc>);

/// What is known of somebody whose contact is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Card {
    number: NumberHash,
    /// What they asked for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    models: Vec<ModelId>,
    /// What they answered when the ice was broken, by question.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    answers: BTreeMap<TopicId, TopicId>,
    /// When a visit of theirs ended last that somebody served.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    last: Option<DateTime<Utc>>,
    /// Whose customer they are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    owner: Option<Owner>,
    /// The rulings on which that stands, the last one last, until the next real contact decides again.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    settled: Vec<Settled>,
    /// Visits in which somebody stood before them.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    encounters: BTreeMap<VisitId, Encounter>,
    /// When they mean to buy, and when they said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    when: Option<(When, DateTime<Utc>)>,
    /// What they mean to spend, and when they said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    budget: Option<(Budget, DateTime<Utc>)>,
    /// Who has ever stood before them, and so may say that they are their customer.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    served: BTreeSet<StaffId>,
}

/// What a ruling did to a card, and how to take it back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Settled {
    at: DateTime<Utc>,
    before: Option<Owner>,
}

/// Somebody who has been here before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acquaintance {
    /// The contact by which they are known.
    pub lead: LeadId,
    /// Whose customer they are, and since the last real contact with whom.
    pub owner: Option<(StaffId, DateTime<Utc>)>,
}

/// Whose customer somebody is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owned {
    /// Whose.
    pub staff: StaffId,
    /// Since the last real contact, or since the ruling.
    pub since: DateTime<Utc>,
    /// Until when, if no contact comes.
    pub until: DateTime<Utc>,
    /// A manager has ruled it, and no real contact has come since.
    pub settled: bool,
}

/// The customer area's state. What readers get of it is shared with it until it changes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Customers {
    /// Shared with readers, and with a snapshot that is being written.
    cards: Arc<BTreeMap<LeadId, Arc<Card>>>,
    /// The contacts of visits that the floor has not forgotten yet.
    visits: BTreeMap<VisitId, BTreeSet<LeadId>>,
    /// What is or was in dispute, for as long as the contact is kept.
    #[serde(default)]
    disputes: Arc<BTreeMap<DisputeId, Dispute>>,
    /// What was ruled, the oldest first, for as long as the contact is kept.
    #[serde(default)]
    rulings: Arc<Vec<Ruling>>,
    #[serde(skip)]
    key: NumberKey,
    #[serde(skip)]
    by_number: Arc<BTreeSet<(NumberHash, LeadId)>>,
}

impl Customers {
    /// Sets the key of the hashes; before the first decision, and after a snapshot was read.
    pub fn configure(&mut self, key: NumberKey) {
        self.key = key;
        self.by_number = Arc::new(self.cards.iter().map(|(lead, card)| (card.number, *lead)).collect());
    }

    /// What a snapshot stores.
    #[must_use]
    pub fn without_index(&self) -> Self {
        Self { key: NumberKey::default(), by_number: Arc::default(), ..self.clone() }
    }

    /// What readers get: cheap to make, and without what is the floor's.
    #[must_use]
    pub fn for_readers(&self) -> Self {
        let (cards, by_number) = (Arc::clone(&self.cards), Arc::clone(&self.by_number));
        let (disputes, rulings) = (Arc::clone(&self.disputes), Arc::clone(&self.rulings));
        Self { cards, disputes, rulings, by_number, ..Self::default() }
    }

    /// Whether somebody with this number has been here, and whose customer they are: that of the last real contact, for `owned` after it.
    #[must_use]
    pub fn know(&self, number: &PhoneNumber, owned: TimeDelta, now: DateTime<Utc>) -> Option<Acquaintance> {
        let cards = || self.under(self.key.hash(number)).filter_map(|lead| Some((lead, self.cards.get(&lead)?)));
        let known = cards().filter(|(_, card)| card.last.is_some() || card.owner.is_some());
        let (lead, _) = known.max_by_key(|(lead, card)| (card.last, *lead))?;
        let latest = latest(cards().map(|(_, card)| card.as_ref()), owned, now);
        Some(Acquaintance { lead, owner: latest.cloned() })
    }

    /// Contacts under a number.
    fn under(&self, number: NumberHash) -> impl Iterator<Item = LeadId> + '_ {
        let all = (number, LeadId::from_uuid(uuid::Uuid::nil()))..=(number, LeadId::from_uuid(uuid::Uuid::max()));
        self.by_number.range(all).map(|(_, lead)| *lead)
    }

    /// Every contact of the customer who is known by this one; none where nobody is.
    #[must_use]
    pub fn contacts(&self, lead: LeadId) -> BTreeSet<LeadId> {
        self.number_of(lead).into_iter().flat_map(|number| self.under(number)).collect()
    }

    fn cards_of(&self, lead: LeadId) -> impl Iterator<Item = &Card> {
        self.contacts(lead).into_iter().filter_map(|lead| self.cards.get(&lead)).map(Arc::as_ref)
    }

    /// Whose customer somebody is, for `owned` after the last real contact or the ruling.
    #[must_use]
    pub fn owner(&self, lead: LeadId, owned: TimeDelta, now: DateTime<Utc>) -> Option<Owned> {
        let (staff, since) = latest(self.cards_of(lead), owned, now)?;
        let settled = self.cards_of(lead).any(|card| card.settled.last().is_some_and(|one| one.at == *since));
        Some(Owned { staff: staff.clone(), since: *since, until: *since + owned, settled })
    }

    /// Each customer once, by one of their contacts, with whose they are now.
    pub fn owners(&self, owned: TimeDelta, now: DateTime<Utc>) -> impl Iterator<Item = (LeadId, Owned)> + '_ {
        let mut before = None;
        let first = self.by_number.iter().filter(move |(number, _)| before.replace(*number) != Some(*number));
        first.filter_map(move |(_, lead)| Some((*lead, self.owner(*lead, owned, now)?)))
    }

    /// Since when a ruling holds on which no real contact has followed.
    #[must_use]
    pub fn settled(&self, lead: LeadId) -> Option<DateTime<Utc>> {
        self.cards_of(lead).filter_map(|card| card.settled.last()).map(|settled| settled.at).max()
    }

    /// Whose customer they are once the ruling of then is taken back.
    pub(super) fn before(
        &self,
        leads: &[LeadId],
        ruled: DateTime<Utc>,
        owned: TimeDelta,
        now: DateTime<Utc>,
    ) -> Option<Owner> {
        let cards = leads.iter().filter_map(|lead| self.cards.get(lead));
        let owners = cards.filter_map(|card| match card.settled.last() {
            Some(settled) if settled.at == ruled => settled.before.as_ref(),
            _ => card.owner.as_ref(),
        });
        owners.filter(|(_, since)| now - *since <= owned).max_by_key(|(_, since)| *since).cloned()
    }

    /// Whether this person has ever stood before the customer.
    #[must_use]
    pub fn was_served_by(&self, lead: LeadId, staff: &StaffId) -> bool {
        self.cards_of(lead).any(|card| card.served.contains(staff))
    }

    /// The contacts of a visit that the floor has not forgotten.
    pub(super) fn at_visit(&self, visit: VisitId) -> impl Iterator<Item = LeadId> + '_ {
        self.visits.get(&visit).into_iter().flatten().copied()
    }

    /// One dispute.
    #[must_use]
    pub fn dispute(&self, id: DisputeId) -> Option<&Dispute> {
        self.disputes.get(&id)
    }

    /// Every dispute that is kept, the oldest first.
    #[must_use]
    pub fn disputes(&self) -> impl DoubleEndedIterator<Item = &Dispute> {
        self.disputes.values()
    }

    /// Every ruling that is kept, the oldest first.
    #[must_use]
    pub fn rulings(&self) -> impl DoubleEndedIterator<Item = &Ruling> {
        self.rulings.iter()
    }

    /// Under which number somebody is known.
    pub(in crate::domain) fn number_of(&self, lead: LeadId) -> Option<NumberHash> {
        self.cards.get(&lead).map(|card| card.number)
    }

    /// When somebody was here last, what they asked for and answered then, or before where nothing was said.
    #[must_use]
    pub fn last_visit(&self, lead: LeadId) -> Option<LastVisit> {
        let mut cards: Vec<_> = self.cards_of(lead).filter(|card| card.last.is_some()).collect();
        cards.sort_by_key(|card| std::cmp::Reverse(card.last));
        let at = cards.first()?.last?;
        let models = cards.iter().map(|card| &card.models).find(|models| !models.is_empty());
        let answers = cards.iter().map(|card| &card.answers).find(|answers| !answers.is_empty());
        let (models, answers) = (models.cloned().unwrap_or_default(), answers.cloned().unwrap_or_default());
        Some(LastVisit { at, models, answers })
    }

    /// What somebody did and said, over all their contacts; of what was said, the last word.
    #[must_use]
    pub fn signals(&self, lead: LeadId) -> Signals<'_> {
        let mut signals = Signals::default();
        let (mut when, mut budget) = (None, None);
        for card in self.cards_of(lead) {
            signals.encounters.extend(card.encounters.iter().map(|(visit, one)| (*visit, one)));
            signals.models.extend(&card.models);
            (when, budget) = (later(when, card.when), later(budget, card.budget));
        }
        (signals.when, signals.budget) = (when.map(|(said, _)| said), budget.map(|(said, _)| said));
        signals
    }

    /// Takes over what has happened to leads.
    pub fn apply(&mut self, event: &LeadEvent, at: DateTime<Utc>) {
        match event {
            LeadEvent::Received(lead) | LeadEvent::Changed(lead) => self.told(lead, at),
            LeadEvent::Erased { lead, .. } => self.erase(*lead),
            LeadEvent::CodeSpent { .. } | LeadEvent::ClockDoubted { .. } => {}
        }
    }

    fn told(&mut self, lead: &Lead, at: DateTime<Utc>) {
        let contact = lead.secret.as_ref().and_then(|secret| secret.get());
        let Some(Contact { phone: Some(phone), .. }) = contact else { return };
        let number = self.key.hash(phone);
        let fresh = || Arc::new(Card::new(number));
        let mut card = Arc::make_mut(&mut self.cards).remove(&lead.id).unwrap_or_else(fresh);
        let by_number = Arc::make_mut(&mut self.by_number);
        by_number.remove(&(card.number, lead.id));
        by_number.insert((number, lead.id));
        let told = Arc::make_mut(&mut card);
        (told.number, told.models) = (number, lead.models.clone());
        told.when = lead.when.map(|when| (when, at)).or(told.when);
        told.budget = lead.budget.map(|budget| (budget, at)).or(told.budget);
        Arc::make_mut(&mut self.cards).insert(lead.id, card);
        if let Some(visit) = lead.visit {
            self.visits.entry(visit).or_default().insert(lead.id);
        }
    }

    fn erase(&mut self, lead: LeadId) {
        if self.cards.contains_key(&lead)
            && let Some(card) = Arc::make_mut(&mut self.cards).remove(&lead)
        {
            Arc::make_mut(&mut self.by_number).remove(&(card.number, lead));
        }
        self.visits.retain(|_, leads| {
            leads.remove(&lead);
            !leads.is_empty()
        });
        // What was said of them stands under the same key.
        if self.disputes.values().any(|dispute| dispute.lead == lead) {
            Arc::make_mut(&mut self.disputes).retain(|_, dispute| dispute.lead != lead);
        }
        if self.rulings.iter().any(|ruling| ruling.lead == lead) {
            Arc::make_mut(&mut self.rulings).retain(|ruling| ruling.lead != lead);
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
        let won = stays.is_none().then(|| by_consultant.then(|| (by.clone(), at))).flatten();
        let leads = self.with(visit);
        if leads.is_empty() {
            return;
        }
        let cards = Arc::make_mut(&mut self.cards);
        for lead in leads {
            let Some(card) = cards.get_mut(&lead).map(Arc::make_mut) else { continue };
            card.last = Some(at);
            card.encounters.extend(Encounter::of(visit).map(|one| (visit.id, one)));
            card.served.extend(visit.askings.iter().filter(|one| one.accepted).map(|one| one.to.clone()));
            if won.is_some() {
                card.settled.clear();
            }
            card.owner = won.clone().or_else(|| stays.clone()).or(card.owner.take());
            if !visit.models.is_empty() {
                card.models.clone_from(&visit.models);
            }
            if !visit.answers.is_empty() {
                card.answers.clone_from(&visit.answers);
            }
        }
    }

    /// The contacts that are kept of whoever came.
    fn with(&self, visit: &Visit) -> BTreeSet<LeadId> {
        let leads = self.visits.get(&visit.id).into_iter().flatten().copied().chain(visit.known.lead);
        leads.filter(|lead| self.cards.contains_key(lead)).collect()
    }

    /// An end was taken back: how the visit ends is to be seen.
    pub(in crate::domain) fn reopened(&mut self, visit: &Visit) {
        for lead in self.with(visit) {
            if let Some(card) = Arc::make_mut(&mut self.cards).get_mut(&lead).map(Arc::make_mut) {
                card.encounters.remove(&visit.id);
            }
        }
    }

    /// Takes over what was said and ruled of whose customers people are.
    pub(in crate::domain) fn apply_dispute(&mut self, event: &CustomerEvent, at: DateTime<Utc>) {
        match event {
            CustomerEvent::Disputed { dispute, lead, claimant, owner, by, secret } => {
                let (claimant, owner, by) = (claimant.clone(), owner.clone(), by.clone());
                let raised = Dispute {
                    id: *dispute,
                    lead: *lead,
                    claimant,
                    by,
                    at,
                    owner,
                    secret: secret.clone(),
                    settled: None,
                };
                Arc::make_mut(&mut self.disputes).insert(*dispute, raised);
            }
            CustomerEvent::DisputeWithdrawn { dispute, .. } => {
                Arc::make_mut(&mut self.disputes).remove(dispute);
            }
            CustomerEvent::Ruled { lead, leads, from, to, by, settles, secret } => {
                self.settle(leads, to.as_ref(), at);
                self.close(settles, Some(at));
                Arc::make_mut(&mut self.rulings).push(Ruling {
                    lead: *lead,
                    at,
                    by: by.clone(),
                    from: from.clone(),
                    to: to.clone(),
                    secret: secret.clone(),
                    settles: settles.clone(),
                    undone: None,
                });
            }
            CustomerEvent::RulingUndone { lead, leads, .. } => {
                let rulings = Arc::make_mut(&mut self.rulings);
                let last = rulings.iter_mut().rev().find(|ruling| ruling.lead == *lead && ruling.undone.is_none());
                let Some(last) = last else { return };
                last.undone = Some(at);
                let (ruled, settles) = (last.at, last.settles.clone());
                self.close(&settles, None);
                self.unsettle(leads, ruled);
            }
        }
    }

    /// A ruling is like a real contact at that moment.
    fn settle(&mut self, leads: &[LeadId], to: Option<&StaffId>, at: DateTime<Utc>) {
        let cards = Arc::make_mut(&mut self.cards);
        for lead in leads {
            let Some(card) = cards.get_mut(lead).map(Arc::make_mut) else { continue };
            card.settled.push(Settled { at, before: card.owner.take() });
            card.owner = to.map(|to| (to.clone(), at));
        }
    }

    fn unsettle(&mut self, leads: &[LeadId], ruled: DateTime<Utc>) {
        let cards = Arc::make_mut(&mut self.cards);
        for lead in leads {
            let Some(card) = cards.get_mut(lead).map(Arc::make_mut) else { continue };
            if let Some(settled) = card.settled.pop_if(|settled| settled.at == ruled) {
                card.owner = settled.before;
            }
        }
    }

    fn close(&mut self, disputes: &[DisputeId], settled: Option<DateTime<Utc>>) {
        let known = Arc::make_mut(&mut self.disputes);
        for dispute in disputes {
            if let Some(dispute) = known.get_mut(dispute) {
                dispute.settled = settled;
            }
        }
    }

    /// The floor has forgotten a visit.
    pub(in crate::domain) fn forget(&mut self, visit: VisitId) {
        self.visits.remove(&visit);
    }
}

impl Card {
    fn new(number: NumberHash) -> Self {
        Self {
            number,
            models: Vec::new(),
            answers: BTreeMap::new(),
            last: None,
            owner: None,
            settled: Vec::new(),
            encounters: BTreeMap::new(),
            when: None,
            budget: None,
            served: BTreeSet::new(),
        }
    }
}

/// What was said later.
fn later<T: Copy>(one: Option<(T, DateTime<Utc>)>, other: Option<(T, DateTime<Utc>)>) -> Option<(T, DateTime<Utc>)> {
    one.into_iter().chain(other).max_by_key(|(_, at)| *at)
}

/// Whose they are of those whose time is not over.
fn latest<'a>(cards: impl Iterator<Item = &'a Card>, owned: TimeDelta, now: DateTime<Utc>) -> Option<&'a Owner> {
    let latest = cards.filter_map(|card| card.owner.as_ref()).max_by_key(|(_, since)| *since);
    latest.filter(|(_, since)| now - *since <= owned)
}

impl Secrets for Customers {
    fn each_secret(&mut self, each: &mut dyn FnMut(&mut dyn Sealable)) {
        if !self.disputes.is_empty() {
            for dispute in Arc::make_mut(&mut self.disputes).values_mut() {
                each(&mut dispute.secret);
            }
        }
        if !self.rulings.is_empty() {
            for ruling in Arc::make_mut(&mut self.rulings) {
                each(&mut ruling.secret);
            }
        }
    }
}
