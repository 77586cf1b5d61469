//! The desk: the one loop that owns the session, and carries its effects to the outbox and the screen.
//!
//! Whatever waits is handled together: all intents that are there go through the session, their events go to the outbox as one
//! write behind one barrier (FACTS: 0.2 ms for one, 0.35 ms for 32). The write runs on a blocking thread, so a disk that hangs
//! stops neither the link nor the clock on the screen.
//!
//! Not here: what is shown (the session), how it looks (`ui`), sockets (`link`).
//!
//! Invariants: one write at a time, in the order of the taps; the screen is told after the barrier, never before.

mod doorway;
mod storage;

use std::sync::Arc;
use std::time::Duration;

use argon2::Argon2;
use argon2::password_hash::{PasswordHash, PasswordVerifier as _};
use shared::clock::Clock;
use shared::ids::EventId;
use shared::personal::Personal;
use shared::wire::{KioskConfig, Picture, StorageTrouble};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;
use tokio::time::Interval;
use tokio_util::sync::CancellationToken;

use crate::account;
use crate::config::Config;
use crate::link::Heard;
use crate::offer::{self, Kept};
use crate::outbox::{Outbox, OutboxError};
use crate::pictures::Pictures;
use crate::session::{About, Effect, Entropy, Input, Intent, NewEvent, Rules, Screen, Session, Told};
use doorway::Doorway;
use storage::Storage;

/// Intents that may wait; a screen that is tapped faster than this is being mashed, and further taps are dropped.
pub const INTENTS: usize = 256;
/// Messages of the link that may wait; then the link waits.
const HEARD: usize = 64;
/// Events in one write.
const MAX_WRITE: usize = 256;
/// How often an outbox that does not open is tried again.
const REOPEN_EVERY: Duration = Duration::from_secs(5);

/// What a face (the window, or a headless kiosk's lines) is told.
#[derive(Debug, Clone, PartialEq)]
pub enum Shown {
    /// The picture changed.
    Screen(Box<Screen>),
    /// A fact.
    Told(Told),
    /// The desk is open: so many events of earlier runs wait in the outbox; `None` when it does not open.
    Ready(Option<usize>),
    /// The connection came up or went down.
    Link(bool),
    /// A tap was heard, and taps make a sound.
    Tapped,
    /// The desk's loop turns; told as often as [`Desk::watched`] asks.
    Alive,
}

/// How a desk's day ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// It was told to close.
    Closed,
    /// Somebody at the staff menu wants the program started anew.
    Restart,
}

/// Whoever shows it.
pub type Face = Box<dyn FnMut(Shown) + Send>;

/// The desk. See the module.
pub struct Desk {
    session: Session,
    clock: Arc<dyn Clock>,
    face: Face,
    last: Option<Screen>,
    storage: Storage,
    kept_offer: Kept,
    kept_account: account::Kept,
    about: About,
    events: Vec<NewEvent>,
    receipted: Vec<EventId>,
    outbox: watch::Sender<Option<Arc<Outbox>>>,
    pictures: Pictures,
    wanted: Vec<Picture>,
    fetch: Option<JoinHandle<bool>>,
    /// Something changed while pictures were being fetched.
    fetch_again: bool,
    /// A PIN that is being checked; one at a time.
    pin: Option<JoinHandle<bool>>,
    /// Events in the outbox, as the session was last told.
    waiting: usize,
    /// What is wrong with the disk, as the session was last told.
    trouble: Option<StorageTrouble>,
    restart: bool,
    /// When to open an outbox again that failed, on the boot clock.
    reopen_at: Option<Duration>,
    /// Whether taps make a sound: the device's own word, and the gateway's, which goes before it.
    sound: (bool, Option<bool>),
    /// How often a sign of life is given.
    signs: Option<Duration>,
}

impl Desk {
    /// Sets the desk up; nothing runs yet.
    #[must_use]
    pub fn new(config: &Config, clock: Arc<dyn Clock>, face: Face) -> Self {
        Self::with_rules(config, config.rules, clock, face)
    }

