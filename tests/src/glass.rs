//! The kiosk beside a browser in kiosk mode that shows the same visit as a web page: how soon the first frame is on the glass, how soon
//! the next page after a tap, and what each keeps in memory before and after the walk.
//!
//! The first frame is there when the screen's pixels have the page's ground, and, of the kiosk, the button that begins (the browser's
//! window does not fill this screen by itself, so less is asked of it); the next page when they differ where no finger was; they are
//! asked for over and over, about every half millisecond. The kiosk has a gateway, keeps every visit on disk before it says so, and moves
//! its pages in for a fifth of a second; the web page does nothing of it. Called by the program `kiosk-start`; a benchmark, so it
//! judges nothing.

mod peer;
mod walk;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, ensure};

use self::walk::{Change, Glass};
use crate::load::{stopwatch, usage};
use crate::process::Process;
use crate::programs;
use crate::wait;
use crate::world::{Credentials, Screen, Setup, Showroom};

/// A browser without a profile takes its time.
const PATIENCE: Duration = Duration::from_mins(1);
/// What a program settles in: pictures decoded, caches filled, helpers started.
const SETTLED: Duration = Duration::from_secs(3);

/// What a program needed in one round.
#[derive(Debug)]
struct Needed {
    first_frame: Duration,
    /// Proportional share of memory on the welcome page, with all its processes; KiB.
    untouched: u64,
    changes: Vec<Change>,
    /// The same after the walk.
    walked: u64,
}

/// The middle of all rounds.
#[derive(Debug)]
struct Middle {
    first_frame: Duration,
    at_best: Duration,
    seen: Duration,
    slowest: Duration,
    still: Duration,
    untouched: u64,
    walked: u64,
}

/// Starts both so many times, walks through a visit with each, and gives a table.
///
/// # Errors
/// When a program or the screen does not start, or a page does not come.
pub async fn measure(rounds: usize) -> Result<String> {
    let showroom = Showroom::with(Setup { config: Some(config(&peer::MODELS)), ..Setup::default() }).await?;
    let credentials = showroom.register("k1", "kiosk")?;
    let screen = Screen::start(1920, 1080).await?;
    let fonts = fonts_alone(showroom.folder())?;
    let program = programs::kiosk_alone()?;
    furnish(&screen, &program, &showroom, &credentials).await?;
    peer::write(showroom.folder())?;
    let glass = Glass::of(screen.display())?;
    let mut middles = Vec::new();
    for is_kiosk in [true, false] {
        let mut runs = Vec::new();
        for round in 0..rounds {
            let profile = showroom.folder().join(format!("profile-{round}"));
            let mut command = if is_kiosk {
                kiosk(&program, &showroom, &credentials, &fonts)?
            } else {
                browser(&profile, showroom.folder())
            };
            command.env("DISPLAY", screen.display());
            runs.push(run(is_kiosk, &mut command, &glass, &screen).await?);
        }
        middles.push(middle(&runs)?);
    }
    showroom.finish().await?;
    let [kiosk, browser] = middles.as_slice() else { anyhow::bail!("two programs") };
    table(rounds, kiosk, browser)
}

/// These of the sample's cars with their pictures, and a door for visitors, so that there is a code to show.
pub(crate) fn config(models: &[(&str, &str)]) -> String {
    let pictures = programs::workspace().join("assets/pictures/models");
    let head =
        format!("[web]\nvisitor_listen = \"127.0.0.1:0\"\n\n[catalogue]\npictures = \"{}\"\n", pictures.display());
    let model =
        |(id, zh): &(&str, &str)| format!("\n[[catalogue.models]]\nid = \"{id}\"\nzh = \"{zh}\"\nen = \"{id}\"\n");
    let models: Vec<String> = models.iter().map(model).collect();
    head + &models.concat()
}

/// Lets the kiosk fetch its pictures once, as it does on its first day.
async fn furnish(screen: &Screen, program: &Path, showroom: &Showroom, credentials: &Credentials) -> Result<()> {
    let mut kiosk = screen.window_of(program, showroom, credentials).await?;
    let kept = showroom.folder().join(format!("{}-data/pictures", credentials.name));
    wait::until("the kiosk's pictures", || {
        let files = std::fs::read_dir(&kept).ok()?.filter_map(Result::ok);
        let whole = |file: &std::fs::DirEntry| file.file_name().len() == 64;
        (files.filter(whole).count() >= peer::MODELS.len()).then_some(())
    })
    .await?;
    ensure!(kiosk.stop().await?.success(), "{}", kiosk.err.tail());
    Ok(())
}

async fn run(is_kiosk: bool, command: &mut Command, glass: &Glass, screen: &Screen) -> Result<Needed> {
    let name = if is_kiosk { "kiosk" } else { "chromium" };
    wait::until("an empty screen", || matches!(glass.shows_ground(), Ok(false)).then_some(())).await?;
    let start = stopwatch::micros();
    let mut program = Process::start(name, command)?;
    while !(if is_kiosk { glass.shows_begin()? } else { glass.shows_ground()? }) {
        ensure!(stopwatch::since(start) < PATIENCE, "{name} shows nothing:\n{}", program.err.tail());
        tokio::time::sleep(Duration::from_micros(200)).await;
    }
    let first_frame = stopwatch::since(start);
    fill(screen).await?;
    tokio::time::sleep(SETTLED).await;
    let untouched = memory(&program);
    let changes = glass.walk().await.with_context(|| format!("{name}:\n{}", program.err.tail()))?;
    tokio::time::sleep(SETTLED).await;
    let walked = memory(&program);
    program.stop().await?;
    Ok(Needed { first_frame, untouched, changes, walked })
}

