//! A receiver of the showroom's own choice, by Standard Webhooks (standardwebhooks.com): an HTTPS POST with `webhook-id`,
//! `webhook-timestamp` and a `v1` signature, HMAC-SHA256 over `id.timestamp.body`.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, SecondsFormat, Utc};
use hmac::{Hmac, Mac as _};
use hyper::Method;
use hyper::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use serde::Serialize;
use sha2::Sha256;
use shared::clock::Clock;
use shared::ids::StaffId;

use super::call::{Call, Message};
use super::deliveries::Failure;
use super::errand::Errand;
use super::http::{Address, Client, value};
use super::lane::{Channel, Setback};
use crate::domain::floor::visit::Channel as Kind;

/// The secret that a receiver checks signatures by. Never printed.
#[derive(Clone)]
pub struct SigningKey(Vec<u8>);

impl SigningKey {
    /// Reads `whsec_` and 24 to 64 bytes in Base64; `None` for anything else.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let key = STANDARD.decode(text.strip_prefix("whsec_")?).ok()?;
        (24..=64).contains(&key.len()).then_some(Self(key))
    }

    fn sign(&self, id: &str, timestamp: i64, body: &[u8]) -> Option<String> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).ok()?;
        mac.update(format!("{id}.{timestamp}.").as_bytes());
        mac.update(body);
        Some(format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes())))
    }
}

/// One receiver, as configured.
pub struct WebhookSetup {
    /// Its name in the records.
    pub name: String,
    /// Where it is.
    pub address: Address,
    /// What it checks signatures by.
    pub key: SigningKey,
    /// Whose alerts it gets; everybody's where empty.
    pub staff: BTreeSet<StaffId>,
}

/// The channel.
pub(super) struct Webhook {
    setup: WebhookSetup,
    client: Client,
    clock: Arc<dyn Clock>,
    /// It answered that it wants no more; asked again after a restart alone.
    gone: AtomicBool,
}

#[derive(Serialize)]
struct Event<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    timestamp: String,
    data: Data<'a>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Data<'a> {
    Ring(&'a Call),
    Errand {
        staff: &'a StaffId,
        #[serde(flatten)]
        errand: Errand,
        link: &'a str,
    },
    Trial {
        staff: &'a StaffId,
        link: &'a str,
    },
}

impl Webhook {
    pub(super) fn new(setup: WebhookSetup, client: Client, clock: Arc<dyn Clock>) -> Self {
        Self { setup, client, clock, gone: AtomicBool::new(false) }
    }
}

impl Channel for Webhook {
    type Address = ();
    const KIND: Kind = Kind::Webhook;

    fn addresses(&self, staff: &StaffId) -> Vec<()> {
        let theirs = self.setup.staff.is_empty() || self.setup.staff.contains(staff);
        if theirs && !self.gone.load(Ordering::Relaxed) { vec![()] } else { Vec::new() }
    }

    fn receiver(&self, (): &()) -> String {
        format!("webhook-{}", self.setup.name)
    }

    async fn deliver(&self, message: &Message, (): &()) -> Result<(), Setback> {
        let (id, now) = (message.id(), self.clock.now());
        let body = serde_json::to_vec(&event(message).ok_or(Failure::Unusable)?).map_err(|_| Failure::Unusable)?;
        let signature = self.setup.key.sign(&id, now.timestamp(), &body).ok_or(Failure::Unusable)?;
        let headers = vec![
            (CONTENT_TYPE, HeaderValue::from_static("application/json")),
            (HeaderName::from_static("webhook-id"), value(id)?),
            (HeaderName::from_static("webhook-timestamp"), value(now.timestamp().to_string())?),
            (HeaderName::from_static("webhook-signature"), value(signature)?),
        ];
        let answer = self.client.call(Method::POST, &self.setup.address, headers, body).await?;
        match (answer.status, Setback::judge(&answer, now)) {
            (410, refused) => {
                if !self.gone.swap(true, Ordering::Relaxed) {
                    tracing::warn!(
                        webhook = self.setup.name,
                        "the receiver wants no more; it gets nothing until a restart"
                    );
                }
                refused
            }
            // The address may be mended at the other end: not gone for good.
            (404, _) => Err(Setback::Never(Failure::Answered(404))),
            (_, judged) => judged,
        }
    }
}

/// None for what webhooks are not told.
fn event(message: &Message) -> Option<Event<'_>> {
    let written = |at: DateTime<Utc>| at.to_rfc3339_opts(SecondsFormat::Millis, true);
    match message {
        Message::Ring(call) => {
            Some(Event { kind: "alert.raised", timestamp: written(call.asked_at), data: Data::Ring(call) })
        }
        Message::Errand { staff, errand, at, link, .. } => Some(Event {
            kind: "task.raised",
            timestamp: written(*at),
            data: Data::Errand { staff, errand: *errand, link },
        }),
        Message::Trial { staff, at, link } => {
            Some(Event { kind: "channel.tried", timestamp: written(*at), data: Data::Trial { staff, link } })
        }
        Message::Over { .. } => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_is_what_the_specifications_own_libraries_expect() {
        // From the test suite of the reference libraries.
        let key = SigningKey::parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let body = br#"{"test": 2432232314}"#;
        let signature = key.sign("msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, body).unwrap();
        assert_eq!(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn keys_are_of_the_specifications_form_and_length() {
        for bad in ["", "whsec_", "whsec_c2hvcnQ=", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_???"] {
            assert!(SigningKey::parse(bad).is_none(), "{bad}");
        }
    }
}
