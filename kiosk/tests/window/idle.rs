//! What the last visitor left must not be there for the next.

use std::time::Duration;

use kiosk::session::{Input, Intent, Page, Verdict};
use shared::wire::{Language, Stage};

use crate::bench::{Bench, LANDSCAPE, config};
use crate::pictures::SCENES;

const IDLE: Duration = Duration::from_secs(30);
const COUNTDOWN: Duration = Duration::from_secs(10);

fn typed_number() -> Bench {
    let mut bench = Bench::open(LANDSCAPE);
    bench.tap("Start in English");
    bench.tap("A first look");
    bench.receipt();
    bench.tap("Leave my number");
    "13800138".chars().for_each(|digit| bench.tap(&digit.to_string()));
    bench
}

#[test]
fn an_abandoned_keypad_is_wiped_after_a_countdown() {
    let mut bench = typed_number();
    assert!(bench.find("138 0013 8").is_some());
    bench.wait(IDLE);
    assert!(bench.find("I am still here").is_some());
    assert!(bench.find("If not, this screen is cleared. Your visit carries on.").is_some());
    bench.wait(COUNTDOWN);
    assert_eq!(bench.screen().page, Page::Welcome);
    assert_eq!(bench.screen().language, Language::Zh);
    assert!(bench.screen().visit.is_none());
    assert_eq!(bench.screen().keypad.verdict, Verdict::Empty);
    // Nor does any way bring it back.
    bench.tap("Start in English");
    bench.wait(IDLE);
    // Nobody was called, so nothing carries on.
    assert!(bench.find("If not, this screen goes back to the start.").is_some());
    bench.tap("I am still here");
    bench.tap("A first look");
    bench.receipt();
    bench.tap("Leave my number");
    assert!(bench.find("138 0013 8").is_none());
}

#[test]
fn a_touch_during_the_countdown_keeps_everything() {
    let mut bench = typed_number();
    bench.wait(IDLE + Duration::from_secs(5));
    bench.tap("I am still here");
    assert!(bench.find("I am still here").is_none());
    assert!(bench.find("138 0013 8").is_some());
}

#[test]
fn each_tap_and_each_news_starts_the_time_anew() {
    let mut bench = typed_number();
    bench.wait(Duration::from_secs(29));
    bench.tap("0");
    bench.wait(Duration::from_secs(29));
    assert_eq!(bench.screen().countdown, None);
    bench.status(Stage::Coming);
    bench.wait(Duration::from_secs(29));
    assert_eq!(bench.screen().countdown, None);
    bench.wait(Duration::from_secs(2));
    assert!(bench.screen().countdown.is_some());
}

#[test]
fn every_page_of_a_visitor_counts_down_after_thirty_seconds_and_is_wiped_after_ten_more() {
    let (mut bench, mut pages) = (Bench::open(LANDSCAPE), 0);
    for (name, scene) in SCENES {
        bench.kept.clear();
        (bench.held, bench.disk) = (false, true);
        bench.rewind();
        for input in [Input::Enrolment(None), Input::Config(config()), Input::Link(true)] {
            bench.input(input);
        }
        // The page before must have settled.
        bench.wait(Duration::from_millis(400));
        scene(&mut bench);
        let resting = [Page::Welcome, Page::Closed, Page::Maintenance, Page::Enrolment, Page::Staff];
        // A farewell goes sooner, and the staff's menu has a time of its own.
        if resting.contains(&bench.screen().page) || matches!(bench.screen().page, Page::Farewell(_)) {
            bench.wait(Duration::from_mins(3));
            continue;
        }
        bench.input(Input::Intent(Intent::Stay));
        bench.wait(Duration::from_secs(29));
        assert_eq!(bench.screen().countdown, None, "{name}: too early");
        bench.wait(Duration::from_secs(1));
        assert!(bench.screen().countdown.is_some(), "{name}: {:?}", bench.screen());
        bench.wait(COUNTDOWN);
        let screen = bench.screen();
        assert!(resting.contains(&screen.page) && screen.visit.is_none(), "{name}: {screen:?}");
        assert_eq!(
            (screen.language, screen.keypad.verdict, screen.viewing),
            (Language::Zh, Verdict::Empty, false),
            "{name}"
        );
        pages += 1;
    }
    assert!(pages > 30, "{pages}");
}

#[test]
fn an_untouched_welcome_page_never_counts_down_and_has_no_deadline_but_the_codes() {
    let mut bench = Bench::open(LANDSCAPE);
    bench.wait(Duration::from_mins(3));
    assert_eq!((bench.screen().page, bench.screen().countdown), (Page::Welcome, None));
}
