//! Writes that may be repeated: `Idempotency-Key` becomes the event's id, so that the engine knows it again for ever.

use axum::http::HeaderMap;
use sha2::{Digest as _, Sha256};
use shared::ids::{EventId, StaffId, VisitId};
use shared::wire::Fingerprint;
use uuid::Builder;

use super::problem::{Code, Problem};
use crate::domain::command::Cause;

const MOST_CHARS: usize = 128;

/// The cause of a write that carries a key; `None` without one.
pub(super) fn cause(headers: &HeaderMap, actor: &StaffId, what: &str, body: &[u8]) -> Result<Option<Cause>, Problem> {
    let Some(key) = headers.get("idempotency-key") else { return Ok(None) };
    let key = key
        .to_str()
        .ok()
        .filter(|key| (1..=MOST_CHARS).contains(&key.len()))
        .ok_or_else(|| Problem::new(Code::BadKey, "an Idempotency-Key has 1 to 128 printable characters"))?;
    Ok(Some(Cause {
        id: EventId::from_uuid(derived(&[b"event", actor.as_str().as_bytes(), key.as_bytes()])),
        fingerprint: fingerprint(&[what.as_bytes(), body]),
    }))
}

/// The visit that belongs to a repeated write: the same each time.
pub(super) fn visit(cause: &Cause) -> VisitId {
    VisitId::from_uuid(derived(&[b"visit", cause.id.uuid().as_bytes()]))
}

/// Tells whether two writes say the same.
pub(super) fn fingerprint(parts: &[&[u8]]) -> Fingerprint {
    let mut first = [0; 8];
    for (to, from) in first.iter_mut().zip(digest(parts)) {
        *to = from;
    }
    Fingerprint(first)
}

/// A UUID of these bytes; of version 8, for it holds no time.
pub(super) fn derived(parts: &[&[u8]]) -> uuid::Uuid {
    let mut bytes = [0; 16];
    for (to, from) in bytes.iter_mut().zip(digest(parts)) {
        *to = from;
    }
    Builder::from_custom_bytes(bytes).into_uuid()
}

fn digest(parts: &[&[u8]]) -> impl IntoIterator<Item = u8> + use<> {
    let mut hash = Sha256::new();
    for part in parts {
        // With their lengths, so that no two lists of parts read the same.
        hash.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        hash.update(part);
    }
    hash.finalize()
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn of(key: &'static str, actor: &str, body: &[u8]) -> Option<Cause> {
        let mut headers = HeaderMap::new();
        headers.insert("idempotency-key", HeaderValue::from_static(key));
        cause(&headers, &actor.parse().unwrap(), "POST /x", body).unwrap()
    }

    #[test]
    fn the_same_key_of_the_same_person_is_the_same_event() {
        let first = of("k", "wang", b"{}").unwrap();
        assert_eq!(of("k", "wang", b"{}"), Some(first));
        assert_eq!(visit(&first), visit(&of("k", "wang", b"{}").unwrap()));
        assert_ne!(of("k2", "wang", b"{}").unwrap().id, first.id);
        assert_ne!(of("k", "li", b"{}").unwrap().id, first.id);
        let other = of("k", "wang", b"{\"a\":1}").unwrap();
        assert_eq!(other.id, first.id);
        assert_ne!(other.fingerprint, first.fingerprint);
    }

    #[test]
    fn a_key_has_bounds_and_may_be_absent() {
        let wang: StaffId = "wang".parse().unwrap();
        assert_eq!(cause(&HeaderMap::new(), &wang, "", b"").unwrap(), None);
        let mut headers = HeaderMap::new();
        headers.insert("idempotency-key", HeaderValue::try_from("x".repeat(129)).unwrap());
        assert_eq!(cause(&headers, &wang, "", b"").unwrap_err().code, Code::BadKey);
    }
}
