//! The sales area's state: whose contact is kept and for how long, what visits on the floor have said, and spent codes.
//!
//! Invariants: nothing personal stands here, only which leads have something; a contact that is kept has its day of erasure, and
//! what is derived from the contacts agrees with them; a clock that leaps forward erases nobody at once, since no backup brings a
//! destroyed key back.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use shared::ids::{LeadId, VisitId};

use super::{Budget, Erasure, Lead, LeadChannel, LeadEvent, ScoreRules, When};

/// So long without an event, and the clock is doubted: longer than any holiday that the whole showroom takes.
const LEAP: TimeDelta = TimeDelta::days(31);
/// How long nothing is erased by age after a leap: somebody sees a wrong date within a week.
const DOUBT: TimeDelta = TimeDelta::days(7);

/// Figures of the sales area; configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SalesRules {
    /// For how long a contact is kept: the consent texts promise no more than twelve months.
    pub kept: TimeDelta,
    /// What makes a lead promising.
    pub score: ScoreRules,
}

impl Default for SalesRules {
    fn default() -> Self {
        Self { kept: TimeDelta::days(365), score: ScoreRules::default() }
    }
}

/// A contact that is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// When it came in.
    #[serde(with = "chrono::serde::ts_milliseconds")]
    pub since: DateTime<Utc>,
    /// The visit that it came from.
    pub visit: Option<VisitId>,
}

/// What a visit on the floor has said about buying.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Said {
    /// When they mean to buy.
    pub when: Option<When>,
    /// What they mean to spend.
    pub budget: Option<Budget>,
    /// The last lead of this visit whose contact is kept.
    pub lead: Option<LeadId>,
    /// The lead that the kiosk made of what was agreed to there.
    pub at_kiosk: Option<LeadId>,
    /// How many the kiosk has made: more than one where the consent was taken back and given again.
    pub made: u8,
}

/// The sales area's state.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sales {
    /// Leads whose contact is kept.
    contacts: BTreeMap<LeadId, Kept>,
    /// What visits have said, until they are forgotten.
    visits: BTreeMap<VisitId, Said>,
    /// Codes that were used, by nonce, and when: they open no new page.
    spent: BTreeMap<String, DateTime<Utc>>,
    /// When something happened last, of whatever kind.
    last: Option<DateTime<Utc>>,
    /// When the clock leapt forward, while that is in doubt.
    leapt: Option<DateTime<Utc>>,
    #[serde(skip)]
    rules: SalesRules,
    /// Contacts in the order in which they are erased.
    #[serde(skip)]
    by_age: BTreeSet<(DateTime<Utc>, LeadId)>,
}

impl Sales {
    /// Sets the figures; before the first decision, and after a snapshot was read.
    pub fn configure(&mut self, rules: SalesRules) {
        self.rules = rules;
        self.by_age = self.contacts.iter().map(|(lead, kept)| (kept.since, *lead)).collect();
    }

    /// What makes a lead promising.
    #[must_use]
    pub fn score_rules(&self) -> &ScoreRules {
        &self.rules.score
    }

    /// When something happened last, of whatever kind.
    pub(in crate::domain) fn last(&self) -> Option<DateTime<Utc>> {
        self.last
    }

    /// Something has happened, of whatever kind: how the time goes on.
    pub(in crate::domain) fn pass(&mut self, at: DateTime<Utc>) {
        let leapt = self.last.is_some_and(|last| at - last > LEAP).then_some(at);
        // Set back to before the leap, it was wrong; a week later nobody has said so.
        let doubted = self.leapt.filter(|since| (*since..*since + DOUBT).contains(&at));
        self.leapt = leapt.or(doubted);
        self.last = Some(at);
    }

    /// Applies an event; `code_kept` is how long a spent code has to be remembered.
    pub fn apply(&mut self, event: &LeadEvent, at: DateTime<Utc>, code_kept: TimeDelta) {
        match event {
            LeadEvent::Received(lead) => self.received(lead, at),
            // When it was is known to `pass` already.
            LeadEvent::Changed(_) | LeadEvent::ClockDoubted { .. } => {}
            LeadEvent::CodeSpent { nonce, .. } => {
                self.spent.retain(|_, spent_at| at - *spent_at <= code_kept);
                self.spent.insert(nonce.clone(), at);
            }
            LeadEvent::Erased { lead, .. } => self.erased(*lead),
        }
    }

