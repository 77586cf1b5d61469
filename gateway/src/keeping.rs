//! Keeping what was logged for years: verify, backup, restore.
//!
//! A backup is one file of archive lines and, apart from it, one file of keys: whoever has both can read everything, whoever has
//! one of them nothing personal. Restoring needs both, and the list of what was erased since, so that nobody comes back.
//! Everything else (database, snapshots, views) follows from them.
//!
//! Invariants: all of it streams, with memory for one record; nothing is written over; a backup or a restored folder is there
//! whole or not at all.
//!
//! Called by the command line, inside the running gateway or without one.

mod backup;
mod error;
mod restore;
mod sealed_lines;
mod verify;

pub use backup::{BackedUp, backup, check_places};
pub use error::KeepingError;
pub use restore::{Restored, restore};
pub use verify::{Fault, Report, verify};

#[cfg(test)]
mod tests;
