//! When a showroom is open, in its own time.
//!
//! A week of spans; a day without one is a day off, and a week without any is a showroom that is always open. The offset is that of
//! the moment: whoever sends hours sends them again when clocks change.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use chrono::{
    DateTime, Datelike as _, Days, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Timelike as _, Utc, Weekday,
};
use serde::{Deserialize, Serialize};

/// Minutes of a day.
const DAY: u16 = 24 * 60;

/// A time of day to the minute, written `09:30`; `24:00` is the day's end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TimeOfDay(u16);

/// Not a time of day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be a time such as 09:30, at most 24:00")]
pub struct NoTimeOfDay;

impl TimeOfDay {
    /// The minute that a clock shows.
    #[must_use]
    pub fn of(time: NaiveTime) -> Self {
        Self(u16::try_from(time.hour() * 60 + time.minute()).unwrap_or_default())
    }

    /// This time on a date; the day's end is the next day's beginning. `None` beyond the calendar.
    #[must_use]
    pub fn on(self, date: NaiveDate) -> Option<NaiveDateTime> {
        date.and_time(NaiveTime::MIN).checked_add_signed(TimeDelta::minutes(self.0.into()))
    }
}

impl FromStr for TimeOfDay {
    type Err = NoTimeOfDay;

    fn from_str(text: &str) -> Result<Self, NoTimeOfDay> {
        let (hours, minutes) = text.split_once(':').ok_or(NoTimeOfDay)?;
        let number = |part: &str| -> Result<u16, NoTimeOfDay> {
            let plain = part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit());
            plain.then(|| part.parse().ok()).flatten().ok_or(NoTimeOfDay)
        };
        let (hours, minutes) = (number(hours)?, number(minutes)?);
        let all = hours * 60 + minutes;
        if minutes < 60 && all <= DAY { Ok(Self(all)) } else { Err(NoTimeOfDay) }
    }
}

impl TryFrom<String> for TimeOfDay {
    type Error = NoTimeOfDay;

    fn try_from(text: String) -> Result<Self, NoTimeOfDay> {
        text.parse()
    }
}

impl fmt::Display for TimeOfDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.0 / 60, self.0 % 60)
    }
}

impl From<TimeOfDay> for String {
    fn from(time: TimeOfDay) -> Self {
        time.to_string()
    }
}

/// From when until when, on these days.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenSpan {
    /// `Mon`, `Tue`, `Wed`, `Thu`, `Fri`, `Sat`, `Sun`.
    pub days: Vec<Weekday>,
    /// First minute.
    pub from: TimeOfDay,
    /// The minute after the last; later than `from`, for nothing is open over midnight.
    pub to: TimeOfDay,
}

/// Opening hours.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opening {
    /// Minutes by which the showroom's clocks are ahead of UTC.
    pub offset_min: i32,
    /// When it is open. Empty: always.
    pub week: Vec<OpenSpan>,
}

/// Why hours cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OpeningError {
    /// No day, or the same twice.
    #[error("opening hours need days, each named once")]
    Days,
    /// It ends before it begins.
    #[error("opening hours must end after they begin, on the same day")]
    Order,
    /// No such place on earth.
    #[error("an offset from UTC is at most 14 hours")]
    Offset,
}

/// When it opens next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NextOpening {
    /// In so many days; 0 is today.
    pub in_days: u64,
    /// The day.
    pub day: Weekday,
    /// The time.
    pub at: TimeOfDay,
}

impl Opening {
    /// Judges the hours.
    ///
    /// # Errors
    /// What is wrong with them.
    pub fn check(&self) -> Result<(), OpeningError> {
        if self.offset_min.abs() > 14 * 60 {
            return Err(OpeningError::Offset);
        }
        for span in &self.week {
            let days: BTreeSet<u8> = span.days.iter().map(|day| number(*day)).collect();
            if span.days.is_empty() || days.len() != span.days.len() {
                return Err(OpeningError::Days);
            }
            if span.from >= span.to {
                return Err(OpeningError::Order);
            }
        }
        Ok(())
    }

