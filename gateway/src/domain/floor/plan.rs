//! Who is planned when: a week for each person, single days that differ, and the year's holidays and make-up days 调休.
//!
//! Times are those of the showroom's clocks, and nobody is planned over midnight. A person without a week is not bound by any plan.
//! What follows from the plan for alerts is in `shifts`.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use chrono::{
    DateTime, Datelike as _, Days, NaiveDate, NaiveDateTime, NaiveTime, Offset as _, TimeDelta, TimeZone as _, Utc,
    Weekday,
};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use shared::ids::StaffId;
use shared::opening::TimeOfDay;

use super::member::Shift;

/// Spans of one day, at most: two breaks are enough for anybody.
const SPANS: usize = 3;
/// Days ahead in which the next beginning or end is looked for; a plan that is empty for longer is looked at again then.
const AHEAD: u64 = 8;
/// Single days stay in the state for so long after they are over; the log has them for ever.
const KEPT: Days = Days::new(62);
/// Days of one year's table, at most.
const DAYS: usize = 366;
/// Characters of a holiday's name, at most.
const NAME: usize = 20;

/// From when until when; written `09:00-18:00`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Span {
    from: TimeOfDay,
    to: TimeOfDay,
}

/// Why a plan cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    /// Not a span of time.
    #[error("hours are written as 09:00-18:00, within one day, and end after they begin")]
    Span,
    /// One begins before the one before is over.
    #[error("the hours of a day follow each other, with a break between them")]
    Overlap,
    /// Too many of them.
    #[error("a day has at most three spans of hours")]
    Spans,
    /// A day of another year, or twice the same.
    #[error("every day of a year's table is of that year and stands there once")]
    Year,
    /// Nobody can read that.
    #[error("a holiday's name is 1 to 20 characters")]
    Name,
}

impl FromStr for Span {
    type Err = PlanError;

    fn from_str(text: &str) -> Result<Self, PlanError> {
        let (from, to) = text.split_once(['-', '–', '—', '~']).ok_or(PlanError::Span)?;
        let time = |text: &str| text.trim().parse::<TimeOfDay>().map_err(|_| PlanError::Span);
        let (from, to) = (time(from)?, time(to)?);
        if from < to { Ok(Self { from, to }) } else { Err(PlanError::Span) }
    }
}

impl TryFrom<String> for Span {
    type Error = PlanError;

    fn try_from(text: String) -> Result<Self, PlanError> {
        text.parse()
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.from, self.to)
    }
}

impl From<Span> for String {
    fn from(span: Span) -> Self {
        span.to_string()
    }
}

/// The spans of one day, in order, with breaks between them; none is a day off.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<Span>")]
pub struct Hours(Vec<Span>);

impl TryFrom<Vec<Span>> for Hours {
    type Error = PlanError;

    fn try_from(mut spans: Vec<Span>) -> Result<Self, PlanError> {
        spans.sort_unstable();
        if spans.len() > SPANS {
            return Err(PlanError::Spans);
        }
        if spans.is_sorted_by(|one, next| one.to < next.from) { Ok(Self(spans)) } else { Err(PlanError::Overlap) }
    }
}

impl Hours {
    /// Whether it is a day off.
    #[must_use]
    pub fn is_off(&self) -> bool {
        self.0.is_empty()
    }

    /// The spans, in order.
    #[must_use]
    pub fn spans(&self) -> &[Span] {
        &self.0
    }

    /// The first beginning or end after this moment, on this date.
    fn first_edge_after(&self, now: DateTime<Utc>, date: NaiveDate, zone: Tz) -> Option<DateTime<Utc>> {
        let edges = self.0.iter().flat_map(|span| [span.from, span.to]);
        edges.filter_map(|edge| moment(date, edge, zone)).find(|at| *at > now)
    }
}

/// What somebody works every week. A day that is not named is off.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[expect(missing_docs, reason = "the days of a week")]
pub struct Week {
    #[serde(skip_serializing_if = "Hours::is_off")]
    pub mon: Hours,
    #[serde(skip_serializing_if = "Hours::is_off")]
    pub tue: Hours,
    #[serde(skip_serializing_if = "Hours::is_off")]
    pub wed: Hours,
    #[serde(skip_serializing_if = "Hours::is_off")]
    pub thu: Hours,
    #[serde(skip_serializing_if = "Hours::is_off")]
    pub fri: Hours,
    #[serde(skip_serializing_if = "Hours::is_off")]
    pub sat: Hours,
    #[serde(skip_serializing_if = "Hours::is_off")]
    pub sun: Hours,
}

