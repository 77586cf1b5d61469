//! The main job over real MQTT and real SSE: a tap at the door reaches a free consultant, is logged, and can be exported.

use anyhow::{Context, Result, ensure};
use reqwest::Method;
use serde_json::{Value, json};
use shared::wire::{Language, Purpose, Stage, Why};
use tests::wait;
use tests::world::{ALL_DAYS, Phone, Role, Showroom, Visits, first_asked, parse_csv};

async fn export(showroom: &Showroom) -> Result<Visits> {
    let boss = showroom.sign_in("boss").await?;
    let (from, to) = ALL_DAYS;
    parse_csv(&boss.fetch(&format!("/api/v1/exports/visits.csv?from={from}&to={to}")).await?)
}

#[tokio::test]
async fn a_tap_reaches_a_free_consultant_and_stands_in_the_export() -> Result<()> {
    let showroom = Showroom::start().await?;
    showroom.hire("boss", Role::Manager, &[])?;
    let wang = showroom.staff("wang", Role::Consultant).await?;
    let kiosk = showroom.kiosk("k1").await?;

    let tap = kiosk.check_in("test_drive", &json!({"party": 2, "touched_ms": 1800})).await?;
    kiosk.receipt(tap.event).await?;
    let alert = wang.alert_for(tap.visit).await?;
    assert_eq!((alert.purpose, alert.language, alert.party), (Purpose::TestDrive, Language::Zh, Some(2)));
    assert_eq!((alert.why, alert.own_customer, alert.alert.ordinal), (Why::LongestFree, false, 1));
    assert!(alert.name.is_none() && !alert.words.is_empty());
    let allowed = (alert.greet_by - alert.asked_at).num_milliseconds();
    assert!((8_000..=10_000).contains(&allowed), "{allowed} ms to greet");

    kiosk.stage(tap.visit, Stage::Calling).await?;
    wang.shown(&alert).await?;
    wang.accept(&alert).await?;
    let coming = kiosk.stage(tap.visit, Stage::Coming).await?;
    assert!(coming.consultant.is_some_and(|card| !card.name.is_empty()));
    wang.greeted(tap.visit).await?;
    kiosk.stage(tap.visit, Stage::Greeted).await?;
    wang.end(tap.visit, "interested").await?;
    kiosk.stage(tap.visit, Stage::Ended).await?;

    let visits = export(&showroom).await?;
    let row = visits.visit(&tap.visit)?;
    for (column, value) in [
        ("store", "demo"),
        ("kiosk", "k1"),
        ("purpose", "test_drive"),
        ("party", "2"),
        ("language", "zh"),
        ("consultant", "wang"),
        ("greeted_source", "consultant"),
        ("outcome", "interested"),
    ] {
        assert_eq!(row[column], value, "{column}");
    }
    let mut before = 0;
    for column in ["phone_ms", "shown_ms", "accepted_ms", "greeted_ms"] {
        let ms: i64 = row[column].parse()?;
        assert!(ms >= before && ms < 10_000, "{column} is {ms}");
        before = ms;
    }
    assert!(!row["ended_at"].is_empty() && !row["arrived_at"].is_empty() && !row["received_at"].is_empty());
    showroom.finish().await
}

#[tokio::test]
async fn details_update_the_alert_and_never_ring_again() -> Result<()> {
    let showroom = Showroom::start().await?;
    let wang = showroom.staff("wang", Role::Consultant).await?;
    let kiosk = showroom.kiosk("k1").await?;
    let tap = kiosk.check_in("browse", &json!({})).await?;
    let alert = wang.alert_for(tap.visit).await?;

    let detail = json!({"visit": tap.visit, "party": 3, "surname": "王", "title": "mr", "phone": "13800138000"});
    let event = kiosk.tell("visit.detailed", &detail).await?;
    kiosk.receipt(event).await?;
    let updated = wang.update(alert.alert, "a party of three", |alert| alert.party == Some(3)).await?;
    assert_eq!(updated.name, None, "a name is shown to the owner alone, before Accept");
    wang.accept(&alert).await?;
    let opened = wang.update(alert.alert, "the name, after Accept", |alert| alert.name.is_some()).await?;
    assert!(opened.name.is_some_and(|name| name.contains('王')));
    wang.greeted(tap.visit).await?;
    wang.end(tap.visit, "interested").await?;
    showroom.finish().await
}

