//! A line of the audit as exports and the API write it: the columns of [`super::AUDIT_COLUMNS`]. Nothing personal stands in it.

use chrono::NaiveDate;
use serde::Serialize;
use shared::ids::{AppointmentId, LeadId, StaffId, StoreId};

use super::moment::Moment;
use crate::domain::sales::Erasure;
use crate::views::{Act, AuditRow};

/// One line with all its columns, ready for JSON.
#[derive(Serialize)]
pub struct AuditRecord<'a> {
    /// The commit and the place in it.
    pub(super) audit_id: String,
    pub(super) store: &'a StoreId,
    pub(super) at: String,
    pub(super) by: Option<&'a StaffId>,
    pub(super) act: &'static str,
    pub(super) lead_id: Option<LeadId>,
    pub(super) reason: Option<&'static str>,
    pub(super) records: Option<&'static str>,
    pub(super) format: Option<&'static str>,
    pub(super) from: Option<NaiveDate>,
    pub(super) to: Option<NaiveDate>,
    pub(super) appointment_id: Option<AppointmentId>,
    pub(super) owner_before: Option<&'a StaffId>,
    pub(super) owner: Option<&'a StaffId>,
}

impl<'a> AuditRecord<'a> {
    /// The record of a row.
    pub fn new(row: &'a AuditRow, store: &'a StoreId, moment: &mut Moment) -> Self {
        let export = match &row.act {
            Act::Exported(export) => Some(export),
            _ => None,
        };
        let (owner_before, owner) = row.act.owners().unwrap_or_default();
        Self {
            audit_id: format!("{}.{}", row.commit, row.index),
            store,
            at: moment.write(row.at).to_owned(),
            by: row.by.as_ref(),
            act: row.act.as_str(),
            lead_id: row.act.lead(),
            reason: row.act.erasure().map(Erasure::as_str),
            records: export.map(|export| export.records.as_str()),
            format: export.map(|export| export.format.as_str()),
            from: export.and_then(|export| export.from),
            to: export.and_then(|export| export.to),
            appointment_id: row.act.appointment(),
            owner_before,
            owner,
        }
    }
}