    fn received(&mut self, lead: &Lead, at: DateTime<Utc>) {
        if lead.secret.is_some() {
            self.contacts.insert(lead.id, Kept { since: at, visit: lead.visit });
            self.by_age.insert((at, lead.id));
        }
        let Some(visit) = lead.visit else { return };
        let said = self.visits.entry(visit).or_default();
        said.when = lead.when.or(said.when);
        said.budget = lead.budget.or(said.budget);
        if lead.secret.is_some() {
            said.lead = Some(lead.id);
        }
        if lead.channel == LeadChannel::Kiosk {
            said.at_kiosk = Some(lead.id);
            said.made = said.made.saturating_add(1);
        }
    }

    fn erased(&mut self, lead: LeadId) {
        let Some(kept) = self.contacts.remove(&lead) else { return };
        self.by_age.remove(&(kept.since, lead));
        let Some(said) = kept.visit.and_then(|visit| self.visits.get_mut(&visit)) else { return };
        said.lead = said.lead.filter(|known| *known != lead);
        said.at_kiosk = said.at_kiosk.filter(|known| *known != lead);
    }

    /// Drops what a visit has said: the floor has forgotten it.
    pub(in crate::domain) fn forget(&mut self, visit: VisitId) {
        self.visits.remove(&visit);
    }

    /// What is to be done by `now` about the contact that has been kept longest: erased, or not yet, because nobody knows whether it
    /// is really so late.
    #[must_use]
    pub fn due(&self, now: DateTime<Utc>) -> Option<LeadEvent> {
        let (_, lead) = self.by_age.first()?;
        self.deadline().filter(|at| *at <= now)?;
        if let Some(doubt) = self.doubts(now) {
            return Some(doubt);
        }
        Some(LeadEvent::Erased { lead: *lead, by: None, why: Erasure::Expired })
    }

    /// Whether it is so late that nobody knows whether it is really so late: nothing is erased by age then.
    #[must_use]
    pub fn doubts(&self, now: DateTime<Utc>) -> Option<LeadEvent> {
        let leapt = self.last.is_some_and(|last| now - last > LEAP);
        leapt.then(|| LeadEvent::ClockDoubted { until: now + DOUBT })
    }

    /// Until when nothing is erased by age, because the clock leapt forward; nothing where nobody doubts it.
    #[must_use]
    pub fn doubted_until(&self) -> Option<DateTime<Utc>> {
        self.leapt.map(|since| since + DOUBT)
    }

    /// When the next contact has been kept for long enough.
    #[must_use]
    pub fn deadline(&self) -> Option<DateTime<Utc>> {
        let over = self.over(self.by_age.first()?.0)?;
        Some(self.doubted_until().map_or(over, |until| over.max(until)))
    }

    fn over(&self, since: DateTime<Utc>) -> Option<DateTime<Utc>> {
        since.checked_add_signed(self.rules.kept)
    }

    /// Whether this code was used.
    #[must_use]
    pub fn is_spent(&self, nonce: &str) -> bool {
        self.spent.contains_key(nonce)
    }

    /// Codes that were used lately.
    pub fn spent(&self) -> impl Iterator<Item = &str> {
        self.spent.keys().map(String::as_str)
    }

    /// The contact of a lead, while it is kept.
    #[must_use]
    pub fn kept(&self, lead: LeadId) -> Option<&Kept> {
        self.contacts.get(&lead)
    }

    /// What a visit on the floor has said about buying.
    #[must_use]
    pub fn said(&self, visit: VisitId) -> Option<&Said> {
        self.visits.get(&visit)
    }
}

#[cfg(test)]
mod tests {
    use shared::wire::Language;

    use super::super::Contact;
    use super::*;
    use crate::domain::secret::{Secret, Subject};

    fn start() -> DateTime<Utc> {
        DateTime::from_timestamp(1_795_400_000, 0).unwrap()
    }

    fn lead(number: u8, visit: Option<VisitId>) -> Lead {
        let id = LeadId::new(start(), [number; 10]);
        Lead {
            id,
            channel: LeadChannel::KioskQr,
            place: None,
            visit,
            language: Language::Zh,
            models: Vec::new(),
            when: Some(When::Month),
            budget: None,
            consents: Vec::new(),
            secret: Some(Secret::open(Subject::Lead(id), Contact::default())),
        }
    }

