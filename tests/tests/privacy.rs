//! What must not be found: names and numbers in files, in logs, and after their visit.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use reqwest::Method;
use serde_json::{Value, json};
use shared::wire::Stage;
use tests::world::{ALL_DAYS, Device, Headless, Phone, Role, Session, Setup, Showroom, parse_csv};
use tests::{programs, wait};

const NUMBER: &str = "13912345678";
const NAME: &str = "诸葛慕容";

/// Every file below a folder.
fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let (mut found, mut folders) = (Vec::new(), vec![folder.to_owned()]);
    while let Some(folder) = folders.pop() {
        for entry in folder.read_dir()? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.is_file() {
                found.push(path);
            }
        }
    }
    Ok(found)
}

/// Every file below a folder that holds one of these texts.
fn holding(folder: &Path, needles: &[Vec<u8>]) -> Result<Vec<String>> {
    let mut found = Vec::new();
    for path in files(folder)? {
        let bytes = std::fs::read(&path)?;
        if needles.iter().any(|needle| bytes.windows(needle.len()).any(|window| window == needle)) {
            found.push(path.display().to_string());
        }
    }
    Ok(found)
}

/// Whether a subject, such as `lead-` and its id, has a key.
fn has_key(folder: &Path, subject: &str) -> Result<bool> {
    Ok(files(folder)?.iter().any(|path| path.file_name().is_some_and(|file| file == subject)))
}

/// A text as it may stand in a file: plain, with JSON's escapes, in UTF-16.
fn spellings(text: &str) -> Vec<Vec<u8>> {
    let wide = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let escaped = text
        .encode_utf16()
        .map(|unit| if unit < 128 { String::from_utf16_lossy(&[unit]) } else { format!("\\u{unit:04x}") });
    vec![text.as_bytes().to_vec(), escaped.collect::<String>().into_bytes(), wide]
}

#[tokio::test]
async fn a_planted_name_and_number_are_nowhere_on_the_disk_or_in_the_log() -> Result<()> {
    let mut showroom = Showroom::with(Setup::at_midday()).await?;
    let wang = showroom.staff("wang", Role::Consultant).await?;
    let credentials = showroom.register("k1", "kiosk")?;
    let mut kiosk = Headless::start(showroom.folder(), showroom.gateway().mqtt_address(), &credentials).await?;
    kiosk.check_in("browse")?;
    kiosk.shows("received").await?;
    kiosk.intent(&json!({"do": "detail", "phone": NUMBER, "surname": NAME, "title": "ms"}))?;
    let alert = wang.alert().await?;
    wang.accept(&alert).await?;
    let opened = wang.update(alert.alert, "the name", |alert| alert.name.is_some()).await?;
    assert!(opened.name.is_some_and(|name| name.contains(NAME)), "whoever accepted sees the name");

    let needles: Vec<_> = [NUMBER, NAME].iter().flat_map(|text| spellings(text)).collect();
    assert_eq!(holding(showroom.folder(), &needles)?, Vec::<String>::new(), "while the visit is open");
    wang.greeted(alert.visit).await?;
    wang.end(alert.visit, "interested").await?;
    let today = wang.session().call(Method::GET, "/api/v1/morning", None).await?["date"].clone();
    let expected =
        json!({"date": today, "time": "23:50", "matter": "talk", "name": NAME, "phone": NUMBER, "note": NAME});
    let booked = wang.session().call(Method::POST, "/api/v1/appointments", Some(expected)).await?;
    let appointment = booked["appointment"].as_str().context("an appointment")?.to_owned();
    let path = format!("/api/v1/appointments/{appointment}/reveal");
    let shown = wang.session().call(Method::POST, &path, None).await?;
    assert_eq!((shown["name"].clone(), shown["phone"].clone()), (NAME.into(), NUMBER.into()));
    assert!(has_key(showroom.folder(), &format!("appointment-{appointment}"))?);
    assert_eq!(holding(showroom.folder(), &needles)?, Vec::<String>::new(), "while they are expected");
    assert!(showroom.gateway_mut().stop().await?.success());
    kiosk.process().stop().await?;
    assert_eq!(holding(showroom.folder(), &needles)?, Vec::<String>::new(), "after the visit");
    let logs = [showroom.gateway().log().all(), kiosk.process().err.all()].concat();
    let spoken: Vec<_> = logs.iter().filter(|line| line.contains(NUMBER) || line.contains(NAME)).collect();
    assert!(spoken.is_empty(), "in a log: {spoken:?}");
    showroom.finish().await
}

