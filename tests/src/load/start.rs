//! How fast a gateway with a large log is ready, with a snapshot and without, and how fast and flat it exports.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use reqwest::Method;
use serde_json::Value;

use super::http::Connection;
use super::plan::{Arguments, Plan};
use super::showroom::Place;
use super::table::{megabytes, per_second};
use super::{run, stopwatch, usage};
use crate::world::{ALL_DAYS, Gateway, Session, Setup};

/// What must be reached with a million events: ready with a snapshot, without one; visits exported a second.
const READY: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(10));
const EXPORTED: f64 = 200_000.0;
/// Flat: an export that is repeated takes no more memory than the one before, but for a little.
const FLAT_MB: f64 = 4.0;
/// Visits leave the floor two minutes after their end.
const SETTLED: Duration = Duration::from_mins(5);

/// Fills a log, and starts the gateway on it again and again; gives the table and whether everything was reached.
///
/// # Errors
/// When a gateway does not start or an export fails.
pub async fn measure(arguments: &Arguments, plan: &Plan) -> Result<(String, bool)> {
    let mut place = Place::open(arguments).await?;
    let filled = run::run(arguments, plan, &mut place).await?;
    let mut text = filled.table();
    let data = place.data.clone();
    let beside = data.parent().unwrap_or(&data).to_owned();
    let mut gateway = place.gateway.take().context("a gateway of its own")?;
    settle(&gateway).await?;
    ensure!(gateway.stop().await?.success(), "the gateway did not stop in order:\n{}", gateway.log().tail());
    let (with, gateway) = ready(&data, &beside).await?;
    // Here, for a start without a snapshot writes one down beside the first export, and that takes memory.
    let (rate, visits, first) = export(&gateway).await?;
    let (_, _, again) = export(&gateway).await?;
    drop(gateway);
    let gone = remove_snapshots(&data)?;
    ensure!(gone > 0, "there was no snapshot below {}", data.display());
    let (without, gateway) = ready(&data, &beside).await?;
    drop(gateway);
    let reached = with <= READY.0 && without <= READY.1 && rate >= EXPORTED && again <= FLAT_MB;
    let word = |good: bool| if good { "reached" } else { "MISSED" };
    writeln!(
        text,
        "{}: ready in {:.2} s with a snapshot, at most {:?}",
        word(with <= READY.0),
        with.as_secs_f64(),
        READY.0
    )?;
    writeln!(
        text,
        "{}: ready in {:.2} s without, at most {:?}",
        word(without <= READY.1),
        without.as_secs_f64(),
        READY.1
    )?;
    writeln!(text, "{}: {rate:.0} of {visits} visits/s exported", word(rate >= EXPORTED))?;
    writeln!(
        text,
        "{}: memory {first:+.1} MB by the export, {again:+.1} MB by the same once more",
        word(again <= FLAT_MB)
    )?;
    Ok((text, reached && filled.lost() == 0 && filled.doubled() == 0))
}

/// Waits until the floor is empty. A million events in a few minutes leave hundreds of thousands of visits within their time for
/// undo; a showroom that took years for them has none.
///
/// # Errors
/// When it does not become empty.
pub async fn settle(gateway: &Gateway) -> Result<()> {
    let session = Session::sign_in(gateway.http(), "load-manager", crate::world::PASSWORD).await?;
    let start = stopwatch::micros();
    loop {
        let floor = session.call(Method::GET, "/api/v1/floor", None).await?;
        if floor.get("visits").and_then(Value::as_array).is_some_and(Vec::is_empty) {
            return Ok(());
        }
        ensure!(stopwatch::since(start) < SETTLED, "visits are still on the floor");
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}

async fn ready(data: &Path, beside: &Path) -> Result<(Duration, Gateway)> {
    let start = stopwatch::micros();
    let gateway = Gateway::start(data, beside, &Setup::default()).await?;
    Ok((stopwatch::since(start), gateway))
}

/// Removes everything below a folder that calls itself a snapshot.
fn remove_snapshots(folder: &Path) -> Result<usize> {
    let mut gone = 0;
    for entry in folder.read_dir().with_context(|| folder.display().to_string())? {
        let path: PathBuf = entry?.path();
        let named = path.file_name().is_some_and(|name| name.to_string_lossy().contains("snapshot"));
        if named && path.is_dir() {
            gone += path.read_dir()?.count();
            std::fs::remove_dir_all(&path)?;
        } else if named {
            std::fs::remove_file(&path)?;
            gone += 1;
        } else if path.is_dir() {
            gone += remove_snapshots(&path)?;
        }
    }
    Ok(gone)
}

/// Visits a second of the CSV export, how many there were, and by how many MB the gateway's peak grew.
async fn export(gateway: &Gateway) -> Result<(f64, u64, f64)> {
    let session = Session::sign_in(gateway.http(), "load-manager", crate::world::PASSWORD).await?;
    let before = usage::of(gateway.id())?;
    let start = stopwatch::micros();
    let mut connection = Connection::open(gateway.http_address(), session.token()).await?;
    let (from, to) = ALL_DAYS;
    let path = format!("/api/v1/exports/visits.csv?from={from}&to={to}");
    let (status, csv) = connection.request("GET", &path, "").await?;
    let took = stopwatch::since(start);
    ensure!(status == 200, "the export answers {status}");
    let lines = csv.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).count();
    let visits = u64::try_from(lines.saturating_sub(1)).unwrap_or(0);
    let after = usage::of(gateway.id())?;
    Ok((per_second(visits, took), visits, megabytes(after.peak) - megabytes(before.peak)))
}
