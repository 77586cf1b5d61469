//! What has happened on the floor.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use shared::consent::Consent;
use shared::ids::{AlertId, DeviceId, LeadId, ModelId, StaffId, TopicId, VisitId};
use shared::wire::{Language, Purpose, Why};

use super::member::{Presence, Shift};
use super::plan::{Hours, Week, YearTable};
use super::visit::{Breach, CallReason, Channel, GreetedSource, Note, Outcome, PassReason, Rung, VisitorDetails};
use crate::domain::secret::{Sealable, Secret, Secrets};

/// Somebody came.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckedIn {
    /// The new visit.
    pub visit: VisitId,
    /// The kiosk; `None` for reception's walk-in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kiosk: Option<DeviceId>,
    /// Who entered a walk-in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<StaffId>,
    /// Why they came.
    pub purpose: Purpose,
    /// Their language.
    pub language: Language,
    /// How many came together.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub party: Option<u8>,
    /// The corrected tap: receipt − `age_ms`. Every `*_ms` of the reports counts from here.
    pub arrived_at: DateTime<Utc>,
    /// The device's clock could not be trusted.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub time_uncertain: bool,
    /// Older than two minutes at receipt: no ladder, but the list "missed while offline".
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub late: bool,
    /// Milliseconds from the first touch to the tap.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub touched_ms: Option<u64>,
    /// The visit that this party was split from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub split_from: Option<VisitId>,
}

/// The visitor said more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Detailed {
    /// The visit.
    pub visit: VisitId,
    /// The language to which they changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<Language>,
    /// How many came together.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub party: Option<u8>,
    /// Models of interest; empty leaves what was said before.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub models: Vec<ModelId>,
    /// The consultant asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consultant: Option<StaffId>,
    /// Consents given or taken back.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub consents: Vec<Consent>,
    /// Name and number, under the visit's key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret: Option<Secret<VisitorDetails>>,
}

/// What staff set right about a visit; what is absent stays.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Correction {
    /// Why they came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purpose: Option<Purpose>,
    /// Their language.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<Language>,
    /// How many.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub party: Option<u8>,
}

