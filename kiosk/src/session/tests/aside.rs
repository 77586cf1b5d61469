//! What a visitor adds while the consultant is on the way.

use shared::wire::{GuestWifi, Title};

use super::*;

#[test]
fn consent_that_was_given_can_be_taken_back() {
    let mut world = World::new();
    let wording =
        Wording { purpose: ConsentPurpose::Contact, version: "v3".into(), zh: "同意".into(), en: "Yes".into() };
    world.input(Input::Config(KioskConfig { wordings: vec![wording], ..crate::offer::built_in() }));
    world.checked_in();
    let (mut given, mut before) = (Vec::new(), false);
    for tick in [false, true, false] {
        world.intend(Intent::Add(Aside::Phone));
        // Keys within the settling time are not heard: type the number once the page stands.
        world.wait(SECOND);
        "13800138000".chars().for_each(|key| world.input(Input::Intent(Intent::Key(key))));
        world.intend(Intent::Done);
        assert_eq!(world.screen().page, Page::Consents);
        // As it was answered before, and never by us.
        assert_eq!(world.screen().consents[0].ticked, before);
        before = tick;
        world.intend(Intent::Consent(ConsentPurpose::Contact, tick));
        world.kept.clear();
        world.intend(Intent::Done);
        assert_eq!(world.screen().page, Page::Visit);
        let detail = world.kept.last().map(|event| match &event.event {
            DeviceEvent::Detailed { detail, .. } => detail,
            other => panic!("{other:?}"),
        });
        given.push(detail.and_then(|detail| detail.consents.first()).map(|consent| consent.given));
    }
    assert_eq!(given, [None, Some(true), Some(false)]);
}

impl World {
    fn leave_number(&mut self) {
        self.intend(Intent::Add(Aside::Phone));
        self.wait(SECOND);
        "13800138000".chars().for_each(|key| self.input(Input::Intent(Intent::Key(key))));
        self.intend(Intent::Done);
        assert_eq!(self.screen().page, Page::Consents);
    }
}

#[test]
fn another_number_withdraws_no_consent_and_each_can_be_withdrawn_where_it_is_shown() {
    let mut world = World::furnished();
    world.arrive(Purpose::Browse);
    assert!(!world.screen().asides.contains(&Aside::Consents), "there is no number to agree about");
    world.leave_number();
    world.intend(Intent::Consent(ConsentPurpose::Marketing, true));
    world.intend(Intent::Done);
    world.keep_all();
    assert_eq!(world.noted().consents, [ConsentPurpose::Marketing]);
    world.leave_number();
    let events = world.kept.len();
    world.intend(Intent::Done);
    assert_eq!((world.kept.len(), world.screen().page), (events, Page::Visit), "nothing was answered anew");
    world.intend(Intent::Add(Aside::Consents));
    assert_eq!(world.screen().page, Page::Consents);
    assert_eq!(world.screen().consents.iter().map(|consent| consent.ticked).collect::<Vec<_>>(), [false, true]);
    world.intend(Intent::Consent(ConsentPurpose::Marketing, false));
    world.intend(Intent::Done);
    let [consent] = &world.detail().consents[..] else { panic!("{:?}", world.detail()) };
    assert_eq!((consent.purpose, consent.given), (ConsentPurpose::Marketing, false));
    world.keep_all();
    assert!(world.noted().consents.is_empty());
}

#[test]
fn what_the_gateway_refuses_is_taken_back_from_the_screen_and_said_so() {
    let mut world = World::furnished();
    world.arrive(Purpose::Browse);
    for party in [2, 3] {
        world.intend(Intent::Add(Aside::Party));
        world.intend(Intent::Party(party));
        world.keep_all();
    }
    assert_eq!((world.noted().party, world.noted().refused), (Some(3), false));
    let [.., first, second] = &world.kept[..] else { panic!() };
    let (first, second) = (first.id, second.id);
    world.receipt(first);
    let refused = vec![Refused { id: Some(second), code: Code::BadBody }];
    world.input(Input::Receipt(Receipt { refused, ..Receipt::default() }));
    assert_eq!((world.noted().party, world.noted().refused), (Some(2), true), "what was said before stands");
    assert_eq!(world.screen().visit.unwrap().call, Call::Calling, "the call goes on");
    world.intend(Intent::Add(Aside::Party));
    world.intend(Intent::Party(4));
    assert!(!world.noted().refused, "the next word is another one");
}

