//! Telephone numbers as people in a Chinese showroom write them, normalised to E.164.
//!
//! Accepted (PROCESS I.1): mainland mobiles (bare, `+86`, `0086`, `86`), +852 Hong Kong, +853 Macao, +886 Taiwan, and
//! foreign numbers with `+` or `00`; full-width digits, spaces, dashes, dots and brackets are taken out first.

use std::fmt;

use serde::{Deserialize, Serialize};

/// How many digits [`PhoneNumber::masked`] hides at least.
pub const HIDDEN: usize = 4;

/// How many digits it shows at most of the beginning (a country's code, a mobile network's), and of the end.
const HEAD: usize = 3;
const TAIL: usize = 4;

/// A number in E.164: `+`, country code, national number. `Debug` hides it; see [`PhoneNumber::masked`].
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PhoneNumber(String);

/// Why a text is no telephone number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PhoneError {
    /// Something other than digits and the usual separators.
    #[error("a telephone number has only digits, and perhaps a plus sign in front")]
    Characters,
    /// Too few digits for its kind.
    #[error("the telephone number is too short")]
    TooShort,
    /// Too many digits for its kind.
    #[error("the telephone number is too long")]
    TooLong,
    /// The right length, but no such number is given out.
    #[error("no telephone number begins like this")]
    Prefix,
}

impl PhoneNumber {
    /// Reads a number as a person wrote it.
    ///
    /// # Errors
    /// Why it cannot be one.
    pub fn parse(text: &str) -> Result<Self, PhoneError> {
        let mut digits = String::with_capacity(16);
        let mut international = false;
        for c in text.trim().chars() {
            match c {
                '+' | '\u{FF0B}' if digits.is_empty() && !international => international = true,
                '0'..='9' => digits.push(c),
                // Full-width digits and signs, as Chinese keyboards write them.
                '\u{FF10}'..='\u{FF19}' => digits.extend(char::from_u32(u32::from(c) - 0xFF10 + 0x30)),
                ' ' | '\u{3000}' | '\u{A0}' | '-' | '\u{FF0D}' | '\u{2010}' | '\u{2013}' | '.' | '(' | ')'
                | '\u{FF08}' | '\u{FF09}' => {}
                _ => return Err(PhoneError::Characters),
            }
        }
        if let Some(rest) = digits.strip_prefix("00").filter(|_| !international) {
            digits = rest.to_owned();
            international = true;
        }
        if international { Self::international(&digits) } else { Self::domestic(&digits) }
    }

    fn domestic(digits: &str) -> Result<Self, PhoneError> {
        match digits.strip_prefix("86") {
            Some(national) if digits.len() == 13 => Self::mainland(national),
            _ => Self::mainland(digits),
        }
    }

    fn mainland(national: &str) -> Result<Self, PhoneError> {
        let second = national.as_bytes().get(1);
        let mobile = national.starts_with('1') && second.is_none_or(|digit| (b'3'..=b'9').contains(digit));
        if !mobile && !national.is_empty() {
            return Err(PhoneError::Prefix);
        }
        exactly(national, 11).map(|()| Self(format!("+86{national}")))
    }

    fn international(digits: &str) -> Result<Self, PhoneError> {
        if let Some(national) = digits.strip_prefix("86") {
            return Self::mainland(national);
        }
        if let Some(national) = digits.strip_prefix("852") {
            return Self::fixed("852", national, 8, "456789");
        }
        if let Some(national) = digits.strip_prefix("853") {
            return Self::fixed("853", national, 8, "268");
        }
        if let Some(national) = digits.strip_prefix("886") {
            return Self::fixed("886", national.strip_prefix('0').unwrap_or(national), 9, "9");
        }
        if digits.starts_with('0') {
            return Err(PhoneError::Prefix);
        }
        match digits.len() {
            0..=6 => Err(PhoneError::TooShort),
            7..=15 => Ok(Self(format!("+{digits}"))),
            _ => Err(PhoneError::TooLong),
        }
    }

    fn fixed(country: &str, national: &str, length: usize, first: &str) -> Result<Self, PhoneError> {
        if national.chars().next().is_some_and(|digit| !first.contains(digit)) {
            return Err(PhoneError::Prefix);
        }
        exactly(national, length).map(|()| Self(format!("+{country}{national}")))
    }

    /// The number in E.164.
    #[must_use]
    pub fn e164(&self) -> &str {
        &self.0
    }

    /// The number as a person dials it here: `13800138000`, `+85261234567`.
    #[must_use]
    pub fn full(&self) -> String {
        self.0.strip_prefix("+86").unwrap_or(&self.0).to_owned()
    }

    /// The number with its middle hidden: `138****8000`, `+852****1234`. At least [`HIDDEN`] digits are; of a short number less
    /// is shown, its end before its beginning.
    #[must_use]
    pub fn masked(&self) -> String {
        let full = self.full();
        let (plus, digits) = full.strip_prefix('+').map_or(("", full.as_str()), |digits| ("+", digits));
        let shown = digits.len().saturating_sub(HIDDEN);
        let tail = shown.min(TAIL);
        let head = (shown - tail).min(HEAD);
        let part = |from: usize, to: usize| digits.get(from..to).unwrap_or_default();
        format!("{plus}{}****{}", part(0, head), part(digits.len() - tail, digits.len()))
    }
}

