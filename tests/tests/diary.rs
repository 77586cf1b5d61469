//! Somebody is expected: booked on a phone, seen in the morning, rung through to whoever expects them. In real browsers; leaves
//! pictures in `target/screenshots`.

use anyhow::{Context, Result};
use serde_json::{Value, json};
use tests::world::{Browser, Light, Role, Setup, Showroom, sign_in};

const NUMBER: &str = "13912345678";

/// Sets a field as a picker does: what keys make of it depends on the browser's language.
async fn set(browser: &Browser, name: &str, value: &str) -> Result<()> {
    let script = "document.querySelector(`#terms [name=${arguments[0]}]`).value = arguments[1]";
    browser.client().execute(script, vec![name.into(), value.into()]).await?;
    Ok(())
}

#[tokio::test]
async fn whoever_is_expected_is_booked_on_a_phone_and_rung_through_to_their_consultant() -> Result<()> {
    let showroom = Showroom::with(Setup::at_midday()).await?;
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
    qian.find("#terms [name=phone]").await?.send_keys("139").await?;
    qian.press("保存").await?;
    qian.says("这个号码不完整").await?;
    qian.picture("appointments-number").await?;
    qian.find("#terms [name=phone]").await?.clear().await?;
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
    let opened = wang.update(alert.alert, "whose appointment it is", |alert| alert.name.is_some()).await?;
    assert_eq!(opened.name.as_deref(), Some("诸葛女士"), "the name opens with Accept");
    own.go(&format!("{}/floor", showroom.gateway().http())).await?;
    let card = own.find("#serving .visit").await?.text().await?;
    assert!(card.contains("诸葛女士") && card.contains("预约"), "and stays on the card: {card}");
    own.picture("appointments-serving").await?;
    qian.go(&format!("{}/appointments", showroom.gateway().http())).await?;
    qian.find(".appointment.kept").await?;
    qian.picture("appointments-kept").await?;
    showroom.finish().await
}

/// Opens the form of the only lead from here, sees that it is filled in, and saves it for this time.
async fn one_tap(browser: &Browser, link: &str, time: &str, picture: &str) -> Result<()> {
    browser.tap(link).await?;
    browser.find("#terms[open]").await?;
    let shown = browser.find("#of-lead").await?.text().await?;
    assert!(shown.contains("诸") && shown.contains("139****5678") && !shown.contains("诸葛"), "{shown}");
    let model = "return document.querySelector('#terms [name=model]').value";
    assert_eq!(browser.client().execute(model, Vec::new()).await?, json!("s7"));
    browser.picture(picture).await?;
    assert!(!browser.sticks_out().await?, "the form is wider than the window");
    set(browser, "time", time).await?;
    browser.tap("#terms [value=save]").await?;
    browser.find(".appointment.booked").await?;
    browser.says("诸葛").await.context("the name went along")?;
    browser.says("139****5678").await?;
    Ok(())
}

/// Loads the day anew until so many appointments of it are kept: the page does not follow by itself what a kiosk says.
async fn counts(browser: &Browser, showroom: &Showroom, kept: usize) -> Result<()> {
    let count = "return document.querySelectorAll('.appointment.kept').length";
    tests::wait::until_async("the day's appointments that were kept", || async {
        browser.go(&format!("{}/appointments", showroom.gateway().http())).await?;
        Ok((browser.client().execute(count, Vec::new()).await? == json!(kept)).then_some(()))
    })
    .await
}

