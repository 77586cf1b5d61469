//! A breaker: a receiver that fails again and again is left alone for a while, so that it costs nobody a place in a queue.
//!
//! Pure: time comes as the boot clock's reading.

use std::time::Duration;

/// Failures in a row that open it.
const FAILURES: u32 = 5;
/// How long it stays open at first; twice as long after each trial that failed, up to [`LONGEST`].
const FIRST: Duration = Duration::from_secs(15);
const LONGEST: Duration = Duration::from_mins(5);
/// A trial of which nothing was heard for so long is given up, and another may go.
const TRIAL: Duration = Duration::from_mins(1);

/// Whether a call may go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pass {
    /// Now.
    Go,
    /// After so long: the receiver asked for a pause.
    Wait(Duration),
    /// Not for a good while.
    Stop,
}

/// Closed: everything passes. Open: nothing does, until one trial may.
#[derive(Debug, Default)]
pub(super) struct Breaker {
    failures: u32,
    opened: Option<Opened>,
    /// The receiver asked for a pause until then.
    held: Option<Duration>,
}

#[derive(Debug, Clone, Copy)]
struct Opened {
    until: Duration,
    span: Duration,
}

impl Breaker {
    /// Whether a call may go now. Once an open one's time is over, the first who asks is the trial.
    pub(super) fn pass(&mut self, now: Duration) -> Pass {
        if let Some(held) = self.held.filter(|held| now < *held) {
            return Pass::Wait(held.saturating_sub(now));
        }
        match &mut self.opened {
            None => Pass::Go,
            Some(opened) if now < opened.until => Pass::Stop,
            Some(opened) => {
                opened.until = now + TRIAL;
                Pass::Go
            }
        }
    }

    /// The receiver is well, and asks for a pause until then.
    pub(super) fn hold(&mut self, until: Duration) {
        *self = Self { held: Some(until), ..Self::default() };
    }

    /// The receiver answered sensibly.
    pub(super) fn succeeded(&mut self) {
        *self = Self::default();
    }

    /// The receiver did not.
    pub(super) fn failed(&mut self, now: Duration) {
        self.failures = self.failures.saturating_add(1);
        let span = match self.opened {
            Some(opened) => (opened.span * 2).min(LONGEST),
            None => FIRST,
        };
        if self.failures >= FAILURES {
            self.opened = Some(Opened { until: now + span, span });
        }
    }

    /// Whether it is open, or tries.
    pub(super) fn is_open(&self) -> bool {
        self.opened.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    impl Breaker {
        fn may_pass(&mut self, now: Duration) -> bool {
            self.pass(now) == Pass::Go
        }
    }

    fn at(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn five_failures_in_a_row_open_it_and_one_success_closes_it() {
        let mut breaker = Breaker::default();
        for _ in 0..4 {
            breaker.failed(at(0));
        }
        assert!(breaker.may_pass(at(0)));
        breaker.succeeded();
        for _ in 0..5 {
            assert!(breaker.may_pass(at(1)));
            breaker.failed(at(1));
        }
        assert!(!breaker.may_pass(at(15)) && breaker.is_open());
        assert!(breaker.may_pass(at(16)), "one trial");
        assert!(!breaker.may_pass(at(16)), "and no second beside it");
        breaker.succeeded();
        assert!(breaker.may_pass(at(17)) && breaker.may_pass(at(17)) && !breaker.is_open());
    }

    #[test]
    fn a_pause_that_was_asked_for_is_waited_for() {
        let mut breaker = Breaker::default();
        breaker.hold(at(10));
        assert_eq!(breaker.pass(at(4)), Pass::Wait(at(6)));
        assert_eq!((breaker.pass(at(10)), breaker.is_open()), (Pass::Go, false));
    }

    #[test]
    fn a_trial_that_fails_doubles_the_wait_and_one_that_vanishes_makes_room() {
        let mut breaker = Breaker::default();
        for _ in 0..5 {
            breaker.failed(at(0));
        }
        assert!(breaker.may_pass(at(15)));
        breaker.failed(at(20));
        assert!(!breaker.may_pass(at(49)));
        assert!(breaker.may_pass(at(50)));
        assert!(!breaker.may_pass(at(109)));
        assert!(breaker.may_pass(at(110)), "the trial before was never heard of again");
        for _ in 0..10 {
            breaker.failed(at(110));
        }
        assert!(breaker.may_pass(at(110 + 300)), "five minutes at most");
    }
}
