//! Letting a new kiosk in, and working on one.

use std::sync::Arc;

use serde_json::json;
use shared::wire::{OUTBOX_WORRY, StorageTrouble};

use super::room::{Reply, Room, ask};
use crate::domain::roster::{Device, DeviceKind, Roster};
use crate::domain::{Actor, Command};
use crate::web::{BrokerDoor, DeviceState};

const HASH: &str = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

async fn claim(room: &Room) -> serde_json::Value {
    let reply = room.call("", "POST", "/api/v1/claims", &json!({ "password_sha256": HASH }).to_string()).await;
    assert_eq!(reply.status, 201, "{reply:?}");
    reply.json()
}

async fn standing(room: &Room, claim: &serde_json::Value) -> serde_json::Value {
    room.call("", "GET", &format!("/api/v1/claims/{}", claim["claim"].as_str().unwrap()), "").await.json()
}

async fn grant(room: &Room, code: &serde_json::Value, name: &str) -> Reply {
    let body = json!({ "code": code, "name": name }).to_string();
    room.call("zhao", "POST", "/api/v1/claims/grant", &body).await
}

fn with_kiosk(room: &Room, name: &str) {
    room.roster.send_modify(|roster| {
        let mut changed = Roster::clone(roster);
        let device = Device::new(name.parse().unwrap(), DeviceKind::Kiosk, String::new());
        changed.devices.insert(device.client_id(), device);
        *roster = Arc::new(changed);
    });
}

#[tokio::test]
async fn a_manager_who_types_the_code_gives_the_kiosk_an_account_with_its_own_password() {
    let room = Room::open().await;
    let claim = claim(&room).await;
    assert_eq!(standing(&room, &claim).await, json!({ "state": "waiting" }));
    assert_eq!(grant(&room, &claim["code"], " Entrance ").await.json(), json!({ "name": "entrance" }));
    let expect = Device::new("entrance".parse().unwrap(), DeviceKind::Kiosk, HASH.to_owned());
    let [input] = &room.submitted()[..] else { panic!("one command") };
    assert_eq!((&input.actor, &input.command), (&Actor::System, &Command::SetDevice(expect)));
    let granted = json!({ "state": "granted", "store": "demo", "name": "entrance", "client_id": "kiosk-entrance",
                          "mqtt": { "port": 1883, "tls": false } });
    assert_eq!(standing(&room, &claim).await, granted);
    assert_eq!(grant(&room, &claim["code"], "second").await.code(), "unknown_code", "a code lets one kiosk in");
}

#[tokio::test]
async fn wrong_codes_names_and_hashes_are_refused_and_guessing_takes_time() {
    let room = Room::open().await;
    let claim = claim(&room).await;
    let code = claim["code"].as_str().unwrap();
    assert_eq!(grant(&room, &claim["code"], "no name").await.code(), "bad_name");
    with_kiosk(&room, "entrance");
    assert_eq!(grant(&room, &claim["code"], "entrance").await.code(), "name_taken");
    let replace = json!({ "code": code, "name": "entrance", "replace": true }).to_string();
    for hash in ["", "zz", &"g".repeat(64)] {
        let body = json!({ "password_sha256": hash }).to_string();
        assert_eq!(room.call("", "POST", "/api/v1/claims", &body).await.code(), "bad_body");
    }
    for missing in ["00", "", &"0".repeat(32)] {
        assert_eq!(room.call("", "GET", &format!("/api/v1/claims/{missing}"), "").await.status, 404);
    }
    let wrong = json!(if code == "000000" { "000001" } else { "000000" });
    for _ in 0..5 {
        assert_eq!(grant(&room, &wrong, "second").await.code(), "unknown_code");
    }
    let slow = room.call("zhao", "POST", "/api/v1/claims/grant", &replace).await;
    assert_eq!((slow.status, slow.code().as_str()), (429, "too_many_tries"));
    assert!(slow.header("retry-after").is_some());
    assert!(room.submitted().is_empty(), "nobody was let in");
}

