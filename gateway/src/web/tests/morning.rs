//! The morning's checklist, over the API and on its page.

use std::sync::Arc;

use super::room::Room;
use crate::domain::{Command, Event, State};

#[tokio::test]
async fn an_item_is_ticked_for_today_and_shows_who_looked() {
    let room = Room::open().await;
    let reply = room.call("wang", "PUT", "/api/v1/morning/tidy", "{\"done\":true}").await;
    assert_eq!(reply.status, 200, "{reply:?}");
    let command = room.submitted().remove(0).command;
    let Command::Tick(date, item, true) = command else { panic!("{command:?}") };
    assert_eq!(item.as_str(), "tidy");
    assert_eq!(room.call("wang", "PUT", "/api/v1/morning/dust", "{\"done\":true}").await.code(), "not_found");
    assert_eq!(room.call("wang", "PUT", "/api/v1/morning/tidy", "{}").await.code(), "bad_body");

    let before = room.call("qian", "GET", "/api/v1/morning", "").await.json();
    assert_eq!(
        (before["date"].clone(), before["items"][0]["done"].clone()),
        (date.to_string().into(), serde_json::Value::Null)
    );
    // As the log has it, for ever.
    let told = serde_json::json!({"morning":{"ticked":{"date":date,"item":"tidy","done":true,"by":"wang"}}});
    let mut state = State::default();
    state.apply(&serde_json::from_value::<Event>(told).unwrap(), "2026-11-23T00:30:00Z".parse().unwrap());
    room.morning.send_replace(Arc::clone(&state.morning));
    let after = room.call("qian", "GET", "/api/v1/morning", "").await.json();
    assert_eq!(after["items"][0]["done"]["name"], "wang的名字");
    let page = room.call("qian", "GET", "/morning", "").await;
    assert!(page.body.contains("wang的名字 08:30") && page.body.contains("可以开门迎客"), "{}", page.body);
}
