//! What a visitor may leave behind in the window: every property of its globals, read back.

use kiosk::session::Page;
use kiosk::ui::AppWindow;
use kiosk::ui::generated::{
    CallKind, ConsentLogic, NameLogic, PageKind, PhoneLogic, ShellLogic, StaffLogic, TilesLogic, Tokens, ViewLogic,
    VisitLogic, WelcomeLogic,
};
use slint::{Global as _, Model as _};

/// All properties that depend on the visitor or on what staff typed, by name. The welcome page's own car is the showroom's.
pub(crate) fn of(window: &AppWindow) -> Vec<(&'static str, String)> {
    let (shell, visit, tiles) = (ShellLogic::get(window), VisitLogic::get(window), TilesLogic::get(window));
    let (phone, name, consent) = (PhoneLogic::get(window), NameLogic::get(window), ConsentLogic::get(window));
    let (staff, view, tokens) = (StaffLogic::get(window), ViewLogic::get(window), Tokens::get(window));
    let modes = [view.get_large(), view.get_contrast(), view.get_lower(), tokens.get_large(), tokens.get_contrast()];
    let ticks: Vec<bool> = consent.get_consents().iter().map(|consent| consent.ticked).collect();
    vec![
        ("shell.page", format!("{:?}", shell.get_page())),
        ("shell.english", shell.get_english().to_string()),
        ("shell.countdown", shell.get_countdown().to_string()),
        ("visit.call", format!("{:?}", visit.get_call())),
        ("visit.purpose", format!("{:?}", visit.get_purpose())),
        ("visit.farewell", format!("{:?}", visit.get_farewell())),
        ("visit.consultant", visit.get_consultant().into()),
        ("visit.face", format!("{} {:?}", visit.get_has_face(), visit.get_face().size())),
        ("visit.position", visit.get_position().to_string()),
        ("visit.minutes", visit.get_minutes().to_string()),
        ("visit.seconds", visit.get_seconds().to_string()),
        ("visit.reminded", visit.get_reminded().to_string()),
        ("visit.asides", visit.get_asides().row_count().to_string()),
        ("visit.noted-models", visit.get_noted_models().into()),
        ("visit.noted-consultant", visit.get_noted_consultant().into()),
        ("visit.noted-phone", visit.get_noted_phone().into()),
        ("visit.noted-surname", visit.get_noted_surname().into()),
        ("visit.noted-title", format!("{:?}", visit.get_noted_title())),
        ("visit.noted-party", visit.get_noted_party().to_string()),
        (
            "visit.agreed",
            format!(
                "{:?}",
                [
                    visit.get_agreed_contact(),
                    visit.get_agreed_marketing(),
                    visit.get_agreed_sharing(),
                    visit.get_agreed_licence()
                ]
            ),
        ),
        ("visit.refused", visit.get_refused().to_string()),
        ("tiles.tiles", tiles.get_tiles().row_count().to_string()),
        ("tiles.page", format!("{} of {}", tiles.get_page(), tiles.get_pages())),
        ("phone.number", phone.get_number().into()),
        ("phone.verdict", format!("{:?} {}", phone.get_verdict(), phone.get_missing())),
        ("name.step", format!("{:?}", name.get_step())),
        ("name.name", name.get_name().into()),
        ("consent.ticked", format!("{ticks:?}")),
        ("consent.reading", format!("{:?}", consent.get_reading())),
        ("consent.wording", consent.get_wording().into()),
        ("view.modes", format!("{} {modes:?}", view.get_viewing())),
        // The code itself is the gateway's, and changes with time; what it carries on is the visitor's.
        ("welcome.url", WelcomeLogic::get(window).get_url().split_once('?').unwrap_or_default().1.to_owned()),
        ("staff", format!("{:?} {}", staff.get_step(), staff.get_typed())),
    ]
}

/// The page that the window shows, as the session would name it.
pub(crate) fn is_page(window: &AppWindow, page: Page) -> bool {
    let shown = ShellLogic::get(window).get_page();
    match page {
        Page::Welcome => shown == PageKind::Welcome,
        Page::Purpose => shown == PageKind::Purpose,
        Page::Visit => shown == PageKind::Visit,
        Page::Aside(aside) => format!("{shown:?}") == format!("{aside:?}"),
        Page::Consents => shown == PageKind::Consents,
        Page::Wording(_) => shown == PageKind::Wording,
        Page::Farewell(_) => shown == PageKind::Farewell,
        Page::Closed => shown == PageKind::Closed,
        Page::Maintenance => shown == PageKind::Maintenance,
        Page::Enrolment => shown == PageKind::Enrolment,
        Page::Staff => shown == PageKind::Staff,
    }
}

/// Whether the window says that the check-in is on the disk.
pub(crate) fn says_received(window: &AppWindow) -> bool {
    !matches!(VisitLogic::get(window).get_call(), CallKind::None | CallKind::Noting | CallKind::Failed)
}
