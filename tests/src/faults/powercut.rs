//! Power cuts: what `tests/powercut.sh` runs before and after each cut, and the command that runs it.
//!
//! The writer's gateway belongs to the writer's process group, so that both are frozen in the same moment. A line is printed only
//! for what the gateway has receipted: `VISIT PARTY`, the party as the last receipted detail left it.

use std::collections::HashMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use serde_json::json;

use super::arguments::PowerCuts;
use crate::load::plan::{Arguments as Load, Preset};
use crate::load::{run as load, showroom::Place, start};
use crate::programs;
use crate::world::{ALL_DAYS, Credentials, Device, Gateway, Logged, Setup, parse_csv};

/// Longer than any round; the writer is killed long before.
const WRITING: Duration = Duration::from_mins(3);

/// Runs the script.
///
/// # Errors
/// When a cut lost something, the control lost nothing, or the set-up failed.
pub fn run(cuts: &PowerCuts) -> Result<()> {
    let own = std::env::current_exe()?;
    let own = own.to_str().context("a path in UTF-8")?;
    let (writer, reader) = (format!("{own} write"), format!("{own} check"));
    let (kiosk_writer, kiosk_reader) = (format!("{own} write-kiosk"), format!("{own} check-kiosk"));
    let store = tempfile::Builder::new().prefix("store-").tempdir()?;
    let kept = cuts.keep.clone().unwrap_or_else(|| store.path().to_owned());
    let mut prepare = None;
    if cuts.records > 0 {
        let folder = prepared(&kept, cuts.records, own)?;
        prepare = Some(format!("cp -a '{}/.' \"$DIR\"", folder.display()));
    }
    eprintln!("power cuts: {} on a store of {} records", cuts.rounds, cuts.records);
    ensure!(script(cuts.rounds, &writer, &reader, prepare.as_deref())? == 0, "a power cut lost what was acknowledged");
    if cuts.control {
        eprintln!("the control: under eatmydata, which makes every sync do nothing");
        let code = script(2, &format!("eatmydata {writer}"), &reader, prepare.as_deref())?;
        ensure!(code == 1, "the control lost nothing (exit {code}): this set-up cannot see a loss");
    }
    eprintln!("power cuts of the kiosk: {}", cuts.rounds);
    let code = script(cuts.rounds, &kiosk_writer, &kiosk_reader, None)?;
    ensure!(code == 0, "a power cut lost what a kiosk had shown as received");
    if cuts.control {
        let code = script(2, &format!("eatmydata {kiosk_writer}"), &kiosk_reader, None)?;
        ensure!(code == 1, "the kiosk's control lost nothing (exit {code}): this set-up cannot see a loss");
    }
    Ok(())
}

fn script(rounds: u32, writer: &str, reader: &str, prepare: Option<&str>) -> Result<i32> {
    let mut command = Command::new(programs::workspace().join("tests/powercut.sh"));
    command.arg(rounds.to_string()).arg(writer).arg(reader);
    command.env("TESTS_BIN_DIR", programs::gateway()?.parent().context("the programs' folder")?);
    if let Some(prepare) = prepare {
        command.env("PREPARE", prepare).env("SIZE", "2G");
    }
    command.status().context("start tests/powercut.sh")?.code().context("tests/powercut.sh was killed")
}

fn prepared(kept: &Path, records: usize, own: &str) -> Result<PathBuf> {
    let folder = kept.join(format!("store-{records}"));
    if !folder.join("data").exists() {
        let unfinished = kept.join(format!("unfinished-{records}"));
        if unfinished.exists() {
            std::fs::remove_dir_all(&unfinished)?;
        }
        std::fs::create_dir_all(&unfinished)?;
        eprintln!("filling a store with {records} records");
        let filled =
            Command::new(own).args(["fill", "--records", &records.to_string()]).env("DIR", &unfinished).status()?;
        ensure!(filled.success(), "the store could not be filled");
        std::fs::rename(&unfinished, &folder)?;
    }
    Ok(folder)
}

pub(super) fn folder() -> Result<PathBuf> {
    Ok(PathBuf::from(std::env::var_os("DIR").context("DIR is not set: this is a part of tests/powercut.sh")?))
}

