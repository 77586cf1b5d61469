//! The ladder, the queue and who may answer, over real MQTT and real SSE: what happens when nobody comes at once. Where time has to pass it is
//! the demo's, whose clock can be put forward.

use anyhow::{Context, Result, ensure};
use chrono::TimeDelta;
use reqwest::Method;
use serde_json::{Value, json};
use shared::wire::{Alert, Stage, Why};
use tests::wait;
use tests::world::{ALL_DAYS, Role, Setup, Showroom, first_asked, parse_csv, reachable};

#[tokio::test]
async fn an_alert_that_nobody_accepts_climbs_the_ladder() -> Result<()> {
    let showroom = Showroom::demo().await?;
    let (chen, wang) = (showroom.phone("chen").await?, showroom.phone("wang").await?);
    let (zhao, lin) = (showroom.phone("zhao").await?, showroom.phone("lin").await?);
    let kiosk = showroom.kiosk("k1").await?;
    let tap = kiosk.check_in("browse", &json!({})).await?;
    let (first, second) = first_asked(&chen, &wang).await?;
    let alert = first.alert_for(tap.visit).await?;
    first.shown(&alert).await?;
    showroom.advance(4).await?;
    let next = second.alert_for(tap.visit).await?;
    assert_eq!(next.why, Why::NotAccepted);
    assert!(next.asked_at - alert.asked_at >= TimeDelta::seconds(4), "too early");
    showroom.advance(4).await?;
    zhao.task(&json!({"task": "receive", "visit": tap.visit, "reason": "not_accepted"})).await?;
    showroom.advance(4).await?;
    lin.task(&json!({"task": "waiting", "waiting": 1})).await?;
    second.accept(&next).await?;
    let over = first.over(alert.alert).await?;
    assert_eq!(over["over"], "taken");
    lin.task(&json!({"task": "waiting", "waiting": 0})).await.context("the manager's alert goes down again")?;
    let too_late = first.accept(&alert).await.map_err(|error| error.to_string());
    assert!(too_late.is_err_and(|error| error.contains("alert_over")), "the first Accept wins");
    second.greeted(tap.visit).await?;
    second.end(tap.visit, "interested").await?;
    kiosk.stage(tap.visit, Stage::Ended).await?;
    for phone in [&chen, &wang, &zhao, &lin] {
        let late: Vec<Alert> = phone.take_alerts();
        assert!(late.iter().all(|alert| alert.visit == tap.visit), "{late:?}");
    }
    showroom.finish().await
}

/// The manager's one alert comes again while somebody waits; whoever accepted is reminded, then told on, then asked; and what nobody
/// ends is ended.
#[tokio::test]
async fn what_is_forgotten_is_asked_for_again_and_closed_at_last() -> Result<()> {
    let showroom = Showroom::demo().await?;
    let (chen, lin) = (showroom.phone("chen").await?, showroom.phone("lin").await?);
    let kiosk = showroom.kiosk("k1").await?;
    let tap = kiosk.check_in("browse", &json!({})).await?;
    let alert = chen.alert_for(tap.visit).await?;
    showroom.advance(10).await?;
    lin.task(&json!({"task": "waiting", "waiting": 1})).await?;
    for _ in 0..2 {
        let seen = lin.events_seen();
        showroom.advance(30).await?;
        let again: Value = serde_json::from_str(&lin.event("task", seen).await?.data)?;
        assert_eq!(again, json!({"task": "waiting", "waiting": 1}), "renewed, and still one");
    }
    chen.accept(&alert).await?;
    lin.task(&json!({"task": "waiting", "waiting": 0})).await?;
    showroom.advance(20).await?;
    chen.task(&json!({"task": "greet", "visit": tap.visit})).await?;
    showroom.advance(20).await?;
    lin.task(&json!({"task": "not_greeted", "visit": tap.visit, "staff": "chen"})).await?;
    chen.greeted(tap.visit).await?;
    showroom.advance(40 * 60).await?;
    chen.task(&json!({"task": "still_with", "visit": tap.visit})).await?;
    showroom.advance(200 * 60).await?;
    kiosk.stage(tap.visit, Stage::Ended).await?;
    let (from, to) = ALL_DAYS;
    let path = format!("/api/v1/visits?from={from}&to={to}");
    let row = lin.session().call(Method::GET, &path, None).await?["visits"][0].clone();
    let said = ["visit_id", "consultant", "outcome"].map(|field| &row[field]);
    assert_eq!(said, [&json!(tap.visit), &json!("chen"), &json!("closed_by_system")], "{row}");
    showroom.finish().await
}

