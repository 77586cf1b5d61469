//! Colleagues on their own pages, in real browsers: who hands over to whom, what they keep of a visitor, and what reception
//! sets right. Leaves pictures in `target/screenshots`.

use anyhow::{Context, Result};
use reqwest::Method;
use serde_json::json;
use shared::wire::{Stage, Why};
use tests::world::{Browser, Role, Setup, Showroom, reachable, sign_in};

const PHONE: (u32, u32) = (360, 780);
const CARS: &str = "[[catalogue.models]]\nid = \"s7\"\nzh = \"星河 S7\"\nen = \"Xinghe S7\"\nplace = { zh = \"进门左手第一台\", en = \"left of the entrance\" }\nfits = [\"sedan\"]\n\n\
                    [[catalogue.models]]\nid = \"x5\"\nzh = \"星河 X5\"\nen = \"Xinghe X5\"\nplace = { zh = \"展厅中央转台\", en = \"turntable in the middle\" }\nfits = [\"suv\"]\n";

async fn showroom() -> Result<Showroom> {
    showroom_with("").await
}

/// With some more of the configuration.
async fn showroom_with(more: &str) -> Result<Showroom> {
    let showroom = Showroom::with(Setup { config: Some(format!("{more}{CARS}")), ..Setup::default() }).await?;
    showroom.hire("boss", Role::Manager, &[])?;
    showroom.hire("wang", Role::Consultant, &["--display", "王芳"])?;
    showroom.hire("chen", Role::Consultant, &["--display", "陈浩"])?;
    Ok(showroom)
}

/// Somebody's page on their phone.
async fn page(showroom: &Showroom, account: &str) -> Result<Browser> {
    let browser = Browser::open(PHONE.0, PHONE.1, None).await?;
    sign_in(&browser, showroom, account, "/floor").await?;
    browser.find("#presence").await?;
    Ok(browser)
}

/// The same, free, and known to the gateway as somebody who would be rung.
async fn free_page(showroom: &Showroom, account: &str) -> Result<Browser> {
    let browser = page(showroom, account).await?;
    browser.find("#presence [data-presence=free]").await?.click().await?;
    reachable(showroom, "boss", account).await?;
    Ok(browser)
}

#[tokio::test]
async fn a_visitor_is_handed_over_with_everything_that_is_known_and_back() -> Result<()> {
    let showroom = showroom().await?;
    let kiosk = showroom.kiosk("k1").await?;
    let wang = free_page(&showroom, "wang").await?;
    wang.says("下一位客人轮到您").await?;
    wang.picture("hands-rotation").await?;
    let tap = kiosk.check_in("browse", &json!({"party": 3})).await?;
    wang.find("#alert-accept").await?.click().await?;
    kiosk.stage(tap.visit, Stage::Coming).await?;

    // The ice is broken with one tap, and another one changes it.
    wang.press("SUV").await?;
    wang.says("展厅中央转台").await.context("the car that fits, and where it stands")?;
    wang.picture("hands-ice").await?;
    wang.press("轿车").await?;
    wang.says("进门左手第一台").await?;
    assert!(!wang.text().await?.contains("展厅中央转台"), "the answer was changed");
    wang.press("备注").await?;
    wang.find("#pad-text").await?.send_keys("带着孩子，喜欢蓝色").await?;
    wang.picture("hands-note").await?;
    wang.press("保存").await?;
    wang.says("带着孩子，喜欢蓝色").await?;
    assert!(!wang.sticks_out().await?, "the page is wider than a phone");

    let chen = free_page(&showroom, "chen").await?;
    wang.find(".team .free").await.context("the page has heard of the colleague")?;
    wang.press("转交").await?;
    wang.picture("hands-whom").await?;
    wang.press("陈浩").await?;
    wang.says("正在考虑接手").await?;
    wang.picture("hands-asked").await?;
    chen.find("dialog#alert[open]").await?;
    chen.says("同事请您接手 · 王芳").await?;
    assert!(!chen.sticks_out().await?, "the alert is wider than a phone");
    chen.picture("hands-alert").await?;
    chen.find("#alert-accept").await?.click().await?;
    wang.says("陈浩 · 已接手您的客人").await?;
    wang.find("#presence [data-presence=free][aria-pressed=true]").await?;
    wang.picture("hands-taken").await?;
    chen.says("带着孩子，喜欢蓝色").await.context("the note goes with the visitor")?;
    chen.find(".chip[aria-pressed=true]").await?;
    chen.press("已见到客人").await?;
    kiosk.stage(tap.visit, Stage::Greeted).await?;
    chen.picture("hands-serving").await?;

    // And back: whoever had the visitor before is rung like anybody.
    chen.press("转交").await?;
    chen.press("王芳").await?;
    wang.says("同事请您接手").await?;
    wang.find("#alert-accept").await?.click().await?;
    chen.says("王芳 · 已接手您的客人").await?;
    wang.says("正在接待").await.context("what the floor says of it has come")?;
    wang.press("结束接待").await?;
    wang.press("有意向").await?;
    kiosk.stage(tap.visit, Stage::Ended).await?;
    let boss = showroom.sign_in("boss").await?;
    let row = boss.call(Method::GET, "/api/v1/visits", None).await?["visits"][0].clone();
    assert_eq!((&row["consultant"], &row["answers"]["body"]), (&json!("wang"), &json!("sedan")), "{row}");
    chen.close().await?;
    wang.close().await?;
    showroom.finish().await
}

