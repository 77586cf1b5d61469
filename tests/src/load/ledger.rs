//! What happened, seen from outside: kept by the driver, compared with what the gateway says.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::{Mutex, MutexGuard, PoisonError};

use shared::ids::{AlertId, EventId, VisitId};
use shared::wire::Why;

use super::stopwatch;

/// Everything that the driver saw.
#[derive(Debug, Default)]
pub struct Ledger {
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    visits: HashMap<VisitId, Seen>,
    events: HashMap<EventId, Event>,
    alerts: HashMap<(AlertId, usize), Delivered>,
    /// When the first phone was about to accept.
    accepts: HashMap<VisitId, u64>,
    told_taken: Vec<u64>,
    rang_twice: u64,
    refused: u64,
    answers_refused: u64,
    breaks: u64,
}

#[derive(Debug, Clone, Copy)]
struct Event {
    published: u64,
    receipted: Option<u64>,
}

/// An alert on one phone: updates come under the same id, so only the same words again, before an answer, are a second ring.
#[derive(Debug, Clone, Copy, Default)]
struct Delivered {
    words: Option<u64>,
    answered: bool,
    over: bool,
}

/// One visit, times in microseconds of the stopwatch.
#[derive(Debug, Clone, Copy, Default)]
pub struct Seen {
    /// Just before the check-in was published.
    pub published: u64,
    /// When the first phone had read the alert.
    pub phone: Option<u64>,
    /// It waited in the queue.
    pub queued: bool,
    /// When it was ended by a phone.
    pub ended: Option<u64>,
}

/// The ledger at the end of a run.
#[derive(Debug, Clone, Default)]
pub struct Summary {
    /// Every visit.
    pub visits: HashMap<VisitId, Seen>,
    /// Events published.
    pub published: u64,
    /// Events with a receipt.
    pub receipted: u64,
    /// Events refused.
    pub refused: u64,
    /// Answers of phones that were refused (somebody else was first, the visit was over).
    pub answers_refused: u64,
    /// Connections of phones that broke.
    pub breaks: u64,
    /// Alerts that rang twice on the same phone.
    pub rang_twice: u64,
    /// Publish → receipt, microseconds.
    pub receipt_times: Vec<u64>,
    /// From the first accept of a visit to another phone that has read of it, microseconds.
    pub told_taken: Vec<u64>,
}

impl Ledger {
    /// A check-in is about to be published.
    pub fn publish(&self, visit: VisitId, event: EventId) {
        let now = stopwatch::micros();
        let mut inner = self.lock();
        inner.visits.insert(visit, Seen { published: now, ..Seen::default() });
        inner.events.insert(event, Event { published: now, receipted: None });
    }

    /// Another event of a visit is about to be published.
    pub fn publish_more(&self, event: EventId) {
        let now = stopwatch::micros();
        self.lock().events.insert(event, Event { published: now, receipted: None });
    }

    /// Receipts came; gives how many of them were the first for their event.
    pub fn receipts(&self, events: &[EventId]) -> usize {
        let now = stopwatch::micros();
        let mut inner = self.lock();
        let mut first = 0;
        for event in events {
            if let Some(event) = inner.events.get_mut(event)
                && event.receipted.is_none()
            {
                event.receipted = Some(now);
                first += 1;
            }
        }
        first
    }

    /// An event was refused.
    pub fn refused(&self, count: usize) {
        self.lock().refused += u64::try_from(count).unwrap_or(0);
    }

    /// A phone has read an alert; gives whether it rings there for the first time.
    pub fn alert(&self, phone: usize, (alert, visit, why): (AlertId, VisitId, Why), data: &str) -> bool {
        let now = stopwatch::micros();
        let mut hasher = DefaultHasher::new();
        data.hash(&mut hasher);
        let words = Some(hasher.finish());
        let mut inner = self.lock();
        if let Some(seen) = inner.visits.get_mut(&visit) {
            seen.queued |= why == Why::Queue;
            seen.phone.get_or_insert(now);
        }
        let delivered = inner.alerts.entry((alert, phone)).or_default();
        let first = delivered.words.is_none();
        let again = delivered.words == words && !delivered.answered;
        delivered.words = words;
        inner.rang_twice += u64::from(again);
        first
    }

