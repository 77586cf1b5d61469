//! Decisions about people who come: check-in, what they add, and how they go again.

use chrono::{DateTime, TimeDelta, Utc};
use shared::ids::{DeviceId, StaffId, VisitId};
use shared::wire::{self, Language, Purpose, Why};

use super::book::Floor;
use super::event::{CheckedIn, Detailed, FloorEvent};
use super::service::greeting;
use super::visit::{CallReason, GreetedSource, Outcome, Visit, VisitorDetails};
use crate::domain::command::{Refusal, Told};
use crate::domain::secret::{Secret, Subject};

/// When a device's event happened, corrected by the gateway's clock (DESIGN §5, "Late").
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::domain) struct Placed {
    /// The corrected moment; never after the receipt.
    pub at: DateTime<Utc>,
    /// The device's clock could not be trusted.
    pub uncertain: bool,
    /// Too old for a ladder.
    pub late: bool,
}

impl Placed {
    /// Places what a device told in the gateway's time.
    #[must_use]
    pub(in crate::domain) fn of(told: Told, late_after: TimeDelta, now: DateTime<Utc>) -> Self {
        let age = told.age_ms.map(|age| {
            i64::try_from(age).ok().and_then(TimeDelta::try_milliseconds).and_then(|age| now.checked_sub_signed(age))
        });
        match age {
            Some(Some(at)) => Self { at, uncertain: false, late: now - at > late_after },
            // An age that no calendar holds is no age.
            Some(None) => Self { at: now, uncertain: true, late: false },
            None if told.at > now => Self { at: now, uncertain: true, late: false },
            None => Self { at: told.at, uncertain: false, late: now - told.at > late_after },
        }
    }
}

impl Floor {
    pub(super) fn check_in(
        &self,
        kiosk: &DeviceId,
        body: &wire::CheckedIn,
        told: Told,
        now: DateTime<Utc>,
    ) -> Result<Vec<FloorEvent>, Refusal> {
        if self.is_over(body.visit) {
            return Err(Refusal::VisitOver);
        }
        if self.visit(body.visit).is_some() {
            return self.detail(kiosk, body.visit, Some(body.language), &body.detail, now);
        }
        let placed = Placed::of(told, self.rules.late, now);
        let checked_in = FloorEvent::CheckedIn(CheckedIn {
            visit: body.visit,
            kiosk: Some(kiosk.clone()),
            by: None,
            purpose: body.purpose,
            language: body.language,
            party: body.detail.party,
            arrived_at: placed.at,
            time_uncertain: placed.uncertain,
            late: placed.late,
            touched_ms: body.touched_ms,
            split_from: None,
        });
        let mut events = vec![checked_in];
        events.extend(said(body.visit, None, &body.detail));
        if placed.late {
            // Nobody is rung for it. But the kiosk sends whoever still stands there to reception, which has to know.
            events.push(FloorEvent::ReceptionCalled { visit: body.visit, reason: CallReason::Late });
        }
        Ok(events)
    }

    pub(super) fn walk_in(
        &self,
        by: &StaffId,
        visit: VisitId,
        purpose: Purpose,
        language: Language,
        party: Option<u8>,
        now: DateTime<Utc>,
    ) -> Vec<FloorEvent> {
        if self.visit(visit).is_some() || self.is_over(visit) {
            return Vec::new();
        }
        vec![FloorEvent::CheckedIn(CheckedIn {
            visit,
            kiosk: None,
            by: Some(by.clone()),
            purpose,
            language,
            party,
            arrived_at: now,
            time_uncertain: false,
            late: false,
            touched_ms: None,
            split_from: None,
        })]
    }

    pub(super) fn detail(
        &self,
        kiosk: &DeviceId,
        id: VisitId,
        language: Option<Language>,
        detail: &wire::Detailed,
        now: DateTime<Utc>,
    ) -> Result<Vec<FloorEvent>, Refusal> {
        let visit = self.visit_of(kiosk, id)?;
        let language = language.filter(|language| *language != visit.language);
        let Some(detailed) = said(id, language, detail) else { return Ok(Vec::new()) };
        let mut events = vec![detailed];
        events.extend(self.ask_wanted(visit, detail.consultant.as_ref(), now));
        Ok(events)
    }

