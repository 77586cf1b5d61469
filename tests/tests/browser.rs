//! The pages in a real browser: a consultant's phone, reception, the manager, and the visitor's page. Leaves pictures in
//! `target/screenshots`. The kiosk's side is spoken over MQTT here; `story.rs` has its window as well.

use anyhow::{Context, Result};
use reqwest::Method;
use serde_json::{Value, json};
use shared::wire::Stage;
use tests::wait;
use tests::world::{Browser, Device, Headless, Role, Setup, Showroom, reachable, sign_in};

const PHONE: (u32, u32) = (360, 780);
const DESK: (u32, u32) = (1280, 900);

#[tokio::test]
async fn a_consultant_signs_in_is_rung_accepts_greets_and_ends() -> Result<()> {
    let showroom = Showroom::start().await?;
    showroom.hire("wang", Role::Consultant, &["--display", "王芳"])?;
    showroom.hire("boss", Role::Manager, &[])?;
    let kiosk = showroom.kiosk("k1").await?;
    let browser = Browser::open(PHONE.0, PHONE.1, None).await?;
    browser.go(&format!("{}/floor", showroom.gateway().http())).await?;
    browser.find("input[name=account]").await.context("whoever is not signed in is shown the way")?;
    browser.picture("sign-in").await?;
    sign_in(&browser, &showroom, "wang", "/floor").await?;
    browser.says("王芳").await?;
    browser.find("#presence [data-presence=free]").await?.click().await?;
    browser.find("#presence [data-presence=free][aria-pressed=true]").await?;
    reachable(&showroom, "boss", "wang").await?;
    assert!(!browser.sticks_out().await?, "the page is wider than a phone");
    browser.picture("floor-free").await?;

    let tap = kiosk.check_in("test_drive", &json!({"party": 2, "language": "en"})).await?;
    browser.find("dialog#alert[open]").await?;
    browser.says("试驾").await?;
    assert!(!browser.sticks_out().await?, "the alert is wider than a phone");
    browser.picture("alert").await?;
    browser.find("#alert-accept").await?.click().await?;
    kiosk.stage(tap.visit, Stage::Coming).await?;
    browser.picture("accepted").await?;
    browser.press("已见到客人").await?;
    kiosk.stage(tap.visit, Stage::Greeted).await?;
    browser.says("正在接待").await.context("what one did oneself is shown at once")?;
    browser.picture("greeted").await?;
    browser.press("结束接待").await?;
    browser.find("dialog#sheet[open]").await?;
    browser.picture("outcome").await?;
    browser.press("有意向").await?;
    kiosk.stage(tap.visit, Stage::Ended).await?;
    browser.find("#presence [data-presence=free][aria-pressed=true]").await?;
    browser.picture("ended").await?;
    let boss = showroom.sign_in("boss").await?;
    let visits = boss.call(Method::GET, "/api/v1/visits", None).await?;
    let row = &visits["visits"][0];
    assert_eq!((&row["outcome"], &row["consultant"]), (&json!("interested"), &json!("wang")));
    assert!(row["shown_ms"].is_number(), "the page reported shown: {row}");
    // A message's link that is tapped too late.
    browser.go(&format!("{}/floor?alert={}.1", showroom.gateway().http(), tap.visit)).await?;
    browser.says("这位客人不用您过去了").await?;
    browser.close().await?;
    showroom.finish().await
}

