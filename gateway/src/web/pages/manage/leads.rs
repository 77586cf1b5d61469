//! `/manage/leads`: registered interests of some days, to call somebody back, and to erase whoever wants it so.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderMap, Uri};
use axum::response::Response;

use super::lines::{LeadLine, day_and_clock};
use super::listed::{LISTED, ListedDays};
use crate::web::address::Query;
use crate::web::api::records::{Span, reading};
use crate::web::front::Front;
use crate::web::pages::{Frame, render};
use crate::web::problem::Problem;

#[derive(Template)]
#[template(path = "manage-leads.html")]
struct Interests {
    frame: Frame,
    from: String,
    to: String,
    leads: Vec<LeadLine>,
    /// There are more than are listed.
    cut: bool,
}

pub(crate) async fn show(
    State(front): State<Arc<Front>>,
    Query(span): Query<Span>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Problem> {
    let frame = Frame::new(&front, &headers, &uri);
    let ListedDays { from, to, begin, end } = ListedDays::of(&front, &span).await?;
    let customers = front.customers().await;
    let reader = Arc::clone(&front);
    let rows = reading(move || {
        let mut rows = reader.parts.views.latest_leads(begin, end, LISTED)?;
        for row in &mut rows {
            (reader.parts.open_lead)(row);
        }
        Ok(rows)
    })
    .await?;
    let line = |row| LeadLine::new(&front, row, &frame, day_and_clock(&front, row.received_at.utc()), Some(&customers));
    let leads: Vec<LeadLine> = rows.iter().map(line).collect();
    Ok(render(&Interests { from: from.to_string(), to: to.to_string(), cut: leads.len() == LISTED, leads, frame }))
}
