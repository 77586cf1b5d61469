//! `[checklist]`: what is looked at before the door opens (PROCESS I.2).

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{EXAMPLE, Faults};
use crate::domain::morning::Item;

/// Items of a checklist that somebody goes through every morning, at most.
const ITEMS: usize = 30;

/// `[checklist]`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ChecklistConfig {
    /// In the order in which one walks by; none takes the page away.
    pub items: Vec<Item>,
}

impl Default for ChecklistConfig {
    /// The items stand once, in the example file.
    fn default() -> Self {
        #[derive(Deserialize)]
        struct File {
            checklist: Section,
        }
        #[derive(Deserialize)]
        struct Section {
            items: Vec<Item>,
        }
        // A test sees to it that the example reads.
        let items = toml::from_str::<File>(EXAMPLE).map(|file| file.checklist.items).unwrap_or_default();
        Self { items }
    }
}

impl ChecklistConfig {
    pub(super) fn validate(&self, faults: &mut Faults) {
        faults.unless(self.items.len() <= ITEMS, "checklist.items", "must have at most 30 items");
        let ids: BTreeSet<_> = self.items.iter().map(|item| &item.id).collect();
        faults.unless(ids.len() == self.items.len(), "checklist.items", "name the same id twice");
        for (index, item) in self.items.iter().enumerate() {
            let worded = !item.zh.trim().is_empty() && !item.en.trim().is_empty();
            faults.unless(worded, &format!("checklist.items[{index}]"), "needs a text in zh and in en");
        }
    }
}
