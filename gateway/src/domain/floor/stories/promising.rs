//! Promising leads 高意向: what somebody did before makes a senior the first to be asked, and the wait shorter.

use chrono::TimeDelta;
use shared::ids::{LeadId, VisitId};
use shared::wire::{Alert, Intent, Language, Purpose, When, Why};

use super::super::member::Presence;
use super::super::scene::{Scene, staff};
use super::super::visit::Outcome;
use super::asked;
use super::own::{LI, comes, number};
use crate::domain::command::{Actor, Command, Interest};
use crate::domain::effect::Effect;
use crate::domain::sales::{Contact, LeadChannel, LeadEvent};
use crate::domain::{Event, State};

fn promote(scene: &mut Scene, name: &str) {
    let mut account = scene.state.roster.accounts[&staff(name)].clone();
    account.senior = true;
    scene.ask(Actor::System, Command::SetAccount(account)).unwrap();
}

/// Serves a visit that takes so many minutes.
fn serve(scene: &mut Scene, who: &str, visit: VisitId, minutes: i64, outcome: Outcome) {
    scene.accept(who, visit).unwrap();
    scene.greet(who, visit).unwrap();
    scene.advance(TimeDelta::minutes(minutes));
    scene.by(who, Command::End(visit, outcome)).unwrap();
    scene.advance(TimeDelta::days(1));
}

/// `a` has talked with somebody for half an hour, twice, about the same model, and let them drive; now `a` is off, `b` has waited
/// longest, and `z` is a senior.
fn a_week_later() -> Scene {
    let mut scene = Scene::new().with_free(&["a"]);
    for outcome in [Outcome::Interested, Outcome::TestDrove] {
        let mut detail = number(LI, true);
        detail.models = vec!["s7".parse().unwrap()];
        let visit = comes(&mut scene, detail);
        serve(&mut scene, "a", visit, 30, outcome);
    }
    let visit = comes(&mut scene, number(LI, true));
    serve(&mut scene, "a", visit, 5, Outcome::Interested);
    scene.presence("a", Presence::Off);
    // Longer than anybody is somebody's customer: nothing but the score decides.
    scene.advance(TimeDelta::days(31));
    scene = scene.with_free(&["b", "z"]);
    promote(&mut scene, "z");
    scene
}

fn last_alert<'a>(scene: &'a Scene, who: &str) -> &'a Alert {
    let alerts = scene.told.iter().rev().filter_map(|effect| match effect {
        Effect::Alert { to, alert } if *to == staff(who) => Some(alert.as_ref()),
        _ => None,
    });
    alerts.into_iter().next().unwrap()
}

#[test]
fn a_promising_lead_goes_to_a_senior_who_learns_why_and_a_stranger_to_whoever_waited_longest() {
    let mut scene = a_week_later();
    let stranger = comes(&mut scene, number("13900139000", false));
    assert_eq!(scene.asked(stranger), asked(&[(0, "b", Why::LongestFree)]));
    scene.kiosk(Command::Cancel(stranger, scene.just_now())).unwrap();

    let visit = comes(&mut scene, number(LI, false));
    assert_eq!(scene.asked(visit), asked(&[(0, "z", Why::Senior)]));
    assert_eq!(last_alert(&scene, "z").score, None, "before Accept it is nobody's business what they did here");
    scene.accept("z", visit).unwrap();
    let score = last_alert(&scene, "z").score.clone().unwrap();
    let parts: Vec<_> = score.parts.iter().map(|part| (part.signal.as_str(), part.amount, part.points)).collect();
    // Three visits, 65 minutes, one model twice, one drive.
    let expect =
        [("visits", Some(3), 30), ("talk", Some(65), 20), ("test_drives", Some(1), 20), ("model", Some(2), 10)];
    assert_eq!((score.points, score.intent, parts), (80, Intent::High, expect.to_vec()));
}

#[test]
fn of_two_who_wait_the_promising_one_comes_first() {
    let mut scene = a_week_later();
    for name in ["b", "z"] {
        scene.presence(name, Presence::Break);
    }
    let first = comes(&mut scene, number("13900139000", false));
    scene.seconds(60);
    let promising = comes(&mut scene, number(LI, false));
    scene.seconds(60);
    scene.presence("b", Presence::Free);
    assert_eq!(scene.asked(promising), asked(&[(60, "b", Why::Queue)]));
    assert_eq!(scene.asked(first), vec![]);
}

