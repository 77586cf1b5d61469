//! Errors as callers see them: RFC 9457 problem documents with a stable code. What the log says is another matter.

mod code;

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

pub(super) use self::code::Code;
use crate::domain::Refusal;
use crate::runtime::SubmitError;

/// One problem.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Problem {
    pub(super) code: Code,
    pub(super) detail: String,
    retry_after_s: Option<u64>,
}

#[derive(Serialize)]
struct Document<'a> {
    r#type: String,
    title: &'a str,
    status: u16,
    #[serde(skip_serializing_if = "str::is_empty")]
    detail: &'a str,
    code: &'a str,
}

impl Problem {
    pub(super) fn new(code: Code, detail: impl Into<String>) -> Self {
        Self { code, detail: detail.into(), retry_after_s: None }
    }

    pub(super) fn status(&self) -> StatusCode {
        self.code.status()
    }

    pub(super) fn bad_body(detail: impl Into<String>) -> Self {
        Self::new(Code::BadBody, detail)
    }

    pub(super) fn unauthorised() -> Self {
        Self::new(Code::NotSignedIn, "sign in first: there is no session, or it is over")
    }

    pub(super) fn forbidden() -> Self {
        Self::new(Code::NotAllowed, "this role may not do that")
    }

    pub(super) fn not_found() -> Self {
        Self::new(Code::NotFound, "there is nothing at this address")
    }

    pub(super) fn unavailable(code: Code, detail: &str, retry_after_s: u64) -> Self {
        Self::new(code, detail).retry_after(retry_after_s)
    }

    /// Something broke on our side; the log has the reason.
    pub(super) fn internal() -> Self {
        Self::new(Code::Internal, "something broke here; the gateway's log says what")
    }

    pub(super) fn retry_after(mut self, seconds: u64) -> Self {
        self.retry_after_s = Some(seconds);
        self
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        Self::new(refusal.into(), refusal.to_string())
    }
}

impl From<SubmitError> for Problem {
    fn from(error: SubmitError) -> Self {
        match error {
            SubmitError::Refused(refusal) => refusal.into(),
            SubmitError::Full => Self::unavailable(Code::Busy, "too much waits already: try again in a second", 1),
            SubmitError::Ended => {
                Self::unavailable(Code::Ended, "the gateway has stopped taking changes until it is started again", 10)
            }
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let (status, code) = (self.status(), self.code.as_str());
        let document = Document {
            r#type: format!("urn:yingbin:problem:{code}"),
            title: status.canonical_reason().unwrap_or("Problem"),
            status: status.as_u16(),
            detail: &self.detail,
            code,
        };
        let mut response = (status, Json(document)).into_response();
        // For whoever counts them.
        response.extensions_mut().insert(self.code);
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if let Some(seconds) = self.retry_after_s {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}
