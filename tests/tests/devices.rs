//! What devices may send, what is refused and with which code, and who may speak for whom.

use std::path::Path;

use anyhow::{Context, Result};
use serde_json::{Value, json};
use shared::ids::EventId;
use shared::wire::{Code, Stage};
use tests::wait;
use tests::world::{ALL_DAYS, Device, Role, Showroom, Visits, parse_csv};

fn export(showroom: &Showroom) -> Result<Visits> {
    let (from, to) = ALL_DAYS;
    parse_csv(&showroom.command(&["export", "visits.csv", "--from", from, "--to", to], "")?)
}

fn with(payload: &Value, field: &str, value: Value) -> Value {
    let mut payload = payload.clone();
    if let Some(fields) = payload.as_object_mut() {
        fields.insert(field.to_owned(), value);
    }
    payload
}

#[tokio::test]
async fn an_event_sent_again_gets_its_receipt_again_and_rings_once() -> Result<()> {
    let showroom = Showroom::start().await?;
    let wang = showroom.staff("wang", Role::Consultant).await?;
    let kiosk = showroom.kiosk("k1").await?;
    let tap = kiosk.check_in("browse", &json!({})).await?;
    let alert = wang.alert_for(tap.visit).await?;
    for age in [700, 1400, 2100] {
        kiosk.send(&with(&tap.payload, "age_ms", json!(age))).await?;
    }
    kiosk.receipts(tap.event, 4).await?;
    assert_eq!(wang.deliveries(alert.alert), 1, "{:?}", wang.event_names());
    wang.serve(&alert, "interested").await?;
    kiosk.stage(tap.visit, Stage::Ended).await?;
    kiosk.send(&with(&tap.payload, "age_ms", Value::Null)).await?;
    kiosk.receipts(tap.event, 5).await?;
    export(&showroom)?.visit(&tap.visit)?;
    showroom.finish().await
}

#[tokio::test]
async fn the_same_id_with_other_content_is_refused() -> Result<()> {
    let showroom = Showroom::start().await?;
    let kiosk = showroom.kiosk("k1").await?;
    let tap = kiosk.check_in("browse", &json!({})).await?;
    kiosk.receipt(tap.event).await?;
    let mut other = tap.payload.clone();
    other["body"]["purpose"] = json!("complaint");
    kiosk.send(&other).await?;
    assert_eq!(kiosk.refusal(Some(tap.event)).await?, Code::IdConflict);
    assert_eq!(export(&showroom)?.visit(&tap.visit)?["purpose"], "browse");
    assert!(showroom.metrics().await?.sum(&["refused", "id_conflict"]) >= 1.0);
    showroom.finish().await
}

#[tokio::test]
async fn what_cannot_be_taken_is_refused_with_its_code_and_counted() -> Result<()> {
    let showroom = Showroom::start().await?;
    let wang = showroom.staff("wang", Role::Consultant).await?;
    let (kiosk, other) = (showroom.kiosk("k1").await?, showroom.kiosk("k2").await?);
    let door = showroom.register("door1", "door")?;
    let door = Device::connect(showroom.gateway().mqtt_address(), door, "door").await?;
    let open = kiosk.check_in("browse", &json!({})).await?;
    let alert = wang.alert_for(open.visit).await?;
    wang.serve(&alert, "interested").await?;
    kiosk.stage(open.visit, Stage::Ended).await?;

    let tap = |device: &Device| {
        let tap = device.tap("browse", &json!({}));
        (Some(tap.event), tap.payload)
    };
    let about = |device: &Device, kind: &str, body: &Value| {
        let (event, payload) = device.event(kind, body);
        (Some(event), payload)
    };
    let nobody = "0190a5de-0000-7000-8000-000000000001";
    let (id, good) = tap(&kiosk);
    let (phone_id, wrong_phone) = about(
        &kiosk,
        "visit.checked_in",
        &json!({"visit": nobody, "purpose": "browse", "language": "zh", "phone": "123"}),
    );
    let (body_id, wrong_body) =
        about(&kiosk, "visit.checked_in", &json!({"visit": nobody, "purpose": "fly", "language": "zh"}));
    let (unknown_id, unknown) = about(&kiosk, "visit.met", &json!({"visit": nobody}));
    let (over_id, over) = about(&kiosk, "visit.detailed", &json!({"visit": open.visit, "party": 2}));
    let (foreign_id, foreign) = about(&other, "visit.detailed", &json!({"visit": open.visit, "party": 2}));
    let (counted_id, counted) = about(&kiosk, "door.counted", &json!({"in": 1, "out": 0}));
    let (tapped_id, tapped) = tap(&door);

    let mut large = serde_json::to_vec(&good)?;
    large.resize(16 * 1024 + 1, b' ');
    let mut torn = serde_json::to_vec(&good)?;
    torn.truncate(90);
    let refusals: Vec<(&Device, Vec<u8>, Option<EventId>, Code)> = vec![
        (&kiosk, large, None, Code::TooLarge),
        (&kiosk, torn, None, Code::NotJson),
        (&kiosk, Vec::new(), None, Code::NotJson),
        (&kiosk, b"\xff\xfe{\"v\":1}".to_vec(), None, Code::NotJson),
        (&kiosk, b"[]".to_vec(), None, Code::BadEnvelope),
        (&kiosk, bytes(&with(&good, "at", json!("the day before yesterday"))), id, Code::BadEnvelope),
        (&kiosk, bytes(&with(&good, "age_ms", json!(-1))), id, Code::BadEnvelope),
        (&kiosk, bytes(&with(&good, "v", json!(2))), id, Code::BadVersion),
        (&kiosk, bytes(&with(&good, "kind", json!("visit.exploded"))), id, Code::UnknownKind),
        (&kiosk, bytes(&wrong_body), body_id, Code::BadBody),
        (&kiosk, bytes(&wrong_phone), phone_id, Code::BadPhone),
        (&kiosk, bytes(&unknown), unknown_id, Code::UnknownVisit),
        (&kiosk, bytes(&over), over_id, Code::VisitOver),
        (&other, bytes(&foreign), foreign_id, Code::ForeignVisit),
        (&kiosk, bytes(&counted), counted_id, Code::WrongSender),
        (&door, bytes(&tapped), tapped_id, Code::WrongSender),
    ];
    for (device, payload, id, code) in refusals {
        let before = showroom.metrics().await?.sum(&["refused", code.as_str()]);
        let leaf = if device.name() == "door1" { "count" } else { "event" };
        let shown = String::from_utf8_lossy(&payload).chars().take(120).collect::<String>();
        device.publish(&device.topic(leaf), payload).await?;
        assert_eq!(device.refusal(id).await.with_context(|| format!("{code}: {shown}"))?, code, "{shown}");
        let after = showroom.metrics().await?.sum(&["refused", code.as_str()]);
        assert!(after > before, "{code} is not counted: {shown}");
    }
    assert_eq!(export(&showroom)?.rows.len(), 1, "nothing that was refused is in the export");
    showroom.finish().await
}

