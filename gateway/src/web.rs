//! Visitor pages, staff pages, the JSON API, sessions and authorisation.
//!
//! Writes go to the runtime's [`Handle`], reads to [`Views`] and to the floor that the runtime publishes; nothing here
//! decides anything about the floor. Two doors: the main one (HTTPS, or plain HTTP on loopback) with everything, and the
//! visitors' one on the showroom's LAN with the visitor's page, pictures and styles and nothing else.
//!
//! Invariants: a route that [`routes::ROUTES`] does not name is refused; no page carries inline script or style; nothing
//! personal stands in a URL or a log line.
//!
//! - [`config`], [`listener`]: the doors · [`routes`], [`authorisation`], [`session`]: who may do what
//! - [`api`], [`stream`], [`floor_feed`], [`board`]: JSON and server-sent events · [`pages`], [`assets`], [`words`]: what people see

mod address;
mod api;
mod assets;
pub mod authorisation;
mod board;
mod body;
mod claims;
pub mod config;
mod duration;
mod enrolments;
mod floor_feed;
mod front;
mod gallery;
mod headers;
mod idempotency;
mod listener;
mod metrics;
mod pages;
pub mod password;
mod problem;
mod reach;
mod reporter;
pub mod routes;
mod session;
mod stream;
mod submit;
#[cfg(test)]
mod tests;
mod throttle;
mod ticket;
mod words;

use std::future::Future;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex};

use chrono::{DateTime, TimeDelta, Utc};
use prometheus_client::registry::Registry;
use serde::Serialize;
use shared::catalogue::Model;
use shared::clock::Clock;
use shared::consent::Wording;
use shared::ids::DeviceId;
use shared::wire::{Brand, StorageTrouble};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::certificates::{CertificateError, Certificates};
use crate::domain::floor::speech::Question;
use crate::domain::morning::Item;
use crate::domain::roster::DeviceKind;
use crate::notify::PushDoor;
use crate::report::Showroom;
use crate::runtime::Handle;
use crate::views::{AppointmentRow, LeadRow, Views};

pub(crate) use config::LEAST_ALIVE;
pub use config::{Fault, TlsConfig, WebConfig};
pub use gallery::{Gallery, kind as picture_kind};
pub use listener::BindError;

/// A check of the whole: a real MQTT round trip and a barrier. The text is for the log and `/readyz`.
pub type ReadyCheck = Arc<dyn Fn() -> Pin<Box<dyn Future<Output = Result<(), String>> + Send>> + Send + Sync>;

/// Puts the demo's clock forward, and comes back when the floor has lived through the span.
pub type Advance = Arc<dyn Fn(TimeDelta) -> Pin<Box<dyn Future<Output = ()> + Send>> + Send + Sync>;

/// How a device is, for the manager's page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DeviceState {
    /// Which.
    pub id: DeviceId,
    /// What it is.
    pub kind: DeviceKind,
    /// Whether it is connected.
    pub online: bool,
    /// Since when it is as it is.
    pub since: Option<DateTime<Utc>>,
    /// Its version.
    pub version: String,
    /// Events that wait in it for a receipt.
    pub outbox: u64,
    /// What is wrong with its disk.
    pub storage: Option<StorageTrouble>,
    /// Milliseconds by which its clock is ahead of the gateway's.
    pub clock_skew_ms: Option<i64>,
    /// Numbers of its events that are missing or came twice since the gateway started.
    pub gaps: u64,
    /// Whether somebody works on it.
    pub maintenance: bool,
}

/// Where the embedded broker listens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BrokerDoor {
    /// The address.
    pub addr: SocketAddr,
    /// Whether it speaks TLS.
    pub tls: bool,
}

/// Times of the floor that pages count by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Promise {
    /// In which somebody should have come: the ten seconds.
    pub breach: TimeDelta,
    /// For how long something can be taken back.
    pub undo: TimeDelta,
    /// How often managers are told again of somebody who waits; the wall chimes as often.
    pub renew: TimeDelta,
}

