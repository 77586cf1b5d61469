//! Whose customer somebody is, over the API and on its pages.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use shared::clock::{Clock as _, SystemClock};
use shared::ids::{DisputeId, LeadId};
use shared::personal::Personal;
use shared::phone::PhoneNumber;
use shared::wire::Language;

use super::room::Room;
use crate::domain::customer::{Claim, CustomerEvent, Seen, Verdict, Whose};
use crate::domain::sales::{Contact, Lead, LeadChannel, LeadEvent};
use crate::domain::secret::{Secret, Subject};
use crate::domain::{Command, Event, Refusal, Rules, State};
use crate::log::Commit;
use crate::runtime::{CustomerView, SubmitError};

/// A while ago, the same for a whole test.
fn at() -> DateTime<Utc> {
    static BEGAN: std::sync::OnceLock<DateTime<Utc>> = std::sync::OnceLock::new();
    *BEGAN.get_or_init(|| SystemClock.now() - TimeDelta::hours(1))
}

fn lead() -> LeadId {
    LeadId::new(DateTime::UNIX_EPOCH, [7; 10])
}

fn dispute() -> DisputeId {
    DisputeId::new(DateTime::UNIX_EPOCH, [8; 10])
}

fn secret(text: &str) -> Secret<Personal> {
    Secret::open(Subject::Lead(lead()), Personal::new(text))
}

/// A customer of `li`, whom `wang` says is theirs; ruled to be `wang`'s where that is wanted.
fn in_dispute(room: &Room, ruled: bool) {
    let contact = Contact {
        name: Some(Personal::new("诸葛慕容")),
        phone: PhoneNumber::parse("13800138000").ok(),
        ..Contact::default()
    };
    let received = Lead {
        id: lead(),
        channel: LeadChannel::Kiosk,
        place: None,
        visit: None,
        language: Language::Zh,
        models: Vec::new(),
        when: None,
        budget: None,
        consents: Vec::new(),
        secret: Some(Secret::open(Subject::Lead(lead()), contact)),
    };
    let (wang, li) = ("wang".parse().ok(), "li".parse().ok());
    let rule = |from, to, reason, settles| CustomerEvent::Ruled {
        lead: lead(),
        leads: vec![lead()],
        from,
        to,
        by: "zhao".parse().ok(),
        settles,
        secret: secret(reason),
    };
    let mut events: Vec<Event> = vec![
        LeadEvent::Received(received).into(),
        rule(None, li.clone(), "展厅接待", Vec::new()).into(),
        CustomerEvent::Disputed {
            dispute: dispute(),
            lead: lead(),
            claimant: wang.clone(),
            owner: li.clone(),
            by: wang.clone(),
            secret: secret("车展上先加的我"),
        }
        .into(),
    ];
    if ruled {
        events.push(rule(li, wang, "车展登记在先", vec![dispute()]).into());
    }
    let mut state = State::default();
    state.configure(Rules::default());
    for (event, minute) in events.iter().zip(0..) {
        state.apply(event, at() + TimeDelta::minutes(minute));
    }
    room.customers.send_replace(Arc::new(CustomerView::of(&state, 0)));
    // As the views have them: sealed. Pages show the customer by what the state knows, and their name as erased.
    for event in &mut events {
        crate::domain::secret::Secrets::each_secret(event, &mut |secret| secret.close("sealed".to_owned()));
    }
    let commits = events.into_iter().zip(0..).map(|(event, minute)| Commit {
        sequence: minute + 1,
        at: at() + TimeDelta::minutes(minute.try_into().unwrap()),
        before: String::new(),
        causes: Vec::new(),
        events: vec![event],
    });
    room.views.apply(&commits.collect::<Vec<_>>()).unwrap();
}

