//! A window with a session behind it, and neither clock, disk nor network.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::LazyLock;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use i_slint_backend_testing::{ElementHandle, TestingBackend, TestingBackendOptions};
use kiosk::pictures::Pictures;
use kiosk::session::{Effect, Entropy, Input, Intent, Mode, Modes, NewEvent, Rules, Screen, Session};
use kiosk::ui::{self, AppWindow};
use shared::catalogue::{Model, Place};
use shared::clock::Reading;
use shared::consent::{ConsentPurpose, Wording};
use shared::ids::VisitId;
use shared::wire::{
    Brand, ConsultantCard, DeviceEvent, KioskConfig, Language, Picture, QrOffer, Receipt, Stage, VisitStatus,
};
use slint::{ComponentHandle as _, PhysicalSize, Rgba8Pixel, SharedPixelBuffer};
use tempfile::TempDir;

use crate::cars::{self, CARS, FACES, hash};

pub(crate) const LANDSCAPE: PhysicalSize = PhysicalSize { width: 1920, height: 1080 };
pub(crate) const PORTRAIT: PhysicalSize = PhysicalSize { width: 1080, height: 1920 };

pub(crate) struct Bench {
    pub(crate) window: AppWindow,
    pub(crate) session: Session,
    pub(crate) kept: Vec<NewEvent>,
    pub(crate) disk: bool,
    pub(crate) held: bool,
    now: Reading,
    turn: u64,
    intents: Rc<RefCell<Vec<Intent>>>,
    pictures: Pictures,
}

pub(crate) fn config() -> KioskConfig {
    KioskConfig {
        brand: Brand { zh: "山河汽车".into(), en: "Shanhe Motors".into() },
        wordings: [ConsentPurpose::Contact, ConsentPurpose::Marketing]
            .map(|purpose| Wording {
                purpose,
                version: "v3".into(),
                // As long as the law's list of what must be said makes it.
                zh: "我同意山河汽车上海展厅处理我填写的称呼、电话号码、感兴趣的车型和购车计划、用于就本次咨询与我联系。".repeat(5),
                en: "I agree that Shanhe Motors Shanghai processes the name, telephone number, models of interest and buying \
                     plans that I give, to contact me about this enquiry. "
                    .repeat(6),
            })
            .into(),
        models: (0..8).map(model).collect(),
        consultants: [("wang", "王芳"), ("chen", "陈浩"), ("li", "李娜")]
            .into_iter()
            .enumerate()
            .map(|(number, (id, name))| ConsultantCard {
                id: Some(id.parse().unwrap()),
                name: name.into(),
                name_en: None,
                // One of them has no photograph.
                photo: (number < 2).then(|| face(number)),
            })
            .collect(),
        store_url: Some("https://showroom.example/i/AgAAAAAAAAAAAAAAZGVtbw0123456789abcdef".into()),
        ..kiosk::offer::built_in()
    }
}

/// The sample's models, over and over; some without a picture, some without a place.
fn model(number: usize) -> Model {
    let [zh, en, zh_place, en_place] = [
        ["星河 S7 轿车", "Xinghe S7 sedan", "进门左手第一台", "first car on the left of the entrance"],
        ["星河 X5 中型 SUV", "Xinghe X5 mid-size SUV", "展厅中央转台", "turntable in the middle of the hall"],
        ["星河 X9 六座 SUV", "Xinghe X9 six-seat SUV", "落地窗前", "in front of the large window"],
        ["星河 M8 商务车", "Xinghe M8 people carrier", "洽谈区右侧", "right of the seating area"],
        ["星河 GT 轿跑", "Xinghe GT coupe", "", ""],
        ["星河 E3 纯电小车", "Xinghe E3 electric city car", "充电桩旁", "beside the charging point"],
    ][number % CARS.len()];
    Model {
        id: format!("{}-{number}", CARS[number % CARS.len()]).parse().unwrap(),
        zh: zh.into(),
        en: en.into(),
        picture: (number < 7).then(|| Picture { sha256: hash(number % CARS.len()), url: String::new() }),
        place: (!zh_place.is_empty()).then(|| Place { zh: zh_place.into(), en: en_place.into() }),
        fits: Vec::new(),
    }
}

