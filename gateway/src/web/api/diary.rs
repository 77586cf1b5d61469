//! Appointments: consultants see and make their own, reception and the managers all of them.

use std::sync::Arc;

use axum::Extension;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use chrono::{DateTime, Days, NaiveDate, NaiveTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;
use shared::ids::{AppointmentId, LeadId, ModelId, StaffId, VisitId};
use shared::personal::Personal;
use shared::phone::PhoneNumber;
use shared::wire::{LastVisit, Title};

use super::contacts::{erased, opened};
use super::interests::{known_models, name, phone};
use super::records::{Span, day_of};
use super::{done, id};
use crate::domain::diary::{Booking, Entry, Matter, Standing, Whom, Wish};
use crate::domain::{Actor, Command};
use crate::web::address::{Path, Query};
use crate::web::authorisation::{Action, Object, can};
use crate::web::body::Json;
use crate::web::front::Front;
use crate::web::idempotency;
use crate::web::problem::{Code, Problem};
use crate::web::session::Person;

/// How far ahead an appointment is made, at most.
const AHEAD: Days = Days::new(366);
const NOTE_CHARS: usize = 500;

/// The appointments that somebody may see, by time.
#[derive(Debug, Serialize)]
pub(crate) struct Listed {
    pub(crate) appointments: Vec<Line>,
}

/// One appointment.
#[derive(Debug, Serialize)]
pub(crate) struct Line {
    pub(crate) appointment: AppointmentId,
    pub(crate) at: DateTime<Utc>,
    pub(crate) minutes: u16,
    pub(crate) consultant: StaffId,
    pub(crate) consultant_name: String,
    pub(crate) matter: Matter,
    pub(crate) models: Vec<ModelId>,
    pub(crate) standing: Standing,
    /// Another one of the same consultant at that time.
    pub(crate) overlaps: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) title: Option<Title>,
    /// With its middle hidden.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) phone: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) note: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) lead: Option<LeadId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) visit: Option<VisitId>,
    /// Whose customer they are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) owner: Option<StaffId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) last_visit: Option<LastVisit>,
}

#[derive(Deserialize)]
pub(crate) struct Agreed {
    /// By the showroom's clocks.
    date: String,
    time: String,
    minutes: Option<u16>,
    /// Whoever asks, where absent.
    consultant: Option<StaffId>,
    matter: Matter,
    #[serde(default)]
    models: Vec<ModelId>,
    name: Option<Personal>,
    title: Option<Title>,
    phone: Option<String>,
    note: Option<Personal>,
    lead: Option<LeadId>,
    #[serde(default)]
    despite: bool,
}

/// Who is expected, in full.
#[derive(Serialize)]
struct Revealed {
    appointment: AppointmentId,
    name: Option<String>,
    title: Option<Title>,
    phone: Option<String>,
}

impl Listed {
    /// What this person may see of some days, both included.
    pub(crate) fn of(front: &Front, person: &Person, from: NaiveDate, to: NaiveDate) -> Self {
        let (begin, end) = front.days(from, to);
        let all = Arc::clone(&front.parts.handle.diary().borrow());
        let every = can(person.role, Action::SeeEveryAppointment, Object::Any);
        let theirs = |entry: &&Entry| {
            let terms = &entry.appointment.terms;
            (begin..end).contains(&terms.at) && (every || terms.consultant == person.id)
        };
        let shown = all.iter().filter(theirs);
        Self { appointments: shown.map(|entry| Line::new(front, entry, &all, every, &person.id)).collect() }
    }
}

