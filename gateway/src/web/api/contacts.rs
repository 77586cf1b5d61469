//! How a person is reached: shown in full, and erased. Both are durable before anything is answered.

use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{IntoResponse as _, Response};
use axum::{Extension, Json};
use serde::Serialize;
use shared::ids::LeadId;
use shared::phone::PhoneNumber;
use shared::wire::Title;

use super::done;
use super::ownership::lead_id;
use super::records::reading;
use crate::domain::Command;
use crate::views::LeadRow;
use crate::web::address::Path;
use crate::web::front::Front;
use crate::web::problem::{Code, Problem};
use crate::web::session::Person;

/// A contact in full.
#[derive(Serialize)]
struct Revealed {
    lead: LeadId,
    name: Option<String>,
    title: Option<Title>,
    phone: Option<String>,
}

pub(crate) async fn reveal(
    State(front): State<Arc<Front>>,
    Extension(person): Extension<Person>,
    Path(lead): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let lead = lead_id(&lead)?;
    front.by(&person, &headers, "reveal", lead.to_string().as_bytes(), Command::RevealLead(lead)).await?;
    tracing::info!(consultant.id = %person.id, lead.id = %lead, "a contact is shown in full");
    let row = opened(&front, lead).await?;
    let secret = row.and_then(|row| row.lead.secret);
    let contact = secret.as_ref().and_then(|secret| secret.get()).ok_or_else(erased)?;
    let revealed = Revealed {
        lead,
        name: contact.name.as_ref().map(|name| name.reveal().to_owned()),
        title: contact.title,
        phone: contact.phone.as_ref().map(PhoneNumber::full),
    };
    Ok(Json(revealed).into_response())
}

pub(crate) async fn erase(
    State(front): State<Arc<Front>>,
    Extension(person): Extension<Person>,
    Path(lead): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let lead = lead_id(&lead)?;
    let kept = front.by(&person, &headers, "erase", lead.to_string().as_bytes(), Command::EraseLead(lead)).await?;
    tracing::info!(consultant.id = %person.id, lead.id = %lead, "a contact is erased");
    Ok(done(kept))
}

/// A lead with its contact, if that is still there.
pub(in crate::web) async fn opened(front: &Arc<Front>, lead: LeadId) -> Result<Option<LeadRow>, Problem> {
    front.level().await?;
    let front = Arc::clone(front);
    reading(move || {
        let mut row = front.parts.views.lead(lead)?;
        if let Some(row) = &mut row {
            (front.parts.open_lead)(row);
        }
        Ok(row)
    })
    .await
}

/// Erased while it was asked for, or its key is lost.
pub(super) fn erased() -> Problem {
    Problem::new(Code::ContactErased, "this contact has been erased")
}