#[test]
fn the_search_finds_what_is_there() -> Result<()> {
    let folder = tempfile::tempdir()?;
    std::fs::create_dir(folder.path().join("a"))?;
    std::fs::write(folder.path().join("a/b"), format!("x{NUMBER}y"))?;
    std::fs::write(folder.path().join("c"), "\\u8bf8\\u845b\\u6155\\u5bb9")?;
    let needles: Vec<_> = [NUMBER, NAME].iter().flat_map(|text| spellings(text)).collect();
    assert_eq!(holding(folder.path(), &needles)?.len(), 2);
    Ok(())
}

#[tokio::test]
async fn a_number_without_consent_is_gone_with_its_visit() -> Result<()> {
    let showroom = Showroom::start().await?;
    showroom.hire("boss", Role::Manager, &[])?;
    let wang = showroom.staff("wang", Role::Consultant).await?;
    let kiosk = showroom.kiosk("k1").await?;
    let tap = kiosk.check_in("browse", &json!({"phone": NUMBER, "surname": NAME})).await?;
    let alert = wang.alert_for(tap.visit).await?;
    wang.serve(&alert, "interested").await?;
    kiosk.stage(tap.visit, Stage::Ended).await?;
    let boss = showroom.sign_in("boss").await?;
    let leads = boss.fetch("/api/v1/leads").await?;
    let visits = boss.fetch("/api/v1/visits").await?;
    for bytes in [leads, visits] {
        let text = String::from_utf8(bytes)?;
        assert!(!text.contains(NAME) && !text.contains("5678"), "{text}");
    }
    showroom.finish().await
}

/// What somebody tells a kiosk who may be contacted.
fn agreed() -> Value {
    let consents = json!([{"purpose": "contact", "wording": "contact-1", "given": true}]);
    json!({"phone": NUMBER, "surname": NAME, "title": "ms", "consents": consents})
}

/// Somebody who may be contacted is served; gives the lead's id.
async fn consenting(kiosk: &Device, phone: &Phone, boss: &Session) -> Result<String> {
    let tap = kiosk.check_in("browse", &agreed()).await?;
    let alert = phone.alert_for(tap.visit).await?;
    phone.serve(&alert, "interested").await?;
    kiosk.stage(tap.visit, Stage::Ended).await?;
    only_lead(boss).await
}

/// The only lead, once its kiosk's word has come.
async fn only_lead(boss: &Session) -> Result<String> {
    let (from, to) = ALL_DAYS;
    let path = format!("/api/v1/leads?from={from}&to={to}");
    let lead = wait::until_async("one lead", || async {
        let page = boss.call(Method::GET, &path, None).await?;
        let leads = page.get("leads").and_then(Value::as_array).context("leads")?;
        anyhow::ensure!(leads.len() < 2, "one lead: {leads:?}");
        Ok(leads.first().cloned())
    })
    .await?;
    assert_eq!(lead.get("phone").and_then(Value::as_str), Some("139****5678"), "lists are masked");
    Ok(lead.get("lead_id").and_then(Value::as_str).context("an id")?.to_owned())
}

async fn audit(boss: &Session) -> Result<Vec<Value>> {
    let (from, to) = ALL_DAYS;
    let page = boss.call(Method::GET, &format!("/api/v1/audit?from={from}&to={to}"), None).await?;
    let text = page.to_string();
    assert!(!text.contains(NAME) && !text.contains(NUMBER), "{text}");
    Ok(page.get("audit").and_then(Value::as_array).context("lines")?.clone())
}

