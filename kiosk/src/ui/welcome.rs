//! The welcome page: its QR code, drawn anew only when the address changes.

use std::rc::Rc;

use slint::{ComponentHandle as _, Global as _};

use super::generated::{AppWindow, WelcomeLogic};
use super::shell::language;
use super::{Send, pixels};
use crate::pictures::Pictures;
use crate::qr;
use crate::session::{Intent, Page, Screen};

/// The width of the welcome page's car in the design, and of the one that is parked on the page after it: lying and upright.
const CAR: (u32, u32) = (1152, 1080);
const PARKED: (u32, u32) = (440, 760);

pub(super) fn show(window: &AppWindow, screen: &Screen, pictures: &Pictures) {
    let welcome = WelcomeLogic::get(window);
    let car = screen.showcase.as_ref().and_then(|picture| pictures.image(picture, pixels(window, CAR.0, CAR.1)));
    welcome.set_has_car(car.is_some());
    welcome.set_car(car.unwrap_or_default());
    // Scaled for the page that shows it alone: the first frame does not wait for it.
    let parked = screen.showcase.as_ref().filter(|_| screen.page == Page::Purpose);
    let parked = parked.and_then(|picture| pictures.image(picture, pixels(window, PARKED.0, PARKED.1)));
    welcome.set_has_parked(parked.is_some());
    welcome.set_parked(parked.unwrap_or_default());
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
