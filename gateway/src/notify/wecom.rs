//! 企业微信 a message of the showroom's self-built application to one person: a template card with a link
//! (developer.work.weixin.qq.com: gettoken 91039, message/send 90236, errcodes 90313).
//!
//! Invariant: one token at a time is asked for, and kept until shortly before its end or until it is refused; neither token nor
//! secret is ever written down.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chrono::{DateTime, Utc};
use hyper::Method;
use hyper::header::{CONTENT_TYPE, HeaderValue};
use serde::Deserialize;
use serde_json::json;
use shared::clock::Clock;
use shared::ids::StaffId;
use shared::wire::Language;
use tokio::sync::Semaphore;

use super::call::Message;
use super::deliveries::Failure;
use super::http::{Address, Answer, Client};
use super::lane::{Channel, Setback};
use crate::domain::floor::visit::Channel as Kind;

/// A token is asked for anew so long before its end, which WeCom sets at two hours.
const EARLY: Duration = Duration::from_mins(5);
/// The same content to the same person is not shown twice within so many seconds: half an hour.
const DUPLICATE_S: u32 = 1800;
/// Too many calls in a minute.
pub(super) const TOO_OFTEN: i64 = 45009;
const TOO_MANY_AT_ONCE: i64 = 45033;
const BUSY: i64 = -1;
/// The token is wrong or over.
const TOKEN: [i64; 3] = [40001, 40014, 42001];

/// The application, as configured.
pub struct WecomSetup {
    /// Where the API is: `https://qyapi.weixin.qq.com`.
    pub api: Address,
    /// 企业ID
    pub corp_id: String,
    /// 应用的 `AgentId`
    pub agent_id: u32,
    /// 应用 Secret
    pub secret: String,
    /// The WeCom account of each member of staff.
    pub people: BTreeMap<StaffId, String>,
}

/// The channel.
pub(super) struct Wecom {
    setup: WecomSetup,
    client: Client,
    clock: Arc<dyn Clock>,
    token: Mutex<Option<Token>>,
    asking: Semaphore,
}

#[derive(Clone)]
struct Token {
    text: String,
    /// By the boot clock.
    until: Duration,
}

/// What every answer of WeCom begins with, and what the two calls add.
#[derive(Debug, Default, Deserialize)]
struct Said {
    errcode: i64,
    #[serde(default)]
    access_token: String,
    #[serde(default)]
    expires_in: u64,
    #[serde(default)]
    invaliduser: String,
    #[serde(default)]
    unlicenseduser: String,
}

impl Wecom {
    pub(super) fn new(setup: WecomSetup, client: Client, clock: Arc<dyn Clock>) -> Self {
        Self { setup, client, clock, token: Mutex::default(), asking: Semaphore::new(1) }
    }

    async fn token(&self) -> Result<String, Setback> {
        // One asks, the others find what it was given.
        let _one = self.asking.acquire().await.map_err(|_| Failure::Unusable)?;
        let now = self.clock.read().boot;
        if let Some(token) = self.known().filter(|token| now < token.until) {
            return Ok(token.text);
        }
        let query = format!("corpid={}&corpsecret={}", escaped(&self.setup.corp_id), escaped(&self.setup.secret));
        let address = self.setup.api.at(&format!("/cgi-bin/gettoken?{query}"));
        let answer = self.client.call(Method::GET, &address, Vec::new(), Vec::new()).await?;
        let said = judge(&answer, self.clock.now())?;
        if said.access_token.is_empty() {
            return Err(Setback::Later(Failure::Answered(said.errcode)));
        }
        let until = now + Duration::from_secs(said.expires_in).saturating_sub(EARLY);
        self.keep(Some(Token { text: said.access_token.clone(), until }));
        Ok(said.access_token)
    }

    async fn send(&self, message: &Message, user: &str, token: &str) -> Result<(), Setback> {
        let address = self.setup.api.at(&format!("/cgi-bin/message/send?access_token={}", escaped(token)));
        let body = self.card(message, user).to_string().into_bytes();
        let headers = vec![(CONTENT_TYPE, HeaderValue::from_static("application/json"))];
        let answer = self.client.call(Method::POST, &address, headers, body).await?;
        let said = judge(&answer, self.clock.now())?;
        // Taken, but for nobody: the account is unknown, or the application may not see it.
        if said.invaliduser.is_empty() && said.unlicenseduser.is_empty() {
            Ok(())
        } else {
            Err(Setback::Never(Failure::Answered(NOBODY)))
        }
    }

    fn card(&self, message: &Message, user: &str) -> serde_json::Value {
        let (title, line) = message.words(Language::Zh);
        json!({
            "touser": user,
            "msgtype": "template_card",
            "agentid": self.setup.agent_id,
            "template_card": {
                "card_type": "text_notice",
                "main_title": { "title": title, "desc": line },
                "card_action": { "type": 1, "url": message.link() },
            },
            "enable_duplicate_check": 1,
            "duplicate_check_interval": DUPLICATE_S,
        })
    }

    fn known(&self) -> Option<Token> {
        self.token.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn keep(&self, token: Option<Token>) {
        *self.token.lock().unwrap_or_else(PoisonError::into_inner) = token;
    }

    /// Forgets a token that was refused, unless another has come since.
    fn forget(&self, refused: &str) {
        let mut token = self.token.lock().unwrap_or_else(PoisonError::into_inner);
        if token.as_ref().is_some_and(|token| token.text == refused) {
            *token = None;
        }
    }
}

/// WeCom's own code for "no receiver is valid".
const NOBODY: i64 = 81013;

impl Channel for Wecom {
    type Address = String;
    const KIND: Kind = Kind::Wecom;

    fn addresses(&self, staff: &StaffId) -> Vec<String> {
        self.setup.people.get(staff).cloned().into_iter().collect()
    }

    fn receiver(&self, _: &String) -> String {
        "wecom".to_owned()
    }

    async fn deliver(&self, message: &Message, user: &String) -> Result<(), Setback> {
        let token = self.token().await?;
        match self.send(message, user, &token).await {
            Err(Setback::Never(Failure::Answered(code))) if TOKEN.contains(&code) => {
                // Refused before its time: somebody else asked for a new one, or the secret was changed.
                self.forget(&token);
                let token = self.token().await?;
                self.send(message, user, &token).await
            }
            sent => sent,
        }
    }
}

/// Judges status and `errcode`.
fn judge(answer: &Answer, now: DateTime<Utc>) -> Result<Said, Setback> {
    Setback::judge(answer, now)?;
    let said: Said =
        serde_json::from_slice(&answer.body).map_err(|_| Setback::Later(Failure::Answered(answer.status.into())))?;
    let failure = Failure::Answered(said.errcode);
    match said.errcode {
        0 => Ok(said),
        BUSY | TOO_MANY_AT_ONCE => Err(Setback::Later(failure)),
        TOO_OFTEN => Err(Setback::Pause(failure, Duration::from_mins(1))),
        _ => Err(Setback::Never(failure)),
    }
}

/// Judges an answer of which the code alone matters.
pub(super) fn taken(answer: &Answer, now: DateTime<Utc>) -> Result<(), Setback> {
    judge(answer, now).map(drop)
}

/// For a query: everything but unreserved characters in hexadecimal (RFC 3986 §2.1).
fn escaped(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    text.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_goes_into_a_query_is_escaped() {
        assert_eq!(escaped("ww1a-_.~"), "ww1a-_.~");
        assert_eq!(escaped("a&b=c/+ 王"), "a%26b%3Dc%2F%2B%20%E7%8E%8B");
    }
}
