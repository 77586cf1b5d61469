//! Time as the product sees it: a wall clock that may step, and a boot clock that may not.
//!
//! Everything else takes `now` as a parameter or a [`Clock`]; clippy bans every other clock of the workspace.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

/// One reading of both clocks, taken together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reading {
    /// The wall clock, which people and time servers may set.
    pub wall: DateTime<Utc>,
    /// Time since the machine started, suspend included; never set, never goes back.
    pub boot: Duration,
}

/// A source of time.
pub trait Clock: Send + Sync {
    /// Reads both clocks.
    fn read(&self) -> Reading;

    /// The wall clock alone.
    fn now(&self) -> DateTime<Utc> {
        self.read().wall
    }

    /// How long a process really sleeps while this clock goes on by `span`; less on a demo's fast clock.
    fn sleep_for(&self, span: Duration) -> Duration {
        span
    }
}

/// The machine's own clocks: the only place that reads them.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the wall clock")]
    fn read(&self) -> Reading {
        let boot = rustix::time::clock_gettime(rustix::time::ClockId::Boottime);
        Reading {
            wall: Utc::now(),
            boot: Duration::new(u64::try_from(boot.tv_sec).unwrap_or(0), u32::try_from(boot.tv_nsec).unwrap_or(0)),
        }
    }
}

/// Steady wall time: an anchor taken once, advanced by the boot clock, so that a clock set by hand moves no deadline.
#[derive(Debug, Clone, Copy)]
pub struct Anchor {
    at: Reading,
}

/// A difference between the wall clock and the anchored time that is larger than a clock drifts by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClockStep {
    /// By how much the wall clock went ahead (negative: back).
    pub by: TimeDelta,
}

impl Anchor {
    /// Anchors at a reading.
    #[must_use]
    pub fn new(at: Reading) -> Self {
        Self { at }
    }

    /// The anchored time at a later reading.
    #[must_use]
    pub fn at(&self, reading: Reading) -> DateTime<Utc> {
        let passed = reading.boot.saturating_sub(self.at.boot);
        TimeDelta::from_std(passed)
            .ok()
            .and_then(|passed| self.at.wall.checked_add_signed(passed))
            .unwrap_or(reading.wall)
    }

    /// The step that the wall clock made since the anchor was taken, if it is larger than this.
    #[must_use]
    pub fn step(&self, reading: Reading, tolerance: TimeDelta) -> Option<ClockStep> {
        let by = reading.wall - self.at(reading);
        (by.abs() > tolerance).then_some(ClockStep { by })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reading(wall_s: i64, boot_s: u64) -> Reading {
        Reading {
            wall: DateTime::from_timestamp(1_800_000_000 + wall_s, 0).unwrap(),
            boot: Duration::from_secs(boot_s),
        }
    }

    #[track_caller]
    fn check(wall_s: i64, boot_s: u64, expect_step_s: Option<i64>) {
        let anchor = Anchor::new(reading(0, 50));
        let later = reading(wall_s, boot_s);
        assert_eq!(anchor.step(later, TimeDelta::seconds(2)).map(|s| s.by.num_seconds()), expect_step_s);
        assert_eq!((anchor.at(later) - anchor.at.wall).num_seconds(), i64::try_from(boot_s).unwrap() - 50);
    }

    #[test]
    fn anchored_time_follows_the_boot_clock_and_reports_steps() {
        check(10, 60, None);
        check(11, 60, None);
        check(12, 60, None);
        check(13, 60, Some(3));
        check(-3600, 60, Some(-3610));
        check(100_000, 50, Some(100_000));
    }

    #[test]
    fn system_clock_moves_forward() {
        let (a, b) = (SystemClock.read(), SystemClock.read());
        assert!(b.boot >= a.boot);
        assert!(a.boot > Duration::ZERO);
    }
}
