//! Who is asked: one order, one tuple (DESIGN §5).

use chrono::{DateTime, Utc};
use shared::ids::StaffId;
use shared::wire::{Purpose, Why};

use super::book::Floor;
use super::member::Member;
use super::visit::Visit;
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

/// The order among candidates; the smaller comes first. Own customers, appointments of a plan, scores and overdue
/// follow-ups join this tuple with their data.
type Order<'a> = (bool, bool, bool, Option<DateTime<Utc>>, &'a StaffId);

impl Floor {
    /// Whether a page of this person is open.
    #[must_use]
    pub fn is_live(&self, member: &Member, now: DateTime<Utc>) -> bool {
        member.alive_at.is_some_and(|at| now - at <= self.rules.live)
    }

    /// Whether an alert would reach this person now: on an open page, or by a channel that delivered lately.
    #[must_use]
    pub fn is_reachable(&self, member: &Member, now: DateTime<Utc>) -> bool {
        self.is_live(member, now) || member.delivered_at.is_some_and(|at| now - at <= self.rules.pushable)
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
        self.reachable(visit, role, now).filter(|member| member.asked.is_empty())
    }

    /// The same without minding that they are asked about another: for the seven-second rung.
    pub(super) fn reachable<'a>(
        &'a self,
        visit: &'a Visit,
        role: Role,
        now: DateTime<Utc>,
    ) -> impl Iterator<Item = &'a Member> + 'a {
        self.free(role).filter(move |member| self.is_reachable(member, now)).filter(move |member| {
            !visit.askings.iter().any(|asked| asked.to == member.id && (asked.open || asked.passed))
        })
    }

    fn reason(&self, visit: &Visit, best: &Member, candidates: &[&Member], role: Role, now: DateTime<Utc>) -> Why {
        if visit.wanted.as_ref() == Some(&best.id) {
            return if visit.purpose == Purpose::Appointment { Why::Appointment } else { Why::AskedFor };
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
        let longer_free = |member: &Member| (member.last_turn, &member.id) < (best.last_turn, &best.id);
        let only_live = self.is_live(best, now)
            && candidates.iter().any(|member| longer_free(member) && !self.is_live(member, now));
        if only_live { Why::Live } else { Why::LongestFree }
    }

    fn order<'a>(&self, visit: &Visit, member: &'a Member, now: DateTime<Utc>) -> Order<'a> {
        (
            visit.wanted.as_ref() != Some(&member.id),
            !member.languages.contains(&visit.language),
            !self.is_live(member, now),
            member.last_turn,
            &member.id,
        )
    }
}
