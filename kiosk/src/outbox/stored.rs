//! One event as it lies in the outbox, and as it goes onto the wire.

use std::time::Duration;

use chrono::{DateTime, FixedOffset, Local, SubsecRound};
use serde::{Deserialize, Serialize};
use shared::clock::Reading;
use shared::ids::{EventId, VisitId};
use shared::wire::{DeviceEvent, Envelope, VERSION};

use super::seal::SealError;
use crate::session::NewEvent;

/// The machine's current run: boot-clock times of another run mean nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Machine(String);

impl Machine {
    /// The run that the kernel names; without one, every event counts as written before a reboot.
    #[must_use]
    pub fn this_run() -> Self {
        let id = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default();
        Self(id.trim().to_owned())
    }

    /// A named run, for tests.
    #[must_use]
    pub fn named(id: &str) -> Self {
        Self(id.to_owned())
    }

    fn is_known(&self) -> bool {
        !self.0.is_empty()
    }
}

/// One event in the outbox.
#[derive(Debug, Clone, PartialEq)]
pub struct Stored {
    /// Its place in the order of this kiosk's events.
    pub sequence: u64,
    /// Its id.
    pub id: EventId,
    at: DateTime<FixedOffset>,
    machine: Machine,
    boot: Duration,
    event: DeviceEvent,
}

/// The sealed part, as JSON: the wire's own forms, so that an outbox outlives an update.
#[derive(Serialize, Deserialize)]
struct Body {
    id: EventId,
    at: DateTime<FixedOffset>,
    machine: Machine,
    boot_ms: u64,
    event: DeviceEvent,
}

impl Stored {
    pub(super) fn new(sequence: u64, event: NewEvent, machine: &Machine) -> Self {
        Self {
            sequence,
            id: event.id,
            // The showroom's wall clock, with its offset: what a person there would have read.
            at: event.at.wall.with_timezone(&Local).fixed_offset().trunc_subsecs(3),
            machine: machine.clone(),
            boot: event.at.boot,
            event: event.event,
        }
    }

    pub(super) fn encode(&self) -> Result<Vec<u8>, SealError> {
        Ok(serde_json::to_vec(&Body {
            id: self.id,
            at: self.at,
            machine: self.machine.clone(),
            boot_ms: millis(self.boot),
            event: self.event.clone(),
        })?)
    }

    pub(super) fn decode(sequence: u64, plain: &[u8]) -> Option<Self> {
        let body: Body = serde_json::from_slice(plain).ok()?;
        let Body { id, at, machine, boot_ms, event } = body;
        Some(Self { sequence, id, at, machine, boot: Duration::from_millis(boot_ms), event })
    }

    /// The visit that it is about, and whether it is the check-in itself.
    #[must_use]
    pub fn visit(&self) -> Option<(VisitId, bool)> {
        match &self.event {
            DeviceEvent::CheckedIn(body) => Some((body.visit, true)),
            DeviceEvent::Detailed { visit, .. } => Some((*visit, false)),
            DeviceEvent::Met(of) | DeviceEvent::Left(of) | DeviceEvent::Cancelled(of) => Some((of.visit, false)),
            DeviceEvent::DoorCounted(_) => None,
        }
    }

    /// How long ago it was, if that was in this run of the machine.
    pub(super) fn age(&self, now: Reading, machine: &Machine) -> Option<Duration> {
        (machine.is_known() && self.machine == *machine).then(|| now.boot.saturating_sub(self.boot))
    }

    /// The envelope for a sending at `now` in this run of the machine.
    #[must_use]
    pub fn envelope(&self, now: Reading, machine: &Machine) -> Envelope {
        Envelope {
            v: VERSION,
            id: self.id,
            seq: Some(self.sequence),
            at: self.at,
            age_ms: self.age(now, machine).map(millis),
            event: self.event.clone(),
        }
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
