//! Restoring: a new data folder from a backup, its keys, and the list of what was erased since.

use std::fs;
use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use zeroize::{Zeroize, Zeroizing};

use super::KeepingError;
use super::backup::{Header, KeyLine, KeysHeader, PROGRESS_EVERY, VERSION};
use super::sealed_lines::LinesReader;
use crate::domain::secret::Subject;
use crate::log::archive::{self, Archive, parse_line};
use crate::log::{EventLog, FolderLock, Link, LogError, SledLog, name_showroom, showroom_file};
use crate::vault::{DataKey, ErasureList, KeyId, Vault};

/// Lines that are written at a time.
const WRITE_BYTES: usize = 1024 * 1024;

/// What was restored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Restored {
    /// Records of the log.
    pub records: u64,
    /// Data keys in the backup.
    pub keys: u64,
    /// Of these, keys that were on the erasure list and stay destroyed.
    pub erased: u64,
}

/// Restores the backup `from` with its `keys` into the new folder `data`, whose keys get a new `key_file`. `erased` is the newest
/// copy of the erasure list. On failure nothing is left behind.
///
/// # Errors
/// [`KeepingError::NotEmpty`], [`LogError::InUse`] within, [`KeepingError::Damaged`] and [`KeepingError::Foreign`] for the files, and any
/// failure of the disk.
pub fn restore(
    data: &Path,
    key_file: &Path,
    from: &Path,
    keys: &Path,
    erased: Option<&Path>,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<Restored, KeepingError> {
    if key_file.exists() {
        return Err(KeepingError::KeyExists(key_file.to_owned()));
    }
    let lock = FolderLock::take(data)?;
    if has_content(data).map_err(KeepingError::file(data))? {
        return Err(KeepingError::NotEmpty(data.to_owned()));
    }
    let restored = restore_files(data, key_file, from, keys, erased, progress);
    drop(lock);
    let opened = restored.and_then(|restored| {
        // Opening builds the database from the archive.
        let log = SledLog::open(data)?;
        if log.head() == restored.records { Ok(restored) } else { Err(LogError::Stopped.into()) }
    });
    opened.inspect_err(|_| clear(data, key_file))
}

fn has_content(data: &Path) -> std::io::Result<bool> {
    for entry in fs::read_dir(data)? {
        if entry?.file_name() != "lock" {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Takes away what a failed restoration made in a folder that was empty.
fn clear(data: &Path, key_file: &Path) {
    let folders = [archive::folder(data), Vault::keys_folder(data), data.join("log")];
    let failed = folders.iter().filter(|folder| folder.exists()).any(|folder| fs::remove_dir_all(folder).is_err());
    let failed = failed || (showroom_file(data).exists() && fs::remove_file(showroom_file(data)).is_err());
    if failed || (key_file.exists() && fs::remove_file(key_file).is_err()) {
        tracing::warn!(folder = %data.display(), "what a failed restoration left could not be removed");
    }
}

fn restore_files(
    data: &Path,
    key_file: &Path,
    from: &Path,
    keys: &Path,
    erased: Option<&Path>,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<Restored, KeepingError> {
    let (store_secret, data_keys) = read_keys(keys)?;
    let list = erased.map_or_else(|| ErasureList::at(&data.join("keys.none")), ErasureList::at);
    let destroyed = list.ids()?;
    let gone = data_keys.iter().filter(|(_, key)| destroyed.contains(&key.id())).count();
    let records = restore_archive(data, from, progress)?;
    Vault::restore(&Vault::keys_folder(data), key_file, *store_secret, &data_keys, &list)?;
    let count = |n: usize| u64::try_from(n).unwrap_or(u64::MAX);
    Ok(Restored { records, keys: count(data_keys.len()), erased: count(gone) })
}

type Keys = (Zeroizing<[u8; 32]>, Vec<(Subject, DataKey)>);

fn read_keys(path: &Path) -> Result<Keys, KeepingError> {
    const WHAT: &str = "key file of a backup";
    let foreign = || KeepingError::Foreign { path: path.to_owned(), what: WHAT };
    let (mut lines, mut header): (_, KeysHeader) = LinesReader::open(path, WHAT)?;
    let store_secret =
        <_ as hex::FromHex>::from_hex(&header.store_secret).ok().map(Zeroizing::new).ok_or_else(foreign)?;
    header.store_secret.zeroize();
    if header.yingbin_backup_keys != VERSION {
        return Err(foreign());
    }
    let mut keys = Vec::new();
    while let Some(line) = lines.next_line()? {
        let line = Zeroizing::new(line);
        let key = parse_key(&line).ok_or_else(|| lines.damaged("it is no key"))?;
        keys.push(key);
    }
    Ok((store_secret, keys))
}

fn parse_key(line: &[u8]) -> Option<(Subject, DataKey)> {
    let mut line: KeyLine = serde_json::from_slice(line).ok()?;
    let key = <_ as hex::FromHex>::from_hex(&line.key).ok().map(Box::new);
    line.key.zeroize();
    Some((line.subject.parse().ok()?, DataKey::new(KeyId(<_ as hex::FromHex>::from_hex(&line.id).ok()?), key?)))
}

/// Lines of one day that are not yet written.
#[derive(Default)]
struct Waiting {
    day: Option<NaiveDate>,
    lines: Vec<u8>,
}

fn restore_archive(data: &Path, from: &Path, progress: &mut dyn FnMut(u64, u64)) -> Result<u64, KeepingError> {
    const WHAT: &str = "backup";
    let (mut lines, header): (_, Header) = LinesReader::open(from, WHAT)?;
    if header.yingbin_backup != VERSION {
        return Err(KeepingError::Foreign { path: from.to_owned(), what: WHAT });
    }
    let mut archive = Archive::open(data)?;
    let mut waiting = Waiting::default();
    let mut link = Link::default();
    let mut done = 0;
    while let Some(line) = lines.next_line()? {
        let record = parse_line(&line).map_err(|what| lines.damaged(what))?;
        if record.sequence != done + 1 || record.before != link.as_str() {
            return Err(lines.damaged("it does not follow the line before"));
        }
        (done, link) = (record.sequence, record.link());
        if waiting.day != Some(record.day()) || waiting.lines.len() > WRITE_BYTES {
            write(&mut archive, &mut waiting, data)?;
            waiting.day = Some(record.day());
        }
        waiting.lines.extend_from_slice(&line);
        if done % PROGRESS_EVERY == 0 {
            progress(done, header.records);
        }
    }
    write(&mut archive, &mut waiting, data)?;
    if let Some(store) = &header.store {
        name_showroom(data, store)?;
    }
    progress(done, header.records);
    Ok(done)
}

fn write(archive: &mut Archive, waiting: &mut Waiting, data: &Path) -> Result<(), KeepingError> {
    let Some(day) = waiting.day.take() else { return Ok(()) };
    archive.append(day, &waiting.lines)?;
    waiting.lines.clear();
    let path: PathBuf = archive::folder(data);
    for file in archive.files() {
        file.sync_data().map_err(KeepingError::file(&path))?;
    }
    archive.settle();
    Ok(())
}
