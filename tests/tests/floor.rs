//! Rules of the floor as they stand on the pages, in real browsers; where time has to pass, of the demo showroom, whose clock is put forward. Leaves
//! pictures in `target/screenshots`.

use anyhow::{Context, Result};
use fantoccini::Locator;
use reqwest::Method;
use serde_json::{Value, json};
use shared::wire::{Stage, Why};
use tests::wait;
use tests::world::{Browser, Device, Outside, Role, Setup, Showroom, reachable, sign_in};

const PHONE: (u32, u32) = (360, 780);

async fn page(showroom: &Showroom, account: &str) -> Result<Browser> {
    let browser = Browser::open(PHONE.0, PHONE.1, None).await?;
    sign_in(&browser, showroom, account, "/floor").await?;
    browser.find("#light:not([data-state=red])").await?;
    Ok(browser)
}

async fn is(browser: &Browser, presence: &str) -> Result<()> {
    browser.tap(&format!("#presence [data-presence={presence}]")).await?;
    browser.find(&format!("#presence [data-presence={presence}][aria-pressed=true]")).await.map(drop)
}

/// Waits until this person's page has told the gateway that it is there, whatever the clock was put forward to.
async fn rings(showroom: &Showroom, account: &str) -> Result<()> {
    reachable(showroom, "lin", account).await
}

async fn free_page(showroom: &Showroom, account: &str) -> Result<Browser> {
    let browser = page(showroom, account).await?;
    is(&browser, "free").await?;
    rings(showroom, account).await?;
    Ok(browser)
}

async fn turns(browser: &Browser) -> Result<String> {
    Ok(browser.find("#turns").await?.text().await?)
}

async fn looks_well(browser: &Browser, picture: &str) -> Result<()> {
    browser.picture(picture).await?;
    assert!(!browser.sticks_out().await?, "{picture}: the page is wider than a phone");
    Ok(())
}

/// Somebody comes and is served on the page.
async fn serves(kiosk: &Device, browser: &Browser, said: &Value) -> Result<()> {
    let tap = kiosk.check_in("browse", said).await?;
    browser.tap("#alert-accept").await?;
    kiosk.stage(tap.visit, Stage::Coming).await?;
    browser.press("已见到客人").await?;
    kiosk.stage(tap.visit, Stage::Greeted).await?;
    browser.press("结束接待").await?;
    browser.press("有意向").await?;
    kiosk.stage(tap.visit, Stage::Ended).await?;
    Ok(())
}

#[tokio::test]
async fn own_customers_and_appointments_cost_no_turn_and_call_out_to_whoever_is_busy() -> Result<()> {
    let showroom = Showroom::demo().await?;
    let kiosk = showroom.kiosk("k1").await?;
    let chen = free_page(&showroom, "chen").await?;
    let li = json!({"phone": "13800138000", "surname": "李", "title": "ms"});
    let mut agreed = li.clone();
    agreed["consents"] = json!([{"purpose": "contact", "wording": "v1", "given": true}]);
    serves(&kiosk, &chen, &agreed).await?;
    chen.says("接单 1").await?;
    let counted = turns(&chen).await?;
    showroom.advance(150).await?;
    rings(&showroom, "chen").await?;
    serves(&kiosk, &chen, &li).await?;
    assert_eq!(turns(&chen).await?, counted, "her own customer costs no turn");

    let session = showroom.sign_in("chen").await?;
    let date = session.call(Method::GET, "/api/v1/morning", None).await?["date"].clone();
    let book = |phone: &str| json!({"date": date, "time": "23:50", "matter": "talk", "name": "周", "phone": phone});
    session.call(Method::POST, "/api/v1/appointments", Some(book("13900139000"))).await?;
    showroom.advance(150).await?;
    rings(&showroom, "chen").await?;
    serves(&kiosk, &chen, &json!({"phone": "13900139000"})).await?;
    assert_eq!(turns(&chen).await?, counted, "nor does an appointment");

    is(&chen, "delivery").await?;
    let wang = showroom.phone("wang").await?;
    showroom.advance(150).await?;
    wang.session().call(Method::POST, "/api/v1/me/alive", None).await?;
    let tap = kiosk.check_in("browse", &li).await?;
    wang.serve(&wang.alert_for(tap.visit).await?, "interested").await?;
    chen.says("您的老客户到店了").await?;
    looks_well(&chen, "rules-own-customer").await?;
    session.call(Method::POST, "/api/v1/appointments", Some(book("13700137000"))).await?;
    let tap = kiosk.check_in("browse", &json!({"phone": "13700137000"})).await?;
    wang.serve(&wang.alert_for(tap.visit).await?, "interested").await?;
    chen.says("您的预约客户到店了").await?;
    looks_well(&chen, "rules-appointment").await?;
    chen.close().await?;
    showroom.finish().await
}

