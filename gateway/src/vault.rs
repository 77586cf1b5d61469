//! The vault: personal data is sealed per subject, and erased by destroying the subject's key.
//!
//! A data key a subject, one file each, `<data>/keys/<two digits>/<subject>`, wrapped by the newest wrapping key of the key file, which
//! lies beside the data folder, never in it. The wrapping key is replaced daily: what a disk still holds of a deleted key
//! file is unreadable then. The key file also holds the store secret, from which every other key of the gateway derives
//! ([`Vault::store_key`]).
//!
//! It is not the place of the sealed data: that stands in log, archive, snapshots and views.
//!
//! Invariants:
//! - A data key is on the disk before anything sealed under it is handed out.
//! - A destroyed key is in the erasure list before its file goes, so that no restore brings it back.
//! - A key file that is missing or belongs to other keys is an error, never replaced by a new one.
//!
//! Called by the runtime (seal before the append, destroy after it), by whoever reads the log (reopen), by `keeping`.

mod cache;
mod data_key;
mod erasure;
mod error;
mod key_file;
mod key_folder;
mod opening;
mod rotation;
mod sealing;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, Utc};
use hmac::{Hmac, Mac};
use sha2::Sha256;

use crate::domain::secret::{Secrets, Subject};
use cache::Cache;
pub use data_key::{DataKey, KeyId};
pub use erasure::ErasureList;
pub use error::VaultError;
use key_file::KeyFile;
use key_folder::{KeyFolder, OnDisk};
pub use rotation::Rotated;
use sealing::{Nonces, seal_text, unseal_text};

/// What became of sealed values.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Reopened {
    /// Readable again.
    pub opened: u64,
    /// Their key has been destroyed.
    pub erased: u64,
    /// The key is there and does not fit: damaged, or sealed under an earlier key of the same subject. Left erased.
    pub unreadable: u64,
}

/// See the module. Shared between threads behind an [`Arc`].
#[derive(Debug)]
pub struct Vault {
    folder: KeyFolder,
    erased: ErasureList,
    inner: Mutex<Inner>,
}

#[derive(Debug)]
struct Inner {
    key_file: KeyFile,
    cache: Cache,
}

impl Vault {
    /// Opens the keys in `keys`, wrapped by `key_file`; both are created at the first start.
    ///
    /// # Errors
    /// [`VaultError::KeyFileMissing`], [`VaultError::WrongKeyFile`] and [`VaultError::KeyFileOpen`] say what to do; and any failure of the
    /// disk.
    pub fn open(keys: &Path, key_file: &Path) -> Result<Self, VaultError> {
        opening::open(keys, key_file)
    }

    /// The key file that belongs to a data folder unless the configuration says otherwise: beside it.
    #[must_use]
    pub fn default_key_file(data: &Path) -> PathBuf {
        let mut name = data.file_name().unwrap_or_default().to_owned();
        name.push(".key");
        data.with_file_name(name)
    }

    /// The keys' folder in a data folder.
    #[must_use]
    pub fn keys_folder(data: &Path) -> PathBuf {
        data.join("keys")
    }

    /// Seals every open secret, each under its subject's key. Keys that do not exist yet are created and on the disk when
    /// this returns; seal a whole batch at once, for they are synced together.
    ///
    /// # Errors
    /// When a key cannot be made or read; part of the secrets may be sealed already then.
    pub fn seal(&self, secrets: &mut (impl Secrets + ?Sized)) -> Result<(), VaultError> {
        self.seal_with(secrets, true)
    }

    /// Seals every open secret whose subject has a key; the others are erased. For copies of what was sealed before, as
    /// snapshots and views: they must not bring a destroyed key back.
    ///
    /// # Errors
    /// When a key cannot be read.
    pub fn seal_known(&self, secrets: &mut (impl Secrets + ?Sized)) -> Result<(), VaultError> {
        self.seal_with(secrets, false)
    }

