//! The gateway is away for days: the kiosk keeps up to 50,000 events, warns at half, says honestly when nothing more fits, and brings
//! everything to the gateway when it is back.
//!
//! 50,000 events are 72 hours of a showroom with six visitors a minute, day and night, two events each. What matters to an outbox is how
//! many there are, not how old: nothing here waits for three days.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde_json::json;

use super::rig::check as compare;
use crate::load::usage;
use crate::wait;
use crate::world::{ALL_DAYS, Headless, Logged, Showroom, parse_csv};

/// What the outbox takes (`kiosk::outbox::CAPACITY`).
pub const CAPACITY: usize = 50_000;
/// Events that the kiosk writes together at most.
const TOGETHER: usize = 256;
/// Visitors between two looks.
const CROWD: usize = 100;
const PATIENCE: Duration = Duration::from_mins(10);
const LOOK: Duration = Duration::from_millis(100);

/// Fills an outbox while the gateway is away, kills the kiosk, and lets everything go when the gateway is back.
///
/// # Errors
/// When anything was lost or doubled, or said that is not true.
pub async fn run(events: usize) -> Result<()> {
    ensure!((2..=CAPACITY).contains(&events), "--events must be 2 to {CAPACITY}");
    let mut showroom = Showroom::start().await?;
    let credentials = showroom.register("k1", "kiosk")?;
    let mut kiosk = Headless::start(showroom.folder(), showroom.gateway().mqtt_address(), &credentials).await?;
    kiosk.fact("the link", |fact| is(fact, "link") && fact.get("up") == Some(&true.into())).await?;
    ensure!(showroom.gateway_mut().stop().await?.success(), "the gateway did not stop in order");

    let start = wait::boot();
    fill(&mut kiosk, events).await?;
    report(&mut kiosk, "filled", start)?;
    let full = events == CAPACITY;
    if full {
        overflow(&mut kiosk).await?;
    }
    warned(&kiosk, events)?;
    let (received, _) = kiosk.counts();
    eprintln!("{received} events received, {} KiB on the disk", size(&kiosk.data().join("outbox"))? / 1024);

    let start = wait::boot();
    kiosk.crash().await.context("the kiosk after kill -9")?;
    report(&mut kiosk, "opened again after kill -9", start)?;
    let waiting = json!(received);
    kiosk.fact("its outbox", |fact| is(fact, "ready") && fact.get("outbox") == Some(&waiting)).await?;

    showroom.start_again().await?;
    let start = wait::boot();
    // The first receipt makes room, where there was none.
    wait::until("a first receipt", || (!kiosk.told().receipts.is_empty()).then_some(())).await?;
    next_visitor(&mut kiosk, received).await?;
    let received = received + 1;
    drained(&kiosk, received).await?;
    report(&mut kiosk, "drained", start)?;
    let told = kiosk.told();
    ensure!(told.receipts == told.received, "receipts for something else than was received");
    ensure!(told.refused.is_empty(), "refused: {:?}", told.refused);
    let (from, to) = ALL_DAYS;
    let exported = parse_csv(&showroom.command(&["export", "visits.csv", "--from", from, "--to", to], "")?)?;
    compare(&told.visits, &exported)?;
    Logged::read(&showroom.data())?.each_once(&told.received)?;
    ensure!(exported.rows.len() == told.visits.len(), "{} visits in the export", exported.rows.len());
    eprintln!("{} visits in the export, each once", exported.rows.len());
    // There is room again, and the next visitor is received and answered.
    kiosk.check_in("browse")?;
    wait::until("a receipt for the next visitor", || (kiosk.told().receipts.len() > received).then_some(())).await?;
    drop(kiosk);
    showroom.finish().await
}

