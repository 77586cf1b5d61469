//! A screen for windows, with fingers, and the folder where pictures are left.

use std::cell::Cell;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use rustix::process::Signal;

use super::spot::{self, Spot};
use super::{Credentials, Showroom};
use crate::process::Process;
use crate::{programs, wait};

const PATIENCE: Duration = Duration::from_mins(1);
/// For a tap to have its effect, on a machine that does other things as well.
const SETTLED: Duration = Duration::from_secs(5);

/// Where pictures are left.
///
/// # Errors
/// When the folder cannot be made.
pub fn pictures() -> Result<PathBuf> {
    let folder = programs::workspace().join("target/screenshots");
    std::fs::create_dir_all(&folder)?;
    Ok(folder)
}

pub(super) fn keep_picture(name: &str, png: &[u8]) -> Result<PathBuf> {
    let path = pictures()?.join(format!("{name}.png"));
    std::fs::write(&path, png).with_context(|| path.display().to_string())?;
    Ok(path)
}

/// A screen without glass (Xvfb), and fingers for it (xdotool).
#[derive(Debug)]
pub struct Screen {
    display: String,
    size: (u32, u32),
    server: Process,
}

impl Screen {
    /// Starts a screen of this size on a display number that is free.
    ///
    /// # Errors
    /// When Xvfb does not start.
    pub async fn start(width: u32, height: u32) -> Result<Self> {
        let mut command = Command::new("Xvfb");
        let size = format!("{width}x{height}x24");
        // Without -noreset it begins anew whenever its last client leaves, and refuses whoever comes at that moment.
        command.args(["-displayfd", "1", "-screen", "0", &size, "-nolisten", "tcp", "-noreset"]);
        let mut server = Process::start("Xvfb", &mut command)?;
        let number = server.line(PATIENCE, "a display", |line| line.trim().parse::<u32>().ok()).await?;
        Ok(Self { display: format!(":{number}"), size: (width, height), server })
    }

    /// For `DISPLAY`.
    #[must_use]
    pub fn display(&self) -> &str {
        &self.display
    }

