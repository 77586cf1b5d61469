//! `[score]`: what makes a lead promising.

use serde::{Deserialize, Serialize};

use super::Faults;
use crate::domain::sales::ScoreRules;
use crate::domain::sales::score::Weight;

/// `[score]`: points; [`ScoreRules`] says what for. From how many on a lead is promising stands in `floor.promising`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[expect(missing_docs, reason = "said once, in ScoreRules, and in the example file")]
pub struct ScoreConfig {
    pub medium: u8,
    pub visits: u8,
    pub visits_most: u8,
    pub talk: u8,
    pub talk_most: u8,
    pub model: u8,
    pub model_most: u8,
    pub test_drives: u8,
    pub test_drives_most: u8,
    pub month: u8,
    pub quarter: u8,
    pub half_year: u8,
    pub budget: u8,
}

impl Default for ScoreConfig {
    fn default() -> Self {
        let rules = ScoreRules::default();
        Self {
            medium: rules.medium,
            visits: rules.visits.each,
            visits_most: rules.visits.most,
            talk: rules.talk.each,
            talk_most: rules.talk.most,
            model: rules.model.each,
            model_most: rules.model.most,
            test_drives: rules.test_drives.each,
            test_drives_most: rules.test_drives.most,
            month: rules.month,
            quarter: rules.quarter,
            half_year: rules.half_year,
            budget: rules.budget,
        }
    }
}

impl ScoreConfig {
    /// The rules, with the bound of the promising beside them.
    #[must_use]
    pub fn rules(&self, high: u8) -> ScoreRules {
        let weight = |each, most| Weight { each, most };
        ScoreRules {
            high,
            medium: self.medium,
            visits: weight(self.visits, self.visits_most),
            talk: weight(self.talk, self.talk_most),
            model: weight(self.model, self.model_most),
            test_drives: weight(self.test_drives, self.test_drives_most),
            month: self.month,
            quarter: self.quarter,
            half_year: self.half_year,
            budget: self.budget,
        }
    }

    pub(super) fn validate(&self, promising: u8, faults: &mut Faults) {
        for (key, points) in [
            ("score.medium", self.medium),
            ("score.visits", self.visits),
            ("score.visits_most", self.visits_most),
            ("score.talk", self.talk),
            ("score.talk_most", self.talk_most),
            ("score.model", self.model),
            ("score.model_most", self.model_most),
            ("score.test_drives", self.test_drives),
            ("score.test_drives_most", self.test_drives_most),
            ("score.month", self.month),
            ("score.quarter", self.quarter),
            ("score.half_year", self.half_year),
            ("score.budget", self.budget),
        ] {
            faults.unless(points <= 100, key, "must be from 0 to 100");
        }
        faults.unless(self.medium <= promising, "score.medium", "must not be more than floor.promising");
    }
}
