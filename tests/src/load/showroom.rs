//! The gateway of a run with its accounts and devices: its own, or one that runs already.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use tempfile::TempDir;
use tokio::task::JoinSet;

use super::plan::{Arguments, Plan};
use crate::programs;
use crate::world::{Credentials, Gateway, Mosquitto, PASSWORD, Session, Setup};

/// Where a run happens.
#[derive(Debug)]
pub struct Place {
    /// The gateway, when it is the run's own.
    pub gateway: Option<Gateway>,
    /// `HOST:PORT` of HTTP.
    pub http: String,
    /// `HOST:PORT` of the broker.
    pub mqtt: String,
    /// The gateway's data folder.
    pub data: PathBuf,
    /// What it is, for the head of the table.
    pub what: String,
    _broker: Option<Mosquitto>,
    folder: TempDir,
}

impl Place {
    /// Starts what a run needs.
    ///
    /// # Errors
    /// When any of it does not start.
    pub async fn open(arguments: &Arguments) -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("load-").tempdir().context("a folder for the run")?;
        if let (Some(data), Some(http), Some(mqtt)) = (&arguments.against, &arguments.http, &arguments.mqtt) {
            let (data, what) = (data.clone(), format!("the gateway that runs on {}", data.display()));
            let (http, mqtt) = (http.clone(), mqtt.clone());
            return Ok(Self { gateway: None, http, mqtt, data, what, _broker: None, folder });
        }
        let broker = if arguments.mosquitto { Some(Mosquitto::start(folder.path(), None).await?) } else { None };
        let config = broker.as_ref().map(|broker| format!("[mqtt]\nurl = \"mqtt://{}\"\n", broker.address()));
        let data = folder.path().join("data");
        let gateway = Gateway::start(&data, folder.path(), &Setup { config, ..Setup::default() }).await?;
        let mqtt = broker.as_ref().map_or_else(|| gateway.mqtt_address().to_owned(), Mosquitto::address);
        let profile = if programs::gateway()?.components().any(|part| part.as_os_str() == "release") {
            "release build"
        } else {
            "development build"
        };
        let what = format!("{profile}, {}", if broker.is_some() { "mosquitto" } else { "embedded broker" });
        let http = gateway.http_address().to_owned();
        Ok(Self { gateway: Some(gateway), http, mqtt, data, what, _broker: broker, folder })
    }

    /// A folder of the run's own.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The gateway's process id, when it is the run's own.
    #[must_use]
    pub fn pid(&self) -> Option<u32> {
        self.gateway.as_ref().map(Gateway::id)
    }

    /// Registers the kiosks of a plan.
    ///
    /// # Errors
    /// When the command line fails.
    pub async fn kiosks(&self, plan: &Plan) -> Result<Vec<Credentials>> {
        let names = (0..plan.kiosks).map(|number| format!("load-k{number}")).collect();
        let data = self.data.clone();
        let added = in_parallel(names, move |name| {
            let line = command(&data, &["device", "add", name, "--kind", "kiosk"], "")?;
            Ok(serde_json::from_slice(&line)?)
        });
        added.await
    }

    /// Hires the consultants of a plan and signs them in; gives their tokens.
    ///
    /// # Errors
    /// When the command line or a sign-in fails.
    pub async fn consultants(&self, plan: &Plan) -> Result<Vec<String>> {
        let names: Vec<String> = (0..plan.phones).map(|number| format!("load-p{number}")).collect();
        self.hire(names, "consultant", true).await
    }

    /// Hires a manager and signs them in; gives their token.
    ///
    /// # Errors
    /// When the command line or the sign-in fails.
    pub async fn manager(&self) -> Result<String> {
        let tokens = self.hire(vec!["load-manager".to_owned()], "manager", false).await?;
        tokens.into_iter().next().context("the manager's token")
    }

    async fn hire(&self, names: Vec<String>, role: &'static str, free: bool) -> Result<Vec<String>> {
        let data = self.data.clone();
        let hired = in_parallel(names.clone(), move |name| {
            let arguments = ["account", "add", name, "--role", role, "--password-stdin"];
            command(&data, &arguments, &format!("{PASSWORD}\n")).map(|_| ())
        });
        hired.await?;
        let base = format!("http://{}", self.http);
        let mut tokens = Vec::with_capacity(names.len());
        for name in names {
            let session = Session::sign_in(&base, &name, PASSWORD).await?;
            if free {
                session.presence("free").await?;
            }
            tokens.push(session.token().to_owned());
        }
        Ok(tokens)
    }
}

fn command(data: &Path, arguments: &[&str], stdin: &str) -> Result<Vec<u8>> {
    let mut all = arguments.to_vec();
    all.extend(["--data", data.to_str().context("a path in UTF-8")?]);
    programs::gateway_says(&all, stdin)
}

/// Runs something for each name, as many at a time as there are cores; results in the order of the names.
async fn in_parallel<T: Send + 'static>(
    names: Vec<String>,
    run: impl Fn(&str) -> Result<T> + Clone + Send + 'static,
) -> Result<Vec<T>> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let (mut tasks, mut done) = (JoinSet::new(), Vec::new());
    for (number, name) in names.into_iter().enumerate() {
        if tasks.len() >= cores
            && let Some(one) = tasks.join_next().await
        {
            done.push(one?);
        }
        let run = run.clone();
        tasks.spawn_blocking(move || (number, run(&name)));
    }
    done.extend(tasks.join_all().await);
    done.sort_by_key(|(number, _)| *number);
    done.into_iter().map(|(_, result)| result).collect()
}
