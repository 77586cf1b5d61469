//! What devices report.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::receipt::Code;
use crate::consent::Consent;
use crate::ids::{ModelId, StaffId, VisitId};
use crate::personal::Personal;
use crate::phone::PhoneNumber;

/// Why somebody came. The first tap, and it rings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// 看看车 a first look.
    Browse,
    /// 看某款车 a certain model.
    Model,
    /// 试驾 a test drive.
    TestDrive,
    /// 已预约 an appointment.
    Appointment,
    /// 提车 collecting a car.
    Collect,
    /// 售后服务 service for a car.
    Service,
    /// 投诉 a complaint.
    Complaint,
    /// 随便看看 just looking, and wants space.
    Quiet,
    /// 请人帮忙 send someone.
    Help,
    /// 其他 a courier, an interview.
    Other,
}

impl Purpose {
    /// Every purpose, in the order in which a kiosk offers them.
    pub const ALL: [Self; 10] = [
        Self::Browse,
        Self::Model,
        Self::TestDrive,
        Self::Appointment,
        Self::Collect,
        Self::Service,
        Self::Complaint,
        Self::Quiet,
        Self::Help,
        Self::Other,
    ];

    /// The purpose as it is written on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Browse => "browse",
            Self::Model => "model",
            Self::TestDrive => "test_drive",
            Self::Appointment => "appointment",
            Self::Collect => "collect",
            Self::Service => "service",
            Self::Complaint => "complaint",
            Self::Quiet => "quiet",
            Self::Help => "help",
            Self::Other => "other",
        }
    }
}

impl fmt::Display for Purpose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A language that the showroom speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Language {
    /// 中文, the default.
    #[default]
    Zh,
    /// English.
    En,
}

impl Language {
    /// Every language.
    pub const ALL: [Self; 2] = [Self::Zh, Self::En];

    /// The language as it is written on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Zh => "zh",
            Self::En => "en",
        }
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// How a person wants to be addressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Title {
    /// 先生
    Mr,
    /// 女士
    Ms,
}

impl Title {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Mr, Self::Ms];

    /// The form of address as it is written on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Mr => "mr",
            Self::Ms => "ms",
        }
    }
}

/// `visit.detailed`, and the optional fields of `visit.checked_in`: whatever the visitor liked to say. What is absent
/// leaves what was said before.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Detailed {
    /// How many came together, 1–99.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub party: Option<u8>,
    /// A telephone number, in any form a person writes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<PhoneNumber>,
    /// Surname, at most 40 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub surname: Option<Personal>,
    /// Form of address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<Title>,
    /// Models of interest, at most 20.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub models: Vec<ModelId>,
    /// The consultant whom the visitor asks for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consultant: Option<StaffId>,
    /// Consents given or taken back, at most 10.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub consents: Vec<Consent>,
}

impl Detailed {
    /// Whether nothing is said.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    fn fits(&self) -> bool {
        self.party.is_none_or(|party| (1..=99).contains(&party))
            && self.surname.as_ref().is_none_or(|name| name.reveal().chars().count() <= 40)
            && self.models.len() <= 20
            && self.consents.len() <= 10
    }
}

/// `visit.checked_in`: somebody tapped. Rings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckedIn {
    /// The new visit.
    pub visit: VisitId,
    /// Why they came.
    pub purpose: Purpose,
    /// The language they chose.
    pub language: Language,
    /// Milliseconds from the first touch to this tap.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub touched_ms: Option<u64>,
    /// Anything of `visit.detailed` that is known already.
    #[serde(flatten)]
    pub detail: Detailed,
}

/// `visit.met`, `visit.cancelled`, `visit.left`: only which visit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VisitRef {
    /// The visit.
    pub visit: VisitId,
}

/// `visit.detailed` with its visit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct DetailedBody {
    visit: VisitId,
    #[serde(default)]
    language: Option<Language>,
    #[serde(flatten)]
    detail: Detailed,
}

/// `door.counted`: people through the door since the last count.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DoorCounted {
    /// People who came in.
    #[serde(rename = "in")]
    pub entered: u32,
    /// People who went out.
    #[serde(rename = "out")]
    pub left: u32,
}

