//! The floor: who waits, who is free, who is asked, and the ten-second clock.
//!
//! - [`event`]: what happened; commands are the domain's
//! - [`member`], [`visit`], [`book`]: the state
//! - [`rules`], [`speech`]: figures (DESIGN §5) and words, all configuration
//! - [`choice`]: who is asked; [`ladder`]: when the next one is; [`arrival`], [`service`]: what visitors and staff do; `hands`: what
//!   colleagues do together; `party`: whom a visit is about
//! - [`plan`]: who is planned when; `shifts`: what follows from it
//! - [`Floor::decide`], [`Floor::due`], [`Floor::apply`]: the engine; [`status`]: the floor in the words of the outside; `pace`: how
//!   long a wait usually is

mod apply;
pub(in crate::domain) mod arrival;
pub mod book;
pub mod choice;
pub mod event;
mod hands;
pub mod ladder;
pub mod member;
#[cfg(test)]
mod model;
mod pace;
mod party;
pub mod plan;
pub mod pools;
pub mod rules;
#[cfg(test)]
pub(in crate::domain) mod scene;
mod service;
mod shifts;
pub mod speech;
pub mod status;
mod stay;
#[cfg(test)]
mod stories;
pub mod visit;

use chrono::{DateTime, Utc};
use shared::ids::{DeviceId, StaffId};

pub use book::Floor;
use event::FloorEvent;

use super::command::{Actor, Command, Refusal};

impl Floor {
    /// What a command about the floor brings about; `None` when it is not about the floor.
    ///
    /// # Errors
    /// Why nothing is brought about.
    pub fn decide(
        &self,
        actor: &Actor,
        command: &Command,
        now: DateTime<Utc>,
    ) -> Result<Option<Vec<FloorEvent>>, Refusal> {
        let events = match command {
            Command::CheckIn(body, told) => self.check_in(device(actor)?, body, *told, now)?,
            Command::Detail(visit, language, detail) => self.detail(device(actor)?, *visit, *language, detail, now)?,
            Command::Meet(visit, told) => self.meet(device(actor)?, *visit, *told, now)?,
            Command::Cancel(visit, told) => self.go(device(actor)?, *visit, visit::Outcome::Cancelled, *told, now)?,
            Command::Leave(visit, told) => self.go(device(actor)?, *visit, visit::Outcome::Left, *told, now)?,
            Command::CountDoor(count, told) => vec![FloorEvent::DoorCounted {
                sensor: device(actor)?.clone(),
                entered: count.entered,
                left: count.left,
                at: arrival::Placed::of(*told, self.rules.late, now).at,
            }],
            Command::WalkIn { visit, purpose, language, party } => {
                self.walk_in(staff(actor)?, *visit, *purpose, *language, *party, now)
            }
            Command::Hand(alert, channel) => self.proof(staff(actor)?, *alert, |asking| {
                asking.handed_at.is_none().then_some(FloorEvent::Handed { alert: *alert, channel: *channel })
            })?,
            Command::Show(alert) => self.proof(staff(actor)?, *alert, |asking| {
                asking.shown_at.is_none().then_some(FloorEvent::Shown { alert: *alert })
            })?,
            Command::Accept(alert) => self.accept(staff(actor)?, *alert, now)?,
            Command::Pass(alert, reason) => self.pass(staff(actor)?, *alert, *reason, now)?,
            Command::Greet(visit) => self.greet(staff(actor)?, *visit)?,
            Command::Receive(visit) => self.receive(staff(actor)?, *visit)?,
            Command::Assign(visit, to) => self.assign(*visit, to)?,
            Command::HandOver(visit, to) => self.hand_over(staff(actor)?, *visit, to)?,
            Command::CallSecond(visit, to) => self.call_second(staff(actor)?, *visit, to.as_ref(), now)?,
            Command::Recall(visit) => self.recall(staff(actor)?, *visit)?,
            Command::StepBack(visit) => self.step_back(staff(actor)?, *visit)?,
            Command::Join(one, other) => self.join(staff(actor)?, *one, *other)?,
            Command::Split { visit, new, party } => self.split(staff(actor)?, *visit, *new, *party, now)?,
            Command::Correct(visit, correction) => self.correct(staff(actor)?, *visit, *correction)?,
            Command::Answer { visit, question, answer } => self.answer(staff(actor)?, *visit, question, answer)?,
            Command::Note(visit, text) => self.note(staff(actor)?, *visit, text)?,
            Command::End(visit, outcome) => self.end(staff(actor)?, *visit, *outcome)?,
            Command::UndoVisit(visit) => self.undo_visit(staff(actor)?, *visit, now)?,
            Command::PlanWeek(of, week) => self.plan_week(staff(actor)?, of, week.as_deref())?,
            Command::PlanDay(of, date, hours) => self.plan_day(staff(actor)?, of, *date, hours.as_ref())?,
            Command::SetYear(year, table) => self.set_year(staff(actor)?, *year, table),
            Command::ComeToWork => self.come_to_work(staff(actor)?, now)?,
            Command::SetPresence(presence) => self.set_presence(staff(actor)?, *presence)?,
            Command::UndoPresence => self.undo_presence(staff(actor)?, now)?,
            Command::StepClock(by_ms) => vec![FloorEvent::ClockStepped { by_ms: *by_ms }],
            Command::RegisterInterest(_)
            | Command::Alive
            | Command::Deliver(_)
            | Command::SetAccount(_)
            | Command::RemoveAccount(_)
            | Command::SetDevice(_)
            | Command::RemoveDevice(..)
            | Command::SetMaintenance(..)
            | Command::EndSessions
            | Command::Tick(..)
            | Command::Arrange(..)
            | Command::Dispute(_)
            | Command::WithdrawDispute(_)
            | Command::Rule(..)
            | Command::UndoRuling(_)
            | Command::RevealLead(_)
            | Command::Export(_)
            | Command::Backup
            | Command::Subscribe(_)
            | Command::Unsubscribe(..)
            | Command::EraseLead(_) => return Ok(None),
        };
        Ok(Some(events))
    }

