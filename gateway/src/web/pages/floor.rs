//! `/floor`: the frame of the consultant's and of reception's page. What happens on it the scripts bring, over the stream.

use std::sync::Arc;

use askama::Template;
use axum::Extension;
use axum::extract::State;
use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use shared::catalogue::Model;
use shared::ids::TopicId;
use shared::wire::{Language, Purpose};

use super::{Frame, render};
use crate::domain::floor::member::Presence;
use crate::domain::floor::speech::Question;
use crate::domain::floor::visit::Outcome;
use crate::domain::roster::Role;
use crate::web::authorisation::{Action, Object, can};
use crate::web::front::Front;
use crate::web::session::Person;

#[derive(Template)]
#[template(path = "floor.html")]
struct Floor {
    frame: Frame,
    id: String,
    name: String,
    role: &'static str,
    role_name: String,
    /// Sees the whole floor, and enters walk-ins.
    oversees: bool,
    /// Has the manager's page as well.
    manages: bool,
    /// Has customers of their own.
    follows: bool,
    presences: Vec<(&'static str, String)>,
    outcomes: Vec<(&'static str, String)>,
    purposes: Vec<(&'static str, String)>,
    /// For the alert, and the display car to invite to.
    models: Vec<Car>,
    /// Questions that break the ice.
    questions: Vec<Asked>,
    /// In which somebody should have come, and in which something can be taken back: by the showroom's clock.
    breach_ms: i64,
    undo_ms: i64,
    /// Of the showroom's clocks: a phone may be set to another.
    zone: &'static str,
    /// What browsers subscribe with; empty where push is off.
    push: String,
}

struct Car {
    id: String,
    name: String,
    /// Where the display car stands; empty where none does.
    place: String,
    /// Answers that it fits, with spaces between.
    fits: String,
}

/// A question in both languages, for it is said to visitors of either; the answers are read by whoever taps.
struct Asked {
    id: String,
    zh: String,
    en: String,
    strangers: bool,
    answers: Vec<(String, String)>,
}

pub(crate) async fn show(
    State(front): State<Arc<Front>>,
    Extension(person): Extension<Person>,
    headers: HeaderMap,
    uri: Uri,
) -> Response {
    let frame = Frame::new(&front, &headers, &uri);
    let w = frame.w;
    let language = frame.language();
    render(&Floor {
        id: person.id.to_string(),
        name: front.name_in(w, &person.id),
        role: person.role.as_str(),
        role_name: w.named("role", person.role.as_str()),
        oversees: can(person.role, Action::EnterWalkIn, Object::Any),
        manages: can(person.role, Action::OpenManage, Object::Any),
        follows: person.role == Role::Consultant,
        presences: presences(person.role).map(|p| (p.as_str(), w.named("presence", p.as_str()))).collect(),
        outcomes: Outcome::CHOICES.map(|o| (o.as_str(), w.named("outcome", o.as_str()))).to_vec(),
        purposes: Purpose::ALL.map(|p| (p.as_str(), w.named("purpose", p.as_str()))).to_vec(),
        models: front.parts.models.iter().map(|model| Car::of(model, language)).collect(),
        questions: front.parts.questions.iter().map(|question| Asked::of(question, language)).collect(),
        breach_ms: front.parts.promise.breach.num_milliseconds(),
        undo_ms: front.parts.promise.undo.num_milliseconds(),
        zone: front.zone().name(),
        push: front.parts.push.as_ref().map(|push| push.key.clone()).unwrap_or_default(),
        frame,
    })
}

impl Car {
    fn of(model: &Model, language: Language) -> Self {
        let place = model.place.as_ref().map(|place| in_language(language, &place.zh, &place.en));
        let fits: Vec<_> = model.fits.iter().map(TopicId::as_str).collect();
        Self {
            id: model.id.to_string(),
            name: model.name(language).to_owned(),
            place: place.unwrap_or_default(),
            fits: fits.join(" "),
        }
    }
}

impl Asked {
    fn of(question: &Question, language: Language) -> Self {
        let answers = question.answers.iter();
        Self {
            id: question.id.to_string(),
            zh: question.zh.clone(),
            en: question.en.clone(),
            strangers: question.strangers,
            answers: answers.map(|a| (a.id.to_string(), a.words(language).to_owned())).collect(),
        }
    }
}

fn in_language(language: Language, zh: &str, en: &str) -> String {
    match language {
        Language::Zh => zh,
        Language::En => en,
    }
    .to_owned()
}

/// What a role's work knows: reception hands over no cars.
fn presences(role: Role) -> impl Iterator<Item = Presence> {
    let sells = matches!(role, Role::Consultant);
    Presence::ALL
        .into_iter()
        .filter(move |presence| sells || !matches!(presence, Presence::Delivery | Presence::Appointment))
}
