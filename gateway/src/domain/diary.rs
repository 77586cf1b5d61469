//! The diary 预约: who is expected, by whom, when and for what. Test-drive cars and their bookings come with their issue.
//!
//! [`book`] is the state; `wish` is what staff ask for and who may; `coming` is the check-in of somebody who is expected.
//!
//! Invariants: one appointment names one consultant and one time; who is expected stands sealed under the appointment's own key, which is
//! destroyed some days after it, and nothing of it is kept longer than that; nobody is taken for somebody without the number that
//! was given; an appointment that is kept says so once; a visit that goes on is marked as expected where, and only where, its number kept one.

pub mod book;
mod coming;
#[cfg(test)]
mod stories;
mod wish;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use shared::ids::{AppointmentId, LeadId, ModelId, StaffId, VisitId};
use shared::personal::Personal;
use shared::phone::PhoneNumber;
use shared::wire::Title;

pub use book::{Appointment, Diary, Entry, Standing};
pub use coming::Expected;

use super::sales::Erasure;
use super::secret::{Sealable, Secret, Secrets};

/// Figures of the diary; configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DiaryRules {
    /// How long an appointment is, unless somebody says otherwise.
    pub lasts: TimeDelta,
    /// So long before it its consultant is reminded.
    pub remind: TimeDelta,
    /// So long after its time nobody has come.
    pub grace: TimeDelta,
    /// For so long after its end it is kept, with who was expected.
    pub kept: TimeDelta,
}

impl Default for DiaryRules {
    fn default() -> Self {
        Self {
            lasts: TimeDelta::hours(1),
            remind: TimeDelta::minutes(15),
            grace: TimeDelta::minutes(30),
            kept: TimeDelta::days(7),
        }
    }
}

/// What somebody comes for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Matter {
    /// 到店洽谈 a talk in the showroom.
    Talk,
    /// 试乘试驾
    TestDrive,
    /// 提车
    Collect,
    /// 保养维修
    Service,
    /// 其他
    Other,
}

impl Matter {
    /// Every matter, in the order in which pages offer them.
    pub const ALL: [Self; 5] = [Self::Talk, Self::TestDrive, Self::Collect, Self::Service, Self::Other];

    /// The matter as it is written on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Talk => "talk",
            Self::TestDrive => "test_drive",
            Self::Collect => "collect",
            Self::Service => "service",
            Self::Other => "other",
        }
    }
}

/// What was agreed on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    /// With whom.
    pub consultant: StaffId,
    /// When.
    pub at: DateTime<Utc>,
    /// How long it takes, in minutes.
    pub minutes: u16,
    /// For what.
    pub matter: Matter,
    /// Models of interest.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub models: Vec<ModelId>,
}

impl Terms {
    /// When it ends.
    #[must_use]
    pub fn end(&self) -> DateTime<Utc> {
        self.at + TimeDelta::minutes(self.minutes.into())
    }

    /// Whether one person cannot be at both.
    #[must_use]
    pub fn overlaps(&self, other: &Self) -> bool {
        self.consultant == other.consultant && self.at < other.end() && other.at < self.end()
    }
}

/// Who is expected.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Whom {
    /// Name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Personal>,
    /// Form of address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<Title>,
    /// Telephone number: by it they are known when they check in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<PhoneNumber>,
    /// What the consultant should know.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Personal>,
}

impl Whom {
    /// The same with what is said now; what is not stays, and an empty text takes one away.
    fn with(self, said: Self) -> Self {
        let text = |said: Option<Personal>, before| match said {
            Some(text) => Some(text).filter(|text| !text.is_empty()),
            None => before,
        };
        Self {
            name: text(said.name, self.name),
            title: said.title.or(self.title),
            phone: said.phone.or(self.phone),
            note: text(said.note, self.note),
        }
    }
}

