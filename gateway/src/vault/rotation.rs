//! The daily change of the wrapping key.
//!
//! Order: the new wrapping key is added to the key file; every data key is written anew under it; the old wrapping keys are
//! taken out of the key file. At each point in between both kinds of files open, so a crash loses nothing, and the next
//! rotation goes on. Once it is through, no remnant of an older key file's blocks opens any more.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use chrono::{DateTime, Utc};

use super::data_key::Wrapped;
use super::key_folder::{draft_of, subjects_in};
use super::{Vault, VaultError};
use crate::domain::secret::Subject;

/// What a rotation did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Rotated {
    /// Data keys wrapped anew.
    pub keys: u64,
    /// Key files that do not open, and were left.
    pub damaged: u64,
}

pub(super) fn rotate(vault: &Vault, now: DateTime<Utc>) -> Result<Rotated, VaultError> {
    vault.inner().key_file.add_wrapping(now)?;
    let mut rotated = Rotated::default();
    for shard in vault.folder.shards() {
        rotate_shard(vault, &shard, &mut rotated)?;
    }
    vault.folder.sync_all()?;
    vault.inner().key_file.drop_older()?;
    if rotated.damaged > 0 {
        tracing::warn!(count = rotated.damaged, "data keys could not be wrapped anew: their files are damaged");
    }
    Ok(rotated)
}

/// Wraps the keys of a shard anew: drafts first, synced together, then each is put in place.
pub(super) fn rotate_shard(vault: &Vault, shard: &Path, rotated: &mut Rotated) -> Result<(), VaultError> {
    let mut drafts = Vec::new();
    remove_drafts(shard).map_err(VaultError::file(shard))?;
    for subject in subjects_in(shard)? {
        let path = vault.folder.file_of(&subject);
        let Some(old) = read(&path)? else { continue };
        match wrap_anew(vault, &subject, &old)? {
            Anew::Current => {}
            Anew::Damaged => rotated.damaged += 1,
            Anew::Content(content) => {
                let draft = draft_of(&path);
                write(&draft, &content).map_err(VaultError::file(&draft))?;
                drafts.push((draft, path, old));
            }
        }
    }
    if drafts.is_empty() {
        return Ok(());
    }
    vault.folder.sync_all()?;
    for (draft, path, old) in drafts {
        // Held against `destroy`: a key that went meanwhile must not come back.
        let _held = vault.inner();
        if read(&path)?.as_ref() == Some(&old) {
            fs::rename(&draft, &path).map_err(VaultError::file(&path))?;
            rotated.keys += 1;
        } else {
            // Whoever destroyed the key may have removed the draft with it.
            match fs::remove_file(&draft) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(VaultError::file(&draft)(error)),
                _ => {}
            }
        }
    }
    Ok(())
}

/// What a rotation that was cut off left: of keys that were destroyed since, too.
fn remove_drafts(shard: &Path) -> io::Result<()> {
    let entries = match fs::read_dir(shard) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        entries => entries?,
    };
    for entry in entries {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "new") {
            fs::remove_file(&path)?;
        }
    }
    Ok(())
}

enum Anew {
    Current,
    Damaged,
    Content(Vec<u8>),
}

fn wrap_anew(vault: &Vault, subject: &Subject, old: &[u8]) -> Result<Anew, VaultError> {
    let inner = vault.inner();
    let (by, wrapping) = inner.key_file.current();
    let Some(wrapped) = Wrapped::parse(old) else { return Ok(Anew::Damaged) };
    if wrapped.by == by {
        return Ok(Anew::Current);
    }
    let Some(key) = inner.key_file.wrapping(wrapped.by).and_then(|older| wrapped.unwrap(subject, older)) else {
        return Ok(Anew::Damaged);
    };
    Ok(Anew::Content(key.wrap(subject, by, wrapping)?))
}

fn read(path: &Path) -> Result<Option<Vec<u8>>, VaultError> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(VaultError::file(path)(error)),
    }
}

fn write(path: &Path, content: &[u8]) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)?;
    file.write_all(content)
}
