//! `/enrol/{code}`: somebody's phone, which sets a password and is signed in. A plain form.

use std::sync::Arc;

use askama::Template;
use axum::Form;
use axum::extract::State;
use axum::extract::rejection::FormRejection;
use axum::http::{HeaderMap, Uri, header};
use axum::response::{IntoResponse as _, Redirect, Response};
use serde::Deserialize;

use super::{Frame, message, refusing, render};
use crate::web::address::Path;
use crate::web::api::people::enrol;
use crate::web::front::Front;
use crate::web::password::MIN_CHARS;
use crate::web::problem::{Code, Problem};

#[derive(Template)]
#[template(path = "enrol.html")]
struct Enrol {
    frame: Frame,
    code: String,
    account: String,
    name: String,
    least: usize,
    fault: Option<&'static str>,
}

#[derive(Deserialize)]
pub(crate) struct Fields {
    #[serde(default)]
    password: String,
    #[serde(default)]
    again: String,
}

pub(crate) async fn show(
    State(front): State<Arc<Front>>,
    Path(code): Path<String>,
    headers: HeaderMap,
    uri: Uri,
) -> Response {
    page(&front, code, &headers, &uri).map_or_else(|| over(&front, &headers, &uri), |page| render(&page))
}

pub(crate) async fn submit(
    State(front): State<Arc<Front>>,
    Path(code): Path<String>,
    headers: HeaderMap,
    uri: Uri,
    form: Result<Form<Fields>, FormRejection>,
) -> Response {
    let Ok(Form(Fields { password, again })) = form else { return Problem::bad_body("not a form").into_response() };
    let Some(page) = page(&front, code, &headers, &uri) else { return over(&front, &headers, &uri) };
    let w = page.frame.w;
    let refuse =
        |page: Enrol, code: Code, fault| refusing(code.status(), code, render(&Enrol { fault: Some(fault), ..page }));
    if password != again {
        return refuse(page, Code::BadBody, w.people.enrol_differ);
    }
    let token = match enrol(&front, &page.code, password).await {
        Ok(token) => token,
        Err(problem) if problem.code == Code::CodeExpired => return over(&front, &headers, &uri),
        Err(problem) if problem.code == Code::BadBody => return refuse(page, problem.code, w.people.enrol_short),
        Err(problem) => return refuse(page, problem.code, w.problem),
    };
    let mut response = Redirect::to("/").into_response();
    response.headers_mut().extend(front.sessions.cookie(&token).map(|cookie| (header::SET_COOKIE, cookie)));
    response
}

/// The form for whoever the code is for; `None` where it is good no more.
fn page(front: &Front, code: String, headers: &HeaderMap, uri: &Uri) -> Option<Enrol> {
    let staff = front.enrolments.whose(&code, front.boot())?;
    let roster = front.parts.handle.roster();
    roster.borrow().accounts.get(&staff)?;
    let frame = Frame::new(front, headers, uri);
    Some(Enrol {
        name: front.name_in(frame.w, &staff),
        account: staff.to_string(),
        least: MIN_CHARS,
        code,
        fault: None,
        frame,
    })
}

fn over(front: &Front, headers: &HeaderMap, uri: &Uri) -> Response {
    let frame = Frame::new(front, headers, uri);
    let people = &frame.w.people;
    message(Code::CodeExpired, frame, people.enrol_over, people.enrol_over_hint, None)
}
