//! Contacts from consent to erasure, told to the engine.

use chrono::{DateTime, TimeDelta, Utc};
use shared::consent::{Consent, ConsentPurpose};
use shared::ids::{DeviceId, LeadId, StaffId, VisitId};
use shared::personal::Personal;
use shared::phone::PhoneNumber;
use shared::wire::{CheckedIn, Detailed, Language, Purpose};

use super::{Contact, Erasure, Lead, LeadChannel, LeadEvent};
use crate::domain::audit::AuditEvent;
use crate::domain::command::{Actor, Command, Input, Interest, Refusal, Told};
use crate::domain::floor::event::FloorEvent;
use crate::domain::floor::member::Presence;
use crate::domain::floor::visit::Outcome;
use crate::domain::roster::{Account, Role, StaffDetails};
use crate::domain::secret::{Secret, Subject};
use crate::domain::{Event, Rules, State};

struct Shop {
    state: State,
    now: DateTime<Utc>,
}

fn staff(name: &str) -> StaffId {
    name.parse().unwrap()
}

fn kiosk() -> Actor {
    Actor::Device("k1".parse::<DeviceId>().unwrap())
}

fn consent(given: bool) -> Vec<Consent> {
    vec![Consent { purpose: ConsentPurpose::Contact, wording: "v1".to_owned(), given }]
}

fn number(text: &str) -> Option<PhoneNumber> {
    PhoneNumber::parse(text).ok()
}

impl Shop {
    fn open() -> Self {
        let mut state = State::default();
        state.configure(Rules::default());
        let mut shop = Self { state, now: DateTime::from_timestamp(1_795_000_000, 0).unwrap() };
        for (name, role) in
            [("wang", Role::Consultant), ("li", Role::Consultant), ("lin", Role::Manager), ("qian", Role::Reception)]
        {
            let details = StaffDetails { name: Personal::new(name), latin: None, password: Personal::default() };
            let account = Account {
                id: staff(name),
                role,
                senior: false,
                languages: [Language::Zh].into(),
                secret: Secret::open(Subject::Staff(staff(name)), details),
                session_generation: 0,
            };
            shop.ask(Actor::System, Command::SetAccount(account)).unwrap();
        }
        shop.ask(Actor::Staff(staff("wang")), Command::SetPresence(Presence::Free)).unwrap();
        shop.state.floor.note_alive(&staff("wang"), shop.now);
        shop
    }

    fn ask(&mut self, actor: Actor, command: Command) -> Result<Vec<Event>, Refusal> {
        let mut events = self.state.decide(&Input { cause: None, actor, command }, self.now)?;
        for event in &events {
            self.state.apply(event, self.now);
        }
        events.extend(self.run());
        Ok(events)
    }

    /// Whatever is due now.
    fn run(&mut self) -> Vec<Event> {
        let mut all = Vec::new();
        loop {
            let due = self.state.due(self.now);
            if due.is_empty() {
                return all;
            }
            for event in due {
                self.state.apply(&event, self.now);
                all.push(event);
            }
        }
    }

    fn visit(&mut self, random: u8) -> VisitId {
        let visit = VisitId::new(self.now, [random; 10]);
        let body = CheckedIn {
            visit,
            purpose: Purpose::Browse,
            language: Language::Zh,
            touched_ms: None,
            detail: Detailed::default(),
        };
        self.ask(kiosk(), Command::CheckIn(body, self.just_now())).unwrap();
        visit
    }

    fn detail(&mut self, visit: VisitId, detail: Detailed) -> Vec<LeadEvent> {
        leads(self.ask(kiosk(), Command::Detail(visit, None, detail)).unwrap())
    }

    fn kept(&self, lead: LeadId) -> bool {
        self.state.sales.kept(lead).is_some()
    }
}

fn leads(events: Vec<Event>) -> Vec<LeadEvent> {
    let leads = events.into_iter().filter_map(|event| if let Event::Lead(event) = event { Some(event) } else { None });
    leads.collect()
}