    /// Whether it is open at this moment.
    #[must_use]
    pub fn is_open(&self, now: DateTime<Utc>) -> bool {
        let local = self.local(now);
        let now = TimeOfDay::of(local.time());
        self.week.is_empty() || self.spans(local.weekday()).any(|(from, to)| (from..to).contains(&now))
    }

    /// When it opens or closes next; `None` when it never does.
    #[must_use]
    pub fn next_change(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let open = self.is_open(now);
        let mut edges: Vec<DateTime<Utc>> = self.edges(now).map(|(at, _)| at).filter(|at| *at > now).collect();
        edges.sort_unstable();
        edges.into_iter().find(|at| self.is_open(*at) != open)
    }

    /// When it opens next, from a moment at which it is closed.
    #[must_use]
    pub fn next_opening(&self, now: DateTime<Utc>) -> Option<NextOpening> {
        let at = self.next_change(now).filter(|_| !self.is_open(now))?;
        let (today, then) = (self.local(now).date(), self.local(at));
        let in_days = u64::try_from((then.date() - today).num_days()).ok()?;
        Some(NextOpening { in_days, day: then.weekday(), at: TimeOfDay::of(then.time()) })
    }

    /// The spans of the day that is now in the showroom, in order; spans that touch are one.
    #[must_use]
    pub fn today(&self, now: DateTime<Utc>) -> Vec<(TimeOfDay, TimeOfDay)> {
        let mut spans: Vec<_> = self.spans(self.local(now).weekday()).collect();
        spans.sort_unstable();
        let mut joined: Vec<(TimeOfDay, TimeOfDay)> = Vec::new();
        for (from, to) in spans {
            match joined.last_mut().filter(|last| last.1 >= from) {
                Some(last) => last.1 = last.1.max(to),
                None => joined.push((from, to)),
            }
        }
        joined
    }

    fn spans(&self, day: Weekday) -> impl Iterator<Item = (TimeOfDay, TimeOfDay)> {
        self.week.iter().filter(move |span| span.days.contains(&day)).map(|span| (span.from, span.to))
    }

    /// The beginnings and ends of the next eight days.
    fn edges(&self, now: DateTime<Utc>) -> impl Iterator<Item = (DateTime<Utc>, TimeOfDay)> {
        let today = self.local(now).date();
        let days = (0..=7).filter_map(move |ahead| today.checked_add_days(Days::new(ahead)));
        days.flat_map(move |day| {
            self.spans(day.weekday())
                .flat_map(|(from, to)| [from, to])
                .filter_map(move |edge| Some((edge.on(day)?.checked_sub_signed(self.offset())?.and_utc(), edge)))
        })
    }

    fn local(&self, now: DateTime<Utc>) -> NaiveDateTime {
        now.naive_utc().checked_add_signed(self.offset()).unwrap_or_else(|| now.naive_utc())
    }

    fn offset(&self) -> TimeDelta {
        TimeDelta::minutes(self.offset_min.into())
    }
}

