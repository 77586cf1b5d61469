//! The link to an external broker: two connections, one that hears devices and one that speaks to them, so that neither
//! waits for the other.
//!
//! It does not judge topics: the external broker's own rules do (`assets/mqtt` has samples), so here the topic names the
//! sender. Invariants: the hearing connection keeps its session and acknowledges by hand, strictly in the order of
//! arrival, each message after its event is durable, and never one of an earlier connection (each connection is a fresh
//! client); the polling tasks never wait for anything but the network; the speaking connection keeps nothing at the
//! broker: what it may have lost is said again from state after each CONNACK.

mod address;
mod backoff;
mod inbound;
mod lanes;
mod outbound;

use std::path::Path;
use std::sync::Arc;

use rumqttc::{AsyncClient, Broker, MqttOptions, TlsConfiguration, Transport};
use shared::ids::StoreId;
use tokio::sync::watch;

pub(super) use address::Address;

use super::config::{MqttConfig, Password};
use super::counters::Counters;
use super::intake::Intake;
use super::{MqttError, Tasks};
use crate::certificates::authorities;

const KEEP_ALIVE_S: u16 = 10;
const CONNECT_S: u64 = 5;
/// No limit but the protocol's: a packet that is refused here comes again with each connection, for ever. The external
/// broker's own limit stands before it.
const MAX_INCOMING: usize = 268_435_455;
const MAX_OUTGOING: usize = 1024 * 1024;

/// How to reach the broker.
#[derive(Clone)]
struct Peer {
    address: Address,
    account: Option<(String, Option<Password>)>,
    transport: Transport,
    store: StoreId,
    counters: Counters,
}

/// Which of the two connections.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    In,
    Out,
}

/// Starts both connections. Gives the way out while it is up, and whether both are.
pub(super) fn start(
    config: &MqttConfig,
    store: &StoreId,
    intake: &Arc<Intake>,
    tasks: &Tasks,
) -> Result<(watch::Receiver<Option<AsyncClient>>, watch::Receiver<bool>), MqttError> {
    let address = config.url.as_deref().and_then(Address::parse).ok_or(MqttError::Url)?;
    let transport = if address.tls { tls(config.ca_file.as_deref())? } else { Transport::Tcp };
    let account = config.username.clone().map(|name| (name, config.password.clone()));
    let counters = intake.counters.clone();
    let peer = Peer { address, account, transport, store: store.clone(), counters };
    let (clients, clients_up) = watch::channel(None);
    let (up, both_up) = watch::channel(false);
    let hearing = watch::Sender::new(false);
    let heard = hearing.subscribe();
    let hello = intake.hello.clone();
    let Tasks { tracker, cancel } = tasks;
    let lanes = lanes::Lanes::open(intake, tracker, cancel);
    tracker.spawn(inbound::run(peer.clone(), lanes, hearing, tracker.clone(), cancel.clone()));
    tracker.spawn(outbound::run(peer, clients, hello, cancel.clone()));
    tracker.spawn(watch_both(heard, clients_up.clone(), up, cancel.clone()));
    Ok((clients_up, both_up))
}

async fn watch_both(
    mut heard: watch::Receiver<bool>,
    mut speaks: watch::Receiver<Option<AsyncClient>>,
    up: watch::Sender<bool>,
    cancel: tokio_util::sync::CancellationToken,
) {
    loop {
        let both = *heard.borrow_and_update() && speaks.borrow_and_update().is_some();
        up.send_if_modified(|up| std::mem::replace(up, both) != both);
        tokio::select! {
            () = cancel.cancelled() => return,
            changed = heard.changed() => if changed.is_err() { return },
            changed = speaks.changed() => if changed.is_err() { return },
        }
    }
}

impl Peer {
    fn options(&self, way: Way) -> MqttOptions {
        let (suffix, clean) = match way {
            Way::In => ("in", false),
            Way::Out => ("out", true),
        };
        let id = format!("gateway-{}-{suffix}", self.store);
        let mut options = MqttOptions::new(id, Broker::tcp(self.address.host.as_str(), self.address.port));
        options
            .set_keep_alive(KEEP_ALIVE_S)
            .set_clean_session(clean)
            .set_max_packet_size(MAX_INCOMING, MAX_OUTGOING)
            .set_transport(self.transport.clone());
        if let Some((name, password)) = &self.account {
            let password = password.as_ref().map_or("", Password::reveal);
            options.set_credentials(name.as_str(), password.as_bytes().to_vec());
        }
        options
    }
}

/// The socket's own settings.
fn tune(event_loop: &mut rumqttc::EventLoop) {
    let mut network = event_loop.network_options();
    network.set_tcp_nodelay(true);
    network.set_connection_timeout(CONNECT_S);
    event_loop.set_network_options(network);
}

/// Read here, so that a wrong file is an error at the start and not a connection that never comes.
fn tls(ca_file: Option<&Path>) -> Result<Transport, MqttError> {
    let Some(path) = ca_file else {
        return Transport::try_tls_with_default_config()
            .map_err(|error| MqttError::Authorities { reason: error.to_string() });
    };
    let roots = authorities("mqtt.ca_file", path)?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let client = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|source| MqttError::Tls { source })?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(Transport::Tls(TlsConfiguration::Rustls(Arc::new(client))))
}

/// Says why a connection ended or did not come.
fn report(peer: &Peer, error: &rumqttc::ConnectionError) {
    let (host, port) = (peer.address.host.as_str(), peer.address.port);
    match error {
        rumqttc::ConnectionError::ConnectionRefused(code) => {
            tracing::warn!(host, port, ?code, "the broker refuses the gateway; check mqtt.username and mqtt.password");
        }
        error => tracing::warn!(host, port, %error, "no connection to the broker"),
    }
}
