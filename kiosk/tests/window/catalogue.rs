//! Offers as large, as small and as long-winded as a showroom can make them: every control stays whole and within reach.
//!
//! Leaves pictures in `target/kiosk-pictures`.

use std::time::Duration;

use i_slint_backend_testing::{AccessibleRole, ElementHandle, ElementQuery};
use kiosk::session::{Aside, Input, Intent, Page, Turn};
use kiosk::ui::generated::{ShellLogic, WelcomeLogic};
use shared::catalogue::{Model, Place};
use shared::consent::{ConsentPurpose, Wording};
use shared::wire::{Brand, ConsultantCard, KioskConfig, Language, Picture, Purpose, Stage, VisitStatus};
use slint::{Global as _, PhysicalSize};

use crate::bench::{Bench, LANDSCAPE, PORTRAIT, config};
use crate::pictures::logo;
use crate::sheets::write;
use crate::touch::check_control;

/// Names of exactly 200 characters; English ones with words, and without a single space.
fn long(number: usize) -> (String, String) {
    let zh: String = format!("{number}星河旗舰版超长续航四驱智能座舱").chars().cycle().take(200).collect();
    let en = if number.is_multiple_of(2) {
        format!("{number}-Xinghe").repeat(30)
    } else {
        format!("{number} Xinghe Flagship ").repeat(15)
    };
    (zh, en.chars().take(200).collect())
}

fn model(number: usize) -> Model {
    let (zh, en) = long(number);
    // Some pictures were never fetched, some are named by no hash at all.
    let picture = match number % 4 {
        0 => Some(Picture { sha256: format!("{:064x}", number % 3), url: String::new() }),
        1 => Some(Picture { sha256: "f".repeat(64), url: "http://127.0.0.1:9/gone.png".into() }),
        2 => Some(Picture { sha256: "../../etc/passwd".into(), url: String::new() }),
        _ => None,
    };
    let place = number.is_multiple_of(3).then(|| Place { zh: "展".repeat(200), en: "hall ".repeat(40) });
    Model { id: format!("m{number}").parse().unwrap(), zh, en, picture, place, fits: Vec::new() }
}

fn offer(models: usize, consultants: usize) -> KioskConfig {
    let card = |number: usize| ConsultantCard {
        id: Some(format!("c{number}").parse().unwrap()),
        name: if number.is_multiple_of(2) { long(number).0 } else { long(number).1 },
        name_en: None,
        photo: None,
    };
    KioskConfig {
        brand: Brand {
            zh: "山河汽车上海浦东新区世纪大道旗舰体验中心".chars().cycle().take(40).collect(),
            en: "Shanhe Motors Shanghai Flagship Showroom".into(),
        },
        models: (0..models).map(model).collect(),
        consultants: (0..consultants).map(card).collect(),
        ..config()
    }
}

fn open(size: PhysicalSize, offer: KioskConfig) -> Bench {
    kiosk::offer::check(&offer).unwrap();
    let mut bench = Bench::open(size);
    bench.input(Input::Config(offer));
    bench
}

fn intend(bench: &mut Bench, intent: Intent) {
    bench.input(Input::Intent(intent));
    bench.wait(Duration::from_millis(400));
}

fn arrive(bench: &mut Bench, language: Language, purpose: Purpose) {
    bench.wait(Duration::from_millis(400));
    intend(bench, Intent::Start(language));
    intend(bench, Intent::CheckIn(purpose, Box::default()));
    bench.receipt();
    bench.status(Stage::Calling);
}

/// Each control is whole and within reach, and none lies over another.
#[track_caller]
fn look(bench: &Bench, size: PhysicalSize, name: &str) {
    let found =
        |role| ElementQuery::from_root(&bench.window).match_descendants().match_accessible_role(role).find_all();
    let controls: Vec<ElementHandle> =
        found(AccessibleRole::Button).into_iter().chain(found(AccessibleRole::Checkbox)).collect();
    assert!(controls.len() >= 2, "{name}: no controls");
    for (at, control) in controls.iter().enumerate() {
        check_control(control, size);
        for other in &controls[at + 1..] {
            let (a, b) = (frame(control), frame(other));
            // A control that inherits another is found once as each of the two.
            if a == b && control.accessible_label() == other.accessible_label() {
                continue;
            }
            let apart = a.2 <= b.0 + 0.5 || b.2 <= a.0 + 0.5 || a.3 <= b.1 + 0.5 || b.3 <= a.1 + 0.5;
            assert!(
                apart,
                "{name}: {:?} {a:?} lies over {:?} {b:?}",
                control.accessible_label(),
                other.accessible_label()
            );
        }
    }
    let orientation = if size.width > size.height { "landscape" } else { "portrait" };
    let picture = bench.snapshot();
    write(&format!("{name}-{orientation}.png"), size, picture.as_bytes());
}

fn frame(control: &ElementHandle) -> (f32, f32, f32, f32) {
    let (place, extent) = (control.absolute_position(), control.size());
    (place.x, place.y, place.x + extent.width, place.y + extent.height)
}

