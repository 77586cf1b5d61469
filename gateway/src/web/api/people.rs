//! The people of the showroom: who they are, and the code that lets their phone in.
//!
//! Managers look after everybody but admins; admins after those too. Nobody takes their own account away, so that somebody is always left.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::Extension;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse as _, Response};
use qrcode::QrCode;
use qrcode::render::svg;
use serde::{Deserialize, Serialize};
use serde_json::json;
use shared::ids::StaffId;
use shared::personal::Personal;
use shared::wire::Language;

use super::id;
use crate::domain::roster::{Account, Role, Roster, StaffDetails};
use crate::domain::secret::{Secret, Subject};
use crate::domain::{Actor, Command};
use crate::web::address::Path;
use crate::web::authorisation::{Action, Object, can};
use crate::web::body::{Json, nothing};
use crate::web::enrolments::LIFE;
use crate::web::front::Front;
use crate::web::password;
use crate::web::problem::{Code, Problem};
use crate::web::session::Person;

/// Characters of a name, at most.
const NAME: usize = 40;
/// Pixels of a code's side, at least.
const CODE_SIZE: u32 = 280;

/// Somebody on the staff, for whoever looks after them.
#[derive(Debug, Serialize)]
pub(crate) struct Someone {
    pub(crate) staff: StaffId,
    pub(crate) name: String,
    pub(crate) latin: Option<String>,
    pub(crate) role: Role,
    pub(crate) senior: bool,
    pub(crate) languages: BTreeSet<Language>,
    /// They have set a password.
    pub(crate) ready: bool,
}

/// What a manager says of somebody.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Said {
    name: String,
    #[serde(default)]
    latin: Option<String>,
    role: Role,
    #[serde(default)]
    senior: bool,
    languages: BTreeSet<Language>,
    /// Nobody has this account yet, as far as the manager knows.
    #[serde(default)]
    new: bool,
}

/// Everybody whom this role looks after, by role and name.
pub(crate) fn everybody(roster: &Roster, role: Role) -> Vec<Someone> {
    let mut people: Vec<_> = roster.accounts.values().filter(|account| may_look_after(role, account.role)).collect();
    people.sort_by_key(|account| (account.role, &account.id));
    people.into_iter().map(|account| Someone::of(roster, account)).collect()
}

impl Someone {
    fn of(roster: &Roster, account: &Account) -> Self {
        Self {
            staff: account.id.clone(),
            name: roster.name(&account.id).to_owned(),
            latin: roster.latin(&account.id).map(str::to_owned),
            role: account.role,
            senior: account.senior,
            languages: account.languages.clone(),
            ready: account.secret.get().is_some_and(|details| !details.password.is_empty()),
        }
    }
}

pub(crate) async fn list(State(front): State<Arc<Front>>, Extension(person): Extension<Person>) -> Response {
    let people = everybody(&front.parts.handle.roster().borrow(), person.role);
    axum::Json(json!({ "people": people })).into_response()
}

/// Adds somebody, or changes what is known of them; their password and their sessions stay.
pub(crate) async fn set(
    State(front): State<Arc<Front>>,
    Extension(person): Extension<Person>,
    Path(staff): Path<String>,
    Json { value: said, .. }: Json<Said>,
) -> Result<Response, Problem> {
    let staff: StaffId = staff.parse().map_err(|_| {
        let detail = "an account is 1 to 32 of a–z, 0–9, - and _, such as wang";
        Problem::new(Code::BadName, detail)
    })?;
    let known = front.parts.handle.roster().borrow().accounts.get(&staff).cloned();
    let roles = known.as_ref().map(|account| account.role).into_iter().chain([said.role]);
    roles.into_iter().try_for_each(|role| look_after(&person, role))?;
    if staff == person.id && said.role != person.role {
        return Err(own_account());
    }
    let new = said.new;
    let account = said.account(staff.clone(), known.as_ref())?;
    // The same once more: its answer was lost.
    if new && known.as_ref().is_some_and(|known| *known != account) {
        return Err(Problem::new(Code::NameTaken, "somebody has this account already: leave `new` out to change them"));
    }
    let expect = account.clone();
    change(&front, Command::SetAccount(account), move |roster| roster.accounts.get(&expect.id) == Some(&expect))
        .await?;
    tracing::info!(staff.id = %staff, by = %person.id, added = known.is_none(), "an account was added or changed");
    Ok(axum::Json(json!({ "done": "kept" })).into_response())
}

