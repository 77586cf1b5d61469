//! A week is planned, somebody comes to work, and nobody is rung at home: in real browsers. Leaves pictures in
//! `target/screenshots`.

use anyhow::{Context, Result};
use fantoccini::Locator;
use serde_json::json;
use shared::wire::Stage;
use tests::wait;
use tests::world::{Browser, Role, Showroom, reachable, sign_in};

const WEEK: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// Writes a text into a field, in place of what stands there.
async fn write(browser: &Browser, css: &str, text: &str) -> Result<()> {
    let field = browser.find(css).await?;
    field.clear().await?;
    field.send_keys(text).await?;
    Ok(())
}

#[tokio::test]
async fn a_manager_plans_and_whoever_is_off_shift_is_left_alone() -> Result<()> {
    let showroom = Showroom::start().await?;
    showroom.hire("boss", Role::Manager, &["--display", "赵经理"])?;
    showroom.hire("wang", Role::Consultant, &["--display", "王芳"])?;
    let kiosk = showroom.kiosk("k1").await?;
    let boss = Browser::open(1280, 900, None).await?;
    sign_in(&boss, &showroom, "boss", "/manage").await?;
    boss.press("排班").await?;
    boss.says("没有排班").await?;
    boss.picture("shifts-none").await?;

    // Every day from midnight to midnight, so that the test may run at any hour.
    boss.find("[data-staff=wang] .none").await?.click().await?;
    boss.find("#week[open]").await?;
    write(&boss, "#week input[name=mon]", "9点到6点").await?;
    boss.press("保存每周的班").await?;
    boss.says("时间写成").await.context("what cannot be read is said, and nothing is lost")?;
    for day in WEEK {
        write(&boss, &format!("#week input[name={day}]"), "00:00-24:00").await?;
    }
    boss.picture("shifts-week").await?;
    boss.press("保存每周的班").await?;
    boss.find("[data-staff=wang] .cell:not(.off)").await?;
    boss.picture("shifts-planned").await?;

    let wang = Browser::open(360, 780, None).await?;
    sign_in(&wang, &showroom, "wang", "/floor").await?;
    wang.says("当班").await?;
    wang.picture("shifts-on").await?;
    wang.press("到岗签到").await?;
    wang.says("已签到").await?;
    wang.find("#presence [data-presence=free][aria-pressed=true]").await?;
    assert!(!wang.sticks_out().await?, "the page is wider than a phone");
    reachable(&showroom, "boss", "wang").await?;
    wang.picture("shifts-came").await?;

    // Today is taken out of the plan: the phone says so, and stays silent.
    boss.find("[data-staff=wang] .today-cell").await?.click().await?;
    boss.find("#day[open]").await?;
    boss.picture("shifts-day").await?;
    boss.press("这一天休息").await?;
    boss.find("[data-staff=wang] .cell.single.off").await?;
    wang.find("#light[data-state=shift]").await?;
    wang.find("#presence [data-presence=off][aria-pressed=true]").await?;
    wang.picture("shifts-off").await?;
    let alone = kiosk.check_in("browse", &json!({})).await?;
    kiosk.stage(alone.visit, Stage::Queued).await?;
    assert!(wang.client().find(Locator::Css("#alert[open]")).await.is_err(), "nobody is rung at home");

    let watch = format!("{}/manage/alerts", showroom.gateway().http());
    boss.go(&watch).await?;
    boss.says("不当班").await.context("the manager sees why nobody was asked")?;

    // Whoever comes all the same is asked at once.
    wang.press("加班签到").await?;
    wang.find("#alert[open]").await?;
    wang.find("#alert-accept").await?.click().await?;
    kiosk.stage(alone.visit, Stage::Coming).await?;
    boss.go(&watch).await?;
    boss.says("已显示").await.context("and how far the alert came")?;
    boss.picture("alerts").await?;
    showroom.finish().await
}

