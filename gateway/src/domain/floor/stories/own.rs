//! Own customers 归属: who is known by a number, who is rung for them, and whose they stay.

use chrono::TimeDelta;
use shared::consent::{Consent, ConsentPurpose};
use shared::ids::VisitId;
use shared::phone::PhoneNumber;
use shared::wire::{Detailed, Language, Purpose, Why};

use super::super::event::FloorEvent;
use super::super::member::Presence;
use super::super::scene::{Scene, staff};
use super::asked;
use crate::domain::command::{Actor, Command};
use crate::domain::customer::NumberKey;
use crate::domain::effect::{Effect, Task};
use crate::domain::sales::LeadEvent;
use crate::domain::secret::Sealable;
use crate::domain::{Event, State};

pub(super) const LI: &str = "13800138000";

pub(super) fn number(text: &str, agreed: bool) -> Detailed {
    let consents = agreed
        .then(|| Consent { purpose: ConsentPurpose::Contact, wording: "v1".to_owned(), given: true })
        .into_iter()
        .collect();
    Detailed { phone: PhoneNumber::parse(text).ok(), consents, ..Detailed::default() }
}

pub(super) fn comes(scene: &mut Scene, detail: Detailed) -> VisitId {
    scene.check_in_with(Purpose::Browse, Language::Zh, detail, Some(0))
}

fn serve(scene: &mut Scene, who: &str, visit: VisitId) {
    scene.accept(who, visit).unwrap();
    scene.greet(who, visit).unwrap();
    scene.end(who, visit).unwrap();
}

/// Two consultants, of whom `a` has served somebody who may be contacted; two days ago.
fn two_days_later() -> Scene {
    let mut scene = Scene::new().with_free(&["a", "b"]);
    let visit = comes(&mut scene, number(LI, true));
    serve(&mut scene, "a", visit);
    scene.advance(TimeDelta::days(2));
    scene
}

fn owner(scene: &Scene, visit: VisitId) -> Option<String> {
    scene.visit(visit).unwrap().known.owner.as_ref().map(ToString::to_string)
}

#[test]
fn whoever_comes_again_is_rung_through_to_their_consultant_and_it_costs_no_turn() {
    let mut scene = two_days_later();
    let turn = scene.state.floor.member(&staff("a")).unwrap().last_turn;
    // It is the other one's turn, and the number is written otherwise.
    let visit = comes(&mut scene, number("+86 138-0013-8000", false));
    assert_eq!(scene.asked(visit), asked(&[(0, "a", Why::OwnCustomer)]));
    let alert = scene.told.iter().rev().find_map(|effect| match effect {
        Effect::Alert { to, alert } if *to == staff("a") => Some(alert.clone()),
        _ => None,
    });
    let alert = alert.unwrap();
    assert!(alert.own_customer);
    assert_eq!(alert.last_visit.map(|last| (scene.now - last.at).num_days()), Some(2));
    scene.accept("a", visit).unwrap();
    assert_eq!(scene.state.floor.member(&staff("a")).unwrap().last_turn, turn);
}

#[test]
fn what_somebody_answered_is_known_when_they_come_again() {
    let mut scene = Scene::new().with_free(&["a", "b"]);
    let last = |scene: &Scene| {
        let alerts = scene.told.iter().rev();
        let mut known = alerts.filter_map(|effect| match effect {
            Effect::Alert { to, alert } if *to == staff("a") => alert.last_visit.clone(),
            _ => None,
        });
        known.next().map(|last| last.answers.into_iter().map(|(q, a)| format!("{q} {a}")).collect::<Vec<_>>())
    };
    for (said, before) in [
        (Some("suv"), None),
        (None, Some(vec!["body suv".to_owned()])),
        (Some("sedan"), Some(vec!["body suv".to_owned()])),
    ] {
        let visit = comes(&mut scene, number(LI, true));
        scene.accept("a", visit).unwrap();
        scene.greet("a", visit).unwrap();
        assert_eq!(last(&scene), before, "nobody asked the second time, and what was known is still known");
        if let Some(said) = said {
            let (question, answer) = ("body".parse().unwrap(), said.parse().unwrap());
            scene.by("a", Command::Answer { visit, question, answer }).unwrap();
        }
        scene.end("a", visit).unwrap();
        scene.advance(TimeDelta::days(1));
    }
    let visit = comes(&mut scene, number(LI, false));
    scene.accept("a", visit).unwrap();
    assert_eq!(last(&scene), Some(vec!["body sedan".to_owned()]));
}