impl Said {
    fn account(self, id: StaffId, known: Option<&Account>) -> Result<Account, Problem> {
        let name = a_name(&self.name)?.ok_or_else(|| Problem::bad_body("a name has 1 to 40 characters"))?;
        if self.languages.is_empty() {
            return Err(Problem::bad_body("languages are zh, en, or both"));
        }
        let password = known.and_then(|known| known.secret.get()).map(|details| details.password.clone());
        let details = StaffDetails {
            name,
            latin: self.latin.as_deref().map(a_name).transpose()?.flatten(),
            // Nobody's: the phone sets one.
            password: password.unwrap_or_else(|| Personal::new("")),
        };
        Ok(Account {
            secret: Secret::open(Subject::Staff(id.clone()), details),
            id,
            role: self.role,
            senior: self.senior,
            languages: self.languages,
            session_generation: known.map_or(0, |known| known.session_generation),
        })
    }
}

/// A name as a badge has it; `None` where there is none.
fn a_name(text: &str) -> Result<Option<Personal>, Problem> {
    let name = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if name.chars().count() > NAME || name.chars().any(char::is_control) {
        return Err(Problem::bad_body("a name has at most 40 characters"));
    }
    Ok((!name.is_empty()).then(|| Personal::new(name)))
}

/// Takes somebody away. Whoever they served is minded by the engine.
pub(crate) async fn remove(
    State(front): State<Arc<Front>>,
    Extension(person): Extension<Person>,
    Path(staff): Path<String>,
) -> Result<Response, Problem> {
    let staff = looked_after(&front, &person, &staff)?.id;
    if staff == person.id {
        return Err(own_account());
    }
    let gone = staff.clone();
    change(&front, Command::RemoveAccount(staff.clone()), move |roster| !roster.accounts.contains_key(&gone)).await?;
    tracing::info!(staff.id = %staff, by = %person.id, "an account was taken away");
    Ok(nothing())
}

/// Ends every session of somebody: a phone was lost.
pub(crate) async fn sign_out(
    State(front): State<Arc<Front>>,
    Extension(person): Extension<Person>,
    Path(staff): Path<String>,
) -> Result<Response, Problem> {
    let account = looked_after(&front, &person, &staff)?;
    front.submit(None, Actor::Staff(account.id.clone()), Command::EndSessions).await?;
    tracing::info!(staff.id = %account.id, by = %person.id, "somebody was signed out everywhere");
    Ok(nothing())
}

/// A code that lets somebody's phone in.
pub(crate) async fn code(
    State(front): State<Arc<Front>>,
    Extension(person): Extension<Person>,
    Path(staff): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let account = looked_after(&front, &person, &staff)?;
    let code = front.enrolments.make(&account.id, Front::random()?, front.boot());
    // The address by which the manager is here serves phones too, unless it is this machine's own.
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let scheme = if front.secure { "https" } else { "http" };
    let url = format!("{scheme}://{host}/enrol/{code}");
    let drawn = QrCode::new(&url).map_err(|_| Problem::internal())?;
    let drawn = drawn.render::<svg::Color<'_>>().min_dimensions(CODE_SIZE, CODE_SIZE).build();
    tracing::info!(staff.id = %account.id, by = %person.id, "a code for a phone was made");
    let expires_in_ms = u64::try_from(LIFE.as_millis()).unwrap_or(u64::MAX);
    Ok(axum::Json(json!({ "url": url, "qr": drawn, "expires_in_ms": expires_in_ms, "local": is_local(host) }))
        .into_response())
}

