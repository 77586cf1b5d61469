//! `/manage`: the day like a good newspaper: the figure, the trend, the list behind it, and Export.

pub(in crate::web) mod alerts;
pub(in crate::web) mod audit;
mod chart;
pub(in crate::web) mod kiosks;
pub(in crate::web) mod leads;
pub(in crate::web) mod lines;
mod listed;
pub(in crate::web) mod owners;
pub(in crate::web) mod people;
pub(in crate::web) mod shifts;

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderMap, Uri};
use axum::response::{IntoResponse as _, Response};

use self::chart::Chart;
use self::lines::{DeviceLine, LeadLine, VisitLine, WaitLine};
use super::{Frame, render};
use crate::views::{DayFigures, LeadRow, VisitRow};
use crate::web::api::records::reading;
use crate::web::front::Front;
use crate::web::problem::Problem;

/// Visits listed; the export has them all.
const VISITS: usize = 100;
const LEADS: usize = 50;

#[derive(Template)]
#[template(path = "manage.html")]
struct Manage {
    frame: Frame,
    today: String,
    day: Day,
}

/// The part that follows the day.
#[derive(Template)]
#[template(path = "manage-today.html")]
struct Today {
    frame: Frame,
    day: Day,
}

struct Day {
    /// Why visitors' phones reach nothing.
    reach: Option<String>,
    /// Why the clock is doubted.
    clock: Option<String>,
    date: String,
    at: String,
    figures: DayFigures,
    accepted: Share,
    greeted: Share,
    confirmed: Share,
    chart: Chart,
    waiting: Vec<WaitLine>,
    visits: Vec<VisitLine>,
    leads: Vec<LeadLine>,
    /// Disputes that wait for a ruling.
    disputes: usize,
    devices: Vec<DeviceLine>,
    /// More visits than are listed.
    cut: bool,
}

/// How much of all that counts.
struct Share {
    part: u32,
    all: u32,
    /// In percent; a dash where there is nothing to count.
    text: String,
}

impl Share {
    fn new(part: u32, all: u32) -> Self {
        let percent = (part * 100 + all / 2).checked_div(all);
        Self { part, all, text: percent.map_or_else(|| "–".to_owned(), |percent| format!("{percent}%")) }
    }
}

pub(crate) async fn show(State(front): State<Arc<Front>>, headers: HeaderMap, uri: Uri) -> Result<Response, Problem> {
    let frame = Frame::new(&front, &headers, &uri);
    let day = day(&front, &frame).await?;
    Ok(render(&Manage { today: front.today().to_string(), day, frame }))
}

pub(crate) async fn today(State(front): State<Arc<Front>>, headers: HeaderMap, uri: Uri) -> Result<Response, Problem> {
    let frame = Frame::new(&front, &headers, &uri);
    let day = day(&front, &frame).await?;
    Ok(render(&Today { frame, day }).into_response())
}

async fn day(front: &Arc<Front>, frame: &Frame) -> Result<Day, Problem> {
    let (figures, visits, leads) = records(front).await?;
    let customers = front.customers().await;
    let (w, zone) = (frame.w, front.zone());
    let floor = front.floor.now();
    let now = front.now();
    let local = now.with_timezone(&zone);
    Ok(Day {
        reach: lines::reach(front, w),
        clock: lines::clock_doubted(front, &floor.snapshot, w, now),
        date: local.format("%Y-%m-%d").to_string(),
        at: local.format("%H:%M:%S").to_string(),
        accepted: Share::new(figures.accepted_in_time, figures.counted),
        greeted: Share::new(figures.greeted_in_time, figures.greeted_counted),
        confirmed: Share::new(figures.greeted_confirmed, figures.greeted),
        chart: Chart::new(&figures),
        waiting: lines::waiting(front, &floor.snapshot, w, now),
        cut: visits.len() == VISITS,
        visits: visits.iter().map(|row| VisitLine::new(front, row, w)).collect(),
        leads: leads
            .iter()
            .map(|row| LeadLine::new(front, row, frame, lines::clock(front, row.received_at.utc()), Some(&customers)))
            .collect(),
        disputes: customers.customers.disputes().filter(|one| one.is_open()).count(),
        devices: lines::devices(front, w),
        figures,
    })
}

async fn records(front: &Arc<Front>) -> Result<(DayFigures, Vec<VisitRow>, Vec<LeadRow>), Problem> {
    let today = front.today();
    let (from, to) = front.days(today, today);
    // While the records are rebuilt the page shows what is there already.
    let _ = front.level().await;
    let front = Arc::clone(front);
    reading(move || {
        let views = &front.parts.views;
        let mut leads = views.latest_leads(from, to, LEADS)?;
        for row in &mut leads {
            (front.parts.open_lead)(row);
        }
        Ok((
            views.day(from, to, front.zone(), front.parts.promise.breach, front.now())?,
            views.latest_visits(from, to, VISITS)?,
            leads,
        ))
    })
    .await
}