#[tokio::test]
async fn whoever_passes_is_followed_by_the_next_at_once() -> Result<()> {
    let showroom = Showroom::start().await?;
    let (chen, wang) =
        (showroom.staff("chen", Role::Consultant).await?, showroom.staff("wang", Role::Consultant).await?);
    let kiosk = showroom.kiosk("k1").await?;
    let tap = kiosk.check_in("browse", &json!({})).await?;
    let (first, second) = first_asked(&chen, &wang).await?;
    let alert = first.alert_for(tap.visit).await?;
    first.pass(&alert, "busy").await?;
    let next = second.alert_for(tap.visit).await?;
    assert_eq!(next.why, Why::Passed);
    second.serve(&next, "interested").await?;
    kiosk.stage(tap.visit, Stage::Ended).await?;
    showroom.finish().await
}

/// Whoever is asked lets it ring: reception chooses somebody on a break, whom nothing else would have asked.
#[tokio::test]
async fn whom_reception_chooses_is_rung_and_the_visit_is_theirs() -> Result<()> {
    let showroom = Showroom::demo().await?;
    let (chen, zhao) = (showroom.phone("chen").await?, showroom.phone("zhao").await?);
    chen.session().presence("break").await?;
    let wang = showroom.phone("wang").await?;
    let kiosk = showroom.kiosk("k1").await?;
    let tap = kiosk.check_in("browse", &json!({})).await?;
    let unanswered = wang.alert_for(tap.visit).await?;
    showroom.advance(8).await?;
    zhao.task(&json!({"task": "receive", "visit": tap.visit, "reason": "not_accepted"})).await?;

    let assign = format!("/api/v1/visits/{}/assign", tap.visit);
    let to = |staff: &str| Some(json!({ "staff": staff }));
    assert_eq!(zhao.refusal(&assign, to("nobody")).await?, (404, json!("unknown_staff")));
    assert_eq!(wang.refusal(&assign, to("chen")).await?, (403, json!("not_allowed")));
    // Pressed twice: whoever is asked is not asked again.
    for _ in 0..2 {
        zhao.session().call(Method::POST, &assign, to("chen")).await?;
    }
    let alert = chen.alert_for(tap.visit).await?;
    assert_eq!((alert.why, alert.own_customer, alert.colleague.as_ref()), (Why::Assigned, false, None));
    chen.shown(&alert).await?;
    chen.accept(&alert).await?;
    assert_eq!(wang.over(unanswered.alert).await?["over"], "taken");
    kiosk.stage(tap.visit, Stage::Coming).await?;
    assert_eq!(zhao.refusal(&assign, to("wang")).await?, (409, json!("alert_over")), "somebody comes already");
    chen.greeted(tap.visit).await?;
    chen.end(tap.visit, "interested").await?;
    kiosk.stage(tap.visit, Stage::Ended).await?;
    let today = zhao.session().call(Method::GET, "/api/v1/visits", None).await?;
    let rows = today["visits"].as_array().context("a list")?;
    let row = rows.iter().find(|row| row["visit_id"] == json!(tap.visit)).context("the visit's row")?;
    assert_eq!((&row["consultant"], &row["outcome"]), (&json!("chen"), &json!("interested")), "{row}");
    showroom.finish().await
}