/// Everything that can have happened on the floor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FloorEvent {
    /// Somebody came.
    CheckedIn(CheckedIn),
    /// The visitor said more.
    Detailed(Detailed),
    /// The number that was told is known, or, after a correction, is not.
    Recognised {
        /// The visit.
        visit: VisitId,
        /// The contact by which they are known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        lead: Option<LeadId>,
        /// Whose customer they are.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        owner: Option<StaffId>,
        /// Since when: the last real contact.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        since: Option<DateTime<Utc>>,
        /// How promising they are, 0 to 100.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        score: Option<u8>,
    },
    /// One person was asked.
    Asked {
        /// The alert.
        alert: AlertId,
        /// Who.
        to: StaffId,
        /// What decided.
        why: Why,
        /// No page of theirs was open: a second is asked soon.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        pushed: bool,
    },
    /// The alert was handed to a channel's far end (an open stream took it).
    Handed {
        /// The alert.
        alert: AlertId,
        /// Through what.
        channel: Channel,
    },
    /// The phone says that it is on the screen.
    Shown {
        /// The alert.
        alert: AlertId,
    },
    /// The person comes.
    Accepted {
        /// The alert.
        alert: AlertId,
        /// Whether it cost a turn.
        turn: bool,
    },
    /// The person passed.
    Passed {
        /// The alert.
        alert: AlertId,
        /// Why.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<PassReason>,
    },
    /// The alert is over without this person: somebody else came, or the visit ended.
    Withdrawn {
        /// The alert.
        alert: AlertId,
        /// Whether the person let it pass unanswered for long enough to count as missed.
        missed: bool,
        /// Whether whoever asked asks no longer.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        recalled: bool,
    },
    /// The ladder reached a rung.
    Climbed {
        /// The visit.
        visit: VisitId,
        /// The rung.
        rung: Rung,
    },
    /// Nobody can be asked, or nobody came: reception is called to receive and seat.
    ReceptionCalled {
        /// The visit.
        visit: VisitId,
        /// Why.
        reason: CallReason,
    },
    /// The visit waits for the first who becomes free.
    Queued {
        /// The visit.
        visit: VisitId,
    },
    /// Reception has received and seated the visitor; never counts as greeted.
    Received {
        /// The visit.
        visit: VisitId,
        /// Who.
        by: StaffId,
    },
    /// Ten seconds were over and nobody had accepted.
    Breached {
        /// The visit.
        visit: VisitId,
        /// Why.
        reason: Breach,
    },
    /// The managers' one alert was raised or renewed.
    ManagerAlerted {
        /// How many wait in breach.
        waiting: u32,
    },
    /// Accepted, but not greeted: the person was asked again, or the manager told.
    GreetingDue {
        /// The visit.
        visit: VisitId,
        /// `false`: the person was asked again (20 s); `true`: the manager was told (40 s).
        manager: bool,
    },
    /// A consultant stands before the visitor.
    Greeted {
        /// The visit.
        visit: VisitId,
        /// Who says so.
        source: GreetedSource,
        /// When, corrected, where the visitor's word took a while to the gateway; else with its commit.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        at: Option<DateTime<Utc>>,
    },
    /// The phone asked: still with them?
    StillWithAsked {
        /// The visit.
        visit: VisitId,
    },
    /// The visit is over.
    Ended {
        /// The visit.
        visit: VisitId,
        /// What came of it.
        outcome: Outcome,
        /// Who ended it, if a member of staff did.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<StaffId>,
        /// When, corrected, where the visitor's word took a while to the gateway; else with its commit.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        at: Option<DateTime<Utc>>,
    },
    /// Somebody is free, busy, away.
    PresenceSet {
        /// Who.
        staff: StaffId,
        /// What now.
        presence: Presence,
        /// A visit brought it: accepted, ended, taken back. Nobody chose it, so nobody takes it back alone.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        brought: bool,
    },
    /// Somebody's week was planned, or they are bound by no plan any more.
    WeekPlanned {
        /// Whose.
        staff: StaffId,
        /// What they work every week from now on; `None`: no plan, and no single day of theirs either.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        week: Option<Box<Week>>,
        /// Who planned.
        by: StaffId,
    },
    /// Somebody works other hours on one day.
    DayPlanned {
        /// Whose.
        staff: StaffId,
        /// Which day.
        date: NaiveDate,
        /// The hours; `None`: as the week and the year's table say.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        hours: Option<Hours>,
        /// Who planned.
        by: StaffId,
    },
    /// A year's holidays and make-up days, in place of those before.
    YearSet {
        /// The year.
        year: i32,
        /// The days.
        table: YearTable,
        /// Who set them.
        by: StaffId,
    },
    /// Shifts began or ended, by the plan or by a change of it; empty where the hour changed nothing.
    ShiftsTurned {
        /// What it is now, of whom it changed.
        to: BTreeMap<StaffId, Shift>,
    },
    /// Somebody came to their shift: from now on they wait for a turn.
    CameToWork {
        /// Who.
        staff: StaffId,
        /// Outside the plan, until then.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        extra_until: Option<DateTime<Utc>>,
    },
    /// The two minutes for undo are over: what the visitor said is destroyed with the visit's key.
    Forgotten {
        /// The visit.
        visit: VisitId,
        /// Whether anything was sealed under its key.
        sealed: bool,
    },
    /// Whoever served the visit was taken off the staff.
    Abandoned {
        /// The visit.
        visit: VisitId,
        /// Who served it.
        by: StaffId,
        /// Who came beside, and serves it now; `None`: nobody does, and the first who becomes free is asked.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        to: Option<StaffId>,
    },
    /// A colleague took the visit over.
    TakenOver {
        /// The alert.
        alert: AlertId,
        /// From whom.
        from: StaffId,
    },
    /// A second person came beside the one who accepted.
    Assisted {
        /// The alert.
        alert: AlertId,
    },
    /// The second person went again.
    SteppedBack {
        /// The visit.
        visit: VisitId,
        /// Who.
        staff: StaffId,
    },
    /// Whoever served this visit is the second person of another, which it has joined.
    Seconded {
        /// The visit that goes on.
        visit: VisitId,
        /// Who.
        staff: StaffId,
    },
    /// The visit and another one are one party 同行; the end of this one follows.
    Joined {
        /// The visit.
        visit: VisitId,
        /// The one that goes on.
        into: VisitId,
    },
    /// Staff set something right.
    Corrected {
        /// The visit.
        visit: VisitId,
        /// What is right.
        #[serde(flatten)]
        correction: Correction,
    },
    /// A question that breaks the ice was answered.
    Answered {
        /// The visit.
        visit: VisitId,
        /// Which question.
        question: TopicId,
        /// The answer.
        answer: TopicId,
    },
    /// Staff noted something for each other, in place of what was noted before.
    Noted {
        /// The visit.
        visit: VisitId,
        /// The note, under the visit's key.
        secret: Secret<Note>,
    },
    /// "Greeted" was taken back within two minutes.
    GreetingUndone {
        /// The visit.
        visit: VisitId,
    },
    /// The end was taken back within two minutes.
    EndUndone {
        /// The visit.
        visit: VisitId,
    },
    /// A door sensor counted.
    DoorCounted {
        /// The sensor.
        sensor: DeviceId,
        /// People in.
        entered: u32,
        /// People out.
        left: u32,
        /// When, corrected.
        at: DateTime<Utc>,
    },
    /// The wall clock was set: open ladders keep their remaining time.
    ClockStepped {
        /// By how many milliseconds forward (negative: back).
        by_ms: i64,
    },
}

