//! Web Push with the real gateway and a real browser's worker; a server of the test's own stands in for the browser maker's. That a message
//! opens for its browser and says who sent it is looked at where both keys are at hand, in `gateway::notify`. Leaves pictures in
//! `target/screenshots`.

use std::path::Path;

use anyhow::{Context, Result, ensure};
use reqwest::Method;
use serde_json::{Value, json};
use shared::wire::Stage;
use tests::wait;
use tests::world::{Browser, Outside, Role, Session, Setup, Showroom, sign_in};
use tokio::sync::watch;

const PHONE: (u32, u32) = (360, 780);
const PATH: &str = "/wpush/v2/an-address-that-opens-a-screen";
/// The browser's keys of RFC 8291, appendix A.
const P256DH: &str = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4";
const AUTH: &str = "BTBZMqHH6r4Tts7J_aSIgg";

/// A push service: takes every message, or knows nobody any more.
struct Service {
    outside: Outside,
    says: watch::Sender<&'static str>,
}

impl Service {
    async fn open() -> Result<Self> {
        let (says, heard) = watch::channel("201 Created");
        let outside = Outside::open(move |_| (*heard.borrow(), "")).await?;
        Ok(Self { outside, says })
    }

    fn config() -> Setup {
        let config = "[channels.push]\nsubject = \"mailto:it@example.com\"\nlocal = true\n";
        Setup { config: Some(config.to_owned()), ..Setup::default() }
    }
}

/// What became of an alert over the push service; `None` while nothing did.
async fn fate(boss: &Session, visit: &str) -> Result<Option<String>> {
    let all = boss.call(Method::GET, &format!("/api/v1/deliveries?visit={visit}"), None).await?;
    let all = all.get("deliveries").and_then(Value::as_array).context("a list")?;
    let found = all.iter().find(|delivery| delivery["channel"] == "push");
    Ok(found.and_then(|delivery| delivery["fate"].as_str()).map(str::to_owned))
}

async fn becomes(boss: &Session, visit: &str, expect: &str) -> Result<()> {
    let so = || async { Ok((fate(boss, visit).await?.as_deref() == Some(expect)).then_some(())) };
    wait::until_async(&format!("the push to be {expect}"), so).await
}

async fn subscriptions(session: &Session) -> Result<usize> {
    let told = session.call(Method::GET, "/api/v1/me/push", None).await?;
    Ok(told.get("subscriptions").and_then(Value::as_array).context("a list")?.len())
}

/// Stands in for the part of the browser that asks its maker's service for an address: here there is no way to that service.
fn stand_in(service: &Service) -> String {
    let given =
        json!({"endpoint": format!("{}{PATH}", service.outside.url()), "keys": {"p256dh": P256DH, "auth": AUTH}});
    format!(
        "const given = {{ toJSON: () => ({given}), unsubscribe: async () => {{ sessionStorage.left = 'yes'; return true; }} }};
         PushManager.prototype.subscribe = async (options) => {{ sessionStorage.options = JSON.stringify(options); return given; }};
         PushManager.prototype.getSubscription = async () => given;"
    )
}

