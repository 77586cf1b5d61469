//! Request bodies: JSON of at most 64 KiB, with a problem document for everything else; and answers in pieces.

use std::io;

use axum::body::{Body, Bytes};
use axum::extract::rejection::BytesRejection;
use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use axum::response::IntoResponse as _;
use futures_util::stream;
use serde::de::DeserializeOwned;
use tokio::sync::mpsc;

use super::problem::{Code, Problem};

/// A body in JSON, and the bytes it was read from. An empty body reads as `{}`.
pub(super) struct Json<T> {
    pub(super) value: T,
    pub(super) bytes: Bytes,
}

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let bytes = Bytes::from_request(request, state).await.map_err(|rejection| unreadable(&rejection))?;
        let text: &[u8] = if bytes.is_empty() { b"{}" } else { &bytes };
        let value = serde_json::from_slice(text).map_err(|error| {
            if error.is_data() {
                Problem::bad_body(error.to_string())
            } else {
                Problem::new(Code::NotJson, "the body is not JSON in UTF-8, or cut off")
            }
        })?;
        Ok(Self { value, bytes })
    }
}

pub(super) fn unreadable(rejection: &BytesRejection) -> Problem {
    if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
        Problem::new(Code::TooLarge, "a body has at most 64 KiB")
    } else {
        Problem::bad_body("the body could not be read")
    }
}

/// An answer that comes in pieces; an error breaks it off, which tells the receiver that it is not whole.
pub(super) fn in_pieces(pieces: mpsc::Receiver<io::Result<Bytes>>) -> Body {
    Body::from_stream(stream::unfold(pieces, |mut pieces| async move {
        let piece = pieces.recv().await?;
        Some((piece, pieces))
    }))
}

/// Writes into an answer from a thread that may block: waits while the receiver is slow, so memory stays flat.
pub(super) struct PieceWriter(pub(super) mpsc::Sender<io::Result<Bytes>>);

impl io::Write for PieceWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0
            .blocking_send(Ok(Bytes::copy_from_slice(bytes)))
            .map_err(|_| io::Error::from(io::ErrorKind::BrokenPipe))?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// `204 No Content`.
pub(super) fn nothing() -> axum::response::Response {
    StatusCode::NO_CONTENT.into_response()
}
