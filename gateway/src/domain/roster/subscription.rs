//! Browsers of staff that a push service rings while their page is closed.
//!
//! What a push service gave to a browser is a key to that person's screen, so it is sealed under the person's key and goes with the
//! account. It lives no longer than what let it in: signing out, there or everywhere, ends it.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use shared::ids::StaffId;
use shared::personal::Personal;
use shared::wire::Language;

use super::{Roster, RosterEvent};
use crate::domain::command::{Actor, Refusal};
use crate::domain::secret::Secret;

/// Subscriptions that somebody may have; a further one takes the place of the oldest.
pub const MOST: usize = 5;

/// Names a subscription without telling where it leads: the first sixteen bytes of its endpoint's SHA-256, in hexadecimal.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct SubscriptionId(String);

/// A text that names no subscription.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a subscription")]
pub struct NotASubscription;

impl SubscriptionId {
    /// The id of whatever a push service answers at.
    #[must_use]
    pub fn of(endpoint: &str) -> Self {
        let hash = hex::encode(Sha256::digest(endpoint.as_bytes()));
        Self(hash.split_at(32).0.to_owned())
    }
}

impl fmt::Display for SubscriptionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for SubscriptionId {
    type Err = NotASubscription;

    fn from_str(text: &str) -> Result<Self, NotASubscription> {
        let hexadecimal = text.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte));
        if text.len() == 32 && hexadecimal { Ok(Self(text.to_owned())) } else { Err(NotASubscription) }
    }
}

impl TryFrom<String> for SubscriptionId {
    type Error = NotASubscription;

    fn try_from(text: String) -> Result<Self, NotASubscription> {
        text.parse()
    }
}

impl From<SubscriptionId> for String {
    fn from(id: SubscriptionId) -> Self {
        id.0
    }
}

/// What a browser was given by its push service, as the browser tells it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PushKeys {
    /// Where messages go; whoever knows it can send one.
    pub endpoint: Personal,
    /// The browser's public key: a point of P-256, uncompressed, in Base64 for addresses.
    pub p256dh: Personal,
    /// Sixteen bytes that only browser and sender know, in the same form.
    pub auth: Personal,
}

/// One browser of one person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subscription {
    /// Which.
    pub id: SubscriptionId,
    /// What its page speaks.
    pub language: Language,
    /// A mark of the session that it was made in, which opens nothing.
    pub session: String,
    /// Where it is, and what messages to it are sealed with.
    pub secret: Secret<PushKeys>,
}

/// Which of a person's subscriptions end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Which {
    /// This one.
    One(SubscriptionId),
    /// Those of the session with this mark.
    OfSession(String),
    /// Every one.
    All,
}

impl Which {
    fn is(&self, subscription: &Subscription) -> bool {
        match self {
            Self::One(id) => subscription.id == *id,
            Self::OfSession(session) => subscription.session == *session,
            Self::All => true,
        }
    }
}

impl Roster {
    /// The browsers of somebody that a push service rings, the oldest first.
    #[must_use]
    pub fn subscriptions(&self, staff: &StaffId) -> &[Subscription] {
        self.subscriptions.get(staff).map_or(&[], Vec::as_slice)
    }

    /// Whoever asks wants this browser to be rung. A browser is one person's: whoever had it before is rung there no more.
    pub(in crate::domain) fn subscribe(
        &self,
        actor: &Actor,
        subscription: &Subscription,
    ) -> Result<Vec<RosterEvent>, Refusal> {
        let Actor::Staff(staff) = actor else { return Err(Refusal::WrongSender) };
        self.accounts.get(staff).ok_or(Refusal::UnknownStaff)?;
        if self.subscriptions(staff).contains(subscription) {
            return Ok(Vec::new());
        }
        let before = self.subscriptions.iter().filter(|(whose, _)| *whose != staff);
        let before = before.filter(|(_, theirs)| theirs.iter().any(|known| known.id == subscription.id));
        let unsubscribed =
            before.map(|(whose, _)| RosterEvent::Unsubscribed { staff: whose.clone(), id: subscription.id.clone() });
        let subscribed = RosterEvent::Subscribed { staff: staff.clone(), subscription: subscription.clone() };
        Ok(unsubscribed.chain([subscribed]).collect())
    }

