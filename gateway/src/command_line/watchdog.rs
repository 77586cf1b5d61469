//! What the service manager (systemd) is told: that the gateway is ready, that it is alive, that it stops.
//!
//! A sign of life goes through the runtime and back: once the runtime has ended, or hangs on its disk, none comes, and the service
//! manager starts the gateway anew. Until then the pages stay and answer 503. Where nobody watches (no `NOTIFY_SOCKET`, no
//! `WATCHDOG_USEC`), there are no signs and nothing wakes up for them.

use std::time::Duration;

use sd_notify::NotifyState;
use tokio_util::sync::CancellationToken;

use crate::domain::{Actor, Command, Input};
use crate::runtime::{Handle, SubmitError};

pub(super) fn tell_ready() {
    say(NotifyState::Ready);
}

pub(super) fn tell_stopping() {
    say(NotifyState::Stopping);
}

/// Gives signs of life until the end.
pub(super) async fn give_signs(runtime: Handle, over: CancellationToken) {
    let Some(period) = period() else { return };
    let signs = async {
        while is_alive(&runtime).await {
            say(NotifyState::Watchdog);
            tokio::time::sleep(period).await;
        }
        tracing::warn!("no more signs of life: the service manager will start the gateway anew");
    };
    tokio::select! {
        () = over.cancelled() => {}
        () = signs => {}
    }
}

/// Twice within the service manager's patience, so that one may be late.
fn period() -> Option<Duration> {
    sd_notify::watchdog_enabled().map(|patience| patience / 2).filter(|period| !period.is_zero())
}

/// Whether the runtime answers. It waits as long as the runtime takes: late is late, and no sign comes meanwhile.
async fn is_alive(runtime: &Handle) -> bool {
    let question = Input { cause: None, actor: Actor::System, command: Command::Alive };
    !matches!(runtime.submit(question).await, Err(SubmitError::Ended))
}

fn say(state: NotifyState<'_>) {
    if let Err(error) = sd_notify::notify(&[state]) {
        tracing::warn!(%error, "the service manager cannot be told how the gateway is");
    }
}