    /// Runs xdotool and gives what it says.
    ///
    /// # Errors
    /// When it fails.
    pub fn xdotool(&self, arguments: &[&str]) -> Result<String> {
        let output = Command::new("xdotool").args(arguments).env("DISPLAY", &self.display).output()?;
        ensure!(output.status.success(), "xdotool {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    /// The screen stands still until [`Screen::thaw`]: whoever draws on it waits. Nothing else may be asked of it meanwhile.
    ///
    /// # Errors
    /// When it is gone.
    pub fn freeze(&self) -> Result<()> {
        self.server.signal(Signal::STOP)
    }

    /// The screen goes on.
    ///
    /// # Errors
    /// When it is gone.
    pub fn thaw(&self) -> Result<()> {
        self.server.signal(Signal::CONT)
    }

    /// Taps a place.
    ///
    /// # Errors
    /// When xdotool fails.
    pub fn tap(&self, (x, y): Spot) -> Result<()> {
        self.xdotool(&["mousemove", &x.to_string(), &y.to_string(), "click", "1"]).map(|_| ())
    }

    /// Starts the kiosk in a window that fills this screen.
    ///
    /// # Errors
    /// When its window does not come.
    pub async fn kiosk(&self, showroom: &Showroom, credentials: &Credentials) -> Result<Process> {
        self.window_of(&programs::kiosk()?, showroom, credentials).await
    }

    /// The same with the kiosk's program of one's choice.
    ///
    /// # Errors
    /// When its window does not come.
    pub async fn window_of(&self, program: &Path, showroom: &Showroom, credentials: &Credentials) -> Result<Process> {
        let file = showroom.folder().join(format!("{}.toml", credentials.name));
        let data = showroom.folder().join(format!("{}-data", credentials.name)).display().to_string();
        let text = format!(
            "store = {:?}\nkiosk = {:?}\ndata = {data:?}\n\n[mqtt]\nurl = \"mqtt://{}\"\nclient_id = {:?}\nusername = {:?}\n\
             password = {:?}\n\n[screen]\nfullscreen = true\n",
            credentials.store,
            credentials.name,
            showroom.gateway().mqtt_address(),
            credentials.client_id,
            credentials.username,
            credentials.password
        );
        std::fs::write(&file, text)?;
        let mut command = Command::new(program);
        // Its fonts lie elsewhere on a device.
        command.envs(programs::unit_environment()?.into_iter().filter(|(name, _)| name != "FONTCONFIG_FILE"));
        let kiosk = Process::start("kiosk", command.arg("--config").arg(&file).env("DISPLAY", &self.display))?;
        let window = wait::until("the kiosk's window", || {
            let found = self.xdotool(&["search", "--onlyvisible", "--name", "Yingbin"]).ok()?;
            found.lines().next().map(str::to_owned)
        });
        let window = window.await.with_context(|| kiosk.err.tail())?;
        // Nobody manages windows on this screen: it does so by itself.
        let whole =
            ["X=0".to_owned(), "Y=0".to_owned(), format!("WIDTH={}", self.size.0), format!("HEIGHT={}", self.size.1)];
        wait::until("a window that fills the screen", || {
            let place = self.xdotool(&["getwindowgeometry", "--shell", &window]).ok()?;
            whole.iter().all(|line| place.lines().any(|is| is == line)).then_some(())
        })
        .await?;
        Ok(kiosk)
    }

    /// What a QR code on the screen says, read by zbarimg from a picture; `None` while there is none.
    ///
    /// # Errors
    /// When no picture can be taken.
    pub fn code(&self, name: &str) -> Result<Option<String>> {
        code_in(&self.picture(name)?)
    }

    /// Taps "begin" 点此开始 on the kiosk's welcome page until the next page stands.
    ///
    /// # Errors
    /// When the page does not change.
    pub fn begin(&self, name: &str) -> Result<()> {
        for _ in 0..5 {
            self.tap(spot::BEGIN)?;
            // A second tap too early would hit a purpose.
            let start = wait::boot();
            while wait::since(start) < SETTLED {
                if self.code(name)?.is_none() {
                    return Ok(());
                }
            }
        }
        anyhow::bail!("the page did not change; see {name}.png")
    }

    /// Waits until the screen no longer looks as it did and stands still; leaves a picture and gives its bytes.
    ///
    /// # Errors
    /// When it stays as it was, or moves on and on.
    pub async fn changed(&self, name: &str, before: &[u8]) -> Result<Vec<u8>> {
        let last = Cell::new(Vec::new());
        wait::until_async(&format!("the screen to change to {name}"), || async {
            let now = std::fs::read(self.picture(name)?)?;
            let stands = last.replace(now.clone()) == now;
            Ok((stands && now != before).then_some(now))
        })
        .await
    }

    /// Waits until the screen stands still; leaves a picture and gives its bytes.
    ///
    /// # Errors
    /// When it moves on and on.
    pub async fn settled(&self, name: &str) -> Result<Vec<u8>> {
        self.changed(name, &[]).await
    }

    /// Leaves a picture of the screen in `target/screenshots`.
    ///
    /// # Errors
    /// When it cannot be taken.
    pub fn picture(&self, name: &str) -> Result<PathBuf> {
        let path = pictures()?.join(format!("{name}.png"));
        let output = Command::new("import")
            .args(["-display", &self.display, "-window", "root"])
            .arg(&path)
            .output()
            .context("start import (imagemagick)")?;
        ensure!(output.status.success(), "import: {}", String::from_utf8_lossy(&output.stderr));
        Ok(path)
    }
}

/// What the QR code in a picture says, read by zbarimg; `None` where there is none.
///
/// # Errors
/// When zbarimg does not run.
pub fn code_in(picture: &Path) -> Result<Option<String>> {
    let output = Command::new("zbarimg").args(["--quiet", "--raw"]).arg(picture).output().context("start zbarimg")?;
    let text = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    Ok((!text.is_empty()).then_some(text))
}