#[tokio::test]
async fn the_morning_is_looked_through_by_two_on_their_phones() -> Result<()> {
    let showroom = Showroom::start().await?;
    showroom.hire("qian", Role::Reception, &["--display", "钱前台"])?;
    showroom.hire("wang", Role::Consultant, &["--display", "王芳"])?;
    let qian = Browser::open(360, 780, None).await?;
    sign_in(&qian, &showroom, "qian", "/floor").await?;
    qian.press("开门前检查").await?;
    qian.find("[data-item=tidy]").await?.click().await?;
    qian.find("[data-item=tidy][aria-pressed=true]").await?;
    qian.says("钱前台").await?;
    qian.picture("morning-begun").await?;
    let wang = Browser::open(360, 780, None).await?;
    sign_in(&wang, &showroom, "wang", "/morning").await?;
    wang.says("钱前台").await.context("what a colleague has looked at is looked at")?;
    for item in ["cars_clean", "cars_charged", "drinks", "dress", "badge"] {
        wang.find(&format!("[data-item={item}][aria-pressed=false]")).await?.click().await?;
        wang.find(&format!("[data-item={item}][aria-pressed=true]")).await?;
    }
    wang.says("可以开门迎客").await?;
    assert!(!wang.sticks_out().await?, "the page is wider than a phone");
    wang.picture("morning-done").await?;
    wang.find("[data-item=badge]").await?.click().await?;
    wang.find("[data-item=badge][aria-pressed=false]").await?;
    showroom.finish().await
}

#[tokio::test]
async fn a_years_holidays_are_typed_or_read_and_a_line_that_means_nothing_is_named() -> Result<()> {
    let showroom = Showroom::start().await?;
    showroom.hire("boss", Role::Manager, &[])?;
    showroom.hire("wang", Role::Consultant, &["--display", "王芳"])?;
    let boss = Browser::open(1280, 900, None).await?;
    sign_in(&boss, &showroom, "boss", "/manage").await?;
    boss.go(&format!("{}/manage/shifts?from=2026-10-05", showroom.gateway().http())).await?;
    write(&boss, "#year-table", "2026-10-01 off 国庆节\n十月十号调休").await?;
    boss.press("保存这一年").await?;
    boss.says("第 2 行看不懂").await?;
    write(&boss, "#year-table", "2026-10-01 休 国庆节\n2026-10-10,wed,国庆节调休").await?;
    boss.press("保存这一年").await?;
    boss.find("thead .mark").await?;
    boss.says("国庆节调休").await?;
    boss.picture("shifts-year").await?;
    // A table as a spreadsheet saves it: with a mark before the first line and a line of titles.
    let table = showroom.folder().join("2026.csv");
    std::fs::write(&table, "\u{feff}日期,类型,名称\n2026-10-01,休,国庆节\n2026-10-09,wed,调休上班\n")?;
    let file = boss.client().find(Locator::Css("#year-file")).await?;
    file.send_keys(table.to_str().context("a path in UTF-8")?).await?;
    let read = || async {
        let text = boss.client().execute("return document.getElementById('year-table').value", Vec::new()).await?;
        Ok(text.as_str().is_some_and(|text| text.starts_with("2026-10-01,休") && text.contains("10-09")).then_some(()))
    };
    wait::until_async("the file to stand in the field", read).await?;
    boss.press("保存这一年").await?;
    let planned = || async {
        let days = boss.client().execute("return document.querySelector('thead').innerText", Vec::new()).await?;
        let days = days.as_str().unwrap_or_default().to_owned();
        Ok((days.contains("调休上班") && !days.contains("国庆节调休")).then_some(()))
    };
    wait::until_async("the file's days, in place of what was typed", planned).await?;
    boss.picture("shifts-year-read").await?;
    let phone = Browser::open(360, 780, None).await?;
    sign_in(&phone, &showroom, "boss", "/manage").await?;
    phone.go(&format!("{}/manage/shifts?from=2026-10-05", showroom.gateway().http())).await?;
    phone.find("#rota").await?;
    assert!(!phone.sticks_out().await?, "the plan is wider than a phone, but inside a box that scrolls");
    phone.picture("shifts-year-phone").await?;
    showroom.finish().await
}
