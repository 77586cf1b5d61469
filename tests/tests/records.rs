//! What is given out: exports, pages of the list, backup and restore, and who may have them.

use anyhow::{Context, Result};
use reqwest::Method;
use serde_json::{Value, json};
use shared::wire::Stage;
use tests::programs;
use tests::world::{ALL_DAYS, Device, Gateway, PASSWORD, Phone, Role, Session, Setup, Showroom, parse_csv};

/// Columns that the contract promises, in this order.
const FIRST_COLUMNS: [&str; 16] = [
    "visit_id",
    "store",
    "arrived_at",
    "received_at",
    "kiosk",
    "purpose",
    "party",
    "language",
    "consultant",
    "phone_ms",
    "shown_ms",
    "accepted_ms",
    "greeted_ms",
    "greeted_source",
    "ended_at",
    "outcome",
];

async fn serve(kiosk: &Device, phone: &Phone, more: &Value) -> Result<String> {
    let tap = kiosk.check_in("browse", more).await?;
    let alert = phone.alert_for(tap.visit).await?;
    phone.serve(&alert, "interested").await?;
    kiosk.stage(tap.visit, Stage::Ended).await?;
    Ok(tap.visit.to_string())
}

/// Every export that a log has to give back to the byte. The audit grows with each of them: it comes first, and without its
/// last lines.
fn everything(data: &str) -> Result<Vec<(&'static str, Vec<u8>)>> {
    let (from, to) = ALL_DAYS;
    let names = [
        "audit.csv",
        "audit.jsonl",
        "visits.csv",
        "visits.jsonl",
        "leads.csv",
        "leads.jsonl",
        "appointments.csv",
        "appointments.jsonl",
    ];
    let export = |name| programs::gateway_says(&["export", name, "--from", from, "--to", to, "--data", data], "");
    names.into_iter().map(|name| Ok((name, export(name)?))).collect()
}

#[track_caller]
fn same(before: &[(&str, Vec<u8>)], after: &[(&str, Vec<u8>)]) {
    for ((name, before), (_, after)) in before.iter().zip(after) {
        let same = if name.starts_with("audit") { after.starts_with(before) } else { after == before };
        assert!(same, "{name} differs");
    }
    assert_eq!(before.len(), after.len());
}

fn exports(data: &str) -> Result<(Vec<u8>, Vec<u8>)> {
    let (from, to) = ALL_DAYS;
    let export = |name| programs::gateway_says(&["export", name, "--from", from, "--to", to, "--data", data], "");
    Ok((export("visits.csv")?, export("visits.jsonl")?))
}

#[tokio::test]
async fn both_ways_to_export_give_the_same_bytes() -> Result<()> {
    let showroom = Showroom::start().await?;
    showroom.hire("boss", Role::Manager, &[])?;
    let wang = showroom.staff("wang", Role::Consultant).await?;
    let kiosk = showroom.kiosk("k1").await?;
    let first = serve(&kiosk, &wang, &json!({"party": 2})).await?;
    let second = serve(&kiosk, &wang, &json!({"language": "en"})).await?;
    let boss = showroom.sign_in("boss").await?;
    let (from, to) = ALL_DAYS;
    let csv = boss.fetch(&format!("/api/v1/exports/visits.csv?from={from}&to={to}")).await?;
    let jsonl = boss.fetch(&format!("/api/v1/exports/visits.jsonl?from={from}&to={to}")).await?;
    let data = showroom.data();
    assert_eq!(
        (&csv, &jsonl),
        (&exports(data.to_str().context("UTF-8")?)?.0, &exports(data.to_str().context("UTF-8")?)?.1)
    );

    let visits = parse_csv(&csv)?;
    assert_eq!(visits.columns.iter().take(16).collect::<Vec<_>>(), FIRST_COLUMNS);
    let order: Vec<_> = visits.rows.iter().map(|row| row["visit_id"].clone()).collect();
    assert_eq!(order, [first.clone(), second.clone()]);
    let lines: Vec<Value> = std::str::from_utf8(&jsonl)?.lines().map(serde_json::from_str).collect::<Result<_, _>>()?;
    let ids: Vec<_> = lines.iter().map(|line| line["visit_id"].as_str().unwrap_or_default().to_owned()).collect();
    assert_eq!(ids, order);
    for (line, row) in lines.iter().zip(&visits.rows) {
        assert_eq!(line["purpose"].as_str(), Some(row["purpose"].as_str()));
        assert_eq!(line["outcome"].as_str(), Some(row["outcome"].as_str()));
    }
    let empty = boss.fetch("/api/v1/exports/visits.csv?from=2026-01-01&to=2026-01-01").await?;
    assert!(parse_csv(&empty)?.rows.is_empty(), "a day on which nobody came");
    showroom.finish().await
}

