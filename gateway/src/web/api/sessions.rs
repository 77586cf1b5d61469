//! Signing in and out.

use std::net::IpAddr;
use std::sync::Arc;

use axum::Extension;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use serde::{Deserialize, Serialize};
use shared::ids::StaffId;

use super::push;
use crate::domain::roster::Role;
use crate::domain::{Actor, Command};
use crate::web::address::Query;
use crate::web::body::{Json, nothing};
use crate::web::front::Front;
use crate::web::listener::Peer;
use crate::web::password;
use crate::web::problem::{Code, Problem};
use crate::web::session::Person;

#[derive(Deserialize)]
pub(crate) struct SignIn {
    account: String,
    password: String,
}

/// A session.
#[derive(Serialize)]
pub(crate) struct SignedIn {
    pub(crate) token: String,
    pub(crate) role: Role,
}

pub(crate) async fn sign_in(
    State(front): State<Arc<Front>>,
    peer: Option<Extension<Peer>>,
    Json { value: SignIn { account, password }, .. }: Json<SignIn>,
) -> Result<Response, Problem> {
    let session = open_session(&front, address(peer), &account, password).await?;
    let cookie = front.sessions.cookie(&session.token);
    let mut response = axum::Json(session).into_response();
    if let Some(cookie) = cookie {
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    Ok(response)
}

/// From where somebody signs out.
#[derive(Default, Deserialize)]
pub(crate) struct Leave {
    /// From every device, this one among them.
    #[serde(default)]
    everywhere: bool,
}

pub(crate) async fn sign_out(
    State(front): State<Arc<Front>>,
    Extension(person): Extension<Person>,
    Query(leave): Query<Leave>,
) -> Result<Response, Problem> {
    end_session(&front, &person, &leave, nothing()).await
}

/// Ends this session, or all of the person's; `then` is what the browser gets, with the cookie taken away.
pub(crate) async fn end_session(
    front: &Front,
    person: &Person,
    leave: &Leave,
    mut then: Response,
) -> Result<Response, Problem> {
    if leave.everywhere {
        front.submit(None, Actor::Staff(person.id.clone()), Command::EndSessions).await?;
    } else {
        push::end_with_session(front, person).await?;
    }
    front.sessions.sign_out(&person.token, front.now());
    if let Some(cookie) = front.sessions.no_cookie() {
        then.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    Ok(then)
}

pub(crate) fn address(peer: Option<Extension<Peer>>) -> IpAddr {
    peer.map_or(IpAddr::from([0, 0, 0, 0]), |Extension(Peer(addr))| addr.ip())
}

/// Checks account and password; the same answer for a wrong one and an unknown one.
pub(crate) async fn open_session(
    front: &Front,
    address: IpAddr,
    account: &str,
    password: String,
) -> Result<SignedIn, Problem> {
    let wrong = || Problem::new(Code::WrongPassword, "account or password is wrong");
    let id: StaffId = account.trim().to_lowercase().parse().map_err(|_| wrong())?;
    let boot = front.parts.clock.read().boot;
    if let Some(wait) = front.throttle.wait(&id, address, boot) {
        let seconds = wait.as_secs() + 1;
        let detail = format!("too many failed sign-ins: try again in {seconds} s");
        return Err(Problem::new(Code::TooManyTries, detail).retry_after(seconds));
    }
    let known = front.parts.handle.roster().borrow().accounts.get(&id).cloned();
    let details = known.as_ref().and_then(|account| account.secret.get());
    // Whoever was never let in has none, and that takes as long to find out as any.
    let hash = details.map(|details| details.password.clone()).filter(|hash| !hash.is_empty());
    let place = front.password_checks.acquire().await.map_err(|_| Problem::internal())?;
    let right = tokio::task::spawn_blocking(move || {
        password::verify(&password, hash.as_ref().map(shared::personal::Personal::reveal))
    });
    let right = right.await.unwrap_or(false);
    drop(place);
    let Some(account) = known.filter(|_| right) else {
        front.throttle.failed(&id, address, front.parts.clock.read().boot);
        tracing::info!(%address, "a sign-in failed");
        return Err(wrong());
    };
    front.throttle.went_well(&id);
    let token = front.sessions.issue(&account, front.now(), Front::random()?);
    Ok(SignedIn { token, role: account.role })
}
