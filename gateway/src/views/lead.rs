//! A lead as pages and exports see it. Its contact stays sealed as the log has it; whoever shows it opens it through the
//! vault, and an erased one stays closed.

use serde::{Deserialize, Serialize};

use super::ViewsError;
use super::row::Millis;
use crate::domain::sales::Lead;
use crate::domain::secret::{Sealable, Secrets};

/// One lead. Stored as JSON, because its parts leave fields out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeadRow {
    /// When it came in.
    pub received_at: Millis,
    /// What was registered.
    pub lead: Lead,
}

impl LeadRow {
    pub(super) fn encode(&self) -> Result<Vec<u8>, ViewsError> {
        serde_json::to_vec(self).map_err(|_| ViewsError::Broken)
    }

    pub(super) fn decode(bytes: &[u8]) -> Result<Self, ViewsError> {
        serde_json::from_slice(bytes).map_err(|_| ViewsError::Broken)
    }
}

impl Secrets for LeadRow {
    fn each_secret(&mut self, each: &mut dyn FnMut(&mut dyn Sealable)) {
        if let Some(secret) = &mut self.lead.secret {
            each(secret);
        }
    }
}
