//! A device on MQTT that speaks the contract and nothing else: a kiosk, a door sensor, a pager.

mod inbox;

use std::sync::{Arc, Mutex};

use anyhow::{Context, Result, ensure};
use chrono::FixedOffset;
use inbox::{Connection, Inbox, lock};
use rumqttc::{AsyncClient, MqttOptions, PublishOptions, QoS, SubscribeReasonCode, Transport};
use serde::Deserialize;
use serde_json::{Value, json};
use shared::clock::{Clock, SystemClock};
use shared::ids::{EventId, VisitId};
use shared::topics::PREFIX;
use shared::wire::{Code, KioskConfig, QrOffer, Stage, VisitStatus};
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::random::Random;
use crate::wait;

/// What `gateway device add` prints.
#[derive(Debug, Clone, Deserialize)]
pub struct Credentials {
    /// The showroom.
    pub store: String,
    /// The device.
    pub name: String,
    /// MQTT client id.
    pub client_id: String,
    /// MQTT user name.
    pub username: String,
    /// MQTT password.
    pub password: String,
}

/// A check-in that was published.
#[derive(Debug, Clone)]
pub struct CheckIn {
    /// The event.
    pub event: EventId,
    /// The visit.
    pub visit: VisitId,
    /// The payload as it was sent, to send it again.
    pub payload: Value,
}

/// A device that is connected; it comes back by itself when the connection breaks.
#[derive(Debug)]
pub struct Device {
    credentials: Credentials,
    group: &'static str,
    client: AsyncClient,
    inbox: Arc<Mutex<Inbox>>,
    random: Mutex<Random>,
    seq: Mutex<u64>,
    _connection: DropGuard,
}

/// An envelope around an event that happens now.
#[must_use]
pub fn envelope(id: EventId, seq: u64, kind: &str, body: &Value) -> Value {
    let zone = FixedOffset::east_opt(8 * 3600);
    let now = SystemClock.now();
    let at = zone.map_or_else(|| now.to_rfc3339(), |zone| now.with_timezone(&zone).to_rfc3339());
    json!({"v": 1, "id": id, "seq": seq, "at": at, "age_ms": 0, "kind": kind, "body": body})
}

impl Device {
    /// Connects and subscribes to everything that the gateway tells a device of this group (`kiosk`, `door`, `consultant`).
    ///
    /// # Errors
    /// When the broker does not let it in.
    pub async fn connect(address: &str, credentials: Credentials, group: &'static str) -> Result<Self> {
        let device = Self::try_connect(address, credentials, group, None)?;
        device.connected().await?;
        Ok(device)
    }

    /// Waits until the subscriptions stand.
    ///
    /// # Errors
    /// When the broker does not let it in.
    pub async fn connected(&self) -> Result<()> {
        wait::until("the device's subscriptions", || (lock(&self.inbox).subscribed > 0).then_some(()))
            .await
            .with_context(|| format!("{:?}", self.failures()))
    }

    /// Begins to connect, by TLS with this authority's certificate (PEM) where one is given; does not wait.
    ///
    /// # Errors
    /// When the address is none.
    pub fn try_connect(
        address: &str,
        credentials: Credentials,
        group: &'static str,
        authority: Option<Vec<u8>>,
    ) -> Result<Self> {
        let (host, port) = address.rsplit_once(':').context("an address with a port")?;
        let port: u16 = port.parse().context("a port")?;
        let mut options = MqttOptions::new(credentials.client_id.as_str(), (host, port));
        options.set_credentials(credentials.username.as_str(), credentials.password.clone());
        options.set_keep_alive(10);
        options.set_clean_session(false);
        options.set_max_packet_size(256 * 1024, 256 * 1024);
        if let Some(authority) = authority {
            options.set_transport(Transport::tls(authority, None, None));
        }
        let (client, mut events) = AsyncClient::builder(options).capacity(512).build();
        let mut network = events.network_options();
        network.set_tcp_nodelay(true);
        events.set_network_options(network);
        let inbox = Arc::new(Mutex::new(Inbox::default()));
        let stop = CancellationToken::new();
        let filter = format!("{PREFIX}/{}/{group}/{}/", credentials.store, credentials.name);
        let task = Connection { client: client.clone(), inbox: Arc::clone(&inbox), filter };
        let stopped = stop.clone();
        tokio::spawn(async move { stopped.run_until_cancelled(task.run(events)).await });
        let random = Mutex::new(Random::new(Random::fresh_seed()));
        let seq = Mutex::new(0);
        Ok(Self { credentials, group, client, inbox, random, seq, _connection: stop.drop_guard() })
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.credentials.name
    }

