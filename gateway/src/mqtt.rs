//! Devices' side of the gateway: kiosks, door sensors and pagers, over MQTT 3.1.1.
//!
//! ```text
//! device ─▶ broker (embedded) ─┐                         ┌─▶ post ─▶ broker or link ─▶ device
//!                              ├─▶ intake ─▶ runtime ────┤
//! device ─▶ link (external) ───┘        ToKiosk ─▶ desk ─┘
//! ```
//! It is not a message bus: no device ever hears another, and nothing is stored here. Invariants: a PUBACK follows the
//! commit (or says nothing); only a receipt lets a device forget; a device speaks and hears under its own id alone;
//! every queue is bounded and nothing waits for a device. Started by whoever composes the gateway, through [`Mqtt::start`].

mod broker;
mod config;
mod counters;
mod desk;
mod devices;
mod intake;
mod link;
mod post;
mod probe;
mod rules;
mod sequence;

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use shared::clock::Clock;
use shared::ids::{StaffId, StoreId};
use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

pub use config::{Fault, MqttConfig, Password};
pub use counters::{Counters, KindLabel, RefusalLabel};
pub use desk::{KioskCatalogue, Offers, hash_pin};
pub use devices::{DeviceStatus, Devices};

use crate::certificates::CertificateError;
use crate::domain::roster::Roster;
use crate::runtime::{Handle, ToKiosk};
use desk::{Desk, Inbox};
use intake::Intake;
use post::{Carrier, Message, Post};
use probe::Probe;
use rules::Sender;

/// Hellos that may wait for the desk. When it is full, a kiosk's code comes with the next renewal.
const HELLOS: usize = 256;

/// What the MQTT side is given.
pub struct MqttParts {
    /// The runtime.
    pub handle: Handle,
    /// The showroom.
    pub store: StoreId,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// What kiosks offer.
    pub catalogue: KioskCatalogue,
    /// What makes codes possible; without it kiosks show none.
    pub offers: Option<Offers>,
    /// What the runtime tells kiosks.
    pub to_kiosk: mpsc::Receiver<ToKiosk>,
    /// Registered by the caller; shared from here on.
    pub counters: Counters,
    /// Ends everything: intake first, then the way out.
    pub shutdown: CancellationToken,
}

/// The MQTT side cannot start.
#[derive(Debug, thiserror::Error)]
pub enum MqttError {
    /// The port is taken, or not ours to take.
    #[error(
        "cannot listen for devices on {addr}: {source}; end the program that holds the port, or choose another address (mqtt.listen, --mqtt)"
    )]
    Bind {
        /// The address.
        addr: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
    /// A certificate, key or authority cannot be used.
    #[error(transparent)]
    Certificate(#[from] CertificateError),
    /// The versions of TLS.
    #[error("TLS cannot be used for devices: {source}")]
    Tls {
        /// Why.
        source: rustls::Error,
    },
    /// The system gives no random bytes.
    #[error("the system gives no random bytes: {reason}")]
    Random {
        /// Why.
        reason: String,
    },
    /// The broker's address cannot be read.
    #[error("mqtt.url must be mqtt://HOST[:PORT] or mqtts://HOST[:PORT]")]
    Url,
    /// The system's certificate authorities cannot be read.
    #[error("the system's certificate authorities cannot be used for mqtt.url ({reason}); set mqtt.ca_file")]
    Authorities {
        /// Why.
        reason: String,
    },
}

/// The running MQTT side.
pub struct Mqtt {
    /// Where the embedded broker really listens; `None` with an external one.
    pub addr: Option<SocketAddr>,
    /// What is known about the devices.
    pub devices: Arc<Devices>,
    up: watch::Receiver<bool>,
    probe: Option<Probe>,
    tracker: TaskTracker,
    post: Post,
    roster: watch::Receiver<Arc<Roster>>,
}

/// What became of a message to somebody's pager.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Paged {
    /// It is on its way.
    Sent,
    /// The pager is not connected. The broker keeps it for a session that comes back.
    Offline,
    /// Too much waits for all devices.
    Full,
    /// This person has no pager.
    NoPager,
}

