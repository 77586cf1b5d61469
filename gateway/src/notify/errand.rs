//! What asks for somebody without being an alert, as it leaves the showroom: for whoever has no page open when nobody else would come.
//!
//! Like a [`Call`](super::Call) it has no field for a name or a number.

use serde::Serialize;
use shared::ids::{AppointmentId, VisitId};
use shared::wire::Language;

use crate::domain::effect::Task;
use crate::domain::floor::visit::CallReason;

/// One of a person's tasks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(tag = "task", rename_all = "snake_case")]
pub enum Errand {
    /// Managers: so many wait, and nobody comes.
    Waiting {
        /// How many.
        waiting: u32,
    },
    /// Managers: somebody accepted, and the visitor has not been greeted.
    NotGreeted {
        /// Which visit.
        visit: VisitId,
    },
    /// Reception: receive and seat this visitor.
    Receive {
        /// Which visit.
        visit: VisitId,
        /// They checked in while the kiosk was cut off, and may have gone.
        late: bool,
    },
    /// The one who accepted: still with them?
    StillWith {
        /// Which visit.
        visit: VisitId,
    },
    /// Who has an appointment: it is here.
    AppointmentHere {
        /// Which visit.
        visit: VisitId,
    },
    /// Who has an appointment soon.
    AppointmentSoon {
        /// Which.
        appointment: AppointmentId,
    },
    /// Own consultant who cannot be asked: your customer is here.
    OwnCustomer {
        /// Which visit.
        visit: VisitId,
    },
}

impl Errand {
    /// What of a task leaves. The others can wait until the page is looked at, or are about something that was just done on it.
    pub(super) fn of(task: &Task) -> Option<Self> {
        match *task {
            Task::Waiting { waiting } => Some(Self::Waiting { waiting }),
            Task::NotGreeted { visit, .. } => Some(Self::NotGreeted { visit }),
            Task::Receive { visit, reason } => Some(Self::Receive { visit, late: reason == CallReason::Late }),
            Task::StillWith { visit } => Some(Self::StillWith { visit }),
            Task::AppointmentHere { visit, .. } => Some(Self::AppointmentHere { visit }),
            Task::AppointmentSoon { appointment, .. } => Some(Self::AppointmentSoon { appointment }),
            Task::OwnCustomer { visit } => Some(Self::OwnCustomer { visit }),
            Task::Greet { .. }
            | Task::TakenOver { .. }
            | Task::SecondComes { .. }
            | Task::Declined { .. }
            | Task::Dispute { .. }
            | Task::Settled { .. } => None,
        }
    }

    /// Whether it is worth nothing a minute later.
    pub(super) fn is_urgent(self) -> bool {
        matches!(self, Self::Waiting { .. } | Self::NotGreeted { .. } | Self::Receive { .. })
    }

    /// What it is about: on a phone a later one about the same takes an earlier one's place.
    pub(super) fn subject(self) -> Option<[u8; 16]> {
        match self {
            Self::Waiting { .. } => None,
            Self::NotGreeted { visit }
            | Self::Receive { visit, .. }
            | Self::StillWith { visit }
            | Self::AppointmentHere { visit }
            | Self::OwnCustomer { visit } => Some(*visit.uuid().as_bytes()),
            Self::AppointmentSoon { appointment } => Some(*appointment.uuid().as_bytes()),
        }
    }

    /// What it says, in one line each.
    pub(super) fn words(self, reader: Language) -> (&'static str, String) {
        let (zh, en) = match self {
            Self::Waiting { waiting } => return waiting_words(waiting, reader),
            Self::NotGreeted { .. } => {
                (("已接单，还没有见面", "请去看看"), ("Accepted, and not greeted", "Please have a look"))
            }
            Self::Receive { late: false, .. } => {
                (("有访客需要您接待", "请先接待这位客人"), ("A visitor needs you", "Please receive this visitor"))
            }
            Self::Receive { late: true, .. } => (
                ("断网时有访客登记", "可能还在店里，请去看看"),
                ("A visitor checked in while offline", "They may still stand there: please have a look"),
            ),
            Self::StillWith { .. } => (
                ("还在接待这位客人吗？", "结束了请记录"),
                ("Still with this visitor?", "If not, please say how it ended"),
            ),
            Self::AppointmentHere { .. } => {
                (("您的预约客户到店了", "请打开页面"), ("Your appointment is here", "Open the page"))
            }
            Self::AppointmentSoon { .. } => {
                (("预约快到了", "请打开页面看是谁"), ("An appointment is near", "Open the page to see who"))
            }
            Self::OwnCustomer { .. } => {
                (("您的老客户到店了", "请打开页面"), ("Your own customer is here", "Open the page"))
            }
        };
        let (title, line) = match reader {
            Language::Zh => zh,
            Language::En => en,
        };
        (title, line.to_owned())
    }
}

fn waiting_words(waiting: u32, reader: Language) -> (&'static str, String) {
    match (reader, waiting) {
        (Language::Zh, _) => ("访客等得太久", format!("{waiting} 位客人还没有人接")),
        (Language::En, 1) => ("Waiting too long", "One visitor, and nobody comes".to_owned()),
        (Language::En, _) => ("Waiting too long", format!("{waiting} visitors, and nobody comes")),
    }
}