#[tokio::test]
async fn a_contact_is_shown_to_whom_it_concerns_and_every_showing_is_on_record() -> Result<()> {
    let showroom = Showroom::start().await?;
    showroom.hire("boss", Role::Manager, &[])?;
    let wang = showroom.staff("wang", Role::Consultant).await?;
    showroom.hire("li", Role::Consultant, &[])?;
    let li = showroom.sign_in("li").await?;
    let boss = showroom.sign_in("boss").await?;
    let kiosk = showroom.kiosk("k1").await?;
    let tap = kiosk.check_in("browse", &agreed()).await?;
    let lead = only_lead(&boss).await?;
    let reveal = format!("/api/v1/leads/{lead}/reveal");
    let (status, problem) = wang.session().refused(Method::POST, &reveal, None).await?;
    assert_eq!((status.as_u16(), problem["code"].as_str()), (403, Some("not_yours")), "before Accept");
    let alert = wang.alert_for(tap.visit).await?;
    wang.accept(&alert).await?;
    for session in [wang.session(), &boss] {
        let contact = session.call(Method::POST, &reveal, None).await?;
        assert_eq!((contact["phone"].as_str(), contact["name"].as_str()), (Some(NUMBER), Some(NAME)), "{contact}");
    }
    assert_eq!(li.refused(Method::POST, &reveal, None).await?.0.as_u16(), 403, "a colleague's visitor");
    let (from, to) = ALL_DAYS;
    let csv = boss.fetch(&format!("/api/v1/exports/leads.csv?from={from}&to={to}")).await?;
    assert!(String::from_utf8(csv)?.contains(NUMBER), "a file has the number of whoever may be contacted");
    showroom.command(&["export", "visits.jsonl"], "")?;

    let lines = audit(&boss).await?;
    let said: Vec<_> =
        lines.iter().map(|line| (line["by"].as_str(), line["act"].as_str(), line["records"].as_str())).collect();
    assert_eq!(
        said,
        [
            (Some("wang"), Some("revealed"), None),
            (Some("boss"), Some("revealed"), None),
            (Some("boss"), Some("exported"), Some("leads")),
            (None, Some("exported"), Some("visits")),
        ],
        "in the order in which they left"
    );
    assert_eq!(lines[2]["from"].as_str(), Some(from));
    assert!(lines.iter().take(2).all(|line| line["lead_id"] == json!(lead)));
    wang.greeted(tap.visit).await?;
    wang.end(tap.visit, "interested").await?;
    showroom.finish().await
}

