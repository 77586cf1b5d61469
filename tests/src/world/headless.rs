//! The real kiosk without a window: intents on its stdin, facts on its stdout.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::str::FromStr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result};
use serde_json::{Value, json};
use shared::ids::{EventId, VisitId};

use super::device::Credentials;
use crate::process::Process;
use crate::{programs, wait};

/// A full outbox takes its time to open, in a build that is not optimised more so.
const READY: Duration = Duration::from_mins(3);

/// How a kiosk is started.
#[derive(Debug, Clone, Default)]
pub struct Manner {
    /// More lines of its configuration, below `[patience]`.
    pub more: String,
    /// More environment.
    pub env: Vec<(String, String)>,
    /// In the group of this process, so that whoever freezes the one freezes the other.
    pub same_group: bool,
}

/// A kiosk's process without a window.
#[derive(Debug)]
pub struct Headless {
    process: Process,
    config: PathBuf,
    data: PathBuf,
    manner: Manner,
    heard: Mutex<Heard>,
}

/// Facts of earlier runs and of this one: what was shown stays shown.
#[derive(Debug, Default)]
struct Heard {
    /// Lines of this run that were read.
    read: usize,
    facts: Vec<Value>,
    told: Told,
}

/// What a kiosk has told its visitors.
#[derive(Debug, Clone, Default)]
pub struct Told {
    /// Events that it showed as received.
    pub received: BTreeSet<EventId>,
    /// Visits that it showed as received.
    pub visits: BTreeSet<VisitId>,
    /// Events for which the gateway's receipt came.
    pub receipts: BTreeSet<EventId>,
    /// Events that it could not write; their visitors were sent to reception.
    pub not_received: BTreeSet<EventId>,
    /// Events that the gateway refused.
    pub refused: BTreeSet<EventId>,
}

impl Headless {
    /// Starts a kiosk with its data in a folder.
    ///
    /// # Errors
    /// When it cannot be started.
    pub async fn start(folder: &Path, mqtt: &str, credentials: &Credentials) -> Result<Self> {
        Self::start_as(folder, mqtt, credentials, Manner::default()).await
    }

    /// Starts a kiosk in another manner.
    ///
    /// # Errors
    /// When it cannot be started.
    pub async fn start_as(folder: &Path, mqtt: &str, credentials: &Credentials, manner: Manner) -> Result<Self> {
        let data = folder.join(format!("kiosk-{}", credentials.name));
        std::fs::create_dir_all(&data).context("the kiosk's folder")?;
        let config = folder.join(format!("kiosk-{}.toml", credentials.name));
        let text = format!(
            "store = {:?}\nkiosk = {:?}\ndata = {:?}\n\n[mqtt]\nurl = \"mqtt://{mqtt}\"\nclient_id = {:?}\nusername = {:?}\n\
             password = {:?}\n\n[patience]\nrepeat = \"1s\"\n{}",
            credentials.store,
            credentials.name,
            data.display().to_string(),
            credentials.client_id,
            credentials.username,
            credentials.password,
            manner.more,
        );
        std::fs::write(&config, text).context("the kiosk's configuration")?;
        let process = Self::launch(&config, &manner)?;
        let mut kiosk = Self { process, config, data, manner, heard: Mutex::default() };
        kiosk.ready().await?;
        Ok(kiosk)
    }

    /// Starts a new kiosk that knows the gateway's address alone, and waits until it shows a code.
    ///
    /// # Errors
    /// When it cannot be started, or shows none.
    pub async fn enrol(folder: &Path, gateway: &str) -> Result<(Self, String)> {
        let data = folder.join("kiosk-new");
        let config = folder.join("kiosk-new.toml");
        let text = format!("data = {:?}\n\n[gateway]\nurl = {gateway:?}\n", data.display().to_string());
        std::fs::write(&config, text).context("the kiosk's configuration")?;
        let manner = Manner::default();
        let process = Self::launch(&config, &manner)?;
        let mut kiosk = Self { process, config, data, manner, heard: Mutex::default() };
        kiosk.ready().await?;
        let claim = kiosk.shows("claim").await?;
        let code = claim.get("code").and_then(Value::as_str).context("a code")?.to_owned();
        Ok((kiosk, code))
    }

