//! What the API answers.

use chrono::TimeDelta;
use shared::clock::{Clock as _, SystemClock};
use shared::qr::{Token, TokenKind};

use super::room::{PASSWORD, QR_KEY, Room, ask, send_bytes};
use crate::domain::{Command, Refusal};
use crate::runtime::SubmitError;
use crate::web::routes::ROUTES;

const VISIT: &str = "0190a5de-0000-7000-8000-000000000001";

fn code(kind: TokenKind, age_s: i64) -> String {
    let token = Token {
        kind,
        issued_at: SystemClock.now() - TimeDelta::seconds(age_s),
        nonce: [1, 2, 3, 4, 5, 6],
        place: "k1".parse().unwrap(),
    };
    token.sign(&QR_KEY)
}

#[tokio::test]
async fn signing_in_gives_a_token_and_a_cookie_that_work() {
    let room = Room::open().await;
    let body = format!("{{\"account\":\"wang\",\"password\":\"{PASSWORD}\"}}");
    let reply = room.call("", "POST", "/api/v1/sessions", &body).await;
    assert_eq!((reply.status, reply.json()["role"].clone()), (200, "consultant".into()));
    let token = reply.json()["token"].as_str().unwrap().to_owned();
    let cookie = reply.header("set-cookie").unwrap();
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"), "{cookie}");
    let bearer = format!("authorization: Bearer {token}\r\n");
    assert_eq!(ask(room.addr, "GET", "/api/v1/me", &bearer, "").await.json()["name"], "wang的名字");
    let cookie = format!("cookie: {}\r\n", cookie.split(';').next().unwrap());
    assert_eq!(ask(room.addr, "GET", "/api/v1/me", &cookie, "").await.status, 200);
    let foreign = format!("{cookie}origin: http://evil.example\r\n");
    let reply = ask(room.addr, "POST", "/api/v1/me/alive", &foreign, "").await;
    assert_eq!((reply.status, reply.code().as_str()), (403, "cross_site"));
    let ours = format!("{cookie}origin: http://{}\r\n", room.addr);
    assert_eq!(ask(room.addr, "POST", "/api/v1/me/alive", &ours, "").await.status, 200);
    assert_eq!(ask(room.addr, "DELETE", "/api/v1/sessions", &bearer, "").await.status, 204);
    assert_eq!(ask(room.addr, "GET", "/api/v1/me", &bearer, "").await.status, 401);
}

#[tokio::test]
async fn guessing_passwords_is_slowed_down() {
    let room = Room::open().await;
    let wrong = "{\"account\":\"wang\",\"password\":\"wrong horse\"}";
    for _ in 0..5 {
        assert_eq!(room.call("", "POST", "/api/v1/sessions", wrong).await.code(), "wrong_password");
    }
    let right = format!("{{\"account\":\"wang\",\"password\":\"{PASSWORD}\"}}");
    let reply = room.call("", "POST", "/api/v1/sessions", &right).await;
    assert_eq!((reply.status, reply.code().as_str()), (429, "too_many_tries"));
    assert!(reply.header("retry-after").is_some());
    let unknown = "{\"account\":\"nobody\",\"password\":\"wrong horse\"}";
    assert_eq!(room.call("", "POST", "/api/v1/sessions", unknown).await.code(), "wrong_password");
}

#[tokio::test]
async fn bad_bodies_are_refused_with_a_code() {
    let room = Room::open().await;
    let large = format!("{{\"purpose\":\"{}\"}}", "x".repeat(70_000));
    for (body, status, code) in [
        ("{\"purpose\":", 400, "not_json"),
        ("{\"purpose\":\"dance\"}", 400, "bad_body"),
        ("{}", 400, "bad_body"),
        ("{\"purpose\":\"browse\",\"party\":0}", 400, "bad_body"),
        (large.as_str(), 413, "too_large"),
    ] {
        let reply = room.call("qian", "POST", "/api/v1/visits", body).await;
        assert_eq!((reply.status, reply.code().as_str()), (status, code), "{}", &body[..body.len().min(40)]);
    }
    assert_eq!(room.call("wang", "POST", "/api/v1/alerts/x/accept", "").await.code(), "unknown_alert");
    let end = format!("/api/v1/visits/{VISIT}/end");
    assert_eq!(room.call("wang", "POST", &end, "{\"outcome\":\"closed_by_system\"}").await.code(), "bad_body");
    assert_eq!(room.call("zhao", "GET", "/api/v1/visits?from=yesterday", "").await.code(), "bad_range");
    assert_eq!(room.call("zhao", "GET", "/api/v1/visits?cursor=x", "").await.code(), "bad_cursor");
    assert_eq!(room.call("zhao", "GET", "/api/v1/exports/secrets.csv", "").await.code(), "not_found");
    assert!(room.submitted().is_empty());
    room.counted(&[("not_json", 1), ("bad_body", 4), ("too_large", 1), ("unknown_alert", 1), ("not_found", 1)]).await;
}

