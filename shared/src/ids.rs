//! Identities. Things that come into being on a device or a phone are `UUIDv7`, made from a time and random bytes that the
//! caller brings; people, devices and showrooms have short names that a person can read out on the telephone.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A text that is no id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IdError {
    /// Not a UUID.
    #[error("not a UUID")]
    NotUuid,
    /// Not a short name: 1–32 of `a`–`z`, `0`–`9`, `-`, `_`, beginning with a letter or digit.
    #[error("a name here is 1-32 lower-case letters, digits, '-' or '_', and begins with a letter or digit")]
    NotName,
    /// An alert is `<visit>.<ordinal>`.
    #[error("not an alert id")]
    NotAlert,
}

macro_rules! uuid_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// A `UUIDv7` of the millisecond `at`, with the caller's random bytes.
            #[must_use]
            pub fn new(at: DateTime<Utc>, random: [u8; 10]) -> Self {
                let millis = u64::try_from(at.timestamp_millis()).unwrap_or(0);
                Self(uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid())
            }

            /// The id as a UUID.
            #[must_use]
            pub fn uuid(&self) -> Uuid {
                self.0
            }

            /// The id of these sixteen bytes.
            #[must_use]
            pub fn from_uuid(uuid: Uuid) -> Self {
                Self(uuid)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                Uuid::parse_str(text).map(Self).map_err(|_| IdError::NotUuid)
            }
        }
    };
}

macro_rules! name_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// The name as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                if is_short_name(text) { Ok(Self(text.to_owned())) } else { Err(IdError::NotName) }
            }
        }

        impl TryFrom<String> for $name {
            type Error = IdError;

            fn try_from(text: String) -> Result<Self, IdError> {
                if is_short_name(&text) { Ok(Self(text)) } else { Err(IdError::NotName) }
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> String {
                id.0
            }
        }
    };
}

uuid_id!(
    /// One event, for ever: the key of duplicates.
    EventId
);
uuid_id!(
    /// One visit, from the tap to the end.
    VisitId
);
uuid_id!(
    /// One lead: somebody's interest, wherever it came from.
    LeadId
);
uuid_id!(
    /// One appointment 预约.
    AppointmentId
);
uuid_id!(
    /// One dispute 撞单 about whose customer somebody is.
    DisputeId
);
name_id!(
    /// A member of staff: consultant, reception, advisor, customer care, manager, admin.
    StaffId
);
name_id!(
    /// A kiosk, a door sensor or a pager.
    DeviceId
);
name_id!(
    /// A showroom.
    StoreId
);
name_id!(
    /// A model line of the catalogue.
    ModelId
);
name_id!(
    /// A question that breaks the ice, or an answer to one.
    TopicId
);

/// One alert: one request to one person about one visit. Counted within its visit, so it needs no random bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct AlertId {
    /// The visit that it is about.
    pub visit: VisitId,
    /// The how-many-eth alert of that visit, from 1.
    pub ordinal: u16,
}

impl fmt::Display for AlertId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.visit, self.ordinal)
    }
}

impl FromStr for AlertId {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        let (visit, ordinal) = text.split_once('.').ok_or(IdError::NotAlert)?;
        Ok(Self {
            visit: visit.parse().map_err(|_| IdError::NotAlert)?,
            ordinal: ordinal.parse().map_err(|_| IdError::NotAlert)?,
        })
    }
}

impl TryFrom<String> for AlertId {
    type Error = IdError;

    fn try_from(text: String) -> Result<Self, IdError> {
        text.parse()
    }
}

impl From<AlertId> for String {
    fn from(id: AlertId) -> String {
        id.to_string()
    }
}

fn is_short_name(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    text.len() <= 32
        && text.bytes().next().is_some_and(plain)
        && text.bytes().all(|byte| plain(byte) || byte == b'-' || byte == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_short_and_safe_in_topics_and_paths() {
        for good in ["demo", "k1", "wang-fang", "a", &"x".repeat(32)] {
            assert!(good.parse::<StaffId>().is_ok(), "{good}");
        }
        for bad in ["", "-a", "A", "a/b", "a+", "#", "王", "a b", "..", &"x".repeat(33)] {
            assert_eq!(bad.parse::<DeviceId>(), Err(IdError::NotName), "{bad}");
        }
    }

    #[test]
    fn ids_are_version_7_and_sort_by_time() {
        let at = |s| DateTime::from_timestamp(s, 0).unwrap();
        let (early, late) = (VisitId::new(at(1_800_000_000), [255; 10]), VisitId::new(at(1_800_000_001), [0; 10]));
        assert!(early < late);
        assert_eq!(early.uuid().get_version_num(), 7);
        assert_eq!(early.to_string().parse::<VisitId>().unwrap(), early);
    }

    #[test]
    fn alert_ids_read_back() {
        let id = AlertId { visit: VisitId::new(DateTime::UNIX_EPOCH, [7; 10]), ordinal: 3 };
        assert_eq!(id.to_string().parse::<AlertId>().unwrap(), id);
        for bad in
            ["", "3", "x.3", "0190a5de-0000-7000-8000-000000000000.", "0190a5de-0000-7000-8000-000000000000.70000"]
        {
            assert_eq!(bad.parse::<AlertId>(), Err(IdError::NotAlert), "{bad}");
        }
    }
}