impl Week {
    /// The hours of a day.
    #[must_use]
    pub fn on(&self, day: Weekday) -> &Hours {
        match day {
            Weekday::Mon => &self.mon,
            Weekday::Tue => &self.tue,
            Weekday::Wed => &self.wed,
            Weekday::Thu => &self.thu,
            Weekday::Fri => &self.fri,
            Weekday::Sat => &self.sat,
            Weekday::Sun => &self.sun,
        }
    }
}

/// What somebody works.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// Every week.
    pub week: Week,
    /// Single days that differ: a swap, a leave, a fair.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub days: BTreeMap<NaiveDate, Hours>,
}

/// How a day of the year's table is worked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the days of a week")]
pub enum Works {
    /// Nobody is planned.
    Off,
    Mon,
    Tue,
    Wed,
    Thu,
    Fri,
    Sat,
    Sun,
}

impl Works {
    /// As which day of the week; `None` when nobody works.
    #[must_use]
    pub fn weekday(self) -> Option<Weekday> {
        Some(match self {
            Self::Off => return None,
            Self::Mon => Weekday::Mon,
            Self::Tue => Weekday::Tue,
            Self::Wed => Weekday::Wed,
            Self::Thu => Weekday::Thu,
            Self::Fri => Weekday::Fri,
            Self::Sat => Weekday::Sat,
            Self::Sun => Weekday::Sun,
        })
    }
}

/// A holiday, or a day that makes up for one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SpecialDay {
    /// When.
    pub date: NaiveDate,
    /// As which day of the week it is worked, or not at all.
    pub works: Works,
    /// What people call it.
    pub name: String,
}

/// The special days of one year.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct YearTable(Vec<SpecialDay>);

impl YearTable {
    /// The table, in the order of its days.
    ///
    /// # Errors
    /// Which rule it breaks.
    pub fn new(year: i32, mut days: Vec<SpecialDay>) -> Result<Self, PlanError> {
        days.sort_by_key(|day| day.date);
        let of_the_year = days.len() <= DAYS && days.iter().all(|day| day.date.year() == year);
        if !of_the_year || !days.is_sorted_by(|one, next| one.date < next.date) {
            return Err(PlanError::Year);
        }
        let named = |day: &SpecialDay| (1..=NAME).contains(&day.name.chars().count());
        if days.iter().all(named) { Ok(Self(days)) } else { Err(PlanError::Name) }
    }

    /// The days, in order.
    #[must_use]
    pub fn days(&self) -> &[SpecialDay] {
        &self.0
    }

    fn day(&self, date: NaiveDate) -> Option<&SpecialDay> {
        self.0.get(self.0.binary_search_by_key(&date, |day| day.date).ok()?)
    }
}

/// Every plan of the showroom.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plans {
    /// By person; whoever is not here is not bound by any plan.
    people: BTreeMap<StaffId, Plan>,
    /// Tables of special days, by year.
    years: BTreeMap<i32, YearTable>,
}

