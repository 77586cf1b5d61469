//! An appointment as exports write it: the columns of [`super::APPOINTMENT_COLUMNS`]. A number was told to be known by on the day, and to
//! nothing else: its middle is hidden. What was noted stays in the diary.

use serde::Serialize;
use shared::ids::{AppointmentId, LeadId, ModelId, StaffId, StoreId, VisitId};
use shared::personal::Personal;
use shared::phone::PhoneNumber;
use shared::wire::Title;

use super::lead::ContactState;
use super::moment::Moment;
use crate::domain::diary::{Matter, Standing};
use crate::views::AppointmentRow;

/// One appointment with all its columns, ready for JSON.
#[derive(Serialize)]
pub struct AppointmentRecord<'a> {
    pub(super) appointment_id: AppointmentId,
    pub(super) store: &'a StoreId,
    pub(super) at: String,
    pub(super) minutes: u16,
    pub(super) consultant: &'a StaffId,
    pub(super) matter: Matter,
    pub(super) models: &'a [ModelId],
    pub(super) standing: Standing,
    pub(super) booked_at: String,
    pub(super) booked_by: Option<&'a StaffId>,
    pub(super) contact: ContactState,
    pub(super) name: Option<&'a str>,
    pub(super) title: Option<Title>,
    pub(super) phone: Option<String>,
    pub(super) lead_id: Option<LeadId>,
    pub(super) visit_id: Option<VisitId>,
}

impl<'a> AppointmentRecord<'a> {
    /// The record of a row in which the caller has opened who is expected; a sealed one counts as erased.
    pub fn new(row: &'a AppointmentRow, store: &'a StoreId, moment: &mut Moment) -> Self {
        let (whom, terms) = (row.secret.get(), &row.terms);
        Self {
            appointment_id: row.appointment,
            store,
            at: moment.write(terms.at.into()).to_owned(),
            minutes: terms.minutes,
            consultant: &terms.consultant,
            matter: terms.matter,
            models: &terms.models,
            standing: row.standing,
            booked_at: moment.write(row.booked_at).to_owned(),
            booked_by: row.booked_by.as_ref(),
            contact: match whom {
                None => ContactState::Erased,
                Some(whom) if whom.name.is_none() && whom.phone.is_none() => ContactState::None,
                Some(_) => ContactState::Given,
            },
            name: whom.and_then(|whom| whom.name.as_ref()).map(Personal::reveal),
            title: whom.and_then(|whom| whom.title),
            phone: whom.and_then(|whom| whom.phone.as_ref()).map(PhoneNumber::masked),
            lead_id: row.lead,
            visit_id: row.visit,
        }
    }
}
