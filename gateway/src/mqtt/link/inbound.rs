//! The connection that hears devices.

use std::time::Duration;

use rumqttc::{
    AckMode, AsyncClient, ConnectReturnCode, Event, EventLoop, ManualAck, Packet, Publish, QoS, SubscribeFilterInput,
    SubscribeReasonCode,
};
use shared::ids::StoreId;
use shared::topics::Topic;
use tokio::sync::{mpsc, oneshot, watch};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::backoff::Backoff;
use super::lanes::Lanes;
use super::{Peer, Way, report, tune};

/// Messages that wait for their acknowledgement. Brokers allow 10-100 at a time; should one allow more, the connection
/// begins anew and the broker sends the rest again.
const UNACKNOWLEDGED: usize = 4096;
/// How long a goodbye may take.
const GOODBYE: Duration = Duration::from_millis(500);

/// Keeps the connection, for ever.
pub(super) async fn run(
    peer: Peer,
    lanes: Lanes,
    hearing: watch::Sender<bool>,
    tracker: TaskTracker,
    cancel: CancellationToken,
) {
    let mut backoff = Backoff::default();
    loop {
        let mut options = peer.options(Way::In);
        options.set_ack_mode(AckMode::Manual);
        let (client, mut event_loop) = AsyncClient::builder(options).capacity(UNACKNOWLEDGED).build();
        tune(&mut event_loop);
        let (sender, receiver) = mpsc::channel(UNACKNOWLEDGED);
        let acknowledging = tracker.spawn(acknowledge(client.clone(), receiver));
        let mut ear = Ear { peer: &peer, lanes: &lanes, client, acks: sender, hearing: &hearing };
        tokio::select! {
            () = ear.listen(&mut event_loop) => {}
            () = cancel.cancelled() => {
                ear.say_goodbye(&mut event_loop).await;
                acknowledging.abort();
                return;
            }
        }
        // Acknowledgements of this connection mean nothing to the next.
        acknowledging.abort();
        if hearing.send_replace(false) {
            peer.counters.link.dec();
            backoff.reset();
        }
        tokio::select! {
            () = cancel.cancelled() => return,
            () = tokio::time::sleep(backoff.next()) => {}
        }
    }
}

struct Ear<'a> {
    peer: &'a Peer,
    lanes: &'a Lanes,
    client: AsyncClient,
    acks: mpsc::Sender<(oneshot::Receiver<()>, ManualAck)>,
    hearing: &'a watch::Sender<bool>,
}

impl Ear<'_> {
    /// Polls until the connection ends. Waits for nothing else.
    async fn listen(&mut self, event_loop: &mut EventLoop) {
        loop {
            match event_loop.poll().await {
                Ok(Event::Incoming(Packet::ConnAck(ack))) if ack.code == ConnectReturnCode::Success => self.subscribe(),
                Ok(Event::Incoming(Packet::SubAck(ack))) => {
                    if ack.return_codes.contains(&SubscribeReasonCode::Failure) {
                        tracing::warn!("the broker refuses the gateway a subscription; check its topic rules");
                    } else if !self.hearing.send_replace(true) {
                        self.peer.counters.link.inc();
                        tracing::info!(host = self.peer.address.host, "the gateway hears devices over the broker");
                    }
                }
                Ok(Event::Incoming(Packet::Publish(publish))) => {
                    if !self.hear(publish) {
                        return;
                    }
                }
                Ok(_) => {}
                Err(error) => return report(self.peer, &error),
            }
        }
    }

    /// At every CONNACK: a kept session has the subscriptions already, and kept states come once more.
    fn subscribe(&self) {
        let filters = Topic::to_gateway(&self.peer.store);
        let filters = filters.into_iter().map(|filter| SubscribeFilterInput::new(filter, QoS::AtLeastOnce));
        if let Err(error) = self.client.try_subscribe_many(filters) {
            tracing::warn!(%error, "the subscriptions did not fit into the queue");
        }
    }

    /// Whether the connection can go on.
    fn hear(&self, publish: Publish) -> bool {
        let ack = self.client.prepare_ack(&publish);
        let ready = match topic(&self.peer.store, &publish) {
            Some(topic) => self.lanes.put(topic, publish),
            // Not ours: acknowledged, or it would come for ever.
            None => oneshot::channel().1,
        };
        let Some(ack) = ack else { return true };
        let room = self.acks.try_send((ready, ack)).is_ok();
        if !room {
            tracing::warn!(most = UNACKNOWLEDGED, "the broker sends more than it should; the connection begins anew");
        }
        room
    }

    async fn say_goodbye(&mut self, event_loop: &mut EventLoop) {
        if self.client.try_disconnect().is_ok() {
            let polling = async { while event_loop.poll().await.is_ok() {} };
            // A broker that does not listen is left without a word.
            let _ = tokio::time::timeout(GOODBYE, polling).await;
        }
    }
}

fn topic(store: &StoreId, publish: &Publish) -> Option<Topic> {
    Topic::parse(store, std::str::from_utf8(&publish.topic).ok()?)
}

/// Acknowledges in the order of arrival, each when its turn and its event are ready. A message that was given up is
/// acknowledged as well: its sender repeats it, since no receipt came.
async fn acknowledge(client: AsyncClient, mut acks: mpsc::Receiver<(oneshot::Receiver<()>, ManualAck)>) {
    while let Some((ready, ack)) = acks.recv().await {
        let _ = ready.await;
        if client.manual_ack(ack).await.is_err() {
            return;
        }
    }
}