#[tokio::test]
async fn a_phone_is_rung_while_its_page_is_closed() -> Result<()> {
    let mut service = Service::open().await?;
    let showroom = Showroom::with(Service::config()).await?;
    showroom.hire("wang", Role::Consultant, &["--display", "王芳"])?;
    showroom.hire("lin", Role::Manager, &["--display", "林总"])?;
    let kiosk = showroom.kiosk("k1").await?;
    let (boss, origin) = (showroom.sign_in("lin").await?, showroom.gateway().http().to_owned());
    let browser = Browser::open(PHONE.0, PHONE.1, None).await?;
    browser.before_each_page(&stand_in(&service)).await?;
    browser.notifications(&origin, "granted").await?;
    sign_in(&browser, &showroom, "wang", "/floor").await?;
    browser.find("#presence [data-presence=free]").await?.click().await?;
    // What that brings makes the page longer, above the switch.
    for brought in ["#presence [data-presence=free][aria-pressed=true]", "#toast:not([hidden])", "#serving .place"] {
        browser.find(brought).await?;
    }
    browser.says("目前只有打开这个页面时才会响铃").await?;
    browser.press("页面关闭时也提醒").await?;
    browser.says("页面关闭时也会提醒您").await?;
    browser.find("#push[data-state=on]").await?;
    assert!(!browser.sticks_out().await?, "the page is wider than a phone");
    browser.picture("push-on").await?;
    let wang = showroom.sign_in("wang").await?;
    let told = wang.call(Method::GET, "/api/v1/me/push", None).await?;
    let options = browser.client().execute("return JSON.parse(sessionStorage.options)", Vec::new()).await?;
    assert_eq!(options, json!({"userVisibleOnly": true, "applicationServerKey": told["key"]}));

    let trial = service.outside.asked().await.context("whoever switches it on sees one at once")?;
    assert_eq!(trial.header("topic")?, "trial");

    // Closed: nobody listens to the stream.
    browser.go("about:blank").await?;
    let tap = kiosk.check_in("test_drive", &json!({"party": 2, "language": "en"})).await?;
    let asked = service.outside.asked().await?;
    assert_eq!((asked.method.as_str(), asked.target.as_str()), ("POST", PATH));
    for (name, value) in [("ttl", "30"), ("urgency", "high"), ("content-encoding", "aes128gcm")] {
        assert_eq!(asked.header(name)?, value, "{name}");
    }
    assert!(asked.header("authorization")?.starts_with("vapid t="));
    let visit = tap.visit.to_string();
    becomes(&boss, &visit, "handed").await?;
    // What the browser opens of it, handed to the worker as the browser does.
    let message = json!({"alert": format!("{visit}.1"), "title": "有访客等您接待", "line": "试驾 · 2 位 · 英文", "language": "zh", "tag": "t"});
    browser.push(&origin, &message.to_string()).await?;
    becomes(&boss, &visit, "shown").await.context("the worker shows it and says so")?;

    browser.go(&format!("{origin}/morning")).await?;
    let shown = browser.client().execute_async(NOTIFICATIONS, Vec::new()).await?;
    assert_eq!(shown, json!([["有访客等您接待", "试驾 · 2 位 · 英文", "zh-Hans"]]));
    browser.go(&format!("{origin}/floor")).await?;
    let gone =
        || async { Ok((browser.client().execute_async(NOTIFICATIONS, Vec::new()).await? == json!([])).then_some(())) };
    wait::until_async("the page to take the place of the notification", gone).await?;
    browser.find("#alert-accept").await?.click().await?;
    kiosk.stage(tap.visit, Stage::Coming).await?;
    browser.find("#push[data-state=on]").await.context("opened anew it says again what was asked for")?;
    assert_eq!(subscriptions(&wang).await?, 1, "and is still the same one");
    managers_page(&showroom).await?;

    browser.press("页面关闭时不再提醒").await?;
    browser.find("#push[data-state=off]").await?;
    assert_eq!(subscriptions(&wang).await?, 0);
    assert_eq!(browser.client().execute("return sessionStorage.left", Vec::new()).await?, json!("yes"));
    wang.call(Method::POST, &format!("/api/v1/visits/{visit}/greeted"), None).await?;
    wang.call(Method::POST, &format!("/api/v1/visits/{visit}/end"), Some(json!({"outcome": "interested"}))).await?;
    browser.close().await?;
    showroom.finish().await
}

const NOTIFICATIONS: &str = "const done = arguments[0]; navigator.serviceWorker.getRegistration('/floor').then((worker) => worker.getNotifications()) \
                             .then((all) => done(all.map(({ title, body, lang }) => [title, body, lang])), (e) => done(String(e)))";

async fn managers_page(showroom: &Showroom) -> Result<()> {
    let boss = Browser::open(PHONE.0, PHONE.1, None).await?;
    sign_in(&boss, showroom, "lin", "/manage/alerts").await?;
    boss.says("浏览器推送").await?;
    boss.picture("push-deliveries").await?;
    boss.close().await
}

