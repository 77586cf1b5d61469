//! `kiosk check` on the real binary: what it says, and its exit code.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};
use tests::programs;
use tests::world::{Certificate, Credentials, Screen, Setup, Showroom};

/// What a check said.
struct Said {
    code: Option<i32>,
    text: String,
}

impl Said {
    /// Whether this part was called so, with these words.
    fn of(&self, part: &str, verdict: &str, words: &str) -> Result<()> {
        let line = self.text.lines().find(|line| line.split_whitespace().nth(1) == Some(part));
        let line = line.with_context(|| format!("nothing on {part}:\n{}", self.text))?;
        ensure!(
            line.starts_with(verdict) && line.contains(words),
            "{part} should be {verdict:?}, {words:?}:\n{}",
            self.text
        );
        Ok(())
    }

    fn code(&self, expect: i32) -> Result<()> {
        ensure!(self.code == Some(expect), "exit code {:?}, not {expect}:\n{}", self.code, self.text);
        Ok(())
    }
}

/// A machine whose clock is kept right, as far as its own tools say.
struct Machine {
    folder: tempfile::TempDir,
    screen: Screen,
}

impl Machine {
    async fn new() -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let tools = folder.path().join("bin");
        std::fs::create_dir(&tools)?;
        for (tool, script) in [("timedatectl", "echo yes"), ("aplay", "exit 0")] {
            let path = tools.join(tool);
            std::fs::write(&path, format!("#!/bin/sh\n{script}\n"))?;
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755))?;
        }
        Ok(Self { folder, screen: Screen::start(640, 480).await? })
    }

    fn configure(&self, url: &str, credentials: &Credentials, more: &str) -> Result<PathBuf> {
        let file = self.folder.path().join("kiosk.toml");
        let data = self.folder.path().join("kiosk-data").display().to_string();
        let text = format!(
            "store = {:?}\nkiosk = {:?}\ndata = {data:?}\n[mqtt]\nurl = {url:?}\nclient_id = {:?}\nusername = {:?}\npassword = {:?}\n{more}\n",
            credentials.store, credentials.name, credentials.client_id, credentials.username, credentials.password
        );
        std::fs::write(&file, text)?;
        Ok(file)
    }

    fn check(&self, file: &Path) -> Result<Said> {
        let path = std::env::var("PATH").unwrap_or_default();
        let tools = self.folder.path().join("bin");
        let mut command = Command::new(programs::kiosk()?);
        command.args(["check", "--config"]).arg(file).stdin(Stdio::null());
        command.env("DISPLAY", self.screen.display()).env("PATH", format!("{}:{path}", tools.display()));
        let output = command.output().context("start the kiosk")?;
        Ok(Said { code: output.status.code(), text: String::from_utf8_lossy(&output.stdout).into_owned() })
    }
}

#[tokio::test]
async fn a_machine_that_lacks_nothing_is_well_and_a_kiosk_that_runs_is_left_in_peace() -> Result<()> {
    let showroom = Showroom::with(Setup::default()).await?;
    let credentials = showroom.register("k1", "kiosk")?;
    let machine = Machine::new().await?;
    let url = format!("mqtt://{}", showroom.gateway().mqtt_address());
    let file = machine.configure(&url, &credentials, "")?;

    let said = machine.check(&file)?;
    said.code(0)?;
    for part in ["configuration", "data", "key", "font", "display", "clock"] {
        said.of(part, "ok", "")?;
    }
    said.of("broker", "ok", &credentials.username)?;
    ensure!(!said.text.contains(&credentials.password), "the password was printed");

    // A second connection of the same device would cut off the first.
    let mut kiosk = Command::new(programs::kiosk()?);
    kiosk.arg("--headless").arg("--config").arg(&file);
    let mut kiosk = tests::process::Process::start("kiosk", &mut kiosk)?;
    kiosk.line(tests::wait::LIMIT, "the link", |line| line.contains("\"up\":true").then_some(())).await?;
    let said = machine.check(&file)?;
    said.code(0)?;
    said.of("broker", "note", "A kiosk runs")?;
    ensure!(!kiosk.out.all().iter().any(|line| line.contains("\"up\":false")), "the kiosk was cut off");
    kiosk.stop().await?;
    showroom.finish().await
}

