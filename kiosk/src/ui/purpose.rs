//! The purpose page.

use std::rc::Rc;

use shared::wire::Purpose;
use slint::{ComponentHandle as _, Global as _, Model as _, ModelRc};

use super::Send;
use super::generated::{AppWindow, PurposeKind, PurposeLogic};
use crate::session::{Intent, Screen};

pub(super) fn show(window: &AppWindow, screen: &Screen) {
    let logic = PurposeLogic::get(window);
    let kinds: Vec<PurposeKind> = screen.purposes.iter().copied().map(kind).collect();
    // A new model would build every tile anew.
    if !logic.get_purposes().iter().eq(kinds.iter().copied()) {
        logic.set_purposes(ModelRc::from(kinds.as_slice()));
    }
}

pub(super) fn listen(window: &AppWindow, send: &Send) {
    let to = Rc::clone(send);
    let logic = window.global::<PurposeLogic>();
    logic.on_choose(move |kind| to(Intent::CheckIn(purpose(kind), Box::default())));
}

pub(super) fn kind(purpose: Purpose) -> PurposeKind {
    match purpose {
        Purpose::Browse => PurposeKind::Browse,
        Purpose::Model => PurposeKind::Model,
        Purpose::TestDrive => PurposeKind::TestDrive,
        Purpose::Appointment => PurposeKind::Appointment,
        Purpose::Collect => PurposeKind::Collect,
        Purpose::Service => PurposeKind::Service,
        Purpose::Complaint => PurposeKind::Complaint,
        Purpose::Quiet => PurposeKind::Quiet,
        Purpose::Help => PurposeKind::Help,
        Purpose::Other => PurposeKind::Other,
    }
}

fn purpose(kind: PurposeKind) -> Purpose {
    match kind {
        PurposeKind::Browse => Purpose::Browse,
        PurposeKind::Model => Purpose::Model,
        PurposeKind::TestDrive => Purpose::TestDrive,
        PurposeKind::Appointment => Purpose::Appointment,
        PurposeKind::Collect => Purpose::Collect,
        PurposeKind::Service => Purpose::Service,
        PurposeKind::Complaint => Purpose::Complaint,
        PurposeKind::Quiet => Purpose::Quiet,
        PurposeKind::Help => Purpose::Help,
        PurposeKind::Other => Purpose::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_purpose_has_its_tile() {
        for each in Purpose::ALL {
            assert_eq!(purpose(kind(each)), each);
        }
    }
}
