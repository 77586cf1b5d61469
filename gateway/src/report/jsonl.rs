//! JSON Lines: one object a row, with the columns' names as keys; what is unknown is `null`.

use std::io::Write;

use serde::Serialize;

use super::{
    AppointmentRecord, AuditRecord, KnownLead, LeadRecord, Moment, Numbers, ReportError, Showroom, VisitRecord,
};
use crate::views::{AppointmentRow, AuditRow, ViewsError, VisitRow};

/// Writes every visit, and says how many.
///
/// # Errors
/// When a row cannot be read or the receiver has gone.
pub fn write_visits(
    rows: impl Iterator<Item = Result<VisitRow, ViewsError>>,
    showroom: &Showroom,
    out: impl Write,
) -> Result<u64, ReportError> {
    each(rows, showroom, out, |lines, row, moment| lines.write(&VisitRecord::new(row, &showroom.store, moment)))
}

/// Writes every lead, and says how many. The caller has opened the contacts, and audits that they were exported.
///
/// # Errors
/// When a row cannot be read or the receiver has gone.
pub fn write_leads(
    rows: impl Iterator<Item = Result<KnownLead, ViewsError>>,
    showroom: &Showroom,
    out: impl Write,
) -> Result<u64, ReportError> {
    each(rows, showroom, out, |lines, row, moment| {
        lines.write(&LeadRecord::new(row, &showroom.store, moment, Numbers::WhereAgreed))
    })
}

/// Writes every appointment, and says how many. The caller has opened who is expected, and audits that it was exported.
///
/// # Errors
/// When a row cannot be read or the receiver has gone.
pub fn write_appointments(
    rows: impl Iterator<Item = Result<AppointmentRow, ViewsError>>,
    showroom: &Showroom,
    out: impl Write,
) -> Result<u64, ReportError> {
    each(rows, showroom, out, |lines, row, moment| lines.write(&AppointmentRecord::new(row, &showroom.store, moment)))
}

/// Writes every line of the audit, and says how many.
///
/// # Errors
/// When a row cannot be read or the receiver has gone.
pub fn write_audit(
    rows: impl Iterator<Item = Result<AuditRow, ViewsError>>,
    showroom: &Showroom,
    out: impl Write,
) -> Result<u64, ReportError> {
    each(rows, showroom, out, |lines, row, moment| lines.write(&AuditRecord::new(row, &showroom.store, moment)))
}

fn each<R, W: Write>(
    rows: impl Iterator<Item = Result<R, ViewsError>>,
    showroom: &Showroom,
    out: W,
    write: impl Fn(&mut Lines<W>, &R, &mut Moment) -> Result<(), ReportError>,
) -> Result<u64, ReportError> {
    let mut lines = Lines::new(out);
    let mut moment = Moment::new(showroom.zone);
    for row in rows {
        write(&mut lines, &row?, &mut moment)?;
    }
    lines.finish()
}

/// Collects whole lines, and hands them on in large pieces.
struct Lines<W> {
    out: W,
    waiting: Vec<u8>,
    count: u64,
}

/// Lines wait until so much has come together: a system call a line would cost more than the line.
const PIECE: usize = 64 * 1024;

impl<W: Write> Lines<W> {
    fn new(out: W) -> Self {
        Self { out, waiting: Vec::with_capacity(PIECE + 4096), count: 0 }
    }

    fn write(&mut self, record: &impl Serialize) -> Result<(), ReportError> {
        serde_json::to_writer(&mut self.waiting, record).map_err(std::io::Error::from)?;
        self.waiting.push(b'\n');
        self.count += 1;
        if self.waiting.len() >= PIECE {
            self.out.write_all(&self.waiting)?;
            self.waiting.clear();
        }
        Ok(())
    }

    fn finish(mut self) -> Result<u64, ReportError> {
        self.out.write_all(&self.waiting)?;
        self.out.flush()?;
        Ok(self.count)
    }
}