/// Nobody manages windows on this screen, so nobody makes the browser's fill it. The kiosk's does so by itself.
async fn fill(screen: &Screen) -> Result<()> {
    // The window may be there a moment before its name is.
    let named = || screen.xdotool(&["search", "--onlyvisible", "--name", "Yingbin"]).ok();
    let found = wait::until("a window with the page's name", named).await?;
    for window in found.lines() {
        screen.xdotool(&["windowmove", window, "0", "0", "windowsize", window, "1920", "1080"])?;
    }
    Ok(())
}

fn memory(program: &Process) -> u64 {
    family(program.id()).into_iter().filter_map(|pid| usage::of(pid).ok()).map(|used| used.share).sum()
}

/// A process and all that descend from it.
fn family(pid: u32) -> Vec<u32> {
    let mut family = vec![pid];
    let mut next = 0;
    while let Some(parent) = family.get(next).copied() {
        next += 1;
        let children = std::fs::read_to_string(format!("/proc/{parent}/task/{parent}/children")).unwrap_or_default();
        family.extend(children.split_whitespace().filter_map(|child| child.parse::<u32>().ok()));
    }
    family
}

fn middle(runs: &[Needed]) -> Result<Middle> {
    fn of<T: Copy + Ord>(values: impl Iterator<Item = T>) -> Result<T> {
        let mut values: Vec<T> = values.collect();
        values.sort_unstable();
        values.get(values.len() / 2).copied().context("a round")
    }
    let changes = || runs.iter().flat_map(|run| &run.changes);
    Ok(Middle {
        first_frame: of(runs.iter().map(|run| run.first_frame))?,
        at_best: runs.iter().map(|run| run.first_frame).min().context("a round")?,
        seen: of(changes().map(|change| change.seen))?,
        slowest: changes().map(|change| change.seen).max().context("a change")?,
        still: of(changes().map(|change| change.still))?,
        untouched: of(runs.iter().map(|run| run.untouched))?,
        walked: of(runs.iter().map(|run| run.walked))?,
    })
}

fn table(rounds: usize, kiosk: &Middle, browser: &Middle) -> Result<String> {
    let mut table = format!("{}; the middle of {rounds} rounds, with 5 page changes each\n", usage::machine());
    writeln!(table, "{:<38}{:>10}{:>12}{:>12}", "", "kiosk", "chromium", "times")?;
    let millis = |time: Duration| time.as_secs_f64() * 1000.0;
    #[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
    let megabytes = |kilobytes: u64| kilobytes as f64 * 1024.0 / 1e6;
    for (what, kiosk, browser) in [
        ("first frame, ms", millis(kiosk.first_frame), millis(browser.first_frame)),
        ("first frame at best, ms", millis(kiosk.at_best), millis(browser.at_best)),
        ("next page seen after a tap, ms", millis(kiosk.seen), millis(browser.seen)),
        ("the slowest of them, ms", millis(kiosk.slowest), millis(browser.slowest)),
        ("next page stands still, ms", millis(kiosk.still), millis(browser.still)),
        ("PSS on the welcome page, MB", megabytes(kiosk.untouched), megabytes(browser.untouched)),
        ("PSS after the walk, MB", megabytes(kiosk.walked), megabytes(browser.walked)),
    ] {
        writeln!(table, "{what:<38}{kiosk:>10.1}{browser:>12.1}{:>12.1}", browser / kiosk.max(0.001))?;
    }
    Ok(table)
}

/// As the unit in `assets/config` starts it: with its own fonts alone, and without the tables of a keyboard that it does not have.
fn kiosk(program: &Path, showroom: &Showroom, credentials: &Credentials, fonts: &Path) -> Result<Command> {
    let mut command = Command::new(program);
    command.arg("--config").arg(showroom.folder().join(format!("{}.toml", credentials.name)));
    command.envs(programs::unit_environment()?).env("FONTCONFIG_FILE", fonts);
    Ok(command)
}

fn browser(profile: &Path, folder: &Path) -> Command {
    let mut command = Command::new("chromium");
    command.args(["--kiosk", "--no-sandbox", "--no-first-run", "--disable-gpu", "--window-size=1920,1080"]);
    command.arg(format!("--user-data-dir={}", profile.display()));
    command.arg(format!("file://{}", folder.join("page.html").display()));
    command
}

fn fonts_alone(folder: &Path) -> Result<PathBuf> {
    let path = folder.join("fonts.conf");
    let fonts = programs::workspace().join("assets/fonts");
    let text = format!(
        "<?xml version=\"1.0\"?><!DOCTYPE fontconfig SYSTEM \"urn:fontconfig:fonts.dtd\"><fontconfig><dir>{}</dir>\
         <cachedir>{}</cachedir></fontconfig>",
        fonts.display(),
        folder.join("fonts-cache").display()
    );
    std::fs::write(&path, text)?;
    Ok(path)
}
