//! The door to the runtime.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot, watch};

use super::customer_view::CustomerView;
use super::floor_view::FloorSnapshot;
use crate::domain::diary::Entry;
use crate::domain::floor::plan::Plans;
use crate::domain::morning::Morning;
use crate::domain::roster::Roster;
use crate::domain::{Input, Refusal, State};
use crate::notify::Hub;

/// What has become of an input, once it is durable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Done {
    /// It changed something, or had no need to.
    Kept,
    /// It is a lead alone: its visitor has left, and nobody was called.
    Lead,
    /// The same input was kept before; nothing changed now.
    Known,
    /// The same, and its visitor has left since.
    KnownLead,
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

/// How the runtime answers one input.
pub type Answer = Result<Done, SubmitError>;

/// One question to the runtime.
#[derive(Debug)]
pub struct Letter {
    /// What is asked.
    pub input: Input,
    /// Where the answer goes.
    pub answer: oneshot::Sender<Answer>,
}

/// Inputs that may wait; beyond it HTTP answers 503 and MQTT waits.
pub const LETTERS: usize = 4096;

/// How long somebody waits until a change of the roster is seen.
const SEEN: Duration = Duration::from_secs(5);

/// How writers speak to the runtime, and live readers listen. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Handle {
    letters: mpsc::Sender<Letter>,
    floor: watch::Receiver<Arc<FloorSnapshot>>,
    roster: watch::Receiver<Arc<Roster>>,
    plans: watch::Receiver<Arc<Plans>>,
    morning: watch::Receiver<Arc<Morning>>,
    diary: watch::Receiver<Arc<Vec<Entry>>>,
    customers: watch::Receiver<Arc<CustomerView>>,
    spent: watch::Receiver<Arc<BTreeSet<String>>>,
    hub: Arc<Hub>,
}

/// The runtime's side of the door. Tests hold it to stand in for the runtime.
#[derive(Debug)]
pub struct Desk {
    /// Inputs, in order of arrival.
    pub letters: mpsc::Receiver<Letter>,
    /// The floor for live readers.
    pub floor: watch::Sender<Arc<FloorSnapshot>>,
    /// Who may act.
    pub roster: watch::Sender<Arc<Roster>>,
    /// Who is planned when.
    pub plans: watch::Sender<Arc<Plans>>,
    /// What was looked at before the door opened.
    pub morning: watch::Sender<Arc<Morning>>,
    /// Who is expected, by time.
    pub diary: watch::Sender<Arc<Vec<Entry>>>,
    /// Whose customers people are.
    pub customers: watch::Sender<Arc<CustomerView>>,
    /// Nonces of codes that were used lately.
    pub spent: watch::Sender<Arc<BTreeSet<String>>>,
    /// What people's screens show.
    pub hub: Arc<Hub>,
}

impl Handle {
    /// A door with both its sides, before a state that is loaded.
    #[must_use]
    pub fn open(state: &State) -> (Self, Desk) {
        let (letters, letters_in) = mpsc::channel(LETTERS);
        let (floor_out, floor) = watch::channel(Arc::default());
        let (roster_out, roster) = watch::channel(Arc::new(state.roster.clone()));
        let (plans_out, plans) = watch::channel(Arc::clone(state.floor.plans()));
        let (morning_out, morning) = watch::channel(Arc::clone(&state.morning));
        let (diary_out, diary) = watch::channel(Arc::new(state.agenda()));
        let (customers_out, customers) = watch::channel(Arc::new(CustomerView::of(state, 0)));
        let (spent_out, spent) = watch::channel(Arc::default());
        let hub = Arc::new(Hub::default());
        let desk = Desk {
            letters: letters_in,
            floor: floor_out,
            roster: roster_out,
            plans: plans_out,
            morning: morning_out,
            diary: diary_out,
            customers: customers_out,
            spent: spent_out,
            hub: Arc::clone(&hub),
        };
        (Self { letters, floor, roster, plans, morning, diary, customers, spent, hub }, desk)
    }

    /// Hands an input over and waits until it is durable. Waits for room in the channel: callers bound the wait
    /// (MQTT: 2 s).
    ///
    /// # Errors
    /// Refused by the engine, or the runtime has ended.
    pub async fn submit(&self, input: Input) -> Answer {
        let (answer, answered) = oneshot::channel();
        self.letters.send(Letter { input, answer }).await.map_err(|_| SubmitError::Ended)?;
        answered.await.map_err(|_| SubmitError::Ended)?
    }

    /// The same without waiting for room (HTTP: answer 503).
    ///
    /// # Errors
    /// Also [`SubmitError::Full`].
    pub async fn try_submit(&self, input: Input) -> Answer {
        let (answer, answered) = oneshot::channel();
        self.letters.try_send(Letter { input, answer }).map_err(|refused| match refused {
            mpsc::error::TrySendError::Full(_) => SubmitError::Full,
            mpsc::error::TrySendError::Closed(_) => SubmitError::Ended,
        })?;
        answered.await.map_err(|_| SubmitError::Ended)?
    }

    /// Whether the runtime still takes inputs.
    #[must_use]
    pub fn is_alive(&self) -> bool {
        !self.letters.is_closed()
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

    /// Waits until whoever reads the roster next sees this; a few seconds at most, for what was submitted is kept by now.
    pub async fn roster_shows(&self, seen: impl Fn(&Roster) -> bool) {
        let mut roster = self.roster.clone();
        let _ = tokio::time::timeout(SEEN, roster.wait_for(|roster| seen(roster))).await;
    }

    /// Who is planned when, and every change of it.
    #[must_use]
    pub fn plans(&self) -> watch::Receiver<Arc<Plans>> {
        self.plans.clone()
    }

    /// What was looked at before the door opened, and every change of it.
    #[must_use]
    pub fn morning(&self) -> watch::Receiver<Arc<Morning>> {
        self.morning.clone()
    }

    /// Who is expected, by time, and every change of it.
    #[must_use]
    pub fn diary(&self) -> watch::Receiver<Arc<Vec<Entry>>> {
        self.diary.clone()
    }

    /// Whose customers people are, once that shows the commit `head`; after `patience` as far as it is known.
    pub async fn customers(&self, head: u64, patience: Duration) -> Arc<CustomerView> {
        let mut customers = self.customers.clone();
        let level = tokio::time::timeout(patience, customers.wait_for(|view| view.sequence >= head)).await;
        drop(level);
        Arc::clone(&customers.borrow())
    }

    /// Whether a kiosk's code with this nonce was used: it opens no new page.
    #[must_use]
    pub fn code_spent(&self, nonce: &str) -> bool {
        self.spent.borrow().contains(nonce)
    }

    /// What is sent to people's screens.
    #[must_use]
    pub fn hub(&self) -> &Arc<Hub> {
        &self.hub
    }
}
