//! The wall display: who is free, who is with whom and for how long, who waits, and how today goes; and what of it visitors may see.
//!
//! Made of the floor that the runtime publishes and of the day's figures in the views. It is nobody's phone: it has a stream of its
//! own, which is no sign of life and carries no alert, so a screen on a wall makes nobody reachable and proves no delivery.
//!
//! Invariant: nothing here says who a visitor is; no name, number, model, note or answer.

mod figures;
pub(super) mod stream;

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::time::Duration;

use chrono::{DateTime, Utc};
use serde::Serialize;
use shared::ids::{StaffId, VisitId};
use shared::wire::{Purpose, Stage};

use super::authorisation::Action;
use super::front::Front;
use super::problem::{Code, Problem};
use crate::domain::floor::member::Presence;
use crate::domain::roster::Role;
use crate::runtime::{FloorMember, FloorSnapshot, FloorVisit};

pub(super) use figures::Today;

/// A page to which nothing came for more than twice this trusts its figures no more.
const BEAT: Duration = Duration::from_secs(5);

/// Who looks at it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Face {
    /// The staff.
    Staff,
    /// Visitors as well.
    Public,
}

impl Face {
    /// What whoever looks must be allowed. The counts are what all staff hear anyway.
    fn action(self) -> Action {
        match self {
            Self::Staff => Action::SeeBoard,
            Self::Public => Action::SeeFloor,
        }
    }
}

/// The board as staff see it.
#[derive(Debug, Serialize)]
struct Board<'a> {
    #[serde(flatten)]
    counts: Counts,
    staff: Vec<Colleague<'a>>,
    waits: Vec<Wait<'a>>,
    breached: u32,
    missed: usize,
    today: Option<Today>,
}

/// The board as everybody may see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Counts {
    /// The pages' own: a screen that was opened with another one has to be loaded anew.
    edition: String,
    /// The gateway's clock.
    now: DateTime<Utc>,
    /// How many times as fast as the real one that clock runs.
    rate: u32,
    /// The stream says something at least so often, in real time.
    beat_ms: u64,
    free: usize,
    busy: usize,
    waiting: u32,
}

/// Somebody at work: whoever sells or advises, and whoever else is with a visitor.
#[derive(Debug, Serialize)]
struct Colleague<'a> {
    id: &'a StaffId,
    name: &'a str,
    presence: Presence,
    since: Option<DateTime<Utc>>,
    off_shift: bool,
    reachable: bool,
    serves: Vec<Served>,
}

/// A visit that somebody serves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
struct Served {
    purpose: Purpose,
    /// Since the greeting; before, since they accepted.
    since: Option<DateTime<Utc>>,
    greeted: bool,
}

/// A visitor who waits for somebody.
#[derive(Debug, Serialize)]
struct Wait<'a> {
    visit: VisitId,
    purpose: Purpose,
    party: Option<u8>,
    /// Since the tap, whatever happened between: whoever was seated waits all the same.
    since: DateTime<Utc>,
    stage: Stage,
    asking: Vec<&'a str>,
    breach: bool,
}

/// What this face shows now, in JSON.
///
/// # Errors
/// When the floor is published no more: what was true last would look like the floor and be none.
pub(super) fn written(front: &Front, face: Face, today: Option<Today>) -> Result<String, Problem> {
    if front.floor.has_ended() {
        return Err(Problem::unavailable(
            Code::Ended,
            "the floor is not told any more until the gateway is started again",
            10,
        ));
    }
    let floor = &front.floor.now().snapshot;
    let staff = colleagues(floor);
    let counts = Counts {
        edition: front.assets.edition().to_owned(),
        now: front.now(),
        rate: front.parts.clock_rate.max(1),
        beat_ms: u64::try_from(BEAT.as_millis()).unwrap_or(5000),
        free: staff.iter().filter(|one| one.is_free()).count(),
        busy: staff.iter().filter(|one| one.is_busy()).count(),
        waiting: floor.waiting,
    };
    let text = match face {
        Face::Public => serde_json::to_string(&counts),
        Face::Staff => serde_json::to_string(&Board {
            counts,
            staff,
            waits: waits(floor),
            breached: floor.breached,
            missed: floor.visits.iter().filter(|visit| visit.late && is_unserved(visit)).count(),
            today,
        }),
    };
    text.map_err(|_| Problem::internal())
}

