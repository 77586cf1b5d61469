//! Kiosks that ask to be let in: a code on the screen, which a manager types on `/manage`.
//!
//! A kiosk makes its own password and sends the hash alone, so nothing that opens anything crosses this door. Who stands before the
//! screen reads the code; who is signed in as a manager types it: both together are the proof. In memory only: after a restart
//! the kiosk asks again.
//!
//! Invariants: at most [`MOST`] claims are open, and [`PER_ADDRESS`] of one address; a code stands for one open claim.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use shared::ids::DeviceId;

/// How long a code is good.
pub(super) const LIFE: Duration = Duration::from_mins(10);
/// Claims at one time.
const MOST: usize = 64;
/// Claims of one address; a kiosk that is started again and again pushes its own older ones out.
const PER_ADDRESS: usize = 8;
/// Codes have six digits.
const CODES: u32 = 1_000_000;

/// A claim's id: 128 random bits, known to its kiosk alone.
pub(super) type ClaimId = [u8; 16];

/// How far a claim is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Standing {
    /// Nobody has typed the code yet.
    Waiting,
    /// The kiosk may connect under this name.
    Granted(DeviceId),
}

#[derive(Debug)]
struct Claim {
    code: String,
    password_sha256: String,
    address: IpAddr,
    asked: Duration,
    standing: Standing,
}

/// The open claims.
#[derive(Debug, Default)]
pub(super) struct Claims {
    open: Mutex<BTreeMap<ClaimId, Claim>>,
}

/// There are too many claims already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Full;

impl Claims {
    /// Opens a claim; its code. `random` chooses among the codes that are free.
    pub(super) fn ask(
        &self,
        id: ClaimId,
        password_sha256: String,
        address: IpAddr,
        random: u32,
        now: Duration,
    ) -> Result<String, Full> {
        let mut open = self.open(now);
        let own: Vec<(Duration, ClaimId)> =
            open.iter().filter(|(_, claim)| claim.address == address).map(|(id, claim)| (claim.asked, *id)).collect();
        if own.len() >= PER_ADDRESS
            && let Some((_, oldest)) = own.into_iter().min()
        {
            open.remove(&oldest);
        }
        if open.len() >= MOST {
            return Err(Full);
        }
        let mut number = random % CODES;
        let mut code = format!("{number:06}");
        while open.values().any(|claim| claim.code == code) {
            number = (number + 1) % CODES;
            code = format!("{number:06}");
        }
        let claim = Claim { code: code.clone(), password_sha256, address, asked: now, standing: Standing::Waiting };
        open.insert(id, claim);
        Ok(code)
    }

    /// How far a claim is; `None` for one that is not open, or no longer.
    pub(super) fn standing(&self, id: &ClaimId, now: Duration) -> Option<Standing> {
        self.open(now).get(id).map(|claim| claim.standing.clone())
    }

    /// The claim that waits behind a code, and its password's hash.
    pub(super) fn behind(&self, code: &str, now: Duration) -> Option<(ClaimId, String)> {
        let open = self.open(now);
        let waiting = |claim: &Claim| claim.code == code && claim.standing == Standing::Waiting;
        open.iter().find(|(_, claim)| waiting(claim)).map(|(id, claim)| (*id, claim.password_sha256.clone()))
    }

    /// The kiosk's account is there.
    pub(super) fn grant(&self, id: &ClaimId, kiosk: DeviceId, now: Duration) {
        if let Some(claim) = self.open(now).get_mut(id) {
            claim.standing = Standing::Granted(kiosk);
        }
    }

    fn open(&self, now: Duration) -> MutexGuard<'_, BTreeMap<ClaimId, Claim>> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.retain(|_, claim| now < claim.asked.saturating_add(LIFE));
        open
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);

    fn id(number: usize) -> ClaimId {
        u128::try_from(number).unwrap().to_be_bytes()
    }

    fn address(number: usize) -> IpAddr {
        IpAddr::from([10, 0, 0, u8::try_from(number).unwrap()])
    }

    #[test]
    fn a_code_stands_for_one_claim_until_its_time_is_over() {
        let claims = Claims::default();
        let first = claims.ask(id(1), "aa".into(), HERE, 7, Duration::ZERO).unwrap();
        let second = claims.ask(id(2), "bb".into(), HERE, 1_000_007, Duration::ZERO).unwrap();
        assert_eq!((first.as_str(), second.as_str()), ("000007", "000008"));
        assert_eq!(claims.behind("000008", LIFE / 2), Some((id(2), "bb".into())));
        assert_eq!(claims.behind("000009", LIFE / 2), None);
        assert_eq!(claims.standing(&id(1), LIFE / 2), Some(Standing::Waiting));
        assert_eq!((claims.standing(&id(1), LIFE), claims.behind("000007", LIFE)), (None, None));
    }

    #[test]
    fn a_granted_claim_is_told_and_its_code_is_spent() {
        let claims = Claims::default();
        let code = claims.ask(id(1), "aa".into(), HERE, 7, Duration::ZERO).unwrap();
        let kiosk: DeviceId = "entrance".parse().unwrap();
        claims.grant(&id(1), kiosk.clone(), Duration::ZERO);
        assert_eq!(claims.standing(&id(1), Duration::ZERO), Some(Standing::Granted(kiosk)));
        assert_eq!(claims.behind(&code, Duration::ZERO), None);
    }

    #[test]
    fn whoever_floods_pushes_only_their_own_claims_out_and_the_rest_is_bounded() {
        let claims = Claims::default();
        for number in 0..=PER_ADDRESS {
            let asked = Duration::from_secs(u64::try_from(number).unwrap());
            claims.ask(id(number), String::new(), HERE, 1, asked).unwrap();
        }
        assert_eq!(claims.standing(&id(0), LIFE / 2), None);
        assert_eq!(claims.standing(&id(1), LIFE / 2), Some(Standing::Waiting));
        for number in 0..MOST - PER_ADDRESS {
            claims.ask(id(100 + number), String::new(), address(number), 1, Duration::ZERO).unwrap();
        }
        assert_eq!(claims.ask(id(1000), String::new(), address(200), 1, Duration::ZERO), Err(Full));
    }
}
