//! Mashing: fingers at random places of the real window, with a disk, a link and a gateway that do as they please.
//!
//! A short round runs with the other tests. The long one, 100,000 gestures on each page's scene and in both orientations:
//! `KIOSK_MASH_TAPS=100000 cargo test --release -p kiosk --test window mashing -- --nocapture`. Every choice follows from a seed, which a
//! failure prints; `KIOSK_MASH_SEED=…` repeats it. At its end each run says how many gestures every page got.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use kiosk::session::{Input, NewEvent, Page, Rules};
use shared::ids::{EventId, VisitId};
use shared::wire::{Code, ConsultantCard, DeviceEvent, QrOffer, Receipt, Refused, Stage, VisitStatus};
use slint::PhysicalSize;

use crate::bench::{Bench, LANDSCAPE, PORTRAIT, config};
use crate::fingers::{Chance, Fingers};
use crate::pictures::{SCENES, Scene};
use crate::traces;

/// Gestures on each scene in the short round.
const SHORT: u32 = 60;
/// How long the staff menu stays open by itself.
const STAFF: Duration = Duration::from_mins(1);
/// Pages that a visitor or whoever looks after the kiosk can stand before.
const PAGES: usize = 18;
/// Gestures of one visitor, at most.
const VISITOR: u32 = 40;

#[test]
fn mashing_in_landscape_breaks_no_promise() {
    mash(LANDSCAPE);
}

#[test]
fn mashing_in_portrait_breaks_no_promise() {
    mash(PORTRAIT);
}

/// A number from the environment.
fn given(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().unwrap_or_else(|_| panic!("{name} is no number: {text}")))
}

/// Says how to repeat a failure.
struct Seed(u64);

impl Drop for Seed {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("KIOSK_MASH_SEED={} repeats this", self.0);
        }
    }
}

fn mash(size: PhysicalSize) {
    let seed = Seed(given("KIOSK_MASH_SEED").unwrap_or_else(|| {
        let clock = shared::clock::Clock::read(&shared::clock::SystemClock);
        u64::try_from(clock.boot.as_nanos() % u128::from(u64::MAX)).unwrap()
    }));
    let taps = given("KIOSK_MASH_TAPS").map_or(SHORT, |taps| u32::try_from(taps).unwrap());
    let mut mashed = Mashed::open(size, seed.0);
    for scene in SCENES {
        let mut left = taps;
        while left > 0 {
            let gestures = left.min(1 + mashed.chance.below(VISITOR));
            left -= gestures;
            mashed.visitor(scene, gestures);
        }
    }
    eprintln!("{taps} gestures on each of {} scenes, {} visits; on each page:", SCENES.len(), mashed.visits);
    for (page, gestures) in &mashed.pages {
        eprintln!("{gestures:>9}  {page}");
    }
    // A visitor begins on a scene's page, so none is passed over.
    let least = mashed.pages.values().min().copied().unwrap_or_default();
    assert!(mashed.pages.len() >= PAGES && least >= taps / VISITOR, "{:?}", mashed.pages);
}

struct Mashed {
    bench: Bench,
    fingers: Fingers,
    chance: Chance,
    /// The window as it was before anybody came.
    untouched: Vec<(&'static str, String)>,
    ledger: Ledger,
    visits: usize,
    /// Gestures on each page, by its name.
    pages: BTreeMap<String, u32>,
}

/// What the disk knows, and what was said about each visit.
#[derive(Default)]
struct Ledger {
    /// How many of the bench's events have been answered.
    answered: usize,
    on_disk: BTreeSet<EventId>,
    seen: BTreeSet<EventId>,
    /// How many events were looked at.
    read: usize,
    check_ins: BTreeMap<VisitId, EventId>,
    closed: BTreeSet<VisitId>,
    /// Check-ins since no visit was on the screen.
    this_round: usize,
}

impl Mashed {
    fn open(size: PhysicalSize, seed: u64) -> Self {
        let bench = Bench::open(size);
        let untouched = traces::of(&bench.window);
        let (fingers, chance) = (Fingers::over(size), Chance::new(seed));
        Self { bench, fingers, chance, untouched, ledger: Ledger::default(), visits: 0, pages: BTreeMap::new() }
    }

