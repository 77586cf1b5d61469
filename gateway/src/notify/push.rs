//! Web Push: browsers of staff are rung while their page is closed (RFC 8030, sealed by RFC 8291, signed by RFC 8292).
//!
//! The push service is the browser maker's. It learns that a showroom sends something short to a browser, at once and only once a visit
//! (`Topic`), and nothing else: the body is sealed for the browser. Invariants: what is sealed is made of a [`Call`] or an
//! [`Errand`](super::Errand); no
//! address leads into the house, whatever a browser says it is; what the service knows no more is sent nothing more.

mod outside;
mod rung;
mod sealing;
mod vapid;

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::TimeDelta;
use hyper::Method;
use hyper::header::{AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE, HeaderName, HeaderValue};
use serde::Serialize;
use shared::clock::Clock;
use shared::ids::{AlertId, StaffId};
use shared::wire::Language;
use tokio::sync::mpsc;

use super::call::{Call, Message};
use super::deliveries::Failure;
use super::http::{Address, Client, value};
use super::lane::{Channel, Setback};
use crate::domain::floor::visit::Channel as Kind;
use crate::domain::roster::subscription::{PushKeys, Subscription, SubscriptionId, Which};
use crate::domain::{Actor, Command, Input};
pub(super) use outside::{is_outside, names_a_host};
use rung::Rung;
use sealing::Recipient;
pub use vapid::VapidKey;

#[cfg(test)]
pub(super) use sealing::tests::open;

/// How long a service keeps a message for a phone that is off the net. Ten seconds later colleagues are asked, and after thirty an
/// alert that is still open is renewed; later than that it would only startle.
const KEEP: TimeDelta = TimeDelta::seconds(30);
/// The same of what is still true later: that an alert is over takes its place also on a phone that was off the net for a while.
const KEEP_LONGER: TimeDelta = TimeDelta::minutes(10);
/// Characters of an endpoint, at most; the longest of today's services has some five hundred.
const ENDPOINT: usize = 2048;

/// The subscriptions of somebody, as they are now.
pub type Subscriptions = Arc<dyn Fn(&StaffId) -> Vec<Subscription> + Send + Sync>;

/// The channel, as configured.
pub struct PushSetup {
    /// Calls services that the browsers chose.
    pub client: Client,
    /// Names the gateway to push services.
    pub key: VapidKey,
    /// Whom a service may write to: `mailto:…` or `https://…`.
    pub subject: String,
    /// Services inside the house may be subscribed to as well.
    pub local: bool,
    /// Who is rung where.
    pub subscriptions: Subscriptions,
}

/// What pages need before they subscribe, and the judge of what they then say.
#[derive(Debug, Clone)]
pub struct PushDoor {
    /// The gateway's public key, as browsers take it.
    pub key: String,
    /// Services inside the house may be subscribed to as well.
    pub local: bool,
}

/// What is wrong with a subscription.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadSubscription {
    /// Its endpoint is not a push service's.
    #[error("endpoint must be https:// with the name of a push service, of at most 2048 characters")]
    Endpoint,
    /// Its keys are none.
    #[error("keys.p256dh must be a point of P-256 in 65 bytes and keys.auth 16 bytes, both in Base64 for addresses")]
    Keys,
}

impl PushDoor {
    /// Judges what a browser says.
    ///
    /// # Errors
    /// What cannot be sent to.
    pub fn judge(&self, keys: &PushKeys) -> Result<(), BadSubscription> {
        address(keys, self.local).ok_or(BadSubscription::Endpoint)?;
        recipient(keys).map(drop).ok_or(BadSubscription::Keys)
    }
}

fn address(keys: &PushKeys, local: bool) -> Option<Address> {
    let endpoint = Some(keys.endpoint.reveal()).filter(|endpoint| endpoint.len() <= ENDPOINT)?;
    if local { Address::parse(endpoint) } else { Address::outside(endpoint) }
}

fn recipient(keys: &PushKeys) -> Option<Recipient> {
    Recipient::parse(keys.p256dh.reveal(), keys.auth.reveal())
}

/// The channel.
pub(super) struct Push {
    setup: PushSetup,
    clock: Arc<dyn Clock>,
    /// For the runtime: what a service knows no more.
    reports: mpsc::Sender<Input>,
    rung: Rung,
}

/// One browser.
pub(super) struct Browser {
    id: SubscriptionId,
    language: Language,
    address: Address,
    recipient: Recipient,
}

/// What the page's worker is told, sealed.
#[derive(Serialize)]
struct Told<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    alert: Option<AlertId>,
    /// It takes the place of an alert, rings nobody and goes by itself.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    over: bool,
    title: &'a str,
    line: &'a str,
    language: Language,
    /// A later message with the same tag takes the place of an earlier one on the screen.
    tag: &'a str,
}

