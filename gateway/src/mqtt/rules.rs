//! Who may say what where: pure, deny by default. A device lives under its own id and nowhere else.
//!
//! Called by the embedded broker for every publish, subscription and last will. An external broker keeps the same rules
//! by its own means (`assets/mqtt` has samples); there the topic names the sender.

use shared::ids::{DeviceId, StaffId, StoreId};
use shared::topics::Topic;

use crate::domain::roster::{Device, DeviceKind, Roster};

/// A device as its topics name it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Sender {
    /// A kiosk.
    Kiosk(DeviceId),
    /// A door sensor.
    Door(DeviceId),
    /// A consultant's pager; it has the consultant's name.
    Pager(StaffId),
}

impl Sender {
    /// The device that publishes on this topic; `None` for topics on which only the gateway does.
    pub(super) fn of(topic: &Topic) -> Option<Self> {
        match topic {
            Topic::KioskEvent(id) | Topic::KioskState(id) => Some(Self::Kiosk(id.clone())),
            Topic::DoorCount(id) => Some(Self::Door(id.clone())),
            Topic::ConsultantReply(id) => Some(Self::Pager(id.clone())),
            _ => None,
        }
    }

    /// The device of an account.
    pub(super) fn device(device: &Device) -> Option<Self> {
        match device.kind {
            DeviceKind::Kiosk => Some(Self::Kiosk(device.id.clone())),
            DeviceKind::Door => Some(Self::Door(device.id.clone())),
            DeviceKind::Pager => device.id.as_str().parse().ok().map(Self::Pager),
        }
    }

    /// The MQTT client id and user name.
    pub(super) fn client_id(&self) -> String {
        match self {
            Self::Kiosk(id) => format!("{}-{id}", DeviceKind::Kiosk.as_str()),
            Self::Door(id) => format!("{}-{id}", DeviceKind::Door.as_str()),
            Self::Pager(id) => format!("{}-{id}", DeviceKind::Pager.as_str()),
        }
    }

    /// Whether the roster has such a device.
    pub(super) fn is_in(&self, roster: &Roster) -> bool {
        roster.devices.contains_key(&self.client_id())
    }

    /// Where this device's receipts go; a pager has none.
    pub(super) fn receipts(&self) -> Option<Topic> {
        match self {
            Self::Kiosk(id) => Some(Topic::KioskReceipt(id.clone())),
            Self::Door(id) => Some(Topic::DoorReceipt(id.clone())),
            Self::Pager(_) => None,
        }
    }

    /// What this device may subscribe to, each topic as it is, without a wildcard.
    fn hears(&self) -> Vec<Topic> {
        match self {
            Self::Kiosk(id) => {
                let id = || id.clone();
                vec![Topic::KioskReceipt(id()), Topic::KioskVisit(id()), Topic::KioskQr(id()), Topic::KioskConfig(id())]
            }
            Self::Door(id) => vec![Topic::DoorReceipt(id.clone())],
            Self::Pager(id) => vec![Topic::ConsultantAlert(id.clone())],
        }
    }
}

/// The topic that this device means, if it may publish there.
pub(super) fn may_publish(device: &Device, store: &StoreId, topic: &str) -> Option<Topic> {
    let topic = Topic::parse(store, topic)?;
    (Sender::of(&topic)? == Sender::device(device)?).then_some(topic)
}

/// The topic that this device means, if it may subscribe to it.
pub(super) fn may_subscribe(device: &Device, store: &StoreId, filter: &str) -> Option<Topic> {
    let topic = Topic::parse(store, filter)?;
    Sender::device(device)?.hears().contains(&topic).then_some(topic)
}

/// Whether the device may leave this topic as its last will: nothing but a kiosk's own state.
pub(super) fn may_will(device: &Device, store: &StoreId, topic: &str) -> bool {
    matches!(may_publish(device, store, topic), Some(Topic::KioskState(_)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn device(kind: DeviceKind, id: &str) -> Device {
        Device::new(id.parse().unwrap(), kind, String::new())
    }

    #[track_caller]
    fn check(kind: DeviceKind, publish: &[&str], subscribe: &[&str]) {
        let store = "demo".parse().unwrap();
        let device = device(kind, "a");
        let mut said = Vec::new();
        let mut heard = Vec::new();
        for group in ["kiosk", "door", "consultant"] {
            for id in ["a", "b", "+", "#"] {
                for leaf in ["event", "receipt", "visit", "qr", "state", "config", "count", "alert", "reply", "+", "#"]
                {
                    let short = format!("{group}/{id}/{leaf}");
                    let full = format!("showroom/v1/demo/{short}");
                    if may_publish(&device, &store, &full).is_some() {
                        said.push(short.clone());
                    }
                    if may_subscribe(&device, &store, &full).is_some() {
                        heard.push(short);
                    }
                }
            }
        }
        assert_eq!(said, publish);
        assert_eq!(heard, subscribe);
    }

    #[test]
    fn a_device_lives_under_its_own_id_and_nowhere_else() {
        check(
            DeviceKind::Kiosk,
            &["kiosk/a/event", "kiosk/a/state"],
            &["kiosk/a/receipt", "kiosk/a/visit", "kiosk/a/qr", "kiosk/a/config"],
        );
        check(DeviceKind::Door, &["door/a/count"], &["door/a/receipt"]);
        check(DeviceKind::Pager, &["consultant/a/reply"], &["consultant/a/alert"]);
    }

    #[test]
    fn everything_outside_the_contract_is_denied() {
        let store = "demo".parse().unwrap();
        let kiosk = device(DeviceKind::Kiosk, "a");
        for topic in [
            "#",
            "+",
            "$SYS/#",
            "$share/g/showroom/v1/demo/kiosk/a/receipt",
            "showroom/v1/#",
            "showroom/v1/other/kiosk/a/receipt",
            "showroom/v1/demo/kiosk/a/receipt/x",
            "showroom/v1/demo//kiosk/a/event",
            "",
        ] {
            assert_eq!(may_subscribe(&kiosk, &store, topic), None, "{topic}");
            assert_eq!(may_publish(&kiosk, &store, topic), None, "{topic}");
        }
    }

    #[test]
    fn a_last_will_is_the_own_state_alone() {
        let store = "demo".parse().unwrap();
        let kiosk = device(DeviceKind::Kiosk, "a");
        assert!(may_will(&kiosk, &store, "showroom/v1/demo/kiosk/a/state"));
        for topic in ["kiosk/a/event", "kiosk/b/state", "kiosk/a/receipt", "door/a/count"] {
            assert!(!may_will(&kiosk, &store, &format!("showroom/v1/demo/{topic}")), "{topic}");
        }
    }
}
