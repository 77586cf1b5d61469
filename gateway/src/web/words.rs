//! Every word of the pages, in Chinese and English, a table for each area. A word that is missing in one language does not
//! compile; the tests look at what a compiler cannot.

mod board;
mod deliveries;
mod diary;
mod general;
mod hands;
mod ownership;
mod people;
mod records;
mod score;
mod shifts;
mod visitor;

use std::ops::Deref;

use serde::Serialize;
use shared::wire::{Language, Title};

use board::Wall;
use deliveries::Reached;
use diary::Agenda;
use general::General;
use hands::Hands;
use ownership::Belonging;
use people::Crew;
use records::Register;
use score::Scoring;
use shifts::Rota;
use visitor::Visitor;

/// The words of one area; a key stands in one area alone.
macro_rules! words {
    ($area:ident $($key:ident: $zh:literal, $en:literal;)*) => {
        #[derive(Debug, serde::Serialize)]
        pub(in crate::web) struct $area {
            $(pub(in crate::web) $key: &'static str,)*
        }

        impl $area {
            pub(super) const ZH: Self = Self { $($key: $zh,)* };
            pub(super) const EN: Self = Self { $($key: $en,)* };
            #[cfg(test)]
            pub(super) const TABLE: &[(&str, &str, &str)] = &[$((stringify!($key), $zh, $en),)*];

            pub(super) fn word(&self, key: &str) -> Option<&'static str> {
                match key {
                    $(stringify!($key) => Some(self.$key),)*
                    _ => None,
                }
            }
        }
    };
}
use words;

/// The words of one language. What every page may say is reached directly.
#[derive(Debug, Serialize)]
pub(in crate::web) struct Words {
    /// Which.
    #[serde(skip)]
    pub(super) language: Language,
    #[serde(flatten)]
    general: General,
    #[serde(flatten)]
    pub(super) board: Wall,
    #[serde(flatten)]
    pub(super) deliveries: Reached,
    #[serde(flatten)]
    pub(super) diary: Agenda,
    #[serde(flatten)]
    pub(super) hands: Hands,
    #[serde(flatten)]
    pub(super) ownership: Belonging,
    #[serde(flatten)]
    pub(super) people: Crew,
    #[serde(flatten)]
    pub(super) records: Register,
    #[serde(flatten)]
    pub(super) score: Scoring,
    #[serde(flatten)]
    pub(super) shifts: Rota,
    #[serde(flatten)]
    pub(super) visitor: Visitor,
}

static ZH: Words = Words {
    language: Language::Zh,
    general: General::ZH,
    board: Wall::ZH,
    deliveries: Reached::ZH,
    diary: Agenda::ZH,
    hands: Hands::ZH,
    ownership: Belonging::ZH,
    people: Crew::ZH,
    records: Register::ZH,
    score: Scoring::ZH,
    shifts: Rota::ZH,
    visitor: Visitor::ZH,
};
static EN: Words = Words {
    language: Language::En,
    general: General::EN,
    board: Wall::EN,
    deliveries: Reached::EN,
    diary: Agenda::EN,
    hands: Hands::EN,
    ownership: Belonging::EN,
    people: Crew::EN,
    records: Register::EN,
    score: Scoring::EN,
    shifts: Rota::EN,
    visitor: Visitor::EN,
};

impl Deref for Words {
    type Target = General;

    fn deref(&self) -> &General {
        &self.general
    }
}

impl Words {
    /// The words of a language.
    pub(super) fn of(language: Language) -> &'static Self {
        match language {
            Language::Zh => &ZH,
            Language::En => &EN,
        }
    }

    /// A word whose key is put together, such as `purpose_` and a purpose; the key itself where there is none.
    pub(super) fn named(&self, prefix: &str, name: &str) -> String {
        let key = format!("{prefix}_{name}");
        self.word(&key).map_or(key, str::to_owned)
    }

    /// A form of address.
    pub(super) fn title(&self, title: Title) -> &'static str {
        match title {
            Title::Mr => self.visitor.title_mr,
            Title::Ms => self.visitor.title_ms,
        }
    }

    fn word(&self, key: &str) -> Option<&'static str> {
        let areas = [
            self.general.word(key),
            self.board.word(key),
            self.deliveries.word(key),
            self.diary.word(key),
            self.hands.word(key),
            self.ownership.word(key),
            self.people.word(key),
            self.records.word(key),
            self.score.word(key),
            self.shifts.word(key),
            self.visitor.word(key),
        ];
        areas.into_iter().flatten().next()
    }

    /// The words as an ES module for the pages' scripts.
    pub(super) fn module(language: Language) -> String {
        let words = serde_json::to_string(Self::of(language)).unwrap_or_else(|_| "{}".to_owned());
        format!("export default {words};\n")
    }
}

#[cfg(test)]
mod tests {
    use shared::consent::ConsentPurpose;
    use shared::wire::{Purpose, Why};

    use super::*;
    use crate::domain::audit::Records;
    use crate::domain::diary::{Matter, Standing};
    use crate::domain::floor::member::Presence;
    use crate::domain::floor::visit::{Channel, GreetedSource, Outcome};
    use crate::domain::roster::Role;
    use crate::domain::sales::{Erasure, LeadChannel};
    use crate::notify::Failure;

