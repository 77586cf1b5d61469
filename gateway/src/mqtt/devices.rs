//! What is known about the devices now: for the web pages and `/metrics`. In memory alone; after a restart each device
//! fills its row again when it is heard of.
//!
//! Written by the intake and the embedded broker; rows exist only for devices of the roster, so the table is bounded.

use std::collections::BTreeMap;
use std::sync::{PoisonError, RwLock};

use chrono::{DateTime, Utc};
use shared::wire::{KioskState, StorageTrouble};

use super::sequence::{Heard, Sequence};
use crate::domain::roster::Roster;

/// One device.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DeviceStatus {
    /// Whether it is connected.
    pub online: bool,
    /// The version of its program, as it says.
    pub version: Option<String>,
    /// Events that wait at the device for a receipt, as it says.
    pub outbox: u64,
    /// What is wrong with its disk, as it says.
    pub storage: Option<StorageTrouble>,
    /// Milliseconds by which its wall clock is ahead of the gateway's (negative: behind).
    pub clock_skew_ms: Option<i64>,
    /// When anything of it came last.
    pub last_heard: Option<DateTime<Utc>>,
    /// Numbers of its events that are missing or came twice since the gateway started.
    pub gaps: u64,
    /// Where its count of events stands.
    sequence: Sequence,
    /// Connections of it that are open; two for a moment, when it comes again before the old one is given up.
    connections: u32,
}

/// The table, by client id.
#[derive(Debug, Default)]
pub struct Devices {
    rows: RwLock<BTreeMap<String, DeviceStatus>>,
}

/// A version is shown on pages, so it is kept short.
const VERSION_CHARS: usize = 40;

impl Devices {
    /// Every device that was heard of since the start, by client id (`kiosk-entrance`).
    #[must_use]
    pub fn all(&self) -> BTreeMap<String, DeviceStatus> {
        self.rows.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// One device.
    #[must_use]
    pub fn get(&self, client_id: &str) -> Option<DeviceStatus> {
        self.rows.read().unwrap_or_else(PoisonError::into_inner).get(client_id).cloned()
    }

    fn row<T>(&self, client_id: &str, change: impl FnOnce(&mut DeviceStatus) -> T) -> T {
        let mut rows = self.rows.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(row) = rows.get_mut(client_id) {
            return change(row);
        }
        change(rows.entry(client_id.to_owned()).or_default())
    }

    pub(super) fn heard(&self, client_id: &str, now: DateTime<Utc>) {
        self.row(client_id, |row| row.last_heard = Some(now));
    }

    /// The number of an event that came; how many before it are missing is added to the gaps and given back.
    pub(super) fn numbered(&self, client_id: &str, seq: u64) -> (Heard, u64) {
        self.row(client_id, |row| {
            let heard = row.sequence.heard(seq);
            let Heard::New { missing } = heard else { return (heard, 0) };
            row.gaps = row.gaps.saturating_add(missing);
            (heard, missing)
        })
    }

    /// The event of this number gets no receipt.
    pub(super) fn given_up(&self, client_id: &str, seq: u64) {
        self.row(client_id, |row| row.sequence.given_up(seq));
    }

    /// The event of this number is a new one, but the number is not; whether that is a gap.
    pub(super) fn reused(&self, client_id: &str, seq: u64) -> bool {
        self.row(client_id, |row| {
            let reused = row.sequence.is_reused(seq);
            row.gaps = row.gaps.saturating_add(u64::from(reused));
            reused
        })
    }

    /// The embedded broker has a connection more.
    pub(super) fn connected(&self, client_id: &str, now: DateTime<Utc>) {
        self.row(client_id, |row| {
            row.connections = row.connections.saturating_add(1);
            row.online = true;
            row.last_heard = Some(now);
        });
    }

    /// The embedded broker has a connection less.
    pub(super) fn disconnected(&self, client_id: &str) {
        self.row(client_id, |row| {
            row.connections = row.connections.saturating_sub(1);
            row.online = row.connections > 0;
        });
    }

    /// What a kiosk says about itself. `presence` says whether to believe it about being online: at the embedded broker
    /// the connections are better proof. Whether the kiosk has just come online by its own word.
    pub(super) fn said(&self, client_id: &str, state: &KioskState, presence: bool, now: DateTime<Utc>) -> bool {
        self.row(client_id, |row| {
            let came = state.online && !row.online;
            if presence {
                row.online = state.online;
            }
            if !state.version.is_empty() {
                row.version = Some(state.version.chars().take(VERSION_CHARS).collect());
            }
            row.outbox = state.outbox;
            row.storage = state.storage;
            if let Some(at) = state.at {
                row.clock_skew_ms = Some((at - now).num_milliseconds());
            }
            row.last_heard = Some(now);
            came
        })
    }

    /// Forgets devices that left the roster.
    pub(super) fn keep(&self, roster: &Roster) {
        let mut rows = self.rows.write().unwrap_or_else(PoisonError::into_inner);
        rows.retain(|client_id, _| roster.devices.contains_key(client_id));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state(online: bool) -> KioskState {
        let at = DateTime::from_timestamp(1_800_000_002, 0);
        KioskState { online, version: "1.2".to_owned(), outbox: 3, storage: Some(StorageTrouble::Broken), at }
    }

    fn now() -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000, 0).unwrap()
    }

    #[test]
    fn a_device_that_comes_again_before_its_old_connection_ends_stays_online() {
        let devices = Devices::default();
        devices.connected("kiosk-a", now());
        devices.connected("kiosk-a", now());
        devices.disconnected("kiosk-a");
        assert!(devices.get("kiosk-a").unwrap().online);
        devices.disconnected("kiosk-a");
        assert!(!devices.get("kiosk-a").unwrap().online);
    }

    #[test]
    fn a_kiosks_own_word_counts_where_no_connection_is_seen() {
        let devices = Devices::default();
        assert!(devices.said("kiosk-a", &state(true), true, now()));
        assert!(!devices.said("kiosk-a", &state(true), true, now()));
        let row = devices.get("kiosk-a").unwrap();
        assert_eq!((row.online, row.outbox, row.clock_skew_ms), (true, 3, Some(2000)));
        assert_eq!(row.storage, Some(StorageTrouble::Broken));
        devices.said("kiosk-a", &state(false), true, now());
        assert!(!devices.get("kiosk-a").unwrap().online);
        devices.said("kiosk-b", &state(true), false, now());
        assert!(!devices.get("kiosk-b").unwrap().online);
    }

    #[test]
    fn devices_that_left_the_roster_are_forgotten() {
        let devices = Devices::default();
        devices.heard("kiosk-a", now());
        devices.keep(&Roster::default());
        assert!(devices.all().is_empty());
    }
}
