//! `/manage/people`: who works here, and letting their phones in. What a manager changes goes through the API.

use std::sync::Arc;

use askama::Template;
use axum::Extension;
use axum::extract::State;
use axum::http::{HeaderMap, Uri};
use axum::response::Response;

use super::Frame;
use crate::domain::roster::Role;
use crate::web::api::people::{Someone, everybody};
use crate::web::front::Front;
use crate::web::pages::render;
use crate::web::session::Person;

#[derive(Template)]
#[template(path = "manage-people.html")]
struct People {
    frame: Frame,
    lines: Vec<Line>,
    roles: Vec<(&'static str, String)>,
}

struct Line {
    staff: String,
    name: String,
    latin: String,
    role: &'static str,
    role_name: String,
    senior: bool,
    /// `zh en`, for the form.
    languages: String,
    ready: bool,
    /// Whoever looks at the page.
    own: bool,
}

pub(crate) async fn show(
    State(front): State<Arc<Front>>,
    Extension(person): Extension<Person>,
    headers: HeaderMap,
    uri: Uri,
) -> Response {
    let frame = Frame::new(&front, &headers, &uri);
    let w = frame.w;
    let people = everybody(&front.parts.handle.roster().borrow(), person.role);
    let line = |someone: Someone| Line {
        own: someone.staff == person.id,
        staff: someone.staff.to_string(),
        name: someone.name,
        latin: someone.latin.unwrap_or_default(),
        role: someone.role.as_str(),
        role_name: w.named("role", someone.role.as_str()),
        senior: someone.senior,
        languages: someone.languages.iter().map(|language| language.as_str()).collect::<Vec<_>>().join(" "),
        ready: someone.ready,
    };
    let roles = [Role::Consultant, Role::Reception, Role::Advisor, Role::Care, Role::Manager, Role::Admin];
    let given = roles.into_iter().filter(|role| *role != Role::Admin || person.role == Role::Admin);
    render(&People {
        lines: people.into_iter().map(line).collect(),
        roles: given.map(|role| (role.as_str(), w.named("role", role.as_str()))).collect(),
        frame,
    })
}