#[test]
fn a_number_that_follows_the_tap_rings_for_the_own_consultant_beside_whoever_is_asked() {
    let mut scene = two_days_later();
    let visit = scene.check_in(Purpose::Browse);
    assert_eq!(scene.asked(visit), asked(&[(0, "b", Why::LongestFree)]));
    scene.seconds(2);
    scene.kiosk(Command::Detail(visit, None, number(LI, false))).unwrap();
    let both = [(0, "b", Why::LongestFree), (2, "a", Why::OwnCustomer)];
    assert_eq!(scene.asked(visit), asked(&both));
    scene.kiosk(Command::Detail(visit, None, number(LI, false))).unwrap();
    assert_eq!(scene.asked(visit), asked(&both), "said twice, rung once");
    // A stranger's number in its place: nobody's customer.
    scene.kiosk(Command::Detail(visit, None, number("13900139000", false))).unwrap();
    assert_eq!(owner(&scene, visit), None);
}

#[test]
fn the_own_consultant_who_is_being_rung_for_another_is_told() {
    let mut scene = two_days_later();
    scene.presence("b", Presence::Break);
    let other = scene.check_in(Purpose::Browse);
    assert_eq!(scene.asked(other), asked(&[(0, "a", Why::LongestFree)]));
    scene.presence("b", Presence::Free);
    let visit = comes(&mut scene, number(LI, false));
    assert_eq!(scene.asked(visit), asked(&[(0, "b", Why::LongestFree)]));
    let told = Effect::Task { to: staff("a"), task: Task::OwnCustomer { visit } };
    assert_eq!(scene.told.iter().filter(|effect| **effect == told).count(), 1);
}

#[test]
fn whom_the_visitor_asked_for_loses_no_turn_however_they_were_rung() {
    let mut scene = Scene::new().with_free(&["a", "b"]);
    let turn = |scene: &Scene| scene.state.floor.member(&staff("a")).unwrap().last_turn;
    scene.presence("a", Presence::Break);
    let visit = scene.check_in(Purpose::Appointment);
    let wish = Detailed { consultant: Some(staff("a")), ..Detailed::default() };
    scene.kiosk(Command::Detail(visit, None, wish)).unwrap();
    let before = turn(&scene);
    scene.presence("a", Presence::Free);
    scene.pass("b", visit).unwrap();
    assert_eq!(scene.asked(visit), asked(&[(0, "b", Why::LongestFree), (0, "a", Why::Passed)]));
    scene.accept("a", visit).unwrap();
    assert_eq!(turn(&scene), before);
}

#[test]
fn the_own_consultant_who_is_busy_is_told_and_keeps_the_customer() {
    let mut scene = two_days_later();
    scene.presence("a", Presence::Appointment);
    let visit = comes(&mut scene, number(LI, true));
    assert_eq!(scene.asked(visit), asked(&[(0, "b", Why::LongestFree)]));
    let told = Effect::Task { to: staff("a"), task: Task::OwnCustomer { visit } };
    assert_eq!(scene.told.iter().filter(|effect| **effect == told).count(), 1);
    serve(&mut scene, "b", visit);
    scene.presence("a", Presence::Free);
    scene.advance(TimeDelta::days(1));
    let visit = comes(&mut scene, number(LI, false));
    assert_eq!(scene.asked(visit), asked(&[(0, "a", Why::OwnCustomer)]), "whoever stood in takes nobody away");
    // But whoever is given the visitor has them from then on.
    scene.accept("a", visit).unwrap();
    scene.by("a", Command::HandOver(visit, staff("b"))).unwrap();
    serve(&mut scene, "b", visit);
    scene.advance(TimeDelta::days(1));
    let visit = comes(&mut scene, number(LI, false));
    assert_eq!(owner(&scene, visit).as_deref(), Some("b"));
}

