//! Who is asked: one order, one tuple (DESIGN §5).

use chrono::{DateTime, Utc};
use shared::ids::StaffId;
use shared::wire::{Purpose, Why};

use super::book::Floor;
use super::member::Member;
use super::visit::{Asking, Visit};
use crate::domain::roster::Role;

/// Somebody to ask, and what decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// Who.
    pub staff: StaffId,
    /// Why.
    pub why: Why,
    /// No page of theirs is open.
    pub pushed: bool,
}

/// The order among candidates; the smaller comes first.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
#[expect(clippy::struct_excessive_bools, reason = "each is one step of the order, from the first that decides")]
struct Order<'a> {
    anothers_customer: bool,
    not_wanted: bool,
    another_language: bool,
    no_senior_for_promise: bool,
    not_live: bool,
    last_turn: Option<DateTime<Utc>>,
    id: &'a StaffId,
}

impl Floor {
    /// Whether a page of this person is open.
    #[must_use]
    pub fn is_live(&self, member: &Member, now: DateTime<Utc>) -> bool {
        member.alive_at.is_some_and(|at| now - at <= self.rules.live)
    }

    /// Whether an alert would reach this person now: on an open page, or by a channel that delivered lately.
    #[must_use]
    pub fn is_reachable(&self, member: &Member, now: DateTime<Utc>) -> bool {
        self.reachable_until(member).is_some_and(|until| now <= until)
    }

    fn reachable_until(&self, member: &Member) -> Option<DateTime<Utc>> {
        let live = member.alive_at.map(|at| at + self.rules.live);
        live.max(member.delivered_at.max(member.rung_at).map(|at| at + self.rules.pushable))
    }

    /// Everybody whom an alert would reach now, by id.
    pub fn reached(&self, now: DateTime<Utc>) -> impl Iterator<Item = &StaffId> {
        self.members().filter(move |member| self.is_reachable(member, now)).map(|member| &member.id)
    }

    /// Until when an alert reaches all of them, if none of them says a word.
    #[must_use]
    pub fn reached_until(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        self.members().filter_map(|member| self.reachable_until(member)).filter(|until| *until >= now).min()
    }

    /// Who is asked in which order about a visitor who wants nothing particular: everybody free and reachable of one role.
    #[must_use]
    pub fn rotation(&self, role: Role, now: DateTime<Utc>) -> Vec<&StaffId> {
        let mut ready: Vec<_> = self.free(role).filter(|member| self.is_reachable(member, now)).collect();
        ready.sort_by_key(|member| (!self.is_live(member, now), member.last_turn, &member.id));
        ready.into_iter().map(|member| &member.id).collect()
    }

    /// The best candidate of one pool for a visit who is not asked about it already.
    pub(super) fn choose(&self, visit: &Visit, role: Role, now: DateTime<Utc>) -> Option<Choice> {
        let candidates: Vec<_> = self.candidates(visit, role, now).collect();
        let best = candidates.iter().min_by_key(|member| self.order(visit, member, now))?;
        let why = self.reason(visit, best, &candidates, role, now);
        Some(Choice { staff: best.id.clone(), why, pushed: !self.is_live(best, now) })
    }