fn contact(lead: &Lead) -> &Contact {
    lead.secret.as_ref().and_then(|secret| secret.get()).expect("a contact")
}

#[track_caller]
fn received(events: &[LeadEvent]) -> &Lead {
    let [LeadEvent::Received(lead)] = events else { panic!("{events:?}") };
    lead
}

#[test]
fn a_number_with_consent_at_the_kiosk_makes_one_lead_in_whatever_order_they_come() {
    for consent_first in [true, false] {
        let mut shop = Shop::open();
        let visit = shop.visit(1);
        let phone = Detailed { phone: number("13800138000"), ..Detailed::default() };
        let agreed = Detailed { consents: consent(true), ..Detailed::default() };
        let (first, second) = if consent_first { (agreed, phone) } else { (phone, agreed) };
        assert_eq!(shop.detail(visit, first), []);
        let made = shop.detail(visit, second);
        let lead = received(&made);
        assert_eq!((lead.channel, lead.visit), (LeadChannel::Kiosk, Some(visit)));
        assert_eq!(contact(lead).phone, number("13800138000"));
        assert_eq!(lead.secret.as_ref().map(Secret::subject), Some(&Subject::Lead(lead.id)));
        assert!(shop.kept(lead.id));
    }
}

#[test]
fn without_consent_or_without_a_number_there_is_no_lead() {
    let mut shop = Shop::open();
    let visit = shop.visit(1);
    let named = Detailed { surname: Some(Personal::new("王")), consents: consent(true), ..Detailed::default() };
    assert_eq!(shop.detail(visit, named), [], "a name alone reaches nobody");
    let visit = shop.visit(2);
    let refused = Detailed { phone: number("13800138000"), consents: consent(false), ..Detailed::default() };
    assert_eq!(shop.detail(visit, refused), []);
}

#[test]
fn what_is_told_later_changes_the_lead_and_taking_the_consent_back_erases_it() {
    let mut shop = Shop::open();
    let visit = shop.visit(1);
    let made =
        shop.detail(visit, Detailed { phone: number("13800138000"), consents: consent(true), ..Detailed::default() });
    let id = received(&made).id;
    let told =
        Detailed { surname: Some(Personal::new("王")), models: vec!["s7".parse().unwrap()], ..Detailed::default() };
    let changed = shop.detail(visit, told);
    let [LeadEvent::Changed(lead)] = &changed[..] else { panic!("{changed:?}") };
    assert_eq!((lead.id, lead.models.len()), (id, 1));
    assert_eq!(contact(lead).phone, number("13800138000"));
    assert_eq!(contact(lead).name, Some(Personal::new("王")));
    assert_eq!(shop.detail(visit, Detailed { party: Some(3), ..Detailed::default() }), [], "the lead does not hold it");

    let back = shop.detail(visit, Detailed { consents: consent(false), ..Detailed::default() });
    assert_eq!(back, [LeadEvent::Erased { lead: id, by: None, why: Erasure::TakenBack }]);
    assert!(!shop.kept(id));
    assert_eq!(shop.detail(visit, Detailed { phone: number("13900139000"), ..Detailed::default() }), []);
    let again = shop.detail(visit, Detailed { consents: consent(true), ..Detailed::default() });
    let again = received(&again);
    assert!(again.id != id && shop.kept(again.id), "under a key of its own");
    assert_eq!(contact(again).phone, number("13900139000"));
}