#[tokio::test]
async fn what_a_finger_is_on_waits_for_it() -> Result<()> {
    let showroom = showroom().await?;
    let kiosk = showroom.kiosk("k1").await?;
    let wang = free_page(&showroom, "wang").await?;
    let tap = kiosk.check_in("browse", &json!({})).await?;
    wang.find("#alert-accept").await?.click().await?;
    wang.press("已见到客人").await?;
    wang.says("正在接待").await?;

    wang.hold("SUV").await?;
    let boss = showroom.sign_in("boss").await?;
    let note = json!({"text": "在展厅中央"});
    boss.call(Method::POST, &format!("/api/v1/visits/{}/note", tap.visit), Some(note)).await?;
    // What comes after it is on the page already.
    let chen = showroom.phone("chen").await?;
    wang.says("陈浩").await?;
    assert!(!wang.text().await?.contains("在展厅中央"), "the card was drawn anew under the finger");
    wang.let_go().await?;
    wang.says("在展厅中央").await?;
    wang.find(".chip[aria-pressed=true]").await.context("the press has counted")?;
    wang.press("结束接待").await?;
    wang.press("有意向").await?;
    kiosk.stage(tap.visit, Stage::Ended).await?;
    drop(chen);
    wang.close().await?;
    showroom.finish().await
}

#[tokio::test]
async fn a_trial_says_whether_this_phone_would_ring() -> Result<()> {
    let mut showroom = showroom().await?;
    let wang = free_page(&showroom, "wang").await?;
    wang.press("会响铃").await?;
    wang.says("轮到您时").await?;
    wang.picture("trial-asked").await?;
    wang.press("试响一次").await?;
    wang.says("收到了").await?;
    wang.picture("trial-came").await?;
    assert!(!wang.sticks_out().await?, "the page is wider than a phone");
    // Nobody there: it says so, and what to look at.
    showroom.gateway_mut().stop().await?;
    wang.press("连接断开").await?;
    wang.press("试响一次").await?;
    wang.says("Wi-Fi").await?;
    wang.picture("trial-lost").await?;
    showroom.start_again().await?;
    wang.press("会响铃").await.context("the page comes back by itself")?;
    wang.press("试响一次").await?;
    wang.says("收到了").await?;
    wang.close().await?;
    showroom.finish().await
}

