//! What each event does to the floor. The only mutation; the same code live and in replay.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use shared::ids::{AlertId, StaffId, VisitId};

use super::book::Floor;
use super::event::{CheckedIn, Correction, Detailed, FloorEvent};
use super::member::{Member, Presence, Shift, Turns};
use super::visit::{Asking, Channel, Known, Outcome, Rung, Visit};
use crate::domain::diary::Expected;
use crate::domain::roster::{Account, RosterEvent};
use shared::wire::Why;

/// Whoever was off for this long comes back to a new day.
const REST: TimeDelta = TimeDelta::hours(4);

impl Floor {
    /// Takes over what has happened on the floor.
    pub fn apply(&mut self, event: &FloorEvent, at: DateTime<Utc>) {
        match event {
            FloorEvent::CheckedIn(event) => self.checked_in(event, at),
            FloorEvent::Detailed(event) => self.change_visit(event.visit, |visit| detailed(visit, event)),
            FloorEvent::Recognised { visit, lead, owner, since, score } => self.change_visit(*visit, |visit| {
                visit.known = Known { owner: owner.clone(), since: *since, lead: *lead, score: *score };
            }),
            FloorEvent::Asked { alert, to, why, pushed } => self.asked(*alert, to, (*why, *pushed), at),
            FloorEvent::Handed { alert, channel } => self.handed(*alert, *channel, at),
            FloorEvent::Shown { alert } => self.change_asking(*alert, |asking| {
                asking.shown_at.get_or_insert(at);
            }),
            FloorEvent::Accepted { alert, turn } => self.accepted(*alert, *turn, at),
            FloorEvent::Passed { alert, .. } => {
                let today = self.day(at);
                self.answered(*alert, |member| member.count(today, |turns| turns.passed += 1));
                self.change_asking(*alert, |asking| asking.passed = true);
            }
            FloorEvent::Withdrawn { alert, missed, .. } => {
                let (today, missed) = (self.day(at), u32::from(*missed));
                self.answered(*alert, |member| member.count(today, |turns| turns.missed += missed));
            }
            FloorEvent::Climbed { visit, rung } => self.change_visit(*visit, |visit| visit.rung = *rung),
            FloorEvent::ReceptionCalled { visit, reason } => {
                self.change_visit(*visit, |visit| visit.reception_called = Some(*reason));
            }
            FloorEvent::Queued { visit } => self.change_visit(*visit, |visit| visit.queued = true),
            FloorEvent::Received { visit, by } => {
                self.change_visit(*visit, |visit| visit.received = Some((by.clone(), at)));
            }
            FloorEvent::Breached { visit, reason } => {
                self.change_visit(*visit, |visit| visit.breach = Some(*reason));
            }
            FloorEvent::ManagerAlerted { waiting } => self.manager_alerted = (*waiting > 0).then_some(at),
            FloorEvent::GreetingDue { visit, manager } => {
                self.change_visit(*visit, |visit| visit.greeting_due = Some(*manager));
            }
            FloorEvent::Greeted { visit, source, .. } => {
                self.change_visit(*visit, |visit| visit.greeted = Some((*source, at)));
            }
            FloorEvent::StillWithAsked { visit } => self.change_visit(*visit, |visit| visit.still_with_asked = true),
            FloorEvent::Ended { visit, outcome, .. } => self.change_visit(*visit, |visit| ended(visit, *outcome, at)),
            FloorEvent::Forgotten { visit, .. } => self.forget_visit(*visit, at),
            FloorEvent::PresenceSet { staff, presence, brought } => self.change_member(staff, |member| {
                if member.presence == Presence::Off && member.before.is_none_or(|(_, since)| at - since > REST) {
                    member.came_at = member.came_at.filter(|_| member.shift != Shift::Unplanned);
                }
                member.before = Some((member.presence, at));
                member.presence = *presence;
                member.brought = *brought;
            }),
            FloorEvent::GreetingUndone { visit } => self.change_visit(*visit, |visit| visit.greeted = None),
            FloorEvent::EndUndone { visit } => {
                self.change_visit(*visit, |visit| (visit.ended, visit.joined) = (None, None));
            }
            FloorEvent::Abandoned { visit, to, .. } => {
                self.change_visit(*visit, |visit| abandoned(visit, to.as_ref(), at));
            }
            FloorEvent::TakenOver { alert, .. } => self.taken_over(*alert, at),
            FloorEvent::Assisted { alert } => {
                let who = self.answered(*alert, |_| {});
                self.change_asking(*alert, |asking| asking.accepted = true);
                self.change_visit(alert.visit, |visit| visit.seconds.extend(who));
            }
            FloorEvent::Seconded { visit, staff } => {
                self.change_visit(*visit, |visit| {
                    visit.seconds.insert(staff.clone());
                });
            }
            FloorEvent::SteppedBack { visit, staff } => {
                self.change_visit(*visit, |visit| {
                    visit.seconds.remove(staff);
                });
            }
            FloorEvent::Joined { visit, into } => self.change_visit(*visit, |visit| visit.joined = Some(*into)),
            FloorEvent::Corrected { visit, correction } => self.corrected(*visit, *correction),
            FloorEvent::Answered { visit, question, answer } => self.change_visit(*visit, |visit| {
                visit.answers.insert(question.clone(), answer.clone());
            }),
            FloorEvent::Noted { visit, secret } => {
                self.change_visit(*visit, |visit| visit.note = Some(secret.clone()));
            }
            FloorEvent::WeekPlanned { staff, week, .. } => {
                self.plan(at, |plans| plans.set_week(staff, week.as_deref()));
            }
            FloorEvent::DayPlanned { staff, date, hours, .. } => {
                self.plan(at, |plans| plans.set_day(staff, *date, hours.as_ref(), at));
            }
            FloorEvent::YearSet { year, table, .. } => self.plan(at, |plans| plans.set_year(*year, table)),
            FloorEvent::ShiftsTurned { to } => self.shifts_turned(to, at),
            FloorEvent::CameToWork { staff, extra_until } => self.came_to_work(staff, *extra_until, at),
            FloorEvent::DoorCounted { .. } => {}
            FloorEvent::ClockStepped { by_ms } => {
                self.shift_visits(TimeDelta::try_milliseconds(*by_ms).unwrap_or_default());
            }
        }
    }

