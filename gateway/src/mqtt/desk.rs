//! The kiosk desk: everything that the gateway tells kiosks of its own accord: configuration, visits' status, codes.
//!
//! It answers nothing and decides nothing: receipts come from the intake, statuses from the runtime. One task owns its
//! state. Invariant: whatever it said last can be said again, so a message that was dropped, or a broker that forgot, is
//! made good at the kiosk's next hello, at the link's next CONNACK, or (codes) at the next renewal.

mod catalogue;
mod offers;
mod pin;

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use serde::Serialize;
use shared::clock::Clock;
use shared::ids::DeviceId;
use shared::topics::Topic;
use shared::wire::VisitStatus;
use tokio::sync::{mpsc, watch};
use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;

pub use catalogue::KioskCatalogue;
pub use offers::Offers;
pub use pin::hash_pin;

use super::post::{Delivery, Message, Post};
use crate::domain::roster::{DeviceKind, Roster};
use crate::runtime::ToKiosk;
pub(super) use offers::Issuer;

/// Statuses of one kiosk that are said again when it comes back: as many visits as its screen may have begun meanwhile.
const STATUSES: usize = 8;

/// Somebody can hear again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Hello {
    /// This kiosk came.
    Kiosk(DeviceId),
    /// The link to the external broker came up: everybody.
    Everybody,
}

/// The desk's own state.
pub(super) struct Desk {
    post: Post,
    catalogue: KioskCatalogue,
    issuer: Option<Issuer>,
    clock: Arc<dyn Clock>,
    /// By kiosk of the roster: the configuration that was last published, and the latest statuses.
    kiosks: BTreeMap<DeviceId, Kiosk>,
}

#[derive(Default)]
struct Kiosk {
    config: Vec<u8>,
    store_url: Option<String>,
    statuses: VecDeque<VisitStatus>,
}

/// What reaches the desk.
pub(super) struct Inbox {
    pub(super) roster: watch::Receiver<Arc<Roster>>,
    pub(super) to_kiosk: mpsc::Receiver<ToKiosk>,
    pub(super) hello: mpsc::Receiver<Hello>,
}

impl Desk {
    pub(super) fn new(post: Post, catalogue: KioskCatalogue, issuer: Option<Issuer>, clock: Arc<dyn Clock>) -> Self {
        Self { post, catalogue, issuer, clock, kiosks: BTreeMap::new() }
    }

    /// Serves until cancelled, or until nobody can send it anything.
    pub(super) async fn run(mut self, mut inbox: Inbox, cancel: CancellationToken) {
        let roster = Arc::clone(&inbox.roster.borrow_and_update());
        self.configure(&roster);
        let period = self.issuer.as_ref().map_or(offers::TTL, Issuer::renew_every);
        let mut renew = tokio::time::interval(period);
        renew.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = cancel.cancelled() => return,
                changed = inbox.roster.changed() => {
                    if changed.is_err() { return }
                    let roster = Arc::clone(&inbox.roster.borrow_and_update());
                    self.configure(&roster);
                }
                told = inbox.to_kiosk.recv() => match told {
                    Some(ToKiosk::Visit(kiosk, status)) => self.tell(&kiosk, status),
                    Some(ToKiosk::QrSpent(kiosk)) => self.offer(&kiosk),
                    None => return,
                },
                Some(hello) = inbox.hello.recv() => match hello {
                    Hello::Kiosk(kiosk) => self.welcome(&kiosk),
                    Hello::Everybody => self.welcome_all(),
                },
                _ = renew.tick() => {
                    // Clocks may have changed to summer or winter time.
                    let roster = Arc::clone(&inbox.roster.borrow());
                    self.configure(&roster);
                    self.offer_all();
                }
            }
        }
    }

    /// Publishes each kiosk's configuration where it has changed, and takes away those of kiosks that are gone.
    fn configure(&mut self, roster: &Roster) {
        let is_kiosk = |id: &DeviceId| roster.devices.values().any(|d| d.kind == DeviceKind::Kiosk && d.id == *id);
        let gone: Vec<_> = self.kiosks.keys().filter(|id| !is_kiosk(id)).cloned().collect();
        for id in gone {
            self.kiosks.remove(&id);
            self.keep(Topic::KioskConfig(id), Vec::new());
        }
        let kiosks = roster.devices.values().filter(|device| device.kind == DeviceKind::Kiosk);
        for id in kiosks.map(|device| device.id.clone()).collect::<Vec<_>>() {
            let kiosk = self.kiosks.entry(id.clone()).or_default();
            if kiosk.store_url.is_none() {
                kiosk.store_url = self.issuer.as_ref().and_then(|issuer| issuer.printed(&id));
            }
            let config = encode(&self.catalogue.config(&id, roster, kiosk.store_url.clone(), self.clock.now()));
            if kiosk.config != config {
                kiosk.config.clone_from(&config);
                self.keep(Topic::KioskConfig(id.clone()), config);
                self.offer(&id);
            }
        }
    }

    fn tell(&mut self, kiosk: &DeviceId, mut status: VisitStatus) {
        if let Some(card) = &mut status.consultant {
            // The visitor sees a name and a face; who that is on the staff is nobody's business at the door.
            card.photo = card.id.take().and_then(|id| self.catalogue.photos.get(&id).cloned());
        }
        let span = tracing::debug_span!("tell", kiosk.id = %kiosk, visit.id = %status.visit);
        let _entered = span.enter();
        self.say(Topic::KioskVisit(kiosk.clone()), &status, Delivery::Surely);
        tracing::debug!(stage = ?status.stage, "the kiosk was told");
        let Some(kiosk) = self.kiosks.get_mut(kiosk) else { return };
        kiosk.statuses.retain(|said| said.visit != status.visit);
        kiosk.statuses.push_back(status);
        if kiosk.statuses.len() > STATUSES {
            kiosk.statuses.pop_front();
        }
    }

    /// A kiosk came: its code, and how far its visits are. The configuration is kept by the broker.
    fn welcome(&mut self, id: &DeviceId) {
        self.offer(id);
        let statuses = self.kiosks.get(id).map(|kiosk| kiosk.statuses.clone()).unwrap_or_default();
        for status in statuses {
            self.say(Topic::KioskVisit(id.clone()), &status, Delivery::Surely);
        }
    }

    /// The broker may have forgotten everything.
    fn welcome_all(&mut self) {
        for id in self.kiosks.keys().cloned().collect::<Vec<_>>() {
            if let Some(kiosk) = self.kiosks.get(&id) {
                self.keep(Topic::KioskConfig(id.clone()), kiosk.config.clone());
            }
            self.welcome(&id);
        }
    }

    fn offer_all(&mut self) {
        for id in self.kiosks.keys() {
            self.offer(id);
        }
    }

    fn offer(&self, kiosk: &DeviceId) {
        let offer = self.issuer.as_ref().and_then(|issuer| issuer.offer(kiosk));
        if let Some(offer) = offer.filter(|_| self.kiosks.contains_key(kiosk)) {
            self.say(Topic::KioskQr(kiosk.clone()), &offer, Delivery::Now);
        }
    }

    fn say(&self, topic: Topic, what: &impl Serialize, delivery: Delivery) {
        self.post.send(Message { topic, payload: encode(what), delivery });
    }

    fn keep(&self, topic: Topic, payload: Vec<u8>) {
        self.post.send(Message { topic, payload, delivery: Delivery::Kept });
    }
}

/// Our own types, whose maps have text keys, always encode.
fn encode(what: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(what).unwrap_or_default()
}
