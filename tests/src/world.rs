//! A showroom for tests: the real gateway on a folder of its own, kiosks that speak MQTT, phones that hold a stream open, and a
//! clock that can be put forward.
//!
//! A test ends with [`Showroom::finish`], which fails on an alert that no test took, on an ERROR line and on a panic in the
//! gateway's log, and on a gateway that does not stop in order.

mod access;
mod browser;
mod certificate;
mod device;
mod export;
mod gateway;
mod headless;
mod line;
mod logged;
mod mosquitto;
mod outside;
mod phone;
mod reach;
mod screen;
mod session;
pub mod spot;

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use anyhow::{Context, Result, ensure};
use serde_json::json;
use tempfile::TempDir;

pub use access::{Axe, Finding, Impact};
pub use browser::{Browser, Light, sign_in};
pub use certificate::{Certificate, openssl};
pub use device::{CheckIn, Credentials, Device, envelope};
pub use export::{Metrics, Visits, parse_csv};
pub use gateway::{Gateway, Setup};
pub use headless::{Headless, Manner, Told};
pub use line::Line;
pub use logged::Logged;
pub use mosquitto::Mosquitto;
pub use outside::{Answer, Asked, Outside};
pub use phone::{Phone, first_asked};
pub use reach::{dark, reachable};
pub use screen::{Screen, code_in, pictures};
pub use session::{Role, Session, problem};

use crate::programs;

/// The password of everybody whom a test hires.
pub const PASSWORD: &str = "yingbin-tests";
/// The password of the demo's own people.
pub const DEMO_PASSWORD: &str = "yingbin";
/// A first day before and a last day after everything that a test does, less than ten years apart, which is the most that
/// an export takes.
pub const ALL_DAYS: (&str, &str) = ("2025-01-01", "2034-12-01");

/// A showroom of its own.
#[derive(Debug)]
pub struct Showroom {
    folder: TempDir,
    setup: Setup,
    gateway: Gateway,
    phones: Mutex<Vec<Phone>>,
}

impl Showroom {
    /// An empty showroom: no staff, no devices, on its own folder and free ports.
    ///
    /// # Errors
    /// When the gateway does not become ready.
    pub async fn start() -> Result<Self> {
        Self::with(Setup::default()).await
    }

    /// The demo showroom, whose clock can be put forward: lin (manager), wang, chen, li (senior, English), zhao (reception), sun
    /// (advisor), he (customer care).
    ///
    /// # Errors
    /// When the gateway does not become ready.
    pub async fn demo() -> Result<Self> {
        Self::with(Setup { demo: true, ..Setup::default() }).await
    }

