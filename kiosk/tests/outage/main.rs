//! The headless kiosk against Debian's mosquitto: kills, outages, and a disk that does not take anything.
//!
//! Needs `mosquitto` in the path or in /usr/sbin.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]

mod broker;
mod gateway;
mod kiosk;

use std::time::Duration;

use broker::Broker;
use gateway::Gateway;
use kiosk::Kiosk;
use serde_json::json;

const CHECK_IN: &str = r#"{"do":"check_in","purpose":"browse","language":"zh"}"#;

#[test]
fn an_event_is_received_published_and_forgotten_after_its_receipt() {
    let broker = Broker::start();
    let gateway = Gateway::join(&broker);
    let folder = tempfile::tempdir().unwrap();
    let mut kiosk = Kiosk::start(folder.path(), &broker, &[]);
    kiosk.wait_for("link");
    kiosk.say(CHECK_IN);
    let received = kiosk.wait_for("received");
    let envelope = gateway.next_event();
    assert_eq!(envelope["id"], received["event"]);
    assert_eq!(envelope["body"]["visit"], received["visit"]);
    assert!(envelope["age_ms"].as_u64().is_some_and(|age| age < 5_000));
    gateway.receipt(&envelope);
    assert_eq!(kiosk.wait_for("receipt")["event"], received["event"]);
    gateway.tell("visit", &json!({"visit": received["visit"], "stage": "coming", "consultant": {"name": "王芳"}}));
    assert_eq!(kiosk.wait_for("coming")["consultant"], "王芳");
    kiosk.end();
    let mut kiosk = Kiosk::start(folder.path(), &broker, &[]);
    assert_eq!(kiosk.wait_for("ready")["outbox"], 0);
}

#[test]
fn without_a_receipt_an_event_is_sent_again_with_its_age() {
    let broker = Broker::start();
    let gateway = Gateway::join(&broker);
    let folder = tempfile::tempdir().unwrap();
    let mut kiosk =
        Kiosk::start(folder.path(), &broker, &[("PATIENCE_REPEAT", "400ms"), ("PATIENCE_RECEIPT", "300ms")]);
    kiosk.say(CHECK_IN);
    let received = kiosk.wait_for("received");
    let first = gateway.next_event();
    assert_eq!(kiosk.wait_for("unanswered")["visit"], received["visit"]);
    let second = gateway.next_event();
    assert_eq!((&first["id"], &first["seq"], &first["at"]), (&second["id"], &second["seq"], &second["at"]));
    assert!(second["age_ms"].as_u64() > first["age_ms"].as_u64(), "{first} {second}");
    gateway.receipt(&second);
    kiosk.wait_for("receipt");
    kiosk.say(CHECK_IN);
    // The receipted one is not sent a third time.
    assert_ne!(gateway.next_event()["id"], first["id"]);
}

#[test]
fn what_was_shown_as_received_survives_kill_9_and_a_dead_broker() {
    let mut broker = Broker::start();
    let folder = tempfile::tempdir().unwrap();
    let mut kiosk = Kiosk::start(folder.path(), &broker, &[]);
    kiosk.wait_for("link");
    broker.kill();
    kiosk.wait_for("link");
    let mut shown = Vec::new();
    for _ in 0..20 {
        kiosk.say(CHECK_IN);
        shown.push(kiosk.wait_for("received")["event"].clone());
    }
    kiosk.kill();
    broker.restart();
    let gateway = Gateway::join(&broker);
    let mut kiosk = Kiosk::start(folder.path(), &broker, &[]);
    assert_eq!(kiosk.wait_for("ready")["outbox"], 20);
    let sent: Vec<_> = (0..20).map(|_| gateway.next_event()["id"].clone()).collect();
    assert_eq!(sent, shown);
}

