//! Subscriptions over the API, and how they end.

use serde_json::json;

use super::room::{Reply, Room, ask};
use crate::domain::roster::subscription::{SubscriptionId, Which};
use crate::domain::{Actor, Command};
use crate::notify::PushDoor;

// The browser's keys of RFC 8291, appendix A.
const P256DH: &str = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4";
const AUTH: &str = "BTBZMqHH6r4Tts7J_aSIgg";
const ENDPOINT: &str = "https://push.example.com/wpush/v2/secret-address";
const KEY: &str = "BPublic";

async fn room() -> Room {
    Room::open_with(|parts| parts.push = Some(PushDoor { key: KEY.to_owned(), local: false })).await
}

fn said(endpoint: &str, p256dh: &str, auth: &str) -> String {
    json!({ "endpoint": endpoint, "expirationTime": null, "keys": { "p256dh": p256dh, "auth": auth }, "language": "en" })
        .to_string()
}

async fn subscribe(room: &Room, id: &str) -> Reply {
    room.call(id, "PUT", "/api/v1/me/push", &said(ENDPOINT, P256DH, AUTH)).await
}

async fn rung(room: &Room, id: &str) -> serde_json::Value {
    room.call(id, "GET", "/api/v1/me/push", "").await.json()["subscriptions"].clone()
}

#[tokio::test]
async fn a_browser_is_rung_until_its_person_says_no() {
    let room = room().await;
    let id = SubscriptionId::of(ENDPOINT);
    let reply = subscribe(&room, "wang").await;
    assert_eq!((reply.status, reply.json()), (200, json!({ "done": "kept", "id": id })));
    let input = room.submitted().remove(0);
    assert_eq!(input.actor, Actor::Staff("wang".parse().unwrap()));
    let Command::Subscribe(subscription) = &input.command else { panic!("{input:?}") };
    let keys = subscription.secret.get().unwrap();
    assert_eq!((keys.endpoint.reveal(), keys.p256dh.reveal(), keys.auth.reveal()), (ENDPOINT, P256DH, AUTH));
    assert_eq!(subscription.language, shared::wire::Language::En);
    assert!(!format!("{input:?}").contains("secret-address"), "no log line can tell where it leads");
    assert!(serde_json::to_string(&subscription.secret).is_err(), "and it is written down sealed alone");

    let shown = room.call("wang", "GET", "/api/v1/me/push", "").await.json();
    assert_eq!(shown, json!({ "key": KEY, "subscriptions": [id] }));
    assert_eq!(rung(&room, "qian").await, json!([]), "others have their own");
    let gone = room.call("wang", "DELETE", &format!("/api/v1/me/push?id={id}"), "").await;
    assert_eq!((gone.status, rung(&room, "wang").await), (204, json!([])));
    room.submitted();
    for (query, submitted) in [("", Some(Which::All)), ("?id=none", None)] {
        assert_eq!(room.call("wang", "DELETE", &format!("/api/v1/me/push{query}"), "").await.status, 204);
        let expect = submitted.map(|which| Command::Unsubscribe("wang".parse().unwrap(), which));
        assert_eq!(room.submitted().pop().map(|input| input.command), expect);
    }
}

#[tokio::test]
async fn what_is_no_subscription_is_refused_and_told_why() {
    let room = room().await;
    let long = format!("https://push.example.com/{}", "a".repeat(2048));
    let short_key = &P256DH[..84];
    let off_curve = P256DH.replace("BCVx", "BCVy");
    for (endpoint, p256dh, auth, part) in [
        ("http://push.example.com/a", P256DH, AUTH, "endpoint"),
        ("https://localhost/a", P256DH, AUTH, "endpoint"),
        ("https://127.0.0.1/a", P256DH, AUTH, "endpoint"),
        ("https://192.168.1.1/a", P256DH, AUTH, "endpoint"),
        ("https://[fd00::1]/a", P256DH, AUTH, "endpoint"),
        ("https://gateway.local/a", P256DH, AUTH, "endpoint"),
        ("https://push.example.com:9443/a", P256DH, AUTH, "endpoint"),
        ("https://user:word@push.example.com/a", P256DH, AUTH, "endpoint"),
        ("push.example.com", P256DH, AUTH, "endpoint"),
        ("", P256DH, AUTH, "endpoint"),
        (long.as_str(), P256DH, AUTH, "endpoint"),
        (ENDPOINT, short_key, AUTH, "p256dh"),
        (ENDPOINT, off_curve.as_str(), AUTH, "p256dh"),
        (ENDPOINT, "not base64!", AUTH, "p256dh"),
        (ENDPOINT, P256DH, "c2hvcnQ", "auth"),
        (ENDPOINT, P256DH, "", "auth"),
    ] {
        let reply = room.call("wang", "PUT", "/api/v1/me/push", &said(endpoint, p256dh, auth)).await;
        assert_eq!((reply.status, reply.code().as_str()), (400, "bad_body"), "{endpoint} {p256dh} {auth}");
        assert!(reply.json()["detail"].as_str().unwrap().contains(part), "{reply:?}");
    }
    for body in
        ["{}", "[]", &format!("{{\"endpoint\":\"{ENDPOINT}\"}}"), &said(ENDPOINT, P256DH, AUTH).replace("en", "fr")]
    {
        assert_eq!(room.call("wang", "PUT", "/api/v1/me/push", body).await.code(), "bad_body", "{body}");
    }
    assert_eq!(room.call("wang", "PUT", "/api/v1/me/push", "{\"endpoint\":").await.code(), "not_json");
    assert!(room.submitted().is_empty());
}