/// The photograph of a consultant.
pub(crate) fn face(number: usize) -> Picture {
    Picture { sha256: hash(FACES + number), url: String::new() }
}

/// The sample's cars, as a kiosk keeps them on its disk.
static PICTURES: LazyLock<(TempDir, Pictures)> = LazyLock::new(|| {
    let data = tempfile::tempdir().unwrap();
    let folder = data.path().join("pictures");
    cars::keep(&folder);
    std::fs::write(folder.join(hash(LOGO)), kiosk::pictures::kept(&logo()).unwrap()).unwrap();
    let pictures = Pictures::new(data.path());
    (data, pictures)
});

/// The number of a logo among the pictures.
pub(crate) const LOGO: usize = 9;

/// A mark of our own for a logo: a ring, and three bars of falling length.
fn logo() -> Vec<u8> {
    let (width, height) = (480_i32, 160_i32);
    let mut content: Vec<u8> = Vec::new();
    for (y, x) in (0..height).flat_map(|y| (0..width).map(move |x| (y, x))) {
        let from_middle = (x - 80).pow(2) + (y - 80).pow(2);
        let ring = (50 * 50..74 * 74).contains(&from_middle);
        let bar = x >= 190 && x < 460 - y && (y - 10) % 50 < 26 && y >= 10;
        content.extend(if ring || bar { [0x8a, 0x1c, 0x1c, 255] } else { [0; 4] });
    }
    let mut file = std::io::Cursor::new(Vec::new());
    let pixels = image::RgbaImage::from_raw(width.unsigned_abs(), height.unsigned_abs(), content).unwrap();
    pixels.write_to(&mut file, image::ImageFormat::Png).unwrap();
    file.into_inner()
}

/// A Monday, an hour before the door opens.
fn morning() -> DateTime<Utc> {
    "2026-11-23T02:15:30Z".parse().unwrap()
}

impl Bench {
    pub(crate) fn open(size: PhysicalSize) -> Self {
        // With a real renderer: what is measured and drawn is what a visitor sees.
        let options = TestingBackendOptions {
            mock_time: true,
            renderer_name: Some("software".into()),
            ..TestingBackendOptions::default()
        };
        slint::platform::set_platform(Box::new(TestingBackend::new(options))).unwrap();
        let intents = Rc::new(RefCell::new(Vec::new()));
        let queue = Rc::clone(&intents);
        let send: ui::Send = Rc::new(move |intent| queue.borrow_mut().push(intent));
        let window = ui::open(&send).unwrap();
        window.window().set_size(size);
        window.show().unwrap();
        window.invoke_refit();
        let now = Reading { wall: morning(), boot: Duration::from_secs(5000) };
        let session = Session::new(Rules::default(), config(), now);
        let pictures = PICTURES.1.clone();
        let mut bench =
            Self { window, session, kept: Vec::new(), disk: true, held: false, now, turn: 0, intents, pictures };
        bench.input(Input::Link(true));
        bench.input(Input::Qr(QrOffer {
            url: "https://showroom.example/i/AQAAAAAAAAAAAAAAazE0123456789abcdefghijkl".into(),
            ttl_ms: 120_000,
            at: None,
        }));
        bench
    }

    /// The same, as a visitor chose it, in a language.
    pub(crate) fn open_for(size: PhysicalSize, modes: Modes, language: Language) -> Self {
        let mut bench = Self::open(size);
        let chosen = [(Mode::Large, modes.large), (Mode::Contrast, modes.contrast), (Mode::Lower, modes.lower)];
        let mut intents: Vec<Intent> =
            chosen.into_iter().filter(|(_, on)| *on).map(|(mode, _)| Intent::Switch(mode)).collect();
        if !intents.is_empty() {
            intents.insert(0, Intent::OpenView);
            intents.push(Intent::CloseView);
        }
        intents.push(Intent::Speak(language));
        for intent in intents {
            bench.input(Input::Intent(intent));
            bench.wait(Duration::from_millis(400));
        }
        assert_eq!((bench.screen().modes, bench.screen().language), (modes, language));
        bench
    }

    /// Sets the wall clock back to where it began, so that the showroom's hours are again what a scene takes them for.
    pub(crate) fn rewind(&mut self) {
        self.now.wall = morning();
        self.input(Input::Tick);
    }