#[tokio::test]
async fn what_can_be_taken_back_is_offered_again_after_other_news() -> Result<()> {
    let showroom = Showroom::demo().await?;
    let kiosk = showroom.kiosk("k1").await?;
    let chen = free_page(&showroom, "chen").await?;
    let tap = kiosk.check_in("browse", &json!({})).await?;
    chen.tap("#alert-accept").await?;
    chen.press("已见到客人").await?;
    kiosk.stage(tap.visit, Stage::Greeted).await?;
    chen.tap(".lesser .button:first-child").await?;
    chen.find("#pad[open] textarea").await?.send_keys("带着孩子").await?;
    chen.tap("#pad .primary").await?;
    chen.says("备注已保存").await?;
    chen.says("已记录见面").await.context("the note's word has gone")?;
    chen.press("撤销").await?;
    kiosk.stage(tap.visit, Stage::Coming).await?;
    chen.press("结束接待").await?;
    chen.press("有意向").await?;
    kiosk.stage(tap.visit, Stage::Ended).await?;
    chen.close().await?;
    showroom.finish().await
}

#[tokio::test]
async fn after_forty_minutes_the_page_asks_whether_they_are_still_there() -> Result<()> {
    let showroom = Showroom::demo().await?;
    let kiosk = showroom.kiosk("k1").await?;
    let chen = free_page(&showroom, "chen").await?;
    let tap = kiosk.check_in("browse", &json!({})).await?;
    chen.tap("#alert-accept").await?;
    kiosk.stage(tap.visit, Stage::Coming).await?;
    chen.press("已见到客人").await?;
    kiosk.stage(tap.visit, Stage::Greeted).await?;
    showroom.advance(40 * 60).await?;
    chen.says("还在接待这位客人吗").await?;
    looks_well(&chen, "rules-still-with").await?;
    chen.press("有意向").await?;
    kiosk.stage(tap.visit, Stage::Ended).await?;
    chen.close().await?;
    showroom.finish().await
}

/// Whom only a push would reach is asked first where the visitor asks for them; two seconds later the open page of a colleague rings.
#[tokio::test]
async fn a_page_rings_two_seconds_after_whoever_has_none_open() -> Result<()> {
    let mut outside = Outside::open(|_| ("204 No Content", "")).await?;
    let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    // The rungs after it are far away, so that nothing else can ask.
    let config = format!(
        "[floor]\ntwo = \"40s\"\neveryone = \"50s\"\nbreach = \"60s\"\n[[channels.webhooks]]\nname = \"bell\"\nurl = \"{}\"\nsecret = \"{secret}\"\nstaff = [\"wang\"]\n",
        outside.url()
    );
    let showroom = Showroom::with(Setup { config: Some(config), ..Setup::default() }).await?;
    for (account, role) in [("wang", Role::Consultant), ("chen", Role::Consultant), ("lin", Role::Manager)] {
        showroom.hire(account, role, &[])?;
    }
    let kiosk = showroom.kiosk("k1").await?;
    let wang = showroom.sign_in("wang").await?;
    wang.presence("free").await?;
    wang.call(Method::POST, "/api/v1/me/channels/try", None).await?;
    outside.asked().await?;
    let chen = free_page(&showroom, "chen").await?;
    let tap = kiosk.check_in("browse", &json!({"consultant": "wang"})).await?;
    let asked = outside.asked().await?.json()?;
    assert_eq!(asked["data"]["staff"], "wang");
    chen.find("#alert[open]").await?;
    looks_well(&chen, "rules-second-at-two").await?;
    chen.tap("#alert-accept").await?;
    kiosk.stage(tap.visit, Stage::Coming).await?;
    chen.close().await?;
    showroom.finish().await
}