/// Everything that a device can report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", content = "body")]
pub enum DeviceEvent {
    /// Somebody tapped a purpose.
    #[serde(rename = "visit.checked_in")]
    CheckedIn(CheckedIn),
    /// The visitor said more.
    #[serde(rename = "visit.detailed")]
    Detailed {
        /// The visit.
        visit: VisitId,
        /// The language to which the visitor changed.
        #[serde(skip_serializing_if = "Option::is_none")]
        language: Option<Language>,
        /// What was said.
        #[serde(flatten)]
        detail: Detailed,
    },
    /// The visitor says that the consultant stands before them 已见到顾问.
    #[serde(rename = "visit.met")]
    Met(VisitRef),
    /// The visitor took the check-in back.
    #[serde(rename = "visit.cancelled")]
    Cancelled(VisitRef),
    /// The visitor has to go.
    #[serde(rename = "visit.left")]
    Left(VisitRef),
    /// A door sensor counted.
    #[serde(rename = "door.counted")]
    DoorCounted(DoorCounted),
}

impl<'de> Deserialize<'de> for DeviceEvent {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Tagged {
            kind: String,
            body: serde_json::Value,
        }
        let Tagged { kind, body } = Tagged::deserialize(deserializer)?;
        Self::decode(&kind, body).map_err(serde::de::Error::custom)
    }
}

impl DeviceEvent {
    /// Every kind, as written on the wire.
    pub const KINDS: [&'static str; 6] =
        ["visit.checked_in", "visit.detailed", "visit.met", "visit.cancelled", "visit.left", "door.counted"];

    /// The kind as it is written on the wire.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::CheckedIn(_) => "visit.checked_in",
            Self::Detailed { .. } => "visit.detailed",
            Self::Met(_) => "visit.met",
            Self::Cancelled(_) => "visit.cancelled",
            Self::Left(_) => "visit.left",
            Self::DoorCounted(_) => "door.counted",
        }
    }

    /// Reads the body of an event of this kind.
    ///
    /// # Errors
    /// [`Code::UnknownKind`], [`Code::BadPhone`] or [`Code::BadBody`].
    pub fn decode(kind: &str, body: serde_json::Value) -> Result<Self, Code> {
        if let Some(phone) = body.get("phone").filter(|phone| !phone.is_null()) {
            let readable = phone.as_str().is_some_and(|phone| PhoneNumber::parse(phone).is_ok());
            if !readable {
                return Err(Code::BadPhone);
            }
        }
        let event = match kind {
            "visit.checked_in" => Self::CheckedIn(read(body)?),
            "visit.detailed" => {
                let DetailedBody { visit, language, detail } = read(body)?;
                Self::Detailed { visit, language, detail }
            }
            "visit.met" => Self::Met(read(body)?),
            "visit.cancelled" => Self::Cancelled(read(body)?),
            "visit.left" => Self::Left(read(body)?),
            "door.counted" => Self::DoorCounted(read(body)?),
            _ => return Err(Code::UnknownKind),
        };
        let fits = match &event {
            Self::CheckedIn(CheckedIn { detail, .. }) | Self::Detailed { detail, .. } => detail.fits(),
            _ => true,
        };
        if fits { Ok(event) } else { Err(Code::BadBody) }
    }
}

fn read<T: serde::de::DeserializeOwned>(body: serde_json::Value) -> Result<T, Code> {
    serde_json::from_value(body).map_err(|_| Code::BadBody)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn purposes_are_written_as_they_are_named() {
        for purpose in Purpose::ALL {
            assert_eq!(serde_json::to_string(&purpose).unwrap(), format!("\"{purpose}\""));
        }
    }

    #[test]
    fn a_detail_out_of_bounds_is_a_bad_body() {
        let visit = "0190a5de-0000-7000-8000-000000000001";
        let long: String = "王".repeat(41);
        for body in [
            serde_json::json!({"visit": visit, "party": 0}),
            serde_json::json!({"visit": visit, "party": 100}),
            serde_json::json!({"visit": visit, "surname": long}),
            serde_json::json!({"visit": visit, "models": vec!["a"; 21]}),
            serde_json::json!({"visit": visit, "consultant": "../x"}),
        ] {
            assert_eq!(DeviceEvent::decode("visit.detailed", body.clone()), Err(Code::BadBody), "{body}");
        }
    }

    #[test]
    fn personal_fields_do_not_show_in_debug_output() {
        let body = serde_json::json!({"visit": "0190a5de-0000-7000-8000-000000000001", "surname": "诸葛", "phone": "13800138000"});
        let shown = format!("{:?}", DeviceEvent::decode("visit.detailed", body).unwrap());
        assert!(!shown.contains("诸葛") && !shown.contains("13800138000"), "{shown}");
    }
}
