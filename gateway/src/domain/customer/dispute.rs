//! Whose customer somebody is, where two consultants mean the same one 撞单: what a consultant says, what the manager rules, and what has
//! happened to either. Reasons are sealed under the key of the contact by which the customer is known.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use shared::ids::{DisputeId, LeadId, StaffId};
use shared::personal::Personal;

use crate::domain::secret::{Sealable, Secret, Secrets};

/// "This is my customer": what is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// Id for the new dispute.
    pub dispute: DisputeId,
    /// A contact of the customer.
    pub lead: LeadId,
    /// Whose they are said to be; whoever asks, where a consultant does.
    pub claimant: Option<StaffId>,
    /// Why.
    pub reason: Personal,
}

/// Whose a customer is to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Whose {
    /// This consultant's.
    To(StaffId),
    /// As it is.
    Stays,
    /// Nobody's: the next real contact decides.
    Nobody,
}

/// Whose customer somebody was on a manager's screen; none for nobody's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen(pub Option<StaffId>);

/// What a manager rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// Whose they are.
    pub whose: Whose,
    /// Why.
    pub reason: Personal,
    /// What the manager saw; another ruling or contact since is told instead of overruled unseen. `None`: whatever it is.
    pub seen: Option<Seen>,
    /// The dispute that is settled by it; has to be open.
    pub dispute: Option<DisputeId>,
}

/// A dispute as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dispute {
    /// Which.
    pub id: DisputeId,
    /// The contact by which the customer is known, and under whose key the reason is sealed.
    pub lead: LeadId,
    /// Whose they are said to be.
    pub claimant: Option<StaffId>,
    /// Who raised it; none for whoever holds the control socket.
    pub by: Option<StaffId>,
    /// When.
    pub at: DateTime<Utc>,
    /// Whose they were then.
    pub owner: Option<StaffId>,
    /// Why.
    pub secret: Secret<Personal>,
    /// When it was settled.
    pub settled: Option<DateTime<Utc>>,
}

impl Dispute {
    /// Whether the manager has still to rule.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.settled.is_none()
    }
}

/// A ruling as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ruling {
    /// The contact under whose key the reason is sealed.
    pub lead: LeadId,
    /// When.
    pub at: DateTime<Utc>,
    /// Who ruled.
    pub by: Option<StaffId>,
    /// Whose they were.
    pub from: Option<StaffId>,
    /// Whose they are.
    pub to: Option<StaffId>,
    /// Why.
    pub secret: Secret<Personal>,
    /// The disputes that it settled.
    pub settles: Vec<DisputeId>,
    /// When it was taken back.
    pub undone: Option<DateTime<Utc>>,
}

/// What has happened to whose customers people are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CustomerEvent {
    /// Somebody said that a customer is not, or not only, whose they are taken for.
    Disputed {
        /// The dispute.
        dispute: DisputeId,
        /// A contact of the customer.
        lead: LeadId,
        /// Whose they are said to be.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        claimant: Option<StaffId>,
        /// Whose they were.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        owner: Option<StaffId>,
        /// Who said it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<StaffId>,
        /// Why, under the contact's key.
        secret: Secret<Personal>,
    },
    /// Whoever raised it takes it back.
    DisputeWithdrawn {
        /// The dispute.
        dispute: DisputeId,
        /// A contact of the customer.
        lead: LeadId,
        /// Who took it back.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<StaffId>,
    },
    /// A manager has ruled whose customer they are.
    Ruled {
        /// The contact by which they were ruled on.
        lead: LeadId,
        /// Every contact of the customer then: a replay looks up no number.
        leads: Vec<LeadId>,
        /// Whose they were.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        from: Option<StaffId>,
        /// Whose they are; none: the next real contact decides.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        to: Option<StaffId>,
        /// Who ruled.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<StaffId>,
        /// The disputes that are settled by it.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        settles: Vec<DisputeId>,
        /// Why, under the contact's key.
        secret: Secret<Personal>,
    },
    /// The last ruling was taken back: everything is as before it.
    RulingUndone {
        /// The contact by which it was ruled.
        lead: LeadId,
        /// The contacts that it was about.
        leads: Vec<LeadId>,
        /// Whose they were by it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        from: Option<StaffId>,
        /// Whose they are again.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        to: Option<StaffId>,
        /// Who took it back.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<StaffId>,
    },
}

impl CustomerEvent {
    /// The contact that it is about.
    #[must_use]
    pub fn lead(&self) -> LeadId {
        match self {
            Self::Disputed { lead, .. }
            | Self::DisputeWithdrawn { lead, .. }
            | Self::Ruled { lead, .. }
            | Self::RulingUndone { lead, .. } => *lead,
        }
    }
}

impl Secrets for CustomerEvent {
    fn each_secret(&mut self, each: &mut dyn FnMut(&mut dyn Sealable)) {
        match self {
            Self::Disputed { secret, .. } | Self::Ruled { secret, .. } => each(secret),
            Self::DisputeWithdrawn { .. } | Self::RulingUndone { .. } => {}
        }
    }
}
