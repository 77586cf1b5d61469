//! The window: Slint's generated code, and one adapter for each of its globals.
//!
//! Adapters turn a [`Screen`] into the globals' properties, and callbacks into [`Intent`]s. They decide nothing.

mod brand;
mod consent;
mod name;
mod phone;
mod purpose;
mod rest;
mod shell;
mod staff;
mod tiles;
mod view;
mod visit;
mod welcome;

use std::rc::Rc;

use shared::wire::Picture;
use slint::ComponentHandle as _;

use crate::pictures::Pictures;
use crate::session::{Intent, Screen};

/// What Slint's compiler made of `ui/app-window.slint`.
#[allow(
    missing_docs,
    unreachable_pub,
    clippy::all,
    clippy::pedantic,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::todo,
    clippy::unused_async,
    clippy::allow_attributes,
    clippy::allow_attributes_without_reason,
    reason = "generated code"
)]
pub mod generated {
    slint::include_modules!();
}

pub use generated::AppWindow;

/// Where intents go.
pub type Send = Rc<dyn Fn(Intent)>;

/// A callback that says one thing.
fn says(send: &Send, intent: Intent) -> impl FnMut() + 'static {
    let to = Rc::clone(send);
    move || to(intent.clone())
}

/// A callback for the keys of a keypad.
fn types(send: &Send) -> impl FnMut(slint::SharedString) + 'static {
    let to = Rc::clone(send);
    move |key| {
        if let Some(key) = key.chars().next() {
            to(Intent::Key(key));
        }
    }
}

/// Makes the window, not shown yet.
///
/// # Errors
/// When there is no display.
pub fn open(send: &Send) -> Result<AppWindow, slint::PlatformError> {
    let window = AppWindow::new()?;
    shell::listen(&window, send);
    welcome::listen(&window, send);
    purpose::listen(&window, send);
    visit::listen(&window, send);
    tiles::listen(&window, send);
    phone::listen(&window, send);
    name::listen(&window, send);
    consent::listen(&window, send);
    staff::listen(&window, send);
    view::listen(&window, send);
    Ok(window)
}

/// Shows a picture.
pub fn show(window: &AppWindow, screen: &Screen, pictures: &Pictures) {
    // What a page shows is set before the page itself.
    welcome::show(window, screen, pictures);
    purpose::show(window, screen);
    visit::show(window, screen, pictures);
    tiles::show(window, screen, pictures);
    phone::show(window, screen);
    name::show(window, screen);
    consent::show(window, screen);
    rest::show(window, screen);
    staff::show(window, screen);
    brand::show(window, screen, pictures);
    view::show(window, screen);
    shell::show(window, screen);
}

/// How many pixels of the window are one of the design's, which is laid out for 1080 px of the shorter side and 1920 of the longer.
fn fit(window: &AppWindow) -> (f64, bool) {
    let size = window.window().size();
    let (width, height) = (f64::from(size.width), f64::from(size.height));
    let portrait = height > width;
    let fit = if portrait { (width / 1080.0).min(height / 1920.0) } else { (width / 1920.0).min(height / 1080.0) };
    (fit.max(0.3), portrait)
}

/// Says which picture the window keeps, and how large it was asked for: the same one is not asked for again.
fn kept(picture: &Picture, pixels: u32) -> slint::SharedString {
    slint::format!("{}@{pixels}", picture.sha256)
}

/// The longest line that any page has room for, in halves of a Chinese character.
const LINE: usize = 240;

/// Somebody else's words as one line: whatever would begin another becomes a space, and what is longer than so many halves of a Chinese
/// character ends in an ellipsis.
fn line(words: &str, halves: usize) -> String {
    let wide = |c: char| if c.is_ascii() { 1 } else { 2 };
    let one = |c: char| if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') { ' ' } else { c };
    if words.chars().map(wide).sum::<usize>() <= halves {
        return words.chars().map(one).collect();
    }
    let mut room = halves.saturating_sub(1);
    let fits = |c: &char| {
        let left = room.checked_sub(wide(*c));
        room = left.unwrap_or(0);
        left.is_some()
    };
    let kept: String = words.chars().take_while(fits).map(one).collect();
    format!("{}…", kept.trim_end())
}

/// A width of the design in the window's pixels.
fn pixels(window: &AppWindow, landscape: u32, upright: u32) -> u32 {
    let (fit, portrait) = fit(window);
    let width = (f64::from(if portrait { upright } else { landscape }) * fit).round();
    // Between 1 and some thousands.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a window's width")]
    let width = width as u32;
    width.max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(words: &str, halves: usize, expect: &str) {
        assert_eq!(line(words, halves), expect);
    }

    #[test]
    fn long_words_end_in_an_ellipsis_and_lines_stay_one() {
        check("王芳", 4, "王芳");
        check("王芳芳", 4, "王…");
        check("Li Na", 5, "Li Na");
        check("Li Na Maria", 6, "Li Na…");
        check("Li Na Maria", 4, "Li…");
        check("王\n芳\u{2028}!\t", 20, "王 芳 ! ");
        check("", 0, "");
        check("王", 0, "…");
        assert_eq!(line(&"王".repeat(200), LINE).chars().count(), 120);
    }
}
