//! CSV (RFC 4180, UTF-8, lines end with LF). What is unknown is an empty cell. A byte order mark is there for Excel,
//! which without one shows Chinese garbled.

use std::io::{self, Write};

use shared::ids::{DeviceId, ModelId, StaffId};
use shared::wire::{Budget, Intent, Title, When};
use uuid::Uuid;

use super::appointment::AppointmentRecord;
use super::audit::AuditRecord;
use super::defuse::defused;
use super::lead::{KnownLead, LeadRecord, Numbers};
use super::moment::Moment;
use super::{APPOINTMENT_COLUMNS, AUDIT_COLUMNS, LEAD_COLUMNS, ReportError, Showroom, VISIT_COLUMNS};
use crate::domain::floor::visit::{GreetedSource, Outcome};
use crate::views::{AppointmentRow, AuditRow, Broken, Millis, ViewsError, VisitRow};

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
    rows: impl Iterator<Item = Result<KnownLead, ViewsError>>,
    showroom: &Showroom,
    bom: bool,
    out: impl Write,
) -> Result<u64, ReportError> {
    let mut cells = Cells::new(out, showroom, bom, &LEAD_COLUMNS)?;
    let mut moment = Moment::new(showroom.zone);
    let mut count = 0;
    for row in rows {
        lead(&mut cells, &LeadRecord::new(&row?, &showroom.store, &mut moment, Numbers::WhereAgreed))?;
        count += 1;
    }
    cells.finish()?;
    Ok(count)
}

/// Writes a head line and every appointment, and says how many. The caller has opened who is expected, and audits that it was exported.
///
/// # Errors
/// When a row cannot be read or the receiver has gone.
pub fn write_appointments(
    rows: impl Iterator<Item = Result<AppointmentRow, ViewsError>>,
    showroom: &Showroom,
    bom: bool,
    out: impl Write,
) -> Result<u64, ReportError> {
    let mut cells = Cells::new(out, showroom, bom, &APPOINTMENT_COLUMNS)?;
    let mut moment = Moment::new(showroom.zone);
    let mut count = 0;
    for row in rows {
        appointment(&mut cells, &AppointmentRecord::new(&row?, &showroom.store, &mut moment))?;
        count += 1;
    }
    cells.finish()?;
    Ok(count)
}

/// Writes a head line and every line of the audit, and says how many.
///
/// # Errors
/// When a row cannot be read or the receiver has gone.
pub fn write_audit(
    rows: impl Iterator<Item = Result<AuditRow, ViewsError>>,
    showroom: &Showroom,
    bom: bool,
    out: impl Write,
) -> Result<u64, ReportError> {
    let mut cells = Cells::new(out, showroom, bom, &AUDIT_COLUMNS)?;
    let mut moment = Moment::new(showroom.zone);
    let mut count = 0;
    for row in rows {
        audit(&mut cells, &AuditRecord::new(&row?, &showroom.store, &mut moment))?;
        count += 1;
    }
    cells.finish()?;
    Ok(count)
}

fn visit<W: Write>(cells: &mut Cells<W>, showroom: &Showroom, row: &VisitRow) -> io::Result<()> {
    cells.uuid(Some(row.visit.uuid()));
    cells.plain(showroom.store.as_str());
    cells.moment(Some(row.arrived_at));
    cells.moment(Some(row.received_at));
    cells.plain(row.kiosk.as_ref().map_or("", DeviceId::as_str));
    cells.plain(row.purpose.as_str());
    cells.number(row.party.map(i64::from));
    cells.plain(row.language.as_str());
    cells.plain(row.consultant.as_ref().map_or("", StaffId::as_str));
    cells.number(row.phone_ms);
    cells.number(row.shown_ms);
    cells.number(row.accepted_ms);
    cells.number(row.greeted_ms);
    cells.plain(row.greeted_source.map_or("", GreetedSource::as_str));
    cells.moment(row.ended_at);
    cells.plain(row.outcome.map_or("", Outcome::as_str));
    cells.number(row.touched_ms.map(|ms| i64::try_from(ms).unwrap_or(i64::MAX)));
    cells.flag(row.late);
    cells.flag(row.time_uncertain);
    cells.plain(row.broken().map_or("", Broken::as_str));
    let answers: Vec<String> = row.answers.iter().map(|(question, answer)| format!("{question}={answer}")).collect();
    cells.plain(&answers.join(" "));
    cells.end_line()
}

fn lead<W: Write>(cells: &mut Cells<W>, record: &LeadRecord<'_>) -> io::Result<()> {
    cells.uuid(Some(record.lead_id.uuid()));
    cells.plain(record.store.as_str());
    cells.plain(&record.received_at);
    cells.plain(record.channel.as_str());
    cells.plain(record.place.map_or("", DeviceId::as_str));
    cells.uuid(record.visit_id.map(|visit| visit.uuid()));
    cells.plain(record.language.as_str());
    cells.models(record.models);
    cells.plain(record.when.map_or("", When::as_str));
    cells.plain(record.budget.map_or("", Budget::as_str));
    cells.plain(record.contact.as_str());
    cells.text(record.name.unwrap_or_default());
    cells.plain(record.title.map_or("", Title::as_str));
    cells.text(record.phone.as_deref().unwrap_or_default());
    let consents: Vec<String> = record
        .consents
        .iter()
        .map(|consent| {
            let given = if consent.given { "given" } else { "taken_back" };
            format!("{}:{}:{given}", consent.purpose.as_str(), consent.wording)
        })
        .collect();
    cells.text(&consents.join(" "));
    cells.plain(record.owner.map_or("", StaffId::as_str));
    cells.plain(record.owner_since.as_deref().unwrap_or_default());
    cells.plain(record.owner_until.as_deref().unwrap_or_default());
    cells.plain(record.owner_by.unwrap_or_default());
    cells.number(record.score.map(i64::from));
    cells.plain(record.intent.map_or("", Intent::as_str));
    cells.end_line()
}