fn long_names(size: PhysicalSize) {
    for (language, name) in [(Language::Zh, "90-long-zh"), (Language::En, "90-long-en")] {
        let run = move || {
            let mut bench = open(size, offer(500, 300));
            look(&bench, size, &format!("{name}-welcome"));
            arrive(&mut bench, language, Purpose::Model);
            assert_eq!(bench.screen().page, Page::Aside(Aside::Models));
            for tile in ["m0", "m1", "m2"] {
                intend(&mut bench, Intent::Pick(tile.into()));
            }
            look(&bench, size, &format!("{name}-models"));
            intend(&mut bench, Intent::Done);
            intend(&mut bench, Intent::Add(Aside::Consultants));
            look(&bench, size, &format!("{name}-consultants"));
            intend(&mut bench, Intent::Pick("c1".into()));
            for consultant in [long(0), long(1)].map(|(zh, en)| if language == Language::Zh { zh } else { en }) {
                let visit = bench.visit();
                let consultant = Some(ConsultantCard { id: None, name: consultant, name_en: None, photo: None });
                let news = VisitStatus { visit, stage: Stage::Coming, consultant, position: None, wait_s: None };
                bench.input(Input::Status(news));
                look(&bench, size, &format!("{name}-coming"));
            }
            intend(&mut bench, Intent::Add(Aside::Phone));
            look(&bench, size, &format!("{name}-strip"));
            let visit = bench.visit();
            let stage = Stage::Queued;
            let (position, wait_s) = (Some(u32::MAX), Some(u32::MAX));
            bench.input(Input::Status(VisitStatus { visit, stage, consultant: None, position, wait_s }));
            intend(&mut bench, Intent::Back);
            look(&bench, size, &format!("{name}-queue"));
        };
        std::thread::spawn(run).join().unwrap();
    }
}

#[test]
fn names_of_two_hundred_characters_break_no_page_in_landscape() {
    long_names(LANDSCAPE);
}

#[test]
fn names_of_two_hundred_characters_break_no_page_in_portrait() {
    long_names(PORTRAIT);
}

#[test]
fn five_hundred_models_are_turned_to_the_end_one_page_a_tap() {
    let mut bench = open(PORTRAIT, offer(500, 0));
    arrive(&mut bench, Language::En, Purpose::TestDrive);
    for page in 1..125 {
        bench.tap("More");
        assert_eq!(bench.screen().tiles.page, page);
    }
    // Disabled at the end.
    bench.tap("More");
    let last = bench.screen().tiles;
    assert_eq!((last.page, last.pages, last.tiles.len()), (124, 125, 4));
    look(&bench, PORTRAIT, "91-last-models");
    intend(&mut bench, Intent::Pick("m499".into()));
    // A catalogue that shrinks under the finger leaves a page that is there, and nothing picked that is gone.
    bench.input(Input::Config(offer(7, 0)));
    assert_eq!((bench.screen().tiles.page, bench.screen().tiles.pages), (1, 2));
    intend(&mut bench, Intent::Done);
    assert_eq!(bench.kinds(), ["visit.checked_in"], "a model that is gone was handed in");
}

#[test]
fn whoever_offers_one_model_or_none_has_pages_without_a_hole() {
    for (models, consultants, page) in [(0, 0, Page::Visit), (1, 1, Page::Aside(Aside::Models))] {
        let run = move || {
            let mut bench = open(LANDSCAPE, offer(models, consultants));
            look(&bench, LANDSCAPE, &format!("92-{models}-models-welcome"));
            arrive(&mut bench, Language::Zh, Purpose::Model);
            assert_eq!(bench.screen().page, page);
            look(&bench, LANDSCAPE, &format!("92-{models}-models"));
            intend(&mut bench, Intent::Turn(Turn::Next));
            intend(&mut bench, Intent::Back);
            assert_eq!(bench.screen().asides.contains(&Aside::Consultants), consultants > 0);
            // All of it is taken away while somebody chooses.
            intend(&mut bench, Intent::Add(Aside::Models));
            bench.input(Input::Config(offer(0, 0)));
            assert_eq!(bench.screen().page, Page::Visit);
        };
        std::thread::spawn(run).join().unwrap();
    }
}

#[test]
fn the_longest_name_that_can_be_spelled_fits_its_keys() {
    for size in [LANDSCAPE, PORTRAIT] {
        let run = move || {
            let mut bench = open(size, offer(1, 1));
            arrive(&mut bench, Language::En, Purpose::Browse);
            intend(&mut bench, Intent::Add(Aside::Name));
            "wolfeschlegelsteinhausen".chars().for_each(|letter| bench.input(Input::Intent(Intent::Key(letter))));
            look(&bench, size, "93-spelled");
            intend(&mut bench, Intent::Done);
            look(&bench, size, "93-addressed");
            bench.tap("Ms Wolfeschlegelsteinha");
            look(&bench, size, "93-noted");
        };
        std::thread::spawn(run).join().unwrap();
    }
}

