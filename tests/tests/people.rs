//! Somebody new begins: the manager adds them, their phone scans a code, and they are rung for the next visitor. And two consultants who
//! mean the same customer. In real browsers; leaves pictures in `target/screenshots`.

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use shared::wire::Stage;
use tests::world::{ALL_DAYS, Browser, Device, Light, Phone, Role, Showroom, code_in, parse_csv, reachable, sign_in};

const PHONE: (u32, u32) = (360, 780);
const DESK: (u32, u32) = (1280, 900);
const NUMBER: &str = "13912345678";

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

/// A page in both languages, on a phone and at a desk; nothing sticks out at the side.
async fn pictures(browser: &Browser, showroom: &Showroom, page: &str, name: &str, shown: &str) -> Result<()> {
    for language in ["en", "zh"] {
        browser.go(&format!("{}{page}?lang={language}", showroom.gateway().http())).await?;
        browser.find(shown).await?;
        // Whoever goes to a page gets the size that the window was opened with.
        for (size, on) in [(DESK, "desk"), (PHONE, "phone")] {
            browser.resize(size).await?;
            ensure!(!browser.sticks_out().await?, "{page} is wider than a {on} in {language}");
            browser.picture(&format!("{name}-{on}-{language}")).await?;
        }
    }
    browser.light(Light::Night).await?;
    browser.picture(&format!("{name}-phone-dark")).await?;
    browser.light(Light::Day).await
}

/// The customer comes, and this consultant has them until the end.
async fn serve(kiosk: &Device, phone: &Phone, more: &Value) -> Result<()> {
    let tap = kiosk.check_in("browse", more).await?;
    let alert = phone.alert_for(tap.visit).await?;
    phone.serve(&alert, "interested").await?;
    kiosk.stage(tap.visit, Stage::Ended).await?;
    Ok(())
}

