//! What became of alerts on each channel, and a trial of one's own.

use std::sync::Arc;

use axum::Extension;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use serde::{Deserialize, Serialize};

use super::id;
use crate::notify::Delivery;
use crate::web::address::{Path, Query};
use crate::web::front::Front;
use crate::web::problem::{Code, Problem};
use crate::web::session::Person;

const MOST: usize = 500;

#[derive(Deserialize)]
pub(crate) struct About {
    visit: Option<String>,
}

#[derive(Serialize)]
pub(crate) struct Deliveries {
    deliveries: Vec<Delivery>,
}

pub(crate) async fn deliveries(
    State(front): State<Arc<Front>>,
    Query(About { visit }): Query<About>,
) -> Result<axum::Json<Deliveries>, Problem> {
    let visit = visit.map(|text| id(&text, Code::UnknownVisit, "there is no such visit")).transpose()?;
    Ok(axum::Json(Deliveries { deliveries: front.parts.handle.hub().deliveries().latest(visit, MOST) }))
}

/// Sends a message that nobody waits behind over every channel of the person, the open page among them.
pub(crate) async fn try_own(State(front): State<Arc<Front>>, Extension(person): Extension<Person>) -> Response {
    let trial = front.parts.handle.hub().try_channels(&person.id);
    (StatusCode::ACCEPTED, axum::Json(serde_json::json!({ "done": "kept", "trial": trial }))).into_response()
}

/// A page of the person has shown the trial: an alert would have come as far.
pub(crate) async fn trial_shown(
    State(front): State<Arc<Front>>,
    Extension(person): Extension<Person>,
    Path(trial): Path<String>,
) -> Result<axum::Json<serde_json::Value>, Problem> {
    const UNKNOWN: &str = "this trial is not the one that is waited for";
    let trial = id(&trial, Code::NotFound, UNKNOWN)?;
    if !front.parts.handle.hub().trial_shown(&person.id, trial) {
        return Err(Problem::new(Code::NotFound, UNKNOWN));
    }
    front.reporter.alive(&person.id);
    Ok(axum::Json(serde_json::json!({ "done": "kept" })))
}