#[tokio::test]
async fn a_browser_that_cannot_be_notified_is_told_what_to_do() -> Result<()> {
    let wechat = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/116.0.0.0 Mobile Safari/537.36 MicroMessenger/8.0.48";
    let iphone = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 Version/17.0 Mobile/15E148 Safari/604.1";
    let showroom = Showroom::with(Service::config()).await?;
    showroom.hire("wang", Role::Consultant, &[])?;
    let origin = showroom.gateway().http().to_owned();
    for (agent, script, state, words) in [
        (Some(wechat), "", "wechat", "在浏览器打开"),
        (Some(iphone), "delete window.PushManager", "home_screen", "添加到主屏幕"),
        (None, "delete window.PushManager", "unable", "换一个浏览器"),
        (None, "Object.defineProperty(window, 'isSecureContext', { value: false })", "plain", "https://"),
        (None, "", "denied", "浏览器设置里允许通知"),
    ] {
        let browser = Browser::open(PHONE.0, PHONE.1, agent).await?;
        browser.before_each_page(script).await?;
        browser.notifications(&origin, "denied").await?;
        sign_in(&browser, &showroom, "wang", "/floor").await?;
        browser.find(&format!("#push[data-state={state}]")).await?;
        browser.says(words).await?;
        let hidden =
            browser.client().execute("return document.querySelector('#push-switch').hidden", Vec::new()).await?;
        assert_eq!(hidden, Value::Bool(true), "{state}: no button that leads nowhere");
        assert!(!browser.sticks_out().await?, "{state}: the page is wider than a phone");
        browser.close().await?;
    }
    showroom.finish().await
}

#[tokio::test]
async fn a_restart_keeps_subscriptions_sealed_and_a_service_that_knows_nobody_ends_them() -> Result<()> {
    let mut service = Service::open().await?;
    let mut showroom = Showroom::with(Service::config()).await?;
    let wang = showroom.staff("wang", Role::Consultant).await?;
    let session = showroom.sign_in("wang").await?;
    let key = session.call(Method::GET, "/api/v1/me/push", None).await?["key"].clone();
    let said =
        json!({"endpoint": format!("{}{PATH}", service.outside.url()), "keys": {"p256dh": P256DH, "auth": AUTH}});
    session.call(Method::PUT, "/api/v1/me/push", Some(said)).await?;
    let status = showroom.gateway_mut().stop().await?;
    ensure!(status.success(), "{status}");
    for secret in ["an-address-that-opens-a-screen", P256DH, AUTH] {
        assert!(!holds(&showroom.data(), secret.as_bytes())?, "{secret} stands open on the disk");
        assert!(showroom.gateway().log().all().iter().all(|line| !line.contains(secret)), "or in the log");
    }
    showroom.start_again().await?;
    let after = session.call(Method::GET, "/api/v1/me/push", None).await?;
    assert_eq!(after["key"], key, "browsers subscribed with it");
    assert_eq!(subscriptions(&session).await?, 1);

    let kiosk = showroom.kiosk("k1").await?;
    let first = kiosk.check_in("browse", &json!({})).await?;
    service.outside.asked().await.context("rung as before")?;
    wang.serve(&wang.alert_for(first.visit).await?, "interested").await?;
    kiosk.stage(first.visit, Stage::Ended).await?;
    service.says.send_replace("410 Gone");
    let second = kiosk.check_in("browse", &json!({})).await?;
    service.outside.asked().await?;
    let ended = || async { Ok((subscriptions(&session).await? == 0).then_some(())) };
    wait::until_async("the subscription to end", ended).await?;
    wang.serve(&wang.alert_for(second.visit).await?, "interested").await?;
    kiosk.stage(second.visit, Stage::Ended).await?;
    showroom.finish().await
}

