//! Kiosks: claims of new ones, and work on those that are there.

use std::net::IpAddr;
use std::sync::Arc;

use axum::Extension;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use serde::{Deserialize, Serialize};
use serde_json::json;
use shared::ids::{DeviceId, StaffId, StoreId};

use super::done;
use super::sessions::address;
use crate::domain::roster::{Device, DeviceKind};
use crate::domain::{Actor, Command};
use crate::runtime::Done;
use crate::web::BrokerDoor;
use crate::web::address::Path;
use crate::web::body::Json;
use crate::web::claims::{ClaimId, LIFE, Standing};
use crate::web::front::Front;
use crate::web::listener::Peer;
use crate::web::problem::{Code, Problem};
use crate::web::session::Person;

/// What a new kiosk sends.
#[derive(Deserialize)]
pub(crate) struct Claim {
    /// SHA-256 of the password that it made, in hexadecimal.
    password_sha256: String,
}

/// What a manager types.
#[derive(Deserialize)]
pub(crate) struct Grant {
    pub(crate) code: String,
    pub(crate) name: String,
    /// Take the place of a kiosk of this name.
    #[serde(default)]
    pub(crate) replace: bool,
}

#[derive(Deserialize)]
pub(crate) struct Maintenance {
    on: bool,
}

/// How far a claim is, for its kiosk.
#[derive(Serialize)]
#[serde(tag = "state", rename_all = "snake_case")]
enum Told {
    Waiting,
    Granted { store: StoreId, name: DeviceId, client_id: String, mqtt: Broker },
}

/// Where devices connect, on the host that the kiosk knows already.
#[derive(Serialize)]
struct Broker {
    port: u16,
    tls: bool,
}

pub(crate) async fn claim(
    State(front): State<Arc<Front>>,
    peer: Option<Extension<Peer>>,
    Json { value: Claim { password_sha256 }, .. }: Json<Claim>,
) -> Result<Response, Problem> {
    let hash = password_sha256.to_ascii_lowercase();
    if hash.len() != 64 || !hash.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(Problem::bad_body("password_sha256 is a SHA-256 in hexadecimal"));
    }
    let address = address(peer);
    broker_for(&front, address)?;
    let id: ClaimId = Front::random()?;
    let random = u32::from_be_bytes(Front::random()?);
    let code = front.claims.ask(id, hash, address, random, front.boot()).map_err(|_| {
        Problem::unavailable(Code::TooManyClaims, "too many kiosks wait for a manager: try again later", 60)
    })?;
    tracing::info!(%address, "a kiosk asks to be let in");
    let expires_in_ms = u64::try_from(LIFE.as_millis()).unwrap_or(u64::MAX);
    let body = json!({ "claim": hex::encode(id), "code": code, "expires_in_ms": expires_in_ms });
    Ok((StatusCode::CREATED, axum::Json(body)).into_response())
}

pub(crate) async fn standing(
    State(front): State<Arc<Front>>,
    peer: Option<Extension<Peer>>,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let id: Option<ClaimId> = hex::decode(id).ok().and_then(|id| id.try_into().ok());
    let standing = id.and_then(|id| front.claims.standing(&id, front.boot()));
    let told = match standing.ok_or_else(Problem::not_found)? {
        Standing::Waiting => Told::Waiting,
        Standing::Granted(name) => {
            let BrokerDoor { addr, tls } = broker_for(&front, address(peer))?;
            let client_id = format!("{}-{name}", DeviceKind::Kiosk.as_str());
            let mqtt = Broker { port: addr.port(), tls };
            Told::Granted { store: front.parts.showroom.store.clone(), name, client_id, mqtt }
        }
    };
    Ok(axum::Json(told).into_response())
}

pub(crate) async fn grant(
    State(front): State<Arc<Front>>,
    Extension(person): Extension<Person>,
    peer: Option<Extension<Peer>>,
    Json { value, .. }: Json<Grant>,
) -> Result<Response, Problem> {
    let name = let_in(&front, &person.id, address(peer), value).await?;
    Ok(axum::Json(json!({ "name": name })).into_response())
}

pub(crate) async fn set_maintenance(
    State(front): State<Arc<Front>>,
    Extension(person): Extension<Person>,
    Path(kiosk): Path<String>,
    headers: HeaderMap,
    Json { value: Maintenance { on }, bytes }: Json<Maintenance>,
) -> Result<Response, Problem> {
    maintain(&front, &person, &headers, &kiosk, on, &bytes).await.map(done)
}

/// Begins or ends work on a kiosk.
pub(crate) async fn maintain(
    front: &Front,
    person: &Person,
    headers: &HeaderMap,
    kiosk: &str,
    on: bool,
    body: &[u8],
) -> Result<Done, Problem> {
    let kiosk: DeviceId = kiosk.parse().map_err(|_| Problem::not_found())?;
    let done = front.by(person, headers, "maintenance", body, Command::SetMaintenance(kiosk.clone(), on)).await?;
    tracing::info!(kiosk.id = %kiosk, staff.id = %person.id, on, "work on a kiosk began or ended");
    Ok(done)
}

/// Gives the kiosk behind a code an account; its name. Whoever guesses codes has to wait, as with passwords.
pub(crate) async fn let_in(
    front: &Front,
    staff: &StaffId,
    address: IpAddr,
    Grant { code, name, replace }: Grant,
) -> Result<DeviceId, Problem> {
    if let Some(wait) = front.guesses.wait(staff, address, front.boot()) {
        let seconds = wait.as_secs() + 1;
        let detail = format!("too many wrong codes: try again in {seconds} s");
        return Err(Problem::new(Code::TooManyTries, detail).retry_after(seconds));
    }
    let name: DeviceId = name.trim().to_lowercase().parse().map_err(|_| {
        let detail = "a kiosk's name is 1 to 32 of a–z, 0–9 and -, such as entrance";
        Problem::new(Code::BadName, detail)
    })?;
    let code: String = code.chars().filter(char::is_ascii_digit).collect();
    let Some((id, password_sha256)) = front.claims.behind(&code, front.boot()) else {
        front.guesses.failed(staff, address, front.boot());
        let detail = "no kiosk shows this code now; codes are good for ten minutes";
        return Err(Problem::new(Code::UnknownCode, detail));
    };
    let taken = front.parts.handle.roster().borrow().devices.values().any(|device| device.is_kiosk(&name));
    if taken && !replace {
        let detail = "a kiosk of this name is there already: choose another, or let this one take its place";
        return Err(Problem::new(Code::NameTaken, detail));
    }
    let device = Device::new(name.clone(), DeviceKind::Kiosk, password_sha256);
    front.submit(None, Actor::System, Command::SetDevice(device)).await?;
    front.claims.grant(&id, name.clone(), front.boot());
    front.guesses.went_well(staff);
    tracing::info!(kiosk.id = %name, staff.id = %staff, "a kiosk was let in");
    Ok(name)
}

/// Where a kiosk at this address can connect.
fn broker_for(front: &Front, address: IpAddr) -> Result<BrokerDoor, Problem> {
    let conflict = |code, detail: &str| Problem::new(code, detail);
    let broker = (front.parts.broker)().ok_or_else(|| {
        conflict(Code::ExternalBroker, "devices of this showroom have their accounts at a broker of its own (mqtt.url)")
    })?;
    if broker.addr.ip().is_loopback() && !address.is_loopback() {
        return Err(conflict(
            Code::BrokerOutOfReach,
            "devices are served on the gateway's own machine alone: set mqtt.listen",
        ));
    }
    Ok(broker)
}
