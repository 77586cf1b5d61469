//! Where the runtime leaves what people's screens have to show, and open streams pick it up.

use shared::ids::{AlertId, StaffId};
use shared::wire::Alert;

use crate::domain::effect::{AlertOver, Task};

/// Something for one person's screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pushed {
    /// Ring, or update what rings.
    Alert(Alert),
    /// Stop ringing.
    AlertOver(AlertId, AlertOver),
    /// A line on the screen.
    Task(Task),
}

/// Place of a message in the feed: written `sequence.index`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FeedId {
    /// The commit.
    pub sequence: u64,
    /// The place within the commit's effects.
    pub index: u32,
}

/// One message of the feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Feed {
    /// Its place.
    pub id: FeedId,
    /// For whom.
    pub to: StaffId,
    /// What.
    pub pushed: Pushed,
}

/// The hub.
#[derive(Debug, Default)]
pub struct Hub {}

impl Hub {
    /// Sends one message to every open stream of its person. Never waits.
    pub fn push(&self, _feed: Feed) {}
}