    /// Lets time pass in both worlds, in steps that no deadline falls between.
    pub(crate) fn wait(&mut self, time: Duration) {
        let mut left = time;
        while !left.is_zero() {
            let step = left.min(Duration::from_millis(100));
            self.now.boot += step;
            self.now.wall += TimeDelta::from_std(step).unwrap();
            left -= step;
            self.input(Input::Tick);
        }
        i_slint_backend_testing::mock_elapsed_time(time);
    }

    /// Sleeps until the session's own deadline, as the desk does, and no longer than `at_most`; how long that was.
    pub(crate) fn sleep(&mut self, at_most: Duration) -> Duration {
        let deadline = self.session.deadline(self.now).map(|at| at.saturating_sub(self.now.boot));
        let time = deadline.unwrap_or(at_most).min(at_most);
        self.now.boot += time;
        self.now.wall += TimeDelta::from_std(time).unwrap();
        i_slint_backend_testing::mock_elapsed_time(time);
        self.input(Input::Tick);
        time
    }

    pub(crate) fn input(&mut self, input: Input) {
        self.turn += 1;
        let mut entropy = [0; 20];
        entropy[2..10].copy_from_slice(&self.turn.to_be_bytes());
        entropy[12..].copy_from_slice(&self.turn.to_be_bytes());
        let effects = self.session.handle(input, self.now, Entropy(entropy));
        for effect in effects {
            let Effect::Keep(event) = effect else { continue };
            let id = event.id;
            self.kept.push(*event);
            if !self.held {
                let answer = if self.disk { Input::Kept(id) } else { Input::NotKept(id) };
                self.input(answer);
            }
        }
        ui::show(&self.window, &self.screen(), &self.pictures);
    }

    /// The showroom's configuration changes.
    pub(crate) fn told(&mut self, change: impl FnOnce(&mut KioskConfig)) {
        let mut config = config();
        change(&mut config);
        self.input(Input::Config(config));
    }

    pub(crate) fn screen(&self) -> Screen {
        self.session.screen(self.now)
    }

    pub(crate) fn find(&self, label: &str) -> Option<ElementHandle> {
        ElementHandle::find_by_accessible_label(&self.window, label).next()
    }

    /// Presses what carries this label, and lets the session hear it; then waits until taps are heard again.
    #[track_caller]
    pub(crate) fn tap(&mut self, label: &str) {
        let element = self.find(label).unwrap_or_else(|| panic!("nothing is called {label}"));
        element.invoke_accessible_default_action();
        self.hear();
        self.wait(Duration::from_millis(400));
    }

    /// What was tapped and is not heard yet.
    pub(crate) fn tapped(&mut self) -> Vec<Intent> {
        self.intents.borrow_mut().drain(..).collect()
    }

    pub(crate) fn hear(&mut self) {
        for intent in self.tapped() {
            self.input(Input::Intent(intent));
        }
    }

    pub(crate) fn visit(&self) -> VisitId {
        self.screen().visit.unwrap().visit
    }

    pub(crate) fn receipt(&mut self) {
        let ids = self.kept.iter().map(|event| event.id).collect();
        self.input(Input::Receipt(Receipt { ids, ..Receipt::default() }));
    }

    pub(crate) fn status(&mut self, stage: Stage) {
        let name = (stage == Stage::Coming).then(|| ConsultantCard {
            id: None,
            name: "王芳".into(),
            name_en: None,
            photo: Some(face(0)),
        });
        let (position, wait_s) = match stage {
            Stage::Queued => (Some(2), Some(400)),
            Stage::Coming => (None, Some(18)),
            _ => (None, None),
        };
        self.input(Input::Status(VisitStatus { visit: self.visit(), stage, consultant: name, position, wait_s }));
    }

    pub(crate) fn kinds(&self) -> Vec<&'static str> {
        self.kept.iter().map(|event| DeviceEvent::kind(&event.event)).collect()
    }

    pub(crate) fn snapshot(&self) -> SharedPixelBuffer<Rgba8Pixel> {
        // A page is made when it is first looked for, and then it arrives.
        let _made = self.find("");
        i_slint_backend_testing::mock_elapsed_time(Duration::from_millis(400));
        self.window.window().take_snapshot().unwrap()
    }
}
