//! What one person's screens show, and what was sent to them lately.
//!
//! Invariant: an alert is kept while it rings or is one of the last that the person accepted, and then in its latest words alone. Of
//! what is over only the place in the feed stays: a page that comes back has nothing to show of it, and hundreds of phones are open.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use shared::ids::AlertId;
use shared::wire::AlertOver;
use tokio::sync::mpsc;

use super::{Feed, FeedId, Opening, Pushed};

/// Accepted alerts whose details are kept per person.
const ACCEPTED: usize = 8;
/// Messages whose places are kept per person for clients that come back.
const KEPT: usize = 64;

/// One person at the hub.
#[derive(Debug, Default)]
pub(super) struct Person {
    open: BTreeMap<AlertId, Arc<Feed>>,
    /// What this person accepted lately, with what Accept opened: an update of it rings nobody.
    accepted: VecDeque<Arc<Feed>>,
    recent: VecDeque<Kept>,
    /// Something was dropped from the front of `recent`.
    trimmed: bool,
    /// Their open streams.
    pub(super) clients: Vec<mpsc::Sender<Arc<Feed>>>,
    /// The trial that has not come back yet.
    pub(super) trial: Option<u64>,
}

/// A message that was sent.
#[derive(Debug)]
struct Kept {
    id: FeedId,
    /// `None` once nothing of it is to be shown any more.
    feed: Option<Arc<Feed>>,
}

impl Person {
    /// Whether it did not ring before.
    pub(super) fn take(&mut self, alert: AlertId, feed: &Arc<Feed>) -> bool {
        self.blank(alert);
        match self.accepted.iter_mut().find(|accepted| alert_of(accepted) == Some(alert)) {
            Some(accepted) => {
                *accepted = Arc::clone(feed);
                false
            }
            None => self.open.insert(alert, Arc::clone(feed)).is_none(),
        }
    }

    /// It rings no more.
    pub(super) fn silence(&mut self, alert: AlertId, over: AlertOver) {
        let Some(feed) = self.open.remove(&alert) else { return };
        if over != AlertOver::Accepted {
            self.blank(alert);
            return;
        }
        self.accepted.push_back(feed);
        if self.accepted.len() > ACCEPTED
            && let Some(oldest) = self.accepted.pop_front().and_then(|feed| alert_of(&feed))
        {
            self.blank(oldest);
        }
    }

    /// Keeps what is being sent for clients that come back.
    pub(super) fn keep(&mut self, feed: &Arc<Feed>) {
        if self.recent.len() == KEPT {
            self.recent.pop_front();
            self.trimmed = true;
        }
        self.recent.push_back(Kept { id: feed.id, feed: Some(Arc::clone(feed)) });
    }

    fn blank(&mut self, alert: AlertId) {
        for kept in &mut self.recent {
            kept.feed.take_if(|feed| alert_of(feed) == Some(alert));
        }
    }

    /// What a client gets that stands after this message.
    pub(super) fn opening(&self, after: Option<FeedId>) -> Opening {
        let (reset, messages) = match after {
            None => (false, self.alerts()),
            Some(after) => match self.since(after) {
                Some(missed) => (false, missed),
                None => (true, self.alerts()),
            },
        };
        Opening { reset, messages, position: self.position() }
    }

    /// The last message's place.
    pub(super) fn position(&self) -> FeedId {
        self.recent.back().map_or(FeedId::default(), |kept| kept.id)
    }

    /// What came after this message and still says something; `None` where its place is no longer known.
    fn since(&self, after: FeedId) -> Option<Vec<Arc<Feed>>> {
        let next = match self.recent.iter().position(|kept| kept.id == after) {
            Some(place) => place + 1,
            None if after == FeedId::default() && !self.trimmed => 0,
            None => return None,
        };
        Some(self.recent.iter().skip(next).filter_map(|kept| kept.feed.clone()).collect())
    }

    /// What rings, the oldest first.
    pub(super) fn alerts(&self) -> Vec<Arc<Feed>> {
        let mut alerts: Vec<_> = self.open.values().cloned().collect();
        alerts.sort_by_key(|feed| feed.id);
        alerts
    }

    /// What they accepted lately, the oldest first.
    pub(super) fn accepted(&self) -> Vec<Arc<Feed>> {
        self.accepted.iter().cloned().collect()
    }
}

fn alert_of(feed: &Feed) -> Option<AlertId> {
    match &feed.pushed {
        Pushed::Alert(alert) => Some(alert.alert),
        _ => None,
    }
}
