//! A visit, from the tap to the end, with its own proof of every step.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use shared::consent::Consent;
use shared::ids::{AlertId, DeviceId, LeadId, ModelId, StaffId, TopicId, VisitId};
use shared::personal::Personal;
use shared::phone::PhoneNumber;
use shared::wire::{Language, Purpose, Title, Why};

use super::member::Member;
use super::rules::FloorRules;
use crate::domain::diary::Expected;
use crate::domain::secret::Secret;

/// What a visitor said about themselves: routes this visit, and is destroyed with it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct VisitorDetails {
    /// Telephone number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<PhoneNumber>,
    /// Surname.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub surname: Option<Personal>,
    /// Form of address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<Title>,
}

/// What staff noted about a visit for each other; destroyed with the visit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// Who wrote it.
    pub by: StaffId,
    /// Free text.
    pub text: Personal,
}

/// How far the ladder has come (DESIGN §5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rung {
    /// Nobody has been asked yet.
    Start,
    /// 0 s: the first was asked.
    First,
    /// 2 s: a second beside a first who is only pushable.
    Second,
    /// 4 s: at least two are asked.
    Two,
    /// 7 s: everyone free, reception and the manager. The breach at 10 s is on the visit's record, not a rung.
    Everyone,
}

/// Why reception was called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CallReason {
    /// Nobody of the pool is free.
    NobodyFree,
    /// Somebody is free, but no phone answers.
    AllDark,
    /// Seven seconds were over.
    NotAccepted,
    /// The pool has nobody at all.
    NoSuchStaff,
    /// Whoever served them is on the staff no more.
    OwnerGone,
    /// It came late, after an outage: no ladder, but somebody may still stand there.
    Late,
}

/// Why the ten seconds were broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Breach {
    /// Somebody was asked, nobody accepted.
    NotAccepted,
    /// Nobody was free.
    NobodyFree,
}

/// Who says that the visitor was greeted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GreetedSource {
    /// The visitor, on the kiosk.
    Visitor,
    /// The consultant.
    Consultant,
    /// Reception, who saw it.
    Reception,
    /// Inferred from the end of the visit.
    Inferred,
}

impl GreetedSource {
    /// As written in exports.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Visitor => "visitor",
            Self::Consultant => "consultant",
            Self::Reception => "reception",
            Self::Inferred => "inferred",
        }
    }
}

/// What came of a visit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// 有意向 interested.
    Interested,
    /// 已试驾 took a test drive.
    TestDrove,
    /// 已报价 got a quote.
    Quoted,
    /// 已下订 ordered.
    Ordered,
    /// 已服务 was served: service, collection, complaint, courier.
    Served,
    /// 暂无意向 not interested.
    NotInterested,
    /// 已离店 left before anybody came, or said so on the kiosk.
    Left,
    /// The visitor took the check-in back.
    Cancelled,
    /// Nobody ended it: closed by the system.
    ClosedBySystem,
    /// 同行 the same party had checked in twice: the other visit goes on for both.
    Joined,
}

impl Outcome {
    /// Outcomes that a member of staff may choose, in the order in which a phone offers them.
    pub const CHOICES: [Self; 7] =
        [Self::Interested, Self::TestDrove, Self::Quoted, Self::Ordered, Self::Served, Self::NotInterested, Self::Left];

    /// The outcome as it is written on the wire and in exports.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Interested => "interested",
            Self::TestDrove => "test_drove",
            Self::Quoted => "quoted",
            Self::Ordered => "ordered",
            Self::Served => "served",
            Self::NotInterested => "not_interested",
            Self::Left => "left",
            Self::Cancelled => "cancelled",
            Self::ClosedBySystem => "closed_by_system",
            Self::Joined => "joined",
        }
    }
}

/// Why somebody passes an alert on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PassReason {
    /// 正忙 busy after all.
    Busy,
    /// 不在展厅 not in the showroom.
    Away,
    /// 同事更合适 a colleague fits better.
    Colleague,
    /// 其他 other.
    Other,
}

