//! The one task that owns the domain's state; its [`Handle`] is how every writer speaks to it, and what it publishes is how
//! every live reader sees the floor.

mod floor_view;
mod handle;

pub use floor_view::{FloorMember, FloorSnapshot, FloorVisit};
pub use handle::{Done, Handle, SubmitError};

use shared::ids::DeviceId;
use shared::wire::VisitStatus;

/// Something for one kiosk. Sent through a bounded channel; when that is full it is dropped and counted, for a kiosk asks
/// again with its next event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ToKiosk {
    /// The visit's status.
    Visit(DeviceId, VisitStatus),
    /// Its code was used: it needs a new one now.
    QrSpent(DeviceId),
}
