//! Whose customer somebody is 归属: consultants say so 撞单, managers see what has been and rule.
//!
//! Reasons are free text about people: a dispute's is for whoever raised it and the managers, a ruling's for whom it concerns too.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use axum::{Extension, Json as Answer};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;
use shared::ids::{DisputeId, LeadId, StaffId, VisitId};
use shared::personal::Personal;
use shared::wire::{Purpose, Why};

use super::records::reading;
use super::{done, id};
use crate::domain::customer::{Claim, Dispute, Owned, Ruling, Seen, Verdict, Whose};
use crate::domain::floor::visit::{GreetedSource, Outcome};
use crate::domain::{Actor, Command};
use crate::runtime::CustomerView;
use crate::views::{ContactRow, Millis};
use crate::web::address::Path;
use crate::web::authorisation::{Action, Object, can};
use crate::web::body::Json;
use crate::web::front::Front;
use crate::web::idempotency;
use crate::web::problem::{Code, Problem};
use crate::web::session::Person;

/// A reason's length.
const REASON_CHARS: usize = 500;

/// A dispute as it is told.
#[derive(Debug, Serialize)]
pub(crate) struct DisputeLine {
    pub(crate) dispute: DisputeId,
    pub(crate) lead: LeadId,
    /// When the customer left their contact: by it a consultant knows whom it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) registered_at: Option<DateTime<Utc>>,
    pub(crate) at: DateTime<Utc>,
    /// Whose they are said to be.
    pub(crate) claimant: Option<StaffId>,
    /// Whose they were then.
    pub(crate) owner: Option<StaffId>,
    pub(crate) by: Option<StaffId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) reason: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) settled_at: Option<DateTime<Utc>>,
}

/// A ruling as it is told.
#[derive(Debug, Serialize)]
pub(crate) struct RulingLine {
    pub(crate) lead: LeadId,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) registered_at: Option<DateTime<Utc>>,
    pub(crate) at: DateTime<Utc>,
    pub(crate) by: Option<StaffId>,
    /// Whose they were.
    pub(crate) owner_before: Option<StaffId>,
    /// Whose they are.
    pub(crate) owner: Option<StaffId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) owner_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) reason: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) undone_at: Option<DateTime<Utc>>,
}

/// What somebody may know of disputes and rulings, the newest first.
#[derive(Debug, Serialize)]
pub(crate) struct Told {
    pub(crate) disputes: Vec<DisputeLine>,
    pub(crate) rulings: Vec<RulingLine>,
}

/// A contact of the record.
#[derive(Debug, Serialize)]
struct ContactLine {
    visit: VisitId,
    arrived_at: DateTime<Utc>,
    purpose: Purpose,
    /// Whose customer they were when they came.
    owner: Option<StaffId>,
    asked: Vec<AskedLine>,
    consultant: Option<StaffId>,
    greeted_by: Option<StaffId>,
    greeted_source: Option<GreetedSource>,
    ended_at: Option<DateTime<Utc>>,
    outcome: Option<Outcome>,
    #[serde(skip_serializing_if = "Option::is_none")]
    appointment: Option<KeptLine>,
}

#[derive(Debug, Serialize)]
struct AskedLine {
    staff: StaffId,
    why: Why,
    accepted: bool,
}

#[derive(Debug, Serialize)]
struct KeptLine {
    consultant: StaffId,
    by: Option<StaffId>,
    at: DateTime<Utc>,
}

/// Whose customer somebody is.
#[derive(Debug, Serialize)]
struct OwnedLine {
    owner: StaffId,
    since: DateTime<Utc>,
    until: DateTime<Utc>,
    ruled: bool,
    /// No longer on the staff: to be given to somebody else.
    left: bool,
}

#[derive(Serialize)]
struct Record {
    lead: LeadId,
    owned: Option<OwnedLine>,
    contacts: Vec<ContactLine>,
    disputes: Vec<DisputeLine>,
    rulings: Vec<RulingLine>,
}

#[derive(Deserialize)]
pub(crate) struct Raised {
    lead: Option<LeadId>,
    /// In place of the lead: the customer of this visit.
    visit: Option<VisitId>,
    claimant: Option<StaffId>,
    reason: Personal,
}

#[derive(Deserialize)]
pub(crate) struct Ruled {
    verdict: Said,
    owner: Option<StaffId>,
    reason: Personal,
    /// Whose they were on the screen; empty for nobody's.
    seen: Option<String>,
    dispute: Option<DisputeId>,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Said {
    To,
    Stays,
    Nobody,
}

impl Told {
    /// Everything for managers; for others what they raised, what is said to be theirs, and rulings that concern them.
    pub(crate) fn of(view: &CustomerView, person: &Person, names: impl Fn(&StaffId) -> String) -> Self {
        let all = can(person.role, Action::RuleOwnership, Object::Any);
        let me = Some(&person.id);
        let raised = |one: &&Dispute| all || one.claimant.as_ref() == me || one.by.as_ref() == me;
        let mine: BTreeSet<DisputeId> = view.customers.disputes().filter(raised).map(|one| one.id).collect();
        let concerns = |one: &&Ruling| {
            all || one.from.as_ref() == me || one.to.as_ref() == me || one.settles.iter().any(|id| mine.contains(id))
        };
        Self {
            disputes: view.customers.disputes().rev().filter(raised).map(DisputeLine::new).collect(),
            rulings: view.customers.rulings().rev().filter(concerns).map(|one| RulingLine::new(one, &names)).collect(),
        }
    }