#[test]
fn models_are_picked_after_the_tap_has_rung_and_noted_after_the_disk() {
    let mut world = World::furnished();
    world.arrive(Purpose::TestDrive);
    assert_eq!(world.screen().page, Page::Aside(Aside::Models));
    assert_eq!((world.screen().tiles.tiles.len(), world.screen().tiles.pages), (4, 2));
    world.intend(Intent::Pick("m0".into()));
    world.intend(Intent::Pick("m1".into()));
    world.intend(Intent::Pick("m0".into()));
    world.intend(Intent::Pick("sold out".into()));
    world.intend(Intent::Turn(Turn::Next));
    world.intend(Intent::Pick("m7".into()));
    world.intend(Intent::Done);
    assert_eq!(world.detail().models.iter().map(shared::ids::ModelId::as_str).collect::<Vec<_>>(), ["m1", "m7"]);
    assert_eq!((world.screen().page, world.noted().models.len()), (Page::Visit, 0));
    world.keep_all();
    assert_eq!(world.noted().models, ["1 号车", "7 号车"]);
    // They are ticked when the page is opened again, and leaving it as it is says nothing twice.
    world.intend(Intent::Add(Aside::Models));
    assert!(world.screen().tiles.tiles[1].picked);
    let events = world.kept.len();
    world.intend(Intent::Done);
    assert_eq!(world.kept.len(), events);
}

#[test]
fn whoever_has_an_appointment_is_asked_with_whom() {
    let mut world = World::furnished();
    world.arrive(Purpose::Appointment);
    assert_eq!(world.screen().page, Page::Aside(Aside::Consultants));
    world.intend(Intent::Pick("nobody".into()));
    world.intend(Intent::Pick("chen".into()));
    assert_eq!(world.detail().consultant.as_ref().map(shared::ids::StaffId::as_str), Some("chen"));
    world.keep_all();
    assert_eq!((world.screen().page, world.noted().consultant.as_deref()), (Page::Visit, Some("陈浩")));
}

#[test]
fn a_name_is_picked_and_a_party_counted() {
    let mut world = World::furnished();
    world.arrive(Purpose::Browse);
    assert_eq!(world.screen().page, Page::Visit);
    world.intend(Intent::Add(Aside::Name));
    world.intend(Intent::Pick("O".into()));
    world.intend(Intent::Pick("欧阳".into()));
    world.intend(Intent::Address(Some(Title::Ms)));
    assert_eq!(world.detail().surname.as_ref().map(shared::personal::Personal::reveal), Some("欧阳"));
    world.intend(Intent::Add(Aside::Party));
    world.intend(Intent::Party(0));
    assert_eq!(world.screen().page, Page::Aside(Aside::Party));
    world.intend(Intent::Party(3));
    world.keep_all();
    let noted = world.noted();
    assert_eq!((noted.surname.as_deref(), noted.title, noted.party), (Some("欧阳"), Some(Title::Ms), Some(3)));
}

#[test]
fn whoever_complains_gets_a_person_and_no_form() {
    let mut world = World::furnished();
    world.arrive(Purpose::Complaint);
    assert_eq!((world.screen().page, world.screen().asides), (Page::Visit, vec![]));
    world.intend(Intent::Add(Aside::Phone));
    assert_eq!(world.screen().page, Page::Visit);
}

#[test]
fn a_call_that_failed_is_told_on_whatever_page_stands() {
    let mut world = World::furnished();
    world.intend(Intent::Start(Language::Zh));
    world.intend(Intent::CheckIn(Purpose::Model, Box::default()));
    let event = world.kept.last().unwrap().id;
    world.input(Input::NotKept(event));
    assert_eq!(world.screen().page, Page::Visit);
    assert_eq!(world.screen().visit.unwrap().call, Call::Failed);
}

#[test]
fn what_was_typed_is_gone_when_the_consultant_greets() {
    let mut world = World::furnished();
    world.arrive(Purpose::Browse);
    world.intend(Intent::Add(Aside::Phone));
    world.wait(SECOND);
    world.intend(Intent::Key('1'));
    let visit = world.visit();
    world.status(visit, Stage::Greeted);
    assert_eq!(world.screen().page, Page::Farewell(Farewell::Met));
    assert_eq!(world.screen().keypad.verdict, Verdict::Empty);
}

#[test]
fn whoever_has_to_go_may_take_the_code_along() {
    let mut world = World::furnished();
    let store_url = Some("https://showroom.example/s".to_owned());
    let offer = || QrOffer { url: "https://showroom.example/k".into(), ttl_ms: 120_000, at: None };
    // The kiosk's own code would ring for somebody who has left: without the store's there is none.
    for (store_url, stays) in [(None, false), (store_url, true)] {
        world.input(Input::Config(KioskConfig { store_url: store_url.clone(), ..furnished() }));
        world.input(Input::Qr(offer()));
        world.arrive(Purpose::Browse);
        world.intend(Intent::Left);
        assert_eq!(world.screen().qr, store_url.map(|url| format!("{url}?m=")));
        world.wait(Rules::default().farewell);
        assert_eq!(world.screen().page == Page::Farewell(Farewell::Left), stays);
        world.wait(Rules::default().carry);
        assert_eq!(world.screen().page, Page::Welcome);
        assert_eq!(world.screen().qr, Some(offer().url));
    }
}

