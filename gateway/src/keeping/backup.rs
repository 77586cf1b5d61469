//! Making a backup, also of a log that is being written to: whatever was durable when it began.

use std::fs;
use std::path::Path;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use shared::ids::StoreId;
use zeroize::Zeroize;

use super::KeepingError;
use super::sealed_lines::LinesWriter;
use crate::log::archive::{self, Entry, Reader, encode_line};
use crate::log::{EventLog, SledLog, showroom_of};
use crate::vault::Vault;

/// Version of both files' form.
pub(super) const VERSION: u32 = 1;

/// How many records lie between two calls of a progress callback.
pub(super) const PROGRESS_EVERY: u64 = 10_000;

/// First line of the archive bundle; archive lines in the order of their sequences follow.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Header {
    pub(super) yingbin_backup: u32,
    pub(super) made_at: DateTime<Utc>,
    pub(super) records: u64,
    /// Whose; absent where nobody had served yet, and in older backups.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) store: Option<StoreId>,
}

/// First line of the key file; [`KeyLine`]s follow.
#[derive(Serialize, Deserialize)]
pub(super) struct KeysHeader {
    pub(super) yingbin_backup_keys: u32,
    pub(super) warning: String,
    pub(super) made_at: DateTime<Utc>,
    pub(super) store_secret: String,
}

/// One data key.
#[derive(Serialize, Deserialize)]
pub(super) struct KeyLine {
    pub(super) subject: String,
    pub(super) id: String,
    pub(super) key: String,
}

/// What was backed up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BackedUp {
    /// Records of the log.
    pub records: u64,
    /// Data keys.
    pub keys: u64,
}

/// Writes the archive to `to`, the keys to `keys_to` (mode 0600, to be kept elsewhere), and a copy of the erasure list as
/// `erased.list` beside `to`. Calls `progress` with records done and to do.
///
/// # Errors
/// [`KeepingError::Exists`]; [`KeepingError::Within`] for a place in the data folder; [`KeepingError::Archive`] for a fault that verify has to mend first; any failure of the disk.
pub fn backup(
    log: &SledLog,
    vault: &Vault,
    to: &Path,
    keys_to: &Path,
    now: DateTime<Utc>,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<BackedUp, KeepingError> {
    check_places(log, to, keys_to)?;
    let head = log.head();
    let store = showroom_of(log.data())?;
    let mut bundle = LinesWriter::create(to, &Header { yingbin_backup: VERSION, made_at: now, records: head, store })?;
    let mut line = Vec::new();
    let mut done = 0;
    for entry in Reader::open(&archive::folder(log.data()), Some(head))? {
        let record = match entry? {
            Entry::Record(record) => record,
            Entry::Bad { path, line, what } => {
                return Err(KeepingError::Archive(format!("{}, line {line}: {what}", path.display())));
            }
            Entry::Gap { from, to } => {
                return Err(KeepingError::Archive(format!("records {from} to {to} are missing")));
            }
        };
        line.clear();
        encode_line(&record.json, &mut line);
        bundle.line(&line)?;
        done = record.sequence;
        if done % PROGRESS_EVERY == 0 {
            progress(done, head);
        }
    }
    if done != head {
        return Err(KeepingError::Archive(format!("records {} to {head} are missing", done + 1)));
    }
    // After the records: a key that is missing here was destroyed meanwhile.
    let records = bundle.finish()?;
    let keys = backup_keys(vault, keys_to, now)?;
    let erased = vault.erased().path();
    if erased.exists() {
        let copy = to.with_file_name("erased.list");
        fs::copy(erased, &copy).and_then(|_| fs::File::open(&copy)?.sync_all()).map_err(KeepingError::file(&copy))?;
    }
    progress(head, head);
    Ok(BackedUp { records, keys })
}

/// Whether a backup may go there; before it goes on record.
///
/// # Errors
/// [`KeepingError::Exists`], [`KeepingError::NoFolder`], [`KeepingError::Within`].
pub fn check_places(log: &SledLog, to: &Path, keys_to: &Path) -> Result<(), KeepingError> {
    for file in [to, keys_to] {
        if file.exists() {
            return Err(KeepingError::Exists(file.to_owned()));
        }
        if let Some(folder) = file.parent().filter(|folder| !folder.as_os_str().is_empty() && !folder.is_dir()) {
            return Err(KeepingError::NoFolder(folder.to_owned()));
        }
        if is_within(file, log.data()) {
            return Err(KeepingError::Within(file.to_owned()));
        }
    }
    Ok(())
}

/// Whether a file that is yet to be made would lie in the folder, also behind a link.
fn is_within(file: &Path, folder: &Path) -> bool {
    let parent = file.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // A parent that is not there is told when the file is made.
    parent
        .canonicalize()
        .ok()
        .zip(folder.canonicalize().ok())
        .is_some_and(|(parent, folder)| parent.starts_with(folder))
}

fn backup_keys(vault: &Vault, to: &Path, now: DateTime<Utc>) -> Result<u64, KeepingError> {
    let mut header = KeysHeader {
        yingbin_backup_keys: VERSION,
        warning: "SECRET: keep this apart from the backup; whoever has both can read everything".to_owned(),
        made_at: now,
        store_secret: hex::encode(vault.store_secret().as_slice()),
    };
    let file = LinesWriter::create(to, &header);
    header.store_secret.zeroize();
    let mut file = file?;
    vault.each_key(|subject, key| {
        let mut line =
            KeyLine { subject: subject.to_string(), id: key.id().to_string(), key: hex::encode(key.bytes()) };
        let written = file.json(&line);
        line.key.zeroize();
        written
    })?;
    file.finish()
}
