//! Power cuts of the kiosk in the middle of a check-in: what `tests/powercut.sh` runs before and after each.
//!
//! The writer's kiosk has no gateway and belongs to the writer's process group, so that both are frozen in the same moment. A line is
//! printed only for what the kiosk has shown as received. The reader starts the kiosk on what the disk kept, with a gateway of its own,
//! and waits for the receipts.

use std::collections::BTreeSet;

use anyhow::{Context, Result, ensure};
use serde_json::json;
use shared::ids::{EventId, VisitId};

use super::powercut::folder;
use super::rig::check as compare;
use crate::wait;
use crate::world::{ALL_DAYS, Credentials, Headless, Logged, Manner, Showroom, parse_csv};

/// The kiosk's name, before the cut and after it.
const NAME: &str = "k1";
/// Where nobody listens.
const NOBODY: &str = "127.0.0.1:9";

/// Visitors check in at a kiosk on `$DIR`, until it is killed; prints what it showed as received.
///
/// # Errors
/// When the kiosk does not start, or does not answer.
pub async fn write() -> Result<()> {
    let nobody = || String::from("nobody");
    let credentials = Credentials {
        store: "demo".to_owned(),
        name: NAME.to_owned(),
        client_id: nobody(),
        username: nobody(),
        password: nobody(),
    };
    let manner = Manner { same_group: true, ..Manner::default() };
    let mut kiosk = Headless::start_as(&folder()?, NOBODY, &credentials, manner).await?;
    let mut printed = 0;
    for party in (1..=99).cycle() {
        kiosk.check_in("browse")?;
        printed = shown(&kiosk, printed).await?;
        kiosk.intent(&json!({"do": "detail", "party": party, "surname": "王", "phone": "13800138000"}))?;
        printed = shown(&kiosk, printed).await?;
        kiosk.intent(&json!({"do": "left"}))?;
        printed = shown(&kiosk, printed).await?;
    }
    Ok(())
}

/// Waits for the next word of the kiosk, and prints it; how many were printed so far.
async fn shown(kiosk: &Headless, printed: usize) -> Result<usize> {
    let told = wait::until("the kiosk's word", || {
        let told = kiosk.received_since(printed);
        (!told.is_empty()).then_some(told)
    });
    let told = told.await?;
    for (visit, event) in &told {
        super::powercut::acknowledge(&format!("{visit} {event}"))?;
    }
    Ok(printed + told.len())
}

/// Checks that the kiosk on `$DIR` brings everything that `$ACKED` names to a gateway, exactly once.
///
/// # Errors
/// What is missing or doubled.
pub async fn check() -> Result<()> {
    let acked = std::env::var_os("ACKED").context("ACKED is not set: this is a part of tests/powercut.sh")?;
    let acked = std::fs::read_to_string(acked)?;
    let (mut visits, mut events) = (BTreeSet::<VisitId>::new(), BTreeSet::<EventId>::new());
    for line in acked.lines() {
        let (visit, event) = line.split_once(' ').context("a line of the writer")?;
        visits.insert(visit.parse()?);
        events.insert(event.parse()?);
    }
    let showroom = Showroom::start().await?;
    let credentials = showroom.register(NAME, "kiosk")?;
    let kiosk = Headless::start(&folder()?, showroom.gateway().mqtt_address(), &credentials).await?;
    let receipts = wait::until("a receipt for everything that was shown as received", || {
        let told = kiosk.told();
        events.is_subset(&told.receipts).then_some(told.refused)
    });
    let refused = receipts.await.with_context(|| {
        let missing = events.difference(&kiosk.told().receipts).count();
        format!("{missing} of {} events that were shown as received are lost", events.len())
    })?;
    ensure!(refused.is_empty(), "refused: {refused:?}");
    let (from, to) = ALL_DAYS;
    let exported = parse_csv(&showroom.command(&["export", "visits.csv", "--from", from, "--to", to], "")?)?;
    compare(&visits, &exported)?;
    Logged::read(&showroom.data())?.each_once(&events)?;
    drop(kiosk);
    showroom.finish().await
}
