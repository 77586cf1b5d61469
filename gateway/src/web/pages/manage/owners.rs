//! `/manage/owners`: whose customers people are 归属. Disputes 撞单, customers whose consultant has left, and what was ruled; and of one
//! customer the whole record, from which the manager rules.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use askama::Template;
use axum::Extension;
use axum::extract::State;
use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use chrono::{DateTime, Utc};
use shared::ids::{LeadId, StaffId};

use super::lines::{LeadLine, OwnerLine, day_and_clock, wire};
use crate::domain::floor::visit::{GreetedSource, Outcome};
use crate::domain::roster::Role;
use crate::runtime::CustomerView;
use crate::views::{AppointmentNote, ContactRow, LeadRow};
use crate::web::address::Path;
use crate::web::api::ownership::{DisputeLine, RulingLine, Told, contacts, lead_id};
use crate::web::api::records::reading;
use crate::web::front::Front;
use crate::web::pages::{Frame, not_found, render};
use crate::web::problem::Problem;
use crate::web::session::Person;
use crate::web::words::Words;

/// Rulings listed; the audit has them all.
const RULINGS: usize = 50;
/// Customers listed whose consultant has left.
const LEFT: usize = 200;

#[derive(Template)]
#[template(path = "manage-owners.html")]
struct Owners {
    frame: Frame,
    disputes: Vec<Raised>,
    left: Vec<Customer>,
    rulings: Vec<Ruled>,
}

#[derive(Template)]
#[template(path = "manage-owner.html")]
struct One {
    frame: Frame,
    customer: Customer,
    /// Whose they are, as the page shows it: a ruling on it is refused where that has changed meanwhile.
    seen: String,
    /// The oldest open dispute.
    dispute: String,
    disputes: Vec<Raised>,
    record: Vec<Contact>,
    rulings: Vec<Ruled>,
    people: Vec<(String, String)>,
    /// It may stay whose it is.
    stays: bool,
    undoable: bool,
}

/// A customer as a page names them.
struct Customer {
    lead: String,
    name: String,
    phone: String,
    registered: String,
    owner: OwnerLine,
}

struct Raised {
    customer: Customer,
    time: String,
    claimant: String,
    by: String,
    then: String,
    reason: String,
}

struct Ruled {
    lead: String,
    name: String,
    time: String,
    by: String,
    from: String,
    to: String,
    reason: String,
    undone: bool,
}

/// A contact of the record.
struct Contact {
    time: String,
    purpose: String,
    then: String,
    asked: Vec<Asked>,
    came: String,
    met: String,
    appointment: String,
    outcome: String,
}

struct Asked {
    who: String,
    why: String,
    accepted: bool,
}

