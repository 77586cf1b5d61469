//! The visitor's way through the pages, by the labels that a screen reader would say.

use i_slint_backend_testing::{AccessibleRole, ElementHandle, ElementQuery};
use kiosk::session::{Aside, Call, Farewell, Page};
use shared::consent::ConsentPurpose;
use shared::wire::{DeviceEvent, Language, Purpose, Stage};
use slint::PhysicalSize;

use crate::bench::{Bench, LANDSCAPE, PORTRAIT};

#[test]
fn two_taps_call_a_consultant() {
    let mut bench = Bench::open(LANDSCAPE);
    bench.tap("点此开始");
    bench.tap("看某款车");
    let [event] = &bench.kept[..] else { panic!("{:?}", bench.kinds()) };
    let DeviceEvent::CheckedIn(checked_in) = &event.event else { panic!() };
    assert_eq!((checked_in.purpose, checked_in.language), (Purpose::Model, Language::Zh));
    assert!(checked_in.touched_ms.is_some_and(|touched| touched >= 350));
    bench.receipt();
    bench.status(Stage::Coming);
    assert!(bench.find("王芳 正在向您走来").is_some());
}

#[test]
fn help_is_called_from_the_welcome_page_with_one_tap() {
    let mut bench = Bench::open(PORTRAIT);
    bench.tap("请人帮忙");
    let DeviceEvent::CheckedIn(checked_in) = &bench.kept[0].event else { panic!() };
    assert_eq!(checked_in.purpose, Purpose::Help);
    assert_eq!(bench.screen().page, Page::Visit);
}

#[test]
fn send_someone_stands_on_every_page_and_calls_once() {
    let mut bench = Bench::open(LANDSCAPE);
    bench.tap("Start in English");
    bench.tap("Send someone");
    bench.receipt();
    bench.tap("Send someone");
    assert!(bench.screen().visit.unwrap().reminded);
    bench.tap("Leave my number");
    bench.tap("Send someone");
    assert_eq!(bench.screen().page, Page::Visit);
    assert_eq!(bench.kinds(), ["visit.checked_in"]);
    bench.tap("My consultant is here");
    assert!(bench.find("Enjoy your visit").is_none(), "they did not come for the cars");
    bench.tap("Send someone");
    assert_eq!(bench.kinds(), ["visit.checked_in", "visit.met", "visit.checked_in"]);
    assert_eq!(bench.screen().page, Page::Visit);
}

#[test]
fn whoever_wants_to_be_left_alone_is_not_told_to_stay() {
    let mut bench = Bench::open(LANDSCAPE);
    bench.tap("Start in English");
    bench.tap("Just looking");
    bench.receipt();
    for stage in [Stage::Calling, Stage::Coming, Stage::Queued, Stage::Reception] {
        bench.status(stage);
        assert!(bench.find("Look around as you like").is_some(), "{stage:?}");
        assert!(bench.find("Please stay here").is_none(), "{stage:?}");
    }
    bench.tap("My consultant is here");
    assert!(bench.find("Enjoy your visit").is_some());
}

#[test]
fn a_complaint_is_thanked_for_and_no_joy_is_wished() {
    let mut bench = Bench::open(PORTRAIT);
    bench.tap("点此开始");
    bench.tap("投诉");
    bench.receipt();
    // Somebody may accept before the first apology was read.
    let after = "给您添麻烦了，非常抱歉，我们会为您处理";
    let queued = "给您添麻烦了，非常抱歉，大约还需 7 分钟";
    for (stage, said) in [(Stage::Reception, after), (Stage::Queued, queued), (Stage::Coming, after)] {
        bench.status(stage);
        assert!(bench.find(said).is_some(), "{stage:?}");
    }
    bench.status(Stage::Greeted);
    assert!(bench.find("感谢您告诉我们").is_some());
    assert!(bench.find("祝您看车愉快").is_none());
}

