//! What must not be found: names and numbers in files, in logs, and after their visit.

use std::path::Path;

use anyhow::Result;
use serde_json::json;
use shared::wire::Stage;
use tests::world::{Headless, Role, Showroom};

const NUMBER: &str = "13912345678";
const NAME: &str = "诸葛慕容";

/// Every file below a folder that holds one of these texts.
fn holding(folder: &Path, needles: &[Vec<u8>]) -> Result<Vec<String>> {
    let (mut found, mut folders) = (Vec::new(), vec![folder.to_owned()]);
    while let Some(folder) = folders.pop() {
        for entry in folder.read_dir()? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.is_file() {
                let bytes = std::fs::read(&path)?;
                if needles.iter().any(|needle| bytes.windows(needle.len()).any(|window| window == needle)) {
                    found.push(path.display().to_string());
                }
            }
        }
    }
    Ok(found)
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
    let mut showroom = Showroom::start().await?;
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
