//! The gateway's configuration: defaults, overridden by a TOML file, overridden by `YINGBIN_*` variables, overridden by flags.
//!
//! A struct a section; each part of the gateway is handed its own section and nobody holds the whole. Read once, at the
//! start. The example file ([`EXAMPLE`]) lists every key with its default.
//!
//! Invariants: every fault is told, not only the first, each on one line with its key's path; nothing secret is ever
//! printed; reading and judging opens nothing and touches no other file. Only [`Config::with_files`] reads what it names.
//!
//! Called by the command line and by the all-in-one kiosk.

mod catalogue;
mod channels;
mod checklist;
mod diary;
mod duration;
mod environment;
mod files;
mod floor;
mod place;
mod reading;
mod sample;
mod score;
mod screens;
mod speech;
mod store;
#[cfg(test)]
mod tests;

use std::fmt;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

pub use catalogue::CatalogueConfig;
pub use channels::{ChannelsConfig, PushConfig, RobotConfig, WebhookConfig, WecomConfig};
pub use checklist::ChecklistConfig;
pub use diary::DiaryConfig;
pub use floor::FloorConfig;
pub use place::{DataConfig, LogConfig, VaultConfig};
pub(crate) use reading::ADDRESS_FORM;
pub use sample::{
    PICTURES as SAMPLE_PICTURES, PORTRAITS as SAMPLE_PORTRAITS, Sample, SampleDevice, SampleStaff, sample,
};
pub use score::ScoreConfig;
pub use screens::ScreensConfig;
pub use speech::SpeechConfig;
pub use store::{Bilingual, StoreConfig, Zone};

use crate::mqtt::MqttConfig;
use crate::web::WebConfig;

/// The example file: every key, its default and what it means.
pub const EXAMPLE: &str = include_str!("../../assets/config/gateway.toml");

/// Everything that the gateway must know before it starts.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Which showroom this is.
    pub store: StoreConfig,
    /// Where everything is kept.
    pub data: DataConfig,
    /// Where the store key lies.
    pub vault: VaultConfig,
    /// Pages and API.
    pub web: WebConfig,
    /// Devices.
    pub mqtt: MqttConfig,
    /// Figures of the floor.
    pub floor: FloorConfig,
    /// What makes a lead promising.
    pub score: ScoreConfig,
    /// Figures of appointments.
    pub diary: DiaryConfig,
    /// Words to greet with.
    pub speech: SpeechConfig,
    /// What is looked at before the door opens.
    pub checklist: ChecklistConfig,
    /// What visitors can choose, and what they agree to.
    pub catalogue: CatalogueConfig,
    /// What every kiosk is told beyond that.
    pub screens: ScreensConfig,
    /// How people are reached beside the open page.
    pub channels: ChannelsConfig,
    /// What the gateway says about itself.
    pub log: LogConfig,
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The key's path, such as `web.tls.cert`; or the file, or the variable.
    pub key: String,
    /// What is wrong, and what to write instead.
    pub problem: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Some messages of parsers have several lines.
        let problem = self.problem.split_whitespace().collect::<Vec<_>>().join(" ");
        write!(f, "{}: {problem}", self.key)
    }
}

/// A configuration that cannot be used: every fault, one a line.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct ConfigError(pub Vec<Fault>);

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, fault) in self.0.iter().enumerate() {
            let gap = if index == 0 { "" } else { "\n" };
            write!(f, "{gap}configuration: {fault}")?;
        }
        Ok(())
    }
}

/// What the command line may override.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Flags {
    /// `--data`
    pub data: Option<PathBuf>,
    /// `--http`
    pub http: Option<std::net::SocketAddr>,
    /// `--mqtt`
    pub mqtt: Option<std::net::SocketAddr>,
}

impl Config {
    /// Reads file, variables and flags, and judges the whole.
    ///
    /// # Errors
    /// Every fault of all of them.
    pub fn read(
        file: Option<&Path>,
        variables: impl IntoIterator<Item = (String, String)>,
        flags: &Flags,
    ) -> Result<Self, ConfigError> {
        let text = match file {
            None => String::new(),
            Some(path) => std::fs::read_to_string(path).map_err(|fault| {
                ConfigError(vec![Fault { key: path.display().to_string(), problem: fault.to_string() }])
            })?,
        };
        let name = file.map_or_else(String::new, |path| path.display().to_string());
        let mut config = Self::from_text(&name, &text, variables)?;
        config.override_with(flags);
        config.judged()
    }

