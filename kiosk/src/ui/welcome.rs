//! The welcome page: its QR code, drawn anew only when the address changes.

use std::rc::Rc;

use slint::{ComponentHandle as _, Global as _};

use super::Send;
use super::generated::{AppWindow, WelcomeLogic};
use super::shell::language;
use crate::qr;
use crate::session::{Intent, Screen};

pub(super) fn show(window: &AppWindow, screen: &Screen) {
    let welcome = WelcomeLogic::get(window);
    let url = screen.qr.as_deref().unwrap_or_default();
    if welcome.get_url() == url {
        return;
    }
    let picture = qr::picture(url);
    welcome.set_url(url.into());
    welcome.set_has_qr(picture.is_some());
    welcome.set_qr(picture.unwrap_or_default());
}

pub(super) fn listen(window: &AppWindow, send: &Send) {
    let to = Rc::clone(send);
    window.global::<WelcomeLogic>().on_start(move |english| to(Intent::Start(language(english))));
}