#[tokio::test]
async fn a_wrong_password_and_a_broker_that_is_down_are_told_apart() -> Result<()> {
    let showroom = Showroom::with(Setup::default()).await?;
    let credentials = showroom.register("k1", "kiosk")?;
    let machine = Machine::new().await?;
    let address = showroom.gateway().mqtt_address();
    let stranger = Credentials { password: "not-the-password".to_owned(), ..credentials.clone() };
    let said = machine.check(&machine.configure(&format!("mqtt://{address}"), &stranger, "")?)?;
    said.code(1)?;
    said.of("broker", "missing", "wrong password")?;
    ensure!(!said.text.contains("not-the-password"), "the password was printed");

    // This side wants TLS, the other knows none.
    let certificate = Certificate::make(&machine.folder.path().join("certificate"))?;
    let more = format!("ca_file = {:?}", certificate.authority().display().to_string());
    let said = machine.check(&machine.configure(&format!("mqtts://{address}"), &credentials, &more)?)?;
    said.code(1)?;
    said.of("broker", "missing", "mqtt:// instead of mqtts://")?;

    showroom.finish().await?;
    // Port 9 answers nobody.
    let said = machine.check(&machine.configure("mqtt://127.0.0.1:9", &credentials, "")?)?;
    said.code(1)?;
    said.of("broker", "missing", "refuses the connection")?;
    Ok(())
}

#[tokio::test]
async fn a_certificate_of_somebody_else_is_named() -> Result<()> {
    let machine = Machine::new().await?;
    let [own, other] = ["own", "other"].map(|name| Certificate::make(&machine.folder.path().join(name)));
    let (own, other) = (own?, other?);
    let config = format!(
        "[mqtt]\ntls_cert = {:?}\ntls_key = {:?}\n",
        own.chain().display().to_string(),
        own.key().display().to_string()
    );
    let showroom = Showroom::with(Setup { config: Some(config), ..Setup::default() }).await?;
    let credentials = showroom.register("k1", "kiosk")?;
    let address = showroom.gateway().mqtt_address();
    for (scheme, authority, verdict, words) in [
        ("mqtts", Some(&own), "ok", "takes"),
        ("mqtts", Some(&other), "missing", "cannot be trusted"),
        ("mqtt", None, "missing", "mqtts:// instead of mqtt://"),
    ] {
        let more = authority.map(|authority| format!("ca_file = {:?}", authority.authority().display().to_string()));
        let file = machine.configure(&format!("{scheme}://{address}"), &credentials, &more.unwrap_or_default())?;
        machine.check(&file)?.of("broker", verdict, words)?;
    }
    showroom.finish().await
}

#[tokio::test]
async fn a_kiosk_that_is_let_in_by_a_code_is_checked_with_the_account_that_it_keeps() -> Result<()> {
    let showroom = Showroom::with(Setup::default()).await?;
    let credentials = showroom.register("k1", "kiosk")?;
    let machine = Machine::new().await?;
    let data = machine.folder.path().join("kiosk-data");
    let file = machine.folder.path().join("kiosk.toml");
    let told = |url: &str| {
        std::fs::write(&file, format!("data = {:?}\n[gateway]\nurl = {url:?}\n", data.display().to_string()))
    };
    told(showroom.gateway().http())?;
    let said = machine.check(&file)?;
    said.code(0)?;
    said.of("gateway", "ok", "answers")?;
    said.of("broker", "note", "/manage/kiosks")?;

    let port = showroom.gateway().mqtt_address().rsplit(':').next().context("a port")?.parse::<u16>()?;
    std::fs::create_dir(&data)?;
    let keep = |password: &str| {
        let Credentials { store, name, client_id, .. } = &credentials;
        let account = serde_json::json!({
            "store": store, "name": name, "client_id": client_id, "password": password, "port": port, "tls": false,
        });
        std::fs::write(data.join("account.json"), account.to_string())
    };
    keep(&credentials.password)?;
    let said = machine.check(&file)?;
    said.code(0)?;
    said.of("broker", "ok", &credentials.username)?;
    keep("taken-away")?;
    let said = machine.check(&file)?;
    said.code(1)?;
    said.of("broker", "missing", "let it in anew")?;
    ensure!(!said.text.contains("taken-away"), "the password was printed");

    // A web server, but none that knows kiosks; and nobody at all.
    told(&format!("{}/manage", showroom.gateway().http()))?;
    machine.check(&file)?.code(2)?;
    showroom.finish().await?;
    told("http://127.0.0.1:9")?;
    let said = machine.check(&file)?;
    said.code(1)?;
    said.of("gateway", "missing", "does not answer")
}

#[tokio::test]
async fn a_wrong_configuration_and_a_folder_that_is_none_are_named() -> Result<()> {
    let machine = Machine::new().await?;
    let file = machine.folder.path().join("kiosk.toml");
    std::fs::write(&file, "[screen]\nidle = \"soon\"\ncolour = \"red\"\n")?;
    let said = machine.check(&file)?;
    said.code(2)?;
    said.of("configuration", "missing", "screen.idle")?;
    said.of("configuration", "missing", "screen.colour")?;
    machine.check(&machine.folder.path().join("none.toml"))?.code(2)?;

    let taken = machine.folder.path().join("taken");
    std::fs::write(&taken, "")?;
    std::fs::write(&file, format!("data = {:?}\n[mqtt]\nurl = \"mqtt://127.0.0.1:9\"\n", taken.display().to_string()))?;
    let said = machine.check(&file)?;
    said.code(1)?;
    said.of("data", "missing", "cannot be written")
}
