//! The real kiosk without a window against the real gateway: it tells the truth through every outage.

use std::fmt::Write as _;

use anyhow::{Context, Result};
use serde_json::{Value, json};
use tests::wait;
use tests::world::{ALL_DAYS, Headless, Role, Setup, Showroom, Visits, parse_csv};

fn export(showroom: &Showroom) -> Result<Visits> {
    let (from, to) = ALL_DAYS;
    parse_csv(&showroom.command(&["export", "visits.csv", "--from", from, "--to", to], "")?)
}

async fn kiosk(showroom: &Showroom, name: &str) -> Result<Headless> {
    let credentials = showroom.register(name, "kiosk")?;
    Headless::start(showroom.folder(), showroom.gateway().mqtt_address(), &credentials).await
}

#[tokio::test]
async fn the_screen_says_received_then_calling_then_who_is_coming() -> Result<()> {
    let showroom = Showroom::start().await?;
    let wang = showroom.staff("wang", Role::Consultant).await?;
    let mut kiosk = kiosk(&showroom, "k1").await?;
    kiosk.check_in("browse")?;
    let received = kiosk.shows("received").await?;
    kiosk.shows("receipt").await?;
    kiosk.shows("calling").await?;
    let alert = wang.alert().await?;
    assert_eq!(received["visit"].as_str(), Some(alert.visit.to_string().as_str()));
    wang.shown(&alert).await?;
    wang.accept(&alert).await?;
    let coming = kiosk.shows("coming").await?;
    assert!(coming["consultant"].is_string(), "{coming}");
    kiosk.intent(&json!({"do": "met"}))?;
    // Met is the end for this screen, so "greeted" is not told any more; it stands in the export.
    wait::until("a receipt for what the visitor said", || (kiosk.told().receipts.len() == 2).then_some(())).await?;
    wang.end(alert.visit, "interested").await?;
    wait::until("the visit in the export", || {
        let visits = export(&showroom).ok()?;
        let row = visits.visit(&alert.visit).ok()?;
        (row["greeted_source"] == "visitor" && row["outcome"] == "interested").then_some(())
    })
    .await?;
    kiosk.intent(&json!({"do": "wipe"}))?;
    kiosk.shows("welcome").await?;
    showroom.finish().await
}

#[tokio::test]
async fn through_an_outage_nothing_is_promised_that_is_not_kept() -> Result<()> {
    let mut showroom = Showroom::start().await?;
    let wang = showroom.staff("wang", Role::Consultant).await?;
    let mut kiosk = kiosk(&showroom, "k1").await?;
    kiosk.fact("the link", |fact| fact["shown"] == "link" && fact["up"] == true).await?;
    showroom.gateway_mut().kill().await?;
    kiosk.check_in("browse")?;
    let received = kiosk.shows("received").await?;
    kiosk.shows("unanswered").await?;
    assert!(kiosk.told().receipts.is_empty(), "a receipt from a gateway that is dead");
    kiosk.crash().await?;
    let ready = kiosk.fact("the outbox", |fact| fact["shown"] == "ready" && fact["outbox"] == 1).await?;
    assert_eq!(ready["outbox"], 1);
    showroom.start_again().await?;
    let event = received["event"].clone();
    kiosk.fact("the receipt", |fact| fact["shown"] == "receipt" && fact["event"] == event).await?;
    let visit = received["visit"].as_str().unwrap_or_default().to_owned();
    export(&showroom)?.visit(&visit)?;
    // Young enough to ring after the outage.
    let alert = wang.alert().await?;
    assert_eq!(alert.visit.to_string(), visit);
    wang.serve(&alert, "interested").await?;
    showroom.finish().await
}

#[tokio::test]
async fn a_wrong_word_on_the_input_is_answered_and_harms_nothing() -> Result<()> {
    let showroom = Showroom::start().await?;
    let wang = showroom.staff("wang", Role::Consultant).await?;
    let mut kiosk = kiosk(&showroom, "k1").await?;
    for nonsense in [json!({"do": "dance"}), json!([1]), json!({"do": "check_in", "purpose": "fly"})] {
        kiosk.intent(&nonsense)?;
    }
    kiosk.shows("error").await?;
    kiosk.intent(&json!({"do": "help"}))?;
    let received = kiosk.shows("received").await?;
    let alert = wang.alert().await?;
    assert_eq!(received["visit"].as_str(), Some(alert.visit.to_string().as_str()));
    let errors = kiosk.facts().iter().filter(|fact: &&Value| fact["shown"] == "error").count();
    assert_eq!(errors, 3);
    wang.serve(&alert, "interested").await?;
    showroom.finish().await
}

#[tokio::test]
async fn a_catalogue_of_five_hundred_models_with_long_names_reaches_the_kiosk() -> Result<()> {
    let mut config = String::new();
    for number in 0..500 {
        let (zh, en) = ("星河".repeat(100), "Xinghe sedan ".repeat(15));
        writeln!(config, "[[catalogue.models]]\nid = \"m{number}\"\nzh = \"{zh}\"\nen = \"{en}\"")?;
    }
    let showroom = Showroom::with(Setup { config: Some(config), ..Setup::default() }).await?;
    let wang = showroom.staff("wang", Role::Consultant).await?;
    let mut kiosk = kiosk(&showroom, "k1").await?;
    let kept = kiosk.data().join("offer.json");
    let offer = wait::until("the catalogue on the kiosk's disk", || {
        let offer: Value = serde_json::from_slice(&std::fs::read(&kept).ok()?).ok()?;
        (offer["models"].as_array()?.len() == 500).then_some(offer)
    });
    let offer = offer.await.with_context(|| kiosk.said().join("\n"))?;
    assert_eq!(offer["models"][499]["zh"].as_str().map(|name| name.chars().count()), Some(200));
    kiosk.check_in("model")?;
    kiosk.shows("receipt").await?;
    wang.serve(&wang.alert().await?, "interested").await?;
    showroom.finish().await
}
