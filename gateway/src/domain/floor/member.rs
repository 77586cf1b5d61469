//! A member of staff as the floor sees one.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use shared::ids::{AlertId, StaffId};
use shared::wire::Language;

use crate::domain::roster::Role;

/// What somebody is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Presence {
    /// 下班 not here.
    #[default]
    Off,
    /// 空闲 can be asked.
    Free,
    /// 接待中 with a customer.
    WithCustomer,
    /// 预约中 with an appointment.
    Appointment,
    /// 交车中 handing a car over.
    Delivery,
    /// 休息 on a break.
    Break,
}

impl Presence {
    /// Every presence, in the order in which a phone offers them.
    pub const ALL: [Self; 6] =
        [Self::Free, Self::WithCustomer, Self::Appointment, Self::Delivery, Self::Break, Self::Off];

    /// Whether the person serves customers today, now or after this one.
    #[must_use]
    pub fn is_at_work(self) -> bool {
        !matches!(self, Self::Off | Self::Break)
    }

    /// The presence as it is written on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Free => "free",
            Self::WithCustomer => "with_customer",
            Self::Appointment => "appointment",
            Self::Delivery => "delivery",
            Self::Break => "break",
        }
    }
}

/// What the plan says of a person now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Shift {
    /// There is no plan for them: their presence alone decides.
    #[default]
    Unplanned,
    /// 不当班 not asked, whatever they are doing.
    Off,
    /// 班间休息 between two spans of the same day: not asked either.
    Break,
    /// 当班 planned, or come for an extra shift 加班.
    On,
}

impl Shift {
    /// Whether the plan lets them be asked.
    #[must_use]
    pub fn may_be_asked(self) -> bool {
        matches!(self, Self::Unplanned | Self::On)
    }
}

/// Turns of a day, counted and shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Turns {
    /// Accepted, and cost a turn.
    pub taken: u32,
    /// Passed on by the person.
    pub passed: u32,
    /// Left unanswered until somebody else came or the visit ended.
    pub missed: u32,
    /// Asked at the seven-second rung or by assignment.
    pub forced: u32,
}

/// One member of staff on the floor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// Who.
    pub id: StaffId,
    /// What they are.
    pub role: Role,
    /// Senior 资深.
    pub senior: bool,
    /// Languages they speak.
    pub languages: BTreeSet<Language>,
    /// What they are doing.
    pub presence: Presence,
    /// The presence before, and when it changed: for undo.
    pub before: Option<(Presence, DateTime<Utc>)>,
    /// A visit brought the presence, so it is not undone alone.
    pub brought: bool,
    /// What the plan says of them.
    #[serde(default)]
    pub shift: Shift,
    /// When they came to this shift.
    #[serde(default)]
    pub came_at: Option<DateTime<Utc>>,
    /// They came outside the plan and stay until then.
    #[serde(default)]
    pub extra_until: Option<DateTime<Utc>>,
    /// Since when they wait for a turn: the last one taken, or their coming. `None` comes first in the rotation.
    pub last_turn: Option<DateTime<Utc>>,
    /// Alerts that wait for an answer.
    pub asked: BTreeSet<AlertId>,
    /// Turns of the day of the last one that was counted: [`Self::turns_of`].
    pub turns: Turns,
    /// The day of `turns`, by the showroom's clocks.
    #[serde(default)]
    pub turns_on: Option<NaiveDate>,
    /// When the phone last said that it is alive. Not in the log: after a restart everybody is unknown until heard.
    #[serde(skip)]
    pub alive_at: Option<DateTime<Utc>>,
    /// When a channel beside the open page last delivered something. Not in the log either.
    #[serde(skip)]
    pub delivered_at: Option<DateTime<Utc>>,
    /// When such a channel last took an alert. Of the record, so that a restart makes nobody dark whom it would reach.
    #[serde(default)]
    pub rung_at: Option<DateTime<Utc>>,
}

impl Member {
    /// Whether they can be asked, as far as they and the plan say so.
    #[must_use]
    pub fn is_free(&self) -> bool {
        self.presence == Presence::Free && self.shift.may_be_asked()
    }

    /// The turns of this day.
    #[must_use]
    pub fn turns_of(&self, day: NaiveDate) -> Turns {
        if self.turns_on == Some(day) { self.turns } else { Turns::default() }
    }

    /// Counts a turn of this day.
    pub(super) fn count(&mut self, day: NaiveDate, change: impl FnOnce(&mut Turns)) {
        self.turns = self.turns_of(day);
        self.turns_on = Some(day);
        change(&mut self.turns);
    }

    /// What they are after a visit.
    #[must_use]
    pub fn presence_after_a_visit(&self) -> Presence {
        match self.shift {
            Shift::Off => Presence::Off,
            Shift::Break => Presence::Break,
            Shift::Unplanned | Shift::On => Presence::Free,
        }
    }
}