    fn table() -> impl Iterator<Item = &'static (&'static str, &'static str, &'static str)> {
        let areas = [
            General::TABLE,
            Wall::TABLE,
            Reached::TABLE,
            Agenda::TABLE,
            Hands::TABLE,
            Belonging::TABLE,
            Crew::TABLE,
            Register::TABLE,
            Scoring::TABLE,
            Rota::TABLE,
            Visitor::TABLE,
        ];
        areas.into_iter().flatten()
    }

    fn is_han(c: char) -> bool {
        ('\u{4E00}'..='\u{9FFF}').contains(&c)
    }

    #[test]
    fn every_word_stands_in_both_languages() {
        for (key, zh, en) in table() {
            assert!(!zh.is_empty() && !en.is_empty(), "{key}");
            assert!(!en.chars().any(is_han) || *key == "other_language", "{key}: {en}");
            assert!(zh.chars().any(is_han) || *key == "other_language", "{key}: {zh}");
        }
    }

    #[test]
    fn a_key_stands_in_one_area_alone() {
        let keys: std::collections::BTreeSet<_> = table().map(|(key, ..)| key).collect();
        assert_eq!(keys.len(), table().count(), "a key stands twice");
    }

    #[test]
    fn chinese_sentences_have_chinese_punctuation() {
        for (key, zh, _) in table() {
            let chars: Vec<char> = zh.chars().collect();
            for pair in chars.windows(2) {
                let half = |c: char| ",?!:;()".contains(c);
                assert!(!(is_han(pair[0]) && half(pair[1]) || half(pair[0]) && is_han(pair[1])), "{key}: {zh}");
            }
        }
    }

    #[test]
    fn everything_that_is_put_together_has_its_word() {
        let words = Words::of(Language::Zh);
        let mut names: Vec<(&str, &str)> = Vec::new();
        names.extend(Purpose::ALL.map(|purpose| ("purpose", purpose.as_str())));
        names.extend(Presence::ALL.map(|presence| ("presence", presence.as_str())));
        names.extend(Outcome::CHOICES.map(|outcome| ("outcome", outcome.as_str())));
        names.extend(
            [Outcome::Cancelled, Outcome::ClosedBySystem, Outcome::Joined].map(|outcome| ("outcome", outcome.as_str())),
        );
        names.extend(
            [Role::Consultant, Role::Reception, Role::Advisor, Role::Care, Role::Manager, Role::Admin]
                .map(|role| ("role", role.as_str())),
        );
        names.extend(
            [GreetedSource::Visitor, GreetedSource::Consultant, GreetedSource::Reception, GreetedSource::Inferred]
                .map(|source| ("source", source.as_str())),
        );
        names.extend(
            [ConsentPurpose::Contact, ConsentPurpose::Marketing, ConsentPurpose::Sharing, ConsentPurpose::Licence]
                .map(|purpose| ("consent", purpose.as_str())),
        );
        let all = [LeadChannel::KioskQr, LeadChannel::PrintedQr, LeadChannel::Api, LeadChannel::Kiosk];
        names.extend(all.map(|channel| ("channel", channel.as_str())));
        let all = [Erasure::Withdrawn, Erasure::TakenBack, Erasure::Expired];
        names.extend(all.map(|why| ("why_erased", why.as_str())));
        names.extend(Records::ALL.map(|records| ("records", records.as_str())));
        names.extend(Channel::ALL.map(|channel| ("way", channel.as_str())));
        names.extend(["handed", "shown", "failed"].map(|fate| ("fate", fate)));
        names.extend(Failure::ALL.map(|why| ("why_failed", why.as_str())));
        names.extend(["mon", "tue", "wed", "thu", "fri", "sat", "sun"].map(|day| ("weekday", day)));
        names.extend(Matter::ALL.map(|matter| ("matter", matter.as_str())));
        names.extend(Standing::ALL.map(|standing| ("standing", standing.as_str())));
        let asked = Why::ALL.map(|why| serde_json::to_value(why).unwrap().as_str().unwrap().to_owned());
        names.extend(asked.iter().map(|why| ("asked", why.as_str())));
        for (prefix, name) in names {
            assert_ne!(words.named(prefix, name), format!("{prefix}_{name}"));
        }
    }

    #[test]
    fn scripts_use_only_words_that_exist() {
        // What a script gets, not the table: a word that stands below another is none for it.
        let module = Words::module(Language::Zh);
        let module = module.trim_start_matches("export default ").trim_end_matches(";\n");
        let module: serde_json::Value = serde_json::from_str(module).unwrap();
        for (name, text) in super::super::assets::scripts() {
            for (place, _) in text.match_indices("w.") {
                let before = text[..place].chars().last().unwrap_or(' ');
                if before.is_ascii_alphanumeric() || before == '_' {
                    continue;
                }
                let used = &text[place + 2..];
                let key: String =
                    used.chars().take_while(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || *c == '_').collect();
                assert!(module[key.as_str()].is_string(), "{name} uses w.{key}");
            }
        }
    }
}
