//! Somebody new begins: the manager adds them, their phone scans a code, and they are rung for the next visitor. In real browsers;
//! leaves pictures in `target/screenshots`.

use anyhow::{Context, Result};
use serde_json::json;
use shared::wire::Stage;
use tests::world::{Browser, Role, Showroom, code_in, reachable, sign_in};

#[tokio::test]
async fn a_new_colleague_scans_a_code_and_is_rung_for_the_next_visitor() -> Result<()> {
    let showroom = Showroom::start().await?;
    showroom.hire("boss", Role::Manager, &["--display", "赵经理"])?;
    showroom.hire("qian", Role::Reception, &["--display", "钱前台"])?;
    let kiosk = showroom.kiosk("k1").await?;
    let boss = Browser::open(1280, 900, None).await?;
    sign_in(&boss, &showroom, "boss", "/manage").await?;
    boss.press("人员").await?;
    boss.press("添加同事").await?;
    boss.find("#person[open]").await?;
    for (field, text) in [("account", "Li Na"), ("badge", "李娜"), ("letters", "Li Na")] {
        boss.find(&format!("#person input[name={field}]")).await?.send_keys(text).await?;
    }
    boss.press("保存").await?;
    boss.says("登录名用 1 到 32 个").await.context("a name that cannot be one is said, and nothing is lost")?;
    boss.picture("people-new").await?;
    let account = boss.find("#person input[name=account]").await?;
    account.clear().await?;
    account.send_keys("li").await?;
    boss.press("保存").await?;
    boss.says("还没有登录过").await?;
    boss.picture("people-list").await?;

    boss.find("[data-staff=li] [data-act=code]").await?.click().await?;
    boss.find("#code[open] img[src^='data:']").await?;
    let link = code_in(&boss.picture("people-code").await?)?.context("a code that a phone can read")?;
    let li = Browser::open(360, 780, None).await?;
    li.go(&link).await?;
    li.says("李娜").await?;
    li.picture("people-enrol").await?;
    li.find("input[name=password]").await?.send_keys("correct horse").await?;
    li.find("input[name=again]").await?.send_keys("correct horse").await?;
    li.find("button[type=submit]").await?.click().await?;
    li.left("/enrol").await?;
    li.find("#presence [data-presence=free]").await?.click().await?;
    reachable(&showroom, "boss", "li").await?;
    let tap = kiosk.check_in("browse", &json!({})).await?;
    li.find("#alert-accept").await?.click().await?;
    kiosk.stage(tap.visit, Stage::Coming).await?;
    let late = Browser::open(360, 780, None).await?;
    late.go(&link).await?;
    late.says("登录码已失效").await?;
    late.picture("people-spent").await?;

    // Taken off the staff in the middle of it: signed out at once, and the visitor is reception's.
    boss.press("完成").await?;
    // The list is loaded anew, and shows that they were let in.
    boss.find("[data-staff=li] .second[data-act=code]").await?;
    boss.tap("[data-staff=li] [data-act=remove]").await?;
    boss.find("#remove[open]").await?;
    boss.picture("people-remove").await?;
    boss.press("删除账号").await?;
    kiosk.stage(tap.visit, Stage::Queued).await?;
    li.says("登录").await?;
    boss.go(&format!("{}/manage/people", showroom.gateway().http())).await?;
    let phone = Browser::open(360, 780, None).await?;
    sign_in(&phone, &showroom, "boss", "/manage/people").await?;
    phone.find(".people").await?;
    assert!(!phone.sticks_out().await?, "the list is wider than a phone");
    phone.picture("people-phone").await?;
    showroom.finish().await
}
