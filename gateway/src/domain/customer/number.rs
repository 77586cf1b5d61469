//! Telephone numbers as they are looked up: a keyed hash, which tells nobody the number who has not got the key.

use std::fmt;

use hmac::{Hmac, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use shared::phone::PhoneNumber;

/// The key of the hashes, from the vault; the same for ever.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct NumberKey([u8; 32]);

impl NumberKey {
    /// A key of 32 random bytes.
    #[must_use]
    pub fn new(key: [u8; 32]) -> Self {
        Self(key)
    }

    /// The hash of a number.
    #[must_use]
    pub fn hash(&self, number: &PhoneNumber) -> NumberHash {
        let mut hash = [0; 16];
        if let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&self.0) {
            mac.update(number.e164().as_bytes());
            let whole = mac.finalize().into_bytes();
            hash.iter_mut().zip(whole).for_each(|(to, from)| *to = from);
        }
        NumberHash(hash)
    }
}

impl fmt::Debug for NumberKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("NumberKey(***)")
    }
}

/// HMAC-SHA256 of a number in E.164, its first sixteen bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct NumberHash([u8; 16]);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_number_has_the_same_hash_under_one_key_only() {
        let [here, there] = [NumberKey::new([1; 32]), NumberKey::new([2; 32])];
        let number = |text| PhoneNumber::parse(text).unwrap();
        assert_eq!(here.hash(&number("138 0013 8000")), here.hash(&number("+8613800138000")));
        assert_ne!(here.hash(&number("13800138000")), here.hash(&number("13800138001")));
        assert_ne!(here.hash(&number("13800138000")), there.hash(&number("13800138000")));
        assert_eq!(format!("{here:?}"), "NumberKey(***)");
    }
}
