//! Kiosk and gateway as services: what the service manager hears of them, when all is well and when a part stands still.

use std::os::unix::net::UnixDatagram;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use tests::faults::sync::FailingSync;
use tests::process::Process;
use tests::world::{Gateway, Screen, Setup, spot};
use tests::{programs, wait};

/// The service manager's patience; the kiosk gives a sign twice as often.
const PATIENCE: Duration = Duration::from_secs(1);
/// So long without a sign is no accident: seven of them are missing.
const SILENCE: Duration = Duration::from_millis(3_500);

/// The service manager's end of the line.
struct Manager {
    socket: UnixDatagram,
    path: std::path::PathBuf,
}

impl Manager {
    fn new(folder: &Path) -> Result<Self> {
        let path = folder.join("notify");
        let socket = UnixDatagram::bind(&path)?;
        socket.set_nonblocking(true)?;
        Ok(Self { socket, path })
    }

    /// What was said since the last time.
    fn heard(&self) -> Vec<String> {
        let mut buffer = [0; 4096];
        let mut heard = Vec::new();
        while let Ok(length) = self.socket.recv(&mut buffer) {
            let said = String::from_utf8_lossy(buffer.get(..length).unwrap_or_default()).into_owned();
            heard.extend(said.lines().map(str::to_owned));
        }
        heard
    }

    async fn hears(&self, what: &str, kiosk: &Process) -> Result<()> {
        let heard = wait::until(what, || self.heard().iter().any(|said| said == what).then_some(())).await;
        heard.with_context(|| kiosk.err.tail())
    }

    /// Waits until no sign of life has come for so long.
    async fn hears_nothing_for(&self, silence: Duration) -> Result<()> {
        let mut last = wait::boot();
        wait::until("silence", || {
            if self.heard().iter().any(|said| said == "WATCHDOG=1") {
                last = wait::boot();
            }
            (wait::since(last) >= silence).then_some(())
        })
        .await
    }

    /// What makes a program speak to this manager.
    fn variables(&self) -> Vec<(String, String)> {
        let socket = self.path.display().to_string();
        vec![("NOTIFY_SOCKET".to_owned(), socket), ("WATCHDOG_USEC".to_owned(), PATIENCE.as_micros().to_string())]
    }

    fn watch<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        command.envs(self.variables())
    }
}

/// A kiosk's configuration without any gateway: port 9 answers nobody.
fn configuration(folder: &Path, more: &str) -> Result<std::path::PathBuf> {
    let file = folder.join("kiosk.toml");
    let data = folder.join("kiosk-data").display().to_string();
    std::fs::write(&file, format!("data = {data:?}\n{more}\n[mqtt]\nurl = \"mqtt://127.0.0.1:9\"\n"))?;
    Ok(file)
}

/// What the screen shows, as one word.
fn signature(screen: &Screen) -> Result<String> {
    let picture = screen.picture("kiosk-service")?;
    let output = Command::new("identify").args(["-format", "%#"]).arg(&picture).output().context("start identify")?;
    let signature = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    ensure!(!signature.is_empty(), "{} cannot be read", picture.display());
    Ok(signature)
}

#[tokio::test]
async fn a_window_that_stands_still_gives_no_sign_of_life() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let manager = Manager::new(folder.path())?;
    let screen = Screen::start(1920, 1080).await?;
    // The countdown draws every second.
    let more = "[screen]\nidle = \"1s\"\ncountdown = \"10m\"\nsound = false\nfullscreen = true\n";
    let file = configuration(folder.path(), more)?;
    let mut command = Command::new(programs::kiosk()?);
    command.arg("--config").arg(&file).env("DISPLAY", screen.display());
    let mut kiosk = Process::start("kiosk", manager.watch(&mut command))?;
    manager.hears("READY=1", &kiosk).await?;
    for _ in 0..4 {
        manager.hears("WATCHDOG=1", &kiosk).await?;
    }

    wait::until_async("the countdown", || async {
        // "Begin"; on the next page it lies between two purposes.
        screen.tap(spot::BEGIN)?;
        // The countdown begins after a second untouched; then the picture changes from one second to the next.
        tokio::time::sleep(Duration::from_millis(2_200)).await;
        let before = signature(&screen)?;
        tokio::time::sleep(Duration::from_millis(1_200)).await;
        Ok((signature(&screen)? != before).then_some(()))
    })
    .await
    .with_context(|| kiosk.err.tail())?;

    screen.freeze()?;
    manager.hears_nothing_for(SILENCE).await?;
    ensure!(kiosk.ended()?.is_none(), "the kiosk ended: {}", kiosk.err.tail());
    screen.thaw()?;
    manager.hears("WATCHDOG=1", &kiosk).await?;
    let status = kiosk.stop().await?;
    ensure!(status.success(), "the kiosk ended with {status}: {}", kiosk.err.tail());
    ensure!(manager.heard().iter().any(|said| said == "STOPPING=1"), "it did not say that it stops");
    Ok(())
}

