//! The life of an event at the embedded broker.

use std::time::Duration;

use gateway::domain::command::Told;
use gateway::domain::{Actor, Command, Refusal};
use gateway::mqtt::{MqttConfig, Paged, RefusalLabel};
use gateway::runtime::{Done, SubmitError};
use shared::ids::AlertId;
use shared::wire::{Code, Receipt, Refused};

use super::device::{check_in, envelope, event_id, topic, visit_id};
use super::showroom::{Showroom, embedded, until};

#[tokio::test]
async fn a_puback_follows_the_commit_and_the_receipt_comes_with_it() {
    let mut showroom = Showroom::open().await;
    let mut kiosk = showroom.device("kiosk-a").await;
    assert!(kiosk.subscribe("kiosk/a/receipt").await);
    kiosk.publish("kiosk/a/event", check_in(1)).await;
    let (input, answer) = showroom.asked().await;
    assert_eq!(input.actor, Actor::Device("a".parse().unwrap()));
    assert_eq!(input.cause.unwrap().id, event_id(1));
    let Command::CheckIn(checked_in, Told { age_ms, .. }) = input.command else { panic!("{:?}", input.command) };
    assert_eq!((checked_in.visit, age_ms), (visit_id(1), Some(40)));
    assert!(kiosk.silent_for(Duration::from_millis(300)).await, "something came before the commit");
    answer.send(Ok(Done::Kept)).unwrap();
    assert_eq!(kiosk.receipt("kiosk/a/receipt").await, Receipt::kept(event_id(1)));
    showroom.close().await;
}

#[tokio::test]
async fn every_answer_of_the_engine_becomes_a_receipt() {
    let mut showroom = Showroom::open().await;
    let mut kiosk = showroom.device("kiosk-a").await;
    assert!(kiosk.subscribe("kiosk/a/receipt").await);
    let refused = |code| Receipt::refused(Some(event_id(1)), code);
    let cases = [
        (Ok(Done::Kept), Receipt::kept(event_id(1))),
        (Ok(Done::Known), Receipt::kept(event_id(1))),
        (Err(Refusal::IdConflict), refused(Code::IdConflict)),
        (Err(Refusal::UnknownVisit), refused(Code::UnknownVisit)),
        (Err(Refusal::ForeignVisit), refused(Code::ForeignVisit)),
    ];
    for (decided, receipt) in cases {
        kiosk.publish("kiosk/a/event", check_in(1)).await;
        let (_, answer) = showroom.asked().await;
        answer.send(decided.map_err(SubmitError::Refused)).unwrap();
        assert_eq!(kiosk.receipt("kiosk/a/receipt").await, receipt);
    }
    assert_eq!(showroom.counters.receipts.get(), 2);
    showroom.close().await;
}

#[tokio::test]
async fn a_runtime_without_time_gives_a_puback_without_a_receipt_and_holds_up_nobody_else() {
    let mut showroom = Showroom::open().await;
    let mut waits = showroom.device("kiosk-a").await;
    let mut other = showroom.device("kiosk-b").await;
    assert!(waits.subscribe("kiosk/a/receipt").await);
    assert!(other.subscribe("kiosk/b/receipt").await);
    waits.publish("kiosk/a/event", check_in(1)).await;
    let (_, unanswered) = showroom.asked().await;
    other.publish("kiosk/b/event", check_in(2)).await;
    showroom.keep().await;
    assert_eq!(other.receipt("kiosk/b/receipt").await, Receipt::kept(event_id(2)));
    assert_eq!(showroom.counters.full.get(), 0, "the first was given up already");
    waits.acknowledged().await;
    assert_eq!(showroom.counters.full.get(), 1);
    drop(unanswered);
    // The kiosk repeats, and only then hears.
    waits.publish("kiosk/a/event", check_in(1)).await;
    showroom.keep().await;
    assert_eq!(waits.receipt("kiosk/a/receipt").await, Receipt::kept(event_id(1)));
    showroom.close().await;
}

