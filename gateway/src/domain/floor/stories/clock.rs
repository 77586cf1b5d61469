//! A clock that somebody sets.

use chrono::TimeDelta;
use shared::wire::Purpose;

use super::super::scene::Scene;
use crate::domain::command::Command;

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
