//! What became of each alert on each channel: handed over, shown, or failed and why. For the manager and for `/metrics`.
//!
//! Not the visit's record (that is the log's): the last [`KEPT`] in memory, gone with a restart.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, Utc};
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;
use serde::Serialize;
use shared::ids::{AlertId, StaffId, VisitId};

use crate::domain::floor::visit::Channel;

/// Deliveries that are kept.
const KEPT: usize = 4096;

/// Why a delivery failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Failure {
    /// No answer in time.
    TimedOut,
    /// No connection.
    Unreachable,
    /// The receiver answered with this status, or this `errcode` of WeCom.
    Answered(i64),
    /// The receiver wants no more: the webhook or the subscription is dropped.
    Gone,
    /// The receiver failed too often and is left alone for a while.
    Breaker,
    /// Too many messages wait for this channel.
    Full,
    /// The pager is not connected.
    Offline,
    /// The alert was over before it could be delivered.
    Over,
    /// The message could not be made: a key that is no key.
    Unusable,
}

impl Failure {
    /// Each of them once; the receiver's answer stands for any.
    #[cfg(test)]
    pub(crate) const ALL: [Self; 9] = [
        Self::TimedOut,
        Self::Unreachable,
        Self::Answered(500),
        Self::Gone,
        Self::Breaker,
        Self::Full,
        Self::Offline,
        Self::Over,
        Self::Unusable,
    ];

    /// The failure as it is written on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::TimedOut => "timed_out",
            Self::Unreachable => "unreachable",
            Self::Answered(_) => "answered",
            Self::Gone => "gone",
            Self::Breaker => "breaker",
            Self::Full => "full",
            Self::Offline => "offline",
            Self::Over => "over",
            Self::Unusable => "unusable",
        }
    }

    fn code(self) -> Option<i64> {
        match self {
            Self::Answered(code) => Some(code),
            _ => None,
        }
    }
}

/// How far a delivery came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It failed.
    Failed(Failure),
    /// The channel took it.
    Handed,
    /// The person's device says that it is on the screen.
    Shown,
}

impl Fate {
    /// The fate as it is written on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Failed(_) => "failed",
            Self::Handed => "handed",
            Self::Shown => "shown",
        }
    }

    fn rank(self) -> u8 {
        match self {
            Self::Failed(_) => 0,
            Self::Handed => 1,
            Self::Shown => 2,
        }
    }
}

