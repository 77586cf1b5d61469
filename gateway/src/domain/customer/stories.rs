//! Disputes 撞单 and rulings, told to the engine.

use chrono::{DateTime, TimeDelta, Utc};
use shared::consent::{Consent, ConsentPurpose};
use shared::ids::{DisputeId, LeadId, VisitId};
use shared::personal::Personal;
use shared::phone::PhoneNumber;
use shared::wire::{Detailed, Language, Purpose, Why};

use super::{Claim, CustomerEvent, NumberKey, Owned, Seen, Verdict, Whose};
use crate::domain::command::{Actor, Command, Refusal};
use crate::domain::effect::{Effect, Task};
use crate::domain::floor::member::Presence;
use crate::domain::floor::scene::{Scene, staff};
use crate::domain::roster::Role;
use crate::domain::sales::LeadEvent;
use crate::domain::secret::{Sealable, Secrets, Subject};
use crate::domain::{Event, Rules, State};

const LI: &str = "13800138000";

/// Consultants `a`, `b` and `c`, reception, and the managers `man` and `boss`; `a` has served somebody who may be contacted, two days ago.
pub(super) fn showroom() -> (Scene, LeadId) {
    let mut scene = Scene::new().with_free(&["a", "b", "c"]).with("rec", Role::Reception);
    for manager in ["man", "boss"] {
        scene.hire(manager, Role::Manager, &[Language::Zh]);
    }
    let visit = comes(&mut scene, true);
    serve(&mut scene, "a", visit);
    scene.advance(TimeDelta::days(2));
    let lead = leads(&scene)[0];
    (scene, lead)
}

fn leads(scene: &Scene) -> Vec<LeadId> {
    let leads = scene.all.iter().filter_map(|(_, event)| match event {
        Event::Lead(LeadEvent::Received(lead)) => Some(lead.id),
        _ => None,
    });
    leads.collect()
}

pub(super) fn comes(scene: &mut Scene, agreed: bool) -> VisitId {
    let consent = || Consent { purpose: ConsentPurpose::Contact, wording: "v1".to_owned(), given: true };
    let consents = agreed.then(consent).into_iter().collect();
    let detail = Detailed { phone: PhoneNumber::parse(LI).ok(), consents, ..Detailed::default() };
    scene.check_in_with(Purpose::Browse, Language::Zh, detail, Some(0))
}

pub(super) fn serve(scene: &mut Scene, who: &str, visit: VisitId) {
    if scene.alert(who, visit).is_none() {
        scene.by("rec", Command::Assign(visit, staff(who))).unwrap();
    }
    scene.accept(who, visit).unwrap();
    scene.greet(who, visit).unwrap();
    scene.end(who, visit).unwrap();
}

/// `b` stands in for the owner, who is busy, and so has met the customer.
fn stands_in(scene: &mut Scene, who: &str) {
    scene.presence("a", Presence::Break);
    let visit = comes(scene, false);
    serve(scene, who, visit);
    scene.presence("a", Presence::Free);
    scene.seconds(180);
}

fn id(number: u8) -> DisputeId {
    DisputeId::new(DateTime::UNIX_EPOCH, [number; 10])
}

fn claim(scene: &mut Scene, who: &str, number: u8, lead: LeadId) -> Result<(), Refusal> {
    let reason = Personal::new("王小姐上周在车展加过我");
    scene.by(who, Command::Dispute(Claim { dispute: id(number), lead, claimant: None, reason }))
}

fn verdict(whose: Whose) -> Verdict {
    Verdict { whose, reason: Personal::new("车展登记在先"), seen: None, dispute: None }
}

pub(super) fn rule(scene: &mut Scene, who: &str, lead: LeadId, whose: Whose) -> Result<(), Refusal> {
    scene.by(who, Command::Rule(lead, verdict(whose)))
}

pub(super) fn to(who: &str) -> Whose {
    Whose::To(staff(who))
}

pub(super) fn owned(scene: &Scene, lead: LeadId) -> Option<Owned> {
    scene.state.customers.owner(lead, scene.state.floor.rules().owned, scene.now)
}

fn owner(scene: &Scene, lead: LeadId) -> Option<(String, bool)> {
    owned(scene, lead).map(|owned| (owned.staff.to_string(), owned.settled))
}

fn is(who: &str, settled: bool) -> (String, bool) {
    (who.to_owned(), settled)
}

