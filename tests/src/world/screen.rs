//! A screen for windows, with fingers, and the folder where pictures are left.

use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use rustix::process::Signal;

use crate::process::Process;
use crate::programs;

const PATIENCE: Duration = Duration::from_mins(1);

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
        Ok(Self { display: format!(":{number}"), server })
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
    pub fn tap(&self, x: i32, y: i32) -> Result<()> {
        self.xdotool(&["mousemove", &x.to_string(), &y.to_string(), "click", "1"]).map(|_| ())
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