#[tokio::test]
async fn three_pages_of_one_person_ring_and_fall_silent_together() -> Result<()> {
    let showroom = Showroom::start().await?;
    let (chen, zhao) =
        (showroom.staff("chen", Role::Consultant).await?, showroom.staff("zhao", Role::Reception).await?);
    // Not asked, however long this takes.
    chen.session().presence("break").await?;
    let wang = showroom.staff("wang", Role::Consultant).await?;
    let (second, third) = (Phone::open(wang.session().clone()).await?, Phone::open(wang.session().clone()).await?);
    let kiosk = showroom.kiosk("k1").await?;
    let tap = kiosk.check_in("browse", &json!({})).await?;
    let alert = wang.alert_for(tap.visit).await?;
    for page in [&second, &third] {
        assert_eq!(page.alert_for(tap.visit).await?, alert);
    }
    let accept = format!("/api/v1/alerts/{}/accept", alert.alert);
    for other in [&chen, &zhao] {
        assert_eq!(other.refusal(&accept, None).await?, (404, json!("unknown_alert")), "{}", other.account());
    }
    second.accept(&alert).await?;
    for page in [&wang, &second, &third] {
        assert_eq!(page.over(alert.alert).await?["over"], "accepted");
        assert_eq!(page.deliveries(alert.alert), 2, "once to ring, once with what Accept opens");
        assert!(page.alerts_left().is_empty(), "a second ring");
    }
    third.greeted(tap.visit).await?;
    wang.end(tap.visit, "interested").await?;
    kiosk.stage(tap.visit, Stage::Ended).await?;
    showroom.finish().await
}

#[tokio::test]
async fn whoever_leaves_the_staff_while_their_phone_rings_is_followed_by_the_next() -> Result<()> {
    let showroom = Showroom::start().await?;
    showroom.hire("boss", Role::Manager, &[])?;
    let boss = showroom.sign_in("boss").await?;
    let (chen, wang) =
        (showroom.staff("chen", Role::Consultant).await?, showroom.staff("wang", Role::Consultant).await?);
    let kiosk = showroom.kiosk("k1").await?;
    let tap = kiosk.check_in("browse", &json!({})).await?;
    let (first, second) = first_asked(&chen, &wang).await?;
    let alert = first.alert_for(tap.visit).await?;
    boss.call(Method::DELETE, &format!("/api/v1/people/{}", first.account()), None).await?;
    assert_eq!(first.over(alert.alert).await?["over"], "released", "their phone rings no more");
    let accept = format!("/api/v1/alerts/{}/accept", alert.alert);
    assert_eq!(first.refusal(&accept, None).await?, (401, json!("not_signed_in")));
    first.close();
    let next = second.alert_for(tap.visit).await?;
    assert_eq!(next.why, Why::NotAccepted);
    second.serve(&next, "interested").await?;
    kiosk.stage(tap.visit, Stage::Ended).await?;
    assert_eq!(export(&showroom).await?.visit(&tap.visit)?["consultant"], second.account());
    showroom.finish().await
}

#[tokio::test]
async fn with_nobody_free_reception_is_called_and_the_first_free_one_gets_the_visitor() -> Result<()> {
    let showroom = Showroom::start().await?;
    let zhao = showroom.staff("zhao", Role::Reception).await?;
    let kiosk = showroom.kiosk("k1").await?;
    let tap = kiosk.check_in("browse", &json!({})).await?;
    zhao.task(&json!({"task": "receive", "visit": tap.visit, "reason": "no_such_staff"})).await?;
    let queued = kiosk.stage(tap.visit, Stage::Queued).await?;
    assert_eq!(queued.position, Some(1));
    zhao.session().call(Method::POST, &format!("/api/v1/visits/{}/received", tap.visit), None).await?;
    kiosk.stage(tap.visit, Stage::Reception).await?;
    let wang = showroom.staff("wang", Role::Consultant).await?;
    let alert = wang.alert_for(tap.visit).await?;
    assert_eq!(alert.why, Why::Queue);
    wang.serve(&alert, "interested").await?;
    kiosk.stage(tap.visit, Stage::Ended).await?;
    showroom.finish().await
}

