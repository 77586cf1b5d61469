//! Browsers that ask to be rung while their page is closed.

use std::sync::Arc;

use axum::Extension;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;
use serde_json::json;
use shared::personal::Personal;
use shared::wire::Language;

use crate::domain::roster::subscription::{PushKeys, Subscription, SubscriptionId, Which};
use crate::domain::secret::{Secret, Subject};
use crate::domain::{Actor, Command};
use crate::notify::PushDoor;
use crate::web::address::Query;
use crate::web::body::{Json, nothing};
use crate::web::front::Front;
use crate::web::problem::{Code, Problem};
use crate::web::session::Person;

/// What a browser's `PushSubscription` becomes in JSON, and what its page speaks.
#[derive(Deserialize)]
pub(crate) struct Said {
    endpoint: String,
    keys: Keys,
    #[serde(default)]
    language: Language,
}

#[derive(Deserialize)]
struct Keys {
    p256dh: String,
    auth: String,
}

#[derive(Deserialize)]
pub(crate) struct About {
    id: Option<String>,
}

/// The key that browsers subscribe with, and which browsers of the person are rung.
pub(crate) async fn show(
    State(front): State<Arc<Front>>,
    Extension(person): Extension<Person>,
) -> Result<Response, Problem> {
    let key = &door(&front)?.key;
    let roster = front.parts.handle.roster();
    let ids: Vec<_> = roster.borrow().subscriptions(&person.id).iter().map(|one| one.id.clone()).collect();
    Ok(axum::Json(json!({ "key": key, "subscriptions": ids })).into_response())
}

/// Rings this browser from now on. Saying so again is no other subscription.
pub(crate) async fn subscribe(
    State(front): State<Arc<Front>>,
    Extension(person): Extension<Person>,
    Json { value: said, .. }: Json<Said>,
) -> Result<Response, Problem> {
    let door = door(&front)?;
    let keys = PushKeys {
        endpoint: Personal::new(said.endpoint),
        p256dh: Personal::new(said.keys.p256dh),
        auth: Personal::new(said.keys.auth),
    };
    door.judge(&keys).map_err(|bad| Problem::bad_body(bad.to_string()))?;
    let id = SubscriptionId::of(keys.endpoint.reveal());
    let subscription = Subscription {
        id: id.clone(),
        language: said.language,
        session: person.session_mark(),
        secret: Secret::open(Subject::Staff(person.id.clone()), keys),
    };
    front.submit(None, Actor::Staff(person.id), Command::Subscribe(subscription)).await?;
    Ok(axum::Json(json!({ "done": "kept", "id": id })).into_response())
}

/// Ends one, or all of the person's. What has ended already is as it should be.
pub(crate) async fn unsubscribe(
    State(front): State<Arc<Front>>,
    Extension(person): Extension<Person>,
    Query(About { id }): Query<About>,
) -> Result<Response, Problem> {
    let which = match id {
        None => Which::All,
        Some(id) => match id.parse() {
            Ok(id) => Which::One(id),
            // Nobody's: it has ended as well as any.
            Err(_) => return Ok(nothing()),
        },
    };
    let command = Command::Unsubscribe(person.id.clone(), which);
    front.submit(None, Actor::Staff(person.id), command).await?;
    Ok(nothing())
}

/// Ends those that were made in this session: whoever uses the phone next hears nothing of this person's visitors.
pub(crate) async fn end_with_session(front: &Front, person: &Person) -> Result<(), Problem> {
    let session = person.session_mark();
    let made = front.parts.handle.roster().borrow().subscriptions(&person.id).iter().any(|one| one.session == session);
    if made {
        let command = Command::Unsubscribe(person.id.clone(), Which::OfSession(session));
        front.submit(None, Actor::Staff(person.id.clone()), command).await?;
    }
    Ok(())
}

fn door(front: &Front) -> Result<&PushDoor, Problem> {
    front.parts.push.as_ref().ok_or_else(|| Problem::new(Code::PushOff, "push is off: set channels.push.subject"))
}
