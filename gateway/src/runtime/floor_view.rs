//! The floor as live readers see it: a copy that the runtime publishes after each change, at most four times a second.

use chrono::{DateTime, Utc};
use serde::Serialize;
use shared::ids::{ModelId, StaffId, VisitId};
use shared::wire::{Language, Purpose, Stage};

use crate::domain::floor::member::{Presence, Turns};
use crate::domain::floor::visit::{Breach, Outcome};
use crate::domain::roster::Role;

/// A member of staff.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FloorMember {
    /// Who.
    pub id: StaffId,
    /// The name on the badge.
    pub name: String,
    /// What they are.
    pub role: Role,
    /// Senior.
    pub senior: bool,
    /// What they are doing.
    pub presence: Presence,
    /// Since when.
    pub since: Option<DateTime<Utc>>,
    /// Whether an alert would reach them now.
    pub reachable: bool,
    /// Turns of today.
    pub turns: Turns,
}

/// A visit that goes on, or ended within the last two minutes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FloorVisit {
    /// Which.
    pub id: VisitId,
    /// Why they came.
    pub purpose: Purpose,
    /// Their language.
    pub language: Language,
    /// How many.
    pub party: Option<u8>,
    /// Models of interest.
    pub models: Vec<ModelId>,
    /// How far it is.
    pub stage: Stage,
    /// The corrected tap.
    pub arrived_at: DateTime<Utc>,
    /// When the gateway had it.
    pub received_at: DateTime<Utc>,
    /// When the ten seconds are over.
    pub greet_by: DateTime<Utc>,
    /// Place in the queue, from 1.
    pub position: Option<u32>,
    /// Who is being asked.
    pub asking: Vec<StaffId>,
    /// Who accepted.
    pub consultant: Option<StaffId>,
    /// When they accepted.
    pub accepted_at: Option<DateTime<Utc>>,
    /// When they greeted.
    pub greeted_at: Option<DateTime<Utc>>,
    /// Reception was called and has not yet received the visitor.
    pub reception_called: bool,
    /// Reception received the visitor.
    pub received_by: Option<StaffId>,
    /// The ten seconds were broken.
    pub breach: Option<Breach>,
    /// Came too late for a ladder: "missed while offline".
    pub late: bool,
    /// How it ended.
    pub outcome: Option<Outcome>,
}

/// The whole floor.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct FloorSnapshot {
    /// The commit that it shows.
    pub sequence: u64,
    /// When it was taken.
    pub at: DateTime<Utc>,
    /// Everybody on the staff.
    pub staff: Vec<FloorMember>,
    /// Open visits, the longest waiting first, at most 200.
    pub visits: Vec<FloorVisit>,
    /// How many wait for somebody, also beyond those listed.
    pub waiting: u32,
    /// How many wait in breach.
    pub breached: u32,
}
