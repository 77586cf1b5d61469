//! Sessions without a store: a token says who signed in and when, signed with a key that outlives restarts.
//!
//! A token is void when its time is over, when its account is gone, when the account's `session_generation` moved (sign out
//! everywhere), or when it was signed out here since the start. Sent as `Authorization: Bearer`, or as a cookie.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use axum::http::{HeaderMap, HeaderValue, header};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use hmac::{Hmac, Mac as _};
use sha2::{Digest as _, Sha256};
use shared::ids::StaffId;

use crate::domain::roster::{Account, Role, Roster};

const LABEL: &[u8] = b"yingbin session v1";
const MOST_SIGNED_OUT: usize = 10_000;

/// Who is asking.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Person {
    pub(super) id: StaffId,
    pub(super) role: Role,
    /// Known by a cookie, which a browser also sends for pages of others: writes need a proof of origin.
    pub(super) by_cookie: bool,
    pub(super) token: String,
}

impl Person {
    /// Tells this session from the person's others, and opens nothing: eight bytes of its token's SHA-256, in hexadecimal.
    pub(super) fn session_mark(&self) -> String {
        hex::encode(Sha256::digest(self.token.as_bytes())).split_at(16).0.to_owned()
    }
}

/// Makes and judges tokens.
#[derive(Debug)]
pub(super) struct Sessions {
    key: [u8; 32],
    lifetime: TimeDelta,
    secure: bool,
    signed_out: Mutex<BTreeMap<String, DateTime<Utc>>>,
}

impl Sessions {
    pub(super) fn new(key: [u8; 32], lifetime: TimeDelta, secure: bool) -> Self {
        Self { key, lifetime, secure, signed_out: Mutex::default() }
    }

    /// A token for somebody whose password was right. `random` tells sessions of the same moment apart.
    pub(super) fn issue(&self, account: &Account, now: DateTime<Utc>, random: [u8; 6]) -> String {
        let payload = format!(
            "{}:{}:{}:{}",
            account.id,
            now.timestamp(),
            account.session_generation,
            URL_SAFE_NO_PAD.encode(random)
        );
        let signature = self.mac(payload.as_bytes()).finalize().into_bytes();
        format!("{}.{}", URL_SAFE_NO_PAD.encode(payload), URL_SAFE_NO_PAD.encode(signature))
    }

    /// Who holds this token now.
    pub(super) fn judge(&self, token: &str, roster: &Roster, now: DateTime<Utc>) -> Option<(StaffId, Role)> {
        let (payload, signature) = token.split_once('.')?;
        let (payload, signature) = (URL_SAFE_NO_PAD.decode(payload).ok()?, URL_SAFE_NO_PAD.decode(signature).ok()?);
        self.mac(&payload).verify_slice(&signature).ok()?;
        let payload = String::from_utf8(payload).ok()?;
        let mut fields = payload.split(':');
        let id: StaffId = fields.next()?.parse().ok()?;
        let issued = DateTime::from_timestamp(fields.next()?.parse().ok()?, 0)?;
        let generation: u32 = fields.next()?.parse().ok()?;
        let account = roster.accounts.get(&id)?;
        let alive = now - issued < self.lifetime && account.session_generation == generation;
        let signed_out = self.signed_out.lock().unwrap_or_else(PoisonError::into_inner).contains_key(token);
        (alive && !signed_out).then_some((id, account.role))
    }

    /// Makes a token void until the next restart, by when its cookie is long gone.
    pub(super) fn sign_out(&self, token: &str, now: DateTime<Utc>) {
        let mut signed_out = self.signed_out.lock().unwrap_or_else(PoisonError::into_inner);
        signed_out.retain(|_, at| now - *at < self.lifetime);
        if signed_out.len() < MOST_SIGNED_OUT {
            signed_out.insert(token.to_owned(), now);
        }
    }

    /// The token that a request carries.
    pub(super) fn token_of<'a>(&self, headers: &'a HeaderMap) -> Option<(&'a str, bool)> {
        let bearer = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        if let Some(token) = bearer.and_then(|value| value.strip_prefix("Bearer ")) {
            return Some((token.trim(), false));
        }
        cookie(headers, self.cookie_name()).map(|token| (token, true))
    }

    /// `Set-Cookie` for a new session.
    pub(super) fn cookie(&self, token: &str) -> Option<HeaderValue> {
        self.set_cookie(token, self.lifetime.num_seconds())
    }

    /// `Set-Cookie` that takes the session away.
    pub(super) fn no_cookie(&self) -> Option<HeaderValue> {
        self.set_cookie("", 0)
    }

    fn set_cookie(&self, token: &str, age_s: i64) -> Option<HeaderValue> {
        let secure = if self.secure { "; Secure" } else { "" };
        let name = self.cookie_name();
        HeaderValue::try_from(format!("{name}={token}; Path=/; Max-Age={age_s}; HttpOnly; SameSite=Lax{secure}")).ok()
    }

    /// `__Host-` lets no other host and no plain connection set it.
    fn cookie_name(&self) -> &'static str {
        if self.secure { "__Host-yingbin" } else { "yingbin" }
    }

    fn mac(&self, payload: &[u8]) -> Hmac<Sha256> {
        signer(&self.key, LABEL, payload)
    }
}

