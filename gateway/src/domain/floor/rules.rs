//! The floor's figures: DESIGN §5, every one of them configuration.

use chrono::TimeDelta;

use super::pools::Pools;

/// Figures of the floor. Durations count from the gateway's receipt unless said otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FloorRules {
    /// Who serves which purpose.
    pub pools: Pools,
    /// A second person beside a first who is only pushable.
    pub second: TimeDelta,
    /// Unaccepted: at least two are asked.
    pub two: TimeDelta,
    /// Unaccepted: everyone free, reception and the manager.
    pub everyone: TimeDelta,
    /// The standard's ten seconds (PROCESS I.2).
    pub breach: TimeDelta,
    /// The managers' one alert renews.
    pub manager_renew: TimeDelta,
    /// Accepted and not greeted: asked again.
    pub greet_again: TimeDelta,
    /// Accepted and not greeted: the manager is told.
    pub greet_manager: TimeDelta,
    /// A colleague who is asked to take over or to come beside answers within this time, or is asked no longer.
    pub answer: TimeDelta,
    /// "Still with them?"
    pub still_with: TimeDelta,
    /// A visit left open is closed.
    pub close: TimeDelta,
    /// How long presence, greeting, end and a ruling can be taken back.
    pub undo: TimeDelta,
    /// A check-in older than this at its receipt has no ladder.
    pub late: TimeDelta,
    /// A phone is live for so long after its last word.
    pub live: TimeDelta,
    /// A person without an open page is pushable for so long after a channel's last delivery.
    pub pushable: TimeDelta,
    /// A wall clock that moves further than this against the boot clock was set: open ladders keep their remaining time.
    pub clock_step: TimeDelta,
    /// From this score on a lead is promising: a senior is asked first, and it waits less in the queue.
    pub promising: u8,
    /// 归属 a customer belongs to the consultant of the last real contact, or to whom a manager has ruled them, for this long (PROCESS I.1).
    pub owned: TimeDelta,
    /// A submitted page joins the kiosk's visit that checked in at most this long before the page was opened, and whose visitor was not met then.
    pub join: TimeDelta,
    /// How long a spent code is remembered: its lifetime and the page's.
    pub code_kept: TimeDelta,
}

impl Default for FloorRules {
    fn default() -> Self {
        Self {
            pools: Pools::default(),
            second: TimeDelta::seconds(2),
            two: TimeDelta::seconds(4),
            everyone: TimeDelta::seconds(7),
            breach: TimeDelta::seconds(10),
            manager_renew: TimeDelta::seconds(30),
            greet_again: TimeDelta::seconds(20),
            greet_manager: TimeDelta::seconds(40),
            answer: TimeDelta::seconds(30),
            still_with: TimeDelta::minutes(40),
            close: TimeDelta::hours(4),
            undo: TimeDelta::minutes(2),
            late: TimeDelta::minutes(2),
            live: TimeDelta::seconds(30),
            pushable: TimeDelta::hours(12),
            clock_step: TimeDelta::seconds(2),
            promising: 80,
            owned: TimeDelta::days(30),
            join: TimeDelta::minutes(5),
            code_kept: TimeDelta::hours(1),
        }
    }
}
