//! Errors as callers see them: RFC 9457 problem documents with a stable code. What the log says is another matter.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::domain::Refusal;
use crate::runtime::SubmitError;

/// One problem.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Problem {
    pub(super) status: StatusCode,
    pub(super) code: &'static str,
    pub(super) detail: String,
    retry_after_s: Option<u64>,
}

/// The code of an answer that says no, a problem document or a page, for whoever counts them.
#[derive(Debug, Clone, Copy)]
pub(super) struct ProblemCode(pub(super) &'static str);

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
    pub(super) fn new(status: StatusCode, code: &'static str, detail: impl Into<String>) -> Self {
        Self { status, code, detail: detail.into(), retry_after_s: None }
    }

    pub(super) fn bad_body(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "bad_body", detail)
    }

    pub(super) fn unauthorised() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "not_signed_in", "sign in first: there is no session, or it is over")
    }

    pub(super) fn forbidden() -> Self {
        Self::new(StatusCode::FORBIDDEN, "not_allowed", "this role may not do that")
    }

    pub(super) fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", "there is nothing at this address")
    }

    pub(super) fn unavailable(code: &'static str, detail: &str, retry_after_s: u64) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, code, detail).retry_after(retry_after_s)
    }

    /// Something broke on our side; the log has the reason.
    pub(super) fn internal() -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", "something broke here; the gateway's log says what")
    }

    pub(super) fn retry_after(mut self, seconds: u64) -> Self {
        self.retry_after_s = Some(seconds);
        self
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        let status = match refusal {
            Refusal::UnknownVisit
            | Refusal::UnknownAlert
            | Refusal::UnknownStaff
            | Refusal::UnknownDevice
            | Refusal::UnknownLead => StatusCode::NOT_FOUND,
            Refusal::NotYours | Refusal::WrongSender | Refusal::ForeignVisit => StatusCode::FORBIDDEN,
            Refusal::CodeSpent => StatusCode::GONE,
            Refusal::VisitOver
            | Refusal::AlertOver
            | Refusal::NothingToUndo
            | Refusal::IdConflict
            | Refusal::NotServed
            | Refusal::NobodyFree
            | Refusal::NoParty => StatusCode::CONFLICT,
        };
        Self::new(status, refusal.as_str(), refusal.to_string())
    }
}

impl From<SubmitError> for Problem {
    fn from(error: SubmitError) -> Self {
        match error {
            SubmitError::Refused(refusal) => refusal.into(),
            SubmitError::Full => Self::unavailable("busy", "too much waits already: try again in a second", 1),
            SubmitError::Ended => {
                Self::unavailable("ended", "the gateway has stopped taking changes until it is started again", 10)
            }
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let document = Document {
            r#type: format!("urn:yingbin:problem:{}", self.code),
            title: self.status.canonical_reason().unwrap_or("Problem"),
            status: self.status.as_u16(),
            detail: &self.detail,
            code: self.code,
        };
        let mut response = (self.status, Json(document)).into_response();
        response.extensions_mut().insert(ProblemCode(self.code));
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if let Some(seconds) = self.retry_after_s {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if self.status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}