/// Everybody at work, whoever is free the longest first, then whoever is with a visitor the longest.
fn colleagues(floor: &FloorSnapshot) -> Vec<Colleague<'_>> {
    let mut with: BTreeMap<&StaffId, Vec<Served>> = BTreeMap::new();
    for visit in floor.visits.iter().filter(|visit| visit.outcome.is_none()) {
        let first = Served {
            purpose: visit.purpose,
            since: visit.greeted_at.or(visit.accepted_at),
            greeted: visit.greeted_at.is_some(),
        };
        if let Some(consultant) = &visit.consultant {
            with.entry(consultant).or_default().push(first);
        }
        // Since when somebody has been along the visit does not say; their presence does.
        for second in &visit.seconds {
            with.entry(second).or_default().push(Served { since: None, ..first });
        }
    }
    let at_work = floor.staff.iter().filter_map(|member| {
        let serves = with.remove(&member.id).unwrap_or_default();
        let on_floor = matches!(member.role, Role::Consultant | Role::Advisor) && member.presence != Presence::Off;
        (on_floor || !serves.is_empty()).then(|| Colleague::new(member, serves))
    });
    let mut all: Vec<_> = at_work.collect();
    all.sort_by_key(|one| (one.place(), one.since, one.id));
    all
}

impl<'a> Colleague<'a> {
    fn new(member: &'a FloorMember, mut serves: Vec<Served>) -> Self {
        for one in &mut serves {
            one.since = one.since.or(member.since);
        }
        serves.sort_by_key(|one| one.since);
        // With a visitor since the first of them came.
        let since = serves.first().map_or(member.since, |first| first.since);
        Self {
            id: &member.id,
            name: &member.name,
            presence: member.presence,
            since,
            off_shift: !member.shift.may_be_asked(),
            reachable: member.reachable,
            serves,
        }
    }

    /// Whether an alert would find them without a visitor.
    fn is_free(&self) -> bool {
        self.presence == Presence::Free && !self.off_shift && self.reachable && self.serves.is_empty()
    }

    fn is_busy(&self) -> bool {
        !self.serves.is_empty()
            || matches!(self.presence, Presence::WithCustomer | Presence::Appointment | Presence::Delivery)
    }

    fn place(&self) -> u8 {
        match self.presence {
            _ if !self.serves.is_empty() => 2,
            Presence::Free if self.off_shift => 4,
            Presence::Free if self.reachable => 0,
            Presence::Free => 1,
            Presence::WithCustomer => 2,
            Presence::Appointment | Presence::Delivery => 3,
            Presence::Break | Presence::Off => 4,
        }
    }
}

/// Whoever waits, the longest first.
fn waits(floor: &FloorSnapshot) -> Vec<Wait<'_>> {
    let names: BTreeMap<_, _> = floor.staff.iter().map(|member| (&member.id, member.name.as_str())).collect();
    let waiting = floor.visits.iter().filter(|visit| !visit.late && is_unserved(visit));
    let mut all: Vec<_> = waiting
        .map(|visit| Wait {
            visit: visit.id,
            purpose: visit.purpose,
            party: visit.party,
            since: visit.arrived_at,
            stage: visit.stage,
            asking: visit.asking.iter().filter_map(|id| names.get(id).copied()).collect(),
            breach: visit.breach.is_some(),
        })
        .collect();
    all.sort_by_key(|wait| (wait.since, Reverse(wait.breach), wait.visit));
    all
}

fn is_unserved(visit: &FloorVisit) -> bool {
    visit.accepted_at.is_none() && visit.greeted_at.is_none() && visit.outcome.is_none()
}

#[cfg(test)]
mod tests;
