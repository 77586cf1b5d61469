//! The kiosk's MQTT 3.1.1 connection: publishes the outbox, hears receipts, visits, QR codes and configuration.
//!
//! Everything without a receipt is published (`QoS` 1) after each `CONNACK` and again on a jittered timer, new visitors first (`order`); a PUBACK only makes
//! room for the next (FACTS: it proves nothing). Each connection is a new client of `rumqttc`: what an old one still
//! held would be sent again with an age that is no longer true.
//!
//! Invariants: the task that polls never waits for a publish; at most [`WINDOW`] publishes are unacknowledged; the
//! screen is never waited for longer than the channel to it has room.
//!
//! Called by [`crate::desk`], which owns the other ends of both channels.

mod backoff;
mod connection;
mod order;
mod trial;

use std::sync::Arc;
use std::time::Duration;

use shared::clock::Clock;
use shared::ids::{DeviceId, StoreId};
use shared::topics::Topic;
use shared::wire::{KioskConfig, QrOffer, Receipt, StorageTrouble, VisitStatus};
use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;

use crate::account::Account;
use crate::outbox::Outbox;
use crate::session::Enrolment;
use backoff::Backoff;
use connection::Connection;
pub(crate) use trial::{Trouble, try_account};

/// Publishes without a PUBACK at one time.
pub(crate) const WINDOW: usize = 64;

/// Where and as whom to connect.
#[derive(Debug, Clone)]
pub struct Address {
    /// Host name or address.
    pub host: String,
    /// Port.
    pub port: u16,
    /// Fixed client id, so that the broker keeps this kiosk's session.
    pub client_id: String,
    /// Account and password, if the broker wants them.
    pub account: Option<(String, crate::config::Secret)>,
    /// PEM of the authority that signed the broker's certificate; `None` connects without TLS.
    pub authority: Option<Vec<u8>>,
    /// The showroom.
    pub store: StoreId,
    /// This kiosk.
    pub kiosk: DeviceId,
}

impl Address {
    /// The full topic of this kiosk.
    #[must_use]
    pub fn topic(&self, topic: fn(DeviceId) -> Topic) -> String {
        topic(self.kiosk.clone()).in_store(&self.store)
    }
}

/// What came over the link.
#[derive(Debug)]
pub enum Heard {
    /// The connection came up (`true`) or went down.
    Link(bool),
    /// A receipt.
    Receipt(Receipt),
    /// A visit's status.
    Status(VisitStatus),
    /// A QR code.
    Qr(QrOffer),
    /// A configuration, not yet checked.
    Config(Box<KioskConfig>),
    /// How far this kiosk is with being let in; `None`: it is.
    Enrolment(Option<Enrolment>),
    /// Under which account it connects from now on.
    Known(Box<Account>),
}

/// The link's ends and rhythm.
#[derive(Debug)]
pub struct Link {
    /// Where to.
    pub address: Address,
    /// To the desk. Full: the link waits, and the broker keeps the rest.
    pub heard: mpsc::Sender<Heard>,
    /// The outbox, whenever there is a (new) one.
    pub outbox: watch::Receiver<Option<Arc<Outbox>>>,
    /// Publish again what has no receipt after about so long.
    pub repeat: Duration,
}

impl Link {
    /// Runs until `cancel`; connects again and again, with a jittered back-off.
    pub async fn run(mut self, clock: Arc<dyn Clock>, cancel: CancellationToken) {
        let mut backoff = Backoff::default();
        let mut complaint = None;
        let mut waiting = 0;
        while !cancel.is_cancelled() {
            waiting = self.storage(waiting).0;
            let mut connection = Connection::open(&self.address, waiting);
            let end = connection.serve(&mut self, clock.as_ref(), &cancel).await;
            let came_up = connection.close(&self, &mut waiting).await;
            if came_up {
                backoff = Backoff::default();
                complaint = None;
                if self.heard.send(Heard::Link(false)).await.is_err() {
                    return;
                }
            }
            // The same complaint every few seconds would bury the log.
            if end.is_some() && end != complaint {
                tracing::warn!(
                    host = self.address.host,
                    port = self.address.port,
                    reason = end,
                    "no connection to the broker"
                );
                complaint = end;
            }
            tokio::select! {
                () = cancel.cancelled() => return,
                () = tokio::time::sleep(backoff.next_pause()) => {}
            }
        }
    }

    /// How many events wait, and what is wrong with the disk. One that does not open does not tell: the figure known last stands.
    fn storage(&self, known: u64) -> (u64, Option<StorageTrouble>) {
        match self.outbox.borrow().as_ref() {
            Some(outbox) => {
                let waiting = u64::try_from(outbox.len()).unwrap_or(u64::MAX);
                (waiting, outbox.is_full().then_some(StorageTrouble::Full))
            }
            None => (known, Some(StorageTrouble::Broken)),
        }
    }
}