    /// A showroom set up otherwise.
    ///
    /// # Errors
    /// When the gateway does not become ready.
    pub async fn with(setup: Setup) -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("showroom-").tempdir().context("a folder for the showroom")?;
        let gateway = Gateway::start(&folder.path().join("data"), folder.path(), &setup).await?;
        Ok(Self { folder, setup, gateway, phones: Mutex::default() })
    }

    /// The folder above the data folder, for whatever a test wants to leave beside it.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The gateway's data folder.
    #[must_use]
    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// The gateway.
    #[must_use]
    pub fn gateway(&self) -> &Gateway {
        &self.gateway
    }

    /// The gateway, to stop or kill it.
    pub fn gateway_mut(&mut self) -> &mut Gateway {
        &mut self.gateway
    }

    /// Starts the gateway again on its folder and its old addresses, so that devices and phones find it.
    ///
    /// # Errors
    /// When it does not become ready.
    pub async fn start_again(&mut self) -> Result<()> {
        let setup = Setup {
            http: Some(self.gateway.http_address().to_owned()),
            // With an external broker there is no address to come back to.
            mqtt: Some(self.gateway.mqtt_address().to_owned()).filter(|address| !address.is_empty()),
            ..self.setup.clone()
        };
        self.gateway = Gateway::start(&self.data(), self.folder.path(), &setup).await?;
        Ok(())
    }

    /// Runs a command of the gateway on this showroom's folder and gives its stdout.
    ///
    /// # Errors
    /// When it fails.
    pub fn command(&self, arguments: &[&str], stdin: &str) -> Result<Vec<u8>> {
        let data = self.data();
        let mut all = arguments.to_vec();
        let data = data.to_str().context("a path in UTF-8")?;
        all.extend(["--data", data]);
        programs::gateway_says(&all, stdin)
    }

    /// Hires somebody; not for the demo, whose people are there.
    ///
    /// # Errors
    /// When the command fails.
    pub fn hire(&self, account: &str, role: Role, more: &[&str]) -> Result<()> {
        let mut arguments = vec!["account", "add", account, "--role", role.as_str(), "--password-stdin"];
        arguments.extend(more);
        self.command(&arguments, &format!("{PASSWORD}\n")).map(|_| ())
    }

    /// Hires somebody, who signs in, is free and opens their page.
    ///
    /// # Errors
    /// When any of it is refused.
    pub async fn staff(&self, account: &str, role: Role) -> Result<Phone> {
        self.hire(account, role, &[])?;
        self.phone(account).await
    }

    /// Signs somebody in who is hired already, free and on their page.
    ///
    /// # Errors
    /// When any of it is refused.
    pub async fn phone(&self, account: &str) -> Result<Phone> {
        let session = self.sign_in(account).await?;
        session.presence("free").await?;
        let phone = Phone::open(session).await?;
        self.phones.lock().unwrap_or_else(PoisonError::into_inner).push(phone.clone());
        Ok(phone)
    }

    /// Signs somebody in without opening their page.
    ///
    /// # Errors
    /// When it is refused.
    pub async fn sign_in(&self, account: &str) -> Result<Session> {
        Session::sign_in(self.gateway.http(), account, self.password()).await
    }

    /// Everybody's password.
    #[must_use]
    pub fn password(&self) -> &'static str {
        if self.setup.demo { DEMO_PASSWORD } else { PASSWORD }
    }

    /// Registers a device.
    ///
    /// # Errors
    /// When the command fails.
    pub fn register(&self, name: &str, kind: &str) -> Result<Credentials> {
        let line = self.command(&["device", "add", name, "--kind", kind], "")?;
        serde_json::from_slice(&line).with_context(|| format!("read {:?}", String::from_utf8_lossy(&line)))
    }

    /// A kiosk that is registered and connected.
    ///
    /// # Errors
    /// When it cannot be.
    pub async fn kiosk(&self, name: &str) -> Result<Device> {
        let credentials = self.register(name, "kiosk")?;
        Device::connect(self.gateway.mqtt_address(), credentials, "kiosk").await
    }

    /// Puts the demo's clock forward.
    ///
    /// # Errors
    /// When the gateway refuses.
    pub async fn advance(&self, seconds: u64) -> Result<()> {
        let url = format!("{}/api/v1/demo/advance", self.gateway.http());
        let answer = reqwest::Client::new().post(url).json(&json!({ "seconds": seconds })).send().await?;
        let status = answer.status();
        ensure!(status.is_success(), "demo/advance: {status} {}", answer.text().await?);
        Ok(())
    }

    /// The gateway's counters.
    ///
    /// # Errors
    /// When `/metrics` does not answer.
    pub async fn metrics(&self) -> Result<Metrics> {
        Metrics::read(self.gateway.http()).await
    }

    /// Ends the showroom in order, and fails on anything that should not have happened.
    ///
    /// # Errors
    /// An alert that no test took, an ERROR line, a panic, a disorderly end.
    pub async fn finish(mut self) -> Result<()> {
        let phones = std::mem::take(&mut *self.phones.lock().unwrap_or_else(PoisonError::into_inner));
        for phone in &phones {
            let left = phone.alerts_left();
            ensure!(left.is_empty(), "{} was alerted and no test expected it: {left:?}", phone.account());
            phone.close();
        }
        if self.gateway.is_running()? {
            let status = self.gateway.stop().await?;
            ensure!(status.success(), "the gateway ended with {status}:\n{}", self.gateway.log().tail());
        }
        self.said_nothing_amiss()
    }

    /// Neither an error nor a panic stands in the log of the gateway since its last start.
    ///
    /// # Errors
    /// The line.
    pub fn said_nothing_amiss(&self) -> Result<()> {
        for line in self.gateway.log().all() {
            let bad = line.contains("ERROR") || line.contains("panicked at");
            ensure!(!bad, "in the gateway's log: {line}");
        }
        Ok(())
    }
}
