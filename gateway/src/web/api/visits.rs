//! Walk-ins, and what becomes of a visit.

use std::sync::Arc;

use axum::Extension;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;
use serde_json::json;
use shared::ids::{StaffId, VisitId};
use shared::wire::{Language, Purpose};

use super::{done, id};
use crate::domain::command::Cause;
use crate::domain::floor::visit::Outcome;
use crate::domain::{Actor, Command};
use crate::web::address::Path;
use crate::web::body::Json;
use crate::web::front::Front;
use crate::web::idempotency;
use crate::web::problem::{Code, Problem};
use crate::web::session::Person;

#[derive(Deserialize)]
pub(crate) struct WalkIn {
    purpose: Purpose,
    #[serde(default)]
    language: Language,
    #[serde(default)]
    party: Option<u8>,
}

#[derive(Deserialize)]
pub(crate) struct End {
    outcome: Outcome,
}

#[derive(Deserialize)]
pub(crate) struct Assign {
    staff: StaffId,
}

/// 来客: the same clock and ladder as a kiosk's. The same `Idempotency-Key` is the same visit.
pub(crate) async fn walk_in(
    State(front): State<Arc<Front>>,
    Extension(person): Extension<Person>,
    headers: HeaderMap,
    Json { value: WalkIn { purpose, language, party }, bytes }: Json<WalkIn>,
) -> Result<Response, Problem> {
    check_party(party)?;
    let cause: Option<Cause> = idempotency::cause(&headers, &person.id, "walk-in", &bytes)?;
    let visit = match &cause {
        Some(cause) => idempotency::visit(cause),
        None => VisitId::new(front.now(), Front::random()?),
    };
    let command = Command::WalkIn { visit, purpose, language, party };
    front.submit(cause, Actor::Staff(person.id), command).await?;
    Ok((StatusCode::CREATED, axum::Json(json!({ "visit": visit }))).into_response())
}

pub(crate) async fn greeted(
    State(front): State<Arc<Front>>,
    Extension(person): Extension<Person>,
    Path(visit): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    write(&front, &person, &headers, Command::Greet(visit_id(&visit)?)).await
}

pub(crate) async fn end(
    State(front): State<Arc<Front>>,
    Extension(person): Extension<Person>,
    Path(visit): Path<String>,
    headers: HeaderMap,
    Json { value: End { outcome }, .. }: Json<End>,
) -> Result<Response, Problem> {
    if !Outcome::CHOICES.contains(&outcome) {
        return Err(Problem::bad_body("this outcome is not one that a person chooses"));
    }
    write(&front, &person, &headers, Command::End(visit_id(&visit)?, outcome)).await
}

pub(crate) async fn undo(
    State(front): State<Arc<Front>>,
    Extension(person): Extension<Person>,
    Path(visit): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    write(&front, &person, &headers, Command::UndoVisit(visit_id(&visit)?)).await
}

pub(crate) async fn received(
    State(front): State<Arc<Front>>,
    Extension(person): Extension<Person>,
    Path(visit): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    write(&front, &person, &headers, Command::Receive(visit_id(&visit)?)).await
}

pub(crate) async fn assign(
    State(front): State<Arc<Front>>,
    Extension(person): Extension<Person>,
    Path(visit): Path<String>,
    headers: HeaderMap,
    Json { value: Assign { staff }, .. }: Json<Assign>,
) -> Result<Response, Problem> {
    write(&front, &person, &headers, Command::Assign(visit_id(&visit)?, staff)).await
}

pub(super) async fn write(
    front: &Front,
    person: &Person,
    headers: &HeaderMap,
    command: Command,
) -> Result<Response, Problem> {
    let said = format!("{command:?}");
    front.by(person, headers, &said, b"", command).await.map(done)
}

pub(super) fn check_party(party: Option<u8>) -> Result<(), Problem> {
    let fits = party.is_none_or(|party| (1..=99).contains(&party));
    fits.then_some(()).ok_or_else(|| Problem::bad_body("party is from 1 to 99"))
}

pub(super) fn visit_id(text: &str) -> Result<VisitId, Problem> {
    id(text, Code::UnknownVisit, "there is no such visit")
}