fn exactly(national: &str, length: usize) -> Result<(), PhoneError> {
    match national.len().cmp(&length) {
        std::cmp::Ordering::Less => Err(PhoneError::TooShort),
        std::cmp::Ordering::Equal => Ok(()),
        std::cmp::Ordering::Greater => Err(PhoneError::TooLong),
    }
}

impl fmt::Debug for PhoneNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl TryFrom<String> for PhoneNumber {
    type Error = PhoneError;

    fn try_from(text: String) -> Result<Self, PhoneError> {
        Self::parse(&text)
    }
}

impl From<PhoneNumber> for String {
    fn from(number: PhoneNumber) -> Self {
        number.0
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(text: &str, expect: Result<&str, PhoneError>) {
        assert_eq!(PhoneNumber::parse(text).as_ref().map(PhoneNumber::e164).map_err(|e| *e), expect, "{text}");
    }

    #[test]
    fn every_form_that_people_write() {
        for same in [
            "13800138000",
            "138 0013 8000",
            "138-0013-8000",
            "+86 138 0013 8000",
            "+8613800138000",
            "008613800138000",
            "8613800138000",
            "13800138000",
            "+86 13800138000",
            "(+86)13800138000",
            "\u{FF11}\u{FF13}\u{FF18}\u{FF10}\u{FF10}\u{FF11}\u{FF13}\u{FF18}\u{FF10}\u{FF10}\u{FF10}",
            "\u{FF0B}\u{FF18}\u{FF16} 13800138000",
            " 138\u{3000}0013\u{a0}8000 ",
        ] {
            check(same, Ok("+8613800138000"));
        }
        check("+852 9123 4567", Ok("+85291234567"));
        check("00852-61234567", Ok("+85261234567"));
        check("+853 6612 3456", Ok("+85366123456"));
        check("+886 0912 345 678", Ok("+886912345678"));
        check("+886912345678", Ok("+886912345678"));
        check("+44 20 7946 0958", Ok("+442079460958"));
        check("+1 (415) 555-2671", Ok("+14155552671"));
    }

    #[test]
    fn wrong_numbers_say_why() {
        check("", Err(PhoneError::TooShort));
        check("1380013800", Err(PhoneError::TooShort));
        check("138001380000", Err(PhoneError::TooLong));
        check("12800138000", Err(PhoneError::Prefix));
        check("23800138000", Err(PhoneError::Prefix));
        check("+85212345678", Err(PhoneError::Prefix));
        check("+853512345678", Err(PhoneError::Prefix));
        check("+8521", Err(PhoneError::Prefix));
        check("+8529", Err(PhoneError::TooShort));
        check("+1234567890123456", Err(PhoneError::TooLong));
        check("+0123456789", Err(PhoneError::Prefix));
        check("one three eight", Err(PhoneError::Characters));
        check("138+0013", Err(PhoneError::Characters));
        check("1380013800王", Err(PhoneError::Characters));
    }

    #[test]
    fn the_middle_is_masked() {
        for (text, masked) in [
            ("13800138000", "138****8000"),
            ("+85291234567", "+852****4567"),
            ("+14155552671", "+141****2671"),
            ("+442079460958", "+442****0958"),
            ("+1234567890", "+12****7890"),
            ("+12345678", "+****5678"),
            ("+1234567", "+****567"),
        ] {
            assert_eq!(PhoneNumber::parse(text).unwrap().masked(), masked);
        }
    }

    /// Numbers of every length and kind; most random texts are none.
    const NUMBERS: &str =
        "1[3-9][0-9]{9}|\\+1[0-9]{6,14}|\\+[2-7][0-9]{6,14}|\\+852[4-9][0-9]{7}|\\+853[268][0-9]{7}|\\+8869[0-9]{8}";

    proptest! {
        #[test]
        fn any_text_is_answered_and_a_number_reads_back(text in "\\PC{0,24}|[+0-9 ]{0,20}") {
            if let Ok(number) = PhoneNumber::parse(&text) {
                prop_assert_eq!(PhoneNumber::parse(number.e164()), Ok(number.clone()));
            }
        }

        #[test]
        fn a_masked_number_hides_four_digits_and_shows_none_twice(text in NUMBERS) {
            let number = PhoneNumber::parse(&text).unwrap();
            let (full, masked) = (number.full(), number.masked());
            let (head, tail) = masked.split_once("****").unwrap();
            prop_assert!(full.starts_with(head) && full.ends_with(tail), "{masked} of {full}");
            // What is shown of both ends leaves room between them for what is hidden: so they never meet.
            prop_assert!(head.len() + HIDDEN + tail.len() <= full.len(), "{masked} of {full}");
            prop_assert!(!tail.is_empty(), "{masked} of {full}: nobody knows it again");
        }
    }
}
