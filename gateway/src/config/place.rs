//! `[data]`, `[vault]` and `[log]`: where things lie, and what is said about them.

use std::path::{Path, PathBuf};

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use super::{Faults, duration};
use crate::domain::sales::SalesRules;

/// DESIGN §4: no further apart.
const SNAPSHOT_EVENTS: u64 = 20_000;

/// `[data]`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DataConfig {
    /// The folder of everything that is kept.
    pub dir: PathBuf,
    /// Events between two snapshots, while few visits stand on the floor; a start after a power cut replays about so many.
    pub snapshot_events: u64,
}

impl Default for DataConfig {
    fn default() -> Self {
        Self { dir: PathBuf::from("gateway-data"), snapshot_events: SNAPSHOT_EVENTS }
    }
}

impl DataConfig {
    pub(super) fn validate(&self, faults: &mut Faults) {
        faults.unless(!self.dir.as_os_str().is_empty(), "data.dir", "must name a folder");
        let range = 10..=SNAPSHOT_EVENTS;
        faults.unless(range.contains(&self.snapshot_events), "data.snapshot_events", "must be 10 to 20000");
    }
}

/// `[vault]`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct VaultConfig {
    /// The store key, which wraps every other key. Outside the data folder, so that a copy of the folder alone tells
    /// nothing; beside it where absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key_file: Option<PathBuf>,
    /// How long the name and number of whoever may be contacted are kept: what the consent texts say.
    #[serde(with = "duration")]
    pub contacts_kept: TimeDelta,
}

impl Default for VaultConfig {
    fn default() -> Self {
        Self { key_file: None, contacts_kept: SalesRules::default().kept }
    }
}

impl VaultConfig {
    pub(super) fn validate(&self, data: &Path, faults: &mut Faults) {
        if let Some(file) = &self.key_file {
            faults.unless(!file.as_os_str().is_empty(), "vault.key_file", "must name a file");
            faults.unless(!file.starts_with(data), "vault.key_file", "must be outside the data folder");
        }
        let bounds = TimeDelta::days(1)..=TimeDelta::days(3660);
        faults.unless(bounds.contains(&self.contacts_kept), "vault.contacts_kept", "must be from 1d to 3660d");
    }
}

/// `[log]`: the gateway's own lines on standard error. Not the log of events.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LogConfig {
    /// `error`, `warn`, `info`, `debug` or `trace`, or a filter such as `info,gateway::mqtt=debug`.
    pub level: String,
    /// One JSON object a line, for machines that collect lines.
    pub json: bool,
}

impl Default for LogConfig {
    fn default() -> Self {
        Self { level: "info,mqtt5=warn".to_owned(), json: false }
    }
}

impl LogConfig {
    pub(super) fn validate(&self, faults: &mut Faults) {
        let reads = tracing_subscriber::EnvFilter::builder().parse(&self.level).is_ok();
        let plain = self.level.contains(['=', ',']) || self.level.parse::<tracing::Level>().is_ok();
        faults.unless(reads && plain, "log.level", "must be error, warn, info, debug, trace, or a filter of these");
    }
}
