//! What a page change costs at 1080p, frame by frame, and what the window keeps after thousands of visitors.
//!
//! `cargo bench -p kiosk --bench pages` draws each change of page with the renderer of the device (software, only what changed is drawn anew)
//! into memory: the frame of the tap itself (session, adapters, new page, drawing) and every further frame of its arrival, at 60 a second
//! by a clock of the bench's own, lying and standing, with the scaled pictures that are left from the pages before and with none. It prints
//! milliseconds a frame; 16.7 are 60 frames a second.
//!
//! `cargo bench -p kiosk --bench pages -- --sessions 2000` lets so many visitors walk through every page, draws each frame of it, and
//! prints the process's memory (proportional share) on the way. The same with the real program: `tests`, `kiosk-sessions`.
//!
//! A benchmark: it judges nothing.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a benchmark stops at the first surprise")]
#![expect(clippy::print_stdout, reason = "its table is what it is for")]

#[path = "../tests/window/cars.rs"]
mod cars;

use std::cell::{Cell, RefCell};
use std::path::Path;
use std::rc::Rc;
use std::time::{Duration, Instant};

use cars::{CARS, FACES, hash};
use chrono::TimeDelta;
use kiosk::pictures::Pictures;
use kiosk::session::{Aside, Effect, Entropy, Input, Intent, Rules, Session, Turn};
use kiosk::ui::{self, AppWindow};
use shared::catalogue::Model;
use shared::clock::Reading;
use shared::consent::{ConsentPurpose, Wording};
use shared::ids::EventId;
use shared::wire::{
    ConsultantCard, KioskConfig, Language, Picture, Purpose, QrOffer, Receipt, Stage, Title, VisitStatus,
};
use slint::platform::software_renderer::{MinimalSoftwareWindow, PremultipliedRgbaColor, RepaintBufferType};
use slint::platform::{Platform, WindowAdapter};
use slint::{ComponentHandle as _, PhysicalSize, PlatformError};

const FRAME: Duration = Duration::from_micros(16_667);
/// Longer than any arrival.
const FRAMES: u32 = 18;
const ROUNDS: usize = 20;

thread_local! {
    static NOW: Cell<Duration> = const { Cell::new(Duration::ZERO) };
    static GLASS: RefCell<Option<Rc<MinimalSoftwareWindow>>> = const { RefCell::new(None) };
}

/// A screen in memory, and a clock of the bench's own.
struct Memory;

impl Platform for Memory {
    fn create_window_adapter(&self) -> Result<Rc<dyn WindowAdapter>, PlatformError> {
        let window = MinimalSoftwareWindow::new(RepaintBufferType::ReusedBuffer);
        GLASS.set(Some(Rc::clone(&window)));
        Ok(window)
    }

    fn duration_since_start(&self) -> Duration {
        NOW.get()
    }
}

struct Kiosk {
    window: AppWindow,
    glass: Rc<MinimalSoftwareWindow>,
    buffer: Vec<PremultipliedRgbaColor>,
    size: PhysicalSize,
    session: Session,
    kept: Vec<EventId>,
    now: Reading,
    turn: u64,
    pictures: Pictures,
}

impl Kiosk {
    fn open(size: PhysicalSize, data: &Path) -> Self {
        slint::platform::set_platform(Box::new(Memory)).unwrap();
        let ignore: ui::Send = Rc::new(|_| {});
        let window = ui::open(&ignore).unwrap();
        let glass = GLASS.take().unwrap();
        glass.set_size(size);
        window.show().unwrap();
        window.invoke_refit();
        let now = Reading { wall: "2026-11-23T02:15:30Z".parse().unwrap(), boot: Duration::from_secs(5000) };
        let buffer = vec![PremultipliedRgbaColor::default(); (size.width * size.height) as usize];
        let session = Session::new(Rules::default(), offer(), now);
        let pictures = Pictures::new(data);
        let mut kiosk = Self { window, glass, buffer, size, session, kept: Vec::new(), now, turn: 0, pictures };
        kiosk.input(Input::Link(true));
        kiosk.input(Input::Qr(QrOffer {
            url: "https://showroom.example/i/AQAAAAAAAAAAazE0123456789abcdef".into(),
            ttl_ms: u64::MAX,
            at: None,
        }));
        kiosk.settle();
        kiosk
    }

