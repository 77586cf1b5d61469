//! What colleagues do together about a visit, and what they keep of it for each other.

use std::sync::Arc;

use axum::Extension;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use serde::Deserialize;
use shared::ids::{StaffId, TopicId};
use shared::personal::Personal;

use super::done;
use super::visits::{visit_id, write};
use crate::domain::Command;
use crate::web::address::Path;
use crate::web::body::Json;
use crate::web::front::Front;
use crate::web::problem::Problem;
use crate::web::session::Person;

/// A note is a few lines, not a file.
const NOTE_CHARS: usize = 500;

#[derive(Deserialize)]
pub(crate) struct HandOver {
    to: StaffId,
}

#[derive(Deserialize)]
pub(crate) struct Second {
    #[serde(default)]
    to: Option<StaffId>,
}

#[derive(Deserialize)]
pub(crate) struct Answered {
    question: TopicId,
    answer: TopicId,
}

#[derive(Deserialize)]
pub(crate) struct Note {
    text: Personal,
}

pub(crate) async fn hand_over(
    State(front): State<Arc<Front>>,
    Extension(person): Extension<Person>,
    Path(visit): Path<String>,
    headers: HeaderMap,
    Json { value: HandOver { to }, .. }: Json<HandOver>,
) -> Result<Response, Problem> {
    write(&front, &person, &headers, Command::HandOver(visit_id(&visit)?, to)).await
}

pub(crate) async fn second(
    State(front): State<Arc<Front>>,
    Extension(person): Extension<Person>,
    Path(visit): Path<String>,
    headers: HeaderMap,
    Json { value: Second { to }, .. }: Json<Second>,
) -> Result<Response, Problem> {
    write(&front, &person, &headers, Command::CallSecond(visit_id(&visit)?, to)).await
}

pub(crate) async fn recall(
    State(front): State<Arc<Front>>,
    Extension(person): Extension<Person>,
    Path(visit): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    write(&front, &person, &headers, Command::Recall(visit_id(&visit)?)).await
}

pub(crate) async fn step_back(
    State(front): State<Arc<Front>>,
    Extension(person): Extension<Person>,
    Path(visit): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    write(&front, &person, &headers, Command::StepBack(visit_id(&visit)?)).await
}

/// An answer to one of the questions of the configuration.
pub(crate) async fn answered(
    State(front): State<Arc<Front>>,
    Extension(person): Extension<Person>,
    Path(visit): Path<String>,
    headers: HeaderMap,
    Json { value: Answered { question, answer }, .. }: Json<Answered>,
) -> Result<Response, Problem> {
    let visit = visit_id(&visit)?;
    let known = front.parts.questions.iter().any(|known| known.id == question && known.takes(&answer));
    if !known {
        return Err(Problem::bad_body("this is none of the questions, or none of its answers"));
    }
    write(&front, &person, &headers, Command::Answer { visit, question, answer }).await
}

/// In place of the note before; an empty one takes it away.
pub(crate) async fn note(
    State(front): State<Arc<Front>>,
    Extension(person): Extension<Person>,
    Path(visit): Path<String>,
    headers: HeaderMap,
    Json { value: Note { text }, bytes }: Json<Note>,
) -> Result<Response, Problem> {
    let visit = visit_id(&visit)?;
    if text.reveal().chars().count() > NOTE_CHARS {
        return Err(Problem::bad_body("a note has at most 500 characters"));
    }
    front.by(&person, &headers, &format!("note {visit}"), &bytes, Command::Note(visit, text)).await.map(done)
}