/// Whether only this machine can open the address.
fn is_local(host: &str) -> bool {
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name).trim_matches(['[', ']']);
    name == "localhost" || name.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.to_canonical().is_loopback())
}

/// Sets the password of whoever a code is for, and opens a session; the code is spent.
pub(crate) async fn enrol(front: &Front, code: &str, password: String) -> Result<String, Problem> {
    let expired = || Problem::new(Code::CodeExpired, "this code is used or older than ten minutes: ask for another");
    let staff = front.enrolments.whose(code, front.boot()).ok_or_else(expired)?;
    let place = front.password_checks.acquire().await.map_err(|_| Problem::internal())?;
    let hashed = tokio::task::spawn_blocking(move || password::hash(&password)).await;
    drop(place);
    let hashed = hashed.map_err(|_| Problem::internal())?.map_err(|error| match error {
        password::PasswordError::TooShort | password::PasswordError::TooLong => Problem::bad_body(error.to_string()),
        password::PasswordError::Random | password::PasswordError::Hash => Problem::internal(),
    })?;
    let known = front.parts.handle.roster().borrow().accounts.get(&staff).cloned().ok_or_else(expired)?;
    let details = known.secret.get().cloned().ok_or_else(expired)?;
    if !front.enrolments.spend(&staff, code, front.boot()) {
        return Err(expired());
    }
    let details = StaffDetails { password: Personal::new(hashed), ..details };
    let account = Account {
        secret: Secret::open(Subject::Staff(staff.clone()), details),
        // What the old password opened is over.
        session_generation: known.session_generation.wrapping_add(1),
        ..known
    };
    let expect = account.clone();
    change(front, Command::SetAccount(account.clone()), move |roster| {
        roster.accounts.get(&expect.id).is_some_and(|seen| seen.session_generation == expect.session_generation)
    })
    .await?;
    tracing::info!(staff.id = %staff, "a phone was let in by its code");
    Ok(front.sessions.issue(&account, front.now(), Front::random()?))
}

/// Changes the roster, and waits until whoever reads it next sees the change.
async fn change(front: &Front, command: Command, seen: impl Fn(&Roster) -> bool) -> Result<(), Problem> {
    front.submit(None, Actor::System, command).await?;
    front.parts.handle.roster_shows(seen).await;
    Ok(())
}

fn looked_after(front: &Front, person: &Person, staff: &str) -> Result<Account, Problem> {
    const NOBODY: &str = "there is no such member of staff";
    let staff: StaffId = id(staff, Code::UnknownStaff, NOBODY)?;
    let account = front.parts.handle.roster().borrow().accounts.get(&staff).cloned();
    let account = account.ok_or_else(|| Problem::new(Code::UnknownStaff, NOBODY))?;
    look_after(person, account.role)?;
    Ok(account)
}

fn look_after(person: &Person, whom: Role) -> Result<(), Problem> {
    if may_look_after(person.role, whom) { Ok(()) } else { Err(Problem::forbidden()) }
}

fn may_look_after(role: Role, whom: Role) -> bool {
    can(role, Action::ManagePeople, if whom == Role::Admin { Object::Admin } else { Object::Any })
}

fn own_account() -> Problem {
    Problem::new(Code::OwnAccount, "nobody takes their own account away or gives it another role: ask a colleague")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_machine_of_its_own_is_told_from_an_address_that_phones_can_open() {
        for local in ["127.0.0.1:8080", "localhost:8080", "localhost", "[::1]:8080", "127.0.0.2"] {
            assert!(is_local(local), "{local}");
        }
        for open in ["192.168.1.20:8443", "showroom.example.com", "[fd00::1]:8443", "localhost.example.com"] {
            assert!(!is_local(open), "{open}");
        }
    }

    #[test]
    fn a_name_is_what_stands_on_a_badge() {
        assert_eq!(a_name("  王   芳 ").unwrap().unwrap().reveal(), "王 芳");
        assert_eq!(a_name("   ").unwrap(), None);
        assert!(a_name(&"王".repeat(41)).is_err() && a_name("a\u{7}b").is_err());
    }
}
