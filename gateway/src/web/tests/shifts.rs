//! The plan of shifts over the API and on its page.

use chrono::NaiveDate;

use super::room::Room;
use crate::domain::Command;
use crate::domain::floor::plan::{Plans, YearTable};
use crate::domain::{Event, State};

#[tokio::test]
async fn each_address_asks_for_what_it_says() {
    let room = Room::open().await;
    let day: NaiveDate = "2026-11-24".parse().unwrap();
    let wang = || "wang".parse().unwrap();
    let week = "{\"week\":{\"mon\":[\"09:00-12:00\",\"13:00-18:00\"]}}";
    let read: serde_json::Value = serde_json::from_str(week).unwrap();
    let planned = Some(Box::new(serde_json::from_value(read["week"].clone()).unwrap()));
    let hours = serde_json::from_str("[\"10:00-16:00\"]").unwrap();
    let table = "{\"days\":[{\"date\":\"2026-10-01\",\"works\":\"off\",\"name\":\"国庆节\"}]}";
    let read: serde_json::Value = serde_json::from_str(table).unwrap();
    let year = YearTable::new(2026, serde_json::from_value(read["days"].clone()).unwrap()).unwrap();
    for (id, method, path, body, expect) in [
        ("zhao", "PUT", "/api/v1/shifts/wang", week, Command::PlanWeek(wang(), planned)),
        ("zhao", "DELETE", "/api/v1/shifts/wang", "", Command::PlanWeek(wang(), None)),
        (
            "zhao",
            "PUT",
            "/api/v1/shifts/wang/days/2026-11-24",
            "{\"hours\":[\"10:00-16:00\"]}",
            Command::PlanDay(wang(), day, Some(hours)),
        ),
        ("zhao", "DELETE", "/api/v1/shifts/wang/days/2026-11-24", "", Command::PlanDay(wang(), day, None)),
        ("zhao", "PUT", "/api/v1/calendar/2026", table, Command::SetYear(2026, year)),
        ("wang", "POST", "/api/v1/me/shift", "", Command::ComeToWork),
    ] {
        let reply = room.call(id, method, path, body).await;
        assert_eq!((reply.status, reply.json()["done"].clone()), (200, "kept".into()), "{method} {path}: {reply:?}");
        assert_eq!(room.submitted().remove(0).command, expect);
    }
}

#[tokio::test]
async fn what_cannot_be_a_plan_is_refused_before_the_engine() {
    let room = Room::open().await;
    let twice = "{\"days\":[{\"date\":\"2026-10-01\",\"works\":\"off\",\"name\":\"a\"},{\"date\":\"2026-10-01\",\"works\":\"mon\",\"name\":\"b\"}]}";
    for (path, body, status) in [
        ("/api/v1/shifts/wang", "{}", 400),
        ("/api/v1/shifts/wang", "{\"week\":{\"mon\":[\"22:00-06:00\"]}}", 400),
        ("/api/v1/shifts/wang", "{\"week\":{\"monday\":[]}}", 400),
        ("/api/v1/shifts/wang", "{\"week\":{\"mon\":[\"09:00-12:00\",\"11:00-18:00\"]}}", 400),
        ("/api/v1/shifts/No One", "{\"week\":{}}", 404),
        ("/api/v1/shifts/wang/days/tomorrow", "{\"hours\":[]}", 400),
        ("/api/v1/shifts/wang/days/2026-02-30", "{\"hours\":[]}", 400),
        ("/api/v1/calendar/26", "{\"days\":[]}", 400),
        ("/api/v1/calendar/2027", twice, 400),
        ("/api/v1/calendar/2026", twice, 400),
    ] {
        let reply = room.call("zhao", "PUT", &path.replace(' ', "%20"), body).await;
        assert_eq!(reply.status, status, "{path} {body}: {reply:?}");
    }
    assert!(room.submitted().is_empty());
}

/// What the plans are after these events.
fn plans(events: &[serde_json::Value]) -> Plans {
    let mut state = State::default();
    for event in events {
        let event: Event = serde_json::from_value(event.clone()).unwrap();
        state.apply(&event, "2026-11-20T00:00:00Z".parse().unwrap());
    }
    Plans::clone(state.floor.plans())
}

#[tokio::test]
async fn a_week_is_told_with_its_holidays_and_what_differs_and_drawn_for_the_manager() {
    let room = Room::open().await;
    // As the log has them, for ever.
    room.plans.send_replace(std::sync::Arc::new(plans(&[
        serde_json::json!({"floor":{"week_planned":{"staff":"wang","week":{"mon":["09:00-18:00"],"tue":["09:00-18:00"]},"by":"zhao"}}}),
        serde_json::json!({"floor":{"day_planned":{"staff":"wang","date":"2026-11-24","hours":["10:00-12:00","14:00-20:00"],"by":"zhao"}}}),
        serde_json::json!({"floor":{"year_set":{"year":2026,"table":[{"date":"2026-11-25","works":"mon","name":"店庆"}],"by":"zhao"}}}),
    ])));
    let reply = room.call("wang", "GET", "/api/v1/shifts?from=2026-11-23", "").await;
    let told = reply.json();
    assert_eq!(told["days"][2]["special"]["name"], "店庆");
    let people = told["people"].as_array().unwrap();
    let wang = people.iter().find(|person| person["staff"] == "wang").unwrap();
    let days: Vec<_> =
        wang["days"].as_array().unwrap().iter().map(|day| day["hours"].as_array().unwrap().len()).collect();
    assert_eq!(days, [1, 2, 1, 0, 0, 0, 0]);
    assert_eq!((wang["days"][1]["single"].clone(), wang["days"][2]["single"].clone()), (true.into(), false.into()));
    let other = people.iter().find(|person| person["staff"] == "sun").unwrap();
    assert!(other.get("week").is_none() && other.get("days").is_none());
    assert!(people.iter().all(|person| person["role"] != "admin"));
    let page = room.call("zhao", "GET", "/manage/shifts?from=2026-11-23", "").await;
    assert_eq!(page.status, 200);
    for text in
        ["14:00-20:00", "店庆", "2026-11-25 周一 店庆", "from=2026-11-16", "from=2026-11-30", "data-single=\"true\""]
    {
        assert!(page.body.contains(text), "{text}");
    }
    assert_eq!(room.call("zhao", "GET", "/api/v1/shifts?from=nonsense", "").await.code(), "bad_range");
}
