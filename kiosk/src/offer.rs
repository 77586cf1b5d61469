//! What the showroom offers on this kiosk: the gateway's retained configuration, checked, and the last good one kept on
//! disk, so that a restart offline still shows brand and purposes.
//!
//! It holds nothing personal, so it lies there in plain JSON. Losing it costs nothing but the brand's name until the link is back.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use shared::opening::OpeningError;
use shared::wire::{Brand, GuestWifi, KioskConfig, Language, Picture, Purpose, ScreenTimes};

use crate::accent::Accent;
use crate::whole;

const FILE: &str = "offer.json";
const MAX_BRAND: usize = 40;
const MAX_WORDING: usize = 2_000;
const MAX_MODELS: usize = 500;
const MAX_CONSULTANTS: usize = 500;

/// Why a configuration from the gateway is not used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OfferError {
    /// Nothing to tap.
    #[error("no purpose is offered")]
    NoPurpose,
    /// No language to say it in.
    #[error("no language is offered")]
    NoLanguage,
    /// The same thing twice.
    #[error("a purpose or a language is offered twice")]
    Twice,
    /// A brand without a name, or one that no page has room for.
    #[error("the brand's name is empty or longer than {MAX_BRAND} characters")]
    Brand,
    /// A consent text that no page has room for.
    #[error("a consent text is empty or longer than {MAX_WORDING} characters")]
    Wording,
    /// Times that nobody could live with.
    #[error("an idle time is 10 to 600 s, a countdown 5 to 60 s")]
    Times,
    /// A Wi-Fi that no phone could join.
    #[error("the guest Wi-Fi's name has 1 to 32 bytes, its password 8 to 63 characters, both on one line")]
    Wifi,
    /// Hours that mean nothing.
    #[error(transparent)]
    Opening(#[from] OpeningError),
    /// A colour that is none, or on which white words cannot be read.
    #[error("the accent is no colour #rrggbb, or too light for white words (contrast below 4.5:1)")]
    Accent,
    /// More models than a kiosk keeps.
    #[error("more than {MAX_MODELS} models")]
    Models,
    /// More consultants than a kiosk keeps.
    #[error("more than {MAX_CONSULTANTS} consultants")]
    Consultants,
    /// A tile without a word on it.
    #[error("a model or a consultant has no name")]
    Nameless,
}

/// Checks a configuration before it reaches the screen.
///
/// # Errors
/// What is wrong with it; the one before stays in force.
pub fn check(config: &KioskConfig) -> Result<(), OfferError> {
    let fits = |text: &str, longest: usize| !text.trim().is_empty() && text.chars().count() <= longest;
    if config.purposes.is_empty() {
        return Err(OfferError::NoPurpose);
    }
    if config.languages.is_empty() {
        return Err(OfferError::NoLanguage);
    }
    let purposes: BTreeSet<Purpose> = config.purposes.iter().copied().collect();
    let languages: BTreeSet<Language> = config.languages.iter().copied().collect();
    if purposes.len() != config.purposes.len() || languages.len() != config.languages.len() {
        return Err(OfferError::Twice);
    }
    if !fits(&config.brand.zh, MAX_BRAND) || !fits(&config.brand.en, MAX_BRAND) {
        return Err(OfferError::Brand);
    }
    if !config.wordings.iter().all(|wording| fits(&wording.zh, MAX_WORDING) && fits(&wording.en, MAX_WORDING)) {
        return Err(OfferError::Wording);
    }
    let within = |times: ScreenTimes| (10..=600).contains(&times.idle_s) && (5..=60).contains(&times.countdown_s);
    if !config.times.is_none_or(within) {
        return Err(OfferError::Times);
    }
    if config.guest_wifi.as_ref().is_some_and(|wifi| !joinable(wifi)) {
        return Err(OfferError::Wifi);
    }
    if let Some(opening) = &config.opening {
        opening.check()?;
    }
    if config.accent.as_deref().is_some_and(|accent| Accent::of(accent).is_none()) {
        return Err(OfferError::Accent);
    }
    if config.models.len() > MAX_MODELS {
        return Err(OfferError::Models);
    }
    if config.consultants.len() > MAX_CONSULTANTS {
        return Err(OfferError::Consultants);
    }
    let models = config.models.iter().flat_map(|model| [&model.zh, &model.en]);
    let named = models.chain(config.consultants.iter().map(|card| &card.name)).all(|name| !name.trim().is_empty());
    if named { Ok(()) } else { Err(OfferError::Nameless) }
}

fn joinable(wifi: &GuestWifi) -> bool {
    let one_line = |text: &str| !text.chars().any(char::is_control);
    let secret = |password: &String| (8..=63).contains(&password.chars().count()) && one_line(password);
    (1..=32).contains(&wifi.ssid.len()) && one_line(&wifi.ssid) && wifi.password.as_ref().is_none_or(secret)
}

/// Every picture that it names: the logo and the models' first, so that they are there when room runs out.
#[must_use]
pub fn pictures(config: &KioskConfig) -> Vec<Picture> {
    let models = config.models.iter().filter_map(|model| model.picture.clone());
    let photos = config.consultants.iter().filter_map(|card| card.photo.clone());
    config.logo.iter().cloned().chain(models).chain(photos).collect()
}

