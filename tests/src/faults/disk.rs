//! The disk is full; the folder is read-only, or turns so.

use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, ensure};

use super::arguments::Rounds;
use super::rig::Rig;
use super::sync::{ended_with_one_clear_line, whole_again};
use crate::random::Random;
use crate::wait;
use crate::world::{Gateway, Setup, Showroom};

/// Something mounted, until it is dropped.
#[derive(Debug)]
struct Mounted {
    at: PathBuf,
}

impl Mounted {
    fn mount(at: &Path, arguments: &[&str]) -> Result<Self> {
        run_as_root("mount", arguments, at)?;
        Ok(Self { at: at.to_owned() })
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        let _stays_behind = run_as_root("umount", &["-l"], &self.at);
    }
}

fn run_as_root(program: &str, arguments: &[&str], at: &Path) -> Result<()> {
    let mut command = if rustix::process::geteuid().is_root() {
        Command::new(program)
    } else {
        let mut command = Command::new("sudo");
        command.args(["-n", program]);
        command
    };
    let output = command.args(arguments).arg(at).output().with_context(|| format!("start {program}"))?;
    ensure!(output.status.success(), "{program} (needs root): {}", String::from_utf8_lossy(&output.stderr).trim());
    Ok(())
}

/// A folder that cannot be written to, until it is dropped: root needs a mount for that, others take their own rights away.
#[derive(Debug)]
enum ReadOnly {
    Bound { _mounted: Mounted },
    Modes { at: PathBuf },
}

impl ReadOnly {
    fn make(folder: &Path) -> Result<Self> {
        if !rustix::process::geteuid().is_root() {
            change_modes(folder, "a-w")?;
            return Ok(Self::Modes { at: folder.to_owned() });
        }
        let path = folder.to_str().context("a path in UTF-8")?;
        let mounted = Mounted::mount(folder, &["--bind", path])?;
        run_as_root("mount", &["-o", "remount,bind,ro"], folder)?;
        Ok(Self::Bound { _mounted: mounted })
    }
}

impl Drop for ReadOnly {
    fn drop(&mut self) {
        if let Self::Modes { at } = self {
            let _stays_read_only = change_modes(at, "u+w");
        }
    }
}

fn change_modes(folder: &Path, how: &str) -> Result<()> {
    let changed = Command::new("chmod").args(["-R", how]).arg(folder).status()?;
    ensure!(changed.success(), "chmod {how} {}", folder.display());
    Ok(())
}

/// Leaves no room on the disk of a folder.
fn fill_up(folder: &Path) -> Result<PathBuf> {
    let path = folder.join("ballast");
    let mut file = File::create(&path)?;
    for size in [1 << 20, 1 << 12, 1] {
        let block = vec![0_u8; size];
        while file.write_all(&block).is_ok() {}
    }
    Ok(path)
}

/// The gateway's disk is full, then the kiosk's.
///
/// # Errors
/// When anything was promised that is not kept.
pub async fn full(rounds: Rounds) -> Result<()> {
    let mut random = rounds.random("disk-full");
    for round in 1..=rounds.rounds {
        gateway_full(&mut random).await.with_context(|| format!("round {round}: the gateway's disk"))?;
        kiosk_full(&mut random).await.with_context(|| format!("round {round}: the kiosk's disk"))?;
        eprintln!("round {round}: no false word");
    }
    Ok(())
}

/// A disk of 64 MiB on the folder in which somebody's data is, with what was there before.
fn small_disk(folder: &Path) -> Result<Mounted> {
    let aside = folder.with_extension("aside");
    std::fs::rename(folder, &aside)?;
    std::fs::create_dir(folder)?;
    let own = format!("size=64m,mode=0777,uid={}", rustix::process::geteuid().as_raw());
    let mounted = Mounted::mount(folder, &["-t", "tmpfs", "-o", &own, "tmpfs"])?;
    let copied = Command::new("cp").arg("-a").arg(aside.join(".")).arg(folder).status()?;
    ensure!(copied.success(), "cp could not move {} to the small disk", aside.display());
    Ok(mounted)
}

