//! The hash of the kiosks' staff PIN, which they keep to check it offline.
//!
//! Four to eight digits can be guessed from any hash; it keeps the PIN from whoever glances at a file, no more. The kiosk slows
//! guessing at its own keypad down. Less memory than a password's hash (8 MiB, three passes): a kiosk is a small machine.

use argon2::password_hash::{PasswordHasher as _, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};

const KIB: u32 = 8 * 1024;
const PASSES: u32 = 3;

/// The hash in PHC form. The same PIN and salt give the same, so that a restart changes no kiosk's configuration; `None` when
/// it cannot be made.
#[must_use]
pub fn hash_pin(pin: &str, salt: &[u8; 32]) -> Option<String> {
    let made = || {
        let salt = SaltString::encode_b64(salt.get(..16).unwrap_or_default())?;
        let params = Params::new(KIB, PASSES, 1, None)?;
        let argon = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        argon.hash_password(pin.as_bytes(), &salt).map(|hash| hash.to_string())
    };
    made().inspect_err(|error| tracing::warn!(%error, "the kiosks' staff PIN cannot be hashed: no staff menu")).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_pin_gives_the_same_hash_and_another_another() {
        let hash = hash_pin("2580", &[7; 32]).unwrap();
        // The one that the kiosk's own test takes (`kiosk/src/desk/tests.rs`).
        let known = "$argon2id$v=19$m=8192,t=3,p=1$BwcHBwcHBwcHBwcHBwcHBw$XaxHL5Y1W8enpyrRqvYb1v7OvylGqSuF5/2RMPCNNuM";
        assert_eq!(hash, known);
        assert_eq!(hash_pin("2580", &[7; 32]).unwrap(), hash);
        assert_ne!(hash_pin("2581", &[7; 32]).unwrap(), hash);
        assert_ne!(hash_pin("2580", &[8; 32]).unwrap(), hash);
    }
}