impl FloorEvent {
    /// The visit that it is about.
    #[must_use]
    pub fn visit(&self) -> Option<VisitId> {
        match self {
            Self::CheckedIn(CheckedIn { visit, .. })
            | Self::Detailed(Detailed { visit, .. })
            | Self::Recognised { visit, .. }
            | Self::Climbed { visit, .. }
            | Self::ReceptionCalled { visit, .. }
            | Self::Queued { visit }
            | Self::Received { visit, .. }
            | Self::Breached { visit, .. }
            | Self::GreetingDue { visit, .. }
            | Self::Greeted { visit, .. }
            | Self::StillWithAsked { visit }
            | Self::Ended { visit, .. }
            | Self::Forgotten { visit, .. }
            | Self::Abandoned { visit, .. }
            | Self::SteppedBack { visit, .. }
            | Self::Seconded { visit, .. }
            | Self::Joined { visit, .. }
            | Self::Corrected { visit, .. }
            | Self::Answered { visit, .. }
            | Self::Noted { visit, .. }
            | Self::GreetingUndone { visit }
            | Self::EndUndone { visit } => Some(*visit),
            Self::Asked { alert, .. }
            | Self::Handed { alert, .. }
            | Self::Shown { alert }
            | Self::Accepted { alert, .. }
            | Self::Passed { alert, .. }
            | Self::Withdrawn { alert, .. }
            | Self::TakenOver { alert, .. }
            | Self::Assisted { alert } => Some(alert.visit),
            Self::ManagerAlerted { .. }
            | Self::PresenceSet { .. }
            | Self::WeekPlanned { .. }
            | Self::DayPlanned { .. }
            | Self::YearSet { .. }
            | Self::ShiftsTurned { .. }
            | Self::CameToWork { .. }
            | Self::DoorCounted { .. }
            | Self::ClockStepped { .. } => None,
        }
    }
}

impl Secrets for FloorEvent {
    fn each_secret(&mut self, each: &mut dyn FnMut(&mut dyn Sealable)) {
        match self {
            Self::Detailed(Detailed { secret: Some(secret), .. }) => each(secret),
            Self::Noted { secret, .. } => each(secret),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(json: &str, expect_at: Option<&str>) {
        let read: FloorEvent = serde_json::from_str(json).unwrap();
        let (FloorEvent::Greeted { at, .. } | FloorEvent::Ended { at, .. }) = &read else { panic!("{read:?}") };
        assert_eq!(*at, expect_at.map(|at| at.parse().unwrap()));
        assert_eq!(serde_json::to_string(&read).unwrap(), json, "what has no time of its own is written as before");
    }

    #[test]
    fn greetings_and_ends_of_before_their_own_time_was_kept_can_be_read() {
        let visit = "0190a5de-0000-7000-8000-000000000001";
        let (greeted, ended) = (
            format!(r#"{{"greeted":{{"visit":"{visit}","source":"visitor"#),
            format!(r#"{{"ended":{{"visit":"{visit}","outcome":"left"#),
        );
        let at = "2026-11-23T02:15:30.250Z";
        for said in [greeted, ended] {
            check(&format!(r#"{said}"}}}}"#), None);
            check(&format!(r#"{said}","at":"{at}"}}}}"#), Some(at));
        }
    }
}
