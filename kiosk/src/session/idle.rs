//! When nobody touches the screen any more: the countdown, and the wipe.

use std::time::Duration;

use shared::clock::Reading;

use super::screen::{Farewell, Page};
use super::{Session, default_language};

impl Session {
    pub(super) fn pass_time(&mut self, now: Reading) {
        if self.staff.pass_time(now) {
            self.close_staff(now);
        }
        if self.wipe_at(now).is_some_and(|at| now.boot >= at) {
            self.wipe(now);
        }
        if self.qr.as_ref().is_some_and(|(_, until)| now.boot >= *until) {
            self.qr = None;
        }
        self.turn_the_showcase(now);
    }

    /// Whether a visitor left any trace on the screen.
    fn is_touched(&self) -> bool {
        self.page != Page::Welcome || self.language != default_language(&self.config) || self.first_touch.is_some()
    }

    /// Twice as long where the Wi-Fi comes first.
    fn carry(&self) -> Duration {
        let steps = if self.config.guest_wifi.is_some() { 2 } else { 1 };
        self.rules.carry * steps
    }

    fn wipe_at(&self, now: Reading) -> Option<Duration> {
        // The menu has a time of its own; the visitor gets the screen back after it.
        if self.staff.is_open() {
            return None;
        }
        match self.page {
            // Time to take out a phone and scan.
            Page::Farewell(Farewell::Left) if self.offered_url(now).is_some() => Some(self.turned + self.carry()),
            Page::Farewell(_) => Some(self.turned + self.rules.farewell),
            _ if self.is_touched() => Some(self.last_touch + self.rules.idle + self.rules.countdown),
            _ => None,
        }
    }

    /// Whole seconds left until the wipe, once the countdown runs. The welcome page is wiped without asking.
    pub(super) fn countdown(&self, now: Reading) -> Option<u64> {
        let shown = !matches!(self.page, Page::Welcome | Page::Farewell(_));
        let wipe_at = self.wipe_at(now).filter(|_| shown)?;
        let left = wipe_at.checked_sub(now.boot)?;
        (left <= self.rules.countdown && !left.is_zero()).then(|| left.as_millis().div_ceil(1000).try_into().ok())?
    }

    pub(super) fn idle_deadline(&self, now: Reading) -> Option<Duration> {
        let wipe_at = self.wipe_at(now)?;
        let left = wipe_at.saturating_sub(now.boot);
        Some(match self.countdown(now) {
            // The next whole second.
            Some(seconds) => wipe_at.saturating_sub(Duration::from_secs(seconds.saturating_sub(1))),
            None if left > self.rules.countdown => wipe_at.saturating_sub(self.rules.countdown),
            None => wipe_at,
        })
    }
}
