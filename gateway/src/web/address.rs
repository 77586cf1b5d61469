//! What stands in an address: its parameters and its query. axum's own extractors, whose refusals are plain text, with a problem
//! document for everything that cannot be read; nothing else of the web uses those (`.clippy.toml` says so).

use axum::extract::{self, FromRequestParts};
use axum::http::request::Parts;
use serde::de::DeserializeOwned;

use super::problem::{Code, Problem};

/// The parameters of the path.
#[derive(Debug)]
pub(super) struct Path<T>(pub(super) T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Path<T> {
    type Rejection = Problem;

    #[expect(clippy::disallowed_types, reason = "the one place that wraps it")]
    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let path = extract::Path::from_request_parts(parts, state).await;
        path.map(|extract::Path(value)| Self(value)).map_err(|_| {
            let detail = "this address cannot be read: it is UTF-8, percent-encoded";
            Problem::new(Code::BadPath, detail)
        })
    }
}

/// The query, each key at most once.
#[derive(Debug)]
pub(super) struct Query<T>(pub(super) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;

    #[expect(clippy::disallowed_types, reason = "the one place that wraps it")]
    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let query = extract::Query::from_request_parts(parts, state).await;
        query.map(|extract::Query(value)| Self(value)).map_err(|_| {
            let detail = "what follows the question mark cannot be read: name each key once, as in ?from=2026-11-01";
            Problem::new(Code::BadQuery, detail)
        })
    }
}
