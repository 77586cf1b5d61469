//! The window: Slint's generated code, and one adapter for each of its globals.
//!
//! Adapters turn a [`Screen`] into the globals' properties, and callbacks into [`Intent`]s. They decide nothing.

mod consent;
mod name;
mod phone;
mod purpose;
mod shell;
mod tiles;
mod visit;
mod welcome;

use std::rc::Rc;

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
    Ok(window)
}

/// Shows a picture.
pub fn show(window: &AppWindow, screen: &Screen) {
    // What a page shows is set before the page itself.
    welcome::show(window, screen);
    purpose::show(window, screen);
    visit::show(window, screen);
    tiles::show(window, screen);
    phone::show(window, screen);
    name::show(window, screen);
    consent::show(window, screen);
    shell::show(window, screen);
}
