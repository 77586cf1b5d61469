//! The kiosk's own key, and what it seals: XChaCha20-Poly1305, a version byte in front, the record's place as associated data.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};

const VERSION: u8 = 1;
const NONCE_BYTES: usize = 24;
const KEY_BYTES: usize = 32;

/// Why the key file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// Reading or writing it failed.
    #[error("the key file {} failed", path.display())]
    File {
        /// Which file.
        path: PathBuf,
        /// How.
        #[source]
        source: io::Error,
    },
    /// It is not 32 bytes long.
    #[error("the key file {} is no key of 32 bytes", .0.display())]
    Length(PathBuf),
    /// Others may read it.
    #[error("the key file {} may be read by others; its mode must be 0600", .0.display())]
    Open(PathBuf),
    /// No random bytes.
    #[error("the system gives no random bytes")]
    Random(#[from] getrandom::Error),
}

/// A record that cannot be sealed or opened.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    /// Sealing failed.
    #[error("sealing failed")]
    Seal,
    /// Written by another version, for another place, with another key, or damaged.
    #[error("not a record of this outbox")]
    Foreign,
    /// No random bytes.
    #[error("the system gives no random bytes")]
    Random(#[from] getrandom::Error),
    /// The event has no JSON form.
    #[error("the event has no form to write")]
    Encode(#[from] serde_json::Error),
}

/// The key that seals the outbox.
#[derive(Clone)]
pub struct SealKey(XChaCha20Poly1305);

impl std::fmt::Debug for SealKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SealKey(***)")
    }
}

impl SealKey {
    /// Reads the key, or makes it (mode 0600, synced with its folder) at the first start.
    ///
    /// # Errors
    /// [`KeyError`]; a key that others may read is refused.
    pub fn open_or_make(path: &Path) -> Result<Self, KeyError> {
        let failed = |source| KeyError::File { path: path.to_owned(), source };
        match File::open(path) {
            Ok(mut file) => {
                let mode = file.metadata().map_err(failed)?.permissions().mode();
                if mode & 0o077 != 0 {
                    return Err(KeyError::Open(path.to_owned()));
                }
                let mut bytes = Vec::new();
                file.read_to_end(&mut bytes).map_err(failed)?;
                let bytes: [u8; KEY_BYTES] = bytes.try_into().map_err(|_| KeyError::Length(path.to_owned()))?;
                Ok(Self::new(&bytes))
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let mut bytes = [0; KEY_BYTES];
                getrandom::fill(&mut bytes)?;
                write_new(path, &bytes).map_err(failed)?;
                Ok(Self::new(&bytes))
            }
            Err(error) => Err(failed(error)),
        }
    }

    /// The key of these bytes.
    #[must_use]
    pub fn new(bytes: &[u8; KEY_BYTES]) -> Self {
        Self(XChaCha20Poly1305::new(bytes.into()))
    }

    /// Seals a record for its place.
    ///
    /// # Errors
    /// When the system gives no random bytes or the cipher fails.
    pub fn seal(&self, place: &[u8], plain: &[u8]) -> Result<Vec<u8>, SealError> {
        let mut nonce = [0; NONCE_BYTES];
        getrandom::fill(&mut nonce)?;
        let payload = Payload { msg: plain, aad: &bound(place) };
        let sealed = self.0.encrypt(XNonce::from_slice(&nonce), payload).map_err(|_| SealError::Seal)?;
        Ok([&[VERSION], nonce.as_slice(), &sealed].concat())
    }

    /// Opens a record of this place.
    ///
    /// # Errors
    /// [`SealError::Foreign`].
    pub fn open(&self, place: &[u8], record: &[u8]) -> Result<Vec<u8>, SealError> {
        let (version, rest) = record.split_first().ok_or(SealError::Foreign)?;
        let (nonce, sealed) = rest.split_at_checked(NONCE_BYTES).ok_or(SealError::Foreign)?;
        if *version != VERSION {
            return Err(SealError::Foreign);
        }
        let payload = Payload { msg: sealed, aad: &bound(place) };
        self.0.decrypt(XNonce::from_slice(nonce), payload).map_err(|_| SealError::Foreign)
    }
}

/// Version and place together: neither can be changed without the key.
fn bound(place: &[u8]) -> Vec<u8> {
    [&[VERSION], place].concat()
}

/// Writes the key under another name first, so that a power cut leaves a whole key or none.
fn write_new(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    fs::create_dir_all(folder)?;
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".new");
    let draft = path.with_file_name(name);
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&draft)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&draft, path)?;
    shared::barrier::sync_folder(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_made_once_for_its_owner_alone_and_read_back() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("k1.key");
        let sealed = SealKey::open_or_make(&path).unwrap().seal(b"place", b"words").unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(SealKey::open_or_make(&path).unwrap().open(b"place", &sealed).unwrap(), b"words");
    }

    #[test]
    fn a_key_that_others_may_read_or_that_is_cut_off_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("k1.key");
        SealKey::open_or_make(&path).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        assert!(matches!(SealKey::open_or_make(&path), Err(KeyError::Open(_))));
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        fs::write(&path, [1; 31]).unwrap();
        assert!(matches!(SealKey::open_or_make(&path), Err(KeyError::Length(_))));
    }

    #[test]
    fn a_record_opens_only_whole_with_its_key_in_its_place() {
        let key = SealKey::new(&[7; 32]);
        let sealed = key.seal(b"place", b"words").unwrap();
        assert!(key.open(b"other", &sealed).is_err());
        assert!(SealKey::new(&[8; 32]).open(b"place", &sealed).is_err());
        for cut in 0..sealed.len() {
            assert!(key.open(b"place", &sealed[..cut]).is_err());
        }
        let mut other_version = sealed.clone();
        other_version[0] = 2;
        assert!(key.open(b"place", &other_version).is_err());
        assert_eq!(key.open(b"place", &sealed).unwrap(), b"words");
    }
}