    fn input(&mut self, input: Input) {
        self.turn += 1;
        let mut entropy = [0; 20];
        entropy[2..10].copy_from_slice(&self.turn.to_be_bytes());
        entropy[12..].copy_from_slice(&self.turn.to_be_bytes());
        for effect in self.session.handle(input, self.now, Entropy(entropy)) {
            if let Effect::Keep(event) = effect {
                self.kept.push(event.id);
                self.input(Input::Kept(event.id));
            }
        }
        ui::show(&self.window, &self.session.screen(self.now), &self.pictures);
    }

    /// Draws what changed; how long that took, and whether anything did.
    fn draw(&mut self) -> bool {
        slint::platform::update_timers_and_animations();
        let (buffer, stride) = (&mut self.buffer, self.size.width as usize);
        self.glass.draw_if_needed(|renderer| {
            renderer.render(buffer, stride);
        })
    }

    fn pass(&mut self, time: Duration) {
        self.now.boot += time;
        self.now.wall += TimeDelta::from_std(time).unwrap();
        NOW.set(NOW.get() + time);
    }

    /// Everything has arrived, and taps are heard.
    fn settle(&mut self) {
        self.draw();
        self.pass(Duration::from_millis(400));
        self.input(Input::Tick);
        self.draw();
    }

    fn intend(&mut self, intent: Intent) {
        self.input(Input::Intent(intent));
        self.settle();
    }

    fn tell(&mut self, stage: Stage) {
        let ids = self.kept.drain(..).collect();
        self.input(Input::Receipt(Receipt { ids, ..Receipt::default() }));
        let Some(visit) = self.session.screen(self.now).visit.map(|visit| visit.visit) else { return };
        let consultant = Some(ConsultantCard { id: None, name: "王芳".into(), name_en: None, photo: Some(face(0)) });
        let news = VisitStatus { visit, stage, consultant, position: Some(2), wait_s: Some(300) };
        self.input(Input::Status(news));
        self.settle();
    }

    fn begin(&mut self, purpose: Purpose) {
        self.intend(Intent::Wipe);
        self.intend(Intent::Start(Language::Zh));
        self.intend(Intent::CheckIn(purpose, Box::default()));
        self.tell(Stage::Calling);
    }
}