/// Who is asked next comes four seconds later, or as soon as the gateway and the phones are back.
#[tokio::test]
async fn a_ladder_goes_on_after_a_crash_late_by_no_more_than_that() -> Result<()> {
    let mut showroom = Showroom::start().await?;
    showroom.hire("boss", Role::Manager, &[])?;
    let (chen, wang) =
        (showroom.staff("chen", Role::Consultant).await?, showroom.staff("wang", Role::Consultant).await?);
    let kiosk = showroom.kiosk("k1").await?;
    let tap = kiosk.check_in("browse", &json!({})).await?;
    let (first, second) = first_asked(&chen, &wang).await?;
    let alert = first.alert_for(tap.visit).await?;
    let down = wait::boot();
    showroom.gateway_mut().kill().await?;
    showroom.start_again().await?;
    let down = TimeDelta::from_std(wait::since(down))?;
    let next = second.alert_for(tap.visit).await?;
    let (after, rung) = (next.asked_at - alert.asked_at, TimeDelta::seconds(4));
    ensure!(after >= rung, "asked {after} after the first, too early");
    // Phones open their streams again within some seconds.
    ensure!(
        after <= rung + down + TimeDelta::seconds(5),
        "asked {after} after the first, with the gateway away for {down}"
    );
    second.serve(&next, "interested").await?;
    kiosk.stage(tap.visit, Stage::Ended).await?;
    let again = first.take_alerts();
    assert!(again.iter().all(|again| again.alert == alert.alert), "{again:?}");
    showroom.finish().await
}

/// DESIGN §5: an open alert keeps a person from further ones until everybody free is asked: at the seventh second, or at the fourth where
/// nobody is left to ask.
#[tokio::test]
async fn whoever_is_being_rung_is_not_rung_for_another_until_everybody_is() -> Result<()> {
    let showroom = Showroom::demo().await?;
    let (wang, zhao) = (showroom.phone("wang").await?, showroom.phone("zhao").await?);
    let (kiosk, other) = (showroom.kiosk("k1").await?, showroom.kiosk("k2").await?);
    let first = kiosk.check_in("browse", &json!({})).await?;
    let one = wang.alert_for(first.visit).await?;
    let second = other.check_in("test_drive", &json!({})).await?;
    zhao.task(&json!({"task": "receive", "visit": second.visit, "reason": "nobody_free"})).await?;
    showroom.advance(7).await?;
    let two = wang.alert_for(second.visit).await?;
    assert_eq!(two.why, Why::Everyone);
    assert!(two.asked_at - one.asked_at >= TimeDelta::seconds(4), "too early");
    wang.accept(&one).await?;
    assert_eq!(wang.over(two.alert).await?["over"], "released", "they are with the other visitor now");
    wang.greeted(first.visit).await?;
    wang.end(first.visit, "interested").await?;
    let again = wang.alert_for(second.visit).await.context("and come to this one then")?;
    wang.serve(&again, "interested").await?;
    other.stage(second.visit, Stage::Ended).await?;
    showroom.finish().await
}

/// Both tap at once: one has the visitor, the other hears who, and nothing that comes after changes it.
#[tokio::test]
async fn of_two_who_accept_at_once_one_has_the_visitor() -> Result<()> {
    let showroom = Showroom::demo().await?;
    let (chen, wang) = (showroom.phone("chen").await?, showroom.phone("wang").await?);
    let kiosk = showroom.kiosk("k1").await?;
    for _ in 0..3 {
        let tap = kiosk.check_in("browse", &json!({})).await?;
        let (first, second) = first_asked(&chen, &wang).await?;
        let one = first.alert_for(tap.visit).await?;
        showroom.advance(4).await?;
        let two = second.alert_for(tap.visit).await?;
        let (left, right) = tokio::join!(first.accept(&one), second.accept(&two));
        ensure!(left.is_ok() != right.is_ok(), "{left:?} and {right:?}");
        let (winner, won, loser, lost) =
            if left.is_ok() { (first, &one, second, &two) } else { (second, &two, first, &one) };
        assert_eq!(loser.over(lost.alert).await?["over"], "taken");
        let late = format!("/api/v1/alerts/{}/accept", lost.alert);
        assert_eq!(loser.refusal(&late, None).await?, (409, json!("alert_over")));
        winner.accept(won).await.context("a second tap on the same button is no fault")?;
        winner.greeted(tap.visit).await?;
        winner.end(tap.visit, "interested").await?;
        kiosk.stage(tap.visit, Stage::Ended).await?;
        assert_eq!(loser.refusal(&late, None).await?, (409, json!("alert_over")), "after the end");
        winner.accept(won).await?;
        reachable(&showroom, "lin", winner.account())
            .await
            .context("their own once more, after the end, changes nothing: they are free")?;
        showroom.advance(130).await?;
    }
    showroom.finish().await
}