    /// The one whom the visitor asks for is asked at once, if nobody has come yet.
    fn ask_wanted(&self, visit: &Visit, wanted: Option<&StaffId>, now: DateTime<Utc>) -> Option<FloorEvent> {
        self.ask_beside(visit, wanted?, Why::AskedFor, None, now)
    }

    /// The one whose customer it is, as it has just come out.
    pub(in crate::domain) fn ask_own(&self, visit: &Visit, owner: &StaffId, now: DateTime<Utc>) -> Option<FloorEvent> {
        let role = self.member(owner)?.role;
        let theirs = self.pools(visit).contains(&role);
        theirs.then(|| self.ask_beside(visit, owner, Why::OwnCustomer, None, now)).flatten()
    }

    /// Asks somebody who can come beside those who are asked already, while nobody does. What they are asked about `instead_of`, a visit
    /// that ends with this, keeps them from nothing.
    pub(in crate::domain) fn ask_beside(
        &self,
        visit: &Visit,
        who: &StaffId,
        why: Why,
        instead_of: Option<VisitId>,
        now: DateTime<Utc>,
    ) -> Option<FloorEvent> {
        let who = self.member(who).filter(|_| visit.waits() && !visit.askings.is_empty())?;
        let asked_about_it = visit.askings.iter().any(|asked| asked.to == who.id);
        let can_come = who.is_free() && self.is_reachable(who, now);
        let asked_elsewhere = who.asked.iter().any(|alert| Some(alert.visit) != instead_of);
        (can_come && !asked_about_it && !asked_elsewhere).then(|| FloorEvent::Asked {
            alert: visit.next_alert(),
            to: who.id.clone(),
            why,
            pushed: !self.is_live(who, now),
        })
    }

    pub(super) fn meet(
        &self,
        kiosk: &DeviceId,
        id: VisitId,
        told: Told,
        now: DateTime<Utc>,
    ) -> Result<Vec<FloorEvent>, Refusal> {
        let visit = self.visit_of(kiosk, id)?;
        Ok(greeting(visit, GreetedSource::Visitor, self.earlier(visit, told, now)))
    }

    /// The visitor goes: before anybody came, or afterwards.
    pub(super) fn go(
        &self,
        kiosk: &DeviceId,
        id: VisitId,
        outcome: Outcome,
        told: Told,
        now: DateTime<Utc>,
    ) -> Result<Vec<FloorEvent>, Refusal> {
        match self.visit_of(kiosk, id) {
            Ok(visit) => Ok(self.ending(visit, outcome, None, None, self.earlier(visit, told, now))),
            // Gone is gone: a second goodbye changes nothing.
            Err(Refusal::VisitOver) => Ok(Vec::new()),
            Err(refusal) => Err(refusal),
        }
    }

    /// When the visitor said something about their visit, for the reports: corrected as a check-in is, never before they came. `None`:
    /// now. What time does to the visit, and how long it can be taken back, counts from the receipt all the same.
    fn earlier(&self, visit: &Visit, told: Told, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let at = Placed::of(told, self.rules.late, now).at.max(visit.arrived_at);
        (at < now).then_some(at)
    }

    fn visit_of(&self, kiosk: &DeviceId, id: VisitId) -> Result<&Visit, Refusal> {
        let Some(visit) = self.visit(id) else {
            return Err(if self.is_over(id) { Refusal::VisitOver } else { Refusal::UnknownVisit });
        };
        if visit.kiosk.as_ref() != Some(kiosk) {
            return Err(Refusal::ForeignVisit);
        }
        if visit.ended.is_some() { Err(Refusal::VisitOver) } else { Ok(visit) }
    }
}

