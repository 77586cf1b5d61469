//! `/manage/kiosks`: how each kiosk is, letting a new one in by the code on its screen, and work on one. Plain forms.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::extract::rejection::FormRejection;
use axum::http::{HeaderMap, Uri};
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::{Extension, Form};
use serde::Deserialize;
use shared::wire::OUTBOX_WORRY;

use super::Frame;
use super::lines::clock;
use crate::domain::roster::DeviceKind;
use crate::web::DeviceState;
use crate::web::address::Path;
use crate::web::api::kiosks::{self, Grant};
use crate::web::api::sessions::address;
use crate::web::front::Front;
use crate::web::listener::Peer;
use crate::web::pages::{refusing, render};
use crate::web::problem::{Code, Problem};
use crate::web::session::Person;
use crate::web::words::Words;

/// A clock that is further off is worth a word: events are dated by it when a kiosk was started anew in between.
const SKEW_MS: u64 = 5_000;

#[derive(Template)]
#[template(path = "manage-kiosks.html")]
struct Kiosks {
    frame: Frame,
    lines: Vec<Line>,
    fields: Fields,
    fault: Option<&'static str>,
    /// The name is taken: offer to replace.
    taken: bool,
    /// The one that was just let in.
    new: String,
}

#[expect(clippy::struct_excessive_bools, reason = "marks of a line: each is shown or not")]
struct Line {
    name: String,
    online: bool,
    since: String,
    version: String,
    outbox: u64,
    /// So much waits that somebody should look.
    outbox_grave: bool,
    /// Its disk takes nothing: visitors are sent to reception.
    no_storage: bool,
    /// Minutes and seconds by which its clock is off; empty when it is right.
    skew: String,
    /// Missing or doubled numbers of its events.
    gaps: u64,
    maintenance: bool,
}

/// The form for a new one.
#[derive(Default, Deserialize)]
pub(crate) struct Fields {
    #[serde(default)]
    code: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    replace: Option<String>,
}

#[derive(Deserialize)]
pub(crate) struct Work {
    /// `on` begins it, anything else ends it.
    maintenance: String,
}

pub(crate) async fn show(State(front): State<Arc<Front>>, headers: HeaderMap, uri: Uri) -> Response {
    let new = uri.query().unwrap_or_default().split('&').find_map(|pair| pair.strip_prefix("new="));
    let new = new.filter(|name| name.parse::<shared::ids::DeviceId>().is_ok()).unwrap_or_default().to_owned();
    render(&Kiosks { new, ..page(&front, &headers, &uri) })
}

pub(crate) async fn let_in(
    State(front): State<Arc<Front>>,
    Extension(person): Extension<Person>,
    peer: Option<Extension<Peer>>,
    headers: HeaderMap,
    uri: Uri,
    form: Result<Form<Fields>, FormRejection>,
) -> Response {
    let Ok(Form(fields)) = form else { return Problem::bad_body("not a form").into_response() };
    let grant = Grant { code: fields.code.clone(), name: fields.name.clone(), replace: fields.replace.is_some() };
    match kiosks::let_in(&front, &person.id, address(peer), grant).await {
        Ok(name) => Redirect::to(&format!("/manage/kiosks?new={name}")).into_response(),
        Err(problem) => {
            let page = page(&front, &headers, &uri);
            let (fault, taken) = (Some(said(&problem, page.frame.w)), problem.code == Code::NameTaken);
            refusing(problem.status(), problem.code, render(&Kiosks { fields, fault, taken, ..page }))
        }
    }
}

pub(crate) async fn maintain(
    State(front): State<Arc<Front>>,
    Extension(person): Extension<Person>,
    Path(kiosk): Path<String>,
    headers: HeaderMap,
    form: Result<Form<Work>, FormRejection>,
) -> Result<Response, Problem> {
    let Ok(Form(Work { maintenance })) = form else { return Err(Problem::bad_body("not a form")) };
    kiosks::maintain(&front, &person, &headers, &kiosk, maintenance == "on", b"").await?;
    Ok(Redirect::to("/manage/kiosks").into_response())
}

fn page(front: &Front, headers: &HeaderMap, uri: &Uri) -> Kiosks {
    let frame = Frame::new(front, headers, uri);
    let kiosks = (front.parts.devices)().into_iter().filter(|device| device.kind == DeviceKind::Kiosk);
    let lines = kiosks.map(|device| line(front, device)).collect();
    Kiosks { lines, fields: Fields::default(), fault: None, taken: false, new: String::new(), frame }
}

fn line(front: &Front, device: DeviceState) -> Line {
    let off = device.clock_skew_ms.filter(|skew| skew.unsigned_abs() >= SKEW_MS);
    Line {
        name: device.id.to_string(),
        online: device.online,
        since: device.since.map(|at| clock(front, at)).unwrap_or_default(),
        version: device.version,
        outbox: device.outbox,
        outbox_grave: device.outbox >= OUTBOX_WORRY,
        no_storage: device.storage.is_some(),
        skew: off.map(minutes_and_seconds).unwrap_or_default(),
        gaps: device.gaps,
        maintenance: device.maintenance,
    }
}

fn minutes_and_seconds(ms: i64) -> String {
    let (sign, seconds) = (if ms < 0 { '−' } else { '+' }, ms.unsigned_abs() / 1000);
    format!("{sign}{}:{:02}", seconds / 60, seconds % 60)
}

fn said(problem: &Problem, w: &Words) -> &'static str {
    match problem.code {
        Code::UnknownCode => w.claim_unknown,
        Code::NameTaken => w.claim_taken,
        Code::BadName => w.claim_bad_name,
        Code::TooManyTries => w.too_many_tries,
        _ => w.problem,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_is_off_is_told_in_minutes_and_seconds() {
        assert_eq!(minutes_and_seconds(3_600_000), "+60:00");
        assert_eq!(minutes_and_seconds(-65_900), "−1:05");
    }
}