#[tokio::test]
async fn each_address_asks_the_engine_for_what_it_says() {
    let room = Room::open().await;
    let path = format!("/api/v1/leads/{}/owner", lead());
    let verdict = |whose, seen, dispute| Verdict { whose, reason: Personal::new("登记在先"), seen, dispute };
    let known = dispute().to_string();
    for (body, expect) in [
        (
            json!({"verdict": "to", "owner": "li", "reason": " 登记在先 "}),
            verdict(Whose::To("li".parse().unwrap()), None, None),
        ),
        (json!({"verdict": "stays", "reason": "登记在先", "seen": ""}), verdict(Whose::Stays, Some(Seen(None)), None)),
        (
            json!({"verdict": "nobody", "reason": "登记在先", "seen": "li", "dispute": known}),
            verdict(Whose::Nobody, Some(Seen("li".parse().ok())), Some(dispute())),
        ),
    ] {
        let reply = room.call("zhao", "PUT", &path, &body.to_string()).await;
        assert_eq!((reply.status, reply.json()["done"].clone()), (200, "kept".into()), "{reply:?}");
        assert_eq!(room.submitted().remove(0).command, Command::Rule(lead(), expect));
    }
    let reply = room.call("zhao", "POST", &format!("{path}/undo"), "").await;
    assert_eq!(reply.status, 200, "{reply:?}");
    assert_eq!(room.submitted().remove(0).command, Command::UndoRuling(lead()));
    let reply = room.call("wang", "DELETE", &format!("/api/v1/disputes/{known}"), "").await;
    assert_eq!(reply.status, 200, "{reply:?}");
    assert_eq!(room.submitted().remove(0).command, Command::WithdrawDispute(dispute()));
    let body = json!({"lead": lead(), "reason": "车展上先加的我"});
    let reply = room.call("wang", "POST", "/api/v1/disputes", &body.to_string()).await;
    assert_eq!(reply.status, 201, "{reply:?}");
    let Command::Dispute(Claim { dispute, lead: about, claimant, .. }) = room.submitted().remove(0).command else {
        panic!("no dispute")
    };
    assert_eq!((reply.json()["dispute"].clone(), about, claimant), (dispute.to_string().into(), lead(), None));
}

#[tokio::test]
async fn what_cannot_be_ruled_or_disputed_is_refused_before_the_engine() {
    let room = Room::open().await;
    let path = format!("/api/v1/leads/{}/owner", lead());
    let long = "x".repeat(501);
    for (method, path, body, code) in [
        ("PUT", path.as_str(), json!({"verdict": "to", "reason": "x"}), "bad_body"),
        ("PUT", path.as_str(), json!({"verdict": "stays", "reason": "  "}), "bad_body"),
        ("PUT", path.as_str(), json!({"verdict": "stays", "reason": long}), "bad_body"),
        ("PUT", path.as_str(), json!({"verdict": "stays"}), "bad_body"),
        ("PUT", path.as_str(), json!({"verdict": "mine", "reason": "x"}), "bad_body"),
        ("PUT", path.as_str(), json!({"verdict": "stays", "reason": "x", "seen": "Nobody Here"}), "unknown_staff"),
        ("PUT", "/api/v1/leads/none/owner", json!({"verdict": "stays", "reason": "x"}), "unknown_lead"),
        ("POST", "/api/v1/disputes", json!({"reason": "x"}), "bad_body"),
        ("POST", "/api/v1/disputes", json!({"lead": lead(), "visit": lead(), "reason": "x"}), "bad_body"),
        ("POST", "/api/v1/disputes", json!({"visit": lead(), "reason": "x"}), "unknown_lead"),
        ("DELETE", "/api/v1/disputes/none", Value::Null, "unknown_dispute"),
    ] {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        assert_eq!(room.call("zhao", method, path, &body).await.code(), code, "{path} {body}");
    }
    assert!(room.submitted().is_empty());
    for refusal in [Refusal::OwnerChanged, Refusal::DisputeOver, Refusal::AlreadySettled, Refusal::NothingToUndo] {
        *room.answer.lock().unwrap() = Err(SubmitError::Refused(refusal));
        let body = json!({"verdict": "stays", "reason": "x"}).to_string();
        let reply = room.call("zhao", "PUT", &path, &body).await;
        assert_eq!((reply.status, reply.code().as_str()), (409, refusal.as_str()));
    }
}

