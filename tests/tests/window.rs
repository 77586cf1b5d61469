//! The real kiosk window under Xvfb, tapped by xdotool, against the real gateway. Leaves pictures in `target/screenshots`.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use shared::wire::{Alert, Purpose};
use tests::wait;
use tests::world::{ALL_DAYS, Phone, Role, Screen, Setup, Showroom, parse_csv, pictures, spot};

const SIZE: (u32, u32) = (1920, 1080);
/// For a tap to have its effect, on a machine that does other things as well.
const PATIENCE: Duration = Duration::from_secs(5);

/// How many colours a picture has; an empty screen has one or two.
fn colours(picture: &Path) -> Result<u32> {
    let output = Command::new("identify").args(["-format", "%k"]).arg(picture).output().context("start identify")?;
    String::from_utf8_lossy(&output.stdout).trim().parse().context("a number of colours")
}

#[tokio::test]
async fn a_visitor_taps_the_real_window_and_sees_who_is_coming() -> Result<()> {
    let config = "[web]\nvisitor_listen = \"127.0.0.1:0\"\n".to_owned();
    let showroom = Showroom::with(Setup { config: Some(config), ..Setup::default() }).await?;
    let wang = showroom.staff("wang", Role::Consultant).await?;
    let credentials = showroom.register("k1", "kiosk")?;
    let screen = Screen::start(SIZE.0, SIZE.1).await?;
    let mut kiosk = screen.kiosk(&showroom, &credentials).await?;

    // The welcome page is whole when its code can be read by a phone.
    let code = wait::until_async("the QR code on the screen", || async { screen.code("kiosk-welcome") })
        .await
        .with_context(|| kiosk.err.tail())?;
    ensure!(code.contains("/i/"), "{code}");
    let page = reqwest::get(&code).await?;
    ensure!(page.status().is_success(), "the code on the screen leads to {}", page.status());

    screen.begin("kiosk-purposes")?;
    let alert = ring(&screen, spot::purpose(0), &[&wang], &BTreeMap::new()).await?.1;
    ensure!(alert.purpose == Purpose::Browse, "{:?}", alert.purpose);
    let before = screen.settled("kiosk-calling").await?;
    wang.shown(&alert).await?;
    wang.accept(&alert).await?;
    let before = screen.changed("kiosk-coming", &before).await?;
    wang.greeted(alert.visit).await?;
    screen.changed("kiosk-greeted", &before).await?;
    wang.end(alert.visit, "interested").await?;
    ensure!(colours(&screen.picture("kiosk-ended")?)? > 8, "the screen went blank");
    let status = kiosk.stop().await?;
    ensure!(status.success(), "the kiosk ended with {status}: {}", kiosk.err.tail());
    showroom.finish().await
}

#[tokio::test]
async fn each_purpose_is_tapped_in_the_real_window_and_stands_in_the_log() -> Result<()> {
    let config = "[web]\nvisitor_listen = \"127.0.0.1:0\"\n".to_owned();
    let showroom = Showroom::with(Setup { config: Some(config), ..Setup::default() }).await?;
    let mut staff = Vec::new();
    for (name, role) in
        [("wang", Role::Consultant), ("sun", Role::Advisor), ("he", Role::Care), ("zhao", Role::Reception)]
    {
        staff.push(showroom.staff(name, role).await?);
    }
    let staff: Vec<&Phone> = staff.iter().collect();
    let credentials = showroom.register("k1", "kiosk")?;
    let screen = Screen::start(SIZE.0, SIZE.1).await?;
    let mut kiosk = screen.kiosk(&showroom, &credentials).await?;
    let mut rung = BTreeMap::new();
    let tiles = Purpose::ALL.into_iter().filter(|purpose| *purpose != Purpose::Help);
    for (tile, purpose) in tiles.enumerate() {
        welcome(&screen).await.with_context(|| format!("before {purpose}: {}", kiosk.err.tail()))?;
        screen.begin("kiosk-purposes")?;
        let spot = spot::purpose(i32::try_from(tile)?);
        let (phone, alert) = ring(&screen, spot, &staff, &rung).await.with_context(|| format!("{purpose}"))?;
        ensure!(alert.purpose == purpose, "the tile of {purpose} rang as {}", alert.purpose);
        serve(&screen, phone, &alert).await?;
        rung.insert(alert.visit.to_string(), purpose.to_string());
    }
    // "Send someone" stands on the welcome page already.
    welcome(&screen).await?;
    let (phone, alert) = ring(&screen, spot::HELP, &staff, &rung).await.context("send someone")?;
    ensure!(alert.purpose == Purpose::Help, "{}", alert.purpose);
    serve(&screen, phone, &alert).await?;
    rung.insert(alert.visit.to_string(), Purpose::Help.to_string());

    for phone in &staff {
        // Asked as well, because somebody was slow on this machine; nobody is asked for a visit that never was.
        let others = phone.take_alerts();
        ensure!(others.iter().all(|alert| rung.contains_key(&alert.visit.to_string())), "{others:?}");
    }
    let (from, to) = ALL_DAYS;
    let visits = parse_csv(&showroom.command(&["export", "visits.csv", "--from", from, "--to", to], "")?)?;
    let logged: BTreeMap<String, String> =
        visits.rows.iter().map(|row| (row["visit_id"].clone(), row["purpose"].clone())).collect();
    ensure!(logged == rung, "in the log: {logged:?}; tapped: {rung:?}");
    ensure!(kiosk.stop().await?.success(), "{}", kiosk.err.tail());
    showroom.finish().await
}

/// Leads back to the welcome page, which is whole when its code can be read.
async fn welcome(screen: &Screen) -> Result<()> {
    wait::until_async("the welcome page", || async {
        let code = screen.code("kiosk-welcome")?;
        if code.is_none() {
            // "Back" 返回 on a farewell; a tap on nothing on the welcome page.
            screen.tap(spot::BACK)?;
        }
        Ok(code)
    })
    .await
    .map(|_| ())
}

/// Taps there until somebody is rung; a tap right after the page came may not count, for it may have been meant for the one before.
async fn ring<'a>(
    screen: &Screen,
    spot: spot::Spot,
    staff: &[&'a Phone],
    rung: &BTreeMap<String, String>,
) -> Result<(&'a Phone, Alert)> {
    for _ in 0..5 {
        screen.tap(spot)?;
        if let Ok(rung) = asked(staff, rung).await {
            return Ok(rung);
        }
    }
    anyhow::bail!("no tap there rang anybody")
}

/// The one of the staff who is asked for a visit that was not there before, and the alert. Others may still be asked for an earlier one.
async fn asked<'a>(staff: &[&'a Phone], rung: &BTreeMap<String, String>) -> Result<(&'a Phone, Alert)> {
    wait::within(PATIENCE, "an alert", || {
        let new = |alert: &Alert| !rung.contains_key(&alert.visit.to_string());
        staff.iter().find_map(|phone| Some((*phone, phone.take_alerts().into_iter().find(new)?)))
    })
    .await
}

/// The visitor sees who comes, and is greeted; leaves a picture of the page that says so.
async fn serve(screen: &Screen, phone: &Phone, alert: &Alert) -> Result<()> {
    let name = format!("kiosk-{}", alert.purpose);
    let called = screen.settled(&name).await?;
    phone.shown(alert).await?;
    phone.accept(alert).await?;
    screen.changed(&name, &called).await?;
    ensure!(colours(&pictures()?.join(format!("{name}.png")))? > 8, "{name}.png is blank");
    phone.greeted(alert.visit).await?;
    phone.end(alert.visit, "served").await
}
