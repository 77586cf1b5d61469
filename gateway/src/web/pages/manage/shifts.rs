//! `/manage/shifts`: a week of everybody's hours, and the year's holidays. What a manager changes goes through the API.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use chrono::{Datelike as _, Days, NaiveDate, Weekday};

use super::Frame;
use crate::domain::floor::plan::{Hours, Span, SpecialDay, Week};
use crate::domain::roster::Role;
use crate::web::address::Query;
use crate::web::api::shifts::{self, Day, From, OnDay, Planned, Rota, monday};
use crate::web::front::Front;
use crate::web::pages::render;
use crate::web::problem::Problem;
use crate::web::words::Words;

/// Days as the wire names them, from Monday on.
const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

#[derive(Template)]
#[template(path = "manage-shifts.html")]
struct Shifts {
    frame: Frame,
    /// The first day that is shown, and the same a week before and after.
    from: NaiveDate,
    earlier: NaiveDate,
    later: NaiveDate,
    /// The week that it is now, where another is shown.
    this_week: Option<NaiveDate>,
    heads: Vec<Head>,
    rows: Vec<Row>,
    year: i32,
    /// The year's table, one day a line.
    table: String,
    weekdays: Vec<(&'static str, String)>,
}

/// A column.
struct Head {
    date: NaiveDate,
    weekday: String,
    short: String,
    special: String,
    today: bool,
}

/// A person.
struct Row {
    staff: String,
    name: String,
    role: String,
    planned: bool,
    /// By day of the week, for the form: `mon=09:00-18:00;…`.
    week: String,
    cells: Vec<Cell>,
}

/// What somebody works on a date.
struct Cell {
    date: NaiveDate,
    today: bool,
    label: String,
    hours: String,
    spans: Vec<String>,
    single: bool,
}

pub(crate) async fn show(
    State(front): State<Arc<Front>>,
    Query(From { from }): Query<From>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Problem> {
    let frame = Frame::new(&front, &headers, &uri);
    let Rota { from, days, people } = shifts::asked(&front, from.as_deref())?;
    let (w, today) = (frame.w, front.today());
    let heads: Vec<_> = days.into_iter().map(|day| Head::new(day, w, today)).collect();
    let rows = people.into_iter().map(|person| Row::new(&front, person, &heads, w)).collect();
    let year = from.year();
    let table =
        front.parts.handle.plans().borrow().year(year).iter().map(|day| line(day, w)).collect::<Vec<_>>().join("\n");
    Ok(render(&Shifts {
        earlier: from.checked_sub_days(Days::new(7)).unwrap_or(from),
        later: from.checked_add_days(Days::new(7)).unwrap_or(from),
        this_week: Some(monday(today)).filter(|monday| *monday != from),
        from,
        heads,
        rows,
        year,
        table,
        weekdays: DAYS.map(|day| (day, w.named("weekday", day))).to_vec(),
        frame,
    }))
}

impl Head {
    fn new(Day { date, special }: Day, w: &Words, today: NaiveDate) -> Self {
        Self {
            date,
            weekday: w.named("weekday", name_of(date.weekday())),
            short: date.format("%m-%d").to_string(),
            special: special.map(|day| day.name).unwrap_or_default(),
            today: date == today,
        }
    }
}

impl Row {
    fn new(front: &Front, person: Planned, heads: &[Head], w: &Words) -> Self {
        let Planned { staff, role, week, days, .. } = person;
        let name = front.name_in(w, &staff);
        let cell = |(head, OnDay { hours, single }): (&Head, OnDay)| Cell {
            date: head.date,
            today: head.today,
            label: format!("{name} {} {}", head.weekday, head.short),
            hours: written(&hours),
            spans: hours.spans().iter().map(Span::to_string).collect(),
            single,
        };
        Self {
            cells: heads.iter().zip(days).map(cell).collect(),
            role: w.named("role", Role::as_str(role)),
            planned: week.is_some(),
            week: week.as_ref().map(of_a_week).unwrap_or_default(),
            staff: staff.to_string(),
            name,
        }
    }
}

/// As one types it.
fn written(hours: &Hours) -> String {
    hours.spans().iter().map(Span::to_string).collect::<Vec<_>>().join(" ")
}

fn of_a_week(week: &Week) -> String {
    let of = [&week.mon, &week.tue, &week.wed, &week.thu, &week.fri, &week.sat, &week.sun];
    DAYS.iter().zip(of).map(|(day, hours)| format!("{day}={}", written(hours))).collect::<Vec<_>>().join(";")
}

/// A day of the year's table in the words of the page, which reads them again.
fn line(day: &SpecialDay, w: &Words) -> String {
    let works = day.works.weekday().map_or_else(|| w.shifts.off.to_owned(), |day| w.named("weekday", name_of(day)));
    format!("{} {works} {}", day.date, day.name)
}

fn name_of(day: Weekday) -> &'static str {
    DAYS.get(day.num_days_from_monday() as usize).copied().unwrap_or("mon")
}