fn asked(scene: &Scene, visit: VisitId) -> Vec<(String, Why)> {
    scene.asked(visit).into_iter().map(|(_, who, why)| (who, why)).collect()
}

fn told(scene: &Scene, who: &str) -> Vec<Task> {
    let told = scene.told.iter().filter_map(|effect| match effect {
        Effect::Task { to, task } if *to == staff(who) => Some(task.clone()),
        _ => None,
    });
    told.filter(|task| matches!(task, Task::Dispute { .. } | Task::Settled { .. })).collect()
}

#[test]
fn a_dispute_is_raised_by_whoever_has_met_the_customer_and_every_manager_is_told() {
    let (mut scene, lead) = showroom();
    assert_eq!(claim(&mut scene, "b", 1, lead), Err(Refusal::NotYours), "never met");
    assert_eq!(claim(&mut scene, "a", 1, lead), Err(Refusal::AlreadyYours));
    assert_eq!(claim(&mut scene, "rec", 1, lead), Err(Refusal::NotYours), "reception owns nobody");
    assert_eq!(claim(&mut scene, "nobody", 1, lead), Err(Refusal::UnknownStaff));
    stands_in(&mut scene, "b");
    assert_eq!(owner(&scene, lead), Some(is("a", false)), "whoever stood in takes nobody away");
    claim(&mut scene, "b", 1, lead).unwrap();
    let known = scene.state.customers.dispute(id(1)).unwrap();
    assert_eq!((&known.claimant, &known.owner), (&Some(staff("b")), &Some(staff("a"))));
    assert_eq!(known.secret.subject(), &Subject::Lead(lead));
    for manager in ["man", "boss"] {
        assert_eq!(told(&scene, manager), [Task::Dispute { dispute: id(1), staff: Some(staff("b")) }]);
    }
    assert_eq!(claim(&mut scene, "b", 2, lead), Err(Refusal::AlreadyDisputed), "the same twice");
    assert_eq!(owner(&scene, lead), Some(is("a", false)), "a dispute alone changes nothing");
    // In the middle of a visit, too.
    scene.presence("a", Presence::Break);
    let visit = comes(&mut scene, false);
    scene.by("rec", Command::Assign(visit, staff("c"))).unwrap();
    assert_eq!(claim(&mut scene, "c", 3, lead), Err(Refusal::NotYours), "not before Accept");
    scene.accept("c", visit).unwrap();
    claim(&mut scene, "c", 3, lead).unwrap();
    // A manager for somebody, or for nobody by name.
    let for_whom = |claimant: Option<&str>, number| {
        let (claimant, reason) = (claimant.map(staff), Personal::new("两人都来找我"));
        Command::Dispute(Claim { dispute: id(number), lead, claimant, reason })
    };
    assert_eq!(scene.by("man", for_whom(Some("rec"), 4)), Err(Refusal::UnknownStaff), "no consultant");
    assert_eq!(scene.by("man", for_whom(Some("gone"), 4)), Err(Refusal::UnknownStaff), "never on the staff");
    assert_eq!(scene.by("b", for_whom(Some("c"), 4)), Err(Refusal::NotYours), "in a colleague's name");
    scene.by("man", for_whom(None, 4)).unwrap();
    assert_eq!(scene.state.customers.disputes().filter(|one| one.is_open()).count(), 3);
}

