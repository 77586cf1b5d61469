//! Formats what it is given: visits, leads, appointments and the audit as CSV and as JSON Lines. (XLSX, charts and printed codes come with their issues.)
//!
//! Not here: choosing, opening or auditing rows; whoever calls brings an iterator and a writer, and rows pass one by one, so
//! memory stays flat however long the range is.
//!
//! Invariants: times are RFC 3339 to the millisecond in the showroom's zone; both formats have the same columns in the same
//! order; a text cell of CSV never begins like a formula; a telephone number is masked unless the person agreed to be contacted.
//!
//! Called by web (exports) and control (command line).

mod appointment;
mod audit;
pub mod csv;
mod defuse;
pub mod jsonl;
mod lead;
mod moment;
mod visit;

use std::io;

use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};
use chrono_tz::Tz;
use shared::ids::StoreId;

use crate::views::ViewsError;

pub use appointment::AppointmentRecord;
pub use audit::AuditRecord;
pub use lead::{ContactState, KnownLead, LeadRecord, Numbers};
pub use moment::Moment;
pub use visit::VisitRecord;

/// Columns of the visits export; the first sixteen are promised to the outside for ever (DESIGN §6).
pub const VISIT_COLUMNS: [&str; 21] = [
    "visit_id",
    "store",
    "arrived_at",
    "received_at",
    "kiosk",
    "purpose",
    "party",
    "language",
    "consultant",
    "phone_ms",
    "shown_ms",
    "accepted_ms",
    "greeted_ms",
    "greeted_source",
    "ended_at",
    "outcome",
    "touched_ms",
    "late",
    "time_uncertain",
    "breach",
    "answers",
];

/// Columns of the leads export.
pub const LEAD_COLUMNS: [&str; 21] = [
    "lead_id",
    "store",
    "received_at",
    "channel",
    "place",
    "visit_id",
    "language",
    "models",
    "when",
    "budget",
    "contact",
    "name",
    "title",
    "phone",
    "consents",
    "owner",
    "owner_since",
    "owner_until",
    "owner_by",
    "score",
    "intent",
];

/// Columns of the appointments export.
pub const APPOINTMENT_COLUMNS: [&str; 16] = [
    "appointment_id",
    "store",
    "at",
    "minutes",
    "consultant",
    "matter",
    "models",
    "standing",
    "booked_at",
    "booked_by",
    "contact",
    "name",
    "title",
    "phone",
    "lead_id",
    "visit_id",
];

/// Columns of the audit's export.
pub const AUDIT_COLUMNS: [&str; 14] = [
    "audit_id",
    "store",
    "at",
    "by",
    "act",
    "lead_id",
    "reason",
    "records",
    "format",
    "from",
    "to",
    "appointment_id",
    "owner_before",
    "owner",
];

/// Where rows come from: written into every row.
#[derive(Debug, Clone)]
pub struct Showroom {
    /// The store's id.
    pub store: StoreId,
    /// Its clock.
    pub zone: Tz,
}

/// When a day begins by the clock of `zone`: at midnight, or where the clock jumps over it, an hour later.
#[must_use]
pub fn midnight(day: NaiveDate, zone: Tz) -> DateTime<Utc> {
    let midnight = day.and_time(NaiveTime::MIN);
    let begins = |local: chrono::NaiveDateTime| local.and_local_timezone(zone).earliest();
    begins(midnight)
        .or_else(|| begins(midnight + TimeDelta::hours(1)))
        .map_or_else(|| midnight.and_utc(), |at| at.with_timezone(&Utc))
}

/// Why an export stopped in the middle.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// The rows could not be read.
    #[error("the rows cannot be read")]
    Views(#[from] ViewsError),
    /// Whoever receives it went away, or its disk is full.
    #[error("the export cannot be written")]
    Output(#[from] io::Error),
}

impl ReportError {
    /// Whether the receiver closed its end: no fault of ours, and nothing to tell.
    #[must_use]
    pub fn is_receiver_gone(&self) -> bool {
        matches!(self, Self::Output(fault) if matches!(fault.kind(), io::ErrorKind::BrokenPipe | io::ErrorKind::ConnectionReset))
    }
}

#[cfg(test)]
mod tests;