/// HMAC over a label and bytes; the label keeps sessions and tickets of one key apart.
pub(super) fn signer(key: &[u8; 32], label: &[u8], bytes: &[u8]) -> Hmac<Sha256> {
    #[expect(clippy::expect_used, reason = "HMAC takes a key of any length; the error type is the trait's")]
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("a key of 32 bytes");
    mac.update(label);
    mac.update(&[0]);
    mac.update(bytes);
    mac
}

/// A cookie of a request.
pub(super) fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find_map(|(found, value)| (found == name).then_some(value))
}

#[cfg(test)]
mod tests {
    use shared::personal::Personal;

    use super::*;
    use crate::domain::roster::StaffDetails;
    use crate::domain::secret::{Secret, Subject};

    fn account(generation: u32) -> Account {
        let id: StaffId = "wang".parse().unwrap();
        let details = StaffDetails { name: Personal::new("王芳"), latin: None, password: Personal::new("x") };
        Account {
            secret: Secret::open(Subject::Staff(id.clone()), details),
            id,
            role: Role::Reception,
            senior: false,
            languages: std::collections::BTreeSet::new(),
            session_generation: generation,
        }
    }

    fn roster(account: Account) -> Roster {
        let mut roster = Roster::default();
        roster.accounts.insert(account.id.clone(), account);
        roster
    }

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000 + seconds, 0).unwrap()
    }

    fn sessions() -> Sessions {
        Sessions::new([7; 32], TimeDelta::hours(16), true)
    }

    #[test]
    fn a_token_holds_until_its_time_is_over() {
        let token = sessions().issue(&account(3), at(0), [1; 6]);
        let judge = |seconds, generation| sessions().judge(&token, &roster(account(generation)), at(seconds));
        assert_eq!(judge(0, 3).map(|(id, role)| (id.to_string(), role)), Some(("wang".to_owned(), Role::Reception)));
        assert!(judge(16 * 3600 - 1, 3).is_some(), "also after a restart: these are other sessions with the same key");
        assert!(judge(16 * 3600, 3).is_none());
        assert!(judge(0, 4).is_none(), "signed out everywhere");
        assert!(sessions().judge(&token, &Roster::default(), at(0)).is_none(), "the account is gone");
        assert!(Sessions::new([8; 32], TimeDelta::hours(16), true).judge(&token, &roster(account(3)), at(0)).is_none());
    }

    #[test]
    fn a_changed_token_is_void() {
        let token = sessions().issue(&account(0), at(0), [1; 6]);
        for place in 0..token.len() {
            let mut bytes = token.clone().into_bytes();
            bytes[place] = if bytes[place] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(bytes).unwrap();
            assert!(sessions().judge(&changed, &roster(account(0)), at(0)).is_none(), "byte {place}");
        }
        for bad in ["", ".", "a.b", "x"] {
            assert!(sessions().judge(bad, &roster(account(0)), at(0)).is_none());
        }
    }

    #[test]
    fn signing_out_ends_one_session_and_not_the_other() {
        let sessions = sessions();
        let (here, there) = (sessions.issue(&account(0), at(0), [1; 6]), sessions.issue(&account(0), at(0), [2; 6]));
        sessions.sign_out(&here, at(5));
        assert!(sessions.judge(&here, &roster(account(0)), at(6)).is_none());
        assert!(sessions.judge(&there, &roster(account(0)), at(6)).is_some());
    }

    #[test]
    fn cookies_are_read_among_others_and_bearers_come_first() {
        let mut headers = HeaderMap::new();
        headers.insert(header::COOKIE, HeaderValue::from_static("a=1; __Host-yingbin=t.s; b=2"));
        assert_eq!(sessions().token_of(&headers), Some(("t.s", true)));
        headers.insert(header::AUTHORIZATION, HeaderValue::from_static("Bearer x.y"));
        assert_eq!(sessions().token_of(&headers), Some(("x.y", false)));
        assert_eq!(sessions().token_of(&HeaderMap::new()), None);
        let set = sessions().cookie("t").unwrap();
        assert_eq!(set, "__Host-yingbin=t; Path=/; Max-Age=57600; HttpOnly; SameSite=Lax; Secure");
    }
}
