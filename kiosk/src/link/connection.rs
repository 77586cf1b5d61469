//! One connection, from CONNECT to its end.

use std::sync::Arc;
use std::time::Duration;

use rumqttc::{
    AsyncClient, Broker, ConnectReturnCode, ConnectionError, Event, EventLoop, LastWill, MqttOptions, Packet, Publish,
    PublishOptions, QoS, SubscribeReasonCode, Transport,
};
use serde::de::DeserializeOwned;
use shared::clock::Clock;
use shared::topics::Topic;
use shared::wire::{KioskState, StorageTrouble};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::order::{Order, Way};
use super::{Address, Heard, Link, WINDOW, backoff::spread};
use crate::outbox::{Outbox, OutboxError, Stored};

const KEEP_ALIVE_S: u16 = 10;
const CONNECT_S: u64 = 5;
/// The protocol's own limit. A retained message above ours would break every connection again, and with it the check-ins; what is too
/// large for a kiosk is refused once it is here.
const MAX_INCOMING: usize = 268_435_455;
/// 500 models with names of 200 characters in both languages, and 500 consultants, are about 1 MiB.
const MAX_MESSAGE: usize = 4 * 1024 * 1024;
const MAX_OUTGOING: usize = 64 * 1024;
/// Room for a window of publishes, the subscriptions and the state.
const REQUESTS: usize = WINDOW + 16;
/// How often the state may be told while it changes.
const STATE_EVERY: Duration = Duration::from_secs(5);
/// Young enough to ring (the gateway lists what is older as missed); it does not wait behind three days of others.
const RECENT: Duration = Duration::from_mins(2);
const GOODBYE: Duration = Duration::from_millis(500);

pub(super) struct Connection {
    client: AsyncClient,
    events: mpsc::Receiver<Result<Event, ConnectionError>>,
    poller: JoinHandle<()>,
    state_topic: String,
    event_topic: String,
    up: bool,
    unacknowledged: usize,
    order: Option<Order>,
    /// How many events wait, as far as is known.
    waiting: u64,
    /// What the broker was last told of the outbox and the disk.
    told: Option<(u64, Option<StorageTrouble>)>,
}

impl Connection {
    /// With a last will that says how many events waited when it was made.
    pub(super) fn open(address: &Address, waiting: u64) -> Self {
        let (client, event_loop) = AsyncClient::builder(options(address, waiting)).capacity(REQUESTS).build();
        // The desk may be slow for a moment; then the poller waits here and TCP holds the broker back.
        let (sender, events) = mpsc::channel(WINDOW);
        Self {
            client,
            events,
            poller: tokio::spawn(poll(event_loop, sender)),
            state_topic: address.topic(Topic::KioskState),
            event_topic: address.topic(Topic::KioskEvent),
            up: false,
            unacknowledged: 0,
            order: None,
            waiting,
            told: None,
        }
    }

    /// Serves the connection until it ends; why, where that is worth a word.
    pub(super) async fn serve(
        &mut self,
        link: &mut Link,
        clock: &dyn Clock,
        cancel: &CancellationToken,
    ) -> Option<String> {
        let mut repeat = std::pin::pin!(tokio::time::sleep(spread(link.repeat)));
        let mut tell = std::pin::pin!(tokio::time::sleep(STATE_EVERY));
        loop {
            tokio::select! {
                () = cancel.cancelled() => return None,
                event = self.events.recv() => match event {
                    Some(Ok(event)) => if self.take_in(event, link).await.is_err() { return None },
                    Some(Err(error)) => return Some(reason(&error)),
                    None => return None,
                },
                changed = link.outbox.changed() => if changed.is_err() { return None },
                () = &mut repeat => {
                    if let Some(order) = &mut self.order {
                        order.again();
                    }
                    repeat.set(tokio::time::sleep(spread(link.repeat)));
                }
                () = &mut tell => {
                    self.tell_state(link, clock);
                    tell.set(tokio::time::sleep(STATE_EVERY));
                }
            }
            if self.up {
                if self.told.is_none() {
                    self.tell_state(link, clock);
                }
                self.publish_waiting(link, clock);
            }
        }
    }

