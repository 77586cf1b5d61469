//! Kiosks whose wall clock is an hour off, or is set while a visitor stands there: nobody is lost, and no time is nonsense.
//!
//! faketime lies to the kiosk about the wall clock alone; the boot clock stays the machine's own, as it does when somebody sets a clock.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use chrono::{DateTime, FixedOffset, TimeDelta};
use serde_json::{Value, json};
use shared::clock::{Clock, SystemClock};
use tests::wait;
use tests::world::{ALL_DAYS, Headless, Manner, Role, Showroom, parse_csv};

/// More than a visit of these tests takes, and far less than an hour.
const SANE: TimeDelta = TimeDelta::minutes(2);

/// The library that faketime puts before a program.
fn liar() -> Result<String> {
    let output = Command::new("faketime").args(["-f", "+0", "env"]).output().context("start faketime")?;
    let said = String::from_utf8(output.stdout)?;
    let library = said.lines().find_map(|line| line.strip_prefix("LD_PRELOAD=")).context("faketime's LD_PRELOAD")?;
    Ok(library.to_owned())
}

/// A kiosk that believes the offset in a file, which may be changed while it runs.
async fn believing(showroom: &Showroom, name: &str, offset: &str) -> Result<(Headless, PathBuf)> {
    let file = showroom.folder().join(format!("{name}.clock"));
    std::fs::write(&file, offset)?;
    let env = [
        ("LD_PRELOAD", liar()?),
        ("FAKETIME_TIMESTAMP_FILE", file.display().to_string()),
        ("FAKETIME_NO_CACHE", "1".to_owned()),
        ("FAKETIME_DONT_FAKE_MONOTONIC", "1".to_owned()),
    ]
    .map(|(name, value)| (name.to_owned(), value));
    let manner = Manner { env: env.into(), ..Manner::default() };
    let credentials = showroom.register(name, "kiosk")?;
    let mqtt = showroom.gateway().mqtt_address();
    let kiosk = Headless::start_as(showroom.folder(), mqtt, &credentials, manner).await?;
    Ok((kiosk, file))
}

/// A file is replaced whole: who reads it at that moment reads the old or the new.
fn set(file: &Path, offset: &str) -> Result<()> {
    let draft = file.with_extension("draft");
    std::fs::write(&draft, offset)?;
    Ok(std::fs::rename(draft, file)?)
}

fn row(showroom: &Showroom, visit: &str) -> Result<BTreeMap<String, String>> {
    let (from, to) = ALL_DAYS;
    let csv = showroom.command(&["export", "visits.csv", "--from", from, "--to", to], "")?;
    Ok(parse_csv(&csv)?.visit(&visit)?.clone())
}

/// The visit arrived, was received and was greeted at about this time, whatever the kiosk's clock said.
fn sane(row: &BTreeMap<String, String>) -> Result<()> {
    let now = SystemClock.now();
    for column in ["arrived_at", "received_at"] {
        let time: DateTime<FixedOffset> = row[column].parse()?;
        let off = now.signed_duration_since(time);
        ensure!((-SANE..SANE).contains(&off), "{column} is {time}, {off} ago");
    }
    for column in ["phone_ms", "shown_ms", "accepted_ms", "greeted_ms"] {
        let ms: i64 = row[column].parse()?;
        ensure!((0..SANE.num_milliseconds()).contains(&ms), "{column} is {ms}");
    }
    Ok(())
}

fn visit(fact: &Value) -> Result<String> {
    Ok(fact["visit"].as_str().context("a visit")?.to_owned())
}

#[tokio::test]
async fn a_kiosk_whose_clock_is_an_hour_off_rings_in_time() -> Result<()> {
    let showroom = Showroom::start().await?;
    let wang = showroom.staff("wang", Role::Consultant).await?;
    for (name, offset, hours) in [("ahead", "+3600", 1), ("behind", "-3600", -1)] {
        let (mut kiosk, _) = believing(&showroom, name, offset).await?;
        kiosk.check_in("browse")?;
        let received = kiosk.shows("received").await?;
        // The lie is believed: the id carries the kiosk's own wall clock.
        let id = received["event"].as_str().context("an event")?.replace('-', "");
        let millis = i64::from_str_radix(id.get(..12).context("a time in the id")?, 16)?;
        let told = TimeDelta::milliseconds(millis - SystemClock.now().timestamp_millis());
        ensure!((told - TimeDelta::hours(hours)).abs() < SANE, "{name}: faketime had no effect ({told})");
        let alert = wang.alert().await?;
        assert_eq!(alert.visit.to_string(), visit(&received)?);
        let allowed = (alert.greet_by - alert.asked_at).num_milliseconds();
        assert!((1..=10_000).contains(&allowed), "{allowed} ms to greet");
        wang.serve(&alert, "interested").await?;
        sane(&row(&showroom, &visit(&received)?)?)?;
    }
    showroom.finish().await
}

#[tokio::test]
async fn a_clock_that_is_set_while_a_visitor_waits_costs_nothing() -> Result<()> {
    let mut showroom = Showroom::start().await?;
    let wang = showroom.staff("wang", Role::Consultant).await?;
    let (mut kiosk, clock) = believing(&showroom, "k1", "+0").await?;
    kiosk.check_in("browse")?;
    let received = kiosk.shows("received").await?;
    let alert = wang.alert().await?;
    set(&clock, "+3600")?;
    kiosk.intent(&json!({"do": "detail", "party": 2}))?;
    wang.update(alert.alert, "a party of two", |alert| alert.party == Some(2)).await?;
    set(&clock, "-3600")?;
    kiosk.intent(&json!({"do": "detail", "party": 3}))?;
    wang.update(alert.alert, "a party of three", |alert| alert.party == Some(3)).await?;
    wang.shown(&alert).await?;
    wang.accept(&alert).await?;
    kiosk.shows("coming").await?;
    kiosk.intent(&json!({"do": "met"}))?;
    wait::until("everything receipted", || (kiosk.told().receipts.len() == 4).then_some(())).await?;
    wang.end(alert.visit, "interested").await?;
    let first = row(&showroom, &visit(&received)?)?;
    sane(&first)?;
    assert_eq!(first["party"], "3");

    // Set again while the gateway is away: the age is told by the clock that nobody sets.
    showroom.gateway_mut().kill().await?;
    set(&clock, "+3600")?;
    kiosk.check_in("model")?;
    let first = received["event"].clone();
    let second = kiosk.fact("received", |fact| fact["shown"] == "received" && fact["visit"] != received["visit"]);
    let second = second.await?;
    assert_ne!(second["event"], first);
    set(&clock, "+0")?;
    showroom.start_again().await?;
    let alert = wang.alert().await?;
    assert_eq!(alert.visit.to_string(), visit(&second)?);
    wang.serve(&alert, "interested").await?;
    sane(&row(&showroom, &visit(&second)?)?)?;
    showroom.finish().await
}
