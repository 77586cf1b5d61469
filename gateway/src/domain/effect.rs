//! What the outside has to be told, derived from what has happened.

use shared::ids::{AlertId, DeviceId, StaffId, VisitId};
use shared::wire::{Alert, VisitStatus};

use super::event::Event;
use super::state::State;

/// Why an alert left a phone's screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum AlertOver {
    /// This person accepted.
    Accepted,
    /// This person passed.
    Passed,
    /// Somebody else comes.
    Taken,
    /// The visit ended.
    Ended,
}

/// Something for a person's screen that is no request to come to a visitor who waits.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[serde(tag = "task", rename_all = "snake_case")]
pub enum Task {
    /// Managers: so many wait in breach; one alert that is renewed.
    Waiting {
        /// How many.
        waiting: u32,
    },
    /// The one who accepted: the visitor has not been greeted.
    Greet {
        /// Which visit.
        visit: VisitId,
    },
    /// Managers: accepted 40 s ago and not greeted.
    NotGreeted {
        /// Which visit.
        visit: VisitId,
        /// Who accepted.
        staff: StaffId,
    },
    /// The one who accepted: still with them?
    StillWith {
        /// Which visit.
        visit: VisitId,
    },
    /// Own consultant who is busy: your customer is here.
    OwnCustomer {
        /// Which visit.
        visit: VisitId,
    },
}

/// What the runtime has to send once the commit is durable. Never queued on disk: repeated from state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Ring, or update what rings.
    Alert {
        /// Who.
        to: StaffId,
        /// What.
        alert: Alert,
    },
    /// Stop ringing.
    AlertOver {
        /// Who.
        to: StaffId,
        /// Which.
        alert: AlertId,
        /// Why.
        over: AlertOver,
    },
    /// A line on somebody's screen.
    Task {
        /// Who.
        to: StaffId,
        /// What.
        task: Task,
    },
    /// The visit's kiosk may tell its visitor this.
    Visit {
        /// The kiosk.
        kiosk: DeviceId,
        /// What.
        status: VisitStatus,
    },
    /// The kiosk needs a new code.
    QrSpent {
        /// The kiosk.
        kiosk: DeviceId,
    },
    /// The roster changed: device rules and kiosk configurations follow.
    RosterChanged,
    /// The key of a subject is to be destroyed.
    DestroyKey(super::secret::Subject),
}

/// What has to be told because `event` has just been applied to `state`.
#[must_use]
pub fn effects(_state: &State, _event: &Event) -> Vec<Effect> {
    Vec::new()
}
