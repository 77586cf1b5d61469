//! What somebody is doing, and that their page is there.

use std::sync::Arc;

use axum::Extension;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, header};
use axum::response::Response;
use serde::{Deserialize, Serialize};

use super::done;
use crate::domain::floor::member::Presence;
use crate::domain::{Actor, Command};
use crate::web::body::Json;
use crate::web::front::Front;
use crate::web::problem::Problem;
use crate::web::session::Person;

#[derive(Deserialize)]
pub(crate) struct Set {
    presence: Presence,
}

/// What a page needs to keep time with the gateway.
#[derive(Serialize)]
pub(crate) struct Alive {
    /// The gateway's clock: a phone may be an hour off.
    now: chrono::DateTime<chrono::Utc>,
    /// When to say so again.
    period_ms: u64,
    /// The last message to this person, as the stream's ids: a page that stands elsewhere has a stream that is open in
    /// name only.
    position: String,
    /// How many times as fast as the real one that clock runs; 1 outside the demo.
    rate: u32,
}

pub(crate) async fn set(
    State(front): State<Arc<Front>>,
    Extension(person): Extension<Person>,
    headers: HeaderMap,
    Json { value: Set { presence }, bytes }: Json<Set>,
) -> Result<Response, Problem> {
    front.by(&person, &headers, "presence", &bytes, Command::SetPresence(presence)).await.map(done)
}

pub(crate) async fn undo(
    State(front): State<Arc<Front>>,
    Extension(person): Extension<Person>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    front.by(&person, &headers, "presence undo", b"", Command::UndoPresence).await.map(done)
}

/// The connection that brought it closes: it comes every few seconds from every phone, and would keep a second connection with its
/// buffers open beside each stream. What somebody does after an alert mostly finds one open, for `shown` came before it.
pub(crate) async fn alive(
    State(front): State<Arc<Front>>,
    Extension(person): Extension<Person>,
) -> Result<([(HeaderName, &'static str); 1], axum::Json<Alive>), Problem> {
    front.submit(None, Actor::Staff(person.id.clone()), Command::Alive).await?;
    Ok(([(header::CONNECTION, "close")], axum::Json(keeping_time(&front, &person))))
}

pub(crate) fn keeping_time(front: &Front, person: &Person) -> Alive {
    Alive {
        now: front.now(),
        position: front.parts.handle.hub().position(&person.id).to_string(),
        period_ms: u64::try_from(front.alive.as_millis()).unwrap_or(10_000),
        rate: front.parts.clock_rate.max(1),
    }
}