#[tokio::test]
async fn a_walk_in_has_the_same_clock_and_ladder() -> Result<()> {
    let showroom = Showroom::start().await?;
    showroom.hire("boss", Role::Manager, &[])?;
    let (zhao, wang) =
        (showroom.staff("zhao", Role::Reception).await?, showroom.staff("wang", Role::Consultant).await?);
    let body = json!({"purpose": "browse", "language": "zh", "party": 2});
    let answer = zhao.session().call(Method::POST, "/api/v1/visits", Some(body)).await?;
    let alert = wang.alert().await?;
    assert_eq!(answer.get("visit").and_then(Value::as_str), Some(alert.visit.to_string().as_str()), "{answer}");
    assert_eq!(alert.party, Some(2));
    wang.serve(&alert, "not_interested").await?;
    let visits = export(&showroom).await?;
    let row = visits.visit(&alert.visit)?;
    assert_eq!((row["kiosk"].as_str(), row["outcome"].as_str()), ("", "not_interested"));
    showroom.finish().await
}

#[tokio::test]
async fn the_visitors_own_word_counts_as_greeted() -> Result<()> {
    let showroom = Showroom::start().await?;
    showroom.hire("boss", Role::Manager, &[])?;
    let wang = showroom.staff("wang", Role::Consultant).await?;
    let kiosk = showroom.kiosk("k1").await?;
    let tap = kiosk.check_in("browse", &json!({})).await?;
    let alert = wang.alert_for(tap.visit).await?;
    wang.accept(&alert).await?;
    kiosk.stage(tap.visit, Stage::Coming).await?;
    let met = kiosk.tell("visit.met", &json!({"visit": tap.visit})).await?;
    kiosk.receipt(met).await?;
    kiosk.stage(tap.visit, Stage::Greeted).await?;
    wang.end(tap.visit, "interested").await?;
    assert_eq!(export(&showroom).await?.visit(&tap.visit)?["greeted_source"], "visitor");
    showroom.finish().await
}

#[tokio::test]
async fn a_check_in_that_is_taken_back_rings_no_longer() -> Result<()> {
    let showroom = Showroom::start().await?;
    let wang = showroom.staff("wang", Role::Consultant).await?;
    let kiosk = showroom.kiosk("k1").await?;
    let tap = kiosk.check_in("browse", &json!({})).await?;
    let alert = wang.alert_for(tap.visit).await?;
    let cancelled = kiosk.tell("visit.cancelled", &json!({"visit": tap.visit})).await?;
    kiosk.receipt(cancelled).await?;
    wang.over(alert.alert).await?;
    kiosk.stage(tap.visit, Stage::Ended).await?;
    showroom.finish().await
}

#[tokio::test]
async fn a_restart_in_the_middle_loses_nothing() -> Result<()> {
    restart(false).await
}

#[tokio::test]
async fn a_crash_in_the_middle_loses_nothing() -> Result<()> {
    restart(true).await
}

async fn restart(crash: bool) -> Result<()> {
    let mut showroom = Showroom::start().await?;
    showroom.hire("boss", Role::Manager, &[])?;
    let wang = showroom.staff("wang", Role::Consultant).await?;
    let kiosk = showroom.kiosk("k1").await?;
    let tap = kiosk.check_in("browse", &json!({})).await?;
    let alert = wang.alert_for(tap.visit).await?;
    wang.shown(&alert).await?;
    if crash {
        showroom.gateway_mut().kill().await?;
    } else {
        ensure!(showroom.gateway_mut().stop().await?.success());
    }
    showroom.start_again().await?;
    // The same event again, as a kiosk does after every reconnect.
    kiosk.send(&tap.payload).await?;
    kiosk.receipts(tap.event, 2).await?;
    wait::until_async("the alert to be accepted after the restart", || async { Ok(wang.accept(&alert).await.ok()) })
        .await?;
    wang.greeted(tap.visit).await?;
    wang.end(tap.visit, "interested").await?;
    kiosk.stage(tap.visit, Stage::Ended).await?;
    let again = wang.take_alerts();
    assert!(again.iter().all(|alert| alert.visit == tap.visit), "{again:?}");
    assert_eq!(export(&showroom).await?.visit(&tap.visit)?["consultant"], "wang");
    showroom.finish().await
}

