//! 线索评分: how promising a lead is, 0 to 100, from what somebody did and said; and what of it gave how many points (PROCESS I.1).

use std::collections::{BTreeMap, BTreeSet};

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use shared::ids::{ModelId, VisitId};
use shared::wire::{Budget, Intent, Score, ScorePart, Signal, When};

use crate::domain::floor::visit::{Outcome, Visit};

/// Talk gives points for each ten minutes, so that a weight is a whole number.
const TALK_MINUTES: u32 = 10;

/// What each time gives, and how much all of them together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Weight {
    /// Points each time.
    pub each: u8,
    /// Points at most.
    pub most: u8,
}

impl Weight {
    fn points(self, times: u32) -> u8 {
        let points = u32::from(self.each).saturating_mul(times).min(u32::from(self.most));
        u8::try_from(points).unwrap_or(self.most)
    }
}

/// What gives how many points, and from how many on a lead is what; configuration. The classes' bounds are the standard's, the weights
/// are ours: whoever came three times, drove and means to buy within a month is promising without a word about money.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScoreRules {
    /// 高意向 from here on; a senior is asked first.
    pub high: u8,
    /// 中意向 from here on.
    pub medium: u8,
    /// Each visit in which somebody stood before them.
    pub visits: Weight,
    /// Each ten minutes of consultation.
    pub talk: Weight,
    /// Each time they looked at the model that they looked at most often.
    pub model: Weight,
    /// Each test drive.
    pub test_drives: Weight,
    /// They mean to buy within a month.
    pub month: u8,
    /// Within three months.
    pub quarter: u8,
    /// Within half a year.
    pub half_year: u8,
    /// They said what they mean to spend.
    pub budget: u8,
}

impl Default for ScoreRules {
    fn default() -> Self {
        Self {
            high: 80,
            medium: 50,
            visits: Weight { each: 10, most: 30 },
            talk: Weight { each: 5, most: 20 },
            model: Weight { each: 5, most: 15 },
            test_drives: Weight { each: 20, most: 20 },
            month: 20,
            quarter: 12,
            half_year: 5,
            budget: 5,
        }
    }
}

/// One visit in which somebody stood before the customer, as far as it gives points.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Encounter {
    /// For how long, minutes; none where nobody said when it ended.
    minutes: u32,
    /// What they looked at.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    models: Vec<ModelId>,
    /// They took a test drive.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    drove: bool,
}

impl Encounter {
    /// What is left of a visit that has ended; nothing where nobody stood before the visitor.
    #[must_use]
    pub fn of(visit: &Visit) -> Option<Self> {
        let (Some((_, greeted)), Some((outcome, ended))) = (visit.greeted, visit.ended) else { return None };
        let talked = if outcome == Outcome::ClosedBySystem { TimeDelta::zero() } else { ended - greeted };
        Some(Self {
            minutes: u32::try_from(talked.num_minutes()).unwrap_or(0),
            models: visit.models.clone(),
            drove: outcome == Outcome::TestDrove,
        })
    }
}

/// What somebody did and said, over all their contacts.
#[derive(Debug, Clone, Default)]
pub struct Signals<'a> {
    /// Visits, each once.
    pub encounters: BTreeMap<VisitId, &'a Encounter>,
    /// Models that they registered for.
    pub models: Vec<&'a ModelId>,
    /// When they mean to buy, as they said last.
    pub when: Option<When>,
    /// What they mean to spend, as they said last.
    pub budget: Option<Budget>,
}

impl Signals<'_> {
    fn times(&self, is: impl Fn(&Encounter) -> bool) -> u32 {
        u32::try_from(self.encounters.values().filter(|one| is(one)).count()).unwrap_or(u32::MAX)
    }

    /// How often they looked at the model that they looked at most often.
    fn looks(&self) -> u32 {
        // Whoever registers for a model in the showroom has looked at it once, not twice.
        let mut looks: BTreeMap<&ModelId, u32> = BTreeMap::new();
        for one in self.encounters.values() {
            for model in one.models.iter().collect::<BTreeSet<_>>() {
                let times = looks.entry(model).or_default();
                *times = times.saturating_add(1);
            }
        }
        let registered = u32::from(!self.models.is_empty());
        looks.into_values().max().unwrap_or(0).max(registered)
    }
}