    /// Takes over that a visit is expected, or is not any more.
    pub(in crate::domain) fn expect(&mut self, visit: VisitId, expected: Option<Expected>) {
        self.change_visit(visit, |visit| visit.appointment = expected);
    }

    /// Takes over a change of the roster.
    pub fn apply_roster(&mut self, event: &RosterEvent) {
        match event {
            RosterEvent::AccountSet(account) => self.account_set(account),
            RosterEvent::AccountRemoved { staff } => {
                self.remove_member(staff);
                if self.plans.of(staff).is_some() {
                    Arc::make_mut(&mut self.plans).set_week(staff, None);
                }
            }
            RosterEvent::SessionsEnded { .. }
            | RosterEvent::Subscribed { .. }
            | RosterEvent::Unsubscribed { .. }
            | RosterEvent::DeviceSet(_)
            | RosterEvent::DeviceRemoved { .. }
            | RosterEvent::MaintenanceSet { .. } => {}
        }
    }

    fn account_set(&mut self, account: &Account) {
        let known = self.remove_member(&account.id);
        let fresh = Member {
            id: account.id.clone(),
            role: account.role,
            senior: account.senior,
            languages: account.languages.clone(),
            presence: Presence::Off,
            before: None,
            brought: false,
            shift: Shift::Unplanned,
            came_at: None,
            extra_until: None,
            last_turn: None,
            asked: BTreeSet::new(),
            turns: Turns::default(),
            turns_on: None,
            alive_at: None,
            delivered_at: None,
            rung_at: None,
        };
        self.insert_member(match known {
            Some(known) => {
                Member { role: account.role, senior: account.senior, languages: account.languages.clone(), ..known }
            }
            None => fresh,
        });
    }

    fn checked_in(&mut self, event: &CheckedIn, at: DateTime<Utc>) {
        if let Some(kiosk) = &event.kiosk {
            self.at_kiosk.insert(kiosk.clone(), event.visit);
        }
        self.insert_visit(Visit {
            id: event.visit,
            kiosk: event.kiosk.clone(),
            purpose: event.purpose,
            language: event.language,
            party: event.party,
            models: Vec::new(),
            wanted: None,
            known: Known::default(),
            appointment: None,
            consents: Vec::new(),
            secret: None,
            arrived_at: event.arrived_at,
            received_at: at,
            time_uncertain: event.time_uncertain,
            late: event.late,
            rung: Rung::Start,
            ladder_from: at,
            queued: false,
            reception_called: None,
            received: None,
            breach: None,
            askings: Vec::new(),
            accepted: None,
            greeting_due: None,
            greeted: None,
            still_with_asked: false,
            ended: None,
            seconds: BTreeSet::new(),
            answers: BTreeMap::new(),
            note: None,
            abandoned: false,
            joined: None,
        });
    }

    /// Another purpose may have other people: whoever was told that nobody is there has another chance.
    fn corrected(&mut self, id: VisitId, correction: Correction) {
        let Some(before) = self.visit(id).map(|visit| visit.purpose) else { return };
        let purpose = correction.purpose.unwrap_or(before);
        let same_people = self.rules.pools.of(purpose) == self.rules.pools.of(before);
        self.change_visit(id, |visit| {
            visit.queued &= same_people;
            visit.purpose = purpose;
            visit.language = correction.language.unwrap_or(visit.language);
            visit.party = correction.party.or(visit.party);
        });
    }