#[test]
fn a_ruling_beats_the_record_for_thirty_days_and_only_a_manager_rules() {
    let (mut scene, lead) = showroom();
    stands_in(&mut scene, "b");
    claim(&mut scene, "b", 1, lead).unwrap();
    for who in ["a", "b", "c", "rec"] {
        assert_eq!(rule(&mut scene, who, lead, to(who)), Err(Refusal::NotYours), "{who}");
    }
    assert_eq!(rule(&mut scene, "man", lead, to("rec")), Err(Refusal::UnknownStaff), "reception owns nobody");
    assert_eq!(scene.ask(Actor::Visitor, Command::Rule(lead, verdict(to("b")))), Err(Refusal::WrongSender));
    rule(&mut scene, "man", lead, to("b")).unwrap();
    let ruled = owned(&scene, lead).unwrap();
    assert_eq!((ruled.since, ruled.until), (scene.now, scene.now + TimeDelta::days(30)));
    assert_eq!(owner(&scene, lead), Some(is("b", true)));
    let settled = Task::Settled { lead, owner: Some(staff("b")) };
    assert_eq!((told(&scene, "a"), told(&scene, "b")), (vec![settled.clone()], vec![settled]));
    assert_eq!(claim(&mut scene, "a", 2, lead), Err(Refusal::AlreadySettled), "on one that is settled");
    // The loser has the visitor while the owner is busy: they stay whose they are.
    scene.advance(TimeDelta::days(3));
    scene.presence("b", Presence::Break);
    let visit = comes(&mut scene, false);
    serve(&mut scene, "a", visit);
    scene.presence("b", Presence::Free);
    assert_eq!(owner(&scene, lead), Some(is("b", true)));
    scene.advance(TimeDelta::days(1));
    let visit = comes(&mut scene, false);
    assert_eq!(asked(&scene, visit), [("b".to_owned(), Why::OwnCustomer)], "whoever was ruled is rung");
    // Their own contact: from now on the record decides again, and it can be disputed anew.
    serve(&mut scene, "b", visit);
    assert_eq!(owner(&scene, lead), Some(is("b", false)));
    assert_eq!(owned(&scene, lead).unwrap().since, scene.now);
    claim(&mut scene, "a", 3, lead).unwrap();
}

#[test]
fn a_ruling_on_which_no_contact_follows_is_over_after_thirty_days() {
    let (mut scene, lead) = showroom();
    rule(&mut scene, "man", lead, to("b")).unwrap();
    scene.advance(TimeDelta::days(30));
    assert_eq!(owner(&scene, lead), Some(is("b", true)));
    scene.advance(TimeDelta::seconds(1));
    assert_eq!(owner(&scene, lead), None, "not the one before");
    let visit = comes(&mut scene, false);
    serve(&mut scene, "c", visit);
    assert_eq!(owner(&scene, lead), Some(is("c", false)));
}

#[test]
fn nobodys_customer_is_whose_the_next_contact_says_and_who_stays_begins_anew() {
    let (mut scene, lead) = showroom();
    rule(&mut scene, "man", lead, Whose::Stays).unwrap();
    assert_eq!(owner(&scene, lead), Some(is("a", true)));
    assert_eq!(owned(&scene, lead).unwrap().since, scene.now);
    scene.seconds(200);
    rule(&mut scene, "man", lead, Whose::Nobody).unwrap();
    assert_eq!(owner(&scene, lead), None);
    assert_eq!(told(&scene, "a").last(), Some(&Task::Settled { lead, owner: None }));
    scene.advance(TimeDelta::days(1));
    let visit = comes(&mut scene, false);
    serve(&mut scene, "c", visit);
    assert_eq!(owner(&scene, lead), Some(is("c", false)));
}

#[test]
fn a_visit_that_goes_on_meanwhile_learns_of_the_ruling() {
    let (mut scene, lead) = showroom();
    let visit = comes(&mut scene, true);
    scene.accept("a", visit).unwrap();
    scene.greet("a", visit).unwrap();
    rule(&mut scene, "man", lead, to("b")).unwrap();
    assert_eq!(scene.visit(visit).unwrap().known.owner, Some(staff("b")));
    // Another contact of the same person, left with this very visit.
    scene.end("a", visit).unwrap();
    for lead in leads(&scene) {
        assert_eq!(owner(&scene, lead), Some(is("b", true)), "its end decides by what is known now");
    }
    // An end that is taken back and comes again changes nothing either.
    scene.by("a", Command::UndoVisit(visit)).unwrap();
    scene.end("a", visit).unwrap();
    assert_eq!(owner(&scene, lead), Some(is("b", true)));
}

#[test]
fn somebody_who_only_left_a_number_can_be_given_to_a_consultant() {
    let mut scene = Scene::new().with_free(&["a", "b"]).with("man", Role::Manager);
    let visit = comes(&mut scene, true);
    scene.kiosk(Command::Leave(visit, scene.just_now())).unwrap();
    scene.seconds(200);
    let lead = leads(&scene)[0];
    rule(&mut scene, "man", lead, to("b")).unwrap();
    let visit = comes(&mut scene, false);
    assert_eq!(asked(&scene, visit).first(), Some(&("b".to_owned(), Why::OwnCustomer)));
}

