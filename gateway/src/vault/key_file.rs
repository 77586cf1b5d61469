//! The key file: the store secret, and the wrapping keys (one, or two while a rotation is under way).

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use shared::barrier::sync_folder;
use zeroize::{Zeroize, Zeroizing};

use super::VaultError;

const VERSION: u32 = 1;

/// How long a wrapping key serves (DESIGN §7).
const LIFE: TimeDelta = TimeDelta::days(1);

/// See the module.
#[derive(Debug)]
pub(super) struct KeyFile {
    path: PathBuf,
    content: Content,
}

#[derive(Clone, Zeroize)]
#[zeroize(drop)]
struct Content {
    store_secret: [u8; 32],
    wrapping: Vec<WrappingKey>,
}

#[derive(Clone, Zeroize)]
struct WrappingKey {
    number: u32,
    key: [u8; 32],
    /// Unknown for the first one, which is made without a clock.
    #[zeroize(skip)]
    since: Option<DateTime<Utc>>,
}

impl std::fmt::Debug for Content {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} wrapping keys", self.wrapping.len())
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    yingbin_key_file: u32,
    store_secret: String,
    wrapping: Vec<StoredKey>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredKey {
    number: u32,
    key: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    since: Option<DateTime<Utc>>,
}

impl KeyFile {
    /// Reads it; `None` when there is none.
    pub(super) fn read(path: &Path) -> Result<Option<Self>, VaultError> {
        let mut file = match File::open(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            file => file.map_err(VaultError::file(path))?,
        };
        let mode = file.metadata().map_err(VaultError::file(path))?.permissions().mode();
        if mode & 0o077 != 0 {
            return Err(VaultError::KeyFileOpen(path.to_owned()));
        }
        let mut text = Zeroizing::new(Vec::new());
        file.read_to_end(&mut text).map_err(VaultError::file(path))?;
        let content = Content::parse(&text).ok_or_else(|| VaultError::NoKeyFile(path.to_owned()))?;
        Ok(Some(Self { path: path.to_owned(), content }))
    }

    /// Makes a new one with this store secret.
    pub(super) fn create(path: &Path, store_secret: [u8; 32]) -> Result<Self, VaultError> {
        let content = Content { store_secret, wrapping: vec![WrappingKey::new(1, None)?] };
        let key_file = Self { path: path.to_owned(), content };
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(VaultError::file(folder))?;
        }
        key_file.write()?;
        Ok(key_file)
    }

    pub(super) fn store_secret(&self) -> &[u8; 32] {
        &self.content.store_secret
    }

    /// The newest wrapping key and its number.
    pub(super) fn current(&self) -> (u32, &[u8; 32]) {
        // There is always one; without one, nothing that was sealed under a key of zeros could be opened again.
        const NONE: &[u8; 32] = &[0; 32];
        self.content.wrapping.last().map_or((0, NONE), |newest| (newest.number, &newest.key))
    }

    pub(super) fn wrapping(&self, number: u32) -> Option<&[u8; 32]> {
        self.content.wrapping.iter().find(|key| key.number == number).map(|key| &key.key)
    }

    pub(super) fn is_rotation_due(&self, now: DateTime<Utc>) -> bool {
        let newest = self.content.wrapping.last().and_then(|newest| newest.since);
        self.content.wrapping.len() > 1 || newest.is_none_or(|since| now - since >= LIFE || since > now)
    }

    /// Adds a new wrapping key, which is the current one from now on.
    pub(super) fn add_wrapping(&mut self, now: DateTime<Utc>) -> Result<(), VaultError> {
        let (newest, _) = self.current();
        let kept = self.content.clone();
        self.content.wrapping.push(WrappingKey::new(newest + 1, Some(now))?);
        self.write().inspect_err(|_| self.content = kept)
    }

    /// Forgets every wrapping key but the current one.
    pub(super) fn drop_older(&mut self) -> Result<(), VaultError> {
        let (newest, _) = self.current();
        let kept = self.content.clone();
        self.content.wrapping.retain(|key| key.number == newest);
        self.write().inspect_err(|_| self.content = kept)
    }

    /// Replaces the file in one step, then overwrites what the old one held.
    fn write(&self) -> Result<(), VaultError> {
        let text = self.content.text().map_err(|error| VaultError::file(&self.path)(error.into()))?;
        let mut name = self.path.file_name().unwrap_or_default().to_owned();
        name.push(".new");
        let draft = self.path.with_file_name(name);
        let folder = match self.path.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            _ => Path::new("."),
        };
        let replace = || -> io::Result<()> {
            match fs::remove_file(&draft) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
            let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&draft)?;
            file.write_all(&text)?;
            file.sync_all()?;
            let old = OpenOptions::new().write(true).open(&self.path).ok();
            fs::rename(&draft, &self.path)?;
            sync_folder(folder)?;
            if let Some(mut old) = old {
                let length = usize::try_from(old.metadata()?.len()).unwrap_or(0);
                old.write_all(&vec![0; length])?;
                old.sync_data()?;
            }
            Ok(())
        };
        replace().map_err(VaultError::file(&self.path))
    }
}

impl Content {
    fn parse(text: &[u8]) -> Option<Self> {
        let mut stored: Stored = serde_json::from_slice(text).ok()?;
        let store_secret = <_ as hex::FromHex>::from_hex(&stored.store_secret).ok();
        stored.store_secret.zeroize();
        let mut wrapping = Vec::with_capacity(stored.wrapping.len());
        for mut stored in stored.wrapping {
            let key = <_ as hex::FromHex>::from_hex(&stored.key).ok();
            stored.key.zeroize();
            wrapping.push(WrappingKey { number: stored.number, key: key?, since: stored.since });
        }
        if stored.yingbin_key_file != VERSION || wrapping.is_empty() {
            return None;
        }
        Some(Self { store_secret: store_secret?, wrapping })
    }

    fn text(&self) -> Result<Zeroizing<Vec<u8>>, serde_json::Error> {
        let wrapping = self
            .wrapping
            .iter()
            .map(|key| StoredKey { number: key.number, key: hex::encode(key.key), since: key.since })
            .collect();
        let mut stored = Stored { yingbin_key_file: VERSION, store_secret: hex::encode(self.store_secret), wrapping };
        let text = serde_json::to_vec_pretty(&stored);
        stored.store_secret.zeroize();
        stored.wrapping.iter_mut().for_each(|key| key.key.zeroize());
        Ok(Zeroizing::new(text?))
    }
}

impl WrappingKey {
    fn new(number: u32, since: Option<DateTime<Utc>>) -> Result<Self, VaultError> {
        let mut key = [0; 32];
        getrandom::fill(&mut key)?;
        Ok(Self { number, key, since })
    }
}