    /// Its topic with this last word.
    #[must_use]
    pub fn topic(&self, leaf: &str) -> String {
        format!("{PREFIX}/{}/{}/{}/{leaf}", self.credentials.store, self.group, self.credentials.name)
    }

    /// Publishes raw bytes on any topic, with quality of service 1.
    ///
    /// # Errors
    /// When the client is gone.
    pub async fn publish(&self, topic: &str, payload: Vec<u8>) -> Result<()> {
        self.client.publish(topic, payload, PublishOptions::new(QoS::AtLeastOnce)).await.context("publish")
    }

    /// Whether the broker lets this device subscribe to a topic.
    ///
    /// # Errors
    /// When the broker does not answer.
    pub async fn may_subscribe(&self, topic: &str) -> Result<bool> {
        let notice = self.client.subscribe_tracked(topic, QoS::AtLeastOnce).await.context("subscribe")?;
        let answer = tokio::time::timeout(wait::LIMIT, notice.wait_async()).await.context("no SUBACK")?;
        Ok(answer.is_ok_and(|ack| ack.return_codes.iter().all(|code| matches!(code, SubscribeReasonCode::Success(_)))))
    }

    /// Publishes a payload on the device's own topic for events.
    ///
    /// # Errors
    /// When the client is gone.
    pub async fn send(&self, payload: &Value) -> Result<()> {
        let leaf = if self.group == "door" { "count" } else { "event" };
        self.publish(&self.topic(leaf), serde_json::to_vec(payload)?).await
    }

    /// A new event's envelope.
    pub fn event(&self, kind: &str, body: &Value) -> (EventId, Value) {
        let id = lock(&self.random).event(SystemClock.now());
        let seq = {
            let mut seq = lock(&self.seq);
            *seq += 1;
            *seq
        };
        (id, envelope(id, seq, kind, body))
    }

    /// Checks a visitor in; `more` is merged into the body.
    ///
    /// # Errors
    /// When it cannot be published.
    pub async fn check_in(&self, purpose: &str, more: &Value) -> Result<CheckIn> {
        let check_in = self.tap(purpose, more);
        self.send(&check_in.payload).await?;
        Ok(check_in)
    }

    /// A check-in that is not published yet.
    pub fn tap(&self, purpose: &str, more: &Value) -> CheckIn {
        let visit = lock(&self.random).visit(SystemClock.now());
        let mut body = json!({"visit": visit, "purpose": purpose, "language": "zh"});
        if let (Some(body), Some(more)) = (body.as_object_mut(), more.as_object()) {
            body.extend(more.clone());
        }
        let (event, payload) = self.event("visit.checked_in", &body);
        CheckIn { event, visit, payload }
    }

    /// Publishes a further event about a visit.
    ///
    /// # Errors
    /// When it cannot be published.
    pub async fn tell(&self, kind: &str, body: &Value) -> Result<EventId> {
        let (event, payload) = self.event(kind, body);
        self.send(&payload).await?;
        Ok(event)
    }

