//! When the kiosk rests: outside opening hours, or while somebody works on it.
//!
//! Closed is a greeting, no lock: whoever stands inside although the clock says otherwise can still ring. A visit that is on the
//! screen goes on whatever the hour.

use std::time::Duration;

use shared::clock::Reading;

use super::Session;
use super::screen::{ClosedView, Page};

/// The wall clock may be set in between, so an opening that is far away is looked at again before.
const LOOK_AGAIN: Duration = Duration::from_mins(5);

impl Session {
    /// The page that stands: instead of an untouched welcome page there may be another.
    pub(super) fn shown_page(&self, now: Reading) -> Page {
        if self.staff.is_open() {
            return Page::Staff;
        }
        match self.page {
            Page::Welcome if self.enrolment.is_some() => Page::Enrolment,
            Page::Welcome if self.config.maintenance => Page::Maintenance,
            Page::Welcome if self.is_closed(now) => Page::Closed,
            page => page,
        }
    }

    /// Whether taps on this page lead nowhere: there is no gateway that knows this kiosk, or somebody works on it.
    pub(super) fn is_shut(&self) -> bool {
        self.page == Page::Welcome && (self.enrolment.is_some() || self.config.maintenance)
    }

    pub(super) fn closed(&self, now: Reading) -> Option<ClosedView> {
        let opening = self.config.opening.as_ref().filter(|opening| !opening.is_open(now.wall))?;
        Some(ClosedView { today: opening.today(now.wall), next: opening.next_opening(now.wall) })
    }

    /// When the door opens or closes next, on the boot clock.
    pub(super) fn rest_deadline(&self, now: Reading) -> Option<Duration> {
        let change = self.config.opening.as_ref().filter(|_| self.page == Page::Welcome)?.next_change(now.wall)?;
        let left = (change - now.wall).to_std().unwrap_or(Duration::ZERO).max(Duration::from_millis(1));
        Some(now.boot.saturating_add(left.min(LOOK_AGAIN)))
    }

    fn is_closed(&self, now: Reading) -> bool {
        self.config.opening.as_ref().is_some_and(|opening| !opening.is_open(now.wall))
    }
}