impl Line {
    fn new(front: &Front, entry: &Entry, all: &[Entry], every: bool, reader: &StaffId) -> Self {
        let Entry { appointment, owner, last } = entry;
        let terms = &appointment.terms;
        let clashes = |other: &Entry| {
            other.appointment.id != appointment.id
                && other.appointment.standing == Standing::Booked
                && other.appointment.terms.overlaps(terms)
        };
        // A colleague's customer is theirs to know, until they stand before whoever has the appointment.
        let may_know = every || owner.as_ref().is_none_or(|owner| owner == reader);
        let Whom { name, title, phone, note } = appointment.secret.get().cloned().unwrap_or_default();
        let text = |text: Option<Personal>| text.map(|text| text.reveal().to_owned());
        Self {
            appointment: appointment.id,
            at: terms.at,
            minutes: terms.minutes,
            consultant: terms.consultant.clone(),
            consultant_name: front.name(&terms.consultant),
            matter: terms.matter,
            models: terms.models.clone(),
            standing: appointment.standing,
            overlaps: appointment.standing == Standing::Booked && all.iter().any(clashes),
            name: text(name),
            title,
            phone: phone.as_ref().map(PhoneNumber::masked),
            note: text(note),
            lead: appointment.lead,
            visit: appointment.visit,
            owner: owner.clone(),
            last_visit: last.clone().filter(|_| may_know),
        }
    }
}

impl Agreed {
    /// What is to be agreed on, as far as it can be read without the engine.
    fn booking(self, front: &Front, person: &Person, new: bool) -> Result<Booking, Problem> {
        let date = day_of(&self.date)?;
        let today = front.today();
        let last = today.checked_add_days(AHEAD).unwrap_or(today);
        if !(today..=last).contains(&date) {
            return Err(Problem::new(Code::BadRange, "an appointment is from today on, within a year"));
        }
        let time = NaiveTime::parse_from_str(&self.time, "%H:%M")
            .map_err(|_| Problem::bad_body("a time is written as 10:30"))?;
        let at = date.and_time(time).and_local_timezone(front.zone()).earliest();
        let at = at.ok_or_else(|| Problem::bad_body("the clocks never show this time on that day"))?;
        if self.minutes.is_some_and(|minutes| !(5..=720).contains(&minutes)) {
            return Err(Problem::bad_body("minutes is from 5 to 720"));
        }
        if self.note.as_ref().is_some_and(|note| note.reveal().chars().count() > NOTE_CHARS) {
            return Err(Problem::bad_body("note has at most 500 characters"));
        }
        let whom =
            Whom { name: name(self.name)?, title: self.title, phone: phone(self.phone.as_deref())?, note: self.note };
        if new && self.lead.is_none() && whom.name.is_none() && whom.phone.is_none() {
            return Err(Problem::bad_body("an appointment needs a name or a phone"));
        }
        Ok(Booking {
            consultant: self.consultant.unwrap_or_else(|| person.id.clone()),
            at: at.with_timezone(&Utc),
            minutes: self.minutes,
            matter: self.matter,
            models: known_models(front, self.models)?,
            whom: (whom != Whom::default()).then_some(whom),
            lead: self.lead,
            despite: self.despite,
        })
    }
}

pub(crate) async fn list(
    State(front): State<Arc<Front>>,
    Extension(person): Extension<Person>,
    Query(span): Query<Span>,
) -> Result<axum::Json<Listed>, Problem> {
    let (from, to) = span.days(front.today())?;
    Ok(axum::Json(Listed::of(&front, &person, from, to)))
}

/// The same `Idempotency-Key` is the same appointment.
pub(crate) async fn book(
    State(front): State<Arc<Front>>,
    Extension(person): Extension<Person>,
    headers: HeaderMap,
    Json { value, bytes }: Json<Agreed>,
) -> Result<Response, Problem> {
    let cause = idempotency::cause(&headers, &person.id, "appointment", &bytes)?;
    let appointment = match &cause {
        Some(cause) => AppointmentId::from_uuid(idempotency::derived(&[b"appointment", cause.id.uuid().as_bytes()])),
        None => AppointmentId::new(front.now(), Front::random()?),
    };
    let mut booking = value.booking(&front, &person, true)?;
    if let Some(lead) = booking.lead {
        booking.whom = Some(whom_of(&front, lead, booking.whom.take()).await?);
    }
    let wish = Wish::Book(Box::new(booking));
    front.submit(cause, Actor::Staff(person.id.clone()), Command::Arrange(appointment, wish)).await?;
    Ok((StatusCode::CREATED, axum::Json(json!({ "appointment": appointment }))).into_response())
}

