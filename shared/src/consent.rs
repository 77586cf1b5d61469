//! What a person agreed to: per purpose, with the wording that stood there.

use serde::{Deserialize, Serialize};

/// What personal data may be used for. Each is asked for alone and never ticked beforehand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConsentPurpose {
    /// To be contacted about what the person asked.
    Contact,
    /// Marketing messages.
    Marketing,
    /// Sharing with the maker or the dealer group.
    Sharing,
    /// Keeping the driving licence's data.
    Licence,
}

impl ConsentPurpose {
    /// Every purpose.
    pub const ALL: [Self; 4] = [Self::Contact, Self::Marketing, Self::Sharing, Self::Licence];

    /// The purpose as it is written on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Contact => "contact",
            Self::Marketing => "marketing",
            Self::Sharing => "sharing",
            Self::Licence => "licence",
        }
    }
}

/// One consent, given or taken back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Consent {
    /// For what.
    pub purpose: ConsentPurpose,
    /// Version of the text that the person saw.
    pub wording: String,
    /// Given, or taken back.
    pub given: bool,
}

/// A consent text: names processor and contact, purpose, method, kinds of data, retention and withdrawal (PIPL art. 17).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wording {
    /// For what.
    pub purpose: ConsentPurpose,
    /// Version, kept with each consent.
    pub version: String,
    /// 中文
    pub zh: String,
    /// English.
    pub en: String,
}
