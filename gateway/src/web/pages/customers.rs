//! `/customers`: a consultant's own customers 归属, the visitors they met and may say are theirs 撞单, and what was ruled.
//!
//! Of a colleague's customer nothing is named (DESIGN §7): a visit is known by its time and what it was for.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use askama::Template;
use axum::Extension;
use axum::extract::State;
use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use chrono::{DateTime, TimeDelta, Utc};
use shared::ids::LeadId;

use super::manage::lines::{LeadLine, OwnerLine, day_and_clock};
use super::{Frame, home_of, render};
use crate::domain::floor::visit::Outcome;
use crate::runtime::CustomerView;
use crate::views::{LeadRow, VisitRow};
use crate::web::api::ownership::{DisputeLine, RulingLine, Told, told};
use crate::web::api::records::reading;
use crate::web::front::Front;
use crate::web::problem::Problem;
use crate::web::session::Person;

/// How far back the visits are listed, and how many of them and of the own customers.
const BACK: TimeDelta = TimeDelta::days(30);
const VISITS: usize = 60;
const CUSTOMERS: usize = 200;

#[derive(Template)]
#[template(path = "customers.html")]
struct Customers {
    frame: Frame,
    back: &'static str,
    told: Vec<Said>,
    own: Vec<Own>,
    visits: Vec<Met>,
}

/// A customer of theirs.
struct Own {
    line: LeadLine,
    owner: OwnerLine,
}

/// A visitor whom they met.
struct Met {
    visit: String,
    time: String,
    purpose: String,
    outcome: String,
    owner: OwnerLine,
    mine: bool,
    claimable: bool,
    waits: bool,
}

/// A dispute that waits, or a ruling.
struct Said {
    time: String,
    registered: String,
    /// Still to be ruled; may be taken back under this id.
    dispute: Option<String>,
    title: String,
    reason: String,
    undone: bool,
}

/// What is read of the records.
struct Records {
    own: BTreeMap<LeadId, LeadRow>,
    visits: Vec<(VisitRow, Vec<LeadId>)>,
}

pub(crate) async fn show(
    State(front): State<Arc<Front>>,
    Extension(person): Extension<Person>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Problem> {
    let frame = Frame::new(&front, &headers, &uri);
    let said = told(&front, &person).await?;
    let (view, now) = (front.customers().await, front.now());
    let owned = view.customers.owners(view.owned, now).filter(|(_, owned)| owned.staff == person.id);
    let mut owned: Vec<_> = owned.collect();
    owned.sort_by_key(|(_, owned)| std::cmp::Reverse(owned.since));
    owned.truncate(CUSTOMERS);
    let records = records(&front, &person, owned.iter().map(|(lead, _)| *lead).collect(), now).await?;
    let own = owned.into_iter().filter_map(|(lead, owned)| {
        let row = records.own.get(&lead)?;
        let time = day_and_clock(&front, row.received_at.utc());
        let line = LeadLine::new(&front, row, &frame, time, Some(&view));
        Some(Own { line, owner: OwnerLine::new(&front, Some(owned), frame.w) })
    });
    let own = own.collect();
    let visits =
        records.visits.iter().filter_map(|(row, leads)| met(&front, &view, &person, &frame, (row, leads), now));
    let visits = visits.collect();
    Ok(render(&Customers { back: home_of(&person), told: lines(&front, &frame, &person, said), own, visits, frame }))
}

async fn records(
    front: &Arc<Front>,
    person: &Person,
    own: BTreeSet<LeadId>,
    now: DateTime<Utc>,
) -> Result<Records, Problem> {
    let (reader, me) = (Arc::clone(front), person.id.clone());
    reading(move || {
        let views = &reader.parts.views;
        let mut rows = BTreeMap::new();
        for lead in own {
            if let Some(mut row) = views.lead(lead)? {
                (reader.parts.open_lead)(&mut row);
                rows.insert(lead, row);
            }
        }
        let visits = views.visits_of(&me, (now - BACK, now + TimeDelta::days(1)), VISITS)?;
        Ok(Records { own: rows, visits })
    })
    .await
}

/// A visitor whom they met, where a contact is kept.
fn met(
    front: &Front,
    view: &CustomerView,
    person: &Person,
    frame: &Frame,
    (row, leads): (&VisitRow, &[LeadId]),
    now: DateTime<Utc>,
) -> Option<Met> {
    let w = frame.w;
    let lead = leads.iter().find(|lead| !view.customers.contacts(**lead).is_empty())?;
    let contacts = view.customers.contacts(*lead);
    let owned = view.owner(*lead, now);
    let mine = owned.as_ref().is_some_and(|owned| owned.staff == person.id);
    let mut open = view.customers.disputes().filter(|one| one.is_open() && contacts.contains(&one.lead));
    let waits = open.any(|one| one.claimant.as_ref() == Some(&person.id));
    let ruled = view.customers.settled(*lead).is_some_and(|at| now - at <= view.owned);
    Some(Met {
        visit: row.visit.to_string(),
        time: day_and_clock(front, row.arrived_at.utc()),
        purpose: w.named("purpose", row.purpose.as_str()),
        outcome: row.outcome.map(|outcome| w.named("outcome", Outcome::as_str(outcome))).unwrap_or_default(),
        owner: OwnerLine::new(front, owned, w),
        mine,
        claimable: !mine && !waits && !ruled,
        waits,
    })
}

/// What waits, and what was ruled, as this person reads it.
fn lines(front: &Front, frame: &Frame, person: &Person, told: Told) -> Vec<Said> {
    let w = &frame.w.ownership;
    let day = |at: Option<DateTime<Utc>>| at.map(|at| day_and_clock(front, at)).unwrap_or_default();
    let waits = |one: DisputeLine| Said {
        time: day_and_clock(front, one.at),
        registered: day(one.registered_at),
        dispute: Some(one.dispute.to_string()),
        title: w.claim_waits.to_owned(),
        reason: one.reason.unwrap_or_default(),
        undone: false,
    };
    let ruled = |one: RulingLine| Said {
        time: day_and_clock(front, one.at),
        registered: day(one.registered_at),
        dispute: None,
        title: match &one.owner {
            Some(owner) if *owner == person.id => w.ruling_for_me.to_owned(),
            Some(owner) => format!("{} {}", w.ruling_to, front.name_in(frame.w, owner)),
            None => w.owner_nobody.to_owned(),
        },
        reason: one.reason.unwrap_or_default(),
        undone: one.undone_at.is_some(),
    };
    // What was taken back is said while nothing else has been ruled.
    let mut told_of = BTreeSet::new();
    let last = move |one: &RulingLine| told_of.insert(one.lead) || one.undone_at.is_none();
    let open = told.disputes.into_iter().filter(|one| one.settled_at.is_none() && one.by.as_ref() == Some(&person.id));
    open.map(waits).chain(told.rulings.into_iter().filter(last).map(ruled)).collect()
}
