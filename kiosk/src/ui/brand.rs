//! The showroom's own looks: its colour in the tokens, and its logo.

use shared::colour::Colour;
use shared::wire::Picture;
use slint::{Color, Global as _, Image};

use super::generated::{AppWindow, ShellLogic, Tokens};
use super::pixels;
use crate::accent::Accent;
use crate::pictures::Pictures;
use crate::session::Screen;

/// The height of the logo in the design: in a page's head, and on the welcome page.
const HEIGHTS: (u32, u32) = (56, 112);
/// No logo is wider, for its height.
const WIDEST: u32 = 6;

pub(super) fn show(window: &AppWindow, screen: &Screen, pictures: &Pictures) {
    let tokens = Tokens::get(window);
    let accent = screen.accent.as_deref().and_then(Accent::of);
    tokens.set_branded(accent.is_some());
    if let Some(accent) = accent {
        tokens.set_brand(colour(accent.plain));
        tokens.set_brand_pressed(colour(accent.pressed));
        tokens.set_brand_soft(colour(accent.soft));
        tokens.set_brand_ink(colour(accent.ink));
    }
    let shell = ShellLogic::get(window);
    let logo = |height: u32| screen.logo.as_ref().and_then(|logo| logo_of(window, pictures, logo, height));
    let small = logo(HEIGHTS.0);
    shell.set_has_logo(small.is_some());
    shell.set_logo(small.unwrap_or_default());
    shell.set_logo_large(logo(HEIGHTS.1).unwrap_or_default());
}

/// The logo so high, and as wide as that makes it.
fn logo_of(window: &AppWindow, pictures: &Pictures, logo: &Picture, height: u32) -> Option<Image> {
    let whole = pictures.image(logo, u32::MAX)?.size();
    let height = pixels(window, height, height);
    let width = u64::from(whole.width) * u64::from(height) / u64::from(whole.height.max(1));
    pictures.image(logo, u32::try_from(width).unwrap_or(u32::MAX).clamp(1, height * WIDEST))
}

fn colour(colour: Colour) -> Color {
    Color::from_rgb_u8(colour.red, colour.green, colour.blue)
}
