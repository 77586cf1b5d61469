//! Phones that are let in: a manager shows a code for somebody, whose phone opens it, sets a password and is signed in.
//!
//! The code is 128 random bits in a link, good once and for [`LIFE`]. Only its hash is kept, in memory: after a restart the manager shows
//! another. A new code for the same person makes the one before void.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};
use shared::ids::StaffId;

/// How long a code is good.
pub(super) const LIFE: Duration = Duration::from_mins(10);

/// The open codes.
#[derive(Debug, Default)]
pub(super) struct Enrolments {
    /// By person: the hash of the code, and when it was made.
    open: Mutex<BTreeMap<StaffId, ([u8; 32], Duration)>>,
}

impl Enrolments {
    /// Makes a code for somebody of these random bytes.
    pub(super) fn make(&self, staff: &StaffId, random: [u8; 16], now: Duration) -> String {
        let code = URL_SAFE_NO_PAD.encode(random);
        self.open(now).insert(staff.clone(), (hash(&code), now));
        code
    }

    /// Whose code this is, while it is good.
    pub(super) fn whose(&self, code: &str, now: Duration) -> Option<StaffId> {
        let hash = hash(code);
        self.open(now).iter().find(|(_, (known, _))| *known == hash).map(|(staff, _)| staff.clone())
    }

    /// Takes a code out of use; whether it was good until now. Of two who use it at once one is told no.
    pub(super) fn spend(&self, staff: &StaffId, code: &str, now: Duration) -> bool {
        let mut open = self.open(now);
        let good = open.get(staff).is_some_and(|(known, _)| *known == hash(code));
        if good {
            open.remove(staff);
        }
        good
    }

    fn open(&self, now: Duration) -> MutexGuard<'_, BTreeMap<StaffId, ([u8; 32], Duration)>> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.retain(|_, (_, made)| now < made.saturating_add(LIFE));
        open
    }
}

fn hash(code: &str) -> [u8; 32] {
    Sha256::digest(code).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_good_once_and_for_ten_minutes_and_the_next_makes_it_void() {
        let (enrolments, wang): (_, StaffId) = (Enrolments::default(), "wang".parse().unwrap());
        let first = enrolments.make(&wang, [1; 16], Duration::ZERO);
        assert_eq!(enrolments.whose(&first, LIFE / 2), Some(wang.clone()));
        assert_eq!(enrolments.whose("another", LIFE / 2), None);
        let second = enrolments.make(&wang, [2; 16], LIFE / 2);
        assert_eq!(enrolments.whose(&first, LIFE / 2), None);
        assert_eq!(enrolments.whose(&second, LIFE), Some(wang.clone()));
        assert!(!enrolments.spend(&wang, &first, LIFE));
        assert!(enrolments.spend(&wang, &second, LIFE));
        assert!(!enrolments.spend(&wang, &second, LIFE));
        let third = enrolments.make(&wang, [3; 16], LIFE);
        assert_eq!(enrolments.whose(&third, LIFE * 2), None);
    }
}