#[tokio::test]
async fn a_second_person_comes_along_and_goes_again() -> Result<()> {
    let showroom = showroom().await?;
    let kiosk = showroom.kiosk("k1").await?;
    let wang = showroom.phone("wang").await?;
    let tap = kiosk.check_in("model", &json!({"party": 6})).await?;
    let alert = wang.alert_for(tap.visit).await?;
    wang.accept(&alert).await?;
    let second = format!("/api/v1/visits/{}/second", tap.visit);
    let nobody = wang.session().call(Method::POST, &second, Some(json!({}))).await;
    assert!(format!("{:?}", nobody.unwrap_err()).contains("nobody_free"));
    let chen = free_page(&showroom, "chen").await?;
    wang.session().call(Method::POST, &second, Some(json!({}))).await?;
    chen.says("同事请您协助 · 王芳").await?;
    chen.picture("hands-second-alert").await?;
    // A greeting meanwhile sends nobody away.
    wang.greeted(tap.visit).await?;
    chen.find("#alert-accept").await?.click().await?;
    wang.task(&json!({"task": "second_comes", "visit": tap.visit, "staff": "chen"})).await?;
    chen.says("协助接待 王芳").await?;
    chen.picture("hands-second").await?;
    let note = json!({"text": "试驾路线 2"});
    wang.session().call(Method::POST, &format!("/api/v1/visits/{}/note", tap.visit), Some(note)).await?;
    chen.says("试驾路线 2").await?;
    chen.press("我先离开").await?;
    chen.find("#presence [data-presence=free][aria-pressed=true]").await?;
    wang.session()
        .call(Method::POST, &format!("/api/v1/visits/{}/hand-over", tap.visit), Some(json!({"to": "chen"})))
        .await?;
    chen.press("现在不行").await?;
    wang.task(&json!({"task": "declined", "visit": tap.visit, "staff": "chen"})).await?;
    wang.end(tap.visit, "interested").await?;
    chen.close().await?;
    showroom.finish().await
}

#[tokio::test]
async fn reception_joins_sets_right_and_splits() -> Result<()> {
    let showroom = showroom().await?;
    showroom.hire("zhao", Role::Reception, &["--display", "赵敏"])?;
    let (kiosk, other) = (showroom.kiosk("k1").await?, showroom.kiosk("k2").await?);
    let wang = showroom.phone("wang").await?;
    let zhao = page(&showroom, "zhao").await?;
    let tap = kiosk.check_in("browse", &json!({"party": 4})).await?;
    let alert = wang.alert_for(tap.visit).await?;
    wang.accept(&alert).await?;
    let again = other.check_in("browse", &json!({})).await?;
    zhao.find("#queue li").await?;
    zhao.find("#going li").await?;
    zhao.picture("parties").await?;
    zhao.press("更多").await?;
    zhao.picture("parties-more").await?;
    zhao.press("合并同行").await?;
    zhao.picture("parties-with").await?;
    zhao.press("王芳").await?;
    other.stage(again.visit, Stage::Coming).await.context("the other screen follows the visit that goes on")?;
    zhao.find("#queue-empty").await?;

    zhao.press("更多").await?;
    zhao.press("更正").await?;
    zhao.press("人数").await?;
    zhao.press("5 位").await?;
    let corrected = |alert: &shared::wire::Alert| alert.party == Some(5);
    wang.update(alert.alert, "five", corrected).await.context("their consultant sees it at once")?;
    zhao.find("#going .tags").await?;
    zhao.press("更多").await?;
    zhao.press("拆分").await?;
    zhao.press("2 位").await?;
    zhao.find("#queue li").await.context("two go on their own, and nobody else is free")?;
    assert!(!zhao.sticks_out().await?, "the page is wider than a phone");
    zhao.picture("parties-split").await?;
    wang.greeted(tap.visit).await?;
    wang.end(tap.visit, "interested").await?;
    let alert = wang.alert().await?;
    assert_eq!((alert.why, alert.party), (Why::Queue, Some(2)));
    wang.serve(&alert, "interested").await?;
    zhao.close().await?;
    showroom.finish().await
}