/// What is asked of the diary; the appointment's id comes with it.
#[derive(Debug, Clone, PartialEq)]
pub enum Wish {
    /// Makes an appointment.
    Book(Box<Booking>),
    /// Moves it, or sets right what was agreed on; who was expected stays where nothing is said of it.
    Change(Box<Booking>),
    /// Takes it off.
    Cancel,
    /// Puts it back: cancelled, marked as kept or missed by mistake.
    Restore,
    /// They are here, and no number told it.
    Keep,
    /// Puts on record that the actor sees who is expected in full.
    Reveal,
    /// Erases who was expected, and the appointment with it.
    Erase,
}

/// What is to be agreed on.
#[derive(Debug, Clone, PartialEq)]
pub struct Booking {
    /// With whom.
    pub consultant: StaffId,
    /// When.
    pub at: DateTime<Utc>,
    /// How long, in minutes; as the rules say where absent.
    pub minutes: Option<u16>,
    /// For what.
    pub matter: Matter,
    /// Models of interest.
    pub models: Vec<ModelId>,
    /// Who is expected; a change may leave it as it is.
    pub whom: Option<Whom>,
    /// The lead that it came from.
    pub lead: Option<LeadId>,
    /// Also where the consultant has another appointment then.
    pub despite: bool,
}

/// What has happened to appointments.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DiaryEvent {
    /// An appointment was made.
    Booked {
        /// Which.
        appointment: AppointmentId,
        /// What was agreed on.
        terms: Terms,
        /// Who is expected, under the appointment's key.
        secret: Secret<Whom>,
        /// The lead that it came from.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        lead: Option<LeadId>,
        /// Who made it; none for the gateway.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<StaffId>,
    },
    /// It was moved or set right: it stands from now on.
    Changed {
        /// Which.
        appointment: AppointmentId,
        /// What was agreed on instead.
        terms: Terms,
        /// Who is expected, where that changed too.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        secret: Option<Secret<Whom>>,
        /// Who changed it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<StaffId>,
    },
    /// It was taken off.
    Cancelled {
        /// Which.
        appointment: AppointmentId,
        /// Who did.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<StaffId>,
    },
    /// It stands again.
    Restored {
        /// Which.
        appointment: AppointmentId,
        /// Who did.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<StaffId>,
        /// The visit that keeps it no longer.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        visit: Option<VisitId>,
    },
    /// Who was expected has come.
    Kept {
        /// Which.
        appointment: AppointmentId,
        /// The visit, where it is known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        visit: Option<VisitId>,
        /// Who says so; none where the number did.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<StaffId>,
    },
    /// The visit with which it was kept joined another, or parted from it: it is kept with this one.
    Followed {
        /// Which.
        appointment: AppointmentId,
        /// The visit that keeps it no longer.
        from: VisitId,
        /// The one that goes on.
        visit: VisitId,
    },
    /// Its consultant was reminded.
    Reminded {
        /// Which.
        appointment: AppointmentId,
    },
    /// Nobody came.
    Missed {
        /// Which.
        appointment: AppointmentId,
    },
    /// Who was expected was erased, and the appointment with it.
    Erased {
        /// Which.
        appointment: AppointmentId,
        /// Who did it; none where the gateway did, or whoever holds its control socket.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<StaffId>,
        /// Why.
        why: Erasure,
    },
}

impl DiaryEvent {
    /// Which appointment it is about.
    #[must_use]
    pub fn appointment(&self) -> AppointmentId {
        match self {
            Self::Booked { appointment, .. }
            | Self::Changed { appointment, .. }
            | Self::Cancelled { appointment, .. }
            | Self::Restored { appointment, .. }
            | Self::Kept { appointment, .. }
            | Self::Followed { appointment, .. }
            | Self::Reminded { appointment }
            | Self::Missed { appointment }
            | Self::Erased { appointment, .. } => *appointment,
        }
    }
}

impl Secrets for DiaryEvent {
    fn each_secret(&mut self, each: &mut dyn FnMut(&mut dyn Sealable)) {
        match self {
            Self::Booked { secret, .. } | Self::Changed { secret: Some(secret), .. } => each(secret),
            _ => {}
        }
    }
}
