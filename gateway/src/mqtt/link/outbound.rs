//! The connection that speaks to devices.

use rumqttc::{AsyncClient, ConnectReturnCode, Event, EventLoop, Packet};
use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;

use super::backoff::Backoff;
use super::{Peer, Way, report, tune};
use crate::mqtt::desk::Hello;

/// Messages between the post and the socket. When it is full, the post drops and counts.
const QUEUE: usize = 1024;
/// Messages that the broker has not acknowledged.
const WINDOW: u16 = 1024;

/// Keeps the connection, for ever; `clients` holds the way out while it is up.
pub(super) async fn run(
    peer: Peer,
    clients: watch::Sender<Option<AsyncClient>>,
    hello: mpsc::Sender<Hello>,
    cancel: CancellationToken,
) {
    let mut backoff = Backoff::default();
    loop {
        let mut options = peer.options(Way::Out);
        options.set_inflight(WINDOW);
        let (client, mut event_loop) = AsyncClient::builder(options).capacity(QUEUE).build();
        tune(&mut event_loop);
        tokio::select! {
            () = speak(&peer, &client, &mut event_loop, &clients, &hello) => {}
            () = cancel.cancelled() => return,
        }
        if clients.send_replace(None).is_some() {
            peer.counters.link.dec();
            backoff.reset();
        }
        tokio::select! {
            () = cancel.cancelled() => return,
            () = tokio::time::sleep(backoff.next()) => {}
        }
    }
}

async fn speak(
    peer: &Peer,
    client: &AsyncClient,
    event_loop: &mut EventLoop,
    clients: &watch::Sender<Option<AsyncClient>>,
    hello: &mpsc::Sender<Hello>,
) {
    loop {
        match event_loop.poll().await {
            Ok(Event::Incoming(Packet::ConnAck(ack))) if ack.code == ConnectReturnCode::Success => {
                if clients.send_replace(Some(client.clone())).is_none() {
                    peer.counters.link.inc();
                }
                tracing::info!(host = peer.address.host, "the gateway speaks to devices over the broker");
                if hello.try_send(Hello::Everybody).is_err() {
                    tracing::warn!("the kiosks' configurations were not said again: too many kiosks came at once");
                }
            }
            Ok(_) => {}
            Err(error) => return report(peer, &error),
        }
    }
}
