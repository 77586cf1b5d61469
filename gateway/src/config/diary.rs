//! `[diary]`: figures of appointments.

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use super::{Faults, duration};
use crate::domain::diary::DiaryRules;

/// `[diary]`: the keys are those of [`DiaryRules`], which says what they mean.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[expect(missing_docs, reason = "said once, in DiaryRules, and in the example file")]
pub struct DiaryConfig {
    #[serde(with = "duration")]
    pub lasts: TimeDelta,
    #[serde(with = "duration")]
    pub remind: TimeDelta,
    #[serde(with = "duration")]
    pub grace: TimeDelta,
    #[serde(with = "duration")]
    pub kept: TimeDelta,
}

impl Default for DiaryConfig {
    fn default() -> Self {
        let DiaryRules { lasts, remind, grace, kept } = DiaryRules::default();
        Self { lasts, remind, grace, kept }
    }
}

impl From<&DiaryConfig> for DiaryRules {
    fn from(config: &DiaryConfig) -> Self {
        Self { lasts: config.lasts, remind: config.remind, grace: config.grace, kept: config.kept }
    }
}

impl DiaryConfig {
    pub(super) fn validate(&self, faults: &mut Faults) {
        let (minute, hour, day) = (TimeDelta::minutes(1), TimeDelta::hours(1), TimeDelta::days(1));
        for (key, value, most, problem) in [
            ("diary.lasts", self.lasts, hour * 12, "must be from 1m to 12h"),
            ("diary.remind", self.remind, day, "must be from 1m to 24h"),
            ("diary.grace", self.grace, hour * 12, "must be from 1m to 12h"),
        ] {
            faults.unless((minute..=most).contains(&value), key, problem);
        }
        faults.unless((day..=day * 90).contains(&self.kept), "diary.kept", "must be from 1d to 90d");
    }
}