    fn asked(&mut self, alert: AlertId, to: &StaffId, (why, pushed): (Why, bool), at: DateTime<Utc>) {
        self.change_visit(alert.visit, |visit| {
            if visit.queued && (visit.breach.is_some() || visit.abandoned) && why != Why::Everyone {
                // The ten seconds are judged already: whoever became free gets the ladder's time from now. At the ladder's end nobody is
                // left to give it to.
                visit.ladder_from = at;
                visit.rung = Rung::First;
            }
            visit.queued = false;
            visit.askings.push(Asking {
                id: alert,
                to: to.clone(),
                why,
                pushed,
                asked_at: at,
                handed_at: None,
                shown_at: None,
                open: true,
                passed: false,
                accepted: false,
            });
        });
        let (today, forced) = (self.day(at), u32::from(matches!(why, Why::Everyone | Why::Assigned)));
        self.change_member(to, |member| {
            member.asked.insert(alert);
            member.count(today, |turns| turns.forced += forced);
        });
    }

    fn handed(&mut self, alert: AlertId, channel: Channel, at: DateTime<Utc>) {
        self.change_asking(alert, |asking| {
            asking.handed_at.get_or_insert(at);
        });
        // An open page says itself that it is there.
        if channel == Channel::Stream {
            return;
        }
        let to = self.visit(alert.visit).and_then(|visit| visit.asking(alert)).map(|asked| asked.to.clone());
        if let Some(to) = to {
            self.change_member(&to, |member| member.rung_at = Some(at));
        }
    }

    fn accepted(&mut self, alert: AlertId, turn: bool, at: DateTime<Utc>) {
        let today = self.day(at);
        let who = self.answered(alert, |member| {
            if turn {
                member.count(today, |turns| turns.taken += 1);
                member.last_turn = Some(at);
            }
        });
        self.change_asking(alert, |asking| asking.accepted = true);
        if let Some(who) = who {
            self.change_visit(alert.visit, |visit| {
                visit.accepted = Some((who, at));
                visit.queued = false;
            });
        }
    }

    /// The visit has another owner, who has a time of their own to greet and to be asked whether they are still there.
    fn taken_over(&mut self, alert: AlertId, at: DateTime<Utc>) {
        self.change_asking(alert, |asking| asking.accepted = true);
        if let Some(who) = self.answered(alert, |_| {}) {
            self.change_visit(alert.visit, |visit| {
                visit.seconds.remove(&who);
                visit.accepted = Some((who, at));
                visit.greeting_due = None;
                visit.still_with_asked = false;
            });
        }
    }

    /// An alert rings no more; whose it was.
    fn answered(&mut self, alert: AlertId, count: impl FnOnce(&mut Member)) -> Option<StaffId> {
        let to = self.visit(alert.visit).and_then(|visit| visit.asking(alert)).map(|asking| asking.to.clone())?;
        self.change_asking(alert, |asking| asking.open = false);
        self.change_member(&to, |member| {
            member.asked.remove(&alert);
            count(member);
        });
        Some(to)
    }

    fn change_asking(&mut self, alert: AlertId, change: impl FnOnce(&mut Asking)) {
        self.change_visit(alert.visit, |visit| {
            if let Some(asking) = visit.askings.iter_mut().find(|asking| asking.id == alert) {
                change(asking);
            }
        });
    }
}

fn ended(visit: &mut Visit, outcome: Outcome, at: DateTime<Utc>) {
    visit.ended = Some((outcome, at));
    visit.seconds.clear();
}

/// Whoever came beside serves the visit now; otherwise it waits again, with no time of the ladder behind it.
fn abandoned(visit: &mut Visit, to: Option<&StaffId>, at: DateTime<Utc>) {
    visit.accepted = to.map(|to| (to.clone(), at));
    visit.seconds.retain(|second| Some(second) != to);
    (visit.greeting_due, visit.still_with_asked) = (None, false);
    if to.is_none() {
        (visit.greeted, visit.rung) = (None, Rung::Everyone);
        (visit.abandoned, visit.queued) = (true, true);
    }
}

fn detailed(visit: &mut Visit, event: &Detailed) {
    visit.language = event.language.unwrap_or(visit.language);
    visit.party = event.party.or(visit.party);
    if !event.models.is_empty() {
        visit.models.clone_from(&event.models);
    }
    if event.consultant.is_some() {
        visit.wanted.clone_from(&event.consultant);
    }
    visit.consents.extend(event.consents.iter().cloned());
    match (visit.secret.as_mut().and_then(|secret| secret.get_mut()), &event.secret) {
        (Some(known), Some(said)) => {
            if let Some(said) = said.get() {
                known.phone = said.phone.clone().or(known.phone.take());
                known.surname = said.surname.clone().or(known.surname.take());
                known.title = said.title.or(known.title);
            }
        }
        (None, Some(said)) => visit.secret = Some(said.clone()),
        (_, None) => {}
    }
}