#[tokio::test]
async fn with_all_phones_dark_receptions_page_says_so() -> Result<()> {
    let showroom = Showroom::start().await?;
    let kiosk = showroom.kiosk("k1").await?;
    showroom.hire("zhao", Role::Reception, &["--display", "赵敏"])?;
    // Free, and no page open.
    for (account, name) in [("chen", "陈浩"), ("wang", "王芳")] {
        showroom.hire(account, Role::Consultant, &["--display", name])?;
        showroom.sign_in(account).await?.presence("free").await?;
    }
    let zhao = page(&showroom, "zhao").await?;
    zhao.find("#queue-empty").await?;
    let tap = kiosk.check_in("test_drive", &json!({"party": 2})).await?;
    zhao.says("该接待的同事手机都不在线，请先接待这位客人").await?;
    zhao.find("#queue li").await?;
    looks_well(&zhao, "rules-all-dark").await?;
    kiosk.stage(tap.visit, Stage::Queued).await?;
    let wang = showroom.phone("wang").await?;
    let alert = wang.alert_for(tap.visit).await?;
    assert_eq!(alert.why, Why::Queue);
    zhao.says("正在呼叫 王芳").await?;
    wang.serve(&alert, "interested").await?;
    zhao.find("#queue-empty").await?;
    zhao.close().await?;
    showroom.finish().await
}

/// What came late rings nobody; it stands on a list of its own until somebody has looked.
#[tokio::test]
async fn whoever_checked_in_during_an_outage_stands_on_receptions_list() -> Result<()> {
    let showroom = Showroom::demo().await?;
    let kiosk = showroom.kiosk("k1").await?;
    let wang = showroom.phone("wang").await?;
    let zhao = page(&showroom, "zhao").await?;
    zhao.find("#queue-empty").await?;
    let mut tap = kiosk.tap("test_drive", &json!({"party": 2}));
    tap.payload["age_ms"] = json!(3_600_000);
    kiosk.send(&tap.payload).await?;
    kiosk.receipt(tap.event).await?;
    zhao.says("离线时错过").await?;
    zhao.says("断网时有客人登记，可能还在店里，请去看看").await?;
    zhao.find("#missed li").await?;
    zhao.find("#queue-empty").await.context("it is not in the queue")?;
    looks_well(&zhao, "rules-missed-offline").await?;
    assert!(wang.alerts_left().is_empty(), "no ladder");
    zhao.press("已接待入座").await?;
    zhao.press("结束接待").await?;
    zhao.press("已服务").await?;
    kiosk.stage(tap.visit, Stage::Ended).await?;
    let gone = || async {
        let left = zhao.client().execute("return document.querySelectorAll('#missed li').length", Vec::new()).await?;
        Ok((left == json!(0)).then_some(()))
    };
    wait::until_async("the list to be empty", gone).await?;
    zhao.close().await?;
    showroom.finish().await
}

#[tokio::test]
async fn signing_out_everywhere_ends_the_pages_on_all_devices() -> Result<()> {
    let showroom = Showroom::demo().await?;
    let (here, there) = (page(&showroom, "wang").await?, page(&showroom, "wang").await?);
    let session = showroom.sign_in("wang").await?;
    here.press("退出所有设备").await?;
    here.left("/floor").await?;
    there.left("/floor").await.context("the other page learns it by itself")?;
    there.find("input[name=password]").await?;
    let (status, problem) = session.refused(Method::GET, "/api/v1/me", None).await?;
    assert_eq!((status.as_u16(), &problem["code"]), (401, &json!("not_signed_in")));
    looks_well(&there, "rules-signed-out").await?;
    there.close().await?;
    here.close().await?;
    showroom.finish().await
}

