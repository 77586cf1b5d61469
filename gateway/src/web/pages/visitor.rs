//! `/i/{token}`: what a visitor sees after scanning a code. A plain form; nothing on it has to be filled in, and it works
//! without scripts.
//!
//! Opening never spends a code, submitting does. An open page is good for half an hour (its ticket), so a family can scan
//! together.

mod brochure;
mod form;

use std::sync::Arc;

use askama::Template;
use axum::Form;
use axum::extract::State;
use axum::extract::rejection::FormRejection;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse as _, Response};
use chrono::TimeDelta;
use shared::consent::{Consent, ConsentPurpose};
use shared::ids::EventId;
use shared::qr::{Token, TokenError, TokenKind, carried, parameter};

use self::brochure::Brochure;
use self::form::{Fault, Filled, Offer};
use super::{Frame, message, refusing, render, visitors_language};
use crate::domain::command::{Cause, Interest};
use crate::domain::{Actor, Command, Refusal};
use crate::runtime::Done;
use crate::web::address::Path;
use crate::web::api::interests::{channel, ids, nonce};
use crate::web::front::Front;
use crate::web::idempotency;
use crate::web::problem::{Code, Problem};
use crate::web::ticket::{Ticket, TicketError};

/// A code on a screen is good for two minutes (DESIGN §6), and five seconds for the way.
const KIOSK_CODE: TimeDelta = TimeDelta::seconds(125);
/// A printed code hangs for years.
const PRINTED_CODE: TimeDelta = TimeDelta::days(3660);

#[derive(Template)]
#[template(path = "visitor.html")]
struct Page {
    frame: Frame,
    printed: bool,
    /// For somebody who left.
    brochure: Option<Brochure>,
    ticket: String,
    offer: Offer,
    filled: Filled,
    fault: Option<Fault>,
    /// It could not be sent just now.
    again: bool,
}

#[derive(Template)]
#[template(path = "thanks.html")]
struct Thanks {
    frame: Frame,
    said: &'static str,
    more: Vec<&'static str>,
}

pub(crate) async fn show(
    State(front): State<Arc<Front>>,
    code: Result<Path<String>, Problem>,
    headers: HeaderMap,
    uri: Uri,
) -> Response {
    let frame = frame(&front, &headers, &uri);
    let code = readable(code);
    let token = match check_code(&front, &code) {
        Ok(token) => token,
        Err(problem) => return refusal(frame, &problem),
    };
    let now = front.now();
    let Ok(random) = Front::random() else { return StatusCode::INTERNAL_SERVER_ERROR.into_response() };
    let ticket = front.tickets.sign(&Ticket { event: EventId::new(now, random), opened_at: now }, &code);
    let looked_at = carried(uri.query().unwrap_or_default()).unwrap_or_default();
    page(&front, frame, (&uri, &token), ticket, Filled::ticking(&looked_at), None, false)
}

pub(crate) async fn submit(
    State(front): State<Arc<Front>>,
    code: Result<Path<String>, Problem>,
    headers: HeaderMap,
    uri: Uri,
    fields: Result<Form<Vec<(String, String)>>, FormRejection>,
) -> Response {
    let frame = frame(&front, &headers, &uri);
    let code = readable(code);
    let Ok(Form(fields)) = fields else { return refusal(frame, &Problem::bad_body("not a form")) };
    let filled = Filled::read(&fields);
    // The code may have run out meanwhile: what counts is the ticket of the open page.
    let Ok(token) = Token::verify(&code, &front.parts.qr_key) else { return refusal(frame, &forged()) };
    let ticket_text = filled.ticket.clone();
    let ticket = match front.tickets.verify(&ticket_text, &code, front.now()) {
        Ok(ticket) => ticket,
        Err(TicketError::Forged) => return refusal(frame, &forged()),
        Err(TicketError::Expired) => return refusal(frame, &expired()),
    };
    let interest = match interest(&front, &frame, &token, &ticket, &filled) {
        Ok(interest) => interest,
        Err(fault) => {
            let shown = page(&front, frame, (&uri, &token), ticket_text, filled, Some(fault), false);
            return refusing(StatusCode::UNPROCESSABLE_ENTITY, fault.code(), shown);
        }
    };
    let cause = Cause { id: ticket.event, fingerprint: form::fingerprint(&fields) };
    let (kept, reachable) = (interest.contact.phone.is_some() || interest.contact.name.is_some(), agreed(&interest));
    let phone = interest.contact.phone.is_some();
    match front.submit(Some(cause), Actor::Visitor, Command::RegisterInterest(interest)).await {
        Ok(done) => {
            let left = matches!(done, Done::Lead | Done::KnownLead);
            let calls = token.kind == TokenKind::Kiosk && !left;
            let said = what_follows(&frame, calls, reachable && phone);
            thanks(frame, said, kept, reachable)
        }
        Err(problem) if problem.status() == StatusCode::SERVICE_UNAVAILABLE => {
            let shown = page(&front, frame, (&uri, &token), ticket_text, filled, None, true);
            refusing(problem.status(), problem.code, shown)
        }
        Err(problem) => refusal(frame, &problem),
    }
}

