//! Exports.

use std::io::Write;

use chrono::{DateTime, NaiveDate, Utc};

use super::operations::{OperationError, Operations};
use super::request::Export;
use crate::report::{csv, jsonl, midnight};
use crate::views::{LeadRow, ViewsError};

impl Operations {
    pub(super) fn export(
        &self,
        what: Export,
        from: Option<NaiveDate>,
        to: Option<NaiveDate>,
        bom: bool,
        out: &mut impl Write,
    ) -> Result<(), OperationError> {
        self.level()?;
        let zone = self.showroom.zone;
        let from = from.map_or(DateTime::UNIX_EPOCH, |day| midnight(day, zone));
        let to = to.and_then(|day| day.succ_opt()).map_or(DateTime::<Utc>::MAX_UTC, |day| midnight(day, zone));
        let showroom = &self.showroom;
        match what {
            Export::VisitsCsv => csv::write_visits(self.views.each_visit(from, to), showroom, bom, out)?,
            Export::VisitsJsonl => jsonl::write_visits(self.views.each_visit(from, to), showroom, out)?,
            // Here an export of contacts will be put on the record before its first row leaves.
            Export::LeadsCsv => csv::write_leads(self.opened_leads(from, to), showroom, bom, out)?,
            Export::LeadsJsonl => jsonl::write_leads(self.opened_leads(from, to), showroom, out)?,
        };
        Ok(())
    }

    fn opened_leads(
        &self,
        from: DateTime<Utc>,
        to: DateTime<Utc>,
    ) -> impl Iterator<Item = Result<LeadRow, ViewsError>> {
        self.views.each_lead(from, to).map(|row| {
            let mut row = row?;
            if let Err(error) = self.vault.reopen(&mut row) {
                tracing::warn!(%error, lead.id = %row.lead.id, "a lead's contact cannot be opened");
            }
            Ok(row)
        })
    }
}