/// Who is expected after a lead: what is said now, and its contact where nothing is. The engine judges who may ask for that.
async fn whom_of(front: &Arc<Front>, lead: LeadId, said: Option<Whom>) -> Result<Whom, Problem> {
    let row = opened(front, lead).await?;
    let secret = row.and_then(|row| row.lead.secret);
    let contact = secret.as_ref().and_then(|secret| secret.get()).ok_or_else(erased)?;
    let said = said.unwrap_or_default();
    Ok(Whom {
        name: said.name.or_else(|| contact.name.clone()),
        title: said.title.or(contact.title),
        phone: said.phone.or_else(|| contact.phone.clone()),
        note: said.note,
    })
}

pub(crate) async fn change(
    State(front): State<Arc<Front>>,
    Extension(person): Extension<Person>,
    Path(appointment): Path<String>,
    headers: HeaderMap,
    Json { value, bytes }: Json<Agreed>,
) -> Result<Response, Problem> {
    let known = appointment_id(&appointment)?;
    let wish = Wish::Change(Box::new(value.booking(&front, &person, false)?));
    let what = format!("change {appointment}");
    front.by(&person, &headers, &what, &bytes, Command::Arrange(known, wish)).await.map(done)
}

pub(crate) async fn cancel(
    front: State<Arc<Front>>,
    person: Extension<Person>,
    path: Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    plain(&front, &person, &path.0, &headers, Wish::Cancel).await
}

pub(crate) async fn restore(
    front: State<Arc<Front>>,
    person: Extension<Person>,
    path: Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    plain(&front, &person, &path.0, &headers, Wish::Restore).await
}

pub(crate) async fn arrived(
    front: State<Arc<Front>>,
    person: Extension<Person>,
    path: Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    plain(&front, &person, &path.0, &headers, Wish::Keep).await
}

pub(crate) async fn erase(
    front: State<Arc<Front>>,
    person: Extension<Person>,
    path: Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let erased = plain(&front, &person, &path.0, &headers, Wish::Erase).await?;
    tracing::info!(consultant.id = %person.id, appointment.id = %path.0, "an appointment is erased");
    Ok(erased)
}

/// Durable before it is answered.
pub(crate) async fn reveal(
    front: State<Arc<Front>>,
    person: Extension<Person>,
    path: Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let appointment = appointment_id(&path.0)?;
    plain(&front, &person, &path.0, &headers, Wish::Reveal).await?;
    tracing::info!(consultant.id = %person.id, appointment.id = %appointment, "who is expected is shown in full");
    let gone = || Problem::new(Code::ContactErased, "this contact has been erased");
    let all = Arc::clone(&front.parts.handle.diary().borrow());
    let entry = all.iter().find(|entry| entry.appointment.id == appointment).ok_or_else(gone)?;
    let whom = entry.appointment.secret.get().ok_or_else(gone)?;
    let revealed = Revealed {
        appointment,
        name: whom.name.as_ref().map(|name| name.reveal().to_owned()),
        title: whom.title,
        phone: whom.phone.as_ref().map(PhoneNumber::full),
    };
    Ok(axum::Json(revealed).into_response())
}

async fn plain(
    front: &Front,
    person: &Person,
    appointment: &str,
    headers: &HeaderMap,
    wish: Wish,
) -> Result<Response, Problem> {
    let known = appointment_id(appointment)?;
    // Holds nothing personal: what is said of somebody comes with a body.
    let what = format!("{wish:?} {known}");
    front.by(person, headers, &what, b"", Command::Arrange(known, wish)).await.map(done)
}

fn appointment_id(text: &str) -> Result<AppointmentId, Problem> {
    id(text, Code::UnknownAppointment, "there is no such appointment")
}
