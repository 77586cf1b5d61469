//! Text cells that a spreadsheet would take for a formula.

use std::borrow::Cow;

/// The text, with an apostrophe before it where it begins like a formula: a visitor's "name" must not run in the
/// manager's spreadsheet (OWASP, CSV injection).
pub(super) fn defused(text: &str) -> Cow<'_, str> {
    match text.as_bytes().first() {
        Some(b'=' | b'+' | b'-' | b'@' | b'\t' | b'\r') => Cow::Owned(format!("'{text}")),
        _ => Cow::Borrowed(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_never_begins_like_a_formula() {
        for (text, expect) in [
            ("=1+1", "'=1+1"),
            ("+852****1234", "'+852****1234"),
            ("-", "'-"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("\t=1", "'\t=1"),
            ("\r=1", "'\r=1"),
            ("王=", "王="),
            ("", ""),
            ("'", "'"),
        ] {
            assert_eq!(defused(text), expect);
        }
    }
}
