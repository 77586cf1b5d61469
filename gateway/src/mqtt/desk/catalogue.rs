//! What a kiosk offers, as the showroom configured it.

use std::collections::BTreeMap;

use chrono::{DateTime, Offset as _, TimeZone as _, Utc};
use chrono_tz::Tz;
use shared::catalogue::Model;
use shared::consent::Wording;
use shared::ids::{DeviceId, StaffId};
use shared::opening::{OpenSpan, Opening};
use shared::wire::{Brand, ConsultantCard, GuestWifi, KioskConfig, Language, Picture, Purpose, ScreenTimes};

use crate::domain::roster::{Role, Roster};

/// Everything of a kiosk's configuration that is not in the roster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KioskCatalogue {
    /// The brand.
    pub brand: Brand,
    /// The brand's colour.
    pub accent: Option<String>,
    /// The brand's logo.
    pub logo: Option<Picture>,
    /// Purposes in the order in which they are offered.
    pub purposes: Vec<Purpose>,
    /// Languages, the first being the default.
    pub languages: Vec<Language>,
    /// Models that may be picked.
    pub models: Vec<Model>,
    /// The Wi-Fi that a phone joins first.
    pub guest_wifi: Option<GuestWifi>,
    /// Consent texts in force.
    pub wordings: Vec<Wording>,
    /// Photos of consultants, where there are any.
    pub photos: BTreeMap<StaffId, Picture>,
    /// How long an untouched screen waits.
    pub times: ScreenTimes,
    /// When the showroom is open, by the clocks of this zone; always, when there is no span.
    pub hours: (Tz, Vec<OpenSpan>),
    /// The hash of the staff menu's PIN.
    pub staff_pin: Option<String>,
    /// Whether taps make a sound, where the showroom says so for all its kiosks.
    pub sound: Option<bool>,
}

impl KioskCatalogue {
    pub(super) fn config(
        &self,
        kiosk: &DeviceId,
        roster: &Roster,
        store_url: Option<String>,
        now: DateTime<Utc>,
    ) -> KioskConfig {
        let consultants = roster.accounts.values().filter(|account| account.role == Role::Consultant);
        KioskConfig {
            brand: self.brand.clone(),
            accent: self.accent.clone(),
            logo: self.logo.clone(),
            purposes: self.purposes.clone(),
            languages: self.languages.clone(),
            models: self.models.clone(),
            consultants: consultants
                .map(|account| ConsultantCard {
                    id: Some(account.id.clone()),
                    name: roster.name(&account.id).to_owned(),
                    name_en: roster.latin(&account.id).map(str::to_owned),
                    photo: self.photos.get(&account.id).cloned(),
                })
                .collect(),
            wordings: self.wordings.clone(),
            store_url,
            guest_wifi: self.guest_wifi.clone(),
            times: Some(self.times),
            opening: self.opening(now),
            maintenance: roster.in_maintenance(kiosk),
            staff_pin: self.staff_pin.clone(),
            sound: self.sound,
        }
    }

    /// The offset is that of the moment; the desk looks again with every renewal of the codes.
    fn opening(&self, now: DateTime<Utc>) -> Option<Opening> {
        let (zone, week) = &self.hours;
        let offset_min = zone.offset_from_utc_datetime(&now.naive_utc()).fix().local_minus_utc() / 60;
        (!week.is_empty()).then(|| Opening { offset_min, week: week.clone() })
    }
}
