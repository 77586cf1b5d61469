//! The command line of the fault rounds.

use std::path::PathBuf;

use anyhow::Result;
use clap::{Args, Parser, Subcommand};

use super::{blackout, destroyed, disk, kill, outage, powercut, sync};
use crate::random::Random;

/// Breaks things on purpose, and checks that nothing that was promised is lost.
#[derive(Debug, Clone, Parser)]
#[command(name = "faults")]
pub struct Arguments {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Clone, Subcommand)]
enum What {
    /// kill -9 of kiosk, gateway and mosquitto at random moments under load
    Kill(Rounds),
    /// Power cuts of the gateway and of the kiosk, by tests/powercut.sh (needs root)
    Powercut(PowerCuts),
    /// fsync returns EIO while the gateway runs, and while the kiosk runs
    Fsync(Rounds),
    /// The disk is full (needs root to mount a small one)
    DiskFull(Rounds),
    /// The data folder is read-only at the start
    ReadOnly(Rounds),
    /// The disk turns read-only under the running gateway, and under the running kiosk (needs root to mount one)
    TurnsReadOnly(Rounds),
    /// The sled log is destroyed, the archive's last line torn
    Destroyed(Rounds),
    /// The gateway is away until the kiosk's outbox is full, and comes back
    Outage(Outage),
    /// One short round each of fsync, disk-full, turns-read-only, read-only and destroyed
    All {
        /// Leave out what only root can do, and name it
        #[arg(long)]
        without_root: bool,
    },
    /// Part of `powercut`: writes to a gateway on $DIR and prints what it acknowledged
    #[command(hide = true)]
    Write,
    /// Part of `powercut`: checks that everything in $ACKED is in the log on $DIR
    #[command(hide = true)]
    Check,
    /// Part of `powercut`: a kiosk on $DIR without a gateway; prints what it showed as received
    #[command(hide = true)]
    WriteKiosk,
    /// Part of `powercut`: checks that the kiosk on $DIR still brings everything in $ACKED to a gateway
    #[command(hide = true)]
    CheckKiosk,
    /// Part of `powercut`: fills a gateway's log on $DIR
    #[command(hide = true)]
    Fill {
        #[arg(long)]
        records: usize,
    },
}

/// How often, and from which seed.
#[derive(Debug, Clone, Copy, Args)]
pub struct Rounds {
    /// How many rounds
    #[arg(long, default_value_t = 1)]
    pub rounds: u32,
    /// The seed of an earlier run, to repeat its choices
    #[arg(long)]
    pub seed: Option<u64>,
}

impl Rounds {
    /// The choices of this run; prints the seed.
    #[must_use]
    pub fn random(self, what: &str) -> Random {
        let seed = self.seed.unwrap_or_else(Random::fresh_seed);
        eprintln!("{what}: {} rounds, --seed {seed}", self.rounds);
        Random::new(seed)
    }
}

/// How the power is cut.
#[derive(Debug, Clone, Args)]
pub struct PowerCuts {
    /// How many cuts
    #[arg(long, default_value_t = 20)]
    pub rounds: u32,
    /// Records that the store holds before the cut
    #[arg(long, default_value_t = 0)]
    pub records: usize,
    /// Then one round under eatmydata, which must lose: otherwise the set-up sees nothing
    #[arg(long)]
    pub control: bool,
    /// Where a prepared store is kept for the next time
    #[arg(long, value_name = "DIR")]
    pub keep: Option<PathBuf>,
}

/// How long the gateway is away.
#[derive(Debug, Clone, Copy, Args)]
pub struct Outage {
    /// Events that the kiosk keeps meanwhile, two a visitor; the outbox takes no more than 50,000
    #[arg(long, default_value_t = outage::CAPACITY)]
    pub events: usize,
}

/// Runs what was asked for.
///
/// # Errors
/// When anything was lost or doubled, or the set-up failed.
pub async fn run(arguments: Arguments) -> Result<()> {
    let once = Rounds { rounds: 1, seed: None };
    match arguments.what {
        What::Kill(rounds) => kill::run(rounds).await,
        What::Powercut(cuts) => powercut::run(&cuts),
        What::Fsync(rounds) => sync::run(rounds).await,
        What::DiskFull(rounds) => disk::full(rounds).await,
        What::ReadOnly(rounds) => disk::read_only(rounds).await,
        What::TurnsReadOnly(rounds) => disk::turns_read_only(rounds).await,
        What::Destroyed(rounds) => destroyed::run(rounds).await,
        What::Outage(outage) => outage::run(outage.events).await,
        What::All { without_root } => {
            sync::run(once).await?;
            if without_root {
                eprintln!("left out: disk-full, turns-read-only (mounting a disk needs root)");
            } else {
                disk::full(once).await?;
                disk::turns_read_only(once).await?;
            }
            disk::read_only(once).await?;
            destroyed::run(once).await
        }
        What::Write => powercut::write().await,
        What::Check => powercut::check(),
        What::WriteKiosk => blackout::write().await,
        What::CheckKiosk => blackout::check().await,
        What::Fill { records } => powercut::fill(records).await,
    }
}
