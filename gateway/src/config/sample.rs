//! The sample showroom: brand, models and staff for `--demo` and for tests. Not for a real showroom: everybody has the same
//! password, and it stands in a file that everybody can read.

use serde::Deserialize;
use shared::catalogue::Model;
use shared::ids::{DeviceId, StaffId};
use shared::wire::Language;

use super::{Config, StoreConfig};
use crate::domain::roster::{DeviceKind, Role};
use crate::mqtt::Password;

const SHOWROOM: &str = include_str!("../../../assets/sample/showroom.toml");

macro_rules! pictures {
    ($(#[$doc:meta])* $name:ident in $folder:literal: $($file:literal),*) => {
        $(#[$doc])*
        pub const $name: &[(&str, &[u8])] =
            &[$(($file, include_bytes!(concat!("../../../assets/pictures/", $folder, "/", $file, ".png")))),*];
    };
}

pictures! {
    /// The sample's cars, drawn by the project, by the model's id.
    PICTURES in "models": "e3", "gt", "m8", "s7", "x5", "x9"
}
pictures! {
    /// Faces of its staff, drawn as well; who has none stands on the kiosk with a sign.
    PORTRAITS in "staff": "chen", "li", "wang"
}

/// A showroom to look at.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sample {
    /// The showroom.
    pub store: StoreConfig,
    /// What everybody signs in with.
    pub password: String,
    /// The same as an argon2id hash in PHC form, made once: eight hashes would cost the demo its quick start. It is also
    /// how a password gets in that is shorter than a real account may have.
    pub password_hash: String,
    /// What opens the kiosk's staff menu.
    pub staff_pin: String,
    /// Its staff.
    pub staff: Vec<SampleStaff>,
    /// Its devices.
    pub devices: Vec<SampleDevice>,
    /// Its cars.
    pub models: Vec<Model>,
}

/// A member of the sample staff.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SampleStaff {
    /// Who.
    pub id: StaffId,
    /// The name on the badge.
    pub name: String,
    /// The same in Latin letters.
    #[serde(default)]
    pub latin: Option<String>,
    /// What they are.
    pub role: Role,
    /// Senior.
    #[serde(default)]
    pub senior: bool,
    /// Languages they speak.
    pub languages: Vec<Language>,
}

/// A device of the sample.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SampleDevice {
    /// Which.
    pub id: DeviceId,
    /// What it is.
    pub kind: DeviceKind,
}

/// The sample showroom.
///
/// # Panics
/// Never: the file is part of the program, and a test reads it.
#[must_use]
#[expect(clippy::expect_used, reason = "a file that is part of the program, read by a test")]
pub fn sample() -> Sample {
    toml::from_str(SHOWROOM).expect("the sample showroom reads")
}

impl Sample {
    /// Puts brand and models into a configuration that has none of its own.
    pub fn furnish(&self, config: &mut Config) {
        let bare = StoreConfig::default();
        let id = config.store.id.clone();
        let zone = config.store.zone;
        if config.store == (StoreConfig { id: id.clone(), zone, ..bare }) {
            config.store = StoreConfig { id, zone, ..self.store.clone() };
        }
        config.screens.staff_pin.get_or_insert_with(|| Password::new(&self.staff_pin));
        if config.catalogue.models.is_empty() {
            config.catalogue.models.clone_from(&self.models);
            config.catalogue.sample_pictures = config.catalogue.pictures.is_none();
        }
    }
}
