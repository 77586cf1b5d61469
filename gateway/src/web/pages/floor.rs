//! `/floor`: the frame of the consultant's and of reception's page. What happens on it the scripts bring, over the stream.

use std::sync::Arc;

use askama::Template;
use axum::Extension;
use axum::extract::State;
use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use shared::wire::Purpose;

use super::{Frame, render};
use crate::domain::floor::member::Presence;
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
    presences: Vec<(&'static str, String)>,
    outcomes: Vec<(&'static str, String)>,
    purposes: Vec<(&'static str, String)>,
    /// Ids and names, for the alert.
    models: Vec<(String, String)>,
    /// In which somebody should have come, and in which something can be taken back: by the showroom's clock.
    breach_ms: i64,
    undo_ms: i64,
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
        name: front.name(&person.id),
        role: person.role.as_str(),
        role_name: w.named("role", person.role.as_str()),
        oversees: can(person.role, Action::EnterWalkIn, Object::Any),
        manages: can(person.role, Action::OpenManage, Object::Any),
        presences: presences(person.role).map(|p| (p.as_str(), w.named("presence", p.as_str()))).collect(),
        outcomes: Outcome::CHOICES.map(|o| (o.as_str(), w.named("outcome", o.as_str()))).to_vec(),
        purposes: Purpose::ALL.map(|p| (p.as_str(), w.named("purpose", p.as_str()))).to_vec(),
        models: front.parts.models.iter().map(|m| (m.id.to_string(), m.name(language).to_owned())).collect(),
        breach_ms: front.parts.promise.breach.num_milliseconds(),
        undo_ms: front.parts.promise.undo.num_milliseconds(),
        frame,
    })
}

/// What a role's work knows: reception hands over no cars.
fn presences(role: Role) -> impl Iterator<Item = Presence> {
    let sells = matches!(role, Role::Consultant);
    Presence::ALL
        .into_iter()
        .filter(move |presence| sells || !matches!(presence, Presence::Delivery | Presence::Appointment))
}