#[tokio::test]
async fn a_body_that_is_not_utf8_is_refused_and_counted() {
    let room = Room::open().await;
    let head = format!("authorization: Bearer {}\r\ncontent-type: application/json\r\n", room.token("qian"));
    let walk_in = send_bytes(room.addr, "POST", "/api/v1/visits", &head, b"{\"purpose\":\"\xff\xfe\"}").await;
    assert_eq!((walk_in.status, walk_in.code().as_str()), (400, "not_json"));
    let account = send_bytes(room.addr, "POST", "/api/v1/sessions", "", b"{\"account\":\"w\xc3\"}").await;
    assert_eq!((account.status, account.code().as_str()), (400, "not_json"));
    assert!(room.submitted().is_empty());
    room.counted(&[("not_json", 2)]).await;
}

#[tokio::test]
async fn what_the_engine_refuses_has_its_status_and_code() {
    let room = Room::open().await;
    for (refusal, status) in [
        (Refusal::UnknownVisit, 404),
        (Refusal::UnknownStaff, 404),
        (Refusal::NotYours, 403),
        (Refusal::VisitOver, 409),
        (Refusal::NothingToUndo, 409),
        (Refusal::NotServed, 409),
        (Refusal::NobodyFree, 409),
        (Refusal::NoParty, 409),
        (Refusal::IdConflict, 409),
        (Refusal::CodeSpent, 410),
    ] {
        *room.answer.lock().unwrap() = Err(SubmitError::Refused(refusal));
        let reply = room.call("wang", "POST", &format!("/api/v1/visits/{VISIT}/greeted"), "").await;
        assert_eq!((reply.status, reply.code().as_str()), (status, refusal.as_str()));
    }
    for (error, code) in [(SubmitError::Full, "busy"), (SubmitError::Ended, "ended")] {
        *room.answer.lock().unwrap() = Err(error);
        let reply = room.call("wang", "POST", "/api/v1/me/presence/undo", "").await;
        assert_eq!((reply.status, reply.code().as_str()), (503, code));
        assert!(reply.header("retry-after").is_some());
    }
}

#[tokio::test]
async fn a_walk_in_with_the_same_key_is_the_same_visit() {
    let room = Room::open().await;
    let head = format!("authorization: Bearer {}\r\nidempotency-key: k1\r\n", room.token("qian"));
    let walk_in = || ask(room.addr, "POST", "/api/v1/visits", &head, "{\"purpose\":\"browse\",\"party\":2}");
    let (first, again) = (walk_in().await, walk_in().await);
    assert_eq!(first.status, 201);
    assert_eq!(first.json()["visit"], again.json()["visit"]);
    let submitted = room.submitted();
    assert_eq!(submitted[0].cause, submitted[1].cause);
    assert!(submitted[0].cause.is_some());
    assert!(matches!(submitted[0].command, Command::WalkIn { party: Some(2), .. }));
    let other = room.call("qian", "POST", "/api/v1/visits", "{\"purpose\":\"browse\"}").await;
    assert_ne!(first.json()["visit"], other.json()["visit"]);
}

#[tokio::test]
async fn what_cannot_be_read_of_an_address_is_a_problem_with_a_code_and_is_counted() {
    let room = Room::open().await;
    let mut codes = std::collections::BTreeMap::from([("bad_path", 0), ("bad_query", 0)]);
    for route in ROUTES.iter().filter(|route| route.path.contains('{')) {
        let path = format!("{}%ff", &route.path[..route.path.find('{').unwrap()]);
        let rest = route.path.find('}').map(|end| &route.path[end + 1..]).unwrap();
        let reply = room
            .call(
                "root",
                route.method,
                &format!("{path}{rest}"),
                "{\"outcome\":\"served\",\"staff\":\"a\",\"on\":true}",
            )
            .await;
        let kind = reply.header("content-type").unwrap_or_default();
        if kind.starts_with("text/html") {
            assert!((400..500).contains(&reply.status), "a page says that there is nothing: {route:?}");
            continue;
        }
        assert_eq!((reply.status, reply.code().as_str()), (400, "bad_path"), "{route:?}");
        *codes.get_mut("bad_path").unwrap() += 1;
    }
    let twice = ["visits", "leads", "exports/visits.csv"].map(|of| format!("/api/v1/{of}?from=a&from=b"));
    for path in twice.iter().map(String::as_str).chain(["/api/v1/me/stream?after=1.1&after=2.2"]) {
        let reply = room.call("zhao", "GET", path, "").await;
        assert_eq!((reply.status, reply.code().as_str()), (400, "bad_query"), "{path}");
        *codes.get_mut("bad_query").unwrap() += 1;
    }
    assert!(codes.values().all(|count| *count > 3), "{codes:?}");
    room.counted(&codes.into_iter().collect::<Vec<_>>()).await;
}

