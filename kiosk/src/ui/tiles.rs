//! One page of tiles: models, consultants, letters or surnames.

use std::rc::Rc;

use slint::{ComponentHandle as _, Global as _, Model as _, ModelRc};

use super::generated::{AppWindow, TileData, TilesLogic};
use super::{LINE, Send, line, pixels, says};
use crate::pictures::Pictures;
use crate::session::{Aside, Intent, Page, Screen, Tile, Turn};

/// The width of a car's picture in the design, and of a face, lying and upright; `theme/tokens.slint` has them, too.
const PICTURE: (u32, u32) = (391, 422);
const FACE: (u32, u32) = (208, 208);

pub(super) fn show(window: &AppWindow, screen: &Screen, pictures: &Pictures) {
    let logic = TilesLogic::get(window);
    let design = if screen.page == Page::Aside(Aside::Consultants) { FACE } else { PICTURE };
    let width = pixels(window, design.0, design.1);
    let tiles: Vec<TileData> = screen.tiles.tiles.iter().map(|tile| data(tile, width, pictures)).collect();
    // A new model would build every tile anew.
    if !logic.get_tiles().iter().eq(tiles.iter().cloned()) {
        logic.set_tiles(ModelRc::from(tiles.as_slice()));
    }
    logic.set_page(i32::try_from(screen.tiles.page).unwrap_or(0));
    logic.set_pages(i32::try_from(screen.tiles.pages).unwrap_or(1));
}

pub(super) fn listen(window: &AppWindow, send: &Send) {
    let logic = window.global::<TilesLogic>();
    let to = Rc::clone(send);
    logic.on_pick(move |id| to(Intent::Pick(id.into())));
    let to = Rc::clone(send);
    logic.on_turn(move |onwards| to(Intent::Turn(if onwards { Turn::Next } else { Turn::Previous })));
    logic.on_done(says(send, Intent::Done));
}

fn data(tile: &Tile, width: u32, pictures: &Pictures) -> TileData {
    let picture = tile.picture.as_ref().and_then(|picture| pictures.image(picture, width));
    TileData {
        id: tile.id.as_str().into(),
        words: line(&tile.words, LINE).into(),
        note: line(&tile.note, LINE).into(),
        picked: tile.picked,
        has_picture: picture.is_some(),
        picture: picture.unwrap_or_default(),
    }
}
