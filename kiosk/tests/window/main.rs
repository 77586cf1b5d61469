//! The kiosk's window, driven as a visitor would: by labels, with the clock in the test's hand.

mod bench;
mod idle;
mod looks;
mod pictures;
mod touch;
mod words;