#[tokio::test]
async fn an_interest_needs_a_code_that_is_good_now() {
    let room = Room::open().await;
    let with = |code: &str| format!("{{\"token\":\"{code}\",\"models\":[\"x1\"],\"phone\":\"13800138000\"}}");
    for (body, status, expect) in [
        ("{}".to_owned(), 401, "not_signed_in"),
        (with("forged"), 404, "code_forged"),
        (with(&code(TokenKind::Kiosk, 126)), 410, "code_expired"),
        ("{\"token\":\"".to_owned() + &code(TokenKind::Kiosk, 0) + "\",\"phone\":\"12\"}", 400, "bad_phone"),
        ("{\"token\":\"".to_owned() + &code(TokenKind::Kiosk, 0) + "\",\"models\":[\"other\"]}", 400, "bad_body"),
    ] {
        let reply = room.call("", "POST", "/api/v1/interests", &body).await;
        assert_eq!((reply.status, reply.code().as_str()), (status, expect), "{body}");
    }
    assert!(room.submitted().is_empty());
    room.counted(&[("not_signed_in", 1), ("code_forged", 1), ("code_expired", 1), ("bad_phone", 1), ("bad_body", 1)])
        .await;
    let reply = room.call("", "POST", "/api/v1/interests", &with(&code(TokenKind::Kiosk, 124))).await;
    assert_eq!(reply.status, 201, "{reply:?}");
    let Command::RegisterInterest(interest) = &room.submitted()[0].command else { panic!("no interest") };
    assert_eq!(interest.nonce.as_deref(), Some("010203040506"));
    assert_eq!(interest.contact.phone.as_ref().unwrap().e164(), "+8613800138000");
    assert_eq!(room.call("", "POST", "/api/v1/interests", &with(&code(TokenKind::Printed, 86_400))).await.status, 201);
    assert_eq!(room.call("zhao", "POST", "/api/v1/interests", "{\"models\":[\"x1\"]}").await.status, 201);
}

#[tokio::test]
async fn exports_are_files_and_may_begin_with_a_byte_order_mark() {
    let room = Room::open().await;
    let plain = room.call("zhao", "GET", "/api/v1/exports/visits.csv?from=2026-11-01&to=2026-11-30", "").await;
    assert!(plain.body.starts_with("visit_id,store,arrived_at,"), "{plain:?}");
    let name = plain.header("content-disposition").unwrap();
    assert_eq!(name, "attachment; filename=\"demo-visits-2026-11-01-2026-11-30.csv\"");
    let marked = room.call("zhao", "GET", "/api/v1/exports/visits.csv?bom=1", "").await;
    assert!(marked.body.starts_with("\u{FEFF}visit_id"), "{marked:?}");
    let lines = room.call("zhao", "GET", "/api/v1/exports/visits.jsonl", "").await;
    assert_eq!((lines.status, lines.body.as_str()), (200, ""));
}

#[tokio::test]
async fn the_demos_clock_is_put_forward_in_the_demo_alone() {
    let room = Room::open().await;
    assert_eq!(room.call("", "POST", "/api/v1/demo/advance", "{\"seconds\":5}").await.code(), "not_found");
    let advanced = std::sync::Arc::new(std::sync::Mutex::new(TimeDelta::zero()));
    let by = std::sync::Arc::clone(&advanced);
    let demo = Room::open_with(|parts| {
        parts.demo = Some(std::sync::Arc::new(move |step| {
            *by.lock().unwrap() += step;
            Box::pin(async {})
        }));
    })
    .await;
    assert_eq!(demo.call("", "POST", "/api/v1/demo/advance", "{\"seconds\":5}").await.status, 204);
    assert_eq!(*advanced.lock().unwrap(), TimeDelta::seconds(5));
    assert_eq!(demo.call("", "POST", "/api/v1/demo/advance", "{\"seconds\":999999999}").await.code(), "bad_body");
}

#[tokio::test]
async fn readiness_is_asked_for_once_a_second_and_its_failure_is_a_503() {
    let asked = std::sync::Arc::new(std::sync::atomic::AtomicU32::new(0));
    let count = std::sync::Arc::clone(&asked);
    let room = Room::open_with(|parts| {
        parts.ready = std::sync::Arc::new(move || {
            count.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            Box::pin(async { Err("no barrier".to_owned()) })
        });
    })
    .await;
    assert_eq!(room.call("", "GET", "/healthz", "").await.status, 200);
    for _ in 0..5 {
        let reply = room.call("", "GET", "/readyz", "").await;
        assert_eq!((reply.status, reply.code().as_str()), (503, "not_ready"));
    }
    assert!(asked.load(std::sync::atomic::Ordering::Relaxed) <= 2);
    assert!(room.call("", "GET", "/metrics", "").await.body.contains("web_streams"));
}
