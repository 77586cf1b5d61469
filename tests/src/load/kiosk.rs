//! A kiosk of the load driver: publishes at its share of the rate, or as fast as receipts come, and repeats what gets no receipt.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::Result;
use rumqttc::{AsyncClient, Event, MqttOptions, Packet, PublishOptions, QoS, SubscribeFilter};
use shared::clock::{Clock, SystemClock};
use shared::ids::{EventId, VisitId};
use shared::topics::PREFIX;
use shared::wire::Receipt;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use super::ledger::Ledger;
use super::stopwatch;
use crate::random::Random;
use crate::wait;
use crate::world::Credentials;

/// Events of one kiosk that may wait for their receipt when it publishes flat out.
const WINDOW: usize = 64;
/// A real kiosk repeats after about so long.
const PATIENCE: Duration = Duration::from_secs(5);

/// What all kiosks of a run share.
#[derive(Debug)]
pub struct Common {
    /// What happened.
    pub ledger: Arc<Ledger>,
    /// Ends everything.
    pub stop: CancellationToken,
    /// Ends the publishing alone.
    pub enough: CancellationToken,
    /// Check-ins that may still be published.
    pub left: AtomicUsize,
    /// Time between two check-ins of one kiosk; `None` is flat out.
    pub pause: Option<Duration>,
    /// Details as well.
    pub mixed: bool,
    /// Visitors leave at once.
    pub leave: bool,
}

/// A connected kiosk.
#[derive(Debug)]
pub struct Kiosk {
    client: AsyncClient,
    topic: String,
    common: Arc<Common>,
    window: Semaphore,
    subscribed: AtomicBool,
    waiting: Mutex<HashMap<EventId, Waiting>>,
}

#[derive(Debug, Clone)]
struct Waiting {
    since: u64,
    sent: u64,
    payload: Vec<u8>,
}

impl Kiosk {
    /// Begins to connect.
    ///
    /// # Errors
    /// When the address is none.
    pub fn connect(address: &str, credentials: &Credentials, common: Arc<Common>) -> Result<Arc<Self>> {
        let (host, port) = address.rsplit_once(':').unwrap_or((address, "1883"));
        let mut options = MqttOptions::new(credentials.client_id.as_str(), (host, port.parse::<u16>()?));
        options.set_credentials(credentials.username.as_str(), credentials.password.clone());
        options.set_clean_session(false).set_keep_alive(10).set_inflight(512);
        options.set_max_packet_size(1 << 20, 1 << 20);
        let (client, mut events) = AsyncClient::builder(options).capacity(WINDOW).build();
        let mut network = events.network_options();
        network.set_tcp_nodelay(true);
        events.set_network_options(network);
        let own = format!("{PREFIX}/{}/kiosk/{}/", credentials.store, credentials.name);
        let kiosk = Arc::new(Self {
            client,
            topic: format!("{own}event"),
            window: Semaphore::new(WINDOW),
            subscribed: AtomicBool::new(false),
            waiting: Mutex::default(),
            common,
        });
        let stop = kiosk.common.stop.clone();
        let listening = Arc::clone(&kiosk);
        tokio::spawn(async move { stop.run_until_cancelled(listening.listen(events, own)).await });
        Ok(kiosk)
    }

    async fn listen(self: Arc<Self>, mut events: rumqttc::EventLoop, own: String) {
        loop {
            match events.poll().await {
                Ok(Event::Incoming(Packet::ConnAck(_))) => {
                    let (client, own) = (self.client.clone(), own.clone());
                    let again = Arc::clone(&self);
                    tokio::spawn(async move {
                        let both = ["receipt", "visit"]
                            .map(|leaf| SubscribeFilter::new(format!("{own}{leaf}"), QoS::AtLeastOnce));
                        let _client_gone = client.subscribe_many(both).await;
                        again.repeat(Duration::ZERO).await;
                    });
                }
                Ok(Event::Incoming(Packet::SubAck(_))) => self.subscribed.store(true, Ordering::Relaxed),
                Ok(Event::Incoming(Packet::Publish(publish))) if publish.topic.ends_with(b"/receipt") => {
                    if let Ok(receipt) = serde_json::from_slice(&publish.payload) {
                        self.receipt(&receipt);
                    }
                }
                Ok(_) => {}
                Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
            }
        }
    }

