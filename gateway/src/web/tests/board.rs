//! The wall display without a browser: what it tells to whom, and what opening it does not do.

use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use shared::personal::Personal;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::room::{Reply, Room, ask, epoch};
use super::samples::{member, visit};
use crate::runtime::{FloorSnapshot, FloorVisit};

fn floor(visits: Vec<FloorVisit>) -> Arc<FloorSnapshot> {
    let mut wang = member("wang");
    wang.name = "王芳".to_owned();
    Arc::new(FloorSnapshot {
        sequence: 5,
        at: epoch(),
        staff: vec![wang],
        visits,
        waiting: 1,
        ..FloorSnapshot::default()
    })
}

/// A visit about which more is known than a wall may say.
fn known() -> FloorVisit {
    let note = Some(Personal::new("穿红衣服的王先生"));
    FloorVisit { note, models: vec!["s7".parse().unwrap()], ..visit(1, Some("wang")) }
}

/// Waits until the board has heard of this floor; it follows in a task of its own.
async fn shown(room: &Room, path: &str, waiting: u32) -> Reply {
    let follows = async {
        loop {
            let reply = room.call("qian", "GET", path, "").await;
            if reply.json()["waiting"] == json!(waiting) {
                return reply;
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(10), follows).await.expect("the board follows the floor")
}

#[tokio::test]
async fn a_wall_tells_nothing_of_a_visitor_and_the_public_one_nothing_of_anybody() {
    let room = Room::open().await;
    room.floor.send_replace(floor(vec![known(), visit(2, None)]));
    let board = shown(&room, "/api/v1/board", 1).await;
    assert!(board.body.contains("王芳") && board.body.contains("browse"), "{board:?}");
    assert!(!board.body.contains("红衣服") && !board.body.contains("s7"), "{board:?}");
    let nothing = json!({"visits": 0, "counted": 0, "accepted_in_time": 0, "greeted_counted": 0, "greeted_in_time": 0});
    assert_eq!(board.json()["today"], nothing);
    let public = shown(&room, "/api/v1/board/public", 1).await.json();
    let fields: Vec<_> = public.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(fields, ["beat_ms", "busy", "edition", "free", "now", "rate", "waiting"]);
    let edition = format!("data-edition=\"{}\"", public["edition"].as_str().unwrap());
    for page in ["/board", "/board/public"] {
        assert!(room.call("zhao", "GET", page, "").await.body.contains(&edition), "{page} is loaded again and again");
    }
    let counts = ["free", "busy", "waiting"].map(|name| public[name].clone());
    assert_eq!(counts, [json!(0), json!(1), json!(1)]);
}

#[tokio::test]
async fn whoever_writes_public_gets_no_names() {
    let room = Room::open().await;
    for address in ["/board?public", "/board?lang=en&public=1"] {
        let reply = room.call("zhao", "GET", address, "").await;
        assert_eq!((reply.status, reply.header("location")), (303, Some("/board/public")), "{address}");
    }
    assert_eq!(room.call("he", "GET", "/board", "").await.status, 403);
    assert_eq!(room.call("he", "GET", "/board/public", "").await.status, 200);
}

#[tokio::test]
async fn a_floor_that_is_told_no_more_is_no_board() {
    let room = Room::open().await;
    let head = format!("authorization: Bearer {}\r\n", room.token("zhao"));
    drop(room.floor);
    let ended = async {
        loop {
            let reply = ask(room.addr, "GET", "/api/v1/board/public", &head, "").await;
            if reply.status == 503 {
                return reply;
            }
        }
    };
    let reply = tokio::time::timeout(Duration::from_secs(10), ended).await.expect("the board ends with the floor");
    assert_eq!(reply.code(), "ended");
}

#[tokio::test]
async fn a_screen_on_a_wall_makes_nobody_reachable_and_ends_with_its_session() {
    let room = Room::open().await;
    let mut stream = TcpStream::connect(room.addr).await.unwrap();
    let request = format!(
        "GET /api/v1/board/stream HTTP/1.1\r\nhost: x\r\nconnection: close\r\nauthorization: Bearer {}\r\n\r\n",
        room.token("wang")
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut text = String::new();
    read_until(&mut stream, &mut text, "event: board\ndata: {").await;
    room.floor.send_replace(floor(vec![visit(2, None)]));
    read_until(&mut stream, &mut text, "\"stage\":\"calling\"").await;
    assert!(room.submitted().is_empty(), "a wall is no phone: {text}");
    room.roster.send_modify(|roster| {
        let mut changed = crate::domain::roster::Roster::clone(roster);
        changed.accounts.values_mut().for_each(|account| account.session_generation += 1);
        *roster = Arc::new(changed);
    });
    let mut rest = Vec::new();
    tokio::time::timeout(Duration::from_secs(20), stream.read_to_end(&mut rest)).await.expect("it ends").unwrap();
}

async fn read_until(stream: &mut TcpStream, text: &mut String, wanted: &str) {
    let read = async {
        let mut bytes = [0; 4096];
        while !text.contains(wanted) {
            let count = stream.read(&mut bytes).await.unwrap();
            assert_ne!(count, 0, "the stream ended: {text}");
            text.push_str(&String::from_utf8_lossy(&bytes[..count]));
        }
    };
    tokio::time::timeout(Duration::from_secs(10), read).await.unwrap_or_else(|_| panic!("{wanted} did not come"));
}
