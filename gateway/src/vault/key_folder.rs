//! The folder of wrapped data keys: `keys/<two digits>/<subject>`, one file a key.

use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use sha2::{Digest, Sha256};
use shared::barrier::sync_folder;

use super::VaultError;
use super::data_key::{DataKey, KeyId, Wrapped};
use super::key_file::KeyFile;
use crate::domain::secret::Subject;

/// From so many new files on, one sync of the whole file system is quicker than one a file and one a folder.
const SYNC_ALL_FROM: usize = 4;

/// A subject's file.
pub(super) enum OnDisk {
    Nothing,
    /// Cut off, as a crash leaves it before anything was sealed under it, or damaged.
    Broken,
    Whole(Wrapped),
}

impl OnDisk {
    pub(super) fn id(&self) -> Option<KeyId> {
        match self {
            Self::Whole(wrapped) => Some(wrapped.id),
            Self::Nothing | Self::Broken => None,
        }
    }
}

#[derive(Debug, Clone)]
pub(super) struct KeyFolder {
    path: PathBuf,
}

impl KeyFolder {
    pub(super) fn at(path: &Path) -> Self {
        Self { path: path.to_owned() }
    }

    /// The folders, all of them, so that none has to be made and synced when a visitor waits.
    pub(super) fn make(&self) -> Result<(), VaultError> {
        let make = || -> io::Result<()> {
            for shard in 0..=u8::MAX {
                let folder = self.path.join(hex::encode([shard]));
                if !folder.is_dir() {
                    fs::create_dir_all(&folder)?;
                }
            }
            sync_folder(&self.path)
        };
        make().map_err(VaultError::file(&self.path))
    }

    pub(super) fn shards(&self) -> impl Iterator<Item = PathBuf> + '_ {
        (0..=u8::MAX).map(|shard| self.path.join(hex::encode([shard])))
    }

    fn shard_of(&self, subject: &Subject) -> PathBuf {
        let hash = Sha256::digest(subject.to_string().as_bytes());
        self.path.join(hex::encode(hash.get(..1).unwrap_or_default()))
    }

    pub(super) fn file_of(&self, subject: &Subject) -> PathBuf {
        self.shard_of(subject).join(subject.to_string())
    }

    /// Writes new keys. On the disk when this returns.
    pub(super) fn create(
        &self,
        by: u32,
        wrapping: &[u8; 32],
        keys: &[(Subject, Arc<DataKey>)],
    ) -> Result<(), VaultError> {
        let mut files = Vec::with_capacity(keys.len());
        for (subject, key) in keys {
            let path = self.file_of(subject);
            let content = key.wrap(subject, by, wrapping)?;
            files.push(write_new(&path, &content).map_err(VaultError::file(&path))?);
        }
        if files.len() >= SYNC_ALL_FROM {
            return self.sync_all();
        }
        for file in files {
            file.sync_all().map_err(VaultError::file(&self.path))?;
        }
        self.sync_shards(keys.iter().map(|(subject, _)| subject))
    }

    /// A subject's key. `None`: it has none.
    pub(super) fn read(&self, subject: &Subject, key_file: &KeyFile) -> Result<Option<DataKey>, VaultError> {
        let OnDisk::Whole(wrapped) = self.on_disk(subject)? else { return Ok(None) };
        let key = key_file.wrapping(wrapped.by).and_then(|wrapping| wrapped.unwrap(subject, wrapping));
        if key.is_none() {
            tracing::warn!(key = %wrapped.id, "a data key is damaged; what was sealed under it is lost");
        }
        Ok(key)
    }

    /// What stands there for a subject.
    pub(super) fn on_disk(&self, subject: &Subject) -> Result<OnDisk, VaultError> {
        let path = self.file_of(subject);
        match fs::read(&path) {
            Ok(bytes) => Ok(Wrapped::parse(&bytes).map_or(OnDisk::Broken, OnDisk::Whole)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(OnDisk::Nothing),
            Err(error) => Err(VaultError::file(&path)(error)),
        }
    }

    /// Removes keys; gone from the disk after [`KeyFolder::sync`].
    pub(super) fn unlink<'a>(&self, subjects: impl Iterator<Item = &'a Subject>) -> Result<(), VaultError> {
        for subject in subjects {
            let path = self.file_of(subject);
            // The draft: what a rotation that was cut off may have left.
            for path in [draft_of(&path), path] {
                match fs::remove_file(&path) {
                    Err(error) if error.kind() != io::ErrorKind::NotFound => {
                        return Err(VaultError::file(&path)(error));
                    }
                    _ => {}
                }
            }
        }
        Ok(())
    }

    /// Makes creations and removals durable.
    pub(super) fn sync<'a>(&self, subjects: impl ExactSizeIterator<Item = &'a Subject>) -> Result<(), VaultError> {
        if subjects.len() >= SYNC_ALL_FROM { self.sync_all() } else { self.sync_shards(subjects) }
    }

    pub(super) fn subjects(&self) -> Result<Vec<Subject>, VaultError> {
        let mut subjects = Vec::new();
        for shard in self.shards() {
            subjects.extend(subjects_in(&shard)?);
        }
        Ok(subjects)
    }

    /// Everything written to the file system of this folder.
    pub(super) fn sync_all(&self) -> Result<(), VaultError> {
        let sync = || -> io::Result<()> { Ok(rustix::fs::syncfs(File::open(&self.path)?)?) };
        sync().map_err(VaultError::file(&self.path))
    }

    fn sync_shards<'a>(&self, subjects: impl Iterator<Item = &'a Subject>) -> Result<(), VaultError> {
        let touched: BTreeSet<_> = subjects.map(|subject| self.shard_of(subject)).collect();
        for shard in touched {
            sync_folder(&shard).map_err(VaultError::file(&shard))?;
        }
        Ok(())
    }
}

/// Where a key is written before it takes the place of an older file. No subject's text ends so.
pub(super) fn draft_of(path: &Path) -> PathBuf {
    path.with_extension("new")
}

/// The subjects that have a file in one shard.
pub(super) fn subjects_in(shard: &Path) -> Result<Vec<Subject>, VaultError> {
    let entries = match fs::read_dir(shard) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.map_err(VaultError::file(shard))?,
    };
    let mut subjects = Vec::new();
    for entry in entries {
        let name = entry.map_err(VaultError::file(shard))?.file_name();
        subjects.extend(name.to_str().and_then(|name| name.parse::<Subject>().ok()));
    }
    Ok(subjects)
}

/// A file that is there already was cut off by a crash, or is damaged: nothing readable stands under it.
fn write_new(path: &Path, content: &[u8]) -> io::Result<File> {
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)?;
    file.write_all(content)?;
    Ok(file)
}