#[tokio::test]
async fn a_consultant_takes_back_a_presence_a_greeting_and_an_end() -> Result<()> {
    let showroom = Showroom::start().await?;
    showroom.hire("wang", Role::Consultant, &[])?;
    showroom.hire("boss", Role::Manager, &[])?;
    let kiosk = showroom.kiosk("k1").await?;
    let browser = Browser::open(PHONE.0, PHONE.1, None).await?;
    sign_in(&browser, &showroom, "wang", "/floor").await?;
    let is = |presence: &str| format!("#presence [data-presence={presence}][aria-pressed=true]");
    browser.tap("#presence [data-presence=free]").await?;
    reachable(&showroom, "boss", "wang").await?;
    browser.tap("#presence [data-presence=break]").await?;
    browser.find(&is("break")).await?;
    browser.press("撤销").await?;
    browser.find(&is("free")).await.context("the presence before it")?;
    reachable(&showroom, "boss", "wang").await?;

    let tap = kiosk.check_in("browse", &json!({})).await?;
    browser.tap("#alert-accept").await?;
    kiosk.stage(tap.visit, Stage::Coming).await?;
    browser.press("已见到客人").await?;
    kiosk.stage(tap.visit, Stage::Greeted).await?;
    browser.press("撤销").await?;
    browser.says("客人还没有见到您").await?;
    browser.press("已见到客人").await.context("it can be said again")?;
    browser.says("正在接待").await?;

    browser.press("结束接待").await?;
    browser.press("有意向").await?;
    kiosk.stage(tap.visit, Stage::Ended).await?;
    browser.find(&is("free")).await?;
    browser.press("撤销").await?;
    browser
        .find(&is("with_customer"))
        .await
        .context("the visitor is there again, and with them whoever serves them")?;
    browser.says("正在接待").await?;
    browser.close().await?;
    showroom.finish().await
}

#[tokio::test]
async fn a_consultant_passes_with_a_reason_and_a_lost_connection_is_told() -> Result<()> {
    let mut showroom = Showroom::start().await?;
    showroom.hire("wang", Role::Consultant, &[])?;
    let zhao = showroom.staff("zhao", Role::Reception).await?;
    let kiosk = showroom.kiosk("k1").await?;
    let browser = Browser::open(PHONE.0, PHONE.1, None).await?;
    sign_in(&browser, &showroom, "wang", "/floor").await?;
    browser.find("#presence [data-presence=free]").await?.click().await?;
    reachable(&showroom, "zhao", "wang").await?;
    let tap = kiosk.check_in("browse", &json!({})).await?;
    browser.find("#alert-pass").await?.click().await?;
    browser.press("正忙").await?;
    zhao.task(&json!({"task": "receive", "visit": tap.visit})).await.context("nobody else is free: reception")?;
    browser.says("已转给同事").await?;
    browser.picture("floor-passed").await?;
    browser.find("#presence [data-presence=free]").await?.click().await?;
    browser.find("#alert[open]").await.context("whoever says once more that they are free is asked anew")?;
    browser.find("#alert-pass").await?.click().await?;
    browser.press("正忙").await?;
    zhao.greeted(tap.visit).await?;
    zhao.end(tap.visit, "served").await?;
    kiosk.stage(tap.visit, Stage::Ended).await?;

    let address = |path: &str| format!("{}{path}", showroom.gateway().http());
    let (floor, customers) = (address("/floor"), address("/customers"));
    for page in [&customers, &floor] {
        browser.go(page).await?;
        browser.client().execute_async("navigator.serviceWorker.ready.then(arguments[0])", Vec::new()).await?;
    }
    browser.find("#light:not([data-state=red])").await?;
    showroom.gateway_mut().kill().await?;
    browser.find("#light[data-state=red]").await?;
    browser.picture("floor-disconnected").await?;
    browser.client().refresh().await?;
    browser.says("连不上网关").await.context("opened anew, the page says why there is nothing")?;
    browser.picture("offline").await?;
    browser.go(&customers).await?;
    browser.says("连不上网关").await.context("so does a list")?;
    showroom.start_again().await?;
    browser.says("我的客户").await.context("the list comes back by itself")?;
    browser.go(&floor).await?;
    browser.find("#light:not([data-state=red])").await.context("the page comes back by itself")?;
    browser.close().await?;
    showroom.finish().await
}

/// Notes every number that the ring shows from now on.
const COUNTED: &str = "window.counted = []; const words = document.querySelector('#ring text'); \
                       new MutationObserver(() => counted.push(words.textContent)).observe(words, { childList: true });";

/// A phone whose clock is an hour off, and that counts what it is made to do.
const SENSES: &str = "{ const real = Date.now; Date.now = () => real() + 3600000; } \
                      window.sounded = window.shaken = window.awake = 0; \
                      { const start = OscillatorNode.prototype.start; \
                        OscillatorNode.prototype.start = function (at) { window.sounded += 1; start.call(this, at); }; } \
                      navigator.vibrate = () => { window.shaken += 1; return true; }; \
                      { const { wakeLock } = navigator; const request = wakeLock.request.bind(wakeLock); \
                        wakeLock.request = (kind) => { window.awake += 1; return request(kind); }; }";

