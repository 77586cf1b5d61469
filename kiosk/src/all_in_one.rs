//! The gateway inside the kiosk's process: `cargo run` opens a whole showroom.
//!
//! The only file of the kiosk that sees the gateway. Built without the feature `all-in-one`, it only says that a
//! configuration is needed.

use crate::cli::Cli;
use crate::config::Config;
use crate::start::StartError;

#[cfg(feature = "all-in-one")]
pub(crate) use inside::open;

#[cfg(feature = "all-in-one")]
mod inside {
    use std::io::Write as _;
    use std::path::{Path, PathBuf};

    use gateway::demo;

    use super::{Cli, Config, StartError};
    use crate::config::Flags;

    /// A showroom that runs in this process, until it is closed.
    pub(crate) struct Showroom {
        /// How this process's own kiosk reaches it.
        pub(crate) kiosk: Config,
        inside: demo::Showroom,
    }

    /// Opens the demo showroom and prints how to get in.
    pub(crate) fn open(cli: &Cli) -> Result<Showroom, StartError> {
        let data = cli.data.clone().unwrap_or_else(demo_folder);
        let inside = demo::Showroom::open(&demo::Options { data: data.join("showroom") })
            .map_err(|error| StartError::Showroom(format!("{error:#}")))?;
        let kiosk = access(inside.kiosk(), cli, &data)?;
        // Standard output belongs to whoever reads the headless kiosk's lines.
        let _ = writeln!(std::io::stderr().lock(), "{}", inside.banner());
        Ok(Showroom { kiosk, inside })
    }

    impl Showroom {
        /// Closes the gateway in order.
        pub(crate) fn close(self) {
            self.inside.close();
        }
    }

    fn access(access: &demo::KioskAccess, cli: &Cli, data: &Path) -> Result<Config, StartError> {
        let text = format!(
            "store = \"{}\"\nkiosk = \"{}\"\n[mqtt]\nurl = \"mqtt://{}\"\nclient_id = \"{}\"\nusername = \"{}\"\npassword = \"{}\"\n",
            access.store, access.kiosk, access.mqtt, access.client_id, access.client_id, access.password
        );
        let flags = Flags { data: Some(data.join("kiosk")), ..cli.flags() };
        Ok(Config::from_text(&text, std::iter::empty(), &flags)?)
    }

    /// The demo's own folder: the user's data folder, or the current one where there is none.
    fn demo_folder() -> PathBuf {
        let home = std::env::var_os("XDG_DATA_HOME").map(PathBuf::from);
        let home = home.or_else(|| std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".local/share")));
        home.unwrap_or_default().join("yingbin-demo")
    }
}

/// Never made: without the feature there is no showroom inside.
#[cfg(not(feature = "all-in-one"))]
pub(crate) struct Showroom {
    pub(crate) kiosk: Config,
}

#[cfg(not(feature = "all-in-one"))]
impl Showroom {
    pub(crate) fn close(self) {
        drop(self.kiosk);
    }
}

/// Says that a configuration is needed.
#[cfg(not(feature = "all-in-one"))]
pub(crate) fn open(_cli: &Cli) -> Result<Showroom, StartError> {
    Err(StartError::NeedsConfig)
}
