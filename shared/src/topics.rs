//! MQTT topics under `showroom/v1/{store}`: built and read in one place.

use std::fmt;

use crate::ids::{DeviceId, StaffId, StoreId};

/// Prefix of every topic of this contract.
pub const PREFIX: &str = "showroom/v1";

/// One topic of the contract.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Topic {
    /// A kiosk's events, to the gateway.
    KioskEvent(DeviceId),
    /// Receipts to a kiosk.
    KioskReceipt(DeviceId),
    /// A visit's status, to its kiosk.
    KioskVisit(DeviceId),
    /// The QR code to show.
    KioskQr(DeviceId),
    /// A kiosk's state, retained, its last will.
    KioskState(DeviceId),
    /// A kiosk's configuration, retained.
    KioskConfig(DeviceId),
    /// A door sensor's counts.
    DoorCount(DeviceId),
    /// Receipts to a door sensor.
    DoorReceipt(DeviceId),
    /// Alerts to a pager.
    ConsultantAlert(StaffId),
    /// A pager's replies.
    ConsultantReply(StaffId),
}

impl Topic {
    /// The full topic in a store.
    #[must_use]
    pub fn in_store(&self, store: &StoreId) -> String {
        format!("{PREFIX}/{store}/{self}")
    }

    /// Reads a full topic of that store; `None` for any other.
    #[must_use]
    pub fn parse(store: &StoreId, topic: &str) -> Option<Self> {
        let rest = topic.strip_prefix(PREFIX)?.strip_prefix('/')?;
        let rest = rest.strip_prefix(store.as_str())?.strip_prefix('/')?;
        let (group, rest) = rest.split_once('/')?;
        let (id, leaf) = rest.split_once('/')?;
        let device = || id.parse::<DeviceId>().ok();
        let staff = || id.parse::<StaffId>().ok();
        match (group, leaf) {
            ("kiosk", "event") => device().map(Self::KioskEvent),
            ("kiosk", "receipt") => device().map(Self::KioskReceipt),
            ("kiosk", "visit") => device().map(Self::KioskVisit),
            ("kiosk", "qr") => device().map(Self::KioskQr),
            ("kiosk", "state") => device().map(Self::KioskState),
            ("kiosk", "config") => device().map(Self::KioskConfig),
            ("door", "count") => device().map(Self::DoorCount),
            ("door", "receipt") => device().map(Self::DoorReceipt),
            ("consultant", "alert") => staff().map(Self::ConsultantAlert),
            ("consultant", "reply") => staff().map(Self::ConsultantReply),
            _ => None,
        }
    }

    /// The filters that a gateway subscribes to: everything that devices send.
    #[must_use]
    pub fn to_gateway(store: &StoreId) -> Vec<String> {
        [("kiosk", "event"), ("kiosk", "state"), ("door", "count"), ("consultant", "reply")]
            .iter()
            .map(|(group, leaf)| format!("{PREFIX}/{store}/{group}/+/{leaf}"))
            .collect()
    }

    fn shape(&self) -> (&'static str, &str, &'static str) {
        match self {
            Self::KioskEvent(id) => ("kiosk", id.as_str(), "event"),
            Self::KioskReceipt(id) => ("kiosk", id.as_str(), "receipt"),
            Self::KioskVisit(id) => ("kiosk", id.as_str(), "visit"),
            Self::KioskQr(id) => ("kiosk", id.as_str(), "qr"),
            Self::KioskState(id) => ("kiosk", id.as_str(), "state"),
            Self::KioskConfig(id) => ("kiosk", id.as_str(), "config"),
            Self::DoorCount(id) => ("door", id.as_str(), "count"),
            Self::DoorReceipt(id) => ("door", id.as_str(), "receipt"),
            Self::ConsultantAlert(id) => ("consultant", id.as_str(), "alert"),
            Self::ConsultantReply(id) => ("consultant", id.as_str(), "reply"),
        }
    }
}

impl fmt::Display for Topic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (group, id, leaf) = self.shape();
        write!(f, "{group}/{id}/{leaf}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHAPES: [(&str, &str); 10] = [
        ("kiosk", "event"),
        ("kiosk", "receipt"),
        ("kiosk", "visit"),
        ("kiosk", "qr"),
        ("kiosk", "state"),
        ("kiosk", "config"),
        ("door", "count"),
        ("door", "receipt"),
        ("consultant", "alert"),
        ("consultant", "reply"),
    ];

    #[test]
    fn every_topic_reads_back_and_nothing_else_does() {
        let store: StoreId = "demo".parse().unwrap();
        for (group, leaf) in SHAPES {
            let text = format!("showroom/v1/demo/{group}/k1/{leaf}");
            let topic = Topic::parse(&store, &text).unwrap();
            assert_eq!(topic.in_store(&store), text);
        }
        for other in [
            "showroom/v1/demo/kiosk/k1/",
            "showroom/v1/demo/kiosk/k1/event/x",
            "showroom/v1/demo/kiosk/K1/event",
            "showroom/v1/demo2/kiosk/k1/event",
            "showroom/v1/dem/kiosk/k1/event",
            "showroom/v2/demo/kiosk/k1/event",
            "showroom/v1/demo/kiosk//event",
            "$SYS/x",
            "",
        ] {
            assert_eq!(Topic::parse(&store, other), None, "{other}");
        }
    }
}