fn number(day: Weekday) -> u8 {
    u8::try_from(day.number_from_monday()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn time(text: &str) -> TimeOfDay {
        text.parse().unwrap()
    }

    fn shanghai() -> Opening {
        use Weekday::{Fri, Mon, Sat, Sun, Thu, Tue};
        Opening {
            offset_min: 480,
            week: vec![
                OpenSpan { days: vec![Mon, Tue, Thu, Fri], from: time("09:00"), to: time("18:00") },
                OpenSpan { days: vec![Sat, Sun], from: time("10:00"), to: time("12:00") },
                OpenSpan { days: vec![Sat], from: time("12:00"), to: time("24:00") },
            ],
        }
    }

    fn at(local: &str) -> DateTime<Utc> {
        format!("{local}:00+08:00").parse().unwrap()
    }

    #[test]
    fn times_of_day_are_read_strictly() {
        for good in ["00:00", "09:30", "23:59", "24:00"] {
            assert_eq!(time(good).to_string(), good);
        }
        for bad in ["", "9:30", "24:01", "12:60", "-1:00", "+9:00", "09.30", "09:30:00", "０９:30"] {
            assert_eq!(bad.parse::<TimeOfDay>(), Err(NoTimeOfDay), "{bad}");
        }
    }

    /// 2026-11-23 is a Monday.
    #[test]
    fn a_week_opens_and_closes_by_the_showrooms_clock() {
        #[track_caller]
        fn check(now: &str, open: bool, change: &str) {
            assert_eq!(shanghai().is_open(at(now)), open, "{now}");
            assert_eq!(shanghai().next_change(at(now)), Some(at(change)), "{now}");
        }
        check("2026-11-23T08:59", false, "2026-11-23T09:00");
        check("2026-11-23T09:00", true, "2026-11-23T18:00");
        check("2026-11-23T18:00", false, "2026-11-24T09:00");
        check("2026-11-24T20:00", false, "2026-11-26T09:00");
        // Two spans that touch are one, and midnight on Saturday closes until Sunday.
        check("2026-11-28T11:00", true, "2026-11-29T00:00");
        check("2026-11-29T12:00", false, "2026-11-30T09:00");
    }

    #[test]
    fn whoever_stands_before_a_closed_door_is_told_when_to_come() {
        let next = shanghai().next_opening(at("2026-11-24T20:00")).unwrap();
        assert_eq!(next, NextOpening { in_days: 2, day: Weekday::Thu, at: time("09:00") });
        assert_eq!(shanghai().next_opening(at("2026-11-24T10:00")), None);
        assert_eq!(shanghai().today(at("2026-11-28T20:00")), [(time("10:00"), time("24:00"))]);
        assert_eq!(shanghai().today(at("2026-11-25T20:00")), []);
    }

    #[test]
    fn without_hours_it_is_always_open_and_round_the_clock_never_changes() {
        let always = Opening { offset_min: 0, week: Vec::new() };
        assert!(always.is_open(at("2026-11-23T03:00")));
        assert_eq!(always.next_change(at("2026-11-23T03:00")), None);
        let days = (0..7).filter_map(|day| Weekday::try_from(day).ok()).collect();
        let round = Opening { offset_min: -300, week: vec![OpenSpan { days, from: time("00:00"), to: time("24:00") }] };
        assert!(round.is_open(at("2026-11-23T03:00")));
        assert_eq!(round.next_change(at("2026-11-23T03:00")), None);
    }

    #[test]
    fn hours_that_mean_nothing_are_refused() {
        #[track_caller]
        fn check(offset_min: i32, span: OpenSpan, expect: Result<(), OpeningError>) {
            assert_eq!(Opening { offset_min, week: vec![span] }.check(), expect);
        }
        let span =
            |days: &[Weekday], from: &str, to: &str| OpenSpan { days: days.into(), from: time(from), to: time(to) };
        let monday = [Weekday::Mon];
        check(480, span(&monday, "09:00", "18:00"), Ok(()));
        check(480, span(&[], "09:00", "18:00"), Err(OpeningError::Days));
        check(480, span(&[Weekday::Mon; 2], "09:00", "18:00"), Err(OpeningError::Days));
        check(480, span(&monday, "18:00", "09:00"), Err(OpeningError::Order));
        check(480, span(&monday, "09:00", "09:00"), Err(OpeningError::Order));
        check(900, span(&monday, "09:00", "18:00"), Err(OpeningError::Offset));
    }

    #[test]
    fn any_moment_of_any_calendar_is_survived() {
        for now in [DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC] {
            let hours = shanghai();
            let _ = (hours.is_open(now), hours.next_change(now), hours.next_opening(now), hours.today(now));
        }
    }
}
