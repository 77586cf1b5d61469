//! The way into the staff menu: a long press on the brand's name.

use std::time::Duration;

use kiosk::session::{Modes, Page, StaffView};
use shared::wire::{KioskConfig, Language, Picture};
use slint::PhysicalSize;

use crate::bench::{Bench, LANDSCAPE, LOGO, PORTRAIT};
use crate::cars::hash;
use crate::fingers::Fingers;
use crate::pictures::mondays;

const LONG: Duration = Duration::from_millis(3_100);
const BRAND: &str = "山河汽车";

/// Presses where the brand's name stands, for so long.
#[track_caller]
fn press(bench: &mut Bench, size: PhysicalSize, time: Duration) {
    let brand = bench.find(BRAND).or_else(|| bench.find("山河汽车  Shanhe Motors")).unwrap();
    let (corner, extent) = (brand.absolute_position(), brand.size());
    // The name may fill its line; its first letters are what one aims at.
    let place = (corner.x + extent.width.min(120.0) / 2.0, corner.y + extent.height / 2.0);
    let mut fingers = Fingers::over(size);
    fingers.hold(&bench.window, place);
    bench.wait(time);
    fingers.lift(&bench.window);
    bench.hear();
}

#[track_caller]
fn opens(bench: &mut Bench, size: PhysicalSize) {
    press(bench, size, Duration::from_secs(2));
    assert_eq!(bench.screen().staff, StaffView::Shut);
    press(bench, size, LONG);
    assert!(matches!(bench.screen().staff, StaffView::Pin(_)), "{:?}", bench.screen().page);
}

/// On every kind of page, in a thread of its own each time: a thread has one window.
fn opens_on(page: Page, told: fn(&mut KioskConfig), prepare: fn(&mut Bench)) {
    let large = Modes { large: true, ..Modes::default() };
    for (size, modes) in [LANDSCAPE, PORTRAIT].into_iter().flat_map(|size| [(size, Modes::default()), (size, large)]) {
        for logo in [false, true] {
            let tried = std::thread::spawn(move || {
                let mut bench = Bench::open_for(size, modes, Language::Zh);
                bench.told(|config| {
                    config.staff_pin = Some("$argon2id$".into());
                    config.logo = logo.then(|| Picture { sha256: hash(LOGO), url: String::new() });
                    told(config);
                });
                prepare(&mut bench);
                assert_eq!(bench.screen().page, page);
                opens(&mut bench, size);
            });
            assert!(tried.join().is_ok(), "{size:?} {modes:?} logo: {logo}");
        }
    }
}

#[test]
fn a_long_press_on_the_name_opens_the_staff_menu_from_the_welcome_page() {
    opens_on(Page::Welcome, |_| {}, |_| {});
}

#[test]
fn and_beside_a_visit() {
    opens_on(Page::Purpose, |_| {}, |bench| bench.tap("点此开始"));
}

#[test]
fn and_when_the_showroom_is_closed() {
    opens_on(Page::Closed, |config| config.opening = Some(mondays()), |_| {});
}