    /// Everybody of the pool who is free, reachable, not asked about this visit and not asked about another.
    fn candidates<'a>(
        &'a self,
        visit: &'a Visit,
        role: Role,
        now: DateTime<Utc>,
    ) -> impl Iterator<Item = &'a Member> + 'a {
        self.idle(role).filter(move |member| self.would_hear(visit, member, now))
    }

    /// The same without minding that they are asked about another: for the seven-second rung.
    pub(super) fn reachable<'a>(
        &'a self,
        visit: &'a Visit,
        role: Role,
        now: DateTime<Utc>,
    ) -> impl Iterator<Item = &'a Member> + 'a {
        self.free(role).filter(move |member| self.would_hear(visit, member, now))
    }

    /// Whether an alert about this visit would reach them, and say something new.
    fn would_hear(&self, visit: &Visit, member: &Member, now: DateTime<Utc>) -> bool {
        let asked = |asking: &Asking| asking.to == member.id && (asking.open || asking.still_passes(member));
        self.is_reachable(member, now) && !visit.askings.iter().any(asked)
    }

    fn reason(&self, visit: &Visit, best: &Member, candidates: &[&Member], role: Role, now: DateTime<Utc>) -> Why {
        if visit.known.owner.as_ref() == Some(&best.id) {
            return Why::OwnCustomer;
        }
        if visit.asks_for() == Some(&best.id) {
            let appointed = visit.purpose == Purpose::Appointment || visit.is_expected_by(&best.id);
            return if appointed { Why::Appointment } else { Why::AskedFor };
        }
        if visit.askings.iter().any(|asked| asked.passed) {
            return Why::Passed;
        }
        if !visit.askings.is_empty() {
            return Why::NotAccepted;
        }
        if role == Role::Reception {
            return Why::Reception;
        }
        let others_speak_it = candidates.iter().all(|member| member.languages.contains(&visit.language));
        if best.languages.contains(&visit.language) && !others_speak_it {
            return Why::Language;
        }
        if visit.is_promising(&self.rules) && best.senior && !candidates.iter().all(|member| member.senior) {
            return Why::Senior;
        }
        let longer_free = |member: &Member| (member.last_turn, &member.id) < (best.last_turn, &best.id);
        let only_live = self.is_live(best, now)
            && candidates.iter().any(|member| longer_free(member) && !self.is_live(member, now));
        if only_live { Why::Live } else { Why::LongestFree }
    }

    fn order<'a>(&self, visit: &Visit, member: &'a Member, now: DateTime<Utc>) -> Order<'a> {
        Order {
            anothers_customer: visit.known.owner.as_ref() != Some(&member.id),
            not_wanted: visit.asks_for() != Some(&member.id),
            another_language: !member.languages.contains(&visit.language),
            no_senior_for_promise: visit.is_promising(&self.rules) && !member.senior,
            not_live: !self.is_live(member, now),
            last_turn: member.last_turn,
            id: &member.id,
        }
    }
}

#[cfg(test)]
mod tests {
    use shared::wire::Language;

    use super::super::scene::{Scene, staff};
    use super::super::visit::Known;
    use super::*;

    /// Who is chosen and why, of a junior who waited longer, a senior, and one who speaks English too; `known` is known.
    #[track_caller]
    fn check(known: Known, language: Language, wanted: Option<&str>, expect: (&str, Why)) {
        let mut scene = Scene::new();
        let id = scene.check_in(Purpose::Browse);
        let mut visit = scene.visit(id).unwrap().clone();
        scene.hire("junior", Role::Consultant, &[Language::Zh]);
        scene.hire("senior", Role::Consultant, &[Language::Zh]);
        scene.hire("linguist", Role::Consultant, &[Language::Zh, Language::En]);
        for (name, minutes) in [("junior", 30), ("senior", 20), ("linguist", 10)] {
            scene.presence(name, super::super::member::Presence::Free);
            let last_turn = Some(scene.now - chrono::TimeDelta::minutes(minutes));
            scene.state.floor.change_member(&staff(name), |member| {
                member.senior = name == "senior";
                member.last_turn = last_turn;
                member.asked.clear();
            });
        }
        (visit.known, visit.language, visit.wanted) = (known, language, wanted.map(staff));
        let choice = scene.state.floor.choose(&visit, Role::Consultant, scene.now).unwrap();
        assert_eq!((choice.staff.as_str(), choice.why), expect);
    }

    #[test]
    fn the_order_is_own_customer_wish_language_senior_longest_free() {
        let (zh, en) = (Language::Zh, Language::En);
        let nothing = Known::default;
        let scored = |score| Known { score: Some(score), ..nothing() };
        let owned = |by| Known { owner: Some(staff(by)), score: Some(100), ..nothing() };
        check(nothing(), zh, None, ("junior", Why::LongestFree));
        check(scored(79), zh, None, ("junior", Why::LongestFree));
        check(scored(80), zh, None, ("senior", Why::Senior));
        check(scored(80), en, None, ("linguist", Why::Language));
        check(scored(80), en, Some("senior"), ("senior", Why::AskedFor));
        check(owned("junior"), en, Some("senior"), ("junior", Why::OwnCustomer));
        check(owned("somebody-who-left"), zh, None, ("senior", Why::Senior));
    }
}
