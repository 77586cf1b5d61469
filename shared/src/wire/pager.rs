//! What a pager is told besides alerts. `over` goes to open pages as well.

use serde::{Deserialize, Serialize};

use crate::ids::AlertId;

/// Why an alert needs no answer any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AlertOver {
    /// This person accepted.
    Accepted,
    /// This person passed.
    Passed,
    /// Somebody else comes.
    Taken,
    /// This person is no longer free.
    Released,
    /// The visit ended.
    Ended,
}

impl AlertOver {
    /// Every reason.
    pub const ALL: [Self; 5] = [Self::Accepted, Self::Passed, Self::Taken, Self::Released, Self::Ended];
}

/// On a pager's alert topic, and the data of the SSE event `alert_over`: it rings no more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Over {
    /// Which alert.
    pub alert: AlertId,
    /// Why.
    pub over: AlertOver,
}

/// On a pager's alert topic: its person tries whether it is there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trial {
    /// Always true; a field so that the message can be told from others.
    pub trial: bool,
}

/// On a pager's alert topic: its reply was refused, and it stops ringing for this alert.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReplyRefused {
    /// Which alert.
    pub alert: AlertId,
    /// Why: a code of the problem documents. A text, so that a pager reads codes of a later gateway.
    pub refused: String,
}
