//! The ticket inside a visitor's open page: proves that the page was opened in time with a code of ours, and names the one
//! event that its submission will be, so that submitting twice is one submission.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use hmac::Mac as _;
use shared::ids::EventId;
use uuid::Uuid;

use super::session::signer;

const LABEL: &[u8] = b"yingbin page ticket v1";
const MAC_BYTES: usize = 16;
/// How long an open page may be filled in (DESIGN §7).
pub(super) const LIFETIME: TimeDelta = TimeDelta::minutes(30);

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Ticket {
    /// What the submission will be known by.
    pub(super) event: EventId,
    /// When the page was opened.
    pub(super) opened_at: DateTime<Utc>,
}

/// Why a ticket is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TicketError {
    Forged,
    Expired,
}

#[derive(Debug)]
pub(super) struct Tickets {
    key: [u8; 32],
}

impl Tickets {
    pub(super) fn new(key: [u8; 32]) -> Self {
        Self { key }
    }

    /// The ticket as text, good only together with this code.
    pub(super) fn sign(&self, ticket: &Ticket, code: &str) -> String {
        let mut bytes = Vec::with_capacity(24 + MAC_BYTES);
        bytes.extend(ticket.event.uuid().as_bytes());
        bytes.extend(ticket.opened_at.timestamp_millis().to_be_bytes());
        let mac = self.mac(&bytes, code).finalize().into_bytes();
        bytes.extend(mac.into_iter().take(MAC_BYTES));
        URL_SAFE_NO_PAD.encode(bytes)
    }

    pub(super) fn verify(&self, text: &str, code: &str, now: DateTime<Utc>) -> Result<Ticket, TicketError> {
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| TicketError::Forged)?;
        let (signed, mac) = bytes.split_at_checked(24).ok_or(TicketError::Forged)?;
        if mac.len() != MAC_BYTES {
            return Err(TicketError::Forged);
        }
        self.mac(signed, code).verify_truncated_left(mac).map_err(|_| TicketError::Forged)?;
        let (event, opened_at) = signed.split_at_checked(16).ok_or(TicketError::Forged)?;
        let event = Uuid::from_slice(event).map_err(|_| TicketError::Forged)?;
        let opened_at = i64::from_be_bytes(opened_at.try_into().map_err(|_| TicketError::Forged)?);
        let opened_at = DateTime::from_timestamp_millis(opened_at).ok_or(TicketError::Forged)?;
        if now - opened_at > LIFETIME {
            return Err(TicketError::Expired);
        }
        Ok(Ticket { event: EventId::from_uuid(event), opened_at })
    }

    fn mac(&self, signed: &[u8], code: &str) -> hmac::Hmac<sha2::Sha256> {
        let mut mac = signer(&self.key, LABEL, signed);
        mac.update(code.as_bytes());
        mac
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ticket_is_good_for_half_an_hour_and_its_own_code() {
        let (tickets, opened_at) = (Tickets::new([1; 32]), DateTime::from_timestamp(1_800_000_000, 0).unwrap());
        let ticket = Ticket { event: EventId::new(opened_at, [3; 10]), opened_at };
        let text = tickets.sign(&ticket, "code");
        assert_eq!(tickets.verify(&text, "code", opened_at + LIFETIME), Ok(ticket));
        let late = opened_at + LIFETIME + TimeDelta::seconds(1);
        assert_eq!(tickets.verify(&text, "code", late), Err(TicketError::Expired));
        assert_eq!(tickets.verify(&text, "other", opened_at), Err(TicketError::Forged));
        assert_eq!(Tickets::new([2; 32]).verify(&text, "code", opened_at), Err(TicketError::Forged));
        for cut in ["", "AAAA", &text[..30], &text[..text.len() - 4]] {
            assert_eq!(tickets.verify(cut, "code", opened_at), Err(TicketError::Forged));
        }
    }
}