#[tokio::test]
async fn a_lead_becomes_an_appointment_with_one_tap_and_what_came_of_it_is_taken_away() -> Result<()> {
    let config = "[[catalogue.models]]\nid = \"s7\"\nzh = \"星河 S7\"\nen = \"Xinghe S7\"\n";
    let showroom = Showroom::with(Setup { config: Some(config.to_owned()), ..Setup::at_midday() }).await?;
    showroom.hire("lin", Role::Manager, &["--display", "林总"])?;
    let wang = showroom.staff("wang", Role::Consultant).await?;
    let kiosk = showroom.kiosk("k1").await?;
    let agreed = json!([{"purpose": "contact", "wording": "contact-1", "given": true}]);
    let told = json!({"phone": NUMBER, "surname": "诸葛", "title": "ms", "models": ["s7"], "consents": agreed});
    let tap = kiosk.check_in("model", &told).await?;
    let alert = wang.alert_for(tap.visit).await?;
    wang.accept(&alert).await?;

    let own = Browser::open(360, 780, None).await?;
    sign_in(&own, &showroom, "wang", "/floor").await?;
    own.find("#serving a[href^='/appointments?lead=']").await?;
    own.picture("lead-serving").await?;
    one_tap(&own, "#serving a[href^='/appointments?lead=']", "23:50", "lead-form").await?;
    own.tap(".appointment [data-do=reveal]").await?;
    own.find(&format!("a[href='tel:{NUMBER}']")).await.context("the number went along, sealed")?;

    let boss = Browser::open(1280, 900, None).await?;
    sign_in(&boss, &showroom, "lin", "/manage/leads?lang=en").await?;
    boss.find("tr[data-lead]").await?;
    boss.picture("lead-list-desk").await?;
    boss.resize((360, 780)).await?;
    assert!(!boss.sticks_out().await?, "the list is wider than a phone");
    let within = "document.querySelector('tr[data-lead] .acts').scrollIntoView(); \
                  return [...document.querySelectorAll('.scroll')].every((part) => part.scrollWidth <= part.clientWidth + 1)";
    assert_eq!(boss.client().execute(within, Vec::new()).await?, json!(true), "a button lies beside the phone");
    boss.picture("lead-list-phone").await?;
    boss.resize((1280, 900)).await?;
    one_tap(&boss, "tr[data-lead] a[href^='/appointments?lead=']", "22:00", "lead-form-desk").await?;
    boss.picture("appointments-desk").await?;
    boss.resize((360, 780)).await?;
    assert!(!boss.sticks_out().await?, "the page is wider than a phone");
    boss.client().execute("document.querySelector('#export').scrollIntoView()", Vec::new()).await?;
    boss.picture("appointments-export-phone").await?;

    // Whoever comes is in the file with what came of it; the whole number is in none.
    let again = kiosk.check_in("browse", &json!({"phone": NUMBER})).await?;
    boss.go(&format!("{}/appointments?lang=zh", showroom.gateway().http())).await?;
    counts(&boss, &showroom, 1).await.context("they came")?;
    let session = showroom.sign_in("lin").await?;
    let csv = String::from_utf8(session.fetch("/api/v1/exports/appointments.csv").await?)?;
    let kept: Vec<_> = csv.lines().filter(|line| line.contains(",kept,")).collect();
    assert_eq!((csv.lines().count(), kept.len()), (3, 1), "{csv}");
    assert!(kept[0].contains(&again.visit.to_string()) && kept[0].contains(",given,诸葛,ms,139****5678,"), "{csv}");
    let lines = String::from_utf8(showroom.command(&["export", "appointments.jsonl"], "")?)?;
    assert!(lines.contains("诸葛") && !lines.contains(NUMBER) && !csv.contains(NUMBER), "{lines}");
    let audit = String::from_utf8(session.fetch("/api/v1/exports/audit.csv").await?)?;
    for (record, times) in [("exported,,,appointments,csv", 1), ("exported,,,appointments,jsonl", 1), (",revealed,", 2)]
    {
        assert_eq!(audit.lines().filter(|line| line.contains(record)).count(), times, "{record}: {audit}");
    }

    // Taken back, nobody has come.
    kiosk.tell("visit.cancelled", &json!({"visit": again.visit})).await?;
    counts(&boss, &showroom, 0).await.context("nobody came")?;
    wang.greeted(tap.visit).await?;
    wang.end(tap.visit, "interested").await?;
    own.close().await?;
    boss.close().await?;
    showroom.finish().await
}
