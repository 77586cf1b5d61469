//! The models that a showroom sells.

use serde::{Deserialize, Serialize};

use crate::ids::{ModelId, TopicId};
use crate::wire::{Language, Picture};

/// One model line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Model {
    /// Its id.
    pub id: ModelId,
    /// 中文名
    pub zh: String,
    /// English name.
    pub en: String,
    /// Its picture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub picture: Option<Picture>,
    /// Where the display car stands, in Chinese and English; absent when none is on show.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
    /// Answers to the ice-breaking questions that it fits, such as `suv`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fits: Vec<TopicId>,
}

/// Where a display car stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// 中文
    pub zh: String,
    /// English.
    pub en: String,
}

impl Model {
    /// The model's name in a language.
    #[must_use]
    pub fn name(&self, language: Language) -> &str {
        match language {
            Language::Zh => &self.zh,
            Language::En => &self.en,
        }
    }
}
