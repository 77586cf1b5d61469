//! Every payload that crosses MQTT, and those of HTTP that a phone or pager sees as well.
//!
//! Decoding rules: unknown fields are ignored; unknown kinds and bad bodies are refused with a [`Code`], never dropped in
//! silence; what was accepted once is accepted for ever (`tests/golden` holds payloads of every version).

mod alert;
mod envelope;
mod event;
mod interest;
mod kiosk;
mod pager;
mod receipt;
mod score;

pub use alert::{Alert, LastVisit, Reply, ReplyKind, Why};
pub use envelope::{Envelope, Fingerprint, MAX_HTTP_BYTES, MAX_MQTT_BYTES, VERSION, decode};
pub use event::{CheckedIn, Detailed, DeviceEvent, DoorCounted, Language, Purpose, Title, VisitRef};
pub use interest::{Budget, When};
pub use kiosk::{
    Brand, ConsultantCard, GuestWifi, KioskConfig, KioskState, OUTBOX_CAPACITY, OUTBOX_WORRY, Picture, QrOffer,
    ScreenTimes, Stage, StorageTrouble, VisitStatus,
};
pub use pager::{AlertOver, Over, ReplyRefused, Trial};
pub use receipt::{Code, Receipt, Refused};
pub use score::{Intent, Score, ScorePart, Signal};