/// What a kiosk offers that has never heard a gateway. No consent text, so no consent is asked for.
#[must_use]
pub fn built_in() -> KioskConfig {
    KioskConfig {
        brand: Brand { zh: "迎宾展厅".to_owned(), en: "Yingbin".to_owned() },
        accent: None,
        logo: None,
        purposes: Purpose::ALL.to_vec(),
        languages: vec![Language::Zh, Language::En],
        models: Vec::new(),
        consultants: Vec::new(),
        wordings: Vec::new(),
        store_url: None,
        guest_wifi: None,
        times: None,
        opening: None,
        maintenance: false,
        staff_pin: None,
        sound: None,
    }
}

/// The last good configuration on disk.
#[derive(Debug, Clone)]
pub struct Kept {
    folder: PathBuf,
}

impl Kept {
    /// In this folder.
    #[must_use]
    pub fn new(folder: &Path) -> Self {
        Self { folder: folder.to_owned() }
    }

    /// Reads it; the built-in one when there is none, or none that passes [`check`].
    #[must_use]
    pub fn read(&self) -> KioskConfig {
        let text = fs::read(self.folder.join(FILE)).unwrap_or_default();
        serde_json::from_slice(&text).ok().filter(|config| check(config).is_ok()).unwrap_or_else(built_in)
    }

    /// Keeps a checked one: whole or not at all.
    ///
    /// # Errors
    /// When the disk does not take it.
    pub fn write(&self, config: &KioskConfig) -> io::Result<()> {
        whole::write(&self.folder, FILE, &serde_json::to_vec(config)?)
    }
}

#[cfg(test)]
mod tests {
    use shared::catalogue::Model;
    use shared::wire::ConsultantCard;

    use super::*;

    #[test]
    fn the_last_good_one_survives_and_a_torn_one_does_not_stop_the_kiosk() {
        let folder = tempfile::tempdir().unwrap();
        let kept = Kept::new(folder.path());
        assert_eq!(kept.read(), built_in());
        let mut config = built_in();
        "山河汽车".clone_into(&mut config.brand.zh);
        kept.write(&config).unwrap();
        assert_eq!(kept.read(), config);
        let text = fs::read(folder.path().join(FILE)).unwrap();
        fs::write(folder.path().join(FILE), &text[..text.len() / 2]).unwrap();
        assert_eq!(kept.read(), built_in());
    }

    #[test]
    fn offers_that_no_page_could_show_are_refused() {
        #[track_caller]
        fn refuse(change: impl FnOnce(&mut KioskConfig), expect: OfferError) {
            let mut config = built_in();
            change(&mut config);
            assert_eq!(check(&config), Err(expect));
        }
        assert_eq!(check(&built_in()), Ok(()));
        refuse(|config| config.purposes.clear(), OfferError::NoPurpose);
        refuse(|config| config.languages.clear(), OfferError::NoLanguage);
        refuse(|config| config.purposes.push(Purpose::Browse), OfferError::Twice);
        refuse(|config| config.brand.zh = " ".into(), OfferError::Brand);
        refuse(|config| config.brand.en = "x".repeat(41), OfferError::Brand);
        refuse(|config| config.times = Some(ScreenTimes { idle_s: 9, countdown_s: 10 }), OfferError::Times);
        refuse(|config| config.times = Some(ScreenTimes { idle_s: 30, countdown_s: 61 }), OfferError::Times);
        let wifi = |ssid: &str, password: Option<&str>| {
            Some(GuestWifi { ssid: ssid.to_owned(), password: password.map(str::to_owned), hidden: false })
        };
        for wrong in [wifi("", None), wifi(&"展".repeat(11), None), wifi("a\nb", None), wifi("a", Some("1234567"))] {
            refuse(|config| config.guest_wifi = wrong, OfferError::Wifi);
        }
        let guests = KioskConfig { guest_wifi: wifi("展厅访客", Some("huanying8")), ..built_in() };
        assert_eq!(check(&guests), Ok(()));
        let model = |number: usize| Model {
            id: format!("m{number}").parse().unwrap(),
            zh: "车".repeat(200),
            en: "car ".repeat(50),
            picture: None,
            place: None,
            fits: Vec::new(),
        };
        let card = |name: &str| ConsultantCard { id: None, name: name.to_owned(), name_en: None, photo: None };
        let mut config = built_in();
        config.models = (0..500).map(model).collect();
        config.consultants = vec![card(&"王".repeat(200)); 500];
        assert_eq!(check(&config), Ok(()));
        refuse(|config| config.models = (0..501).map(model).collect(), OfferError::Models);
        refuse(|config| config.consultants = vec![card("王芳"); 501], OfferError::Consultants);
        refuse(|config| config.consultants = vec![card(" \n")], OfferError::Nameless);
        refuse(|config| config.models = vec![Model { en: String::new(), ..model(1) }], OfferError::Nameless);
        for accent in ["red", "#fff", "#ffcc00", ""] {
            refuse(|config| config.accent = Some(accent.into()), OfferError::Accent);
        }
        let dark = KioskConfig { accent: Some("#8a1c1c".into()), ..built_in() };
        assert_eq!(check(&dark), Ok(()));
    }
}
