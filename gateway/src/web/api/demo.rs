//! `POST /api/v1/demo/advance`: hours in seconds, only in the demo.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use chrono::TimeDelta;
use serde::Deserialize;

use crate::web::body::{Json, nothing};
use crate::web::front::Front;
use crate::web::problem::Problem;

/// A week: enough for every deadline.
const MOST_SECONDS: u32 = 7 * 24 * 3600;

#[derive(Deserialize)]
pub(crate) struct Advance {
    seconds: u32,
}

pub(crate) async fn advance(
    State(front): State<Arc<Front>>,
    Json { value: Advance { seconds }, .. }: Json<Advance>,
) -> Result<Response, Problem> {
    let Some(advance) = &front.parts.demo else { return Err(Problem::not_found()) };
    if seconds > MOST_SECONDS {
        return Err(Problem::bad_body(format!("seconds is at most {MOST_SECONDS}, a week")));
    }
    advance(TimeDelta::seconds(i64::from(seconds))).await;
    Ok(nothing())
}
