//! The floor's state: visits and people, with indexes that are always derived from them.
//!
//! Invariant: whoever changes a visit or a member does it through [`Floor::change_visit`] or [`Floor::change_member`], so
//! that the indexes cannot disagree with what they index.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use shared::ids::{DeviceId, StaffId, VisitId};
use shared::wire::Purpose;

use super::ladder;
use super::member::Member;
use super::pace::Pace;
use super::plan::{Plans, local};
use super::rules::FloorRules;
use super::stay::Stays;
use super::visit::{Outcome, Rung, Visit};
use crate::domain::roster::Role;
use crate::domain::secret::{Sealable, Secrets};

/// For how long the id of an ended visit is known as such.
const OVER_KNOWN: TimeDelta = TimeDelta::hours(48);

/// Members that are passed by in the time of one look into their map.
const LOOK: usize = 8;

/// When a visit was forgotten. Snapshots hold a great many of them after a busy day: a number is read faster than a date.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(transparent)]
struct Tombstone(#[serde(with = "chrono::serde::ts_milliseconds")] DateTime<Utc>);

/// Place in the queue: appointments and promising leads first, then by arrival.
type Place = (bool, DateTime<Utc>, VisitId);

/// Place among all visits: whoever waits first, the longest waiting at the top; then those who are served; then the ended.
type Rank = (bool, bool, DateTime<Utc>, VisitId);

/// A check-in that was taken back never was a visit.
fn was_one((outcome, _): (Outcome, DateTime<Utc>)) -> bool {
    outcome != Outcome::Cancelled
}

/// The floor.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Floor {
    /// Everybody on the staff.
    pub(super) members: BTreeMap<StaffId, Member>,
    /// Visits that go on, and those that ended within the time for undo. Shared with a snapshot that is being written.
    pub(super) visits: BTreeMap<VisitId, Arc<Visit>>,
    /// Visits that ended within 48 hours: late words about them are refused, not taken for new visits.
    over: BTreeMap<VisitId, Tombstone>,
    /// The last visit of each kiosk.
    pub(super) at_kiosk: BTreeMap<DeviceId, VisitId>,
    /// Who was there before, as far as an open page may still be about them.
    stays: Stays,
    /// When the managers' one alert was last raised, while it stands.
    pub(super) manager_alerted: Option<DateTime<Utc>>,
    /// How long things usually take.
    pub(super) pace: Pace,
    /// Who is planned when. Shared with who reads it.
    #[serde(default)]
    pub(super) plans: Arc<Plans>,
    /// When the plan has to be looked at next. Not in snapshots: a start looks at once.
    #[serde(skip)]
    pub(super) next_shift_edge: Option<DateTime<Utc>>,
    #[serde(skip)]
    pub(super) zone: Tz,
    #[serde(skip)]
    pub(super) rules: FloorRules,
    #[serde(skip)]
    index: Index,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Index {
    /// When a visit has to be looked at.
    agenda: BTreeSet<(DateTime<Utc>, VisitId)>,
    /// Who waits for the first who becomes free, by pool.
    queue: BTreeMap<Role, BTreeSet<Place>>,
    /// Visits that the managers have to know of.
    shouting: BTreeSet<VisitId>,
    /// Every visit, as screens list them.
    ranked: BTreeSet<Rank>,
    /// How many wait, and how many of them in breach.
    waiting: usize,
    breached: usize,
    /// Visits that go on, by who serves them.
    serving: BTreeMap<StaffId, BTreeSet<VisitId>>,
    /// Who is free, by role.
    free: ByRole,
    /// And is asked about nobody.
    idle: ByRole,
}

/// Members by role. A role that nobody has is not there.
type ByRole = BTreeMap<Role, BTreeSet<StaffId>>;

impl Floor {
    /// The day that the showroom's clocks show.
    #[must_use]
    pub fn day(&self, at: DateTime<Utc>) -> NaiveDate {
        local(at, self.zone).date()
    }

    /// Sets the figures and the zone of the showroom's clocks; before the first decision, and after a snapshot was read.
    pub fn configure(&mut self, rules: FloorRules, zone: Tz) {
        (self.rules, self.zone) = (rules, zone);
        self.next_shift_edge = (!self.plans.is_empty()).then_some(DateTime::UNIX_EPOCH);
        self.reindex();
    }

    /// What a snapshot stores, without what is derived: cheap to make, however many visits there are.
    #[must_use]
    pub fn without_index(&self) -> Self {
        Self {
            members: self.members.clone(),
            visits: self.visits.clone(),
            over: self.over.clone(),
            at_kiosk: self.at_kiosk.clone(),
            stays: self.stays.clone(),
            manager_alerted: self.manager_alerted,
            pace: self.pace.clone(),
            plans: Arc::clone(&self.plans),
            next_shift_edge: None,
            zone: self.zone,
            rules: self.rules.clone(),
            index: Index::default(),
        }
    }

    fn reindex(&mut self) {
        let mut index = Index::default();
        for visit in self.visits.values() {
            index.add_visit(visit, &self.rules);
        }
        for member in self.members.values() {
            index.add_member(member);
        }
        self.index = index;
    }

    /// The floor's figures.
    #[must_use]
    pub fn rules(&self) -> &FloorRules {
        &self.rules
    }

    /// The roles that serve this visit's purpose.
    #[must_use]
    pub fn pools(&self, visit: &Visit) -> &[Role] {
        self.rules.pools.of(visit.purpose)
    }

    /// A visit that goes on, or ended a moment ago.
    #[must_use]
    pub fn visit(&self, id: VisitId) -> Option<&Visit> {
        self.visits.get(&id).map(Arc::as_ref)
    }

    /// Every such visit, by id.
    pub fn visits(&self) -> impl Iterator<Item = &Visit> {
        self.visits.values().map(Arc::as_ref)
    }

    /// Every such visit: whoever waits first, the longest waiting at the top; then those who are served; then the ended.
    pub fn ranked(&self) -> impl Iterator<Item = &Visit> {
        self.index.ranked.iter().filter_map(|(_, _, _, id)| self.visit(*id))
    }

    /// Visits that this person accepted or came to as the second, and that go on.
    pub fn serving(&self, staff: &StaffId) -> impl Iterator<Item = VisitId> {
        self.index.serving.get(staff).into_iter().flatten().copied()
    }

    /// How many visits wait, and how many of them in breach.
    #[must_use]
    pub fn waiting(&self) -> (usize, usize) {
        (self.index.waiting, self.index.breached)
    }

    /// Whether the visit ended within the last 48 hours.
    #[must_use]
    pub fn is_over(&self, id: VisitId) -> bool {
        self.over.contains_key(&id)
    }

    /// The last visit of a kiosk.
    #[must_use]
    pub fn visit_at(&self, kiosk: &DeviceId) -> Option<VisitId> {
        self.at_kiosk.get(kiosk).copied()
    }

    /// The last visit of each kiosk.
    pub fn visits_at_kiosks(&self) -> impl Iterator<Item = &Visit> {
        self.at_kiosk.values().filter_map(|id| self.visit(*id))
    }

    /// A member of staff.
    #[must_use]
    pub fn member(&self, id: &StaffId) -> Option<&Member> {
        self.members.get(id)
    }

    /// Everybody on the staff, by id.
    pub fn members(&self) -> impl Iterator<Item = &Member> {
        self.members.values()
    }

    /// Members who are free, by id.
    pub fn free(&self, role: Role) -> impl Iterator<Item = &Member> {
        self.listed(&self.index.free, role)
    }

    /// Those of them who are asked about nobody.
    pub fn idle(&self, role: Role) -> impl Iterator<Item = &Member> {
        self.listed(&self.index.idle, role)
    }

    /// A look into the map costs as much as passing many members by: where most are listed, both are walked side by side.
    fn listed<'a>(&'a self, list: &'a ByRole, role: Role) -> impl Iterator<Item = &'a Member> {
        let ids = list.get(&role);
        let most = ids.is_some_and(|ids| ids.len() * LOOK > self.members.len());
        let (few, many) = if most { (None, ids) } else { (ids, None) };
        let walked = many.into_iter().flat_map(move |ids| {
            let mut ids = ids.iter().peekable();
            self.members.values().filter(move |member| ids.next_if(|id| **id == member.id).is_some())
        });
        few.into_iter().flatten().filter_map(|id| self.members.get(id)).chain(walked)
    }

    /// Who waits for the first of this role who becomes free, in order.
    pub fn queue(&self, role: Role) -> impl Iterator<Item = &Visit> {
        self.index.queue.get(&role).into_iter().flatten().filter_map(|(_, _, id)| self.visit(*id))
    }

    /// Place of a visit among the first so many of a role's queue, from 0.
    #[must_use]
    pub fn place_in_queue(&self, role: Role, visit: VisitId, among: usize) -> Option<usize> {
        self.index.queue.get(&role)?.iter().take(among).position(|(_, _, id)| *id == visit)
    }

    /// How many visits the managers have to know of.
    #[must_use]
    pub fn shouting(&self) -> usize {
        self.index.shouting.len()
    }

    /// The first visit that has to be looked at, and when.
    #[must_use]
    pub fn first_on_agenda(&self) -> Option<(DateTime<Utc>, VisitId)> {
        self.index.agenda.first().copied()
    }

    pub(super) fn insert_visit(&mut self, visit: Visit) {
        self.index.add_visit(&visit, &self.rules);
        self.visits.insert(visit.id, Arc::new(visit));
    }

    pub(super) fn change_visit(&mut self, id: VisitId, change: impl FnOnce(&mut Visit)) {
        if let Some(visit) = self.visits.get_mut(&id) {
            self.index.remove_visit(visit, &self.rules);
            let visit = Arc::make_mut(visit);
            change(visit);
            self.index.add_visit(visit, &self.rules);
        }
    }

    pub(super) fn forget_visit(&mut self, id: VisitId, at: DateTime<Utc>) {
        if let Some(visit) = self.visits.remove(&id) {
            self.index.remove_visit(&visit, &self.rules);
            if let Some(member) = visit.accepted.as_ref().and_then(|(staff, _)| self.members.get(staff)) {
                self.pace.learn(&visit, member.role);
            }
            if let (Some(kiosk), Some((_, ended_at))) = (&visit.kiosk, visit.ended.filter(|ended| was_one(*ended))) {
                self.stays.note(kiosk, visit.received_at, ended_at);
            }
            if let Some(kiosk) = visit.kiosk.as_ref().filter(|kiosk| self.at_kiosk.get(kiosk) == Some(&id)) {
                self.at_kiosk.remove(kiosk);
            }
        }
        self.over.insert(id, Tombstone(at));
        while let Some(oldest) = self.over.first_entry() {
            if at - oldest.get().0 <= OVER_KNOWN {
                break;
            }
            oldest.remove();
        }
    }

    /// Whether a page that was opened then belongs to a visit at this kiosk that has ended since.
    #[must_use]
    pub fn has_left(&self, kiosk: &DeviceId, opened_at: DateTime<Utc>) -> bool {
        let earliest = opened_at - self.rules.join;
        let ended = |visit: &Visit| visit.ended.is_some_and(|ended| was_one(ended) && ended.1 >= opened_at);
        let here = |visit: &Visit| visit.kiosk.as_ref() == Some(kiosk) && visit.received_at >= earliest;
        self.visits().any(|visit| here(visit) && ended(visit)) || self.stays.had(kiosk, earliest, opened_at)
    }

    /// Moves every time of visits that go on, after the clock was set.
    pub(super) fn shift_visits(&mut self, by: TimeDelta) {
        for visit in self.visits.values_mut() {
            Arc::make_mut(visit).shift(by);
        }
        for member in self.members.values_mut() {
            member.alive_at = member.alive_at.map(|at| at + by);
            member.delivered_at = member.delivered_at.map(|at| at + by);
            member.rung_at = member.rung_at.map(|at| at + by);
            member.before = member.before.map(|(presence, at)| (presence, at + by));
            member.last_turn = member.last_turn.map(|at| at + by);
            member.came_at = member.came_at.map(|at| at + by);
        }
        // The plan is made for the hours that clocks show, whatever they showed before.
        self.next_shift_edge = self.next_shift_edge.map(|_| DateTime::UNIX_EPOCH);
        self.stays.shift(by);
        self.manager_alerted = self.manager_alerted.map(|at| at + by);
        self.reindex();
    }

    pub(super) fn insert_member(&mut self, member: Member) {
        self.remove_member(&member.id.clone());
        self.index.add_member(&member);
        self.members.insert(member.id.clone(), member);
    }

    pub(super) fn change_member(&mut self, id: &StaffId, change: impl FnOnce(&mut Member)) {
        if let Some(member) = self.members.get_mut(id) {
            self.index.remove_member(member);
            change(member);
            self.index.add_member(member);
        }
    }

    pub(super) fn remove_member(&mut self, id: &StaffId) -> Option<Member> {
        let member = self.members.remove(id)?;
        self.index.remove_member(&member);
        Some(member)
    }

    /// Notes that a phone is alive. Not an event: reachability is not part of the record.
    pub fn note_alive(&mut self, id: &StaffId, now: DateTime<Utc>) {
        if let Some(member) = self.members.get_mut(id) {
            member.alive_at = Some(now);
        }
    }

    /// Notes that a channel delivered something to somebody. Not an event either.
    pub fn note_delivered(&mut self, id: &StaffId, at: DateTime<Utc>) {
        if let Some(member) = self.members.get_mut(id) {
            member.delivered_at = member.delivered_at.max(Some(at));
        }
    }

    /// Whether the indexes are what a fresh start would make of the state; for tests.
    #[cfg(test)]
    pub(crate) fn is_consistent(&self) -> bool {
        let mut fresh = self.clone();
        fresh.reindex();
        fresh.index == self.index
    }
}

impl Index {
    fn add_visit(&mut self, visit: &Visit, rules: &FloorRules) {
        if let Some(at) = ladder::next_due(visit, rules) {
            self.agenda.insert((at, visit.id));
        }
        if visit.in_queue() {
            for role in rules.pools.of(visit.purpose) {
                self.queue.entry(*role).or_default().insert(place(visit, rules));
            }
        }
        if visit.shouts() {
            self.shouting.insert(visit.id);
        }
        for by in served_by(visit) {
            self.serving.entry(by.clone()).or_default().insert(visit.id);
        }
        self.ranked.insert(rank(visit));
        self.waiting += usize::from(visit.waits());
        self.breached += usize::from(waits_in_breach(visit));
    }

    fn remove_visit(&mut self, visit: &Visit, rules: &FloorRules) {
        if let Some(at) = ladder::next_due(visit, rules) {
            self.agenda.remove(&(at, visit.id));
        }
        for role in rules.pools.of(visit.purpose) {
            if let Some(queue) = self.queue.get_mut(role) {
                queue.remove(&place(visit, rules));
                if queue.is_empty() {
                    self.queue.remove(role);
                }
            }
        }
        self.shouting.remove(&visit.id);
        for by in served_by(visit) {
            let Some(visits) = self.serving.get_mut(by) else { continue };
            visits.remove(&visit.id);
            if visits.is_empty() {
                self.serving.remove(by);
            }
        }
        self.ranked.remove(&rank(visit));
        self.waiting -= usize::from(visit.waits());
        self.breached -= usize::from(waits_in_breach(visit));
    }

    fn add_member(&mut self, member: &Member) {
        if !member.is_free() {
            return;
        }
        let lists = [Some(&mut self.free), Some(&mut self.idle).filter(|_| member.asked.is_empty())];
        for list in lists.into_iter().flatten() {
            list.entry(member.role).or_default().insert(member.id.clone());
        }
    }

    fn remove_member(&mut self, member: &Member) {
        for list in [&mut self.free, &mut self.idle] {
            let Some(members) = list.get_mut(&member.role) else { continue };
            members.remove(&member.id);
            if members.is_empty() {
                list.remove(&member.role);
            }
        }
    }
}

fn place(visit: &Visit, rules: &FloorRules) -> Place {
    let expected = visit.purpose == Purpose::Appointment || visit.appointment.is_some();
    let first = expected || visit.is_promising(rules);
    (!first, visit.arrived_at, visit.id)
}

fn rank(visit: &Visit) -> Rank {
    (!visit.is_unserved(), visit.ended.is_some(), visit.received_at, visit.id)
}

fn served_by(visit: &Visit) -> impl Iterator<Item = &StaffId> {
    let accepted = visit.accepted.iter().map(|(by, _)| by);
    accepted.chain(&visit.seconds).filter(|_| visit.ended.is_none())
}

fn waits_in_breach(visit: &Visit) -> bool {
    visit.waits() && visit.breach.is_some()
}

impl Visit {
    /// Whether the first who becomes free is asked: nobody could be asked, or everybody was.
    #[must_use]
    pub fn in_queue(&self) -> bool {
        self.waits() && (self.queued || self.rung >= Rung::Everyone)
    }

    fn shift(&mut self, by: TimeDelta) {
        self.time_uncertain = true;
        for at in [&mut self.arrived_at, &mut self.received_at, &mut self.ladder_from] {
            *at += by;
        }
        if let Some((_, at)) = &mut self.accepted {
            *at += by;
        }
        if let Some((_, at)) = &mut self.received {
            *at += by;
        }
        if let Some((_, at)) = &mut self.greeted {
            *at += by;
        }
        if let Some((_, at)) = &mut self.ended {
            *at += by;
        }
        for asking in &mut self.askings {
            asking.asked_at += by;
        }
    }
}

impl Secrets for Floor {
    fn each_secret(&mut self, each: &mut dyn FnMut(&mut dyn Sealable)) {
        // Only what holds a secret is taken apart from a snapshot that shares it.
        for visit in self.visits.values_mut().filter(|visit| visit.is_sealed()) {
            let visit = Arc::make_mut(visit);
            if let Some(secret) = &mut visit.secret {
                each(secret);
            }
            if let Some(note) = &mut visit.note {
                each(note);
            }
        }
    }
}