    /// Says goodbye, so that the broker does not have to find out; whether the connection had ever come up. `waiting` becomes what is
    /// known of the outbox.
    pub(super) async fn close(mut self, link: &Link, waiting: &mut u64) -> bool {
        let (outbox, storage) = link.storage(self.waiting);
        *waiting = outbox;
        if self.up {
            let state = KioskState { online: false, version: version(), outbox, storage, at: None };
            self.publish_state(&state);
            if self.client.try_disconnect().is_ok() {
                let _ = tokio::time::timeout(GOODBYE, async { while self.events.recv().await.is_some() {} }).await;
            }
        }
        self.poller.abort();
        self.up
    }

    async fn take_in(&mut self, event: Event, link: &Link) -> Result<(), mpsc::error::SendError<Heard>> {
        match event {
            Event::Incoming(Packet::ConnAck(ack)) if ack.code == ConnectReturnCode::Success => {
                self.up = true;
                self.subscribe(&link.address);
                tracing::info!(session_kept = ack.session_present, "connected to the broker");
                link.heard.send(Heard::Link(true)).await
            }
            Event::Incoming(Packet::PubAck(_)) => {
                self.unacknowledged = self.unacknowledged.saturating_sub(1);
                Ok(())
            }
            Event::Incoming(Packet::SubAck(ack)) => {
                if ack.return_codes.contains(&SubscribeReasonCode::Failure) {
                    tracing::warn!("the broker refuses a subscription; check this kiosk's account and topic rules");
                }
                Ok(())
            }
            Event::Incoming(Packet::Publish(publish)) => match understand(&link.address, &publish) {
                Some(heard) => link.heard.send(heard).await,
                None => Ok(()),
            },
            _ => Ok(()),
        }
    }

    fn subscribe(&self, address: &Address) {
        let topics = [
            (Topic::KioskReceipt as fn(_) -> _, QoS::AtLeastOnce),
            (Topic::KioskVisit, QoS::AtLeastOnce),
            (Topic::KioskConfig, QoS::AtLeastOnce),
            (Topic::KioskQr, QoS::AtMostOnce),
        ];
        for (topic, qos) in topics {
            if let Err(error) = self.client.try_subscribe(address.topic(topic), qos) {
                tracing::warn!(%error, "a subscription did not fit into the queue");
            }
        }
    }

    /// Publishes from the outbox while the window has room: what was said just now first.
    fn publish_waiting(&mut self, link: &mut Link, clock: &dyn Clock) {
        let outbox: Option<Arc<Outbox>> = link.outbox.borrow_and_update().clone();
        let Some(outbox) = outbox else { return };
        let published = self.begin(&outbox, clock).and_then(|mut order| {
            let published =
                [Way::Ahead, Way::Pass].into_iter().try_for_each(|way| self.publish(way, &mut order, &outbox, clock));
            self.order = Some(order);
            published
        });
        if let Err(error) = published {
            tracing::error!(error = %crate::chain(&error), "the outbox cannot be read");
        }
    }

    fn begin(&mut self, outbox: &Outbox, clock: &dyn Clock) -> Result<Order, OutboxError> {
        match self.order.take() {
            Some(order) => Ok(order),
            None => outbox.before_the_last(RECENT, WINDOW, clock.read()).map(Order::begin),
        }
    }

    fn publish(&mut self, way: Way, order: &mut Order, outbox: &Outbox, clock: &dyn Clock) -> Result<(), OutboxError> {
        while self.unacknowledged < way.window() {
            let events = outbox.read_after(order.after(way), way.window() - self.unacknowledged)?;
            order.found(way, !events.is_empty());
            if events.is_empty() {
                return Ok(());
            }
            for event in &events {
                let wanted = order.wants(event, way);
                if wanted && !self.publish_event(event, outbox, clock) {
                    return Ok(());
                }
                order.done(event, way, wanted);
            }
        }
        Ok(())
    }