/// Fills a log on `$DIR` with so many events.
///
/// # Errors
/// When the gateway does not take them.
pub async fn fill(records: usize) -> Result<()> {
    let folder = folder()?;
    let data = folder.join("data");
    let gateway = Gateway::start(&data, &folder, &Setup::default()).await?;
    let (http, mqtt) = (gateway.http_address().to_owned(), gateway.mqtt_address().to_owned());
    let arguments = Load {
        preset: Some(Preset::StartSmall),
        count: Some(records / 2),
        against: Some(data),
        http: Some(http),
        mqtt: Some(mqtt),
        ..Load::default()
    };
    let mut place = Place::open(&arguments).await?;
    let figures = load::run(&arguments, &arguments.plan(), &mut place).await?;
    ensure!(figures.lost() == 0, "the filling itself lost something:\n{}", figures.table());
    // Whatever still stood on the floor would be forgotten, and written down, at the start of every round.
    start::settle(&gateway).await?;
    let mut gateway = gateway;
    ensure!(gateway.stop().await?.success(), "the gateway did not stop in order");
    Ok(())
}

/// Writes to a gateway on `$DIR` until it is killed; prints what was acknowledged.
///
/// # Errors
/// When the gateway or the kiosk fails.
pub async fn write() -> Result<()> {
    let folder = folder()?;
    let data = folder.join("data");
    // Several snapshots a second, so that cuts fall into them too.
    let config = Some("[data]\nsnapshot_events = 100\n".to_owned());
    let setup = Setup { same_group: true, config, ..Setup::default() };
    let gateway = Gateway::start(&data, &folder, &setup).await?;
    let path = data.to_str().context("a path in UTF-8")?;
    let mut kiosks = Vec::new();
    for name in ["cut-a", "cut-b"] {
        let line = programs::gateway_says(&["device", "add", name, "--kind", "kiosk", "--data", path], "")?;
        let credentials: Credentials = serde_json::from_slice(&line)?;
        kiosks.push(Device::connect(gateway.mqtt_address(), credentials, "kiosk").await?);
    }
    let writing = async {
        let mut tasks = tokio::task::JoinSet::new();
        for kiosk in kiosks {
            tasks.spawn(write_one(kiosk));
        }
        while let Some(ended) = tasks.join_next().await {
            ended??;
        }
        bail!("the writers ended by themselves")
    };
    tokio::time::timeout(WRITING, writing).await.context("nobody cut the power")?
}

async fn write_one(kiosk: Device) -> Result<()> {
    for number in 0_u64.. {
        let visit = kiosk.check_in("browse", &json!({"party": 1})).await?;
        kiosk.receipt(visit.event).await?;
        acknowledge(&format!("{} 1", visit.visit))?;
        let party = 2 + number % 90;
        let event =
            kiosk.tell("visit.detailed", &json!({"visit": visit.visit, "party": party, "surname": "王"})).await?;
        kiosk.receipt(event).await?;
        acknowledge(&format!("{} {party}", visit.visit))?;
        let event = kiosk.tell("visit.left", &json!({"visit": visit.visit})).await?;
        kiosk.receipt(event).await?;
    }
    Ok(())
}

/// Prints one line of what was acknowledged.
pub(super) fn acknowledge(line: &str) -> Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}").and_then(|()| out.flush()).context("print an acknowledgement")
}

/// Checks that the log on `$DIR` holds everything that `$ACKED` names.
///
/// # Errors
/// What is missing.
pub fn check() -> Result<()> {
    let data = folder()?.join("data");
    let path = data.to_str().context("a path in UTF-8")?;
    let acked = std::env::var_os("ACKED").context("ACKED is not set: this is a part of tests/powercut.sh")?;
    let acked = std::fs::read_to_string(acked)?;
    let mut promised: HashMap<&str, u64> = HashMap::new();
    for line in acked.lines() {
        let (visit, party) = line.split_once(' ').context("a line of the writer")?;
        promised.insert(visit, party.parse()?);
    }
    programs::gateway_says(&["verify", "--data", path], "")?;
    // Which events were acknowledged is not said here, but none of them may stand twice.
    Logged::read(&data)?.each_once([])?;
    let (from, to) = ALL_DAYS;
    let csv = programs::gateway_says(&["export", "visits.csv", "--from", from, "--to", to, "--data", path], "")?;
    let exported = parse_csv(&csv)?;
    let parties: HashMap<&str, u64> = exported
        .rows
        .iter()
        .filter_map(|row| Some((row.get("visit_id")?.as_str(), row.get("party")?.parse().unwrap_or(0))))
        .collect();
    let lost = promised.iter().filter(|(visit, party)| parties.get(*visit).is_none_or(|kept| kept < *party)).count();
    ensure!(lost == 0, "{lost} of {} acknowledged visits are missing or older than acknowledged", promised.len());
    Ok(())
}
