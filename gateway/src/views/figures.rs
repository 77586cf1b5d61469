//! The figures of a day: how many came, and how the ten seconds were kept. Accepted and greeted are counted apart, and of
//! the greeted how many somebody confirmed (DESIGN §5).

use chrono::{DateTime, TimeDelta, Timelike as _, Utc};
use chrono_tz::Tz;

use super::row::{Millis, VisitRow};
use super::{Views, ViewsError};
use crate::domain::floor::visit::{GreetedSource, Outcome};

/// One hour of the day, by the showroom's clock.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub struct HourFigures {
    /// Visits that arrived.
    pub visits: u32,
    /// Of them accepted in time.
    pub accepted_in_time: u32,
    /// Of them greeted in time.
    pub greeted_in_time: u32,
    /// Of them on record as broken.
    pub breaches: u32,
}

/// The figures of a span of time, usually a day.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct DayFigures {
    /// Visits that arrived.
    pub visits: u32,
    /// Of them taken back by the visitor.
    pub cancelled: u32,
    /// The same party had checked in twice: counted here alone.
    pub joined: u32,
    /// Of them missed while offline: they had no ladder.
    pub late: u32,
    /// Of whom it is decided whether they were accepted in time: accepted, or their time is over. Not who took it back before, nor
    /// whoever was missed while offline.
    pub counted: u32,
    /// The same of being greeted.
    pub greeted_counted: u32,
    /// Accepted at all.
    pub accepted: u32,
    /// Accepted in time, from the tap.
    pub accepted_in_time: u32,
    /// Greeted at all.
    pub greeted: u32,
    /// Greeted in time, from the tap.
    pub greeted_in_time: u32,
    /// Greeted, and somebody said so: not inferred from the end.
    pub greeted_confirmed: u32,
    /// The ten seconds were broken.
    pub breaches: u32,
    /// By hour of the showroom's day, 0–23.
    pub by_hour: [HourFigures; 24],
}

impl Views {
    /// The figures of the visits that arrived in `[from, to)`; hours by the clock of `zone`. In time is who was met within `in_time` of
    /// the corrected tap: the standard's ten seconds (PROCESS I.2), or what the showroom has set. Whoever can still be met in time `now` is
    /// neither a success nor a failure.
    ///
    /// # Errors
    /// Broken rows, or sled.
    pub fn day(
        &self,
        from: DateTime<Utc>,
        to: DateTime<Utc>,
        zone: Tz,
        in_time: TimeDelta,
        now: DateTime<Utc>,
    ) -> Result<DayFigures, ViewsError> {
        let mut figures = DayFigures::default();
        for row in self.each_visit(from, to) {
            figures.count(&row?, zone, in_time.num_milliseconds(), now.into());
        }
        Ok(figures)
    }
}

impl DayFigures {
    fn count(&mut self, row: &VisitRow, zone: Tz, in_time_ms: i64, now: Millis) {
        if row.outcome == Some(Outcome::Joined) {
            self.joined += 1;
            return;
        }
        let accepted_in_time = u32::from(row.accepted_ms.is_some_and(|ms| ms <= in_time_ms));
        let greeted_in_time = u32::from(row.greeted_ms.is_some_and(|ms| ms <= in_time_ms));
        let breached = u32::from(row.breach.is_some());
        let cancelled = row.outcome == Some(Outcome::Cancelled);
        // The record knows better than the clock, which may have been set since.
        let over = row.breach.is_some() || !cancelled && now.since(row.arrived_at) > in_time_ms;
        let decided = |met_ms: Option<i64>| u32::from(!row.late && (met_ms.is_some() || over));
        self.visits += 1;
        self.cancelled += u32::from(cancelled);
        self.late += u32::from(row.late);
        self.counted += decided(row.accepted_ms);
        self.greeted_counted += decided(row.greeted_ms);
        self.accepted += u32::from(row.accepted_ms.is_some());
        self.accepted_in_time += accepted_in_time;
        self.greeted += u32::from(row.greeted_ms.is_some());
        self.greeted_in_time += greeted_in_time;
        self.greeted_confirmed += u32::from(row.greeted_source.is_some_and(|by| by != GreetedSource::Inferred));
        self.breaches += breached;
        let hour = row.arrived_at.utc().with_timezone(&zone).hour();
        if let Some(hour) = usize::try_from(hour).ok().and_then(|hour| self.by_hour.get_mut(hour)) {
            hour.visits += 1;
            hour.accepted_in_time += accepted_in_time;
            hour.greeted_in_time += greeted_in_time;
            hour.breaches += breached;
        }
    }
}
