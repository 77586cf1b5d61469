//! The visit on the screen, and the farewell after it.

use std::rc::Rc;

use shared::consent::ConsentPurpose;
use slint::{ComponentHandle as _, Global as _, Model as _, ModelRc};

use super::generated::{AppWindow, AsideKind, CallKind, FarewellKind, PurposeKind, VisitLogic};
use super::{LINE, line, name, pixels, purpose};
use super::{Send, says};
use crate::pictures::Pictures;
use crate::session::{Aside, Call, Farewell, Intent, Page, Screen};

/// Between the names of models.
const MARK: &str = " \u{b7} ";

/// A name that is said large, within a sentence.
const NAME: usize = 24;

/// The width of a face in the design, lying and upright, where larger words leave less room; `theme/tokens.slint` has them, too.
const FACE: (u32, u32) = (208, 320);
const SMALL_FACE: (u32, u32) = (208, 208);

pub(super) fn show(window: &AppWindow, screen: &Screen, pictures: &Pictures) {
    let logic = VisitLogic::get(window);
    let visit = screen.visit.as_ref();
    let call = visit.map(|visit| &visit.call);
    let coming = match call {
        Some(Call::Coming { who, .. }) => who.as_ref(),
        _ => None,
    };
    let (lying, upright) = if screen.modes.large { SMALL_FACE } else { FACE };
    let face = coming.and_then(|card| pictures.image(card.photo.as_ref()?, pixels(window, lying, upright)));
    logic.set_has_face(face.is_some());
    logic.set_face(face.unwrap_or_default());
    let (position, minutes, seconds) = match call {
        Some(Call::Queued { position, minutes }) => (*position, *minutes, None),
        Some(Call::Coming { usually_s: Some(seconds), .. }) if *seconds > 60 => (None, Some(seconds / 60), None),
        Some(Call::Coming { usually_s, .. }) => (None, None, *usually_s),
        _ => (None, None, None),
    };
    let figure = |figure: Option<u32>| figure.and_then(|figure| i32::try_from(figure).ok()).unwrap_or(0);
    logic.set_call(call.map_or(CallKind::None, kind));
    let why = visit.map(|visit| visit.purpose).or(screen.farewell_to);
    logic.set_purpose(why.map_or(PurposeKind::Browse, purpose::kind));
    logic.set_consultant(coming.map(|card| line(card.named(screen.language), NAME)).unwrap_or_default().into());
    logic.set_position(figure(position));
    logic.set_minutes(figure(minutes));
    logic.set_seconds(figure(seconds));
    let noted = visit.map(|visit| visit.noted.clone()).unwrap_or_default();
    logic.set_noted_models(line(&noted.models.join(MARK), LINE).into());
    logic.set_noted_consultant(line(noted.consultant.as_deref().unwrap_or_default(), LINE).into());
    logic.set_noted_phone(noted.phone.as_deref().unwrap_or_default().into());
    logic.set_noted_surname(noted.surname.as_deref().unwrap_or_default().into());
    logic.set_noted_title(name::title(noted.title));
    logic.set_noted_party(noted.party.map_or(0, i32::from));
    let agreed = |purpose| noted.consents.contains(&purpose);
    logic.set_agreed_contact(agreed(ConsentPurpose::Contact));
    logic.set_agreed_marketing(agreed(ConsentPurpose::Marketing));
    logic.set_agreed_sharing(agreed(ConsentPurpose::Sharing));
    logic.set_agreed_licence(agreed(ConsentPurpose::Licence));
    logic.set_refused(noted.refused);
    let asides: Vec<AsideKind> = screen.asides.iter().copied().map(aside).collect();
    // A new model would build every tile anew.
    if !logic.get_asides().iter().eq(asides.iter().copied()) {
        logic.set_asides(ModelRc::from(asides.as_slice()));
    }
    logic.set_reminded(visit.is_some_and(|visit| visit.reminded));
    // How the last visitor left is nobody's business either.
    logic.set_farewell(match screen.page {
        Page::Farewell(Farewell::Left) => FarewellKind::Left,
        Page::Farewell(Farewell::Cancelled) => FarewellKind::Cancelled,
        Page::Farewell(Farewell::Ended) => FarewellKind::Ended,
        _ => FarewellKind::Met,
    });
}

pub(super) fn listen(window: &AppWindow, send: &Send) {
    let logic = window.global::<VisitLogic>();
    logic.on_met(says(send, Intent::Met));
    logic.on_left(says(send, Intent::Left));
    logic.on_cancel(says(send, Intent::Cancel));
    logic.on_try_again(says(send, Intent::TryAgain));
    let to = Rc::clone(send);
    logic.on_add(move |kind| to(Intent::Add(aside_of(kind))));
}

fn kind(call: &Call) -> CallKind {
    match call {
        Call::Noting => CallKind::Noting,
        Call::Received => CallKind::Received,
        Call::Unanswered => CallKind::Unanswered,
        Call::Calling => CallKind::Calling,
        Call::Coming { .. } => CallKind::Coming,
        Call::Queued { .. } => CallKind::Queued,
        Call::Reception => CallKind::Reception,
        Call::Failed => CallKind::Failed,
    }
}

fn aside(aside: Aside) -> AsideKind {
    match aside {
        Aside::Models => AsideKind::Models,
        Aside::Consultants => AsideKind::Consultants,
        Aside::Phone => AsideKind::Phone,
        Aside::Name => AsideKind::Name,
        Aside::Party => AsideKind::Party,
        Aside::Consents => AsideKind::Consents,
    }
}

fn aside_of(kind: AsideKind) -> Aside {
    match kind {
        AsideKind::Models => Aside::Models,
        AsideKind::Consultants => Aside::Consultants,
        AsideKind::Phone => Aside::Phone,
        AsideKind::Name => Aside::Name,
        AsideKind::Party => Aside::Party,
        AsideKind::Consents => Aside::Consents,
    }
}
