//! Text about a person: cannot be printed by accident, and is wiped from memory when dropped where that is possible.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A name, a number, an address, a sentence that somebody said. `Debug` shows `***`; there is no `Display`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Default)]
#[serde(transparent)]
pub struct Personal(String);

impl Personal {
    /// Takes a text over as personal.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text itself; whoever calls this decides who sees it.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// Whether nothing was said.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Debug for Personal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_output_hides_the_text() {
        let name = Personal::new("王小明");
        assert_eq!(format!("{name:?}"), "***");
        assert_eq!(serde_json::to_string(&name).unwrap(), "\"王小明\"");
    }
}