#[tokio::test]
async fn signing_out_ends_what_the_session_began_and_nothing_else() {
    let room = room().await;
    let session = |token: &str| format!("authorization: Bearer {token}\r\n");
    let (here, there) = (session(&room.token("wang")), session(&room.token("wang")));
    let elsewhere = ENDPOINT.replace("secret", "other");
    for (head, endpoint) in [(&here, ENDPOINT), (&there, elsewhere.as_str())] {
        let body = said(endpoint, P256DH, AUTH);
        assert_eq!(ask(room.addr, "PUT", "/api/v1/me/push", head, &body).await.status, 200);
    }
    let marks: Vec<_> = room
        .submitted()
        .into_iter()
        .map(|input| match input.command {
            Command::Subscribe(subscription) => subscription.session,
            other => panic!("{other:?}"),
        })
        .collect();
    assert!(marks[0] != marks[1] && !here.contains(&marks[0]), "a mark opens nothing");
    assert_eq!(ask(room.addr, "DELETE", "/api/v1/sessions", &here, "").await.status, 204);
    let ended: Vec<_> = room.submitted().into_iter().map(|input| input.command).collect();
    assert_eq!(ended, [Command::Unsubscribe("wang".parse().unwrap(), Which::OfSession(marks[0].clone()))]);
    // A session without one has nothing to say to the engine.
    assert_eq!(room.call("wang", "DELETE", "/api/v1/sessions", "").await.status, 204);
    assert!(room.submitted().is_empty());
    assert_eq!(ask(room.addr, "DELETE", "/api/v1/sessions?everywhere=true", &there, "").await.status, 204);
    assert_eq!(room.submitted().pop().unwrap().command, Command::EndSessions);
    assert_eq!(rung(&room, "wang").await, serde_json::Value::Null, "and the session with it: {}", marks[1]);
    assert!(room.roster.borrow().subscriptions(&"wang".parse().unwrap()).is_empty());
}

#[tokio::test]
async fn without_push_nobody_is_offered_it() {
    let (without, with) = (Room::open().await, room().await);
    for (method, body) in [("GET", String::new()), ("PUT", said(ENDPOINT, P256DH, AUTH))] {
        let reply = without.call("wang", method, "/api/v1/me/push", &body).await;
        assert_eq!((reply.status, reply.code().as_str()), (409, "push_off"));
    }
    // What began before it was switched off can still be ended.
    assert_eq!(without.call("wang", "DELETE", "/api/v1/me/push", "").await.status, 204);
    assert!(!without.call("wang", "GET", "/floor", "").await.body.contains("id=\"push\""));
    let page = with.call("wang", "GET", "/floor", "").await.body;
    assert!(page.contains(&format!("id=\"push\" class=\"push\" data-key=\"{KEY}\"")), "{page}");
}

#[tokio::test]
async fn a_notification_is_shown_on_its_own_channel() {
    let room = room().await;
    let alert = "0190a5de-0000-7000-8000-000000000001.1";
    for (query, channel) in [("", "stream"), ("?channel=push", "push")] {
        let shown = room.call("wang", "POST", &format!("/api/v1/alerts/{alert}/shown{query}"), "").await;
        assert_eq!(shown.status, 200, "{shown:?}");
        let latest = room.hub.deliveries().latest(None, 1).remove(0);
        assert_eq!((latest.channel, latest.fate, latest.alert.to_string().as_str()), (channel, "shown", alert));
    }
    for query in ["?channel=wecom", "?channel=pigeon"] {
        let reply = room.call("wang", "POST", &format!("/api/v1/alerts/{alert}/shown{query}"), "").await;
        assert_eq!(reply.code(), "bad_query", "{query}");
    }
    assert_eq!(room.submitted().len(), 2);
}
