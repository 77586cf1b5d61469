//! The welcome page: its QR code and the one of the Wi-Fi before it, each drawn anew only when it says something else.

use std::rc::Rc;
use std::time::Duration;

use shared::wire::{GuestWifi, Picture};
use slint::{ComponentHandle as _, Global as _, Image, SharedString, Timer};

use super::generated::{AppWindow, PageKind, ShellLogic, WelcomeLogic};
use super::shell::language;
use super::{LINE, Send, kept, line, pixels};
use crate::pictures::{Pictures, narrower};
use crate::qr;
use crate::session::{Intent, Page, Screen};

/// The width of the welcome page's car in the design, and of the one that is parked on the page after it: lying and upright.
const CAR: (u32, u32) = (1152, 1080);
const PARKED: (u32, u32) = (440, 760);
/// The welcome page's car above two codes and larger words.
const SMALL: (u32, u32) = (720, 720);

/// After this the farewell stands still, and nobody sees that a picture is decoded.
const ARRIVED: Duration = Duration::from_millis(350);

/// The longest password that anybody would type; a longer one is only scanned.
const TYPED: usize = 24;

pub(super) fn show(window: &AppWindow, screen: &Screen, pictures: &Pictures) {
    let welcome = WelcomeLogic::get(window);
    car(window, screen, pictures);
    parked(window, screen, pictures);
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

/// Decoded for the welcome page, or on the farewell before it once that has arrived, so that neither waits; kept on all others.
fn car(window: &AppWindow, screen: &Screen, pictures: &Pictures) {
    let stands = screen.page == Page::Welcome;
    if !stands && !matches!(screen.page, Page::Farewell(_)) {
        return;
    }
    let steps = screen.qr.is_some() && screen.wifi.is_some();
    let width = if stands && steps && screen.modes.large { SMALL } else { CAR };
    let width = pixels(window, width.0, width.1);
    let Some(picture) = &screen.showcase else { return set_car(window, None) };
    if is_shown(window, picture, width) {
        return;
    }
    if stands {
        return decode(window, picture, width, pictures);
    }
    let (window, picture, pictures) = (window.as_weak(), picture.clone(), pictures.clone());
    Timer::single_shot(ARRIVED, move || {
        let Some(window) = window.upgrade() else { return };
        // Where the page went sooner, the welcome page has it already.
        if ShellLogic::get(&window).get_page() == PageKind::Farewell && !is_shown(&window, &picture, width) {
            decode(&window, &picture, width, &pictures);
        }
    });
}

fn is_shown(window: &AppWindow, picture: &Picture, width: u32) -> bool {
    let welcome = WelcomeLogic::get(window);
    welcome.get_has_car() && welcome.get_car_of() == kept(picture, width)
}

fn decode(window: &AppWindow, picture: &Picture, width: u32, pictures: &Pictures) {
    set_car(window, pictures.unkept(picture, width).map(|car| (car, kept(picture, width))));
}

fn set_car(window: &AppWindow, car: Option<(Image, SharedString)>) {
    let welcome = WelcomeLogic::get(window);
    welcome.set_has_car(car.is_some());
    let (car, of) = car.unwrap_or_default();
    welcome.set_car(car);
    welcome.set_car_of(of);
}

/// The welcome page's car on the page after it. Made when that page comes: the first frame does not wait for it, and of a picture that the
/// window has, that is cheap.
fn parked(window: &AppWindow, screen: &Screen, pictures: &Pictures) {
    let welcome = WelcomeLogic::get(window);
    let width = pixels(window, PARKED.0, PARKED.1);
    let wanted = screen.showcase.as_ref().filter(|_| screen.page == Page::Purpose);
    let of = wanted.map(|picture| kept(picture, width)).unwrap_or_default();
    if welcome.get_parked_of() == of {
        return;
    }
    let parked = wanted.and_then(|picture| {
        let car = welcome.get_car();
        let fits = car.size().width >= width && is_shown(window, picture, car.size().width);
        if fits { Some(narrower(car, width)) } else { pictures.unkept(picture, width) }
    });
    welcome.set_has_parked(parked.is_some());
    welcome.set_parked(parked.unwrap_or_default());
    welcome.set_parked_of(of);
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
