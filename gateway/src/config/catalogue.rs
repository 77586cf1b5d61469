//! `[catalogue]`: what visitors can choose, and the consent texts in force.

use std::collections::BTreeSet;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use shared::catalogue::Model;
use shared::consent::Wording;
use shared::wire::{Language, Purpose};

use super::{EXAMPLE, Faults, StoreConfig};

/// `[catalogue]`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CatalogueConfig {
    /// Purposes that the kiosk offers, in this order. `help` stands on every page whether listed or not.
    pub purposes: Vec<Purpose>,
    /// Languages that the kiosk offers, the first being the default.
    pub languages: Vec<Language>,
    /// Model lines that are sold.
    pub models: Vec<Model>,
    /// Folder with pictures: `<model>.png` or `.jpg`, `staff/<account>.png` or `.jpg`.
    pub pictures: Option<PathBuf>,
    /// Whether the sample's own pictures are shown; the demo alone.
    #[serde(skip)]
    pub sample_pictures: bool,
    /// Consent texts, one per purpose. `{processor}` and `{contact}` are filled in from `[store]`. Whoever changes a text
    /// gives it a new version: it is kept with every consent.
    pub wordings: Vec<Wording>,
}

impl Default for CatalogueConfig {
    fn default() -> Self {
        Self {
            purposes: Purpose::ALL.to_vec(),
            languages: vec![Language::Zh, Language::En],
            models: Vec::new(),
            pictures: None,
            sample_pictures: false,
            wordings: default_wordings(),
        }
    }
}

/// The consent texts stand once, in the example file, where whoever has to approve them reads them.
fn default_wordings() -> Vec<Wording> {
    #[derive(Deserialize)]
    struct File {
        catalogue: Section,
    }
    #[derive(Deserialize)]
    struct Section {
        wordings: Vec<Wording>,
    }
    // A test sees to it that the example reads.
    toml::from_str::<File>(EXAMPLE).map(|file| file.catalogue.wordings).unwrap_or_default()
}

impl CatalogueConfig {
    /// Whether a consent text says, as the example's do, that contacts are kept for twelve months.
    pub(super) fn promises_a_year(&self) -> bool {
        self.wordings.iter().any(|wording| wording.zh.contains("十二个月") || wording.en.contains("twelve months"))
    }

    pub(super) fn validate(&self, faults: &mut Faults) {
        once(&self.purposes, "catalogue.purposes", faults);
        once(&self.languages, "catalogue.languages", faults);
        let ids: Vec<_> = self.models.iter().map(|model| &model.id).collect();
        faults.unless(ids.len() == distinct(&ids), "catalogue.models", "name the same id twice");
        for (index, model) in self.models.iter().enumerate() {
            let named = !model.zh.trim().is_empty() && !model.en.trim().is_empty();
            faults.unless(named, &format!("catalogue.models[{index}]"), "needs a name in zh and in en");
        }
        let purposes: Vec<_> = self.wordings.iter().map(|wording| wording.purpose).collect();
        faults.unless(purposes.len() == distinct(&purposes), "catalogue.wordings", "name the same purpose twice");
        for (index, wording) in self.wordings.iter().enumerate() {
            let key = |part: &str| format!("catalogue.wordings[{index}].{part}");
            let short = (1..=32).contains(&wording.version.len());
            faults.unless(short, &key("version"), "must have 1 to 32 characters");
            for (language, text) in [("zh", &wording.zh), ("en", &wording.en)] {
                let complete = text.contains("{processor}") && text.contains("{contact}");
                faults.unless(complete, &key(language), "must name {processor} and {contact} (PIPL article 17)");
            }
        }
    }

    /// The consent texts as a visitor reads them in this showroom.
    #[must_use]
    pub fn wordings(&self, store: &StoreConfig) -> Vec<Wording> {
        let fill = |text: &str, processor: &str, contact: &str| {
            text.replace("{processor}", processor).replace("{contact}", contact)
        };
        self.wordings
            .iter()
            .map(|wording| Wording {
                zh: fill(&wording.zh, &store.processor.zh, &store.contact.zh),
                en: fill(&wording.en, &store.processor.en, &store.contact.en),
                ..wording.clone()
            })
            .collect()
    }
}

fn once<T: Ord>(values: &[T], key: &str, faults: &mut Faults) {
    faults.unless(!values.is_empty(), key, "must not be empty");
    faults.unless(values.len() == distinct(values), key, "name the same twice");
}

fn distinct<T: Ord>(values: &[T]) -> usize {
    values.iter().collect::<BTreeSet<_>>().len()
}
