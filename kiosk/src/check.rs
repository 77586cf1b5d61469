//! `kiosk check`: says in plain words what this machine lacks to be a kiosk, a line for each part.
//!
//! ```text
//! ok       configuration  /etc/yingbin/kiosk.toml
//! missing  broker         192.168.1.5:1883 refuses the connection. Is the gateway running, and is mqtt.url right?
//! note     sound          aplay is not installed, so taps are silent: apt install alsa-utils
//! ```
//! A note is something to know; the kiosk runs without it. It changes nothing on the machine, and does not disturb a kiosk
//! that runs: then the account is not tried, because a broker serves one connection of a device.

mod broker;
mod gateway;
mod machine;
mod screen;

use std::fmt;
use std::io::{Write as _, stdout};

use shared::clock::{Clock as _, SystemClock};

use crate::bridge;
use crate::cli::Cli;
use crate::config::{Config, ENVIRONMENT};
use crate::start::StartError;

/// How a part is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Ok,
    Note,
    Missing,
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Ok => "ok",
            Self::Note => "note",
            Self::Missing => "missing",
        })
    }
}

/// One part, and what is to be said of it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Finding {
    verdict: Verdict,
    words: String,
}

impl Finding {
    fn ok(words: impl Into<String>) -> Self {
        Self { verdict: Verdict::Ok, words: words.into() }
    }

    fn note(words: impl Into<String>) -> Self {
        Self { verdict: Verdict::Note, words: words.into() }
    }

    fn missing(words: impl Into<String>) -> Self {
        Self { verdict: Verdict::Missing, words: words.into() }
    }
}

/// Looks at everything and prints it. The exit code: 0 when nothing is missing, 1 when something is, 2 when the configuration
/// is wrong.
#[must_use]
pub fn run(cli: &Cli) -> u8 {
    let config = match read(cli) {
        Ok(config) => config,
        Err(error) => {
            print("configuration", &Finding::missing(crate::chain(&error)));
            return error.code();
        }
    };
    let place = cli.config.as_ref().map_or("from the environment".to_owned(), |file| file.display().to_string());
    let mut well = true;
    let mut say = |part, finding: Finding| {
        well &= finding.verdict != Verdict::Missing;
        print(part, &finding);
    };
    say("configuration", Finding::ok(place));
    say("data", machine::data(&config.data));
    say("key", machine::key(&config.key_file, &config.data));
    say("font", screen::font());
    if cfg!(feature = "device") {
        say("display", screen::cards());
        say("touch", screen::input());
        if let Some(finding) = screen::calibration(config.rotation) {
            say("rotation", finding);
        }
    } else {
        say("display", window());
    }
    say("clock", machine::clock(SystemClock.now()));
    match &config.gateway {
        None => say("broker", broker::check(&config.mqtt, &config.data, &broker::TOLD)),
        Some(gateway) => {
            say("gateway", gateway::check(gateway));
            say("broker", gateway::broker(gateway, &config.data));
        }
    }
    say("sound", machine::sound(config.sound));
    u8::from(!well)
}

fn read(cli: &Cli) -> Result<Config, StartError> {
    if cli.config.is_none() && !std::env::vars().any(|(name, _)| name.starts_with(ENVIRONMENT)) {
        return Err(StartError::NeedsConfig);
    }
    Ok(Config::read(cli.config.as_deref(), std::env::vars(), &cli.flags())?)
}

/// Whether the window would open, by opening it, unseen.
fn window() -> Finding {
    match bridge::open_unseen() {
        Ok(()) => Finding::ok("the window opens"),
        Err(error) => Finding::missing(error.to_string()),
    }
}

fn print(part: &str, finding: &Finding) {
    // Nobody reads any more: the exit code still says it.
    let _ = writeln!(stdout().lock(), "{:<7}  {part:<13}  {}", finding.verdict, finding.words);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn verdicts_stand_in_a_column() {
        let padded = [Verdict::Ok, Verdict::Note, Verdict::Missing].map(|verdict| format!("{verdict:<7}|"));
        assert_eq!(padded, ["ok     |", "note   |", "missing|"]);
    }
}
