//! The erasure list: the ids of destroyed keys, a line each, so that restoring an older backup brings nobody back.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Write};
use std::path::{Path, PathBuf};

use shared::barrier::sync_folder;

use super::{KeyId, VaultError};

/// `keys/erased.list`. Only appended to; a copy of it is kept beside the backups.
#[derive(Debug, Clone)]
pub struct ErasureList {
    path: PathBuf,
}

impl ErasureList {
    /// The list of a keys' folder.
    #[must_use]
    pub fn of(keys: &Path) -> Self {
        Self { path: keys.join("erased.list") }
    }

    /// A copy of a list, wherever it lies.
    #[must_use]
    pub fn at(path: &Path) -> Self {
        Self { path: path.to_owned() }
    }

    /// Where it lies.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Appends ids; on the disk when this returns.
    ///
    /// # Errors
    /// When the file cannot be written or synced.
    pub(super) fn add(&self, ids: impl IntoIterator<Item = KeyId>) -> Result<(), VaultError> {
        let mut lines = String::new();
        for id in ids {
            lines.push_str(&id.to_string());
            lines.push('\n');
        }
        if lines.is_empty() {
            return Ok(());
        }
        let append = || -> io::Result<()> {
            let is_new = !self.path.exists();
            let mut file = File::options().append(true).create(true).open(&self.path)?;
            file.write_all(lines.as_bytes())?;
            file.sync_data()?;
            match self.path.parent() {
                Some(folder) if is_new => sync_folder(folder),
                _ => Ok(()),
            }
        };
        append().map_err(VaultError::file(&self.path))
    }

    /// Every id. A line that a crash cut off is passed over: its key was not destroyed then.
    ///
    /// # Errors
    /// When the file is there and cannot be read.
    pub fn ids(&self) -> Result<BTreeSet<KeyId>, VaultError> {
        let file = match File::open(&self.path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(BTreeSet::new()),
            file => file.map_err(VaultError::file(&self.path))?,
        };
        let mut ids = BTreeSet::new();
        for line in BufReader::new(file).split(b'\n') {
            let line = line.map_err(VaultError::file(&self.path))?;
            // Behind a torn line stands the next one: an id is the last 32 digits.
            let digits = line.split_at_checked(line.len().saturating_sub(32)).map_or(&[][..], |(_, id)| id);
            ids.extend(
                std::str::from_utf8(digits)
                    .ok()
                    .and_then(|digits| <_ as hex::FromHex>::from_hex(digits).ok())
                    .map(KeyId),
            );
        }
        Ok(ids)
    }
}
