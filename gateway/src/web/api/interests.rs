//! `POST /api/v1/interests`: a visitor's form as JSON, with the token of a code; or, by a manager's session, one that came
//! by another way.

use std::sync::Arc;

use axum::Extension;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;
use serde_json::json;
use shared::consent::ConsentPurpose;
use shared::ids::{EventId, LeadId, ModelId, VisitId};
use shared::personal::Personal;
use shared::phone::PhoneNumber;
use shared::qr::{Token, TokenKind};
use shared::wire::{Language, Title};

use crate::domain::command::{Cause, Interest};
use crate::domain::sales::{Budget, Contact, LeadChannel, When};
use crate::domain::{Actor, Command};
use crate::web::authorisation::{Action, Object, can};
use crate::web::body::Json;
use crate::web::front::Front;
use crate::web::idempotency;
use crate::web::pages::visitor::{check_code, consents};
use crate::web::problem::{Code, Problem};
use crate::web::session::Person;

/// The form; everything may be absent. Consents name what is agreed to, in the wording now in force.
#[derive(Deserialize)]
pub(crate) struct Form {
    #[serde(default)]
    token: Option<String>,
    #[serde(default)]
    language: Language,
    #[serde(default)]
    models: Vec<ModelId>,
    #[serde(default)]
    when: Option<When>,
    #[serde(default)]
    budget: Option<Budget>,
    #[serde(default)]
    name: Option<Personal>,
    #[serde(default)]
    title: Option<Title>,
    #[serde(default)]
    phone: Option<String>,
    #[serde(default)]
    consents: Vec<ConsentPurpose>,
}

pub(crate) async fn register(
    State(front): State<Arc<Front>>,
    person: Option<Extension<Person>>,
    headers: HeaderMap,
    Json { value: form, bytes }: Json<Form>,
) -> Result<Response, Problem> {
    let person = person.map(|Extension(person)| person);
    let now = front.now();
    let code = form.token.as_deref().map(|text| check_code(&front, text)).transpose()?;
    let (cause, actor, channel) = match (&code, person) {
        (Some(token), _) => (repeated(&headers, token, &bytes), Actor::Visitor, channel(token.kind)),
        (None, Some(person)) if can(person.role, Action::EnterInterest, Object::Any) => {
            let cause = idempotency::cause(&headers, &person.id, "interest", &bytes)?;
            (cause, Actor::Staff(person.id), LeadChannel::Api)
        }
        (None, Some(_)) => return Err(Problem::forbidden()),
        (None, None) => {
            let detail = "a code's token is missing, and nobody is signed in";
            return Err(Problem::new(Code::NotSignedIn, detail));
        }
    };
    let (lead, visit) = ids(&front, cause.as_ref())?;
    let interest = Interest {
        lead,
        visit,
        channel,
        place: code.as_ref().map(|token| token.place.clone()),
        nonce: code.as_ref().filter(|token| token.kind == TokenKind::Kiosk).map(nonce),
        opened_at: now,
        language: form.language,
        models: known_models(&front, form.models)?,
        when: form.when,
        budget: form.budget,
        contact: Contact { name: name(form.name)?, title: form.title, phone: phone(form.phone.as_deref())? },
        consents: consents(&front, &form.consents),
    };
    front.submit(cause, actor, Command::RegisterInterest(interest)).await?;
    Ok((StatusCode::CREATED, axum::Json(json!({ "lead": lead }))).into_response())
}

/// Ids for a new lead and visit; of a repeated write the same each time.
pub(crate) fn ids(front: &Front, cause: Option<&Cause>) -> Result<(LeadId, VisitId), Problem> {
    let now = front.now();
    Ok(match cause {
        Some(cause) => {
            let lead = idempotency::derived(&[b"lead", cause.id.uuid().as_bytes()]);
            (LeadId::from_uuid(lead), idempotency::visit(cause))
        }
        None => (LeadId::new(now, Front::random()?), VisitId::new(now, Front::random()?)),
    })
}

/// How the engine knows the code.
pub(crate) fn nonce(token: &Token) -> String {
    hex::encode(token.nonce)
}

pub(crate) fn channel(kind: TokenKind) -> LeadChannel {
    match kind {
        TokenKind::Kiosk => LeadChannel::KioskQr,
        TokenKind::Printed => LeadChannel::PrintedQr,
    }
}

/// A visitor has no account: a repeated write is known by its key and code.
fn repeated(headers: &HeaderMap, token: &Token, body: &[u8]) -> Option<Cause> {
    let key = headers.get("idempotency-key")?;
    Some(Cause {
        id: EventId::from_uuid(idempotency::derived(&[b"interest", &token.nonce, key.as_bytes()])),
        fingerprint: idempotency::fingerprint(&[b"interest", body]),
    })
}

pub(super) fn known_models(front: &Front, models: Vec<ModelId>) -> Result<Vec<ModelId>, Problem> {
    let known = |id: &ModelId| front.parts.models.iter().any(|model| model.id == *id);
    if models.len() > 20 || !models.iter().all(known) {
        return Err(Problem::bad_body("models has at most 20 ids of the catalogue"));
    }
    Ok(models)
}

pub(super) fn name(name: Option<Personal>) -> Result<Option<Personal>, Problem> {
    let name = name.filter(|name| !name.reveal().trim().is_empty());
    if name.as_ref().is_some_and(|name| name.reveal().chars().count() > 40) {
        return Err(Problem::bad_body("name has at most 40 characters"));
    }
    Ok(name)
}

pub(super) fn phone(phone: Option<&str>) -> Result<Option<PhoneNumber>, Problem> {
    let Some(phone) = phone.filter(|phone| !phone.trim().is_empty()) else { return Ok(None) };
    let wrong = |error: shared::phone::PhoneError| Problem::new(Code::BadPhone, error.to_string());
    PhoneNumber::parse(phone).map(Some).map_err(wrong)
}
