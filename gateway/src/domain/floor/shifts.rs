//! Shifts: who is planned, who has come, and who may not be asked because their day is over (DESIGN §5).
//!
//! The plan binds whoever has one: off shift nobody is asked, whatever they are doing. Beginnings and ends are facts of their own,
//! found by time alone, so that replaying the log needs no plan to be right. Whoever comes outside the plan works an extra shift 加班.
//!
//! Invariant: after [`Floor::shifts_due`] is applied, every member's shift is what the plan, or an extra shift, says at that moment.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};
use shared::ids::StaffId;

use super::book::Floor;
use super::event::FloorEvent;
use super::member::{Member, Presence, Shift};
use super::plan::{Hours, Plans, Week, YearTable};
use super::service::brought;
use crate::domain::command::Refusal;

impl Floor {
    /// The showroom's plans.
    #[must_use]
    pub fn plans(&self) -> &Arc<Plans> {
        &self.plans
    }

    pub(super) fn plan_week(
        &self,
        by: &StaffId,
        staff: &StaffId,
        week: Option<&Week>,
    ) -> Result<Vec<FloorEvent>, Refusal> {
        self.member(staff).ok_or(Refusal::UnknownStaff)?;
        if self.plans.of(staff).map(|plan| &plan.week) == week {
            return Ok(Vec::new());
        }
        Ok(vec![FloorEvent::WeekPlanned { staff: staff.clone(), week: week.cloned().map(Box::new), by: by.clone() }])
    }

    pub(super) fn plan_day(
        &self,
        by: &StaffId,
        staff: &StaffId,
        date: NaiveDate,
        hours: Option<&Hours>,
    ) -> Result<Vec<FloorEvent>, Refusal> {
        self.member(staff).ok_or(Refusal::UnknownStaff)?;
        let plan = self.plans.of(staff).ok_or(Refusal::NotPlanned)?;
        if plan.days.get(&date) == hours {
            return Ok(Vec::new());
        }
        Ok(vec![FloorEvent::DayPlanned { staff: staff.clone(), date, hours: hours.cloned(), by: by.clone() }])
    }

    pub(super) fn set_year(&self, by: &StaffId, year: i32, table: &YearTable) -> Vec<FloorEvent> {
        if self.plans.year(year) == table.days() {
            return Vec::new();
        }
        vec![FloorEvent::YearSet { year, table: table.clone(), by: by.clone() }]
    }

    /// "I am here": takes a place at the end of the rotation, once a shift. Off shift it begins an extra one, until the next planned
    /// hours of the day or the day's end.
    pub(super) fn come_to_work(&self, who: &StaffId, now: DateTime<Utc>) -> Result<Vec<FloorEvent>, Refusal> {
        let member = self.member(who).ok_or(Refusal::UnknownStaff)?;
        let extra = (!member.shift.may_be_asked()).then(|| {
            let planned = self.plans.next_today(who, now, self.zone);
            planned.or_else(|| Plans::end_of_day(now, self.zone)).unwrap_or(now)
        });
        let mut events = Vec::new();
        if extra.is_some() || member.came_at.is_none() {
            events.push(FloorEvent::CameToWork { staff: who.clone(), extra_until: extra });
        }
        if !member.presence.is_at_work() {
            events.push(FloorEvent::PresenceSet { staff: who.clone(), presence: Presence::Free, brought: false });
        }
        Ok(events)
    }

    /// Whoever sets a presence of work within their shift has come.
    pub(super) fn has_come(member: &Member, shift: Shift, presence: Presence) -> Option<FloorEvent> {
        let comes = shift == Shift::On && member.came_at.is_none() && presence.is_at_work();
        comes.then(|| FloorEvent::CameToWork { staff: member.id.clone(), extra_until: None })
    }

    /// Shifts that have begun or ended by `now`, and what they bring with them. Never empty once an edge is over, so that time goes on.
    pub(super) fn shifts_due(&self, now: DateTime<Utc>) -> Vec<FloorEvent> {
        if self.next_shift_edge.is_none_or(|at| at > now) {
            return Vec::new();
        }
        let mut to = BTreeMap::new();
        let mut then = Vec::new();
        for member in self.members() {
            let shift = self.shift_now(member, now);
            if shift == member.shift {
                continue;
            }
            to.insert(member.id.clone(), shift);
            then.extend(self.brought_by(member, shift));
        }
        std::iter::once(FloorEvent::ShiftsTurned { to }).chain(then).collect()
    }

    fn shift_now(&self, member: &Member, now: DateTime<Utc>) -> Shift {
        match self.plans.shift(&member.id, now, self.zone) {
            Shift::Off | Shift::Break if member.extra_until.is_some_and(|until| now < until) => Shift::On,
            shift => shift,
        }
    }

    /// When the plan says something else of this person next, for whoever reads it; `None` without a plan, and beyond a week.
    #[must_use]
    pub fn shift_until(&self, member: &Member, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let edge = self.plans.next_edge_of(&member.id, now, self.zone);
        member.extra_until.filter(|until| *until > now).or(edge)
    }

    /// Nobody is left ringing, or free in the eyes of others, whose shift is over; whoever stands with somebody stays there.
    fn brought_by(&self, member: &Member, shift: Shift) -> Vec<FloorEvent> {
        let away = match shift {
            Shift::Off => Presence::Off,
            Shift::Break => Presence::Break,
            // Who had said so before the hour has come with it.
            Shift::On => return Self::has_come(member, shift, member.presence).into_iter().collect(),
            Shift::Unplanned => return Vec::new(),
        };
        let idle = matches!(member.presence, Presence::Free | Presence::Break) && member.presence != away;
        let mut events: Vec<_> = idle.then(|| brought(&member.id, away)).into_iter().collect();
        events.extend(self.release(&member.id, None));
        events
    }

    /// Changes the plans, and looks at them at once: they may say something else of this very moment.
    pub(super) fn plan(&mut self, at: DateTime<Utc>, change: impl FnOnce(&mut Plans)) {
        change(Arc::make_mut(&mut self.plans));
        self.next_shift_edge = Some(at);
    }

    pub(super) fn shifts_turned(&mut self, to: &BTreeMap<StaffId, Shift>, at: DateTime<Utc>) {
        for (staff, shift) in to {
            self.change_member(staff, |member| {
                member.shift = *shift;
                if matches!(shift, Shift::Off | Shift::Unplanned) {
                    (member.came_at, member.extra_until) = (None, None);
                }
            });
        }
        let extra = self.members.values().filter_map(|member| member.extra_until).filter(|until| *until > at);
        self.next_shift_edge = extra.chain(self.plans.next_edge(at, self.zone)).min();
    }

    pub(super) fn came_to_work(&mut self, staff: &StaffId, extra_until: Option<DateTime<Utc>>, at: DateTime<Utc>) {
        self.change_member(staff, |member| {
            (member.came_at, member.last_turn) = (Some(at), Some(at));
            if extra_until.is_some() {
                (member.shift, member.extra_until) = (Shift::On, extra_until);
            }
        });
        self.next_shift_edge = self.next_shift_edge.into_iter().chain(extra_until).min();
    }
}