    fn publish_event(&mut self, event: &Stored, outbox: &Outbox, clock: &dyn Clock) -> bool {
        let envelope = event.envelope(clock.read(), outbox.machine());
        let Ok(payload) = serde_json::to_vec(&envelope) else { return false };
        let sent = self.client.try_publish(self.event_topic.as_str(), payload, PublishOptions::at_least_once());
        if sent.is_ok() {
            self.unacknowledged += 1;
        }
        sent.is_ok()
    }

    fn tell_state(&mut self, link: &Link, clock: &dyn Clock) {
        let (outbox, storage) = link.storage(self.waiting);
        self.waiting = outbox;
        if !self.up || self.told == Some((outbox, storage)) {
            return;
        }
        let state = KioskState { online: true, version: version(), outbox, storage, at: Some(clock.now()) };
        if self.publish_state(&state) {
            self.told = Some((outbox, storage));
        }
    }

    fn publish_state(&mut self, state: &KioskState) -> bool {
        let Ok(payload) = serde_json::to_vec(state) else { return false };
        let options = PublishOptions::at_least_once().retained();
        let sent = self.client.try_publish(self.state_topic.as_str(), payload, options);
        if sent.is_ok() {
            self.unacknowledged += 1;
        }
        sent.is_ok()
    }
}

/// The only place that polls. It ends with the connection, or when nobody listens.
async fn poll(mut event_loop: EventLoop, events: mpsc::Sender<Result<Event, ConnectionError>>) {
    let mut network = event_loop.network_options();
    network.set_tcp_nodelay(true);
    network.set_connection_timeout(CONNECT_S);
    event_loop.set_network_options(network);
    loop {
        let event = event_loop.poll().await;
        let over = event.is_err();
        if events.send(event).await.is_err() || over {
            return;
        }
    }
}

fn options(address: &Address, waiting: u64) -> MqttOptions {
    let will = KioskState { online: false, version: version(), outbox: waiting, storage: None, at: None };
    let will = serde_json::to_vec(&will).unwrap_or_default();
    let mut options = plain_options(address);
    options.set_last_will(LastWill::new(address.topic(Topic::KioskState), will, QoS::AtLeastOnce, true));
    options
}

/// Everything but the last will.
pub(super) fn plain_options(address: &Address) -> MqttOptions {
    let mut options = MqttOptions::new(&address.client_id, Broker::tcp(&address.host, address.port));
    options.set_keep_alive(KEEP_ALIVE_S).set_clean_session(false).set_max_packet_size(MAX_INCOMING, MAX_OUTGOING);
    if let Some((user, password)) = &address.account {
        options.set_credentials(user, password.reveal().as_bytes().to_vec());
    }
    if let Some(authority) = &address.authority {
        options.set_transport(Transport::tls(authority.clone(), None, None));
    }
    options
}

fn understand(address: &Address, publish: &Publish) -> Option<Heard> {
    let topic = std::str::from_utf8(&publish.topic).ok()?;
    let heard = match Topic::parse(&address.store, topic)? {
        Topic::KioskReceipt(_) => read(publish).map(Heard::Receipt),
        Topic::KioskVisit(_) => read(publish).map(Heard::Status),
        Topic::KioskQr(_) => read(publish).map(Heard::Qr),
        Topic::KioskConfig(_) => read(publish).map(|config| Heard::Config(Box::new(config))),
        _ => return None,
    };
    if heard.is_none() {
        tracing::warn!(topic, bytes = publish.payload.len(), "a message from the gateway cannot be read");
    }
    heard
}

fn read<T: DeserializeOwned>(publish: &Publish) -> Option<T> {
    if publish.payload.len() > MAX_MESSAGE {
        return None;
    }
    serde_json::from_slice(&publish.payload).ok()
}

fn reason(error: &ConnectionError) -> String {
    match error {
        ConnectionError::ConnectionRefused(code) => {
            format!("the broker refuses this kiosk ({code:?}); check its account")
        }
        error => error.to_string(),
    }
}

fn version() -> String {
    env!("CARGO_PKG_VERSION").to_owned()
}