#[tokio::test]
async fn a_restored_backup_exports_the_same_bytes() -> Result<()> {
    let showroom = Showroom::start().await?;
    let wang = showroom.staff("wang", Role::Consultant).await?;
    let kiosk = showroom.kiosk("k1").await?;
    let phone = json!({"phone": "13800138000", "consents": [{"purpose": "contact", "wording": "v1", "given": true}]});
    let kept = serve(&kiosk, &wang, &phone).await?;
    let folder = showroom.folder().to_owned();
    let path = |name: &str| folder.join(name).display().to_string();
    let (backup, keys, data) = (path("backup"), path("backup.keys"), path("data"));
    let before = everything(&data)?;
    programs::gateway_says(&["backup", "--data", &data, "--to", &backup, "--keys", &keys], "")?;

    let restored = path("restored");
    programs::gateway_says(&["restore", "--data", &restored, "--from", &backup, "--keys", &keys], "")?;
    programs::gateway_says(&["verify", "--data", &restored], "")?;
    same(&before, &everything(&restored)?);
    parse_csv(&before[2].1)?.visit(&kept)?;
    let lead = &parse_csv(&before[4].1)?.rows[0];
    assert_eq!((lead["contact"].as_str(), lead["phone"].as_str()), ("given", "13800138000"));

    let again = programs::run_gateway(&["restore", "--data", &data, "--from", &backup, "--keys", &keys], "")?;
    assert!(!again.status.success(), "a folder that is in use was restored over");
    // The restored one is a showroom: people sign in, and new visits follow the old ones.
    let setup = Setup::default();
    let mut gateway = Gateway::start(restored.as_ref(), &folder, &setup).await?;
    Session::sign_in(gateway.http(), "wang", PASSWORD).await?;
    assert!(gateway.stop().await?.success());
    same(&before, &everything(&restored)?);
    showroom.finish().await
}

#[tokio::test]
async fn verify_finds_nothing_wrong_with_a_living_and_a_stopped_log() -> Result<()> {
    let mut showroom = Showroom::start().await?;
    let wang = showroom.staff("wang", Role::Consultant).await?;
    let kiosk = showroom.kiosk("k1").await?;
    serve(&kiosk, &wang, &json!({})).await?;
    showroom.command(&["verify"], "")?;
    assert!(showroom.gateway_mut().stop().await?.success());
    showroom.command(&["verify"], "")?;
    showroom.finish().await
}

