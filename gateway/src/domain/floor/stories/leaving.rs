//! Somebody is taken off the staff in the middle of the day.

use shared::wire::{Purpose, Stage, Why};

use super::super::member::Presence;
use super::super::scene::{Scene, staff};
use super::super::visit::CallReason;
use super::asked;
use crate::domain::Actor;
use crate::domain::command::Command;
use crate::domain::effect::{Effect, Task};
use crate::domain::roster::Role;

impl Scene {
    fn dismiss(&mut self, name: &str) {
        self.ask(Actor::System, Command::RemoveAccount(staff(name))).unwrap();
    }
}

#[test]
fn their_visitor_is_the_first_in_the_queue_and_reception_knows() {
    let mut scene = Scene::new().with_free(&["a"]).with("b", Role::Consultant).with("rec", Role::Reception);
    let visit = scene.check_in(Purpose::Browse);
    scene.accept("a", visit).unwrap();
    scene.greet("a", visit).unwrap();
    scene.seconds(600);
    scene.dismiss("a");
    assert_eq!(scene.visit(visit).unwrap().stage(), Stage::Queued);
    assert!(scene.visit(visit).unwrap().shouts(), "the manager knows as well");
    let told = scene
        .told
        .iter()
        .any(|effect| matches!(effect, Effect::Task { task: Task::Receive { reason: CallReason::OwnerGone, .. }, .. }));
    assert!(told, "reception knows");
    assert_eq!(scene.statuses.last().unwrap().stage, Stage::Queued, "their screen tells the truth");
    scene.presence("b", Presence::Free);
    assert_eq!(scene.asked(visit).last().unwrap(), &(600, "b".to_owned(), Why::Queue));
    // The ten seconds were kept once: they are not broken now, whoever comes.
    scene.seconds(20);
    assert_eq!(scene.visit(visit).unwrap().breach, None);
    scene.accept("b", visit).unwrap();
    scene.greet("b", visit).unwrap();
    scene.end("b", visit).unwrap();
}

#[test]
fn whoever_came_beside_serves_the_visit_now() {
    let mut scene = Scene::new().with_free(&["a", "b"]);
    let visit = scene.check_in(Purpose::Browse);
    scene.accept("a", visit).unwrap();
    scene.by("a", Command::CallSecond(visit, Some(staff("b")))).unwrap();
    scene.accept("b", visit).unwrap();
    scene.dismiss("a");
    assert_eq!(scene.visit(visit).unwrap().accepted.as_ref().unwrap().0, staff("b"));
    assert!(scene.visit(visit).unwrap().seconds.is_empty());
    scene.end("b", visit).unwrap();
}

#[test]
fn a_second_person_who_leaves_leaves_the_first_alone_with_the_visitor() {
    let mut scene = Scene::new().with_free(&["a", "b"]);
    let visit = scene.check_in(Purpose::Browse);
    scene.accept("a", visit).unwrap();
    scene.by("a", Command::CallSecond(visit, Some(staff("b")))).unwrap();
    scene.accept("b", visit).unwrap();
    scene.dismiss("b");
    assert!(scene.visit(visit).unwrap().seconds.is_empty());
    scene.end("a", visit).unwrap();
}

#[test]
fn what_rings_for_them_goes_on_and_a_colleague_they_had_asked_is_asked_no_longer() {
    let mut scene = Scene::new().with_free(&["a", "b"]).with("rec", Role::Reception);
    let ringing = scene.check_in(Purpose::Browse);
    scene.dismiss("a");
    assert_eq!(scene.asked(ringing), asked(&[(0, "a", Why::LongestFree), (0, "b", Why::NotAccepted)]));
    scene.accept("b", ringing).unwrap();
    scene.hire("c", Role::Consultant, &[shared::wire::Language::Zh]);
    scene.by("b", Command::HandOver(ringing, staff("c"))).unwrap();
    scene.dismiss("b");
    assert_eq!(scene.visit(ringing).unwrap().open_askings().count(), 0);
    assert_eq!(scene.visit(ringing).unwrap().stage(), Stage::Queued);
}

#[test]
fn an_end_that_is_taken_back_after_they_left_leaves_nobody_alone() {
    let mut scene = Scene::new().with_free(&["a"]).with("rec", Role::Reception);
    let visit = scene.check_in(Purpose::Browse);
    scene.accept("a", visit).unwrap();
    scene.end("a", visit).unwrap();
    scene.dismiss("a");
    scene.by("rec", Command::UndoVisit(visit)).unwrap();
    assert_eq!(scene.visit(visit).unwrap().stage(), Stage::Queued);
}