#[tokio::test]
async fn a_claim_that_leads_nowhere_is_refused_at_once() {
    let body = json!({ "password_sha256": HASH }).to_string();
    let external = Room::open_with(|parts| parts.broker = Arc::new(|| None)).await;
    assert_eq!(external.call("", "POST", "/api/v1/claims", &body).await.code(), "external_broker");
    let everywhere = BrokerDoor { addr: ([0, 0, 0, 0], 8883).into(), tls: true };
    let open = Room::open_with(move |parts| parts.broker = Arc::new(move || Some(everywhere))).await;
    assert_eq!(open.call("", "POST", "/api/v1/claims", &body).await.status, 201);
    // From this machine even a broker of this machine alone is in reach.
    assert_eq!(Room::open().await.call("", "POST", "/api/v1/claims", &body).await.status, 201);
}

#[tokio::test]
async fn the_page_lets_kiosks_in_and_says_what_to_do_where_it_cannot() {
    let room = Room::open().await;
    let cookie = format!("cookie: yingbin={}\r\nsec-fetch-site: same-origin\r\n", room.token("zhao"));
    let send = async |fields: String| ask(room.addr, "POST", "/manage/kiosks", &cookie, &fields).await;
    let claim = claim(&room).await;
    let code = claim["code"].as_str().unwrap();
    let page = send("code=12&name=entrance".to_owned()).await;
    assert_eq!(page.status, 404, "{page:?}");
    assert!(page.body.contains("role=\"alert\"") && page.body.contains("value=\"entrance\""), "what was typed stays");
    with_kiosk(&room, "entrance");
    let page = send(format!("code={code}&name=entrance")).await;
    assert!(page.status == 409 && page.body.contains("name=\"replace\""), "{page:?}");
    let (first, second) = code.split_at(3);
    let done = send(format!("code={first}+{second}&name=entrance&replace=1")).await;
    assert_eq!((done.status, done.header("location")), (303, Some("/manage/kiosks?new=entrance")));
    assert_eq!(room.submitted().len(), 1);
}

#[tokio::test]
async fn the_page_says_which_kiosk_cannot_keep_what_visitors_say() {
    let kiosk = |name: &str, outbox, storage| DeviceState {
        id: name.parse().unwrap(),
        kind: DeviceKind::Kiosk,
        online: true,
        since: None,
        version: "1".to_owned(),
        outbox,
        storage,
        clock_skew_ms: None,
        gaps: 0,
        maintenance: false,
    };
    for (outbox, storage, grave, broken) in [
        (0, None, false, false),
        (OUTBOX_WORRY - 1, None, false, false),
        (OUTBOX_WORRY, None, true, false),
        (3, Some(StorageTrouble::Broken), false, true),
    ] {
        let state = kiosk("entrance", outbox, storage);
        let room = Room::open_with(move |parts| parts.devices = Arc::new(move || vec![state.clone()])).await;
        let page = room.call("zhao", "GET", "/manage/kiosks", "").await;
        assert_eq!(page.body.contains("已超过一半"), grave, "{outbox}: {}", page.body);
        assert_eq!(page.body.contains("无法存储"), broken, "{outbox}: {}", page.body);
    }
}

#[tokio::test]
async fn a_kiosk_is_taken_out_of_work_and_put_back() {
    let room = Room::open().await;
    let reply = room.call("zhao", "PUT", "/api/v1/kiosks/k1/maintenance", "{\"on\":true}").await;
    assert_eq!(reply.json(), json!({ "done": "kept" }));
    let cookie = format!("cookie: yingbin={}\r\nsec-fetch-site: same-origin\r\n", room.token("zhao"));
    let done = ask(room.addr, "POST", "/manage/kiosks/k1", &cookie, "maintenance=off").await;
    assert_eq!((done.status, done.header("location")), (303, Some("/manage/kiosks")));
    let commands: Vec<Command> = room.submitted().into_iter().map(|input| input.command).collect();
    let kiosk = "k1".parse::<shared::ids::DeviceId>().unwrap();
    assert_eq!(commands, [Command::SetMaintenance(kiosk.clone(), true), Command::SetMaintenance(kiosk, false)]);
}
