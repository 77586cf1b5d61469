//! The log's sled database is destroyed, the archive's last line torn: the one is rebuilt from the other, nothing is lost.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, ensure};

use super::arguments::Rounds;
use super::rig::Rig;
use crate::random::Random;
use crate::world::ALL_DAYS;

/// What is done to the files of a stopped gateway.
#[derive(Debug, Clone, Copy)]
enum Damage {
    /// The log's database is overwritten with noise.
    Noise,
    /// The log's database ends in the middle.
    Cut,
    /// The log's folder is gone.
    Gone,
    /// The archive's last line is torn, as by a power cut.
    TornLine,
    /// Everything that is disposable is gone: views and snapshots.
    Disposable,
}

/// Damages a stopped gateway's files in every way, and compares the exports before and after.
///
/// # Errors
/// When anything is lost.
pub async fn run(rounds: Rounds) -> Result<()> {
    let mut random = rounds.random("destroyed");
    for round in 1..=rounds.rounds {
        for damage in [Damage::Noise, Damage::Cut, Damage::Gone, Damage::TornLine, Damage::Disposable] {
            one(damage, &mut random).await.with_context(|| format!("round {round}: {damage:?}"))?;
            eprintln!("round {round}: {damage:?}: rebuilt, the exports are the same");
        }
    }
    Ok(())
}

async fn one(damage: Damage, random: &mut Random) -> Result<()> {
    let mut rig = Rig::open(1, 3, false).await?;
    rig.load(Duration::from_millis(600), random).await?;
    rig.settle().await?;
    rig.all_ended().await?;
    rig.kiosks.clear();
    rig.showroom.gateway_mut().stop().await?;
    let before = exports(&rig)?;
    inflict(damage, &rig.showroom.data(), random)?;
    rig.showroom.start_again().await?;
    let told = rig.showroom.gateway().log().all();
    let loud = told.iter().any(|line| line.contains("WARN") || line.contains("ERROR"));
    if !matches!(damage, Damage::Disposable) {
        ensure!(loud, "nothing in the log tells of it:\n{}", told.join("\n"));
    }
    ensure!(rig.showroom.gateway_mut().stop().await?.success());
    let after = exports(&rig)?;
    ensure!(before == after, "the exports differ");
    rig.showroom.command(&["verify"], "").map(|_| ())
}

fn exports(rig: &Rig) -> Result<(Vec<u8>, Vec<u8>)> {
    let (from, to) = ALL_DAYS;
    let export = |name| rig.showroom.command(&["export", name, "--from", from, "--to", to], "");
    Ok((export("visits.csv")?, export("visits.jsonl")?))
}

fn inflict(damage: Damage, data: &Path, random: &mut Random) -> Result<()> {
    let log = database_of_the_log(data)?;
    match damage {
        Damage::Noise => {
            let size = fs::metadata(log.join("db"))?.len();
            let noise: Vec<u8> = (0..size / 8).flat_map(|_| random.bits().to_be_bytes()).collect();
            fs::write(log.join("db"), noise)?;
        }
        Damage::Cut => {
            let file = File::options().write(true).open(log.join("db"))?;
            let size = file.metadata()?.len();
            file.set_len(random.below(size / 2 + 1))?;
        }
        Damage::Gone => fs::remove_dir_all(&log)?,
        Damage::TornLine => {
            let last = last_archive(data)?;
            let file = File::options().write(true).open(&last)?;
            let size = file.metadata()?.len();
            file.set_len(size.saturating_sub(1 + random.below(40)))?;
        }
        Damage::Disposable => {
            for name in ["views", "snapshots"] {
                let folder = data.join(name);
                if folder.exists() {
                    fs::remove_dir_all(folder)?;
                }
            }
        }
    }
    Ok(())
}

/// The sled database (a folder with files `db` and `conf`) that is not the views'.
fn database_of_the_log(data: &Path) -> Result<PathBuf> {
    let found: Vec<PathBuf> = fs::read_dir(data)?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.join("db").is_file() && path.join("conf").is_file())
        .filter(|path| !path.ends_with("views"))
        .collect();
    ensure!(found.len() == 1, "one database of the log, not {found:?}");
    found.into_iter().next().context("the log's database")
}

fn last_archive(data: &Path) -> Result<PathBuf> {
    let days = fs::read_dir(data.join("archive")).context("the archive")?;
    let files =
        days.filter_map(|entry| Some(entry.ok()?.path())).filter(|path| path.extension().is_some_and(|e| e == "jsonl"));
    files.max().context("an archive file")
}