    /// A phone is about to accept an alert.
    pub fn answered(&self, phone: usize, alert: AlertId) {
        let now = stopwatch::micros();
        let mut inner = self.lock();
        inner.alerts.entry((alert, phone)).or_default().answered = true;
        inner.accepts.entry(alert.visit).or_insert(now);
    }

    /// A phone has read that an alert of its own is over; `taken`: somebody else comes.
    pub fn over(&self, phone: usize, alert: AlertId, taken: bool) {
        let now = stopwatch::micros();
        let mut inner = self.lock();
        inner.alerts.entry((alert, phone)).or_default().over = true;
        if let Some(accepted) = inner.accepts.get(&alert.visit).copied().filter(|_| taken) {
            inner.told_taken.push(now.saturating_sub(accepted));
        }
    }

    /// Whether the phone has read that.
    #[must_use]
    pub fn is_over(&self, phone: usize, alert: AlertId) -> bool {
        self.lock().alerts.get(&(alert, phone)).is_some_and(|delivered| delivered.over)
    }

    /// A phone ended a visit.
    pub fn ended(&self, visit: VisitId) {
        let now = stopwatch::micros();
        if let Some(seen) = self.lock().visits.get_mut(&visit) {
            seen.ended.get_or_insert(now);
        }
    }

    /// An answer of a phone was refused.
    pub fn answer_refused(&self) {
        self.lock().answers_refused += 1;
    }

    /// A phone's connection broke.
    pub fn broke(&self) {
        self.lock().breaks += 1;
    }

    /// Events that wait for their receipt.
    #[must_use]
    pub fn without_receipt(&self) -> usize {
        self.lock().events.values().filter(|event| event.receipted.is_none()).count()
    }

    /// Events with a receipt so far.
    #[must_use]
    pub fn with_receipt(&self) -> usize {
        self.lock().events.values().filter(|event| event.receipted.is_some()).count()
    }

    /// Visits that no phone has ended.
    #[must_use]
    pub fn not_ended(&self) -> usize {
        self.lock().visits.values().filter(|seen| seen.ended.is_none()).count()
    }

    /// Everything, at the end.
    #[must_use]
    pub fn summary(&self) -> Summary {
        let inner = self.lock();
        let times: Vec<u64> = inner
            .events
            .values()
            .filter_map(|event| event.receipted.map(|at| at.saturating_sub(event.published)))
            .collect();
        Summary {
            visits: inner.visits.clone(),
            published: u64::try_from(inner.events.len()).unwrap_or(0),
            receipted: u64::try_from(times.len()).unwrap_or(0),
            refused: inner.refused,
            answers_refused: inner.answers_refused,
            breaks: inner.breaks,
            rang_twice: inner.rang_twice,
            receipt_times: times,
            told_taken: inner.told_taken.clone(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;

    #[test]
    fn the_second_ring_of_an_alert_on_one_phone_is_counted_and_a_second_phone_is_not() {
        let mut random = Random::new(3);
        let (visit, event) = (random.visit(chrono::DateTime::UNIX_EPOCH), random.event(chrono::DateTime::UNIX_EPOCH));
        let ledger = Ledger::default();
        ledger.publish(visit, event);
        let alert = AlertId { visit, ordinal: 1 };
        let ring = (alert, visit, Why::LongestFree);
        assert!(ledger.alert(0, ring, "a visitor"));
        assert!(ledger.alert(1, ring, "a visitor"));
        assert!(!ledger.alert(0, ring, "two visitors"), "an update");
        assert_eq!(ledger.summary().rang_twice, 0);
        assert!(!ledger.alert(0, ring, "two visitors"));
        assert_eq!(ledger.summary().rang_twice, 1);
        ledger.answered(1, alert);
        assert!(!ledger.alert(1, ring, "a visitor"), "what Accept opens");
        assert_eq!(ledger.summary().rang_twice, 1);
        assert_eq!(ledger.receipts(&[event]), 1);
        assert_eq!(ledger.receipts(&[event]), 0);
        assert_eq!(ledger.without_receipt(), 0);
    }
}