#[tokio::test]
async fn a_door_counts_and_does_nothing_else() {
    let mut showroom = Showroom::open().await;
    let mut door = showroom.device("door-d").await;
    assert!(door.subscribe("door/d/receipt").await);
    door.publish("door/d/count", envelope(1, "door.counted", r#"{"in":2,"out":1}"#)).await;
    let input = showroom.keep().await;
    assert!(matches!(input.command, Command::CountDoor(count, _) if count.entered == 2 && count.left == 1));
    assert_eq!(door.receipt("door/d/receipt").await, Receipt::kept(event_id(1)));
    door.publish("door/d/count", check_in(2)).await;
    assert_eq!(door.receipt("door/d/receipt").await, Receipt::refused(Some(event_id(2)), Code::WrongSender));
    let mut kiosk = showroom.device("kiosk-a").await;
    assert!(kiosk.subscribe("kiosk/a/receipt").await);
    kiosk.publish("kiosk/a/event", envelope(3, "door.counted", r#"{"in":2,"out":1}"#)).await;
    assert_eq!(kiosk.receipt("kiosk/a/receipt").await, Receipt::refused(Some(event_id(3)), Code::WrongSender));
    assert!(showroom.nobody_asked());
    showroom.close().await;
}

#[tokio::test]
async fn a_publish_on_a_topic_of_somebody_else_is_refused_once_and_not_repeated_for_ever() {
    let mut showroom = Showroom::open().await;
    let mut kiosk = showroom.device("kiosk-a").await;
    assert!(kiosk.subscribe("kiosk/a/receipt").await);
    for foreign in ["kiosk/b/event", "kiosk/a/receipt", "door/d/count"] {
        kiosk.publish(foreign, check_in(1)).await;
        assert_eq!(kiosk.receipt("kiosk/a/receipt").await, Receipt::refused(Some(event_id(1)), Code::WrongSender));
    }
    kiosk.publish("kiosk/b/event", "{").await;
    assert_eq!(kiosk.receipt("kiosk/a/receipt").await, Receipt::refused(None, Code::WrongSender));
    // The same connection goes on: had it begun anew, this would be an error.
    kiosk.publish("kiosk/a/event", check_in(2)).await;
    showroom.keep().await;
    assert_eq!(kiosk.receipt("kiosk/a/receipt").await, Receipt::kept(event_id(2)));
    assert_eq!(showroom.counters.forbidden.get(), 4);
    showroom.close().await;
}

#[tokio::test]
async fn a_subscription_outside_the_own_id_is_refused_and_hears_nothing() {
    let mut showroom = Showroom::open().await;
    let mut ear = showroom.device("kiosk-a").await;
    let mut kiosk = showroom.device("kiosk-b").await;
    for foreign in ["kiosk/b/receipt", "kiosk/+/receipt", "kiosk/#", "kiosk/a/event"] {
        assert!(!ear.subscribe(foreign).await, "{foreign}");
    }
    for foreign in ["#".to_owned(), format!("$share/x/{}", topic("kiosk/a/receipt")), "$SYS/#".to_owned()] {
        assert!(!ear.subscribe_to(foreign.clone()).await, "{foreign}");
    }
    assert!(kiosk.subscribe("kiosk/b/receipt").await);
    kiosk.publish("kiosk/b/event", check_in(1)).await;
    showroom.keep().await;
    kiosk.receipt("kiosk/b/receipt").await;
    assert!(ear.silent_for(Duration::from_millis(300)).await);
    showroom.close().await;
}

#[tokio::test]
async fn what_cannot_be_read_is_refused_with_a_code() {
    let showroom = Showroom::open().await;
    let mut kiosk = showroom.device("kiosk-a").await;
    assert!(kiosk.subscribe("kiosk/a/receipt").await);
    let cases: [(Vec<u8>, Option<u8>, Code); 7] = [
        (b"{\"v\":1".to_vec(), None, Code::NotJson),
        (b"\xff\xfe{}".to_vec(), None, Code::NotJson),
        (Vec::new(), None, Code::NotJson),
        (vec![b' '; 20 * 1024], None, Code::TooLarge),
        (b"[]".to_vec(), None, Code::BadEnvelope),
        (envelope(1, "visit.exploded", "{}").into_bytes(), Some(1), Code::UnknownKind),
        (envelope(2, "visit.met", "{}").into_bytes(), Some(2), Code::BadBody),
    ];
    for (payload, id, code) in cases {
        kiosk.publish("kiosk/a/event", payload).await;
        let refused = vec![Refused { id: id.map(event_id), code }];
        assert_eq!(kiosk.receipt("kiosk/a/receipt").await, Receipt { refused, ..Receipt::default() });
    }
    showroom.close().await;
}

#[tokio::test]
async fn a_pager_rings_and_its_reply_is_its_persons_own() {
    let mut showroom = Showroom::open().await;
    let staff = |name: &str| name.parse::<shared::ids::StaffId>().unwrap();
    assert_eq!(showroom.mqtt.page(&staff("nobody"), Vec::new()), Paged::NoPager);
    assert_eq!(showroom.mqtt.page(&staff("p"), Vec::new()), Paged::Offline);
    let mut pager = showroom.device("pager-p").await;
    assert!(pager.subscribe("consultant/p/alert").await);
    assert_eq!(showroom.mqtt.page(&staff("p"), br#"{"trial":true}"#.to_vec()), Paged::Sent);
    let told: serde_json::Value = pager.message("consultant/p/alert").await;
    assert_eq!(told, serde_json::json!({ "trial": true }));

    let alert = AlertId { visit: visit_id(1), ordinal: 1 };
    for (reply, command) in
        [("shown", Command::Show(alert)), ("accept", Command::Accept(alert)), ("pass", Command::Pass(alert, None))]
    {
        pager.publish("consultant/p/reply", format!(r#"{{"alert":"{alert}","reply":"{reply}"}}"#)).await;
        let input = showroom.keep().await;
        assert_eq!((input.actor, input.command), (Actor::Staff(staff("p")), command));
        let reached = showroom.keep().await;
        assert!(matches!(reached.command, Command::Deliver(_)), "{reached:?}");
        pager.acknowledged().await;
    }
    let records = showroom.desk.hub.deliveries().latest(Some(alert.visit), 9);
    assert_eq!(records.iter().map(|record| (record.channel, record.fate)).collect::<Vec<_>>(), [("pager", "shown")]);

    pager.publish("consultant/p/reply", format!(r#"{{"alert":"{alert}","reply":"accept"}}"#)).await;
    let (_, answer) = showroom.asked().await;
    answer.send(Err(Refusal::AlertOver.into())).unwrap();
    let told: serde_json::Value = pager.message("consultant/p/alert").await;
    assert_eq!(told, serde_json::json!({ "alert": alert, "refused": "alert_over" }));
    assert!(showroom.nobody_asked());
    showroom.close().await;
}

#[tokio::test]
async fn a_pager_is_told_of_every_refused_message_that_names_its_alert() {
    let mut showroom = Showroom::open().await;
    let mut pager = showroom.device("pager-p").await;
    assert!(pager.subscribe("consultant/p/alert").await);
    let alert = AlertId { visit: visit_id(1), ordinal: 1 };
    let reply = |word: &str| format!(r#"{{"alert":"{alert}","reply":"{word}"}}"#);
    for (topic, payload, code) in [
        ("consultant/p/reply", reply("dance"), "bad_body"),
        ("consultant/p/reply", format!(r#"{{"alert":"{alert}"}}"#), "bad_body"),
        ("consultant/q/reply", reply("accept"), "wrong_sender"),
        ("kiosk/a/event", reply("accept"), "wrong_sender"),
    ] {
        pager.publish(topic, payload.as_str()).await;
        let told: serde_json::Value = pager.message("consultant/p/alert").await;
        assert_eq!(told, serde_json::json!({ "alert": alert, "refused": code }), "{topic} {payload}");
    }
    // What names no alert is counted alone.
    for (topic, payload) in
        [("consultant/p/reply", "{"), ("consultant/p/reply", r#"{"alert":7}"#), ("consultant/q/reply", "{}")]
    {
        pager.publish(topic, payload).await;
    }
    pager.publish("consultant/p/reply", reply("dance")).await;
    let next: serde_json::Value = pager.message("consultant/p/alert").await;
    assert_eq!(next["refused"], "bad_body", "nothing was said in between");
    let counted = |code| showroom.counters.refused.get_or_create(&RefusalLabel { code }).get();
    assert_eq!((counted("bad_body"), counted("wrong_sender")), (5, 3));
    assert!(showroom.nobody_asked());
    showroom.close().await;
}

#[tokio::test]
async fn a_taken_port_is_told_with_its_address_and_what_to_do() {
    let first = Showroom::open().await;
    let config = MqttConfig { listen: first.addr(), ..embedded() };
    let error = Showroom::with(config).await.err().unwrap().to_string();
    assert!(error.contains(&first.addr().to_string()) && error.contains("mqtt.listen"), "{error}");
    assert!(!error.contains('\n'), "{error}");
    first.close().await;
}

#[tokio::test]
async fn the_table_of_devices_follows_what_kiosks_say_and_do() {
    let showroom = Showroom::open().await;
    let mut kiosk = showroom.device("kiosk-a").await;
    kiosk.publish("kiosk/a/state", r#"{"online":true,"version":"1.2.3","outbox":4,"at":"2020-01-01T00:00:00Z"}"#).await;
    kiosk.acknowledged().await;
    let row = showroom.mqtt.devices.get("kiosk-a").unwrap();
    assert_eq!((row.online, row.version.as_deref(), row.outbox), (true, Some("1.2.3"), 4));
    assert!(row.clock_skew_ms.unwrap() < -1_000_000 && row.last_heard.is_some());
    assert_eq!(showroom.counters.connected.get(), 1);
    drop(kiosk);
    until("the kiosk is offline", || !showroom.mqtt.devices.get("kiosk-a").unwrap().online).await;
    until("nobody is connected", || showroom.counters.connected.get() == 0).await;
    showroom.close().await;
}

#[tokio::test]
async fn a_shutdown_ends_connections_and_frees_the_port() {
    let showroom = Showroom::open().await;
    let addr = showroom.addr();
    let mut kiosk = showroom.device("kiosk-a").await;
    showroom.close().await;
    kiosk.cut_off().await;
    let again = Showroom::with(MqttConfig { listen: addr, ..embedded() }).await.unwrap();
    again.close().await;
}

#[tokio::test]
async fn a_round_trip_tells_whether_the_broker_is_there_and_leaves_no_trace() {
    let showroom = Showroom::open().await;
    showroom.mqtt.round_trip().await.unwrap();
    showroom.mqtt.round_trip().await.unwrap();
    assert!(showroom.mqtt.devices.all().is_empty());
    assert_eq!((showroom.counters.strangers.get(), showroom.counters.broken.get()), (0, 0));
    showroom.shutdown.cancel();
    showroom.mqtt.ended().await;
    assert!(showroom.mqtt.round_trip().await.is_err());
}
