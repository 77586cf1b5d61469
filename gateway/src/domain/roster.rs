//! Who may act: members of staff with their roles and where they are rung, and devices with their kinds.

pub mod subscription;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use shared::ids::{DeviceId, StaffId};
use shared::personal::Personal;
use shared::wire::Language;

use self::subscription::{Subscription, SubscriptionId};
use super::secret::{Sealable, Secret, Secrets};

/// What somebody is, and so what they may do and whom they are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// 销售顾问
    Consultant,
    /// 前台
    Reception,
    /// 服务顾问
    Advisor,
    /// 客服
    Care,
    /// 经理
    Manager,
    /// 管理员
    Admin,
}

impl Role {
    /// The roles that serve visitors, each a pool of its own.
    pub const POOLS: [Self; 4] = [Self::Consultant, Self::Advisor, Self::Care, Self::Reception];

    /// The role as it is written on the wire and the command line.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Consultant => "consultant",
            Self::Reception => "reception",
            Self::Advisor => "advisor",
            Self::Care => "care",
            Self::Manager => "manager",
            Self::Admin => "admin",
        }
    }
}

/// What is personal about a member of staff.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StaffDetails {
    /// The name on the badge.
    pub name: Personal,
    /// The same in Latin letters, for visitors who read no Chinese.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latin: Option<Personal>,
    /// The password's argon2id hash, in PHC form.
    pub password: Personal,
}

/// A member of staff.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// Who.
    pub id: StaffId,
    /// What they are.
    pub role: Role,
    /// Senior 资深.
    pub senior: bool,
    /// Languages they speak.
    pub languages: BTreeSet<Language>,
    /// Name and password hash.
    pub secret: Secret<StaffDetails>,
    /// Sessions of an older generation are void.
    #[serde(default)]
    pub session_generation: u32,
}

/// What a device is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeviceKind {
    /// The tablet at the entrance.
    Kiosk,
    /// A door counter.
    Door,
    /// A consultant's pager; its name is the consultant's.
    Pager,
}

impl DeviceKind {
    /// The kind as it is written on the command line.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Kiosk => "kiosk",
            Self::Door => "door",
            Self::Pager => "pager",
        }
    }
}

/// A device that may connect.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Device {
    /// Which; also its MQTT user name and client id, as `{kind}-{id}`.
    pub id: DeviceId,
    /// What it is.
    pub kind: DeviceKind,
    /// SHA-256 of its password, in hexadecimal: the password is 256 random bits, so a slow hash adds nothing.
    pub password_sha256: String,
    /// Somebody is working on it: a kiosk takes no check-ins meanwhile.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub maintenance: bool,
}

impl Device {
    /// A device at work, with a password of 256 random bits.
    #[must_use]
    pub fn new(id: DeviceId, kind: DeviceKind, password_sha256: String) -> Self {
        Self { id, kind, password_sha256, maintenance: false }
    }

    /// Whether whoever connects with the one may go on with the other.
    #[must_use]
    pub fn has_account_of(&self, other: &Self) -> bool {
        (&self.id, self.kind, &self.password_sha256) == (&other.id, other.kind, &other.password_sha256)
    }

    /// The MQTT client id and user name.
    #[must_use]
    pub fn client_id(&self) -> String {
        format!("{}-{}", self.kind.as_str(), self.id)
    }

    /// Whether it is this kiosk.
    #[must_use]
    pub fn is_kiosk(&self, id: &DeviceId) -> bool {
        self.kind == DeviceKind::Kiosk && self.id == *id
    }
}

/// What has happened to the roster.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RosterEvent {
    /// An account was added, or replaced.
    AccountSet(Account),
    /// An account was taken away.
    AccountRemoved {
        /// Who.
        staff: StaffId,
    },
    /// Somebody signed out everywhere: every session of theirs is void.
    SessionsEnded {
        /// Who.
        staff: StaffId,
    },
    /// Somebody's browser is rung by its push service from now on; one with the same id is replaced.
    Subscribed {
        /// Who.
        staff: StaffId,
        /// Which, and where it is.
        subscription: Subscription,
    },
    /// It is rung no more.
    Unsubscribed {
        /// Whose it was.
        staff: StaffId,
        /// Which.
        id: SubscriptionId,
    },
    /// A device was added, or given a new password.
    DeviceSet(Device),
    /// A device was taken away.
    DeviceRemoved {
        /// Which.
        device: DeviceId,
        /// What it was.
        kind: DeviceKind,
    },
    /// Somebody began or ended work on a kiosk.
    MaintenanceSet {
        /// Which.
        kiosk: DeviceId,
        /// Whether it takes no check-ins.
        on: bool,
    },
}

impl Secrets for RosterEvent {
    fn each_secret(&mut self, each: &mut dyn FnMut(&mut dyn Sealable)) {
        match self {
            Self::AccountSet(account) => each(&mut account.secret),
            Self::Subscribed { subscription, .. } => each(&mut subscription.secret),
            Self::AccountRemoved { .. }
            | Self::SessionsEnded { .. }
            | Self::Unsubscribed { .. }
            | Self::DeviceSet(_)
            | Self::DeviceRemoved { .. }
            | Self::MaintenanceSet { .. } => {}
        }
    }
}

/// The roster's state.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Roster {
    /// Members of staff.
    pub accounts: BTreeMap<StaffId, Account>,
    /// Devices, by client id.
    pub devices: BTreeMap<String, Device>,
    /// Browsers that push services ring, the oldest first; nobody has an empty list.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub subscriptions: BTreeMap<StaffId, Vec<Subscription>>,
}

