//! The JSON API under `/api/v1`: reads what was asked, hands it on, answers. Who may is judged before (`routes`), what is
//! possible behind (the engine).

pub(super) mod alerts;
pub(super) mod channels;
pub(super) mod contacts;
pub(super) mod demo;
pub(super) mod diary;
pub(super) mod exports;
pub(super) mod floor;
pub(super) mod hands;
pub(super) mod health;
pub(super) mod interests;
pub(super) mod kiosks;
pub(super) mod morning;
pub(super) mod ownership;
pub(super) mod parties;
pub(super) mod people;
pub(super) mod presence;
pub(super) mod push;
pub(super) mod records;
pub(super) mod sessions;
pub(super) mod shifts;
pub(super) mod visits;

use std::str::FromStr;

use axum::response::{IntoResponse as _, Response};
use serde_json::json;

use super::problem::{Code, Problem};
use crate::runtime::Done;

/// What became of a write.
pub(super) fn done(done: Done) -> Response {
    let done = match done {
        Done::Kept | Done::Lead => "kept",
        Done::Known | Done::KnownLead => "known",
    };
    axum::Json(json!({ "done": done })).into_response()
}

/// An id from the address; one that is none belongs to nothing.
pub(super) fn id<T: FromStr>(text: &str, code: Code, detail: &'static str) -> Result<T, Problem> {
    text.parse().map_err(|_| Problem::new(code, detail))
}
