//! The door to the runtime.

use std::sync::Arc;

use tokio::sync::{mpsc, oneshot, watch};

use super::floor_view::FloorSnapshot;
use crate::domain::roster::Roster;
use crate::domain::{Input, Refusal};
use crate::notify::Hub;

/// What has become of an input, once it is durable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Done {
    /// It changed something, or had no need to.
    Kept,
    /// The same input was kept before; nothing changed now.
    Known,
}

/// Why an input was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SubmitError {
    /// The engine says no.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// Too many inputs wait: try again shortly.
    #[error("too much waits already")]
    Full,
    /// The runtime has ended: nothing is taken until the restart.
    #[error("the gateway has stopped taking changes")]
    Ended,
}

/// One question to the runtime.
#[derive(Debug)]
pub(super) struct Letter {
    pub(super) input: Input,
    pub(super) answer: oneshot::Sender<Result<Done, SubmitError>>,
}

/// How writers speak to the runtime, and live readers listen. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Handle {
    pub(super) letters: mpsc::Sender<Letter>,
    pub(super) floor: watch::Receiver<Arc<FloorSnapshot>>,
    pub(super) roster: watch::Receiver<Arc<Roster>>,
    pub(super) hub: Arc<Hub>,
}

impl Handle {
    /// Hands an input over and waits until it is durable. Waits for room in the channel: callers bound the wait
    /// (MQTT: 2 s).
    ///
    /// # Errors
    /// Refused by the engine, or the runtime has ended.
    pub async fn submit(&self, input: Input) -> Result<Done, SubmitError> {
        let (answer, answered) = oneshot::channel();
        self.letters.send(Letter { input, answer }).await.map_err(|_| SubmitError::Ended)?;
        answered.await.map_err(|_| SubmitError::Ended)?
    }

    /// The same without waiting for room (HTTP: answer 503).
    ///
    /// # Errors
    /// Also [`SubmitError::Full`].
    pub async fn try_submit(&self, input: Input) -> Result<Done, SubmitError> {
        let (answer, answered) = oneshot::channel();
        self.letters.try_send(Letter { input, answer }).map_err(|refused| match refused {
            mpsc::error::TrySendError::Full(_) => SubmitError::Full,
            mpsc::error::TrySendError::Closed(_) => SubmitError::Ended,
        })?;
        answered.await.map_err(|_| SubmitError::Ended)?
    }

    /// The floor now, and as it changes (at most four times a second).
    #[must_use]
    pub fn floor(&self) -> watch::Receiver<Arc<FloorSnapshot>> {
        self.floor.clone()
    }

    /// Who may act, and every change of it.
    #[must_use]
    pub fn roster(&self) -> watch::Receiver<Arc<Roster>> {
        self.roster.clone()
    }

    /// What is sent to people's screens.
    #[must_use]
    pub fn hub(&self) -> &Arc<Hub> {
        &self.hub
    }
}
