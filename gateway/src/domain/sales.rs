//! Sales: so far, the interest that visitors register; scores, needs, quotes and the rest come with their issues.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use shared::consent::Consent;
use shared::ids::{DeviceId, LeadId, ModelId, VisitId};
use shared::personal::Personal;
use shared::phone::PhoneNumber;
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
}

impl LeadChannel {
    /// As written in exports.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::KioskQr => "kiosk_qr",
            Self::PrintedQr => "printed_qr",
            Self::Api => "api",
        }
    }
}

/// When somebody means to buy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum When {
    /// 一个月内
    Month,
    /// 三个月内
    Quarter,
    /// 半年内
    HalfYear,
    /// 还没想好
    Undecided,
}

/// How much somebody means to spend, in ten thousand yuan 万.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Budget {
    /// 15 万以下
    Under15,
    /// 15–25 万
    To25,
    /// 25–40 万
    To40,
    /// 40 万以上
    Over40,
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

/// What has happened to leads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LeadEvent {
    /// Somebody registered interest.
    Received(Lead),
    /// The page of this code was submitted: the code opens no new page (nonce in hexadecimal).
    CodeSpent {
        /// The kiosk that showed it.
        kiosk: DeviceId,
        /// The token's nonce.
        nonce: String,
    },
    /// Somebody's contact was erased on request.
    Erased {
        /// Which lead.
        lead: LeadId,
    },
}

impl Secrets for LeadEvent {
    fn each_secret(&mut self, each: &mut dyn FnMut(&mut dyn Sealable)) {
        if let Self::Received(Lead { secret: Some(secret), .. }) = self {
            each(secret);
        }
    }
}

/// The sales area's state.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sales {
    /// Leads that were registered and not erased.
    leads: BTreeSet<LeadId>,
    /// Codes that were used, by nonce, and when: they open no new page.
    spent: BTreeMap<String, DateTime<Utc>>,
}

impl Sales {
    /// Applies an event; `code_kept` is how long a spent code has to be remembered.
    pub fn apply(&mut self, event: &LeadEvent, at: DateTime<Utc>, code_kept: TimeDelta) {
        match event {
            LeadEvent::Received(lead) => {
                self.leads.insert(lead.id);
            }
            LeadEvent::CodeSpent { nonce, .. } => {
                self.spent.retain(|_, spent_at| at - *spent_at <= code_kept);
                self.spent.insert(nonce.clone(), at);
            }
            LeadEvent::Erased { lead } => {
                self.leads.remove(lead);
            }
        }
    }

    /// Whether this code was used.
    #[must_use]
    pub fn is_spent(&self, nonce: &str) -> bool {
        self.spent.contains_key(nonce)
    }

    /// Codes that were used lately.
    pub fn spent(&self) -> impl Iterator<Item = &str> {
        self.spent.keys().map(String::as_str)
    }

    /// Whether this lead is known and not erased.
    #[must_use]
    pub fn knows(&self, lead: LeadId) -> bool {
        self.leads.contains(&lead)
    }
}