    /// Somebody comes, gets as far as a scene, mashes, and walks away.
    fn visitor(&mut self, (name, scene): Scene, gestures: u32) {
        let bench = &mut self.bench;
        bench.kept.clear();
        self.ledger = Ledger::default();
        (bench.held, bench.disk) = (false, true);
        bench.rewind();
        bench.input(Input::Link(true));
        // The page before must have settled.
        bench.wait(Duration::from_millis(400));
        scene(bench);
        if bench.disk && !bench.held {
            self.ledger.on_disk = bench.kept.iter().map(|event| event.id).collect();
        }
        self.ledger.answered = bench.kept.len() - usize::from(bench.held);
        bench.held = true;
        self.check(name);
        for _ in 0..gestures {
            let page = match self.bench.screen().page {
                Page::Wording(_) => "Wording".to_owned(),
                page => format!("{page:?}"),
            };
            *self.pages.entry(page).or_default() += 1;
            let time = self.fingers.gesture(&self.bench.window, &mut self.chance);
            // A gesture is heard before time passes, or after.
            if self.chance.once_in(2) {
                self.hear(name);
            }
            self.bench.wait(time);
            self.hear(name);
            self.surroundings();
            self.check(name);
        }
        self.walk_away(name);
        self.visits += self.ledger.check_ins.len();
    }

    /// Lets the session hear what was tapped, one by one.
    fn hear(&mut self, name: &str) {
        for intent in self.bench.tapped() {
            self.bench.input(Input::Intent(intent));
            self.check(name);
        }
    }

    /// Disk, link, gateway and manager do something, or nothing.
    fn surroundings(&mut self) {
        match self.chance.below(16) {
            0..=3 => self.answer(true),
            4 => self.answer(false),
            5 => {
                let up = self.chance.once_in(2);
                self.bench.input(Input::Link(up));
            }
            6 => {
                let ids = self.ledger.on_disk.iter().copied().collect();
                self.bench.input(Input::Receipt(Receipt { ids, ..Receipt::default() }));
            }
            7 => {
                let refused = self.ledger.on_disk.iter().next_back().copied();
                if refused.is_some_and(|event| self.ledger.check_ins.values().any(|check_in| *check_in == event)) {
                    // Tried again, this is another visit.
                    self.ledger.this_round = 0;
                }
                let refused = vec![Refused { id: refused, code: Code::BadBody }];
                self.bench.input(Input::Receipt(Receipt { refused, ..Receipt::default() }));
            }
            8 | 9 => self.news(),
            10 => self.bench.input(Input::Config(config())),
            11 => {
                self.bench.input(Input::Qr(QrOffer {
                    url: "https://showroom.example/i/again".into(),
                    ttl_ms: 5_000,
                    at: None,
                }));
            }
            12 => {
                let right = self.chance.once_in(2);
                self.bench.input(Input::Pin(right));
            }
            _ => {}
        }
    }

    /// A status of the visit on the screen, or of somebody's before.
    fn news(&mut self) {
        let stages = [Stage::Calling, Stage::Coming, Stage::Queued, Stage::Reception, Stage::Greeted, Stage::Ended];
        let stage = *self.chance.pick(&stages);
        let on_screen = self.bench.screen().visit.map(|visit| visit.visit);
        let known: Vec<VisitId> = self.ledger.check_ins.keys().copied().collect();
        let other = if known.is_empty() { None } else { Some(*self.chance.pick(&known)) };
        let Some(visit) = (if self.chance.once_in(3) { other } else { on_screen }) else { return };
        let card = ConsultantCard { id: None, name: "王芳".into(), name_en: None, photo: None };
        let (position, wait_s) = (Some(self.chance.below(4)), Some(self.chance.below(900)));
        // The gateway tells nothing of what it has not heard.
        if self.ledger.check_ins.get(&visit).is_some_and(|event| self.ledger.on_disk.contains(event)) {
            self.bench.input(Input::Status(VisitStatus { visit, stage, consultant: Some(card), position, wait_s }));
        }
    }

