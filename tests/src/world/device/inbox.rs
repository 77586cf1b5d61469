//! What comes back to a device, collected as it comes.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rumqttc::{AsyncClient, Event, Packet, QoS, SubscribeFilter};
use shared::ids::EventId;
use shared::wire::{Code, KioskConfig, QrOffer, Receipt, VisitStatus};

#[derive(Debug, Default)]
pub(super) struct Inbox {
    pub(super) subscribed: u64,
    pub(super) failures: Vec<String>,
    pub(super) messages: Vec<(String, Vec<u8>)>,
    pub(super) kept: HashMap<EventId, u32>,
    pub(super) refused: Vec<(Option<EventId>, Code)>,
    pub(super) statuses: Vec<VisitStatus>,
    pub(super) qr: Option<QrOffer>,
    pub(super) config: Option<KioskConfig>,
}

/// The task that holds the connection; rumqttc comes back by itself, subscriptions do not.
pub(super) struct Connection {
    pub(super) client: AsyncClient,
    pub(super) inbox: Arc<Mutex<Inbox>>,
    pub(super) filter: String,
}

impl Connection {
    pub(super) async fn run(self, mut events: rumqttc::EventLoop) {
        loop {
            match events.poll().await {
                Ok(Event::Incoming(Packet::ConnAck(_))) => {
                    let client = self.client.clone();
                    let own = self.filter.clone();
                    let leaves: &[&str] = match own.split('/').nth(3) {
                        Some("door") => &["receipt"],
                        Some("consultant") => &["alert"],
                        _ => &["receipt", "visit", "qr", "config"],
                    };
                    // Not on this task, which must go on polling.
                    tokio::spawn(async move {
                        let all =
                            leaves.iter().map(|leaf| SubscribeFilter::new(format!("{own}{leaf}"), QoS::AtLeastOnce));
                        let _client_gone = client.subscribe_many(all).await;
                    });
                }
                Ok(Event::Incoming(Packet::SubAck(_))) => lock(&self.inbox).subscribed += 1,
                Ok(Event::Incoming(Packet::Publish(publish))) => {
                    let topic = String::from_utf8_lossy(&publish.topic).into_owned();
                    lock(&self.inbox).take(topic, &publish.payload);
                }
                Ok(_) => {}
                Err(error) => {
                    lock(&self.inbox).failures.push(error.to_string());
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
            }
        }
    }
}

impl Inbox {
    fn take(&mut self, topic: String, payload: &[u8]) {
        let read = match topic.rsplit('/').next() {
            Some("receipt") => serde_json::from_slice(payload).map(|receipt: Receipt| {
                for id in receipt.ids {
                    *self.kept.entry(id).or_default() += 1;
                }
                self.refused.extend(receipt.refused.into_iter().map(|refused| (refused.id, refused.code)));
            }),
            Some("visit") => serde_json::from_slice(payload).map(|status| self.statuses.push(status)),
            Some("qr") => serde_json::from_slice(payload).map(|offer| self.qr = Some(offer)),
            Some("config") => serde_json::from_slice(payload).map(|config| self.config = Some(config)),
            _ => Ok(()),
        };
        if let Err(error) = read {
            self.failures.push(format!("{topic}: {error}"));
        }
        self.messages.push((topic, payload.to_vec()));
    }
}

pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