/// Through what an alert reached a phone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// The open page's event stream.
    Stream,
    /// An MQTT pager.
    Pager,
    /// A webhook of the showroom's own.
    Webhook,
    /// 企业微信 a message of the showroom's application.
    Wecom,
    /// A browser's push service.
    Push,
}

impl Channel {
    /// Every channel to one person.
    pub const ALL: [Self; 5] = [Self::Stream, Self::Pager, Self::Webhook, Self::Wecom, Self::Push];

    /// The channel as it is written on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Stream => "stream",
            Self::Pager => "pager",
            Self::Webhook => "webhook",
            Self::Wecom => "wecom",
            Self::Push => "push",
        }
    }
}

/// One alert of a visit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of the record, set by one event")]
pub struct Asking {
    /// The alert.
    pub id: AlertId,
    /// Who was asked.
    pub to: StaffId,
    /// What decided.
    pub why: Why,
    /// No page of theirs was open: another channel had to bring it.
    pub pushed: bool,
    /// When.
    pub asked_at: DateTime<Utc>,
    /// When a channel took it.
    pub handed_at: Option<DateTime<Utc>>,
    /// When the phone showed it.
    pub shown_at: Option<DateTime<Utc>>,
    /// Still waiting for an answer.
    pub open: bool,
    /// The person passed: not asked about this visit again, until they say that they are free once more.
    pub passed: bool,
    /// The person accepted.
    pub accepted: bool,
}

impl Asking {
    /// Whether this person's pass still holds. Otherwise a pool of one, who was busy for a minute, would leave somebody waiting for ever.
    #[must_use]
    pub fn still_passes(&self, member: &Member) -> bool {
        self.passed && member.before.is_none_or(|(_, changed_at)| changed_at <= self.asked_at)
    }

    /// Whether a colleague asks for it whose visitor it is: the ladder has no part in it.
    #[must_use]
    pub fn is_among_colleagues(&self) -> bool {
        matches!(self.why, Why::HandedOver | Why::SecondPerson)
    }
}

/// What the showroom knows of whoever came, as far as it decides who is asked.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Known {
    /// 归属 whose customer it is.
    pub owner: Option<StaffId>,
    /// Since the last real contact with whom.
    pub since: Option<DateTime<Utc>>,
    /// The contact by which they are known from an earlier visit.
    pub lead: Option<LeadId>,
    /// How promising the lead is, 0 to 100 (PROCESS I.5).
    pub score: Option<u8>,
}

/// One visit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of the record, set by one event")]
pub struct Visit {
    /// Which.
    pub id: VisitId,
    /// The kiosk.
    pub kiosk: Option<DeviceId>,
    /// Why they came.
    pub purpose: Purpose,
    /// Their language.
    pub language: Language,
    /// How many.
    pub party: Option<u8>,
    /// Models of interest.
    pub models: Vec<ModelId>,
    /// The consultant asked for.
    pub wanted: Option<StaffId>,
    /// What is known of them.
    pub known: Known,
    /// They have an appointment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub appointment: Option<Expected>,
    /// Consents given or taken back, the latest last.
    pub consents: Vec<Consent>,
    /// Name and number.
    pub secret: Option<Secret<VisitorDetails>>,
    /// The corrected tap.
    pub arrived_at: DateTime<Utc>,
    /// When the gateway had it: the ladder counts from here.
    pub received_at: DateTime<Utc>,
    /// The device's clock could not be trusted.
    pub time_uncertain: bool,
    /// Came too late for a ladder.
    pub late: bool,
    /// Where the ladder stands.
    pub rung: Rung,
    /// What the ladder counts from: the receipt, or the moment somebody became free for a queued visit.
    pub ladder_from: DateTime<Utc>,
    /// Waiting for the first who becomes free.
    pub queued: bool,
    /// Reception was called, and why.
    pub reception_called: Option<CallReason>,
    /// Reception received and seated the visitor.
    pub received: Option<(StaffId, DateTime<Utc>)>,
    /// On the record: the ten seconds were broken.
    pub breach: Option<Breach>,
    /// Every alert, in order.
    pub askings: Vec<Asking>,
    /// Who accepted, and when.
    pub accepted: Option<(StaffId, DateTime<Utc>)>,
    /// Whether the accepted person was asked again, and the manager told.
    pub greeting_due: Option<bool>,
    /// Who says it was greeted, and when.
    pub greeted: Option<(GreetedSource, DateTime<Utc>)>,
    /// The phone asked: still with them?
    pub still_with_asked: bool,
    /// What came of it, and when.
    pub ended: Option<(Outcome, DateTime<Utc>)>,
    /// Who came beside the one who accepted.
    pub seconds: BTreeSet<StaffId>,
    /// Answers to the questions that break the ice.
    pub answers: BTreeMap<TopicId, TopicId>,
    /// What staff noted for each other.
    pub note: Option<Secret<Note>>,
    /// Whoever served it was taken off the staff: the ten seconds were judged before, and nobody breaks them twice.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub abandoned: bool,
    /// The visit that goes on for both, where this one joined it.
    pub joined: Option<VisitId>,
}