#[tokio::test]
async fn a_disk_that_hangs_keeps_the_kiosk_from_being_ready_and_alive() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let manager = Manager::new(folder.path())?;
    // Whoever opens a pipe waits until somebody opens its other end: a file on a disk that does not answer.
    let key = folder.path().join("key");
    ensure!(Command::new("mkfifo").args(["-m", "600"]).arg(&key).status()?.success(), "mkfifo");
    let file = configuration(folder.path(), &format!("key_file = {:?}", key.display().to_string()))?;
    let mut command = Command::new(programs::kiosk()?);
    command.arg("--headless").arg("--config").arg(&file);
    let mut kiosk = Process::start("kiosk", manager.watch(&mut command))?;
    tokio::time::sleep(SILENCE).await;
    ensure!(manager.heard().is_empty(), "it is ready or alive, although its disk hangs");
    ensure!(kiosk.ended()?.is_none(), "the kiosk ended: {}", kiosk.err.tail());

    // The disk answers, with a key that is none: visitors are sent to reception, but the kiosk lives.
    std::fs::write(&key, "no key")?;
    manager.hears("READY=1", &kiosk).await?;
    manager.hears("WATCHDOG=1", &kiosk).await?;
    // After a while it tries to open the outbox again, and hangs again.
    manager.hears_nothing_for(SILENCE).await?;
    kiosk.kill().await
}

#[tokio::test]
async fn a_gateway_whose_disk_failed_gives_no_sign_of_life_and_answers_503() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let manager = Manager::new(folder.path())?;
    let data = folder.path().join("data");
    let setup = Setup { env: manager.variables(), ..Setup::default() };
    let mut gateway = Gateway::start(&data, folder.path(), &setup).await?;
    manager.hears("READY=1", gateway.process()).await?;
    for _ in 0..4 {
        manager.hears("WATCHDOG=1", gateway.process()).await?;
    }

    let failing = FailingSync::attach(gateway.id()).await?;
    let add = ["device", "add", "k1", "--kind", "kiosk", "--data"];
    let data = data.to_str().context("a path in UTF-8")?;
    let added = programs::run_gateway(&[&add[..], &[data]].concat(), "")?;
    ensure!(!added.status.success(), "a device was added though the disk took nothing");
    manager.hears_nothing_for(SILENCE).await?;
    ensure!(gateway.is_running()?, "the gateway ended: {}", gateway.log().tail());
    let answer = reqwest::get(format!("{}/readyz", gateway.http())).await?;
    ensure!(answer.status().as_u16() == 503, "ready, though it takes no changes: {}", answer.status());
    drop(failing);

    // What systemd does then.
    gateway.process().kill().await?;
    let mut gateway = Gateway::start(std::path::Path::new(data), folder.path(), &setup).await?;
    manager.hears("READY=1", gateway.process()).await?;
    manager.hears("WATCHDOG=1", gateway.process()).await?;
    let status = gateway.stop().await?;
    ensure!(status.success(), "the gateway ended with {status}: {}", gateway.log().tail());
    ensure!(manager.heard().iter().any(|said| said == "STOPPING=1"), "it did not say that it stops");
    Ok(())
}

/// What a unit sets, key by key.
fn unit(name: &str) -> Result<Vec<(String, String)>> {
    let text = std::fs::read_to_string(programs::workspace().join("assets/config").join(name))?;
    let set = text.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.split_once('='));
    Ok(set.map(|(key, value)| (key.to_owned(), value.to_owned())).collect())
}

#[test]
fn systemd_watches_both_services_and_never_gives_up() -> Result<()> {
    for name in ["yingbin-gateway.service", "yingbin-kiosk.service"] {
        let unit = unit(name)?;
        let set = |key: &str| unit.iter().find(|(known, _)| known == key).map(|(_, value)| value.as_str());
        ensure!(set("Type") == Some("notify"), "{name}: Type");
        ensure!(set("WatchdogSec") == Some("30"), "{name}: WatchdogSec");
        ensure!(set("StartLimitIntervalSec") == Some("0"), "{name} may stay down for ever");
        ensure!(matches!(set("Restart"), Some("on-failure" | "always")), "{name}: Restart");
        ensure!(set("RestartPreventExitStatus") == Some("2"), "{name}: a wrong configuration is not tried again");
    }
    Ok(())
}
