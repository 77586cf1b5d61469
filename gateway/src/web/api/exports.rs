//! Files to take away, streamed: memory stays flat however long the range.

use std::io::Write as _;
use std::sync::Arc;

use axum::Extension;
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse as _, Response};
use chrono::{DateTime, Utc};
use tokio::sync::mpsc;

use super::records::Span;
use crate::report::{ReportError, csv, jsonl};
use crate::web::address::{Path, Query};
use crate::web::body::{PieceWriter, in_pieces};
use crate::web::front::Front;
use crate::web::problem::Problem;
use crate::web::session::Person;

/// Pieces of about 64 KiB that may wait for a slow receiver.
const PIECES: usize = 4;

#[derive(Debug, Clone, Copy)]
enum Format {
    Csv { bom: bool },
    JsonLines,
}

pub(crate) async fn export(
    State(front): State<Arc<Front>>,
    Extension(person): Extension<Person>,
    Path(file): Path<String>,
    Query(span): Query<Span>,
) -> Result<Response, Problem> {
    let bom = matches!(span.bom.as_deref(), Some("1" | "true" | "on"));
    let (format, kind, ending) = match file.as_str() {
        "visits.csv" => (Format::Csv { bom }, "text/csv; charset=utf-8", "csv"),
        "visits.jsonl" => (Format::JsonLines, "application/jsonl; charset=utf-8", "jsonl"),
        _ => return Err(Problem::not_found()),
    };
    let (from, to) = span.days(front.today())?;
    front.level().await?;
    let name = format!("{}-visits-{from}-{to}.{ending}", front.parts.showroom.store);
    tracing::info!(consultant.id = %person.id, %from, %to, "visits are exported");
    let (from, to) = front.days(from, to);
    let (pieces, body) = mpsc::channel(PIECES);
    tokio::task::spawn_blocking(move || {
        let mut out = PieceWriter(pieces.clone());
        let written = write(&front, from, to, format, &mut out).and_then(|()| Ok(out.flush()?));
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

fn write(
    front: &Front,
    from: DateTime<Utc>,
    to: DateTime<Utc>,
    format: Format,
    out: &mut PieceWriter,
) -> Result<(), ReportError> {
    let (rows, showroom) = (front.parts.views.each_visit(from, to), &front.parts.showroom);
    match format {
        Format::Csv { bom } => csv::write_visits(rows, showroom, bom, out).map(drop),
        Format::JsonLines => jsonl::write_visits(rows, showroom, out).map(drop),
    }
}
