//! The way out to devices: one bounded queue, one task, either broker behind it.
//!
//! Never waits for a device: a full queue, a link that is down or a stuck device loses a message, and that is counted.
//! Nothing is lost for good: receipts are asked for again by the kiosk, everything else is said again from state.
//! Receipts that are ready together leave as one message per device; none waits for another.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use mqtt5::broker::router::MessageRouter;
use mqtt5::packet::publish::PublishPacket;
use rumqttc::{AsyncClient, PublishOptions};
use shared::clock::Clock;
use shared::ids::{EventId, StaffId, StoreId};
use shared::topics::Topic;
use shared::wire::{Code, Receipt, Refused};
use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;

use super::counters::Counters;
use super::rules::Sender;

/// Messages that may wait: four rounds of what the runtime commits at once.
const QUEUE: usize = 1024;
/// Messages taken together.
const ROUND: usize = 256;
/// Ids in one receipt message, so that it stays within a few KiB.
const RECEIPT_IDS: usize = 128;

/// One message to a device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Message {
    pub(super) topic: Topic,
    pub(super) payload: Vec<u8>,
    pub(super) delivery: Delivery,
}

impl Message {
    /// For somebody's pager.
    pub(super) fn to_pager(staff: StaffId, payload: Vec<u8>) -> Self {
        Self { topic: Topic::ConsultantAlert(staff), payload, delivery: Delivery::Surely }
    }
}

/// How a message is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Delivery {
    /// `QoS` 0: worth nothing later.
    Now,
    /// `QoS` 1.
    Surely,
    /// `QoS` 1, and kept by the broker for whoever comes later. An empty payload takes the kept one away.
    Kept,
}

#[derive(Debug)]
enum Outgoing {
    Receipt(Topic, Result<EventId, Refused>),
    Message(Message),
}

/// The slot in the wall. Cheap to clone.
#[derive(Debug, Clone)]
pub(super) struct Post {
    queue: mpsc::Sender<Outgoing>,
    counters: Counters,
}

/// The other side of the slot, for [`run`].
#[derive(Debug)]
pub(super) struct Waiting {
    queue: mpsc::Receiver<Outgoing>,
}

/// The broker behind the post.
pub(super) enum Carrier {
    /// The embedded one.
    Embedded(Arc<MessageRouter>),
    /// The publishing connection to an external one, while it is up.
    External(watch::Receiver<Option<AsyncClient>>),
}

impl Post {
    pub(super) fn new(counters: Counters) -> (Self, Waiting) {
        let (sender, receiver) = mpsc::channel(QUEUE);
        (Self { queue: sender, counters }, Waiting { queue: receiver })
    }

    /// Tells a device that its event is durable.
    pub(super) fn kept(&self, to: &Sender, id: EventId) {
        if let Some(topic) = to.receipts() {
            self.counters.receipts.inc();
            self.put(Outgoing::Receipt(topic, Ok(id)));
        }
    }

    /// Tells a device that its event is refused for good.
    pub(super) fn refused(&self, to: &Sender, id: Option<EventId>, code: Code) {
        self.counters.refuse(code.as_str());
        if let Some(topic) = to.receipts() {
            self.put(Outgoing::Receipt(topic, Err(Refused { id, code })));
        }
    }

    /// Sends anything else; whether there was room.
    pub(super) fn send(&self, message: Message) -> bool {
        self.put(Outgoing::Message(message))
    }

    fn put(&self, outgoing: Outgoing) -> bool {
        let room = self.queue.try_send(outgoing).is_ok();
        if !room {
            self.counters.dropped.inc();
        }
        room
    }
}

/// Carries messages until cancelled; what waits then still leaves.
pub(super) async fn run(
    mut waiting: Waiting,
    store: StoreId,
    carrier: Carrier,
    clock: Arc<dyn Clock>,
    counters: Counters,
    cancel: CancellationToken,
) {
    let mut round = Vec::with_capacity(ROUND);
    loop {
        tokio::select! {
            biased;
            taken = waiting.queue.recv_many(&mut round, ROUND) => if taken == 0 { return },
            () = cancel.cancelled() => return,
        }
        for message in together(round.drain(..), clock.now()) {
            if !carrier.carry(&store, message).await {
                counters.dropped.inc();
            }
        }
    }
}

