//! Every control of every page in every mode: large enough, inside the window, apart from the others and within reach; and
//! every word inside what it belongs to, and whole.

use i_slint_backend_testing::{AccessibleRole, ElementHandle, ElementQuery};
use kiosk::session::{Modes, Page};
use kiosk::ui::AppWindow;
use shared::wire::Language;
use slint::PhysicalSize;

use crate::bench::{Bench, LANDSCAPE, PORTRAIT};
use crate::pictures::SCENES;

/// Layouts divide lengths; this much is rounding.
const ROUNDING: f32 = 1.0;
/// What a finger needs, in pixels of the design.
const FINGER: f32 = 72.0;

/// Contrast moves nothing but borders, so it stands with all of the others alone.
const MODES: [Modes; 4] = [
    Modes { large: false, contrast: false, lower: false },
    Modes { large: true, contrast: false, lower: false },
    Modes { large: false, contrast: false, lower: true },
    Modes { large: true, contrast: true, lower: true },
];

#[derive(Debug, Clone)]
struct Place {
    name: String,
    left: f32,
    top: f32,
    right: f32,
    bottom: f32,
}

impl Place {
    fn of(element: &ElementHandle) -> Self {
        let (at, size) = (element.absolute_position(), element.size());
        let name = element.accessible_label().unwrap_or_default().to_string();
        let name = if name.is_empty() { format!("{:?} in {at:?}", element.id()) } else { name };
        Self { name, left: at.x, top: at.y, right: at.x + size.width, bottom: at.y + size.height }
    }

    fn key(&self) -> (&str, [f32; 4]) {
        (&self.name, [self.left, self.top, self.right, self.bottom])
    }

    /// What must not stand beside something else comes this near to it.
    fn overlaps(&self, other: &Self) -> bool {
        self.left + ROUNDING < other.right
            && other.left + ROUNDING < self.right
            && self.top + ROUNDING < other.bottom
            && other.top + ROUNDING < self.bottom
    }

    fn is_inside(&self, other: &Self) -> bool {
        self.left + ROUNDING >= other.left
            && self.top + ROUNDING >= other.top
            && self.right <= other.right + ROUNDING
            && self.bottom <= other.bottom + ROUNDING
    }
}

/// What can be touched, and what can be read: of a dialog, if one lies over the page.
fn topmost(window: &AppWindow) -> (Vec<Place>, Vec<Place>) {
    let dialogs = ElementQuery::from_root(window).match_descendants().match_accessible_role(AccessibleRole::Groupbox);
    let dialog = dialogs.find_all().pop();
    let query = match &dialog {
        Some(dialog) => dialog.query_descendants(),
        None => ElementQuery::from_root(window).match_descendants(),
    };
    let found = query.match_predicate(|element| is_words(element) || is_control(element)).find_all();
    let (words, controls): (Vec<ElementHandle>, Vec<ElementHandle>) = found.into_iter().partition(is_words);
    (places(&controls), places(&words))
}

fn places(elements: &[ElementHandle]) -> Vec<Place> {
    let mut places: Vec<Place> = elements.iter().map(Place::of).collect();
    // One that inherits from another is found once for each.
    places.sort_by(|a, b| a.key().partial_cmp(&b.key()).unwrap());
    places.dedup_by(|a, b| a.key() == b.key());
    places
}

fn is_control(element: &ElementHandle) -> bool {
    matches!(element.accessible_role(), Some(AccessibleRole::Button | AccessibleRole::Checkbox))
}

/// Words, but not those that are turned page by page behind a frame.
fn is_words(element: &ElementHandle) -> bool {
    let is_text = |name: &str| name == "Text";
    let text = element.type_name().is_some_and(|name| is_text(&name))
        || element.bases().is_some_and(|mut bases| bases.any(|name| is_text(&name)));
    text && element.id().is_none_or(|id| id != "WordingPage::wording")
}

fn faults(bench: &Bench, size: PhysicalSize, modes: Modes) -> Vec<String> {
    let (controls, texts) = topmost(&bench.window);
    #[expect(clippy::cast_precision_loss, reason = "a window's size is small")]
    let (width, height) = (size.width as f32, size.height as f32);
    let window = Place { name: "the window".into(), left: 0.0, top: 0.0, right: width, bottom: height };
    let highest = if modes.lower { height / 2.0 } else { height / 3.0 };
    let mut faults = Vec::new();
    let page = bench.screen().page;
    // Nobody can do anything there but read.
    let read_only = matches!(page, Page::Maintenance | Page::Enrolment);
    if controls.is_empty() != read_only || texts.is_empty() {
        faults.push("nothing to read, or to touch where there should be".to_owned());
    }
    for (at, control) in controls.iter().enumerate() {
        let Place { name, left, top, right, bottom } = control;
        if right - left < FINGER || bottom - top < FINGER {
            faults.push(format!("{name} is {} × {}", right - left, bottom - top));
        }
        if !control.is_inside(&window) {
            faults.push(format!("{name} leaves the window: {control:?}"));
        }
        // Those who may open the staff menu stand before it.
        if *top < highest && page != Page::Staff {
            faults.push(format!("{name} begins at {top}, above {highest}"));
        }
        for other in controls.iter().skip(at + 1).filter(|other| other.overlaps(control)) {
            faults.push(format!("{name} lies over {}", other.name));
        }
    }
    let cut = ElementQuery::from_root(&bench.window).match_descendants().match_inherits("Cut").find_all();
    for place in places(&cut).iter().filter(|place| place.right > place.left) {
        faults.push(format!("words are cut at {}, {}", place.left, place.top));
    }
    for (at, text) in texts.iter().enumerate() {
        if !text.is_inside(&window) {
            faults.push(format!("words leave the window: {text:?}"));
        }
        for control in controls.iter().filter(|control| text.overlaps(control) && !text.is_inside(control)) {
            faults.push(format!("words do not fit: {text:?} and {control:?}"));
        }
        for other in texts.iter().skip(at + 1).filter(|other| other.overlaps(text)) {
            faults.push(format!("words lie over words: {text:?} and {other:?}"));
        }
    }
    faults
}

fn check_every_page(size: PhysicalSize, language: Language) {
    let mut found = Vec::new();
    for modes in MODES {
        for (name, scene) in SCENES {
            let faults = std::thread::spawn(move || {
                let mut bench = Bench::open_for(size, modes, language);
                scene(&mut bench);
                faults(&bench, size, modes)
            });
            found.extend(faults.join().unwrap().into_iter().map(|fault| format!("{name}, {modes:?}: {fault}")));
        }
    }
    assert!(
        found.is_empty(),
        "{} faults, the first of them:\n{}",
        found.len(),
        found[..found.len().min(60)].join("\n")
    );
}

#[test]
fn every_control_is_within_reach_in_every_mode_in_chinese_landscape() {
    check_every_page(LANDSCAPE, Language::Zh);
}

#[test]
fn every_control_is_within_reach_in_every_mode_in_english_landscape() {
    check_every_page(LANDSCAPE, Language::En);
}

#[test]
fn every_control_is_within_reach_in_every_mode_in_chinese_portrait() {
    check_every_page(PORTRAIT, Language::Zh);
}

#[test]
fn every_control_is_within_reach_in_every_mode_in_english_portrait() {
    check_every_page(PORTRAIT, Language::En);
}
