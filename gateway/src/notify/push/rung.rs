//! Which browsers were rung for which alerts: only there something stands that can be taken back when it is over.
//!
//! Not kept over a restart: what stood on a phone then goes when its page is opened, or with the next alert of that visit.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use shared::ids::AlertId;

use crate::domain::roster::subscription::SubscriptionId;

/// Alerts that are remembered; each is over after some seconds, and its word is taken soon after.
const ALERTS: usize = 1024;

/// Held while something is sent to one browser about one alert.
pub(super) type Gate = Arc<tokio::sync::Mutex<()>>;

#[derive(Debug, Default)]
pub(super) struct Rung {
    alerts: Mutex<BTreeMap<AlertId, BTreeMap<SubscriptionId, Gate>>>,
}

impl Rung {
    /// The gate of this browser and this alert; from now on it was rung for it.
    pub(super) fn gate(&self, alert: AlertId, browser: &SubscriptionId) -> Gate {
        let mut alerts = self.alerts();
        let gate = alerts.entry(alert).or_default().entry(browser.clone()).or_default();
        let gate = Arc::clone(gate);
        if alerts.len() > ALERTS {
            // Alerts sort by the time of their visit.
            alerts.pop_first();
        }
        gate
    }

    /// Whether this browser was rung for it.
    pub(super) fn has(&self, alert: AlertId, browser: &SubscriptionId) -> bool {
        self.alerts().get(&alert).is_some_and(|browsers| browsers.contains_key(browser))
    }

    /// It knows that it is over.
    pub(super) fn forget(&self, alert: AlertId, browser: &SubscriptionId) {
        let mut alerts = self.alerts();
        if let Some(browsers) = alerts.get_mut(&alert) {
            browsers.remove(browser);
            if browsers.is_empty() {
                alerts.remove(&alert);
            }
        }
    }

    fn alerts(&self) -> MutexGuard<'_, BTreeMap<AlertId, BTreeMap<SubscriptionId, Gate>>> {
        self.alerts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, TimeDelta};
    use shared::ids::VisitId;

    use super::*;

    fn alert(number: i64) -> AlertId {
        let at = DateTime::UNIX_EPOCH + TimeDelta::seconds(number);
        AlertId { visit: VisitId::new(at, [1; 10]), ordinal: 1 }
    }

    #[test]
    fn a_browser_is_remembered_until_it_knows_and_the_oldest_go_first() {
        let (rung, [first, second]) = (Rung::default(), ["https://a/1", "https://a/2"].map(SubscriptionId::of));
        rung.gate(alert(0), &first);
        assert!(rung.has(alert(0), &first) && !rung.has(alert(0), &second) && !rung.has(alert(1), &first));
        rung.forget(alert(0), &first);
        assert!(!rung.has(alert(0), &first) && rung.alerts().is_empty());
        for number in 0..=1024 {
            rung.gate(alert(number), &first);
        }
        assert!(!rung.has(alert(0), &first) && rung.has(alert(1), &first) && rung.has(alert(1024), &first));
    }
}
