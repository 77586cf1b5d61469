//! Channels beside the open page, with the real gateway and services that are played: what goes out, to whom, and what becomes of it.
//! Web Push, which needs a browser's worker, is in `push`.

use anyhow::{Context, Result};
use chrono::{DateTime, TimeDelta};
use reqwest::Method;
use serde_json::{Value, json};
use shared::wire::{Stage, Why};
use tests::wait;
use tests::world::{Device, Outside, Role, Session, Setup, Showroom, dark};
use tokio::net::TcpListener;

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const TRY: &str = "/api/v1/me/channels/try";

/// A webhook for these people.
fn bell(outside: &Outside, staff: &[&str]) -> String {
    let url = outside.url();
    format!("[[channels.webhooks]]\nname = \"bell\"\nurl = \"{url}/hook\"\nsecret = \"{SECRET}\"\nstaff = {staff:?}\n")
}

async fn deaf(outside: &mut Outside, showroom: &Showroom, account: &str) -> Result<Session> {
    let session = showroom.sign_in(account).await?;
    session.presence("free").await?;
    session.call(Method::POST, TRY, None).await?;
    outside.asked().await.context("the trial goes out")?;
    Ok(session)
}

/// Waits until the channel's record of this visit is this.
async fn becomes(boss: &Session, visit: &str, channel: &str, expect: &str) -> Result<Value> {
    let so = || async {
        let all = boss.call(Method::GET, &format!("/api/v1/deliveries?visit={visit}"), None).await?;
        let all = all.get("deliveries").and_then(Value::as_array).cloned().context("a list")?;
        Ok(all.into_iter().find(|delivery| delivery["channel"] == channel && delivery["fate"] == expect))
    };
    wait::until_async(&format!("the {channel} to be {expect}"), so).await
}

/// Somebody comes who says their name: nothing that goes out may have it.
async fn comes(kiosk: &Device) -> Result<String> {
    let said = json!({"party": 2, "language": "en", "surname": "欧阳", "title": "ms", "phone": "13800138000"});
    let tap = kiosk.check_in("test_drive", &said).await?;
    kiosk.receipt(tap.event).await?;
    Ok(tap.visit.to_string())
}

fn names_nobody(body: &Value) {
    let text = body.to_string();
    assert!(!text.contains("欧阳") && !text.contains("13800138000"), "{text}");
}

#[tokio::test]
async fn a_webhook_rings_whoever_has_no_page_open_and_who_accepts_by_its_link() -> Result<()> {
    let mut outside = Outside::open(|_| ("204 No Content", "")).await?;
    let setup = Setup { config: Some(bell(&outside, &["wang"])), ..Setup::default() };
    let showroom = Showroom::with(setup).await?;
    for (account, role) in [("wang", Role::Consultant), ("boss", Role::Manager)] {
        showroom.hire(account, role, &[])?;
    }
    let (boss, kiosk) = (showroom.sign_in("boss").await?, showroom.kiosk("k1").await?);
    let wang = deaf(&mut outside, &showroom, "wang").await?;
    let visit = comes(&kiosk).await?;
    let asked = outside.asked().await?;
    asked.is_signed_by(SECRET)?;
    assert_eq!((asked.method.as_str(), asked.target.as_str()), ("POST", "/hook"));
    let body = asked.json()?;
    names_nobody(&body);
    assert_eq!(body["type"], "alert.raised");
    let data = ["staff", "purpose", "language", "party"].map(|field| &body["data"][field]);
    assert_eq!(data, [&json!("wang"), &json!("test_drive"), &json!("en"), &json!(2)], "{body}");
    becomes(&boss, &visit, "webhook", "handed").await?;

    let alert = body["data"]["alert"].as_str().context("an alert")?;
    assert_eq!(body["data"]["link"], format!("{}/floor?alert={alert}", showroom.gateway().http()));
    wang.call(Method::POST, &format!("/api/v1/alerts/{alert}/accept"), None).await?;
    kiosk.stage(visit.parse()?, Stage::Coming).await?;
    showroom.finish().await
}