/// Visitors check in and leave, until so much is received.
async fn fill(kiosk: &mut Headless, events: usize) -> Result<()> {
    let mut said = 0;
    while said < events {
        let crowd = CROWD.min((events - said).div_ceil(2));
        for _ in 0..crowd {
            kiosk.check_in("browse")?;
            kiosk.intent(&json!({"do": "left"}))?;
        }
        said += 2 * crowd;
        let word = wait::within(PATIENCE, "the kiosk's word on each of them", || {
            let (received, refused) = kiosk.counts();
            (received + refused >= said).then_some(refused)
        });
        let refused = word.await?;
        ensure!(refused == 0 || said + TOGETHER > CAPACITY, "sent to reception with {said} of {CAPACITY}");
    }
    Ok(())
}

/// Beyond its capacity the kiosk sends visitors to reception, and says nothing else.
async fn overflow(kiosk: &mut Headless) -> Result<()> {
    let room = wait::boot();
    loop {
        let before = kiosk.counts();
        kiosk.check_in("help")?;
        let word = wait::until("the kiosk's word", || {
            let now = kiosk.counts();
            (now != before).then_some(now)
        });
        let (received, refused) = word.await?;
        ensure!(received <= CAPACITY, "{received} events in an outbox of {CAPACITY}");
        if refused > before.1 {
            ensure!(received == CAPACITY, "sent to reception with room for {}", CAPACITY - received);
            kiosk.fact("please go to reception", |fact| is(fact, "failed")).await?;
            return Ok(());
        }
        ensure!(wait::since(room) < PATIENCE, "the outbox takes everything");
    }
}

/// One warning from half on, none before.
fn warned(kiosk: &Headless, events: usize) -> Result<()> {
    let lines = kiosk.said();
    let warnings = lines.iter().filter(|line| line.contains("half full")).count();
    let expected = usize::from(events >= CAPACITY / 2);
    ensure!(warnings == expected, "{warnings} warnings at {events} events, not {expected}");
    let (_, refused) = kiosk.counts();
    let errors = lines.iter().filter(|line| line.contains("ERROR")).count();
    ensure!(errors <= 1, "{errors} lines about {refused} visitors who were sent to reception");
    Ok(())
}

/// Whoever comes while the outbox drains does not wait behind everybody else.
async fn next_visitor(kiosk: &mut Headless, received: usize) -> Result<()> {
    let start = wait::boot();
    kiosk.check_in("browse")?;
    let mine = wait::until("the next visitor to be received", || kiosk.received_since(received).into_iter().next());
    let (_, mine) = mine.await?;
    wait::until("the next visitor's receipt", || kiosk.told().receipts.contains(&mine).then_some(())).await?;
    let (waited, before) = (wait::since(start), kiosk.told().receipts.len());
    eprintln!("a visitor meanwhile has a receipt after {:.2} s, {before} others before", waited.as_secs_f64());
    ensure!(received < 1000 || before < received / 2, "a visitor had to wait behind {before} others");
    Ok(())
}

async fn drained(kiosk: &Headless, received: usize) -> Result<()> {
    let start = wait::boot();
    while kiosk.told().receipts.len() < received {
        ensure!(wait::since(start) < PATIENCE, "only {} receipts of {received}", kiosk.told().receipts.len());
        tokio::time::sleep(LOOK).await;
    }
    Ok(())
}

fn report(kiosk: &mut Headless, what: &str, start: Duration) -> Result<()> {
    let used = usage::of(kiosk.process().id())?;
    let seconds = wait::since(start).as_secs_f64();
    eprintln!("{what}: {seconds:.1} s; the kiosk keeps {} KiB (PSS), at most {} resident", used.share, used.peak);
    Ok(())
}

fn size(folder: &Path) -> Result<u64> {
    let mut sum = 0;
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        sum += if entry.path().is_dir() { size(&entry.path())? } else { entry.metadata()?.len() };
    }
    Ok(sum)
}

fn is(fact: &serde_json::Value, word: &str) -> bool {
    fact.get("shown").and_then(serde_json::Value::as_str) == Some(word)
}
