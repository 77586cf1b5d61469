//! fsync returns EIO, injected by strace into the running process.

use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use reqwest::StatusCode;

use super::arguments::Rounds;
use super::rig::Rig;
use crate::process::Process;
use crate::random::Random;
use crate::wait;

/// strace on a process: until it is dropped every sync of a file fails.
#[derive(Debug)]
pub struct FailingSync {
    _strace: Process,
}

impl FailingSync {
    /// Begins to make a process's syncs fail.
    ///
    /// # Errors
    /// When strace cannot be attached.
    pub async fn attach(pid: u32) -> Result<Self> {
        let mut command = Command::new("strace");
        command.args(["-f", "-q", "-o", "/dev/null", "-e", "trace=fsync,fdatasync"]);
        command.args(["-e", "inject=fsync,fdatasync:error=EIO", "-p", &pid.to_string()]);
        let strace = Process::start("strace", &mut command)?;
        let attached = wait::until("strace to be attached", || {
            let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
            let tracer = status.lines().find_map(|line| line.strip_prefix("TracerPid:"))?.trim();
            (tracer != "0").then_some(())
        });
        attached.await.with_context(|| strace.err.tail())?;
        Ok(Self { _strace: strace })
    }
}

/// EIO for the gateway, then for the kiosk.
///
/// # Errors
/// When anything was promised that is not kept.
pub async fn run(rounds: Rounds) -> Result<()> {
    let mut random = rounds.random("fsync");
    for round in 1..=rounds.rounds {
        gateway(&mut random).await.with_context(|| format!("round {round}: the gateway"))?;
        kiosk(&mut random).await.with_context(|| format!("round {round}: the kiosk"))?;
        eprintln!("round {round}: no false word");
    }
    Ok(())
}

async fn gateway(random: &mut Random) -> Result<()> {
    let mut rig = Rig::open(2, 3, false).await?;
    rig.load(random.between(Duration::from_millis(300), Duration::from_millis(1200)), random).await?;
    let failing = FailingSync::attach(rig.showroom.gateway().id()).await?;
    rig.load(Duration::from_millis(800), random).await?;
    ended_with_one_clear_line(&mut rig).await?;
    let promised = rig.told();
    ensure!(promised.received.len() > promised.receipts.len(), "receipts came though no sync succeeded");
    drop(failing);
    whole_again(&mut rig).await?;
    rig.compare().await?;
    rig.all_ended().await?;
    rig.kiosks.clear();
    rig.showroom.finish().await
}

async fn kiosk(random: &mut Random) -> Result<()> {
    let mut rig = Rig::open(1, 3, false).await?;
    rig.load(Duration::from_millis(300), random).await?;
    let kiosk = rig.kiosks.first_mut().context("a kiosk")?;
    let failing = FailingSync::attach(kiosk.process().id()).await?;
    let received = kiosk.told().received.len();
    kiosk.check_in("browse")?;
    kiosk.shows("not_received").await.context("the visitor is sent to reception")?;
    drop(failing);
    kiosk.crash().await.context("the kiosk after its restart")?;
    kiosk.check_in("browse")?;
    let word = wait::until("the kiosk to receive again", || (kiosk.told().received.len() > received).then_some(()));
    word.await?;
    rig.compare().await?;
    rig.all_ended().await?;
    rig.kiosks.clear();
    rig.showroom.finish().await
}

/// `/readyz` says 503 (or the process has ended), and the log says why in one line.
///
/// # Errors
/// When it does not.
pub async fn ended_with_one_clear_line(rig: &mut Rig) -> Result<()> {
    let base = rig.showroom.gateway().http().to_owned();
    let not_ready = wait::until_async("/readyz to say 503", || async {
        let answer = reqwest::Client::new().get(format!("{base}/readyz")).timeout(Duration::from_secs(5)).send().await;
        Ok(match answer {
            Ok(answer) => (answer.status() == StatusCode::SERVICE_UNAVAILABLE).then_some(()),
            Err(_) => None,
        })
    });
    not_ready.await?;
    let lines = rig.showroom.gateway().log().all();
    let errors: Vec<_> = lines.iter().filter(|line| line.contains("ERROR")).collect();
    ensure!(!errors.is_empty(), "nothing in the log says why:\n{}", rig.showroom.gateway().log().tail());
    ensure!(errors.len() == 1, "one line should say it: {errors:#?}");
    Ok(())
}

/// The gateway is stopped and started again, and ready.
///
/// # Errors
/// When it is not.
pub async fn whole_again(rig: &mut Rig) -> Result<()> {
    rig.showroom.gateway_mut().stop().await.context("stop the gateway that has failed")?;
    rig.showroom.start_again().await.context("the gateway after its restart")?;
    let base = rig.showroom.gateway().http().to_owned();
    wait::until_async("/readyz to say 200", || async {
        Ok(reqwest::get(format!("{base}/readyz")).await.is_ok_and(|answer| answer.status().is_success()).then_some(()))
    })
    .await
}