    /// What time alone has brought about by `now`: one step; empty when nothing is due.
    #[must_use]
    pub fn due(&self, now: DateTime<Utc>) -> Vec<FloorEvent> {
        // Before anybody is asked: off shift nobody is.
        let shifts = self.shifts_due(now);
        if !shifts.is_empty() {
            return shifts;
        }
        // Before any rung: nobody who came later, and whose time is up just now, overtakes the longest waiting.
        if let Some(asked) = self.match_queue(now) {
            return vec![asked];
        }
        if let Some((at, id)) = self.first_on_agenda()
            && at <= now
            && let Some(visit) = self.visit(id)
        {
            return self.step(visit, now);
        }
        self.renew_managers_alert(now).into_iter().collect()
    }

    /// When something becomes due by time alone.
    #[must_use]
    pub fn deadline(&self) -> Option<DateTime<Utc>> {
        let renewal = self.manager_alerted.filter(|_| self.shouting() > 0).map(|at| at + self.rules.manager_renew);
        let agenda = self.first_on_agenda().map(|(at, _)| at);
        [renewal, agenda, self.next_shift_edge].into_iter().flatten().min()
    }

    /// The managers' one alert: raised with the first who shouts, renewed while anybody does, lowered with the last.
    fn renew_managers_alert(&self, now: DateTime<Utc>) -> Option<FloorEvent> {
        let waiting = u32::try_from(self.shouting()).unwrap_or(u32::MAX);
        let renew = match self.manager_alerted {
            None => waiting > 0,
            Some(at) => waiting == 0 || at + self.rules.manager_renew <= now,
        };
        renew.then_some(FloorEvent::ManagerAlerted { waiting })
    }
}

fn device(actor: &Actor) -> Result<&DeviceId, Refusal> {
    match actor {
        Actor::Device(device) => Ok(device),
        _ => Err(Refusal::WrongSender),
    }
}

fn staff(actor: &Actor) -> Result<&StaffId, Refusal> {
    match actor {
        Actor::Staff(staff) => Ok(staff),
        _ => Err(Refusal::WrongSender),
    }
}
