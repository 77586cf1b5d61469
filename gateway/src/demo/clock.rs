//! The demo's clock: as fast as it is told, and moved on by hand. Both its hands go together, so that neither is ever a clock
//! step.

use std::sync::Mutex;
use std::time::Duration;

use chrono::TimeDelta;
use shared::clock::{Clock, Reading, SystemClock};

/// A clock that started with the machine's and goes `rate` times as fast.
#[derive(Debug)]
pub struct DemoClock {
    started: Reading,
    rate: u32,
    moved: Mutex<Duration>,
}

impl DemoClock {
    /// A clock that goes `rate` times as fast as the machine's; at least once.
    #[must_use]
    pub fn new(rate: u32) -> Self {
        Self { started: SystemClock.read(), rate: rate.max(1), moved: Mutex::new(Duration::ZERO) }
    }

    /// Moves the clock on.
    pub fn advance(&self, by: Duration) {
        let mut moved = self.moved.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        *moved = moved.saturating_add(by);
    }

    fn moved(&self) -> Duration {
        *self.moved.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

impl Clock for DemoClock {
    fn read(&self) -> Reading {
        let passed = SystemClock.read().boot.saturating_sub(self.started.boot);
        let passed = passed.saturating_mul(self.rate).saturating_add(self.moved());
        let wall = TimeDelta::from_std(passed).ok().and_then(|by| self.started.wall.checked_add_signed(by));
        Reading { wall: wall.unwrap_or(self.started.wall), boot: self.started.boot.saturating_add(passed) }
    }

    fn sleep_for(&self, span: Duration) -> Duration {
        span / self.rate
    }
}

#[cfg(test)]
mod tests {
    use shared::clock::Anchor;

    use super::*;

    #[test]
    fn moving_the_demos_clock_is_no_clock_step() {
        let clock = DemoClock::new(1);
        let anchor = Anchor::new(clock.read());
        clock.advance(Duration::from_hours(5));
        let later = clock.read();
        assert_eq!(anchor.step(later, TimeDelta::seconds(2)), None);
        assert!((later.wall - clock.started.wall).num_hours() >= 5);
    }

    #[test]
    fn a_fast_clock_sleeps_shorter() {
        assert_eq!(DemoClock::new(60).sleep_for(Duration::from_mins(1)), Duration::from_secs(1));
    }
}
