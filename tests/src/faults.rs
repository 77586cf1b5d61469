//! Faults: programs killed at random moments, power cuts, disks that fail, a log that is destroyed.
//!
//! The rule is the same everywhere: **what a kiosk showed as received is in the log exactly once**, and where nothing can be
//! kept nothing is shown as received. Every random choice comes from a seed that is printed first.
//!
//! - [`arguments`]: the command line; [`rig`]: a showroom under load; [`person`]: staff who answer whatever breaks.
//! - [`kill`]: kill -9 of kiosk, gateway and mosquitto; [`powercut`]: writer and reader for `tests/powercut.sh`; [`blackout`]:
//!   the same for the kiosk's own disk. [`outage`]: the gateway is away until the kiosk's outbox is full.
//! - [`sync`]: fsync returns EIO; [`disk`]: the disk is full, read-only, or turns so; [`destroyed`]: files are damaged.

pub mod arguments;
pub mod blackout;
pub mod destroyed;
pub mod disk;
pub mod kill;
pub mod outage;
pub mod person;
pub mod powercut;
pub mod rig;
pub mod sync;