#[tokio::test]
async fn a_dispute_is_told_to_whoever_raised_it_and_to_managers_and_a_ruling_to_whom_it_concerns() {
    let room = Room::open().await;
    in_dispute(&room, false);
    for (who, disputes, rulings) in [("zhao", 1, 1), ("wang", 1, 0)] {
        let told = room.call(who, "GET", "/api/v1/disputes", "").await.json();
        let count = |what: &str| told[what].as_array().unwrap().len();
        assert_eq!((count("disputes"), count("rulings")), (disputes, rulings), "{who}: {told}");
        let line = &told["disputes"][0];
        assert_eq!((line["claimant"].as_str(), line["owner"].as_str()), (Some("wang"), Some("li")));
        assert_eq!((line["reason"].as_str(), line["settled_at"].is_null()), (Some("车展上先加的我"), true));
        assert!(line["registered_at"].is_string(), "{line}");
    }
    assert_eq!(room.call("qian", "GET", "/api/v1/disputes", "").await.code(), "not_allowed");

    let room = Room::open().await;
    in_dispute(&room, true);
    let told = room.call("wang", "GET", "/api/v1/disputes", "").await.json();
    assert_eq!(told["rulings"].as_array().unwrap().len(), 1, "not the one before it, which was another's: {told}");
    let line = &told["rulings"][0];
    assert_eq!((line["owner"].as_str(), line["owner_name"].as_str()), (Some("wang"), Some("wang的名字")));
    assert_eq!(line["reason"].as_str(), Some("车展登记在先"));
    assert!(told["disputes"][0]["settled_at"].is_string(), "{told}");
}

#[tokio::test]
async fn the_manager_finds_dispute_record_owner_and_who_has_left_and_a_consultant_their_own_alone() {
    let room = Room::open().await;
    in_dispute(&room, false);
    let list = room.call("zhao", "GET", "/manage/owners", "").await.body;
    for text in ["车展上先加的我", "wang的名字", &format!("/manage/owners/{}", lead()), "已离职"] {
        assert!(list.contains(text), "{text}: {list}");
    }
    let front = room.call("zhao", "GET", "/manage/today", "").await.body;
    assert!(front.contains("1 起撞单待裁定"), "{front}");
    let one = room.call("zhao", "GET", &format!("/manage/owners/{}", lead()), "").await.body;
    for text in ["车展上先加的我", "展厅接待", "data-seen=\"li\"", "value=\"to wang\"", "value=\"nobody\""] {
        assert!(one.contains(text), "{text}: {one}");
    }
    assert!(!one.contains("value=\"stays\""), "li is not on the staff: {one}");
    let gone = LeadId::new(DateTime::UNIX_EPOCH, [1; 10]);
    for lead in [gone.to_string(), "none".to_owned()] {
        assert_eq!(room.call("zhao", "GET", &format!("/manage/owners/{lead}"), "").await.status, 404);
    }
    let record = room.call("zhao", "GET", &format!("/api/v1/leads/{}/contacts", lead()), "").await.json();
    assert_eq!((record["owned"]["owner"].as_str(), record["owned"]["left"].as_bool()), (Some("li"), Some(true)));
    let leads = room.call("zhao", "GET", "/api/v1/leads?from=2020-01-01&to=2029-01-01", "").await.json();
    assert_eq!(
        (leads["leads"][0]["owner"].as_str(), leads["leads"][0]["owner_by"].as_str()),
        (Some("li"), Some("ruling"))
    );
    let table = room.call("zhao", "GET", "/manage/leads", "").await.body;
    assert!(table.contains("class=\"owner\"") && table.contains("经理裁定"), "{table}");

    let own = room.call("wang", "GET", "/customers", "").await.body;
    assert!(own.contains("撞单待裁定") && own.contains("现在没有归您的客户"), "{own}");
    let room = Room::open().await;
    in_dispute(&room, true);
    let own = room.call("wang", "GET", "/customers", "").await.body;
    assert!(own.contains("归您") && own.contains("车展登记在先") && !own.contains("现在没有归您的客户"), "{own}");
    let audit = room.call("zhao", "GET", "/manage/audit", "").await.body;
    assert!(audit.contains("li → wang的名字") && audit.contains("车展登记在先"), "{audit}");
    let lines = room.call("zhao", "GET", "/api/v1/audit?from=2020-01-01&to=2029-01-01", "").await.body;
    assert!(
        lines.contains("\"owner_before\":\"li\"") && !lines.contains("车展"),
        "no reason in what is taken away: {lines}"
    );
    for role in ["qian", "sun", "he"] {
        assert_eq!(room.call(role, "GET", "/customers", "").await.status, 403, "{role}");
    }
}