/// Nobody is free: reception chooses one of two who are at work, and the page of that one rings.
#[tokio::test]
async fn reception_chooses_on_the_sheet_whose_page_rings() -> Result<()> {
    let showroom = showroom().await?;
    showroom.hire("zhao", Role::Reception, &["--display", "赵敏"])?;
    let kiosk = showroom.kiosk("k1").await?;
    let wang = showroom.sign_in("wang").await?;
    wang.presence("delivery").await?;
    let chen = page(&showroom, "chen").await?;
    chen.tap("#presence [data-presence=break]").await?;
    chen.find("#presence [data-presence=break][aria-pressed=true]").await?;
    let zhao = page(&showroom, "zhao").await?;
    let tap = kiosk.check_in("test_drive", &json!({"party": 2})).await?;
    kiosk.stage(tap.visit, Stage::Queued).await?;
    zhao.find("#queue li").await?;
    let queue = "return [document.querySelectorAll('#queue li').length, document.getElementById('queue-count').textContent.trim()]";
    assert_eq!(zhao.client().execute(queue, Vec::new()).await?, json!([1, "1"]));

    zhao.press("指定顾问").await?;
    zhao.find("dialog#sheet[open]").await?;
    zhao.says("请谁来接待？").await?;
    zhao.says("王芳 · 交车中").await.context("everybody at work, and what they are doing")?;
    assert!(!zhao.sticks_out().await?, "the page is wider than a phone");
    zhao.picture("assign-whom").await?;
    zhao.press("陈浩").await?;
    chen.find("dialog#alert[open]").await?;
    chen.says("前台或经理指定了您").await?;
    assert!(!chen.sticks_out().await?, "the alert is wider than a phone");
    chen.picture("assign-alert").await?;
    zhao.says("正在呼叫 陈浩").await.context("who is asked stands on the visitor's card")?;
    zhao.picture("assign-asked").await?;
    chen.find("#alert-accept").await?.click().await?;
    kiosk.stage(tap.visit, Stage::Coming).await?;
    zhao.says("陈浩 · 顾问正在过去").await?;
    zhao.find("#queue-empty").await?;
    chen.press("已见到客人").await?;
    kiosk.stage(tap.visit, Stage::Greeted).await?;
    chen.press("结束接待").await?;
    chen.press("有意向").await?;
    kiosk.stage(tap.visit, Stage::Ended).await?;
    chen.close().await?;
    zhao.close().await?;
    showroom.finish().await
}

/// Somebody who has agreed to be called comes again: their own consultant is rung, whoever's turn it is, also after a restart.
#[tokio::test]
async fn an_own_customer_is_rung_through_and_known() -> Result<()> {
    let mut showroom = showroom().await?;
    let number = json!({"phone": "13800138000", "surname": "李", "title": "ms", "models": ["s7"]});
    let mut agreed = number.clone();
    agreed["consents"] = json!([{"purpose": "contact", "wording": "v1", "given": true}]);
    let kiosk = showroom.kiosk("k1").await?;
    let wang = free_page(&showroom, "wang").await?;
    let tap = kiosk.check_in("browse", &agreed).await?;
    wang.find("#alert-accept").await?;
    assert!(!wang.text().await?.contains("您的老客户"), "a stranger so far");
    wang.find("#alert-accept").await?.click().await?;
    wang.press("已见到客人").await?;
    wang.says("正在接待").await?;
    wang.press("结束接待").await?;
    wang.press("有意向").await?;
    kiosk.stage(tap.visit, Stage::Ended).await?;
    drop(kiosk);

    showroom.gateway_mut().stop().await?;
    showroom.start_again().await?;
    let kiosk = showroom.kiosk("k2").await?;
    reachable(&showroom, "boss", "wang").await.context("the page comes back by itself")?;
    let chen = showroom.phone("chen").await?;
    let tap = kiosk.check_in("model", &number).await?;
    wang.says("您的老客户").await?;
    wang.says("李女士").await.context("the owner sees the name")?;
    wang.says("上次到店").await?;
    wang.says("欢迎再次光临").await.context("words for somebody who has been here")?;
    wang.picture("own-alert").await?;
    assert!(!wang.sticks_out().await?, "the alert is wider than a phone");
    wang.find("#alert-accept").await?.click().await?;
    kiosk.stage(tap.visit, Stage::Coming).await?;
    wang.says("轿车还是").await?;
    assert!(!wang.text().await?.contains("您是第一次来"), "a question for strangers");
    wang.picture("own-serving").await?;
    assert!(chen.alerts_left().is_empty(), "it was the other one's turn, and is still");
    wang.press("结束接待").await?;
    wang.press("有意向").await?;
    kiosk.stage(tap.visit, Stage::Ended).await?;
    drop(chen);
    wang.close().await?;
    showroom.finish().await
}

