//! Who works here, over the API, and the code that lets a phone in.

use super::room::{PASSWORD, Reply, Room, ask};
use crate::domain::Command;
use crate::domain::roster::Role;

const LI: &str =
    "{\"name\":\"李娜\",\"latin\":\"Li Na\",\"role\":\"consultant\",\"senior\":true,\"languages\":[\"zh\",\"en\"]}";

/// The path of the page behind a code.
fn page_of(code: &Reply) -> String {
    let url = code.json()["url"].as_str().unwrap().to_owned();
    format!("/enrol/{}", url.rsplit_once('/').unwrap().1)
}

async fn enrol(room: &Room, page: &str, password: &str, again: &str) -> Reply {
    let head = "sec-fetch-site: same-origin\r\n";
    ask(room.addr, "POST", page, head, &format!("password={password}&again={again}")).await
}

#[tokio::test]
async fn somebody_is_added_let_in_once_and_taken_away() {
    let room = Room::open().await;
    assert_eq!(room.call("zhao", "PUT", "/api/v1/people/li", LI).await.status, 200);
    let listed = room.call("zhao", "GET", "/api/v1/people", "").await.json();
    let li = |listed: &serde_json::Value| {
        listed["people"].as_array().unwrap().iter().find(|one| one["staff"] == "li").cloned()
    };
    let added = li(&listed).unwrap();
    assert_eq!((added["latin"].clone(), added["ready"].clone()), ("Li Na".into(), false.into()));
    // Nobody signs in as them before they were let in.
    let sign_in = |password: &str| format!("{{\"account\":\"li\",\"password\":\"{password}\"}}");
    assert_eq!(ask(room.addr, "POST", "/api/v1/sessions", "", &sign_in("")).await.code(), "wrong_password");

    let code = room.call("zhao", "POST", "/api/v1/people/li/code", "").await;
    assert!(code.json()["local"].as_bool().unwrap() && code.json()["qr"].as_str().unwrap().contains("<svg"));
    let page = page_of(&code);
    let shown = ask(room.addr, "GET", &page, "", "").await;
    assert!(shown.status == 200 && shown.body.contains("李娜"), "{shown:?}");
    assert_eq!(enrol(&room, &page, "long+enough", "another+one").await.status, 400);
    assert_eq!(enrol(&room, &page, "short", "short").await.status, 400);
    let inside = enrol(&room, &page, "long+enough", "long+enough").await;
    assert_eq!((inside.status, inside.header("location")), (303, Some("/")), "{inside:?}");
    let cookie = inside.header("set-cookie").unwrap().split(';').next().unwrap().to_owned();
    let floor = ask(room.addr, "GET", "/floor", &format!("cookie: {cookie}\r\n"), "").await;
    assert_eq!(floor.status, 200);
    assert_eq!(ask(room.addr, "POST", "/api/v1/sessions", "", &sign_in("long enough")).await.status, 200);
    for again in [ask(room.addr, "GET", &page, "", "").await, enrol(&room, &page, "long+enough", "long+enough").await] {
        assert_eq!(again.status, 410, "a code is good once");
    }
    assert!(li(&room.call("zhao", "GET", "/api/v1/people", "").await.json()).unwrap()["ready"].as_bool().unwrap());

    assert_eq!(room.call("zhao", "DELETE", "/api/v1/people/li/sessions", "").await.status, 204);
    assert_eq!(ask(room.addr, "GET", "/floor", &format!("cookie: {cookie}\r\n"), "").await.status, 303);
    assert_eq!(room.call("zhao", "DELETE", "/api/v1/people/li", "").await.status, 204);
    assert_eq!(li(&room.call("zhao", "GET", "/api/v1/people", "").await.json()), None);
    assert_eq!(room.call("zhao", "DELETE", "/api/v1/people/li", "").await.code(), "unknown_staff");
}

