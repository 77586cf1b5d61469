//! The consents, and the wording that is being read.

use std::rc::Rc;

use shared::consent::ConsentPurpose;
use slint::{ComponentHandle as _, Global as _, Model as _, ModelRc};

use super::generated::{AppWindow, ConsentData, ConsentKind, ConsentLogic};
use super::{Send, says};
use crate::session::{Intent, Page, Screen};

pub(super) fn show(window: &AppWindow, screen: &Screen) {
    let logic = ConsentLogic::get(window);
    let consents: Vec<ConsentData> = screen
        .consents
        .iter()
        .map(|consent| ConsentData { purpose: kind(consent.purpose), ticked: consent.ticked })
        .collect();
    if !logic.get_consents().iter().eq(consents.iter().cloned()) {
        logic.set_consents(ModelRc::from(consents.as_slice()));
    }
    let reading = match screen.page {
        Page::Wording(purpose) => screen.consents.iter().find(|consent| consent.purpose == purpose),
        _ => None,
    };
    logic.set_reading(reading.map_or(ConsentKind::Contact, |consent| kind(consent.purpose)));
    logic.set_wording(reading.map(|consent| consent.wording.as_str()).unwrap_or_default().into());
}

pub(super) fn listen(window: &AppWindow, send: &Send) {
    let logic = window.global::<ConsentLogic>();
    let to = Rc::clone(send);
    logic.on_tick(move |kind, given| to(Intent::Consent(purpose(kind), given)));
    let to = Rc::clone(send);
    logic.on_read(move |kind| to(Intent::ReadWording(purpose(kind))));
    logic.on_done(says(send, Intent::Done));
}

fn kind(purpose: ConsentPurpose) -> ConsentKind {
    match purpose {
        ConsentPurpose::Contact => ConsentKind::Contact,
        ConsentPurpose::Marketing => ConsentKind::Marketing,
        ConsentPurpose::Sharing => ConsentKind::Sharing,
        ConsentPurpose::Licence => ConsentKind::Licence,
    }
}

fn purpose(kind: ConsentKind) -> ConsentPurpose {
    match kind {
        ConsentKind::Contact => ConsentPurpose::Contact,
        ConsentKind::Marketing => ConsentPurpose::Marketing,
        ConsentKind::Sharing => ConsentPurpose::Sharing,
        ConsentKind::Licence => ConsentPurpose::Licence,
    }
}
