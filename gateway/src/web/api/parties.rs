//! Whom a visit is about: parties that are one, parties that are two, and what was told wrongly.

use std::sync::Arc;

use axum::Extension;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;
use serde_json::json;
use shared::ids::VisitId;

use super::visits::{check_party, visit_id, write};
use crate::domain::floor::event::Correction;
use crate::domain::{Actor, Command};
use crate::web::address::Path;
use crate::web::body::Json;
use crate::web::front::Front;
use crate::web::idempotency;
use crate::web::problem::Problem;
use crate::web::session::Person;

#[derive(Deserialize)]
pub(crate) struct Join {
    other: VisitId,
}

#[derive(Deserialize)]
pub(crate) struct Split {
    party: u8,
}

/// 同行: the same party checked in twice.
pub(crate) async fn join(
    State(front): State<Arc<Front>>,
    Extension(person): Extension<Person>,
    Path(visit): Path<String>,
    headers: HeaderMap,
    Json { value: Join { other }, .. }: Json<Join>,
) -> Result<Response, Problem> {
    write(&front, &person, &headers, Command::Join(visit_id(&visit)?, other)).await
}

/// So many of them become a visit of their own. The same `Idempotency-Key` is the same new visit.
pub(crate) async fn split(
    State(front): State<Arc<Front>>,
    Extension(person): Extension<Person>,
    Path(visit): Path<String>,
    headers: HeaderMap,
    Json { value: Split { party }, bytes }: Json<Split>,
) -> Result<Response, Problem> {
    let visit = visit_id(&visit)?;
    check_party(Some(party))?;
    let cause = idempotency::cause(&headers, &person.id, &format!("split {visit}"), &bytes)?;
    let new = match &cause {
        Some(cause) => idempotency::visit(cause),
        None => VisitId::new(front.now(), Front::random()?),
    };
    front.submit(cause, Actor::Staff(person.id), Command::Split { visit, new, party }).await?;
    Ok((StatusCode::CREATED, axum::Json(json!({ "visit": new }))).into_response())
}

/// What is absent stays as it was told.
pub(crate) async fn correct(
    State(front): State<Arc<Front>>,
    Extension(person): Extension<Person>,
    Path(visit): Path<String>,
    headers: HeaderMap,
    Json { value: correction, .. }: Json<Correction>,
) -> Result<Response, Problem> {
    check_party(correction.party)?;
    write(&front, &person, &headers, Command::Correct(visit_id(&visit)?, correction)).await
}
