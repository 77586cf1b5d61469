//! The one place where a device's payload becomes an input of the engine, whichever broker brought it.
//!
//! It is not the door: whether a device may use a topic at all was judged before, by the embedded broker's rules or by
//! the external broker's own. Invariants: an event's sender is the device of its topic, and that device is in the roster;
//! [`Intake::take`] returns only when the event is durable, refused, or given up after [`PATIENCE`], so whoever
//! acknowledges after it never acknowledges early; a payload never reaches a log line.

use std::sync::Arc;
use std::time::Duration;

use shared::clock::Clock;
use shared::ids::{AlertId, DeviceId, StaffId};
use shared::topics::Topic;
use shared::wire::{Code, DeviceEvent, Envelope, KioskState, MAX_MQTT_BYTES, Reply, ReplyKind, ReplyRefused, decode};
use tokio::sync::mpsc;

use super::counters::Counters;
use super::desk::Hello;
use super::devices::Devices;
use super::post::{Message, Post};
use super::rules::Sender;
use super::sequence::Heard;
use crate::domain::command::{Cause, Told};
use crate::domain::floor::visit::Channel;
use crate::domain::{Actor, Command, Input};
use crate::notify::Fate;
use crate::runtime::{Done, Handle, SubmitError};

/// How long an event may wait for the runtime before it is acknowledged without a receipt (DESIGN §4).
pub(super) const PATIENCE: Duration = Duration::from_secs(2);

/// The intake. One for all connections.
pub(super) struct Intake {
    pub(super) handle: Handle,
    pub(super) post: Post,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) devices: Arc<Devices>,
    pub(super) counters: Counters,
    pub(super) hello: mpsc::Sender<Hello>,
    /// Whether a kiosk's own word is the only sign of its presence (external broker).
    pub(super) believe_presence: bool,
}

impl Intake {
    /// Takes one message. `kept` tells that the broker had kept it from earlier.
    pub(super) async fn take(&self, topic: &Topic, payload: &[u8], kept: bool) {
        let Some(sender) = Sender::of(topic) else { return };
        if !sender.is_in(&self.handle.roster().borrow()) {
            self.counters.forbidden.inc();
            tracing::warn!(device = sender.client_id(), "a device that is not registered sends; add it or cut it off");
            self.post.refused(&sender, None, Code::WrongSender);
            return;
        }
        match topic {
            Topic::KioskState(kiosk) => self.state(kiosk, &sender, payload, kept),
            Topic::ConsultantReply(staff) => self.reply(staff, &sender, payload).await,
            _ => self.event(&sender, payload).await,
        }
    }

    /// Refuses a message on a topic that is not its sender's.
    pub(super) fn forbidden(&self, sender: &Sender, payload: &[u8]) {
        self.counters.forbidden.inc();
        tracing::warn!(device = sender.client_id(), "a publish on a topic of somebody else was refused");
        self.refuse(sender, payload, Code::WrongSender);
    }

    /// Tells a device so about a message that was not even read, as far as it can be named: an event by its id, a pager's reply by its
    /// alert. A pager whose message names no alert is told nothing: it has nothing to stop ringing for.
    fn refuse(&self, sender: &Sender, payload: &[u8], code: Code) {
        match sender {
            Sender::Pager(staff) => {
                self.counters.refuse(code.as_str());
                if let Some(alert) = named(payload) {
                    self.tell_pager(staff, alert, code.as_str());
                }
            }
            Sender::Kiosk(_) | Sender::Door(_) => {
                let id = match decode(payload, MAX_MQTT_BYTES) {
                    Ok(envelope) => Some(envelope.id),
                    Err(refused) => refused.id,
                };
                self.post.refused(sender, id, code);
            }
        }
    }

    fn tell_pager(&self, staff: &StaffId, alert: AlertId, code: &str) {
        let told = ReplyRefused { alert, refused: code.to_owned() };
        if let Ok(payload) = serde_json::to_vec(&told) {
            self.post.send(Message::to_pager(staff.clone(), payload));
        }
    }