#[tokio::test]
async fn what_was_erased_can_be_opened_by_nobody_not_even_from_an_older_backup() -> Result<()> {
    let mut showroom = Showroom::start().await?;
    showroom.hire("boss", Role::Manager, &[])?;
    let wang = showroom.staff("wang", Role::Consultant).await?;
    let kiosk = showroom.kiosk("k1").await?;
    let boss = showroom.sign_in("boss").await?;
    let lead = consenting(&kiosk, &wang, &boss).await?;
    let reveal = format!("/api/v1/leads/{lead}/reveal");
    assert_eq!(boss.call(Method::POST, &reveal, None).await?["phone"].as_str(), Some(NUMBER), "before");
    let folder = showroom.folder().to_owned();
    let path = |name: &str| folder.join(name).display().to_string();
    let (backup, keys, data) = (path("backup"), path("backup.keys"), path("data"));
    let leads = |data: &str| programs::gateway_says(&["export", "leads.jsonl", "--data", data], "");
    assert!(String::from_utf8(leads(&data)?)?.contains(NUMBER), "before, in a file");
    programs::gateway_says(&["backup", "--data", &data, "--to", &backup, "--keys", &keys], "")?;
    // Another place for the list of that day, which knows nothing of the erasure.
    std::fs::rename(path("erased.list"), path("old.list")).or_else(|_| std::fs::write(path("old.list"), ""))?;

    assert!(has_key(&showroom.data(), &format!("lead-{lead}"))?);
    boss.call(Method::DELETE, &format!("/api/v1/leads/{lead}"), None).await?;
    assert!(!has_key(&showroom.data(), &format!("lead-{lead}"))?, "the key is gone when the answer comes");
    let (status, problem) = boss.refused(Method::POST, &reveal, None).await?;
    assert_eq!((status.as_u16(), problem["code"].as_str()), (404, Some("unknown_lead")));
    let last = audit(&boss).await?.pop().context("a line")?;
    let said = (last["act"].as_str(), last["reason"].as_str(), last["by"].as_str());
    assert_eq!(said, (Some("erased"), Some("withdrawn"), Some("boss")));
    let gone = |data: &str| -> Result<()> {
        let text = String::from_utf8(leads(data)?)?;
        assert!(!text.contains(NUMBER) && !text.contains("5678") && !text.contains(NAME), "{text}");
        assert!(text.contains(&lead) && text.contains("\"erased\""), "the lead stands there as erased: {text}");
        Ok(())
    };
    gone(&data)?;
    assert!(showroom.gateway_mut().stop().await?.success());
    let needles: Vec<_> = [NUMBER, NAME].iter().flat_map(|text| spellings(text)).collect();
    assert_eq!(holding(showroom.folder(), &needles)?, Vec::<String>::new(), "in plain, anywhere");
    // From the archive alone, and with every key that is still there.
    for part in ["log", "views", "snapshots"] {
        let part = showroom.data().join(part);
        if part.exists() {
            std::fs::remove_dir_all(part)?;
        }
    }
    gone(&data)?;

    let restore = |name: &str, list: &str| -> Result<String> {
        let restored = path(name);
        let arguments = ["restore", "--data", &restored, "--from", &backup, "--keys", &keys, "--erased", list];
        programs::gateway_says(&arguments, "")?;
        Ok(restored)
    };
    let forgotten = restore("forgotten", &path("old.list"))?;
    assert!(
        String::from_utf8(leads(&forgotten)?)?.contains(NUMBER),
        "without the newest list the backup brings it back"
    );
    let text = String::from_utf8(leads(&restore("restored", &path("data/keys/erased.list"))?)?)?;
    assert!(text.contains(&lead) && !text.contains(NUMBER) && !text.contains(NAME), "{text}");
    // A list that is named and is not there stops it: whoever was erased would come back unseen.
    let (mistyped, missing) = (path("mistyped"), path("erased.lits"));
    let arguments = ["restore", "--data", &mistyped, "--from", &backup, "--keys", &keys, "--erased", &missing];
    let refused = programs::run_gateway(&arguments, "")?;
    assert_eq!(refused.status.code(), Some(2), "{}", String::from_utf8_lossy(&refused.stderr));
    assert!(!std::path::Path::new(&mistyped).exists(), "nothing was made");
    // Without any, it says what that means.
    let alone = path("alone");
    std::fs::create_dir_all(path("apart"))?;
    let apart = path("apart/alone.ybk");
    std::fs::copy(&backup, &apart)?;
    let said = programs::gateway_says(&["restore", "--data", &alone, "--from", &apart, "--keys", &keys], "")?;
    let said = String::from_utf8(said)?;
    assert!(said.contains("whoever was erased since then is back"), "{said}");
    showroom.finish().await
}

