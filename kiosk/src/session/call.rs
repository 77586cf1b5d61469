//! The visit on the screen, and how far its call is.

use std::time::Duration;

use shared::clock::Reading;
use shared::ids::{EventId, VisitId};
use shared::wire::{ConsultantCard, Purpose, Receipt, Stage, VisitStatus};

use super::Rules;
use super::noted::Noted;

/// How far the call is, and no further than is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Call {
    /// Being written down: nothing is promised yet.
    Noting,
    /// On the disk, on its way to the gateway.
    Received,
    /// On the disk, but no answer: take a seat, or ring the bell at reception.
    Unanswered,
    /// Somebody is being asked.
    Calling,
    /// Somebody is on the way.
    Coming {
        /// Who; may be missing.
        who: Option<ConsultantCard>,
        /// Within so many seconds they usually stand here: a few, or whole minutes; where that is known.
        usually_s: Option<u32>,
    },
    /// Nobody is free: place and estimate where they are known.
    Queued {
        /// Place, from 1.
        position: Option<u32>,
        /// Estimated wait, in whole minutes, rounded up.
        minutes: Option<u32>,
    },
    /// Reception receives the visitor.
    Reception,
    /// It could not be noted, or was refused: please go to reception.
    Failed,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum CheckIn {
    Noting,
    Kept,
    Receipted,
    Failed,
}

/// The visit on the screen.
#[derive(Debug)]
pub(super) struct OnScreen {
    pub(super) visit: VisitId,
    pub(super) purpose: Purpose,
    pub(super) noted: Noted,
    pub(super) reminded: bool,
    event: EventId,
    tapped: Duration,
    check_in: CheckIn,
    /// The gateway will not have this visit.
    pub(super) refused: bool,
    status: Option<VisitStatus>,
}

impl OnScreen {
    pub(super) fn new(visit: VisitId, purpose: Purpose, event: EventId, tapped: Duration) -> Self {
        Self {
            visit,
            purpose,
            noted: Noted::default(),
            reminded: false,
            event,
            tapped,
            check_in: CheckIn::Noting,
            refused: false,
            status: None,
        }
    }

    pub(super) fn kept(&mut self, event: EventId) {
        if event == self.event && self.check_in == CheckIn::Noting {
            self.check_in = CheckIn::Kept;
        }
        self.noted.kept(event);
    }

    pub(super) fn not_kept(&mut self, event: EventId) {
        self.noted.lost(event);
        if event == self.event {
            self.check_in = CheckIn::Failed;
        }
    }

    pub(super) fn receipted(&mut self, event: EventId) {
        self.noted.receipted(event);
        if event == self.event {
            self.check_in = CheckIn::Receipted;
        }
    }

    /// Whether this answers a check-in of a moment ago.
    pub(super) fn is_answered_now(&self, receipt: &Receipt, now: Reading) -> bool {
        receipt.ids.contains(&self.event) && now.boot.saturating_sub(self.tapped) < PROMPT
    }

    pub(super) fn refused(&mut self, event: EventId) {
        self.noted.lost(event);
        if event == self.event {
            self.check_in = CheckIn::Failed;
            self.refused = true;
        }
    }

    /// The visitor tries again what failed: as the same visit, which never rings twice, unless the gateway refused that one.
    pub(super) fn again(&mut self, visit: VisitId, event: EventId, now: Duration) {
        (self.visit, self.event, self.tapped) = (visit, event, now);
        self.noted.carry_over();
        (self.check_in, self.status, self.refused) = (CheckIn::Noting, None, false);
    }

    /// Takes news in; whether it was news.
    pub(super) fn told(&mut self, status: VisitStatus) -> bool {
        let news = self.status.as_ref() != Some(&status);
        // The gateway knows the visit, whichever message overtook the receipt.
        if self.check_in == CheckIn::Kept {
            self.check_in = CheckIn::Receipted;
        }
        self.status = Some(status);
        news
    }

    pub(super) fn failed(&self) -> bool {
        self.check_in == CheckIn::Failed
    }

    pub(super) fn reached_disk(&self) -> bool {
        matches!(self.check_in, CheckIn::Kept | CheckIn::Receipted)
    }

    /// What may be said at `now`, with the link down since `link_down`.
    pub(super) fn call(&self, rules: &Rules, link_down: Option<Duration>, now: Reading) -> Call {
        let waited = now.boot.saturating_sub(self.tapped);
        let cut_off = link_down.is_some_and(|since| now.boot.saturating_sub(since.max(self.tapped)) >= rules.receipt);
        match (self.check_in, &self.status) {
            (CheckIn::Failed, _) => Call::Failed,
            (CheckIn::Noting, _) if waited >= rules.outbox => Call::Failed,
            (CheckIn::Noting, _) => Call::Noting,
            (CheckIn::Kept, _) if waited >= rules.receipt => Call::Unanswered,
            // Known to be cut off before the tap: no need to wait to say so.
            (CheckIn::Kept, _) if link_down.is_some_and(|since| since <= self.tapped) => Call::Unanswered,
            (CheckIn::Kept, _) => Call::Received,
            (CheckIn::Receipted, Some(status)) => known(status, cut_off),
            (CheckIn::Receipted, None) if cut_off => Call::Unanswered,
            (CheckIn::Receipted, None) => Call::Calling,
        }
    }

    /// When time alone changes [`Self::call`] next.
    pub(super) fn deadline(&self, rules: &Rules, link_down: Option<Duration>) -> Option<Duration> {
        match self.check_in {
            CheckIn::Noting => Some(self.tapped + rules.outbox),
            CheckIn::Kept => Some(self.tapped + rules.receipt),
            CheckIn::Receipted => link_down.map(|since| since.max(self.tapped) + rules.receipt),
            CheckIn::Failed => None,
        }
    }
}

/// Rounded up, as one says it; nothing where it is too long to be a way across a showroom.
fn usually(seconds: u32) -> Option<u32> {
    let step = if seconds <= 60 { 5 } else { 60 };
    (seconds <= LONGEST_WAY).then(|| seconds.max(1).div_ceil(step) * step)
}

/// A receipt within so long has not lain about on its way.
const PROMPT: Duration = Duration::from_secs(3);

/// In seconds.
const LONGEST_WAY: u32 = 600;

/// In minutes; whoever estimates a longer wait knows nothing, and nobody would stand here for it.
const LONGEST_WAIT: u32 = 120;

fn known(status: &VisitStatus, cut_off: bool) -> Call {
    match status.stage {
        // A call or a queue that may have moved on without us is no longer told as fact.
        Stage::Calling | Stage::Queued if cut_off => Call::Unanswered,
        Stage::Calling => Call::Calling,
        Stage::Coming | Stage::Greeted => {
            Call::Coming { who: status.consultant.clone(), usually_s: status.wait_s.and_then(usually) }
        }
        Stage::Queued => Call::Queued {
            position: status.position.filter(|position| *position > 0),
            minutes: status
                .wait_s
                .map(|seconds| seconds.div_ceil(60).max(1))
                .filter(|minutes| *minutes <= LONGEST_WAIT),
        },
        Stage::Reception | Stage::Ended => Call::Reception,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_way_is_told_as_one_says_it_or_not_at_all() {
        let told = [0, 1, 5, 6, 60, 61, 600, 601, u32::MAX].map(usually);
        assert_eq!(told, [Some(5), Some(5), Some(5), Some(10), Some(60), Some(120), Some(600), None, None]);
    }
}
