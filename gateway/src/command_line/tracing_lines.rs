//! Where the program's own lines go: standard error, never standard output.

use std::io::{self, IsTerminal as _};

use tracing_subscriber::EnvFilter;

use crate::config::LogConfig;

/// For `serve`: as configured.
pub(super) fn start(config: &LogConfig) {
    // Judged before; what cannot be read here says nothing but faults.
    let filter = EnvFilter::builder().parse(&config.level).unwrap_or_else(|_| EnvFilter::new("error"));
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr);
    // A second subscriber in one process is a test's, and stays.
    let _ = if config.json {
        lines.json().flatten_event(true).try_init()
    } else {
        lines.with_ansi(io::stderr().is_terminal()).try_init()
    };
}

/// For commands: what somebody should look at, and nothing else.
pub(super) fn quiet() {
    start(&LogConfig { level: "warn".to_owned(), json: false });
}

/// For a restoration, which builds the log from the archive: anywhere else that would be something to look at.
pub(super) fn quiet_about_recovery() {
    start(&LogConfig { level: "warn,gateway::log::recovery=error".to_owned(), json: false });
}
