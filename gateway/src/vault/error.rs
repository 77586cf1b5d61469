//! What can go wrong with the vault.

use std::io;
use std::path::{Path, PathBuf};

/// Why the vault does not open, seal or destroy.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// A file or folder failed.
    #[error("{} failed", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// How.
        #[source]
        source: io::Error,
    },
    /// There are keys, but nothing to open them with.
    #[error(
        "the key file {} is missing, and {} holds keys that only it opens; put it back, or restore from a backup", key_file.display(), keys.display()
    )]
    KeyFileMissing {
        /// Where it was looked for.
        key_file: PathBuf,
        /// The keys' folder.
        keys: PathBuf,
    },
    /// The key file belongs to other keys.
    #[error("the key file {} does not belong to the keys in {}; put the right one there", key_file.display(), keys.display())]
    WrongKeyFile {
        /// The file.
        key_file: PathBuf,
        /// The keys' folder.
        keys: PathBuf,
    },
    /// The key file is a copy from before its last change.
    #[error(
        "the key file {} is older than the keys in {}: it changes every day, and this is a copy from before; put the newest one back, or \
         restore from a backup. Nothing was changed",
        key_file.display(),
        keys.display()
    )]
    OutdatedKeyFile {
        /// The file.
        key_file: PathBuf,
        /// The keys' folder.
        keys: PathBuf,
    },
    /// The key file cannot be understood.
    #[error("{} is no key file, or is damaged; put the right one there", .0.display())]
    NoKeyFile(PathBuf),
    /// Others may read the key file.
    #[error("the key file {} may be read by others; its mode must be 0600", .0.display())]
    KeyFileOpen(PathBuf),
    /// Keys cannot be restored over others.
    #[error("{} is not empty", .0.display())]
    NotEmpty(PathBuf),
    /// The cipher failed.
    #[error("a value cannot be sealed")]
    Seal,
    /// No random bytes.
    #[error("the system gives no random bytes")]
    Random(#[from] getrandom::Error),
}

impl VaultError {
    /// Whether the same call may work later: sealing writes new files, and a disk may get room again.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match self {
            Self::File { source, .. } => {
                matches!(
                    source.kind(),
                    io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::Interrupted
                )
            }
            Self::Random(_) => true,
            _ => false,
        }
    }

    pub(super) fn file(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::File { path, source }
    }
}
