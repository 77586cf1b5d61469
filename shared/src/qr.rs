//! The tokens inside QR codes: signed by the gateway, so that a photographed or invented one proves nothing.
//!
//! A token is base64url of: kind (1 byte), seconds since 2026-01-01 UTC (4, big-endian), nonce
//! (6), the place's name, and the first 12 bytes of HMAC-SHA-256 over all before. Whole URLs stay within
//! [`MAX_URL_BYTES`], so that a code of error correction M stays readable from a metre away.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use hmac::{Hmac, Mac};
use sha2::Sha256;

use crate::ids::{DeviceId, ModelId};

/// The longest URL that goes into a code (FACTS: read by two decoders from a screenshot at error correction M).
pub const MAX_URL_BYTES: usize = 106;

const MAC_BYTES: usize = 12;
const HEAD_BYTES: usize = 11;

/// Where a code is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TokenKind {
    /// On a kiosk's screen: short-lived, spent by one submission, proves presence.
    Kiosk,
    /// Printed (car, poster, campaign), or a kiosk's stand-in while offline: long-lived, makes only a lead.
    Printed,
}

/// A signed place and time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// Where it is shown.
    pub kind: TokenKind,
    /// When it was made, to the second.
    pub issued_at: DateTime<Utc>,
    /// Tells tokens of the same second apart; what is spent is the nonce.
    pub nonce: [u8; 6],
    /// The kiosk, or the name of what it is printed on.
    pub place: DeviceId,
}

/// Why a token is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// Not a token, cut off, or signed by nobody we know.
    #[error("this code is not one of ours")]
    Forged,
    /// Its time is over.
    #[error("this code has expired")]
    Expired,
}

impl Token {
    /// The token as text, signed with the showroom's key.
    #[must_use]
    pub fn sign(&self, key: &[u8; 32]) -> String {
        let mut bytes = Vec::with_capacity(HEAD_BYTES + self.place.as_str().len() + MAC_BYTES);
        bytes.push(match self.kind {
            TokenKind::Kiosk => 1,
            TokenKind::Printed => 2,
        });
        let seconds = (self.issued_at - epoch()).num_seconds();
        bytes.extend(u32::try_from(seconds).unwrap_or(0).to_be_bytes());
        bytes.extend(self.nonce);
        bytes.extend(self.place.as_str().as_bytes());
        let mac = mac(key, &bytes);
        bytes.extend(mac);
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// Reads a token and checks its signature, not its age.
    ///
    /// # Errors
    /// [`TokenError::Forged`].
    pub fn verify(text: &str, key: &[u8; 32]) -> Result<Self, TokenError> {
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| TokenError::Forged)?;
        let body = bytes.len().checked_sub(MAC_BYTES).ok_or(TokenError::Forged)?;
        let (signed, given) = bytes.split_at(body);
        let mut verifier = hmac(key);
        verifier.update(signed);
        verifier.verify_truncated_left(given).map_err(|_| TokenError::Forged)?;
        let (head, place) = signed.split_at_checked(HEAD_BYTES).ok_or(TokenError::Forged)?;
        let [kind, s0, s1, s2, s3, nonce @ ..] = head else { return Err(TokenError::Forged) };
        let place = std::str::from_utf8(place).map_err(|_| TokenError::Forged)?;
        Ok(Self {
            kind: match kind {
                1 => TokenKind::Kiosk,
                2 => TokenKind::Printed,
                _ => return Err(TokenError::Forged),
            },
            issued_at: epoch() + TimeDelta::seconds(i64::from(u32::from_be_bytes([*s0, *s1, *s2, *s3]))),
            nonce: nonce.try_into().map_err(|_| TokenError::Forged)?,
            place: place.parse().map_err(|_| TokenError::Forged)?,
        })
    }

    /// Checks the age by the gateway's clock.
    ///
    /// # Errors
    /// [`TokenError::Expired`]; also for one from more than a minute in the future.
    pub fn check_age(&self, now: DateTime<Utc>, lifetime: TimeDelta) -> Result<(), TokenError> {
        let age = now - self.issued_at;
        if age > lifetime || age < TimeDelta::minutes(-1) { Err(TokenError::Expired) } else { Ok(()) }
    }
}

/// The parameter that says which models somebody who leaves has looked at.
const LOOKED_AT: &str = "m=";

/// A store's address for somebody who leaves: it knows the models that they looked at, the first of them where a code has no room for
/// all, and nothing else about them.
#[must_use]
pub fn carrying(url: &str, models: &[ModelId]) -> String {
    let mut carrying = format!("{url}?{LOOKED_AT}");
    if carrying.len() > MAX_URL_BYTES {
        return url.to_owned();
    }
    for (at, model) in models.iter().enumerate() {
        let comma = usize::from(at > 0);
        if carrying.len() + comma + model.as_str().len() > MAX_URL_BYTES {
            break;
        }
        carrying.push_str(if comma == 1 { "," } else { "" });
        carrying.push_str(model.as_str());
    }
    carrying
}

