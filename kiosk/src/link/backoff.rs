//! Pauses between attempts: doubled each time, and spread so that a showroom's kiosks do not all knock at once.

use std::time::Duration;

const FIRST: Duration = Duration::from_millis(200);
const LONGEST: Duration = Duration::from_secs(5);

#[derive(Debug)]
pub(super) struct Backoff {
    pause: Duration,
}

impl Default for Backoff {
    fn default() -> Self {
        Self { pause: FIRST }
    }
}

impl Backoff {
    pub(super) fn next_pause(&mut self) -> Duration {
        let pause = spread(self.pause);
        self.pause = (self.pause * 2).min(LONGEST);
        pause
    }
}

/// Between half of a duration and the whole of it.
pub(super) fn spread(whole: Duration) -> Duration {
    let random = getrandom::u32().unwrap_or(u32::MAX);
    let half = whole / 2;
    half + half.mul_f64(f64::from(random) / f64::from(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_their_limit_and_never_vanish() {
        let mut backoff = Backoff::default();
        let pauses: Vec<Duration> = (0..12).map(|_| backoff.next_pause()).collect();
        assert!(pauses.iter().all(|pause| (FIRST / 2..=LONGEST).contains(pause)), "{pauses:?}");
        assert!(pauses.last().unwrap() >= &(LONGEST / 2));
    }
}
