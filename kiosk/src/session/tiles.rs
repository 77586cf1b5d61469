//! Tiles that are turned page by page, because nothing on a kiosk is scrolled (FACTS: no kinetic lists).

use super::input::Turn;
use super::screen::{Tile, Tiles};

/// Models and consultants: four in a row, or two by two where the screen stands upright; more of them make the cars too small.
pub(super) const CARDS: usize = 4;
/// The same where the words are larger: one row, or one column where the screen stands upright.
pub(super) const LARGE_CARDS: usize = 3;
/// Letters and surnames: six by four.
pub(super) const LETTERS: usize = 24;

/// The pages of so many tiles; one even when there is none.
fn pages(count: usize, size: usize) -> usize {
    count.div_ceil(size).max(1)
}

/// The page after a turn, never beyond the last.
pub(super) fn turned(page: usize, turn: Turn, count: usize, size: usize) -> usize {
    match turn {
        Turn::Next => (page + 1).min(pages(count, size) - 1),
        Turn::Previous => page.saturating_sub(1),
    }
}

/// One page of all tiles. A page that is gone, because there are fewer tiles than before, becomes the last.
pub(super) fn paged(all: impl ExactSizeIterator<Item = Tile>, page: usize, size: usize) -> Tiles {
    let pages = pages(all.len(), size);
    let page = page.min(pages - 1);
    Tiles { tiles: all.skip(page * size).take(size).collect(), page, pages }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(count: usize, page: usize, shown: usize, pages: usize) {
        let tiles = paged((0..count).map(|_| Tile::default()), page, CARDS);
        assert_eq!((tiles.tiles.len(), tiles.pages), (shown, pages), "page {page} of {count}");
    }

    #[test]
    fn tiles_are_shown_a_page_at_a_time() {
        check(0, 0, 0, 1);
        check(1, 0, 1, 1);
        check(4, 0, 4, 1);
        check(5, 0, 4, 2);
        check(5, 1, 1, 2);
        check(500, 124, 4, 125);
        // Fewer than before.
        check(3, 9, 3, 1);
    }

    #[test]
    fn nothing_is_turned_beyond_the_ends() {
        assert_eq!(turned(0, Turn::Previous, 7, CARDS), 0);
        assert_eq!(turned(0, Turn::Next, 7, CARDS), 1);
        assert_eq!(turned(1, Turn::Next, 7, CARDS), 1);
        assert_eq!(turned(0, Turn::Next, 0, CARDS), 0);
    }
}
