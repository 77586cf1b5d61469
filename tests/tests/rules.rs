//! Rules of the floor over the wire: what costs a turn, who is told when they cannot come, what is taken back, and what happens when no
//! phone answers. The ladder itself is in `journey`.

use anyhow::{Context, Result};
use chrono::NaiveDate;
use reqwest::Method;
use serde_json::{Value, json};
use shared::ids::VisitId;
use shared::wire::{Stage, Why};
use tests::world::{ALL_DAYS, Device, Phone, Role, Session, Setup, Showroom, dark, parse_csv};

const LI: &str = "13800138000";

/// After this nothing of before can be taken back, and turns lie apart.
const LATER: u64 = 150;

/// Somebody comes, this person is asked for this reason, and serves them.
async fn served(showroom: &Showroom, kiosk: &Device, said: &Value, by: &Phone, why: Why) -> Result<()> {
    let visit = comes(showroom, kiosk, said).await?;
    let alert = by.alert_for(visit).await?;
    assert_eq!(alert.why, why);
    by.serve(&alert, "interested").await?;
    kiosk.stage(visit, Stage::Ended).await?;
    Ok(())
}

async fn comes(showroom: &Showroom, kiosk: &Device, said: &Value) -> Result<VisitId> {
    showroom.advance(LATER).await?;
    for account in ["chen", "wang"] {
        showroom.sign_in(account).await?.call(Method::POST, "/api/v1/me/alive", None).await?;
    }
    Ok(kiosk.check_in("browse", said).await?.visit)
}

#[tokio::test]
async fn own_customers_and_appointments_cost_no_turn_and_are_told_to_whom_they_are_for() -> Result<()> {
    let showroom = Showroom::demo().await?;
    let kiosk = showroom.kiosk("k1").await?;
    let (stranger, li) = (json!({}), json!({"phone": LI, "surname": "李", "title": "ms"}));
    let mut agreed = li.clone();
    agreed["consents"] = json!([{"purpose": "contact", "wording": "v1", "given": true}]);
    let chen = showroom.phone("chen").await?;
    served(&showroom, &kiosk, &agreed, &chen, Why::LongestFree).await?;
    let wang = showroom.phone("wang").await?;
    served(&showroom, &kiosk, &stranger, &wang, Why::LongestFree).await?;

    // It is chen's turn. Her own customer takes it from her no more than wang's appointment takes his.
    served(&showroom, &kiosk, &li, &chen, Why::OwnCustomer).await?;
    served(&showroom, &kiosk, &stranger, &chen, Why::LongestFree).await.context("the turn is still hers")?;
    book(wang.session(), "13900139000").await?;
    let expected = json!({"phone": "13900139000"});
    served(&showroom, &kiosk, &expected, &wang, Why::Appointment).await?;
    served(&showroom, &kiosk, &stranger, &wang, Why::LongestFree).await.context("the turn is still his")?;

    // Whoever cannot come is told, and the next rule decides.
    chen.session().presence("delivery").await?;
    let visit = comes(&showroom, &kiosk, &li).await?;
    let alert = wang.alert_for(visit).await?;
    assert_eq!((alert.why, alert.own_customer), (Why::LongestFree, false));
    chen.task(&json!({"task": "own_customer", "visit": visit})).await?;
    wang.serve(&alert, "interested").await?;
    book(chen.session(), "13700137000").await?;
    let visit = comes(&showroom, &kiosk, &json!({"phone": "13700137000"})).await?;
    let alert = wang.alert_for(visit).await?;
    chen.task(&json!({"task": "appointment_here", "visit": visit})).await?;
    wang.serve(&alert, "interested").await?;
    showroom.finish().await
}

/// Somebody is expected ten minutes from now.
async fn book(by: &Session, phone: &str) -> Result<()> {
    let morning = by.call(Method::GET, "/api/v1/morning", None).await?;
    let body = json!({"date": morning.get("date"), "time": "23:50", "matter": "talk", "name": "周", "phone": phone});
    by.call(Method::POST, "/api/v1/appointments", Some(body)).await.map(drop)
}