#[test]
fn the_kiosk_finds_its_way_back_when_the_broker_returns() {
    let mut broker = Broker::start();
    let folder = tempfile::tempdir().unwrap();
    let mut kiosk = Kiosk::start(folder.path(), &broker, &[]);
    assert_eq!(kiosk.wait_for("link")["up"], true);
    broker.kill();
    assert_eq!(kiosk.wait_for("link")["up"], false);
    kiosk.say(CHECK_IN);
    let received = kiosk.wait_for("received");
    assert_eq!(kiosk.wait_for("unanswered")["visit"], received["visit"]);
    broker.restart();
    let gateway = Gateway::join(&broker);
    assert_eq!(gateway.next_event()["id"], received["event"]);
}

#[test]
fn a_disk_that_takes_nothing_never_makes_the_kiosk_say_received() {
    let broker = Broker::start();
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("data"), "a file stands where the folder should be").unwrap();
    let mut kiosk = Kiosk::start(folder.path(), &broker, &[]);
    assert!(kiosk.wait_for("ready")["outbox"].is_null());
    kiosk.say(CHECK_IN);
    let refused = kiosk.wait_for("not_received");
    assert_eq!(kiosk.wait_for("failed")["visit"], refused["visit"]);
}

#[test]
fn state_and_last_will_tell_whether_the_kiosk_is_there() {
    let broker = Broker::start();
    let gateway = Gateway::join(&broker);
    let folder = tempfile::tempdir().unwrap();
    let mut kiosk = Kiosk::start(folder.path(), &broker, &[]);
    let state = gateway.next_state();
    assert_eq!(
        (&state["online"], &state["outbox"], &state["storage"]),
        (&json!(true), &json!(0), &json!(null)),
        "{state}"
    );
    kiosk.say(CHECK_IN);
    let envelope = gateway.next_event();
    // Told every few seconds.
    while gateway.next_state()["outbox"] != 1 {}
    gateway.receipt(&envelope);
    while gateway.next_state()["outbox"] != 0 {}
    kiosk.end();
    assert_eq!(gateway.next_state()["online"], false, "it says goodbye");
    let mut kiosk = Kiosk::start(folder.path(), &broker, &[]);
    assert_eq!(gateway.next_state()["online"], true);
    kiosk.kill();
    assert_eq!(gateway.next_state()["online"], false, "the broker says it for a kiosk that was killed");
}

#[test]
fn a_refused_event_sends_the_visitor_to_reception_and_is_not_sent_again() {
    let broker = Broker::start();
    let gateway = Gateway::join(&broker);
    let folder = tempfile::tempdir().unwrap();
    let mut kiosk = Kiosk::start(folder.path(), &broker, &[("PATIENCE_REPEAT", "300ms")]);
    kiosk.say(CHECK_IN);
    let first = gateway.next_event();
    gateway.tell("receipt", &json!({"ids": [], "refused": [{"id": first["id"], "code": "a_code_of_the_future"}]}));
    assert_eq!(kiosk.wait_for("refused")["code"], "other");
    kiosk.wait_for("failed");
    gateway.tell("receipt", &json!("nonsense"));
    kiosk.say(CHECK_IN);
    assert_ne!(gateway.next_event()["id"], first["id"]);
}

#[test]
fn a_thousand_check_ins_at_once_are_all_received_and_sent_once_each() {
    let broker = Broker::start();
    let gateway = Gateway::join(&broker);
    let folder = tempfile::tempdir().unwrap();
    let mut kiosk = Kiosk::start(folder.path(), &broker, &[("PATIENCE_REPEAT", "60s")]);
    kiosk.wait_for("link");
    for _ in 0..1000 {
        kiosk.say(CHECK_IN);
    }
    let shown: Vec<_> = (0..1000).map(|_| kiosk.wait_for("received")["event"].clone()).collect();
    let sent: Vec<_> = (0..1000).map(|_| gateway.next_event()["id"].clone()).collect();
    assert_eq!(sent, shown);
    assert!(gateway.is_quiet(Duration::from_millis(300)), "something was sent twice");
}

