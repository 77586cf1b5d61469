//! `/` and `/sign-in`: a plain form, which works without scripts as well.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::extract::rejection::FormRejection;
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::{Extension, Form};
use serde::Deserialize;

use super::{Frame, home_of, message, refusing, render};
use crate::web::api::sessions::{Leave, address, end_session, open_session};
use crate::web::authorisation::{Action, Object, can};
use crate::web::front::Front;
use crate::web::listener::Peer;
use crate::web::problem::Problem;
use crate::web::routes::page;
use crate::web::session::Person;

#[derive(Template)]
#[template(path = "sign-in.html")]
struct SignIn {
    frame: Frame,
    /// The page that was asked for, if not one's own.
    to: &'static str,
    account: String,
    fault: Option<String>,
}

#[derive(Deserialize)]
pub(crate) struct Fields {
    #[serde(default)]
    account: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    to: String,
}

/// The page of one's role, or the way in.
pub(crate) async fn home(person: Option<Extension<Person>>) -> Redirect {
    Redirect::to(person.map_or("/sign-in", |Extension(person)| home_of(&person)))
}

pub(crate) async fn show(State(front): State<Arc<Front>>, headers: HeaderMap, uri: Uri) -> Response {
    let wanted = uri.query().and_then(|query| query.split('&').find_map(|pair| pair.strip_prefix("to=")));
    blank(Frame::new(&front, &headers, &uri), wanted.and_then(page), String::new(), None)
}

fn blank(mut frame: Frame, wanted: Option<(&'static str, Action)>, account: String, fault: Option<&str>) -> Response {
    let to = wanted.map_or("", |(path, _)| path);
    if !to.is_empty() {
        frame.other.push_str("&to=");
        frame.other.push_str(to);
    }
    render(&SignIn { frame, to, account, fault: fault.map(str::to_owned) })
}

pub(crate) async fn submit(
    State(front): State<Arc<Front>>,
    peer: Option<Extension<Peer>>,
    headers: HeaderMap,
    uri: Uri,
    form: Result<Form<Fields>, FormRejection>,
) -> Response {
    let Ok(Form(Fields { account, password, to })) = form else {
        return Problem::bad_body("not a form").into_response();
    };
    let wanted = page(&to);
    let session = match open_session(&front, address(peer), &account, password).await {
        Ok(session) => session,
        Err(problem) => {
            let frame = Frame::new(&front, &headers, &uri);
            let fault = match problem.status() {
                StatusCode::TOO_MANY_REQUESTS => frame.w.too_many_tries,
                StatusCode::UNAUTHORIZED => frame.w.wrong_password,
                _ => frame.w.problem,
            };
            return refusing(problem.status(), problem.code, blank(frame, wanted, account, Some(fault)));
        }
    };
    let own = wanted.filter(|(_, action)| can(session.role, *action, Object::Any));
    let mut response = Redirect::to(own.map_or("/", |(path, _)| path)).into_response();
    if let Some(cookie) = front.sessions.cookie(&session.token) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

pub(crate) async fn sign_out(
    State(front): State<Arc<Front>>,
    Extension(person): Extension<Person>,
    headers: HeaderMap,
    uri: Uri,
    form: Result<Form<Leave>, FormRejection>,
) -> Response {
    let leave = form.map(|Form(leave)| leave).unwrap_or_default();
    let away = Redirect::to("/sign-in").into_response();
    match end_session(&front, &person, &leave, away).await {
        Ok(away) => away,
        Err(problem) => {
            let frame = Frame::new(&front, &headers, &uri);
            let w = frame.w;
            message(problem.code, frame, w.problem, w.sign_out_failed, None)
        }
    }
}
