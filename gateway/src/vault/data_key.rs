//! A subject's key, and its form on the disk: wrapped.

use std::fmt;

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use super::VaultError;
use crate::domain::secret::Subject;

/// First byte of every key file; 0 never is one, for a crash can leave a file of zeros.
const VERSION: u8 = 1;

/// Version, wrapping key's number, key id, nonce, key and tag.
const WRAPPED_BYTES: usize = 1 + 4 + 16 + 24 + 32 + 16;

/// Names a data key in the erasure list: random, so it says nothing about whose it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId(pub [u8; 16]);

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

/// A subject's key. Wiped from memory when dropped.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct DataKey {
    #[zeroize(skip)]
    id: KeyId,
    key: Box<[u8; 32]>,
}

impl fmt::Debug for DataKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DataKey({}, ***)", self.id)
    }
}

/// A wrapped key as it was read, before it is known whether it opens.
pub(super) struct Wrapped {
    /// The number of the wrapping key.
    pub(super) by: u32,
    pub(super) id: KeyId,
    nonce: [u8; 24],
    sealed: [u8; 48],
}

impl DataKey {
    /// A new key.
    pub(super) fn random() -> Result<Self, VaultError> {
        let mut id = [0; 16];
        getrandom::fill(&mut id)?;
        let mut key = Box::new([0; 32]);
        getrandom::fill(key.as_mut_slice())?;
        Ok(Self { id: KeyId(id), key })
    }

    /// A key from a backup.
    #[must_use]
    pub fn new(id: KeyId, key: Box<[u8; 32]>) -> Self {
        Self { id, key }
    }

    /// Its name in the erasure list.
    #[must_use]
    pub fn id(&self) -> KeyId {
        self.id
    }

    /// The key itself.
    #[must_use]
    pub fn bytes(&self) -> &[u8; 32] {
        &self.key
    }

    /// The file's content.
    pub(super) fn wrap(&self, subject: &Subject, by: u32, wrapping: &[u8; 32]) -> Result<Vec<u8>, VaultError> {
        let mut nonce = [0; 24];
        getrandom::fill(&mut nonce)?;
        let payload = Payload { msg: self.key.as_slice(), aad: &bound(subject, self.id) };
        let sealed = XChaCha20Poly1305::new(wrapping.into()).encrypt(XNonce::from_slice(&nonce), payload);
        let sealed = sealed.map_err(|_| VaultError::Seal)?;
        Ok([&[VERSION], by.to_be_bytes().as_slice(), &self.id.0, &nonce, &sealed].concat())
    }
}

impl Wrapped {
    /// `None` for what is no whole key file.
    pub(super) fn parse(bytes: &[u8]) -> Option<Self> {
        if bytes.len() != WRAPPED_BYTES {
            return None;
        }
        let (version, rest) = bytes.split_first()?;
        let (by, rest) = rest.split_first_chunk::<4>()?;
        let (id, rest) = rest.split_first_chunk::<16>()?;
        let (nonce, rest) = rest.split_first_chunk::<24>()?;
        let sealed = rest.first_chunk::<48>()?;
        (*version == VERSION).then_some(Self {
            by: u32::from_be_bytes(*by),
            id: KeyId(*id),
            nonce: *nonce,
            sealed: *sealed,
        })
    }

    /// `None` when the wrapping key is another one, or the file was changed or put in another's place.
    pub(super) fn unwrap(&self, subject: &Subject, wrapping: &[u8; 32]) -> Option<DataKey> {
        let payload = Payload { msg: &self.sealed, aad: &bound(subject, self.id) };
        let plain = XChaCha20Poly1305::new(wrapping.into()).decrypt(XNonce::from_slice(&self.nonce), payload).ok()?;
        let plain = Zeroizing::new(plain);
        let mut key = Box::new([0; 32]);
        key.copy_from_slice(plain.get(..32)?);
        Some(DataKey { id: self.id, key })
    }
}

fn bound(subject: &Subject, id: KeyId) -> Vec<u8> {
    format!("yingbin data key {subject} {id}").into_bytes()
}