#[test]
fn what_was_meant_for_the_visitor_before_is_not_shown_to_the_next() {
    let broker = Broker::start();
    let gateway = Gateway::join(&broker);
    let folder = tempfile::tempdir().unwrap();
    let mut kiosk = Kiosk::start(folder.path(), &broker, &[("PATIENCE_REPEAT", "60s")]);
    kiosk.say(CHECK_IN);
    let before = kiosk.wait_for("received");
    let envelope = gateway.next_event();
    // Kept by the broker, against the protocol: it comes again with every connection.
    gateway.leave("visit", &json!({"visit": before["visit"], "stage": "coming", "consultant": {"name": "王芳"}}));
    kiosk.wait_for("coming");
    kiosk.kill();

    let mut kiosk = Kiosk::start(folder.path(), &broker, &[("PATIENCE_REPEAT", "60s")]);
    kiosk.wait_for("link");
    kiosk.say(CHECK_IN);
    let (received, mut shown) = kiosk.all_until("received");
    // Late, from all sides: the old receipt, a refusal of what is long gone, every stage of the visitor before, a new code.
    gateway.receipt(&envelope);
    let refused = json!([{"id": before["event"], "code": "visit_over"}, {"id": null, "code": "not_json"}]);
    gateway.tell("receipt", &json!({"ids": [], "refused": refused}));
    for stage in ["coming", "queued", "reception", "greeted", "ended"] {
        let consultant = json!({"name": "王芳"});
        gateway
            .tell("visit", &json!({"visit": before["visit"], "stage": stage, "consultant": consultant, "position": 1}));
    }
    gateway.tell("qr", &json!({"url": "https://showroom.example/i/renewed", "ttl_ms": 120_000}));
    gateway.tell("receipt", &json!({"ids": [received["event"]]}));
    gateway.tell("visit", &json!({"visit": received["visit"], "stage": "calling"}));
    let (calling, more) = kiosk.all_until("calling");
    assert_eq!(calling["visit"], received["visit"]);
    shown.extend(more);
    let news = ["coming", "queued", "reception", "greeted", "ended", "failed", "welcome"];
    let is_wrong =
        |line: &&serde_json::Value| line["visit"] == before["visit"] || news.iter().any(|word| line["shown"] == *word);
    let wrong: Vec<_> = shown.iter().filter(is_wrong).collect();
    assert!(wrong.is_empty(), "shown to the wrong visitor: {wrong:?}");
}

#[test]
fn numbers_are_sent_in_one_form_however_they_were_written_and_wrong_ones_are_named() {
    let broker = Broker::start();
    let gateway = Gateway::join(&broker);
    let folder = tempfile::tempdir().unwrap();
    let mut kiosk = Kiosk::start(folder.path(), &broker, &[("PATIENCE_REPEAT", "60s")]);
    kiosk.say(CHECK_IN);
    let visit = gateway.next_event()["body"]["visit"].clone();
    for (written, sent) in [
        ("138 0013 8000", "+8613800138000"),
        ("\u{ff11}\u{ff13}\u{ff18}\u{ff10}\u{ff10}\u{ff11}\u{ff13}\u{ff18}\u{ff10}\u{ff10}\u{ff10}", "+8613800138000"),
        ("\u{ff0b}\u{ff18}\u{ff15}\u{ff12} 9123 4567", "+85291234567"),
        ("+853 6612 3456", "+85366123456"),
        ("+886 0912-345-678", "+886912345678"),
        ("0044 20 7946 0958", "+442079460958"),
        ("+1 (415) 555-2671", "+14155552671"),
    ] {
        kiosk.say(&json!({"do": "detail", "phone": written}).to_string());
        let event = gateway.next_event();
        assert_eq!((&event["body"]["phone"], &event["body"]["visit"]), (&json!(sent), &visit), "{written}");
    }
    for wrong in ["", "1", "12800138000", "138001380000", "+85212345678", "+0123456789", "王", "138+0013", "\u{ff11}x"]
    {
        kiosk.say(&json!({"do": "detail", "phone": wrong}).to_string());
        let problem = kiosk.wait_for("error")["problem"].clone();
        assert!(problem.as_str().is_some_and(|problem| problem.contains("telephone")), "{wrong}: {problem}");
    }
    // None of it stands between the visitor and the next word.
    kiosk.say(r#"{"do":"detail","party":2}"#);
    assert_eq!(gateway.next_event()["body"]["party"], 2);
}