#[tokio::test]
async fn a_broken_stream_is_resumed_without_a_miss_or_a_double() -> Result<()> {
    let showroom = Showroom::start().await?;
    let wang = showroom.staff("wang", Role::Consultant).await?;
    let kiosk = showroom.kiosk("k1").await?;
    wang.close();
    let tap = kiosk.check_in("browse", &json!({})).await?;
    kiosk.receipt(tap.event).await?;
    wang.resume().await?;
    let alert = wang.alert_for(tap.visit).await?;
    wang.close();
    wang.resume().await?;
    // An update is the next thing that can come; whatever came twice came before it.
    let event = kiosk.tell("visit.detailed", &json!({"visit": tap.visit, "party": 4})).await?;
    kiosk.receipt(event).await?;
    wang.update(alert.alert, "a party of four", |alert| alert.party == Some(4)).await?;
    assert_eq!(wang.deliveries(alert.alert), 2, "the alert and its update: {:?}", wang.event_names());

    wang.close();
    wang.forget_to(Some("18446744073709551615.0".to_owned()));
    let seen = wang.events_seen();
    wang.resume().await?;
    wang.event("reset", seen).await?;
    wang.event("alert", seen).await?;
    wang.serve(&alert, "interested").await?;
    kiosk.stage(tap.visit, Stage::Ended).await?;
    showroom.finish().await
}

#[tokio::test]
async fn only_people_of_the_right_kind_are_asked() -> Result<()> {
    let showroom = Showroom::start().await?;
    let (wang, sun) = (showroom.staff("wang", Role::Consultant).await?, showroom.staff("sun", Role::Advisor).await?);
    let (he, zhao) = (showroom.staff("he", Role::Care).await?, showroom.staff("zhao", Role::Reception).await?);
    let kiosk = showroom.kiosk("k1").await?;
    for (purpose, person) in
        [("service", &sun), ("complaint", &he), ("other", &zhao), ("help", &wang), ("quiet", &wang)]
    {
        let tap = kiosk.check_in(purpose, &json!({})).await?;
        let alert = person.alert_for(tap.visit).await?;
        person.serve(&alert, if purpose == "help" { "interested" } else { "served" }).await?;
        kiosk.stage(tap.visit, Stage::Ended).await?;
    }
    showroom.finish().await
}

#[tokio::test]
async fn an_english_speaker_is_asked_for_an_english_visitor() -> Result<()> {
    let showroom = Showroom::start().await?;
    let _chen = showroom.staff("chen", Role::Consultant).await?;
    showroom.hire("li", Role::Consultant, &["--languages", "zh,en"])?;
    let li = showroom.phone("li").await?;
    let kiosk = showroom.kiosk("k1").await?;
    let tap = kiosk.check_in("browse", &json!({"language": "en"})).await?;
    let alert = li.alert_for(tap.visit).await?;
    assert_eq!((alert.why, alert.language), (Why::Language, Language::En));
    assert!(alert.words.is_ascii(), "words to greet with, in the visitor's language: {}", alert.words);
    li.serve(&alert, "interested").await?;
    kiosk.stage(tap.visit, Stage::Ended).await?;
    showroom.finish().await
}

#[tokio::test]
async fn signing_out_everywhere_ends_every_session_of_the_person_and_nobody_elses() -> Result<()> {
    let showroom = Showroom::start().await?;
    showroom.hire("wang", Role::Consultant, &[])?;
    showroom.hire("chen", Role::Consultant, &[])?;
    let (lost, found, chen) =
        (showroom.sign_in("wang").await?, showroom.sign_in("wang").await?, showroom.sign_in("chen").await?);
    found.call(Method::DELETE, "/api/v1/sessions?everywhere=true", None).await?;
    for session in [&lost, &found] {
        let refused = session.call(Method::GET, "/api/v1/me", None).await;
        assert!(format!("{:?}", refused.unwrap_err()).contains("401"), "a session goes on");
    }
    chen.call(Method::GET, "/api/v1/me", None).await?;
    showroom.sign_in("wang").await?.call(Method::GET, "/api/v1/me", None).await?;
    showroom.finish().await
}
