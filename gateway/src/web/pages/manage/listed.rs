//! What every list of records shares: its days, and how much of them a page shows.

use chrono::{DateTime, NaiveDate, Utc};

use crate::web::api::records::Span;
use crate::web::front::Front;
use crate::web::problem::Problem;

/// Rows listed; the export has them all.
pub(super) const LISTED: usize = 300;

/// The days of a list, both included, and the moments between which they lie.
pub(super) struct ListedDays {
    pub(super) from: NaiveDate,
    pub(super) to: NaiveDate,
    pub(super) begin: DateTime<Utc>,
    pub(super) end: DateTime<Utc>,
}

impl ListedDays {
    /// What was asked for, once the views show what was written before.
    pub(super) async fn of(front: &Front, span: &Span) -> Result<Self, Problem> {
        let (from, to) = span.days_or_last(front.today())?;
        front.level().await?;
        let (begin, end) = front.days(from, to);
        Ok(Self { from, to, begin, end })
    }
}
