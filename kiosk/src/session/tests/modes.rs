//! Larger words, stronger contrast, controls lower down: for one visitor, on every page.

use super::*;

const ALL: Modes = Modes { large: true, contrast: true, lower: true };

fn all_on(world: &mut World) {
    world.intend(Intent::OpenView);
    world.wait(SECOND);
    for mode in [Mode::Large, Mode::Contrast, Mode::Lower] {
        world.input(Input::Intent(Intent::Switch(mode)));
    }
    assert_eq!((world.screen().modes, world.screen().viewing), (ALL, true));
    world.intend(Intent::CloseView);
    assert_eq!((world.screen().modes, world.screen().viewing), (ALL, false));
}

#[test]
fn modes_stay_for_the_whole_visit_and_go_with_the_visitor() {
    let mut world = World::furnished();
    all_on(&mut world);
    world.arrive(Purpose::Browse);
    assert_eq!(world.screen().modes, ALL);
    world.intend(Intent::Left);
    assert_eq!(world.screen().modes, ALL);
    world.wait(SECOND * 30);
    assert_eq!((world.screen().page, world.screen().modes), (Page::Welcome, Modes::default()));
    // On the welcome page, too: whoever only looked leaves nothing to the next.
    all_on(&mut world);
    assert!(world.session.deadline(world.now).is_some());
    world.wait(SECOND * 40);
    assert_eq!(world.screen().modes, Modes::default());
    all_on(&mut world);
    world.intend(Intent::Wipe);
    assert_eq!(world.screen().modes, Modes::default());
}

#[test]
fn what_lies_behind_the_sheet_is_not_tapped() {
    let mut world = World::furnished();
    world.arrive(Purpose::Browse);
    let kept = world.kept.len();
    world.intend(Intent::OpenView);
    for intent in [Intent::SendSomeone, Intent::Left, Intent::Met, Intent::Add(Aside::Phone), Intent::Back] {
        world.intend(intent);
    }
    assert_eq!((world.screen().page, world.kept.len()), (Page::Visit, kept));
    world.intend(Intent::CloseView);
    world.intend(Intent::Add(Aside::Phone));
    assert_eq!(world.screen().page, Page::Aside(Aside::Phone));
}

#[test]
fn the_second_half_of_a_double_tap_switches_nothing() {
    let mut world = World::furnished();
    world.input(Input::Intent(Intent::OpenView));
    world.input(Input::Intent(Intent::Switch(Mode::Large)));
    assert_eq!(world.screen().modes, Modes::default());
    world.wait(SECOND);
    world.input(Input::Intent(Intent::CloseView));
    world.input(Input::Intent(Intent::Start(Language::Zh)));
    assert_eq!(world.screen().page, Page::Welcome);
    // Nor is anything switched once the sheet is closed.
    world.wait(SECOND);
    world.input(Input::Intent(Intent::Switch(Mode::Large)));
    assert_eq!(world.screen().modes, Modes::default());
}

#[test]
fn the_sheet_holds_back_neither_the_countdown_nor_bad_news() {
    let mut world = World::furnished();
    let (_, event) = world.check_in();
    world.intend(Intent::OpenView);
    world.input(Input::NotKept(event));
    assert!(!world.screen().viewing);
    world.check_call(&Call::Failed);
    world.intend(Intent::OpenView);
    world.wait(SECOND * 32);
    assert!(world.screen().countdown.is_some() && world.screen().viewing);
    // A tap stops the countdown and does nothing else.
    world.intend(Intent::Switch(Mode::Large));
    assert_eq!((world.screen().countdown, world.screen().modes), (None, Modes::default()));
    world.wait(SECOND * 41);
    assert_eq!((world.screen().page, world.screen().viewing), (Page::Welcome, false));
}

#[test]
fn larger_words_leave_room_for_fewer_cards_and_the_first_one_stays() {
    let mut world = World::furnished();
    world.arrive(Purpose::Model);
    world.intend(Intent::Turn(Turn::Next));
    let first = world.screen().tiles.tiles[0].id.clone();
    world.intend(Intent::OpenView);
    world.intend(Intent::Switch(Mode::Large));
    let tiles = world.screen().tiles;
    assert!(tiles.tiles.iter().any(|tile| tile.id == first));
    assert_eq!((tiles.page, tiles.pages), (1, 3));
    let first = tiles.tiles[0].id.clone();
    world.intend(Intent::Switch(Mode::Large));
    let tiles = world.screen().tiles;
    assert!(tiles.tiles.iter().any(|tile| tile.id == first));
    assert_eq!((tiles.page, tiles.pages), (0, 2));
}
