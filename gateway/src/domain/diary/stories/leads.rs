//! Appointments that come of a lead: its contact goes along, for whoever may see it.

use chrono::TimeDelta;
use shared::consent::{Consent, ConsentPurpose};
use shared::ids::LeadId;
use shared::phone::PhoneNumber;
use shared::wire::{Detailed, Language, Purpose};

use super::super::{Booking, DiaryEvent, Wish};
use super::{LI, book, id, showroom, with};
use crate::domain::Event;
use crate::domain::audit::AuditEvent;
use crate::domain::command::{Command, Refusal};
use crate::domain::floor::scene::{Scene, staff};
use crate::domain::sales::LeadEvent;

/// `b` serves somebody who agreed to be contacted; their lead.
fn served() -> (Scene, LeadId) {
    let mut scene = showroom();
    let agreed = Consent { purpose: ConsentPurpose::Contact, wording: "v1".to_owned(), given: true };
    let detail = Detailed { phone: PhoneNumber::parse(LI).ok(), consents: vec![agreed], ..Detailed::default() };
    let visit = scene.check_in_with(Purpose::Browse, Language::Zh, detail, Some(0));
    scene.accept("b", visit).unwrap();
    let lead = scene.all.iter().find_map(|(_, event)| match event {
        Event::Lead(LeadEvent::Received(lead)) => Some(lead.id),
        _ => None,
    });
    (scene, lead.unwrap())
}

/// What `by` is told who makes an appointment of the lead with `consultant`; only what came about is on record.
#[track_caller]
fn check(by: &str, consultant: &str, expect: Result<(), Refusal>) {
    let (mut scene, lead) = served();
    let at = scene.now + TimeDelta::days(1);
    let made = book(&mut scene, by, 1, Booking { lead: Some(lead), ..with(consultant, at) });
    assert_eq!(made, expect, "{by} with {consultant}");
    let seen = Event::from(AuditEvent::Revealed { lead, by: Some(staff(by)) });
    assert_eq!(scene.all.iter().any(|(_, event)| *event == seen), expect.is_ok());
    assert_eq!(scene.state.diary.get(id(1)).map(|one| one.lead), expect.ok().map(|()| Some(lead)));
}

#[test]
fn a_lead_becomes_an_appointment_for_whoever_may_see_its_contact() {
    check("man", "a", Ok(()));
    check("b", "b", Ok(()));
    check("a", "a", Err(Refusal::NotYours));
    check("rec", "a", Err(Refusal::NotYours));
    check("b", "a", Err(Refusal::NotYours));
}

#[test]
fn a_lead_that_is_erased_becomes_no_appointment_and_takes_its_own_along() {
    let (mut scene, lead) = served();
    let at = scene.now + TimeDelta::days(1);
    let of_lead = Booking { lead: Some(lead), ..with("a", at) };
    book(&mut scene, "man", 1, of_lead.clone()).unwrap();
    scene.by("man", Command::EraseLead(lead)).unwrap();
    assert!(scene.state.diary.is_empty());
    assert_eq!(book(&mut scene, "man", 2, of_lead), Err(Refusal::UnknownLead));
    assert!(scene.all.iter().any(|(_, event)| matches!(event, Event::Diary(DiaryEvent::Erased { .. }))));
    assert_eq!(scene.by("man", Command::Arrange(id(1), Wish::Cancel)), Err(Refusal::UnknownAppointment));
}
