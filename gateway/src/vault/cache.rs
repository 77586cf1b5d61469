//! Data keys in memory: a bounded number, the recently used ones.

use std::collections::HashMap;
use std::sync::Arc;

use super::data_key::DataKey;
use crate::domain::secret::Subject;

/// Keys of one generation; two are held, about 2 MB.
const GENERATION: usize = 8192;

/// Two generations: what is used moves to the young one; when that is full, the old one is dropped.
#[derive(Debug, Default)]
pub(super) struct Cache {
    young: HashMap<Subject, Arc<DataKey>>,
    old: HashMap<Subject, Arc<DataKey>>,
}

impl Cache {
    pub(super) fn get(&mut self, subject: &Subject) -> Option<Arc<DataKey>> {
        if let Some(key) = self.young.get(subject) {
            return Some(Arc::clone(key));
        }
        let (subject, key) = self.old.remove_entry(subject)?;
        self.keep(subject, Arc::clone(&key));
        Some(key)
    }

    pub(super) fn keep(&mut self, subject: Subject, key: Arc<DataKey>) {
        if self.young.len() >= GENERATION {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(subject, key);
    }

    /// The key wipes itself when its last user lets go of it.
    pub(super) fn forget(&mut self, subject: &Subject) {
        self.young.remove(subject);
        self.old.remove(subject);
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.young.len() + self.old.len()
    }
}
