//! The welcome page: its QR code and the one of the Wi-Fi before it, each drawn anew only when it says something else.

use std::rc::Rc;

use shared::wire::GuestWifi;
use slint::{ComponentHandle as _, Global as _};

use super::generated::{AppWindow, WelcomeLogic};
use super::shell::language;
use super::{LINE, Send, kept, line, pixels};
use crate::pictures::Pictures;
use crate::qr;
use crate::session::{Intent, Page, Screen};

/// The width of the welcome page's car in the design, and of the one that is parked on the page after it: lying and upright.
const CAR: (u32, u32) = (1152, 1080);
const PARKED: (u32, u32) = (440, 760);
/// The welcome page's car above two codes and larger words.
const SMALL: (u32, u32) = (720, 720);

/// The longest password that anybody would type; a longer one is only scanned.
const TYPED: usize = 24;

pub(super) fn show(window: &AppWindow, screen: &Screen, pictures: &Pictures) {
    let welcome = WelcomeLogic::get(window);
    car(window, screen, pictures);
    // Scaled for the page that shows it alone: the first frame does not wait for it.
    let parked = screen.showcase.as_ref().filter(|_| screen.page == Page::Purpose);
    let parked = parked.and_then(|picture| pictures.image(picture, pixels(window, PARKED.0, PARKED.1)));
    welcome.set_has_parked(parked.is_some());
    welcome.set_parked(parked.unwrap_or_default());
    join(&welcome, screen.wifi.as_ref());
    let url = screen.qr.as_deref().unwrap_or_default();
    if welcome.get_url() == url {
        return;
    }
    let picture = qr::picture(url);
    welcome.set_url(url.into());
    welcome.set_has_qr(picture.is_some());
    welcome.set_qr(picture.unwrap_or_default());
}

/// Decoded for the welcome page, or on the farewell before it, so that the way back does not wait; kept on all others.
fn car(window: &AppWindow, screen: &Screen, pictures: &Pictures) {
    let stands = screen.page == Page::Welcome;
    if !stands && !matches!(screen.page, Page::Farewell(_)) {
        return;
    }
    let welcome = WelcomeLogic::get(window);
    let steps = screen.qr.is_some() && screen.wifi.is_some();
    let width = if stands && steps && screen.modes.large { SMALL } else { CAR };
    let width = pixels(window, width.0, width.1);
    let wanted = screen.showcase.as_ref().map(|picture| kept(picture, width)).unwrap_or_default();
    if welcome.get_has_car() && welcome.get_car_of() == wanted {
        return;
    }
    let car = screen.showcase.as_ref().and_then(|picture| pictures.unkept(picture, width));
    welcome.set_has_car(car.is_some());
    welcome.set_car(car.unwrap_or_default());
    welcome.set_car_of(wanted);
}

fn join(welcome: &WelcomeLogic, wifi: Option<&GuestWifi>) {
    let text = wifi.map(qr::joining_text).unwrap_or_default();
    if welcome.get_joining() == text {
        return;
    }
    let picture = wifi.and_then(qr::joining);
    welcome.set_joining(text.into());
    welcome.set_has_wifi(picture.is_some());
    welcome.set_wifi(picture.unwrap_or_default());
    welcome.set_network(wifi.map(|wifi| line(&wifi.ssid, LINE)).unwrap_or_default().into());
    let password = wifi.and_then(|wifi| wifi.password.as_deref()).filter(|password| password.len() <= TYPED);
    welcome.set_password(password.map(|password| line(password, LINE)).unwrap_or_default().into());
}

pub(super) fn listen(window: &AppWindow, send: &Send) {
    let to = Rc::clone(send);
    window.global::<WelcomeLogic>().on_start(move |english| to(Intent::Start(language(english))));
}
