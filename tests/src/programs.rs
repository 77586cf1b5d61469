//! Where the programs under test are: beside the test's own executable, or in `TESTS_BIN_DIR`, taken as they are.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;

use anyhow::{Context, Result, bail, ensure};

/// The gateway's executable.
///
/// # Errors
/// When it cannot be found or built.
pub fn gateway() -> Result<PathBuf> {
    named("gateway")
}

/// The kiosk's executable.
///
/// # Errors
/// When it cannot be found or built.
pub fn kiosk() -> Result<PathBuf> {
    named("kiosk")
}

/// The executable of the kiosk alone, as a device has it: without the gateway inside. Built on the first call, in a folder of its own, so that
/// the one that has it stays beside.
///
/// # Errors
/// When it cannot be built.
pub fn kiosk_alone() -> Result<PathBuf> {
    if std::env::var_os("TESTS_BIN_DIR").is_some() {
        return named("kiosk");
    }
    let is_release = folder()?.ends_with("release");
    let apart = target()?.join("alone");
    eprintln!(
        "the kiosk alone: cargo build -p kiosk --no-default-features --features desktop (minutes, the first time)"
    );
    let mut cargo = cargo();
    cargo.args(["build", "--quiet", "-p", "kiosk", "--no-default-features", "--features", "desktop", "--target-dir"]);
    cargo.arg(&apart).args(is_release.then_some("--release"));
    let status = cargo.status().context("cargo could not be started")?;
    ensure!(status.success(), "cargo build ended with {status}");
    Ok(apart.join(if is_release { "release/kiosk" } else { "debug/kiosk" }))
}

/// The environment that the kiosk's unit in `assets/config` gives it.
///
/// # Errors
/// When the unit cannot be read.
pub fn unit_environment() -> Result<Vec<(String, String)>> {
    let unit = std::fs::read_to_string(workspace().join("assets/config/yingbin-kiosk.service"))?;
    let lines = unit.lines().filter_map(|line| line.strip_prefix("Environment="));
    let pairs = lines.flat_map(str::split_whitespace).filter_map(|pair| pair.split_once('='));
    Ok(pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
}

/// The folder of this workspace.
#[must_use]
pub fn workspace() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_owned()
}

/// The folder of the build's results, where tests may leave pictures and reports.
///
/// # Errors
/// When this program does not stand in one.
pub fn target() -> Result<PathBuf> {
    let folder = folder()?;
    Ok(folder.parent().context("the folder above the programs")?.to_owned())
}

fn named(name: &str) -> Result<PathBuf> {
    let folder = folder()?;
    let path = folder.join(name);
    if std::env::var_os("TESTS_BIN_DIR").is_none() && !is_fresh(&path) {
        build(&folder)?;
    }
    ensure!(path.exists(), "{} is missing: build it with `cargo build --workspace --bins`", path.display());
    Ok(path)
}

fn folder() -> Result<PathBuf> {
    if let Some(given) = std::env::var_os("TESTS_BIN_DIR") {
        return Ok(PathBuf::from(given));
    }
    let own = std::env::current_exe().context("the path of this program")?;
    let mut folder = own.parent().context("the folder of this program")?;
    if folder.ends_with("deps") {
        folder = folder.parent().context("the folder above deps")?;
    }
    Ok(folder.to_owned())
}

/// Whether a program is there and no source is newer.
fn is_fresh(program: &Path) -> bool {
    let Ok(built) = program.metadata().and_then(|meta| meta.modified()) else { return false };
    ["gateway", "kiosk", "shared", "assets", "Cargo.lock"].iter().all(|part| !newer(&workspace().join(part), built))
}

fn newer(path: &Path, than: std::time::SystemTime) -> bool {
    if path.is_dir() {
        let Ok(entries) = path.read_dir() else { return false };
        return entries.flatten().any(|entry| newer(&entry.path(), than));
    }
    path.metadata().and_then(|meta| meta.modified()).is_ok_and(|modified| modified > than)
}

/// Builds the programs once in this process; cargo itself knows whether there is anything to do.
fn build(folder: &Path) -> Result<()> {
    static BUILT: OnceLock<Result<(), String>> = OnceLock::new();
    let built = BUILT.get_or_init(|| {
        eprintln!("the programs under test are missing or older than their sources: cargo build --workspace --bins");
        let mut cargo = cargo();
        cargo.args(["build", "--quiet", "--workspace", "--bins"]);
        if folder.ends_with("release") {
            cargo.arg("--release");
        }
        match cargo.status() {
            Ok(status) if status.success() => Ok(()),
            Ok(status) => Err(format!("cargo build ended with {status}")),
            Err(error) => Err(format!("cargo could not be started: {error}")),
        }
    });
    if let Err(error) = built {
        bail!("the programs under test could not be built: {error}");
    }
    Ok(())
}

fn cargo() -> Command {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(workspace()).stdin(Stdio::null());
    cargo
}

/// Runs the gateway's command line to its end.
///
/// # Errors
/// When it cannot be started; its own failure is in the output.
pub fn run_gateway(arguments: &[&str], stdin: &str) -> Result<Output> {
    use std::io::Write as _;
    let mut command = Command::new(gateway()?);
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().context("start the gateway's command line")?;
    if let Some(mut input) = child.stdin.take() {
        // A command that reads no input may have ended already.
        let _closed = input.write_all(stdin.as_bytes());
    }
    child.wait_with_output().context("wait for the gateway's command line")
}

/// As [`run_gateway`], but its failure is an error that shows what it said; gives its stdout.
///
/// # Errors
/// When it fails.
pub fn gateway_says(arguments: &[&str], stdin: &str) -> Result<Vec<u8>> {
    let output = run_gateway(arguments, stdin)?;
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "gateway {} ended with {}: {said}", arguments.join(" "), output.status);
    Ok(output.stdout)
}
