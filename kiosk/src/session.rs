//! What the kiosk shows and reports: a pure state machine.
//!
//! Fed by [`Session::handle`] with what happened and when; answers with [`Effect`]s and names the next moment at which
//! time alone changes something ([`Session::deadline`]). [`Session::screen`] is the whole picture, derived anew.
//!
//! Not here: clocks, randomness, disks, networks, windows. Called by [`crate::desk`] and by tests.
//!
//! Invariants:
//! - It alone sets the page. "Received" is never on the screen before the outbox's barrier let the event through.
//! - A visit's status is heard only by the visit on the screen; after a wipe nothing personal is left in here.
//! - A deadline is set whenever anything but the untouched welcome page is shown, and otherwise only by opening hours and by the
//!   welcome page's next car.

mod aside;
mod call;
mod carried;
mod idle;
mod input;
mod keypad;
mod modes;
mod naming;
mod noted;
mod rest;
mod screen;
mod showcase;
mod staff;
mod tiles;
mod visitor;

use std::collections::BTreeMap;
use std::time::Duration;

use shared::clock::Reading;
use shared::ids::{EventId, ModelId, VisitId};
use shared::wire::{KioskConfig, Language, Purpose, QrOffer, Receipt, Stage, VisitStatus};

use aside::Draft;
pub use call::Call;
use call::OnScreen;
pub use input::{Effect, Entropy, Input, Intent, NewEvent, Told, Turn};
pub use keypad::Verdict;
pub use modes::{Mode, Modes};
pub use screen::{
    Aside, Care, ClosedView, ConsentView, Enrolment, Farewell, KeypadView, NamingStep, NamingView, NotedView, Page,
    PinView, Screen, StaffView, Tile, Tiles, Trouble, VisitView,
};
use showcase::Showcase;
pub use staff::About;
use staff::Staff;

/// How long things last on the screen. The showroom's configuration may say otherwise for the first two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rules {
    /// Untouched for so long: ask whether anybody is there.
    pub idle: Duration,
    /// The countdown after that, then everything personal goes.
    pub countdown: Duration,
    /// Without the gateway's receipt for so long, or without the link: say so.
    pub receipt: Duration,
    /// Without an answer from the outbox for so long: send the visitor to reception.
    pub outbox: Duration,
    /// How long a farewell stands.
    pub farewell: Duration,
    /// How long it stands with a code to take along.
    pub carry: Duration,
    /// After the page changed, taps are not heard for so long: the second half of a double tap was meant for the page before.
    pub settle: Duration,
    /// Whether the showroom's configuration leaves these times alone: a headless kiosk is never idle.
    pub steady: bool,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            idle: Duration::from_secs(30),
            countdown: Duration::from_secs(10),
            receipt: Duration::from_secs(3),
            outbox: Duration::from_secs(2),
            farewell: Duration::from_secs(6),
            carry: Duration::from_secs(25),
            settle: Duration::from_millis(350),
            steady: false,
        }
    }
}

impl Rules {
    fn told(self, config: &KioskConfig) -> Self {
        let Some(times) = config.times.filter(|_| !self.steady) else { return self };
        let seconds = |seconds: u32| Duration::from_secs(seconds.into());
        Self { idle: seconds(times.idle_s), countdown: seconds(times.countdown_s), ..self }
    }
}

/// The state of one kiosk. See the module.
#[derive(Debug)]
pub struct Session {
    /// As they are in force.
    rules: Rules,
    /// As the kiosk's own file has them.
    own_rules: Rules,
    config: KioskConfig,
    page: Page,
    language: Language,
    visit: Option<OnScreen>,
    /// Why the last visitor had come, while a farewell stands.
    farewell_to: Option<Purpose>,
    /// The models that somebody who has to go takes along, while the farewell stands.
    carried: Vec<ModelId>,
    draft: Draft,
    modes: Modes,
    /// Whether the sheet with the modes is open.
    viewing: bool,
    /// Events on their way to the disk, with their visits. Also those of visits that left the screen.
    unkept: BTreeMap<EventId, VisitId>,
    /// Since when the link is down; `None` while it is up.
    link_down: Option<Duration>,
    qr: Option<(String, Duration)>,
    /// Which car stands on the welcome page: another for every visitor, and every few minutes.
    showcase: Showcase,
    pictures: u32,
    enrolment: Option<Enrolment>,
    staff: Staff,
    first_touch: Option<Duration>,
    last_touch: Duration,
    turned: Duration,
}

