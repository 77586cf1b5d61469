//! Whoever waits: the places in the queue, and what is said of the wait.

use chrono::TimeDelta;
use shared::wire::{Detailed, Language, Purpose, Stage, Why};

use super::super::member::Presence;
use super::super::scene::Scene;
use super::super::visit::{Breach, CallReason, Rung};
use super::asked;
use crate::domain::command::Command;
use crate::domain::roster::Role;

#[test]
fn nobody_free_calls_reception_at_once_and_queues_in_order() {
    let mut scene = Scene::new().with("a", Role::Consultant).with("rec", Role::Reception);
    let first = scene.check_in(Purpose::Browse);
    scene.seconds(1);
    let second = scene.check_in(Purpose::Browse);
    scene.seconds(1);
    let booked = scene.check_in(Purpose::Appointment);
    assert_eq!(scene.visit(first).unwrap().reception_called, Some(CallReason::NobodyFree));
    let floor = &scene.state.floor;
    let places: Vec<_> = [first, second, booked].map(|id| floor.position(floor.visit(id).unwrap())).into();
    assert_eq!(places, [Some(2), Some(3), Some(1)]);
    scene.seconds(60);
    assert_eq!(scene.visit(first).unwrap().breach, Some(Breach::NobodyFree));
    scene.presence("a", Presence::Free);
    assert_eq!(scene.asked(booked).len(), 1);
    assert_eq!(scene.asked(booked)[0].2, Why::Queue);
    assert_eq!(scene.asked(first), []);
    scene.accept("a", booked).unwrap();
    scene.end("a", booked).unwrap();
    assert_eq!(scene.asked(first).len(), 1, "the longest waiting is next");
}

#[test]
fn whoever_becomes_free_as_a_rung_is_reached_takes_the_longest_waiting() {
    let mut scene = Scene::new().with_free(&["a"]);
    scene.presence("a", Presence::Break);
    let first = scene.check_in(Purpose::Browse);
    scene.seconds(5);
    let second = scene.check_in(Purpose::Browse);
    scene.advance(TimeDelta::milliseconds(3_900));
    // In one batch: they are free, and the second one's four seconds are over.
    scene.now += TimeDelta::milliseconds(200);
    scene.presence("a", Presence::Free);
    // Nobody is left for the second one's rung but whoever is asked already, as it would be a moment later.
    assert_eq!(
        (scene.asked(first), scene.asked(second)),
        (asked(&[(9, "a", Why::Queue)]), asked(&[(4, "a", Why::Everyone)]))
    );
}

#[test]
fn everybody_is_asked_once_about_a_visit_that_was_judged_already() {
    let mut scene = Scene::new().with("a", Role::Consultant).with("b", Role::Consultant);
    let first = scene.check_in(Purpose::Browse);
    scene.seconds(20);
    scene.presence("a", Presence::Free);
    scene.seconds(1);
    scene.check_in(Purpose::Browse);
    scene.presence("b", Presence::Free);
    scene.pass("a", first).unwrap();
    scene.seconds(3);
    assert_eq!(scene.asked(first), asked(&[(20, "a", Why::Queue), (24, "b", Why::Everyone)]));
    assert_eq!(scene.visit(first).unwrap().rung, Rung::Everyone);
    scene.seconds(60);
    assert_eq!(scene.asked(first).len(), 2, "the ladder does not begin once more");
}

#[test]
fn whoever_waits_at_another_kiosk_hears_that_the_queue_moved() {
    let mut scene = Scene::new().with("a", Role::Consultant);
    let first = scene.check_in(Purpose::Browse);
    scene.seconds(1);
    let second = scene.check_in_at("k2", Purpose::Browse);
    let told = |scene: &Scene, of| {
        let last = scene.statuses.iter().rfind(|status| status.visit == of)?;
        Some((last.stage, last.position))
    };
    assert_eq!(told(&scene, second), Some((Stage::Queued, Some(2))));
    scene.kiosk(Command::Leave(first, scene.just_now())).unwrap();
    assert_eq!(told(&scene, second), Some((Stage::Queued, Some(1))));
    let booked = scene.check_in(Purpose::Appointment);
    assert_eq!(told(&scene, second), Some((Stage::Queued, Some(2))), "an appointment goes ahead");
    assert_eq!(told(&scene, booked), Some((Stage::Queued, Some(1))));
}

