//! What a kiosk offers, as the showroom configured it.

use std::collections::BTreeMap;

use shared::catalogue::Model;
use shared::consent::Wording;
use shared::ids::StaffId;
use shared::wire::{Brand, ConsultantCard, KioskConfig, Language, Picture, Purpose};

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
    /// Consent texts in force.
    pub wordings: Vec<Wording>,
    /// Photos of consultants, where there are any.
    pub photos: BTreeMap<StaffId, Picture>,
}

impl KioskCatalogue {
    pub(super) fn config(&self, roster: &Roster, store_url: Option<String>) -> KioskConfig {
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
                    photo: self.photos.get(&account.id).cloned(),
                })
                .collect(),
            wordings: self.wordings.clone(),
            store_url,
        }
    }
}
