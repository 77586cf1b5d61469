//! Somebody is expected: booked on a phone, seen in the morning, rung through to whoever expects them. In real browsers; leaves
//! pictures in `target/screenshots`.

use anyhow::{Context, Result};
use serde_json::{Value, json};
use tests::world::{Browser, Light, Role, Showroom, sign_in};

const NUMBER: &str = "13912345678";

/// Sets a field as a picker does: what keys make of it depends on the browser's language.
async fn set(browser: &Browser, name: &str, value: &str) -> Result<()> {
    let script = "document.querySelector(`#terms [name=${arguments[0]}]`).value = arguments[1]";
    browser.client().execute(script, vec![name.into(), value.into()]).await?;
    Ok(())
}

#[tokio::test]
async fn whoever_is_expected_is_booked_on_a_phone_and_rung_through_to_their_consultant() -> Result<()> {
    let showroom = Showroom::start().await?;
    showroom.hire("qian", Role::Reception, &["--display", "钱前台"])?;
    let wang = showroom.staff("wang", Role::Consultant).await?;
    let li = showroom.staff("li", Role::Consultant).await?;
    let kiosk = showroom.kiosk("k1").await?;
    // It is li's turn: wang has served somebody.
    let first = kiosk.check_in("browse", &json!({"consultant": "wang"})).await?;
    let alert = wang.alert_for(first.visit).await?;
    wang.serve(&alert, "interested").await?;

    let qian = Browser::open(360, 780, None).await?;
    sign_in(&qian, &showroom, "qian", "/floor").await?;
    qian.go(&format!("{}/appointments", showroom.gateway().http())).await?;
    qian.says("这一天没有预约").await?;
    qian.picture("appointments-none").await?;
    qian.press("新建预约").await?;
    qian.find("#terms[open]").await?;
    for (name, value) in
        [("time", "23:50"), ("consultant", "wang"), ("matter", "test_drive"), ("name", "诸葛"), ("title", "ms")]
    {
        set(&qian, name, value).await?;
    }
    qian.find("#terms [name=phone]").await?.send_keys(NUMBER).await?;
    qian.find("#terms [name=note]").await?.send_keys("带孩子来，准备儿童座椅").await?;
    qian.picture("appointments-new").await?;
    qian.press("保存").await?;
    qian.find(".appointment.booked").await?;
    qian.says("诸葛女士").await?;
    qian.says("139****5678").await?;

    // The same hour again is said, and nothing typed is lost.
    qian.press("新建预约").await?;
    qian.find("#terms[open]").await?;
    for (name, value) in [("time", "23:30"), ("consultant", "wang"), ("name", "欧阳")] {
        set(&qian, name, value).await?;
    }
    qian.press("保存").await?;
    qian.says("那时已有预约").await?;
    qian.picture("appointments-double").await?;
    qian.press("仍然保存").await?;
    qian.find(".appointment .clash").await?;
    assert!(!qian.sticks_out().await?, "the list is wider than a phone");
    qian.picture("appointments-list").await?;
    qian.light(Light::Night).await?;
    qian.picture("appointments-list-dark").await?;

    // Taken off and put back.
    qian.tap(".appointment.booked [data-do=cancel]").await?;
    qian.find(".appointment.cancelled").await?;
    qian.tap(".appointment.cancelled [data-do=restore]").await?;
    qian.find(".appointment.booked:first-child:last-child, .appointment.booked + .appointment.booked").await?;

    let own = Browser::open(360, 780, None).await?;
    sign_in(&own, &showroom, "wang", "/floor").await?;
    own.find("#expected li + li").await.context("two are expected today")?;
    own.says("诸葛女士").await?;
    own.picture("appointments-floor").await?;
    own.go(&format!("{}/morning", showroom.gateway().http())).await?;
    own.says("今日预约").await?;
    own.tap(".appointment [data-do=reveal]").await?;
    own.find(&format!("a[href='tel:{NUMBER}']")).await?;
    assert!(!own.sticks_out().await?, "the page is wider than a phone");
    own.picture("appointments-morning").await?;

    let tap = kiosk.check_in("browse", &json!({"phone": NUMBER})).await?;
    let alert = wang.alert_for(tap.visit).await?;
    let told: Value = serde_json::to_value(&alert)?;
    assert_eq!((told["why"].clone(), told["appointment"].is_string()), ("appointment".into(), true));
    wang.accept(&alert).await?;
    assert!(li.take_alerts().is_empty(), "nobody else is rung");
    qian.go(&format!("{}/appointments", showroom.gateway().http())).await?;
    qian.find(".appointment.kept").await?;
    qian.picture("appointments-kept").await?;
    showroom.finish().await
}
