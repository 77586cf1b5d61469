//! The same life of an event, over somebody else's broker.

use std::time::Duration;

use gateway::domain::Command;
use gateway::mqtt::{MqttConfig, Password};
use gateway::runtime::ToKiosk;
use shared::wire::{Code, KioskConfig, QrOffer, Receipt, Stage, VisitStatus};

use super::certificate::Certificates;
use super::device::{Device, check_in, envelope, event_id, options, visit_id, with_account, with_tls};
use super::mosquitto::Mosquitto;
use super::showroom::{Showroom, until};

fn over(broker: &Mosquitto, scheme: &str) -> MqttConfig {
    MqttConfig {
        url: Some(format!("{scheme}://{}", broker.addr)),
        username: Some("gateway".to_owned()),
        password: Some(Password::new("gateway")),
        ..MqttConfig::default()
    }
}

async fn open(config: MqttConfig) -> Showroom {
    let showroom = Showroom::with(config).await.unwrap();
    up(&showroom).await;
    showroom
}

async fn up(showroom: &Showroom) {
    until("the link is up", || showroom.mqtt.is_up()).await;
}

async fn kiosk(broker: &Mosquitto, name: &str) -> Device {
    Device::connect(broker.addr, name, name, &format!("kiosk-{name}")).await.unwrap()
}

#[tokio::test]
async fn an_event_comes_in_and_its_receipt_goes_out() {
    let broker = Mosquitto::start(None).await;
    let mut showroom = open(over(&broker, "mqtt")).await;
    assert_eq!(showroom.mqtt.addr, None);
    let mut kiosk = kiosk(&broker, "a").await;
    assert!(kiosk.subscribe("kiosk/a/receipt").await);
    kiosk.publish("kiosk/a/event", check_in(1)).await;
    assert!(matches!(showroom.keep().await.command, Command::CheckIn(..)));
    assert_eq!(kiosk.receipt("kiosk/a/receipt").await, Receipt::kept(event_id(1)));
    kiosk.publish("kiosk/a/event", "nonsense").await;
    assert_eq!(kiosk.receipt("kiosk/a/receipt").await, Receipt::refused(None, Code::NotJson));
    showroom.close().await;
}

#[tokio::test]
async fn tls_is_checked_against_the_given_authority() {
    let certificates = Certificates::make();
    let broker = Mosquitto::start(Some(&certificates)).await;
    let config = MqttConfig { ca_file: Some(certificates.path("ca.pem")), ..over(&broker, "mqtts") };
    let mut showroom = open(config).await;
    let kiosk = with_account(options(broker.addr, "kiosk-a"), "a", "a");
    let mut kiosk = Device::open(with_tls(kiosk, certificates.authority())).await.unwrap();
    assert!(kiosk.subscribe("kiosk/a/receipt").await);
    kiosk.publish("kiosk/a/event", check_in(1)).await;
    showroom.keep().await;
    assert_eq!(kiosk.receipt("kiosk/a/receipt").await, Receipt::kept(event_id(1)));
    showroom.close().await;

    let stranger = Certificates::make();
    let config = MqttConfig { ca_file: Some(stranger.path("ca.pem")), ..over(&broker, "mqtts") };
    let showroom = Showroom::with(config).await.unwrap();
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert!(!showroom.mqtt.is_up(), "a broker with a foreign certificate was believed");
    showroom.close().await;

    let config = MqttConfig { ca_file: Some(certificates.path("ca.key")), ..over(&broker, "mqtts") };
    let error = Showroom::with(config).await.err().unwrap().to_string();
    assert!(error.contains("ca.key"), "{error}");
}

#[tokio::test]
async fn an_event_that_was_not_committed_comes_again_to_the_next_gateway() {
    let broker = Mosquitto::start(None).await;
    let mut showroom = open(over(&broker, "mqtt")).await;
    let mut kiosk = kiosk(&broker, "a").await;
    assert!(kiosk.subscribe("kiosk/a/receipt").await);
    kiosk.publish("kiosk/a/event", check_in(1)).await;
    kiosk.acknowledged().await;
    let (_, unanswered) = showroom.asked().await;
    // Ends before its patience is over, so it has acknowledged nothing.
    showroom.shutdown.cancel();
    drop(showroom);
    drop(unanswered);
    let mut showroom = open(over(&broker, "mqtt")).await;
    let again = showroom.keep().await;
    assert_eq!(again.cause.unwrap().id, event_id(1));
    assert_eq!(kiosk.receipt("kiosk/a/receipt").await, Receipt::kept(event_id(1)));
    showroom.close().await;
}

