//! Tells the runtime what streams have seen: an alert was handed over, a phone is alive. Off the streams' own path.
//!
//! Bounded: when the queue is full a report is dropped and counted; a missing one makes a report poorer, never a visit
//! lost, because the phone itself reports shown and accepted.

use std::sync::Arc;
use std::time::Duration;

use shared::ids::{AlertId, StaffId};
use tokio::sync::{Semaphore, mpsc};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::domain::floor::visit::Channel;
use crate::domain::{Actor, Command, Input};
use crate::runtime::{Handle, SubmitError};

const QUEUE: usize = 8192;
const AT_ONCE: usize = 256;
const TRIES: u32 = 20;
const PAUSE: Duration = Duration::from_millis(50);

#[derive(Debug, Clone)]
pub(super) struct Reporter {
    queue: mpsc::Sender<(StaffId, Command)>,
}

impl Reporter {
    pub(super) fn start(handle: Handle, shutdown: CancellationToken, tasks: &TaskTracker) -> Self {
        let (queue, reports) = mpsc::channel(QUEUE);
        tasks.spawn(run(handle, reports, shutdown));
        Self { queue }
    }

    /// An open stream took an alert.
    pub(super) fn handed(&self, staff: &StaffId, alert: AlertId) {
        self.report(staff, Command::Hand(alert, Channel::Stream));
    }

    /// Somebody's page is there.
    pub(super) fn alive(&self, staff: &StaffId) {
        self.report(staff, Command::Alive);
    }

    fn report(&self, staff: &StaffId, command: Command) {
        if self.queue.try_send((staff.clone(), command)).is_err() {
            tracing::warn!(consultant.id = %staff, "a report of an open page was dropped: too many wait");
        }
    }
}

async fn run(handle: Handle, mut reports: mpsc::Receiver<(StaffId, Command)>, shutdown: CancellationToken) {
    let (room, tasks) = (Arc::new(Semaphore::new(AT_ONCE)), TaskTracker::new());
    loop {
        let report = tokio::select! {
            () = shutdown.cancelled() => break,
            report = reports.recv() => report,
        };
        let Some((staff, command)) = report else { break };
        let Ok(place) = Arc::clone(&room).acquire_owned().await else { break };
        let handle = handle.clone();
        tasks.spawn(async move {
            submit(&handle, staff, command).await;
            drop(place);
        });
    }
    tasks.close();
    tasks.wait().await;
}

async fn submit(handle: &Handle, staff: StaffId, command: Command) {
    let input = Input { cause: None, actor: Actor::Staff(staff), command };
    for _ in 0..TRIES {
        match handle.try_submit(input.clone()).await {
            Err(SubmitError::Full) => tokio::time::sleep(PAUSE).await,
            // Refused: the alert was over before it arrived. Ended: nobody is left to tell.
            Ok(_) | Err(SubmitError::Refused(_) | SubmitError::Ended) => return,
        }
    }
}