/// The longest text that is not refused can be read to its end, on sheets of whole lines.
#[track_caller]
fn read_to_the_end(size: PhysicalSize, language: Language) {
    let run = move || {
        let wording = Wording {
            purpose: ConsentPurpose::Contact,
            version: "v4".into(),
            zh: "我同意山河汽车上海展厅处理我填写的称呼、电话号码。".chars().cycle().take(2_000).collect(),
            en: "I agree that Shanhe Motors processes my name. ".chars().cycle().take(2_000).collect(),
        };
        let mut bench = open(size, KioskConfig { wordings: vec![wording.clone()], ..offer(1, 1) });
        arrive(&mut bench, language, Purpose::Browse);
        intend(&mut bench, Intent::Add(Aside::Phone));
        "13800138000".chars().for_each(|key| bench.input(Input::Intent(Intent::Key(key))));
        intend(&mut bench, Intent::Done);
        intend(&mut bench, Intent::ReadWording(ConsentPurpose::Contact));
        let name = format!("94-wording-{language}");
        look(&bench, size, &format!("{name}-first"));
        let more = if language == Language::Zh { "下一页" } else { "More" };
        let mut sheets = 1;
        while bench.find(more).is_some_and(|button| button.accessible_enabled() == Some(true)) {
            bench.tap(more);
            sheets += 1;
            assert!(sheets < 20, "sheets without an end");
        }
        assert!(sheets > 1, "2,000 characters fit on one sheet?");
        look(&bench, size, &format!("{name}-last"));
        // New words while somebody reads the old ones: nothing is agreed to that was not seen.
        intend(&mut bench, Intent::Consent(ConsentPurpose::Contact, true));
        assert!(bench.screen().consents[0].ticked);
        let wordings = vec![Wording { version: "v5".into(), ..wording }];
        bench.input(Input::Config(KioskConfig { wordings, ..offer(1, 1) }));
        assert!(!bench.screen().consents[0].ticked);
        assert_eq!(bench.screen().page, Page::Consents);
    };
    std::thread::spawn(run).join().unwrap();
}

#[test]
fn the_longest_wording_is_read_in_full() {
    for size in [LANDSCAPE, PORTRAIT] {
        read_to_the_end(size, Language::Zh);
        read_to_the_end(size, Language::En);
    }
}

/// What the window keeps is what is offered: not the car before it, nor the one that is offered no more.
#[test]
fn each_visitor_sees_another_car_and_no_picture_outlives_its_offer() {
    let run = || {
        let mut bench = Bench::open(PORTRAIT);
        let welcome = |bench: &Bench| {
            let logic = WelcomeLogic::get(&bench.window);
            (logic.get_has_car(), logic.get_car_of(), logic.get_car().size())
        };
        let (first, showcase) = (welcome(&bench), bench.screen().showcase.unwrap());
        assert!(first.0 && first.1.starts_with(showcase.sha256.as_str()) && first.2.width == 1080, "{first:?}");
        let parked = |bench: &Bench| {
            let logic = WelcomeLogic::get(&bench.window);
            (logic.get_has_parked(), logic.get_parked().size().width)
        };
        bench.wait(Duration::from_millis(400));
        intend(&mut bench, Intent::Start(Language::Zh));
        assert_eq!(welcome(&bench), first, "it stays for whoever comes back");
        assert_eq!(parked(&bench), (true, 760));
        intend(&mut bench, Intent::Wipe);
        let second = welcome(&bench);
        assert!(second.0 && second.1 != first.1, "{second:?}");
        assert_eq!(parked(&bench), (false, 0));
        // A farewell makes the next one ready, once it has arrived.
        arrive(&mut bench, Language::Zh, Purpose::Browse);
        bench.status(Stage::Greeted);
        assert_eq!(welcome(&bench), second);
        bench.wait(Duration::from_millis(400));
        let third = welcome(&bench);
        assert!(third.0 && third.1 != second.1, "{third:?}");
        intend(&mut bench, Intent::Back);
        assert_eq!((bench.screen().page, welcome(&bench)), (Page::Welcome, third.clone()));
        // Where it goes sooner, the welcome page does.
        arrive(&mut bench, Language::Zh, Purpose::Browse);
        bench.status(Stage::Greeted);
        intend(&mut bench, Intent::Wipe);
        let fourth = welcome(&bench);
        assert!(fourth.0 && fourth.1 != third.1, "{fourth:?}");
        bench.wait(Duration::from_millis(400));
        assert_eq!((bench.screen().page, welcome(&bench)), (Page::Welcome, fourth));

        bench.input(Input::Config(KioskConfig { logo: Some(logo()), ..config() }));
        let shell = |bench: &Bench| {
            let logic = ShellLogic::get(&bench.window);
            (logic.get_has_logo(), logic.get_logo().size(), logic.get_logo_large().size())
        };
        assert_eq!((shell(&bench).0, shell(&bench).1.width, shell(&bench).2.width), (true, 168, 336));
        bench.input(Input::Config(KioskConfig { models: Vec::new(), logo: None, ..config() }));
        assert!(!welcome(&bench).0 && welcome(&bench).2.width == 0);
        assert!(!shell(&bench).0 && shell(&bench).1.width == 0);
    };
    std::thread::spawn(run).join().unwrap();
}
