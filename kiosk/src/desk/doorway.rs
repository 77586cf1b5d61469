//! The way to the broker: with the account that the configuration names, with the one that was kept, or, for a new kiosk, with
//! the one that a manager gives it now.

use std::sync::Arc;
use std::time::Duration;

use shared::clock::Clock;
use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;

use crate::account::Kept;
use crate::config::Gateway;
use crate::enrol::enrol;
use crate::link::{Address, Heard, Link};
use crate::outbox::Outbox;
use crate::session::{Enrolment, Trouble};

/// What the link needs, and what must be known before.
pub(super) struct Doorway {
    pub(super) address: Address,
    pub(super) gateway: Option<Gateway>,
    pub(super) kept: Kept,
    pub(super) heard: mpsc::Sender<Heard>,
    pub(super) outbox: watch::Receiver<Option<Arc<Outbox>>>,
    pub(super) repeat: Duration,
}

impl Doorway {
    /// Finds the way, and keeps the link up until `cancel`.
    pub(super) async fn run(self, clock: Arc<dyn Clock>, cancel: CancellationToken) {
        let address = tokio::select! {
            () = cancel.cancelled() => return,
            address = self.address() => address,
        };
        let Some(address) = address else { return cancel.cancelled().await };
        let Self { heard, outbox, repeat, .. } = self;
        Link { address, heard, outbox, repeat }.run(clock, cancel).await;
    }

    /// `None` when a certificate's authority is missing, which the screen says.
    async fn address(&self) -> Option<Address> {
        let Some(gateway) = &self.gateway else { return Some(self.address.clone()) };
        let account = match self.kept.read() {
            Some(account) => account,
            None => enrol(gateway, &self.kept, |how| self.say(Heard::Enrolment(Some(how)))).await,
        };
        let Some(address) = account.address(gateway) else {
            tracing::error!("the broker speaks TLS: gateway.ca_file must name who signed its certificate");
            self.say(Heard::Enrolment(Some(Enrolment::Trouble(Trouble::Certificate))));
            return None;
        };
        self.say(Heard::Known(Box::new(account)));
        self.say(Heard::Enrolment(None));
        Some(address)
    }

    fn say(&self, heard: Heard) {
        // The channel has room for more than is ever said here before the link begins.
        if self.heard.try_send(heard).is_err() {
            tracing::debug!("the desk did not hear how far this kiosk is");
        }
    }
}