#[tokio::test]
async fn the_list_comes_in_pages_that_miss_and_double_nothing() -> Result<()> {
    let showroom = Showroom::start().await?;
    showroom.hire("boss", Role::Manager, &[])?;
    let kiosk = showroom.kiosk("k1").await?;
    let mut made = Vec::new();
    for _ in 0..450 {
        let tap = kiosk.check_in("browse", &json!({})).await?;
        kiosk.tell("visit.left", &json!({"visit": tap.visit})).await?;
        made.push(tap.visit.to_string());
    }
    let last = kiosk.tap("browse", &json!({}));
    kiosk.send(&last.payload).await?;
    kiosk.receipt(last.event).await?;
    made.push(last.visit.to_string());
    let boss = showroom.sign_in("boss").await?;
    let (mut listed, mut cursor, mut pages) = (Vec::new(), None::<String>, 0);
    loop {
        let more = cursor.map(|cursor| format!("&cursor={cursor}")).unwrap_or_default();
        let (from, to) = ALL_DAYS;
        let page = boss.call(Method::GET, &format!("/api/v1/visits?from={from}&to={to}{more}"), None).await?;
        let visits = page["visits"].as_array().context("visits")?;
        listed.extend(visits.iter().filter_map(|visit| visit["visit_id"].as_str().map(str::to_owned)));
        pages += 1;
        cursor = page["next"].as_str().map(str::to_owned);
        if cursor.is_none() {
            break;
        }
    }
    assert!(pages > 1, "all in one page");
    listed.sort();
    made.sort();
    assert_eq!(listed, made);
    showroom.finish().await
}

#[tokio::test]
async fn each_role_gets_what_is_its_own_and_nothing_else() -> Result<()> {
    let showroom = Showroom::start().await?;
    let roles = [
        ("wang", Role::Consultant),
        ("zhao", Role::Reception),
        ("sun", Role::Advisor),
        ("he", Role::Care),
        ("lin", Role::Manager),
    ];
    let (from, to) = ALL_DAYS;
    let export = format!("/api/v1/exports/visits.csv?from={from}&to={to}");
    for (account, role) in roles {
        showroom.hire(account, role, &[])?;
        let session = showroom.sign_in(account).await?;
        session.call(Method::GET, "/api/v1/floor", None).await?;
        if role == Role::Manager {
            session.fetch(&export).await?;
        } else {
            let (status, problem) = session.refused(Method::GET, &export, None).await?;
            assert_eq!((status.as_u16(), problem["code"].as_str()), (403, Some("not_allowed")), "{account}");
        }
        let walk_in = json!({"purpose": "other", "language": "zh"});
        if role != Role::Reception && role != Role::Manager {
            let (status, _) = session.refused(Method::POST, "/api/v1/visits", Some(walk_in)).await?;
            assert_eq!(status.as_u16(), 403, "{account}");
        }
    }
    for path in ["/api/v1/floor", "/api/v1/me/stream", "/api/v1/visits", "/api/v1/leads", export.as_str()] {
        let answer = reqwest::get(format!("{}{path}", showroom.gateway().http())).await?;
        assert_eq!(answer.status().as_u16(), 401, "{path} for somebody who is not signed in");
        let problem = tests::world::problem(answer).await?;
        assert!(problem["code"].is_string());
    }
    showroom.finish().await
}

#[tokio::test]
async fn a_write_that_is_repeated_with_its_key_is_done_once() -> Result<()> {
    let showroom = Showroom::start().await?;
    showroom.hire("boss", Role::Manager, &[])?;
    let zhao = showroom.staff("zhao", Role::Reception).await?;
    let mut visits = Vec::new();
    for _ in 0..3 {
        let request = zhao.session().request(Method::POST, "/api/v1/visits").header("idempotency-key", "one-tap");
        let answer = request.json(&json!({"purpose": "browse", "language": "zh"})).send().await?;
        assert!(answer.status().is_success(), "{}", answer.status());
        visits.push(answer.json::<Value>().await?["visit"].as_str().context("a visit")?.to_owned());
    }
    visits.dedup();
    assert_eq!(visits.len(), 1, "{visits:?}");
    let request = zhao.session().request(Method::POST, "/api/v1/visits").header("idempotency-key", "one-tap");
    let other = request.json(&json!({"purpose": "service", "language": "zh"})).send().await?;
    assert_eq!(tests::world::problem(other).await?["code"], "id_conflict");
    let data = showroom.data();
    let csv = exports(data.to_str().context("UTF-8")?)?.0;
    assert_eq!(parse_csv(&csv)?.rows.len(), 1);
    showroom.finish().await
}
