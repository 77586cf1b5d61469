//! A name while it is picked: a letter, a surname, a form of address.
//!
//! There is no Chinese input on a kiosk (slint#6680), so a surname is picked from those that begin with a letter. Whoever does not find
//! theirs, or speaks English, spells it in Latin letters.

use shared::personal::Personal;
use shared::wire::Language;

use super::input::Turn;
use super::screen::{NamingStep, NamingView, Tile, Tiles};
use super::tiles::{LETTERS, paged, turned};
use crate::surnames;

/// Letters of a spelled name; more than the longest surname that a badge has room for.
const LONGEST: usize = 20;

/// The state of a name; personal, so its `Debug` hides it.
#[derive(Clone, Default)]
pub(super) enum Naming {
    #[default]
    Initials,
    Surnames {
        initial: char,
        page: usize,
    },
    Spelling(String),
    Addressing {
        surname: Personal,
        /// Where "back" leads.
        from: Box<Naming>,
    },
}

impl std::fmt::Debug for Naming {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Naming").field("step", &self.step()).finish_non_exhaustive()
    }
}

impl Naming {
    /// Where a name begins: Chinese ones with a letter, others with the letters themselves.
    pub(super) fn new(language: Language) -> Self {
        match language {
            Language::Zh => Self::Initials,
            Language::En => Self::Spelling(String::new()),
        }
    }

    pub(super) fn pick(&mut self, tile: &str) {
        match self {
            Self::Initials => {
                let initial = tile.chars().next().filter(|letter| surnames::initials().any(|known| known == *letter));
                if let Some(initial) = initial {
                    *self = Self::Surnames { initial, page: 0 };
                }
            }
            Self::Surnames { initial, .. } if surnames::of(*initial).contains(&tile) => {
                self.address(tile.to_owned());
            }
            Self::Surnames { .. } | Self::Spelling(_) | Self::Addressing { .. } => {}
        }
    }

    pub(super) fn spell(&mut self) {
        if matches!(self, Self::Initials | Self::Surnames { .. }) {
            *self = Self::Spelling(String::new());
        }
    }

    pub(super) fn turn(&mut self, turn: Turn) {
        if let Self::Surnames { initial, page } = self {
            *page = turned(*page, turn, surnames::of(*initial).len(), LETTERS);
        }
    }

    /// A letter, an apostrophe, a hyphen or a space; the first one after a break is a capital.
    pub(super) fn press(&mut self, key: char) {
        let Self::Spelling(name) = self else { return };
        let after = name.chars().next_back();
        let letter = key.is_ascii_alphabetic();
        let between = matches!(key, '\'' | '-' | ' ') && after.is_some_and(|last| last.is_ascii_alphabetic());
        if name.len() < LONGEST && (letter || between) {
            let capital = after.is_none_or(|last| !last.is_ascii_alphabetic());
            name.push(if capital { key.to_ascii_uppercase() } else { key.to_ascii_lowercase() });
        }
    }

    pub(super) fn erase(&mut self) {
        if let Self::Spelling(name) = self {
            name.pop();
        }
    }

    /// The spelled name is whole.
    pub(super) fn done(&mut self) {
        if let Self::Spelling(name) = self {
            let name = name.trim_end_matches(|last: char| !last.is_ascii_alphabetic()).to_owned();
            if !name.is_empty() {
                self.address(name);
            }
        }
    }

    /// One step back; false when there is none.
    pub(super) fn back(&mut self, language: Language) -> bool {
        *self = match (std::mem::take(self), language) {
            (Self::Addressing { from, .. }, _) => *from,
            (Self::Surnames { .. }, _) | (Self::Spelling(_), Language::Zh) => Self::Initials,
            (Self::Initials, _) | (Self::Spelling(_), Language::En) => return false,
        };
        true
    }

    /// The surname, once only the form of address is left.
    pub(super) fn surname(&self) -> Option<&Personal> {
        match self {
            Self::Addressing { surname, .. } => Some(surname),
            _ => None,
        }
    }

    pub(super) fn view(&self) -> NamingView {
        let name = match self {
            Self::Initials => String::new(),
            Self::Surnames { initial, .. } => initial.to_string(),
            Self::Spelling(name) => name.clone(),
            Self::Addressing { surname, .. } => surname.reveal().to_owned(),
        };
        NamingView { step: self.step(), name }
    }

    pub(super) fn tiles(&self) -> Tiles {
        let tile = |words: String| Tile { id: words.clone(), words, ..Tile::default() };
        match self {
            Self::Initials => {
                let letters: Vec<char> = surnames::initials().collect();
                paged(letters.into_iter().map(|letter| tile(letter.to_string())), 0, LETTERS)
            }
            Self::Surnames { initial, page } => {
                paged(surnames::of(*initial).into_iter().map(|name| tile(name.to_owned())), *page, LETTERS)
            }
            Self::Spelling(_) | Self::Addressing { .. } => Tiles::default(),
        }
    }

    fn step(&self) -> NamingStep {
        match self {
            Self::Initials => NamingStep::Initials,
            Self::Surnames { .. } => NamingStep::Surnames,
            Self::Spelling(_) => NamingStep::Spelling,
            Self::Addressing { .. } => NamingStep::Addressing,
        }
    }

    fn address(&mut self, surname: String) {
        let from = Box::new(std::mem::take(self));
        *self = Self::Addressing { surname: Personal::new(surname), from };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(keys: &str, name: &str) {
        let mut naming = Naming::Spelling(String::new());
        keys.chars().for_each(|key| naming.press(key));
        assert_eq!(naming.view().name, name, "{keys}");
    }

    #[test]
    fn spelled_names_have_capitals_where_they_belong() {
        check("smith", "Smith");
        check("o'brien", "O'Brien");
        check("smith-jones", "Smith-Jones");
        check("van dyk", "Van Dyk");
        check("-'' a", "A");
        check("a--b", "A-B");
        check("1王+<", "");
        check("abcdefghijklmnopqrstuvwxyz", "Abcdefghijklmnopqrst");
    }

    #[test]
    fn back_goes_the_way_one_came() {
        let mut naming = Naming::new(Language::Zh);
        naming.pick("O");
        naming.pick("欧阳");
        assert_eq!(naming.surname().map(Personal::reveal), Some("欧阳"));
        assert!(naming.back(Language::Zh));
        assert_eq!(naming.view(), NamingView { step: NamingStep::Surnames, name: "O".into() });
        naming.spell();
        assert!(naming.back(Language::Zh));
        assert_eq!(naming.step(), NamingStep::Initials);
        assert!(!naming.back(Language::Zh));
    }

    #[test]
    fn what_is_on_no_tile_is_not_picked() {
        let mut naming = Naming::new(Language::Zh);
        for tile in ["I", "", "王", "é"] {
            naming.pick(tile);
            assert_eq!(naming.step(), NamingStep::Initials, "{tile}");
        }
        naming.pick("W");
        naming.pick("李");
        assert_eq!(naming.step(), NamingStep::Surnames);
    }

    #[test]
    fn debug_hides_the_name() {
        let mut naming = Naming::new(Language::En);
        "smith".chars().for_each(|key| naming.press(key));
        assert!(!format!("{naming:?}").contains("Smith"));
        naming.done();
        assert!(!format!("{naming:?}").contains("Smith"));
    }
}
