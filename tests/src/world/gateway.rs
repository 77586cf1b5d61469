//! The gateway's process.

use std::path::Path;
use std::process::{Command, ExitStatus};
use std::time::Duration;

use anyhow::{Context, Result};
use chrono::Timelike as _;
use shared::clock::{Clock as _, SystemClock};

use crate::process::{Lines, Process};
use crate::programs;

const READY: Duration = Duration::from_mins(1);

/// How a gateway is started.
#[derive(Debug, Clone, Default)]
pub struct Setup {
    /// With sample staff and a clock that can be put forward.
    pub demo: bool,
    /// The demo's clock runs this many times as fast.
    pub clock_rate: Option<u32>,
    /// The text of a configuration file.
    pub config: Option<String>,
    /// Where HTTP listens; a free port by default.
    pub http: Option<String>,
    /// Where MQTT listens; a free port by default.
    pub mqtt: Option<String>,
    /// A program and its arguments under which the gateway runs: `eatmydata`, `strace …`.
    pub under: Vec<String>,
    /// In the group of this process, so that whoever freezes the one freezes the other.
    pub same_group: bool,
    /// More environment.
    pub env: Vec<(String, String)>,
}

impl Setup {
    /// A showroom in whose zone it is midday: what a test books for later today is neither over nor tomorrow.
    #[must_use]
    pub fn at_midday() -> Self {
        // POSIX's sign: Etc/GMT-8 is eight hours ahead of UTC.
        let behind = i64::from(SystemClock.now().hour()) - 12;
        let zone = if behind == 0 { "Etc/GMT".to_owned() } else { format!("Etc/GMT{behind:+}") };
        Self { env: vec![("YINGBIN_STORE_ZONE".to_owned(), zone)], ..Self::default() }
    }
}

/// A running gateway.
#[derive(Debug)]
pub struct Gateway {
    process: Process,
    http: String,
    mqtt: String,
}

impl Gateway {
    /// Starts a gateway on a data folder and waits until it is ready; its configuration file, if any, goes into `beside`.
    ///
    /// # Errors
    /// When it ends or does not become ready; with the end of its log.
    pub async fn start(data: &Path, beside: &Path, setup: &Setup) -> Result<Self> {
        let mut process = Self::launch(data, beside, setup)?;
        let (http, mqtt) = process.line(READY, "its line `ready`", read_ready).await?;
        Ok(Self { process, http, mqtt })
    }

    /// Starts a gateway without waiting: for those that are expected to end.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn launch(data: &Path, beside: &Path, setup: &Setup) -> Result<Process> {
        let program = programs::gateway()?;
        let mut command = match setup.under.split_first() {
            Some((wrapper, arguments)) => {
                let mut command = Command::new(wrapper);
                command.args(arguments).arg(program);
                command
            }
            None => Command::new(program),
        };
        command.arg("serve").arg("--data").arg(data);
        command.args(["--http", setup.http.as_deref().unwrap_or("127.0.0.1:0")]);
        command.args(["--mqtt", setup.mqtt.as_deref().unwrap_or("127.0.0.1:0")]);
        if setup.demo {
            command.arg("--demo");
        }
        if let Some(rate) = setup.clock_rate {
            command.args(["--clock-rate", &rate.to_string()]);
        }
        if let Some(config) = &setup.config {
            let file = beside.join("gateway.toml");
            std::fs::write(&file, config).with_context(|| format!("write {}", file.display()))?;
            command.arg("--config").arg(file);
        }
        command.envs(setup.env.iter().map(|(name, value)| (name, value)));
        if setup.same_group {
            return Process::start_in_this_group("gateway", &mut command);
        }
        Process::start("gateway", &mut command)
    }

    /// `http://127.0.0.1:PORT`
    #[must_use]
    pub fn http(&self) -> &str {
        &self.http
    }

    /// `127.0.0.1:PORT` of HTTP.
    #[must_use]
    pub fn http_address(&self) -> &str {
        self.http.split_once("://").map_or(&self.http, |(_, address)| address)
    }

    /// `127.0.0.1:PORT` of MQTT.
    #[must_use]
    pub fn mqtt_address(&self) -> &str {
        &self.mqtt
    }

    /// Its process id.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.process.id()
    }

    /// Its log.
    #[must_use]
    pub fn log(&self) -> &Lines {
        &self.process.err
    }

    /// Whether it runs.
    ///
    /// # Errors
    /// When the system does not say.
    pub fn is_running(&mut self) -> Result<bool> {
        Ok(self.process.ended()?.is_none())
    }

    /// The process itself.
    pub fn process(&mut self) -> &mut Process {
        &mut self.process
    }

    /// SIGTERM, and waits for the orderly end.
    ///
    /// # Errors
    /// When it does not end in time.
    pub async fn stop(&mut self) -> Result<ExitStatus> {
        self.process.stop().await
    }

    /// kill -9.
    ///
    /// # Errors
    /// When it cannot be waited for.
    pub async fn kill(&mut self) -> Result<()> {
        self.process.kill().await
    }
}

fn read_ready(line: &str) -> Option<(String, String)> {
    let words = line.strip_prefix("ready ")?.split_whitespace();
    let (mut http, mut mqtt) = (None, String::new());
    for word in words {
        if let Some(address) = word.strip_prefix("http=") {
            http = Some(address.to_owned());
        } else if let Some(address) = word.strip_prefix("mqtt=") {
            address.clone_into(&mut mqtt);
        }
    }
    Some((http?, mqtt))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ready_line_names_both_addresses() {
        let read = read_ready("ready http=http://127.0.0.1:8080 mqtt=127.0.0.1:1883");
        assert_eq!(read, Some(("http://127.0.0.1:8080".to_owned(), "127.0.0.1:1883".to_owned())));
        assert_eq!(read_ready("not ready http=x"), None);
    }
}
