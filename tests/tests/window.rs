//! The real kiosk window under Xvfb, tapped by xdotool, against the real gateway. Leaves pictures in `target/screenshots`.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use shared::wire::Purpose;
use tests::process::Process;
use tests::world::{Credentials, Role, Screen, Setup, Showroom};
use tests::{programs, wait};

const SIZE: (u32, u32) = (1920, 1080);

fn kiosk(screen: &Screen, showroom: &Showroom, credentials: &Credentials) -> Result<Process> {
    let file = showroom.folder().join("kiosk.toml");
    let data = showroom.folder().join("kiosk-data").display().to_string();
    let text = format!(
        "store = {:?}\nkiosk = {:?}\ndata = {data:?}\n\n[mqtt]\nurl = \"mqtt://{}\"\nclient_id = {:?}\nusername = {:?}\n\
         password = {:?}\n\n[screen]\nfullscreen = true\n",
        credentials.store,
        credentials.name,
        showroom.gateway().mqtt_address(),
        credentials.client_id,
        credentials.username,
        credentials.password
    );
    std::fs::write(&file, text)?;
    let mut command = Command::new(programs::kiosk()?);
    Process::start("kiosk", command.arg("--config").arg(&file).env("DISPLAY", screen.display()))
}

/// What a code on a picture says, read by zbarimg.
fn code_on(picture: &Path) -> Option<String> {
    let output = Command::new("zbarimg").args(["--quiet", "--raw"]).arg(picture).output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    (!text.is_empty()).then_some(text)
}

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
    let mut kiosk = kiosk(&screen, &showroom, &credentials)?;
    let window = wait::until("the kiosk's window", || {
        let found = screen.xdotool(&["search", "--onlyvisible", "--name", "Yingbin"]).ok()?;
        found.lines().next().map(str::to_owned)
    })
    .await
    .with_context(|| kiosk.err.tail())?;
    // Nobody manages windows on this screen, so nobody makes it fill the screen either.
    let (width, height) = (SIZE.0.to_string(), SIZE.1.to_string());
    screen.xdotool(&["windowmove", &window, "0", "0", "windowsize", &window, &width, &height])?;

    // The welcome page is whole when its code can be read by a phone.
    let code = wait::until_async("the QR code on the screen", || async {
        let picture = screen.picture("kiosk-welcome")?;
        Ok(code_on(&picture))
    })
    .await
    .with_context(|| kiosk.err.tail())?;
    ensure!(code.contains("/i/"), "{code}");
    let page = reqwest::get(&code).await?;
    ensure!(page.status().is_success(), "the code on the screen leads to {}", page.status());

    tap_until(&screen, "kiosk-purposes", |picture| Ok(code_on(picture).is_none())).await?;
    let alert = tap_purposes(&screen, &wang).await?;
    ensure!(alert.purpose == Purpose::Browse, "{:?}", alert.purpose);
    screen.picture("kiosk-calling")?;
    let before = std::fs::read(screen.picture("kiosk-calling")?)?;
    wang.shown(&alert).await?;
    wang.accept(&alert).await?;
    changed(&screen, "kiosk-coming", &before).await?;
    let before = std::fs::read(screen.picture("kiosk-coming")?)?;
    wang.greeted(alert.visit).await?;
    changed(&screen, "kiosk-greeted", &before).await?;
    wang.end(alert.visit, "interested").await?;
    ensure!(colours(&screen.picture("kiosk-ended")?)? > 8, "the screen went blank");
    let status = kiosk.stop().await?;
    ensure!(status.success(), "the kiosk ended with {status}: {}", kiosk.err.tail());
    showroom.finish().await
}

/// Taps "begin" 点此开始 on the welcome page until the next page stands.
async fn tap_until(screen: &Screen, name: &str, stands: impl Fn(&Path) -> Result<bool>) -> Result<()> {
    for _ in 0..40 {
        screen.tap(680, 782)?;
        tokio::time::sleep(Duration::from_millis(250)).await;
        if stands(&screen.picture(name)?)? {
            return Ok(());
        }
    }
    anyhow::bail!("the page did not change; see {name}.png")
}

/// Taps "a first look" 看看车 until somebody is rung; a tap right after the page came may not count.
async fn tap_purposes(screen: &Screen, wang: &tests::world::Phone) -> Result<shared::wire::Alert> {
    for _ in 0..5 {
        screen.tap(357, 472)?;
        let rung = wait::within(Duration::from_secs(4), "an alert", || (!wang.alerts_left().is_empty()).then_some(()));
        if rung.await.is_ok() {
            return wang.alert().await;
        }
    }
    anyhow::bail!("no purpose could be tapped; see kiosk-purposes.png")
}

async fn changed(screen: &Screen, name: &str, before: &[u8]) -> Result<()> {
    wait::until_async(&format!("the screen to change to {name}"), || async {
        Ok((std::fs::read(screen.picture(name)?)? != before).then_some(()))
    })
    .await
}