fn bytes(payload: &Value) -> Vec<u8> {
    payload.to_string().into_bytes()
}

#[tokio::test]
async fn a_device_speaks_and_listens_under_its_own_name_alone() -> Result<()> {
    let showroom = Showroom::start().await?;
    let (k1, k2) = (showroom.kiosk("k1").await?, showroom.kiosk("k2").await?);
    for own in ["receipt", "visit", "qr", "config"] {
        assert!(k1.may_subscribe(&k1.topic(own)).await?, "{own}");
    }
    for foreign in [k2.topic("receipt"), k2.topic("visit"), "showroom/v1/demo/#".to_owned(), "#".to_owned()] {
        assert!(!k1.may_subscribe(&foreign).await?, "{foreign}");
    }
    let stolen = k1.tap("browse", &json!({}));
    k1.publish(&k2.topic("event"), bytes(&stolen.payload)).await?;
    // The next event of the same device is handled after it, whatever became of the connection.
    let own = k1.check_in("browse", &json!({})).await?;
    wait::until_async("the device's own event to be receipted", || async {
        k1.send(&own.payload).await?;
        Ok(k1.receipt(own.event).await.ok())
    })
    .await?;
    let visits = export(&showroom)?;
    visits.visit(&own.visit)?;
    assert!(visits.visit(&stolen.visit).is_err(), "a device spoke for another one");
    assert!(showroom.metrics().await?.sum(&["forbidden"]) >= 1.0);
    showroom.finish().await
}

#[tokio::test]
async fn who_is_not_registered_is_not_let_in() -> Result<()> {
    let showroom = Showroom::start().await?;
    let mut wrong = showroom.register("k1", "kiosk")?;
    wrong.password = "guessed".to_owned();
    let stranger = Device::try_connect(showroom.gateway().mqtt_address(), wrong, "kiosk", None)?;
    wait::until("the broker to refuse", || (!stranger.failures().is_empty()).then_some(())).await?;
    assert!(showroom.metrics().await?.sum(&["strangers"]) >= 1.0);
    drop(stranger);
    showroom.finish().await
}

/// Every door count in the archive: the sensor, people in, people out. A line is a checksum, a space, and the record in JSON.
fn archived_counts(data: &Path) -> Result<Vec<(String, u64, u64)>> {
    let mut days: Vec<_> = data.join("archive").read_dir()?.map(|day| Ok(day?.path())).collect::<Result<_>>()?;
    days.sort();
    let mut counts = Vec::new();
    for day in days {
        for line in std::fs::read_to_string(&day)?.lines() {
            let (_, record) = line.split_once(' ').with_context(|| format!("a line of {}", day.display()))?;
            find_counts(&serde_json::from_str(record)?, &mut counts)?;
        }
    }
    Ok(counts)
}

