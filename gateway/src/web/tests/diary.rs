//! Appointments over the API and on their page.

use std::sync::Arc;

use chrono::Days;
use serde_json::{Value, json};
use shared::ids::AppointmentId;
use shared::personal::Personal;
use shared::phone::PhoneNumber;

use super::room::Room;
use crate::domain::diary::{Booking, DiaryEvent, Matter, Terms, Whom, Wish};
use crate::domain::secret::{Secret, Subject};
use crate::domain::{Command, Rules, State};

const ID: &str = "0190a5de-0000-7000-8000-000000000001";

/// Today by the showroom's clocks.
async fn today(room: &Room) -> String {
    room.call("wang", "GET", "/api/v1/morning", "").await.json()["date"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn each_address_asks_for_what_it_says() {
    let room = Room::open().await;
    let day = today(&room).await;
    let body = json!({"date": day, "time": "10:30", "matter": "test_drive", "name": "李", "phone": "13800138000"});
    let reply = room.call("wang", "POST", "/api/v1/appointments", &body.to_string()).await;
    assert_eq!(reply.status, 201, "{reply:?}");
    let Command::Arrange(id, Wish::Book(booking)) = room.submitted().remove(0).command else { panic!("no booking") };
    assert_eq!(reply.json()["appointment"], id.to_string());
    let whom =
        Whom { name: Some(Personal::new("李")), phone: PhoneNumber::parse("13800138000").ok(), ..Whom::default() };
    let expect = Booking {
        consultant: "wang".parse().unwrap(),
        at: booking.at,
        minutes: None,
        matter: Matter::TestDrive,
        models: Vec::new(),
        whom: Some(whom),
        lead: None,
        despite: false,
    };
    assert_eq!(*booking, expect);
    assert_eq!(booking.at.timestamp().rem_euclid(3600), 30 * 60);
    let known: AppointmentId = ID.parse().unwrap();
    for (id, method, what, expect) in [
        ("wang", "POST", "/cancel", Wish::Cancel),
        ("qian", "POST", "/restore", Wish::Restore),
        ("wang", "POST", "/arrived", Wish::Keep),
        ("zhao", "DELETE", "", Wish::Erase),
    ] {
        let reply = room.call(id, method, &format!("/api/v1/appointments/{ID}{what}"), "").await;
        assert_eq!((reply.status, reply.json()["done"].clone()), (200, "kept".into()), "{what}: {reply:?}");
        assert_eq!(room.submitted().remove(0).command, Command::Arrange(known, expect));
    }
    let body = json!({"date": day, "time": "11:00", "matter": "talk", "consultant": "li", "despite": true});
    let reply = room.call("qian", "PUT", &format!("/api/v1/appointments/{ID}"), &body.to_string()).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    let Command::Arrange(_, Wish::Change(booking)) = room.submitted().remove(0).command else { panic!("no change") };
    assert!(booking.despite && booking.whom.is_none() && booking.consultant.as_str() == "li");
}

#[tokio::test]
async fn what_cannot_be_an_appointment_is_refused_before_the_engine() {
    let room = Room::open().await;
    let day = today(&room).await;
    let good = json!({"date": day, "time": "10:30", "matter": "talk", "name": "李"});
    let with = |field: &str, value: Value| {
        let mut body = good.clone();
        body[field] = value;
        body.to_string()
    };
    for (body, code) in [
        (with("date", "2020-01-01".into()), "bad_range"),
        (with("date", "tomorrow".into()), "bad_range"),
        (with("date", "2999-01-01".into()), "bad_range"),
        (with("time", "half past ten".into()), "bad_body"),
        (with("matter", "party".into()), "bad_body"),
        (with("minutes", 1.into()), "bad_body"),
        (with("name", "".into()), "bad_body"),
        (with("phone", "110".into()), "bad_phone"),
        (with("models", json!(["no-such"])), "bad_body"),
        (with("note", "x".repeat(501).into()), "bad_body"),
    ] {
        assert_eq!(room.call("wang", "POST", "/api/v1/appointments", &body).await.code(), code, "{body}");
    }
    assert_eq!(room.call("wang", "POST", "/api/v1/appointments/x/cancel", "").await.code(), "unknown_appointment");
    assert!(room.submitted().is_empty());
}

/// One appointment of `wang` and one of `li`, today.
fn expecting(room: &Room, day: &str) {
    let mut state = State::default();
    state.configure(Rules::default());
    let at = day.parse::<chrono::NaiveDate>().unwrap().and_hms_opt(2, 30, 0).unwrap().and_utc();
    for (number, who, name) in [(1, "wang", "诸葛"), (2, "li", "欧阳")] {
        let appointment = AppointmentId::new(at, [number; 10]);
        let whom = Whom {
            name: Some(Personal::new(name)),
            phone: PhoneNumber::parse("13800138000").ok(),
            note: Some(Personal::new("爱喝茶")),
            ..Whom::default()
        };
        let terms =
            Terms { consultant: who.parse().unwrap(), at, minutes: 60, matter: Matter::Talk, models: Vec::new() };
        let secret = Secret::open(Subject::Appointment(appointment), whom);
        let booked = DiaryEvent::Booked { appointment, terms, secret, lead: None, by: None };
        state.apply(&booked.into(), at);
    }
    room.diary.send_replace(Arc::new(state.agenda()));
}

#[tokio::test]
async fn a_consultant_sees_their_own_reception_all_and_numbers_are_masked() {
    let room = Room::open().await;
    let day = today(&room).await;
    expecting(&room, &day);
    let own = room.call("wang", "GET", "/api/v1/appointments", "").await.json();
    let own = own["appointments"].as_array().unwrap().clone();
    assert_eq!((own.len(), own[0]["name"].clone(), own[0]["phone"].clone()), (1, "诸葛".into(), "138****8000".into()));
    assert_eq!((own[0]["standing"].clone(), own[0]["overlaps"].clone()), ("booked".into(), false.into()));
    let all = room.call("qian", "GET", "/api/v1/appointments", "").await.json();
    assert_eq!(all["appointments"].as_array().unwrap().len(), 2);
    let tomorrow = day.parse::<chrono::NaiveDate>().unwrap().checked_add_days(Days::new(1)).unwrap();
    let other = room.call("qian", "GET", &format!("/api/v1/appointments?from={tomorrow}&to={tomorrow}"), "").await;
    assert_eq!(other.json()["appointments"], json!([]));

    for (who, page, hers, his) in [
        ("wang", "/appointments", true, false),
        ("zhao", "/appointments", true, true),
        ("wang", "/morning", true, false),
    ] {
        let page = room.call(who, "GET", page, "").await.body;
        assert_eq!((page.contains("诸葛"), page.contains("欧阳")), (hers, his), "{who}");
        assert!(!page.contains("13800138000") && page.contains("138****8000") && page.contains("爱喝茶"));
    }
    let id = own[0]["appointment"].as_str().unwrap();
    let reply = room.call("wang", "POST", &format!("/api/v1/appointments/{id}/reveal"), "").await;
    assert_eq!(reply.json()["phone"], "13800138000");
    let asked = room.submitted().remove(0).command;
    assert_eq!(asked, Command::Arrange(id.parse().unwrap(), Wish::Reveal), "on record before it is answered");
}