#[tokio::test]
async fn an_alert_rings_shakes_and_counts_the_ten_seconds_down_whatever_the_phones_clock_says() -> Result<()> {
    let showroom = Showroom::start().await?;
    showroom.hire("wang", Role::Consultant, &[])?;
    showroom.hire("boss", Role::Manager, &[])?;
    let kiosk = showroom.kiosk("k1").await?;
    let browser = Browser::open(PHONE.0, PHONE.1, None).await?;
    browser.before_each_page(SENSES).await?;
    sign_in(&browser, &showroom, "wang", "/floor").await?;
    browser.find("#presence [data-presence=free]").await?.click().await?;
    reachable(&showroom, "boss", "wang").await?;
    browser.client().execute(COUNTED, Vec::new()).await?;
    let tap = kiosk.check_in("browse", &json!({})).await?;
    browser.find("dialog#alert[open]").await?;
    let seen = "return document.querySelector('#ring text').checkVisibility()";
    assert_eq!(browser.client().execute(seen, Vec::new()).await?, json!(true), "there is no ring");
    // Without those of a time that is over, which have a plus.
    let numbers = "return counted.filter((text) => /^[0-9]+$/.test(text)).map(Number)";
    let seconds = wait::until_async("the ring to count down", || async {
        let seconds: Vec<u32> = serde_json::from_value(browser.client().execute(numbers, Vec::new()).await?)?;
        let (first, last) = (seconds.first().copied(), seconds.last().copied());
        Ok((last < first && last < Some(10)).then_some(seconds))
    })
    .await?;
    // Rounded up, by a clock that the page has from the gateway: it may be some milliseconds behind.
    assert!(seconds.iter().all(|left| *left <= 11), "more than ten seconds: {seconds:?}");
    let senses = "return [sounded > 0, shaken > 0, awake > 0]";
    let senses = browser.client().execute(senses, Vec::new()).await?;
    assert_eq!(senses, json!([true, true, true]), "sound, vibration, and a screen that stays on");
    browser.find("#alert-accept").await?.click().await?;
    kiosk.stage(tap.visit, Stage::Coming).await?;
    browser.close().await?;
    showroom.finish().await
}

#[tokio::test]
async fn reception_enters_a_walk_in_with_one_tap() -> Result<()> {
    let showroom = Showroom::start().await?;
    showroom.hire("zhao", Role::Reception, &["--display", "赵敏"])?;
    let wang = showroom.staff("wang", Role::Consultant).await?;
    let browser = Browser::open(PHONE.0, PHONE.1, None).await?;
    sign_in(&browser, &showroom, "zhao", "/floor").await?;
    browser.picture("reception").await?;
    browser.find("#walk-in").await?.click().await?;
    let mistaken = wang.alert().await?;
    browser.press("撤销").await?;
    browser.says("已撤销").await?;
    wang.over(mistaken.alert).await.context("the phone stops ringing")?;
    browser.find("#walk-in-why").await?.click().await?;
    browser.find("dialog#sheet[open]").await?;
    browser.picture("walk-in").await?;
    browser.press("看某款车").await?;
    let alert = wang.alert().await?;
    wang.accept(&alert).await?;
    browser.find("#going li").await?;
    browser.picture("reception-going").await?;
    wang.greeted(alert.visit).await?;
    wang.end(alert.visit, "interested").await?;
    browser.close().await?;
    showroom.finish().await
}