    /// The disk answers for the oldest event.
    fn answer(&mut self, good: bool) {
        let Some(event) = self.bench.kept.get(self.ledger.answered).map(|event| event.id) else { return };
        self.ledger.answered += 1;
        if good {
            self.ledger.on_disk.insert(event);
        }
        self.bench.input(if good { Input::Kept(event) } else { Input::NotKept(event) });
    }

    #[track_caller]
    fn check(&mut self, scene: &str) {
        let screen = self.bench.screen();
        for event in &self.bench.kept[self.ledger.read..] {
            self.ledger.read += 1;
            take_down(&mut self.ledger, event);
        }
        assert!(self.ledger.this_round <= 1, "{scene}: two check-ins of one visitor: {:?}", self.ledger.check_ins);
        if screen.visit.is_none() {
            self.ledger.this_round = 0;
        }
        assert!(traces::is_page(&self.bench.window, screen.page), "{scene}: the window is not on {:?}", screen.page);
        if traces::says_received(&self.bench.window) {
            let visit = screen.visit.map(|visit| visit.visit).unwrap();
            let event = self.ledger.check_ins[&visit];
            assert!(self.ledger.on_disk.contains(&event), "{scene}: shown as received, and not on the disk");
        }
    }

    /// Nobody is there any more: back on the welcome page when the time is over, and not a trace in the window.
    fn walk_away(&mut self, scene: &str) {
        self.fingers.lift(&self.bench.window);
        self.hear(scene);
        while self.ledger.answered < self.bench.kept.len() {
            let good = !self.chance.once_in(6);
            self.answer(good);
        }
        self.check(scene);
        // Whatever was changed about the kiosk is as it was.
        self.bench.input(Input::Enrolment(None));
        self.bench.input(Input::Config(config()));
        let rules = Rules::default();
        let idle = rules.idle + rules.countdown;
        let (limit, most) = match self.bench.screen().page {
            // The menu closes by itself, and whoever stood there has their screen back for as long as ever.
            Page::Staff => (STAFF + idle, 2 * STAFF.as_secs() + 40),
            _ => (idle, 40),
        };
        let (mut passed, mut wakes) = (Duration::ZERO, 0);
        while passed < limit {
            passed += self.bench.sleep(limit.saturating_sub(passed));
            wakes += 1;
            assert!(wakes < most, "{scene}: the desk is woken all the time");
            self.check(scene);
        }
        let left: Vec<_> =
            traces::of(&self.bench.window).into_iter().zip(&self.untouched).filter(|(is, was)| is != *was).collect();
        assert!(left.is_empty(), "{scene}: left behind after the wipe: {left:?}");
        let screen = self.bench.screen();
        assert!(screen.visit.is_none() && screen.countdown.is_none(), "{scene}: {screen:?}");
    }
}

#[track_caller]
fn take_down(ledger: &mut Ledger, event: &NewEvent) {
    assert!(ledger.seen.insert(event.id), "kept twice: {event:?}");
    match &event.event {
        DeviceEvent::CheckedIn(body) => {
            // What failed may be tried again as the same visit.
            ledger.this_round += usize::from(ledger.check_ins.insert(body.visit, event.id).is_none());
        }
        DeviceEvent::Detailed { visit, .. } => assert!(ledger.check_ins.contains_key(visit), "of no visit: {event:?}"),
        DeviceEvent::Met(of) | DeviceEvent::Left(of) | DeviceEvent::Cancelled(of) => {
            assert!(
                ledger.check_ins.contains_key(&of.visit) && ledger.closed.insert(of.visit),
                "closed twice: {event:?}"
            );
        }
        DeviceEvent::DoorCounted(_) => panic!("no kiosk counts at the door"),
    }
}