/// Where the tasks of this module live, and what ends them.
#[derive(Clone)]
struct Tasks {
    tracker: TaskTracker,
    cancel: CancellationToken,
}

impl Mqtt {
    /// Starts everything. The embedded broker accepts connections when this returns; the link to an external one keeps
    /// trying by itself.
    ///
    /// # Errors
    /// The port cannot be taken, or a certificate cannot be used.
    pub async fn start(config: MqttConfig, parts: MqttParts) -> Result<Self, MqttError> {
        let MqttParts { handle, store, clock, catalogue, offers, to_kiosk, counters, shutdown } = parts;
        let tasks = Tasks { tracker: TaskTracker::new(), cancel: shutdown };
        let (post, waiting) = Post::new(counters.clone());
        let roster = handle.roster();
        let (hello_sender, hello) = mpsc::channel(HELLOS);
        let inbox = Inbox { roster: handle.roster(), to_kiosk, hello };
        let devices = Arc::new(Devices::default());
        let intake = Arc::new(Intake {
            handle,
            post: post.clone(),
            clock: Arc::clone(&clock),
            devices: Arc::clone(&devices),
            counters: counters.clone(),
            hello: hello_sender,
            believe_presence: config.url.is_some(),
        });
        let (addr, carrier, up, probe) = if config.url.is_some() {
            let (clients, up) = link::start(&config, &store, &intake, &tasks)?;
            (None, Carrier::External(clients), up, None)
        } else {
            let broker = broker::start(&config, store.clone(), intake, &tasks).await?;
            (Some(broker.addr), Carrier::Embedded(broker.router), watch::channel(true).1, Some(broker.probe))
        };
        let issuer = desk::Issuer::new(offers, Arc::clone(&clock));
        tasks.tracker.spawn(post::run(waiting, store, carrier, Arc::clone(&clock), counters, tasks.cancel.clone()));
        let desk = Desk::new(post.clone(), catalogue, issuer, clock);
        tasks.tracker.spawn(desk.run(inbox, tasks.cancel.clone()));
        Ok(Self { addr, devices, up, probe, tracker: tasks.tracker, post, roster })
    }

    /// Whether devices can reach the gateway, as far as it can tell from here: the embedded broker listens, or both
    /// connections to the external one are up.
    #[must_use]
    pub fn is_up(&self) -> bool {
        *self.up.borrow()
    }

    /// A real round trip to the embedded broker and back, like a device's; with an external one, whether both connections
    /// are up (their own keep-alive proves it). Costs a connection: ask at most once a second.
    ///
    /// # Errors
    /// What went wrong, for the log and `/readyz`.
    pub async fn round_trip(&self) -> Result<(), String> {
        match &self.probe {
            Some(probe) => probe.knock().await.map_err(|error| format!("the broker does not answer: {error}")),
            None if self.is_up() => Ok(()),
            None => Err("the external broker cannot be reached".to_owned()),
        }
    }

    /// Sends a message to somebody's pager. Never waits. With an external broker nothing tells whether the pager is there.
    #[must_use]
    pub fn page(&self, staff: &StaffId, payload: Vec<u8>) -> Paged {
        let pager = Sender::Pager(staff.clone());
        if !pager.is_in(&self.roster.borrow()) {
            return Paged::NoPager;
        }
        let there = self.addr.is_none() || self.devices.get(&pager.client_id()).is_some_and(|status| status.online);
        match self.post.send(Message::to_pager(staff.clone(), payload)) {
            false => Paged::Full,
            true if there => Paged::Sent,
            true => Paged::Offline,
        }
    }

    /// Waits for the end of every task after the shutdown was asked for.
    pub async fn ended(&self) {
        self.tracker.close();
        self.tracker.wait().await;
    }
}