#[test]
fn what_was_agreed_to_stands_on_the_visits_page_and_can_be_taken_back_there() {
    let mut bench = Bench::open(LANDSCAPE);
    bench.tap("Start in English");
    bench.tap("A first look");
    bench.receipt();
    bench.tap("Leave my number");
    "13800138000".chars().for_each(|digit| bench.tap(&digit.to_string()));
    bench.tap("Use this number");
    bench.tap("You may contact me about this enquiry");
    bench.tap("You may send me news and offers");
    bench.tap("Continue");
    let agreed = |bench: &Bench| bench.find("What I agreed to").unwrap().accessible_description().unwrap();
    assert_eq!(agreed(&bench), "Contact · Offers");
    bench.tap("What I agreed to");
    bench.tap("You may send me news and offers");
    bench.tap("Continue");
    assert_eq!(agreed(&bench), "Contact");
}

#[test]
fn a_number_is_left_with_a_consent_only_when_ticked() {
    let mut bench = Bench::open(LANDSCAPE);
    bench.tap("Start in English");
    bench.tap("A first look");
    bench.receipt();
    bench.tap("Leave my number");
    // Disabled: the number is not whole yet.
    bench.tap("Use this number");
    assert_eq!(bench.screen().page, Page::Aside(Aside::Phone));
    "13800138000".chars().for_each(|digit| bench.tap(&digit.to_string()));
    bench.tap("Use this number");
    let DeviceEvent::Detailed { detail, .. } = &bench.kept[1].event else { panic!() };
    assert_eq!(detail.phone.as_ref().unwrap().e164(), "+8613800138000");
    assert_eq!(bench.screen().page, Page::Consents);
    assert!(bench.screen().consents.iter().all(|consent| !consent.ticked));
    bench.tap("Continue");
    assert_eq!(bench.kept.len(), 2);
    assert_eq!(bench.screen().visit.unwrap().noted.phone.as_deref(), Some("138****8000"));

    bench.tap("My number");
    "13900139000".chars().for_each(|digit| bench.tap(&digit.to_string()));
    bench.tap("Use this number");
    bench.tap("You may contact me about this enquiry");
    bench.tap("Read in full");
    assert_eq!(bench.screen().page, Page::Wording(ConsentPurpose::Contact));
    bench.tap("I do not agree");
    assert!(!bench.screen().consents[0].ticked);
    bench.tap("Read in full");
    bench.tap("I agree");
    bench.tap("Continue");
    let DeviceEvent::Detailed { detail, .. } = &bench.kept[3].event else { panic!() };
    let [consent] = &detail.consents[..] else { panic!("{:?}", detail.consents) };
    assert_eq!((consent.purpose, consent.given, consent.wording.as_str()), (ConsentPurpose::Contact, true, "v3"));
}

#[test]
fn models_and_a_name_are_picked_by_touch() {
    let mut bench = Bench::open(PORTRAIT);
    bench.tap("点此开始");
    bench.tap("看某款车");
    bench.receipt();
    bench.tap("星河 S7 轿车");
    bench.tap("选好了");
    bench.tap("我的称呼");
    bench.tap("S");
    bench.tap("单");
    bench.tap("单先生");
    assert_eq!(bench.kinds(), ["visit.checked_in", "visit.detailed", "visit.detailed"]);
    let noted = bench.screen().visit.unwrap().noted;
    assert_eq!((noted.models, noted.surname.as_deref()), (vec!["星河 S7 轿车".to_owned()], Some("单")));
}

#[test]
fn met_left_and_cancelled_are_reported_and_end_the_page() {
    for (label, kind, farewell) in [
        ("My consultant is here", "visit.met", Farewell::Met),
        ("I have to go", "visit.left", Farewell::Left),
        ("I tapped by mistake", "visit.cancelled", Farewell::Cancelled),
    ] {
        let bench = std::thread::spawn(move || {
            let mut bench = Bench::open(LANDSCAPE);
            bench.tap("Start in English");
            bench.tap("Service for my car");
            bench.receipt();
            bench.tap(label);
            (bench.kinds(), bench.screen().page)
        });
        assert_eq!(bench.join().unwrap(), (vec!["visit.checked_in", kind], Page::Farewell(farewell)));
    }
}

