//! Who serves which purpose: each role is a pool of its own (DESIGN §5).

use std::collections::BTreeMap;

use shared::wire::Purpose;

use crate::domain::roster::Role;

/// For each purpose the roles that serve it, the first one first; one of each is asked at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pools(BTreeMap<Purpose, Vec<Role>>);

impl Pools {
    /// Whoever is not said serves nobody.
    #[must_use]
    pub fn new(roles: BTreeMap<Purpose, Vec<Role>>) -> Self {
        Self(roles)
    }

    /// The roles that serve a purpose.
    #[must_use]
    pub fn of(&self, purpose: Purpose) -> &[Role] {
        self.0.get(&purpose).map_or(&[], Vec::as_slice)
    }
}

impl Default for Pools {
    fn default() -> Self {
        Self(Purpose::ALL.into_iter().map(|purpose| (purpose, standard(purpose).to_vec())).collect())
    }
}

/// PROCESS I.2.
fn standard(purpose: Purpose) -> &'static [Role] {
    match purpose {
        Purpose::Browse
        | Purpose::Model
        | Purpose::TestDrive
        | Purpose::Appointment
        | Purpose::Quiet
        | Purpose::Help => &[Role::Consultant],
        Purpose::Collect => &[Role::Consultant, Role::Advisor],
        Purpose::Service => &[Role::Advisor],
        Purpose::Complaint => &[Role::Care],
        Purpose::Other => &[Role::Reception],
    }
}