/// Nobody is lost to a receiver that says no: the ladder goes on, and the record says what came of it.
#[tokio::test]
async fn a_webhook_that_refuses_is_on_record_and_holds_up_nobody() -> Result<()> {
    let mut outside = Outside::open(|_| ("410 Gone", "")).await?;
    let setup = Setup { config: Some(bell(&outside, &["wang"])), ..Setup::default() };
    let showroom = Showroom::with(setup).await?;
    showroom.hire("boss", Role::Manager, &[])?;
    let (boss, kiosk) = (showroom.sign_in("boss").await?, showroom.kiosk("k1").await?);
    let wang = showroom.staff("wang", Role::Consultant).await?;
    let visit = comes(&kiosk).await?;
    outside.asked().await?;
    let record = becomes(&boss, &visit, "webhook", "failed").await?;
    assert_eq!((&record["staff"], &record["why"]), (&json!("wang"), &json!("gone")), "{record}");
    let alert = wang.alert_for(visit.parse()?).await.context("the open page rings all the same")?;
    wang.serve(&alert, "interested").await?;
    showroom.finish().await
}

#[tokio::test]
async fn wecom_sends_a_card_to_one_person_and_the_robot_rings_for_the_group() -> Result<()> {
    let mut api = Outside::open(|asked| {
        let target = asked.target.as_str();
        let body = if target.contains("gettoken") {
            r#"{"errcode":0,"errmsg":"ok","access_token":"T0KEN","expires_in":7200}"#
        } else {
            r#"{"errcode":0,"errmsg":"ok","msgid":"m"}"#
        };
        ("200 OK", body)
    })
    .await?;
    let mut group = Outside::open(|_| ("200 OK", r#"{"errcode":0,"errmsg":"ok"}"#)).await?;
    let config = format!(
        "[channels.wecom]\napi = \"{}\"\ncorp_id = \"ww1\"\nagent_id = 1000002\nsecret = \"geheim\"\n\n\
         [channels.wecom.people]\nwang = \"WangFang\"\n\n[channels.robot]\nurl = \"{}/send?key=k3y\"\n",
        api.url(),
        group.url()
    );
    let showroom = Showroom::with(Setup { config: Some(config), ..Setup::default() }).await?;
    for (account, role) in [("wang", Role::Consultant), ("boss", Role::Manager)] {
        showroom.hire(account, role, &[])?;
    }
    let (boss, kiosk) = (showroom.sign_in("boss").await?, showroom.kiosk("k1").await?);
    let wang = showroom.sign_in("wang").await?;
    wang.presence("free").await?;
    wang.call(Method::POST, TRY, None).await?;
    assert_eq!(api.asked().await?.target, "/cgi-bin/gettoken?corpid=ww1&corpsecret=geheim");
    let trial = api.asked().await?;
    assert_eq!(trial.target, "/cgi-bin/message/send?access_token=T0KEN");

    let visit = comes(&kiosk).await?;
    let card = api.asked().await?;
    assert_eq!(card.target, "/cgi-bin/message/send?access_token=T0KEN", "the token is kept");
    let card = card.json()?;
    names_nobody(&card);
    let said = ["touser", "msgtype", "agentid"].map(|field| &card[field]);
    assert_eq!(said, [&json!("WangFang"), &json!("template_card"), &json!(1_000_002)], "{card}");
    let title = &card["template_card"]["main_title"];
    assert_eq!(*title, json!({"title": "有访客等您接待", "desc": "试驾 · 2 位 · 英文"}));
    let link = card["template_card"]["card_action"]["url"].as_str().context("a link")?;
    let alert = link.rsplit_once("/floor?alert=").context("to the alert")?.1;
    becomes(&boss, &visit, "wecom", "handed").await?;

    let rung = group.asked().await?;
    assert_eq!(rung.target, "/send?key=k3y");
    let rung = rung.json()?;
    names_nobody(&rung);
    assert!(rung["text"]["content"].as_str().is_some_and(|text| text.starts_with("有访客等候：试驾")), "{rung}");
    wang.call(Method::POST, &format!("/api/v1/alerts/{alert}/accept"), None).await?;
    kiosk.stage(visit.parse()?, Stage::Coming).await?;
    for secret in ["geheim", "T0KEN", "k3y"] {
        assert!(showroom.gateway().log().all().iter().all(|line| !line.contains(secret)), "{secret} in the log");
    }
    showroom.finish().await
}

/// DESIGN §5: whom only a push would reach gets a second person beside them two seconds later, and is no candidate once the last message that
/// came through is too long ago. The rungs after it are far away here, so that nothing else can ask.
#[tokio::test]
async fn who_is_only_pushable_gets_a_second_person_after_two_seconds_and_is_dark_in_the_end() -> Result<()> {
    let mut outside = Outside::open(|_| ("204 No Content", "")).await?;
    let far = "[floor]\ntwo = \"40s\"\neveryone = \"50s\"\nbreach = \"60s\"\npushable = \"15s\"\n";
    let config = Some(far.to_owned() + &bell(&outside, &["chen", "wang"]));
    let showroom = Showroom::with(Setup { config, ..Setup::default() }).await?;
    let (kiosk, zhao) = (showroom.kiosk("k1").await?, showroom.staff("zhao", Role::Reception).await?);
    let mut sessions = Vec::new();
    for account in ["chen", "wang"] {
        showroom.hire(account, Role::Consultant, &[])?;
        sessions.push(deaf(&mut outside, &showroom, account).await?);
    }
    let visit = comes(&kiosk).await?;
    let (first, second) = (outside.asked().await?.json()?, outside.asked().await?.json()?);
    for body in [&first, &second] {
        assert_eq!(body["type"], "alert.raised", "{body}");
    }
    let mut rung = [&first, &second].map(|body| body["data"]["staff"].clone());
    rung.sort_by_key(ToString::to_string);
    assert_eq!(rung, [json!("chen"), json!("wang")]);
    let at = |body: &Value| {
        let text = body["data"]["asked_at"].as_str().context("when")?;
        Ok::<_, anyhow::Error>(DateTime::parse_from_rfc3339(text)?)
    };
    let after = at(&second)? - at(&first)?;
    assert!(after >= TimeDelta::seconds(2), "{after} after the first, too early");
    let (alert, by) = (&second["data"]["alert"], &second["data"]["staff"]);
    let by = sessions.iter().find(|session| by == session.account()).context("one of the two")?;
    by.call(Method::POST, &format!("/api/v1/alerts/{}/accept", alert.as_str().context("an alert")?), None).await?;
    kiosk.stage(visit.parse()?, Stage::Coming).await?;
    by.call(Method::POST, &format!("/api/v1/visits/{visit}/greeted"), None).await?;
    by.call(Method::POST, &format!("/api/v1/visits/{visit}/end"), Some(json!({"outcome": "interested"}))).await?;
    kiosk.stage(visit.parse()?, Stage::Ended).await?;

    for account in ["chen", "wang"] {
        dark(zhao.session(), account).await?;
    }
    let visit = comes(&kiosk).await?;
    zhao.task(&json!({"task": "receive", "visit": visit, "reason": "all_dark"})).await?;
    kiosk.stage(visit.parse()?, Stage::Queued).await?;
    showroom.finish().await
}

/// A receiver that takes the message and never answers: the open page of a colleague is asked in the meantime, and the record says why.
#[tokio::test]
async fn a_webhook_that_hangs_costs_the_visitor_nothing() -> Result<()> {
    let silent = TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}", silent.local_addr()?);
    let config = format!(
        "[channels]\ntimeout = \"1s\"\n[[channels.webhooks]]\nname = \"bell\"\nurl = \"{url}\"\nsecret = \"{SECRET}\"\nstaff = [\"wang\"]\n"
    );
    let showroom = Showroom::with(Setup { config: Some(config), ..Setup::default() }).await?;
    showroom.hire("boss", Role::Manager, &[])?;
    let (boss, kiosk) = (showroom.sign_in("boss").await?, showroom.kiosk("k1").await?);
    let (chen, wang) =
        (showroom.staff("chen", Role::Consultant).await?, showroom.staff("wang", Role::Consultant).await?);
    let said = json!({"consultant": "wang"});
    let tap = kiosk.check_in("browse", &said).await?;
    let alert = wang.alert_for(tap.visit).await.context("the open page rings beside it")?;
    let record = becomes(&boss, &tap.visit.to_string(), "webhook", "failed").await?;
    assert_eq!(record["why"], "timed_out", "{record}");
    let next = chen.alert_for(tap.visit).await.context("after four seconds somebody else")?;
    chen.accept(&next).await?;
    assert_eq!(wang.over(alert.alert).await?["over"], "taken");
    chen.greeted(tap.visit).await?;
    chen.end(tap.visit, "interested").await?;
    kiosk.stage(tap.visit, Stage::Ended).await?;
    showroom.finish().await
}

/// A restart in the night makes nobody dark whom a channel rang before it; and who has a page open is asked before who is free for longer
/// and has none.
#[tokio::test]
async fn after_a_restart_channels_ring_as_before_it_and_open_pages_first() -> Result<()> {
    let mut outside = Outside::open(|_| ("204 No Content", "")).await?;
    let setup = Setup { config: Some(bell(&outside, &["chen"])), ..Setup::default() };
    let mut showroom = Showroom::with(setup).await?;
    showroom.hire("chen", Role::Consultant, &[])?;
    let kiosk = showroom.kiosk("k1").await?;
    let chen = deaf(&mut outside, &showroom, "chen").await?;
    let serve = async |visit: &str, asked: Value| {
        let alert = asked["data"]["alert"].as_str().context("an alert")?.to_owned();
        chen.call(Method::POST, &format!("/api/v1/alerts/{alert}/accept"), None).await?;
        let end = Some(json!({"outcome": "interested"}));
        chen.call(Method::POST, &format!("/api/v1/visits/{visit}/end"), end).await
    };
    let visit = comes(&kiosk).await?;
    serve(&visit, outside.asked().await?.json()?).await?;
    showroom.gateway_mut().stop().await?;
    showroom.start_again().await?;
    let visit = comes(&kiosk).await?;
    serve(&visit, outside.asked().await.context("rung as before the restart")?.json()?).await?;

    let wang = showroom.staff("wang", Role::Consultant).await?;
    let visit = comes(&kiosk).await?;
    let alert = wang.alert_for(visit.parse()?).await?;
    wang.serve(&alert, "interested").await?;
    let visit = comes(&kiosk).await?;
    let alert = wang.alert_for(visit.parse()?).await?;
    assert_eq!(alert.why, Why::Live, "it would be the other one's turn");
    assert!(outside.rest().is_empty());
    wang.serve(&alert, "interested").await?;
    kiosk.stage(visit.parse()?, Stage::Ended).await?;
    showroom.finish().await
}

/// A consultant's pager on MQTT rings and answers for them: no page is needed for the whole of the main job.
#[tokio::test]
async fn a_pager_rings_and_accepts() -> Result<()> {
    let showroom = Showroom::start().await?;
    showroom.hire("wang", Role::Consultant, &[])?;
    showroom.hire("boss", Role::Manager, &[])?;
    let kiosk = showroom.kiosk("k1").await?;
    let pager =
        Device::connect(showroom.gateway().mqtt_address(), showroom.register("wang", "pager")?, "consultant").await?;
    let wang = showroom.sign_in("wang").await?;
    wang.presence("free").await?;
    wang.call(Method::POST, TRY, None).await?;
    let trial: Value = serde_json::from_slice(&pager.message("alert").await?)?;
    assert_eq!(trial, json!({"trial": true}));
    let visit = comes(&kiosk).await?;
    let alert: Value = serde_json::from_slice(&pager.message("alert").await?)?;
    assert_eq!((&alert["visit"], &alert["purpose"]), (&json!(visit), &json!("test_drive")), "{alert}");
    for reply in ["shown", "accept"] {
        let said = json!({"alert": alert["alert"], "reply": reply});
        pager.publish(&pager.topic("reply"), serde_json::to_vec(&said)?).await?;
    }
    let coming = kiosk.stage(visit.parse()?, Stage::Coming).await?;
    assert!(coming.consultant.is_some());
    becomes(&showroom.sign_in("boss").await?, &visit, "pager", "shown").await?;
    wang.call(Method::POST, &format!("/api/v1/visits/{visit}/greeted"), None).await?;
    wang.call(Method::POST, &format!("/api/v1/visits/{visit}/end"), Some(json!({"outcome": "interested"}))).await?;
    kiosk.stage(visit.parse()?, Stage::Ended).await?;
    showroom.finish().await
}