    /// Waits for the receipt that keeps an event, and fails on one that refuses it.
    ///
    /// # Errors
    /// When none comes, or it is refused.
    pub async fn receipt(&self, event: EventId) -> Result<()> {
        let what = format!("the receipt for {event}");
        let answer = wait::until(&what, || {
            let inbox = lock(&self.inbox);
            let refused = inbox.refused.iter().find(|(id, _)| *id == Some(event)).map(|(_, code)| Some(*code));
            refused.or_else(|| inbox.kept.contains_key(&event).then_some(None))
        });
        let refused = answer.await?;
        ensure!(refused.is_none(), "{event} was refused: {refused:?}");
        Ok(())
    }

    /// Waits until the receipts for an event are this many.
    ///
    /// # Errors
    /// When they do not come.
    pub async fn receipts(&self, event: EventId, count: u32) -> Result<()> {
        let enough = || (lock(&self.inbox).kept.get(&event).copied().unwrap_or(0) >= count).then_some(());
        wait::until(&format!("{count} receipts for {event}"), enough).await
    }

    /// Waits for a refusal of this event (`None`: of one whose id could not be read) and gives its code.
    ///
    /// # Errors
    /// When none comes.
    pub async fn refusal(&self, event: Option<EventId>) -> Result<Code> {
        wait::until(&format!("the refusal of {event:?}"), || {
            let mut inbox = lock(&self.inbox);
            let at = inbox.refused.iter().position(|(id, _)| *id == event)?;
            Some(inbox.refused.remove(at).1)
        })
        .await
    }

    /// Waits until a visit is at a stage, and gives the status that says so.
    ///
    /// # Errors
    /// When it does not come to it; with the stages that it came to.
    pub async fn stage(&self, visit: VisitId, stage: Stage) -> Result<VisitStatus> {
        let seen = || {
            let inbox = lock(&self.inbox);
            inbox.statuses.iter().rev().find(|status| status.visit == visit && status.stage == stage).cloned()
        };
        wait::until(&format!("{visit} to be {stage:?}"), seen)
            .await
            .with_context(|| format!("stages so far: {:?}", self.stages(visit)))
    }

    /// Waits until a visit has this place in the queue.
    ///
    /// # Errors
    /// When it does not come to it.
    pub async fn position(&self, visit: VisitId, place: u32) -> Result<()> {
        let now = || lock(&self.inbox).statuses.iter().rev().find(|status| status.visit == visit)?.position;
        wait::until(&format!("{visit} to have place {place}"), || (now() == Some(place)).then_some(()))
            .await
            .with_context(|| format!("the place is {:?}", now()))
    }

    /// The stages of a visit so far.
    #[must_use]
    pub fn stages(&self, visit: VisitId) -> Vec<Stage> {
        lock(&self.inbox).statuses.iter().filter(|status| status.visit == visit).map(|status| status.stage).collect()
    }

    /// Waits for the QR code to show.
    ///
    /// # Errors
    /// When none comes.
    pub async fn qr(&self) -> Result<QrOffer> {
        wait::until("a QR code for the kiosk", || lock(&self.inbox).qr.clone()).await
    }

    /// Waits for the kiosk's configuration.
    ///
    /// # Errors
    /// When none comes.
    pub async fn config(&self) -> Result<KioskConfig> {
        wait::until("the kiosk's configuration", || lock(&self.inbox).config.clone()).await
    }

    /// Waits for a message on a topic that ends with this word, and gives its payload.
    ///
    /// # Errors
    /// When none comes.
    pub async fn message(&self, leaf: &str) -> Result<Vec<u8>> {
        wait::until(&format!("a message on {leaf}"), || {
            let mut inbox = lock(&self.inbox);
            let at = inbox.messages.iter().position(|(topic, _)| topic.ends_with(leaf))?;
            Some(inbox.messages.remove(at).1)
        })
        .await
    }

    /// What went wrong with the connection so far.
    #[must_use]
    pub fn failures(&self) -> Vec<String> {
        lock(&self.inbox).failures.clone()
    }
}
