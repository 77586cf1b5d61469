//! Opening a vault: the key file and the keys must belong together.
//!
//! `keys/vault.id` is a hash under the store secret. Order at the first start: key file, folders, `vault.id`; a crash between
//! them leaves a key file without keys, which the next start completes.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;
use std::sync::{Arc, Mutex};

use shared::barrier::sync_folder;

use super::key_folder::{OnDisk, subjects_in};
use super::{Cache, DataKey, ErasureList, Inner, KeyFile, KeyFolder, Vault, VaultError, derive};
use crate::domain::secret::Subject;

pub(super) fn open(keys: &Path, key_file: &Path) -> Result<Vault, VaultError> {
    let folder = KeyFolder::at(keys);
    let id_path = keys.join("vault.id");
    let id = match fs::read_to_string(&id_path) {
        Ok(id) => Some(id),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => return Err(VaultError::file(&id_path)(error)),
    };
    let has_keys = || -> Result<bool, VaultError> { Ok(id.is_some() || !folder.subjects()?.is_empty()) };
    let read = match KeyFile::read(key_file)? {
        Some(read) => read,
        None if has_keys()? => {
            return Err(VaultError::KeyFileMissing { key_file: key_file.to_owned(), keys: keys.to_owned() });
        }
        None => {
            let mut store_secret = [0; 32];
            getrandom::fill(&mut store_secret)?;
            KeyFile::create(key_file, store_secret)?
        }
    };
    let wrong = || VaultError::WrongKeyFile { key_file: key_file.to_owned(), keys: keys.to_owned() };
    let expected = identity(&read);
    match id {
        Some(id) if id.trim() == expected => {
            if is_outdated(&folder, &read)? {
                return Err(VaultError::OutdatedKeyFile { key_file: key_file.to_owned(), keys: keys.to_owned() });
            }
        }
        Some(_) => return Err(wrong()),
        None => {
            if let Some(subject) = folder.subjects()?.first()
                && folder.read(subject, &read)?.is_none()
            {
                return Err(wrong());
            }
            folder.make()?;
            write_id(keys, &id_path, &expected).map_err(VaultError::file(&id_path))?;
        }
    }
    Ok(Vault {
        inner: Mutex::new(Inner { key_file: read, cache: Cache::default() }),
        erased: ErasureList::of(keys),
        folder,
    })
}

/// Whether the keys were wrapped by a wrapping key that this file does not have. A rotation puts a new one into the file before it wraps
/// anything, so that no crash brings it about. One file whose number is damaged is no reason: several are asked.
fn is_outdated(folder: &KeyFolder, key_file: &KeyFile) -> Result<bool, VaultError> {
    const ASKED: usize = 8;
    let (mut asked, mut unknown) = (0, 0);
    for shard in folder.shards() {
        for subject in subjects_in(&shard)? {
            if let OnDisk::Whole(wrapped) = folder.on_disk(&subject)? {
                asked += 1;
                unknown += usize::from(key_file.wrapping(wrapped.by).is_none());
            }
            if asked == ASKED {
                return Ok(unknown == asked);
            }
        }
    }
    Ok(asked > 0 && unknown == asked)
}

pub(super) fn restore(
    keys: &Path,
    key_file: &Path,
    store_secret: [u8; 32],
    data_keys: &[(Subject, DataKey)],
    erased: &ErasureList,
) -> Result<Vault, VaultError> {
    if key_file.exists() {
        return Err(VaultError::NotEmpty(key_file.to_owned()));
    }
    if fs::read_dir(keys).is_ok_and(|mut entries| entries.next().is_some()) {
        return Err(VaultError::NotEmpty(keys.to_owned()));
    }
    let destroyed = erased.ids()?;
    KeyFile::create(key_file, store_secret)?;
    let vault = open(keys, key_file)?;
    {
        vault.erased.add(destroyed.iter().copied())?;
        let inner = vault.inner();
        let (by, wrapping) = inner.key_file.current();
        let living = data_keys.iter().filter(|(_, key)| !destroyed.contains(&key.id()));
        let living: Vec<_> = living.map(|(subject, key)| (subject.clone(), Arc::new(key.clone()))).collect();
        for batch in living.chunks(10_000) {
            vault.folder.create(by, wrapping, batch)?;
        }
    }
    Ok(vault)
}

fn identity(key_file: &KeyFile) -> String {
    hex::encode(derive(key_file.store_secret(), "vault.id").get(..16).unwrap_or_default())
}

fn write_id(keys: &Path, path: &Path, id: &str) -> io::Result<()> {
    let draft = path.with_extension("new");
    let mut file = File::create(&draft)?;
    writeln!(file, "{id}")?;
    file.sync_all()?;
    fs::rename(&draft, path)?;
    sync_folder(keys)?;
    keys.parent().map_or(Ok(()), |above| if above.as_os_str().is_empty() { Ok(()) } else { sync_folder(above) })
}
