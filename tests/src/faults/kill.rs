//! kill -9 at random moments under load.

use std::time::Duration;

use anyhow::{Context, Result};

use super::arguments::Rounds;
use super::rig::Rig;
use crate::random::Random;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Victim {
    Kiosk,
    Gateway,
    Broker,
}

/// Who may be struck beside the embedded broker, which is in the gateway, and beside mosquitto. A series goes through them in this
/// order, so that a short one strikes each; the moments are random.
const EMBEDDED: [Victim; 2] = [Victim::Gateway, Victim::Kiosk];
const EXTERNAL: [Victim; 3] = [Victim::Broker, Victim::Gateway, Victim::Kiosk];

/// Kills in so many rounds, half of them with the embedded broker, half with mosquitto; then compares. From three rounds on each of
/// kiosk, gateway and mosquitto is struck.
///
/// # Errors
/// When anything was lost, doubled or left open.
pub async fn run(rounds: Rounds) -> Result<()> {
    let mut random = rounds.random("kill");
    let external = rounds.rounds / 2;
    kill(rounds.rounds - external, false, &mut random).await.context("with the embedded broker")?;
    kill(external, true, &mut random).await.context("with mosquitto")
}

fn victims(rounds: u32, external: bool) -> Vec<Victim> {
    let all: &[Victim] = if external { &EXTERNAL } else { &EMBEDDED };
    let rounds = usize::try_from(rounds).unwrap_or(usize::MAX);
    all.iter().cycle().take(rounds).copied().collect()
}

async fn kill(rounds: u32, external: bool, random: &mut Random) -> Result<()> {
    if rounds == 0 {
        return Ok(());
    }
    let mut rig = Rig::open(2, 4, external).await?;
    for (round, victim) in (1..).zip(victims(rounds, external)) {
        let before = random.between(Duration::from_millis(200), Duration::from_millis(1500));
        rig.load(before, random).await?;
        strike(&mut rig, victim, random).await.with_context(|| format!("round {round}: {victim:?}"))?;
        rig.load(Duration::from_millis(300), random).await?;
        eprintln!("round {round}: {victim:?} killed after {before:?}; {} received so far", rig.told().received.len());
    }
    let visits = rig.compare().await?;
    rig.all_ended().await?;
    let refused = rig.told().refused.len();
    eprintln!("kills {rounds}: {visits} visits received, none lost, none doubled, all ended; {refused} events refused");
    rig.kiosks.clear();
    rig.showroom.finish().await
}

/// Kills one, lets the others go on without it for a moment, and starts it again.
async fn strike(rig: &mut Rig, victim: Victim, random: &mut Random) -> Result<()> {
    let without = random.between(Duration::ZERO, Duration::from_millis(800));
    match victim {
        Victim::Kiosk => {
            let number = random.below(u64::try_from(rig.kiosks.len())?);
            let kiosk = rig.kiosks.get_mut(usize::try_from(number)?).context("a kiosk")?;
            kiosk.crash().await
        }
        Victim::Gateway => {
            rig.showroom.gateway_mut().kill().await?;
            rig.load(without, random).await?;
            rig.showroom.start_again().await
        }
        Victim::Broker => rig.mosquitto.as_mut().context("a broker")?.crash().await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(rounds: u32, embedded: &[Victim], external: &[Victim]) {
        let with_mosquitto = rounds / 2;
        assert_eq!(victims(rounds - with_mosquitto, false), embedded);
        assert_eq!(victims(with_mosquitto, true), external);
    }

    #[test]
    fn three_rounds_strike_each_once_and_longer_series_go_round() {
        use Victim::{Broker, Gateway, Kiosk};
        check(3, &[Gateway, Kiosk], &[Broker]);
        check(1, &[Gateway], &[]);
        check(6, &[Gateway, Kiosk, Gateway], &[Broker, Gateway, Kiosk]);
        check(8, &[Gateway, Kiosk, Gateway, Kiosk], &[Broker, Gateway, Kiosk, Broker]);
    }
}
