//! Connections that are silent, stuck or talk nonsense harm nobody else.

use std::time::Duration;

use shared::wire::{Stage, VisitStatus};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use gateway::mqtt::MqttConfig;
use gateway::runtime::ToKiosk;

use super::certificate::Certificates;
use super::device::{Device, options, topic, visit_id, with_account, with_tls};
use super::showroom::{SOON, Showroom, embedded, password};

async fn silent(showroom: &Showroom, count: usize) -> Vec<TcpStream> {
    let mut streams = Vec::new();
    for _ in 0..count {
        streams.push(TcpStream::connect(showroom.addr()).await.unwrap());
    }
    streams
}

#[tokio::test]
async fn silent_connections_keep_nobody_out() {
    let showroom = Showroom::open().await;
    let silent = silent(&showroom, 100).await;
    let mut kiosk = showroom.device("kiosk-a").await;
    assert!(kiosk.subscribe("kiosk/a/receipt").await);
    drop(silent);
    showroom.close().await;
}

#[tokio::test]
async fn a_connection_that_stays_silent_is_ended() {
    let showroom = Showroom::open().await;
    let mut silent = TcpStream::connect(showroom.addr()).await.unwrap();
    let mut answer = Vec::new();
    let ended = tokio::time::timeout(Duration::from_secs(15), silent.read_to_end(&mut answer)).await;
    assert!(ended.is_ok(), "still open");
    assert!(showroom.counters.broken.get() >= 1);
    showroom.close().await;
}

#[tokio::test]
async fn silent_connections_keep_nobody_out_of_a_port_with_tls_either() {
    let certificates = Certificates::make();
    let config = MqttConfig {
        tls_cert: Some(certificates.path("server.pem")),
        tls_key: Some(certificates.path("server.key")),
        ..embedded()
    };
    let showroom = Showroom::with(config).await.unwrap();
    let silent = silent(&showroom, 20).await;
    let options = with_account(options(showroom.addr(), "kiosk-a"), "kiosk-a", &password("kiosk-a"));
    let mut kiosk = Device::open(with_tls(options, certificates.authority())).await.unwrap();
    assert!(kiosk.subscribe("kiosk/a/receipt").await);
    showroom.mqtt.round_trip().await.unwrap();
    drop(silent);
    showroom.close().await;
}

#[tokio::test]
async fn a_wrong_certificate_file_is_named_with_its_key() {
    let certificates = Certificates::make();
    let with = |cert: &str, key: &str| MqttConfig {
        tls_cert: Some(certificates.path(cert)),
        tls_key: Some(certificates.path(key)),
        ..embedded()
    };
    for (cert, key, named) in [
        ("missing.pem", "server.key", ("mqtt.tls_cert: ", "missing.pem")),
        ("server.key", "server.key", ("mqtt.tls_cert: ", "server.key")),
        ("server.pem", "ca.pem", ("mqtt.tls_key: ", "ca.pem")),
        ("server.pem", "ca.key", ("mqtt.tls_key: ", "ca.key")),
    ] {
        let error = Showroom::with(with(cert, key)).await.err().unwrap().to_string();
        assert!(error.starts_with(named.0) && error.contains(named.1), "{error}");
    }
}

#[tokio::test]
async fn nonsense_ends_its_own_connection_alone() {
    let showroom = Showroom::open().await;
    let mut kiosk = showroom.device("kiosk-a").await;
    let request = format!("GET / HTTP/1.1\r\nUser-Agent: {}\r\n\r\n", "x".repeat(100));
    let nonsense: [&[u8]; 5] = [
        request.as_bytes(),
        &[0xff; 64],
        // A CONNECT that claims 200 MB.
        &[0x10, 0xff, 0xff, 0xff, 0x5f],
        // A PUBLISH before any CONNECT.
        b"\x30\x03\x00\x01a",
        // Two CONNECTs, with '#' as client id.
        b"\x10\x0d\x00\x04MQTT\x04\x02\x00\x0a\x00\x01#\x10\x0d\x00\x04MQTT\x04\x02\x00\x0a\x00\x01#",
    ];
    for bytes in nonsense {
        let mut stream = TcpStream::connect(showroom.addr()).await.unwrap();
        stream.write_all(bytes).await.unwrap();
        let mut answer = Vec::new();
        let ended = tokio::time::timeout(SOON, stream.read_to_end(&mut answer)).await;
        assert!(ended.is_ok(), "still open after {bytes:?}");
    }
    assert!(kiosk.subscribe("kiosk/a/receipt").await);
    showroom.device("kiosk-b").await;
    showroom.close().await;
}

