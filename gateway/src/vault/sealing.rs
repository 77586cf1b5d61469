//! A sealed value: base64 of a version byte, the nonce, and XChaCha20-Poly1305 with the subject as associated data.

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use zeroize::Zeroizing;

use super::{DataKey, VaultError};
use crate::domain::secret::Subject;

const VERSION: u8 = 1;

/// Nonces of one batch: sixteen random bytes and a counter, for one question to the system instead of one a value.
#[derive(Debug)]
pub(super) struct Nonces {
    prefix: [u8; 16],
    count: u64,
}

impl Nonces {
    pub(super) fn new() -> Result<Self, VaultError> {
        let mut prefix = [0; 16];
        getrandom::fill(&mut prefix)?;
        Ok(Self { prefix, count: 0 })
    }

    pub(super) fn next(&mut self) -> [u8; 24] {
        let mut nonce = [0; 24];
        let bytes = self.prefix.into_iter().chain(self.count.to_be_bytes());
        nonce.iter_mut().zip(bytes).for_each(|(to, from)| *to = from);
        self.count += 1;
        nonce
    }
}

pub(super) fn seal_text(key: &DataKey, subject: &Subject, nonce: [u8; 24], plain: &[u8]) -> Result<String, VaultError> {
    let subject = subject.to_string();
    let payload = Payload { msg: plain, aad: subject.as_bytes() };
    let sealed = XChaCha20Poly1305::new(key.bytes().into())
        .encrypt(XNonce::from_slice(&nonce), payload)
        .map_err(|_| VaultError::Seal)?;
    Ok(STANDARD_NO_PAD.encode([&[VERSION], nonce.as_slice(), &sealed].concat()))
}

/// `None` for what this key does not open.
pub(super) fn unseal_text(key: &DataKey, subject: &Subject, text: &str) -> Option<Zeroizing<Vec<u8>>> {
    let bytes = STANDARD_NO_PAD.decode(text).ok()?;
    let (version, rest) = bytes.split_first()?;
    let (nonce, sealed) = rest.split_at_checked(24)?;
    if *version != VERSION {
        return None;
    }
    let subject = subject.to_string();
    let payload = Payload { msg: sealed, aad: subject.as_bytes() };
    XChaCha20Poly1305::new(key.bytes().into()).decrypt(XNonce::from_slice(nonce), payload).ok().map(Zeroizing::new)
}
