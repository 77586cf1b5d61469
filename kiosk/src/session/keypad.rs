//! A telephone number while it is typed.

use shared::phone::{PhoneError, PhoneNumber};

use super::screen::KeypadView;

/// The longest number of E.164 has 15 digits.
const MAX_DIGITS: usize = 15;
/// A mainland mobile has 11.
const MAINLAND_DIGITS: usize = 11;

/// What can be said kindly about a number so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing typed.
    Empty,
    /// So many digits are missing; `None` where the length is not known.
    Short(Option<usize>),
    /// A number.
    Good,
    /// No number begins like this.
    Odd,
    /// Too many digits.
    Long,
}

/// The keypad's state; personal, so its `Debug` hides the digits.
#[derive(Clone, Default)]
pub(super) struct Keypad {
    digits: String,
}

impl std::fmt::Debug for Keypad {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Keypad").finish_non_exhaustive()
    }
}

impl Keypad {
    pub(super) fn press(&mut self, key: char) {
        // One digit more than any number has, so that too many are seen to be too many.
        let room = self.digits.len() <= MAX_DIGITS + usize::from(self.is_foreign());
        if (key.is_ascii_digit() && room) || (key == '+' && self.digits.is_empty()) {
            self.digits.push(key);
        }
    }

    pub(super) fn erase(&mut self) {
        self.digits.pop();
    }

    pub(super) fn number(&self) -> Result<PhoneNumber, PhoneError> {
        PhoneNumber::parse(&self.digits)
    }

    pub(super) fn view(&self) -> KeypadView {
        KeypadView { number: self.grouped(), verdict: self.verdict() }
    }

    fn is_foreign(&self) -> bool {
        self.digits.starts_with('+')
    }

    fn verdict(&self) -> Verdict {
        if self.digits.is_empty() {
            return Verdict::Empty;
        }
        match self.number() {
            Ok(_) => Verdict::Good,
            Err(PhoneError::TooShort) if self.is_foreign() => Verdict::Short(None),
            Err(PhoneError::TooShort) => Verdict::Short(Some(MAINLAND_DIGITS.saturating_sub(self.digits.len()))),
            Err(PhoneError::TooLong) => Verdict::Long,
            Err(PhoneError::Prefix | PhoneError::Characters) => Verdict::Odd,
        }
    }

    /// `138 0013 8000`, `+86 138 0013 8000`, `+852 9123 4567`, `+44 207 946 095 8`.
    fn grouped(&self) -> String {
        let (country, national, groups): (&str, &str, &[usize]) = match self.digits.as_str() {
            digits if !digits.starts_with('+') => ("", digits, &[3, 4, 4]),
            digits => ["+86", "+852", "+853", "+886"]
                .into_iter()
                .find_map(|code| digits.strip_prefix(code).map(|national| (code, national)))
                .map_or(("", digits, &[3, 3, 3, 3][..]), |(code, national)| match code {
                    "+86" => (code, national, &[3, 4, 4][..]),
                    "+886" => (code, national, &[3, 3, 3][..]),
                    _ => (code, national, &[4, 4][..]),
                }),
        };
        let mut parts: Vec<&str> = if country.is_empty() { Vec::new() } else { vec![country] };
        let mut rest = national;
        for &size in groups {
            let Some((head, tail)) = rest.split_at_checked(size) else { break };
            parts.push(head);
            rest = tail;
        }
        if !rest.is_empty() {
            parts.push(rest);
        }
        parts.join(" ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(keys: &str, shown: &str, verdict: Verdict) {
        let mut keypad = Keypad::default();
        keys.chars().for_each(|key| keypad.press(key));
        assert_eq!((keypad.grouped().as_str(), keypad.verdict()), (shown, verdict), "{keys}");
    }

    #[test]
    fn numbers_are_grouped_and_judged_while_they_are_typed() {
        check("", "", Verdict::Empty);
        check("1", "1", Verdict::Short(Some(10)));
        check("138", "138", Verdict::Short(Some(8)));
        check("1380", "138 0", Verdict::Short(Some(7)));
        check("13800138000", "138 0013 8000", Verdict::Good);
        check("138001380001", "138 0013 8000 1", Verdict::Long);
        check("12", "12", Verdict::Odd);
        check("+", "+", Verdict::Short(None));
        check("+8613800138000", "+86 138 0013 8000", Verdict::Good);
        check("+85291234567", "+852 9123 4567", Verdict::Good);
        check("+886912345678", "+886 912 345 678", Verdict::Good);
        check("+442079460958", "+44 207 946 095 8", Verdict::Good);
        check("1+3x8", "138", Verdict::Short(Some(8)));
        check("1380013800013800138000", "138 0013 8000 13800", Verdict::Long);
        check("+14155552671", "+14 155 552 671", Verdict::Good);
        check("+85366123456", "+853 6612 3456", Verdict::Good);
        check("+85212345678", "+852 1234 5678", Verdict::Odd);
        check("+12345678901234567890", "+12 345 678 901 23456", Verdict::Long);
        // No key of ours types a full-width digit; who sends one is not heard.
        check("\u{ff11}3\u{ff0b}", "3", Verdict::Odd);
    }

    #[test]
    fn erasing_goes_back_to_nothing_and_no_further() {
        let mut keypad = Keypad::default();
        keypad.press('1');
        keypad.erase();
        keypad.erase();
        assert_eq!(keypad.verdict(), Verdict::Empty);
    }

    #[test]
    fn debug_output_hides_the_digits() {
        let mut keypad = Keypad::default();
        "13800138000".chars().for_each(|key| keypad.press(key));
        assert!(!format!("{keypad:?}").contains('8'));
    }
}
