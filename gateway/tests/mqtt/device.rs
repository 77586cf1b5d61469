//! A device with a real MQTT client.

use std::net::SocketAddr;
use std::time::Duration;

use rumqttc::{
    AsyncClient, Broker, ConnectReturnCode, ConnectionError, Event, LastWill, MqttOptions, Packet, PublishOptions, QoS,
    SubscribeReasonCode, Transport,
};
use serde::de::DeserializeOwned;
use shared::ids::{EventId, VisitId};
use shared::wire::Receipt;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::showroom::SOON;

pub(super) struct Device {
    pub(super) client: AsyncClient,
    events: mpsc::Receiver<Result<Event, ConnectionError>>,
    poller: JoinHandle<()>,
}

/// A full topic of the store `demo`.
pub(super) fn topic(short: &str) -> String {
    format!("showroom/v1/demo/{short}")
}

pub(super) fn event_id(n: u8) -> EventId {
    EventId::new(chrono::DateTime::UNIX_EPOCH, [n; 10])
}

pub(super) fn visit_id(n: u8) -> VisitId {
    VisitId::new(chrono::DateTime::UNIX_EPOCH, [n; 10])
}

/// A check-in as it stands on the wire.
pub(super) fn check_in(n: u8) -> String {
    let body = format!(r#"{{"visit":"{}","purpose":"browse","language":"zh"}}"#, visit_id(n));
    envelope(n, "visit.checked_in", &body)
}

pub(super) fn envelope(n: u8, kind: &str, body: &str) -> String {
    let id = event_id(n);
    format!(
        r#"{{"v":1,"id":"{id}","seq":{n},"at":"2026-11-23T10:15:30.250+08:00","age_ms":40,"kind":"{kind}","body":{body}}}"#
    )
}

impl Device {
    pub(super) async fn connect(
        addr: SocketAddr,
        user: &str,
        password: &str,
        client_id: &str,
    ) -> Result<Self, ConnectReturnCode> {
        let mut options = options(addr, client_id);
        options.set_credentials(user, password.as_bytes().to_vec());
        Self::open(options).await
    }

    /// Connects, and keeps polling (and so reconnecting) until the test ends.
    pub(super) async fn open(options: MqttOptions) -> Result<Self, ConnectReturnCode> {
        let (client, mut event_loop) = AsyncClient::builder(options).capacity(64).build();
        let (sender, events) = mpsc::channel(4096);
        let poller = tokio::spawn(async move {
            loop {
                let event = event_loop.poll().await;
                let failed = event.is_err();
                if sender.send(event).await.is_err() {
                    return;
                }
                if failed {
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
            }
        });
        let mut device = Self { client, events, poller };
        match device.event("an answer to CONNECT").await {
            Ok(Event::Incoming(Packet::ConnAck(_))) => Ok(device),
            Err(ConnectionError::ConnectionRefused(code)) => Err(code),
            other => panic!("neither taken nor refused: {other:?}"),
        }
    }

    /// The next thing that comes from the broker.
    pub(super) async fn event(&mut self, what: &str) -> Result<Event, ConnectionError> {
        let next = async {
            loop {
                match self.events.recv().await.unwrap() {
                    Ok(Event::Outgoing(_)) => {}
                    event => return event,
                }
            }
        };
        tokio::time::timeout(SOON, next).await.unwrap_or_else(|_| panic!("never came: {what}"))
    }

    /// Whether nothing comes for so long. Can only miss a failure, never invent one.
    pub(super) async fn silent_for(&mut self, period: Duration) -> bool {
        let next = async {
            loop {
                if !matches!(self.events.recv().await.unwrap(), Ok(Event::Outgoing(_))) {
                    return;
                }
            }
        };
        tokio::time::timeout(period, next).await.is_err()
    }

    pub(super) async fn publish(&self, short: &str, payload: impl Into<Vec<u8>>) {
        self.client.publish(topic(short), payload.into(), PublishOptions::at_least_once()).await.unwrap();
    }

    pub(super) async fn acknowledged(&mut self) {
        loop {
            match self.event("a PUBACK").await.unwrap() {
                Event::Incoming(Packet::PubAck(_)) => return,
                Event::Incoming(Packet::Publish(_) | Packet::PingResp) => {}
                other => panic!("instead of a PUBACK: {other:?}"),
            }
        }
    }

    /// Whether the broker grants it.
    pub(super) async fn subscribe(&mut self, short: &str) -> bool {
        self.subscribe_to(topic(short)).await
    }

    pub(super) async fn subscribe_to(&mut self, filter: String) -> bool {
        self.client.subscribe(filter, QoS::AtLeastOnce).await.unwrap();
        loop {
            match self.event("a SUBACK").await.unwrap() {
                Event::Incoming(Packet::SubAck(ack)) => {
                    return !ack.return_codes.contains(&SubscribeReasonCode::Failure);
                }
                Event::Incoming(Packet::Publish(_) | Packet::PubAck(_) | Packet::PingResp) => {}
                other => panic!("instead of a SUBACK: {other:?}"),
            }
        }
    }

    /// The next message on this topic, decoded.
    pub(super) async fn message<T: DeserializeOwned>(&mut self, short: &str) -> T {
        let wanted = topic(short);
        loop {
            match self.event(short).await.unwrap() {
                Event::Incoming(Packet::Publish(publish)) if publish.topic == wanted.as_bytes() => {
                    return serde_json::from_slice(&publish.payload).unwrap();
                }
                Event::Incoming(Packet::PubAck(_) | Packet::Publish(_) | Packet::SubAck(_) | Packet::PingResp) => {}
                other => panic!("instead of {short}: {other:?}"),
            }
        }
    }

    /// The topic of the next message.
    pub(super) async fn topic(&mut self) -> String {
        loop {
            match self.event("any message").await.unwrap() {
                Event::Incoming(Packet::Publish(publish)) => {
                    let full = String::from_utf8(publish.topic.to_vec()).unwrap();
                    return full.strip_prefix("showroom/v1/demo/").unwrap().to_owned();
                }
                Event::Incoming(Packet::PubAck(_) | Packet::SubAck(_) | Packet::PingResp) => {}
                other => panic!("instead of a message: {other:?}"),
            }
        }
    }

    /// Without the time that it says.
    pub(super) async fn receipt(&mut self, short: &str) -> Receipt {
        let receipt: Receipt = self.message(short).await;
        assert!(receipt.at.is_some(), "{receipt:?} does not say what time it is");
        Receipt { at: None, ..receipt }
    }

    /// Waits for the end of the connection.
    pub(super) async fn cut_off(&mut self) {
        while self.event("the end of the connection").await.is_ok() {}
    }
}

impl Drop for Device {
    fn drop(&mut self) {
        self.poller.abort();
    }
}

pub(super) fn options(addr: SocketAddr, client_id: &str) -> MqttOptions {
    let mut options = MqttOptions::new(client_id, Broker::tcp(addr.ip().to_string(), addr.port()));
    options.set_keep_alive(10).set_clean_session(false).set_max_packet_size(1024 * 1024, 1024 * 1024);
    options
}

pub(super) fn with_account(mut options: MqttOptions, user: &str, password: &str) -> MqttOptions {
    options.set_credentials(user, password.as_bytes().to_vec());
    options
}

pub(super) fn with_will(mut options: MqttOptions, short: &str) -> MqttOptions {
    options.set_last_will(LastWill::new(topic(short), r#"{"online":false}"#, QoS::AtLeastOnce, true));
    options
}

pub(super) fn with_tls(mut options: MqttOptions, authority: Vec<u8>) -> MqttOptions {
    options.set_transport(Transport::tls(authority, None, None));
    options
}
