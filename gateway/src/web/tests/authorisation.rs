//! Every route × every role.

use super::room::{ROLES, Room, ask};
use crate::domain::roster::Role;
use crate::web::authorisation::{Object, can};
use crate::web::routes::{Access, ROUTES};

const VISIT: &str = "0190a5de-0000-7000-8000-000000000001";

fn concrete(path: &str) -> String {
    path.replace("{alert}", &format!("{VISIT}.1"))
        .replace("{visit}", VISIT)
        .replace("{file}", "visits.csv")
        .replace("{token}", "none")
        .replace("{claim}", "00")
        .replace("{lead}", VISIT)
        .replace("{appointment}", VISIT)
        .replace("{dispute}", VISIT)
        .replace("{kiosk}", "k1")
        .replace("{staff}", "nobody")
        .replace("{code}", "none")
        .replace("{item}", "none")
        .replace("{date}", "2026-11-23")
        .replace("{year}", "2026")
}

/// Reading a stream to its end would take for ever; tests of their own look at them.
fn ends(path: &str) -> bool {
    !path.ends_with("/stream")
}

#[tokio::test]
async fn every_route_lets_in_whom_the_table_says_and_nobody_else() {
    let room = Room::open().await;
    for route in ROUTES.iter().filter(|route| ends(route.path)) {
        let path = concrete(route.path);
        let nobody = room.call("", route.method, &path, "").await;
        match route.access {
            Access::Public => assert!(
                ![401, 403, 405].contains(&nobody.status)
                    || path.contains("interests")
                    || path == "/sign-in"
                    || path == "/api/v1/sessions",
                "{route:?} {nobody:?}"
            ),
            Access::Staff(_) => {
                assert_eq!((nobody.status, nobody.code().as_str()), (401, "not_signed_in"), "{route:?}");
            }
            Access::Page(_) => {
                let way = nobody.header("location").unwrap_or_default();
                assert!(nobody.status == 303 && way.starts_with("/sign-in"), "{route:?} {way}");
            }
        }
        let (Access::Staff(action) | Access::Page(action)) = route.access else { continue };
        for (id, role) in ROLES {
            let reply = room.call(id, route.method, &path, "").await;
            let may = can(role, action, Object::Any);
            assert_eq!(reply.status != 403, may, "{role:?} {route:?} {reply:?}");
            assert!(![401, 405, 500].contains(&reply.status), "{role:?} {route:?} {reply:?}");
        }
    }
}

#[tokio::test]
async fn a_consultant_and_reception_are_refused_what_is_not_theirs() {
    let room = Room::open().await;
    for (id, method, path, body) in [
        ("wang", "POST", "/api/v1/visits", "{\"purpose\":\"browse\"}"),
        ("wang", "GET", "/api/v1/exports/visits.csv", ""),
        ("wang", "GET", "/api/v1/visits", ""),
        ("qian", "GET", "/api/v1/visits?from=2020-01-01&to=2020-01-02", ""),
        ("qian", "GET", "/api/v1/leads", ""),
        ("wang", "DELETE", "/api/v1/leads/0190a5de-0000-7000-8000-000000000001", ""),
        ("wang", "GET", "/api/v1/exports/leads.csv", ""),
        ("qian", "GET", "/api/v1/exports/appointments.csv", ""),
        ("qian", "GET", "/api/v1/exports/audit.jsonl", ""),
        ("qian", "GET", "/api/v1/audit", ""),
        ("wang", "POST", "/api/v1/interests", "{}"),
        ("wang", "POST", &format!("/api/v1/visits/{VISIT}/join"), "{}"),
        ("sun", "POST", &format!("/api/v1/visits/{VISIT}/split"), "{\"party\":1}"),
        ("qian", "POST", "/api/v1/claims/grant", "{\"code\":\"123456\",\"name\":\"k1\"}"),
        ("qian", "PUT", "/api/v1/kiosks/k1/maintenance", "{\"on\":true}"),
        ("wang", "PUT", "/api/v1/shifts/wang", "{\"week\":{}}"),
        ("wang", "DELETE", "/api/v1/appointments/0190a5de-0000-7000-8000-000000000001", ""),
        ("qian", "GET", "/api/v1/people", ""),
        ("wang", "PUT", "/api/v1/leads/0190a5de-0000-7000-8000-000000000001/owner", "{\"verdict\":\"stays\"}"),
        ("wang", "GET", "/api/v1/leads/0190a5de-0000-7000-8000-000000000001/contacts", ""),
        ("qian", "POST", "/api/v1/disputes", "{\"reason\":\"x\"}"),
        ("wang", "POST", "/api/v1/people/wang/code", ""),
        ("qian", "PUT", "/api/v1/calendar/2026", "{\"days\":[]}"),
    ] {
        let reply = room.call(id, method, path, body).await;
        assert_eq!((reply.status, reply.code().as_str()), (403, "not_allowed"), "{id} {path}");
    }
    assert_eq!(room.call("qian", "GET", "/api/v1/visits", "").await.status, 200, "today is reception's");
    assert!(room.submitted().is_empty(), "nothing was asked of the engine");
}

#[tokio::test]
async fn unknown_addresses_and_methods_are_problems() {
    let room = Room::open().await;
    assert_eq!(room.call("zhao", "GET", "/api/v1/nothing", "").await.code(), "not_found");
    let reply = room.call("zhao", "DELETE", "/api/v1/visits", "").await;
    assert_eq!((reply.status, reply.code().as_str()), (405, "method_not_allowed"));
    assert_eq!(reply.header("allow"), Some("GET, POST"));
    assert_eq!(room.call("", "GET", "/nothing", "").await.status, 404);
}

#[tokio::test]
async fn the_visitors_door_has_visitor_pages_and_nothing_else() {
    let room = Room::open().await;
    for route in ROUTES.iter().filter(|route| ends(route.path)) {
        let reply = ask(room.visitors, route.method, &concrete(route.path), "", "").await;
        let visitors = ["/i/{token}", "/assets/{file}"].contains(&route.path);
        assert!(reply.status == 404 || (visitors && reply.status < 500), "{route:?} {reply:?}");
    }
    let head = format!("authorization: Bearer {}\r\n", room.token("zhao"));
    assert_eq!(ask(room.visitors, "GET", "/manage", &head, "").await.status, 404);
    assert_eq!(ask(room.visitors, "GET", "/assets/tokens.css", "", "").await.status, 200);
}

#[tokio::test]
async fn a_session_ends_with_its_generation() {
    let room = Room::open().await;
    assert_eq!(room.call("wang", "GET", "/api/v1/floor", "").await.status, 200);
    room.roster.send_modify(|roster| {
        let mut changed = crate::domain::roster::Roster::clone(roster);
        changed.accounts.values_mut().for_each(|account| account.session_generation += 1);
        *roster = std::sync::Arc::new(changed);
    });
    assert_eq!(room.call("wang", "GET", "/api/v1/floor", "").await.status, 401);
    assert_eq!(ROLES.iter().filter(|(_, role)| *role == Role::Consultant).count(), 1);
}
