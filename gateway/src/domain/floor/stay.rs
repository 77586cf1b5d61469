//! Who was at a kiosk a moment ago: when visits began and ended there, and nothing else about them.
//!
//! A page that a visitor opened from a kiosk's code may be sent after the visit has ended, and forgotten. It must ring nobody then.

use std::collections::BTreeMap;

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

/// Visits that have ended, by kiosk.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Stays(BTreeMap<DeviceId, Vec<Stay>>);

impl Stays {
    /// A visit that is being forgotten.
    pub(super) fn note(&mut self, kiosk: &DeviceId, from: DateTime<Utc>, to: DateTime<Utc>) {
        for stays in self.0.values_mut() {
            stays.retain(|stay| to - stay.to <= KNOWN);
        }
        self.0.retain(|_, stays| !stays.is_empty());
        self.0.entry(kiosk.clone()).or_default().push(Stay { from, to });
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