#[test]
fn a_customer_is_somebodys_for_thirty_days_after_the_last_real_contact() {
    let mut scene = two_days_later();
    scene.advance(TimeDelta::days(28) - TimeDelta::seconds(1));
    let visit = comes(&mut scene, number(LI, false));
    assert_eq!(owner(&scene, visit).as_deref(), Some("a"));
    // Gone before anybody came: no contact.
    scene.kiosk(Command::Leave(visit, scene.just_now())).unwrap();
    scene.seconds(150);
    let visit = comes(&mut scene, number(LI, false));
    assert_eq!(owner(&scene, visit), None);
    assert!(scene.visit(visit).unwrap().known.lead.is_some(), "known all the same");
    assert_eq!(scene.asked(visit), asked(&[(0, "b", Why::LongestFree)]));
    serve(&mut scene, "b", visit);
    scene.advance(TimeDelta::days(1));
    let visit = comes(&mut scene, number(LI, false));
    assert_eq!(owner(&scene, visit).as_deref(), Some("b"));
}

#[test]
fn whoever_agreed_to_nothing_or_took_it_back_is_a_stranger() {
    let mut scene = Scene::new().with_free(&["a", "b"]);
    let visit = comes(&mut scene, number(LI, false));
    serve(&mut scene, "a", visit);
    scene.advance(TimeDelta::days(1));
    let visit = comes(&mut scene, number(LI, false));
    assert_eq!((owner(&scene, visit), scene.visit(visit).unwrap().known.lead), (None, None));

    let mut scene = two_days_later();
    let leads = scene.all.iter().filter_map(|(_, event)| match event {
        Event::Lead(LeadEvent::Received(lead)) => Some(lead.id),
        _ => None,
    });
    for lead in leads.collect::<Vec<_>>() {
        scene.ask(Actor::System, Command::EraseLead(lead)).unwrap();
    }
    let visit = comes(&mut scene, number(LI, false));
    assert_eq!((owner(&scene, visit), scene.visit(visit).unwrap().known.lead), (None, None));
    assert_eq!(scene.state.customers, State::default().customers, "nothing of them is left");
}

#[test]
fn a_replay_that_cannot_read_an_erased_contact_comes_to_the_same_customers() {
    let mut scene = two_days_later();
    // The owner is busy, another stands in, and the visitor agrees once more: a second contact, with the same owner.
    scene.presence("a", Presence::Appointment);
    let visit = comes(&mut scene, number(LI, true));
    serve(&mut scene, "b", visit);
    scene.advance(TimeDelta::hours(1));
    let first = scene.all.iter().find_map(|(_, event)| match event {
        Event::Lead(LeadEvent::Received(lead)) => Some(lead.id),
        _ => None,
    });
    let first = first.unwrap();
    scene.ask(Actor::System, Command::EraseLead(first)).unwrap();

    let mut state = State::default();
    state.configure(crate::domain::Rules::default());
    for (at, event) in &mut scene.all {
        if let Event::Lead(LeadEvent::Received(lead) | LeadEvent::Changed(lead)) = event
            && let Some(secret) = lead.secret.as_mut().filter(|_| lead.id == first)
        {
            secret.reopen(None);
        }
        state.apply(event, *at);
    }
    assert_eq!(state.customers, scene.state.customers);
    let visit = comes(&mut scene, number(LI, false));
    assert_eq!(owner(&scene, visit).as_deref(), Some("a"), "whoever stood in takes nobody away");
}

#[test]
fn a_consultant_who_has_gone_for_good_owns_nobody_and_a_snapshot_forgets_nobody() {
    let mut scene = two_days_later();
    let kept = serde_json::to_string(&scene.state.customers).unwrap();
    scene.state.customers = serde_json::from_str(&kept).unwrap();
    scene.state.customers.configure(NumberKey::default());
    scene.ask(Actor::System, Command::RemoveAccount(staff("a"))).unwrap();
    let visit = comes(&mut scene, number(LI, false));
    assert_eq!(owner(&scene, visit), None);
    let known =
        |(_, event): &&(_, FloorEvent)| matches!(event, FloorEvent::Recognised { lead: Some(_), owner: None, .. });
    assert_eq!(scene.history.iter().filter(known).count(), 1);
    assert_eq!(scene.asked(visit), asked(&[(0, "b", Why::LongestFree)]));
}
