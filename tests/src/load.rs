//! The load driver: N kiosks over MQTT, M phones over SSE, and a ledger outside the system.
//!
//! It measures from the moment before a check-in is published to the moment at which the first phone has read the alert, and counts
//! what was lost or doubled by comparing its own ledger with receipts, alerts and the gateway's export. It shares the machine
//! with the gateway, so what it costs itself is part of every figure; that is why its phones speak a lean HTTP of their own.
//!
//! - [`plan`]: the command line and the presets; [`showroom`]: the gateway, accounts and devices of a run.
//! - [`kiosk`], [`phone`]: who taps and who answers; [`http`]: what the phones speak.
//! - [`ledger`]: what happened, seen from outside; [`stopwatch`]: the only fine clock; [`usage`]: memory and processor.
//! - [`start`]: how fast a gateway with a large log is ready, and how fast it exports; [`table`]: what is printed.

pub mod http;
pub mod kiosk;
pub mod ledger;
pub mod machine;
pub mod phone;
pub mod plan;
pub mod run;
pub mod showroom;
pub mod start;
pub mod stopwatch;
pub mod table;
pub mod usage;
