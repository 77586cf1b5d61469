//! Reading rows: a page at a time for people, one after the other for exports.
//!
//! Ranges are half open: `from` counts, `to` does not. Nothing is held in memory but the row at hand, or the page.

use std::collections::BTreeSet;
use std::ops::Range;

use chrono::{DateTime, Utc};
use shared::ids::{LeadId, StaffId, VisitId};
use sled::IVec;

use super::appointment::AppointmentRow;
use super::audit::AuditRow;
use super::keys::{self, Kind, TimeKey};
use super::lead::LeadRow;
use super::projection::indexed;
use super::row::{ContactRow, Millis, StoredVisit, VisitRow};
use super::{Views, ViewsError};

/// Some rows, and where the next ones begin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T> {
    /// The rows, the oldest first.
    pub rows: Vec<T>,
    /// Hand it back for the next page; none when there is no more.
    pub next: Option<String>,
}

impl Views {
    /// Visits that arrived in `[from, to)`, the oldest first, at most `limit` from the cursor on.
    ///
    /// # Errors
    /// A cursor that no page gave out, broken rows, or sled.
    pub fn visits(
        &self,
        from: DateTime<Utc>,
        to: DateTime<Utc>,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<Page<VisitRow>, ViewsError> {
        self.page(Kind::Visit, from..to, cursor, limit, VisitRow::decode)
    }

    /// The latest visits that arrived in `[from, to)`, the newest first.
    ///
    /// # Errors
    /// Broken rows, or sled.
    pub fn latest_visits(
        &self,
        from: DateTime<Utc>,
        to: DateTime<Utc>,
        limit: usize,
    ) -> Result<Vec<VisitRow>, ViewsError> {
        let rows = self.tree().range(between(Kind::Visit, &(from..to))).rev().take(limit);
        rows.map(|item| VisitRow::decode(&item?.1)).collect()
    }

    /// Every visit that arrived in `[from, to)`, the oldest first, one at a time.
    pub fn each_visit(
        &self,
        from: DateTime<Utc>,
        to: DateTime<Utc>,
    ) -> impl Iterator<Item = Result<VisitRow, ViewsError>> + use<> {
        self.each(Kind::Visit, from..to, VisitRow::decode)
    }

    /// One visit.
    ///
    /// # Errors
    /// A broken row, or sled.
    pub fn visit(&self, visit: VisitId) -> Result<Option<VisitRow>, ViewsError> {
        indexed(&self.tree(), keys::visit_index(visit))?.map(|bytes| VisitRow::decode(&bytes)).transpose()
    }

    /// The visits of a customer, by the contacts by which they are known, the oldest first: what a dispute is settled from.
    ///
    /// # Errors
    /// Broken rows, or sled.
    pub fn contacts(&self, leads: &BTreeSet<LeadId>) -> Result<Vec<ContactRow>, ViewsError> {
        let tree = self.tree();
        let mut visits = BTreeSet::new();
        for lead in leads {
            for key in tree.scan_prefix(keys::lead_visits(*lead)).keys() {
                visits.extend(keys::visit_of(&key?));
            }
        }
        let mut rows = Vec::new();
        for visit in visits {
            let Some(bytes) = indexed(&tree, keys::visit_index(visit))? else { continue };
            let stored = StoredVisit::decode(&bytes)?;
            // Taken for theirs once, and set right since.
            if stored.contacts().any(|lead| leads.contains(&lead)) {
                rows.push(ContactRow::from(stored));
            }
        }
        rows.sort_by_key(|row| (row.visit.arrived_at, row.visit.visit));
        Ok(rows)
    }

    /// Visits in `[from, to)` that this person came to, the newest first, with the contacts of each; at most `limit`.
    ///
    /// # Errors
    /// Broken rows, or sled.
    pub fn visits_of(
        &self,
        staff: &StaffId,
        (from, to): (DateTime<Utc>, DateTime<Utc>),
        limit: usize,
    ) -> Result<Vec<(VisitRow, Vec<LeadId>)>, ViewsError> {
        let rows = self.tree().range(between(Kind::Visit, &(from..to))).rev();
        let stored = rows.map(|item| StoredVisit::decode(&item?.1));
        let theirs = stored.filter_map(|stored| match stored {
            Ok(stored) if stored.asked.iter().any(|asked| asked.accepted && asked.staff == *staff) => {
                let contacts = stored.contacts().collect();
                Some(Ok((stored.row, contacts)))
            }
            Ok(_) => None,
            Err(fault) => Some(Err(fault)),
        });
        theirs.take(limit).collect()
    }

    /// The contacts of whoever came: those that they left, and the one by which they were known.
    ///
    /// # Errors
    /// A broken row, or sled.
    pub fn leads_of(&self, visit: VisitId) -> Result<Vec<LeadId>, ViewsError> {
        let row = indexed(&self.tree(), keys::visit_index(visit))?;
        Ok(row
            .map(|bytes| StoredVisit::decode(&bytes))
            .transpose()?
            .map(|row| row.contacts().collect())
            .unwrap_or_default())
    }

    /// Leads that came in in `[from, to)`, the oldest first, at most `limit` from the cursor on. Contacts are sealed: open
    /// them through the vault.
    ///
    /// # Errors
    /// A cursor that no page gave out, broken rows, or sled.
    pub fn leads(
        &self,
        from: DateTime<Utc>,
        to: DateTime<Utc>,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<Page<LeadRow>, ViewsError> {
        self.page(Kind::Lead, from..to, cursor, limit, LeadRow::decode)
    }

    /// The latest leads that came in in `[from, to)`, the newest first; contacts sealed.
    ///
    /// # Errors
    /// Broken rows, or sled.
    pub fn latest_leads(
        &self,
        from: DateTime<Utc>,
        to: DateTime<Utc>,
        limit: usize,
    ) -> Result<Vec<LeadRow>, ViewsError> {
        let rows = self.tree().range(between(Kind::Lead, &(from..to))).rev().take(limit);
        rows.map(|item| LeadRow::decode(&item?.1)).collect()
    }

    /// Every lead that came in in `[from, to)`, the oldest first, one at a time; contacts sealed.
    pub fn each_lead(
        &self,
        from: DateTime<Utc>,
        to: DateTime<Utc>,
    ) -> impl Iterator<Item = Result<LeadRow, ViewsError>> + use<> {
        self.each(Kind::Lead, from..to, LeadRow::decode)
    }

    /// One lead; its contact is sealed.
    ///
    /// # Errors
    /// A broken row, or sled.
    pub fn lead(&self, lead: LeadId) -> Result<Option<LeadRow>, ViewsError> {
        indexed(&self.tree(), keys::lead_index(lead))?.map(|bytes| LeadRow::decode(&bytes)).transpose()
    }

    /// Every appointment for a time in `[from, to)`, by it, one at a time; who is expected is sealed.
    pub fn each_appointment(
        &self,
        from: DateTime<Utc>,
        to: DateTime<Utc>,
    ) -> impl Iterator<Item = Result<AppointmentRow, ViewsError>> + use<> {
        self.each(Kind::Appointment, from..to, AppointmentRow::decode)
    }

    /// The audit of `[from, to)`, the oldest line first, at most `limit` from the cursor on.
    ///
    /// # Errors
    /// A cursor that no page gave out, broken rows, or sled.
    pub fn audit(
        &self,
        from: DateTime<Utc>,
        to: DateTime<Utc>,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<Page<AuditRow>, ViewsError> {
        self.page(Kind::Audit, from..to, cursor, limit, AuditRow::decode)
    }

    /// The latest lines of the audit in `[from, to)`, the newest first.
    ///
    /// # Errors
    /// Broken rows, or sled.
    pub fn latest_audit(
        &self,
        from: DateTime<Utc>,
        to: DateTime<Utc>,
        limit: usize,
    ) -> Result<Vec<AuditRow>, ViewsError> {
        let rows = self.tree().range(between(Kind::Audit, &(from..to))).rev().take(limit);
        rows.map(|item| AuditRow::decode(&item?.1)).collect()
    }

    /// Every line of the audit in `[from, to)`, the oldest first, one at a time.
    pub fn each_audit(
        &self,
        from: DateTime<Utc>,
        to: DateTime<Utc>,
    ) -> impl Iterator<Item = Result<AuditRow, ViewsError>> + use<> {
        self.each(Kind::Audit, from..to, AuditRow::decode)
    }

    /// Rows one at a time, in flat memory. sled looks at its cache's limit only after 64 accesses to a part of the cache, and a
    /// sweep touches each page once: 190 MB of pages lay there before it looked (measured with 500,000 visits). So each
    /// row counts as an access.
    fn each<T, D>(
        &self,
        kind: Kind,
        range: Range<DateTime<Utc>>,
        decode: D,
    ) -> impl Iterator<Item = Result<T, ViewsError>> + use<T, D>
    where
        D: Fn(&[u8]) -> Result<T, ViewsError>,
    {
        let tree = self.tree();
        self.tree().range(between(kind, &range)).map(move |item| {
            let (key, value) = item?;
            tree.contains_key(&key)?;
            decode(&value)
        })
    }

    fn page<T>(
        &self,
        kind: Kind,
        range: Range<DateTime<Utc>>,
        cursor: Option<&str>,
        limit: usize,
        decode: impl Fn(&[u8]) -> Result<T, ViewsError>,
    ) -> Result<Page<T>, ViewsError> {
        let mut keys = between(kind, &range);
        if let Some(cursor) = cursor {
            let begin = read_cursor(cursor)?;
            if begin.first() != keys.start.first() {
                return Err(ViewsError::BadCursor);
            }
            keys.start = keys.start.max(begin);
            keys.end = keys.end.max(keys.start);
        }
        let mut page = Page { rows: Vec::new(), next: None };
        for item in self.tree().range(keys) {
            let (key, value) = item?;
            if page.rows.len() == limit {
                page.next = Some(write_cursor(&key));
                break;
            }
            page.rows.push(decode(&value)?);
        }
        Ok(page)
    }
}

/// The keys of the rows in a half-open range; none when it ends before it begins.
fn between(kind: Kind, range: &Range<DateTime<Utc>>) -> Range<TimeKey> {
    let (from, to) = (kind.from(Millis::from(range.start)), kind.from(Millis::from(range.end)));
    from..to.max(from)
}

fn write_cursor(key: &IVec) -> String {
    use std::fmt::Write as _;
    key.iter().fold(String::with_capacity(50), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn read_cursor(text: &str) -> Result<TimeKey, ViewsError> {
    let mut key: TimeKey = [0; 25];
    if text.len() != key.len() * 2 || !text.is_ascii() {
        return Err(ViewsError::BadCursor);
    }
    for (place, at) in key.iter_mut().zip((0..).step_by(2)) {
        let digits = text.get(at..at + 2).ok_or(ViewsError::BadCursor)?;
        *place = u8::from_str_radix(digits, 16).map_err(|_| ViewsError::BadCursor)?;
    }
    Ok(key)
}