#[test]
fn whoever_waits_hears_nothing_twice_while_the_queue_before_them_stands() {
    let mut scene = Scene::new().with("a", Role::Consultant).with("adv", Role::Advisor).with("rec", Role::Reception);
    let first = scene.check_in(Purpose::Browse);
    scene.seconds(1);
    let second = scene.check_in_at("k2", Purpose::Browse);
    let heard = |scene: &Scene, of| scene.statuses.iter().filter(|status| status.visit == of).count();
    let before = [first, second].map(|visit| heard(&scene, visit));
    scene.seconds(60);
    // Behind them, in another queue, and about one of them: neither place moves.
    scene.check_in_at("k3", Purpose::Browse);
    scene.check_in_at("k4", Purpose::Service);
    scene.kiosk(Command::Detail(first, None, Detailed { party: Some(2), ..Detailed::default() })).unwrap();
    assert_eq!([first, second].map(|visit| heard(&scene, visit)), before);
    scene.by("rec", Command::Receive(first)).unwrap();
    assert_eq!(
        [first, second].map(|visit| heard(&scene, visit)),
        [before[0] + 1, before[1]],
        "seated, but still ahead"
    );
    scene.kiosk(Command::Leave(first, scene.just_now())).unwrap();
    assert_eq!(heard(&scene, second), before[1] + 1);
}

#[test]
fn whoever_joined_another_visit_hears_how_that_one_goes_on() {
    let mut scene = Scene::new().with_free(&["a"]).with("rec", Role::Reception);
    let one = scene.check_in(Purpose::Browse);
    let other = scene.check_in_at("k2", Purpose::Browse);
    scene.by("rec", Command::Join(one, other)).unwrap();
    let told = |scene: &Scene| scene.statuses.iter().rfind(|status| status.visit == other).map(|status| status.stage);
    assert_eq!(told(&scene), Some(Stage::Calling));
    scene.accept("a", one).unwrap();
    assert_eq!(told(&scene), Some(Stage::Coming));
}

#[test]
fn a_wait_is_estimated_from_the_talks_of_late_and_from_nothing_else() {
    let mut scene = Scene::new().with_free(&["a", "b"]).with("rec", Role::Reception);
    let waits = |scene: &Scene, visit| {
        let status = scene.state.floor.status(scene.visit(visit).unwrap(), &scene.state.roster);
        (status.stage, status.position, status.wait_s)
    };
    for talk in 1..=5 {
        let visit = scene.check_in(Purpose::Browse);
        scene.seconds(1);
        let who = scene.asked(visit)[0].1.clone();
        scene.accept(&who, visit).unwrap();
        assert_eq!(waits(&scene, visit), (Stage::Coming, None, None), "no ground yet");
        scene.seconds(8);
        scene.greet(&who, visit).unwrap();
        scene.seconds(talk * 100);
        scene.end(&who, visit).unwrap();
        scene.seconds(3600);
    }
    let [one, other] = ["a", "b"].map(|_| {
        let visit = scene.check_in(Purpose::Browse);
        let who = scene.asked(visit)[0].1.clone();
        scene.accept(&who, visit).unwrap();
        (visit, who)
    });
    assert_eq!(waits(&scene, one.0), (Stage::Coming, None, Some(8)));
    let first = scene.check_in(Purpose::Browse);
    let second = scene.check_in(Purpose::Browse);
    // Two at work, half of the talks took 300 s: one of them is free every 150 s.
    assert_eq!(waits(&scene, first), (Stage::Queued, Some(1), Some(150)));
    assert_eq!(waits(&scene, second), (Stage::Queued, Some(2), Some(300)));
    scene.presence(&other.1, Presence::Break);
    assert_eq!(waits(&scene, second), (Stage::Queued, Some(2), Some(600)));
    scene.presence(&one.1, Presence::Off);
    assert_eq!(waits(&scene, second), (Stage::Queued, Some(2), None), "nobody is at work");
}

#[test]
fn those_who_become_free_at_once_are_asked_about_one_visit_each() {
    let names = ["a", "b", "c"];
    let mut scene = Scene::new().with_free(&names);
    for name in names {
        scene.presence(name, Presence::Break);
    }
    let visits = names.map(|_| scene.check_in(Purpose::Browse));
    // Nobody was left to ask, so that each ladder is at its end.
    scene.seconds(5);
    scene.together(&names, &Command::SetPresence(Presence::Free));
    assert_eq!(visits.map(|visit| scene.asked(visit)), names.map(|name| asked(&[(5, name, Why::Queue)])));
    // And whoever comes to them then is asked beside.
    scene.hire("d", Role::Consultant, &[Language::Zh]);
    scene.presence("d", Presence::Free);
    assert_eq!(scene.asked(visits[0]), asked(&[(5, "a", Why::Queue), (5, "d", Why::Queue)]));
}

#[test]
fn nobody_was_free_within_ten_seconds_though_somebody_is_as_they_end() {
    let mut scene = Scene::new().with_free(&["a"]);
    scene.presence("a", Presence::Break);
    let visit = scene.check_in(Purpose::Browse);
    scene.advance(TimeDelta::milliseconds(9_900));
    scene.now += TimeDelta::milliseconds(101);
    scene.presence("a", Presence::Free);
    assert_eq!(scene.visit(visit).unwrap().breach, Some(Breach::NobodyFree));
    assert_eq!(scene.asked(visit), asked(&[(10, "a", Why::Queue)]));
    // With the ladder's time before them.
    assert_eq!(scene.visit(visit).unwrap().rung, Rung::First);
}