impl Session {
    /// A kiosk that has just been switched on, with its last good configuration.
    #[must_use]
    pub fn new(rules: Rules, config: KioskConfig, now: Reading) -> Self {
        let language = default_language(&config);
        Self {
            rules: rules.told(&config),
            own_rules: rules,
            config,
            page: Page::Welcome,
            language,
            visit: None,
            farewell_to: None,
            carried: Vec::new(),
            draft: Draft::default(),
            modes: Modes::default(),
            viewing: false,
            unkept: BTreeMap::new(),
            link_down: Some(now.boot),
            qr: None,
            showcase: Showcase { turn: 0, since: now.boot },
            pictures: 0,
            enrolment: None,
            staff: Staff::default(),
            first_touch: None,
            last_touch: now.boot,
            turned: Duration::ZERO,
        }
    }

    /// Takes in what happened at `now`. `entropy` must be fresh random bytes each time.
    pub fn handle(&mut self, input: Input, now: Reading, entropy: Entropy) -> Vec<Effect> {
        let mut effects = Vec::new();
        self.pass_time(now);
        match input {
            Input::Tick => {}
            Input::Intent(intent) => self.intend(intent, now, entropy, &mut effects),
            Input::Kept(event) => self.kept(event, &mut effects),
            Input::NotKept(event) => self.not_kept(event, now, &mut effects),
            Input::Link(up) => self.link(up, now),
            Input::Receipt(receipt) => self.receipt(&receipt, now, &mut effects),
            Input::Status(status) => self.status(status, now, &mut effects),
            Input::Config(config) => self.configure(config, now),
            Input::Pictures => self.pictures = self.pictures.wrapping_add(1),
            Input::Qr(offer) => {
                let QrOffer { url, ttl_ms, at } = offer;
                self.staff.compare_clocks(at, now);
                self.qr = Some((url, now.boot.saturating_add(Duration::from_millis(ttl_ms))));
            }
            Input::About(about) => self.staff.about = about,
            Input::Waiting(waiting) => self.staff.waiting = waiting,
            Input::Storage(trouble) => self.staff.storage = trouble,
            Input::Enrolment(enrolment) => self.enrolment = enrolment,
            Input::Pin(right) => self.pin_checked(right, now),
        }
        effects
    }

    /// When time alone changes the screen next, on the boot clock.
    #[must_use]
    pub fn deadline(&self, now: Reading) -> Option<Duration> {
        let call = self.visit.as_ref().and_then(|visit| visit.deadline(&self.rules, self.link_down));
        let qr = self.qr.as_ref().map(|(_, until)| *until);
        let (rest, staff, car) = (self.rest_deadline(now), self.staff.deadline(now), self.next_car_at(now));
        [self.idle_deadline(now), call, qr, rest, staff, car].into_iter().flatten().filter(|at| *at > now.boot).min()
    }

    /// The whole picture at `now`.
    #[must_use]
    pub fn screen(&self, now: Reading) -> Screen {
        Screen {
            page: self.shown_page(now),
            language: self.language,
            brand: self.config.brand.clone(),
            accent: self.config.accent.clone(),
            logo: self.config.logo.clone(),
            languages: self.config.languages.clone(),
            purposes: self.config.purposes.iter().copied().filter(|purpose| *purpose != Purpose::Help).collect(),
            showcase: self.showcase.of(&self.config),
            pictures: self.pictures,
            qr: self.offered_url(now),
            wifi: self.config.guest_wifi.clone(),
            visit: self.visit.as_ref().map(|visit| VisitView {
                visit: visit.visit,
                purpose: visit.purpose,
                call: visit.call(&self.rules, self.link_down, now),
                noted: visit.noted.view(&self.config, self.language),
                reminded: visit.reminded,
            }),
            farewell_to: self.farewell_to.filter(|_| matches!(self.page, Page::Farewell(_))),
            asides: self.asides(),
            tiles: self.tiles(),
            keypad: self.draft.keypad.view(),
            naming: self.naming(),
            consents: self.consents(),
            countdown: self.countdown(now),
            modes: self.modes,
            viewing: self.viewing,
            link: self.link_down.is_none(),
            closed: self.closed(now),
            enrolment: self.enrolment.clone(),
            staff: self.staff(now),
        }
    }

    fn kept(&mut self, event: EventId, effects: &mut Vec<Effect>) {
        let Some(visit) = self.unkept.remove(&event) else { return };
        if let Some(on_screen) = self.visit.as_mut().filter(|on_screen| on_screen.visit == visit) {
            on_screen.kept(event);
        }
        effects.push(Effect::Tell(Told::Received { visit, event }));
    }

