//! The ladder: when the next one is asked, and whom the alert climbs to (DESIGN §5).

use std::iter;

use chrono::{DateTime, Utc};
use shared::ids::AlertId;
use shared::wire::Why;

use super::book::Floor;
use super::choice::Choice;
use super::event::FloorEvent;
use super::rules::FloorRules;
use super::visit::{Breach, CallReason, GreetedSource, Outcome, Rung, Visit};
use crate::domain::roster::Role;

/// When time alone changes something about a visit; `None` once nothing more can.
///
/// Invariant: a visit that waits always has a due time (the model test guards it).
#[must_use]
pub fn next_due(visit: &Visit, rules: &FloorRules) -> Option<DateTime<Utc>> {
    if let Some((_, at)) = visit.ended {
        return Some(at + rules.undo);
    }
    let close = Some(visit.received_at + rules.close);
    let climb = visit.waits().then(|| next_rung(visit, rules)).flatten().map(|(_, at)| at);
    let short = (visit.waits() && visit.is_short()).then_some(visit.ladder_from);
    let breach = visit.breach_due(rules);
    let greeting =
        visit.accepted.as_ref().filter(|_| visit.greeted.is_none()).and_then(|(_, at)| match visit.greeting_due {
            None => Some(*at + rules.greet_again),
            Some(false) => Some(*at + rules.greet_manager),
            Some(true) => None,
        });
    let still_with = visit.accepted.as_ref().filter(|_| !visit.still_with_asked).map(|(_, at)| *at + rules.still_with);
    let colleagues = visit.open_askings().filter(|asked| asked.is_among_colleagues());
    let answer = colleagues.map(|asked| asked.asked_at + rules.answer).min();
    [close, climb, short, breach, greeting, still_with, answer].into_iter().flatten().min()
}

/// The next rung and when it is reached.
fn next_rung(visit: &Visit, rules: &FloorRules) -> Option<(Rung, DateTime<Utc>)> {
    let from = visit.ladder_from;
    match visit.rung {
        Rung::Start => Some((Rung::First, from)),
        Rung::First if visit.is_only_pushed() => Some((Rung::Second, from + rules.second)),
        Rung::First | Rung::Second => Some((Rung::Two, from + rules.two)),
        Rung::Two => Some((Rung::Everyone, from + rules.everyone)),
        Rung::Everyone => None,
    }
}

impl Visit {
    /// Whoever is asked may have the phone in the pocket: none of them has a page open.
    fn is_only_pushed(&self) -> bool {
        let mut open = self.open_askings().peekable();
        open.peek().is_some() && open.all(|asking| asking.pushed)
    }

    /// The ladder has begun, nobody is asked any more, and nobody has found yet that nobody is left.
    fn is_short(&self) -> bool {
        !self.queued && self.rung >= Rung::First && self.open_askings().next().is_none()
    }
}

impl Floor {
    /// One step of a visit whose time has come. Never empty, so that time goes on.
    pub(super) fn step(&self, visit: &Visit, now: DateTime<Utc>) -> Vec<FloorEvent> {
        let rules = &self.rules;
        let id = visit.id;
        if let Some((_, at)) = visit.ended {
            debug_assert!(at + rules.undo <= now);
            return vec![FloorEvent::Forgotten { visit: id, sealed: visit.is_sealed() }];
        }
        if visit.received_at + rules.close <= now {
            return self.close(visit);
        }
        if !visit.waits() {
            return self.mind_service(visit, now);
        }
        if let Some((rung, _)) = next_rung(visit, rules).filter(|(_, at)| *at <= now) {
            return self.climb(visit, rung, now);
        }
        if let Some(breached) = self.breach(visit, now) {
            return vec![breached];
        }
        match self.ask_next(visit, now) {
            Some(asked) => vec![asked],
            None => self.give_to_reception(visit),
        }
    }

    /// The ten seconds are over, and that is not on the record yet.
    fn breach(&self, visit: &Visit, now: DateTime<Utc>) -> Option<FloorEvent> {
        let reason = if visit.askings.is_empty() { Breach::NobodyFree } else { Breach::NotAccepted };
        let due = visit.breach_due(&self.rules).is_some_and(|at| at <= now);
        due.then_some(FloorEvent::Breached { visit: visit.id, reason })
    }

    fn climb(&self, visit: &Visit, rung: Rung, now: DateTime<Utc>) -> Vec<FloorEvent> {
        let mut events = vec![FloorEvent::Climbed { visit: visit.id, rung }];
        match rung {
            Rung::Everyone => events.extend(self.ask_everyone(visit, now)),
            Rung::Two if visit.open_askings().count() < 2 => match self.ask_next(visit, now) {
                Some(asked) => events.push(asked),
                // Nobody left to ask beside the first: straight to the next rung.
                None => events.extend(self.climb(visit, Rung::Everyone, now)),
            },
            Rung::First => match self.ask_one_of_each_pool(visit, now) {
                nobody if nobody.is_empty() => events.extend(self.give_to_reception(visit)),
                asked => events.extend(asked),
            },
            // Nobody else: the four seconds find it out.
            Rung::Second => events.extend(self.ask_next(visit, now)),
            Rung::Start | Rung::Two => {}
        }
        events
    }

