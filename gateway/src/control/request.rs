//! What can be asked.

use std::collections::BTreeSet;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use shared::ids::{DeviceId, LeadId, StaffId};
use shared::personal::Personal;
use shared::wire::Language;

use crate::domain::audit::Export;
use crate::domain::roster::{DeviceKind, Role};

/// One command.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case", deny_unknown_fields)]
pub enum Request {
    /// Adds a member of staff, or gives one another role and password; of whoever is there already stays what is not said.
    AccountAdd {
        /// Who.
        id: StaffId,
        /// What they are.
        role: Role,
        /// Senior.
        senior: bool,
        /// Languages they speak; Chinese for somebody new.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        languages: Option<BTreeSet<Language>>,
        /// The name on the badge; the sign-in name for somebody new.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        display: Option<Personal>,
        /// The same in Latin letters.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        latin: Option<Personal>,
        /// The password's hash: the password itself stays with whoever typed it.
        password_hash: Personal,
    },
    /// Lists the staff.
    AccountList,
    /// Takes a member of staff away.
    AccountRemove {
        /// Who.
        id: StaffId,
    },
    /// Adds a device, or gives one a new password.
    DeviceAdd {
        /// Which.
        id: DeviceId,
        /// What it is.
        kind: DeviceKind,
    },
    /// Lists the devices.
    DeviceList,
    /// Takes a device away.
    DeviceRemove {
        /// Which.
        id: DeviceId,
        /// What it is; needed where two kinds share a name.
        kind: Option<DeviceKind>,
    },
    /// Writes rows out.
    Export {
        /// Which, how, and of which days.
        export: Export,
        /// Begin with a byte order mark.
        bom: bool,
    },
    /// Erases a lead's contact.
    LeadErase {
        /// Which.
        id: LeadId,
    },
    /// Checks every record.
    Verify,
    /// Writes the records into one file, and their keys into another.
    Backup {
        /// The file for the records.
        to: PathBuf,
        /// The file for the keys.
        keys: PathBuf,
    },
}

impl Request {
    /// Whether it makes sense on a folder that does not exist yet.
    #[must_use]
    pub fn begins_a_showroom(&self) -> bool {
        matches!(self, Self::AccountAdd { .. } | Self::DeviceAdd { .. })
    }
}
