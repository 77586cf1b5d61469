//! An alert as a phone or a pager sees it, and the pager's reply.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::event::{Language, Purpose};
use super::interest::{Budget, When};
use super::score::Score;
use crate::ids::{AlertId, LeadId, ModelId, StaffId, TopicId, VisitId};

/// What decided that this person is asked: "why me".
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// The visitor's own consultant.
    OwnCustomer,
    /// The visitor asked for this person.
    AskedFor,
    /// An appointment with this person.
    Appointment,
    /// Speaks the visitor's language.
    Language,
    /// A senior for a promising lead.
    Senior,
    /// Reachable on an open page, where others are only pushable.
    Live,
    /// Longest since the last turn.
    LongestFree,
    /// The one before passed.
    Passed,
    /// The one before did not accept in time.
    NotAccepted,
    /// Everybody is asked: nobody accepted.
    Everyone,
    /// Became free while the visitor waited.
    Queue,
    /// Reception or the manager chose this person.
    Assigned,
    /// Nobody of the right kind is free or reachable: reception receives and seats. Reserved: a task says so to reception.
    NobodyFree,
    /// Reception's own visitor.
    Reception,
    /// Accepted, and not greeted yet. Reserved: tasks say so.
    NotGreeted,
    /// A colleague hands their visitor over.
    HandedOver,
    /// A colleague asks for a second person beside them.
    SecondPerson,
}

impl Why {
    /// Every reason.
    pub const ALL: [Self; 17] = [
        Self::OwnCustomer,
        Self::AskedFor,
        Self::Appointment,
        Self::Language,
        Self::Senior,
        Self::Live,
        Self::LongestFree,
        Self::Passed,
        Self::NotAccepted,
        Self::Everyone,
        Self::Queue,
        Self::Assigned,
        Self::NobodyFree,
        Self::Reception,
        Self::NotGreeted,
        Self::HandedOver,
        Self::SecondPerson,
    ];

    /// The reason as it is written on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::OwnCustomer => "own_customer",
            Self::AskedFor => "asked_for",
            Self::Appointment => "appointment",
            Self::Language => "language",
            Self::Senior => "senior",
            Self::Live => "live",
            Self::LongestFree => "longest_free",
            Self::Passed => "passed",
            Self::NotAccepted => "not_accepted",
            Self::Everyone => "everyone",
            Self::Queue => "queue",
            Self::Assigned => "assigned",
            Self::NobodyFree => "nobody_free",
            Self::Reception => "reception",
            Self::NotGreeted => "not_greeted",
            Self::HandedOver => "handed_over",
            Self::SecondPerson => "second_person",
        }
    }
}

/// One request to one person: come to this visitor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alert {
    /// The alert, for accept, pass and shown.
    pub alert: AlertId,
    /// The visit that it is about.
    pub visit: VisitId,
    /// Why they came.
    pub purpose: Purpose,
    /// How many came together.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub party: Option<u8>,
    /// The visitor's language.
    pub language: Language,
    /// Models of interest.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub models: Vec<ModelId>,
    /// Whether the visitor is this person's own customer.
    pub own_customer: bool,
    /// The visitor's name, only for the owner or after Accept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// When the visitor means to buy, only after Accept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<When>,
    /// What the visitor means to spend, only after Accept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub budget: Option<Budget>,
    /// The visitor's telephone number with its middle hidden, only after Accept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// The lead whose contact may be shown in full, only after Accept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lead: Option<LeadId>,
    /// When they were here last, if they are known, only for the owner or after Accept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_visit: Option<LastVisit>,
    /// How promising they are, if they are known, only for the owner or after Accept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub score: Option<Score>,
    /// When they are expected, if they have an appointment today.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub appointment: Option<DateTime<Utc>>,
    /// What decided.
    pub why: Why,
    /// The colleague whose visitor it is, where one asks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub colleague: Option<StaffId>,
    /// When this person was asked.
    pub asked_at: DateTime<Utc>,
    /// When the ten seconds are over.
    pub greet_by: DateTime<Utc>,
    /// The words to greet with, in the visitor's language.
    pub words: String,
}

/// An earlier visit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastVisit {
    /// When it ended.
    pub at: DateTime<Utc>,
    /// What they asked for then.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub models: Vec<ModelId>,
    /// What they answered when the ice was broken, by question; from an earlier visit where nobody asked then.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub answers: BTreeMap<TopicId, TopicId>,
}

/// A pager's reply to an alert.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reply {
    /// The alert.
    pub alert: AlertId,
    /// What the person did.
    pub reply: ReplyKind,
}

/// What a person did with an alert.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReplyKind {
    /// It is on the screen.
    Shown,
    /// I come.
    Accept,
    /// Ask the next one.
    Pass,
}

impl ReplyKind {
    /// Every reply.
    pub const ALL: [Self; 3] = [Self::Shown, Self::Accept, Self::Pass];
}
