//! What staff ask of the diary: consultants of their own appointments, reception and the managers of all.

use chrono::TimeDelta;
use shared::ids::{AppointmentId, StaffId};

use super::{Appointment, Booking, DiaryEvent, Standing, Terms, Wish};
use crate::domain::audit::AuditEvent;
use crate::domain::command::{Actor, Refusal};
use crate::domain::event::Event;
use crate::domain::roster::Role;
use crate::domain::sales::{Erasure, staff_or_system};
use crate::domain::secret::{Secret, Subject};
use crate::domain::state::State;

impl State {
    /// What a wish about an appointment brings about.
    pub(in crate::domain) fn arrange(
        &self,
        actor: &Actor,
        id: AppointmentId,
        wish: &Wish,
    ) -> Result<Vec<Event>, Refusal> {
        let by = staff_or_system(actor)?;
        if let Wish::Book(booking) = wish {
            return self.book(actor, by, id, booking);
        }
        let known = self.diary.get(id).ok_or(Refusal::UnknownAppointment)?;
        self.may_arrange(by.as_ref(), &known.terms.consultant)?;
        let event = match wish {
            Wish::Book(_) => return Ok(Vec::new()),
            Wish::Change(booking) => return self.change(by, known, booking),
            Wish::Cancel => match known.standing {
                Standing::Kept => return Err(Refusal::AppointmentOver),
                Standing::Cancelled => return Ok(Vec::new()),
                Standing::Booked | Standing::Missed => DiaryEvent::Cancelled { appointment: id, by },
            },
            Wish::Restore if known.standing == Standing::Booked => return Ok(Vec::new()),
            Wish::Restore => DiaryEvent::Restored { appointment: id, by, visit: known.visit },
            Wish::Keep if known.standing == Standing::Kept => return Ok(Vec::new()),
            Wish::Keep if !known.is_open() => return Err(Refusal::AppointmentOver),
            Wish::Keep => {
                // Whom its consultant stands with, where there can be no doubt who that is.
                let mut serving = self.floor.serving(&known.terms.consultant);
                let visit = serving.next().filter(|_| serving.next().is_none());
                DiaryEvent::Kept { appointment: id, visit, by }
            }
            Wish::Reveal => return Ok(vec![AuditEvent::AppointmentRevealed { appointment: id, by }.into()]),
            Wish::Erase => DiaryEvent::Erased { appointment: id, by, why: Erasure::Withdrawn },
        };
        Ok(vec![event.into()])
    }

    /// The contact of a lead goes along: whoever makes an appointment of it has to be one who may see it, and that is on record.
    fn book(
        &self,
        actor: &Actor,
        by: Option<StaffId>,
        id: AppointmentId,
        booking: &Booking,
    ) -> Result<Vec<Event>, Refusal> {
        self.may_arrange(by.as_ref(), &booking.consultant)?;
        if self.diary.get(id).is_some() {
            return Ok(Vec::new());
        }
        let terms = self.terms(id, booking)?;
        let mut events = booking.lead.map(|lead| self.reveal(actor, lead)).transpose()?.unwrap_or_default();
        let secret = Secret::open(Subject::Appointment(id), booking.whom.clone().unwrap_or_default());
        events.push(DiaryEvent::Booked { appointment: id, terms, secret, lead: booking.lead, by }.into());
        Ok(events)
    }

    fn change(&self, by: Option<StaffId>, known: &Appointment, booking: &Booking) -> Result<Vec<Event>, Refusal> {
        self.may_arrange(by.as_ref(), &booking.consultant)?;
        if known.standing == Standing::Kept {
            return Err(Refusal::AppointmentOver);
        }
        let terms = self.terms(known.id, booking)?;
        let before = known.secret.get().cloned().unwrap_or_default();
        let whom = booking.whom.clone().map(|said| before.clone().with(said)).filter(|whom| *whom != before);
        if known.standing == Standing::Booked && known.terms == terms && whom.is_none() {
            return Ok(Vec::new());
        }
        let secret = whom.map(|whom| Secret::open(Subject::Appointment(known.id), whom));
        Ok(vec![DiaryEvent::Changed { appointment: known.id, terms, secret, by }.into()])
    }

    /// What is agreed on; nobody is promised twice at once, unless somebody who was told of it wants it so.
    fn terms(&self, id: AppointmentId, booking: &Booking) -> Result<Terms, Refusal> {
        let role = self.floor.member(&booking.consultant).ok_or(Refusal::UnknownStaff)?.role;
        Role::POOLS.contains(&role).then_some(()).ok_or(Refusal::UnknownStaff)?;
        let usual = || u16::try_from(self.diary.rules().lasts.num_minutes()).unwrap_or(u16::MAX);
        let terms = Terms {
            consultant: booking.consultant.clone(),
            at: to_the_minute(booking.at),
            minutes: booking.minutes.unwrap_or_else(usual),
            matter: booking.matter,
            models: booking.models.clone(),
        };
        if !booking.despite && self.diary.clash(id, &terms).is_some() {
            return Err(Refusal::DoubleBooked);
        }
        Ok(terms)
    }

    fn may_arrange(&self, by: Option<&StaffId>, consultant: &StaffId) -> Result<(), Refusal> {
        let Some(by) = by.filter(|by| *by != consultant) else { return Ok(()) };
        let role = self.roster.accounts.get(by).ok_or(Refusal::UnknownStaff)?.role;
        let oversees = matches!(role, Role::Reception | Role::Manager | Role::Admin);
        oversees.then_some(()).ok_or(Refusal::NotYours)
    }
}

fn to_the_minute(at: chrono::DateTime<chrono::Utc>) -> chrono::DateTime<chrono::Utc> {
    at - TimeDelta::milliseconds(at.timestamp_millis().rem_euclid(60_000))
}
