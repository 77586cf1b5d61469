//! Who is planned when, and "I am here".

use std::sync::Arc;

use axum::Extension;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use chrono::{Datelike as _, Days, NaiveDate};
use serde::{Deserialize, Serialize};
use shared::ids::StaffId;

use super::records::day_of;
use super::{done, id};
use crate::domain::Command;
use crate::domain::floor::plan::{Hours, Plans, SpecialDay, Week, YearTable};
use crate::domain::roster::{Role, Roster};
use crate::web::address::{Path, Query};
use crate::web::body::Json;
use crate::web::front::Front;
use crate::web::problem::{Code, Problem};
use crate::web::session::Person;

/// Days of one answer.
const WEEK: u64 = 7;
/// Years that a table can be of.
const YEARS: std::ops::RangeInclusive<i32> = 2000..=2999;

#[derive(Deserialize)]
pub(crate) struct From {
    pub(crate) from: Option<String>,
}

/// A week of everybody's hours.
#[derive(Debug, Serialize)]
pub(crate) struct Rota {
    pub(crate) from: NaiveDate,
    pub(crate) days: Vec<Day>,
    pub(crate) people: Vec<Planned>,
}

/// A date, and what is special about it.
#[derive(Debug, Serialize)]
pub(crate) struct Day {
    pub(crate) date: NaiveDate,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) special: Option<SpecialDay>,
}

/// One person's hours; no `week` and no `days` where there is no plan.
#[derive(Debug, Serialize)]
pub(crate) struct Planned {
    pub(crate) staff: StaffId,
    pub(crate) name: String,
    pub(crate) role: Role,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) week: Option<Week>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) days: Vec<OnDay>,
}

/// What somebody works on one date.
#[derive(Debug, Serialize)]
pub(crate) struct OnDay {
    pub(crate) hours: Hours,
    /// It differs from what the week and the year's table say.
    pub(crate) single: bool,
}

#[derive(Deserialize)]
pub(crate) struct Weekly {
    week: Week,
}

#[derive(Deserialize)]
pub(crate) struct Daily {
    hours: Hours,
}

#[derive(Serialize, Deserialize)]
pub(crate) struct Table {
    days: Vec<SpecialDay>,
}

impl Rota {
    /// The week from this day on.
    pub(crate) fn of(plans: &Plans, roster: &Roster, from: NaiveDate) -> Self {
        let dates: Vec<NaiveDate> = (0..WEEK).filter_map(|ahead| from.checked_add_days(Days::new(ahead))).collect();
        let mut people: Vec<_> = roster.accounts.values().filter(|account| account.role != Role::Admin).collect();
        people.sort_by_key(|account| (account.role, &account.id));
        let planned = |staff: &StaffId| {
            let Some(plan) = plans.of(staff) else { return (None, Vec::new()) };
            let on = |date: &NaiveDate| OnDay {
                hours: plans.hours(staff, *date).cloned().unwrap_or_default(),
                single: plan.days.contains_key(date),
            };
            (Some(plan.week.clone()), dates.iter().map(on).collect())
        };
        Self {
            from,
            days: dates.iter().map(|date| Day { date: *date, special: plans.special(*date).cloned() }).collect(),
            people: people
                .into_iter()
                .map(|account| {
                    let (week, days) = planned(&account.id);
                    let name = roster.name(&account.id).to_owned();
                    Planned { staff: account.id.clone(), name, role: account.role, week, days }
                })
                .collect(),
        }
    }
}

/// The Monday of the week of a day.
pub(crate) fn monday(day: NaiveDate) -> NaiveDate {
    day.checked_sub_days(Days::new(day.weekday().num_days_from_monday().into())).unwrap_or(day)
}

/// The week that was asked for: from that day on; without one, this week.
pub(crate) fn asked(front: &Front, from: Option<&str>) -> Result<Rota, Problem> {
    let from = match from {
        None | Some("") => monday(front.today()),
        Some(text) => day_of(text)?,
    };
    let handle = &front.parts.handle;
    Ok(Rota::of(&handle.plans().borrow(), &handle.roster().borrow(), from))
}

pub(crate) async fn week(
    State(front): State<Arc<Front>>,
    Query(From { from }): Query<From>,
) -> Result<axum::Json<Rota>, Problem> {
    asked(&front, from.as_deref()).map(axum::Json)
}

pub(crate) async fn plan_week(
    State(front): State<Arc<Front>>,
    Extension(person): Extension<Person>,
    Path(staff): Path<String>,
    headers: HeaderMap,
    Json { value: Weekly { week }, bytes }: Json<Weekly>,
) -> Result<Response, Problem> {
    let command = Command::PlanWeek(somebody(&staff)?, Some(Box::new(week)));
    front.by(&person, &headers, &format!("week {staff}"), &bytes, command).await.map(done)
}

pub(crate) async fn unplan(
    State(front): State<Arc<Front>>,
    Extension(person): Extension<Person>,
    Path(staff): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let command = Command::PlanWeek(somebody(&staff)?, None);
    front.by(&person, &headers, &format!("no week {staff}"), b"", command).await.map(done)
}

pub(crate) async fn plan_day(
    State(front): State<Arc<Front>>,
    Extension(person): Extension<Person>,
    Path((staff, date)): Path<(String, String)>,
    headers: HeaderMap,
    Json { value: Daily { hours }, bytes }: Json<Daily>,
) -> Result<Response, Problem> {
    let command = Command::PlanDay(somebody(&staff)?, day_of(&date)?, Some(hours));
    front.by(&person, &headers, &format!("day {staff} {date}"), &bytes, command).await.map(done)
}

pub(crate) async fn unplan_day(
    State(front): State<Arc<Front>>,
    Extension(person): Extension<Person>,
    Path((staff, date)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let command = Command::PlanDay(somebody(&staff)?, day_of(&date)?, None);
    front.by(&person, &headers, &format!("no day {staff} {date}"), b"", command).await.map(done)
}

pub(crate) async fn year(
    State(front): State<Arc<Front>>,
    Path(year): Path<String>,
) -> Result<axum::Json<Table>, Problem> {
    let days = front.parts.handle.plans().borrow().year(a_year(&year)?).to_vec();
    Ok(axum::Json(Table { days }))
}

pub(crate) async fn set_year(
    State(front): State<Arc<Front>>,
    Extension(person): Extension<Person>,
    Path(year): Path<String>,
    headers: HeaderMap,
    Json { value: Table { days }, bytes }: Json<Table>,
) -> Result<Response, Problem> {
    let year = a_year(&year)?;
    let table = YearTable::new(year, days).map_err(|error| Problem::bad_body(error.to_string()))?;
    let command = Command::SetYear(year, table);
    front.by(&person, &headers, &format!("year {year}"), &bytes, command).await.map(done)
}

pub(crate) async fn come(
    State(front): State<Arc<Front>>,
    Extension(person): Extension<Person>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    front.by(&person, &headers, "shift", b"", Command::ComeToWork).await.map(done)
}

fn somebody(text: &str) -> Result<StaffId, Problem> {
    id(text, Code::UnknownStaff, "there is no such member of staff")
}

fn a_year(text: &str) -> Result<i32, Problem> {
    let year = text.parse().ok().filter(|year| YEARS.contains(year));
    year.ok_or_else(|| Problem::new(Code::BadRange, "a year has four digits, such as 2026"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_week_begins_on_its_monday() {
        for day in 23..=29 {
            let day = NaiveDate::from_ymd_opt(2026, 11, day).unwrap();
            assert_eq!(monday(day), NaiveDate::from_ymd_opt(2026, 11, 23).unwrap());
        }
    }
}
