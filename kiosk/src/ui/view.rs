//! How the page looks to this visitor, and the sheet on which they choose it.

use std::rc::Rc;

use slint::{ComponentHandle as _, Global as _};

use super::generated::{AppWindow, ModeKind, Tokens, ViewLogic};
use super::{Send, says};
use crate::session::{Intent, Mode, Screen};

pub(super) fn show(window: &AppWindow, screen: &Screen) {
    let (view, tokens) = (ViewLogic::get(window), Tokens::get(window));
    view.set_viewing(screen.viewing);
    view.set_large(screen.modes.large);
    view.set_contrast(screen.modes.contrast);
    view.set_lower(screen.modes.lower);
    tokens.set_large(screen.modes.large);
    tokens.set_contrast(screen.modes.contrast);
    tokens.set_lower(screen.modes.lower);
}

pub(super) fn listen(window: &AppWindow, send: &Send) {
    let view = window.global::<ViewLogic>();
    view.on_open(says(send, Intent::OpenView));
    view.on_close(says(send, Intent::CloseView));
    let to = Rc::clone(send);
    view.on_switch(move |kind| {
        to(Intent::Switch(match kind {
            ModeKind::Large => Mode::Large,
            ModeKind::Contrast => Mode::Contrast,
            ModeKind::Lower => Mode::Lower,
        }));
    });
}
