//! Who was at a kiosk a moment ago: when visits began and ended there, and nothing else about them.
//!
//! A page that a visitor opened from a kiosk's code may be sent after the visit has ended, and forgotten. It must ring nobody then.

use std::collections::{BTreeMap, VecDeque};

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use shared::ids::DeviceId;

/// A page that is open longer is not taken any more.
const KNOWN: TimeDelta = TimeDelta::minutes(31);

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Stay {
    from: DateTime<Utc>,
    to: DateTime<Utc>,
}

/// Visits that have ended, by kiosk, in the order in which they were forgotten: two minutes after their ends, so the oldest stand first.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Stays(BTreeMap<DeviceId, VecDeque<Stay>>);

impl Stays {
    /// A visit that is being forgotten. Looks at what is too old and at nothing else: a crowd of half an hour may stand here.
    pub(super) fn note(&mut self, kiosk: &DeviceId, from: DateTime<Utc>, to: DateTime<Utc>) {
        self.0.retain(|_, stays| {
            while stays.front().is_some_and(|oldest| to - oldest.to > KNOWN) {
                stays.pop_front();
            }
            !stays.is_empty()
        });
        self.0.entry(kiosk.clone()).or_default().push_back(Stay { from, to });
    }

    /// Whether one of them began no earlier than this, and had not ended when the page was opened.
    pub(super) fn had(&self, kiosk: &DeviceId, earliest: DateTime<Utc>, opened_at: DateTime<Utc>) -> bool {
        self.0.get(kiosk).is_some_and(|stays| stays.iter().any(|stay| stay.from >= earliest && stay.to >= opened_at))
    }

    pub(super) fn shift(&mut self, by: TimeDelta) {
        for stay in self.0.values_mut().flatten() {
            *stay = Stay { from: stay.from + by, to: stay.to + by };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minute: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::minutes(minute)
    }

    #[test]
    fn what_is_older_than_any_page_goes_with_the_next_that_is_forgotten_wherever_that_was() {
        let (door, lounge): (DeviceId, DeviceId) = ("door".parse().unwrap(), "lounge".parse().unwrap());
        let mut stays = Stays::default();
        stays.note(&door, at(0), at(2));
        stays.note(&door, at(1), at(30));
        assert!(stays.had(&door, at(0), at(2)) && !stays.had(&door, at(2), at(2)) && !stays.had(&lounge, at(0), at(2)));
        stays.note(&lounge, at(30), at(33));
        assert_eq!(stays.0.values().map(VecDeque::len).sum::<usize>(), 3, "31 minutes are not too old");
        stays.note(&lounge, at(31), at(34));
        assert_eq!(stays.0.get(&door).map(VecDeque::len), Some(1), "the first was too old");
        stays.note(&lounge, at(60), at(62));
        assert_eq!(stays.0.keys().collect::<Vec<_>>(), [&lounge], "nothing is left of the door");
    }
}
