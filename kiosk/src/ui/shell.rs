//! What every page shares: page, language, brand, countdown.

use std::rc::Rc;

use shared::wire::Language;
use slint::{ComponentHandle as _, Global as _};

use super::generated::{AppWindow, PageKind, ShellLogic};
use super::{Send, says};
use crate::session::{Aside, Intent, Page, Screen};

pub(super) fn show(window: &AppWindow, screen: &Screen) {
    let shell = ShellLogic::get(window);
    let english = screen.language == Language::En;
    // Empty selects the language in which the pages are written, English.
    if let Err(error) = slint::select_bundled_translation(if english { "" } else { "zh" }) {
        tracing::error!(%error, "a translation is missing from this build");
    }
    shell.set_english(english);
    shell.set_two_languages(screen.languages.len() > 1);
    shell.set_brand_zh(screen.brand.zh.as_str().into());
    shell.set_brand_en(screen.brand.en.as_str().into());
    shell.set_countdown(screen.countdown.and_then(|seconds| i32::try_from(seconds).ok()).unwrap_or(0));
    shell.set_page(match screen.page {
        Page::Welcome => PageKind::Welcome,
        Page::Purpose => PageKind::Purpose,
        Page::Visit => PageKind::Visit,
        Page::Aside(Aside::Models) => PageKind::Models,
        Page::Aside(Aside::Consultants) => PageKind::Consultants,
        Page::Aside(Aside::Phone) => PageKind::Phone,
        Page::Aside(Aside::Name) => PageKind::Name,
        Page::Aside(Aside::Party) => PageKind::Party,
        Page::Consents | Page::Aside(Aside::Consents) => PageKind::Consents,
        Page::Wording(_) => PageKind::Wording,
        Page::Farewell(_) => PageKind::Farewell,
        Page::Closed => PageKind::Closed,
        Page::Maintenance => PageKind::Maintenance,
        Page::Enrolment => PageKind::Enrolment,
        Page::Staff => PageKind::Staff,
    });
}

pub(super) fn listen(window: &AppWindow, send: &Send) {
    let shell = window.global::<ShellLogic>();
    shell.on_touch(says(send, Intent::Touch));
    shell.on_stay(says(send, Intent::Stay));
    shell.on_back(says(send, Intent::Back));
    shell.on_send_someone(says(send, Intent::SendSomeone));
    let to = Rc::clone(send);
    shell.on_speak_english(move |english| to(Intent::Speak(language(english))));
}

pub(super) fn language(english: bool) -> Language {
    if english { Language::En } else { Language::Zh }
}
