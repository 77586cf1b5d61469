//! What the gateway tells a kiosk, and what a kiosk says about itself.

use chrono::{DateTime, Utc};
use serde::de::IgnoredAny;
use serde::{Deserialize, Deserializer, Serialize};

use super::event::{Language, Purpose};
use crate::catalogue::Model;
use crate::consent::Wording;
use crate::ids::{StaffId, VisitId};
use crate::opening::Opening;

/// How far a visit is, as its visitor may know it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Somebody is being asked.
    Calling,
    /// Somebody accepted and is on the way.
    Coming,
    /// A consultant stands before the visitor.
    Greeted,
    /// Nobody is free: waiting, with an honest place in the queue.
    Queued,
    /// Reception receives the visitor.
    Reception,
    /// The visit is over.
    Ended,
}

impl Stage {
    /// Every stage.
    pub const ALL: [Self; 6] = [Self::Calling, Self::Coming, Self::Greeted, Self::Queued, Self::Reception, Self::Ended];
}

/// A picture by its content; fetched once and kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Picture {
    /// SHA-256 of the file, in hexadecimal.
    pub sha256: String,
    /// Where to fetch it.
    pub url: String,
}

/// A consultant as a visitor sees one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConsultantCard {
    /// Who; absent in a visit's status.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<StaffId>,
    /// The name on the badge.
    pub name: String,
    /// The same in Latin letters, for whoever reads no Chinese.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name_en: Option<String>,
    /// A photo.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub photo: Option<Picture>,
}

impl ConsultantCard {
    /// The name as it is said in a language.
    #[must_use]
    pub fn named(&self, language: Language) -> &str {
        match language {
            Language::Zh => &self.name,
            Language::En => self.name_en.as_ref().unwrap_or(&self.name),
        }
    }
}

/// `kiosk/{kiosk}/visit`: what the screen may tell. Ignored for a visit that is not on the screen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VisitStatus {
    /// The visit.
    pub visit: VisitId,
    /// How far it is.
    pub stage: Stage,
    /// Who comes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consultant: Option<ConsultantCard>,
    /// Place in the queue, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position: Option<u32>,
    /// Seconds, when there is ground for a figure: queued, about how long it takes; coming, within how long they usually come.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wait_s: Option<u32>,
}

/// `kiosk/{kiosk}/qr`: the code to show, until it is replaced or its time is over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QrOffer {
    /// What the code says.
    pub url: String,
    /// Milliseconds from receipt for which it may be shown.
    pub ttl_ms: u64,
    /// The gateway's clock when it said so, for the kiosk's clock skew.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<DateTime<Utc>>,
}

/// Events without a receipt that a kiosk keeps at most; beyond, it sends visitors to reception.
pub const OUTBOX_CAPACITY: u64 = 50_000;

/// From so many on somebody should look.
pub const OUTBOX_WORRY: u64 = OUTBOX_CAPACITY / 2;

/// Why a kiosk cannot keep what visitors say: it sends them to reception.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StorageTrouble {
    /// Its disk does not take anything.
    Broken,
    /// [`OUTBOX_CAPACITY`] events wait.
    Full,
    /// Something that this version does not know.
    #[serde(other)]
    Other,
}

impl StorageTrouble {
    /// Every trouble that a kiosk of this version tells of.
    pub const ALL: [Self; 2] = [Self::Broken, Self::Full];
}

/// `kiosk/{kiosk}/state`: retained, and the last will.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KioskState {
    /// Whether the kiosk is connected.
    pub online: bool,
    /// The kiosk's version.
    #[serde(default)]
    pub version: String,
    /// Events that wait for a receipt.
    #[serde(default)]
    pub outbox: u64,
    /// What is wrong with its disk; absent: nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub storage: Option<StorageTrouble>,
    /// The kiosk's wall clock when it said so, for the clock skew; absent in the last will.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<DateTime<Utc>>,
}

/// The brand on the welcome page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Brand {
    /// In Chinese.
    pub zh: String,
    /// In English.
    pub en: String,
}

/// How long an untouched screen keeps what a visitor left on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScreenTimes {
    /// Seconds until it asks whether anybody is there, 10 to 600.
    pub idle_s: u32,
    /// Seconds of the countdown after that, 5 to 60.
    pub countdown_s: u32,
}

/// The showroom's Wi-Fi for guests, which a visitor's phone has to join before a link on the LAN answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GuestWifi {
    /// Its name, 1 to 32 bytes.
    pub ssid: String,
    /// Its password (WPA, 8 to 63 characters); absent: it is open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password: Option<String>,
    /// It does not call out its name, so phones have to ask for it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub hidden: bool,
}

/// Those of a list's values that are known here.
fn known<'de, D: Deserializer<'de>, T: Deserialize<'de>>(list: D) -> Result<Vec<T>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Value<T> {
        Known(T),
        Unknown(IgnoredAny),
    }
    let list = Vec::<Value<T>>::deserialize(list)?;
    let known = |value| match value {
        Value::Known(value) => Some(value),
        Value::Unknown(IgnoredAny) => None,
    };
    Ok(list.into_iter().filter_map(known).collect())
}

/// `kiosk/{kiosk}/config`: retained.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KioskConfig {
    /// The brand.
    pub brand: Brand,
    /// The brand's colour, `#rrggbb`; white words must be readable on it ([`crate::colour`]).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accent: Option<String>,
    /// The brand's logo, shown in place of its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub logo: Option<Picture>,
    /// Purposes in the order in which they are offered. Those of a newer gateway that this kiosk does not know are passed over.
    #[serde(deserialize_with = "known")]
    pub purposes: Vec<Purpose>,
    /// Languages, the first being the default; the same.
    #[serde(deserialize_with = "known")]
    pub languages: Vec<Language>,
    /// Models that may be picked.
    #[serde(default)]
    pub models: Vec<Model>,
    /// Consultants who may be asked for.
    #[serde(default)]
    pub consultants: Vec<ConsultantCard>,
    /// Consent texts in force, one per purpose that is asked at the kiosk.
    #[serde(default)]
    pub wordings: Vec<Wording>,
    /// The store's long-lived QR code, for when the gateway cannot be reached.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub store_url: Option<String>,
    /// What a phone joins first; absent: the codes' link answers without.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub guest_wifi: Option<GuestWifi>,
    /// How long the screen waits; absent: as the kiosk's own file says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub times: Option<ScreenTimes>,
    /// Opening hours; absent: always open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opening: Option<Opening>,
    /// Somebody is working on this kiosk: it takes no check-ins.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub maintenance: bool,
    /// Hash of the staff menu's PIN (argon2id, PHC form); absent: no PIN, no menu.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub staff_pin: Option<String>,
    /// Whether taps make a sound; absent: as the device's own configuration says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sound: Option<bool>,
}
