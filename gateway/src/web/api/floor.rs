//! The floor as one person may see it, and who that person is.

use std::sync::Arc;

use axum::Extension;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use serde::Serialize;
use shared::ids::StaffId;
use shared::wire::Alert;

use super::presence::{Alive, keeping_time};
use crate::domain::roster::Role;
use crate::notify::Pushed;
use crate::web::front::Front;
use crate::web::session::Person;
use crate::web::stream::audience;

#[derive(Serialize)]
pub(crate) struct Me {
    id: StaffId,
    name: String,
    role: Role,
    #[serde(flatten)]
    time: Alive,
    /// What this person accepted lately, with what Accept opened.
    accepted: Vec<Alert>,
}

pub(crate) async fn floor(State(front): State<Arc<Front>>, Extension(person): Extension<Person>) -> Response {
    let frame = front.floor.now();
    let (everything, mine) = (frame.everything(audience(&person)), frame.mine(&person.id));
    // Both are objects of our own writing: the second's fields follow the first's.
    let joined = match (everything.strip_suffix('}'), mine.strip_prefix('{')) {
        (Some(front), Some(back)) => format!("{front},{back}"),
        _ => everything.to_string(),
    };
    ([(header::CONTENT_TYPE, "application/json")], joined).into_response()
}

pub(crate) async fn me(State(front): State<Arc<Front>>, Extension(person): Extension<Person>) -> axum::Json<Me> {
    let accepted = front.parts.handle.hub().accepted_alerts(&person.id);
    let accepted = accepted.iter().filter_map(|feed| match &feed.pushed {
        Pushed::Alert(alert) => Some((**alert).clone()),
        Pushed::AlertOver(..) | Pushed::Task(_) | Pushed::Trial(_) => None,
    });
    axum::Json(Me {
        name: front.name(&person.id),
        role: person.role,
        time: keeping_time(&front, &person),
        accepted: accepted.collect(),
        id: person.id,
    })
}
