//! Exports, and erasing a contact.

use std::io::Write;

use chrono::{DateTime, Utc};
use shared::ids::LeadId;

use super::operations::{OperationError, Operations};
use crate::domain::Command;
use crate::domain::audit::{Export, Format, Records};
use crate::domain::secret::Secrets;
use crate::report::{KnownLead, csv, jsonl, midnight};
use crate::runtime::CustomerView;
use crate::views::ViewsError;

impl Operations {
    /// Writes rows out. That it is done is durable in the audit before the first of them leaves.
    pub(super) fn export(&self, export: Export, bom: bool, out: &mut impl Write) -> Result<(), OperationError> {
        self.submit(Command::Export(export))?;
        self.level()?;
        let zone = self.showroom.zone;
        let from = export.from.map_or(DateTime::UNIX_EPOCH, |day| midnight(day, zone));
        let after = export.to.and_then(|day| day.succ_opt());
        let to = after.map_or(DateTime::<Utc>::MAX_UTC, |day| midnight(day, zone));
        let (views, showroom) = (&self.views, &self.showroom);
        let view = self.customers();
        let leads = || self.known_leads(&view, from, to);
        match (export.records, export.format) {
            (Records::Visits, Format::Csv) => csv::write_visits(views.each_visit(from, to), showroom, bom, out)?,
            (Records::Visits, Format::Jsonl) => jsonl::write_visits(views.each_visit(from, to), showroom, out)?,
            (Records::Leads, Format::Csv) => csv::write_leads(leads(), showroom, bom, out)?,
            (Records::Leads, Format::Jsonl) => jsonl::write_leads(leads(), showroom, out)?,
            (Records::Audit, Format::Csv) => csv::write_audit(views.each_audit(from, to), showroom, bom, out)?,
            (Records::Audit, Format::Jsonl) => jsonl::write_audit(views.each_audit(from, to), showroom, out)?,
            (Records::Appointments, Format::Csv) => {
                csv::write_appointments(self.opened(views.each_appointment(from, to)), showroom, bom, out)?
            }
            (Records::Appointments, Format::Jsonl) => {
                jsonl::write_appointments(self.opened(views.each_appointment(from, to)), showroom, out)?
            }
        };
        Ok(())
    }

    /// Erases a contact; its key is destroyed when this returns.
    pub(super) fn erase_lead(&self, lead: LeadId, out: &mut impl Write) -> Result<(), OperationError> {
        self.submit(Command::EraseLead(lead))?;
        writeln!(out, "the contact of {lead} is erased")?;
        Ok(())
    }

    /// Leads with the contacts that are still there, whose customers they are now, and how promising.
    fn known_leads<'a>(
        &'a self,
        view: &'a CustomerView,
        from: DateTime<Utc>,
        to: DateTime<Utc>,
    ) -> impl Iterator<Item = Result<KnownLead, ViewsError>> + 'a {
        let now = self.clock.now();
        self.opened(self.views.each_lead(from, to)).map(move |row| {
            let row = row?;
            let (owned, score) = view.known(row.lead.id, now);
            Ok((row, owned, score))
        })
    }

    /// Rows with the contacts that are still there.
    fn opened<T: Secrets>(
        &self,
        rows: impl Iterator<Item = Result<T, ViewsError>>,
    ) -> impl Iterator<Item = Result<T, ViewsError>> {
        rows.map(|row| {
            let mut row = row?;
            if let Err(error) = self.vault.reopen(&mut row) {
                tracing::warn!(%error, "a contact cannot be opened");
            }
            Ok(row)
        })
    }
}
