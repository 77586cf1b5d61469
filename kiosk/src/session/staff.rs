//! The staff menu: behind a long press and a PIN, beside whatever visit stands on the screen, which goes on.
//!
//! Invariants: nothing of a visitor is shown here; the menu closes by itself; wrong PINs cost time, more with each.

use std::time::Duration;

use chrono::{DateTime, Utc};
use shared::clock::Reading;
use shared::personal::Personal;
use shared::wire::StorageTrouble;

use super::Session;
use super::input::{Effect, Intent};
use super::screen::{Care, PinView, StaffView};

/// The longest PIN.
const LONGEST: usize = 8;
/// Wrong PINs that cost nothing: fingers slip.
const FREE: u32 = 3;
/// The first wait; each further wrong PIN doubles it.
const WAIT: Duration = Duration::from_secs(30);
const LONGEST_WAIT: Duration = Duration::from_mins(15);
/// An untouched menu closes after so long.
const IDLE: Duration = Duration::from_mins(1);

/// What the kiosk knows about itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct About {
    /// Its own name in the showroom, and the showroom's.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Whether its account came by a code, so that it can ask for another.
    pub enrolled: bool,
}

/// The menu, and what guards it.
#[derive(Debug, Default)]
pub(super) struct Staff {
    step: Step,
    touched: Duration,
    wrong: u32,
    /// No PIN is taken before.
    until: Duration,
    pub(super) about: About,
    /// Events that wait in the outbox.
    pub(super) waiting: usize,
    pub(super) storage: Option<StorageTrouble>,
    /// Seconds by which the kiosk's clock is ahead of the gateway's, as far as was seen.
    skew_s: Option<i64>,
}

#[derive(Debug, Default)]
enum Step {
    #[default]
    Shut,
    Pin {
        typed: String,
        /// The last one was wrong.
        wrong: bool,
        checking: bool,
    },
    Menu {
        /// The account is given up at the next tap; since then.
        armed: Option<Duration>,
    },
}

impl Staff {
    pub(super) fn is_open(&self) -> bool {
        !matches!(self.step, Step::Shut)
    }

    /// The gateway said what time it is.
    pub(super) fn compare_clocks(&mut self, at: Option<DateTime<Utc>>, now: Reading) {
        if let Some(at) = at {
            self.skew_s = Some((now.wall - at).num_seconds());
        }
    }

    fn wait(&self, now: Reading) -> Option<Duration> {
        self.until.checked_sub(now.boot).filter(|left| !left.is_zero())
    }

    fn shut(&mut self) {
        self.step = Step::Shut;
    }

    /// Closes an untouched menu; whether it did.
    pub(super) fn pass_time(&mut self, now: Reading) -> bool {
        let over = self.is_open() && now.boot >= self.touched + IDLE;
        if over {
            self.shut();
        }
        over
    }

    pub(super) fn deadline(&self, now: Reading) -> Option<Duration> {
        let close = self.is_open().then_some(self.touched + IDLE);
        let waits = matches!(self.step, Step::Pin { .. });
        // The next whole second of the wait.
        let second = self.wait(now).filter(|_| waits).map(|left| {
            let whole = Duration::from_secs(left.as_secs());
            let part = left.saturating_sub(whole);
            now.boot + if part.is_zero() { Duration::from_secs(1) } else { part }
        });
        [close, second].into_iter().flatten().min()
    }
}

impl Session {
    /// The long press.
    pub(super) fn open_staff(&mut self, now: Reading) {
        self.staff.touched = now.boot;
        self.staff.step = Step::Pin { typed: String::new(), wrong: false, checking: false };
    }

    /// A tap while the menu is open.
    pub(super) fn staff_intent(&mut self, intent: &Intent, now: Reading, effects: &mut Vec<Effect>) {
        self.staff.touched = now.boot;
        let waits = self.staff.wait(now).is_some();
        match (&mut self.staff.step, intent) {
            (_, Intent::Back) => self.close_staff(now),
            (Step::Pin { typed, wrong, checking: false }, Intent::Key(key))
                if !waits && key.is_ascii_digit() && typed.len() < LONGEST =>
            {
                *wrong = false;
                typed.push(*key);
            }
            (Step::Pin { typed, checking: false, .. }, Intent::Erase) => {
                typed.pop();
            }
            (Step::Pin { typed, checking, .. }, Intent::Done) if !waits && !*checking && !typed.is_empty() => {
                if let Some(hash) = self.config.staff_pin.clone() {
                    *checking = true;
                    effects.push(Effect::CheckPin { pin: Personal::new(std::mem::take(typed)), hash });
                }
            }
            (Step::Menu { .. }, Intent::Restart) => effects.push(Effect::Restart),
            (Step::Menu { armed }, Intent::EnrolAnew) if self.staff.about.enrolled => match *armed {
                None => *armed = Some(now.boot),
                // A double tap is one tap.
                Some(since) if now.boot.saturating_sub(since) < self.rules.settle => {}
                Some(_) => {
                    *armed = None;
                    effects.push(Effect::EnrolAnew);
                }
            },
            _ => {}
        }
    }

    pub(super) fn pin_checked(&mut self, right: bool, now: Reading) {
        let staff = &mut self.staff;
        if !matches!(staff.step, Step::Pin { checking: true, .. }) {
            return;
        }
        staff.touched = now.boot;
        if right {
            staff.wrong = 0;
            staff.step = Step::Menu { armed: None };
            return;
        }
        staff.wrong = staff.wrong.saturating_add(1);
        if staff.wrong >= FREE {
            let doubled = WAIT.saturating_mul(1 << (staff.wrong - FREE).min(10));
            staff.until = now.boot + doubled.min(LONGEST_WAIT);
        }
        staff.step = Step::Pin { typed: String::new(), wrong: true, checking: false };
    }

    pub(super) fn close_staff(&mut self, now: Reading) {
        self.staff.shut();
        // Whoever stands there gets the screen back as they left it.
        self.last_touch = now.boot;
        self.turned = now.boot;
    }

    pub(super) fn staff(&self, now: Reading) -> StaffView {
        match &self.staff.step {
            Step::Shut => StaffView::Shut,
            Step::Pin { .. } if self.config.staff_pin.is_none() => StaffView::NoPin,
            Step::Pin { typed, wrong, checking } => StaffView::Pin(PinView {
                typed: typed.len(),
                wrong: *wrong,
                checking: *checking,
                wait_s: self.staff.wait(now).map_or(0, |left| left.as_millis().div_ceil(1000).try_into().unwrap_or(0)),
            }),
            Step::Menu { armed } => StaffView::Menu(Box::new(Care {
                about: self.staff.about.clone(),
                link: self.link_down.is_none(),
                waiting: self.staff.waiting,
                storage: self.staff.storage,
                skew_s: self.staff.skew_s,
                armed: armed.is_some(),
            })),
        }
    }
}
