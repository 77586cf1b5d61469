//! What leaves the showroom about an alert: its purpose, the visitor's language, how many, a link. There is no field for a name or a number,
//! so no channel can carry one (DESIGN §5).

use chrono::{DateTime, Utc};
use serde::Serialize;
use shared::ids::{AlertId, StaffId};
use shared::wire::{Alert, AlertOver, Language, Purpose};

use super::errand::Errand;
use super::hub::FeedId;

/// One alert, as third parties may see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Call {
    /// The alert.
    pub alert: AlertId,
    /// Who is asked.
    pub staff: StaffId,
    /// Why the visitor came.
    pub purpose: Purpose,
    /// The visitor's language.
    pub language: Language,
    /// How many, where somebody said so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub party: Option<u8>,
    /// When this person was asked.
    pub asked_at: DateTime<Utc>,
    /// When the ten seconds are over.
    pub greet_by: DateTime<Utc>,
    /// The page that shows and answers it, for whoever is signed in.
    pub link: String,
}

/// Something for one person over a channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Message {
    /// Come to this visitor.
    Ring(Call),
    /// What rang here needs no answer any more. Only for a channel that can take back what it has shown.
    Over {
        /// Who was asked.
        staff: StaffId,
        /// The alert that rang.
        alert: AlertId,
        /// Why it is over.
        over: AlertOver,
        /// Their page.
        link: String,
    },
    /// Something else that this person alone would do.
    Errand {
        /// Who.
        staff: StaffId,
        /// What.
        errand: Errand,
        /// Its place among all messages.
        place: FeedId,
        /// When it was told.
        at: DateTime<Utc>,
        /// Their page.
        link: String,
    },
    /// Nobody waits: the person tries whether this channel reaches them.
    Trial {
        /// Who.
        staff: StaffId,
        /// When they asked for it.
        at: DateTime<Utc>,
        /// Their page.
        link: String,
    },
}

impl Call {
    /// What of an alert may leave; `base` is the address of the staff pages.
    pub(super) fn of(staff: &StaffId, alert: &Alert, base: &str) -> Self {
        Self {
            alert: alert.alert,
            staff: staff.clone(),
            purpose: alert.purpose,
            language: alert.language,
            party: alert.party,
            asked_at: alert.asked_at,
            greet_by: alert.greet_by,
            link: format!("{}?alert={}", page(base), alert.alert),
        }
    }

    /// Purpose, party and language, as a line.
    pub(super) fn line(&self, reader: Language) -> String {
        let party = self.party.map(|party| match reader {
            Language::Zh => format!(" · {party} 位"),
            Language::En if party == 1 => " · one person".to_owned(),
            Language::En => format!(" · {party} people"),
        });
        let (purpose, language) = (purpose(self.purpose, reader), language(self.language, reader));
        format!("{purpose}{} · {language}", party.unwrap_or_default())
    }
}

impl Message {
    /// For whom.
    pub(super) fn staff(&self) -> &StaffId {
        match self {
            Self::Ring(call) => &call.staff,
            Self::Over { staff, .. } | Self::Errand { staff, .. } | Self::Trial { staff, .. } => staff,
        }
    }

    /// The alert that it rings for.
    pub(super) fn alert(&self) -> Option<AlertId> {
        match self {
            Self::Ring(call) => Some(call.alert),
            Self::Over { .. } | Self::Errand { .. } | Self::Trial { .. } => None,
        }
    }

    /// The same for ever for the same message, so that a receiver can tell a repeated one; letters, digits, `-` and `_` alone.
    pub(super) fn id(&self) -> String {
        match self {
            Self::Ring(call) => format!("alert_{}_{}", call.alert.visit, call.alert.ordinal),
            Self::Over { alert, .. } => format!("over_{}_{}", alert.visit, alert.ordinal),
            Self::Errand { place, .. } => format!("task_{}_{}", place.sequence, place.index),
            Self::Trial { staff, at, .. } => format!("trial_{staff}_{}", at.timestamp_millis()),
        }
    }

    /// Where a tap on it leads.
    pub(super) fn link(&self) -> &str {
        match self {
            Self::Ring(Call { link, .. })
            | Self::Over { link, .. }
            | Self::Errand { link, .. }
            | Self::Trial { link, .. } => link,
        }
    }

    /// What it says, in one line each.
    pub(super) fn words(&self, reader: Language) -> (&'static str, String) {
        match (self, reader) {
            (Self::Ring(call), Language::Zh) => ("有访客等您接待", call.line(reader)),
            (Self::Ring(call), Language::En) => ("A visitor waits for you", call.line(reader)),
            (Self::Over { over, .. }, reader) => over_words(*over, reader),
            (Self::Errand { errand, .. }, reader) => errand.words(reader),
            (Self::Trial { .. }, Language::Zh) => ("试铃", "这个渠道可以找到您".to_owned()),
            (Self::Trial { .. }, Language::En) => ("A trial", "This channel reaches you".to_owned()),
        }
    }
}

fn over_words(over: AlertOver, reader: Language) -> (&'static str, String) {
    let (zh, en) = match over {
        AlertOver::Accepted => (("您已接单", "请打开页面"), ("You have accepted", "Open the page")),
        AlertOver::Passed => (("您已让给同事", "不用过去"), ("You have passed", "You need not come")),
        AlertOver::Taken => (("同事已接待", "不用过去"), ("A colleague comes", "You need not come")),
        AlertOver::Released => (("不再呼叫您", "不用过去"), ("You are called no more", "You need not come")),
        AlertOver::Ended => (("访客已离开", "不用过去"), ("The visitor has gone", "You need not come")),
    };
    let (title, line) = match reader {
        Language::Zh => zh,
        Language::En => en,
    };
    (title, line.to_owned())
}

/// The page where staff answer.
pub(super) fn page(base: &str) -> String {
    format!("{}/floor", base.trim_end_matches('/'))
}

fn purpose(purpose: Purpose, reader: Language) -> &'static str {
    let (zh, en) = match purpose {
        Purpose::Browse => ("看看车", "First look"),
        Purpose::Model => ("看某款车", "A particular model"),
        Purpose::TestDrive => ("试驾", "Test drive"),
        Purpose::Appointment => ("已预约", "Appointment"),
        Purpose::Collect => ("提车", "Collecting a car"),
        Purpose::Service => ("售后服务", "Service"),
        Purpose::Complaint => ("投诉", "Complaint"),
        Purpose::Quiet => ("随便看看", "Just looking"),
        Purpose::Help => ("请人帮忙", "Asked for help"),
        Purpose::Other => ("其他", "Other"),
    };
    match reader {
        Language::Zh => zh,
        Language::En => en,
    }
}

fn language(spoken: Language, reader: Language) -> &'static str {
    match (spoken, reader) {
        (Language::Zh, Language::Zh) => "中文",
        (Language::En, Language::Zh) => "英文",
        (Language::Zh, Language::En) => "speaks Chinese",
        (Language::En, Language::En) => "speaks English",
    }
}
