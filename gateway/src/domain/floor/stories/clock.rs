//! A clock that somebody sets, and a check-in that somebody takes back.

use chrono::TimeDelta;
use shared::wire::{Language, Purpose};

use super::super::scene::Scene;
use super::super::visit::Outcome;
use crate::domain::command::{Command, Refusal};
use crate::domain::roster::Role;

#[test]
fn a_clock_that_is_set_leaves_open_ladders_their_remaining_time() {
    let mut scene = Scene::new().with_free(&["a", "b"]);
    let visit = scene.check_in(Purpose::Browse);
    scene.seconds(3);
    scene.now += TimeDelta::hours(1);
    scene.ask(crate::domain::Actor::System, Command::StepClock(3_600_000)).unwrap();
    assert_eq!(scene.asked(visit).len(), 1, "an hour forward rings nobody early");
    scene.seconds(1);
    assert_eq!(scene.asked(visit).len(), 2);
    assert!(scene.visit(visit).unwrap().time_uncertain);
}

#[test]
fn a_clock_that_is_set_back_leaves_the_rotation_as_it_was() {
    let mut scene = Scene::new().with_free(&["a", "b"]);
    for name in ["a", "b"] {
        let visit = scene.check_in(Purpose::Browse);
        scene.accept(name, visit).unwrap();
        scene.end(name, visit).unwrap();
        scene.seconds(60);
    }
    scene.now -= TimeDelta::hours(2);
    scene.ask(crate::domain::Actor::System, Command::StepClock(-7_200_000)).unwrap();
    for expect in ["a", "b", "a"] {
        let visit = scene.check_in(Purpose::Browse);
        assert_eq!(scene.asked(visit).last().unwrap().1, expect);
        scene.accept(expect, visit).unwrap();
        scene.end(expect, visit).unwrap();
        scene.seconds(60);
    }
}

#[test]
fn a_walk_in_by_mistake_is_taken_back_while_nobody_comes() {
    let mut scene = Scene::new().with_free(&["a"]).with("zhao", Role::Reception);
    let walk_in = |scene: &mut Scene| {
        let visit = scene.new_visit();
        let command = Command::WalkIn { visit, purpose: Purpose::Browse, language: Language::Zh, party: None };
        scene.by("zhao", command).unwrap();
        visit
    };
    let visit = walk_in(&mut scene);
    assert_eq!(scene.by("a", Command::UndoVisit(visit)), Err(Refusal::NotYours));
    scene.by("zhao", Command::UndoVisit(visit)).unwrap();
    assert_eq!(scene.visit(visit).unwrap().ended.map(|(outcome, _)| outcome), Some(Outcome::Cancelled));
    assert_eq!(scene.visit(visit).unwrap().open_askings().count(), 0, "nobody is rung");
    scene.by("zhao", Command::UndoVisit(visit)).unwrap();
    scene.accept("a", visit).unwrap();
    assert_eq!(scene.by("zhao", Command::UndoVisit(visit)), Err(Refusal::NothingToUndo), "never Accept");
    scene.end("a", visit).unwrap();

    let late = walk_in(&mut scene);
    scene.seconds(121);
    assert_eq!(scene.by("zhao", Command::UndoVisit(late)), Err(Refusal::NothingToUndo));
    let at_kiosk = scene.check_in(Purpose::Browse);
    assert_eq!(scene.by("zhao", Command::UndoVisit(at_kiosk)), Err(Refusal::NothingToUndo), "a visitor stands there");
}
