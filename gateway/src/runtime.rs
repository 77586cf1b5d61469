//! The one task that owns the domain's state; its [`Handle`] is how every writer speaks to it, and what it publishes is how
//! every live reader sees the floor.
//!
//! It is not a place for rules: those are the domain's. It drains what waits, decides with one `now`, appends one group
//! behind one barrier, and only then answers and tells.
//!
//! Invariants: nothing leaves the process before the barrier; after a failed append the runtime ends and answers nobody;
//! nothing polls: it sleeps until an input comes or the engine's next deadline.

mod batch;
mod customer_view;
mod floor_view;
mod handle;
mod owner;
mod start;
#[cfg(test)]
mod tests;

use shared::ids::DeviceId;
use shared::wire::VisitStatus;

pub use customer_view::CustomerView;
pub use floor_view::{FloorMember, FloorSnapshot, FloorVisit};
pub use handle::{Answer, Desk, Done, Handle, LETTERS, Letter, SubmitError};
pub use owner::{Parts, Runtime, RuntimeError};
pub use start::{Loaded, StartError, load};

/// Something for one kiosk. Sent through a bounded channel; when that is full it is dropped and counted, for a kiosk asks
/// again with its next event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ToKiosk {
    /// The visit's status.
    Visit(DeviceId, VisitStatus),
    /// Its code was used: it needs a new one now.
    QrSpent(DeviceId),
}
