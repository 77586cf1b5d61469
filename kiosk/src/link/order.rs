//! In which order the outbox goes out: whoever stands at the screen does not wait behind three days of others.
//!
//! Two ways through the outbox, both in the order of its sequence. The *pass* takes everything, from the oldest on; it begins anew when
//! something has had no receipt for long. New check-ins, and what follows them, *overtake* it.
//!
//! Invariant: within one visit nothing is sent before what was said earlier; the gateway would refuse it for good. So only a visit whose
//! check-in overtakes may be followed by its other events.

use std::collections::BTreeSet;

use shared::ids::VisitId;

use super::WINDOW;
use crate::outbox::Stored;

/// Publishes of the pass without a PUBACK at one time: few, since a broker answers one connection one by one, and what overtakes waits
/// for all of them.
const PASS: usize = 16;

#[derive(Debug, Default)]
pub(super) struct Order {
    /// The last sequence of the pass.
    passed: u64,
    /// Whether the pass reached the newest event.
    caught_up: bool,
    /// The last sequence that was looked at for overtaking.
    newest: u64,
    /// Visits whose check-in has overtaken.
    visits: BTreeSet<VisitId>,
    /// Sequences that have overtaken the pass.
    ahead: BTreeSet<u64>,
}

/// Which way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// Overtaking.
    Ahead,
    /// In the pass.
    Pass,
}

impl Way {
    /// Publishes without a PUBACK, of both ways, up to which this way publishes.
    pub(super) fn window(self) -> usize {
        match self {
            Self::Ahead => WINDOW,
            Self::Pass => PASS,
        }
    }
}

impl Order {
    /// A connection has come up; what was kept after this sequence may overtake.
    pub(super) fn begin(old: u64) -> Self {
        Self { newest: old, ..Self::default() }
    }

    /// After which sequence a way goes on.
    pub(super) fn after(&self, way: Way) -> u64 {
        match way {
            Way::Ahead => self.newest,
            Way::Pass => self.passed,
        }
    }

    /// Whether an event is to be sent now, on this way.
    pub(super) fn wants(&self, event: &Stored, way: Way) -> bool {
        match (way, event.visit()) {
            (Way::Pass, _) => !self.ahead.contains(&event.sequence),
            (Way::Ahead, Some((visit, is_check_in))) => is_check_in || self.visits.contains(&visit),
            (Way::Ahead, None) => false,
        }
    }

    /// An event was sent on this way, or was not wanted.
    pub(super) fn done(&mut self, event: &Stored, way: Way, sent: bool) {
        match way {
            Way::Pass => {
                self.passed = event.sequence;
                // Kept since overtaking was looked for: it has nothing left to overtake.
                self.newest = self.newest.max(event.sequence);
                self.ahead.remove(&event.sequence);
            }
            Way::Ahead => {
                self.newest = event.sequence;
                if sent {
                    self.ahead.insert(event.sequence);
                    self.visits.extend(event.visit().map(|(visit, _)| visit));
                }
            }
        }
    }

    /// A way found something more, or nothing.
    pub(super) fn found(&mut self, way: Way, any: bool) {
        if way == Way::Ahead {
            return;
        }
        self.caught_up = !any;
        if self.caught_up {
            // Whatever comes now follows in order anyhow.
            self.visits.clear();
        }
    }

    /// Another pass, if the last is over: whatever still has no receipt goes out again.
    pub(super) fn again(&mut self) {
        if self.caught_up {
            self.passed = 0;
            self.ahead.clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use chrono::DateTime;
    use shared::clock::Reading;
    use shared::ids::EventId;
    use shared::wire::{CheckedIn, Detailed, DeviceEvent, Language, Purpose, VisitRef};

    use super::*;
    use crate::outbox::{Machine, Outbox, SealKey};
    use crate::session::NewEvent;

    /// Says something about a visit: `c` check-in, `d` detail, `l` left.
    fn say(outbox: &Outbox, number: u8, visit: u8, what: char) {
        let at = Reading { wall: DateTime::from_timestamp(1_795_000_000, 0).unwrap(), boot: Duration::from_secs(9) };
        let visit = VisitId::new(at.wall, [visit; 10]);
        let detail = Detailed { party: Some(2), ..Detailed::default() };
        let event = match what {
            'c' => DeviceEvent::CheckedIn(CheckedIn {
                visit,
                purpose: Purpose::Browse,
                language: Language::Zh,
                touched_ms: None,
                detail: Detailed::default(),
            }),
            'd' => DeviceEvent::Detailed { visit, language: None, detail },
            _ => DeviceEvent::Left(VisitRef { visit }),
        };
        outbox.keep(vec![NewEvent { id: EventId::new(at.wall, [number; 10]), at, event }]).unwrap();
    }

    /// Sends whatever both ways want, as a connection does; the sequences in the order of their sending.
    fn sent(order: &mut Order, outbox: &Outbox) -> Vec<u64> {
        let mut sent = sent_on(order, outbox, Way::Ahead);
        sent.extend(sent_on(order, outbox, Way::Pass));
        sent
    }

    fn sent_on(order: &mut Order, outbox: &Outbox, way: Way) -> Vec<u64> {
        let mut sent = Vec::new();
        for event in &outbox.read_after(order.after(way), 100).unwrap() {
            let wanted = order.wants(event, way);
            if wanted {
                sent.push(event.sequence);
            }
            order.done(event, way, wanted);
        }
        order.found(way, false);
        sent
    }

    #[test]
    fn new_visitors_overtake_and_nobodys_word_comes_before_their_check_in() {
        let folder = tempfile::tempdir().unwrap();
        let outbox = Outbox::open(&folder.path().join("outbox"), SealKey::new(&[5; 32]), Machine::named("a")).unwrap();
        // 1 and 2 wait since yesterday; 3 to 6 are new, and 3 is about the visit of yesterday.
        for (number, visit, what) in [(1, 1, 'c'), (2, 2, 'c'), (3, 1, 'd'), (4, 3, 'c'), (5, 3, 'd'), (6, 2, 'l')] {
            say(&outbox, number, visit, what);
        }
        let mut order = Order::begin(2);
        assert_eq!(sent(&mut order, &outbox), [4, 5, 1, 2, 3, 6]);
        // What follows goes out in its order, once.
        for (number, visit, what) in [(7, 3, 'l'), (8, 4, 'c'), (9, 4, 'd')] {
            say(&outbox, number, visit, what);
        }
        assert_eq!(sent(&mut order, &outbox), [8, 9, 7]);
        assert_eq!(sent(&mut order, &outbox), [0_u64; 0]);
        // Without receipts everything goes out again, from the oldest on.
        order.again();
        assert_eq!(sent(&mut order, &outbox), [1, 2, 3, 4, 5, 6, 7, 8, 9]);
    }

    #[test]
    fn what_is_kept_while_both_ways_are_gone_through_goes_out_once() {
        let folder = tempfile::tempdir().unwrap();
        let outbox = Outbox::open(&folder.path().join("outbox"), SealKey::new(&[5; 32]), Machine::named("a")).unwrap();
        say(&outbox, 1, 1, 'c');
        let mut order = Order::begin(0);
        assert_eq!(sent_on(&mut order, &outbox, Way::Ahead), [1]);
        say(&outbox, 2, 2, 'c');
        assert_eq!(sent_on(&mut order, &outbox, Way::Pass), [2]);
        say(&outbox, 3, 2, 'd');
        assert_eq!(sent(&mut order, &outbox), [3]);
    }
}