#[tokio::test]
async fn what_was_said_of_whose_customer_somebody_is_goes_with_their_contact() -> Result<()> {
    let mut showroom = Showroom::start().await?;
    for (account, role) in [("boss", Role::Manager), ("li", Role::Consultant)] {
        showroom.hire(account, role, &[])?;
    }
    let wang = showroom.staff("wang", Role::Consultant).await?;
    let kiosk = showroom.kiosk("k1").await?;
    let boss = showroom.sign_in("boss").await?;
    let lead = consenting(&kiosk, &wang, &boss).await?;
    let claim = json!({"lead": lead, "claimant": "li", "reason": format!("{NAME}上周加过李娜 {NUMBER}")});
    boss.call(Method::POST, "/api/v1/disputes", Some(claim)).await?;
    let verdict = json!({"verdict": "to", "owner": "li", "seen": "wang", "reason": format!("{NAME}自己说的")});
    boss.call(Method::PUT, &format!("/api/v1/leads/{lead}/owner"), Some(verdict)).await?;
    let record = format!("/api/v1/leads/{lead}/contacts");
    let told = boss.call(Method::GET, &record, None).await?;
    assert_eq!((told["owned"]["owner"].as_str(), told["owned"]["ruled"].as_bool()), (Some("li"), Some(true)));
    for (part, reason) in [("disputes", "上周加过"), ("rulings", "自己说的")] {
        let said = told[part][0]["reason"].as_str().context("a reason")?;
        assert!(said.contains(NAME) && said.contains(reason), "{told}");
    }
    let contact = &told["contacts"][0];
    assert_eq!((contact["consultant"].as_str(), contact["outcome"].as_str()), (Some("wang"), Some("interested")));
    let line = audit(&boss).await?.pop().context("a line")?;
    let said = ["act", "by", "owner_before", "owner"].map(|field| line[field].as_str());
    assert_eq!(said, [Some("ruled"), Some("boss"), Some("wang"), Some("li")]);
    let needles: Vec<_> = [NUMBER, NAME].iter().flat_map(|text| spellings(text)).collect();
    assert_eq!(holding(showroom.folder(), &needles)?, Vec::<String>::new(), "while it is kept");

    boss.call(Method::DELETE, &format!("/api/v1/leads/{lead}"), None).await?;
    assert!(!has_key(&showroom.data(), &format!("lead-{lead}"))?, "the key is gone when the answer comes");
    let nothing = json!({"disputes": [], "rulings": []});
    assert_eq!(boss.call(Method::GET, "/api/v1/disputes", None).await?, nothing);
    let (status, problem) = boss.refused(Method::GET, &record, None).await?;
    assert_eq!((status.as_u16(), problem["code"].as_str()), (404, Some("unknown_lead")));
    assert!(showroom.gateway_mut().stop().await?.success());
    assert_eq!(holding(showroom.folder(), &needles)?, Vec::<String>::new(), "in plain, anywhere");
    // From the archive alone, and with every key that is still there.
    for part in ["log", "views", "snapshots"] {
        let part = showroom.data().join(part);
        if part.exists() {
            std::fs::remove_dir_all(part)?;
        }
    }
    showroom.start_again().await?;
    let boss = showroom.sign_in("boss").await?;
    assert_eq!(boss.call(Method::GET, "/api/v1/disputes", None).await?, nothing);
    showroom.finish().await
}

#[tokio::test]
async fn the_command_line_erases_with_and_without_a_running_gateway() -> Result<()> {
    for running in [true, false] {
        let mut showroom = Showroom::start().await?;
        showroom.hire("boss", Role::Manager, &[])?;
        let wang = showroom.staff("wang", Role::Consultant).await?;
        let kiosk = showroom.kiosk("k1").await?;
        let boss = showroom.sign_in("boss").await?;
        let lead = consenting(&kiosk, &wang, &boss).await?;
        if !running {
            assert!(showroom.gateway_mut().stop().await?.success());
        }
        showroom.command(&["lead", "erase", &lead], "")?;
        assert!(!has_key(&showroom.data(), &format!("lead-{lead}"))?, "the key is destroyed");
        let table = parse_csv(&showroom.command(&["export", "leads.csv"], "")?)?;
        assert_eq!((table.rows[0]["contact"].as_str(), table.rows[0]["phone"].as_str()), ("erased", ""));
        let data = showroom.data().display().to_string();
        let again = programs::run_gateway(&["lead", "erase", &lead, "--data", &data], "")?;
        assert!(!again.status.success(), "there is nothing more to erase");
        showroom.finish().await?;
    }
    Ok(())
}

#[tokio::test]
async fn a_consent_that_is_taken_back_at_the_kiosk_erases_what_it_allowed() -> Result<()> {
    let showroom = Showroom::start().await?;
    showroom.hire("boss", Role::Manager, &[])?;
    let boss = showroom.sign_in("boss").await?;
    let kiosk = showroom.kiosk("k1").await?;
    let tap = kiosk.check_in("browse", &agreed()).await?;
    kiosk.receipt(tap.event).await?;
    let lead = only_lead(&boss).await?;
    let back = json!([{"purpose": "contact", "wording": "contact-1", "given": false}]);
    let told = kiosk.tell("visit.detailed", &json!({"visit": tap.visit, "consents": back})).await?;
    kiosk.receipt(told).await?;
    let (status, _) = boss.refused(Method::POST, &format!("/api/v1/leads/{lead}/reveal"), None).await?;
    assert_eq!(status.as_u16(), 404);
    let last = audit(&boss).await?.pop().context("a line")?;
    assert_eq!((last["act"].as_str(), last["reason"].as_str()), (Some("erased"), Some("taken_back")));
    kiosk.tell("visit.left", &json!({"visit": tap.visit})).await?;
    showroom.finish().await
}