    async fn event(&self, sender: &Sender, payload: &[u8]) {
        self.devices.heard(&sender.client_id(), self.clock.now());
        let envelope = match decode(payload, MAX_MQTT_BYTES) {
            Ok(envelope) => envelope,
            Err(refused) => {
                let (device, bytes) = (sender.client_id(), payload.len());
                tracing::warn!(device, bytes, code = %refused.code, "a device sends what cannot be read");
                self.post.refused(sender, refused.id, refused.code);
                return;
            }
        };
        let (id, kind, seq) = (envelope.id, envelope.event.kind(), envelope.seq);
        let heard = self.numbered(sender, seq);
        self.counters.event(kind);
        let Some(input) = input(sender, envelope) else {
            tracing::warn!(device = sender.client_id(), kind, "a device sends a kind that is not its own");
            self.post.refused(sender, Some(id), Code::WrongSender);
            return;
        };
        // Given up, the event may still be kept: then the repeated one is known, and gets its receipt.
        match tokio::time::timeout(PATIENCE, self.handle.submit(input)).await {
            Ok(Ok(done)) => {
                if done == Done::Kept {
                    self.judge_number(sender, seq, heard);
                }
                self.post.kept(sender, id);
            }
            Ok(Err(SubmitError::Refused(refusal))) => {
                tracing::debug!(device = sender.client_id(), kind, code = %refusal.code(), "refused");
                self.post.refused(sender, Some(id), refusal.code());
            }
            Ok(Err(SubmitError::Full | SubmitError::Ended)) | Err(_) => {
                self.counters.full.inc();
                if let Some(seq) = seq {
                    self.devices.given_up(&sender.client_id(), seq);
                }
            }
        }
    }

    /// Notes the number of an event before its event is judged.
    fn numbered(&self, sender: &Sender, seq: Option<u64>) -> Option<Heard> {
        let (heard, missing) = self.devices.numbered(&sender.client_id(), seq?);
        if missing > 0 {
            self.counters.gaps.inc_by(missing);
            tracing::warn!(device = sender.client_id(), missing, "numbers are missing between a device's events");
        }
        Some(heard)
    }

    /// A new event with a number from before: two devices with one account, or one that has lost its count.
    fn judge_number(&self, sender: &Sender, seq: Option<u64>, heard: Option<Heard>) {
        let Some(seq) = seq.filter(|_| heard == Some(Heard::Before)) else { return };
        if self.devices.reused(&sender.client_id(), seq) {
            self.counters.gaps.inc();
            tracing::warn!(device = sender.client_id(), seq, "a device uses a number of an event again");
        }
    }

    fn state(&self, kiosk: &DeviceId, sender: &Sender, payload: &[u8], kept: bool) {
        // A state that was kept may be of last week: it tells the version, not the time.
        let state = serde_json::from_slice(payload).map(
            |state: KioskState| {
                if kept { KioskState { at: None, ..state } } else { state }
            },
        );
        let Ok(state) = state else {
            tracing::warn!(kiosk.id = %kiosk, bytes = payload.len(), "a kiosk's state cannot be read");
            self.post.refused(sender, None, Code::BadBody);
            return;
        };
        let now = self.clock.now();
        if self.devices.said(&sender.client_id(), &state, self.believe_presence, now) && self.believe_presence {
            // Full only while everybody comes at once; the next renewal of the code makes it good.
            let _ = self.hello.try_send(Hello::Kiosk(kiosk.clone()));
        }
    }

    /// What a pager's person did. A reply that is refused is told so on the pager's own topic, and whatever it rings for stops.
    async fn reply(&self, staff: &StaffId, sender: &Sender, payload: &[u8]) {
        let now = self.clock.now();
        self.devices.heard(&sender.client_id(), now);
        let Ok(Reply { alert, reply }) = serde_json::from_slice(payload) else {
            tracing::warn!(device = sender.client_id(), bytes = payload.len(), "a pager sends what cannot be read");
            self.refuse(sender, payload, Code::BadBody);
            return;
        };
        let command = match reply {
            ReplyKind::Shown => Command::Show(alert),
            ReplyKind::Accept => Command::Accept(alert),
            ReplyKind::Pass => Command::Pass(alert, None),
        };
        let by = |command| Input { cause: None, actor: Actor::Staff(staff.clone()), command };
        match tokio::time::timeout(PATIENCE, self.handle.submit(by(command))).await {
            Ok(Ok(_kept)) => {
                // Whoever answers has seen it.
                self.handle.hub().deliveries().note(staff, alert, Channel::Pager, Fate::Shown, now);
                let _ = tokio::time::timeout(PATIENCE, self.handle.submit(by(Command::Deliver(now)))).await;
            }
            Ok(Err(SubmitError::Refused(refusal))) => {
                self.counters.refuse(refusal.as_str());
                self.tell_pager(staff, alert, refusal.as_str());
            }
            // Nothing comes back: the pager repeats.
            Ok(Err(SubmitError::Full | SubmitError::Ended)) | Err(_) => {
                self.counters.full.inc();
            }
        }
    }
}