/// Nobody is free: reception and the manager at once; whoever becomes free gets the one who has waited longest, and whoever is expected before.
#[tokio::test]
async fn the_queue_goes_by_how_long_they_have_waited_and_by_appointments() -> Result<()> {
    let showroom = Showroom::with(Setup::at_midday()).await?;
    let (zhao, lin) = (showroom.staff("zhao", Role::Reception).await?, showroom.staff("lin", Role::Manager).await?);
    let wang = showroom.staff("wang", Role::Consultant).await?;
    wang.session().presence("delivery").await?;
    let date = zhao.session().call(Method::GET, "/api/v1/morning", None).await?["date"].clone();
    let booked = json!({"date": date, "time": "23:50", "matter": "talk", "name": "周", "phone": "13900139000", "consultant": "wang"});
    zhao.session().call(Method::POST, "/api/v1/appointments", Some(booked)).await?;
    let mut taps = Vec::new();
    for (name, said) in [("k1", json!({})), ("k2", json!({})), ("k3", json!({"phone": "13900139000"}))] {
        let kiosk = showroom.kiosk(name).await?;
        let tap = kiosk.check_in("browse", &said).await?;
        kiosk.stage(tap.visit, Stage::Queued).await?;
        zhao.task(&json!({"task": "receive", "visit": tap.visit, "reason": "nobody_free"})).await?;
        taps.push((kiosk, tap));
    }
    let [(one, first), (two, second), (_, expected)] = taps.as_slice() else { anyhow::bail!("three") };
    lin.task(&json!({"task": "waiting", "waiting": 1})).await.context("the manager, with the first")?;
    two.position(second.visit, 3).await.context("behind whoever is expected")?;
    one.position(first.visit, 2).await?;
    wang.session().presence("free").await?;
    for (visit, left) in [(expected.visit, 2), (first.visit, 1), (second.visit, 0)] {
        let alert = wang.alert_for(visit).await?;
        assert_eq!((alert.why, alert.appointment.is_some()), (Why::Queue, visit == expected.visit));
        assert!(wang.alerts_left().is_empty(), "one at a time");
        if left == 1 {
            two.position(second.visit, 1).await?;
        }
        wang.serve(&alert, "interested").await?;
    }
    two.stage(second.visit, Stage::Ended).await?;
    showroom.finish().await
}

/// Reception, consultants and managers have all gone: the visit is on record, broken with its reason, and whoever comes first has it.
#[tokio::test]
async fn with_the_whole_staff_off_the_visit_stays_until_somebody_comes() -> Result<()> {
    let showroom = Showroom::demo().await?;
    let kiosk = showroom.kiosk("k1").await?;
    let lin = showroom.sign_in("lin").await?;
    lin.presence("off").await?;
    let tap = kiosk.check_in("browse", &json!({})).await?;
    kiosk.stage(tap.visit, Stage::Queued).await?;
    showroom.advance(3600).await?;
    let (from, to) = ALL_DAYS;
    let export = format!("/api/v1/exports/visits.csv?from={from}&to={to}");
    let row = |visits: tests::world::Visits| visits.visit(&tap.visit).map(|row| row["breach"].clone());
    assert_eq!(row(parse_csv(&lin.fetch(&export).await?)?)?, "nobody_free");
    let wang = showroom.phone("wang").await?;
    let alert = wang.alert_for(tap.visit).await?;
    wang.serve(&alert, "interested").await?;
    kiosk.stage(tap.visit, Stage::Ended).await?;
    showroom.finish().await
}