#[tokio::test]
async fn a_detail_never_overtakes_its_check_in() {
    let broker = Mosquitto::start(None).await;
    let mut showroom = open(over(&broker, "mqtt")).await;
    let (a, b) = (kiosk(&broker, "a").await, kiosk(&broker, "b").await);
    for n in 0..20 {
        for (device, name, id) in [(&a, "a", 4 * n), (&b, "b", 4 * n + 2)] {
            device.publish(&format!("kiosk/{name}/event"), check_in(id)).await;
            let detail = envelope(id + 1, "visit.detailed", &format!(r#"{{"visit":"{}","party":2}}"#, visit_id(id)));
            device.publish(&format!("kiosk/{name}/event"), detail).await;
        }
    }
    let mut seen = Vec::new();
    for _ in 0..80 {
        match showroom.keep().await.command {
            Command::CheckIn(checked_in, _) => seen.push(checked_in.visit),
            Command::Detail(visit, ..) => assert!(seen.contains(&visit), "a detail came first"),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(seen.len(), 40);
    showroom.close().await;
}

#[tokio::test]
async fn after_the_broker_forgot_everything_kiosks_are_told_again() {
    let mut broker = Mosquitto::start(None).await;
    let mut showroom = open(over(&broker, "mqtt")).await;
    let mut first = kiosk(&broker, "a").await;
    assert!(first.subscribe("kiosk/a/config").await);
    first.message::<KioskConfig>("kiosk/a/config").await;
    drop(first);
    let status =
        VisitStatus { visit: visit_id(1), stage: Stage::Calling, consultant: None, position: None, wait_s: None };
    showroom.to_kiosk.send(ToKiosk::Visit("a".parse().unwrap(), status.clone())).await.unwrap();
    broker.kill();
    until("the link is down", || !showroom.mqtt.is_up()).await;
    broker.start_anew().await;
    up(&showroom).await;
    let mut again = kiosk(&broker, "a").await;
    // The configuration last: it comes with its subscription.
    for topic in ["qr", "visit", "receipt", "config"] {
        assert!(again.subscribe(&format!("kiosk/a/{topic}")).await, "{topic}");
    }
    again.publish("kiosk/a/state", r#"{"online":true,"version":"1","outbox":0}"#).await;
    let mut told = std::collections::BTreeSet::new();
    while told.len() < 3 {
        told.insert(again.topic().await);
    }
    assert_eq!(told.into_iter().collect::<Vec<_>>(), ["kiosk/a/config", "kiosk/a/qr", "kiosk/a/visit"]);
    until("the kiosk is online", || showroom.mqtt.devices.get("kiosk-a").is_some_and(|row| row.online)).await;
    again.publish("kiosk/a/event", check_in(1)).await;
    showroom.keep().await;
    assert_eq!(again.receipt("kiosk/a/receipt").await, Receipt::kept(event_id(1)));
    showroom.close().await;
}

#[tokio::test]
async fn the_sample_rules_keep_each_device_to_its_own_id() {
    let broker = Mosquitto::start(None).await;
    let mut showroom = open(over(&broker, "mqtt")).await;
    let mut a = kiosk(&broker, "a").await;
    let mut b = kiosk(&broker, "b").await;
    assert!(a.subscribe("kiosk/b/receipt").await, "mosquitto grants any subscription, and delivers nothing");
    assert!(a.subscribe("kiosk/a/receipt").await);
    assert!(b.subscribe("kiosk/b/receipt").await);
    a.publish("kiosk/b/event", check_in(1)).await;
    a.publish("kiosk/b/receipt", r#"{"ids":[]}"#).await;
    b.publish("kiosk/b/event", check_in(2)).await;
    assert_eq!(showroom.keep().await.cause.unwrap().id, event_id(2));
    assert_eq!(b.receipt("kiosk/b/receipt").await, Receipt::kept(event_id(2)));
    a.publish("kiosk/a/event", check_in(3)).await;
    showroom.keep().await;
    // The first thing that `a` hears is its own.
    assert_eq!(a.topic().await, "kiosk/a/receipt");
    showroom.close().await;
}

#[tokio::test]
async fn a_device_that_is_not_registered_is_refused() {
    let broker = Mosquitto::start(None).await;
    let mut showroom = open(over(&broker, "mqtt")).await;
    showroom.desk.roster.send_modify(|roster| {
        let mut fewer = gateway::domain::roster::Roster::clone(roster);
        fewer.devices.remove("kiosk-b");
        *roster = fewer.into();
    });
    let mut b = kiosk(&broker, "b").await;
    assert!(b.subscribe("kiosk/b/receipt").await);
    b.publish("kiosk/b/event", check_in(1)).await;
    assert_eq!(b.receipt("kiosk/b/receipt").await, Receipt::refused(None, Code::WrongSender));
    assert!(showroom.nobody_asked());
    showroom.close().await;
}

#[tokio::test]
async fn a_code_comes_with_a_kiosks_hello() {
    let broker = Mosquitto::start(None).await;
    let showroom = open(over(&broker, "mqtt")).await;
    let mut kiosk = kiosk(&broker, "a").await;
    assert!(kiosk.subscribe("kiosk/a/qr").await);
    kiosk.publish("kiosk/a/state", r#"{"online":true,"version":"1","outbox":0}"#).await;
    kiosk.message::<QrOffer>("kiosk/a/qr").await;
    showroom.close().await;
}
