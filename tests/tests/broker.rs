//! An external broker in place of the embedded one: Debian's mosquitto, in the clear and with TLS.

use anyhow::{Context, Result};
use serde_json::json;
use shared::wire::Stage;
use tests::wait;
use tests::world::{Certificate, Device, Mosquitto, Role, Setup, Showroom};

#[tokio::test]
async fn the_main_job_runs_over_mosquitto_and_survives_its_crash() -> Result<()> {
    let home = tempfile::tempdir()?;
    let mut mosquitto = Mosquitto::start(home.path(), None).await?;
    let config = format!("[mqtt]\nurl = \"mqtt://{}\"\n", mosquitto.address());
    let showroom = Showroom::with(Setup { config: Some(config), ..Setup::default() }).await?;
    let wang = showroom.staff("wang", Role::Consultant).await?;
    let credentials = showroom.register("k1", "kiosk")?;
    let kiosk = Device::connect(&mosquitto.address(), credentials, "kiosk").await?;
    let tap = kiosk.check_in("browse", &json!({})).await?;
    kiosk.receipt(tap.event).await?;
    let alert = wang.alert_for(tap.visit).await?;
    mosquitto.crash().await?;
    wang.serve(&alert, "interested").await?;
    // Statuses are said again from state once both are back; the next tap goes through whole.
    let next = kiosk.tap("browse", &json!({}));
    wait::until_async("a receipt after the broker's crash", || async {
        kiosk.send(&next.payload).await?;
        Ok(tokio::time::timeout(std::time::Duration::from_secs(2), kiosk.receipt(next.event)).await.ok())
    })
    .await??;
    let alert = wang.alert_for(next.visit).await?;
    wang.serve(&alert, "interested").await?;
    kiosk.stage(next.visit, Stage::Ended).await?;
    showroom.finish().await
}

#[tokio::test]
async fn the_main_job_runs_over_mosquitto_with_tls() -> Result<()> {
    let home = tempfile::tempdir()?;
    let certificate = Certificate::make(&home.path().join("tls"))?;
    let mosquitto = Mosquitto::start(home.path(), Some(&certificate)).await?;
    let authority = certificate.authority();
    let config = format!("[mqtt]\nurl = \"mqtts://{}\"\nca_file = {authority:?}\n", mosquitto.address());
    let showroom = Showroom::with(Setup { config: Some(config), ..Setup::default() }).await?;
    let wang = showroom.staff("wang", Role::Consultant).await?;
    let credentials = showroom.register("k1", "kiosk")?;
    let pem = std::fs::read(&authority)?;
    let kiosk = Device::try_connect(&mosquitto.address(), credentials, "kiosk", Some(pem))?;
    kiosk.connected().await?;
    let tap = kiosk.check_in("browse", &json!({})).await?;
    kiosk.receipt(tap.event).await.with_context(|| format!("{:?}", kiosk.failures()))?;
    let alert = wang.alert_for(tap.visit).await?;
    wang.serve(&alert, "interested").await?;
    kiosk.stage(tap.visit, Stage::Ended).await?;
    showroom.finish().await
}

#[tokio::test]
async fn the_embedded_broker_speaks_tls() -> Result<()> {
    let home = tempfile::tempdir()?;
    let certificate = Certificate::make(home.path())?;
    let (chain, key) = (certificate.chain(), certificate.key());
    let config = format!("[mqtt]\ntls_cert = {chain:?}\ntls_key = {key:?}\n");
    let showroom = Showroom::with(Setup { config: Some(config), ..Setup::default() }).await?;
    let wang = showroom.staff("wang", Role::Consultant).await?;
    let credentials = showroom.register("k1", "kiosk")?;
    let pem = std::fs::read(certificate.authority())?;
    let kiosk = Device::try_connect(showroom.gateway().mqtt_address(), credentials, "kiosk", Some(pem))?;
    kiosk.connected().await?;
    let tap = kiosk.check_in("browse", &json!({})).await?;
    kiosk.receipt(tap.event).await?;
    let alert = wang.alert_for(tap.visit).await?;
    wang.serve(&alert, "interested").await?;
    kiosk.stage(tap.visit, Stage::Ended).await?;
    showroom.finish().await
}