    fn seal_with(&self, secrets: &mut (impl Secrets + ?Sized), create: bool) -> Result<(), VaultError> {
        let mut keys: BTreeMap<Subject, Option<Arc<DataKey>>> = BTreeMap::new();
        secrets.each_secret(&mut |secret| {
            if secret.sealed().is_none() && !keys.contains_key(secret.subject()) {
                keys.insert(secret.subject().clone(), None);
            }
        });
        if keys.is_empty() {
            return Ok(());
        }
        self.find_keys(&mut keys, create)?;
        let mut nonces = Nonces::new()?;
        let mut result = Ok(());
        secrets.each_secret(&mut |secret| {
            let Some(plain) = secret.plain().map(zeroize::Zeroizing::new) else { return };
            let Some(key) = keys.get(secret.subject()).and_then(Option::as_ref) else {
                secret.reopen(None);
                return;
            };
            match seal_text(key, secret.subject(), nonces.next(), &plain) {
                Ok(text) => secret.close(text),
                Err(error) => result = Err(error),
            }
        });
        result
    }

    /// Opens every sealed secret whose key is there; the others are erased.
    ///
    /// # Errors
    /// When a key file cannot be read for another reason than that it is gone.
    pub fn reopen(&self, secrets: &mut (impl Secrets + ?Sized)) -> Result<Reopened, VaultError> {
        let mut counts = Reopened::default();
        let mut result = Ok(());
        secrets.each_secret(&mut |secret| {
            let Some(text) = secret.sealed() else { return };
            match self.key(secret.subject()) {
                Ok(None) => {
                    counts.erased += 1;
                    secret.reopen(None);
                }
                Ok(Some(key)) => {
                    let plain = unseal_text(&key, secret.subject(), text);
                    if plain.is_some() {
                        counts.opened += 1;
                    } else {
                        counts.unreadable += 1;
                    }
                    secret.reopen(plain.as_ref().map(|plain| plain.as_slice()));
                }
                Err(error) => result = Err(error),
            }
        });
        if counts.unreadable > 0 {
            tracing::warn!(count = counts.unreadable, "sealed values do not fit their keys");
        }
        result.map(|()| counts)
    }

    /// Destroys the keys of these subjects: everything sealed under them is erased, wherever it stands. Subjects without a key
    /// are passed over, so repeating it after a crash is safe.
    ///
    /// # Errors
    /// When a file cannot be removed or synced: the keys count as alive then.
    pub fn destroy(&self, subjects: &[Subject]) -> Result<(), VaultError> {
        let mut held = Vec::new();
        for subject in subjects {
            match self.folder.on_disk(subject)? {
                OnDisk::Nothing => {}
                found => held.push((subject, found.id())),
            }
        }
        self.erased.add(held.iter().filter_map(|(_, id)| *id))?;
        {
            let mut inner = self.inner();
            for subject in subjects {
                inner.cache.forget(subject);
            }
            self.folder.unlink(held.iter().map(|(subject, _)| *subject))?;
        }
        // Not under the lock: whoever seals meanwhile need not wait for the disk.
        self.folder.sync(held.iter().map(|(subject, _)| *subject))
    }

    /// Whether a subject has a key.
    ///
    /// # Errors
    /// When that cannot be told.
    pub fn has(&self, subject: &Subject) -> Result<bool, VaultError> {
        Ok(self.folder.on_disk(subject)?.id().is_some())
    }