pub(crate) async fn list(
    State(front): State<Arc<Front>>,
    Extension(person): Extension<Person>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Problem> {
    let frame = Frame::new(&front, &headers, &uri);
    front.level().await?;
    let (view, now) = (front.customers().await, front.now());
    let Told { disputes, rulings } = Told::of(&view, &person, |staff| front.name_in(frame.w, staff));
    let open: Vec<_> = disputes.into_iter().filter(|one| one.settled_at.is_none()).collect();
    let rulings: Vec<_> = rulings.into_iter().take(RULINGS).collect();
    let gone = view.customers.owners(view.owned, now).filter(|(_, owned)| front.has_left(&owned.staff));
    let gone: Vec<LeadId> = gone.map(|(lead, _)| lead).take(LEFT).collect();
    let wanted = open.iter().map(|one| one.lead).chain(rulings.iter().map(|one| one.lead)).chain(gone.iter().copied());
    let rows = rows(&front, wanted.collect()).await?;
    let page = Page { front: &front, view: &view, frame: &frame, rows: &rows, now };
    // The oldest waits longest.
    let disputes = open.iter().rev().map(|one| page.raised(one)).collect();
    let left = gone.into_iter().map(|lead| page.customer(lead)).collect();
    let rulings = rulings.iter().map(|one| page.ruled(one)).collect();
    Ok(render(&Owners { frame, disputes, left, rulings }))
}

pub(crate) async fn show(
    State(front): State<Arc<Front>>,
    Extension(person): Extension<Person>,
    Path(lead): Path<String>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Problem> {
    let frame = Frame::new(&front, &headers, &uri);
    front.level().await?;
    let (view, now) = (front.customers().await, front.now());
    let known = lead_id(&lead).and_then(|lead| Ok((lead, contacts(&view, lead)?)));
    // Erased while the list was open.
    let Ok((lead, contacts)) = known else { return Ok(not_found(&front, &headers, &uri)) };
    let (reader, leads) = (Arc::clone(&front), contacts.clone());
    let record = reading(move || reader.parts.views.contacts(&leads)).await?;
    let rows = rows(&front, contacts.clone()).await?;
    let Told { disputes, rulings } = Told::of(&view, &person, |staff| front.name_in(frame.w, staff)).about(&contacts);
    let open: Vec<_> = disputes.iter().rev().filter(|one| one.settled_at.is_none()).collect();
    let owned = view.owner(lead, now);
    let undo = front.parts.promise.undo;
    let undoable = view.customers.settled(lead).is_some_and(|at| now - at <= undo);
    let page = Page { front: &front, view: &view, frame: &frame, rows: &rows, now };
    let (customer, people) = (page.customer(lead), people(&front, frame.w));
    let (disputes, dispute) = (open.iter().map(|one| page.raised(one)).collect(), open.first());
    let dispute = dispute.map(|one| one.dispute.to_string()).unwrap_or_default();
    let (record, rulings) = (record.iter().map(|row| page.contact(row)), rulings.iter().map(|one| page.ruled(one)));
    let (record, rulings) = (record.collect(), rulings.collect());
    Ok(render(&One {
        customer,
        stays: owned.as_ref().is_none_or(|owned| !front.has_left(&owned.staff)),
        seen: owned.map(|owned| owned.staff.to_string()).unwrap_or_default(),
        dispute,
        disputes,
        record,
        rulings,
        people,
        undoable,
        frame,
    }))
}

/// The customers' contacts, opened as far as they are kept.
async fn rows(front: &Arc<Front>, leads: BTreeSet<LeadId>) -> Result<BTreeMap<LeadId, LeadRow>, Problem> {
    let reader = Arc::clone(front);
    reading(move || {
        let mut rows = BTreeMap::new();
        for lead in leads {
            if let Some(mut row) = reader.parts.views.lead(lead)? {
                (reader.parts.open_lead)(&mut row);
                rows.insert(lead, row);
            }
        }
        Ok(rows)
    })
    .await
}

/// To whom a customer can be given.
fn people(front: &Front, w: &Words) -> Vec<(String, String)> {
    let roster = front.parts.handle.roster();
    let roster = roster.borrow();
    let consultants = roster.accounts.values().filter(|account| account.role == Role::Consultant);
    consultants.map(|account| (account.id.to_string(), roster.name_in(w.language, &account.id).to_owned())).collect()
}

/// What the lines of a page are made from.
struct Page<'a> {
    front: &'a Front,
    view: &'a CustomerView,
    frame: &'a Frame,
    rows: &'a BTreeMap<LeadId, LeadRow>,
    now: DateTime<Utc>,
}

impl Page<'_> {
    fn called(&self, staff: &StaffId) -> String {
        self.front.name_in(self.frame.w, staff)
    }

    fn name(&self, staff: Option<&StaffId>) -> String {
        staff.map(|staff| self.called(staff)).unwrap_or_default()
    }

    /// The same where nobody is a word of its own.
    fn owner(&self, staff: Option<&StaffId>) -> String {
        staff.map_or_else(|| self.frame.w.ownership.owner_nobody.to_owned(), |staff| self.called(staff))
    }

    fn customer(&self, lead: LeadId) -> Customer {
        let owner = OwnerLine::new(self.front, self.view.owner(lead, self.now), self.frame.w);
        let line = self.rows.get(&lead).map(|row| {
            let time = day_and_clock(self.front, row.received_at.utc());
            LeadLine::new(self.front, row, self.frame, time, None)
        });
        let (name, phone, registered) = line.map(|line| (line.name, line.phone, line.time)).unwrap_or_default();
        Customer { lead: lead.to_string(), name, phone, registered, owner }
    }

    fn raised(&self, one: &DisputeLine) -> Raised {
        Raised {
            customer: self.customer(one.lead),
            time: day_and_clock(self.front, one.at),
            claimant: self.name(one.claimant.as_ref()),
            by: if one.by == one.claimant { String::new() } else { self.name(one.by.as_ref()) },
            then: self.owner(one.owner.as_ref()),
            reason: one.reason.clone().unwrap_or_default(),
        }
    }

    fn ruled(&self, one: &RulingLine) -> Ruled {
        Ruled {
            lead: one.lead.to_string(),
            name: self.customer(one.lead).name,
            time: day_and_clock(self.front, one.at),
            by: self.name(one.by.as_ref()),
            from: self.owner(one.owner_before.as_ref()),
            to: self.owner(one.owner.as_ref()),
            reason: one.reason.clone().unwrap_or_default(),
            undone: one.undone_at.is_some(),
        }
    }

    fn contact(&self, row: &ContactRow) -> Contact {
        let (w, visit) = (self.frame.w, &row.visit);
        let asked = row.asked.iter().map(|one| Asked {
            who: self.called(&one.staff),
            why: w.named("asked", &wire(&one.why)),
            accepted: one.accepted,
        });
        let source = visit.greeted_source.map(|by| w.named("source", GreetedSource::as_str(by)));
        let met = [row.greeted_by.as_ref().map(|staff| self.called(staff)), source];
        Contact {
            time: day_and_clock(self.front, visit.arrived_at.utc()),
            purpose: w.named("purpose", visit.purpose.as_str()),
            then: self.owner(row.owner.as_ref()),
            asked: asked.collect(),
            came: self.name(visit.consultant.as_ref()),
            met: met.into_iter().flatten().collect::<Vec<_>>().join(" · "),
            appointment: row.appointment.as_ref().map(|note| self.appointment(note)).unwrap_or_default(),
            outcome: match visit.outcome {
                Some(outcome) => w.named("outcome", Outcome::as_str(outcome)),
                None => w.ownership.still_here.to_owned(),
            },
        }
    }

    fn appointment(&self, note: &AppointmentNote) -> String {
        let w = &self.frame.w.ownership;
        let by = note.by.as_ref().map_or_else(|| w.appointment_system.to_owned(), |by| self.called(by));
        let at = day_and_clock(self.front, note.at.utc());
        format!("{at} · {} · {} {by}", self.called(&note.consultant), w.appointment_by)
    }
}
