//! The event stream over a real socket.

use std::sync::Arc;
use std::time::Duration;

use shared::ids::AlertId;
use shared::wire::{Alert, AlertOver, Language, Purpose, Why};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::room::{Room, epoch};
use super::samples::{member, visit};
use crate::domain::Command;
use crate::domain::floor::visit::Channel;
use crate::notify::{Feed, FeedId, Pushed};
use crate::runtime::FloorSnapshot;

struct Open {
    stream: TcpStream,
    text: String,
}

impl Open {
    async fn of(room: &Room, id: &str, last: &str) -> Self {
        let mut stream = TcpStream::connect(room.addr).await.unwrap();
        let last = if last.is_empty() { String::new() } else { format!("last-event-id: {last}\r\n") };
        let head = format!(
            "GET /api/v1/me/stream HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\n{last}\r\n",
            room.token(id)
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        Self { stream, text: String::new() }
    }

    /// Reads until the text is there, and gives everything read so far.
    async fn until(&mut self, wanted: &str) -> &str {
        let read = async {
            let mut bytes = [0; 4096];
            while !self.text.contains(wanted) {
                let count = self.stream.read(&mut bytes).await.unwrap();
                assert_ne!(count, 0, "the stream ended: {}", self.text);
                self.text.push_str(&String::from_utf8_lossy(&bytes[..count]));
            }
        };
        let done = tokio::time::timeout(Duration::from_secs(10), read).await;
        assert!(done.is_ok(), "{wanted} did not come: {}", self.text);
        &self.text
    }
}

fn alert(to: &str, sequence: u64, number: u8) -> Feed {
    let id = AlertId { visit: visit(number, None).id, ordinal: 1 };
    let alert = Alert {
        alert: id,
        visit: id.visit,
        purpose: Purpose::Browse,
        party: None,
        language: Language::Zh,
        models: Vec::new(),
        own_customer: false,
        name: None,
        when: None,
        budget: None,
        phone: None,
        lead: None,
        last_visit: None,
        score: None,
        appointment: None,
        why: Why::LongestFree,
        colleague: None,
        asked_at: epoch(),
        greet_by: epoch(),
        words: "您好".to_owned(),
    };
    Feed { id: FeedId { sequence, index: 0 }, to: to.parse().unwrap(), pushed: Pushed::Alert(Box::new(alert)) }
}

fn floor(sequence: u64, visits: Vec<crate::runtime::FloorVisit>) -> Arc<FloorSnapshot> {
    let staff = vec![member("wang")];
    Arc::new(FloorSnapshot { sequence, at: epoch(), staff, visits, waiting: 1, ..FloorSnapshot::default() })
}

#[tokio::test]
async fn an_alert_reaches_its_person_and_is_reported_as_handed() {
    let room = Room::open().await;
    let (mut wang, mut qian) = (Open::of(&room, "wang", "").await, Open::of(&room, "qian", "").await);
    wang.until("id: 0.0").await;
    qian.until("id: 0.0").await;
    room.hub.push(alert("wang", 7, 1));
    let text = wang.until("event: alert\n").await;
    assert!(
        text.contains("content-type: text/event-stream") && text.contains("id: 7.0\nevent: alert\ndata: {"),
        "{text}"
    );
    let handed = async {
        loop {
            let inputs = room.inputs.lock().unwrap().clone();
            let hand = |command: &Command| matches!(command, Command::Hand(_, Channel::Stream));
            if inputs.iter().any(|input| hand(&input.command)) {
                assert_eq!(inputs.iter().filter(|input| input.command == Command::Alive).count(), 2, "both opened");
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(5), handed).await.unwrap();
    room.hub.push(alert("qian", 8, 2));
    assert!(!qian.until("id: 8.0").await.contains("id: 7.0"), "nobody else hears it");
}

#[tokio::test]
async fn a_resumed_stream_misses_nothing_and_an_unknown_place_is_reset() {
    let room = Room::open().await;
    room.hub.push(alert("wang", 7, 1));
    room.hub.push(alert("wang", 9, 2));
    let mut resumed = Open::of(&room, "wang", "7.0").await;
    let text = resumed.until("\"sequence\":0}").await;
    assert!(
        text.contains("id: 9.0\nevent: alert") && !text.contains("id: 7.0") && !text.contains("event: reset"),
        "{text}"
    );
    let mut lost = Open::of(&room, "wang", "3.0").await;
    let text = lost.until("id: 9.0").await.to_owned();
    let (reset, first) = (text.find("event: reset").unwrap(), text.find("id: 7.0").unwrap());
    assert!(reset < first, "{text}");
    let over = Pushed::AlertOver(AlertId { visit: visit(1, None).id, ordinal: 1 }, AlertOver::Taken);
    room.hub.push(Feed { id: FeedId { sequence: 10, index: 2 }, to: "wang".parse().unwrap(), pushed: over });
    let text = lost.until("event: alert_over").await;
    assert!(text.contains("id: 10.2\nevent: alert_over\ndata: {\"alert\":\"") && text.contains("\"over\":\"taken\"}"));
}

#[tokio::test]
async fn a_phone_that_does_not_read_is_let_go_and_holds_up_nobody() {
    let room = Room::open().await;
    let (mut asleep, mut awake) = (Open::of(&room, "wang", "").await, Open::of(&room, "wang", "").await);
    asleep.until("id: 0.0").await;
    awake.until("id: 0.0").await;
    let mut sequence = 0;
    // The system's buffers take MBs before anybody notices.
    while room.hub.closed_clients() == 0 {
        sequence += 1;
        assert!(sequence < 10_000, "nobody noticed");
        let mut feed = alert("wang", sequence, 1);
        if let Pushed::Alert(alert) = &mut feed.pushed {
            alert.words = "您好".repeat(2_000);
        }
        room.hub.push(feed);
        awake.text.clear();
        awake.until(&format!("id: {sequence}.0\n")).await;
    }
    // What had been sent, and the last chunk: the connection stays for other requests.
    let (mut rest, mut bytes) = (Vec::new(), [0; 4096]);
    while !rest.ends_with(b"\r\n0\r\n\r\n") {
        let read = tokio::time::timeout(Duration::from_secs(10), asleep.stream.read(&mut bytes)).await;
        rest.extend_from_slice(&bytes[..read.expect("the rest").unwrap()]);
    }
    assert!(!String::from_utf8_lossy(&rest).contains(&format!("id: {sequence}.0\n")), "it missed the last");
    let mut back = Open::of(&room, "wang", "0.0").await;
    assert!(
        back.until(&format!("id: {sequence}.0\n")).await.contains("event: reset"),
        "and gets it when it comes back"
    );
}

#[tokio::test]
async fn reception_sees_every_visit_and_a_consultant_their_own() {
    let room = Room::open().await;
    room.floor.send_replace(floor(5, vec![visit(1, None), visit(2, Some("wang"))]));
    tokio::time::sleep(Duration::from_millis(50)).await;
    let (other, own) = (visit(1, None).id.to_string(), visit(2, None).id.to_string());
    let mut qian = Open::of(&room, "qian", "").await;
    let text = qian.until("id: 0.0").await;
    assert!(text.contains(&other) && text.contains(&own));
    let mut wang = Open::of(&room, "wang", "").await;
    let text = wang.until("id: 0.0").await.to_owned();
    assert!(text.contains(&own) && !text.contains(&other), "{text}");
    room.floor.send_replace(floor(6, vec![visit(3, None), visit(2, Some("wang")), visit(4, Some("wang"))]));
    let text = wang.until(&visit(4, None).id.to_string()).await;
    assert!(!text.contains(&visit(3, None).id.to_string()), "{text}");
    assert!(qian.until("visits_gone").await.contains(&visit(3, None).id.to_string()));
    let seen = room.call("wang", "GET", "/api/v1/floor", "").await.json();
    assert_eq!(
        (seen.get("visits"), seen["mine"].as_array().unwrap().len(), seen["whole"].clone()),
        (None, 2, true.into())
    );
}