impl ScoreRules {
    /// How promising somebody is.
    #[must_use]
    pub fn score(&self, signals: &Signals<'_>) -> Score {
        let minutes = signals.encounters.values().fold(0, |sum: u32, one| sum.saturating_add(one.minutes));
        let (visits, looks, drives) = (signals.times(|_| true), signals.looks(), signals.times(|one| one.drove));
        let when = signals.when.map_or(0, |when| match when {
            When::Month => self.month,
            When::Quarter => self.quarter,
            When::HalfYear => self.half_year,
            When::Undecided => 0,
        });
        let all = [
            (Signal::Visits, Some(visits), self.visits.points(visits)),
            (Signal::Talk, Some(minutes), self.talk.points(minutes / TALK_MINUTES)),
            (Signal::Model, Some(looks), self.model.points(looks)),
            (Signal::TestDrives, Some(drives), self.test_drives.points(drives)),
            (Signal::When, None, when),
            (Signal::Budget, None, signals.budget.map_or(0, |_| self.budget)),
        ];
        let gave = all.into_iter().filter(|(_, _, points)| *points > 0);
        let mut parts: Vec<_> = gave.map(|(signal, amount, points)| ScorePart { signal, amount, points }).collect();
        parts.sort_by_key(|part| std::cmp::Reverse(part.points));
        let sum = parts.iter().fold(0, |sum: u8, part| sum.saturating_add(part.points));
        let points = sum.min(100);
        Score { points, intent: self.intent(points), parts }
    }

    fn intent(&self, points: u8) -> Intent {
        match points {
            points if points >= self.high => Intent::High,
            points if points >= self.medium => Intent::Medium,
            _ => Intent::Low,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encounter(minutes: u32, models: &[&str], drove: bool) -> Encounter {
        Encounter { minutes, models: models.iter().map(|id| id.parse().unwrap()).collect(), drove }
    }

    fn signals(encounters: &[Encounter]) -> Signals<'_> {
        let visit = |n: usize| VisitId::from_uuid(uuid::Uuid::from_u128(n as u128));
        Signals {
            encounters: encounters.iter().enumerate().map(|(n, one)| (visit(n), one)).collect(),
            ..Signals::default()
        }
    }

    fn explained(score: &Score) -> Vec<(Signal, Option<u32>, u8)> {
        score.parts.iter().map(|part| (part.signal, part.amount, part.points)).collect()
    }

    #[test]
    fn whoever_only_left_a_number_is_low_and_nothing_is_made_up() {
        let score = ScoreRules::default().score(&Signals::default());
        assert_eq!((score.points, score.intent, explained(&score)), (0, Intent::Low, vec![]));
    }

    #[test]
    fn each_signal_gives_what_its_weight_says_and_the_score_says_so() {
        let here = [encounter(25, &["s7", "x9"], false), encounter(19, &["s7"], true)];
        let told = Signals { when: Some(When::Quarter), budget: Some(Budget::To25), ..signals(&here) };
        let score = ScoreRules::default().score(&told);
        let expect = vec![
            (Signal::Visits, Some(2), 20),
            (Signal::Talk, Some(44), 20),
            (Signal::TestDrives, Some(1), 20),
            (Signal::When, None, 12),
            (Signal::Model, Some(2), 10),
            (Signal::Budget, None, 5),
        ];
        assert_eq!((score.points, score.intent, explained(&score)), (87, Intent::High, expect));
    }

    #[test]
    fn the_classes_begin_where_the_standard_has_them() {
        let rules = ScoreRules::default();
        let classes =
            [(100, Intent::High), (80, Intent::High), (79, Intent::Medium), (50, Intent::Medium), (49, Intent::Low)];
        for (points, intent) in classes {
            assert_eq!(rules.intent(points), intent, "{points}");
        }
    }

    #[test]
    fn no_signal_gives_more_than_its_most_and_all_no_more_than_a_hundred() {
        let here: Vec<_> = (0..40).map(|_| encounter(u32::MAX, &["s7"], true)).collect();
        let told = Signals { when: Some(When::Month), budget: Some(Budget::Over40), ..signals(&here) };
        let score = ScoreRules::default().score(&told);
        assert_eq!(score.points, 100);
        let rules = ScoreRules::default();
        let most = [rules.visits, rules.talk, rules.model, rules.test_drives].map(|weight| u32::from(weight.most));
        let given: u32 = score.parts.iter().map(|part| u32::from(part.points)).sum();
        assert_eq!(given, most.iter().sum::<u32>() + u32::from(rules.month) + u32::from(rules.budget));
    }

    #[test]
    fn a_model_that_was_registered_for_counts_once_beside_the_visits() {
        let model: ModelId = "s7".parse().unwrap();
        let registered = Signals { models: vec![&model, &model], ..Signals::default() };
        assert_eq!(explained(&ScoreRules::default().score(&registered)), vec![(Signal::Model, Some(1), 5)]);
    }
}