/// Everything that the web needs of the others.
pub struct WebParts {
    /// The runtime's door.
    pub handle: Handle,
    /// Read models.
    pub views: Arc<Views>,
    /// The log's head, which the read models follow.
    pub head: watch::Receiver<u64>,
    /// Opens the contact of a lead for showing (the vault does it); an erased one stays closed.
    pub open_lead: Arc<dyn Fn(&mut LeadRow) + Send + Sync>,
    /// The same of whom an appointment expects.
    pub open_appointment: Arc<dyn Fn(&mut AppointmentRow) + Send + Sync>,
    /// The store and its clock.
    pub showroom: Showroom,
    /// The brand on the pages.
    pub brand: Brand,
    /// Models that may be picked.
    pub models: Vec<Model>,
    /// Questions that break the ice.
    pub questions: Vec<Question>,
    /// What is looked at before the door opens.
    pub checklist: Vec<Item>,
    /// Pictures of cars and people.
    pub gallery: Arc<Gallery>,
    /// Consent texts in force.
    pub wordings: Vec<Wording>,
    /// Times that pages count by.
    pub promise: Promise,
    /// Signs what stands in QR codes.
    pub qr_key: [u8; 32],
    /// Signs sessions and page tickets.
    pub session_key: [u8; 32],
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// How many times as fast as the real one the clock runs; 1 outside the demo.
    pub clock_rate: u32,
    /// What pages need to be rung while they are closed; `None` where push is off.
    pub push: Option<PushDoor>,
    /// Where devices connect; `None` with a broker of somebody else.
    pub broker: Arc<dyn Fn() -> Option<BrokerDoor> + Send + Sync>,
    /// How the devices are.
    pub devices: Arc<dyn Fn() -> Vec<DeviceState> + Send + Sync>,
    /// For `/readyz`.
    pub ready: ReadyCheck,
    /// For `/metrics`.
    pub registry: Arc<Mutex<Registry>>,
    /// Puts the demo's clock forward; only in the demo.
    pub demo: Option<Advance>,
    /// Ends everything.
    pub shutdown: CancellationToken,
}

impl std::fmt::Debug for WebParts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("WebParts").field("showroom", &self.showroom).finish_non_exhaustive()
    }
}

/// Why the web cannot start.
#[derive(Debug, thiserror::Error)]
pub enum WebError {
    /// An address cannot be used.
    #[error(transparent)]
    Bind(#[from] BindError),
    /// Certificate or key cannot be used.
    #[error(transparent)]
    Tls(#[from] CertificateError),
    /// A page's words or files do not fit together.
    #[error("no random bytes from the system: {0}")]
    Random(getrandom::Error),
}

/// The running web.
#[derive(Debug)]
pub struct Web {
    /// Where staff pages and the API answer.
    pub addr: SocketAddr,
    /// `http://…` or `https://…` of the main door.
    pub url: String,
    /// Where visitor pages answer on the LAN, if there is a door of their own.
    pub visitor_addr: Option<SocketAddr>,
    /// What goes before `/i/{token}` in QR codes: the public URL, else the visitors' door on the LAN. None: no link can be
    /// reached by a visitor's phone, so no code may be shown.
    pub visitor_url: Option<String>,
    tasks: TaskTracker,
}

impl Web {
    /// Opens the doors. Everything ends when `parts.shutdown` is cancelled.
    ///
    /// # Errors
    /// An address that is taken, or a certificate that cannot be read.
    pub async fn start(config: WebConfig, parts: WebParts) -> Result<Self, WebError> {
        let tasks = TaskTracker::new();
        let secure = match &config.tls {
            Some(tls) => Some(Certificates::load(tls.pair())?),
            None => None,
        };
        let main = listener::bind("web.listen", config.listen).await?;
        let visitors = match config.visitor_listen {
            Some(addr) => Some(listener::bind("web.visitor_listen", addr).await?),
            None => None,
        };
        let addr = main.addr;
        let visitor_addr = visitors.as_ref().map(|door| door.addr);
        let url = config.own_url(addr);
        let visitor_url = config.visitor_url(addr, visitor_addr);
        let front = front::Front::new(&config, parts, config.standing(visitor_url.as_deref()), &tasks);
        if let Some(certificates) = &secure {
            tasks.spawn(Arc::clone(certificates).watch(front.shutdown.clone()));
        }
        listener::serve(main, secure, routes::everything(&front), &front, &tasks);
        if let Some(door) = visitors {
            listener::serve(door, None, routes::visitors_only(&front), &front, &tasks);
        }
        tasks.close();
        Ok(Self { addr, url, visitor_addr, visitor_url, tasks })
    }

    /// Waits until everything has ended, after the shutdown.
    pub async fn ended(&self) {
        self.tasks.wait().await;
    }
}
