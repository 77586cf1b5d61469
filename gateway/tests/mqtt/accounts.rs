//! Who gets in, and who is thrown out.

use gateway::domain::roster::{DeviceKind, Roster};
use rumqttc::ConnectReturnCode;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::device::{Device, options, with_account, with_will};
use super::showroom::{SOON, Showroom, device, password, roster, until};

#[tokio::test]
async fn a_device_connects_with_its_own_name_and_password_alone() {
    let showroom = Showroom::open().await;
    let right = password("kiosk-a");
    let cases = [
        ("kiosk-a", right.as_str(), "kiosk-a", None),
        ("kiosk-a", "guess", "kiosk-a", Some(ConnectReturnCode::BadUserNamePassword)),
        ("kiosk-a", "", "kiosk-a", Some(ConnectReturnCode::BadUserNamePassword)),
        ("nobody", right.as_str(), "nobody", Some(ConnectReturnCode::BadUserNamePassword)),
        ("kiosk-b", right.as_str(), "kiosk-b", Some(ConnectReturnCode::BadUserNamePassword)),
        ("kiosk-a", right.as_str(), "kiosk-b", Some(ConnectReturnCode::BadClientId)),
    ];
    for (user, password, client_id, expect) in cases {
        let refused = Device::connect(showroom.addr(), user, password, client_id).await.err();
        assert_eq!(refused, expect, "{user} {client_id}");
    }
    let anonymous = Device::open(options(showroom.addr(), "kiosk-a")).await.err();
    assert_eq!(anonymous, Some(ConnectReturnCode::BadUserNamePassword));
    assert!(showroom.counters.strangers.get() >= 6);
    showroom.close().await;
}

#[tokio::test]
async fn a_last_will_on_a_topic_of_somebody_else_is_refused_with_the_connection() {
    let showroom = Showroom::open().await;
    for (will, welcome) in [("kiosk/a/state", true), ("kiosk/b/state", false), ("kiosk/a/receipt", false)] {
        let options = with_account(options(showroom.addr(), "kiosk-a"), "kiosk-a", &password("kiosk-a"));
        let opened = Device::open(with_will(options, will)).await;
        assert_eq!(opened.is_ok(), welcome, "{will}");
    }
    showroom.close().await;
}

#[tokio::test]
async fn another_version_of_the_protocol_is_refused_and_not_ignored() {
    let showroom = Showroom::open().await;
    let mut stream = tokio::net::TcpStream::connect(showroom.addr()).await.unwrap();
    // CONNECT of MQTT 5, clean start, keep alive 10 s, no properties, client id "a".
    stream.write_all(b"\x10\x0e\x00\x04MQTT\x05\x02\x00\x0a\x00\x00\x01a").await.unwrap();
    let mut answer = Vec::new();
    tokio::time::timeout(SOON, stream.read_to_end(&mut answer)).await.unwrap().unwrap();
    assert_eq!(answer.first(), Some(&0x20), "no CONNACK: {answer:?}");
    assert_eq!(answer.get(3), Some(&0x84), "not 'unsupported protocol version': {answer:?}");
    showroom.close().await;
}

#[tokio::test]
async fn a_removed_device_is_cut_off_and_stays_out() {
    let showroom = Showroom::open().await;
    let mut gone = showroom.device("kiosk-a").await;
    let mut stays = showroom.device("kiosk-b").await;
    showroom.desk.roster.send_modify(|roster| {
        let mut fewer = Roster::clone(roster);
        fewer.devices.remove("kiosk-a");
        *roster = fewer.into();
    });
    gone.cut_off().await;
    let back = Device::connect(showroom.addr(), "kiosk-a", &password("kiosk-a"), "kiosk-a").await.err();
    assert_eq!(back, Some(ConnectReturnCode::BadUserNamePassword));
    assert!(stays.subscribe("kiosk/b/receipt").await);
    until("the device is forgotten", || showroom.mqtt.devices.get("kiosk-a").is_none()).await;
    showroom.close().await;
}

#[tokio::test]
async fn a_new_password_ends_connections_made_with_the_old_one() {
    let showroom = Showroom::open().await;
    let mut old = showroom.device("kiosk-a").await;
    let mut changed = roster();
    let other = device(DeviceKind::Kiosk, "other");
    changed.devices.get_mut("kiosk-a").unwrap().password_sha256 = other.password_sha256;
    showroom.desk.roster.send_replace(changed.into());
    old.cut_off().await;
    let old = Device::connect(showroom.addr(), "kiosk-a", &password("kiosk-a"), "kiosk-a").await.err();
    assert_eq!(old, Some(ConnectReturnCode::BadUserNamePassword));
    assert!(Device::connect(showroom.addr(), "kiosk-a", &password("kiosk-other"), "kiosk-a").await.is_ok());
    showroom.close().await;
}