async fn gateway_full(random: &mut Random) -> Result<()> {
    let mut rig = Rig::open(2, 3, false).await?;
    rig.load(Duration::from_millis(500), random).await?;
    rig.showroom.gateway_mut().stop().await?;
    let data = rig.showroom.data();
    let mounted = small_disk(&data)?;
    rig.showroom.start_again().await?;
    rig.load(Duration::from_millis(500), random).await?;
    let ballast = fill_up(&data)?;
    rig.load(Duration::from_secs(2), random).await?;
    ended_with_one_clear_line(&mut rig).await?;
    std::fs::remove_file(ballast)?;
    nothing_lost(&mut rig).await?;
    drop(mounted);
    Ok(())
}

/// The gateway takes what it is given again, has everything that it promised, and lets go of its disk.
async fn nothing_lost(rig: &mut Rig) -> Result<()> {
    whole_again(rig).await?;
    rig.compare().await?;
    rig.all_ended().await?;
    rig.kiosks.clear();
    ensure!(rig.showroom.gateway_mut().stop().await?.success(), "the gateway did not stop in order");
    rig.showroom.said_nothing_amiss()
}

async fn kiosk_full(random: &mut Random) -> Result<()> {
    let mut rig = Rig::open(1, 3, false).await?;
    let kiosk = rig.kiosks.first_mut().context("a kiosk")?;
    kiosk.process().kill().await?;
    let data = kiosk.data().to_owned();
    let mounted = small_disk(&data)?;
    kiosk.crash().await?;
    rig.load(Duration::from_millis(300), random).await?;
    let ballast = fill_up(&data)?;
    // What still fits is received in truth; then the visitor is sent to reception.
    let kiosk = rig.kiosks.first_mut().context("a kiosk")?;
    let start = wait::boot();
    while kiosk.told().not_received.is_empty() {
        ensure!(
            wait::since(start) < wait::LIMIT,
            "the kiosk never said that its disk is full: {:?}",
            kiosk.facts().last()
        );
        kiosk.check_in("browse")?;
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    std::fs::remove_file(ballast)?;
    kiosk.crash().await.context("the kiosk after its restart")?;
    let received = kiosk.told().received.len();
    kiosk.check_in("browse")?;
    wait::until("the kiosk to receive again", || (kiosk.told().received.len() > received).then_some(())).await?;
    rig.compare().await?;
    rig.all_ended().await?;
    rig.kiosks.clear();
    rig.showroom.finish().await?;
    drop(mounted);
    Ok(())
}

/// The gateway's folder is read-only at its start.
///
/// # Errors
/// When it starts all the same, says nothing clear, or is not whole afterwards.
pub async fn read_only(rounds: Rounds) -> Result<()> {
    let mut random = rounds.random("read-only");
    for round in 1..=rounds.rounds {
        let mut rig = Rig::open(1, 2, false).await?;
        rig.load(random.between(Duration::from_millis(200), Duration::from_millis(800)), &mut random).await?;
        rig.showroom.gateway_mut().stop().await?;
        refused_read_only(&rig.showroom).await.with_context(|| format!("round {round}"))?;
        rig.showroom.start_again().await?;
        rig.compare().await?;
        rig.all_ended().await?;
        rig.kiosks.clear();
        rig.showroom.finish().await?;
        eprintln!("round {round}: refused with one line, whole afterwards");
    }
    Ok(())
}

/// A disk of its own (ext4 in a file) on the folder in which somebody's data is, with what was there before.
#[derive(Debug)]
struct Disk {
    image: PathBuf,
    mounted: Mounted,
}

impl Disk {
    fn put_under(folder: &Path) -> Result<Self> {
        let (aside, image) = (folder.with_extension("aside"), folder.with_extension("image"));
        std::fs::rename(folder, &aside)?;
        std::fs::create_dir(folder)?;
        File::create(&image)?.set_len(256 << 20)?;
        let owner =
            format!("root_owner={}:{}", rustix::process::geteuid().as_raw(), rustix::process::getegid().as_raw());
        let made = Command::new("mkfs.ext4").args(["-q", "-F", "-E", &owner]).arg(&image).status()?;
        ensure!(made.success(), "mkfs.ext4 {}", image.display());
        let mounted = Mounted::mount(folder, &["-o", "loop", image.to_str().context("a path in UTF-8")?])?;
        let copied = Command::new("cp").arg("-a").arg(aside.join(".")).arg(folder).status()?;
        ensure!(copied.success(), "cp could not move {} to the disk", aside.display());
        Ok(Self { image, mounted })
    }

    /// What ext4 does by itself after an error of the disk. A plain `remount,ro` is refused while files are open for writing, as the
    /// programs' are; this turns it read-only under them.
    fn fail(&self) -> Result<()> {
        run_as_root("mount", &["-o", "remount,abort"], &self.mounted.at)
    }

    /// What somebody does then, once nobody uses it: check it, and mount it again.
    fn mend(&self) -> Result<()> {
        run_as_root("umount", &[], &self.mounted.at)?;
        let checked = Command::new("e2fsck").args(["-p", "-f"]).arg(&self.image).output()?;
        // 1: errors were corrected.
        ensure!(matches!(checked.status.code(), Some(0 | 1)), "e2fsck: {}", String::from_utf8_lossy(&checked.stdout));
        let image = self.image.to_str().context("a path in UTF-8")?;
        run_as_root("mount", &["-o", "loop", image], &self.mounted.at)
    }
}

/// The disk turns read-only under the running gateway, then under the running kiosk, as after an error of the disk.
///
/// # Errors
/// When anything was promised that is not kept, nothing clear is said, or they are not whole afterwards.
pub async fn turns_read_only(rounds: Rounds) -> Result<()> {
    let mut random = rounds.random("turns-read-only");
    for round in 1..=rounds.rounds {
        gateway_turns(&mut random).await.with_context(|| format!("round {round}: the gateway's disk"))?;
        kiosk_turns(&mut random).await.with_context(|| format!("round {round}: the kiosk's disk"))?;
        eprintln!("round {round}: no false word, whole afterwards");
    }
    Ok(())
}

async fn gateway_turns(random: &mut Random) -> Result<()> {
    let mut rig = Rig::open(2, 3, false).await?;
    rig.load(Duration::from_millis(500), random).await?;
    rig.showroom.gateway_mut().stop().await?;
    let data = rig.showroom.data();
    let disk = Disk::put_under(&data)?;
    rig.showroom.start_again().await?;
    rig.load(random.between(Duration::from_millis(300), Duration::from_millis(900)), random).await?;
    disk.fail()?;
    rig.load(Duration::from_millis(800), random).await?;
    ended_with_one_clear_line(&mut rig).await?;
    let before = rig.told().receipts.len();
    rig.load(Duration::from_millis(500), random).await?;
    ensure!(rig.told().receipts.len() == before, "receipts came though nothing could be written");
    rig.showroom.gateway_mut().stop().await.context("stop the gateway that has failed")?;
    disk.mend()?;
    rig.showroom.start_again().await?;
    nothing_lost(&mut rig).await?;
    drop(disk);
    Ok(())
}

async fn kiosk_turns(random: &mut Random) -> Result<()> {
    let mut rig = Rig::open(1, 3, false).await?;
    let kiosk = rig.kiosks.first_mut().context("a kiosk")?;
    kiosk.process().kill().await?;
    let disk = Disk::put_under(kiosk.data())?;
    kiosk.crash().await?;
    rig.load(Duration::from_millis(300), random).await?;
    disk.fail()?;
    let kiosk = rig.kiosks.first_mut().context("a kiosk")?;
    let received = kiosk.told().received.len();
    kiosk.check_in("browse")?;
    kiosk.shows("not_received").await.context("the visitor is sent to reception")?;
    ensure!(kiosk.told().received.len() == received, "shown as received though nothing could be written");
    kiosk.process().kill().await?;
    disk.mend()?;
    kiosk.crash().await.context("the kiosk after its restart")?;
    kiosk.check_in("browse")?;
    wait::until("the kiosk to receive again", || (kiosk.told().received.len() > received).then_some(())).await?;
    rig.compare().await?;
    rig.all_ended().await?;
    rig.kiosks.clear();
    rig.showroom.finish().await?;
    drop(disk);
    Ok(())
}

async fn refused_read_only(showroom: &Showroom) -> Result<()> {
    let data = showroom.data();
    let path = data.to_str().context("a path in UTF-8")?;
    let _read_only = ReadOnly::make(&data)?;
    let mut process = Gateway::launch(&data, showroom.folder(), &Setup::default())?;
    let status = process.end().await?;
    let said = process.err.all();
    ensure!(!status.success(), "the gateway started on a folder that is read-only");
    let clear = said.iter().filter(|line| line.contains(path)).count();
    ensure!(clear == 1, "one line should name the folder: {said:#?}");
    Ok(())
}