impl Visit {
    /// Whether the lead is a promising one.
    #[must_use]
    pub fn is_promising(&self, rules: &FloorRules) -> bool {
        self.known.score.is_some_and(|score| score >= rules.promising)
    }

    /// Whether this person has an appointment with them.
    #[must_use]
    pub fn is_expected_by(&self, staff: &StaffId) -> bool {
        self.appointment.as_ref().is_some_and(|expected| expected.consultant == *staff)
    }

    /// Whom the visitor names; that is more than what the diary says.
    #[must_use]
    pub fn asks_for(&self) -> Option<&StaffId> {
        self.wanted.as_ref().or(self.appointment.as_ref().map(|expected| &expected.consultant))
    }

    /// Whether nobody has come yet, and the visit goes on.
    #[must_use]
    pub fn is_unserved(&self) -> bool {
        self.accepted.is_none() && self.greeted.is_none() && self.ended.is_none()
    }

    /// Whether somebody waits for whom the ladder climbs: a late visit is served only by assignment.
    #[must_use]
    pub fn waits(&self) -> bool {
        !self.late && self.is_unserved()
    }

    /// When the ten seconds are over, where that is not on the record yet.
    #[must_use]
    pub fn breach_due(&self, rules: &FloorRules) -> Option<DateTime<Utc>> {
        (self.waits() && self.breach.is_none() && !self.abandoned).then(|| self.received_at + rules.breach)
    }

    /// Whether the manager has to know: nobody free, nobody came in seven seconds, or the ten are broken.
    #[must_use]
    pub fn shouts(&self) -> bool {
        self.waits() && (self.queued || self.rung >= Rung::Everyone || self.breach.is_some())
    }

    /// Whether this person serves it: accepted, or came beside.
    #[must_use]
    pub fn is_served_by(&self, staff: &StaffId) -> bool {
        self.accepted.as_ref().is_some_and(|(by, _)| by == staff) || self.seconds.contains(staff)
    }

    /// Whether its key has sealed anything.
    #[must_use]
    pub fn is_sealed(&self) -> bool {
        self.secret.is_some() || self.note.is_some()
    }

    /// Alerts that wait for an answer.
    pub fn open_askings(&self) -> impl Iterator<Item = &Asking> {
        self.askings.iter().filter(|asking| asking.open)
    }

    /// One of this visit's alerts.
    #[must_use]
    pub fn asking(&self, id: AlertId) -> Option<&Asking> {
        self.askings.iter().find(|asking| asking.id == id)
    }

    /// The id for this visit's next alert.
    #[must_use]
    pub fn next_alert(&self) -> AlertId {
        AlertId { visit: self.id, ordinal: u16::try_from(self.askings.len() + 1).unwrap_or(u16::MAX) }
    }
}
