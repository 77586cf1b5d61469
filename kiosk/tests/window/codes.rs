//! Codes as a phone reads them: zbarimg over the whole window, in both orientations and every mode.

use std::collections::BTreeSet;
use std::process::Command;

use kiosk::qr::joining_text;
use kiosk::session::Modes;
use shared::wire::{GuestWifi, Language};
use slint::PhysicalSize;

use crate::bench::{Bench, LANDSCAPE, PORTRAIT};
use crate::pictures::{SCENES, guests};
use crate::sheets::write_to;

const PAGES: [&str; 3] = ["28-wifi-welcome", "28-wifi-left", "28-wifi-closed"];
const MODES: [Modes; 3] = [
    Modes { large: false, contrast: false, lower: false },
    Modes { large: true, contrast: false, lower: false },
    Modes { large: true, contrast: true, lower: true },
];

/// Everything that can be scanned on the window.
fn scanned(bench: &Bench, size: PhysicalSize) -> BTreeSet<String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("window.png");
    write_to(&path, size, bench.snapshot().as_bytes());
    let output = Command::new("zbarimg").args(["--quiet", "--raw"]).arg(&path).output().unwrap();
    String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect()
}

#[track_caller]
fn check(name: &str, wifi: &GuestWifi, size: PhysicalSize, modes: Modes, language: Language) {
    let (_, scene) = SCENES.into_iter().find(|(known, _)| *known == name).unwrap();
    let (name, wifi) = (name.to_owned(), wifi.clone());
    let checked = std::thread::spawn(move || {
        let mut bench = Bench::open_for(size, modes, language);
        scene(&mut bench);
        bench.told(|config| {
            config.guest_wifi = Some(wifi.clone());
            if name == "28-wifi-closed" {
                config.opening = Some(crate::pictures::mondays());
            }
        });
        let expect = BTreeSet::from([joining_text(&wifi), bench.screen().qr.unwrap()]);
        assert_eq!(scanned(&bench, size), expect, "{name}, {size:?}, {modes:?}");
    });
    checked.join().unwrap();
}

fn check_every_page(size: PhysicalSize) {
    for modes in MODES {
        for name in PAGES {
            check(name, &guests(), size, modes, Language::Zh);
        }
    }
}

#[test]
fn the_wifi_and_the_code_after_it_are_read_on_every_page_in_landscape() {
    check_every_page(LANDSCAPE);
}

#[test]
fn the_wifi_and_the_code_after_it_are_read_on_every_page_in_portrait() {
    check_every_page(PORTRAIT);
}

#[test]
fn the_longest_wifi_is_read_too() {
    let wifi = GuestWifi { ssid: "a;".repeat(16), password: Some("Zq9-:".repeat(12)), hidden: true };
    for size in [LANDSCAPE, PORTRAIT] {
        for name in PAGES {
            check(name, &wifi, size, MODES[0], Language::En);
        }
    }
}