    /// The same from text, without flags and judgement.
    ///
    /// # Errors
    /// Every unknown key and every value of the wrong kind.
    pub fn from_text(
        name: &str,
        text: &str,
        variables: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, ConfigError> {
        reading::read(name, text, variables)
    }

    /// The configuration itself, if nothing is wrong with it.
    ///
    /// # Errors
    /// Every fault.
    pub fn judged(self) -> Result<Self, ConfigError> {
        let faults = self.validate();
        if faults.is_empty() { Ok(self) } else { Err(ConfigError(faults)) }
    }

    /// Everything that is wrong; none means that it can be used.
    #[must_use]
    pub fn validate(&self) -> Vec<Fault> {
        let mut faults = Faults::default();
        self.store.validate(&mut faults);
        self.data.validate(&mut faults);
        self.vault.validate(&self.data.dir, &mut faults);
        faults.0.extend(
            self.web.validate().into_iter().map(|fault| Fault { key: fault.key.to_owned(), problem: fault.text }),
        );
        faults.0.extend(
            self.mqtt
                .validate()
                .into_iter()
                .map(|fault| Fault { key: format!("mqtt.{}", fault.key), problem: fault.problem }),
        );
        self.floor.validate(&mut faults);
        // Otherwise every phone goes dark between two of its words.
        let alive = chrono::TimeDelta::from_std(self.web.alive).unwrap_or(chrono::TimeDelta::MAX);
        let sound = faults.none_of("web.alive") && faults.none_of("floor.live");
        faults.unless(
            !sound || alive < self.floor.live,
            "floor.live",
            "must be longer than web.alive, or every phone goes dark",
        );
        self.score.validate(self.floor.promising, &mut faults);
        self.diary.validate(&mut faults);
        self.speech.validate(&mut faults);
        self.checklist.validate(&mut faults);
        self.catalogue.validate(&mut faults);
        self.screens.validate(&mut faults);
        self.channels.validate(&mut faults);
        let logo_lies_somewhere = self.store.logo.is_none() || self.catalogue.pictures.is_some();
        faults.unless(logo_lies_somewhere, "store.logo", "needs catalogue.pictures, the folder below which it lies");
        self.log.validate(&mut faults);
        faults.0
    }

    /// Where the store key lies: the configured file, or beside the data folder.
    #[must_use]
    pub fn key_file(&self) -> PathBuf {
        self.vault.key_file.clone().unwrap_or_else(|| crate::vault::Vault::default_key_file(&self.data.dir))
    }

    /// What works and should not stay so in a showroom: for `config check`.
    #[must_use]
    pub fn advice(&self) -> Vec<Fault> {
        let default = StoreConfig::default();
        let mut advice = Faults::default();
        let own = self.store.id != default.id;
        advice.unless(
            own,
            "store.id",
            "is the sample's; topics, codes and exports carry it, and a data folder keeps it",
        );
        let own = self.store.processor != default.processor;
        advice.unless(own, "store.processor", "consent texts must name your company (PIPL article 17)");
        let own = self.store.contact != default.contact;
        advice.unless(own, "store.contact", "consent texts must say how to reach your company (PIPL article 17)");
        advice.unless(!self.catalogue.models.is_empty(), "catalogue.models", "no model is listed yet");
        let there = self.catalogue.pictures.as_ref().is_none_or(|folder| folder.is_dir());
        advice.unless(there, "catalogue.pictures", "is no folder, so cars and people have no pictures");
        let promised = self.vault.contacts_kept <= chrono::TimeDelta::days(366) || !self.catalogue.promises_a_year();
        advice.unless(
            promised,
            "vault.contacts_kept",
            "is longer than the twelve months that the consent texts promise",
        );
        advice.0.extend(
            self.mqtt.advice().map(|fault| Fault { key: format!("mqtt.{}", fault.key), problem: fault.problem }),
        );
        advice.0
    }

    /// All effective values as TOML, secrets hidden, and the keys that are not set.
    ///
    /// # Errors
    /// When a value has no TOML form.
    pub fn print(&self) -> Result<String, toml::ser::Error> {
        let mut text = String::from("# *** stands for a secret; put it back before this is used as a file.\n");
        text.push_str(&toml::to_string(self)?);
        let table: toml::Table = text.parse().unwrap_or_default();
        for key in environment::KEYS {
            if reading::find(&table, key).is_none() {
                text.push_str("# not set: ");
                text.push_str(key);
                text.push('\n');
            }
        }
        Ok(text)
    }

    fn override_with(&mut self, flags: &Flags) {
        if let Some(dir) = &flags.data {
            self.data.dir.clone_from(dir);
        }
        self.web.listen = flags.http.unwrap_or(self.web.listen);
        self.mqtt.listen = flags.mqtt.unwrap_or(self.mqtt.listen);
    }
}

/// Collects faults.
#[derive(Debug, Default)]
struct Faults(Vec<Fault>);

impl Faults {
    fn unless(&mut self, fine: bool, key: &str, problem: &str) {
        if !fine {
            self.0.push(Fault { key: key.to_owned(), problem: problem.to_owned() });
        }
    }

    fn none_of(&self, key: &str) -> bool {
        self.0.iter().all(|fault| fault.key != key)
    }
}

/// A short name that is known to be one.
#[expect(clippy::expect_used, reason = "names that stand in this source, each read by a test")]
fn name<T: std::str::FromStr<Err = shared::ids::IdError>>(text: &'static str) -> T {
    text.parse().expect("a short name")
}
