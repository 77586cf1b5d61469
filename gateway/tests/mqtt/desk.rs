//! What kiosks are told.

use std::time::Duration;

use gateway::domain::roster::{DeviceKind, RosterEvent};
use gateway::mqtt::Offers;
use gateway::runtime::ToKiosk;
use shared::qr::{Token, TokenKind};
use shared::wire::{KioskConfig, QrOffer, Stage, VisitStatus};

use super::device::visit_id;
use super::showroom::{KEY, Showroom, device, embedded, roster};

fn status(n: u8, stage: Stage) -> VisitStatus {
    VisitStatus { visit: visit_id(n), stage, consultant: None, position: Some(2), wait_s: None }
}

fn token(url: &str) -> Token {
    let text = url.strip_prefix("https://showroom.example/i/").unwrap();
    Token::verify(text, &KEY).unwrap()
}

#[tokio::test]
async fn a_kiosk_finds_its_configuration_when_it_comes() {
    let showroom = Showroom::open().await;
    let mut kiosk = showroom.device("kiosk-a").await;
    assert!(kiosk.subscribe("kiosk/a/config").await);
    let config: KioskConfig = kiosk.message("kiosk/a/config").await;
    assert_eq!((config.brand.zh.as_str(), config.purposes.len()), ("迎宾", 10));
    assert_eq!(config.sound, Some(false));
    let printed = token(&config.store_url.unwrap());
    assert_eq!((printed.kind, printed.place.as_str()), (TokenKind::Printed, "a"));
    showroom.close().await;
}

#[tokio::test]
async fn a_kiosk_that_is_added_gets_its_configuration_too() {
    let showroom = Showroom::open().await;
    let mut more = roster();
    let new = device(DeviceKind::Kiosk, "new");
    more.devices.insert(new.client_id(), new);
    showroom.desk.roster.send_replace(more.into());
    let mut kiosk = showroom.device("kiosk-new").await;
    assert!(kiosk.subscribe("kiosk/new/config").await);
    kiosk.message::<KioskConfig>("kiosk/new/config").await;
    showroom.close().await;
}

#[tokio::test]
async fn work_on_a_kiosk_is_told_to_it_at_once_and_to_no_other() {
    let showroom = Showroom::open().await;
    let mut kiosk = showroom.device("kiosk-a").await;
    assert!(kiosk.subscribe("kiosk/a/config").await);
    let config: KioskConfig = kiosk.message("kiosk/a/config").await;
    assert!(!config.maintenance && config.opening.is_none());
    assert_eq!(config.times.map(|times| (times.idle_s, times.countdown_s)), Some((30, 10)));
    let mut changed = roster();
    changed.apply(&RosterEvent::MaintenanceSet { kiosk: "a".parse().unwrap(), on: true });
    showroom.desk.roster.send_replace(changed.into());
    let config: KioskConfig = kiosk.message("kiosk/a/config").await;
    assert!(config.maintenance);
    let mut other = showroom.device("kiosk-b").await;
    assert!(other.subscribe("kiosk/b/config").await);
    let config: KioskConfig = other.message("kiosk/b/config").await;
    assert!(!config.maintenance);
    showroom.close().await;
}

#[tokio::test]
async fn a_code_is_offered_at_once_renewed_at_half_life_and_when_it_is_spent() {
    let offers = Offers { ttl: Duration::from_secs(4), ..Offers::new(KEY, "https://showroom.example") };
    let showroom = Showroom::offering(embedded(), Some(offers)).await.unwrap();
    let mut kiosk = showroom.device("kiosk-a").await;
    assert!(kiosk.subscribe("kiosk/a/qr").await);
    let first: QrOffer = kiosk.message("kiosk/a/qr").await;
    assert_eq!(first.ttl_ms, 4000);
    assert_eq!(token(&first.url).place.as_str(), "a");
    showroom.to_kiosk.send(ToKiosk::QrSpent("a".parse().unwrap())).await.unwrap();
    let asked: QrOffer = kiosk.message("kiosk/a/qr").await;
    assert_ne!(token(&asked.url).nonce, token(&first.url).nonce);
    // Nobody asks for these: two half-lives, at most four seconds.
    for _ in 0..2 {
        let renewed = tokio::time::timeout(Duration::from_secs(4), kiosk.message::<QrOffer>("kiosk/a/qr")).await;
        assert_ne!(renewed.expect("not renewed").url, asked.url);
    }
    showroom.close().await;
}

#[tokio::test]
async fn without_an_address_for_phones_there_is_no_code() {
    let showroom = Showroom::offering(embedded(), None).await.unwrap();
    let mut kiosk = showroom.device("kiosk-a").await;
    assert!(kiosk.subscribe("kiosk/a/qr").await);
    assert!(kiosk.subscribe("kiosk/a/config").await);
    let config: KioskConfig = kiosk.message("kiosk/a/config").await;
    assert_eq!(config.store_url, None);
    assert!(kiosk.silent_for(Duration::from_millis(300)).await, "a code was offered");
    showroom.close().await;
}

#[tokio::test]
async fn a_kiosk_hears_how_far_its_visit_is_also_after_it_was_away() {
    let showroom = Showroom::open().await;
    let mut kiosk = showroom.device("kiosk-a").await;
    assert!(kiosk.subscribe("kiosk/a/visit").await);
    let a = || "a".parse().unwrap();
    showroom.to_kiosk.send(ToKiosk::Visit(a(), status(1, Stage::Calling))).await.unwrap();
    assert_eq!(kiosk.message::<VisitStatus>("kiosk/a/visit").await, status(1, Stage::Calling));
    drop(kiosk);
    showroom.to_kiosk.send(ToKiosk::Visit(a(), status(1, Stage::Coming))).await.unwrap();
    let mut kiosk = showroom.device("kiosk-a").await;
    assert!(kiosk.subscribe("kiosk/a/visit").await);
    assert!(kiosk.subscribe("kiosk/a/qr").await);
    while kiosk.message::<VisitStatus>("kiosk/a/visit").await.stage != Stage::Coming {}
    showroom.close().await;
}
