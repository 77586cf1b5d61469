//! Recorded visits, leads and the audit, a page at a time, from the views.

use std::sync::Arc;

use axum::Extension;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use chrono::{Days, NaiveDate};
use serde::{Deserialize, Serialize};

use crate::report::{AuditRecord, KnownLead, LeadRecord, Moment, Numbers, VisitRecord};
use crate::views::{LeadRow, ViewsError};
use crate::web::address::Query;
use crate::web::authorisation::{Action, Object, can};
use crate::web::front::Front;
use crate::web::problem::{Code, Problem};
use crate::web::session::Person;

const PAGE: usize = 200;
const LONGEST_DAYS: i64 = 3660;
const LISTED_DAYS: Days = Days::new(30);

/// Days in the showroom's zone, both included; today where absent.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Span {
    from: Option<String>,
    to: Option<String>,
    cursor: Option<String>,
    pub(crate) bom: Option<String>,
}

impl Span {
    /// The same for a page's list, which shows so many days until today where nothing is said.
    pub(crate) fn days_or_last(&self, today: NaiveDate) -> Result<(NaiveDate, NaiveDate), Problem> {
        if self.from.is_none() && self.to.is_none() {
            return Ok((today.checked_sub_days(LISTED_DAYS).unwrap_or(today), today));
        }
        self.days(today)
    }

    pub(crate) fn days(&self, today: NaiveDate) -> Result<(NaiveDate, NaiveDate), Problem> {
        let day = |text: &Option<String>| match text.as_deref() {
            None | Some("") => Ok(today),
            Some(text) => day_of(text),
        };
        let (from, to): (NaiveDate, NaiveDate) = (day(&self.from)?, day(&self.to)?);
        if from > to || (to - from).num_days() > LONGEST_DAYS {
            let detail = "from is the first day and to the last one, at most ten years apart";
            return Err(Problem::new(Code::BadRange, detail));
        }
        Ok((from, to))
    }
}

#[derive(Serialize)]
struct Visits<'a> {
    visits: Vec<VisitRecord<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

#[derive(Serialize)]
struct Leads<'a> {
    leads: Vec<LeadRecord<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

#[derive(Serialize)]
struct Audit<'a> {
    audit: Vec<AuditRecord<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

pub(crate) async fn visits(
    State(front): State<Arc<Front>>,
    Extension(person): Extension<Person>,
    Query(span): Query<Span>,
) -> Result<Response, Problem> {
    let today = front.today();
    let (from, to) = span.days(today)?;
    let object = if (from, to) == (today, today) { Object::Today } else { Object::OtherDays };
    if !can(person.role, Action::ReadVisits, object) {
        return Err(Problem::forbidden());
    }
    let (from, to) = front.days(from, to);
    front.level().await?;
    reading(move || {
        let page = front.parts.views.visits(from, to, span.cursor.as_deref(), PAGE)?;
        let mut moment = Moment::new(front.zone());
        let store = &front.parts.showroom.store;
        let visits = page.rows.iter().map(|row| VisitRecord::new(row, store, &mut moment)).collect();
        Ok(json(&Visits { visits, next: page.next }))
    })
    .await
}

pub(crate) async fn leads(State(front): State<Arc<Front>>, Query(span): Query<Span>) -> Result<Response, Problem> {
    let (from, to) = span.days(front.today())?;
    let (from, to) = front.days(from, to);
    front.level().await?;
    let customers = front.customers().await;
    reading(move || {
        let page = front.parts.views.leads(from, to, span.cursor.as_deref(), PAGE)?;
        let now = front.now();
        let known = |mut row: LeadRow| {
            (front.parts.open_lead)(&mut row);
            let (owned, score) = customers.known(row.lead.id, now);
            (row, owned, score)
        };
        let rows: Vec<KnownLead> = page.rows.into_iter().map(known).collect();
        let mut moment = Moment::new(front.zone());
        let store = &front.parts.showroom.store;
        let leads = rows.iter().map(|row| LeadRecord::new(row, store, &mut moment, Numbers::Masked)).collect();
        Ok(json(&Leads { leads, next: page.next }))
    })
    .await
}

pub(crate) async fn audit(State(front): State<Arc<Front>>, Query(span): Query<Span>) -> Result<Response, Problem> {
    let (from, to) = span.days(front.today())?;
    let (from, to) = front.days(from, to);
    front.level().await?;
    reading(move || {
        let page = front.parts.views.audit(from, to, span.cursor.as_deref(), PAGE)?;
        let mut moment = Moment::new(front.zone());
        let store = &front.parts.showroom.store;
        let audit = page.rows.iter().map(|row| AuditRecord::new(row, store, &mut moment)).collect();
        Ok(json(&Audit { audit, next: page.next }))
    })
    .await
}

/// Reading blocks: it is done beside, and its failures become problems.
pub(crate) async fn reading<T: Send + 'static>(
    read: impl FnOnce() -> Result<T, ViewsError> + Send + 'static,
) -> Result<T, Problem> {
    let read = tokio::task::spawn_blocking(read).await.map_err(|error| {
        tracing::error!(%error, "reading the views broke off");
        Problem::internal()
    })?;
    read.map_err(|error| match error {
        ViewsError::BadCursor => Problem::new(Code::BadCursor, "this cursor is none that a page gave out"),
        error => {
            tracing::warn!(%error, "the views cannot be read");
            Problem::unavailable(Code::ViewsUnavailable, "the records cannot be read at the moment", 5)
        }
    })
}

fn json(value: &impl Serialize) -> Response {
    match serde_json::to_string(value) {
        Ok(text) => ([(header::CONTENT_TYPE, "application/json")], text).into_response(),
        Err(_) => Problem::internal().into_response(),
    }
}

/// A day as addresses write it.
pub(crate) fn day_of(text: &str) -> Result<NaiveDate, Problem> {
    text.parse().map_err(|_| Problem::new(Code::BadRange, "a day is written as 2026-11-23"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(from: Option<&str>, to: Option<&str>, expect: Option<(&str, &str)>) {
        let own = |text: Option<&str>| text.map(str::to_owned);
        let span = Span { from: own(from), to: own(to), ..Span::default() };
        let days = span.days("2026-11-23".parse().unwrap()).ok();
        assert_eq!(
            days.map(|(from, to)| (from.to_string(), to.to_string())),
            expect.map(|(a, b)| (a.into(), b.into()))
        );
    }

    #[test]
    fn a_span_is_two_days_or_today() {
        check(None, None, Some(("2026-11-23", "2026-11-23")));
        check(Some(""), Some(""), Some(("2026-11-23", "2026-11-23")));
        check(Some("2026-11-01"), None, Some(("2026-11-01", "2026-11-23")));
        check(Some("2026-11-24"), None, None);
        check(Some("2026-02-30"), None, None);
        check(Some("1900-01-01"), None, None);
        check(Some("yesterday"), None, None);
    }
}