/// Puts the receipts of each device into one message, in the place of the first.
fn together(round: impl Iterator<Item = Outgoing>, now: DateTime<Utc>) -> Vec<Message> {
    enum Slot {
        Receipt(Topic, Receipt),
        Message(Message),
    }
    let mut slots: Vec<Slot> = Vec::new();
    for outgoing in round {
        let (topic, receipt) = match outgoing {
            Outgoing::Message(message) => {
                slots.push(Slot::Message(message));
                continue;
            }
            Outgoing::Receipt(topic, receipt) => (topic, receipt),
        };
        let open = slots.iter_mut().rev().find_map(|slot| match slot {
            Slot::Receipt(of, open) if *of == topic => Some(open),
            _ => None,
        });
        match open {
            Some(open) if open.ids.len() + open.refused.len() < RECEIPT_IDS => add(open, receipt),
            _ => {
                let mut fresh = Receipt { at: Some(now), ..Receipt::default() };
                add(&mut fresh, receipt);
                slots.push(Slot::Receipt(topic, fresh));
            }
        }
    }
    let message = |slot| match slot {
        Slot::Message(message) => Some(message),
        Slot::Receipt(topic, receipt) => {
            serde_json::to_vec(&receipt).ok().map(|payload| Message { topic, payload, delivery: Delivery::Surely })
        }
    };
    slots.into_iter().filter_map(message).collect()
}

fn add(receipt: &mut Receipt, one: Result<EventId, Refused>) {
    match one {
        Ok(id) => receipt.ids.push(id),
        Err(refused) => receipt.refused.push(refused),
    }
}

impl Carrier {
    async fn carry(&self, store: &StoreId, message: Message) -> bool {
        let topic = message.topic.in_store(store);
        match self {
            Self::Embedded(router) => {
                let qos = match message.delivery {
                    Delivery::Now => mqtt5::QoS::AtMostOnce,
                    Delivery::Surely | Delivery::Kept => mqtt5::QoS::AtLeastOnce,
                };
                let mut packet = PublishPacket::new_v311(topic, message.payload, qos);
                packet.retain = message.delivery == Delivery::Kept;
                // The router waits for room at a stuck device, unless the message seems to come from that device itself:
                // then it goes straight to the device's bounded queue.
                let to = addressee(&message.topic);
                router.route_message(&packet, to.as_deref()).await;
                true
            }
            Self::External(up) => {
                let client = up.borrow().clone();
                let Some(client) = client else { return false };
                let options = match message.delivery {
                    Delivery::Now => PublishOptions::at_most_once(),
                    Delivery::Surely => PublishOptions::at_least_once(),
                    Delivery::Kept => PublishOptions::at_least_once().retained(),
                };
                client.try_publish(topic, message.payload, options).is_ok()
            }
        }
    }
}

/// The client id of the device that subscribes to this topic.
fn addressee(topic: &Topic) -> Option<String> {
    let sender = match topic {
        Topic::KioskReceipt(id) | Topic::KioskVisit(id) | Topic::KioskQr(id) | Topic::KioskConfig(id) => {
            Sender::Kiosk(id.clone())
        }
        Topic::DoorReceipt(id) => Sender::Door(id.clone()),
        Topic::ConsultantAlert(id) => Sender::Pager(id.clone()),
        _ => return None,
    };
    Some(sender.client_id())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(n: u8) -> EventId {
        EventId::new(chrono::DateTime::UNIX_EPOCH, [n; 10])
    }

    fn now() -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000, 0).unwrap()
    }

    fn receipt_of(message: &Message) -> Receipt {
        serde_json::from_slice(&message.payload).unwrap()
    }

    #[test]
    fn receipts_that_are_ready_together_leave_as_one_message_per_device() {
        let topic = |name: &str| Topic::KioskReceipt(name.parse().unwrap());
        let refused = Refused { id: None, code: Code::NotJson };
        let messages = together(
            [
                Outgoing::Receipt(topic("a"), Ok(id(1))),
                Outgoing::Receipt(topic("b"), Ok(id(2))),
                Outgoing::Receipt(topic("a"), Err(refused.clone())),
                Outgoing::Receipt(topic("a"), Ok(id(3))),
            ]
            .into_iter(),
            now(),
        );
        let topics: Vec<_> = messages.iter().map(|message| &message.topic).collect();
        assert_eq!(topics, [&topic("a"), &topic("b")]);
        assert_eq!(
            receipt_of(&messages[0]),
            Receipt { ids: vec![id(1), id(3)], refused: vec![refused], at: Some(now()) }
        );
    }

    #[test]
    fn a_receipt_message_stays_small() {
        let topic = Topic::KioskReceipt("a".parse().unwrap());
        let many = (0..=RECEIPT_IDS).map(|_| Outgoing::Receipt(topic.clone(), Ok(id(1))));
        let sizes: Vec<_> = together(many, now()).iter().map(|message| receipt_of(message).ids.len()).collect();
        assert_eq!(sizes, [RECEIPT_IDS, 1]);
    }

    #[test]
    fn a_full_post_drops_and_counts() {
        let counters = Counters::default();
        let (post, _waiting) = Post::new(counters.clone());
        let to = Sender::Kiosk("a".parse().unwrap());
        for _ in 0..QUEUE + 3 {
            post.kept(&to, id(1));
        }
        assert_eq!(counters.dropped.get(), 3);
    }
}
