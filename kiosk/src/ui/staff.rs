//! The staff menu.

use std::rc::Rc;

use slint::{ComponentHandle as _, Global as _};

use super::Send;
use super::generated::{AppWindow, StaffKind, StaffLogic};
use crate::session::{Intent, Screen, StaffView};

pub(super) fn show(window: &AppWindow, screen: &Screen) {
    let logic = StaffLogic::get(window);
    let number = |number: usize| i32::try_from(number).unwrap_or(i32::MAX);
    if !matches!(screen.staff, StaffView::Pin(_)) {
        logic.set_typed(0);
    }
    logic.set_step(match &screen.staff {
        StaffView::Shut => StaffKind::Shut,
        StaffView::NoPin => StaffKind::NoPin,
        StaffView::Pin(pin) => {
            logic.set_typed(number(pin.typed));
            logic.set_wrong(pin.wrong);
            logic.set_checking(pin.checking);
            logic.set_wait(i32::try_from(pin.wait_s).unwrap_or(i32::MAX));
            StaffKind::Pin
        }
        StaffView::Menu(care) => {
            logic.set_name(care.about.name.as_str().into());
            logic.set_version(care.about.version.as_str().into());
            logic.set_enrolled(care.about.enrolled);
            logic.set_link(care.link);
            logic.set_waiting(number(care.waiting));
            logic.set_skew_known(care.skew_s.is_some());
            logic.set_skew(care.skew_s.and_then(|skew| i32::try_from(skew).ok()).unwrap_or(i32::MAX));
            logic.set_armed(care.armed);
            StaffKind::Menu
        }
    });
}

pub(super) fn listen(window: &AppWindow, send: &Send) {
    let logic = window.global::<StaffLogic>();
    let to = Rc::clone(send);
    logic.on_open(move || to(Intent::OpenStaff));
    let to = Rc::clone(send);
    logic.on_key(move |key| {
        if let Some(key) = key.chars().next() {
            to(Intent::Key(key));
        }
    });
    let to = Rc::clone(send);
    logic.on_erase(move || to(Intent::Erase));
    let to = Rc::clone(send);
    logic.on_done(move || to(Intent::Done));
    let to = Rc::clone(send);
    logic.on_close(move || to(Intent::Back));
    let to = Rc::clone(send);
    logic.on_restart(move || to(Intent::Restart));
    let to = Rc::clone(send);
    logic.on_enrol_anew(move || to(Intent::EnrolAnew));
}
