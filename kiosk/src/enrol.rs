//! A new kiosk asks the gateway to be let in: it shows a code until a manager has typed it on `/manage/kiosks`.
//!
//! The password is made here, and the gateway sees its hash alone. Asks again when a code is too old, and goes on trying
//! through anything that may pass; the screen says how it stands.

use std::time::Duration;

use serde::Deserialize;
use serde_json::json;
use sha2::{Digest as _, Sha256};
use shared::ids::{DeviceId, StoreId};

use crate::account::{Account, Kept};
use crate::config::{Gateway, Secret};
use crate::http;
use crate::session::{Enrolment, Trouble};

/// For one request.
const PATIENCE: Duration = Duration::from_secs(10);
/// Between two looks whether the code was typed.
const LOOK_EVERY: Duration = Duration::from_secs(2);
/// After trouble.
const TRY_AGAIN: Duration = Duration::from_secs(5);
/// What an answer may have.
const MAX_ANSWER: u64 = 16 * 1024;

/// Why it did not work this time.
#[derive(Debug, thiserror::Error)]
enum EnrolError {
    #[error("the gateway does not answer")]
    Http(#[from] ureq::Error),
    #[error("the gateway says {status} {code}")]
    Refused { status: u16, code: String },
    #[error("the system gives no random bytes")]
    Random(#[from] getrandom::Error),
    #[error("the account cannot be kept")]
    Keep(#[from] std::io::Error),
}

impl EnrolError {
    fn trouble(&self) -> Trouble {
        match self {
            Self::Http(ureq::Error::Tls(_) | ureq::Error::Rustls(_)) => Trouble::Certificate,
            Self::Http(ureq::Error::Io(error)) if is_about_tls(error) => Trouble::Certificate,
            Self::Http(_) => Trouble::NoAnswer,
            Self::Refused { code, .. } if code == "external_broker" => Trouble::ExternalBroker,
            Self::Refused { code, .. } if code == "broker_out_of_reach" => Trouble::OutOfReach,
            Self::Refused { .. } | Self::Random(_) | Self::Keep(_) => Trouble::Other,
        }
    }
}

/// rustls says what it thinks of a certificate inside an I/O error.
fn is_about_tls(error: &std::io::Error) -> bool {
    error.kind() == std::io::ErrorKind::InvalidData
}

#[derive(Deserialize)]
struct Asked {
    claim: String,
    code: String,
}

#[derive(Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
enum Standing {
    Waiting,
    Granted { store: StoreId, name: DeviceId, client_id: String, mqtt: Broker },
}

#[derive(Deserialize)]
struct Broker {
    port: u16,
    tls: bool,
}

#[derive(Default, Deserialize)]
struct Problem {
    #[serde(default)]
    code: String,
}

/// Asks until the kiosk is let in, and keeps the account. `tell` hears how it stands.
pub(crate) async fn enrol(gateway: &Gateway, kept: &Kept, mut tell: impl FnMut(Enrolment)) -> Account {
    let mut complaint = None;
    loop {
        tell(Enrolment::Asking);
        match ask(gateway, kept, &mut tell).await {
            Ok(Some(account)) => {
                tracing::info!(kiosk.id = %account.name, "this kiosk was let in");
                return account;
            }
            // The code is too old, or the gateway was started anew.
            Ok(None) => {}
            Err(error) => {
                let line = crate::chain(&error);
                if complaint.as_ref() != Some(&line) {
                    tracing::warn!(gateway = gateway.url, error = line, "this kiosk is not let in yet");
                    complaint = Some(line);
                }
                tell(Enrolment::Trouble(error.trouble()));
                tokio::time::sleep(TRY_AGAIN).await;
            }
        }
    }
}

/// Whether a gateway answers there; changes nothing.
pub(crate) fn knock(gateway: &Gateway) -> Result<(), Trouble> {
    let door = Door { agent: http::agent(gateway.authority.as_deref(), PATIENCE), url: gateway.url.clone() };
    match door.standing("none") {
        Ok(_) => Ok(()),
        // It knows no such claim, and says so in a gateway's words.
        Err(EnrolError::Refused { code, .. }) if code == "not_found" => Ok(()),
        Err(error) => Err(error.trouble()),
    }
}

/// One claim, to its end: `None` when it is over without a manager.
async fn ask(gateway: &Gateway, kept: &Kept, tell: &mut impl FnMut(Enrolment)) -> Result<Option<Account>, EnrolError> {
    let mut random = [0; 32];
    getrandom::fill(&mut random)?;
    let password = hex::encode(random);
    let hash = hex::encode(Sha256::digest(&password));
    let door = Door { agent: http::agent(gateway.authority.as_deref(), PATIENCE), url: gateway.url.clone() };
    let asking = door.clone();
    let asked: Asked = on_a_thread(move || asking.claim(&hash)).await?;
    tell(Enrolment::Code { code: asked.code, gateway: gateway.url.clone() });
    loop {
        tokio::time::sleep(LOOK_EVERY).await;
        let (looking, claim) = (door.clone(), asked.claim.clone());
        let standing = on_a_thread(move || looking.standing(&claim)).await;
        let granted = match standing {
            // A short silence does not make the code on the screen wrong.
            Ok(Standing::Waiting) | Err(EnrolError::Http(_)) => continue,
            Ok(Standing::Granted { store, name, client_id, mqtt }) => {
                Account { store, name, client_id, password: Secret::new(password), port: mqtt.port, tls: mqtt.tls }
            }
            Err(EnrolError::Refused { status: 404, .. }) => return Ok(None),
            Err(error) => return Err(error),
        };
        let (keep, account) = (kept.clone(), granted.clone());
        on_a_thread(move || Ok(keep.write(&account)?)).await?;
        return Ok(Some(granted));
    }
}

#[derive(Clone)]
struct Door {
    agent: ureq::Agent,
    url: String,
}

impl Door {
    fn claim(&self, hash: &str) -> Result<Asked, EnrolError> {
        let body = json!({ "password_sha256": hash }).to_string();
        let answer =
            self.agent.post(format!("{}/api/v1/claims", self.url)).content_type("application/json").send(body)?;
        read(answer)
    }

    fn standing(&self, claim: &str) -> Result<Standing, EnrolError> {
        read(self.agent.get(format!("{}/api/v1/claims/{claim}", self.url)).call()?)
    }
}

fn read<T: serde::de::DeserializeOwned>(mut answer: ureq::http::Response<ureq::Body>) -> Result<T, EnrolError> {
    let status = answer.status().as_u16();
    let body = answer.body_mut().with_config().limit(MAX_ANSWER).read_to_vec()?;
    let refused = || {
        let problem: Problem = serde_json::from_slice(&body).unwrap_or_default();
        EnrolError::Refused { status, code: problem.code }
    };
    if !(200..300).contains(&status) {
        return Err(refused());
    }
    serde_json::from_slice(&body).map_err(|_| refused())
}

async fn on_a_thread<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, EnrolError> + Send + 'static,
) -> Result<T, EnrolError> {
    let done = tokio::task::spawn_blocking(work).await;
    done.unwrap_or_else(|error| Err(EnrolError::Keep(std::io::Error::other(error))))
}
