//! The codes that kiosks show: short-lived ones, each new one signed here, and the store's long-lived one.

use std::sync::Arc;
use std::time::Duration;

use shared::clock::Clock;
use shared::ids::DeviceId;
use shared::qr::{MAX_URL_BYTES, Token, TokenKind};
use shared::wire::QrOffer;

/// How long an offer is good (DESIGN §6).
pub(super) const TTL: Duration = Duration::from_mins(2);

/// What makes offers possible. Without it kiosks show no code.
#[derive(Clone)]
pub struct Offers {
    /// The showroom's signing key.
    pub key: [u8; 32],
    /// What phones can open, without the slash at the end: `https://showroom.example`.
    pub base_url: String,
    /// How long an offer is good, at least 2 s. A demo with a fast clock passes less than the default.
    pub ttl: Duration,
}

impl Offers {
    /// Offers of the usual 120 s.
    pub fn new(key: [u8; 32], base_url: impl Into<String>) -> Self {
        Self { key, base_url: base_url.into(), ttl: TTL }
    }
}

/// Makes tokens.
pub(in crate::mqtt) struct Issuer {
    offers: Offers,
    clock: Arc<dyn Clock>,
}

impl Issuer {
    /// `None`, and one line that says why, when there can be no codes.
    pub(in crate::mqtt) fn new(offers: Option<Offers>, clock: Arc<dyn Clock>) -> Option<Self> {
        let Some(offers) = offers else {
            tracing::warn!(
                "kiosks show no code: no address is known under which visitors' phones reach the gateway; set web.public_url, or web.visitor_listen"
            );
            return None;
        };
        let base_url = offers.base_url.trim_end_matches('/').to_owned();
        let ttl = offers.ttl.max(Duration::from_secs(2));
        Some(Self { offers: Offers { base_url, ttl, ..offers }, clock })
    }

    /// Half an offer's life.
    pub(in crate::mqtt) fn renew_every(&self) -> Duration {
        self.offers.ttl / 2
    }

    /// A fresh code for a kiosk's screen.
    pub(super) fn offer(&self, kiosk: &DeviceId) -> Option<QrOffer> {
        let ttl_ms = u64::try_from(self.offers.ttl.as_millis()).unwrap_or(u64::MAX);
        self.url(TokenKind::Kiosk, kiosk).map(|url| QrOffer { url, ttl_ms, at: Some(self.clock.now()) })
    }

    /// The long-lived code that this kiosk shows while the gateway cannot be reached.
    pub(super) fn printed(&self, kiosk: &DeviceId) -> Option<String> {
        self.url(TokenKind::Printed, kiosk)
    }

    fn url(&self, kind: TokenKind, place: &DeviceId) -> Option<String> {
        let mut nonce = [0; 6];
        if let Err(error) = getrandom::fill(&mut nonce) {
            tracing::error!(%error, "no random bytes, so no code");
            return None;
        }
        let token = Token { kind, issued_at: self.clock.now(), nonce, place: place.clone() };
        let url = format!("{}/i/{}", self.offers.base_url, token.sign(&self.offers.key));
        if url.len() > MAX_URL_BYTES {
            tracing::warn!(kiosk.id = %place, bytes = url.len(), most = MAX_URL_BYTES, "no code: its address is too long to be read from a screen; shorten the public address or the kiosk's name");
            return None;
        }
        Some(url)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::clock::SystemClock;

    fn issuer(base: &str) -> Issuer {
        Issuer::new(Some(Offers::new([7; 32], base)), Arc::new(SystemClock)).unwrap()
    }

    #[test]
    fn an_offer_carries_a_token_that_names_the_kiosk() {
        let offer = issuer("https://showroom.example/").offer(&"entrance".parse().unwrap()).unwrap();
        let token = offer.url.strip_prefix("https://showroom.example/i/").unwrap();
        let token = Token::verify(token, &[7; 32]).unwrap();
        assert_eq!((token.kind, token.place.as_str()), (TokenKind::Kiosk, "entrance"));
        assert_eq!(offer.ttl_ms, 120_000);
    }

    #[test]
    fn two_offers_of_one_second_differ() {
        let (issuer, kiosk) = (issuer("https://a"), "k".parse().unwrap());
        assert_ne!(issuer.offer(&kiosk), issuer.offer(&kiosk));
    }

    #[test]
    fn an_address_that_no_phone_could_read_is_not_offered() {
        let issuer = issuer(&format!("https://{}", "a".repeat(80)));
        assert_eq!(issuer.offer(&"entrance".parse().unwrap()), None);
    }
}