    /// The same, with other times than the configuration's.
    #[must_use]
    pub fn with_rules(config: &Config, rules: Rules, clock: Arc<dyn Clock>, face: Face) -> Self {
        let kept_offer = Kept::new(&config.data);
        let offer = kept_offer.read();
        let wanted = offer::pictures(&offer);
        let sound = (config.sound, offer.sound);
        let session = Session::new(rules, offer, clock.read());
        let kept_account = account::Kept::new(&config.data);
        let about = About {
            name: format!("{} · {}", config.mqtt.store, config.mqtt.kiosk),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            enrolled: false,
        };
        let authority = config.gateway.as_ref().map_or(&config.mqtt.authority, |gateway| &gateway.authority).clone();
        Self {
            session,
            clock,
            face,
            last: None,
            storage: Storage::new(config),
            kept_offer,
            kept_account,
            about,
            events: Vec::new(),
            receipted: Vec::new(),
            outbox: watch::Sender::new(None),
            pictures: Pictures::new(&config.data).trusting(authority),
            wanted,
            fetch: None,
            fetch_again: false,
            pin: None,
            waiting: 0,
            trouble: None,
            restart: false,
            reopen_at: None,
            sound,
            signs: None,
        }
    }

    /// Gives a sign of life every so often.
    #[must_use]
    pub fn watched(mut self, period: Option<Duration>) -> Self {
        self.signs = period;
        self
    }

    /// Runs until `cancel`, until somebody wants a restart, or until nobody can send an intent any more and everything said
    /// is on the disk.
    pub async fn run(
        mut self,
        config: &Config,
        mut intents: mpsc::Receiver<Intent>,
        cancel: CancellationToken,
    ) -> Ending {
        let (heard_sender, mut heard) = mpsc::channel(HEARD);
        let doorway = Doorway {
            address: config.mqtt.clone(),
            gateway: config.gateway.clone(),
            kept: self.kept_account.clone(),
            heard: heard_sender,
            outbox: self.outbox.subscribe(),
            repeat: config.repeat,
        };
        let over = CancellationToken::new();
        self.feed(Input::About(self.about.clone()));
        // Before the link, which tells how the disk is.
        self.reopen().await;
        let link = tokio::spawn(doorway.run(Arc::clone(&self.clock), over.clone()));
        let waiting = self.outbox.borrow().as_ref().map(|outbox| outbox.len());
        (self.face)(Shown::Ready(waiting));
        self.look_at_the_outbox();
        self.show();

        let mut write: Option<Writing> = None;
        let mut listening = true;
        let mut signs = self.signs.map(tokio::time::interval);
        while !self.restart && (listening || write.is_some()) {
            let pause = self.pause();
            tokio::select! {
                () = cancel.cancelled() => break,
                written = finished(&mut write), if write.is_some() => {
                    self.take_written(written);
                }
                intent = intents.recv(), if listening => match intent {
                    Some(intent) => {
                        self.feed(Input::Intent(intent));
                        while self.events.len() < MAX_WRITE && let Ok(intent) = intents.try_recv() {
                            self.feed(Input::Intent(intent));
                        }
                    }
                    None => listening = false,
                },
                Some(heard) = heard.recv() => self.hear(heard),
                fetched = fetched(&mut self.fetch) => {
                    if fetched {
                        self.feed(Input::Pictures);
                    }
                    if std::mem::take(&mut self.fetch_again) {
                        self.fetch_pictures();
                    }
                }
                right = answered(&mut self.pin) => self.feed(Input::Pin(right)),
                () = due(&mut signs) => (self.face)(Shown::Alive),
                () = tokio::time::sleep(pause) => {
                    if self.reopen_at.is_some_and(|at| self.clock.read().boot >= at) {
                        self.reopen().await;
                    }
                    self.feed(Input::Tick);
                }
            }
            if write.is_none() {
                write = self.start_writing();
            }
            self.look_at_the_outbox();
            self.show();
        }
        if let Some(write) = write {
            self.take_written(write.finish().await);
        }
        over.cancel();
        // The link says goodbye to the broker; it has a time limit of its own.
        drop(heard);
        let _ = link.await;
        if self.restart { Ending::Restart } else { Ending::Closed }
    }