/// Two pages ring one after the other, reception and the manager are told, and whoever taps first has the visitor; the others hear it.
#[tokio::test]
async fn a_visitor_whom_nobody_accepts_is_on_page_after_page() -> Result<()> {
    let showroom = Showroom::demo().await?;
    let kiosk = showroom.kiosk("k1").await?;
    let (chen, wang) = (free_page(&showroom, "chen").await?, free_page(&showroom, "wang").await?);
    let (zhao, lin) = (page(&showroom, "zhao").await?, page(&showroom, "lin").await?);
    let tap = kiosk.check_in("test_drive", &json!({"party": 2, "models": ["s7"]})).await?;
    let rung = async |browser: &Browser| {
        Ok::<_, anyhow::Error>(browser.client().find(Locator::Css("#alert[open]")).await.is_ok())
    };
    let first = wait::until_async("one page to ring", || async {
        Ok(if rung(&chen).await? { Some(true) } else { rung(&wang).await?.then_some(false) })
    });
    let (first, second) = if first.await? { (&chen, &wang) } else { (&wang, &chen) };
    for words in ["试驾", "2 位", "中文", "为什么是我"] {
        first.says(words).await?;
    }
    assert!(!first.text().await?.contains("老客户"), "whose customer they are is said, and they are nobody's");
    showroom.advance(4).await?;
    second.find("#alert[open]").await?;
    second.says("上一位没有接").await?;
    showroom.advance(4).await?;
    zhao.says("还没有人接单，请先接待这位客人").await?;
    looks_well(&zhao, "ladder-reception").await?;
    showroom.advance(4).await?;
    lin.says("1 位客人等得太久，还没有人接").await?;
    looks_well(&lin, "ladder-manager").await?;
    second.tap("#alert-accept").await?;
    kiosk.stage(tap.visit, Stage::Coming).await?;
    first.says("同事已接待").await?;
    looks_well(first, "ladder-taken").await?;
    first.says("错过 1").await?;
    showroom.advance(41).await?;
    second.says("客人还没有见到您，请快过去").await?;
    lin.says("接单后迟迟没有见面").await?;
    looks_well(&lin, "ladder-not-greeted").await?;
    zhao.press("看到已见面").await.context("reception saw them meet")?;
    kiosk.stage(tap.visit, Stage::Greeted).await?;
    second.says("正在接待").await?;
    for browser in [chen, wang, zhao, lin] {
        browser.close().await?;
    }
    showroom.finish().await
}

/// Everybody is with somebody: reception and the manager read it at once.
#[tokio::test]
async fn with_nobody_free_reception_and_the_manager_read_it_at_once() -> Result<()> {
    let showroom = Showroom::demo().await?;
    let kiosk = showroom.kiosk("k1").await?;
    let chen = showroom.phone("chen").await?;
    chen.session().presence("delivery").await?;
    let (zhao, lin) = (page(&showroom, "zhao").await?, page(&showroom, "lin").await?);
    let tap = kiosk.check_in("browse", &json!({})).await?;
    zhao.says("没有合适的同事空闲，请先接待这位客人").await?;
    lin.says("1 位客人等得太久，还没有人接").await?;
    zhao.says("排队中 · 排第 1").await?;
    looks_well(&zhao, "ladder-nobody-free").await?;
    kiosk.stage(tap.visit, Stage::Queued).await?;
    zhao.close().await?;
    lin.close().await?;
    showroom.finish().await
}

/// Who wants to be left alone: the page says to keep a distance, with words for a nod.
#[tokio::test]
async fn whoever_just_looks_is_met_with_a_nod() -> Result<()> {
    let showroom = Showroom::demo().await?;
    let kiosk = showroom.kiosk("k1").await?;
    let chen = free_page(&showroom, "chen").await?;
    let tap = kiosk.check_in("quiet", &json!({})).await?;
    chen.find("#alert[open]").await?;
    chen.says("保持距离").await?;
    chen.says("点头微笑").await?;
    looks_well(&chen, "rules-quiet").await?;
    chen.tap("#alert-accept").await?;
    kiosk.stage(tap.visit, Stage::Coming).await?;
    chen.close().await?;
    showroom.finish().await
}

/// The page can be put on a phone's home screen, and says in amber that it would ring without a sound until it is touched.
#[tokio::test]
async fn the_page_installs_and_says_when_it_would_stay_silent() -> Result<()> {
    let showroom = Showroom::demo().await?;
    let chen = free_page(&showroom, "chen").await?;
    chen.client().execute_async("navigator.serviceWorker.ready.then(arguments[0])", Vec::new()).await?;
    assert_eq!(chen.not_installable_for().await?, Vec::<String>::new());
    // Opened anew, and not touched since.
    chen.client().refresh().await?;
    chen.find("#light[data-state=amber]").await?;
    looks_well(&chen, "rules-amber").await?;
    chen.press("轻触打开声音").await?;
    chen.press("试响一次").await?;
    chen.says("收到了").await?;
    chen.find("#light[data-state=green]").await?;
    chen.close().await?;
    showroom.finish().await
}
