//! 线索评分: how promising a lead is, and what gave how many points.

use serde::{Deserialize, Serialize};

/// How promising a lead is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Score {
    /// 0 to 100.
    pub points: u8,
    /// The class that follows from them.
    pub intent: Intent,
    /// What gave them, the most first; together they may be more than 100.
    pub parts: Vec<ScorePart>,
}

/// What one signal gave.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScorePart {
    /// Which.
    pub signal: Signal,
    /// How often, or for how many minutes; nothing for what was only said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<u32>,
    /// How many points it gave.
    pub points: u8,
}

/// The class of a lead 意向.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Intent {
    /// 高意向
    High,
    /// 中意向
    Medium,
    /// 低意向
    Low,
}

impl Intent {
    /// Every class, the most promising first.
    pub const ALL: [Self; 3] = [Self::High, Self::Medium, Self::Low];

    /// As it is written on the wire and in exports.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::High => "high",
            Self::Medium => "medium",
            Self::Low => "low",
        }
    }
}

/// What gives points.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Signal {
    /// Visits in which somebody stood before them; how often.
    Visits,
    /// Time spent in consultation; minutes.
    Talk,
    /// The model that they looked at most often; how often.
    Model,
    /// Test drives; how often.
    TestDrives,
    /// They said when they mean to buy.
    When,
    /// They said what they mean to spend.
    Budget,
}

impl Signal {
    /// Every signal.
    pub const ALL: [Self; 6] = [Self::Visits, Self::Talk, Self::Model, Self::TestDrives, Self::When, Self::Budget];

    /// As it is written on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Visits => "visits",
            Self::Talk => "talk",
            Self::Model => "model",
            Self::TestDrives => "test_drives",
            Self::When => "when",
            Self::Budget => "budget",
        }
    }
}
