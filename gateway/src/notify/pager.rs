//! Pagers on the showroom's own MQTT: they get the whole alert, for it does not leave the house, every update of it, and a word when
//! it is over. How a message reaches the broker is the composer's to say.

use std::sync::Arc;

use shared::ids::{AlertId, StaffId};
use shared::wire::{Alert, AlertOver, Over, Trial};

use super::call::Message;
use super::deliveries::Failure;
use super::lane::Desk;
use crate::domain::floor::visit::Channel as Kind;

/// Sends a payload to somebody's pager; `None` where they have none. Never waits.
pub type Page = Arc<dyn Fn(&StaffId, Vec<u8>) -> Option<Result<(), Failure>> + Send + Sync>;

/// Rings, or updates what rings.
pub(super) fn ring(page: &Page, desk: &Desk, message: &Message, alert: &Alert, rings: bool) {
    let Ok(payload) = serde_json::to_vec(alert) else { return };
    if let Some(done) = page(message.staff(), payload)
        && rings
    {
        desk.settle(message, Kind::Pager, done);
    }
}

/// Stops ringing.
pub(super) fn silence(page: &Page, staff: &StaffId, alert: AlertId, over: AlertOver) {
    if let Ok(payload) = serde_json::to_vec(&Over { alert, over }) {
        // A pager that is not there asks its person nothing either.
        let _ = page(staff, payload);
    }
}

/// Tries whether the pager is there.
pub(super) fn trial(page: &Page, desk: &Desk, message: &Message) {
    let Ok(payload) = serde_json::to_vec(&Trial { trial: true }) else { return };
    if let Some(done) = page(message.staff(), payload) {
        desk.settle(message, Kind::Pager, done);
    }
}
