//! What the service manager (systemd) is told: that the kiosk is ready, and that it is alive.
//!
//! A sign of life begins in the desk's loop and is sent by whoever shows the screen: for the window, from its event loop. So
//! when either of them stands still no sign comes, and the service manager starts the kiosk anew. Where nobody
//! watches (no `NOTIFY_SOCKET`, no `WATCHDOG_USEC`), there are no signs and nothing wakes up for them.

use std::time::Duration;

use sd_notify::NotifyState;

use crate::desk::Shown;

/// The service manager's own variables; programs that the kiosk starts do not speak to it.
pub(crate) const VARIABLES: [&str; 3] = ["NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"];

/// How often the desk gives a sign of life: twice within the service manager's patience, so that one may be late.
#[must_use]
pub fn period() -> Option<Duration> {
    sd_notify::watchdog_enabled().map(|patience| patience / 2).filter(|period| !period.is_zero())
}

/// Passes on what concerns the service manager. To be called where the screen is drawn.
pub fn tell(shown: &Shown) {
    match shown {
        Shown::Ready(_) => say(&[NotifyState::Ready]),
        Shown::Alive => say(&[NotifyState::Watchdog]),
        Shown::Screen(_) | Shown::Told(_) | Shown::Link(_) | Shown::Tapped => {}
    }
}

/// The kiosk is about to end by itself.
pub fn tell_stopping() {
    say(&[NotifyState::Stopping]);
}

fn say(state: &[NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(state) {
        tracing::warn!(%error, "the service manager cannot be told how the kiosk is");
    }
}
