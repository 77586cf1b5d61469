//! CSV (RFC 4180, UTF-8, lines end with LF). What is unknown is an empty cell. A byte order mark is there for Excel,
//! which without one shows Chinese garbled.

use std::fmt::Write as _;
use std::io::{self, Write};

use uuid::Uuid;

use super::defuse::defused;
use super::lead::{self, LeadRecord};
use super::moment::Moment;
use super::visit::breach;
use super::{LEAD_COLUMNS, ReportError, Showroom, VISIT_COLUMNS};
use crate::domain::floor::visit::{GreetedSource, Outcome};
use crate::views::{LeadRow, Millis, ViewsError, VisitRow};

const BYTE_ORDER_MARK: &[u8] = "\u{FEFF}".as_bytes();

/// Writes a head line and every visit, and says how many.
///
/// # Errors
/// When a row cannot be read or the receiver has gone.
pub fn write_visits(
    rows: impl Iterator<Item = Result<VisitRow, ViewsError>>,
    showroom: &Showroom,
    bom: bool,
    out: impl Write,
) -> Result<u64, ReportError> {
    let mut cells = Cells::new(out, showroom, bom, &VISIT_COLUMNS)?;
    let mut count = 0;
    for row in rows {
        visit(&mut cells, showroom, &row?)?;
        count += 1;
    }
    cells.finish()?;
    Ok(count)
}

/// Writes a head line and every lead, and says how many. The caller has opened the contacts, and audits that they were
/// exported.
///
/// # Errors
/// When a row cannot be read or the receiver has gone.
pub fn write_leads(
    rows: impl Iterator<Item = Result<LeadRow, ViewsError>>,
    showroom: &Showroom,
    bom: bool,
    out: impl Write,
) -> Result<u64, ReportError> {
    let mut cells = Cells::new(out, showroom, bom, &LEAD_COLUMNS)?;
    let mut moment = Moment::new(showroom.zone);
    let mut count = 0;
    for row in rows {
        lead(&mut cells, &LeadRecord::new(&row?, &showroom.store, &mut moment))?;
        count += 1;
    }
    cells.finish()?;
    Ok(count)
}

fn visit<W: Write>(cells: &mut Cells<W>, showroom: &Showroom, row: &VisitRow) -> io::Result<()> {
    cells.uuid(Some(row.visit.uuid()))?;
    cells.text(showroom.store.as_str())?;
    cells.moment(Some(row.arrived_at))?;
    cells.moment(Some(row.received_at))?;
    cells.text(row.kiosk.as_ref().map_or("", |kiosk| kiosk.as_str()))?;
    cells.text(row.purpose.as_str())?;
    cells.number(row.party)?;
    cells.text(row.language.as_str())?;
    cells.text(row.consultant.as_ref().map_or("", |consultant| consultant.as_str()))?;
    cells.number(row.phone_ms)?;
    cells.number(row.shown_ms)?;
    cells.number(row.accepted_ms)?;
    cells.number(row.greeted_ms)?;
    cells.text(row.greeted_source.map_or("", GreetedSource::as_str))?;
    cells.moment(row.ended_at)?;
    cells.text(row.outcome.map_or("", Outcome::as_str))?;
    cells.number(row.touched_ms)?;
    cells.text(if row.late { "true" } else { "false" })?;
    cells.text(if row.time_uncertain { "true" } else { "false" })?;
    cells.text(row.breach.map_or("", breach))?;
    cells.end_line()
}

fn lead<W: Write>(cells: &mut Cells<W>, record: &LeadRecord<'_>) -> io::Result<()> {
    cells.uuid(Some(record.lead_id.uuid()))?;
    cells.text(record.store.as_str())?;
    cells.text(&record.received_at)?;
    cells.text(record.channel.as_str())?;
    cells.text(record.place.map_or("", |place| place.as_str()))?;
    cells.uuid(record.visit_id.map(|visit| visit.uuid()))?;
    cells.text(record.language.as_str())?;
    let models: Vec<&str> = record.models.iter().map(|model| model.as_str()).collect();
    cells.text(&models.join(" "))?;
    cells.text(record.when.map_or("", lead::when))?;
    cells.text(record.budget.map_or("", lead::budget))?;
    cells.text(record.contact.as_str())?;
    cells.text(record.name.unwrap_or_default())?;
    cells.text(record.title.map_or("", lead::title))?;
    cells.text(record.phone.as_deref().unwrap_or_default())?;
    let consents: Vec<String> = record
        .consents
        .iter()
        .map(|consent| {
            let given = if consent.given { "given" } else { "taken_back" };
            format!("{}:{}:{given}", consent.purpose.as_str(), consent.wording)
        })
        .collect();
    cells.text(&consents.join(" "))?;
    cells.end_line()
}

/// Cells of the kinds that exports have, one after the other. Nothing is allocated for a row.
struct Cells<W: Write> {
    csv: csv::Writer<W>,
    moment: Moment,
    digits: String,
}

impl<W: Write> Cells<W> {
    fn new(mut out: W, showroom: &Showroom, bom: bool, columns: &[&str]) -> Result<Self, ReportError> {
        if bom {
            out.write_all(BYTE_ORDER_MARK)?;
        }
        let csv = csv::WriterBuilder::new()
            .buffer_capacity(64 * 1024)
            .terminator(csv::Terminator::Any(b'\n'))
            .from_writer(out);
        let mut cells = Self { csv, moment: Moment::new(showroom.zone), digits: String::with_capacity(20) };
        for column in columns {
            cells.text(column)?;
        }
        cells.end_line()?;
        Ok(cells)
    }

    fn text(&mut self, text: &str) -> io::Result<()> {
        self.csv.write_field(defused(text).as_bytes()).map_err(io_error)
    }

    fn number(&mut self, number: Option<impl std::fmt::Display>) -> io::Result<()> {
        self.digits.clear();
        if let Some(number) = number {
            // Writing to a string cannot fail.
            let _ = write!(self.digits, "{number}");
        }
        self.csv.write_field(&self.digits).map_err(io_error)
    }

    fn moment(&mut self, at: Option<Millis>) -> io::Result<()> {
        let text = at.map_or("", |at| self.moment.write(at));
        self.csv.write_field(text).map_err(io_error)
    }

    fn uuid(&mut self, id: Option<Uuid>) -> io::Result<()> {
        let mut text = Uuid::encode_buffer();
        let text = id.map_or("", |id| id.hyphenated().encode_lower(&mut text));
        self.csv.write_field(text).map_err(io_error)
    }

    fn end_line(&mut self) -> io::Result<()> {
        self.csv.write_record(None::<&[u8]>).map_err(io_error)
    }

    fn finish(mut self) -> io::Result<()> {
        self.csv.flush()
    }
}

fn io_error(fault: csv::Error) -> io::Error {
    match fault.into_kind() {
        csv::ErrorKind::Io(fault) => fault,
        other => io::Error::other(format!("{other:?}")),
    }
}
