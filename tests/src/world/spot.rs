//! Where one taps on the kiosk's pages, lying at 1920×1080: the one place that knows, for every test with a real window.

/// A place on the screen, in pixels.
pub type Spot = (i32, i32);

/// Welcome: "begin" 点此开始.
pub const BEGIN: Spot = (680, 782);
/// Welcome: "send someone" 请人帮忙.
pub const HELP: Spot = (870, 942);
/// A visit: "I have to go" 我要离开.
pub const LEAVE: Spot = (1085, 860);
/// The page of models: "done" 选好了.
pub const MODELS_DONE: Spot = (1727, 860);
/// A farewell: "back" 返回.
pub const BACK: Spot = (1364, 984);

/// Purpose: the tile with this number, from 0, three a row.
#[must_use]
pub const fn purpose(tile: i32) -> Spot {
    (358 + tile % 3 * 601, 472 + tile / 3 * 180)
}