#[test]
fn a_ruling_is_taken_back_within_two_minutes_unless_a_contact_has_followed() {
    let (mut scene, lead) = showroom();
    stands_in(&mut scene, "b");
    let before = owned(&scene, lead);
    claim(&mut scene, "b", 1, lead).unwrap();
    rule(&mut scene, "man", lead, to("b")).unwrap();
    assert_eq!(scene.by("b", Command::UndoRuling(lead)), Err(Refusal::NotYours));
    scene.seconds(30);
    rule(&mut scene, "man", lead, to("c")).unwrap();
    // The later one first, then the one before it.
    scene.by("boss", Command::UndoRuling(lead)).unwrap();
    assert_eq!(owner(&scene, lead), Some(is("b", true)));
    assert!(!scene.state.customers.dispute(id(1)).unwrap().is_open());
    scene.by("man", Command::UndoRuling(lead)).unwrap();
    assert_eq!(owned(&scene, lead), before);
    assert!(scene.state.customers.dispute(id(1)).unwrap().is_open(), "it stands again");
    assert_eq!(scene.by("man", Command::UndoRuling(lead)), Err(Refusal::NothingToUndo));
    assert_eq!(told(&scene, "b").last(), Some(&Task::Settled { lead, owner: Some(staff("a")) }));

    rule(&mut scene, "man", lead, to("b")).unwrap();
    scene.seconds(121);
    assert_eq!(scene.by("man", Command::UndoRuling(lead)), Err(Refusal::NothingToUndo), "too late");
    rule(&mut scene, "man", lead, to("c")).unwrap();
    let visit = comes(&mut scene, false);
    serve(&mut scene, "c", visit);
    assert_eq!(scene.by("man", Command::UndoRuling(lead)), Err(Refusal::NothingToUndo), "they have met since");
}

#[test]
fn of_two_managers_who_rule_at_once_the_second_is_told() {
    let (mut scene, lead) = showroom();
    stands_in(&mut scene, "b");
    claim(&mut scene, "b", 1, lead).unwrap();
    let seen = |whose| Verdict { seen: Some(Seen(Some(staff("a")))), dispute: Some(id(1)), ..verdict(whose) };
    scene.by("man", Command::Rule(lead, seen(to("b")))).unwrap();
    assert_eq!(scene.by("boss", Command::Rule(lead, seen(to("a")))), Err(Refusal::DisputeOver));
    let handed = Verdict { dispute: None, ..seen(to("c")) };
    assert_eq!(scene.by("boss", Command::Rule(lead, handed)), Err(Refusal::OwnerChanged));
    assert_eq!(owner(&scene, lead), Some(is("b", true)));
    let other = Verdict { dispute: Some(id(9)), ..verdict(to("c")) };
    assert_eq!(scene.by("boss", Command::Rule(lead, other)), Err(Refusal::UnknownDispute));
}

#[test]
fn a_dispute_is_taken_back_by_whoever_raised_it_while_nobody_has_ruled() {
    let (mut scene, lead) = showroom();
    stands_in(&mut scene, "b");
    claim(&mut scene, "b", 1, lead).unwrap();
    assert_eq!(scene.by("c", Command::WithdrawDispute(id(1))), Err(Refusal::NotYours));
    scene.by("b", Command::WithdrawDispute(id(1))).unwrap();
    assert_eq!(scene.by("b", Command::WithdrawDispute(id(1))), Err(Refusal::UnknownDispute));
    claim(&mut scene, "b", 2, lead).unwrap();
    rule(&mut scene, "man", lead, Whose::Stays).unwrap();
    assert_eq!(scene.by("b", Command::WithdrawDispute(id(2))), Err(Refusal::DisputeOver));
}

#[test]
fn with_the_contact_everything_that_was_said_of_it_is_gone() {
    let (mut scene, lead) = showroom();
    stands_in(&mut scene, "b");
    claim(&mut scene, "b", 1, lead).unwrap();
    rule(&mut scene, "man", lead, to("b")).unwrap();
    scene.advance(TimeDelta::hours(1));
    scene.ask(Actor::System, Command::EraseLead(lead)).unwrap();
    assert_eq!(scene.state.customers, State::default().customers, "nothing of them is left");
    let destroyed = Effect::DestroyKey(Subject::Lead(lead));
    assert!(scene.told.contains(&destroyed));
    assert_eq!(claim(&mut scene, "b", 2, lead), Err(Refusal::UnknownLead));
    assert_eq!(rule(&mut scene, "man", lead, to("b")), Err(Refusal::UnknownLead));
    assert_eq!(scene.by("man", Command::UndoRuling(lead)), Err(Refusal::UnknownLead));
}

