//! The staff menu.

use shared::wire::StorageTrouble;
use slint::{ComponentHandle as _, Global as _};

use super::generated::{AppWindow, StaffKind, StaffLogic, StorageKind};
use super::{Send, says, types};
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
            logic.set_storage(match care.storage {
                None => StorageKind::Fine,
                Some(StorageTrouble::Full) => StorageKind::Full,
                Some(_) => StorageKind::Broken,
            });
            logic.set_skew_known(care.skew_s.is_some());
            logic.set_skew(care.skew_s.and_then(|skew| i32::try_from(skew).ok()).unwrap_or(i32::MAX));
            logic.set_armed(care.armed);
            StaffKind::Menu
        }
    });
}

pub(super) fn listen(window: &AppWindow, send: &Send) {
    let logic = window.global::<StaffLogic>();
    logic.on_open(says(send, Intent::OpenStaff));
    logic.on_key(types(send));
    logic.on_erase(says(send, Intent::Erase));
    logic.on_done(says(send, Intent::Done));
    logic.on_close(says(send, Intent::Back));
    logic.on_restart(says(send, Intent::Restart));
    logic.on_enrol_anew(says(send, Intent::EnrolAnew));
}