/// Two minutes long a presence, a greeting and an end are taken back; Accept never.
#[tokio::test]
async fn what_was_done_by_mistake_is_taken_back_within_two_minutes() -> Result<()> {
    let showroom = Showroom::demo().await?;
    let kiosk = showroom.kiosk("k1").await?;
    let wang = showroom.phone("wang").await?;
    let session = wang.session();
    let undo = "/api/v1/me/presence/undo";
    session.presence("break").await?;
    session.call(Method::POST, undo, None).await?;
    let tap = kiosk.check_in("browse", &json!({})).await?;
    let alert = wang.alert_for(tap.visit).await.context("free again")?;
    wang.accept(&alert).await?;
    let taken_back = format!("/api/v1/visits/{}/undo", tap.visit);
    assert_eq!(wang.refusal(&taken_back, None).await?, nothing(), "Accept is not taken back");
    kiosk.stage(tap.visit, Stage::Coming).await?;
    wang.greeted(tap.visit).await?;
    kiosk.stage(tap.visit, Stage::Greeted).await?;
    session.call(Method::POST, &taken_back, None).await?;
    wang.greeted(tap.visit).await?;
    wang.end(tap.visit, "not_interested").await?;
    kiosk.stage(tap.visit, Stage::Ended).await?;
    session.call(Method::POST, &taken_back, None).await?;
    wang.end(tap.visit, "interested").await?;
    showroom.advance(121).await?;
    assert_eq!(wang.refusal(&taken_back, None).await?, nothing());
    session.presence("break").await?;
    showroom.advance(121).await?;
    assert_eq!(wang.refusal(undo, None).await?, nothing());
    let tap = kiosk.check_in("browse", &json!({})).await?;
    session.presence("free").await?;
    wang.accept(&wang.alert_for(tap.visit).await?).await?;
    wang.greeted(tap.visit).await?;
    showroom.advance(121).await?;
    let late = format!("/api/v1/visits/{}/undo", tap.visit);
    assert_eq!(wang.refusal(&late, None).await?, nothing(), "a greeting is not taken back after that either");
    wang.end(tap.visit, "interested").await?;
    showroom.finish().await
}

fn nothing() -> (u16, Value) {
    (409, json!("nothing_to_undo"))
}

/// Who wants to look around alone is nodded to; a complaint begins with an apology; a car is collected from both pools at once.
#[tokio::test]
async fn words_and_pools_are_those_of_the_purpose() -> Result<()> {
    let showroom = Showroom::start().await?;
    let (wang, sun) = (showroom.staff("wang", Role::Consultant).await?, showroom.staff("sun", Role::Advisor).await?);
    let he = showroom.staff("he", Role::Care).await?;
    let kiosk = showroom.kiosk("k1").await?;
    for (purpose, person, words) in
        [("browse", &wang, "欢迎光临"), ("quiet", &wang, "点头微笑"), ("complaint", &he, "非常抱歉")]
    {
        let tap = kiosk.check_in(purpose, &json!({})).await?;
        let alert = person.alert_for(tap.visit).await?;
        assert!(alert.words.contains(words), "{purpose}: {}", alert.words);
        person.serve(&alert, if purpose == "complaint" { "served" } else { "interested" }).await?;
        kiosk.stage(tap.visit, Stage::Ended).await?;
    }
    let tap = kiosk.check_in("collect", &json!({})).await?;
    let (one, other) = (wang.alert_for(tap.visit).await?, sun.alert_for(tap.visit).await?);
    wang.accept(&one).await?;
    assert_eq!(sun.over(other.alert).await?["over"], "taken", "the first of the two");
    wang.greeted(tap.visit).await?;
    wang.end(tap.visit, "served").await?;
    kiosk.stage(tap.visit, Stage::Ended).await?;
    showroom.finish().await
}