#[test]
fn a_replay_without_an_erased_contact_and_a_snapshot_come_to_the_same() {
    let (mut scene, first) = showroom();
    // A second contact of the same person; the ruling is about both, its reason under the first one's key.
    let visit = comes(&mut scene, true);
    serve(&mut scene, "a", visit);
    scene.advance(TimeDelta::hours(1));
    let second = leads(&scene)[1];
    rule(&mut scene, "man", first, to("b")).unwrap();
    claim(&mut scene, "c", 1, second).unwrap_err();
    scene.advance(TimeDelta::hours(1));
    scene.ask(Actor::System, Command::EraseLead(first)).unwrap();
    assert_eq!(owner(&scene, second), Some(is("b", true)), "the other contact stays whose it is");

    let mut state = State::default();
    state.configure(Rules::default());
    for (at, event) in &mut scene.all {
        event.each_secret(&mut |secret: &mut dyn Sealable| {
            if *secret.subject() == Subject::Lead(first) {
                secret.reopen(None);
            }
        });
        state.apply(event, *at);
    }
    assert_eq!(state.customers, scene.state.customers);

    let mut customers = scene.state.customers.without_index();
    customers.each_secret(&mut |secret| secret.close("sealed".to_owned()));
    let text = serde_json::to_string(&customers).unwrap();
    let mut again: super::Customers = serde_json::from_str(&text).unwrap();
    again.configure(NumberKey::default());
    let known = |customers: &super::Customers, now: DateTime<Utc>| customers.owner(second, TimeDelta::days(30), now);
    assert_eq!(known(&again, scene.now), known(&scene.state.customers, scene.now));
}

#[test]
fn what_was_written_reads_back() {
    let secret = || {
        let mut secret = crate::domain::secret::Secret::open(
            Subject::Lead(LeadId::new(DateTime::UNIX_EPOCH, [1; 10])),
            Personal::new("x"),
        );
        secret.close("c2VhbGVk".to_owned());
        secret
    };
    let lead = LeadId::new(DateTime::UNIX_EPOCH, [1; 10]);
    let of = r#"{"of":"lead-00000000-0000-7101-8101-010101010101","sealed":"c2VhbGVk"}"#;
    let id_text = "00000000-0000-7101-8101-010101010101";
    for (event, text) in [
        (
            CustomerEvent::Disputed {
                dispute: id(1),
                lead,
                claimant: Some(staff("b")),
                owner: None,
                by: Some(staff("b")),
                secret: secret(),
            },
            format!(
                r#"{{"disputed":{{"dispute":"{id_text}","lead":"{id_text}","claimant":"b","by":"b","secret":{of}}}}}"#
            ),
        ),
        (
            CustomerEvent::Ruled {
                lead,
                leads: vec![lead],
                from: Some(staff("a")),
                to: None,
                by: Some(staff("man")),
                settles: vec![id(1)],
                secret: secret(),
            },
            format!(
                r#"{{"ruled":{{"lead":"{id_text}","leads":["{id_text}"],"from":"a","by":"man","settles":["{id_text}"],"secret":{of}}}}}"#
            ),
        ),
    ] {
        assert_eq!(serde_json::to_string(&event).unwrap(), text);
        assert_eq!(serde_json::from_str::<CustomerEvent>(&text).unwrap(), event);
    }
}

#[test]
fn whoever_has_left_for_good_owns_nobody_and_their_customer_is_given_anew() {
    let (mut scene, lead) = showroom();
    scene.ask(Actor::System, Command::RemoveAccount(staff("a"))).unwrap();
    assert_eq!(owner(&scene, lead), Some(is("a", false)), "the manager sees whose they were");
    assert_eq!(rule(&mut scene, "man", lead, Whose::Stays), Err(Refusal::UnknownStaff), "nobody stays with the gone");
    rule(&mut scene, "man", lead, to("c")).unwrap();
    let visit = comes(&mut scene, false);
    assert_eq!(asked(&scene, visit), [("c".to_owned(), Why::OwnCustomer)]);
}