/// What a visitor said, as an event; nothing where nothing was said.
pub(in crate::domain) fn said(
    visit: VisitId,
    language: Option<Language>,
    detail: &wire::Detailed,
) -> Option<FloorEvent> {
    if language.is_none() && detail.is_empty() {
        return None;
    }
    let details = VisitorDetails { phone: detail.phone.clone(), surname: detail.surname.clone(), title: detail.title };
    let secret = (details != VisitorDetails::default()).then(|| Secret::open(Subject::Visit(visit), details));
    Some(FloorEvent::Detailed(Detailed {
        visit,
        language,
        party: detail.party,
        models: detail.models.clone(),
        consultant: detail.consultant.clone(),
        consents: detail.consents.clone(),
        secret,
    }))
}

#[cfg(test)]
mod tests {
    use super::super::scene::Scene;
    use super::*;
    use crate::domain::command::Command;

    #[track_caller]
    fn check(at_s: i64, age_ms: Option<u64>, expect_at_s: i64, uncertain: bool, late: bool) {
        let now = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        let told = Told { at: now + TimeDelta::seconds(at_s), age_ms };
        let placed = Placed::of(told, TimeDelta::minutes(2), now);
        assert_eq!((placed.at - now).num_seconds(), expect_at_s);
        assert_eq!((placed.uncertain, placed.late), (uncertain, late));
    }

    #[test]
    fn a_tap_is_placed_by_its_age_and_only_then_by_the_devices_clock() {
        check(0, Some(40_000), -40, false, false);
        check(5_000_000, Some(40_000), -40, false, false);
        check(0, Some(121_000), -121, false, true);
        check(-100, None, -100, false, false);
        check(-121, None, -121, false, true);
        check(1, None, 0, true, false);
        check(0, Some(u64::MAX), 0, true, false);
    }

    /// A visitor came `came_s` ago; what their kiosk tells with this now. When the reports count it.
    #[track_caller]
    fn check_told(came_s: i64, at_s: i64, age_ms: Option<u64>, expect_s: Option<i64>) {
        for command in [Command::Meet, Command::Leave, Command::Cancel] {
            let mut scene = Scene::new().with_free(&["a"]);
            let visit = scene.check_in(Purpose::Browse);
            scene.seconds(came_s);
            let told = Told { at: scene.now + TimeDelta::seconds(at_s), age_ms };
            scene.kiosk(command(visit, told)).unwrap();
            let said = scene.history.iter().find_map(|(_, event)| match event {
                FloorEvent::Greeted { at, .. } | FloorEvent::Ended { at, .. } => Some(*at),
                _ => None,
            });
            let expect = expect_s.map(|seconds| scene.now + TimeDelta::seconds(seconds));
            assert_eq!(said, Some(expect), "came {came_s} s ago, told {at_s} s, {age_ms:?}");
        }
    }

    #[test]
    fn a_late_word_of_the_visitor_counts_from_its_tap() {
        check_told(300, 0, Some(290_000), Some(-290));
        check_told(300, 5_000, Some(290_000), Some(-290));
        check_told(300, 0, Some(0), None);
        // After the kiosk's reboot its wall clock decides, and one that is ahead is not believed.
        check_told(300, -290, None, Some(-290));
        check_told(300, 1, None, None);
        // Never before they came, never what no calendar holds.
        check_told(300, 0, Some(301_000), Some(-300));
        check_told(300, 0, Some(u64::MAX), None);
    }

    #[test]
    fn a_late_word_can_be_taken_back_for_as_long_as_any() {
        let mut scene = Scene::new().with_free(&["a"]);
        let visit = scene.check_in(Purpose::Browse);
        scene.accept("a", visit).unwrap();
        scene.seconds(300);
        let told = Told { at: scene.now, age_ms: Some(290_000) };
        scene.kiosk(Command::Meet(visit, told)).unwrap();
        scene.seconds(60);
        scene.by("a", Command::UndoVisit(visit)).unwrap();
        assert!(scene.visit(visit).unwrap().greeted.is_none());
    }
}
