//! What can go wrong with the log.

use std::io;
use std::path::{Path, PathBuf};

/// Why the log does not open, take or give a commit.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// Another process holds the folder.
    #[error("the data folder {} is in use by another gateway (process {pid}); stop it, or choose another --data folder", folder.display())]
    InUse {
        /// The folder.
        folder: PathBuf,
        /// The other process, as far as it said.
        pid: String,
    },
    /// A file or folder failed.
    #[error("{} failed", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// How.
        #[source]
        source: io::Error,
    },
    /// The barrier failed: nothing is known about the disk.
    #[error("the log could not be made durable")]
    Barrier(#[source] io::Error),
    /// sled failed.
    #[error("the log's database failed")]
    Database(#[from] sled::Error),
    /// A commit has no JSON form; most likely a secret in it is open.
    #[error("a commit cannot be written down")]
    Encode(#[source] serde_json::Error),
    /// A cause whose fingerprint is no fingerprint.
    #[error("a cause's fingerprint is not 16 hexadecimal digits")]
    BadCause,
    /// A record over the limit.
    #[error("a record of {bytes} bytes is larger than the log takes")]
    TooLarge {
        /// Its size.
        bytes: usize,
    },
    /// A record in the database cannot be read. The next opening sets the database aside and rebuilds it from the archive.
    #[error("record {sequence} of the log is damaged: {what}")]
    Damaged {
        /// Which.
        sequence: u64,
        /// What is wrong with it.
        what: &'static str,
    },
    /// A whole record says something that this version does not know: a newer one wrote it. Rebuilding would not help.
    #[error("record {sequence} of the log was written by a newer version of the gateway; start that one")]
    Unknown {
        /// Which.
        sequence: u64,
        /// What is not known.
        #[source]
        source: serde_json::Error,
    },
    /// A line of the archive cannot be read, and the database does not have its record either.
    #[error("{}, line {line}: {what}; restore the folder from a backup, or put the line back", path.display())]
    ArchiveDamaged {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: u64,
        /// What is wrong with it.
        what: &'static str,
    },
    /// Records are missing from the archive, and the database does not have them either.
    #[error("records {from} to {to} are missing from the archive; restore the folder from a backup")]
    ArchiveGap {
        /// The first that is missing.
        from: u64,
        /// The last that is missing.
        to: u64,
    },
    /// An earlier append failed.
    #[error("the log takes nothing more after a failed write, until the gateway is restarted")]
    Stopped,
}

impl LogError {
    /// Whether the same call may work later without a restart. Nothing here does: after a failed write only opening the log
    /// anew tells what reached the disk.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        false
    }

    /// Whether opening the log anew repairs it, because the database is then rebuilt from the archive.
    #[must_use]
    pub fn is_healed_by_reopening(&self) -> bool {
        matches!(self, Self::Damaged { .. })
    }

    pub(crate) fn file(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::File { path, source }
    }
}
