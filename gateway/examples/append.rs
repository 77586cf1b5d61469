//! Measures the log on this machine's disk: time of an append (barrier included), of opening, of reading, and of the vault.
//!
//! `cargo run --release -p gateway --example append -- FOLDER [RECORDS]`; the folder is used and left behind. `0` records only open and read what is there.
#![expect(clippy::print_stdout, reason = "a measurement for a person to read")]

use std::path::Path;
use std::time::Duration;

use anyhow::Context;
use chrono::{DateTime, TimeDelta, Utc};
use gateway::domain::Event;
use gateway::domain::floor::event::{Detailed, FloorEvent};
use gateway::domain::floor::visit::VisitorDetails;
use gateway::domain::secret::{Secret, Subject};
use gateway::log::{Commit, CommitCause, EventLog, Group, SledLog};
use gateway::vault::Vault;
use shared::clock::{Clock, SystemClock};
use shared::ids::{EventId, VisitId};
use shared::personal::Personal;
use shared::wire::Fingerprint;

fn main() -> anyhow::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().context("name a folder")?;
    let records: u64 = arguments.next().map_or(Ok(1_000_000), |text| text.parse())?;
    let data = Path::new(&folder).join("data");
    let now = SystemClock.now();
    if records == 0 {
        return reading(&data);
    }
    appends(&data, now)?;
    vault(&data, now)?;
    bulk(&data, records, now)?;
    reading(&data)?;
    std::fs::remove_dir_all(data.join("log"))?;
    let since = SystemClock.read().boot;
    let log = SledLog::open(&data)?;
    println!("rebuilding {} records from the archive: {:?}, resident {}", log.head(), took(since), resident());
    Ok(())
}

fn took(since: Duration) -> Duration {
    SystemClock.read().boot.saturating_sub(since)
}

fn print_quantiles(what: &str, mut times: Vec<Duration>) {
    times.sort_unstable();
    let at = |percent: usize| times.get(times.len() * percent / 100).copied().unwrap_or_default();
    println!("{what}: p50 {:?}  p99 {:?}  max {:?}", at(50), at(99), times.last().copied().unwrap_or_default());
}

fn visit(n: u64, now: DateTime<Utc>) -> VisitId {
    let mut random = [9; 10];
    random.iter_mut().zip(n.to_be_bytes()).for_each(|(to, from)| *to = from);
    VisitId::new(now, random)
}

fn commit(n: u64, now: DateTime<Utc>) -> Commit {
    let visit = visit(n, now);
    let id = EventId::from_uuid(visit.uuid());
    let greeting = |manager| Event::from(FloorEvent::GreetingDue { visit, manager });
    Commit {
        sequence: 0,
        at: now,
        before: String::new(),
        causes: vec![CommitCause::new(id, Fingerprint(n.to_be_bytes()))],
        events: vec![greeting(false), greeting(true)],
    }
}

fn appends(data: &Path, now: DateTime<Utc>) -> anyhow::Result<()> {
    let log = SledLog::open(data)?;
    for group in [1, 32, 256] {
        let mut times = Vec::new();
        for _ in 0..2000 {
            let mut commits: Vec<_> = (0..group).map(|n| commit(log.head() + n, now)).collect();
            let since = SystemClock.read().boot;
            log.append_all(log.head(), &mut commits)?;
            times.push(took(since));
        }
        print_quantiles(&format!("append of {group} commits"), times);
    }
    Ok(())
}

fn vault(data: &Path, now: DateTime<Utc>) -> anyhow::Result<()> {
    let vault = Vault::open(&Vault::keys_folder(data), &Vault::default_key_file(data))?;
    let mut next = 0;
    for group in [1, 2, 4, 8, 32, 256] {
        let mut times = Vec::new();
        let mut again = Vec::new();
        for _ in 0..50 {
            let mut secrets: Vec<_> = (0..group).map(|n| detailed(next + n, now)).collect();
            next += group;
            let mut batch = Group { cause: None, events: std::mem::take(&mut secrets) };
            let since = SystemClock.read().boot;
            vault.seal(&mut batch)?;
            times.push(took(since));
            vault.reopen(&mut batch)?;
            let since = SystemClock.read().boot;
            vault.seal(&mut batch)?;
            again.push(took(since));
        }
        print_quantiles(&format!("sealing for {group} new subjects"), times);
        print_quantiles(&format!("sealing for {group} known subjects"), again);
    }
    let since = SystemClock.read().boot;
    let rotated = vault.rotate(now + TimeDelta::days(2))?;
    println!("rotation of {} keys: {:?}", rotated.keys, took(since));
    Ok(())
}

fn detailed(n: u64, now: DateTime<Utc>) -> Event {
    let visit = visit(n, now);
    let details = VisitorDetails { surname: Some(Personal::new("王")), ..VisitorDetails::default() };
    Event::from(FloorEvent::Detailed(Detailed {
        visit,
        language: None,
        party: None,
        models: Vec::new(),
        consultant: None,
        consents: Vec::new(),
        secret: Some(Secret::open(Subject::Visit(visit), details)),
    }))
}

fn bulk(data: &Path, records: u64, now: DateTime<Utc>) -> anyhow::Result<()> {
    let log = SledLog::open(data)?;
    let since = SystemClock.read().boot;
    while log.head() < records {
        let head = log.head();
        let mut commits: Vec<_> = (0..1000).map(|n| commit(head + n, now)).collect();
        log.append_all(head, &mut commits)?;
    }
    println!("filling up to {records} records: {:?}", took(since));
    Ok(())
}

fn reading(data: &Path) -> anyhow::Result<()> {
    let since = SystemClock.read().boot;
    let log = SledLog::open(data)?;
    println!("opening {} records: {:?}", log.head(), took(since));
    println!("resident after opening: {}", resident());
    let since = SystemClock.read().boot;
    let mut events = 0;
    for commit in log.read(1) {
        events += commit?.events.len();
    }
    println!("reading {events} events: {:?}, resident {}", took(since), resident());
    Ok(())
}

fn resident() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or("?").trim().to_owned()
}
