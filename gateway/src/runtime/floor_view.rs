//! The floor as live readers see it: a copy that the runtime publishes after each change, at most four times a second.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use serde::Serialize;
use shared::ids::{ModelId, StaffId, TopicId, VisitId};
use shared::personal::Personal;
use shared::wire::{Language, Purpose, Stage, Why};

use crate::domain::State;
use crate::domain::floor::Floor;
use crate::domain::floor::member::{Member, Presence, Shift, Turns};
use crate::domain::floor::visit::{Breach, Outcome, Visit};
use crate::domain::roster::Role;

/// A member of staff.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FloorMember {
    /// Who.
    pub id: StaffId,
    /// The name on the badge.
    pub name: String,
    /// The same in Latin letters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub latin: Option<String>,
    /// What they are.
    pub role: Role,
    /// Senior.
    pub senior: bool,
    /// What they are doing.
    pub presence: Presence,
    /// Since when.
    pub since: Option<DateTime<Utc>>,
    /// What the plan says of them.
    pub shift: Shift,
    /// When the plan says something else of them next, within a week.
    pub shift_until: Option<DateTime<Utc>>,
    /// When they came to this shift.
    pub came_at: Option<DateTime<Utc>>,
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
    /// The colleague who is asked to take it over.
    pub handing_to: Option<StaffId>,
    /// Who came beside.
    pub seconds: Vec<StaffId>,
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
    /// Answers to the questions that break the ice, by question.
    pub answers: BTreeMap<TopicId, TopicId>,
    /// What staff noted for each other.
    pub note: Option<Personal>,
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
    /// Open visits, the longest waiting first: the first 200, and every one that is served.
    pub visits: Vec<FloorVisit>,
    /// How many wait for somebody, also beyond those listed.
    pub waiting: u32,
    /// How many wait in breach.
    pub breached: u32,
    /// Places in the rotation, from 1, of those who are in it: each is told their own.
    #[serde(skip)]
    pub rotation: BTreeMap<StaffId, u32>,
    /// The clock leapt forward, and until then erases nobody: for the manager, who can look at a calendar.
    #[serde(skip)]
    pub clock_doubted: Option<DateTime<Utc>>,
}

/// Visits in one snapshot; the figures count beyond it.
const LISTED: usize = 200;

impl FloorSnapshot {
    /// The floor of this state.
    #[must_use]
    pub fn of(state: &State, sequence: u64, now: DateTime<Utc>) -> Self {
        let floor = &state.floor;
        let (waiting, breached) = floor.waiting();
        Self {
            sequence,
            at: now,
            staff: floor.members().map(|member| FloorMember::of(state, member, now)).collect(),
            visits: listed(floor).map(|visit| FloorVisit::of(state, visit)).collect(),
            waiting: u32::try_from(waiting).unwrap_or(u32::MAX),
            breached: u32::try_from(breached).unwrap_or(u32::MAX),
            rotation: rotation(floor, now),
            clock_doubted: state.sales.doubted_until(),
        }
    }
}

fn rotation(floor: &Floor, now: DateTime<Utc>) -> BTreeMap<StaffId, u32> {
    let places = Role::POOLS.into_iter().flat_map(|role| (1..).zip(floor.rotation(role, now)));
    places.map(|(place, staff)| (staff.clone(), place)).collect()
}

/// The first of all visits; and those that somebody serves, so that nobody loses sight of their own in a crowd.
fn listed(floor: &Floor) -> impl Iterator<Item = &Visit> {
    let first: BTreeSet<VisitId> = floor.ranked().take(LISTED).map(|visit| visit.id).collect();
    let served = floor.members().flat_map(|member| floor.serving(&member.id)).filter_map(|id| floor.visit(id));
    let more: Vec<_> = served.filter(|visit| !first.contains(&visit.id)).collect();
    floor.ranked().take(LISTED).chain(more)
}

impl FloorMember {
    fn of(state: &State, member: &Member, now: DateTime<Utc>) -> Self {
        Self {
            id: member.id.clone(),
            name: state.roster.name(&member.id).to_owned(),
            latin: state.roster.latin(&member.id).map(str::to_owned),
            role: member.role,
            senior: member.senior,
            presence: member.presence,
            since: member.before.map(|(_, at)| at),
            shift: member.shift,
            shift_until: state.floor.shift_until(member, now),
            came_at: member.came_at,
            reachable: state.floor.is_reachable(member, now),
            turns: member.turns_of(state.floor.day(now)),
        }
    }
}

impl FloorVisit {
    fn of(state: &State, visit: &Visit) -> Self {
        Self {
            id: visit.id,
            purpose: visit.purpose,
            language: visit.language,
            party: visit.party,
            models: visit.models.clone(),
            stage: visit.stage(),
            arrived_at: visit.arrived_at,
            received_at: visit.received_at,
            greet_by: visit.received_at + state.floor.rules().breach,
            position: if visit.queued { state.floor.position(visit) } else { None },
            asking: visit.open_askings().map(|asked| asked.to.clone()).collect(),
            handing_to: visit.open_askings().find(|asked| asked.why == Why::HandedOver).map(|asked| asked.to.clone()),
            seconds: visit.seconds.iter().cloned().collect(),
            consultant: visit.accepted.as_ref().map(|(by, _)| by.clone()),
            accepted_at: visit.accepted.as_ref().map(|(_, at)| *at),
            greeted_at: visit.greeted.map(|(_, at)| at),
            reception_called: visit.reception_called.is_some() && visit.received.is_none(),
            received_by: visit.received.as_ref().map(|(by, _)| by.clone()),
            breach: visit.breach,
            late: visit.late,
            outcome: visit.ended.map(|(outcome, _)| outcome),
            answers: visit.answers.clone(),
            note: visit.note.as_ref().and_then(|note| Some(note.get()?.text.clone())),
        }
    }
}