#[tokio::test]
async fn the_manager_sees_todays_visits_live_and_exports_them() -> Result<()> {
    let showroom = Showroom::start().await?;
    showroom.hire("lin", Role::Manager, &["--display", "林总"])?;
    let wang = showroom.staff("wang", Role::Consultant).await?;
    let kiosk = showroom.kiosk("k1").await?;
    let browser = Browser::open(DESK.0, DESK.1, None).await?;
    sign_in(&browser, &showroom, "lin", "/manage").await?;
    browser.says("今天还没有客人到店").await?;
    let tap = kiosk.check_in("model", &json!({})).await?;
    let alert = wang.alert_for(tap.visit).await?;
    wang.serve(&alert, "quoted").await?;
    kiosk.stage(tap.visit, Stage::Ended).await?;
    browser.says("已报价").await.context("without reloading the page")?;
    browser.picture("manage").await?;
    let csv = browser.client().execute_async(FETCH_EXPORT, Vec::new()).await?;
    assert!(csv.as_str().is_some_and(|csv| csv.contains(&tap.visit.to_string())), "{csv}");
    browser
        .client()
        .execute("window.stood = document.querySelector('#day summary'); stood.focus()", Vec::new())
        .await?;
    kiosk.check_in("service", &json!({})).await?;
    browser.says("售后服务").await.context("the next visitor")?;
    let stays = "return !stood.isConnected && document.activeElement.matches('#day summary')";
    let stays = browser.client().execute(stays, Vec::new()).await?;
    assert_eq!(stays, json!(true), "whoever steps through the page with keys lost their place");
    browser.close().await?;
    let phone = Browser::open(PHONE.0, PHONE.1, None).await?;
    sign_in(&phone, &showroom, "lin", "/manage").await?;
    phone.says("已报价").await?;
    assert!(!phone.sticks_out().await?, "the page is wider than a phone");
    phone.picture("manage-phone").await?;
    phone.close().await?;
    showroom.finish().await
}

/// What the export button does, by the page's own form.
const FETCH_EXPORT: &str = "const done = arguments[arguments.length - 1]; const form = document.querySelector('#export'); \
                            fetch(form.action + '?' + new URLSearchParams(new FormData(form))).then(r => r.text()).then(done, e => done(String(e)))";

#[tokio::test]
async fn a_visitor_leaves_an_interest_at_360_px() -> Result<()> {
    let config = "[web]\nvisitor_listen = \"127.0.0.1:0\"\n\n[[catalogue.models]]\nid = \"s7\"\nzh = \"星河 S7\"\nen = \"Xinghe S7\"\n";
    let showroom = Showroom::with(Setup { config: Some(config.to_owned()), ..Setup::default() }).await?;
    showroom.hire("lin", Role::Manager, &[])?;
    let wang = showroom.staff("wang", Role::Consultant).await?;
    let kiosk = showroom.kiosk("k1").await?;
    let agent = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/116.0.0.0 Mobile Safari/537.36 MicroMessenger/8.0.48 Language/zh_CN";
    let browser = Browser::open(PHONE.0, PHONE.1, Some(agent)).await?;
    browser.go(&kiosk.qr().await?.url).await?;
    browser.says("星河 S7").await?;
    assert!(!browser.sticks_out().await?, "the page is wider than a phone");
    browser.picture("visitor").await?;
    browser.press("星河 S7").await?;
    browser.find("input[name=name]").await?.send_keys("诸葛").await?;
    browser.find("input[name=phone]").await?.send_keys("138 0013 8000").await?;
    browser.press("同意就我的问题联系我").await?;
    browser.picture("visitor-filled").await?;
    browser.press("提交").await?;
    browser.says("谢谢您").await?;
    assert!(!browser.sticks_out().await?, "the thanks are wider than a phone");
    browser.picture("visitor-thanks").await?;
    let alert = wang.alert().await?;
    assert!(alert.models.iter().any(|model| model.as_str() == "s7"), "{alert:?}");
    wang.serve(&alert, "interested").await?;
    browser.close().await?;
    leads_on_the_managers_page(&showroom, &kiosk).await?;
    showroom.finish().await
}

