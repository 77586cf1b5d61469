//! The kiosk's window, driven as a visitor would: by labels, with the clock in the test's hand.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test stops at the first surprise")]

mod bench;
mod cars;
mod catalogue;
mod codes;
mod fingers;
mod idle;
mod looks;
mod mashing;
mod pictures;
mod reach;
mod sheets;
mod staff;
mod thumbnail;
mod touch;
mod traces;
mod words;
