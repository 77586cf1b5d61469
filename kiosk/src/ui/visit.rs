//! The visit on the screen, and the farewell after it.

use std::rc::Rc;

use slint::{ComponentHandle as _, Global as _};

use super::Send;
use super::generated::{AppWindow, CallKind, FarewellKind, PurposeKind, VisitLogic};
use super::purpose;
use crate::session::{Call, Farewell, Intent, Page, Screen};

pub(super) fn show(window: &AppWindow, screen: &Screen) {
    let logic = VisitLogic::get(window);
    let visit = screen.visit.as_ref();
    let call = visit.map(|visit| &visit.call);
    let name = match call {
        Some(Call::Coming(name)) => name.clone().unwrap_or_default(),
        _ => String::new(),
    };
    let (position, minutes) = match call {
        Some(Call::Queued { position, minutes }) => (*position, *minutes),
        _ => (None, None),
    };
    let figure = |figure: Option<u32>| figure.and_then(|figure| i32::try_from(figure).ok()).unwrap_or(0);
    logic.set_call(call.map_or(CallKind::None, kind));
    logic.set_purpose(visit.map_or(PurposeKind::Browse, |visit| purpose::kind(visit.purpose)));
    logic.set_consultant(name.into());
    logic.set_position(figure(position));
    logic.set_minutes(figure(minutes));
    logic.set_phone(visit.and_then(|visit| visit.phone.clone()).unwrap_or_default().into());
    logic.set_reminded(visit.is_some_and(|visit| visit.reminded));
    if let Page::Farewell(farewell) = screen.page {
        logic.set_farewell(match farewell {
            Farewell::Met => FarewellKind::Met,
            Farewell::Left => FarewellKind::Left,
            Farewell::Cancelled => FarewellKind::Cancelled,
            Farewell::Ended => FarewellKind::Ended,
        });
    }
}

pub(super) fn listen(window: &AppWindow, send: &Send) {
    let logic = window.global::<VisitLogic>();
    let to = Rc::clone(send);
    logic.on_met(move || to(Intent::Met));
    let to = Rc::clone(send);
    logic.on_left(move || to(Intent::Left));
    let to = Rc::clone(send);
    logic.on_cancel(move || to(Intent::Cancel));
    let to = Rc::clone(send);
    logic.on_ask_phone(move || to(Intent::AskPhone));
}

fn kind(call: &Call) -> CallKind {
    match call {
        Call::Noting => CallKind::Noting,
        Call::Received => CallKind::Received,
        Call::Unanswered => CallKind::Unanswered,
        Call::Calling => CallKind::Calling,
        Call::Coming(_) => CallKind::Coming,
        Call::Queued { .. } => CallKind::Queued,
        Call::Reception => CallKind::Reception,
        Call::Failed => CallKind::Failed,
    }
}