fn appointment<W: Write>(cells: &mut Cells<W>, record: &AppointmentRecord<'_>) -> io::Result<()> {
    cells.uuid(Some(record.appointment_id.uuid()));
    cells.plain(record.store.as_str());
    cells.plain(&record.at);
    cells.number(Some(i64::from(record.minutes)));
    cells.plain(record.consultant.as_str());
    cells.plain(record.matter.as_str());
    cells.models(record.models);
    cells.plain(record.standing.as_str());
    cells.plain(&record.booked_at);
    cells.plain(record.booked_by.map_or("", StaffId::as_str));
    cells.plain(record.contact.as_str());
    cells.text(record.name.unwrap_or_default());
    cells.plain(record.title.map_or("", Title::as_str));
    cells.text(record.phone.as_deref().unwrap_or_default());
    cells.uuid(record.lead_id.map(|lead| lead.uuid()));
    cells.uuid(record.visit_id.map(|visit| visit.uuid()));
    cells.end_line()
}

fn audit<W: Write>(cells: &mut Cells<W>, record: &AuditRecord<'_>) -> io::Result<()> {
    cells.plain(&record.audit_id);
    cells.plain(record.store.as_str());
    cells.plain(&record.at);
    cells.plain(record.by.map_or("", StaffId::as_str));
    cells.plain(record.act);
    cells.uuid(record.lead_id.map(|lead| lead.uuid()));
    cells.plain(record.reason.unwrap_or_default());
    cells.plain(record.records.unwrap_or_default());
    cells.plain(record.format.unwrap_or_default());
    cells.plain(&record.from.map(|day| day.to_string()).unwrap_or_default());
    cells.plain(&record.to.map(|day| day.to_string()).unwrap_or_default());
    cells.uuid(record.appointment_id.map(|appointment| appointment.uuid()));
    cells.plain(record.owner_before.map_or("", StaffId::as_str));
    cells.plain(record.owner.map_or("", StaffId::as_str));
    cells.end_line()
}

/// Cells of the kinds that exports have, one after the other. Nothing is allocated for a row; whole lines wait until a
/// large piece has come together.
struct Cells<W> {
    out: W,
    waiting: Vec<u8>,
    moment: Moment,
}

/// Lines wait until so much has come together: a system call a line would cost more than the line.
const PIECE: usize = 64 * 1024;

impl<W: Write> Cells<W> {
    fn new(out: W, showroom: &Showroom, bom: bool, columns: &[&str]) -> Result<Self, ReportError> {
        let mut cells = Self { out, waiting: Vec::with_capacity(PIECE + 4096), moment: Moment::new(showroom.zone) };
        if bom {
            cells.waiting.extend_from_slice(BYTE_ORDER_MARK);
        }
        for column in columns {
            cells.plain(column);
        }
        cells.end_line()?;
        Ok(cells)
    }

    /// Text that somebody wrote.
    fn text(&mut self, text: &str) {
        let text = defused(text);
        if text.bytes().any(|byte| matches!(byte, b',' | b'"' | b'\n' | b'\r')) {
            self.waiting.push(b'"');
            self.waiting.extend_from_slice(text.replace('"', "\"\"").as_bytes());
            self.waiting.extend_from_slice(b"\",");
        } else {
            self.plain(&text);
        }
    }

    /// Text of ours, which needs neither quotes nor defusing.
    fn plain(&mut self, text: &str) {
        self.waiting.extend_from_slice(text.as_bytes());
        self.waiting.push(b',');
    }

    fn models(&mut self, models: &[ModelId]) {
        let models: Vec<&str> = models.iter().map(ModelId::as_str).collect();
        self.plain(&models.join(" "));
    }

    fn number(&mut self, number: Option<i64>) {
        if let Some(number) = number {
            if number < 0 {
                self.waiting.push(b'-');
            }
            self.digits(number.unsigned_abs());
        }
        self.waiting.push(b',');
    }

    fn digits(&mut self, number: u64) {
        if number >= 10 {
            self.digits(number / 10);
        }
        self.waiting.push(b'0' + u8::try_from(number % 10).unwrap_or(0));
    }

    fn moment(&mut self, at: Option<Millis>) {
        let text = at.map_or("", |at| self.moment.write(at));
        self.waiting.extend_from_slice(text.as_bytes());
        self.waiting.push(b',');
    }

    fn uuid(&mut self, id: Option<Uuid>) {
        let mut text = Uuid::encode_buffer();
        self.plain(id.map_or("", |id| id.hyphenated().encode_lower(&mut text)));
    }

    fn flag(&mut self, flag: bool) {
        self.plain(if flag { "true" } else { "false" });
    }

    fn end_line(&mut self) -> io::Result<()> {
        // Takes the place of the last cell's comma.
        if let Some(last) = self.waiting.last_mut() {
            *last = b'\n';
        }
        if self.waiting.len() < PIECE {
            return Ok(());
        }
        self.hand_on()
    }

    fn hand_on(&mut self) -> io::Result<()> {
        self.out.write_all(&self.waiting)?;
        self.waiting.clear();
        Ok(())
    }

    fn finish(mut self) -> io::Result<()> {
        self.hand_on()?;
        self.out.flush()
    }
}
