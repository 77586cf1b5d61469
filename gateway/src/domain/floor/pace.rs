//! How long things usually take here, as ground for what a visitor is told: the talks of each role, and the way to the door.
//!
//! Counted when a visit is forgotten, when nothing of it can be undone any more.

use std::collections::{BTreeMap, VecDeque};

use serde::{Deserialize, Serialize};

use super::visit::{GreetedSource, Outcome, Visit};
use crate::domain::roster::Role;

/// Of each kind, the latest are remembered.
const REMEMBERED: usize = 21;
/// Fewer are no ground for an estimate.
const GROUND: usize = 5;
/// Seconds of a working day: longer is a page that was forgotten, not a talk.
const LONGEST: u32 = 8 * 3600;

/// What was seen lately.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Pace {
    /// Seconds from the greeting to the end, by the role of whoever served.
    talks: BTreeMap<Role, Seen>,
    /// Seconds from the acceptance to a greeting that somebody saw.
    ways: Seen,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Seen(VecDeque<u32>);

impl Seen {
    fn note(&mut self, seconds: i64) {
        let Some(seconds) = u32::try_from(seconds).ok().filter(|seconds| *seconds <= LONGEST) else { return };
        if self.0.len() >= REMEMBERED {
            self.0.pop_front();
        }
        self.0.push_back(seconds);
    }

    /// What this part of a hundred does not exceed.
    fn percentile(&self, part: usize) -> Option<u32> {
        if self.0.len() < GROUND {
            return None;
        }
        let mut sorted: Vec<u32> = self.0.iter().copied().collect();
        sorted.sort_unstable();
        sorted.get((sorted.len() - 1) * part / 100).copied()
    }
}

impl Pace {
    /// Learns from a visit that is over and was served by somebody of this role.
    pub(super) fn learn(&mut self, visit: &Visit, role: Role) {
        let (Some((_, accepted)), Some((outcome, ended))) = (&visit.accepted, visit.ended) else { return };
        if matches!(outcome, Outcome::Left | Outcome::Cancelled | Outcome::ClosedBySystem) {
            return;
        }
        if let Some((_, greeted)) = visit.greeted.filter(|(source, _)| *source != GreetedSource::Inferred) {
            self.ways.note((greeted - *accepted).num_seconds());
        }
        let from = visit.greeted.map_or(*accepted, |(_, greeted)| greeted.min(ended));
        self.talks.entry(role).or_default().note((ended - from).num_seconds());
    }

    /// Seconds until somebody of a role is free for the visit at this place of their queue, when `working` of them are at work.
    pub(super) fn wait(&self, role: Role, place: u32, working: usize) -> Option<u32> {
        let talk = self.talks.get(&role)?.percentile(50)?;
        let working = u32::try_from(working).ok().filter(|working| *working > 0)?;
        Some(talk.saturating_mul(place).div_ceil(working))
    }

    /// Seconds within which whoever accepted usually stands there: three in four times.
    pub(super) fn way(&self) -> Option<u32> {
        self.ways.percentile(75)
    }
}
