//! The tablet at the showroom's entrance.
//!
//! - [`session`]: what is shown and reported; pure. [`outbox`]: what was said, on disk until the gateway's receipt.
//!   [`link`]: MQTT. [`desk`]: the loop that owns the three.
//! - [`config`], [`offer`]: what the device is told at its start, and by the gateway afterwards. [`account`]: what it got when a
//!   manager let it in (`enrol`).
//! - [`accent`]: the showroom's own colour. [`ui`]: the window, [`qr`]: its code, [`rotation`]: which way up, [`sound`]: its taps. [`watchdog`]: signs of life.
//!   `folder`: one kiosk at a time on its data. [`headless`]: JSON lines in place of a window. [`start`]: from the command line to a running kiosk;
//!   [`check`]: what this machine lacks to be one.
//!
//! Invariants: `session` knows no clock, disk, network or window; only `bridge` touches the threads between tokio
//! and Slint; nothing here sees the gateway, except `all_in_one`.

pub mod accent;
pub mod account;
pub mod check;
pub mod cli;
pub mod config;
pub mod desk;
pub mod headless;
pub mod http;
pub mod link;
pub mod offer;
pub mod outbox;
pub mod pictures;
pub mod qr;
pub mod rotation;
pub mod session;
pub mod sound;
pub mod start;
pub mod ui;
pub mod watchdog;

mod all_in_one;
mod bridge;
mod enrol;
mod folder;
mod program;
mod surnames;
mod whole;

/// An error and what caused it, on one line.
#[must_use]
pub fn chain(error: &dyn std::error::Error) -> String {
    let mut line = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        line.push_str(": ");
        line.push_str(&cause.to_string());
        source = cause.source();
    }
    line
}
