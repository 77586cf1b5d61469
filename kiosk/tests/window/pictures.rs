//! Every page, as a way to bring a window there: for the sheets of pictures, and for whoever measures pages.

use chrono::Weekday;
use kiosk::session::{About, Aside, Call, Enrolment, Farewell, Input, Intent, NamingStep, Page, Trouble, Turn};
use shared::consent::{ConsentPurpose, Wording};
use shared::opening::{OpenSpan, Opening};
use shared::wire::{
    Code, GuestWifi, KioskConfig, Language, Picture, Purpose, QrOffer, Receipt, Refused, Stage, VisitStatus,
};

use crate::bench::{Bench, LOGO, config};
use crate::cars::hash;

/// Brings a bench that stands on the welcome page to a page's state.
pub(crate) type Scene = (&'static str, fn(&mut Bench));

pub(crate) const SCENES: [Scene; 63] = [
    ("01-welcome", |_| {}),
    ("02-purpose", start),
    ("03-noting", |bench| {
        bench.held = true;
        check_in(bench);
        assert_eq!(bench.screen().visit.unwrap().call, Call::Noting);
    }),
    ("04-received", |bench| {
        check_in(bench);
        assert_eq!(bench.screen().visit.unwrap().call, Call::Received);
    }),
    ("05-unanswered", |bench| {
        bench.input(Input::Link(false));
        check_in(bench);
        assert_eq!(bench.screen().visit.unwrap().call, Call::Unanswered);
    }),
    ("06-calling", called),
    ("07-calling-reminded", |bench| {
        called(bench);
        intend(bench, Intent::SendSomeone);
    }),
    ("08-coming", |bench| {
        called(bench);
        bench.status(Stage::Coming);
    }),
    ("08-coming-nobody-named", |bench| {
        called(bench);
        told(bench, Stage::Coming, None);
    }),
    ("09-queued-next", |bench| {
        called(bench);
        told(bench, Stage::Queued, Some(1));
    }),
    ("09-queued", |bench| {
        called(bench);
        bench.status(Stage::Queued);
    }),
    ("10-reception", |bench| {
        called(bench);
        bench.status(Stage::Reception);
    }),
    ("11-failed", |bench| {
        bench.disk = false;
        check_in(bench);
        assert_eq!(bench.screen().visit.unwrap().call, Call::Failed);
    }),
    ("12-phone", phone),
    ("13-phone-typed", |bench| {
        phone(bench);
        "13800138000".chars().for_each(|key| intend(bench, Intent::Key(key)));
    }),
    ("14-phone-odd", |bench| {
        phone(bench);
        "12".chars().for_each(|key| intend(bench, Intent::Key(key)));
    }),
    ("15-phone-noted", |bench| {
        phone(bench);
        "13800138000".chars().for_each(|key| intend(bench, Intent::Key(key)));
        intend(bench, Intent::Done);
        intend(bench, Intent::Done);
        bench.status(Stage::Coming);
        assert_eq!(bench.screen().page, Page::Visit);
    }),
    ("15-consents", |bench| {
        consents(bench);
        intend(bench, Intent::Consent(ConsentPurpose::Contact, true));
    }),
    ("15-wording", |bench| {
        consents(bench);
        intend(bench, Intent::ReadWording(ConsentPurpose::Marketing));
        assert_eq!(bench.screen().page, Page::Wording(ConsentPurpose::Marketing));
    }),
    ("15-consents-all", |bench| {
        let mut config = config();
        let wording = config.wordings[0].clone();
        config.wordings = ALL_CONSENTS.map(|purpose| Wording { purpose, ..wording.clone() }).into();
        bench.input(Input::Config(config));
        consents(bench);
        assert_eq!(bench.screen().consents.len(), 4);
    }),
    ("20-models", |bench| {
        arrive(bench, Purpose::Model);
        intend(bench, Intent::Pick("x5-1".into()));
        assert_eq!(bench.screen().page, Page::Aside(Aside::Models));
    }),
    ("20-models-second", |bench| {
        arrive(bench, Purpose::Model);
        bench.status(Stage::Coming);
        intend(bench, Intent::Turn(Turn::Next));
    }),
    ("21-consultants", |bench| {
        arrive(bench, Purpose::Appointment);
        assert_eq!(bench.screen().page, Page::Aside(Aside::Consultants));
    }),
    ("22-name-initials", initials),
    ("22-name-surnames", |bench| {
        initials(bench);
        intend(bench, Intent::Pick("L".into()));
        assert_eq!(bench.screen().naming.step, NamingStep::Surnames);
    }),
    ("22-name-spelling", |bench| {
        add(bench, Aside::Name);
        intend(bench, Intent::Spell);
        "o'brien".chars().for_each(|key| intend(bench, Intent::Key(key)));
        assert_eq!(bench.screen().naming.name, "O'Brien");
    }),
    ("22-name-address", |bench| {
        initials(bench);
        intend(bench, Intent::Pick("S".into()));
        intend(bench, Intent::Pick("单".into()));
        assert_eq!(bench.screen().naming.step, NamingStep::Addressing);
    }),
    ("22-name-address-mr", |bench| {
        add(bench, Aside::Name);
        intend(bench, Intent::Spell);
        "o'brien".chars().for_each(|key| intend(bench, Intent::Key(key)));
        intend(bench, Intent::Done);
        assert_eq!(bench.screen().naming.step, NamingStep::Addressing);
    }),
    ("23-party", |bench| add(bench, Aside::Party)),
    ("24-all-noted", |bench| {
        add(bench, Aside::Party);
        intend(bench, Intent::Party(3));
        intend(bench, Intent::Add(Aside::Models));
        intend(bench, Intent::Pick("x5-1".into()));
        intend(bench, Intent::Done);
        intend(bench, Intent::Add(Aside::Consultants));
        intend(bench, Intent::Pick("chen".into()));
        intend(bench, Intent::Add(Aside::Phone));
        "13800138000".chars().for_each(|key| intend(bench, Intent::Key(key)));
        intend(bench, Intent::Done);
        intend(bench, Intent::Done);
        bench.status(Stage::Queued);
    }),
    ("24-refused", |bench| {
        add(bench, Aside::Party);
        intend(bench, Intent::Party(3));
        let refused = vec![Refused { id: bench.kept.last().map(|event| event.id), code: Code::BadBody }];
        bench.input(Input::Receipt(Receipt { refused, ..Receipt::default() }));
        assert!(bench.screen().visit.unwrap().noted.refused);
    }),
    ("25-quiet", |bench| {
        arrive(bench, Purpose::Quiet);
        bench.status(Stage::Coming);
    }),
    ("25-complaint", |bench| arrive(bench, Purpose::Complaint)),
    ("26-view", |bench| {
        called(bench);
        intend(bench, Intent::OpenView);
        assert!(bench.screen().viewing);
    }),
    ("26-view-welcome", |bench| {
        intend(bench, Intent::OpenView);
        assert_eq!((bench.screen().page, bench.screen().viewing), (Page::Welcome, true));
    }),
    ("26-view-phone", |bench| {
        phone(bench);
        intend(bench, Intent::OpenView);
    }),
    ("27-branded", |bench| {
        branded(bench);
        add(bench, Aside::Models);
        intend(bench, Intent::Pick("x5-1".into()));
    }),
    ("27-branded-welcome", branded),
    ("27-branded-dark-visit", |bench| {
        bench.told(|config| {
            config.accent = Some("#101014".into());
            config.logo = Some(logo());
        });
        called(bench);
        bench.status(Stage::Coming);
    }),
    ("28-wifi-welcome", wifi),
    ("28-wifi-left", |bench| {
        wifi(bench);
        farewell(bench, Intent::Left, Farewell::Left);
    }),
    ("28-wifi-closed", |bench| {
        bench.told(|config| {
            config.logo = Some(logo());
            config.guest_wifi = Some(guests());
            config.opening = Some(mondays());
        });
    }),
    ("16-met", |bench| farewell(bench, Intent::Met, Farewell::Met)),
    ("17-left", |bench| farewell(bench, Intent::Left, Farewell::Left)),
    ("18-cancelled", |bench| farewell(bench, Intent::Cancel, Farewell::Cancelled)),
    ("18-ended", |bench| {
        called(bench);
        told(bench, Stage::Ended, None);
        assert_eq!(bench.screen().page, Page::Farewell(Farewell::Ended));
    }),
    ("19-countdown", |bench| {
        called(bench);
        bench.wait(std::time::Duration::from_millis(30_500));
        assert_eq!(bench.screen().countdown, Some(10));
    }),
    ("19-countdown-purpose", |bench| {
        start(bench);
        bench.wait(std::time::Duration::from_millis(30_500));
        assert!(bench.screen().countdown.is_some());
    }),
    ("26-closed", |bench| bench.told(|config| config.opening = Some(mondays()))),
    ("26-maintenance", |bench| bench.told(|config| config.maintenance = true)),
    ("26-enrolment-code", |bench| {
        let code = Enrolment::Code { code: "482913".into(), gateway: "https://showroom.example:8443".into() };
        bench.input(Input::Enrolment(Some(code)));
    }),
    ("26-enrolment-asking", |bench| bench.input(Input::Enrolment(Some(Enrolment::Asking)))),
    ("26-enrolment-trouble", |bench| trouble(bench, Trouble::NoAnswer)),
    ("26-enrolment-certificate", |bench| trouble(bench, Trouble::Certificate)),
    ("26-enrolment-broker", |bench| trouble(bench, Trouble::ExternalBroker)),
    ("26-enrolment-reach", |bench| trouble(bench, Trouble::OutOfReach)),
    ("26-enrolment-other", |bench| trouble(bench, Trouble::Other)),
    ("27-staff-pin", |bench| {
        staff(bench);
        "258".chars().for_each(|key| intend(bench, Intent::Key(key)));
    }),
    ("27-staff-wrong", |bench| {
        staff(bench);
        intend(bench, Intent::Key('1'));
        bench.input(Input::Intent(Intent::Done));
        bench.input(Input::Pin(false));
    }),
    ("27-staff-wait", |bench| {
        staff(bench);
        for _ in 0..3 {
            intend(bench, Intent::Key('1'));
            bench.input(Input::Intent(Intent::Done));
            bench.input(Input::Pin(false));
        }
    }),
    ("27-staff-menu", |bench| {
        staff(bench);
        bench.input(Input::About(About { name: "demo · entrance".into(), version: "0.1.0".into(), enrolled: true }));
        bench.input(Input::Waiting(3));
        intend(bench, Intent::Key('1'));
        bench.input(Input::Intent(Intent::Done));
        bench.input(Input::Pin(true));
    }),
    ("27-staff-menu-clock", |bench| {
        // The gateway's clock, half a minute behind.
        let at = Some("2026-11-23T02:15:00Z".parse().unwrap());
        let url = "https://showroom.example/i/AQAAAAAAAAAAAAAAazE0123456789abcdefghijkl".into();
        bench.input(Input::Qr(QrOffer { url, ttl_ms: 120_000, at }));
        staff(bench);
        bench.input(Input::About(About { name: "demo · entrance".into(), version: "0.1.0".into(), enrolled: true }));
        intend(bench, Intent::Key('1'));
        bench.input(Input::Intent(Intent::Done));
        bench.input(Input::Pin(true));
        bench.input(Input::Link(false));
    }),
    ("27-staff-no-pin", |bench| intend(bench, Intent::OpenStaff)),
];

/// Open on Mondays; the bench's clock stands on a Monday at 02:15 UTC, an hour before.
pub(crate) fn mondays() -> Opening {
    let span = OpenSpan { days: vec![Weekday::Mon], from: "09:00".parse().unwrap(), to: "18:00".parse().unwrap() };
    Opening { offset_min: 300, week: vec![span] }
}

/// The gateway says how far the visit is; nobody has a name.
fn told(bench: &mut Bench, stage: Stage, position: Option<u32>) {
    let visit = bench.visit();
    bench.input(Input::Status(VisitStatus { visit, stage, consultant: None, position, wait_s: None }));
}

fn trouble(bench: &mut Bench, trouble: Trouble) {
    bench.input(Input::Enrolment(Some(Enrolment::Trouble(trouble))));
}

fn staff(bench: &mut Bench) {
    bench.told(|config| config.staff_pin = Some("$argon2id$".into()));
    intend(bench, Intent::OpenStaff);
    assert_eq!(bench.screen().page, Page::Staff);
}

/// A showroom whose link answers on its own Wi-Fi alone.
fn wifi(bench: &mut Bench) {
    bench.told(|config| config.guest_wifi = Some(guests()));
}

/// That Wi-Fi, with what has to be escaped.
pub(crate) fn guests() -> GuestWifi {
    GuestWifi { ssid: "Shanhe;Guests".into(), password: Some("huanying8".into()), hidden: false }
}

/// A showroom with a colour and a logo of its own.
fn branded(bench: &mut Bench) {
    bench.input(Input::Config(KioskConfig { accent: Some("#8a1c1c".into()), logo: Some(logo()), ..config() }));
}

pub(crate) fn logo() -> Picture {
    Picture { sha256: hash(LOGO), url: String::new() }
}

const ALL_CONSENTS: [ConsentPurpose; 4] =
    [ConsentPurpose::Contact, ConsentPurpose::Marketing, ConsentPurpose::Sharing, ConsentPurpose::Licence];

pub(crate) fn intend(bench: &mut Bench, intent: Intent) {
    bench.input(Input::Intent(intent));
    bench.wait(std::time::Duration::from_millis(360));
}

fn start(bench: &mut Bench) {
    let language = bench.screen().language;
    intend(bench, Intent::Start(language));
}

fn check_in(bench: &mut Bench) {
    start(bench);
    bench.input(Input::Intent(Intent::CheckIn(Purpose::Browse, Box::default())));
}

fn called(bench: &mut Bench) {
    check_in(bench);
    bench.receipt();
    bench.status(Stage::Calling);
    bench.wait(std::time::Duration::from_millis(360));
}

fn arrive(bench: &mut Bench, purpose: Purpose) {
    start(bench);
    intend(bench, Intent::CheckIn(purpose, Box::default()));
    bench.receipt();
    bench.status(Stage::Calling);
}

fn add(bench: &mut Bench, aside: Aside) {
    called(bench);
    intend(bench, Intent::Add(aside));
    assert_eq!(bench.screen().page, Page::Aside(aside));
}

fn phone(bench: &mut Bench) {
    add(bench, Aside::Phone);
}

fn consents(bench: &mut Bench) {
    phone(bench);
    "13800138000".chars().for_each(|key| intend(bench, Intent::Key(key)));
    intend(bench, Intent::Done);
    assert_eq!(bench.screen().page, Page::Consents);
}

/// Letters are asked for in Chinese alone; in English the name is spelled at once.
fn initials(bench: &mut Bench) {
    let language = bench.screen().language;
    add(bench, Aside::Name);
    if language == Language::En {
        bench.input(Input::Intent(Intent::Speak(Language::Zh)));
    }
    assert_eq!(bench.screen().naming.step, NamingStep::Initials);
}

fn farewell(bench: &mut Bench, intent: Intent, expect: Farewell) {
    called(bench);
    bench.input(Input::Intent(intent));
    assert_eq!(bench.screen().page, Page::Farewell(expect));
}