#[test]
fn a_double_tap_rings_once_and_touches_nothing_behind() {
    let mut bench = Bench::open(LANDSCAPE);
    bench.tap("Start in English");
    let tile = bench.find("A complaint").unwrap();
    tile.invoke_accessible_default_action();
    tile.invoke_accessible_default_action();
    bench.hear();
    // The second half of a double tap lands on whatever stands there now.
    for label in ["I tapped by mistake", "I have to go", "My consultant is here"] {
        bench.find(label).unwrap().invoke_accessible_default_action();
    }
    bench.hear();
    assert_eq!(bench.kinds(), ["visit.checked_in"]);
    assert_eq!(bench.screen().page, Page::Visit);
}

#[test]
fn without_the_disk_the_visitor_is_sent_to_reception_and_never_told_received() {
    let mut bench = Bench::open(LANDSCAPE);
    bench.disk = false;
    bench.tap("Start in English");
    bench.tap("A first look");
    assert_eq!(bench.screen().visit.unwrap().call, Call::Failed);
    assert!(bench.find("Please go to reception").is_some());
    assert!(bench.find("Leave my number").is_none());
    bench.disk = true;
    bench.tap("Try again");
    assert_eq!(bench.screen().visit.unwrap().call, Call::Received);
    assert!(bench.find("Try again").is_none());
    assert_eq!(bench.kinds(), ["visit.checked_in", "visit.checked_in"]);
}

#[test]
fn language_switches_in_place() {
    let mut bench = Bench::open(LANDSCAPE);
    bench.tap("点此开始");
    bench.tap("试驾");
    bench.receipt();
    assert!(bench.find("正在为您呼叫顾问").is_some());
    bench.tap("English");
    assert!(bench.find("We are calling a consultant").is_some());
    bench.tap("中文");
    assert!(bench.find("正在为您呼叫顾问").is_some());
}

/// Walks through every page and looks at each control.
#[track_caller]
fn check_controls(size: PhysicalSize) {
    let mut bench = Bench::open(size);
    let mut controls = 0;
    let mut look = |bench: &Bench| {
        let found =
            ElementQuery::from_root(&bench.window).match_descendants().match_accessible_role(AccessibleRole::Button);
        for element in found.find_all() {
            controls += 1;
            check_control(&element, size);
        }
    };
    look(&bench);
    bench.tap("点此开始");
    look(&bench);
    bench.tap("看看车");
    look(&bench);
    bench.receipt();
    bench.status(Stage::Coming);
    look(&bench);
    for aside in ["想看的车型", "我的顾问", "同行人数", "我的称呼"] {
        bench.tap(aside);
        look(&bench);
        if aside == "我的称呼" {
            bench.tap("W");
            look(&bench);
            bench.tap("没有我的姓");
            look(&bench);
            bench.tap("返回");
        }
        bench.tap("返回");
    }
    bench.tap("留下手机号");
    look(&bench);
    "13800138000".chars().for_each(|digit| bench.tap(&digit.to_string()));
    bench.tap("提交");
    look(&bench);
    bench.tap("阅读全文");
    look(&bench);
    bench.tap("返回");
    bench.tap("返回");
    bench.tap("我要离开");
    look(&bench);
    assert!(controls > 120, "{controls}");
}

#[track_caller]
pub(crate) fn check_control(element: &ElementHandle, size: PhysicalSize) {
    let label = element.accessible_label().unwrap_or_default();
    assert!(!label.is_empty(), "{:?} has no label", element.id());
    assert!(element.accessible_enabled().is_some(), "{label} does not say whether it is enabled");
    let (extent, place) = (element.size(), element.absolute_position());
    assert!(extent.width >= 72.0 && extent.height >= 72.0, "{label} is {} × {}", extent.width, extent.height);
    assert!(place.x >= 0.0 && place.y >= 0.0, "{label} begins outside the window");
    #[expect(clippy::cast_precision_loss, reason = "a window's size is small")]
    let (width, height) = (size.width as f32, size.height as f32);
    assert!(place.x + extent.width <= width && place.y + extent.height <= height, "{label} ends outside the window");
    assert!(place.y >= height / 3.0, "{label} is at {}, out of reach from a wheelchair", place.y);
}

#[test]
fn controls_are_large_labelled_and_within_reach_in_landscape() {
    check_controls(LANDSCAPE);
}

#[test]
fn controls_are_large_labelled_and_within_reach_in_portrait() {
    check_controls(PORTRAIT);
}
