//! The words to greet with (PROCESS I.2), in the visitor's language, and the questions that break the ice.

use serde::{Deserialize, Serialize};
use shared::ids::TopicId;
use shared::wire::{Language, Purpose};

/// Templates; `{brand}` and `{name}` are filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Speech {
    /// The brand in Chinese and English.
    pub brand: (String, String),
    /// The greeting of the standard.
    pub greeting: (String, String),
    /// For whoever is their customer already.
    pub again: (String, String),
    /// For visitors who want space: a nod.
    pub quiet: (String, String),
    /// For complaints: an apology in place of the welcome.
    pub apology: (String, String),
}

impl Default for Speech {
    fn default() -> Self {
        let pair = |zh: &str, en: &str| (zh.to_owned(), en.to_owned());
        Self {
            brand: pair("本店", "our showroom"),
            greeting: pair(
                "您好\u{FF0C}欢迎光临{brand}\u{FF0C}我是销售顾问{name}\u{FF0C}请问有什么可以帮您\u{FF1F}",
                "Welcome to {brand}. I am {name}, your sales consultant. How may I help you?",
            ),
            again: pair(
                "您好\u{FF0C}欢迎再次光临{brand}\u{FF0C}我是{name}\u{FF0C}很高兴又见到您。",
                "Welcome back to {brand}. It is {name}; good to see you again.",
            ),
            quiet: pair(
                "点头微笑\u{FF1A}您随便看\u{FF0C}需要时叫我{name}就好。",
                "Nod and smile: please look around; call me, {name}, whenever you like.",
            ),
            apology: pair(
                "非常抱歉给您添了麻烦\u{FF0C}我是{name}\u{FF0C}请这边坐\u{FF0C}我来帮您解决。",
                "I am sorry for the trouble. I am {name}; please have a seat and let me help.",
            ),
        }
    }
}

impl Speech {
    /// The words for one person and one visitor; `own`: who is their customer.
    #[must_use]
    pub fn words(&self, purpose: Purpose, language: Language, own: bool, name: &str) -> String {
        let template = match purpose {
            Purpose::Quiet => &self.quiet,
            Purpose::Complaint => &self.apology,
            _ if own => &self.again,
            _ => &self.greeting,
        };
        let of = |pair: &(String, String)| match language {
            Language::Zh => pair.0.clone(),
            Language::En => pair.1.clone(),
        };
        of(template).replace("{brand}", &of(&self.brand)).replace("{name}", name)
    }
}

/// A question that breaks the ice (PROCESS I.2); its answers are kept with one tap.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Question {
    /// Its id, as exports write it.
    pub id: TopicId,
    /// 中文
    pub zh: String,
    /// English.
    pub en: String,
    /// Only of whom nobody knows yet.
    #[serde(default)]
    pub strangers: bool,
    /// What may be answered.
    pub answers: Vec<Answer>,
}

/// An answer to a question that breaks the ice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    /// Its id, as exports and a model's `fits` write it.
    pub id: TopicId,
    /// 中文
    pub zh: String,
    /// English.
    pub en: String,
}

impl Question {
    /// Whether this is one of its answers.
    #[must_use]
    pub fn takes(&self, answer: &TopicId) -> bool {
        self.answer(answer).is_some()
    }

    /// One of its answers.
    #[must_use]
    pub fn answer(&self, answer: &TopicId) -> Option<&Answer> {
        self.answers.iter().find(|known| known.id == *answer)
    }
}

impl Answer {
    /// In a reader's language.
    #[must_use]
    pub fn words(&self, reader: Language) -> &str {
        match reader {
            Language::Zh => &self.zh,
            Language::En => &self.en,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_name_the_brand_and_the_consultant_in_the_visitors_language() {
        let speech = Speech { brand: ("星河".to_owned(), "Xinghe".to_owned()), ..Speech::default() };
        let words = speech.words(Purpose::Browse, Language::Zh, false, "王芳");
        assert_eq!(words, "您好\u{FF0C}欢迎光临星河\u{FF0C}我是销售顾问王芳\u{FF0C}请问有什么可以帮您\u{FF1F}");
        let words = |purpose, own| speech.words(purpose, Language::En, own, "Li Na");
        assert!(words(Purpose::Model, false).starts_with("Welcome to Xinghe. I am Li Na"));
        assert!(words(Purpose::Model, true).starts_with("Welcome back to Xinghe. It is Li Na"));
        assert!(words(Purpose::Quiet, true).starts_with("Nod"), "who wants space wants it again");
        assert!(!speech.words(Purpose::Complaint, Language::Zh, true, "何静").contains("欢迎"));
    }
}