    fn not_kept(&mut self, event: EventId, now: Reading, effects: &mut Vec<Effect>) {
        let Some(visit) = self.unkept.remove(&event) else { return };
        if let Some(on_screen) = self.visit.as_mut().filter(|on_screen| on_screen.visit == visit) {
            on_screen.not_kept(event);
            // Whatever else stands there: the visitor must read that nobody was called, or that a word was not noted.
            self.viewing = false;
            self.leave_aside(Page::Visit, now);
        }
        effects.push(Effect::Tell(Told::NotReceived { visit, event }));
    }

    fn link(&mut self, up: bool, now: Reading) {
        self.link_down = match (up, self.link_down) {
            (true, _) => None,
            (false, Some(since)) => Some(since),
            (false, None) => Some(now.boot),
        };
    }

    fn receipt(&mut self, receipt: &Receipt, now: Reading, effects: &mut Vec<Effect>) {
        // One that waited at the broker says what time it was then.
        if self.visit.as_ref().is_some_and(|visit| visit.is_answered_now(receipt, now)) {
            self.staff.compare_clocks(receipt.at, now);
        }
        for &event in &receipt.ids {
            if let Some(visit) = &mut self.visit {
                visit.receipted(event);
            }
            effects.push(Effect::Tell(Told::Receipt { event }));
        }
        for refused in &receipt.refused {
            let Some(event) = refused.id else { continue };
            if let Some(visit) = &mut self.visit {
                visit.refused(event);
            }
            effects.push(Effect::Tell(Told::Refused { event, code: refused.code }));
        }
    }

    fn status(&mut self, status: VisitStatus, now: Reading, effects: &mut Vec<Effect>) {
        let Some(visit) = self.visit.as_mut().filter(|visit| visit.visit == status.visit) else { return };
        let stage = status.stage;
        if visit.told(status.clone()) {
            // Something new stands there: leave it long enough to be read.
            self.last_touch = now.boot;
            effects.push(Effect::Tell(Told::Status(Box::new(status))));
        }
        match stage {
            Stage::Greeted => self.say_farewell(Farewell::Met, now),
            Stage::Ended => self.say_farewell(Farewell::Ended, now),
            Stage::Calling | Stage::Coming | Stage::Queued | Stage::Reception => {}
        }
    }

    /// The visit leaves the screen.
    fn say_farewell(&mut self, farewell: Farewell, now: Reading) {
        self.carried = self.models_to_carry(farewell);
        self.farewell_to = self.visit.take().map(|visit| visit.purpose);
        self.draft = Draft::default();
        // Whoever taps next begins anew.
        self.first_touch = None;
        self.turn_to(Page::Farewell(farewell), now);
        // The next visitor's car: the window makes it ready while this page stands.
        self.showcase.next(now);
    }

    fn configure(&mut self, config: KioskConfig, now: Reading) {
        let untouched = self.language == default_language(&self.config) && self.page == Page::Welcome;
        self.rules = self.own_rules.told(&config);
        let reworded = self.config.wordings != config.wordings;
        self.config = config;
        self.follow_the_offer(reworded, now);
        if untouched || !self.config.languages.contains(&self.language) {
            self.language = default_language(&self.config);
        }
    }

    fn turn_to(&mut self, page: Page, now: Reading) {
        if self.page != page {
            self.page = page;
            self.viewing = false;
            self.turned = now.boot;
        }
    }

    /// Forgets the visitor. Their visit goes on without the screen.
    fn wipe(&mut self, now: Reading) {
        if !matches!(self.page, Page::Farewell(_)) {
            self.showcase.next(now);
        }
        self.turn_to(Page::Welcome, now);
        self.language = default_language(&self.config);
        self.visit = None;
        self.farewell_to = None;
        self.carried = Vec::new();
        self.draft = Draft::default();
        self.modes = Modes::default();
        self.viewing = false;
        self.first_touch = None;
    }

    /// The gateway's code carries on what happens before this screen, and rings. Whoever leaves, or stands before a closed door, wants
    /// no bell: the store's own code makes a lead and no more.
    fn offered_url(&self, now: Reading) -> Option<String> {
        if matches!(self.shown_page(now), Page::Farewell(_) | Page::Closed) {
            return self.carried_url();
        }
        let offer = self.qr.as_ref().filter(|(_, until)| now.boot < *until).map(|(url, _)| url.clone());
        offer.or_else(|| self.config.store_url.clone())
    }
}

fn default_language(config: &KioskConfig) -> Language {
    config.languages.first().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests;