    /// The same of one customer.
    pub(crate) fn about(mut self, contacts: &BTreeSet<LeadId>) -> Self {
        self.disputes.retain(|one| contacts.contains(&one.lead));
        self.rulings.retain(|one| contacts.contains(&one.lead));
        self
    }

    fn registered(&mut self, at: &BTreeMap<LeadId, DateTime<Utc>>) {
        self.disputes.iter_mut().for_each(|one| one.registered_at = at.get(&one.lead).copied());
        self.rulings.iter_mut().for_each(|one| one.registered_at = at.get(&one.lead).copied());
    }

    fn leads(&self) -> BTreeSet<LeadId> {
        let ruled = self.rulings.iter().map(|one| one.lead);
        self.disputes.iter().map(|one| one.lead).chain(ruled).collect()
    }
}

impl DisputeLine {
    fn new(one: &Dispute) -> Self {
        Self {
            dispute: one.id,
            lead: one.lead,
            registered_at: None,
            at: one.at,
            claimant: one.claimant.clone(),
            owner: one.owner.clone(),
            by: one.by.clone(),
            reason: one.secret.get().map(|reason| reason.reveal().to_owned()),
            settled_at: one.settled,
        }
    }
}

impl RulingLine {
    fn new(one: &Ruling, names: &impl Fn(&StaffId) -> String) -> Self {
        Self {
            lead: one.lead,
            registered_at: None,
            at: one.at,
            by: one.by.clone(),
            owner_before: one.from.clone(),
            owner: one.to.clone(),
            owner_name: one.to.as_ref().map(names),
            reason: one.secret.get().map(|reason| reason.reveal().to_owned()),
            undone_at: one.undone,
        }
    }
}

impl ContactLine {
    fn new(row: ContactRow) -> Self {
        let ContactRow { visit, asked, greeted_by, owner, appointment } = row;
        let asked = asked.into_iter();
        Self {
            visit: visit.visit,
            arrived_at: visit.arrived_at.utc(),
            purpose: visit.purpose,
            owner,
            asked: asked.map(|one| AskedLine { staff: one.staff, why: one.why, accepted: one.accepted }).collect(),
            consultant: visit.consultant,
            greeted_by,
            greeted_source: visit.greeted_source,
            ended_at: visit.ended_at.map(Millis::utc),
            outcome: visit.outcome,
            appointment: appointment.map(|note| KeptLine {
                consultant: note.consultant,
                by: note.by,
                at: note.at.utc(),
            }),
        }
    }
}

pub(crate) async fn list(
    State(front): State<Arc<Front>>,
    Extension(person): Extension<Person>,
) -> Result<Answer<Told>, Problem> {
    told(&front, &person).await.map(Answer)
}

/// What this person may know, with when each customer left their contact.
pub(crate) async fn told(front: &Arc<Front>, person: &Person) -> Result<Told, Problem> {
    front.level().await?;
    let view = front.customers().await;
    let mut told = Told::of(&view, person, |staff| front.name(staff));
    let leads = told.leads();
    let reader = Arc::clone(front);
    let registered = reading(move || {
        let mut at = BTreeMap::new();
        for lead in leads {
            at.extend(reader.parts.views.lead(lead)?.map(|row| (lead, row.received_at.utc())));
        }
        Ok(at)
    })
    .await?;
    told.registered(&registered);
    Ok(told)
}

/// The same `Idempotency-Key` is the same dispute.
pub(crate) async fn raise(
    State(front): State<Arc<Front>>,
    Extension(person): Extension<Person>,
    headers: HeaderMap,
    Json { value, bytes }: Json<Raised>,
) -> Result<Response, Problem> {
    let cause = idempotency::cause(&headers, &person.id, "dispute", &bytes)?;
    let dispute = match &cause {
        Some(cause) => DisputeId::from_uuid(idempotency::derived(&[b"dispute", cause.id.uuid().as_bytes()])),
        None => DisputeId::new(front.now(), Front::random()?),
    };
    let reason = reason(&value.reason)?;
    let lead = match (value.lead, value.visit) {
        (Some(lead), None) => lead,
        (None, Some(visit)) => customer_of(&front, visit).await?,
        _ => return Err(Problem::bad_body("a dispute is about a lead or about a visit")),
    };
    let claim = Claim { dispute, lead, claimant: value.claimant, reason };
    front.submit(cause, Actor::Staff(person.id.clone()), Command::Dispute(claim)).await?;
    tracing::info!(consultant.id = %person.id, lead.id = %lead, "whose customer somebody is, is in dispute");
    Ok((StatusCode::CREATED, Answer(json!({ "dispute": dispute }))).into_response())
}

/// The contact that is kept of whoever came.
async fn customer_of(front: &Arc<Front>, visit: VisitId) -> Result<LeadId, Problem> {
    front.level().await?;
    let view = front.customers().await;
    let reader = Arc::clone(front);
    let leads = reading(move || reader.parts.views.leads_of(visit)).await?;
    let known = leads.into_iter().find(|lead| !view.customers.contacts(*lead).is_empty());
    known.ok_or_else(|| Problem::new(Code::UnknownLead, "no contact is kept of whoever came with this visit"))
}

pub(crate) async fn withdraw(
    State(front): State<Arc<Front>>,
    Extension(person): Extension<Person>,
    Path(dispute): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let dispute: DisputeId = id(&dispute, Code::UnknownDispute, "there is no such dispute")?;
    let what = format!("withdraw {dispute}");
    front.by(&person, &headers, &what, b"", Command::WithdrawDispute(dispute)).await.map(done)
}

/// What has been between a customer and the showroom: from it a dispute is settled.
pub(crate) async fn record(
    State(front): State<Arc<Front>>,
    Extension(person): Extension<Person>,
    Path(lead): Path<String>,
) -> Result<Response, Problem> {
    let lead = lead_id(&lead)?;
    front.level().await?;
    let view = front.customers().await;
    let contacts = contacts(&view, lead)?;
    let (reader, leads) = (Arc::clone(&front), contacts.clone());
    let rows = reading(move || reader.parts.views.contacts(&leads)).await?;
    let Told { disputes, rulings } = Told::of(&view, &person, |staff| front.name(staff)).about(&contacts);
    let owned = view.owner(lead, front.now()).map(|owned| {
        let Owned { staff, since, until, settled } = owned;
        OwnedLine { left: front.has_left(&staff), owner: staff, since, until, ruled: settled }
    });
    let contacts = rows.into_iter().map(ContactLine::new).collect();
    Ok(Answer(Record { lead, owned, contacts, disputes, rulings }).into_response())
}

pub(crate) async fn rule(
    State(front): State<Arc<Front>>,
    Extension(person): Extension<Person>,
    Path(lead): Path<String>,
    headers: HeaderMap,
    Json { value, bytes }: Json<Ruled>,
) -> Result<Response, Problem> {
    let known = lead_id(&lead)?;
    let whose = match (value.verdict, value.owner) {
        (Said::To, Some(owner)) => Whose::To(owner),
        (Said::To, None) => return Err(Problem::bad_body("owner says whose they are")),
        (Said::Stays, _) => Whose::Stays,
        (Said::Nobody, _) => Whose::Nobody,
    };
    let seen = match value.seen.as_deref() {
        None => None,
        Some("") => Some(Seen(None)),
        Some(seen) => Some(Seen(Some(id(seen, Code::UnknownStaff, "there is no such member of staff")?))),
    };
    let verdict = Verdict { whose, reason: reason(&value.reason)?, seen, dispute: value.dispute };
    let what = format!("rule {known}");
    let kept = front.by(&person, &headers, &what, &bytes, Command::Rule(known, verdict)).await?;
    tracing::info!(consultant.id = %person.id, lead.id = %known, "a manager has ruled whose customer somebody is");
    Ok(done(kept))
}

pub(crate) async fn undo(
    State(front): State<Arc<Front>>,
    Extension(person): Extension<Person>,
    Path(lead): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let lead = lead_id(&lead)?;
    let what = format!("undo ruling {lead}");
    let kept = front.by(&person, &headers, &what, b"", Command::UndoRuling(lead)).await?;
    tracing::info!(consultant.id = %person.id, lead.id = %lead, "a ruling is taken back");
    Ok(done(kept))
}

/// Every contact of the customer who is known by this one.
pub(crate) fn contacts(view: &CustomerView, lead: LeadId) -> Result<BTreeSet<LeadId>, Problem> {
    let contacts = view.customers.contacts(lead);
    if contacts.is_empty() {
        return Err(Problem::new(Code::UnknownLead, "there is no such lead, or nobody's contact is kept with it"));
    }
    Ok(contacts)
}

pub(crate) fn lead_id(text: &str) -> Result<LeadId, Problem> {
    id(text, Code::UnknownLead, "there is no such lead")
}

fn reason(text: &Personal) -> Result<Personal, Problem> {
    let said = text.reveal().trim();
    if said.is_empty() || said.chars().count() > REASON_CHARS {
        return Err(Problem::bad_body("a reason has 1 to 500 characters"));
    }
    Ok(Personal::new(said))
}