#[test]
fn the_code_to_take_along_knows_the_models_and_the_next_visitors_does_not() {
    let mut world = World::furnished();
    let store_url = Some("https://showroom.example/s".to_owned());
    world.input(Input::Config(KioskConfig { store_url: store_url.clone(), ..furnished() }));
    world.arrive(Purpose::Model);
    world.intend(Intent::Pick("m0".into()));
    world.intend(Intent::Pick("m2".into()));
    world.intend(Intent::Done);
    world.keep_all();
    world.intend(Intent::Left);
    assert_eq!(world.screen().qr.as_deref(), Some("https://showroom.example/s?m=m0,m2"));
    world.wait(Rules::default().carry);
    assert_eq!(world.screen().qr, store_url);
    world.arrive(Purpose::Browse);
    world.intend(Intent::Left);
    assert_eq!(world.screen().qr.as_deref(), Some("https://showroom.example/s?m="));
}

#[test]
fn whoever_has_to_join_the_wifi_first_gets_the_time_for_it() {
    let mut world = World::furnished();
    let wifi = GuestWifi { ssid: "Guests".into(), password: None, hidden: false };
    let store_url = Some("https://showroom.example/s".to_owned());
    world.input(Input::Config(KioskConfig { store_url, guest_wifi: Some(wifi.clone()), ..furnished() }));
    assert_eq!(world.screen().wifi, Some(wifi));
    world.arrive(Purpose::Browse);
    world.intend(Intent::Left);
    world.wait(Rules::default().carry + SECOND);
    assert_eq!(world.screen().page, Page::Farewell(Farewell::Left));
    world.wait(Rules::default().carry);
    assert_eq!(world.screen().page, Page::Welcome);
}

#[test]
fn a_clock_that_goes_back_does_not_turn_the_last_word_about_a_consent() {
    let mut world = World::furnished();
    world.arrive(Purpose::Browse);
    let ask = |world: &mut World| {
        world.intend(Intent::Add(Aside::Phone));
        world.wait(SECOND);
        "13800138000".chars().for_each(|key| world.input(Input::Intent(Intent::Key(key))));
        world.intend(Intent::Done);
    };
    for (tick, hours) in [(true, 0), (false, -2)] {
        ask(&mut world);
        world.now.wall += TimeDelta::hours(hours);
        world.intend(Intent::Consent(ConsentPurpose::Contact, tick));
        world.intend(Intent::Done);
    }
    // Nothing of it is on the disk yet; the last word was no, so there is nothing to be taken back.
    ask(&mut world);
    let events = world.kept.len();
    world.intend(Intent::Done);
    assert_eq!(world.kept.len(), events, "{:?}", world.kept.last());
}

#[test]
fn an_offer_that_changes_takes_away_what_is_gone_and_no_consent_outlives_its_words() {
    let mut world = World::furnished();
    let smaller = || KioskConfig { models: furnished().models[..3].to_vec(), ..furnished() };
    world.arrive(Purpose::Model);
    world.intend(Intent::Pick("m0".into()));
    world.intend(Intent::Turn(Turn::Next));
    world.intend(Intent::Pick("m7".into()));
    world.input(Input::Config(smaller()));
    assert_eq!((world.screen().page, world.screen().tiles.pages), (Page::Aside(Aside::Models), 1));
    world.intend(Intent::Done);
    assert_eq!(world.detail().models.len(), 1);
    world.keep_all();
    world.intend(Intent::Add(Aside::Phone));
    world.wait(SECOND);
    "13800138000".chars().for_each(|key| world.input(Input::Intent(Intent::Key(key))));
    world.intend(Intent::Done);
    world.intend(Intent::Consent(ConsentPurpose::Contact, true));
    // The same again, as the gateway sends it with every connection.
    world.input(Input::Config(smaller()));
    assert!(world.screen().consents[0].ticked);
    world.intend(Intent::ReadWording(ConsentPurpose::Marketing));
    let mut reworded = furnished();
    reworded.wordings[0].version = "v4".into();
    world.input(Input::Config(reworded));
    assert_eq!(world.screen().page, Page::Consents);
    assert!(!world.screen().consents[0].ticked);
    world.input(Input::Config(crate::offer::built_in()));
    assert_eq!(world.screen().page, Page::Visit);
}
