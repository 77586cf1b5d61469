//! `/appointments`: who is expected on a day. Consultants have their own, reception and the managers all of them.

use std::sync::Arc;

use askama::Template;
use axum::Extension;
use axum::extract::State;
use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use chrono::{Days, NaiveDate};
use serde::Deserialize;
use shared::ids::LeadId;
use shared::phone::PhoneNumber;
use shared::wire::Title;

use super::manage::lines::masked_name;
use super::{Frame, home_of, render};
use crate::domain::diary::{Matter, Standing};
use crate::domain::roster::Role;
use crate::runtime::FloorVisit;
use crate::web::address::Query;
use crate::web::api::contacts::opened;
use crate::web::api::diary::{Line, Listed};
use crate::web::api::records::day_of;
use crate::web::authorisation::{Action, Object, can};
use crate::web::front::Front;
use crate::web::problem::Problem;
use crate::web::session::Person;
use crate::web::words::Words;

#[derive(Deserialize)]
pub(crate) struct Day {
    day: Option<String>,
    /// The lead that is to become an appointment.
    lead: Option<String>,
}

#[derive(Template)]
#[template(path = "appointments.html")]
struct Diary {
    frame: Frame,
    back: &'static str,
    day: NaiveDate,
    earlier: NaiveDate,
    later: NaiveDate,
    today: NaiveDate,
    rows: Vec<Row>,
    /// May erase for good.
    erases: bool,
    /// May take them away as a file.
    exports: bool,
    me: String,
    people: Vec<(String, String)>,
    matters: Vec<(&'static str, String)>,
    models: Vec<(String, String)>,
    lead: Option<Prefilled>,
}

/// What the form knows of a lead: enough to see whose it is. The contact itself goes along in the gateway.
struct Prefilled {
    id: String,
    name: String,
    phone: String,
    models: String,
}

/// An appointment as a page lists it.
pub(super) struct Row {
    pub(super) id: String,
    pub(super) time: String,
    pub(super) until: String,
    pub(super) minutes: u16,
    pub(super) who: String,
    pub(super) name: String,
    pub(super) title: &'static str,
    pub(super) phone: String,
    pub(super) matter: String,
    pub(super) matter_id: &'static str,
    pub(super) models: String,
    pub(super) model_ids: String,
    pub(super) consultant: String,
    pub(super) consultant_id: String,
    pub(super) standing: &'static str,
    pub(super) stands: String,
    pub(super) note: String,
    /// What is known from before.
    pub(super) history: Vec<String>,
    pub(super) overlaps: bool,
    pub(super) open: bool,
    pub(super) restorable: bool,
}

pub(crate) async fn show(
    State(front): State<Arc<Front>>,
    Extension(person): Extension<Person>,
    Query(Day { day, lead }): Query<Day>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Problem> {
    let frame = Frame::new(&front, &headers, &uri);
    let today = front.today();
    let day = day.as_deref().filter(|day| !day.is_empty()).map_or(Ok(today), day_of)?;
    let rows = rows(&front, &person, &frame, day);
    let lead = match lead.and_then(|lead| lead.parse().ok()) {
        Some(lead) => Prefilled::read(&front, &person, &frame, lead).await?,
        None => None,
    };
    let w = frame.w;
    let every = can(person.role, Action::SeeEveryAppointment, Object::Any);
    Ok(render(&Diary {
        back: home_of(&person),
        earlier: day.checked_sub_days(Days::new(1)).unwrap_or(day),
        later: day.checked_add_days(Days::new(1)).unwrap_or(day),
        day,
        today,
        rows,
        lead,
        exports: can(person.role, Action::ExportLeads, Object::Any),
        erases: can(person.role, Action::EraseContact, Object::Any),
        people: people(&front, &person, w, every),
        me: person.id.to_string(),
        matters: Matter::ALL.map(|matter| (matter.as_str(), w.named("matter", matter.as_str()))).to_vec(),
        models: front
            .parts
            .models
            .iter()
            .map(|model| (model.id.to_string(), model.name(frame.language()).to_owned()))
            .collect(),
        frame,
    }))
}

impl Prefilled {
    /// A lead whose contact this person may see; nothing of any other.
    async fn read(front: &Arc<Front>, person: &Person, frame: &Frame, lead: LeadId) -> Result<Option<Self>, Problem> {
        let Some(row) = opened(front, lead).await? else { return Ok(None) };
        let serves = |visit: &FloorVisit| {
            let at_it = visit.consultant.as_ref() == Some(&person.id) || visit.seconds.contains(&person.id);
            Some(visit.id) == row.lead.visit && at_it
        };
        let may_see =
            can(person.role, Action::ReadLeads, Object::Any) || front.floor.now().snapshot.visits.iter().any(serves);
        let contact = row.lead.secret.as_ref().and_then(|secret| secret.get()).filter(|_| may_see);
        Ok(contact.map(|contact| {
            let title = contact.title.map_or("", |title| frame.w.title(title));
            let name = contact.name.as_ref().map(|name| masked_name(name.reveal(), title, frame.code));
            Self {
                id: lead.to_string(),
                name: name.unwrap_or_default(),
                phone: contact.phone.as_ref().map(PhoneNumber::masked).unwrap_or_default(),
                models: row.lead.models.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "),
            }
        }))
    }
}

/// What this person may see of a day.
pub(super) fn rows(front: &Front, person: &Person, frame: &Frame, day: NaiveDate) -> Vec<Row> {
    let listed = Listed::of(front, person, day, day);
    listed.appointments.into_iter().map(|line| Row::new(front, line, frame)).collect()
}

/// With whom an appointment can be made.
fn people(front: &Front, person: &Person, w: &Words, every: bool) -> Vec<(String, String)> {
    let roster = front.parts.handle.roster();
    let roster = roster.borrow();
    let serves = |role: Role| Role::POOLS.contains(&role);
    let mut people: Vec<_> =
        roster.accounts.values().filter(|account| serves(account.role) && (every || account.id == person.id)).collect();
    people.sort_by_key(|account| (account.role, &account.id));
    people
        .into_iter()
        .map(|account| (account.id.to_string(), roster.name_in(w.language, &account.id).to_owned()))
        .collect()
}

impl Row {
    fn new(front: &Front, line: Line, frame: &Frame) -> Self {
        let (w, zone) = (frame.w, front.zone());
        let clock = |at: chrono::DateTime<chrono::Utc>| at.with_timezone(&zone).format("%H:%M").to_string();
        let model = |id: &shared::ids::ModelId| {
            let known = front.parts.models.iter().find(|model| model.id == *id);
            known.map_or_else(|| id.to_string(), |model| model.name(frame.language()).to_owned())
        };
        let name = line.name.unwrap_or_default();
        let title = line.title.map_or("", |title| w.title(title));
        let who = match (frame.code, name.is_empty()) {
            (_, true) => w.diary.no_name.to_owned(),
            ("en", false) => format!("{title} {name}").trim().to_owned(),
            (_, false) => format!("{name}{title}"),
        };
        let mut history = Vec::new();
        if let Some(last) = &line.last_visit {
            let day = last.at.with_timezone(&zone).format("%Y-%m-%d");
            let questions = &front.parts.questions;
            let answered = last.answers.iter().filter_map(|(question, answer)| {
                let question = questions.iter().find(|known| known.id == *question)?;
                Some(question.answer(answer)?.words(frame.language()).to_owned())
            });
            let said = last.models.iter().map(model).chain(answered).collect::<Vec<_>>().join(" · ");
            history.push(format!("{} {day} {said}", w.diary.last_here).trim().to_owned());
        }
        if let Some(owner) = line.owner.filter(|owner| *owner != line.consultant) {
            history.push(format!("{} {}", w.diary.customer_of, front.name_in(w, &owner)));
        }
        Self {
            id: line.appointment.to_string(),
            time: clock(line.at),
            until: clock(line.at + chrono::TimeDelta::minutes(line.minutes.into())),
            minutes: line.minutes,
            who,
            name,
            title: line.title.map_or("", Title::as_str),
            phone: line.phone.unwrap_or_default(),
            matter: w.named("matter", line.matter.as_str()),
            matter_id: line.matter.as_str(),
            models: line.models.iter().map(model).collect::<Vec<_>>().join(" · "),
            model_ids: line.models.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "),
            consultant: front.name_in(w, &line.consultant),
            consultant_id: line.consultant.to_string(),
            standing: line.standing.as_str(),
            stands: w.named("standing", line.standing.as_str()),
            note: line.note.unwrap_or_default(),
            history,
            overlaps: line.overlaps,
            open: matches!(line.standing, Standing::Booked | Standing::Missed),
            restorable: matches!(line.standing, Standing::Cancelled | Standing::Kept),
        }
    }
}