#[tokio::test]
async fn two_consultants_mean_the_same_customer_and_the_manager_settles_it_from_the_record() -> Result<()> {
    let showroom = Showroom::start().await?;
    showroom.hire("boss", Role::Manager, &["--display", "赵经理"])?;
    for (account, name) in [("wang", "王芳"), ("li", "李娜"), ("chen", "陈晨")] {
        showroom.hire(account, Role::Consultant, &["--display", name])?;
    }
    let (wang, li, chen) = (showroom.phone("wang").await?, showroom.phone("li").await?, showroom.phone("chen").await?);
    let kiosk = showroom.kiosk("k1").await?;
    let consents = json!([{"purpose": "contact", "wording": "contact-1", "given": true}]);
    let agreed = json!({"phone": NUMBER, "surname": "诸葛", "title": "ms", "consultant": "wang", "consents": consents});
    serve(&kiosk, &wang, &agreed).await?;
    // The owner is at lunch, and a colleague stands in: the customer stays whose it is.
    wang.session().presence("break").await?;
    chen.session().presence("break").await?;
    serve(&kiosk, &li, &json!({"phone": NUMBER})).await?;
    wang.session().presence("free").await?;
    chen.session().presence("free").await?;

    let phone = Browser::open(PHONE.0, PHONE.1, None).await?;
    sign_in(&phone, &showroom, "li", "/customers").await?;
    phone.says("归属 王芳").await?;
    assert!(!phone.text().await?.contains("诸葛"), "a colleague's customer has no name here");
    phone.press("这是我的客户").await?;
    phone.find("#claim[open] textarea").await?.send_keys("上周车展上她先加了我的微信").await?;
    phone.picture("owners-claim").await?;
    phone.press("提交给经理").await?;
    phone.says("撞单待裁定").await?;
    pictures(&phone, &showroom, "/customers", "owners-own", ".persons").await?;

    let boss = Browser::open(DESK.0, DESK.1, None).await?;
    sign_in(&boss, &showroom, "boss", "/manage").await?;
    boss.says("1 起撞单待裁定").await?;
    boss.picture("owners-front").await?;
    pictures(&boss, &showroom, "/manage/leads", "owners-leads", ".leads .owner a").await?;
    pictures(&boss, &showroom, "/manage/owners", "owners-list", "#disputes").await?;
    boss.resize(DESK).await?;
    boss.press("看记录并裁定").await?;
    boss.find("#record tbody tr + tr").await.context("both visits are on record")?;
    let page = boss.client().current_url().await?.path().to_owned();
    pictures(&boss, &showroom, &page, "owners-record", "#record").await?;
    let then = "return [...document.querySelectorAll('#record td:nth-child(3)')].map((cell) => cell.textContent)";
    let whose = boss.client().execute(then, Vec::new()).await?;
    assert_eq!(whose, json!(["无归属", "王芳"]));

    // Somebody else has ruled since the page was opened: said, and nothing typed is lost.
    let session = showroom.sign_in("boss").await?;
    let lead = page.rsplit('/').next().context("a lead")?.to_owned();
    let owner = format!("/api/v1/leads/{lead}/owner");
    let other = json!({"verdict": "to", "owner": "chen", "reason": "先由陈晨跟进"});
    session.call(reqwest::Method::PUT, &owner, Some(other)).await?;
    boss.resize(DESK).await?;
    let choose = "const { whose, reason } = document.getElementById('rule').elements; whose.value = 'to li'; reason.value = arguments[0];";
    boss.client().execute(choose, vec!["车展登记在先，王芳当天也确认".into()]).await?;
    boss.tap("#rule button").await?;
    boss.says("这起撞单已经裁定").await?;
    boss.picture("owners-overtaken").await?;
    session.call(reqwest::Method::POST, &format!("{owner}/undo"), None).await?;
    boss.tap("#rule button").await?;
    boss.find("#undo").await.context("it can be taken back")?;
    boss.says("现在归属 李娜").await?;
    assert_eq!(boss.client().execute(then, Vec::new()).await?, whose, "a ruling changes nothing that was");
    boss.picture("owners-ruled").await?;
    boss.tap("#undo").await?;
    boss.says("现在归属 王芳").await?;
    boss.client().execute(choose, vec!["车展登记在先，王芳当天也确认".into()]).await?;
    boss.tap("#rule button").await?;
    boss.says("现在归属 李娜").await?;
    boss.resize(PHONE).await?;
    boss.picture("owners-ruled-phone").await?;

    // Both are told, on their own phones.
    for (account, said) in [("li", "归您"), ("wang", "归 李娜")] {
        let own = Browser::open(PHONE.0, PHONE.1, None).await?;
        sign_in(&own, &showroom, account, "/floor").await?;
        own.find("#rulings li").await?;
        own.says(said).await?;
        own.says("车展登记在先").await?;
        own.picture(&format!("owners-told-{account}")).await?;
        own.go(&format!("{}/customers", showroom.gateway().http())).await?;
        own.says(said).await?;
        own.picture(&format!("owners-own-{account}")).await?;
        own.close().await?;
    }
    let audit = format!("{}/manage/audit", showroom.gateway().http());
    boss.resize(DESK).await?;
    boss.go(&audit).await?;
    boss.says("王芳 → 李娜").await?;
    boss.picture("owners-audit").await?;
    let (from, to) = ALL_DAYS;
    let table = parse_csv(&session.fetch(&format!("/api/v1/exports/leads.csv?from={from}&to={to}")).await?)?;
    let row = table.rows.first().context("the lead")?;
    assert_eq!((row["owner"].as_str(), row["owner_by"].as_str()), ("li", "ruling"));
    // Whoever was ruled is rung for them; and whoever leaves for good leaves them to be given anew.
    let tap = kiosk.check_in("browse", &json!({"phone": NUMBER})).await?;
    let alert = li.alert_for(tap.visit).await?;
    assert!(alert.own_customer && chen.take_alerts().is_empty());
    li.serve(&alert, "interested").await?;
    kiosk.stage(tap.visit, Stage::Ended).await?;
    session.call(reqwest::Method::DELETE, "/api/v1/people/li", None).await?;
    pictures(&boss, &showroom, "/manage/owners", "owners-left", "#left").await?;
    boss.press("重新指定").await?;
    boss.find("#rule").await?;
    showroom.finish().await
}
