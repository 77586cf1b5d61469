//! The showroom's own colour on the pages: what it fills, and what is derived from it so that words stay readable.

use shared::colour::{Colour, READABLE};

/// The darkest surface on which words in the accent stand (`pressed` in the tokens).
const DARKEST: Colour = Colour { red: 0xe9, green: 0xe4, blue: 0xda };

/// A colour and its derivatives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Accent {
    /// Fills the button that matters most, with white words on it.
    pub plain: Colour,
    /// The same under a finger.
    pub pressed: Colour,
    /// A surface with a touch of it.
    pub soft: Colour,
    /// Words and lines in it, dark enough for every surface.
    pub ink: Colour,
}

impl Accent {
    /// `None` when it is no colour, or white words could not be read on it.
    #[must_use]
    pub fn of(text: &str) -> Option<Self> {
        let plain: Colour = text.parse().ok()?;
        if plain.contrast(Colour::WHITE) < READABLE {
            return None;
        }
        let soft = plain.mixed(13, Colour::WHITE);
        let readable = |ink: &Colour| ink.contrast(DARKEST) >= READABLE && ink.contrast(soft) >= READABLE;
        let ink = (0..=100).rev().map(|share| plain.mixed(share, Colour::BLACK)).find(readable);
        Some(Self { plain, pressed: plain.mixed(73, Colour::BLACK), soft, ink: ink.unwrap_or(Colour::BLACK) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_can_be_read_in_and_on_every_accent_that_is_taken() {
        let steps = || (0..=255_u8).step_by(17);
        let mut taken = 0;
        for (red, green, blue) in
            steps().flat_map(|red| steps().flat_map(move |green| steps().map(move |blue| (red, green, blue))))
        {
            let colour = Colour { red, green, blue };
            let Some(accent) = Accent::of(&colour.to_string()) else {
                assert!(colour.contrast(Colour::WHITE) < READABLE, "{colour} is refused");
                continue;
            };
            taken += 1;
            for fill in [accent.plain, accent.pressed] {
                assert!(fill.contrast(Colour::WHITE) >= READABLE, "white on {fill}, of {colour}");
            }
            for surface in [Colour::WHITE, DARKEST, accent.soft] {
                assert!(accent.ink.contrast(surface) >= READABLE, "{} on {surface}, of {colour}", accent.ink);
            }
        }
        assert!(taken > 1000, "{taken}");
    }

    #[test]
    fn what_is_no_colour_is_no_accent() {
        for wrong in ["", "red", "#12345", "#ffffff", "#ffcc00"] {
            assert_eq!(Accent::of(wrong), None, "{wrong}");
        }
        // Dark enough: the words are in the colour itself.
        let accent = Accent::of("#0e4553").unwrap();
        assert_eq!(accent.ink, accent.plain);
    }
}
