//! The command line.

use std::path::PathBuf;

use clap::{Parser, Subcommand};

use crate::config::Flags;

/// The tablet at the showroom's entrance.
#[derive(Debug, Clone, Parser)]
#[command(name = "kiosk", version, about)]
pub struct Cli {
    /// Configuration file (TOML); without one, and built with `all-in-one`, a demo showroom opens
    #[arg(long, value_name = "FILE", global = true)]
    pub config: Option<PathBuf>,
    /// No window: JSON lines on standard input and output
    #[arg(long)]
    pub headless: bool,
    /// Fill the whole screen
    #[arg(long)]
    pub fullscreen: bool,
    /// Data folder (outbox, last configuration)
    #[arg(long, value_name = "DIR", global = true)]
    pub data: Option<PathBuf>,
    /// What to do instead of running
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// What a kiosk's program can do besides running.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Subcommand)]
pub enum Command {
    /// Say what this machine lacks to run the kiosk; exit code 0: nothing, 1: something, 2: the configuration is wrong
    Check,
}

impl Cli {
    /// What the flags override.
    #[must_use]
    pub fn flags(&self) -> Flags {
        Flags { data: self.data.clone(), fullscreen: self.fullscreen }
    }
}