/// A code that cannot be read is none, and the page says so.
fn readable(code: Result<Path<String>, Problem>) -> String {
    code.map(|Path(code)| code).unwrap_or_default()
}

/// What the visitors' door says to every other address.
pub(crate) async fn lost(State(front): State<Arc<Front>>, headers: HeaderMap, uri: Uri) -> Response {
    let frame = frame(&front, &headers, &uri);
    let w = frame.w;
    message(Code::NotFound, frame, w.not_found, w.visitor.code_forged_hint, None)
}

/// A code that may open a page now.
pub(crate) fn check_code(front: &Front, code: &str) -> Result<Token, Problem> {
    let token = Token::verify(code, &front.parts.qr_key).map_err(|_| forged())?;
    let lifetime = match token.kind {
        TokenKind::Kiosk => KIOSK_CODE,
        TokenKind::Printed => PRINTED_CODE,
    };
    token.check_age(front.now(), lifetime).map_err(|error| match error {
        TokenError::Expired => expired(),
        TokenError::Forged => forged(),
    })?;
    if token.kind == TokenKind::Kiosk && front.parts.handle.code_spent(&nonce(&token)) {
        return Err(Refusal::CodeSpent.into());
    }
    Ok(token)
}

/// Consents as they are kept: with the wording now in force. One without a wording was not asked for, and is not given.
pub(crate) fn consents(front: &Front, given: &[ConsentPurpose]) -> Vec<Consent> {
    let wordings = front.parts.wordings.iter().filter(|wording| given.contains(&wording.purpose));
    wordings
        .map(|wording| Consent { purpose: wording.purpose, wording: wording.version.clone(), given: true })
        .collect()
}

fn interest(front: &Front, frame: &Frame, token: &Token, ticket: &Ticket, filled: &Filled) -> Result<Interest, Fault> {
    let cause = Cause { id: ticket.event, fingerprint: idempotency::fingerprint(&[]) };
    let (lead, visit) = ids(front, Some(&cause)).map_err(|_| Fault::Name)?;
    Ok(Interest {
        lead,
        visit,
        channel: channel(token.kind),
        place: Some(token.place.clone()),
        nonce: (token.kind == TokenKind::Kiosk).then(|| nonce(token)),
        opened_at: ticket.opened_at,
        language: frame.language(),
        models: filled.models(&front.parts.models),
        when: filled.when,
        budget: filled.budget,
        contact: filled.contact()?,
        consents: consents(front, &filled.consents),
    })
}

fn agreed(interest: &Interest) -> bool {
    interest.consents.iter().any(|consent| consent.purpose == ConsentPurpose::Contact && consent.given)
}

/// Says what happens next, and nothing that does not.
fn what_follows(frame: &Frame, calls: bool, reachable: bool) -> &'static str {
    let w = &frame.w.visitor;
    match (calls, reachable) {
        (true, _) => w.thanks_kiosk,
        (false, true) => w.thanks_printed_contact,
        (false, false) => w.thanks_printed,
    }
}

fn thanks(frame: Frame, said: &'static str, named: bool, agreed: bool) -> Response {
    let w = frame.w;
    let mut more = Vec::new();
    if named && !agreed {
        more.push(w.visitor.thanks_phone_dropped);
    }
    if agreed {
        more.push(w.visitor.thanks_withdraw);
    }
    render(&Thanks { frame, said, more })
}

fn page(
    front: &Front,
    mut frame: Frame,
    (uri, token): (&Uri, &Token),
    ticket: String,
    filled: Filled,
    fault: Option<Fault>,
    again: bool,
) -> Response {
    let offer = Offer::new(front, &frame, &filled);
    let brochure =
        carried(uri.query().unwrap_or_default()).map(|models| Brochure::of(front, &models, frame.language()));
    if let Some(brochure) = &brochure {
        // The other language shows the same cars.
        frame.other = format!("{}&{}", frame.other, parameter(&brochure.models()));
    }
    render(&Page { printed: token.kind == TokenKind::Printed, brochure, ticket, offer, filled, fault, again, frame })
}

fn refusal(frame: Frame, problem: &Problem) -> Response {
    let w = frame.w;
    let (title, hint) = match problem.code {
        Code::CodeSpent => (w.visitor.code_spent, w.visitor.code_expired_hint),
        Code::CodeExpired => (w.visitor.code_expired, w.visitor.code_expired_hint),
        Code::CodeForged => (w.visitor.code_forged, w.visitor.code_forged_hint),
        Code::IdConflict => (w.visitor.already, w.visitor.already_hint),
        _ => (w.visitor.try_again, w.visitor.code_forged_hint),
    };
    message(problem.code, frame, title, hint, None)
}

fn expired() -> Problem {
    Problem::new(Code::CodeExpired, "this code has expired: scan the one that is shown now")
}

fn forged() -> Problem {
    Problem::new(Code::CodeForged, "this code is not one of ours")
}

fn frame(front: &Front, headers: &HeaderMap, uri: &Uri) -> Frame {
    Frame::in_language(front, visitors_language(headers, uri), uri)
}