fn find_counts(value: &Value, counts: &mut Vec<(String, u64, u64)>) -> Result<()> {
    if let Some(count) = value.get("door_counted") {
        let number = |field: &str| count[field].as_u64().with_context(|| format!("{field} of {count}"));
        counts.push((count["sensor"].as_str().context("a sensor")?.to_owned(), number("entered")?, number("left")?));
        return Ok(());
    }
    match value {
        Value::Object(fields) => fields.values().try_for_each(|below| find_counts(below, counts)),
        Value::Array(list) => list.iter().try_for_each(|below| find_counts(below, counts)),
        _ => Ok(()),
    }
}

#[tokio::test]
async fn door_counts_are_kept_from_the_first_day() -> Result<()> {
    let showroom = Showroom::start().await?;
    let credentials = showroom.register("door1", "door")?;
    let door = Device::connect(showroom.gateway().mqtt_address(), credentials, "door").await?;
    for (entered, left) in [(3, 1), (0, 4)] {
        let event = door.tell("door.counted", &json!({"in": entered, "out": left})).await?;
        door.receipt(event).await?;
    }
    assert!(showroom.metrics().await?.sum(&["events", "door.counted"]) >= 2.0);
    // No page and no export shows them yet: what a receipt promises is that they stand in the archive, from which they can be read.
    assert_eq!(archived_counts(&showroom.data())?, [("door1".to_owned(), 3, 1), ("door1".to_owned(), 0, 4)]);
    let verified = showroom.command(&["verify"], "")?;
    assert!(!verified.is_empty(), "verify says what it looked at");
    showroom.finish().await
}

#[tokio::test]
async fn clocks_may_talk_nonsense() -> Result<()> {
    let showroom = Showroom::start().await?;
    let wang = showroom.staff("wang", Role::Consultant).await?;
    let kiosk = showroom.kiosk("k1").await?;
    // Too old, by the boot clock and by the wall clock: kept, and rings nobody.
    let hour_ago = (shared::clock::Clock::now(&shared::clock::SystemClock) - chrono::TimeDelta::hours(1)).to_rfc3339();
    let old = kiosk.tap("browse", &json!({}));
    kiosk.send(&with(&old.payload, "age_ms", json!(3_600_000))).await?;
    kiosk.receipt(old.event).await?;
    let unsure = kiosk.tap("browse", &json!({}));
    kiosk.send(&with(&with(&unsure.payload, "at", json!(hour_ago)), "age_ms", Value::Null)).await?;
    kiosk.receipt(unsure.event).await?;
    // A wall clock that is years ahead: the boot clock's age counts, and it rings.
    let ahead = kiosk.tap("browse", &json!({}));
    kiosk.send(&with(&ahead.payload, "at", json!("2033-01-01T00:00:00+08:00"))).await?;
    let alert = wang.alert().await?;
    assert_eq!(alert.visit, ahead.visit, "the first to ring is the first that is not too old");
    wang.serve(&alert, "interested").await?;
    // No age and a time in the future: the receipt's time counts, and it rings.
    let future = kiosk.tap("browse", &json!({}));
    let payload = with(&with(&future.payload, "at", json!("2033-01-01T00:00:00+08:00")), "age_ms", Value::Null);
    kiosk.send(&payload).await?;
    let alert = wang.alert().await?;
    assert_eq!(alert.visit, future.visit);
    wang.serve(&alert, "interested").await?;
    // Late, but within the two minutes: by its age, and without one by the wall clock.
    let recent = (shared::clock::Clock::now(&shared::clock::SystemClock) - chrono::TimeDelta::seconds(90)).to_rfc3339();
    let (aged, dated) = (kiosk.tap("browse", &json!({})), kiosk.tap("browse", &json!({})));
    for (tap, payload) in [
        (&aged, with(&aged.payload, "age_ms", json!(90_000))),
        (&dated, with(&with(&dated.payload, "at", json!(recent)), "age_ms", Value::Null)),
    ] {
        kiosk.send(&payload).await?;
        wang.serve(&wang.alert_for(tap.visit).await?, "interested").await?;
    }
    let visits = export(&showroom)?;
    for (tap, late, uncertain) in [
        (&old, "true", "false"),
        (&unsure, "true", "false"),
        (&ahead, "false", "false"),
        (&future, "false", "true"),
        (&aged, "false", "false"),
        (&dated, "false", "false"),
    ] {
        let row = visits.visit(&tap.visit)?;
        assert_eq!((row["late"].as_str(), row["time_uncertain"].as_str()), (late, uncertain), "{row:?}");
    }
    let row = visits.visit(&aged.visit)?;
    let ms: i64 = row["accepted_ms"].parse()?;
    assert!(ms >= 90_000, "reports count from the tap, not {ms} ms");
    assert!(row["breach"].is_empty(), "the promise counts from the receipt");
    let row = visits.visit(&old.visit)?;
    let (arrived, received) = (time(&row["arrived_at"])?, time(&row["received_at"])?);
    let late = (received - arrived).num_seconds();
    assert!((3590..=3610).contains(&late), "the tap was an hour before the receipt, not {late} s");
    showroom.finish().await
}

fn time(text: &str) -> Result<chrono::DateTime<chrono::FixedOffset>> {
    Ok(chrono::DateTime::parse_from_rfc3339(text)?)
}