#[tokio::test]
async fn without_scripts_a_visitor_leaves_an_interest_and_a_manager_reads_of_it() -> Result<()> {
    let config = "[web]\nvisitor_listen = \"127.0.0.1:0\"\n\n[[catalogue.models]]\nid = \"s7\"\nzh = \"星河 S7\"\nen = \"Xinghe S7\"\n";
    let showroom = Showroom::with(Setup { config: Some(config.to_owned()), ..Setup::default() }).await?;
    showroom.hire("lin", Role::Manager, &[])?;
    let wang = showroom.staff("wang", Role::Consultant).await?;
    let kiosk = showroom.kiosk("k1").await?;
    let browser = Browser::open(PHONE.0, PHONE.1, None).await?;
    browser.without_scripts().await?;
    browser.go(&kiosk.qr().await?.url).await?;
    let loaded = "const [done] = arguments; fetch('/assets/visitor.js').then(() => done(true), () => done(false))";
    assert_eq!(browser.client().execute_async(loaded, Vec::new()).await?, false, "its script is there all the same");
    browser.press("星河 S7").await?;
    // A number that is none: the form comes back filled, and says what to mend.
    browser.find("input[name=phone]").await?.send_keys("138").await?;
    browser.press("提交").await?;
    browser.find("#phone-fault").await?;
    browser.picture("visitor-without-scripts").await?;
    let phone = browser.find("input[name=phone]").await?;
    phone.clear().await?;
    phone.send_keys("138 0013 8000").await?;
    browser.press("同意就我的问题联系我").await?;
    browser.press("提交").await?;
    browser.says("谢谢您").await?;
    let alert = wang.alert().await?;
    assert!(alert.models.iter().any(|model| model.as_str() == "s7"), "{alert:?}");
    wang.serve(&alert, "interested").await?;
    sign_in(&browser, &showroom, "lin", "/manage/leads").await?;
    browser.says("星河 S7").await?;
    browser.close().await?;
    showroom.finish().await
}

#[tokio::test]
async fn whoever_leaves_carries_the_cars_on_to_the_phone() -> Result<()> {
    let pictures = tests::programs::workspace().join("assets/pictures/models");
    let config = format!(
        "[web]\nvisitor_listen = \"127.0.0.1:0\"\n\n[catalogue]\npictures = {pictures:?}\n\n[[catalogue.models]]\nid = \"s7\"\n\
         zh = \"星河 S7 轿车\"\nen = \"Xinghe S7 sedan\"\nplace = {{ zh = \"进门左手第一台\", en = \"first car on the left\" }}\n\n\
         [[catalogue.models]]\nid = \"x5\"\nzh = \"星河 X5\"\nen = \"Xinghe X5\"\n\n\
         [[catalogue.models]]\nid = \"m8\"\nzh = \"星河 M8\"\nen = \"Xinghe M8\"\n"
    );
    let showroom = Showroom::with(Setup { config: Some(config), ..Setup::default() }).await?;
    let wang = showroom.staff("wang", Role::Consultant).await?;
    let kiosk = showroom.kiosk("k1").await?;
    let store = kiosk.config().await?.store_url.context("the store's own code")?;
    let browser = Browser::open(PHONE.0, PHONE.1, None).await?;
    browser.go(&format!("{store}?lang=zh&m=s7,x5")).await?;
    browser.says("您看过的车").await?;
    browser.says("进门左手第一台").await?;
    assert!(!browser.sticks_out().await?, "the page is wider than a phone");
    let faults = browser.client().execute(LOADED, Vec::new()).await?;
    assert!(faults.as_array().is_some_and(Vec::is_empty), "files that did not load: {faults:?}");
    browser.picture("visitor-left").await?;
    browser.press("English").await?;
    browser.says("What you looked at").await?;
    browser.picture("visitor-left-en").await?;
    browser.find("input[name=phone]").await?.send_keys("138 0013 8000").await?;
    browser.press("You may contact me about this").await?;
    browser.press("Send").await?;
    browser.says("Thank you!").await?;
    browser.close().await?;
    let more = wang.take_alerts();
    assert!(more.is_empty(), "somebody was called for a visitor who has left: {more:?}");
    showroom.finish().await
}

