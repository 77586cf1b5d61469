//! The envelope around every event of a device.

use chrono::{DateTime, FixedOffset};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::event::DeviceEvent;
use super::receipt::{Code, Refused};
use crate::ids::EventId;

/// The envelope version of this build.
pub const VERSION: u32 = 1;
/// Largest payload by MQTT (DESIGN §4).
pub const MAX_MQTT_BYTES: usize = 16 * 1024;
/// Largest body by HTTP (DESIGN §4).
pub const MAX_HTTP_BYTES: usize = 64 * 1024;

/// One event of a device, with what is needed to place it in time and to know it again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Envelope {
    /// Version of the envelope, [`VERSION`].
    pub v: u32,
    /// The event's id, for ever.
    pub id: EventId,
    /// Counts the device's events; a reused or missing one is accepted, and shown as a gap.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seq: Option<u64>,
    /// The device's wall clock at the event.
    pub at: DateTime<FixedOffset>,
    /// Milliseconds from the event to this sending by the device's boot clock; `None` after a reboot in between.
    pub age_ms: Option<u64>,
    /// What happened.
    #[serde(flatten)]
    pub event: DeviceEvent,
}

/// Tells whether two envelopes say the same: a hash over everything but `age_ms`, which changes with each sending.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Fingerprint(pub [u8; 8]);

impl Envelope {
    /// The envelope's fingerprint: the first 8 bytes of SHA-256 over its JSON with `age_ms` null.
    #[must_use]
    pub fn fingerprint(&self) -> Fingerprint {
        let same = Self { age_ms: None, ..self.clone() };
        let json = serde_json::to_vec(&same).unwrap_or_default();
        let mut first = [0; 8];
        for (to, from) in first.iter_mut().zip(Sha256::digest(&json)) {
            *to = from;
        }
        Fingerprint(first)
    }
}

/// Reads a device's payload of at most `limit` bytes.
///
/// # Errors
/// The refusal to answer with; it names the event's id where one can be read.
pub fn decode(payload: &[u8], limit: usize) -> Result<Envelope, Refused> {
    if payload.len() > limit {
        return Err(Refused { id: None, code: Code::TooLarge });
    }
    let value: serde_json::Value =
        serde_json::from_slice(payload).map_err(|_| Refused { id: None, code: Code::NotJson })?;
    let id = value.get("id").and_then(|id| id.as_str()).and_then(|id| id.parse().ok());
    let refused = |code| Refused { id, code };
    let version = value.get("v").and_then(serde_json::Value::as_u64).ok_or(refused(Code::BadEnvelope))?;
    if version != u64::from(VERSION) {
        return Err(refused(Code::BadVersion));
    }
    let kind = value.get("kind").and_then(|kind| kind.as_str()).ok_or(refused(Code::BadEnvelope))?;
    if !DeviceEvent::KINDS.contains(&kind) {
        return Err(refused(Code::UnknownKind));
    }
    let body = value.get("body").cloned().ok_or(refused(Code::BadEnvelope))?;
    let event = DeviceEvent::decode(kind, body).map_err(refused)?;
    let head = Head::deserialize(&value).map_err(|_| refused(Code::BadEnvelope))?;
    Ok(Envelope { v: VERSION, id: head.id, seq: head.seq, at: head.at, age_ms: head.age_ms, event })
}

#[derive(Deserialize)]
struct Head {
    id: EventId,
    #[serde(default)]
    seq: Option<u64>,
    at: DateTime<FixedOffset>,
    #[serde(default)]
    age_ms: Option<u64>,
}

#[cfg(test)]
mod tests {
    use super::*;

    const VISIT: &str = "0190a5de-0000-7000-8000-000000000001";

    #[track_caller]
    fn check(json: &str, expect: Result<(), Code>) {
        assert_eq!(decode(json.as_bytes(), MAX_MQTT_BYTES).map(|_| ()).map_err(|r| r.code), expect, "{json}");
    }

    fn envelope(kind: &str, body: &str) -> String {
        format!(
            r#"{{"v":1,"id":"0190a5de-0000-7000-8000-000000000009","seq":1,"at":"2026-11-23T10:15:30.250+08:00","age_ms":40,"kind":"{kind}","body":{body},"later":1}}"#
        )
    }

    #[test]
    fn payloads_are_accepted_or_refused_with_a_code() {
        let checked_in = format!(r#"{{"visit":"{VISIT}","purpose":"model","language":"zh","new_field":[1]}}"#);
        check(&envelope("visit.checked_in", &checked_in), Ok(()));
        check(&envelope("visit.met", &format!(r#"{{"visit":"{VISIT}"}}"#)), Ok(()));
        check(&envelope("door.counted", r#"{"in":2,"out":0}"#), Ok(()));
        check(&envelope("visit.exploded", "{}"), Err(Code::UnknownKind));
        check(&envelope("visit.checked_in", "{}"), Err(Code::BadBody));
        check(&envelope("visit.checked_in", r#""x""#), Err(Code::BadBody));
        check(&envelope("door.counted", r#"{"in":-2,"out":0}"#), Err(Code::BadBody));
        check(&envelope("visit.detailed", &format!(r#"{{"visit":"{VISIT}","phone":"123"}}"#)), Err(Code::BadPhone));
        check(&envelope("visit.met", "{}").replace("\"v\":1", "\"v\":2"), Err(Code::BadVersion));
        check("{}", Err(Code::BadEnvelope));
        check("[]", Err(Code::BadEnvelope));
        check("{\"v\":1", Err(Code::NotJson));
        check("", Err(Code::NotJson));
        check(
            &envelope("visit.met", &format!(r#"{{"visit":"{VISIT}"}}"#)).replace("2026-11-23T", "yesterday "),
            Err(Code::BadEnvelope),
        );
    }

    #[test]
    fn size_utf8_and_ids_in_refusals() {
        let refused = decode(&vec![b' '; MAX_MQTT_BYTES + 1], MAX_MQTT_BYTES).unwrap_err();
        assert_eq!(refused, Refused { id: None, code: Code::TooLarge });
        assert_eq!(decode(b"\xff\xfe{}", MAX_MQTT_BYTES).unwrap_err().code, Code::NotJson);
        let refused = decode(envelope("visit.exploded", "{}").as_bytes(), MAX_MQTT_BYTES).unwrap_err();
        assert_eq!(refused.id.unwrap().to_string(), "0190a5de-0000-7000-8000-000000000009");
    }

    #[test]
    fn fingerprint_ignores_age_alone() {
        let body = format!(r#"{{"visit":"{VISIT}"}}"#);
        let first = decode(envelope("visit.met", &body).as_bytes(), MAX_MQTT_BYTES).unwrap();
        let again = Envelope { age_ms: Some(9_000), ..first.clone() };
        assert_eq!(first.fingerprint(), again.fingerprint());
        let other = Envelope { seq: Some(2), ..first.clone() };
        assert_ne!(first.fingerprint(), other.fingerprint());
    }
}
