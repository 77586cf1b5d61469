//! One run from the empty showroom to the figures.

use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::http::Connection;
use super::kiosk::{Common, Kiosk};
use super::ledger::Ledger;
use super::phone::Phone;
use super::plan::{Arguments, Plan};
use super::showroom::Place;
use super::table::{Figures, Usages};
use super::{machine, stopwatch, usage};
use crate::random::Random;
use crate::wait;
use crate::world::{ALL_DAYS, Credentials, Logged, parse_csv};

/// Runs a plan in a place and gives its figures.
///
/// # Errors
/// When the showroom cannot be set up, or the gateway ends on the way.
pub async fn run(arguments: &Arguments, plan: &Plan, place: &mut Place) -> Result<Figures> {
    let seed = Random::fresh_seed();
    let ledger = Arc::new(Ledger::default());
    let stop = CancellationToken::new();
    let credentials = place.kiosks(plan).await?;
    let manager = place.manager().await?;
    let mut everybody = JoinSet::new();
    phones(plan, place, &manager, &ledger, &stop, &mut everybody, seed).await?;
    let common = Arc::new(Common {
        ledger: Arc::clone(&ledger),
        stop: stop.clone(),
        enough: CancellationToken::new(),
        left: AtomicUsize::new(plan.count.unwrap_or(usize::MAX)),
        pause: pause(plan),
        mixed: plan.mixed,
        leave: plan.leave,
    });
    let before = place.pid().map(usage::of).transpose()?;
    let driver = usage::of(std::process::id())?;
    let kiosks = connect(place, &credentials, &common, &mut everybody).await?;
    let quiet = CancellationToken::new();
    let noise = machine::watch(place.folder(), quiet.clone())?;
    let start = stopwatch::micros();
    let publishers = publishers(kiosks, &common, seed);
    publish(plan, &common, publishers).await;
    let published_in = stopwatch::since(start);
    drain(plan, &ledger).await;
    let took = stopwatch::since(start);
    let after = place.pid().map(usage::of).transpose()?;
    let driver = usage::of(std::process::id())?.processor.saturating_sub(driver.processor);
    quiet.cancel();
    let noise = noise.join().map_err(|_| anyhow::anyhow!("the thread that watches the machine died"))?;
    stop.cancel();
    while everybody.join_next().await.is_some() {}
    if let Some(gateway) = &mut place.gateway {
        ensure!(gateway.is_running()?, "the gateway ended:\n{}", gateway.log().tail());
    }
    let exported = exported(place, &manager).await?;
    let logged_twice = Logged::read(&place.data)?.twice().count();
    let usages = before.zip(after).map(|(before, after)| Usages { before, after });
    let what = place.what.clone();
    Ok(Figures {
        what,
        plan: plan.clone(),
        published_in,
        took,
        summary: ledger.summary(),
        exported,
        logged_twice,
        usages,
        driver,
        noise,
        alone: arguments.against.is_none(),
    })
}

fn pause(plan: &Plan) -> Option<Duration> {
    let kiosks = f64::from(u32::try_from(plan.kiosks).unwrap_or(u32::MAX));
    plan.rate.filter(|rate| *rate > 0.0).map(|rate| Duration::from_secs_f64(kiosks / rate))
}

async fn phones(
    plan: &Plan,
    place: &Place,
    manager: &str,
    ledger: &Arc<Ledger>,
    stop: &CancellationToken,
    everybody: &mut JoinSet<()>,
    seed: u64,
) -> Result<()> {
    let (opened, mut open) = mpsc::channel(plan.phones + 1);
    let answering = place.consultants(plan).await?.into_iter().map(|token| (token, Some(plan.answer)));
    let watching = std::iter::once((manager.to_owned(), None));
    for (number, (token, answer)) in answering.chain(watching).enumerate() {
        let (address, ledger, stop) = (place.http.clone(), Arc::clone(ledger), stop.clone());
        let phone = Phone { number, address, token, answer, ledger, stop };
        let seed = seed.wrapping_add(u64::try_from(number).unwrap_or(0));
        everybody.spawn(phone.run(seed, opened.clone()));
    }
    for _ in 0..=plan.phones {
        let one = tokio::time::timeout(wait::LIMIT, open.recv()).await;
        one.context("a phone did not open its stream")?.context("the phones are gone")?;
    }
    Ok(())
}

async fn connect(
    place: &Place,
    credentials: &[Credentials],
    common: &Arc<Common>,
    everybody: &mut JoinSet<()>,
) -> Result<Vec<Arc<Kiosk>>> {
    let mut kiosks = Vec::with_capacity(credentials.len());
    for credentials in credentials {
        kiosks.push(Kiosk::connect(&place.mqtt, credentials, Arc::clone(common))?);
    }
    for kiosk in &kiosks {
        kiosk.ready().await?;
        everybody.spawn(Arc::clone(kiosk).repeat_for_ever());
    }
    Ok(kiosks)
}

fn publishers(kiosks: Vec<Arc<Kiosk>>, common: &Common, seed: u64) -> JoinSet<()> {
    let mut publishers = JoinSet::new();
    let (mut delay, step) = (Duration::ZERO, common.pause.unwrap_or_default());
    let count = u32::try_from(kiosks.len()).unwrap_or(u32::MAX).max(1);
    for (number, kiosk) in kiosks.into_iter().enumerate() {
        let random = Random::new(seed.rotate_left(17).wrapping_add(u64::try_from(number).unwrap_or(0)));
        // Kiosks take turns within the pause, so that the rate is even.
        let turn = delay;
        publishers.spawn(async move {
            tokio::time::sleep(turn).await;
            kiosk.publish_all(random).await;
        });
        delay += step / count;
    }
    publishers
}

async fn publish(plan: &Plan, common: &Common, mut publishers: JoinSet<()>) {
    let all = async { while publishers.join_next().await.is_some() {} };
    if tokio::time::timeout(plan.time, all).await.is_err() {
        common.enough.cancel();
    }
    while publishers.join_next().await.is_some() {}
}

/// Waits for what is still on its way, as long as something moves.
async fn drain(plan: &Plan, ledger: &Ledger) {
    let open = || ledger.without_receipt() + if plan.serves_all() { ledger.not_ended() } else { 0 };
    let mut last = usize::MAX;
    loop {
        let before = open();
        if before == 0 || before >= last {
            return;
        }
        last = before;
        let quiet = wait::within(Duration::from_secs(15), "quiet", || (open() == 0).then_some(())).await;
        if quiet.is_ok() {
            return;
        }
    }
}

/// What the gateway says it has: rows of each visit.
async fn exported(place: &Place, manager: &str) -> Result<std::collections::BTreeMap<String, usize>> {
    let mut connection = Connection::open(&place.http, manager).await?;
    let (from, to) = ALL_DAYS;
    let path = format!("/api/v1/exports/visits.csv?from={from}&to={to}");
    let (status, csv) = connection.request("GET", &path, "").await?;
    ensure!(status == 200, "the export answers {status}: {}", String::from_utf8_lossy(&csv));
    Ok(parse_csv(&csv)?.counts())
}