    /// These are rung no more: their owner says so, or the push service knows them no more. What has ended already is no fault.
    pub(in crate::domain) fn unsubscribe(
        &self,
        actor: &Actor,
        staff: &StaffId,
        which: &Which,
    ) -> Result<Vec<RosterEvent>, Refusal> {
        let may = *actor == Actor::System || matches!(actor, Actor::Staff(actor) if actor == staff);
        may.then_some(()).ok_or(Refusal::WrongSender)?;
        let theirs = self.subscriptions(staff).iter().filter(|subscription| which.is(subscription));
        Ok(theirs.map(|one| RosterEvent::Unsubscribed { staff: staff.clone(), id: one.id.clone() }).collect())
    }

    pub(super) fn subscribed(&mut self, staff: &StaffId, subscription: &Subscription) {
        let theirs = self.subscriptions.entry(staff.clone()).or_default();
        theirs.retain(|known| known.id != subscription.id);
        if theirs.len() >= MOST {
            theirs.remove(0);
        }
        theirs.push(subscription.clone());
    }

    pub(super) fn unsubscribed(&mut self, staff: &StaffId, id: &SubscriptionId) {
        if let Some(theirs) = self.subscriptions.get_mut(staff) {
            theirs.retain(|known| known.id != *id);
            if theirs.is_empty() {
                self.subscriptions.remove(staff);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::domain::roster::{Account, Role, StaffDetails};
    use crate::domain::secret::{Secrets as _, Subject};

    fn staff(name: &str) -> StaffId {
        name.parse().unwrap()
    }

    fn by(name: &str) -> Actor {
        Actor::Staff(staff(name))
    }

    fn account(name: &str, session_generation: u32) -> Account {
        let details = StaffDetails { name: Personal::new("x"), latin: None, password: Personal::new("") };
        Account {
            id: staff(name),
            role: Role::Consultant,
            senior: false,
            languages: BTreeSet::new(),
            secret: Secret::open(Subject::Staff(staff(name)), details),
            session_generation,
        }
    }

    fn subscription(whose: &str, endpoint: &str, session: &str) -> Subscription {
        let keys =
            PushKeys { endpoint: Personal::new(endpoint), p256dh: Personal::new("key"), auth: Personal::new("auth") };
        Subscription {
            id: SubscriptionId::of(endpoint),
            language: Language::Zh,
            session: session.to_owned(),
            secret: Secret::open(Subject::Staff(staff(whose)), keys),
        }
    }

    fn roster() -> Roster {
        let mut roster = Roster::default();
        for name in ["wang", "chen"] {
            roster.apply(&RosterEvent::AccountSet(account(name, 0)));
        }
        roster
    }

    fn subscribe(roster: &mut Roster, whose: &str, endpoint: &str, session: &str) -> usize {
        let events = roster.subscribe(&by(whose), &subscription(whose, endpoint, session)).unwrap();
        for event in &events {
            roster.apply(event);
        }
        events.len()
    }

    #[track_caller]
    fn check(roster: &Roster, whose: &str, expect: &[&str]) {
        let there = roster.subscriptions(&staff(whose)).iter().map(|one| &one.id).cloned().collect::<Vec<_>>();
        assert_eq!(there, expect.iter().map(|endpoint| SubscriptionId::of(endpoint)).collect::<Vec<_>>(), "{whose}");
    }

    #[test]
    fn somebody_has_five_at_most_and_the_oldest_goes() {
        let mut roster = roster();
        for endpoint in ["a", "b", "c", "d", "e"] {
            assert_eq!(subscribe(&mut roster, "wang", endpoint, "s"), 1);
        }
        assert_eq!(subscribe(&mut roster, "wang", "e", "s"), 0, "nothing new, nothing on record");
        assert_eq!(subscribe(&mut roster, "wang", "a", "t"), 1, "of another session now, and the newest");
        subscribe(&mut roster, "wang", "f", "s");
        check(&roster, "wang", &["c", "d", "e", "a", "f"]);
        let mut secrets = 0;
        roster.each_secret(&mut |_| secrets += 1);
        assert_eq!(secrets, 7, "two accounts and five subscriptions: all of it is sealed");
    }

    #[test]
    fn a_browser_rings_for_one_person() {
        let mut roster = roster();
        subscribe(&mut roster, "wang", "a", "s");
        subscribe(&mut roster, "wang", "b", "s");
        assert_eq!(subscribe(&mut roster, "chen", "a", "t"), 2);
        check(&roster, "wang", &["b"]);
        check(&roster, "chen", &["a"]);
    }

    #[test]
    fn whatever_ends_sessions_ends_their_subscriptions() {
        let there = |event: RosterEvent| {
            let mut roster = roster();
            subscribe(&mut roster, "wang", "a", "s");
            subscribe(&mut roster, "chen", "b", "s");
            roster.apply(&event);
            check(&roster, "chen", &["b"]);
            roster.subscriptions(&staff("wang")).len()
        };
        assert_eq!(there(RosterEvent::SessionsEnded { staff: staff("wang") }), 0);
        assert_eq!(there(RosterEvent::AccountRemoved { staff: staff("wang") }), 0);
        assert_eq!(there(RosterEvent::AccountSet(account("wang", 1))), 0, "another password");
        assert_eq!(there(RosterEvent::AccountSet(account("wang", 0))), 1, "another name changes nothing");
    }

    #[test]
    fn ones_own_end_by_id_by_session_or_all_and_nobody_elses() {
        let end = |actor: &Actor, which: &Which| {
            let mut roster = roster();
            for (endpoint, session) in [("a", "s"), ("b", "s"), ("c", "t")] {
                subscribe(&mut roster, "wang", endpoint, session);
            }
            let events = roster.unsubscribe(actor, &staff("wang"), which)?;
            for event in &events {
                roster.apply(event);
            }
            Ok(roster.subscriptions(&staff("wang")).len())
        };
        let one = Which::One(SubscriptionId::of("b"));
        assert_eq!(end(&by("wang"), &one), Ok(2));
        assert_eq!(end(&Actor::System, &one), Ok(2));
        assert_eq!(end(&by("wang"), &Which::OfSession("s".to_owned())), Ok(1));
        assert_eq!(end(&by("wang"), &Which::All), Ok(0));
        assert_eq!(end(&by("wang"), &Which::One(SubscriptionId::of("z"))), Ok(3));
        for actor in [by("chen"), Actor::Visitor] {
            assert_eq!(end(&actor, &Which::All), Err(Refusal::WrongSender));
        }
        let stranger = roster().subscribe(&by("nobody"), &subscription("nobody", "a", "s"));
        assert_eq!(stranger, Err(Refusal::UnknownStaff));
    }

    #[test]
    fn ids_tell_nothing_and_read_back() {
        let id = SubscriptionId::of("https://push.example/secret");
        assert!(id.to_string().len() == 32 && id.to_string().parse() == Ok(id));
        for bad in ["", "0", &"g".repeat(32), &"A".repeat(32), &"0".repeat(33)] {
            assert!(bad.parse::<SubscriptionId>().is_err(), "{bad}");
        }
    }

    #[test]
    fn rosters_of_older_snapshots_have_none_and_those_without_any_look_as_before() {
        let written = serde_json::to_value(Roster::default()).unwrap();
        assert_eq!(written, serde_json::json!({ "accounts": {}, "devices": {} }));
        assert_eq!(serde_json::from_value::<Roster>(written).unwrap(), Roster::default());
    }
}