    #[test]
    fn a_contact_is_erased_when_it_was_kept_for_long_enough_and_not_before() {
        let mut sales = Sales::default();
        sales.configure(SalesRules { kept: TimeDelta::days(10), ..SalesRules::default() });
        assert_eq!(sales.deadline(), None);
        for (days, number) in [(3, 1), (0, 2)] {
            let event = LeadEvent::Received(lead(number, None));
            sales.apply(&event, start() + TimeDelta::days(days), TimeDelta::hours(1));
        }
        sales.pass(start() + TimeDelta::days(3));
        let over = start() + TimeDelta::days(10);
        assert_eq!(sales.deadline(), Some(over));
        assert_eq!(sales.due(over - TimeDelta::milliseconds(1)), None);
        let Some(erased) = sales.due(over) else { panic!("the oldest is due") };
        assert!(matches!(erased, LeadEvent::Erased { lead: of, why: Erasure::Expired, .. } if of == lead(2, None).id));
        sales.apply(&erased, over, TimeDelta::hours(1));
        assert_eq!((sales.kept(lead(2, None).id), sales.due(over)), (None, None));
        assert_eq!(sales.deadline(), Some(start() + TimeDelta::days(13)));
    }

    #[test]
    fn a_clock_that_leaps_forward_erases_nobody_for_a_week_and_set_back_nobody_at_all() {
        let mut sales = Sales::default();
        sales.configure(SalesRules { kept: TimeDelta::days(10), ..SalesRules::default() });
        sales.apply(&LeadEvent::Received(lead(1, None)), start(), TimeDelta::hours(1));
        sales.pass(start());
        let far = start() + TimeDelta::days(400);
        let doubted = LeadEvent::ClockDoubted { until: far + DOUBT };
        assert_eq!(sales.due(far), Some(doubted.clone()));
        sales.pass(far);
        sales.apply(&doubted, far, TimeDelta::hours(1));
        assert_eq!((sales.due(far), sales.deadline()), (None, Some(far + DOUBT)));
        assert_eq!(sales.doubted_until(), Some(far + DOUBT), "the manager is told");

        let mut right = sales.clone();
        right.pass(start() + TimeDelta::days(1));
        assert_eq!(right.deadline(), Some(start() + TimeDelta::days(10)), "the clock was wrong, and is right again");

        sales.pass(far + TimeDelta::days(3));
        assert_eq!(sales.due(far + TimeDelta::days(6)), None);
        assert!(matches!(sales.due(far + DOUBT), Some(LeadEvent::Erased { .. })), "nobody has set it back");
    }

    #[test]
    fn a_snapshot_knows_when_its_contacts_are_erased() {
        let mut sales = Sales::default();
        sales.apply(&LeadEvent::Received(lead(1, None)), start(), TimeDelta::hours(1));
        let text = serde_json::to_string(&sales).unwrap();
        let mut again: Sales = serde_json::from_str(&text).unwrap();
        again.configure(SalesRules::default());
        assert_eq!(again.deadline(), Some(start() + TimeDelta::days(365)));
    }

    #[test]
    fn what_a_visit_said_lasts_as_long_as_the_floor_knows_it() {
        let visit = VisitId::new(start(), [9; 10]);
        let mut sales = Sales::default();
        sales.apply(&LeadEvent::Received(lead(1, Some(visit))), start(), TimeDelta::hours(1));
        let said = sales.said(visit).unwrap();
        assert_eq!((said.when, said.lead), (Some(When::Month), Some(lead(1, None).id)));
        sales.forget(visit);
        assert_eq!(sales.said(visit), None);
        assert!(sales.kept(lead(1, None).id).is_some(), "the contact stays");
    }

    #[test]
    fn erasures_of_older_logs_were_asked_for() {
        let text = format!("{{\"erased\":{{\"lead\":\"{}\"}}}}", lead(1, None).id);
        let event: LeadEvent = serde_json::from_str(&text).unwrap();
        assert_eq!(event, LeadEvent::Erased { lead: lead(1, None).id, by: None, why: Erasure::Withdrawn });
    }
}