/// One alert on one channel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Delivery {
    /// The alert.
    pub alert: AlertId,
    /// Its visit.
    pub visit: VisitId,
    /// Whom it was for.
    pub staff: StaffId,
    /// The channel.
    pub channel: &'static str,
    /// `handed`, `shown` or `failed`.
    pub fate: &'static str,
    /// Why it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<&'static str>,
    /// The receiver's status or `errcode`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<i64>,
    /// When.
    pub at: DateTime<Utc>,
    #[serde(skip)]
    rank: u8,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Label {
    channel: &'static str,
    fate: &'static str,
    why: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ReceiverLabel {
    receiver: String,
}

/// The book of deliveries.
#[derive(Debug, Default)]
pub struct Deliveries {
    pages: Mutex<Pages>,
    counted: Family<Label, Counter>,
    open_breakers: Family<ReceiverLabel, Gauge>,
    bells: Family<Label, Counter>,
}

#[derive(Debug, Default)]
struct Pages {
    known: BTreeMap<(AlertId, Channel), Delivery>,
    order: VecDeque<(AlertId, Channel)>,
}

impl Deliveries {
    /// Registers the counters under `channels_`.
    pub fn register(&self, registry: &mut Registry) {
        let registry = registry.sub_registry_with_prefix("channels");
        registry.register("deliveries", "Alerts on each channel, by what became of them", self.counted.clone());
        registry.register("breaker_open", "Receivers that are left alone for a while", self.open_breakers.clone());
        registry.register("bells", "Messages to groups, by what became of them", self.bells.clone());
    }

    /// Notes what became of an alert on a channel. What came further stays: one of several devices that failed takes nothing back.
    pub fn note(&self, staff: &StaffId, alert: AlertId, channel: Channel, fate: Fate, at: DateTime<Utc>) {
        let (why, code) = match fate {
            Fate::Failed(failure) => (Some(failure.as_str()), failure.code()),
            Fate::Handed | Fate::Shown => (None, None),
        };
        let delivery = Delivery {
            alert,
            visit: alert.visit,
            staff: staff.clone(),
            channel: channel.as_str(),
            fate: fate.as_str(),
            why,
            code,
            at,
            rank: fate.rank(),
        };
        self.counted.get_or_create(&label(channel.as_str(), fate)).inc();
        self.pages().take((alert, channel), delivery);
    }

    /// Counts a message to a group.
    pub(super) fn bell(&self, fate: Fate) {
        self.bells.get_or_create(&label("robot", fate)).inc();
    }

    /// Whether a receiver is left alone.
    pub(super) fn breaker(&self, receiver: &str, open: bool) {
        self.open_breakers.get_or_create(&ReceiverLabel { receiver: receiver.to_owned() }).set(i64::from(open));
    }

    /// The latest deliveries, the latest first; of one visit, where one is named.
    #[must_use]
    pub fn latest(&self, visit: Option<VisitId>, most: usize) -> Vec<Delivery> {
        let pages = self.pages();
        let newest = pages.order.iter().rev().filter_map(|key| pages.known.get(key));
        newest.filter(|delivery| visit.is_none_or(|visit| delivery.visit == visit)).take(most).cloned().collect()
    }

    fn pages(&self) -> MutexGuard<'_, Pages> {
        // A panic elsewhere leaves at worst one delivery unnoted.
        self.pages.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Pages {
    fn take(&mut self, key: (AlertId, Channel), delivery: Delivery) {
        if let Some(known) = self.known.get_mut(&key) {
            if delivery.rank >= known.rank {
                *known = delivery;
            }
            return;
        }
        if self.order.len() == KEPT
            && let Some(oldest) = self.order.pop_front()
        {
            self.known.remove(&oldest);
        }
        self.order.push_back(key);
        self.known.insert(key, delivery);
    }
}

fn label(channel: &'static str, fate: Fate) -> Label {
    let why = match fate {
        Fate::Failed(failure) => failure.as_str(),
        Fate::Handed | Fate::Shown => "",
    };
    Label { channel, fate: fate.as_str(), why }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn alert(visit: u16, ordinal: u16) -> AlertId {
        let mut random = [0; 10];
        random[8..].copy_from_slice(&visit.to_be_bytes());
        AlertId { visit: VisitId::new(DateTime::UNIX_EPOCH, random), ordinal }
    }

    #[test]
    fn what_came_further_stays_and_one_visit_can_be_asked_for() {
        let book = Deliveries::default();
        let wang = "wang".parse().unwrap();
        let note = |n, channel, fate| book.note(&wang, alert(n, 1), channel, fate, DateTime::UNIX_EPOCH);
        note(1, Channel::Push, Fate::Failed(Failure::Answered(500)));
        note(1, Channel::Push, Fate::Handed);
        note(1, Channel::Push, Fate::Failed(Failure::Gone));
        note(1, Channel::Stream, Fate::Shown);
        note(2, Channel::Wecom, Fate::Failed(Failure::Answered(60020)));
        let told = |visit| {
            let latest = book.latest(visit, 10);
            latest.iter().map(|d| (d.channel, d.fate, d.why, d.code)).collect::<Vec<_>>()
        };
        assert_eq!(
            told(None),
            [
                ("wecom", "failed", Some("answered"), Some(60020)),
                ("stream", "shown", None, None),
                ("push", "handed", None, None),
            ]
        );
        assert_eq!(told(Some(alert(2, 1).visit)).len(), 1);
        let mut registry = Registry::default();
        book.register(&mut registry);
        let mut text = String::new();
        prometheus_client::encoding::text::encode(&mut text, &registry).unwrap();
        assert!(text.contains(r#"channels_deliveries_total{channel="push",fate="failed",why="gone"} 1"#), "{text}");
    }

    #[test]
    fn the_book_forgets_the_oldest() {
        let book = Deliveries::default();
        let wang = "wang".parse().unwrap();
        for n in 0..=u16::try_from(KEPT).unwrap() {
            book.note(&wang, alert(n, 1), Channel::Push, Fate::Handed, DateTime::UNIX_EPOCH);
        }
        let all = book.latest(None, usize::MAX);
        assert_eq!((all.len(), all.last().unwrap().alert), (KEPT, alert(1, 1)));
    }
}
