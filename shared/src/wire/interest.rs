//! What somebody means to buy, when, and for how much.

use serde::{Deserialize, Serialize};

/// When somebody means to buy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum When {
    /// 一个月内
    Month,
    /// 三个月内
    Quarter,
    /// 半年内
    HalfYear,
    /// 还没想好
    Undecided,
}

impl When {
    /// Every answer, the soonest first.
    pub const ALL: [Self; 4] = [Self::Month, Self::Quarter, Self::HalfYear, Self::Undecided];

    /// As it is written on the wire and in exports.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Month => "month",
            Self::Quarter => "quarter",
            Self::HalfYear => "half_year",
            Self::Undecided => "undecided",
        }
    }
}

/// How much somebody means to spend, in ten thousand yuan 万.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Budget {
    /// 15 万以下
    Under15,
    /// 15–25 万
    To25,
    /// 25–40 万
    To40,
    /// 40 万以上
    Over40,
}

impl Budget {
    /// Every answer, the least first.
    pub const ALL: [Self; 4] = [Self::Under15, Self::To25, Self::To40, Self::Over40];

    /// As it is written on the wire and in exports.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Under15 => "under15",
            Self::To25 => "to25",
            Self::To40 => "to40",
            Self::Over40 => "over40",
        }
    }
}
