//! The morning's checklist (PROCESS I.2): what is looked at before the door opens, who looked, and when.
//!
//! Which items there are is configuration; here stands what was ticked. A tick counts for its day alone.

use std::collections::BTreeMap;

use chrono::{DateTime, Days, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use shared::ids::{StaffId, TopicId};

use super::command::{Actor, Refusal};

/// Ticks stay in the state for so long; the log has them for ever.
const KEPT: Days = Days::new(7);

/// What an item is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Area {
    /// 展厅: tidy, cars, refreshments.
    Showroom,
    /// 人员: dress, name badges.
    People,
}

/// Something to look at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Item {
    /// Which, for ever.
    pub id: TopicId,
    /// What it is about.
    pub area: Area,
    /// 中文
    pub zh: String,
    /// English.
    pub en: String,
}

/// What has happened before the door opened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MorningEvent {
    /// Somebody ticked an item, or took a tick back.
    Ticked {
        /// Of which day.
        date: NaiveDate,
        /// Which item.
        item: TopicId,
        /// Whether it is as it should be.
        done: bool,
        /// Who looked.
        by: StaffId,
    },
}

/// A tick.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tick {
    /// Who looked.
    pub by: StaffId,
    /// When.
    pub at: DateTime<Utc>,
}

/// The ticks of the last days.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Morning {
    days: BTreeMap<NaiveDate, BTreeMap<TopicId, Tick>>,
}

impl Morning {
    /// The tick of an item on a day.
    #[must_use]
    pub fn tick(&self, date: NaiveDate, item: &TopicId) -> Option<&Tick> {
        self.days.get(&date)?.get(item)
    }

    pub(super) fn decide(
        &self,
        actor: &Actor,
        date: NaiveDate,
        item: &TopicId,
        done: bool,
    ) -> Result<Option<MorningEvent>, Refusal> {
        let Actor::Staff(by) = actor else { return Err(Refusal::WrongSender) };
        let news = self.tick(date, item).is_some() != done;
        Ok(news.then(|| MorningEvent::Ticked { date, item: item.clone(), done, by: by.clone() }))
    }

    pub(super) fn apply(&mut self, event: &MorningEvent, at: DateTime<Utc>) {
        let MorningEvent::Ticked { date, item, done, by } = event;
        let day = self.days.entry(*date).or_default();
        if *done {
            day.insert(item.clone(), Tick { by: by.clone(), at });
        } else {
            day.remove(item);
        }
        if let Some(oldest) = date.checked_sub_days(KEPT) {
            self.days = self.days.split_off(&oldest);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tick_counts_for_its_day_can_be_taken_back_and_is_let_go_after_a_week() {
        let mut morning = Morning::default();
        let at = "2026-11-23T00:30:00Z".parse().unwrap();
        let (tidy, wang): (TopicId, StaffId) = ("tidy".parse().unwrap(), "wang".parse().unwrap());
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let mut tick = |date: &str, done: bool| {
            let event = morning.decide(&Actor::Staff(wang.clone()), day(date), &tidy, done).unwrap();
            if let Some(event) = &event {
                morning.apply(event, at);
            }
            (event.is_some(), morning.tick(day("2026-11-23"), &tidy).is_some())
        };
        assert_eq!(tick("2026-11-23", true), (true, true));
        assert_eq!(tick("2026-11-23", true), (false, true), "no news");
        assert_eq!(tick("2026-11-24", true), (true, true));
        assert_eq!(tick("2026-11-23", false), (true, false));
        assert_eq!(tick("2026-11-23", true), (true, true));
        assert_eq!(tick("2026-12-01", true), (true, false));
        let refused = morning.decide(&Actor::Visitor, day("2026-12-02"), &tidy, true);
        assert_eq!(refused, Err(Refusal::WrongSender));
    }
}