impl Roster {
    /// Applies an event.
    pub fn apply(&mut self, event: &RosterEvent) {
        match event {
            RosterEvent::AccountSet(account) => {
                let known = self.accounts.insert(account.id.clone(), account.clone());
                if known.is_some_and(|known| known.session_generation != account.session_generation) {
                    self.subscriptions.remove(&account.id);
                }
            }
            RosterEvent::AccountRemoved { staff } => {
                self.accounts.remove(staff);
                self.subscriptions.remove(staff);
            }
            RosterEvent::Subscribed { staff, subscription } => self.subscribed(staff, subscription),
            RosterEvent::Unsubscribed { staff, id } => self.unsubscribed(staff, id),
            RosterEvent::SessionsEnded { staff } => {
                self.subscriptions.remove(staff);
                if let Some(account) = self.accounts.get_mut(staff) {
                    account.session_generation = account.session_generation.wrapping_add(1);
                }
            }
            RosterEvent::DeviceSet(device) => {
                self.devices.insert(device.client_id(), device.clone());
            }
            RosterEvent::DeviceRemoved { device, kind } => {
                self.devices.remove(&format!("{}-{device}", kind.as_str()));
            }
            RosterEvent::MaintenanceSet { kiosk, on } => {
                if let Some(device) = self.devices.values_mut().find(|device| device.is_kiosk(kiosk)) {
                    device.maintenance = *on;
                }
            }
        }
    }

    /// Whether somebody works on this kiosk.
    #[must_use]
    pub fn in_maintenance(&self, kiosk: &DeviceId) -> bool {
        self.devices.values().any(|device| device.is_kiosk(kiosk) && device.maintenance)
    }

    /// The name on the badge; the account's id where the name is gone.
    #[must_use]
    pub fn name<'a>(&'a self, staff: &'a StaffId) -> &'a str {
        self.accounts
            .get(staff)
            .and_then(|account| account.secret.get())
            .map_or(staff.as_str(), |details| details.name.reveal())
    }

    /// The name in Latin letters, where there is one.
    #[must_use]
    pub fn latin(&self, staff: &StaffId) -> Option<&str> {
        self.accounts.get(staff)?.secret.get()?.latin.as_ref().map(Personal::reveal)
    }

    /// The name as it is said in a language.
    #[must_use]
    pub fn name_in<'a>(&'a self, language: Language, staff: &'a StaffId) -> &'a str {
        self.latin(staff).filter(|_| language == Language::En).unwrap_or_else(|| self.name(staff))
    }
}

impl Secrets for Roster {
    fn each_secret(&mut self, each: &mut dyn FnMut(&mut dyn Sealable)) {
        for account in self.accounts.values_mut() {
            each(&mut account.secret);
        }
        for subscription in self.subscriptions.values_mut().flatten() {
            each(&mut subscription.secret);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kiosk() -> Device {
        Device::new("k1".parse().unwrap(), DeviceKind::Kiosk, "aa".into())
    }

    #[test]
    fn work_on_a_kiosk_begins_and_ends_and_touches_no_other_device() {
        let mut roster = Roster::default();
        let id = kiosk().id;
        let door = Device { kind: DeviceKind::Door, ..kiosk() };
        for device in [kiosk(), door.clone()] {
            roster.apply(&RosterEvent::DeviceSet(device));
        }
        roster.apply(&RosterEvent::MaintenanceSet { kiosk: id.clone(), on: true });
        assert!(roster.in_maintenance(&id));
        assert_eq!(roster.devices.get(&door.client_id()), Some(&door));
        roster.apply(&RosterEvent::MaintenanceSet { kiosk: id.clone(), on: false });
        assert!(!roster.in_maintenance(&id));
    }

    #[test]
    fn a_name_is_said_in_latin_letters_where_there_is_one() {
        let mut roster = Roster::default();
        for (id, latin) in [("wang", Some("Wang Fang")), ("chen", None)] {
            let id: StaffId = id.parse().unwrap();
            let latin = latin.map(Personal::new);
            let details = StaffDetails { name: Personal::new("王芳"), latin, password: Personal::new("") };
            roster.apply(&RosterEvent::AccountSet(Account {
                id: id.clone(),
                role: Role::Consultant,
                senior: false,
                languages: BTreeSet::new(),
                secret: Secret::open(crate::domain::secret::Subject::Staff(id), details),
                session_generation: 0,
            }));
        }
        let said = |language| ["wang", "chen"].map(|id| roster.name_in(language, &id.parse().unwrap()).to_owned());
        assert_eq!(said(Language::En), ["Wang Fang", "王芳"]);
        assert_eq!(said(Language::Zh), ["王芳", "王芳"]);
        // Accounts of older logs have none.
        let old: StaffDetails = serde_json::from_value(serde_json::json!({ "name": "王芳", "password": "x" })).unwrap();
        assert_eq!(old.latin, None);
    }

    #[test]
    fn devices_of_older_logs_are_at_work() {
        let written = serde_json::to_value(kiosk()).unwrap();
        assert_eq!(written, serde_json::json!({ "id": "k1", "kind": "kiosk", "password_sha256": "aa" }));
        assert_eq!(serde_json::from_value::<Device>(written).unwrap(), kiosk());
    }
}
