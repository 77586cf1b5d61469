//! Whose customers people are, as readers see it: shared with the state until that changes, and published with the floor.

use chrono::{DateTime, TimeDelta, Utc};
use shared::ids::LeadId;

use crate::domain::State;
use crate::domain::customer::{Customers, Owned};

/// Whose customers people are.
#[derive(Debug, Clone, Default)]
pub struct CustomerView {
    /// The commit that it shows.
    pub sequence: u64,
    /// Customers, disputes and rulings.
    pub customers: Customers,
    /// For how long somebody is whose they are.
    pub owned: TimeDelta,
}

impl CustomerView {
    /// That of this state.
    #[must_use]
    pub fn of(state: &State, sequence: u64) -> Self {
        Self { sequence, customers: state.customers.for_readers(), owned: state.floor.rules().owned }
    }

    /// Whose customer somebody is now.
    #[must_use]
    pub fn owner(&self, lead: LeadId, now: DateTime<Utc>) -> Option<Owned> {
        self.customers.owner(lead, self.owned, now)
    }
}
