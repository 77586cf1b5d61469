//! Random choices that can be repeated: everything comes from one seed, which whoever makes the choice prints.

use std::time::Duration;

use chrono::{DateTime, Utc};
use shared::ids::{EventId, VisitId};

/// `SplitMix64`: small, fast, and the same on every machine.
#[derive(Debug, Clone)]
pub struct Random {
    state: u64,
}

impl Random {
    /// Choices that follow from a seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self { state: seed }
    }

    /// A seed that nobody chose.
    #[must_use]
    pub fn fresh_seed() -> u64 {
        getrandom::u64().unwrap_or(1)
    }

    /// The next 64 bits.
    pub fn bits(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number below `end` (0 for an empty range).
    pub fn below(&mut self, end: u64) -> u64 {
        self.bits().checked_rem(end).unwrap_or(0)
    }

    /// A time between two, to the millisecond.
    pub fn between(&mut self, from: Duration, to: Duration) -> Duration {
        let span = u64::try_from(to.saturating_sub(from).as_millis()).unwrap_or(u64::MAX);
        from + Duration::from_millis(self.below(span.saturating_add(1)))
    }

    /// One of a slice.
    pub fn pick<'a, T>(&mut self, from: &'a [T]) -> Option<&'a T> {
        let at = self.below(u64::try_from(from.len()).unwrap_or(0));
        from.get(usize::try_from(at).unwrap_or(0))
    }

    fn ten(&mut self) -> [u8; 10] {
        let (high, low) = (self.bits().to_be_bytes(), self.bits().to_be_bytes());
        let mut ten = [0; 10];
        for (to, from) in ten.iter_mut().zip(high.into_iter().chain(low)) {
            *to = from;
        }
        ten
    }

    /// A new event's id.
    pub fn event(&mut self, at: DateTime<Utc>) -> EventId {
        EventId::new(at, self.ten())
    }

    /// A new visit's id.
    pub fn visit(&mut self, at: DateTime<Utc>) -> VisitId {
        VisitId::new(at, self.ten())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_gives_the_same_choices_again_and_another_seed_gives_others() {
        let first: Vec<u64> = std::iter::repeat_with({
            let mut r = Random::new(7);
            move || r.bits()
        })
        .take(5)
        .collect();
        let again: Vec<u64> = std::iter::repeat_with({
            let mut r = Random::new(7);
            move || r.bits()
        })
        .take(5)
        .collect();
        assert_eq!(first, again);
        assert_ne!(first[0], Random::new(8).bits());
    }

    #[test]
    fn choices_stay_in_their_range() {
        let mut random = Random::new(1);
        for _ in 0..1000 {
            assert!(random.below(3) < 3);
            let time = random.between(Duration::from_millis(5), Duration::from_millis(9));
            assert!((5..=9).contains(&time.as_millis()));
        }
        assert_eq!(random.pick::<u8>(&[]), None);
    }
}