async fn leads_on_the_managers_page(showroom: &Showroom, kiosk: &Device) -> Result<()> {
    let browser = Browser::open(DESK.0, DESK.1, None).await?;
    sign_in(&browser, showroom, "lin", "/manage").await?;
    browser.says("138****8000").await.with_context(|| format!("masked, from {}", kiosk.name()))?;
    let page = browser.text().await?;
    assert!(!page.contains("13800138000"));
    browser.picture("manage-leads").await?;
    browser.press("显示号码").await?;
    browser.says("13800138000").await?;
    browser.picture("manage-leads-shown").await?;
    let phone = Browser::open(PHONE.0, PHONE.1, None).await?;
    sign_in(&phone, showroom, "lin", "/manage/leads").await?;
    phone.says("138****8000").await?;
    assert!(!phone.sticks_out().await?, "the list is wider than a phone");
    phone.picture("leads-phone").await?;
    phone.press("删除").await?;
    phone.says("无法恢复").await?;
    phone.picture("leads-erase-phone").await?;
    phone.press("永久删除").await?;
    phone.says("已删除").await?;
    assert!(!phone.text().await?.contains("138****8000"));
    sign_in(&phone, showroom, "lin", "/manage/audit").await?;
    phone.says("查看完整联系方式").await?;
    phone.says("本人要求").await?;
    assert!(!phone.sticks_out().await?, "the audit is wider than a phone");
    phone.picture("audit-phone").await?;
    phone.close().await?;
    sign_in(&browser, showroom, "lin", "/manage/audit").await?;
    browser.says("本人要求").await?;
    browser.picture("audit").await?;
    browser.close().await
}

#[tokio::test]
async fn the_pages_run_without_a_complaint_of_the_browser() -> Result<()> {
    let showroom = Showroom::start().await?;
    showroom.hire("lin", Role::Manager, &[])?;
    let browser = Browser::open(DESK.0, DESK.1, None).await?;
    for page in ["/floor", "/manage", "/manage/leads", "/manage/audit"] {
        sign_in(&browser, &showroom, "lin", page).await?;
        let faults = browser.client().execute(LOADED, Vec::new()).await?;
        let faults: Vec<Value> = faults.as_array().cloned().unwrap_or_default();
        assert!(faults.is_empty(), "{page}: files that did not load: {faults:?}");
    }
    browser.close().await?;
    showroom.finish().await
}

/// Scripts, styles and pictures of the page that came empty or not at all.
const LOADED: &str = "return performance.getEntriesByType('resource').filter(e => e.responseStatus >= 400 || e.responseStatus === 0)\
                      .filter(e => e.initiatorType !== 'other' && !e.name.includes('/stream')).map(e => e.name + ' ' + e.responseStatus)";

#[tokio::test]
async fn a_manager_lets_a_new_kiosk_in_by_its_code_and_takes_it_out_of_work() -> Result<()> {
    let showroom = Showroom::start().await?;
    showroom.hire("boss", Role::Manager, &["--display", "林悦"])?;
    let wang = showroom.staff("wang", Role::Consultant).await?;
    let (mut kiosk, code) = Headless::enrol(showroom.folder(), showroom.gateway().http()).await?;
    let browser = Browser::open(DESK.0, DESK.1, None).await?;
    sign_in(&browser, &showroom, "boss", "/manage").await?;
    browser.press("迎宾屏").await?;
    browser.find("input[name=code]").await?;
    browser.picture("kiosks-none").await?;
    let type_in = async |code: &str, name: &str| -> Result<()> {
        for (field, text) in [("input[name=code]", code), ("input[name=name]", name)] {
            let field = browser.find(field).await?;
            field.clear().await?;
            field.send_keys(text).await?;
        }
        browser.press("接入").await
    };
    let wrong = if code == "000000" { "000001" } else { "000000" };
    type_in(wrong, "entrance").await?;
    browser.find("#fault").await.context("a wrong code is said")?;
    browser.picture("kiosks-wrong").await?;
    type_in(&format!("{} {}", &code[..3], &code[3..]), "entrance").await?;
    browser.says("entrance").await?;
    kiosk.fact("the link", |fact| fact["shown"] == "link" && fact["up"] == true).await?;
    // Without a tap.
    browser.find("#there li.up").await?;
    kiosk.check_in("browse")?;
    let alert = wang.alert().await?;
    wang.serve(&alert, "interested").await?;

    // It keeps its own account: nobody is asked again after a power cut.
    kiosk.crash().await?;
    kiosk.check_in("model")?;
    let alert = wang.alert().await?;
    wang.serve(&alert, "interested").await?;

    browser.press("暂停使用").await?;
    browser.says("维护中").await?;
    assert!(!browser.sticks_out().await?, "the page is wider than the desk's screen");
    browser.picture("kiosks-maintenance").await?;
    browser.press("恢复使用").await?;
    browser.find("button[value=on]").await?;
    browser.close().await?;
    showroom.finish().await
}
