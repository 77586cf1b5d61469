//! The showroom's own looks: its colour in the tokens, and its logo.

use shared::colour::Colour;
use shared::wire::Picture;
use slint::{Color, Global as _, Image};

use super::generated::{AppWindow, ShellLogic, Tokens};
use super::{kept, pixels};
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
    logo(window, screen.logo.as_ref(), pictures);
}

fn logo(window: &AppWindow, logo: Option<&Picture>, pictures: &Pictures) {
    let shell = ShellLogic::get(window);
    let [small, large] = [HEIGHTS.0, HEIGHTS.1].map(|height| pixels(window, height, height));
    let wanted = logo.map(|logo| kept(logo, large)).unwrap_or_default();
    if shell.get_has_logo() && shell.get_logo_of() == wanted {
        return;
    }
    let image = |height: u32| logo.and_then(|logo| logo_of(pictures, logo, height));
    let head = image(small);
    shell.set_has_logo(head.is_some());
    shell.set_logo(head.unwrap_or_default());
    shell.set_logo_large(image(large).unwrap_or_default());
    shell.set_logo_of(wanted);
}

/// The logo so many pixels high, and as wide as that makes it.
fn logo_of(pictures: &Pictures, logo: &Picture, height: u32) -> Option<Image> {
    let whole = pictures.size(logo)?;
    let width = u64::from(whole.0) * u64::from(height) / u64::from(whole.1.max(1));
    pictures.unkept(logo, u32::try_from(width).unwrap_or(u32::MAX).clamp(1, height * WIDEST))
}

fn colour(colour: Colour) -> Color {
    Color::from_rgb_u8(colour.red, colour.green, colour.blue)
}
