//! A Saturday on the real gateway: its clock runs faster, visitors tap at kiosks, consultants take their time, and now and then a phone
//! is dead for a minute. Judged from outside: by the export, by what the phones heard, and by who was told that a visit is theirs.
//!
//! - [`people`]: those who answer; [`record`]: what is made of it all.
//!
//! Every step of the ladder must stand where the standard has it. It never may be early; how late it is, in the showroom's time, is the
//! machine's as well, so only `--strict` fails on it.

mod people;
mod record;

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use clap::Parser;
use reqwest::Method;
use serde_json::{Value, json};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use self::people::{Heard, Pace, Person};
use self::record::Day;
use crate::load::stopwatch;
use crate::random::Random;
use crate::world::{ALL_DAYS, DEMO_PASSWORD, Device, PASSWORD, Phone, Session, Setup, Showroom, parse_csv};

/// Lives through a day of a showroom in minutes and says how the standard was kept
#[derive(Debug, Clone, Parser)]
#[command(name = "saturday")]
pub struct Arguments {
    /// Visits
    #[arg(long, default_value_t = 600)]
    pub visits: u64,
    /// Minutes of the showroom's time in which they come
    #[arg(long, default_value_t = 600)]
    pub minutes: u64,
    /// How many times as fast as the real one the clock runs
    #[arg(long, default_value_t = 60)]
    pub rate: u32,
    /// Also fail when a step was more than a second late, in the showroom's time
    #[arg(long)]
    pub strict: bool,
}

const CONSULTANTS: usize = 12;
/// For everything that is not a sale: as many as a house of this size has.
const OTHERS: [(&str, &str); 4] = [("adv1", "advisor"), ("adv2", "advisor"), ("care1", "care"), ("rec1", "reception")];
/// The demo's own.
const DEMO: [&str; 3] = ["sun", "he", "zhao"];
const KIOSKS: usize = 3;
/// The last talk is over so long after the last visitor came;
/// or, where nobody would have come any more, the visit is closed.
const TALKED_OUT: Duration = Duration::from_hours(5);

/// Lives through the day; gives the report and whether it is good.
///
/// # Errors
/// When the showroom cannot be opened, or does not become empty.
pub async fn live(arguments: &Arguments) -> Result<(String, bool)> {
    let seed = Random::fresh_seed();
    let pace = Pace(arguments.rate.max(1));
    let setup = Setup { demo: true, clock_rate: Some(pace.0), ..Setup::default() };
    let showroom = Showroom::with(setup).await?;
    let (heard, stop) = (Arc::new(Heard::default()), CancellationToken::new());
    let mut people = JoinSet::new();
    for (number, phone) in (0..).zip(staff(&showroom).await?) {
        let random = Random::new(seed.wrapping_add(number));
        let person = Person { phone, pace, random, heard: Arc::clone(&heard), dead: Arc::default() };
        people.spawn(stop.clone().run_until_cancelled_owned(person.work()));
    }
    let mut kiosks = Vec::new();
    for number in 0..KIOSKS {
        kiosks.push(Arc::new(showroom.kiosk(&format!("k{number}")).await?));
    }
    let tapped = visitors(arguments, pace, &kiosks, Random::new(seed.rotate_left(9))).await?;
    let manager = showroom.sign_in("lin").await?;
    empty(&manager, pace).await?;
    let (from, to) = ALL_DAYS;
    let csv = manager.fetch(&format!("/api/v1/exports/visits.csv?from={from}&to={to}")).await?;
    stop.cancel();
    while people.join_next().await.is_some() {}
    showroom.finish().await?;
    let day = Day::of(&parse_csv(&csv)?, tapped, &heard)?;
    let title = format!(
        "{} visits in {} minutes of the showroom's time, {} times as fast; {CONSULTANTS} consultants; seed {seed}\n",
        arguments.visits, arguments.minutes, pace.0
    );
    Ok((title + &day.report(), day.is_sound() && (day.is_punctual() || !arguments.strict)))
}

async fn staff(showroom: &Showroom) -> Result<Vec<Phone>> {
    let mut phones = Vec::new();
    let consultants = (1..=CONSULTANTS).map(|number| (format!("c{number:02}"), "consultant"));
    for (name, role) in consultants.chain(OTHERS.map(|(name, role)| (name.to_owned(), role))) {
        let arguments = ["account", "add", &name, "--role", role, "--password-stdin"];
        showroom.command(&arguments, &format!("{PASSWORD}\n"))?;
        phones.push(free(showroom, &name, PASSWORD).await?);
    }
    for name in DEMO {
        phones.push(free(showroom, name, DEMO_PASSWORD).await?);
    }
    Ok(phones)
}

async fn free(showroom: &Showroom, name: &str, password: &str) -> Result<Phone> {
    let session = Session::sign_in(showroom.gateway().http(), name, password).await?;
    session.presence("free").await?;
    Phone::open(session).await
}

/// Visitors come at times of their own; gives how many tapped.
async fn visitors(arguments: &Arguments, pace: Pace, kiosks: &[Arc<Device>], mut random: Random) -> Result<u64> {
    const PURPOSES: [(&str, u64); 8] = [
        ("browse", 8),
        ("model", 3),
        ("test_drive", 2),
        ("quiet", 2),
        ("help", 1),
        ("service", 2),
        ("complaint", 1),
        ("other", 1),
    ];
    let mut times: Vec<u64> = (0..arguments.visits).map(|_| random.below(arguments.minutes * 60_000)).collect();
    times.sort_unstable();
    let start = stopwatch::micros();
    let mut leaving = JoinSet::new();
    for at in times {
        tokio::time::sleep(pace.real(at).saturating_sub(stopwatch::since(start))).await;
        let kiosk = random.pick(kiosks).context("a kiosk")?;
        let mut drawn = random.below(PURPOSES.iter().map(|(_, weight)| weight).sum());
        let purpose = PURPOSES.iter().find(|(_, weight)| {
            let found = drawn < *weight;
            drawn = drawn.saturating_sub(*weight);
            found
        });
        let tap = kiosk.check_in(purpose.context("a purpose")?.0, &json!({})).await?;
        if random.below(25) == 0 {
            let (kiosk, stays) = (Arc::clone(kiosk), pace.real(4_000 + random.below(86_000)));
            leaving.spawn(async move {
                tokio::time::sleep(stays).await;
                kiosk.tell("visit.left", &json!({"visit": tap.visit})).await
            });
        }
    }
    while let Some(left) = leaving.join_next().await {
        left??;
    }
    Ok(arguments.visits)
}

/// Waits until nobody is on the floor any more.
async fn empty(manager: &Session, pace: Pace) -> Result<()> {
    let start = stopwatch::micros();
    loop {
        let floor = manager.call(Method::GET, "/api/v1/floor", None).await?;
        if floor.get("visits").and_then(Value::as_array).is_some_and(Vec::is_empty) {
            return Ok(());
        }
        let over = pace.real(u64::try_from(TALKED_OUT.as_millis())?);
        let left = floor.get("visits").cloned().unwrap_or_default();
        anyhow::ensure!(stopwatch::since(start) < over, "visits are still on the floor: {left}");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}
