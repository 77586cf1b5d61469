//! The showroom's gateway. `ARCHITECTURE.md` is the map; the rooms are those of its table.
//!
//! Writes: [`web`], [`mqtt`] → [`runtime`] → [`domain`], [`log`]. Reads: [`web`], command line → [`views`] → [`report`].

pub mod domain;
pub mod log;
pub mod notify;
pub mod runtime;
pub mod vault;
