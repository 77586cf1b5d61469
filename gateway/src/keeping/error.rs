//! What can go wrong with keeping.

use std::io;
use std::path::{Path, PathBuf};

use crate::log::LogError;
use crate::vault::VaultError;

/// Why a backup or a restoration was not made.
#[derive(Debug, thiserror::Error)]
pub enum KeepingError {
    /// A file or folder failed.
    #[error("{} failed", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// How.
        #[source]
        source: io::Error,
    },
    /// Nothing is written over.
    #[error("{} is there already; choose another name", .0.display())]
    Exists(PathBuf),
    /// A showroom's key is there, as of a data folder in use.
    #[error("{} is there already, as beside a showroom that is in use: restore into a folder of another name", .0.display())]
    KeyExists(PathBuf),
    /// The folder for a new file.
    #[error("there is no folder {}; make it first", .0.display())]
    NoFolder(PathBuf),
    /// A backup is no part of what it is a backup of.
    #[error("{} lies in the data folder; a backup must survive without it, so name a place outside", .0.display())]
    Within(PathBuf),
    /// A restoration goes into an empty folder.
    #[error("{} is not empty; restore into a new folder", .0.display())]
    NotEmpty(PathBuf),
    /// It is no file of this kind.
    #[error("{} is no {what} of this version", path.display())]
    Foreign {
        /// The file.
        path: PathBuf,
        /// What it should be.
        what: &'static str,
    },
    /// It is damaged or cut off.
    #[error("{}, line {line}: {what}; take another copy", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: u64,
        /// What is wrong.
        what: &'static str,
    },
    /// The archive that should be backed up has a fault.
    #[error("the archive has a fault ({0}); run verify, which mends what the database still has")]
    Archive(String),
    /// The log failed.
    #[error("the log failed")]
    Log(#[from] LogError),
    /// The vault failed.
    #[error("the vault failed")]
    Vault(#[from] VaultError),
}

impl KeepingError {
    /// Whether the same call may work later: a full disk gets room again.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match self {
            Self::File { source, .. } => source.kind() == io::ErrorKind::StorageFull,
            Self::Vault(error) => error.is_transient(),
            _ => false,
        }
    }

    pub(super) fn file(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::File { path, source }
    }
}
