//! The showroom's gateway. `ARCHITECTURE.md` is the map; the rooms are those of its table.
//!
//! Writes: [`web`], [`mqtt`] → [`runtime`] → [`domain`], [`log`]. Reads: [`web`], command line → [`views`] → [`report`].

pub mod app;
pub mod certificates;
pub mod command_line;
pub mod config;
pub mod control;
pub mod demo;
pub mod domain;
pub mod keeping;
pub mod log;
pub mod mqtt;
pub mod notify;
pub mod report;
pub mod runtime;
pub mod vault;
pub mod views;
pub mod web;
