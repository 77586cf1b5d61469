//! `[store]`: which showroom this is.

use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use shared::colour::{Colour, READABLE};
use shared::ids::StoreId;

use super::Faults;

/// A text in the showroom's two languages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bilingual {
    /// 中文
    pub zh: String,
    /// English.
    pub en: String,
}

impl Bilingual {
    /// The pair.
    pub fn new(zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self { zh: zh.into(), en: en.into() }
    }

    pub(super) fn check(&self, key: &str, faults: &mut Faults) {
        for (language, text) in [("zh", &self.zh), ("en", &self.en)] {
            faults.unless(!text.trim().is_empty(), &format!("{key}.{language}"), "must not be empty");
        }
    }

    /// As the domain takes it.
    #[must_use]
    pub fn pair(&self) -> (String, String) {
        (self.zh.clone(), self.en.clone())
    }
}

/// A time zone by its IANA name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Zone(pub Tz);

impl TryFrom<String> for Zone {
    type Error = &'static str;

    fn try_from(name: String) -> Result<Self, Self::Error> {
        name.parse().map(Self).map_err(|_| "must be a time zone such as Asia/Shanghai")
    }
}

impl From<Zone> for String {
    fn from(zone: Zone) -> Self {
        zone.0.name().to_owned()
    }
}

/// `[store]`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct StoreConfig {
    /// Its short name: in topics, exports and QR codes. The data folder keeps it, and refuses another.
    pub id: StoreId,
    /// The zone of its clocks: exports and the manager's day.
    pub zone: Zone,
    /// What people call it.
    pub name: Bilingual,
    /// The brand on the welcome page and in the greeting.
    pub brand: Bilingual,
    /// The brand's colour, `#rrggbb`: what stands out on the kiosk, with white words on it.
    pub accent: Option<String>,
    /// The brand's logo in place of its name: a file below `catalogue.pictures`, such as `brand/logo.png`.
    pub logo: Option<String>,
    /// Who answers for personal data by law: the company's registered name. Stands in every consent text.
    pub processor: Bilingual,
    /// How to reach that company about personal data: telephone, e-mail or address.
    pub contact: Bilingual,
}

impl Default for StoreConfig {
    fn default() -> Self {
        Self {
            id: super::name("demo"),
            zone: Zone(Tz::Asia__Shanghai),
            name: Bilingual::new("本店", "our showroom"),
            brand: Bilingual::new("本店", "our showroom"),
            accent: None,
            logo: None,
            processor: Bilingual::new("本店经营者", "the operator of this showroom"),
            contact: Bilingual::new("本店前台", "the reception of this showroom"),
        }
    }
}

impl StoreConfig {
    pub(super) fn validate(&self, faults: &mut Faults) {
        self.name.check("store.name", faults);
        self.brand.check("store.brand", faults);
        if let Some(accent) = &self.accent {
            let readable = |colour: Colour| colour.contrast(Colour::WHITE) >= READABLE;
            let problem = "must be a colour such as #0e4553 on which white words can be read (contrast at least 4.5:1)";
            faults.unless(accent.parse().is_ok_and(readable), "store.accent", problem);
        }
        if let Some(logo) = &self.logo {
            let problem = "must be a .png or .jpg file below catalogue.pictures, such as brand/logo.png";
            faults.unless(is_picture_below(logo), "store.logo", problem);
        }
        self.processor.check("store.processor", faults);
        self.contact.check("store.contact", faults);
    }
}

/// Whether a path names a picture below a folder, and cannot leave it.
fn is_picture_below(path: &str) -> bool {
    let inside = std::path::Path::new(path).components().all(|part| matches!(part, std::path::Component::Normal(_)));
    inside && crate::web::picture_kind(path).is_some()
}