impl Push {
    pub(super) fn new(setup: PushSetup, clock: Arc<dyn Clock>, reports: mpsc::Sender<Input>) -> Self {
        Self { setup, clock, reports, rung: Rung::default() }
    }

    /// The roster's own change comes a moment later; until then a second message is refused the same way.
    fn end(&self, staff: &StaffId, id: &SubscriptionId) {
        let command = Command::Unsubscribe(staff.clone(), Which::One(id.clone()));
        if self.reports.try_send(Input { cause: None, actor: Actor::System, command }).is_err() {
            tracing::warn!(consultant.id = %staff, "too many reports of channels wait; a browser that is gone is kept");
        }
    }
}

impl Channel for Push {
    type Address = Browser;
    const KIND: Kind = Kind::Push;

    fn addresses(&self, staff: &StaffId) -> Vec<Browser> {
        let browser = |subscription: &Subscription| {
            let keys = subscription.secret.get()?;
            Some(Browser {
                id: subscription.id.clone(),
                language: subscription.language,
                address: address(keys, self.setup.local)?,
                recipient: recipient(keys)?,
            })
        };
        (self.setup.subscriptions)(staff).iter().filter_map(browser).collect()
    }

    fn concerns(&self, message: &Message, browser: &Browser) -> bool {
        match message {
            Message::Over { alert, .. } => self.rung.has(*alert, &browser.id),
            Message::Ring(_) | Message::Errand { .. } | Message::Trial { .. } => true,
        }
    }

    fn receiver(&self, browser: &Browser) -> String {
        format!("push-{}", browser.address.host())
    }

    async fn deliver(&self, message: &Message, browser: &Browser) -> Result<(), Setback> {
        let gate = match message {
            Message::Ring(Call { alert, .. }) | Message::Over { alert, .. } => self.rung.gate(*alert, &browser.id),
            Message::Errand { .. } | Message::Trial { .. } => Arc::default(),
        };
        // The word that it is over never overtakes what it takes back.
        let _one_at_a_time = gate.lock().await;
        let now = self.clock.now();
        let (topic, keep) = (topic(message), keep(message));
        let body = body(message, browser.language, &topic)?;
        let body = browser.recipient.seal(&body).ok_or(Failure::Unusable)?;
        let word = self.setup.key.authorization(&browser.address.origin(), &self.setup.subject, now);
        let headers = vec![
            (AUTHORIZATION, value(word)?),
            (CONTENT_ENCODING, HeaderValue::from_static("aes128gcm")),
            (CONTENT_TYPE, HeaderValue::from_static("application/octet-stream")),
            (HeaderName::from_static("ttl"), value(keep.num_seconds().to_string())?),
            (HeaderName::from_static("urgency"), HeaderValue::from_static("high")),
            (HeaderName::from_static("topic"), value(topic)?),
        ];
        let answer = self.setup.client.call(Method::POST, &browser.address, headers, body).await?;
        let judged = Setback::judge(&answer, now);
        if judged == Err(Setback::Never(Failure::Gone)) {
            self.end(message.staff(), &browser.id);
        }
        if let (Message::Over { alert, .. }, Ok(())) = (message, judged) {
            self.rung.forget(*alert, &browser.id);
        }
        judged
    }
}

fn keep(message: &Message) -> TimeDelta {
    match message {
        Message::Over { .. } => KEEP_LONGER,
        Message::Errand { errand, .. } if !errand.is_urgent() => KEEP_LONGER,
        Message::Ring(_) | Message::Errand { .. } | Message::Trial { .. } => KEEP,
    }
}

/// One a visit, so that a later message takes an earlier one's place; at most 32 characters of Base64 for addresses (RFC 8030 §5.4).
fn topic(message: &Message) -> String {
    match message {
        Message::Ring(Call { alert, .. }) | Message::Over { alert, .. } => {
            URL_SAFE_NO_PAD.encode(alert.visit.uuid().as_bytes())
        }
        // Not that of the visit's alert: the two are told side by side.
        Message::Errand { errand, .. } => errand
            .subject()
            .map_or_else(|| "waiting".to_owned(), |about| format!("task-{}", URL_SAFE_NO_PAD.encode(about))),
        Message::Trial { .. } => "trial".to_owned(),
    }
}

fn body(message: &Message, language: Language, tag: &str) -> Result<Vec<u8>, Failure> {
    let (title, line) = message.words(language);
    let over = matches!(message, Message::Over { .. });
    let told = Told { alert: message.alert(), over, title, line: &line, language, tag };
    serde_json::to_vec(&told).map_err(|_| Failure::Unusable)
}
