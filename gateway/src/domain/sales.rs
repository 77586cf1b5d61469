//! Sales: so far, the interest that visitors register, and how promising they are; needs, quotes and the rest come with their issues.
//!
//! [`book`] is the state; [`score`] says how promising somebody is; `kiosk` makes leads of what was agreed to at a kiosk; `contact` is who may see, and who takes away, how a
//! person is reached.

pub mod book;
mod contact;
mod kiosk;
pub mod score;
#[cfg(test)]
mod stories;

pub use book::{Sales, SalesRules};
pub(in crate::domain) use contact::staff_or_system;
pub use score::{Encounter, ScoreRules, Signals};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use shared::consent::Consent;
use shared::ids::{DeviceId, LeadId, ModelId, StaffId, VisitId};
use shared::personal::Personal;
use shared::phone::PhoneNumber;
pub use shared::wire::{Budget, When};
use shared::wire::{Language, Title};

use super::secret::{Sealable, Secret, Secrets};

/// Where an interest came from 渠道; fixed when it comes in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LeadChannel {
    /// The code on a kiosk's screen.
    KioskQr,
    /// A printed code: car, poster, campaign; or a kiosk's stand-in while offline.
    PrintedQr,
    /// An HTTP call.
    Api,
    /// The kiosk itself, with consent to contact.
    Kiosk,
}

impl LeadChannel {
    /// As written in exports.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::KioskQr => "kiosk_qr",
            Self::PrintedQr => "printed_qr",
            Self::Api => "api",
            Self::Kiosk => "kiosk",
        }
    }
}

/// How to reach somebody: kept only with consent to contact.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    /// Name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Personal>,
    /// Form of address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<Title>,
    /// Telephone number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<PhoneNumber>,
}

impl Contact {
    /// Whether nobody can be reached or recognised by it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// What somebody registered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lead {
    /// Which.
    pub id: LeadId,
    /// The channel.
    pub channel: LeadChannel,
    /// The kiosk, or the name of what the code is printed on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<DeviceId>,
    /// The visit that it joined or opened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub visit: Option<VisitId>,
    /// Their language.
    pub language: Language,
    /// Models of interest.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub models: Vec<ModelId>,
    /// When they mean to buy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<When>,
    /// What they mean to spend.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub budget: Option<Budget>,
    /// Consents, with their wording.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub consents: Vec<Consent>,
    /// Name and number, under the lead's key; only with consent to contact.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret: Option<Secret<Contact>>,
}

/// Why a contact was erased.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Erasure {
    /// The person asked for it, or took the consent back.
    #[default]
    Withdrawn,
    /// The visitor took the consent back at the kiosk.
    TakenBack,
    /// It was kept for as long as the consent said.
    Expired,
}

impl Erasure {
    /// As written in exports.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Withdrawn => "withdrawn",
            Self::TakenBack => "taken_back",
            Self::Expired => "expired",
        }
    }
}

/// What has happened to leads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LeadEvent {
    /// Somebody registered interest.
    Received(Lead),
    /// The lead says something else now: the visitor at the kiosk told more.
    Changed(Lead),
    /// The page of this code was submitted: the code opens no new page (nonce in hexadecimal).
    CodeSpent {
        /// The kiosk that showed it.
        kiosk: DeviceId,
        /// The token's nonce.
        nonce: String,
    },
    /// After long silence the clock says that contacts are to be erased: it may be wrong, and an erasure cannot be undone.
    ClockDoubted {
        /// Until when nothing is erased by age, unless the clock is set back.
        #[serde(with = "chrono::serde::ts_milliseconds")]
        until: DateTime<Utc>,
    },
    /// Somebody's contact was erased.
    Erased {
        /// Which lead.
        lead: LeadId,
        /// Who did it; none where the gateway did, or whoever holds its control socket.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<StaffId>,
        /// Why.
        #[serde(default)]
        why: Erasure,
    },
}

impl Secrets for LeadEvent {
    fn each_secret(&mut self, each: &mut dyn FnMut(&mut dyn Sealable)) {
        if let Self::Received(Lead { secret: Some(secret), .. }) | Self::Changed(Lead { secret: Some(secret), .. }) =
            self
        {
            each(secret);
        }
    }
}