    /// Every subject that has a key, to find those whose erasure a crash cut off.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn subjects(&self) -> Result<Vec<Subject>, VaultError> {
        self.folder.subjects()
    }

    /// The key for one purpose of the gateway (signing codes, sessions, snapshots, keyed hashes), the same for ever.
    #[must_use]
    pub fn store_key(&self, label: &str) -> [u8; 32] {
        derive(self.inner().key_file.store_secret(), label)
    }

    /// Fills with random bytes.
    ///
    /// # Errors
    /// When the system gives none.
    pub fn random(&self, bytes: &mut [u8]) -> Result<(), VaultError> {
        Ok(getrandom::fill(bytes)?)
    }

    /// Whether the wrapping key is a day old, or a rotation was cut off.
    #[must_use]
    pub fn is_rotation_due(&self, now: DateTime<Utc>) -> bool {
        self.inner().key_file.is_rotation_due(now)
    }

    /// Replaces the wrapping key and wraps every data key anew. May take a while with many keys; sealing goes on meanwhile.
    ///
    /// # Errors
    /// When a file fails. Nothing is lost then: the next rotation goes on from there.
    pub fn rotate(&self, now: DateTime<Utc>) -> Result<Rotated, VaultError> {
        rotation::rotate(self, now)
    }

    /// The ids of destroyed keys.
    #[must_use]
    pub fn erased(&self) -> &ErasureList {
        &self.erased
    }

    /// Hands every data key to `each`: for the backup's key file alone.
    ///
    /// # Errors
    /// When a key cannot be read, or `each` fails.
    pub fn each_key<E: From<VaultError>>(
        &self,
        mut each: impl FnMut(&Subject, &DataKey) -> Result<(), E>,
    ) -> Result<(), E> {
        for subject in self.subjects()? {
            if let Some(key) = self.key(&subject)? {
                each(&subject, &key)?;
            }
        }
        Ok(())
    }

    /// The secret behind every [`Vault::store_key`]: for the backup's key file alone.
    #[must_use]
    pub fn store_secret(&self) -> zeroize::Zeroizing<[u8; 32]> {
        zeroize::Zeroizing::new(*self.inner().key_file.store_secret())
    }

    /// Makes a vault in an empty place from a backup's keys.
    ///
    /// # Errors
    /// [`VaultError::NotEmpty`], and any failure of the disk.
    pub fn restore(
        keys: &Path,
        key_file: &Path,
        store_secret: [u8; 32],
        data_keys: &[(Subject, DataKey)],
        erased: &ErasureList,
    ) -> Result<Self, VaultError> {
        opening::restore(keys, key_file, store_secret, data_keys, erased)
    }

    /// Keys for all of these subjects: from memory, from their files, or new ones.
    fn find_keys(&self, keys: &mut BTreeMap<Subject, Option<Arc<DataKey>>>, create: bool) -> Result<(), VaultError> {
        let mut inner = self.inner();
        let mut new = Vec::new();
        for (subject, slot) in keys.iter_mut() {
            *slot = self.known_key(&mut inner, subject)?;
            if slot.is_none() && create {
                let key = Arc::new(DataKey::random()?);
                new.push((subject.clone(), Arc::clone(&key)));
                *slot = Some(key);
            }
        }
        if new.is_empty() {
            return Ok(());
        }
        let (id, wrapping) = inner.key_file.current();
        self.folder.create(id, wrapping, &new)?;
        for (subject, key) in new {
            inner.cache.keep(subject, key);
        }
        Ok(())
    }

    fn key(&self, subject: &Subject) -> Result<Option<Arc<DataKey>>, VaultError> {
        self.known_key(&mut self.inner(), subject)
    }

    fn known_key(&self, inner: &mut Inner, subject: &Subject) -> Result<Option<Arc<DataKey>>, VaultError> {
        if let Some(key) = inner.cache.get(subject) {
            return Ok(Some(key));
        }
        let key = self.folder.read(subject, &inner.key_file)?.map(Arc::new);
        if let Some(key) = &key {
            inner.cache.keep(subject.clone(), Arc::clone(key));
        }
        Ok(key)
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// HMAC-SHA256 as the expanding half of HKDF: the store secret is uniformly random already.
fn derive(secret: &[u8; 32], label: &str) -> [u8; 32] {
    let mut key = [0; 32];
    if let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret) {
        mac.update(b"yingbin store key ");
        mac.update(label.as_bytes());
        key = mac.finalize().into_bytes().into();
    }
    key
}

#[cfg(test)]
mod tests;