/// Whether a file below a folder has these bytes.
fn holds(folder: &Path, bytes: &[u8]) -> Result<bool> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let found = if path.is_dir() {
            holds(&path, bytes)?
        } else {
            path.is_file() && std::fs::read(&path)?.windows(bytes.len()).any(|part| part == bytes)
        };
        if found {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Runs the worker with a browser that is played: what it does with a push and with a tap.
const PLAYED: &str = "
    const [source, message, urls, done] = arguments;
    const heard = {}, did = [], later = [];
    const pages = urls.map((url) => ({ url, visibilityState: url.includes('looked-at') ? 'visible' : 'hidden', focus: async () => did.push(['focus', url]) }));
    const standing = ({ tag }) => [{ tag, data: { alert: 'v.1' } }, { tag, data: { over: true } }]
        .map((one) => ({ ...one, close: () => did.push(['close', tag, Boolean(one.data.over)]) }));
    const setTimeout = (act) => later.push(act);
    const self = {
        addEventListener: (name, act) => (heard[name] = act),
        registration: {
            showNotification: async (title, { body, tag, data, silent }) => did.push(['show', title, body, tag, silent ? 'silent' : (data.alert ?? null)]),
            getNotifications: async (which) => standing(which),
        },
        clients: { matchAll: async () => pages, openWindow: async (url) => did.push(['open', url]) },
    };
    const fetch = async (url, { method }) => { did.push([method, url]); throw new Error('signed out, or away'); };
    new Function('self', 'caches', 'fetch', 'setTimeout', source)(self, null, fetch, setTimeout);
    const dispatch = (name, event) => new Promise((waited, failed) => heard[name]({ ...event, waitUntil: (work) => work.then(waited, failed) }));
    const data = message === null ? null : { json: () => JSON.parse(message) };
    dispatch('push', { data })
        .then(() => dispatch('notificationclick', { notification: { close: () => did.push(['close']), data: { alert: 'v.1' } } }))
        .then(() => Promise.all(later.map((act) => act())))
        .then(() => done(did), (error) => done(String(error)));
";

#[tokio::test]
async fn a_tap_leads_to_the_page_that_is_open_or_to_a_new_one() -> Result<()> {
    let source = std::fs::read_to_string(tests::programs::workspace().join("assets/web/worker.js"))?;
    let browser = Browser::open(PHONE.0, PHONE.1, None).await?;
    let alert = r#"{"alert":"v.1","title":"T","line":"L","language":"zh","tag":"t"}"#;
    let trial = r#"{"title":"T","line":"L","language":"zh","tag":"trial"}"#;
    let over = r#"{"over":true,"title":"T","line":"L","language":"zh","tag":"t"}"#;
    let floor = "https://showroom.example/floor?lang=en";
    let looked_at = "https://showroom.example/floor?looked-at";
    let focus_it = json!(["focus", looked_at]);
    let [anew, close, focus] = [json!(["open", "/floor?alert=v.1"]), json!(["close"]), json!(["focus", floor])];
    let unread = json!(["show", "迎宾", "请打开页面 Open the page", "unread", null]);
    for (message, pages, expect) in [
        (
            json!(alert),
            json!(["https://showroom.example/manage", floor]),
            json!([["show", "T", "L", "t", "v.1"], ["POST", "/api/v1/alerts/v.1/shown?channel=push"], close, focus]),
        ),
        (json!(trial), json!([]), json!([["show", "T", "L", "trial", null], close, anew])),
        // A colleague comes: it takes the place of what rang and goes by itself; what rings since then stays.
        (json!(over), json!([]), json!([["show", "T", "L", "t", "silent"], close, anew, ["close", "t", true]])),
        (json!(over), json!([looked_at]), json!([["close", "t", false], ["close", "t", true], close, focus_it])),
        // Something is shown whatever came: a silent push would cost the permission.
        (json!("no JSON"), json!(["https://showroom.example/board"]), json!([unread, close, anew])),
        (Value::Null, json!([]), json!([unread, close, anew])),
    ] {
        let arguments = vec![json!(source), message.clone(), pages];
        let did = browser.client().execute_async(PLAYED, arguments).await?;
        assert_eq!(did, expect, "{message}");
    }
    browser.close().await
}
