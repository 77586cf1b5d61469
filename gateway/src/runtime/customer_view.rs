//! Whose customers people are, as readers see it: shared with the state until that changes, and published with the floor.

use chrono::{DateTime, TimeDelta, Utc};
use shared::ids::LeadId;
use shared::wire::Score;

use crate::domain::State;
use crate::domain::customer::{Customers, Owned};
use crate::domain::sales::ScoreRules;

/// Whose customers people are.
#[derive(Debug, Clone, Default)]
pub struct CustomerView {
    /// The commit that it shows.
    pub sequence: u64,
    /// Customers, disputes and rulings.
    pub customers: Customers,
    /// For how long somebody is whose they are.
    pub owned: TimeDelta,
    /// What makes them promising.
    pub scoring: ScoreRules,
}

impl CustomerView {
    /// That of this state.
    #[must_use]
    pub fn of(state: &State, sequence: u64) -> Self {
        let (customers, owned) = (state.customers.for_readers(), state.floor.rules().owned);
        Self { sequence, customers, owned, scoring: state.sales.score_rules().clone() }
    }

    /// Whose customer somebody is now.
    #[must_use]
    pub fn owner(&self, lead: LeadId, now: DateTime<Utc>) -> Option<Owned> {
        self.customers.owner(lead, self.owned, now)
    }

    /// Whose customer somebody is now, and how promising they are.
    #[must_use]
    pub fn known(&self, lead: LeadId, now: DateTime<Utc>) -> (Option<Owned>, Option<Score>) {
        (self.owner(lead, now), self.score(lead))
    }

    /// How promising somebody is; nothing of whom no contact is kept.
    #[must_use]
    pub fn score(&self, lead: LeadId) -> Option<Score> {
        (!self.customers.contacts(lead).is_empty()).then(|| self.scoring.score(&self.customers.signals(lead)))
    }
}