/// The same as a parameter of any address.
#[must_use]
pub fn parameter(models: &[ModelId]) -> String {
    let names: Vec<&str> = models.iter().map(ModelId::as_str).collect();
    format!("{LOOKED_AT}{}", names.join(","))
}

/// The models in the query of such an address, if it is one. Whether they exist stands in the catalogue.
#[must_use]
pub fn carried(query: &str) -> Option<Vec<ModelId>> {
    let names = query.split('&').find_map(|pair| pair.strip_prefix(LOOKED_AT))?;
    Some(names.split(',').filter_map(|name| name.parse().ok()).take(20).collect())
}

fn epoch() -> DateTime<Utc> {
    // 2026-01-01T00:00:00Z: four bytes of seconds from here last until 2162.
    DateTime::UNIX_EPOCH + TimeDelta::seconds(1_767_225_600)
}

fn hmac(key: &[u8; 32]) -> Hmac<Sha256> {
    #[expect(clippy::expect_used, reason = "HMAC takes a key of any length; the error type is the trait's")]
    Hmac::<Sha256>::new_from_slice(key).expect("a key of 32 bytes")
}

fn mac(key: &[u8; 32], bytes: &[u8]) -> impl Iterator<Item = u8> + use<> {
    let mut hmac = hmac(key);
    hmac.update(bytes);
    hmac.finalize().into_bytes().into_iter().take(MAC_BYTES)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_leaves_carries_the_models_that_a_code_has_room_for() {
        let models = |names: &str| names.split(' ').map(|name| name.parse().unwrap()).collect::<Vec<ModelId>>();
        let url = "https://showroom.example/i/abc";
        assert_eq!(carrying(url, &[]), "https://showroom.example/i/abc?m=");
        assert_eq!(carrying(url, &models("s7 x5")), "https://showroom.example/i/abc?m=s7,x5");
        let long = format!("https://showroom.example/i/{}", "a".repeat(72));
        assert_eq!(carrying(&long, &models("s7 x5-long")), format!("{long}?m=s7"));
        let full = format!("https://showroom.example/i/{}", "a".repeat(79));
        assert_eq!(carrying(&full, &models("s7")), full);
        for (query, expect) in [
            ("m=s7,x5", Some(models("s7 x5"))),
            ("lang=en&m=s7", Some(models("s7"))),
            ("m=", Some(Vec::new())),
            ("m=S7,<b>,x5", Some(models("x5"))),
            ("lang=en", None),
            ("", None),
        ] {
            assert_eq!(carried(query), expect, "{query}");
        }
    }

    fn token() -> Token {
        Token {
            kind: TokenKind::Kiosk,
            issued_at: DateTime::from_timestamp(1_795_000_000, 0).unwrap(),
            nonce: [1, 2, 3, 4, 5, 6],
            place: "entrance".parse().unwrap(),
        }
    }

    #[test]
    fn a_signed_token_reads_back_and_a_changed_one_does_not() {
        let text = token().sign(&[7; 32]);
        assert_eq!(Token::verify(&text, &[7; 32]), Ok(token()));
        assert_eq!(Token::verify(&text, &[8; 32]), Err(TokenError::Forged));
        for at in 0..text.len() {
            let mut bytes = text.clone().into_bytes();
            bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(bytes).unwrap();
            assert_eq!(Token::verify(&changed, &[7; 32]), Err(TokenError::Forged), "byte {at}");
        }
        for cut in ["", "A", &text[..20]] {
            assert_eq!(Token::verify(cut, &[7; 32]), Err(TokenError::Forged));
        }
    }

    #[test]
    fn age_is_judged_by_the_given_clock() {
        let (token, two_minutes) = (token(), TimeDelta::minutes(2));
        assert_eq!(token.check_age(token.issued_at + two_minutes, two_minutes), Ok(()));
        assert_eq!(token.check_age(token.issued_at + TimeDelta::seconds(121), two_minutes), Err(TokenError::Expired));
        assert_eq!(token.check_age(token.issued_at - TimeDelta::seconds(61), two_minutes), Err(TokenError::Expired));
    }

    #[test]
    fn a_url_with_the_longest_place_fits_a_code() {
        let longest = Token { place: "x".repeat(32).parse().unwrap(), ..token() };
        assert!("http://192.168.100.100:8080/i/".len() + longest.sign(&[7; 32]).len() <= MAX_URL_BYTES);
    }
}