#[test]
fn a_contact_is_shown_to_managers_and_to_whoever_serves_its_visit_while_that_is_known() {
    let mut shop = Shop::open();
    let visit = shop.visit(1);
    let made =
        shop.detail(visit, Detailed { phone: number("13800138000"), consents: consent(true), ..Detailed::default() });
    let lead = received(&made).id;
    let reveal = |shop: &mut Shop, name: &str| shop.ask(Actor::Staff(staff(name)), Command::RevealLead(lead));
    assert_eq!(reveal(&mut shop, "wang"), Err(Refusal::NotYours), "before Accept");
    let alert = shop.state.floor.visit(visit).unwrap().askings[0].id;
    shop.ask(Actor::Staff(staff("wang")), Command::Accept(alert)).unwrap();
    for (name, may) in [("wang", true), ("lin", true), ("li", false), ("qian", false)] {
        let expect = Event::Audit(AuditEvent::Revealed { lead, by: Some(staff(name)) });
        let expect = if may { Ok(vec![expect]) } else { Err(Refusal::NotYours) };
        assert_eq!(reveal(&mut shop, name), expect, "{name}");
    }
    assert_eq!(shop.ask(kiosk(), Command::RevealLead(lead)), Err(Refusal::WrongSender));

    shop.ask(Actor::Staff(staff("wang")), Command::End(visit, Outcome::Interested)).unwrap();
    assert!(reveal(&mut shop, "wang").is_ok(), "a moment later");
    shop.now += TimeDelta::minutes(3);
    assert!(shop.run().iter().any(|event| matches!(event, Event::Floor(FloorEvent::Forgotten { .. }))));
    assert_eq!(reveal(&mut shop, "wang"), Err(Refusal::NotYours), "the floor has forgotten who served");
    assert!(reveal(&mut shop, "lin").is_ok());
}

#[test]
fn a_contact_is_erased_once_on_request_and_by_itself_after_its_time() {
    let mut shop = Shop::open();
    let detail = || Detailed { phone: number("13800138000"), consents: consent(true), ..Detailed::default() };
    let mut ids = Vec::new();
    for visit in [1, 2] {
        let visit = shop.visit(visit);
        ids.push(received(&shop.detail(visit, detail())).id);
        shop.ask(kiosk(), Command::Leave(visit, shop.just_now())).unwrap();
    }
    let erase = Command::EraseLead(ids[0]);
    let erased = shop.ask(Actor::Staff(staff("lin")), erase.clone()).unwrap();
    let expect = LeadEvent::Erased { lead: ids[0], by: Some(staff("lin")), why: Erasure::Withdrawn };
    assert_eq!(leads(erased), [expect]);
    assert_eq!(shop.ask(Actor::System, erase), Err(Refusal::UnknownLead));
    assert_eq!(shop.ask(Actor::System, Command::RevealLead(ids[0])), Err(Refusal::UnknownLead));

    let over = shop.now + TimeDelta::days(365);
    // The showroom is in use all the while.
    for month in 1..=12 {
        shop.now += TimeDelta::days(30);
        let presence = if month % 2 == 0 { Presence::Off } else { Presence::Break };
        shop.ask(Actor::Staff(staff("lin")), Command::SetPresence(presence)).unwrap();
    }
    shop.now = over - TimeDelta::milliseconds(1);
    assert_eq!(leads(shop.run()), []);
    assert_eq!(shop.state.deadline(), Some(over), "nothing else is due before");
    shop.now = over;
    assert_eq!(leads(shop.run()), [LeadEvent::Erased { lead: ids[1], by: None, why: Erasure::Expired }]);
    assert_eq!(shop.state.deadline(), None);
}

impl Shop {
    /// What somebody sends from a page that they opened at the kiosk.
    fn sends(&mut self, random: u8, opened_at: DateTime<Utc>) -> (Vec<Event>, VisitId) {
        let visit = VisitId::new(self.now, [random; 10]);
        let interest = Interest {
            lead: LeadId::new(self.now, [random; 10]),
            visit,
            channel: LeadChannel::KioskQr,
            place: "k1".parse().ok(),
            nonce: Some(hex::encode([random; 6])),
            opened_at,
            language: Language::Zh,
            models: Vec::new(),
            when: None,
            budget: None,
            contact: Contact { phone: number("13800138000"), ..Contact::default() },
            consents: consent(true),
        };
        (self.ask(Actor::Visitor, Command::RegisterInterest(interest)).unwrap(), visit)
    }