    fn feed(&mut self, input: Input) {
        let mut entropy = [0; 20];
        if let Err(error) = getrandom::fill(&mut entropy) {
            // Without randomness ids could repeat, and a repeated id is a lost visitor.
            tracing::error!(%error, "the system gives no random bytes; the tap is dropped");
            return;
        }
        for effect in self.session.handle(input, self.clock.read(), Entropy(entropy)) {
            match effect {
                Effect::Keep(event) => self.events.push(*event),
                Effect::Click if self.sound.1.unwrap_or(self.sound.0) => (self.face)(Shown::Tapped),
                Effect::Click => {}
                Effect::Tell(told) => (self.face)(Shown::Told(told)),
                Effect::CheckPin { pin, hash } => self.check_pin(pin, hash),
                Effect::Restart => self.restart = true,
                Effect::EnrolAnew => self.enrol_anew(),
            }
        }
    }

    fn hear(&mut self, heard: Heard) {
        match heard {
            Heard::Link(up) => {
                if up {
                    // What could not be fetched while the gateway was away.
                    self.fetch_pictures();
                }
                self.feed(Input::Link(up));
                (self.face)(Shown::Link(up));
            }
            Heard::Receipt(receipt) => {
                for refused in &receipt.refused {
                    tracing::warn!(event.id = ?refused.id, code = %refused.code, "the gateway refused an event");
                }
                self.receipted.extend(&receipt.ids);
                self.receipted.extend(receipt.refused.iter().filter_map(|refused| refused.id));
                self.feed(Input::Receipt(receipt));
            }
            Heard::Status(status) => self.feed(Input::Status(status)),
            Heard::Qr(offer) => self.feed(Input::Qr(offer)),
            Heard::Config(config) => self.take_offer(*config),
            Heard::Enrolment(enrolment) => self.feed(Input::Enrolment(enrolment)),
            Heard::Known(account) => {
                self.about.name = format!("{} · {}", account.store, account.name);
                self.about.enrolled = true;
                self.feed(Input::About(self.about.clone()));
            }
        }
    }

    /// Hashing takes a while and some memory: on a blocking thread.
    fn check_pin(&mut self, pin: Personal, hash: String) {
        self.pin = Some(tokio::task::spawn_blocking(move || opens(pin.reveal(), &hash)));
    }

    /// Gives the account up; the restart asks for another.
    fn enrol_anew(&mut self) {
        match self.kept_account.remove() {
            Ok(()) => self.restart = true,
            Err(error) => tracing::error!(%error, "the account cannot be given up"),
        }
    }

    fn look_at_the_outbox(&mut self) {
        let (waiting, trouble) = match self.outbox.borrow().as_ref() {
            Some(outbox) => (outbox.len(), outbox.is_full().then_some(StorageTrouble::Full)),
            None => (self.waiting, Some(StorageTrouble::Broken)),
        };
        if trouble != self.trouble {
            self.trouble = trouble;
            self.feed(Input::Storage(trouble));
        }
        if waiting != self.waiting {
            self.waiting = waiting;
            self.feed(Input::Waiting(waiting));
        }
    }

    fn take_offer(&mut self, config: KioskConfig) {
        if let Err(error) = offer::check(&config) {
            tracing::warn!(%error, "the gateway's configuration for this kiosk is not used");
            return;
        }
        let kept = self.kept_offer.clone();
        let copy = config.clone();
        // Not awaited: the screen does not depend on it, and the gateway sends it again.
        drop(tokio::task::spawn_blocking(move || {
            if let Err(error) = kept.write(&copy) {
                tracing::warn!(%error, "the gateway's configuration could not be kept on disk");
            }
        }));
        self.wanted = offer::pictures(&config);
        self.sound.1 = config.sound;
        self.fetch_pictures();
        self.feed(Input::Config(config));
    }

    /// One after the other, on a blocking thread: a slow network holds up nothing but the pictures.
    fn fetch_pictures(&mut self) {
        if self.fetch.is_some() {
            self.fetch_again = true;
            return;
        }
        let (pictures, wanted) = (self.pictures.clone(), self.wanted.clone());
        self.fetch = Some(tokio::task::spawn_blocking(move || pictures.fetch(&wanted)));
    }

