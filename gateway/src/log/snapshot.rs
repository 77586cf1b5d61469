//! Snapshots of the state: disposable, so that a start need not read the whole log.
//!
//! `<data>/snapshots/{sequence:020}.snap`: one line of header, then the state's JSON sealed by a store key. Inside, each secret is
//! sealed once more under its own key, so that erasing a person reaches snapshots too. Any snapshot that is of another version,
//! damaged, or ahead of the log is passed over with a warning, and the log replayed instead.
//!
//! Called by the runtime: `store` on a thread of its own with a cloned state, `load_newest` at start.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use serde::{Deserialize, Serialize};
use shared::barrier::sync_folder;

use crate::domain::State;
use crate::domain::state::STATE_VERSION;
use crate::vault::{Vault, VaultError};

/// Version of the file's own form.
const FORMAT_VERSION: u8 = 1;

/// How many are kept.
const KEPT: usize = 2;

/// Why a snapshot was not stored.
#[derive(Debug, thiserror::Error)]
pub enum SnapshotError {
    /// A file or folder failed.
    #[error("{} failed", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// How.
        #[source]
        source: io::Error,
    },
    /// The vault failed.
    #[error("the snapshot cannot be sealed")]
    Vault(#[from] VaultError),
    /// The state has no JSON form.
    #[error("the state cannot be written down")]
    Encode(#[from] serde_json::Error),
    /// The cipher failed.
    #[error("the snapshot cannot be sealed")]
    Seal,
}

impl SnapshotError {
    /// Whether a later one may succeed: always; the log is whole without it.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        true
    }
}

/// A state read back, its secrets open.
#[derive(Debug)]
pub struct StoredSnapshot {
    /// The last commit that it contains.
    pub sequence: u64,
    /// The state after that commit.
    pub state: State,
}

/// The snapshots of a data folder.
#[derive(Debug, Clone)]
pub struct Snapshots {
    folder: PathBuf,
}

/// First line of the file, and associated data of the seal.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Header {
    format: u8,
    state: u8,
    sequence: u64,
    nonce: String,
    /// CRC-32 of the sealed content: tells damage from a wrong key.
    crc32: u32,
}

/// Why a snapshot is passed over.
#[derive(Debug, thiserror::Error)]
enum Unusable {
    #[error("it cannot be read")]
    Read(#[from] io::Error),
    #[error("its header cannot be read")]
    Header,
    #[error("it is of another version")]
    Version,
    #[error("it is damaged")]
    Damaged,
    #[error("it was sealed with another key")]
    Key,
    #[error("its content cannot be read")]
    Content,
    #[error("it is ahead of the log")]
    Ahead,
    #[error("the vault failed")]
    Vault(#[from] VaultError),
}

impl Snapshots {
    /// The snapshots of this data folder.
    #[must_use]
    pub fn of(data: &Path) -> Self {
        Self { folder: data.join("snapshots") }
    }

    /// The newest usable snapshot that is not ahead of `head`, the log's last commit.
    #[must_use]
    pub fn load_newest(&self, head: u64, vault: &Vault) -> Option<StoredSnapshot> {
        for (sequence, path) in self.files().into_iter().rev() {
            match load(&path, sequence, head, vault) {
                Ok(state) => return Some(StoredSnapshot { sequence, state }),
                Err(reason) => tracing::warn!(sequence, %reason, "a snapshot is passed over"),
            }
        }
        None
    }

    /// Seals and stores a state that contains the commits up to `sequence`, and drops older snapshots. Secrets whose key has been
    /// destroyed are left out. Takes time with a large state: call it on a thread of its own.
    ///
    /// # Errors
    /// When sealing or the disk fails; nothing else is harmed.
    pub fn store(&self, mut state: State, sequence: u64, vault: &Vault) -> Result<(), SnapshotError> {
        let failed = |path: &Path| {
            let path = path.to_owned();
            move |source| SnapshotError::File { path, source }
        };
        vault.seal_known(&mut state)?;
        let content = serde_json::to_vec(&state)?;
        drop(state);
        let mut nonce = [0; 24];
        vault.random(&mut nonce)?;
        let mut header =
            Header { format: FORMAT_VERSION, state: STATE_VERSION, sequence, nonce: hex::encode(nonce), crc32: 0 };
        let aad = header.bound();
        let cipher = XChaCha20Poly1305::new(&vault.store_key("snapshot").into());
        let sealed = cipher
            .encrypt(XNonce::from_slice(&nonce), Payload { msg: &content, aad: &aad })
            .map_err(|_| SnapshotError::Seal)?;
        header.crc32 = crc32fast::hash(&sealed);
        fs::create_dir_all(&self.folder).map_err(failed(&self.folder))?;
        let path = self.folder.join(format!("{sequence:020}.snap"));
        let draft = path.with_extension("new");
        let header = serde_json::to_vec(&header)?;
        let write = || -> io::Result<()> {
            let mut file = File::create(&draft)?;
            file.write_all(&header)?;
            file.write_all(b"\n")?;
            file.write_all(&sealed)?;
            file.sync_all()?;
            fs::rename(&draft, &path)?;
            sync_folder(&self.folder)
        };
        write().map_err(failed(&path))?;
        self.drop_old();
        Ok(())
    }

    fn files(&self) -> Vec<(u64, PathBuf)> {
        let entries = fs::read_dir(&self.folder).into_iter().flatten().flatten();
        let mut files: Vec<_> = entries
            .filter_map(|entry| {
                let path = entry.path();
                let sequence = entry.file_name().to_str()?.strip_suffix(".snap")?.parse().ok()?;
                Some((sequence, path))
            })
            .collect();
        files.sort();
        files
    }

    fn drop_old(&self) {
        let files = self.files();
        for (_, path) in files.iter().take(files.len().saturating_sub(KEPT)) {
            if let Err(error) = fs::remove_file(path) {
                tracing::warn!(%error, "an old snapshot could not be removed");
            }
        }
    }
}

impl Header {
    fn bound(&self) -> Vec<u8> {
        format!("yingbin snapshot {} {} {}", self.format, self.state, self.sequence).into_bytes()
    }
}

fn load(path: &Path, sequence: u64, head: u64, vault: &Vault) -> Result<State, Unusable> {
    if sequence > head {
        return Err(Unusable::Ahead);
    }
    let bytes = fs::read(path)?;
    let end = bytes.iter().position(|byte| *byte == b'\n').ok_or(Unusable::Header)?;
    let (header, sealed) = bytes.split_at_checked(end).ok_or(Unusable::Header)?;
    let sealed = sealed.get(1..).unwrap_or_default();
    let header: Header = serde_json::from_slice(header).map_err(|_| Unusable::Header)?;
    if header.format != FORMAT_VERSION || header.state != STATE_VERSION {
        return Err(Unusable::Version);
    }
    if header.sequence != sequence || crc32fast::hash(sealed) != header.crc32 {
        return Err(Unusable::Damaged);
    }
    let nonce: [u8; 24] = <_ as hex::FromHex>::from_hex(&header.nonce).ok().ok_or(Unusable::Header)?;
    let cipher = XChaCha20Poly1305::new(&vault.store_key("snapshot").into());
    let content = cipher
        .decrypt(XNonce::from_slice(&nonce), Payload { msg: sealed, aad: &header.bound() })
        .map_err(|_| Unusable::Key)?;
    let mut state: State = serde_json::from_slice(&content).map_err(|_| Unusable::Content)?;
    vault.reopen(&mut state)?;
    Ok(state)
}

#[cfg(test)]
mod tests;
