//! `/board` and `/board/public`: the frames of the wall display. What stands on them the scripts bring, over the board's stream.

use std::sync::Arc;

use askama::Template;
use axum::Extension;
use axum::extract::State;
use axum::http::{HeaderMap, Uri};
use axum::response::{IntoResponse as _, Redirect, Response};

use super::{Frame, home_of, render};
use crate::web::front::Front;
use crate::web::session::Person;

/// Where the variant for visitors is.
const PUBLIC: &str = "/board/public";

#[derive(Template)]
#[template(path = "board.html")]
struct Board {
    frame: Frame,
    edition: String,
    zone: String,
    chime_ms: i64,
    /// The page of whoever signed the screen in.
    home: &'static str,
}

#[derive(Template)]
#[template(path = "board-public.html")]
struct Public {
    frame: Frame,
    edition: String,
    zone: String,
}

pub(crate) async fn show(
    State(front): State<Arc<Front>>,
    Extension(person): Extension<Person>,
    headers: HeaderMap,
    uri: Uri,
) -> Response {
    // Whoever writes it so means the screen that visitors see, and must not get the other.
    if uri.query().unwrap_or_default().split('&').any(|pair| pair == "public" || pair.starts_with("public=")) {
        return Redirect::to(PUBLIC).into_response();
    }
    let (frame, zone) = (Frame::new(&front, &headers, &uri), front.zone().to_string());
    let (edition, chime_ms) = (front.assets.edition().to_owned(), front.parts.promise.renew.num_milliseconds());
    render(&Board { frame, edition, zone, chime_ms, home: home_of(&person) })
}

pub(crate) async fn show_public(State(front): State<Arc<Front>>, headers: HeaderMap, uri: Uri) -> Response {
    let (frame, zone) = (Frame::new(&front, &headers, &uri), front.zone().to_string());
    render(&Public { frame, edition: front.assets.edition().to_owned(), zone })
}
