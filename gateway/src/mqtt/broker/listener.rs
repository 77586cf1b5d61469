//! The port: accepts, shakes TLS hands, and gives each connection a task of its own.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use mqtt5::broker::client_handler::ClientHandler;
use mqtt5::broker::router::MessageRouter;
use mqtt5::broker::sys_topics::BrokerStats;
use mqtt5::broker::tls_acceptor::TlsStreamWrapper;
use mqtt5::broker::transport::BrokerTransport;
use mqtt5::broker::{AuthProvider, BrokerConfig, DynamicStorage, ResourceMonitor};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, broadcast};
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::certificates::Certificates;
use crate::mqtt::MqttError;
use crate::mqtt::config::MqttConfig;
use crate::mqtt::counters::Counters;
use crate::mqtt::intake::PATIENCE;

/// For the TLS handshake. mqtt5 itself gives the CONNECT that follows ten seconds.
const HANDSHAKE: Duration = Duration::from_secs(5);
/// After a failed accept (no file handles left), so that the loop does not spin.
const BREATHE: Duration = Duration::from_millis(100);

pub(super) struct Listener {
    socket: TcpListener,
    tls: Option<Arc<Certificates>>,
    pub(super) addr: SocketAddr,
}

/// What every connection needs.
#[derive(Clone)]
pub(super) struct Door {
    pub(super) settings: Arc<BrokerConfig>,
    pub(super) router: Arc<MessageRouter>,
    pub(super) auth: Arc<dyn AuthProvider>,
    pub(super) storage: Arc<DynamicStorage>,
    pub(super) stats: Arc<BrokerStats>,
    pub(super) monitor: Arc<ResourceMonitor>,
    pub(super) shutdown: broadcast::Sender<()>,
    pub(super) counters: Counters,
}

impl Listener {
    pub(super) async fn open(config: &MqttConfig) -> Result<Self, MqttError> {
        let tls = config.pair().map(Certificates::load).transpose()?;
        let bind = |source| MqttError::Bind { addr: config.listen, source };
        let socket = TcpListener::bind(config.listen).await.map_err(bind)?;
        let addr = socket.local_addr().map_err(bind)?;
        Ok(Self { socket, tls, addr })
    }

    /// What it shows.
    pub(super) fn certificates(&self) -> Option<Arc<Certificates>> {
        self.tls.clone()
    }

    pub(super) async fn serve(self, door: Door, most: usize, tracker: TaskTracker, cancel: CancellationToken) {
        let places = Arc::new(Semaphore::new(most));
        let acceptor = self.tls.as_ref().map(|certificates| TlsAcceptor::from(certificates.server(&[])));
        tracing::info!(addr = %self.addr, tls = self.tls.is_some(), "devices may connect");
        loop {
            let accepted = tokio::select! {
                () = cancel.cancelled() => break,
                accepted = self.socket.accept() => accepted,
            };
            let (stream, peer) = match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    tracing::warn!(%error, "a connection could not be accepted");
                    tokio::time::sleep(BREATHE).await;
                    continue;
                }
            };
            let Ok(place) = Arc::clone(&places).try_acquire_owned() else {
                door.counters.broken.inc();
                tracing::warn!(%peer, most, "too many connections; raise mqtt.max_connections if they are yours");
                continue;
            };
            let (door, tls, cancel) = (door.clone(), acceptor.clone(), cancel.clone());
            tracker.spawn(async move {
                // Whoever has not finished its last event soon after the shutdown is cut off.
                tokio::select! {
                    () = door.welcome(stream, peer, tls) => {}
                    () = async { cancel.cancelled().await; tokio::time::sleep(PATIENCE).await } => {}
                }
                drop(place);
            });
        }
        // Nobody listening is no error: then no connection is open.
        let _ = door.shutdown.send(());
    }
}

impl Door {
    async fn welcome(&self, stream: TcpStream, peer: SocketAddr, tls: Option<TlsAcceptor>) {
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%peer, %error, "TCP_NODELAY was not set");
        }
        let transport = match tls {
            None => BrokerTransport::tcp(stream),
            Some(tls) => match tokio::time::timeout(HANDSHAKE, tls.accept(stream)).await {
                Ok(Ok(stream)) => BrokerTransport::tls(TlsStreamWrapper::new(stream)),
                Ok(Err(error)) => return self.broke(peer, &error),
                Err(late) => return self.broke(peer, &late),
            },
        };
        let handler = ClientHandler::new(
            transport,
            peer,
            Arc::clone(&self.settings),
            Arc::clone(&self.router),
            Arc::clone(&self.auth),
            Some(Arc::clone(&self.storage)),
            Arc::clone(&self.stats),
            Arc::clone(&self.monitor),
            self.shutdown.subscribe(),
        );
        match Box::pin(handler.run()).await {
            Ok(()) | Err(mqtt5::MqttError::AuthenticationFailed | mqtt5::MqttError::KeepAliveTimeout) => {}
            Err(error) if error.is_normal_disconnect() => {}
            Err(error) => self.broke(peer, &error),
        }
    }

    fn broke(&self, peer: SocketAddr, error: &(dyn std::error::Error + 'static)) {
        self.counters.broken.inc();
        tracing::info!(%peer, error, "a connection was ended for its behaviour");
    }
}
