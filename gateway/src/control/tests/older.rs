//! Archives of older versions, kept for good (`gateway/tests/archives`): whatever has changed since, they are restored whole and export what
//! they did then. Columns may have been added.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use shared::clock::{Clock, Reading};

use super::*;
use crate::keeping;
use crate::vault::Vault;

/// The clock of the day on which an archive was made: by later ones, contacts would have been kept for long enough.
struct Then {
    made_at: DateTime<Utc>,
    since: Duration,
}

impl Then {
    fn made(backup: &Path) -> Self {
        let header = fs::read_to_string(backup).unwrap().lines().next().unwrap().to_owned();
        let header: serde_json::Value = serde_json::from_str(&header).unwrap();
        let made_at = header["made_at"].as_str().unwrap().parse().unwrap();
        Self { made_at, since: SystemClock.read().boot }
    }
}

impl Clock for Then {
    fn read(&self) -> Reading {
        let boot = SystemClock.read().boot;
        let since = boot.saturating_sub(self.since);
        Reading { wall: self.made_at + TimeDelta::from_std(since).unwrap(), boot }
    }
}

fn kept() -> Vec<PathBuf> {
    let archives = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/archives");
    let folders = fs::read_dir(archives).unwrap().map(|entry| entry.unwrap().path());
    folders.filter(|path| path.is_dir()).collect()
}

/// The rows of a file with these columns alone. None of the kept ones quotes anything.
fn rows(csv: &str, columns: &[&str]) -> Vec<Vec<String>> {
    assert!(!csv.contains('"'), "{csv}");
    let mut lines = csv.lines().map(|line| line.split(',').collect::<Vec<_>>());
    let head = lines.next().unwrap();
    let places: Vec<_> = columns
        .iter()
        .map(|column| head.iter().position(|name| name == column).unwrap_or_else(|| panic!("{column} is gone")))
        .collect();
    lines.map(|line| places.iter().map(|place| line[*place].to_owned()).collect()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_archive_of_an_older_version_is_restored_and_exports_what_it_did_then() {
    let kept = kept();
    assert!(!kept.is_empty());
    for archive in kept {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        let (backup, keys, erased) = (archive.join("backup"), archive.join("backup.keys"), archive.join("erased.list"));
        let key_file = Vault::default_key_file(&data);
        keeping::restore(&data, &key_file, &backup, &keys, Some(&erased), &mut |_, _| {}).unwrap();
        let showroom = Showroom::on(folder, data, Arc::new(Then::made(&backup)));
        let whole = showroom.ask(Request::Verify).await.unwrap();
        assert!(whole.contains("are whole"), "{whole}");
        for (file, records) in
            [("visits.csv", Records::Visits), ("leads.csv", Records::Leads), ("audit.csv", Records::Audit)]
        {
            let then = fs::read_to_string(archive.join(file)).unwrap();
            let now = showroom.ask(export(records, Format::Csv)).await.unwrap();
            let columns: Vec<_> = then.lines().next().unwrap().split(',').collect();
            let (then, mut now) = (rows(&then, &columns), rows(&now, &columns));
            // Every export stands in the audit.
            now.retain(|row| records != Records::Audit || !row.contains(&"exported".to_owned()));
            assert_eq!(now, then, "{}/{file}", archive.display());
        }
        showroom.close().await;
    }
}
