//! A phone's answers to an alert.

use std::sync::Arc;

use axum::Extension;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use serde::Deserialize;
use shared::ids::AlertId;

use super::{done, id};
use crate::domain::Command;
use crate::domain::floor::visit::{Channel, PassReason};
use crate::notify::Fate;
use crate::web::address::{Path, Query};
use crate::web::body::Json;
use crate::web::front::Front;
use crate::web::problem::{Code, Problem};
use crate::web::session::Person;

/// Where it is shown.
#[derive(Deserialize)]
pub(crate) struct Where {
    /// `push`: as a notification; the open page where nothing is said.
    channel: Option<Channel>,
}

#[derive(Deserialize)]
pub(crate) struct Pass {
    #[serde(default)]
    reason: Option<PassReason>,
}

pub(crate) async fn shown(
    State(front): State<Arc<Front>>,
    Extension(person): Extension<Person>,
    Path(alert): Path<String>,
    Query(Where { channel }): Query<Where>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let alert = alert_id(&alert)?;
    let channel = match channel {
        None => Channel::Stream,
        Some(Channel::Push) => Channel::Push,
        Some(_) => return Err(Problem::new(Code::BadQuery, "channel is push, or not said")),
    };
    let done = answer(&front, &person, &headers, "shown", Command::Show(alert)).await?;
    front.note_delivery(&person.id, alert, channel, Fate::Shown);
    Ok(done)
}

pub(crate) async fn accept(
    State(front): State<Arc<Front>>,
    Extension(person): Extension<Person>,
    Path(alert): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    answer(&front, &person, &headers, "accept", Command::Accept(alert_id(&alert)?)).await
}

pub(crate) async fn pass(
    State(front): State<Arc<Front>>,
    Extension(person): Extension<Person>,
    Path(alert): Path<String>,
    headers: HeaderMap,
    Json { value: Pass { reason }, .. }: Json<Pass>,
) -> Result<Response, Problem> {
    answer(&front, &person, &headers, "pass", Command::Pass(alert_id(&alert)?, reason)).await
}

async fn answer(
    front: &Front,
    person: &Person,
    headers: &HeaderMap,
    what: &str,
    command: Command,
) -> Result<Response, Problem> {
    let said = format!("{what} {command:?}");
    front.by(person, headers, &said, b"", command).await.map(done)
}

fn alert_id(text: &str) -> Result<AlertId, Problem> {
    id(text, Code::UnknownAlert, "there is no such alert")
}