/// Where nobody but consultants is there, the configuration says that they serve whoever comes for their car's service.
#[tokio::test]
async fn a_showroom_says_itself_who_serves_which_purpose() -> Result<()> {
    let config = Some("[floor.pools]\nservice = [\"consultant\"]\n".to_owned());
    let showroom = Showroom::with(Setup { config, ..Setup::default() }).await?;
    let (wang, sun) = (showroom.staff("wang", Role::Consultant).await?, showroom.staff("sun", Role::Advisor).await?);
    let kiosk = showroom.kiosk("k1").await?;
    let tap = kiosk.check_in("service", &json!({})).await?;
    wang.serve(&wang.alert_for(tap.visit).await?, "served").await?;
    kiosk.stage(tap.visit, Stage::Ended).await?;
    // The other purposes are as the standard has them: a car is collected from both.
    let tap = kiosk.check_in("collect", &json!({})).await?;
    wang.alert_for(tap.visit).await?;
    sun.alert_for(tap.visit).await?;
    assert!(sun.alerts_left().is_empty(), "not asked before");
    showroom.finish().await
}

/// Greeted has a source: reception saw it, or the end of the visit says so.
#[tokio::test]
async fn a_greeting_that_reception_saw_and_one_that_is_inferred_say_so() -> Result<()> {
    let showroom = Showroom::start().await?;
    let (wang, zhao) =
        (showroom.staff("wang", Role::Consultant).await?, showroom.staff("zhao", Role::Reception).await?);
    showroom.hire("boss", Role::Manager, &[])?;
    let kiosk = showroom.kiosk("k1").await?;
    let mut visits = Vec::new();
    for source in ["reception", "inferred"] {
        let tap = kiosk.check_in("browse", &json!({})).await?;
        wang.accept(&wang.alert_for(tap.visit).await?).await?;
        if source == "reception" {
            zhao.greeted(tap.visit).await?;
            kiosk.stage(tap.visit, Stage::Greeted).await?;
        }
        wang.end(tap.visit, "interested").await?;
        kiosk.stage(tap.visit, Stage::Ended).await?;
        visits.push((tap.visit, source));
    }
    let (from, to) = ALL_DAYS;
    let export = format!("/api/v1/exports/visits.csv?from={from}&to={to}");
    let table = parse_csv(&showroom.sign_in("boss").await?.fetch(&export).await?)?;
    for (visit, source) in visits {
        assert_eq!(table.visit(&visit)?["greeted_source"], source);
    }
    showroom.finish().await
}

/// Before Accept a name, what they asked and when they were here are the owner's alone; with Accept they open.
#[tokio::test]
async fn what_is_known_of_a_customer_is_shown_to_another_only_with_accept() -> Result<()> {
    let showroom = Showroom::demo().await?;
    let kiosk = showroom.kiosk("k1").await?;
    let li = json!({"phone": LI, "surname": "李", "title": "ms"});
    let mut agreed = li.clone();
    agreed["consents"] = json!([{"purpose": "contact", "wording": "v1", "given": true}]);
    let chen = showroom.phone("chen").await?;
    served(&showroom, &kiosk, &agreed, &chen, Why::LongestFree).await?;
    chen.session().presence("delivery").await?;
    let wang = showroom.phone("wang").await?;
    let visit = comes(&showroom, &kiosk, &li).await?;
    let alert = wang.alert_for(visit).await?;
    assert!(!alert.own_customer && alert.name.is_none() && alert.last_visit.is_none(), "{alert:?}");
    wang.accept(&alert).await?;
    let opened = wang.update(alert.alert, "the last visit", |alert| alert.last_visit.is_some()).await?;
    assert!(opened.name.is_some_and(|name| name.contains('李')));
    wang.greeted(visit).await?;
    wang.end(visit, "interested").await?;

    chen.session().presence("free").await?;
    let visit = comes(&showroom, &kiosk, &li).await?;
    let alert = chen.alert_for(visit).await?;
    assert!(alert.own_customer && alert.last_visit.is_some(), "the owner knows before: {alert:?}");
    assert!(alert.name.as_ref().is_some_and(|name| name.contains('李')));
    chen.serve(&alert, "interested").await?;
    showroom.finish().await
}