    fn receipt(&self, receipt: &Receipt) {
        let mut done = 0;
        {
            let mut waiting = lock(&self.waiting);
            let refused = receipt.refused.iter().filter_map(|refused| refused.id);
            for id in receipt.ids.iter().copied().chain(refused) {
                done += usize::from(waiting.remove(&id).is_some());
            }
        }
        self.common.ledger.receipts(&receipt.ids);
        self.common.ledger.refused(receipt.refused.len());
        self.window.add_permits(done);
    }

    /// Waits until receipts can reach it; what is published before gets its receipt only when it is repeated.
    ///
    /// # Errors
    /// When the broker does not let it in.
    pub async fn ready(&self) -> Result<()> {
        wait::until("a kiosk's subscriptions", || self.subscribed.load(Ordering::Relaxed).then_some(())).await
    }

    /// Publishes until it is enough.
    pub async fn publish_all(self: Arc<Self>, mut random: Random) {
        let mut seq = 0;
        let mut pace = self.common.pause.map(tokio::time::interval);
        while !self.common.enough.is_cancelled() {
            if let Some(pace) = &mut pace {
                pace.tick().await;
            }
            let left = self.common.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1));
            if left.is_err() {
                break;
            }
            let visit = random.visit(SystemClock.now());
            let body = format!(r#"{{"visit":"{visit}","purpose":"browse","language":"zh"}}"#);
            self.publish(&mut random, &mut seq, "visit.checked_in", &body, Some(visit)).await;
            if self.common.mixed && seq % 2 == 1 {
                let body = format!(r#"{{"visit":"{visit}","party":2,"surname":"王","title":"mr"}}"#);
                self.publish(&mut random, &mut seq, "visit.detailed", &body, None).await;
            }
            if self.common.leave {
                let body = format!(r#"{{"visit":"{visit}"}}"#);
                self.publish(&mut random, &mut seq, "visit.left", &body, None).await;
            }
        }
    }

    async fn publish(&self, random: &mut Random, seq: &mut u64, kind: &str, body: &str, visit: Option<VisitId>) {
        // At a rate the window is not waited for: what the gateway cannot take must show in the figures.
        if self.common.pause.is_none()
            && let Some(Ok(permit)) = self.common.stop.run_until_cancelled(self.window.acquire()).await
        {
            permit.forget();
        }
        let now = SystemClock.now();
        let id = random.event(now);
        *seq += 1;
        let at = now.to_rfc3339();
        let payload =
            format!(r#"{{"v":1,"id":"{id}","seq":{seq},"at":"{at}","age_ms":0,"kind":"{kind}","body":{body}}}"#)
                .into_bytes();
        let since = stopwatch::micros();
        lock(&self.waiting).insert(id, Waiting { since, sent: since, payload: payload.clone() });
        match visit {
            Some(visit) => self.common.ledger.publish(visit, id),
            None => self.common.ledger.publish_more(id),
        }
        self.send(payload).await;
    }

    async fn send(&self, payload: Vec<u8>) {
        let sending = self.client.publish(self.topic.as_str(), payload, PublishOptions::new(QoS::AtLeastOnce));
        let _client_gone = self.common.stop.run_until_cancelled(sending).await;
    }

    /// Repeats for ever what has waited too long.
    pub async fn repeat_for_ever(self: Arc<Self>) {
        let stop = self.common.stop.clone();
        let repeating = async {
            loop {
                tokio::time::sleep(PATIENCE / 5).await;
                self.repeat(PATIENCE).await;
            }
        };
        stop.run_until_cancelled(repeating).await;
    }

    async fn repeat(&self, older: Duration) {
        let late: Vec<Waiting> = {
            let mut waiting = lock(&self.waiting);
            let late = waiting.values_mut().filter(|one| stopwatch::since(one.sent) > older);
            late.map(|one| {
                one.sent = stopwatch::micros();
                one.clone()
            })
            .collect()
        };
        for Waiting { since, payload, .. } in late {
            let age = stopwatch::since(since).as_millis();
            let text = String::from_utf8_lossy(&payload).replacen("\"age_ms\":0", &format!("\"age_ms\":{age}"), 1);
            self.send(text.into_bytes()).await;
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