impl Plans {
    /// Whether nobody has a plan.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.people.is_empty()
    }

    /// The plan of a person, if there is one.
    #[must_use]
    pub fn of(&self, staff: &StaffId) -> Option<&Plan> {
        self.people.get(staff)
    }

    /// A year's table; empty where none was set.
    #[must_use]
    pub fn year(&self, year: i32) -> &[SpecialDay] {
        self.years.get(&year).map(YearTable::days).unwrap_or_default()
    }

    /// The special day of a date.
    #[must_use]
    pub fn special(&self, date: NaiveDate) -> Option<&SpecialDay> {
        self.years.get(&date.year())?.day(date)
    }

    /// What a person works on a date; `None` without a plan. A single day beats the year's table, and that beats the week.
    #[must_use]
    pub fn hours(&self, staff: &StaffId, date: NaiveDate) -> Option<&Hours> {
        static OFF: Hours = Hours(Vec::new());
        let plan = self.people.get(staff)?;
        if let Some(hours) = plan.days.get(&date) {
            return Some(hours);
        }
        let day = self.special(date).map_or(Some(date.weekday()), |day| day.works.weekday());
        Some(day.map_or(&OFF, |day| plan.week.on(day)))
    }

    /// What the plan says of a person at a moment.
    #[must_use]
    pub fn shift(&self, staff: &StaffId, now: DateTime<Utc>, zone: Tz) -> Shift {
        let local = local(now, zone);
        let Some(hours) = self.hours(staff, local.date()) else { return Shift::Unplanned };
        let now = TimeOfDay::of(local.time());
        let over = hours.0.iter().filter(|span| span.to <= now).count();
        match hours.0.get(over) {
            Some(span) if span.from <= now => Shift::On,
            Some(_) if over > 0 => Shift::Break,
            _ => Shift::Off,
        }
    }

    /// When the plan says something else of anybody next, or has to be looked at again; `None` while nobody has a plan.
    #[must_use]
    pub fn next_edge(&self, now: DateTime<Utc>, zone: Tz) -> Option<DateTime<Utc>> {
        if self.people.is_empty() {
            return None;
        }
        let edge = days_from(now, zone).find_map(|date| {
            let hours = self.people.keys().filter_map(|staff| self.hours(staff, date));
            hours.filter_map(|hours| hours.first_edge_after(now, date, zone)).min()
        });
        edge.or_else(|| now.checked_add_days(Days::new(AHEAD - 1)))
    }

    /// When the plan says something else of this person next, within a week.
    pub(super) fn next_edge_of(&self, staff: &StaffId, now: DateTime<Utc>, zone: Tz) -> Option<DateTime<Utc>> {
        self.people.get(staff)?;
        days_from(now, zone).find_map(|date| self.hours(staff, date)?.first_edge_after(now, date, zone))
    }

    /// When the next span of this person begins on the day that it is now.
    pub(super) fn next_today(&self, staff: &StaffId, now: DateTime<Utc>, zone: Tz) -> Option<DateTime<Utc>> {
        let today = local(now, zone).date();
        let spans = self.hours(staff, today)?.0.iter();
        spans.filter_map(|span| moment(today, span.from, zone)).find(|at| *at > now)
    }

    /// The end of the day that it is now.
    pub(super) fn end_of_day(now: DateTime<Utc>, zone: Tz) -> Option<DateTime<Utc>> {
        moment(local(now, zone).date().succ_opt()?, TimeOfDay::of(NaiveTime::MIN), zone)
    }

    pub(super) fn set_week(&mut self, staff: &StaffId, week: Option<&Week>) {
        match week {
            Some(week) => self.people.entry(staff.clone()).or_default().week = week.clone(),
            None => {
                self.people.remove(staff);
            }
        }
    }

    pub(super) fn set_day(&mut self, staff: &StaffId, date: NaiveDate, hours: Option<&Hours>, now: DateTime<Utc>) {
        let Some(plan) = self.people.get_mut(staff) else { return };
        match hours {
            Some(hours) => plan.days.insert(date, hours.clone()),
            None => plan.days.remove(&date),
        };
        if let Some(oldest) = now.date_naive().checked_sub_days(KEPT) {
            plan.days = plan.days.split_off(&oldest);
        }
    }

    pub(super) fn set_year(&mut self, year: i32, table: &YearTable) {
        self.years.insert(year, table.clone());
        self.years.retain(|_, table| !table.days().is_empty());
    }
}

/// Today and the days after it.
fn days_from(now: DateTime<Utc>, zone: Tz) -> impl Iterator<Item = NaiveDate> {
    let today = local(now, zone).date();
    (0..AHEAD).filter_map(move |ahead| today.checked_add_days(Days::new(ahead)))
}

/// What the showroom's clocks show; at the very ends of the calendar they stand still.
pub(super) fn local(now: DateTime<Utc>, zone: Tz) -> NaiveDateTime {
    let utc = now.naive_utc();
    let ahead = i64::from(zone.offset_from_utc_datetime(&utc).fix().local_minus_utc());
    utc.checked_add_signed(TimeDelta::seconds(ahead)).unwrap_or(utc)
}

/// When the showroom's clocks show this. Where they are set forward over it, an hour later; where they show it twice, the first time.
fn moment(date: NaiveDate, time: TimeOfDay, zone: Tz) -> Option<DateTime<Utc>> {
    let local = time.on(date)?;
    let found = |local| zone.from_local_datetime(&local).earliest();
    let at = found(local).or_else(|| found(local.checked_add_signed(TimeDelta::hours(1))?))?;
    Some(at.with_timezone(&Utc))
}

#[cfg(test)]
mod tests;
