//! The embedded broker: mqtt5's parts behind our own door.
//!
//! mqtt5's own server shakes TLS hands inside its accept loop, so that one silent connection shuts everybody out, and
//! it tells a taken port in prose. So the listener is ours, and each connection is a task of its own from its first byte;
//! mqtt5 brings the protocol, the sessions and the router. Sessions, queues and kept messages live in memory alone: what
//! must not be lost is in the log, and a PUBACK leaves only after [`Intake::take`](super::intake::Intake::take).
//!
//! Invariants: no account, no word; MQTT 3.1.1 alone; nothing that a device publishes is ever routed to another device;
//! no device, stuck or hostile, holds up another.

mod accounts;
mod hook;
mod listener;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use mqtt5::broker::router::MessageRouter;
use mqtt5::broker::storage::QueueLimits;
use mqtt5::broker::{
    AuthProvider, BrokerConfig, DynamicStorage, MemoryBackend, ResourceLimits, ResourceMonitor, StorageBackend as _,
};
use shared::ids::StoreId;
use tokio_util::sync::CancellationToken;

use super::config::MqttConfig;
use super::intake::Intake;
use super::probe::{self, Probe};
use super::{MqttError, Tasks};
use accounts::Accounts;
use hook::Hook;
use listener::{Door, Listener};

/// Messages and bytes that wait for a device that is away or slow; then the oldest goes.
const AWAY: QueueLimits = QueueLimits { max_messages: 512, max_bytes: 1024 * 1024 };
/// Messages between the router and a connected device before its queue takes over.
const LANE: usize = 256;
/// A device that stayed away longer than this begins anew.
const SESSION: Duration = Duration::from_hours(24);
/// How often sessions that are over are swept out.
const SWEEP: Duration = Duration::from_mins(10);
/// Subscriptions of one device; the contract knows four.
const SUBSCRIPTIONS: usize = 16;

/// The running broker.
pub(super) struct Broker {
    /// Where it really listens.
    pub(super) addr: SocketAddr,
    /// The way to its devices.
    pub(super) router: Arc<MessageRouter>,
    /// Asks it whether it is there.
    pub(super) probe: Probe,
}

/// Opens the port and serves it in tasks of `tasks` until it is cancelled.
pub(super) async fn start(
    config: &MqttConfig,
    store: StoreId,
    intake: Arc<Intake>,
    tasks: &Tasks,
) -> Result<Broker, MqttError> {
    let listener = Listener::open(config).await?;
    let addr = listener.addr;
    let password = probe::password()?;
    let probe = Probe::new(addr, password.clone(), listener.certificates())?;
    let accounts = Arc::new(Accounts::new(intake.handle.roster(), store.clone(), intake.counters.clone(), password));
    let hook = Arc::new(Hook { intake: Arc::clone(&intake), store });
    let storage = Arc::new(DynamicStorage::Memory(MemoryBackend::with_queue_limits(AWAY)));
    let router = Arc::new(MessageRouter::with_storage(Arc::clone(&storage)).with_event_handler(Arc::clone(&hook) as _));
    let auth: Arc<dyn AuthProvider> = accounts;
    let settings = BrokerConfig {
        event_handler: Some(hook),
        max_packet_size: config.max_packet,
        max_clients: config.max_connections,
        max_subscriptions_per_client: SUBSCRIPTIONS,
        client_channel_capacity: LANE,
        session_expiry_interval: SESSION,
        shared_subscription_available: false,
        ..BrokerConfig::default()
    };
    // No limits of rate: mqtt5 answers one with an acknowledgement that 3.1.1 clients cannot read.
    let limits = ResourceLimits {
        max_connections: usize::MAX,
        max_connections_per_ip: usize::MAX,
        max_message_rate_per_client: 0,
        max_bandwidth_per_client: 0,
        max_connection_rate: u32::MAX,
        rate_limit_window: Duration::from_secs(1),
    };
    let (shutdown, _) = tokio::sync::broadcast::channel(1);
    let door = Door {
        settings: Arc::new(settings),
        router: Arc::clone(&router),
        auth,
        storage: Arc::clone(&storage),
        stats: Arc::default(),
        monitor: Arc::new(ResourceMonitor::new(limits)),
        shutdown,
        counters: intake.counters.clone(),
    };
    let Tasks { tracker, cancel } = tasks;
    if let Some(certificates) = listener.certificates() {
        tracker.spawn(certificates.watch(cancel.clone()));
    }
    tracker.spawn(listener.serve(door, config.max_connections, tracker.clone(), cancel.clone()));
    tracker.spawn(watch_roster(intake, Arc::clone(&router), Arc::clone(&storage), cancel.clone()));
    tracker.spawn(sweep(Arc::clone(&router), storage, cancel.clone()));
    Ok(Broker { addr, router, probe })
}

/// Cuts off devices that were removed or got a new password. Their open connections end; the account check keeps them out.
async fn watch_roster(
    intake: Arc<Intake>,
    router: Arc<MessageRouter>,
    storage: Arc<DynamicStorage>,
    cancel: CancellationToken,
) {
    let mut accounts = intake.handle.roster();
    let mut known = Arc::clone(&accounts.borrow_and_update());
    loop {
        tokio::select! {
            () = cancel.cancelled() => return,
            changed = accounts.changed() => if changed.is_err() { return },
        }
        let now = Arc::clone(&accounts.borrow_and_update());
        for (client_id, device) in &known.devices {
            let kept = now.devices.get(client_id);
            if kept.is_some_and(|kept| kept.has_account_of(device)) {
                continue;
            }
            if kept.is_none() {
                router.unregister_client(client_id).await;
                if let Err(error) = storage.remove_session(client_id).await {
                    tracing::debug!(device = client_id, %error, "no session to forget");
                }
            } else {
                router.disconnect_client(client_id).await;
            }
            tracing::info!(device = client_id, removed = kept.is_none(), "a device was cut off");
        }
        intake.devices.keep(&now);
        known = now;
    }
}

async fn sweep(router: Arc<MessageRouter>, storage: Arc<DynamicStorage>, cancel: CancellationToken) {
    loop {
        tokio::select! {
            () = cancel.cancelled() => return,
            () = tokio::time::sleep(SWEEP) => {}
        }
        if let Err(error) = storage.cleanup_expired().await {
            tracing::debug!(%error, "sessions were not swept");
        }
        router.sweep_sessions().await;
    }
}
