//! How soon a kiosk's first frame is on the glass and what the kiosk keeps in memory, beside a browser in kiosk mode that shows a page of the
//! same looks.
//!
//! The first frame is there when the screen's pixels have the page's ground; they are asked for over and over, about every
//! half millisecond. Called by the program `kiosk-start`; a benchmark, so it judges nothing.

use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use x11rb::connection::Connection as _;
use x11rb::protocol::xproto::{ConnectionExt as _, ImageFormat};
use x11rb::rust_connection::RustConnection;

use crate::load::{stopwatch, usage};
use crate::process::Process;
use crate::programs;
use crate::wait;
use crate::world::Screen;

/// The ground of every page (`kiosk/ui/theme/tokens.slint`), as the screen holds it: blue, green, red.
const GROUND: [u8; 3] = [0xef, 0xf3, 0xf5];
/// Where it shows on the welcome page: in the margin.
const CORNER: (i16, i16) = (30, 30);
/// A browser without a profile takes its time.
const PATIENCE: Duration = Duration::from_mins(1);

/// What a program needed.
#[derive(Debug, Clone, Copy)]
struct Needed {
    first_frame: Duration,
    /// Proportional share of memory, with all its processes.
    kilobytes: u64,
}

/// Starts both so many times and gives a table.
///
/// # Errors
/// When a program or the screen does not start.
pub async fn measure(rounds: usize) -> Result<String> {
    let folder = tempfile::tempdir()?;
    let screen = Screen::start(1920, 1080).await?;
    let (glass, number) = x11rb::connect(Some(screen.display())).context("connect to the screen")?;
    let root = glass.setup().roots.get(number).context("a screen")?.root;
    let fonts = fonts_alone(folder.path())?;
    std::fs::write(folder.path().join("page.html"), PAGE)?;
    let mut table =
        format!("{}\n{:<10}{:>16}{:>16}{:>12}\n", usage::machine(), "", "first frame ms", "at best ms", "PSS MB");
    for (name, is_kiosk) in [("kiosk", true), ("chromium", false)] {
        let mut runs = Vec::new();
        for round in 0..rounds {
            let data = folder.path().join(format!("{name}-{round}"));
            let mut command = if is_kiosk { kiosk(&data, &fonts)? } else { browser(&data, folder.path()) };
            command.env("DISPLAY", screen.display());
            runs.push(run(name, &mut command, &glass, root).await?);
        }
        runs.sort_by_key(|needed| needed.first_frame);
        let (best, middle) = (runs.first().context("a round")?, runs.get(runs.len() / 2).context("a round")?);
        let millis = |needed: &Needed| needed.first_frame.as_secs_f64() * 1000.0;
        #[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
        let megabytes = middle.kilobytes as f64 / 1000.0;
        writeln!(table, "{name:<10}{:>16.0}{:>16.0}{megabytes:>12.1}", millis(middle), millis(best))?;
    }
    Ok(table)
}

async fn run(name: &str, command: &mut Command, glass: &RustConnection, root: u32) -> Result<Needed> {
    ensure!(!shows_ground(glass, root)?, "the screen is not empty");
    let start = stopwatch::micros();
    let program = Process::start(name, command)?;
    while !shows_ground(glass, root)? {
        ensure!(stopwatch::since(start) < PATIENCE, "{name} shows nothing:\n{}", program.err.tail());
        tokio::time::sleep(Duration::from_micros(200)).await;
    }
    let first_frame = stopwatch::since(start);
    // What it settles at: pictures decoded, caches filled, helpers started.
    tokio::time::sleep(Duration::from_secs(3)).await;
    let kilobytes = family(program.id()).into_iter().filter_map(|pid| usage::of(pid).ok()).map(|used| used.share).sum();
    drop(program);
    wait::until("an empty screen", || matches!(shows_ground(glass, root), Ok(false)).then_some(())).await?;
    Ok(Needed { first_frame, kilobytes })
}

fn shows_ground(glass: &RustConnection, root: u32) -> Result<bool> {
    let image = glass.get_image(ImageFormat::Z_PIXMAP, root, CORNER.0, CORNER.1, 1, 1, u32::MAX)?.reply()?;
    Ok(image.data.starts_with(&GROUND))
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

/// As the unit in `assets/config` starts it: with its own fonts alone, and without the tables of a keyboard that it does not have.
fn kiosk(data: &Path, fonts: &Path) -> Result<Command> {
    std::fs::create_dir_all(data)?;
    let config = data.join("kiosk.toml");
    let text = format!(
        "store = \"demo\"\nkiosk = \"k1\"\ndata = \"{}\"\n\n[mqtt]\nurl = \"mqtt://127.0.0.1:9\"\nclient_id = \"k1\"\n",
        data.join("data").display()
    );
    std::fs::write(&config, text)?;
    let mut command = Command::new(programs::kiosk()?);
    command.arg("--config").arg(config).env("FONTCONFIG_FILE", fonts).env("XCOMPOSEFILE", "/dev/null");
    Ok(command)
}

fn browser(profile: &Path, folder: &Path) -> Command {
    let mut command = Command::new("chromium");
    command.args(["--kiosk", "--no-sandbox", "--no-first-run", "--disable-gpu", "--window-size=1920,1080"]);
    command.arg(format!("--user-data-dir={}", profile.display()));
    command.arg(format!("file://{}", folder.join("page.html").display()));
    command
}

fn fonts_alone(folder: &Path) -> Result<std::path::PathBuf> {
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

/// The welcome page as a web page, with nothing that would have to be loaded.
const PAGE: &str = "<!doctype html><html lang=zh><meta charset=utf-8><title>Yingbin</title><style>body{margin:72px;\
background:#f5f3ef;font:34px sans-serif}h1{font-size:108px;margin:0}button{display:block;width:100%;height:132px;margin:28px 0;\
font-size:42px;background:#0e4553;color:#fff;border:0;border-radius:22px}</style><h1>欢迎光临</h1><p>山河汽车</p>\
<button>点此开始</button><button>Start in English</button><button>请人帮忙</button></html>";
