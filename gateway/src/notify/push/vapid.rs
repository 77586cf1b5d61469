//! The gateway's own key pair for push services, and the word with which it names itself to them (VAPID, RFC 8292).
//!
//! The key derives from the store secret in the key file: nothing more to keep, back up or lose, and after a restore the browsers'
//! subscriptions, each bound to this key, go on.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use hmac::{Hmac, Mac as _};
use p256::ecdsa::signature::Signer as _;
use p256::ecdsa::{Signature, SigningKey};
use serde_json::json;
use sha2::Sha256;

/// How long a word holds. At most a day is allowed (RFC 8292 §2); half of it forgives a clock that is some hours wrong.
const HOLDS: TimeDelta = TimeDelta::hours(12);

/// The private key. Never printed.
#[derive(Clone)]
pub struct VapidKey(SigningKey);

impl VapidKey {
    /// The key of these 32 secret bytes: the same for ever. `None` where none of 256 numbers lies below the curve's order, of which one in four billion does not.
    #[must_use]
    pub fn derive(secret: &[u8; 32]) -> Option<Self> {
        // A number that is not below the order is passed over, so that each key is as likely as any other.
        let tried = (0..=u8::MAX).find_map(|count| {
            let mut mac = Hmac::<Sha256>::new_from_slice(secret).ok()?;
            mac.update(b"vapid p-256");
            mac.update(&[count]);
            SigningKey::from_slice(&mac.finalize().into_bytes()).ok()
        });
        tried.map(Self)
    }

    /// The public key as browsers take it: the uncompressed point in Base64 for addresses.
    #[must_use]
    pub fn public(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0.verifying_key().to_encoded_point(false).as_bytes())
    }

    /// The value of `Authorization` for a service: a signed word of who sends, for how long it holds, and whom to write to.
    pub(super) fn authorization(&self, audience: &str, subject: &str, now: DateTime<Utc>) -> String {
        let head = json!({ "typ": "JWT", "alg": "ES256" });
        let claims = json!({ "aud": audience, "exp": (now + HOLDS).timestamp(), "sub": subject });
        let encoded = |part: serde_json::Value| URL_SAFE_NO_PAD.encode(part.to_string());
        let signed = format!("{}.{}", encoded(head), encoded(claims));
        let signature: Signature = self.0.sign(signed.as_bytes());
        format!("vapid t={signed}.{}, k={}", URL_SAFE_NO_PAD.encode(signature.to_bytes()), self.public())
    }
}

#[cfg(test)]
mod tests {
    use ring::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};

    use super::*;

    fn bytes(text: &str) -> Vec<u8> {
        URL_SAFE_NO_PAD.decode(text).unwrap()
    }

    /// Whether another library takes the word for signed.
    fn holds(token: &str, public: &str) -> bool {
        let (signed, signature) = token.rsplit_once('.').unwrap();
        let key = UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, bytes(public));
        key.verify(signed.as_bytes(), &bytes(signature)).is_ok()
    }

    #[test]
    fn the_judge_of_these_tests_takes_the_example_of_the_standard() {
        // RFC 8292 §2.4.
        let token = "eyJ0eXAiOiJKV1QiLCJhbGciOiJFUzI1NiJ9.eyJhdWQiOiJodHRwczovL3B1c2guZXhhbXBsZS5uZXQiLCJleHAiOjE0NTM1MjM3NjgsInN1YiI6Im1haWx0bzpwdXNoQGV4YW1wbGUuY29tIn0.i3CYb7t4xfxCDquptFOepC9GAu_HLGkMlMuCGSK2rpiUfnK9ojFwDXb1JrErtmysazNjjvW2L9OkSSHzvoD1oA";
        let key = "BA1Hxzyi1RUM1b5wjxsn7nGxAszw2u61m164i3MrAIxHF6YK5h4SDYic-dRuU_RCPCfA5aq9ojSwk5Y2EmClBPs";
        assert!(holds(token, key));
        assert!(!holds(&token.replace("eyJhdWQi", "eyJhdWQj"), key));
    }

    #[test]
    fn a_word_names_service_end_and_sender_and_is_signed() {
        let key = VapidKey::derive(&[7; 32]).unwrap();
        let now = DateTime::from_timestamp(1_453_480_568, 0).unwrap();
        let value = key.authorization("https://push.example.net", "mailto:push@example.com", now);
        let (token, public) = value.strip_prefix("vapid t=").unwrap().split_once(", k=").unwrap();
        assert_eq!(public, key.public());
        assert!(holds(token, public));
        let part = |at| serde_json::from_slice::<serde_json::Value>(&bytes(token.split('.').nth(at).unwrap())).unwrap();
        assert_eq!(part(0), json!({ "typ": "JWT", "alg": "ES256" }));
        assert_eq!(
            part(1),
            json!({ "aud": "https://push.example.net", "exp": 1_453_523_768, "sub": "mailto:push@example.com" })
        );
    }

    #[test]
    fn the_same_secret_gives_the_same_key_and_another_another() {
        let public = |secret| VapidKey::derive(&[secret; 32]).unwrap().public();
        assert_eq!(public(1), public(1));
        assert_ne!(public(1), public(2));
        assert_eq!(bytes(&public(1)).len(), 65);
    }
}