/// In English a colleague is called by the name in Latin letters, where there is one.
#[tokio::test]
async fn colleagues_have_names_that_their_reader_can_read() -> Result<()> {
    let showroom = showroom().await?;
    showroom.hire("wang", Role::Consultant, &["--latin", "Wang Fang"])?;
    let wang = showroom.phone("wang").await?;
    let chen = Browser::open(PHONE.0, PHONE.1, None).await?;
    sign_in(&chen, &showroom, "chen", "/floor").await?;
    chen.says("王芳").await?;
    chen.go(&format!("{}/floor?lang=en", showroom.gateway().http())).await?;
    chen.says("Wang Fang").await?;
    let text = chen.text().await?;
    assert!(!text.contains("王芳") && text.contains("陈浩"), "{text}");
    assert!(!chen.sticks_out().await?, "the page is wider than a phone");
    chen.picture("names-english").await?;
    sign_in(&chen, &showroom, "boss", "/manage/alerts?lang=en").await?;
    chen.says("Wang Fang").await?;
    chen.close().await?;
    drop(wang);
    showroom.finish().await
}

/// Somebody who has driven comes again, and their own consultant is away: a senior is asked, not whoever's turn it is.
#[tokio::test]
async fn a_promising_lead_goes_to_a_senior_who_reads_why() -> Result<()> {
    let showroom = showroom_with("[floor]\npromising = 30\n[score]\nmedium = 20\n").await?;
    showroom.hire("zhao", Role::Consultant, &["--display", "赵敏", "--senior"])?;
    let number = json!({"phone": "13800138000", "surname": "李", "title": "ms", "models": ["s7"]});
    let mut agreed = number.clone();
    agreed["consents"] = json!([{"purpose": "contact", "wording": "v1", "given": true}]);
    let kiosk = showroom.kiosk("k1").await?;
    let wang = free_page(&showroom, "wang").await?;
    let tap = kiosk.check_in("test_drive", &agreed).await?;
    wang.find("#alert-accept").await?.click().await?;
    wang.press("已见到客人").await?;
    wang.says("正在接待").await?;
    wang.press("结束接待").await?;
    wang.press("已试驾").await?;
    kiosk.stage(tap.visit, Stage::Ended).await?;
    wang.tap("#presence [data-presence=off]").await?;

    let chen = showroom.phone("chen").await?;
    reachable(&showroom, "boss", "chen").await?;
    let zhao = free_page(&showroom, "zhao").await?;
    let tap = kiosk.check_in("model", &number).await?;
    zhao.says("高意向客户，由资深顾问接待").await?;
    assert!(!zhao.text().await?.contains("高意向 35"), "before Accept it is nobody's business what they did here");
    assert!(!zhao.sticks_out().await?, "the alert is wider than a phone");
    zhao.picture("promising-alert").await?;
    zhao.find("#alert-accept").await?.click().await?;
    kiosk.stage(tap.visit, Stage::Coming).await?;
    zhao.says("高意向 35").await?;
    zhao.says("得分：试驾 1 次 +20 · 到店 1 次 +10 · 同一款车看了 1 次 +5").await?;
    assert!(!zhao.sticks_out().await?, "the page is wider than a phone");
    zhao.picture("promising-serving").await?;
    assert!(chen.alerts_left().is_empty(), "it was the junior's turn, and is still");
    zhao.close().await?;

    let boss = Browser::open(1280, 800, None).await?;
    sign_in(&boss, &showroom, "boss", "/manage/leads").await?;
    boss.find("details.score.high summary").await?.click().await?;
    boss.says("试驾 1 次 +20").await?;
    boss.picture("promising-leads").await?;
    assert!(!boss.sticks_out().await?, "the list is wider than the screen");
    boss.resize(PHONE).await?;
    boss.picture("promising-leads-phone").await?;
    assert!(!boss.sticks_out().await?, "the list is wider than a phone");
    boss.close().await?;
    let leads = showroom.sign_in("boss").await?.call(Method::GET, "/api/v1/leads", None).await?["leads"].clone();
    assert_eq!((&leads[0]["score"], &leads[0]["intent"]), (&json!(35), &json!("high")), "{leads}");
    drop((chen, wang));
    showroom.finish().await
}
