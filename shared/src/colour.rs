//! A colour as a showroom writes it, `#rrggbb`, and how well words can be read on it.

use std::fmt;
use std::str::FromStr;

/// The least contrast of words with what they stand on (WCAG 2.2, success criterion 1.4.3).
pub const READABLE: f64 = 4.5;

/// Why a text is no colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a colour is written #rrggbb")]
pub struct ColourError;

/// An opaque colour in sRGB.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Colour {
    /// 0 to 255.
    pub red: u8,
    /// 0 to 255.
    pub green: u8,
    /// 0 to 255.
    pub blue: u8,
}

impl Colour {
    /// Black.
    pub const BLACK: Self = Self { red: 0, green: 0, blue: 0 };
    /// White.
    pub const WHITE: Self = Self { red: 255, green: 255, blue: 255 };

    /// The contrast of two colours, from 1 to 21 (WCAG 2.2, contrast ratio).
    #[must_use]
    pub fn contrast(self, other: Self) -> f64 {
        let (one, other) = (self.luminance(), other.luminance());
        (one.max(other) + 0.05) / (one.min(other) + 0.05)
    }

    /// So many percent of this one, the rest of another.
    #[must_use]
    pub fn mixed(self, percent: u8, other: Self) -> Self {
        let mine = u16::from(percent.min(100));
        let part = |one: u8, other: u8| {
            let mixed = (u16::from(one) * mine + u16::from(other) * (100 - mine) + 50) / 100;
            u8::try_from(mixed).unwrap_or(u8::MAX)
        };
        Self { red: part(self.red, other.red), green: part(self.green, other.green), blue: part(self.blue, other.blue) }
    }

    /// WCAG 2.2, relative luminance.
    fn luminance(self) -> f64 {
        let linear = |part: u8| {
            let part = f64::from(part) / 255.0;
            if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
        };
        linear(self.red).mul_add(0.2126, linear(self.green).mul_add(0.7152, linear(self.blue) * 0.0722))
    }
}

impl FromStr for Colour {
    type Err = ColourError;

    fn from_str(text: &str) -> Result<Self, ColourError> {
        let digits = text.strip_prefix('#').filter(|digits| digits.len() == 6).ok_or(ColourError)?;
        // `from_str_radix` would take a sign, too.
        if !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            return Err(ColourError);
        }
        let all = u32::from_str_radix(digits, 16).map_err(|_| ColourError)?;
        let [_, red, green, blue] = all.to_be_bytes();
        Ok(Self { red, green, blue })
    }
}

impl fmt::Display for Colour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{:02x}{:02x}{:02x}", self.red, self.green, self.blue)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_read_as_they_are_written() {
        assert_eq!("#0e4553".parse(), Ok(Colour { red: 14, green: 69, blue: 83 }));
        assert_eq!("#0E4553".parse::<Colour>().unwrap().to_string(), "#0e4553");
        for wrong in ["", "#", "0e4553", "#0e455", "#0e45533", "#+e4553", "#0e455g", "#王f", "red"] {
            assert_eq!(wrong.parse::<Colour>(), Err(ColourError), "{wrong}");
        }
    }

    #[test]
    fn contrast_is_what_the_standard_says() {
        assert!((Colour::BLACK.contrast(Colour::WHITE) - 21.0).abs() < 1e-9);
        let grey = Colour { red: 0x76, green: 0x76, blue: 0x76 };
        // The lightest grey that the standard allows on white.
        assert!((grey.contrast(Colour::WHITE) - 4.54).abs() < 0.01);
        assert!((grey.contrast(grey) - 1.0).abs() < 1e-9);
    }

    #[test]
    fn mixing_goes_from_one_to_the_other() {
        assert_eq!(Colour::BLACK.mixed(0, Colour::WHITE), Colour::WHITE);
        assert_eq!(Colour::BLACK.mixed(100, Colour::WHITE), Colour::BLACK);
        assert_eq!(Colour::BLACK.mixed(50, Colour::WHITE).to_string(), "#808080");
    }
}