    fn start_writing(&mut self) -> Option<Writing> {
        if self.events.is_empty() && self.receipted.is_empty() {
            return None;
        }
        let events = std::mem::take(&mut self.events);
        let receipted = std::mem::take(&mut self.receipted);
        let Some(outbox) = self.outbox.borrow().clone() else {
            for event in &events {
                self.feed(Input::NotKept(event.id));
            }
            return None;
        };
        let ids = events.iter().map(|event| event.id).collect();
        let handle = tokio::task::spawn_blocking(move || {
            if let Err(error) = outbox.forget(receipted) {
                tracing::warn!(%error, "a receipt could not be written down; the event will be sent again");
            }
            let kept = events.is_empty()
                || match outbox.keep(events) {
                    Ok(()) => true,
                    // The outbox has said so itself.
                    Err(OutboxError::Full) => false,
                    Err(error) => {
                        tracing::error!(error = %crate::chain(&error), "the outbox cannot write; visitors are sent to reception");
                        false
                    }
                };
            Outcome { kept, stopped: outbox.is_stopped() }
        });
        Some(Writing { ids, handle })
    }

    fn take_written(&mut self, written: Written) {
        let answer = if written.outcome.kept { Input::Kept } else { Input::NotKept };
        // The visitor is told first: closing a database whose disk has failed may take its time.
        for id in written.ids {
            self.feed(answer(id));
        }
        if written.outcome.stopped {
            self.storage.note_failure();
            self.outbox.send_replace(None);
            self.reopen_at = Some(self.clock.read().boot + REOPEN_EVERY);
        } else {
            // Wakes the link: there is something to publish.
            self.outbox.send_modify(|_| {});
        }
    }

    async fn reopen(&mut self) {
        self.reopen_at = match self.storage.open().await {
            Some(outbox) => {
                self.outbox.send_replace(Some(outbox));
                None
            }
            None => Some(self.clock.read().boot + REOPEN_EVERY),
        };
    }

    fn pause(&self) -> Duration {
        let now = self.clock.read();
        let deadline = self.session.deadline(now).map(|at| at.saturating_sub(now.boot));
        let reopen = self.reopen_at.map(|at| at.saturating_sub(now.boot));
        // Without a deadline nothing happens by itself; an hour is as good as for ever.
        [deadline, reopen].into_iter().flatten().min().unwrap_or(Duration::from_hours(1))
    }

    fn show(&mut self) {
        let screen = self.session.screen(self.clock.read());
        if self.last.as_ref() != Some(&screen) {
            self.last = Some(screen.clone());
            (self.face)(Shown::Screen(Box::new(screen)));
        }
    }
}

/// A write that goes on.
struct Writing {
    ids: Vec<EventId>,
    handle: JoinHandle<Outcome>,
}

/// How a write ended.
#[derive(Debug)]
struct Outcome {
    kept: bool,
    stopped: bool,
}

struct Written {
    ids: Vec<EventId>,
    outcome: Outcome,
}

impl Writing {
    async fn finish(mut self) -> Written {
        let outcome = self.outcome().await;
        Written { ids: self.ids, outcome }
    }

    async fn outcome(&mut self) -> Outcome {
        (&mut self.handle).await.unwrap_or_else(|error| {
            tracing::error!(%error, "writing to the outbox broke off");
            Outcome { kept: false, stopped: true }
        })
    }
}

/// The next sign of life.
async fn due(signs: &mut Option<Interval>) {
    match signs {
        Some(signs) => {
            signs.tick().await;
        }
        None => std::future::pending().await,
    }
}

async fn fetched(fetch: &mut Option<JoinHandle<bool>>) -> bool {
    let new = match fetch {
        Some(handle) => handle.await.unwrap_or(false),
        None => std::future::pending().await,
    };
    *fetch = None;
    new
}

async fn answered(pin: &mut Option<JoinHandle<bool>>) -> bool {
    let right = match pin {
        Some(handle) => handle.await.unwrap_or(false),
        None => std::future::pending().await,
    };
    *pin = None;
    right
}

/// Whether this PIN has this hash.
fn opens(pin: &str, hash: &str) -> bool {
    PasswordHash::new(hash).is_ok_and(|hash| Argon2::default().verify_password(pin.as_bytes(), &hash).is_ok())
}

async fn finished(writing: &mut Option<Writing>) -> Written {
    let outcome = match writing {
        Some(writing) => writing.outcome().await,
        None => std::future::pending().await,
    };
    Written { ids: writing.take().map(|writing| writing.ids).unwrap_or_default(), outcome }
}

#[cfg(test)]
mod tests;