#[test]
fn an_end_that_is_taken_back_counts_once_and_a_visit_that_nobody_greeted_not_at_all() {
    let mut scene = Scene::new().with_free(&["a"]);
    let visit = comes(&mut scene, number(LI, true));
    scene.accept("a", visit).unwrap();
    scene.greet("a", visit).unwrap();
    scene.advance(TimeDelta::minutes(10));
    scene.by("a", Command::End(visit, Outcome::TestDrove)).unwrap();
    scene.by("a", Command::UndoVisit(visit)).unwrap();
    scene.advance(TimeDelta::minutes(10));
    scene.by("a", Command::End(visit, Outcome::Interested)).unwrap();
    scene.advance(TimeDelta::days(1));
    let ignored = comes(&mut scene, number(LI, false));
    scene.kiosk(Command::Leave(ignored, scene.just_now())).unwrap();
    scene.advance(TimeDelta::days(1));

    let visit = comes(&mut scene, number(LI, false));
    let lead = scene.visit(visit).unwrap().known.lead.unwrap();
    let score = scene.state.score(lead).unwrap();
    let parts: Vec<_> = score.parts.iter().map(|part| (part.signal.as_str(), part.amount)).collect();
    assert_eq!(parts, [("visits", Some(1)), ("talk", Some(20))]);
}

/// What somebody submits from the kiosk's code; later ones have smaller ids.
fn sends(scene: &mut Scene, nth: u8, when: When) {
    let interest = Interest {
        lead: LeadId::from_uuid(uuid::Uuid::from_u128(u128::MAX - u128::from(nth))),
        visit: VisitId::new(scene.now, [nth; 10]),
        channel: LeadChannel::KioskQr,
        place: "k1".parse().ok(),
        nonce: Some(hex::encode([nth; 6])),
        opened_at: scene.now,
        language: Language::Zh,
        models: Vec::new(),
        when: Some(when),
        budget: None,
        contact: Contact { phone: number(LI, true).phone, ..Contact::default() },
        consents: number(LI, true).consents,
    };
    scene.ask(Actor::Visitor, Command::RegisterInterest(interest)).unwrap();
}

#[test]
fn what_is_told_with_the_number_counts_at_once_and_the_last_word_counts() {
    let mut scene = Scene::new().with_free(&["a"]);
    let visit = comes(&mut scene, number(LI, true));
    serve(&mut scene, "a", visit, 5, Outcome::Interested);
    let visit = comes(&mut scene, number(LI, false));
    let score = |scene: &Scene| scene.visit(visit).unwrap().known.score;
    assert_eq!(score(&scene), Some(10));
    let asked = scene.asked(visit);
    sends(&mut scene, 1, When::Month);
    assert_eq!((score(&scene), scene.asked(visit)), (Some(30), asked), "counted at once, and nobody is rung twice");
    scene.seconds(1);
    sends(&mut scene, 2, When::Quarter);
    let lead = scene.visit(visit).unwrap().known.lead.unwrap();
    assert_eq!(scene.state.score(lead).map(|score| score.points), Some(22), "they have more time than they said first");
}

#[test]
fn an_end_that_is_taken_back_for_good_gives_nothing() {
    let mut scene = Scene::new().with_free(&["a"]);
    let visit = comes(&mut scene, number(LI, true));
    serve(&mut scene, "a", visit, 5, Outcome::Interested);
    let visit = comes(&mut scene, number(LI, false));
    scene.accept("a", visit).unwrap();
    // Nobody said greeted: ended as driven by a slip of the finger, and the visitor has gone.
    scene.by("a", Command::End(visit, Outcome::TestDrove)).unwrap();
    scene.by("a", Command::UndoVisit(visit)).unwrap();
    scene.kiosk(Command::Leave(visit, scene.just_now())).unwrap();
    scene.advance(TimeDelta::days(1));
    let visit = comes(&mut scene, number(LI, false));
    let score = scene.state.score(scene.visit(visit).unwrap().known.lead.unwrap()).unwrap();
    let parts: Vec<_> = score.parts.iter().map(|part| (part.signal.as_str(), part.amount)).collect();
    assert_eq!(parts, [("visits", Some(1))]);
}

#[test]
fn whose_contact_is_erased_is_promising_no_more_and_a_snapshot_loses_nothing() {
    let mut scene = a_week_later();
    let kept = serde_json::to_string(&scene.state.customers).unwrap();
    let mut restored = State { customers: serde_json::from_str(&kept).unwrap(), ..State::default() };
    restored.customers.configure(crate::domain::customer::NumberKey::default());
    let leads = scene.all.iter().filter_map(|(_, event)| match event {
        Event::Lead(LeadEvent::Received(lead)) => Some(lead.id),
        _ => None,
    });
    let leads: Vec<_> = leads.collect();
    assert_eq!(restored.score(leads[0]), scene.state.score(leads[0]));
    assert_eq!(restored.score(leads[0]).map(|score| score.points), Some(80));
    for lead in leads {
        scene.ask(Actor::System, Command::EraseLead(lead)).unwrap();
    }
    let visit = scene.check_in_with(Purpose::Browse, Language::Zh, number(LI, false), Some(0));
    assert_eq!(scene.asked(visit), asked(&[(0, "b", Why::LongestFree)]));
    assert_eq!(scene.visit(visit).unwrap().known.score, None);
}
