//! The gateway inside the kiosk's process: `cargo run` opens a whole showroom.
//!
//! The only file of the kiosk that sees the gateway. It will be filled in when the gateway can be opened as a library.

use crate::cli::Cli;
use crate::config::Config;
use crate::start::StartError;

/// A showroom that runs in this process, until it is dropped.
pub(crate) struct Showroom {
    /// How this process's own kiosk reaches it.
    pub(crate) kiosk: Config,
}

/// Opens the demo showroom.
pub(crate) fn open(_cli: &Cli) -> Result<Showroom, StartError> {
    Err(StartError::NeedsConfig)
}
