//! How long to wait before the next attempt: growing, with jitter, so that a hundred showrooms do not come back at once.

use std::time::Duration;

const FIRST: Duration = Duration::from_millis(250);
const LONGEST: Duration = Duration::from_secs(15);

/// The waits of one connection.
#[derive(Debug, Default)]
pub(super) struct Backoff {
    failures: u32,
}

impl Backoff {
    /// The connection was up: begin anew.
    pub(super) fn reset(&mut self) {
        self.failures = 0;
    }

    /// The next wait: between half and the whole of 250 ms, 500 ms, 1 s … 15 s.
    pub(super) fn next(&mut self) -> Duration {
        let whole = FIRST.saturating_mul(1_u32 << self.failures.min(6)).min(LONGEST);
        self.failures = self.failures.saturating_add(1);
        let mut random = [0; 1];
        // Without random bytes the wait is the whole one: still correct.
        if getrandom::fill(&mut random).is_err() {
            return whole;
        }
        let [random] = random;
        whole / 2 + (whole / 2).mul_f64(f64::from(random) / 255.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_to_a_bound_and_begin_anew() {
        let mut backoff = Backoff::default();
        for whole in [250, 500, 1000, 2000, 4000, 8000, 15_000, 15_000] {
            let wait = backoff.next().as_millis();
            assert!((whole / 2..=whole).contains(&wait), "{wait} of {whole}");
        }
        backoff.reset();
        assert!(backoff.next().as_millis() <= 250);
    }
}
