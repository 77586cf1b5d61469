//! The keypad.

use slint::{ComponentHandle as _, Global as _};

use super::generated::{AppWindow, PhoneLogic, VerdictKind};
use super::{Send, says, types};
use crate::session::{Intent, Screen, Verdict};

pub(super) fn show(window: &AppWindow, screen: &Screen) {
    let logic = PhoneLogic::get(window);
    let missing = match screen.keypad.verdict {
        Verdict::Short(Some(missing)) => i32::try_from(missing).unwrap_or(0),
        _ => 0,
    };
    logic.set_number(screen.keypad.number.as_str().into());
    logic.set_missing(missing);
    logic.set_verdict(match screen.keypad.verdict {
        Verdict::Empty => VerdictKind::Empty,
        Verdict::Short(_) => VerdictKind::Short,
        Verdict::Good => VerdictKind::Good,
        Verdict::Odd => VerdictKind::Odd,
        Verdict::Long => VerdictKind::Long,
    });
}

pub(super) fn listen(window: &AppWindow, send: &Send) {
    let logic = window.global::<PhoneLogic>();
    logic.on_key(types(send));
    logic.on_erase(says(send, Intent::Erase));
    logic.on_leave(says(send, Intent::Done));
}