/// A change of page: what stands before it, and the tap.
type Change = (&'static str, fn(&mut Kiosk), fn() -> Intent);

fn number(kiosk: &mut Kiosk) {
    kiosk.begin(Purpose::Browse);
    kiosk.intend(Intent::Add(Aside::Phone));
    "13800138000".chars().for_each(|key| kiosk.intend(Intent::Key(key)));
}

const CHANGES: [Change; 18] = [
    ("welcome -> purpose", |kiosk| kiosk.intend(Intent::Wipe), || Intent::Start(Language::Zh)),
    (
        "purpose -> visit",
        |kiosk| {
            kiosk.intend(Intent::Wipe);
            kiosk.intend(Intent::Start(Language::Zh));
        },
        || Intent::CheckIn(Purpose::Browse, Box::default()),
    ),
    (
        "purpose -> models",
        |kiosk| {
            kiosk.intend(Intent::Wipe);
            kiosk.intend(Intent::Start(Language::Zh));
        },
        || Intent::CheckIn(Purpose::Model, Box::default()),
    ),
    ("models, next page", |kiosk| kiosk.begin(Purpose::Model), || Intent::Turn(Turn::Next)),
    ("models, one picked", |kiosk| kiosk.begin(Purpose::Model), || Intent::Pick("s7-0".into())),
    ("models -> visit", |kiosk| kiosk.begin(Purpose::Model), || Intent::Done),
    ("visit -> consultants", |kiosk| kiosk.begin(Purpose::Browse), || Intent::Add(Aside::Consultants)),
    ("visit -> number", |kiosk| kiosk.begin(Purpose::Browse), || Intent::Add(Aside::Phone)),
    (
        "number, one key",
        |kiosk| {
            kiosk.begin(Purpose::Browse);
            kiosk.intend(Intent::Add(Aside::Phone));
        },
        || Intent::Key('1'),
    ),
    ("number -> consents", number, || Intent::Done),
    (
        "consents -> wording",
        |kiosk| {
            number(kiosk);
            kiosk.intend(Intent::Done);
        },
        || Intent::ReadWording(ConsentPurpose::Contact),
    ),
    ("visit -> name", |kiosk| kiosk.begin(Purpose::Browse), || Intent::Add(Aside::Name)),
    (
        "name -> surnames",
        |kiosk| {
            kiosk.begin(Purpose::Browse);
            kiosk.intend(Intent::Add(Aside::Name));
        },
        || Intent::Pick("L".into()),
    ),
    (
        "name -> letters",
        |kiosk| {
            kiosk.begin(Purpose::Browse);
            kiosk.intend(Intent::Add(Aside::Name));
        },
        || Intent::Spell,
    ),
    ("visit -> party", |kiosk| kiosk.begin(Purpose::Browse), || Intent::Add(Aside::Party)),
    ("other language", |kiosk| kiosk.begin(Purpose::Browse), || Intent::Speak(Language::En)),
    ("visit -> farewell", |kiosk| kiosk.begin(Purpose::Browse), || Intent::Left),
    (
        "farewell -> welcome",
        |kiosk| {
            kiosk.begin(Purpose::Browse);
            kiosk.intend(Intent::Left);
        },
        || Intent::Back,
    ),
];

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let sessions = arguments.iter().position(|argument| argument == "--sessions");
    let data = tempfile::tempdir().unwrap();
    cars::keep(&data.path().join("pictures"));
    match sessions {
        Some(at) => walk(arguments[at + 1].parse().unwrap(), data.path()),
        None => {
            for (width, height) in [(1920, 1080), (1080, 1920)] {
                for known in [true, false] {
                    let data = data.path().to_owned();
                    std::thread::spawn(move || changes(PhysicalSize::new(width, height), &data, known)).join().unwrap();
                }
            }
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "a benchmark measures")]
fn changes(size: PhysicalSize, data: &Path, known: bool) {
    let pictures = if known { "as a visitor's day has them" } else { "each decoded anew" };
    println!("\n{} x {}, {ROUNDS} rounds, milliseconds a frame; pictures: {pictures}", size.width, size.height);
    println!("{:<24}{:>8}{:>10}{:>8}{:>8}{:>8}{:>14}", "", "frames", "tap p50", "p50", "p99", "max", "over 16.7 ms");
    let mut kiosk = Kiosk::open(size, data);
    for (name, before, tap) in CHANGES {
        let (mut taps, mut frames) = (Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            before(&mut kiosk);
            if !known {
                kiosk.pictures = Pictures::new(data);
            }
            let start = Instant::now();
            kiosk.input(Input::Intent(tap()));
            kiosk.draw();
            taps.push(start.elapsed());
            for _ in 0..FRAMES {
                kiosk.pass(FRAME);
                let start = Instant::now();
                if kiosk.draw() {
                    frames.push(start.elapsed());
                }
            }
        }
        frames.extend(&taps);
        let over = frames.iter().filter(|frame| **frame > FRAME).count();
        let (middle, all) = (part(&mut taps, 50), frames.len());
        println!(
            "{name:<24}{:>8}{middle:>10.2}{:>8.2}{:>8.2}{:>8.2}{over:>14}",
            all / ROUNDS,
            part(&mut frames, 50),
            part(&mut frames, 99),
            part(&mut frames, 100)
        );
    }
}

/// So many percent of the times are not longer, in milliseconds.
fn part(times: &mut [Duration], percent: usize) -> f64 {
    times.sort_unstable();
    let at = (times.len() * percent).div_ceil(100).max(1) - 1;
    times[at].as_secs_f64() * 1e3
}

/// Visitors who see every page, one after the other.
fn walk(sessions: usize, data: &Path) {
    let mut kiosk = Kiosk::open(PhysicalSize::new(1920, 1080), data);
    println!("{:>9}{:>12}{:>12}", "sessions", "PSS KiB", "RSS KiB");
    for session in 0..=sessions {
        if [0, 1, 20, 200, 500, 1000, 1500].contains(&session) || session == sessions {
            println!("{session:>9}{:>12}{:>12}", memory("smaps_rollup", "Pss:"), memory("status", "VmRSS:"));
        }
        kiosk.begin(Purpose::Model);
        for intent in [
            Intent::Pick(format!("{}-{}", CARS[session % 6], session % 6)),
            Intent::Turn(Turn::Next),
            Intent::Done,
            Intent::Add(Aside::Consultants),
            Intent::Pick("chen".into()),
            Intent::Add(Aside::Phone),
        ] {
            kiosk.intend(intent);
        }
        format!("138{session:08}").chars().for_each(|key| kiosk.intend(Intent::Key(key)));
        kiosk.intend(Intent::Done);
        kiosk.intend(Intent::ReadWording(ConsentPurpose::Contact));
        kiosk.intend(Intent::Consent(ConsentPurpose::Contact, session.is_multiple_of(2)));
        kiosk.intend(Intent::Done);
        kiosk.tell(Stage::Queued);
        for intent in [
            Intent::Add(Aside::Name),
            Intent::Pick("L".into()),
            Intent::Pick("李".into()),
            Intent::Address(Some(Title::Ms)),
            Intent::Add(Aside::Party),
            Intent::Party(3),
            Intent::Speak(Language::En),
        ] {
            kiosk.intend(intent);
        }
        kiosk.tell(Stage::Coming);
        kiosk.intend(if session.is_multiple_of(3) { Intent::Met } else { Intent::Left });
        kiosk.pass(Rules::default().carry);
        kiosk.input(Input::Tick);
        kiosk.settle();
        kiosk.kept.clear();
    }
}

/// A figure of this process, in KiB.
fn memory(file: &str, name: &str) -> u64 {
    let text = std::fs::read_to_string(format!("/proc/self/{file}")).unwrap();
    let line = text.lines().find_map(|line| line.strip_prefix(name)).unwrap();
    line.split_whitespace().next().unwrap().parse().unwrap()
}

/// The photograph of a consultant.
fn face(number: usize) -> Picture {
    Picture { sha256: hash(FACES + number), url: String::new() }
}

fn offer() -> KioskConfig {
    let model = |number: usize| Model {
        id: format!("{}-{number}", CARS[number % 6]).parse().unwrap(),
        zh: format!("星河 {} 智能电动", CARS[number % 6].to_uppercase()),
        en: format!("Xinghe {}", CARS[number % 6].to_uppercase()),
        picture: Some(Picture { sha256: hash(number % 6), url: String::new() }),
        place: None,
        fits: Vec::new(),
    };
    let card = |number: usize, id: &str, name: &str| ConsultantCard {
        id: Some(id.parse().unwrap()),
        name: name.into(),
        name_en: None,
        photo: Some(face(number)),
    };
    let wording = |purpose| Wording {
        purpose,
        version: "v3".into(),
        zh: "我同意山河汽车上海展厅处理我填写的称呼、电话号码、感兴趣的车型，用于就本次咨询与我联系。".repeat(4),
        en: "I agree that Shanhe Motors Shanghai processes the name and the number that I give. ".repeat(6),
    };
    KioskConfig {
        models: (0..12).map(model).collect(),
        consultants: vec![card(0, "wang", "王芳"), card(1, "chen", "陈浩"), card(2, "li", "李娜")],
        wordings: [ConsentPurpose::Contact, ConsentPurpose::Marketing].map(wording).into(),
        ..kiosk::offer::built_in()
    }
}