    fn launch(config: &Path, manner: &Manner) -> Result<Process> {
        let mut command = Command::new(programs::kiosk()?);
        command.arg("--config").arg(config).arg("--headless");
        command.envs(manner.env.iter().map(|(name, value)| (name, value)));
        if manner.same_group {
            return Process::start_in_this_group("kiosk", &mut command);
        }
        Process::start("kiosk", &mut command)
    }

    async fn ready(&mut self) -> Result<()> {
        let is_ready = |line: &str| line.contains("\"shown\":\"ready\"").then_some(());
        self.process.line(READY, "its first screen", is_ready).await
    }

    /// kill -9 and a new start on the same folder, as after a crash.
    ///
    /// # Errors
    /// When it does not come back.
    pub async fn crash(&mut self) -> Result<()> {
        self.process.kill().await?;
        self.hear().read = 0;
        self.process = Self::launch(&self.config, &self.manner)?;
        self.ready().await
    }

    /// Its log of this run.
    #[must_use]
    pub fn said(&self) -> Vec<String> {
        self.process.err.all()
    }

    /// Its folder.
    #[must_use]
    pub fn data(&self) -> &Path {
        &self.data
    }

    /// The process.
    pub fn process(&mut self) -> &mut Process {
        &mut self.process
    }

    /// Says an intent.
    ///
    /// # Errors
    /// When the kiosk is gone.
    pub fn intent(&mut self, intent: &Value) -> Result<()> {
        self.process.say(&intent.to_string())
    }

    /// A visitor taps a purpose.
    ///
    /// # Errors
    /// When the kiosk is gone.
    pub fn check_in(&mut self, purpose: &str) -> Result<()> {
        self.intent(&json!({"do": "check_in", "purpose": purpose, "language": "zh"}))
    }

    /// Every fact so far; a line torn by a kill is none.
    #[must_use]
    pub fn facts(&self) -> Vec<Value> {
        self.hear().facts.clone()
    }

    /// Waits for a fact.
    ///
    /// # Errors
    /// When it does not come; with the facts so far.
    pub async fn fact(&self, what: &str, wanted: impl Fn(&Value) -> bool) -> Result<Value> {
        wait::until(what, || self.hear().facts.iter().find(|fact| wanted(fact)).cloned())
            .await
            .with_context(|| format!("shown so far: {:?}\n{}", self.facts(), self.process.err.tail()))
    }

    /// Waits until it shows this word.
    ///
    /// # Errors
    /// When it does not.
    pub async fn shows(&self, word: &str) -> Result<Value> {
        self.fact(&format!("the kiosk to show {word}"), |fact| is(fact, word)).await
    }

    /// What it has shown as received, in its order, after so many.
    #[must_use]
    pub fn received_since(&self, first: usize) -> Vec<(VisitId, EventId)> {
        let heard = self.hear();
        let received = heard.facts.iter().filter(|fact| is(fact, "received")).skip(first);
        received.filter_map(|fact| Some((id(fact, "visit")?, id(fact, "event")?))).collect()
    }

    /// How much it has shown as received, and how much not.
    #[must_use]
    pub fn counts(&self) -> (usize, usize) {
        let heard = self.hear();
        (heard.told.received.len(), heard.told.not_received.len())
    }

    /// What it has told its visitors so far.
    #[must_use]
    pub fn told(&self) -> Told {
        self.hear().told.clone()
    }

    fn hear(&self) -> MutexGuard<'_, Heard> {
        let mut heard = self.heard.lock().unwrap_or_else(PoisonError::into_inner);
        for line in self.process.out.since(heard.read) {
            heard.read += 1;
            if let Ok(fact) = serde_json::from_str(&line) {
                heard.told.add(&fact);
                heard.facts.push(fact);
            }
        }
        heard
    }
}

impl Told {
    fn add(&mut self, fact: &Value) {
        let visit: Option<VisitId> = id(fact, "visit");
        let Some(event) = id(fact, "event") else { return };
        match fact.get("shown").and_then(Value::as_str) {
            Some("received") => {
                self.received.insert(event);
                self.visits.extend(visit);
            }
            Some("receipt") => {
                self.receipts.insert(event);
            }
            Some("not_received") => {
                self.not_received.insert(event);
            }
            Some("refused") => {
                self.refused.insert(event);
            }
            _ => {}
        }
    }
}

fn id<T: FromStr>(fact: &Value, name: &str) -> Option<T> {
    fact.get(name).and_then(Value::as_str)?.parse().ok()
}

fn is(fact: &Value, word: &str) -> bool {
    fact.get("shown").and_then(Value::as_str) == Some(word)
}