    fn just_now(&self) -> Told {
        Told { at: self.now, age_ms: Some(0) }
    }
}

#[track_caller]
fn lead_among(events: &[Event]) -> &Lead {
    let lead = events.iter().find_map(|event| match event {
        Event::Lead(LeadEvent::Received(lead)) => Some(lead),
        _ => None,
    });
    lead.expect("a lead")
}

#[track_caller]
fn is_lead_alone(events: &[Event]) {
    assert!(events.iter().all(|event| matches!(event, Event::Lead(_))), "{events:?}");
    let lead = lead_among(events);
    assert_eq!((lead.visit, contact(lead).phone.clone()), (None, number("13800138000")));
}

#[test]
fn what_is_sent_after_the_visit_has_ended_is_a_lead_and_rings_nobody() {
    for left in [true, false] {
        let mut shop = Shop::open();
        let visit = shop.visit(1);
        shop.now += TimeDelta::seconds(20);
        let opened_at = shop.now;
        shop.now += TimeDelta::seconds(20);
        let (actor, end) = if left {
            (kiosk(), Command::Leave(visit, shop.just_now()))
        } else {
            (Actor::Staff(staff("qian")), Command::End(visit, Outcome::Interested))
        };
        shop.ask(actor, end).unwrap();
        let (events, _) = shop.sends(2, opened_at);
        is_lead_alone(&events);
        // The same once the floor has forgotten the visit, and while somebody else stands at the kiosk.
        shop.now += TimeDelta::minutes(3);
        shop.run();
        assert!(shop.state.floor.visit(visit).is_none());
        is_lead_alone(&shop.sends(3, opened_at).0);
        let next = shop.visit(4);
        is_lead_alone(&shop.sends(5, opened_at).0);
        // Whoever opened a page after that belongs to the visit that goes on.
        let now = shop.now;
        assert_eq!(lead_among(&shop.sends(6, now).0).visit, Some(next));
    }
}

#[test]
fn a_check_in_that_was_taken_back_keeps_nobody_from_being_met() {
    let mut shop = Shop::open();
    let visit = shop.visit(1);
    let opened_at = shop.now;
    shop.now += TimeDelta::seconds(5);
    shop.ask(kiosk(), Command::Cancel(visit, shop.just_now())).unwrap();
    let (events, opened) = shop.sends(2, opened_at);
    assert_eq!(lead_among(&events).visit, Some(opened));
    assert!(shop.state.floor.visit(opened).is_some_and(|visit| visit.ended.is_none()));
}

#[test]
fn whoever_opens_a_page_after_somebody_else_was_met_is_somebody_new_and_met() {
    let mut shop = Shop::open();
    let visit = shop.visit(1);
    shop.now += TimeDelta::seconds(10);
    let waiting = shop.now;
    shop.now += TimeDelta::seconds(10);
    shop.ask(kiosk(), Command::Meet(visit, shop.just_now())).unwrap();
    shop.now += TimeDelta::seconds(20);
    let now = shop.now;
    // A page that was open before belongs to the visitor who was met.
    assert_eq!(lead_among(&shop.sends(2, waiting).0).visit, Some(visit));
    let (events, opened) = shop.sends(3, now);
    assert_eq!(lead_among(&events).visit, Some(opened));
    // Their family may scan as well, while nobody stands before them.
    assert_eq!(lead_among(&shop.sends(4, now).0).visit, Some(opened));
}

#[test]
fn whoever_opens_a_page_after_a_visit_has_ended_is_somebody_new_and_met() {
    let mut shop = Shop::open();
    let visit = shop.visit(1);
    shop.now += TimeDelta::seconds(30);
    shop.ask(kiosk(), Command::Leave(visit, shop.just_now())).unwrap();
    shop.now += TimeDelta::seconds(30);
    let now = shop.now;
    let (events, opened) = shop.sends(2, now);
    assert_eq!(lead_among(&events).visit, Some(opened));
}