#[tokio::test]
async fn a_packet_over_the_limit_ends_its_own_connection_alone() {
    let mut showroom = Showroom::open().await;
    let mut large = showroom.device("kiosk-a").await;
    let mut other = showroom.device("kiosk-b").await;
    large.publish("kiosk/a/event", vec![b' '; 100 * 1024]).await;
    large.cut_off().await;
    drop(large);
    assert!(showroom.counters.broken.get() >= 1);
    assert!(other.subscribe("kiosk/b/receipt").await);
    showroom.device("kiosk-a").await;
    assert!(showroom.nobody_asked());
    showroom.close().await;
}

#[tokio::test]
async fn more_connections_than_allowed_are_closed_at_once() {
    let showroom = Showroom::with(MqttConfig { max_connections: 2, ..embedded() }).await.unwrap();
    let _a = showroom.device("kiosk-a").await;
    let _b = showroom.device("kiosk-b").await;
    let mut third = TcpStream::connect(showroom.addr()).await.unwrap();
    let mut answer = Vec::new();
    tokio::time::timeout(SOON, third.read_to_end(&mut answer)).await.unwrap().unwrap();
    assert!(answer.is_empty());
    assert_eq!(showroom.counters.broken.get(), 1);
    showroom.close().await;
}

/// A kiosk that subscribes and never reads again.
async fn stuck(showroom: &Showroom) -> TcpStream {
    let mut stream = TcpStream::connect(showroom.addr()).await.unwrap();
    let (name, password) = ("kiosk-a", password("kiosk-a"));
    let mut rest = b"\x00\x04MQTT\x04\xc2\x00\x00".to_vec();
    for text in [name, name, &password] {
        rest.extend(u16::try_from(text.len()).unwrap().to_be_bytes());
        rest.extend(text.as_bytes());
    }
    let filter = topic("kiosk/a/visit");
    let mut subscribe = b"\x00\x01".to_vec();
    subscribe.extend(u16::try_from(filter.len()).unwrap().to_be_bytes());
    subscribe.extend(filter.as_bytes());
    subscribe.push(1);
    for (head, body) in [(0x10, rest), (0x82, subscribe)] {
        stream.write_all(&[head, u8::try_from(body.len()).unwrap()]).await.unwrap();
        stream.write_all(&body).await.unwrap();
    }
    let mut answers = [0; 9];
    stream.read_exact(&mut answers).await.unwrap();
    assert_eq!(answers, [0x20, 2, 0, 0, 0x90, 3, 0, 1, 1], "not connected and subscribed");
    stream
}

#[tokio::test]
async fn a_stuck_kiosk_holds_up_no_other() {
    let showroom = Showroom::open().await;
    let stuck = stuck(&showroom).await;
    let mut other = showroom.device("kiosk-b").await;
    assert!(other.subscribe("kiosk/b/visit").await);
    let status =
        |n| VisitStatus { visit: visit_id(n), stage: Stage::Calling, consultant: None, position: None, wait_s: None };
    for round in 0..3000_u32 {
        let n = u8::try_from(round % 250).unwrap();
        showroom.to_kiosk.send(ToKiosk::Visit("a".parse().unwrap(), status(n))).await.unwrap();
        tokio::task::yield_now().await;
    }
    showroom.to_kiosk.send(ToKiosk::Visit("b".parse().unwrap(), status(251))).await.unwrap();
    assert_eq!(other.message::<VisitStatus>("kiosk/b/visit").await.visit, visit_id(251));
    drop(stuck);
    showroom.close().await;
}
