//! People and visits for tests.

use chrono::DateTime;
use shared::ids::VisitId;
use shared::wire::{Language, Purpose, Stage};

use crate::domain::floor::member::{Presence, Shift, Turns};
use crate::domain::roster::Role;
use crate::runtime::{FloorMember, FloorVisit};

pub(in crate::web) fn member(id: &str) -> FloorMember {
    FloorMember {
        id: id.parse().unwrap(),
        name: id.to_owned(),
        latin: None,
        role: Role::Consultant,
        senior: false,
        presence: Presence::Free,
        since: None,
        shift: Shift::Unplanned,
        shift_until: None,
        came_at: None,
        reachable: true,
        turns: Turns::default(),
    }
}

pub(in crate::web) fn visit(number: u8, consultant: Option<&str>) -> FloorVisit {
    let at = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
    FloorVisit {
        id: VisitId::new(at, [number; 10]),
        purpose: Purpose::Browse,
        language: Language::Zh,
        party: None,
        models: Vec::new(),
        stage: Stage::Calling,
        arrived_at: at,
        received_at: at,
        greet_by: at,
        position: None,
        asking: Vec::new(),
        handing_to: None,
        seconds: Vec::new(),
        consultant: consultant.map(|id| id.parse().unwrap()),
        accepted_at: consultant.map(|_| at),
        greeted_at: None,
        reception_called: false,
        received_by: None,
        breach: None,
        late: false,
        outcome: None,
        answers: std::collections::BTreeMap::new(),
        note: None,
    }
}
