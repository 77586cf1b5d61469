//! Opening hours, and how far a new kiosk is.

use slint::Global as _;

use super::generated::{AppWindow, EnrolmentKind, RestLogic};
use crate::session::{ClosedView, Enrolment, Screen, Trouble};

pub(super) fn show(window: &AppWindow, screen: &Screen) {
    let logic = RestLogic::get(window);
    if let Some(ClosedView { today, next }) = &screen.closed {
        let spans: Vec<String> = today.iter().map(|(from, to)| format!("{from}–{to}")).collect();
        logic.set_today(spans.join(", ").into());
        logic.set_in_days(next.and_then(|next| i32::try_from(next.in_days).ok()).unwrap_or(0));
        logic.set_day(next.and_then(|next| i32::try_from(next.day.number_from_monday()).ok()).unwrap_or(1));
        logic.set_at(next.map(|next| next.at.to_string()).unwrap_or_default().into());
    }
    let code = match &screen.enrolment {
        Some(Enrolment::Code { code, gateway }) => {
            logic.set_gateway(gateway.as_str().into());
            code.as_str()
        }
        _ => "",
    };
    // In two groups, as one reads a number aloud.
    let (first, second) = code.split_at_checked(3).unwrap_or((code, ""));
    logic.set_code(format!("{first} {second}").trim().into());
    logic.set_enrolment(match &screen.enrolment {
        None | Some(Enrolment::Asking) => EnrolmentKind::Asking,
        Some(Enrolment::Code { .. }) => EnrolmentKind::Code,
        Some(Enrolment::Trouble(Trouble::NoAnswer)) => EnrolmentKind::NoAnswer,
        Some(Enrolment::Trouble(Trouble::Certificate)) => EnrolmentKind::Certificate,
        Some(Enrolment::Trouble(Trouble::ExternalBroker)) => EnrolmentKind::ExternalBroker,
        Some(Enrolment::Trouble(Trouble::OutOfReach)) => EnrolmentKind::OutOfReach,
        Some(Enrolment::Trouble(Trouble::Other)) => EnrolmentKind::Trouble,
    });
}
