//! Files to take away, streamed: memory stays flat however long the range.

use std::io::Write as _;
use std::ops::Range;
use std::sync::Arc;

use axum::Extension;
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse as _, Response};
use chrono::{DateTime, Utc};
use tokio::sync::mpsc;

use super::records::Span;
use crate::domain::audit::{Export, Format, Records};
use crate::domain::{Actor, Command};
use crate::report::{ReportError, csv, jsonl};
use crate::runtime::CustomerView;
use crate::web::address::{Path, Query};
use crate::web::authorisation::{Action, Object, can};
use crate::web::body::{PieceWriter, in_pieces};
use crate::web::front::Front;
use crate::web::problem::Problem;
use crate::web::session::Person;

/// Pieces of about 64 KiB that may wait for a slow receiver.
const PIECES: usize = 4;

pub(crate) async fn export(
    State(front): State<Arc<Front>>,
    Extension(person): Extension<Person>,
    Path(file): Path<String>,
    Query(span): Query<Span>,
) -> Result<Response, Problem> {
    let bom = matches!(span.bom.as_deref(), Some("1" | "true" | "on"));
    let (records, format) = named(&file).ok_or_else(Problem::not_found)?;
    if !can(person.role, may(records), Object::Any) {
        return Err(Problem::forbidden());
    }
    let (from, to) = span.days(front.today())?;
    front.level().await?;
    let export = Export { records, format, from: Some(from), to: Some(to) };
    // On record before the first row leaves; whoever cannot put it there gives nothing out.
    front.submit(None, Actor::Staff(person.id.clone()), Command::Export(export)).await?;
    front.level().await?;
    let what = records.as_str();
    let name = format!("{}-{what}-{from}-{to}.{}", front.parts.showroom.store, format.as_str());
    tracing::info!(consultant.id = %person.id, records = what, %from, %to, "records are exported");
    let kind = match format {
        Format::Csv => "text/csv; charset=utf-8",
        Format::Jsonl => "application/jsonl; charset=utf-8",
    };
    let (from, to) = front.days(from, to);
    let customers = front.customers().await;
    let (pieces, body) = mpsc::channel(PIECES);
    tokio::task::spawn_blocking(move || {
        let mut out = PieceWriter(pieces.clone());
        let written = write(&front, &customers, export, from..to, bom, &mut out).and_then(|()| Ok(out.flush()?));
        match written {
            Ok(()) => {}
            Err(error) if error.is_receiver_gone() => {}
            Err(error) => {
                tracing::warn!(%error, "an export broke off");
                // The receiver sees a broken connection, not a short file that looks whole.
                let _receiver_gone = pieces.blocking_send(Err(std::io::Error::other("broken off")));
            }
        }
    });
    let mut response = in_pieces(body).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    if let Ok(value) = HeaderValue::try_from(format!("attachment; filename=\"{name}\"")) {
        headers.insert(header::CONTENT_DISPOSITION, value);
    }
    Ok(response)
}

/// What a file's name asks for.
fn named(file: &str) -> Option<(Records, Format)> {
    let (records, format) = file.split_once('.')?;
    let records = Records::ALL.into_iter().find(|known| known.as_str() == records)?;
    let format = [Format::Csv, Format::Jsonl].into_iter().find(|known| known.as_str() == format)?;
    Some((records, format))
}

fn may(records: Records) -> Action {
    match records {
        Records::Visits => Action::ExportVisits,
        Records::Leads | Records::Appointments => Action::ExportLeads,
        Records::Audit => Action::ReadAudit,
    }
}

fn write(
    front: &Front,
    customers: &CustomerView,
    export: Export,
    Range { start: from, end: to }: Range<DateTime<Utc>>,
    bom: bool,
    out: &mut PieceWriter,
) -> Result<(), ReportError> {
    let (views, showroom) = (&front.parts.views, &front.parts.showroom);
    let now = front.now();
    let leads = || {
        views.each_lead(from, to).map(|row| {
            let mut row = row?;
            (front.parts.open_lead)(&mut row);
            let (owned, score) = customers.known(row.lead.id, now);
            Ok((row, owned, score))
        })
    };
    let appointments = || {
        views.each_appointment(from, to).map(|row| {
            let mut row = row?;
            (front.parts.open_appointment)(&mut row);
            Ok(row)
        })
    };
    let written = match (export.records, export.format) {
        (Records::Visits, Format::Csv) => csv::write_visits(views.each_visit(from, to), showroom, bom, out),
        (Records::Visits, Format::Jsonl) => jsonl::write_visits(views.each_visit(from, to), showroom, out),
        (Records::Leads, Format::Csv) => csv::write_leads(leads(), showroom, bom, out),
        (Records::Leads, Format::Jsonl) => jsonl::write_leads(leads(), showroom, out),
        (Records::Audit, Format::Csv) => csv::write_audit(views.each_audit(from, to), showroom, bom, out),
        (Records::Audit, Format::Jsonl) => jsonl::write_audit(views.each_audit(from, to), showroom, out),
        (Records::Appointments, Format::Csv) => csv::write_appointments(appointments(), showroom, bom, out),
        (Records::Appointments, Format::Jsonl) => jsonl::write_appointments(appointments(), showroom, out),
    };
    written.map(drop)
}
