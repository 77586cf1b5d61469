//! What the desk tells its face beyond the picture.

use std::sync::Mutex;

use shared::clock::SystemClock;
use shared::wire::Language;

use super::*;
use crate::config::Flags;

/// A desk in a folder of its own, and what its face was told.
fn desk(folder: &std::path::Path, screen: &str) -> (Config, Desk, Arc<Mutex<Vec<Shown>>>) {
    let flags = Flags { data: Some(folder.join("data")), fullscreen: false };
    // Port 9 answers nobody.
    let text = format!("[mqtt]\nurl = \"mqtt://127.0.0.1:9\"\n[screen]\n{screen}");
    let config = Config::from_text(&text, std::iter::empty(), &flags).unwrap();
    let told = Arc::new(Mutex::new(Vec::new()));
    let heard = Arc::clone(&told);
    let face: Face = Box::new(move |shown| heard.lock().unwrap().push(shown));
    let rules = Rules { settle: Duration::ZERO, ..config.rules };
    let desk = Desk::with_rules(&config, rules, Arc::new(SystemClock), face);
    (config, desk, told)
}

/// Whether a tap makes a sound, by this device and then by the gateway.
#[track_caller]
fn check_sound(device: bool, gateway: Option<bool>, expect: bool) {
    let folder = tempfile::tempdir().unwrap();
    let (_, mut desk, told) = desk(folder.path(), &format!("sound = {device}"));
    desk.take_offer(KioskConfig { sound: gateway, ..offer::built_in() });
    desk.feed(Input::Intent(Intent::Start(Language::En)));
    assert_eq!(told.lock().unwrap().contains(&Shown::Tapped), expect, "{device} {gateway:?}");
}

#[tokio::test]
async fn the_gateways_word_on_sound_goes_before_the_devices_own() {
    check_sound(true, None, true);
    check_sound(false, None, false);
    check_sound(true, Some(false), false);
    check_sound(false, Some(true), true);
}

#[tokio::test]
async fn signs_of_life_come_only_where_somebody_watches() {
    for watched in [None, Some(Duration::from_millis(2))] {
        let folder = tempfile::tempdir().unwrap();
        let (config, desk, told) = desk(folder.path(), "");
        let (_nobody, intents) = mpsc::channel(INTENTS);
        let cancel = CancellationToken::new();
        let running = tokio::spawn({
            let cancel = cancel.clone();
            async move { desk.watched(watched).run(&config, intents, cancel).await }
        });
        let signs = || told.lock().unwrap().iter().filter(|shown| **shown == Shown::Alive).count();
        let ready = || told.lock().unwrap().iter().any(|shown| matches!(shown, Shown::Ready(_)));
        while !ready() || (watched.is_some() && signs() < 3) {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        cancel.cancel();
        running.await.unwrap();
        assert_eq!(signs() > 0, watched.is_some());
    }
}

#[test]
fn the_pin_that_the_gateway_hashed_opens_and_no_other() {
    // Made by the gateway of 2580 (`gateway/src/mqtt/desk/pin.rs`).
    let hash = "$argon2id$v=19$m=8192,t=3,p=1$BwcHBwcHBwcHBwcHBwcHBw$XaxHL5Y1W8enpyrRqvYb1v7OvylGqSuF5/2RMPCNNuM";
    assert!(opens("2580", hash));
    for (pin, hash) in [("2581", hash), ("", hash), ("2580", ""), ("2580", "$argon2id$v=19$m=8192")] {
        assert!(!opens(pin, hash), "{pin} {hash}");
    }
}
