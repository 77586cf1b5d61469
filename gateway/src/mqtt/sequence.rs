//! A device's own count of its events (`seq`), and where it has gaps.
//!
//! Nothing is refused for it: a gap says that something was lost at the device, or that two devices use one account. In memory alone,
//! and kept while a device comes and goes; after a restart of the gateway the count begins with the first number that is heard.
//!
//! Invariant: an event that is published again, as every event without a receipt is, is no gap.

use std::collections::BTreeSet;

/// With this a device begins anew: its outbox is a new one.
const FIRST: u64 = 1;
/// Numbers that got no receipt and are awaited again; more is an outage, after which nobody counts.
const AWAITED: usize = 256;

/// Where one device's count stands.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Sequence {
    last: Option<u64>,
    awaited: BTreeSet<u64>,
}

/// What a number says before its event has been judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Heard {
    /// The next one, after so many that are missing.
    New {
        /// How many.
        missing: u64,
    },
    /// One from before: fine if its event is known, or was given up before.
    Before,
}

impl Sequence {
    /// A number was heard.
    pub(super) fn heard(&mut self, seq: u64) -> Heard {
        let missing = match self.last {
            None => 0,
            Some(_) if seq == FIRST => 0,
            Some(last) if seq > last => seq - last - 1,
            Some(_) => return Heard::Before,
        };
        self.last = Some(seq);
        Heard::New { missing }
    }

    /// Its event got no receipt, and will come again.
    pub(super) fn given_up(&mut self, seq: u64) {
        self.awaited.insert(seq);
        if self.awaited.len() > AWAITED {
            self.awaited.pop_first();
        }
    }

    /// An event that nobody had seen has a number from before; whether that is a gap. The device counts on from there.
    pub(super) fn is_reused(&mut self, seq: u64) -> bool {
        if self.awaited.remove(&seq) {
            return false;
        }
        self.last = Some(seq);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Hears numbers whose events are all new; how many gaps there were.
    fn gaps(numbers: &[u64]) -> u64 {
        let mut sequence = Sequence::default();
        let one = |seq: &u64| match sequence.heard(*seq) {
            Heard::New { missing } => missing,
            Heard::Before => u64::from(sequence.is_reused(*seq)),
        };
        numbers.iter().map(one).sum()
    }

    #[test]
    fn missing_and_reused_numbers_are_gaps() {
        for (numbers, expect) in [
            (&[17, 18, 19][..], 0),
            (&[17, 19], 1),
            (&[17, 27, 28], 9),
            (&[17, 17, 18], 1),
            (&[17, 18, 1, 2, 3], 0),
            (&[17, 18, 5, 6, 7], 1),
            (&[u64::MAX, 3, 4], 1),
        ] {
            assert_eq!(gaps(numbers), expect, "{numbers:?}");
        }
    }

    #[test]
    fn what_got_no_receipt_may_come_again() {
        let mut sequence = Sequence::default();
        assert_eq!(sequence.heard(7), Heard::New { missing: 0 });
        sequence.given_up(7);
        assert_eq!(sequence.heard(8), Heard::New { missing: 0 });
        assert_eq!(sequence.heard(7), Heard::Before);
        assert!(!sequence.is_reused(7));
        assert_eq!(sequence.heard(9), Heard::New { missing: 0 }, "it counts on from the latest");
        assert!(sequence.is_reused(7), "but once");
    }
}
