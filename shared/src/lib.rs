//! What the kiosk and the gateway say to each other, and the few things both must do alike.
//!
//! - [`ids`], [`clock`], [`barrier`]: identities, time, and the one way to make sled durable.
//! - [`topics`], [`wire`]: every MQTT topic and payload (written down in `PROTOCOL.md`).
//! - [`catalogue`], [`opening`], [`consent`], [`phone`], [`qr`], [`colour`]: the showroom's models and hours, what a visitor
//!   agreed to, telephone numbers, the tokens inside QR codes, and the showroom's own colour.
//!
//! Invariants: no async, no network, no database, no log line; personal data has no `Display` and a `Debug` that hides it.

pub mod barrier;
pub mod catalogue;
pub mod clock;
pub mod colour;
pub mod consent;
pub mod ids;
pub mod opening;
pub mod personal;
pub mod phone;
pub mod qr;
pub mod topics;
pub mod wire;