/// The alert that a pager's message is about, whatever else stands in it.
fn named(payload: &[u8]) -> Option<AlertId> {
    #[derive(serde::Deserialize)]
    struct About {
        alert: AlertId,
    }
    serde_json::from_slice(payload).ok().map(|About { alert }| alert)
}

/// The engine's input for an event; `None` when this sender has no such kind.
fn input(sender: &Sender, envelope: Envelope) -> Option<Input> {
    let cause = Cause { id: envelope.id, fingerprint: envelope.fingerprint() };
    let told = Told { at: envelope.at.to_utc(), age_ms: envelope.age_ms };
    let (device, command) = match (sender, envelope.event) {
        (Sender::Kiosk(kiosk), event) => (kiosk, kiosk_command(event, told)?),
        (Sender::Door(door), DeviceEvent::DoorCounted(count)) => (door, Command::CountDoor(count, told)),
        (Sender::Door(_) | Sender::Pager(_), _) => return None,
    };
    Some(Input { cause: Some(cause), actor: Actor::Device(device.clone()), command })
}

fn kiosk_command(event: DeviceEvent, told: Told) -> Option<Command> {
    Some(match event {
        DeviceEvent::CheckedIn(checked_in) => Command::CheckIn(checked_in, told),
        DeviceEvent::Detailed { visit, language, detail } => Command::Detail(visit, language, detail),
        DeviceEvent::Met(visit) => Command::Meet(visit.visit, told),
        DeviceEvent::Cancelled(visit) => Command::Cancel(visit.visit, told),
        DeviceEvent::Left(visit) => Command::Leave(visit.visit, told),
        DeviceEvent::DoorCounted(_) => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const VISIT: &str = "0190a5de-0000-7000-8000-000000000001";

    fn envelope(kind: &str, body: &str) -> Envelope {
        let json = format!(
            r#"{{"v":1,"id":"0190a5de-0000-7000-8000-000000000009","seq":1,"at":"2026-11-23T10:15:30.250+08:00","age_ms":40,"kind":"{kind}","body":{body}}}"#
        );
        decode(json.as_bytes(), MAX_MQTT_BYTES).unwrap()
    }

    #[track_caller]
    fn check(sender: &Sender, kind: &str, expect: bool) {
        let body = match kind {
            "door.counted" => r#"{"in":1,"out":2}"#.to_owned(),
            "visit.checked_in" => format!(r#"{{"visit":"{VISIT}","purpose":"browse","language":"zh"}}"#),
            _ => format!(r#"{{"visit":"{VISIT}"}}"#),
        };
        let envelope = envelope(kind, &body);
        let fingerprint = envelope.fingerprint();
        let input = input(sender, envelope);
        assert_eq!(input.is_some(), expect, "{sender:?} {kind}");
        if let Some(input) = input {
            assert_eq!(input.cause.unwrap().fingerprint, fingerprint);
            assert_eq!(input.actor, Actor::Device("a".parse().unwrap()));
        }
    }

    #[test]
    fn each_sender_has_its_kinds() {
        let (kiosk, door, pager) = (
            Sender::Kiosk("a".parse().unwrap()),
            Sender::Door("a".parse().unwrap()),
            Sender::Pager("a".parse().unwrap()),
        );
        for kind in DeviceEvent::KINDS {
            check(&kiosk, kind, kind != "door.counted");
            check(&door, kind, kind == "door.counted");
            check(&pager, kind, false);
        }
    }

    #[test]
    fn what_a_visitor_says_carries_when_they_said_it() {
        let kiosk = Sender::Kiosk("a".parse().unwrap());
        for kind in ["visit.met", "visit.cancelled", "visit.left"] {
            let command = input(&kiosk, envelope(kind, &format!(r#"{{"visit":"{VISIT}"}}"#))).unwrap().command;
            let (Command::Meet(_, told) | Command::Cancel(_, told) | Command::Leave(_, told)) = command else {
                panic!("{kind} became {command:?}")
            };
            assert_eq!((told.age_ms, told.at.timestamp_millis() % 1000), (Some(40), 250), "{kind}");
        }
    }
}
