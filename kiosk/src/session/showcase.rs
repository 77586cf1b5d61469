//! The car on the welcome page: another one for every visitor, and every few minutes. It stands still in between.

use std::time::Duration;

use shared::clock::Reading;
use shared::wire::{KioskConfig, Picture};

use super::Session;
use super::screen::Page;

/// Long enough that nobody sees it move who does not stand there, short enough that whoever waits sees another.
const EVERY: Duration = Duration::from_mins(3);

/// Which car, and since when.
#[derive(Debug)]
pub(super) struct Showcase {
    pub(super) turn: usize,
    pub(super) since: Duration,
}

impl Showcase {
    pub(super) fn next(&mut self, now: Reading) {
        self.turn = self.turn.wrapping_add(1);
        self.since = now.boot;
    }

    pub(super) fn of(&self, config: &KioskConfig) -> Option<Picture> {
        let count = shown(config).count();
        shown(config).nth(self.turn.checked_rem(count)?).cloned()
    }
}

fn shown(config: &KioskConfig) -> impl Iterator<Item = &Picture> {
    config.models.iter().filter_map(|model| model.picture.as_ref())
}

impl Session {
    /// When the next car comes by itself, on the boot clock; nothing moves while somebody stands there.
    pub(super) fn next_car_at(&self, now: Reading) -> Option<Duration> {
        let stands = self.shown_page(now) == Page::Welcome && self.first_touch.is_none() && !self.viewing;
        // One car alone has no next.
        (stands && shown(&self.config).nth(1).is_some()).then(|| self.showcase.since.saturating_add(EVERY))
    }

    pub(super) fn turn_the_showcase(&mut self, now: Reading) {
        if self.next_car_at(now).is_some_and(|at| now.boot >= at) {
            self.showcase.next(now);
        }
    }
}
