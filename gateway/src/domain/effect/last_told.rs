//! What each visitor was last told whose word depends on the visits of others: whoever waits in the queue before a screen, and
//! whoever joined another visit.
//!
//! No event of their own says that their place moved, and asking after all of them at each event costs more than a check-in. So it is
//! done once a batch, and only what is new is told. Not part of the state: after a restart everything is told again.

use std::collections::{BTreeMap, BTreeSet};

use shared::ids::{DeviceId, VisitId};
use shared::wire::{Stage, VisitStatus};

use crate::domain::State;

/// The last words, by visit; at most one a kiosk.
#[derive(Debug, Default)]
pub struct LastTold(BTreeMap<VisitId, VisitStatus>);

impl LastTold {
    /// What screens have to be told once a batch is whole: of the visits that changed, and of those whose place moved with them.
    pub fn news(&mut self, state: &State, changed: &BTreeSet<VisitId>) -> Vec<(DeviceId, VisitStatus)> {
        let mut news: Vec<_> = changed.iter().filter_map(|visit| state.visit_status(*visit)).collect();
        let depends = |stage, joined: Option<VisitId>| joined.is_some() || stage == Stage::Queued;
        let others = state.floor.visits_at_kiosks().filter(|visit| depends(visit.stage(), visit.joined));
        let mut told = BTreeMap::new();
        for (kiosk, status) in others.filter_map(|visit| state.visit_status(visit.id)) {
            if !changed.contains(&status.visit) && self.0.get(&status.visit) != Some(&status) {
                news.push((kiosk, status.clone()));
            }
            told.insert(status.visit, status);
        }
        self.0 = told;
        news
    }

    /// This was not told after all: it is news again with the next batch.
    pub fn forget(&mut self, visit: VisitId) {
        self.0.remove(&visit);
    }
}
