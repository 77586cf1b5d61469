//! How the screen looks to whoever stands before it: larger words, stronger contrast, controls lower down.
//!
//! Chosen on a sheet over any page, kept for this visitor alone. Which pixels follow from it is the window's business.

use shared::clock::Reading;

use super::Session;
use super::tiles::{CARDS, LARGE_CARDS};

/// One of the modes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Larger words.
    Large,
    /// Black on white, strong borders.
    Contrast,
    /// Every control in the lower half.
    Lower,
}

/// Which modes are on; none for a new visitor.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Modes {
    /// Larger words.
    pub large: bool,
    /// Black on white, strong borders.
    pub contrast: bool,
    /// Every control in the lower half.
    pub lower: bool,
}

impl Modes {
    /// Cards on one page: fewer where the words are larger.
    pub(super) fn cards(self) -> usize {
        if self.large { LARGE_CARDS } else { CARDS }
    }
}

impl Session {
    /// Opens the sheet. Like a page that turns: the second half of a double tap is not heard.
    pub(super) fn open_view(&mut self, now: Reading) {
        self.viewing = true;
        self.turned = now.boot;
    }

    pub(super) fn close_view(&mut self, now: Reading) {
        if std::mem::take(&mut self.viewing) {
            self.turned = now.boot;
        }
    }

    pub(super) fn switch(&mut self, mode: Mode) {
        if !self.viewing {
            return;
        }
        let before = self.modes.cards();
        let modes = &mut self.modes;
        let switched = match mode {
            Mode::Large => &mut modes.large,
            Mode::Contrast => &mut modes.contrast,
            Mode::Lower => &mut modes.lower,
        };
        *switched = !*switched;
        // The first card that stood there still does.
        self.recount_cards(before, self.modes.cards());
    }
}
