//! Slows down whoever guesses passwords: failed sign-ins are counted per account and per address.
//!
//! In memory only: a restart forgives. Bounded: beyond [`MOST`] keys the oldest are forgotten.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use shared::ids::StaffId;

/// Failures of one account before it has to wait.
pub(super) const PER_ACCOUNT: u32 = 5;
/// Failures from one address before it has to wait.
pub(super) const PER_ADDRESS: u32 = 30;
/// How long one has to wait; failures are forgotten after the same time.
pub(super) const WAIT: Duration = Duration::from_mins(1);
const MOST: usize = 10_000;

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    Account(StaffId),
    Address(IpAddr),
}

#[derive(Debug, Clone, Copy)]
struct Failures {
    count: u32,
    last: Duration,
}

/// The failures of the last minute.
#[derive(Debug, Default)]
pub(super) struct Throttle {
    failures: Mutex<BTreeMap<Key, Failures>>,
}

impl Throttle {
    /// How long this sign-in has to wait, by the boot clock; `None`: it may try.
    pub(super) fn wait(&self, account: &StaffId, address: IpAddr, now: Duration) -> Option<Duration> {
        let failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        keys(account, address)
            .into_iter()
            .filter_map(|(key, most)| {
                let failed = failures.get(&key).filter(|failed| failed.count >= most)?;
                (failed.last + WAIT).checked_sub(now).filter(|left| !left.is_zero())
            })
            .max()
    }

    /// A sign-in failed.
    pub(super) fn failed(&self, account: &StaffId, address: IpAddr, now: Duration) {
        let mut failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        if failures.len() >= MOST {
            failures.retain(|_, failed| failed.last + WAIT > now);
        }
        if failures.len() >= MOST {
            failures.clear();
        }
        for (key, _) in keys(account, address) {
            let failed = failures.entry(key).or_insert(Failures { count: 0, last: now });
            if failed.last + WAIT <= now {
                failed.count = 0;
            }
            failed.count += 1;
            failed.last = now;
        }
    }

    /// A sign-in went well: the account starts anew.
    pub(super) fn went_well(&self, account: &StaffId) {
        let mut failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        failures.remove(&Key::Account(account.clone()));
    }
}

fn keys(account: &StaffId, address: IpAddr) -> [(Key, u32); 2] {
    [(Key::Account(account.clone()), PER_ACCOUNT), (Key::Address(address), PER_ADDRESS)]
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);
    const THERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(10, 0, 0, 1));

    fn staff(name: &str) -> StaffId {
        name.parse().unwrap()
    }

    #[test]
    fn an_account_waits_after_its_fifth_failure_and_not_for_ever() {
        let (throttle, wang, at) = (Throttle::default(), staff("wang"), Duration::from_secs);
        for second in 0..4 {
            throttle.failed(&wang, HERE, at(second));
            assert_eq!(throttle.wait(&wang, HERE, at(second)), None);
        }
        throttle.failed(&wang, HERE, at(4));
        assert_eq!(throttle.wait(&wang, THERE, at(5)), Some(at(59)), "from every address");
        assert_eq!(throttle.wait(&staff("li"), HERE, at(5)), None, "a colleague may");
        assert_eq!(throttle.wait(&wang, HERE, at(64)), None);
        throttle.failed(&wang, HERE, at(64));
        assert_eq!(throttle.wait(&wang, HERE, at(64)), None, "the count begins anew");
    }

    #[test]
    fn an_address_that_tries_many_accounts_waits() {
        let throttle = Throttle::default();
        for n in 0..PER_ADDRESS {
            throttle.failed(&staff(&format!("a{n}")), THERE, Duration::ZERO);
        }
        assert_eq!(throttle.wait(&staff("wang"), THERE, Duration::ZERO), Some(WAIT));
        assert_eq!(throttle.wait(&staff("wang"), HERE, Duration::ZERO), None);
    }

    #[test]
    fn a_good_sign_in_forgives_the_account() {
        let (throttle, wang) = (Throttle::default(), staff("wang"));
        for _ in 0..PER_ACCOUNT {
            throttle.failed(&wang, HERE, Duration::ZERO);
        }
        throttle.went_well(&wang);
        assert_eq!(throttle.wait(&wang, HERE, Duration::ZERO), None);
    }
}