#[tokio::test]
async fn a_change_keeps_password_and_sessions() {
    let room = Room::open().await;
    let before = room.roster.borrow().accounts[&"wang".parse().unwrap()].clone();
    let said = LI.replace("李娜", " 王  芳 ");
    assert_eq!(room.call("zhao", "PUT", "/api/v1/people/wang", &said).await.status, 200);
    let after = room.roster.borrow().accounts[&"wang".parse().unwrap()].clone();
    assert_eq!(after.secret.get().unwrap().name.reveal(), "王 芳");
    assert_eq!(after.secret.get().unwrap().password, before.secret.get().unwrap().password);
    assert_eq!((after.session_generation, after.senior), (before.session_generation, true));
    let body = format!("{{\"account\":\"wang\",\"password\":\"{PASSWORD}\"}}");
    assert_eq!(ask(room.addr, "POST", "/api/v1/sessions", "", &body).await.status, 200);
}

/// Who is added under the account of somebody else would take their place.
#[tokio::test]
async fn somebody_new_gets_nobody_elses_account() {
    let room = Room::open().await;
    let before = room.roster.borrow().accounts[&"wang".parse().unwrap()].clone();
    let new = LI.replace("\"languages\"", "\"new\":true,\"languages\"");
    assert_eq!(room.call("zhao", "PUT", "/api/v1/people/wang", &new).await.code(), "name_taken");
    assert_eq!(room.roster.borrow().accounts[&"wang".parse().unwrap()], before);
    for _again in 0..2 {
        assert_eq!(room.call("zhao", "PUT", "/api/v1/people/li", &new).await.status, 200, "its answer may be lost");
    }
}

#[tokio::test]
async fn managers_leave_admins_alone_and_nobody_takes_themselves_away() {
    let room = Room::open().await;
    let admin = LI.replace("consultant", "admin");
    let admins: Vec<_> = super::room::ROLES.into_iter().filter(|(_, role)| *role == Role::Admin).collect();
    let [(admin_id, _)] = admins[..] else { panic!("one admin") };
    let path = |what: &str| format!("/api/v1/people/{admin_id}{what}");
    for (id, method, path, body, code) in [
        ("zhao", "PUT", "/api/v1/people/li".to_owned(), admin.as_str(), "not_allowed"),
        ("zhao", "PUT", path(""), LI, "not_allowed"),
        ("zhao", "DELETE", path(""), "", "not_allowed"),
        ("zhao", "DELETE", path("/sessions"), "", "not_allowed"),
        ("zhao", "POST", path("/code"), "", "not_allowed"),
        ("zhao", "DELETE", "/api/v1/people/zhao".to_owned(), "", "own_account"),
        ("zhao", "PUT", "/api/v1/people/zhao".to_owned(), LI, "own_account"),
        (admin_id, "DELETE", path(""), "", "own_account"),
        ("zhao", "PUT", "/api/v1/people/Li".to_owned(), LI, "bad_name"),
        (
            "zhao",
            "PUT",
            "/api/v1/people/li".to_owned(),
            "{\"name\":\" \",\"role\":\"care\",\"languages\":[\"zh\"]}",
            "bad_body",
        ),
        (
            "zhao",
            "PUT",
            "/api/v1/people/li".to_owned(),
            "{\"name\":\"李娜\",\"role\":\"care\",\"languages\":[]}",
            "bad_body",
        ),
    ] {
        assert_eq!(room.call(id, method, &path, body).await.code(), code, "{id} {method} {path}");
    }
    let listed = room.call("zhao", "GET", "/api/v1/people", "").await.json();
    assert!(listed["people"].as_array().unwrap().iter().all(|one| one["role"] != "admin"));
    assert_eq!(room.call(admin_id, "PUT", "/api/v1/people/li", &admin).await.status, 200);
    let commands: Vec<_> = room.submitted().into_iter().map(|input| input.command).collect();
    assert!(matches!(&commands[..], [Command::SetAccount(account)] if account.role == Role::Admin), "{commands:?}");
}