    fn ask_one_of_each_pool(&self, visit: &Visit, now: DateTime<Utc>) -> Vec<FloorEvent> {
        let choices = self.pools(visit).iter().filter_map(|role| self.choose(visit, *role, now));
        (visit.next_alert().ordinal..)
            .zip(choices)
            .map(|(ordinal, choice)| FloorEvent::Asked {
                alert: AlertId { visit: visit.id, ordinal },
                to: choice.staff,
                why: choice.why,
                pushed: choice.pushed,
            })
            .collect()
    }

    /// The next candidate, from the first pool that has one.
    pub(super) fn ask_next(&self, visit: &Visit, now: DateTime<Utc>) -> Option<FloorEvent> {
        let choice = self.pools(visit).iter().find_map(|role| self.choose(visit, *role, now))?;
        Some(FloorEvent::Asked { alert: visit.next_alert(), to: choice.staff, why: choice.why, pushed: choice.pushed })
    }

    /// Nobody to ask: reception receives and seats, and the first who becomes free is asked.
    fn give_to_reception(&self, visit: &Visit) -> Vec<FloorEvent> {
        let queued = FloorEvent::Queued { visit: visit.id };
        let called = visit
            .reception_called
            .is_none()
            .then(|| FloorEvent::ReceptionCalled { visit: visit.id, reason: self.why_nobody(visit) });
        iter::once(queued).chain(called).collect()
    }

    fn ask_everyone(&self, visit: &Visit, now: DateTime<Utc>) -> Vec<FloorEvent> {
        let everyone = self.pools(visit).iter().flat_map(|role| self.reachable(visit, *role, now));
        let asked = (visit.next_alert().ordinal..).zip(everyone).map(|(ordinal, member)| FloorEvent::Asked {
            alert: AlertId { visit: visit.id, ordinal },
            to: member.id.clone(),
            why: Why::Everyone,
            pushed: !self.is_live(member, now),
        });
        // First: of a long list a power cut may keep the beginning.
        let called = visit.reception_called.is_none();
        let called = called.then_some(FloorEvent::ReceptionCalled { visit: visit.id, reason: CallReason::NotAccepted });
        called.into_iter().chain(asked).collect()
    }

    fn why_nobody(&self, visit: &Visit) -> CallReason {
        let pools = self.pools(visit);
        if !self.members().any(|member| pools.contains(&member.role)) {
            return CallReason::NoSuchStaff;
        }
        let somebody_free = pools.iter().any(|role| self.idle(*role).next().is_some());
        if somebody_free { CallReason::AllDark } else { CallReason::NobodyFree }
    }

    /// Somebody accepted: are they greeted, are they still there, does a colleague answer?
    fn mind_service(&self, visit: &Visit, now: DateTime<Utc>) -> Vec<FloorEvent> {
        let unanswered = self.unanswered(visit, now);
        if !unanswered.is_empty() {
            return unanswered;
        }
        let Some((_, at)) = &visit.accepted else { return self.close(visit) };
        let manager = match visit.greeting_due {
            _ if visit.greeted.is_some() => None,
            None => (*at + self.rules.greet_again <= now).then_some(false),
            Some(false) => (*at + self.rules.greet_manager <= now).then_some(true),
            Some(true) => None,
        };
        match manager {
            Some(manager) => vec![FloorEvent::GreetingDue { visit: visit.id, manager }],
            None => vec![FloorEvent::StillWithAsked { visit: visit.id }],
        }
    }

    /// Nobody ended it.
    fn close(&self, visit: &Visit) -> Vec<FloorEvent> {
        self.ending(visit, Outcome::ClosedBySystem, None, Some(GreetedSource::Inferred), None)
    }

    /// The first member who could take the visit that waits longest, if there is such a pair: of those whom nobody is asked about, before
    /// somebody else is asked about those whose ladder is at its end.
    pub(super) fn match_queue(&self, now: DateTime<Utc>) -> Option<FloorEvent> {
        // Asked first: a queue may be thousands long, and is walked for somebody who could come.
        let could_come = |role: &Role| self.idle(*role).any(|member| self.is_reachable(member, now));
        let roles: Vec<_> = Role::POOLS.into_iter().filter(could_come).collect();
        [false, true].into_iter().find_map(|rings| {
            roles.iter().find_map(|role| {
                let mut queue = self.queue(*role).filter(|visit| visit.open_askings().next().is_some() == rings);
                queue.find_map(|visit| self.take_from_queue(visit, *role, now))
            })
        })
    }

    /// Judged first, where the ten seconds are over in this moment: whoever becomes free now was not free then.
    fn take_from_queue(&self, visit: &Visit, role: Role, now: DateTime<Utc>) -> Option<FloorEvent> {
        let Choice { staff: to, pushed, .. } = self.choose(visit, role, now)?;
        let asked = FloorEvent::Asked { alert: visit.next_alert(), to, why: Why::Queue, pushed };
        Some(self.breach(visit, now).unwrap_or(asked))
    }
}
