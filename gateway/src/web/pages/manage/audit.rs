//! `/manage/audit`: who saw a contact, who took records away, what was erased, who ruled whose customer somebody is.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use shared::ids::StaffId;

use super::lines::day_and_clock;
use super::listed::{LISTED, ListedDays};
use crate::domain::audit::Export;
use crate::runtime::CustomerView;
use crate::views::{Act, AuditRow, Millis};
use crate::web::address::Query;
use crate::web::api::records::{Span, reading};
use crate::web::front::Front;
use crate::web::pages::{Frame, render};
use crate::web::problem::Problem;
use crate::web::words::Words;

#[derive(Template)]
#[template(path = "manage-audit.html")]
struct Audit {
    frame: Frame,
    from: String,
    to: String,
    lines: Vec<Line>,
    /// There are more than are listed.
    cut: bool,
}

struct Line {
    time: String,
    who: String,
    act: String,
    which: String,
}

pub(crate) async fn show(
    State(front): State<Arc<Front>>,
    Query(span): Query<Span>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Problem> {
    let frame = Frame::new(&front, &headers, &uri);
    let ListedDays { from, to, begin, end } = ListedDays::of(&front, &span).await?;
    let customers = front.customers().await;
    let reader = Arc::clone(&front);
    let rows = reading(move || {
        let views = &reader.parts.views;
        let rows = views.latest_audit(begin, end, LISTED)?;
        let with_lead = rows.into_iter().map(|row| {
            let lead = row.act.lead().map(|lead| views.lead(lead)).transpose()?.flatten();
            Ok((row, lead.map(|lead| lead.received_at)))
        });
        with_lead.collect::<Result<Vec<_>, _>>()
    })
    .await?;
    let lines: Vec<Line> =
        rows.iter().map(|(row, lead)| Line::new(&front, (row, *lead), &customers, frame.w)).collect();
    Ok(render(&Audit { from: from.to_string(), to: to.to_string(), cut: lines.len() == LISTED, lines, frame }))
}

impl Line {
    fn new(front: &Front, (row, lead): (&AuditRow, Option<Millis>), customers: &CustomerView, w: &Words) -> Self {
        let registered = lead.map(|at| format!("{} {}", w.records.lead_of, day_and_clock(front, at.utc())));
        let name = |staff: &Option<StaffId>| {
            staff.as_ref().map_or_else(|| w.ownership.owner_nobody.to_owned(), |staff| front.name_in(w, staff))
        };
        let which = match &row.act {
            Act::AppointmentRevealed(_) | Act::BackedUp => String::new(),
            Act::AppointmentErased(_, why) => w.named("why_erased", why.as_str()),
            Act::Revealed(_) => registered.unwrap_or_default(),
            Act::Exported(export) => file(export, w),
            Act::Ruled(lead, from, to) => {
                // The reason stands sealed with the customer, and goes with their contact.
                let ruling =
                    customers.customers.rulings().find(|one| one.lead == *lead && Millis::from(one.at) == row.at);
                let reason = ruling.and_then(|one| one.secret.get()).map(|reason| reason.reveal().to_owned());
                let went = Some(format!("{} → {}", name(from), name(to)));
                [registered, went, reason].into_iter().flatten().collect::<Vec<_>>().join(" · ")
            }
            Act::RulingUndone(_, from, to) => {
                let went = Some(format!("{} → {}", name(from), name(to)));
                [registered, went].into_iter().flatten().collect::<Vec<_>>().join(" · ")
            }
            Act::Erased(_, why) => {
                let why = Some(w.named("why_erased", why.as_str()));
                [registered, why].into_iter().flatten().collect::<Vec<_>>().join(" · ")
            }
        };
        let who = row.by.as_ref().map_or_else(|| w.records.audit_system.to_owned(), |by| front.name_in(w, by));
        Self { time: day_and_clock(front, row.at.utc()), who, act: w.named("audit", row.act.as_str()), which }
    }
}

/// What was in a file, in which form, and of which days.
fn file(export: &Export, w: &Words) -> String {
    let day = |day: Option<chrono::NaiveDate>| day.map(|day| day.to_string()).unwrap_or_default();
    let days = match (export.from, export.to) {
        (None, None) => String::new(),
        (from, to) => format!(" · {}–{}", day(from), day(to)),
    };
    let what = w.named("records", export.records.as_str());
    format!("{what} · {}{days}", export.format.as_str().to_uppercase())
}