/// Somebody is free, and no phone of theirs answers: reception at once, the manager, and whoever comes back has the visitor.
#[tokio::test]
async fn with_all_phones_dark_reception_is_called_at_once() -> Result<()> {
    // A page whose stream is cut off is live for two seconds more, not for thirty.
    let config = Some("[web]\nalive = \"1s\"\n[floor]\nlive = \"2s\"\n".to_owned());
    let showroom = Showroom::with(Setup { config, ..Setup::default() }).await?;
    let kiosk = showroom.kiosk("k1").await?;
    let (chen, wang) =
        (showroom.staff("chen", Role::Consultant).await?, showroom.staff("wang", Role::Consultant).await?);
    let (zhao, lin) = (showroom.staff("zhao", Role::Reception).await?, showroom.staff("lin", Role::Manager).await?);
    for gone in [&chen, &wang] {
        gone.close();
        dark(lin.session(), gone.account()).await?;
    }
    let tap = kiosk.check_in("browse", &json!({})).await?;
    zhao.task(&json!({"task": "receive", "visit": tap.visit, "reason": "all_dark"})).await?;
    let queued = kiosk.stage(tap.visit, Stage::Queued).await?;
    assert_eq!(queued.position, Some(1), "and nobody is promised");
    lin.task(&json!({"task": "waiting", "waiting": 1})).await.context("the manager too, for nobody is being asked")?;
    wang.resume().await?;
    let alert = wang.alert_for(tap.visit).await?;
    assert_eq!(alert.why, Why::Queue);
    wang.serve(&alert, "interested").await?;
    lin.task(&json!({"task": "waiting", "waiting": 0})).await?;
    kiosk.stage(tap.visit, Stage::Ended).await?;
    showroom.finish().await
}

/// A make-up day is worked as another day of the week; whoever comes first to their shift is asked first; off shift nobody is.
#[tokio::test]
async fn a_make_up_day_and_who_came_first_decide_who_is_asked() -> Result<()> {
    let showroom = Showroom::with(Setup::at_midday()).await?;
    let (zhao, lin) = (showroom.staff("zhao", Role::Reception).await?, showroom.staff("lin", Role::Manager).await?);
    let (chen, wang) =
        (showroom.staff("chen", Role::Consultant).await?, showroom.staff("wang", Role::Consultant).await?);
    let kiosk = showroom.kiosk("k1").await?;
    let told = lin.session().call(Method::GET, "/api/v1/morning", None).await?["date"].clone();
    let date: NaiveDate = told.as_str().context("a date")?.parse()?;
    let tomorrow = date.succ_opt().context("a day")?.format("%a").to_string().to_lowercase();
    let put = async |path: String, body: Value| lin.session().call(Method::PUT, &path, Some(body)).await;
    for phone in [&chen, &wang] {
        let week = json!({"week": {&tomorrow: ["00:00-24:00"]}});
        put(format!("/api/v1/shifts/{}", phone.account()), week).await?;
    }
    let tap = kiosk.check_in("browse", &json!({})).await?;
    zhao.task(&json!({"task": "receive", "visit": tap.visit})).await.context("today is no day of theirs")?;
    zhao.greeted(tap.visit).await?;
    zhao.end(tap.visit, "served").await?;
    kiosk.stage(tap.visit, Stage::Ended).await?;

    let day = json!({"date": date, "works": tomorrow, "name": "调休"});
    put(format!("/api/v1/calendar/{}", date.format("%Y")), json!({"days": [day]})).await?;
    for phone in [&wang, &chen] {
        phone.session().call(Method::POST, "/api/v1/me/shift", None).await?;
    }
    let tap = kiosk.check_in("browse", &json!({})).await?;
    let alert = wang.alert_for(tap.visit).await.context("who came first, whatever they are called")?;
    wang.serve(&alert, "interested").await?;
    kiosk.stage(tap.visit, Stage::Ended).await?;
    let off = format!("/api/v1/shifts/chen/days/{date}");
    put(off, json!({"hours": []})).await?;
    let tap = kiosk.check_in("browse", &json!({})).await?;
    let alert = wang.alert_for(tap.visit).await.context("it is the other one's turn, who has the day off")?;
    wang.serve(&alert, "interested").await?;
    kiosk.stage(tap.visit, Stage::Ended).await?;
    showroom.finish().await
}
