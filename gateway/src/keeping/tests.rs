use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use chrono::{DateTime, TimeDelta, Utc};
use shared::ids::VisitId;
use shared::personal::Personal;
use tempfile::TempDir;

use super::*;
use crate::domain::Event;
use crate::domain::floor::event::{Detailed, FloorEvent};
use crate::domain::floor::visit::VisitorDetails;
use crate::domain::secret::{Secret, Secrets, Subject};
use crate::log::{Commit, EventLog, FolderLock, LogError, SledLog};
use crate::vault::Vault;

struct Showroom {
    dir: TempDir,
}

impl Showroom {
    fn new() -> Self {
        Self { dir: tempfile::tempdir().unwrap() }
    }

    /// One with visits over three days.
    fn with_visits(count: u8) -> Self {
        let showroom = Self::new();
        let (log, vault) = showroom.open();
        for n in 1..=count {
            let at = now() + TimeDelta::hours(i64::from(n) * 72 / i64::from(count));
            let mut commit = Commit {
                sequence: 0,
                at,
                before: String::new(),
                causes: Vec::new(),
                events: vec![detailed(n), FloorEvent::Queued { visit: visit(n) }.into()],
            };
            vault.seal(&mut commit).unwrap();
            log.append(u64::from(n) - 1, &mut commit).unwrap();
        }
        showroom
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn data(&self) -> PathBuf {
        self.path("data")
    }

    fn open(&self) -> (SledLog, Vault) {
        open(&self.data())
    }
}

fn open(data: &Path) -> (SledLog, Vault) {
    let log = SledLog::open(data).unwrap();
    let vault = Vault::open(&Vault::keys_folder(data), &Vault::default_key_file(data)).unwrap();
    (log, vault)
}

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_795_392_000, 0).unwrap()
}

fn visit(n: u8) -> VisitId {
    VisitId::new(now(), [n; 10])
}

fn detailed(n: u8) -> Event {
    let details = VisitorDetails { surname: Some(Personal::new(format!("王{n}"))), ..VisitorDetails::default() };
    Event::from(FloorEvent::Detailed(Detailed {
        visit: visit(n),
        language: None,
        party: None,
        models: Vec::new(),
        consultant: None,
        consents: Vec::new(),
        secret: Some(Secret::open(Subject::Visit(visit(n)), details)),
    }))
}

/// What somebody does to a file.
type Harm = fn(&[u8]) -> Vec<u8>;

fn quiet(_: u64, _: u64) {}

/// Every file of a folder with its content.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = fs::read_dir(folder).unwrap().map(Result::unwrap);
    entries.map(|e| (e.file_name().into_string().unwrap(), fs::read(e.path()).unwrap())).collect()
}

/// What anybody can export: every event with its secrets open, as far as they are.
fn everything(data: &Path) -> Vec<String> {
    let (log, vault) = open(data);
    let mut lines = Vec::new();
    for commit in log.read(1) {
        let mut commit = commit.unwrap();
        vault.reopen(&mut commit).unwrap();
        let mut secrets = Vec::new();
        commit.each_secret(&mut |secret| {
            secrets.push(secret.plain().map_or("erased".to_owned(), |plain| String::from_utf8(plain).unwrap()));
        });
        vault.seal_known(&mut commit).unwrap();
        lines.push(format!("{} {} {:?} {secrets:?}", commit.sequence, commit.at, commit.events.len()));
    }
    lines
}

#[test]
fn a_good_folder_verifies_with_everything_counted() {
    let showroom = Showroom::with_visits(30);
    let (log, vault) = showroom.open();
    vault.destroy(&[Subject::Visit(visit(4))]).unwrap();
    let mut told = Vec::new();
    let report = verify(&log, &vault, &mut |done, of| told.push((done, of))).unwrap();
    assert!(report.is_good(), "{report:?}");
    assert_eq!((report.records, report.events, report.sealed.opened, report.sealed.erased), (30, 60, 29, 1));
    assert_eq!(told.last(), Some(&(30, 30)));
}

#[test]
fn verify_names_file_and_line_and_mends_what_the_database_has() {
    let showroom = Showroom::with_visits(30);
    let folder = showroom.data().join("archive");
    let whole = files(&folder);
    let first = whole.keys().next().unwrap().clone();
    let path = folder.join(&first);
    let harms: [(&str, Harm, &str); 3] = [
        (
            "a changed byte",
            |bytes| {
                let mut bytes = bytes.to_vec();
                let third = bytes.iter().enumerate().filter(|(_, byte)| **byte == b'\n').nth(1).unwrap().0;
                bytes[third + 50] ^= 1;
                bytes
            },
            "line 3: the checksum is wrong",
        ),
        (
            "a line taken out",
            |bytes| {
                let end = bytes.iter().position(|byte| *byte == b'\n').unwrap();
                bytes[end + 1..].to_vec()
            },
            "records 1 to 1 are missing",
        ),
        (
            "a line that was put in twice",
            |bytes| {
                let end = bytes.iter().position(|byte| *byte == b'\n').unwrap();
                [&bytes[..=end], bytes].concat()
            },
            "line 2: the record stands there a second time",
        ),
    ];
    for (case, harm, expected) in harms {
        let (log, vault) = showroom.open();
        fs::write(&path, harm(&whole[&first])).unwrap();
        let report = verify(&log, &vault, &mut quiet).unwrap();
        let told: Vec<_> = report.faults.iter().map(ToString::to_string).collect();
        assert!(told.iter().any(|fault| fault.contains(expected)), "{case}: {told:?}");
        assert_eq!(report.mended.len(), 1, "{case}: {report:?}");
        assert!(files(&folder)[&first] == whole[&first], "{case}: mended");
        assert!(verify(&log, &vault, &mut quiet).unwrap().is_good(), "{case}: good afterwards");
        drop((log, vault));
        let _ = fs::remove_file(path.with_extension("torn"));
    }
}

#[test]
fn verify_finds_a_record_that_was_changed_in_both_places_by_the_chain() {
    let showroom = Showroom::with_visits(80);
    let data = showroom.data();
    let db = crate::log::open_bare(&data);
    let tree = db.open_tree("commits").unwrap();
    let value = tree.get(3_u64.to_be_bytes()).unwrap().unwrap();
    let old = String::from_utf8(value[1..].to_vec()).unwrap();
    let new = old.replace(":00:00Z", ":00:01Z");
    assert_ne!(old, new);
    tree.insert(3_u64.to_be_bytes(), format!("\x01{new}").as_bytes()).unwrap();
    db.flush().unwrap();
    drop((tree, db));
    for (name, bytes) in files(&data.join("archive")) {
        let text = String::from_utf8(bytes).unwrap();
        let line = |json: &str| format!("{:08x} {json}\n", crc32fast::hash(json.as_bytes()));
        fs::write(data.join("archive").join(name), text.replace(&line(&old), &line(&new))).unwrap();
    }
    let (log, vault) = showroom.open();
    let report = verify(&log, &vault, &mut quiet).unwrap();
    assert_eq!(report.faults, [Fault::Chain { sequence: 4 }]);
}

#[test]
fn verify_counts_values_that_do_not_fit_their_keys() {
    let showroom = Showroom::with_visits(5);
    let (log, vault) = showroom.open();
    vault.destroy(&[Subject::Visit(visit(2))]).unwrap();
    vault
        .seal(&mut Commit {
            sequence: 0,
            at: now(),
            before: String::new(),
            causes: Vec::new(),
            events: vec![detailed(2)],
        })
        .unwrap();
    let report = verify(&log, &vault, &mut quiet).unwrap();
    assert_eq!(report.faults, [Fault::Sealed { sequence: 2, count: 1 }]);
}

#[test]
fn a_backup_comes_back_byte_for_byte_without_those_who_were_erased() {
    let showroom = Showroom::with_visits(30);
    let (log, vault) = showroom.open();
    vault.destroy(&[Subject::Visit(visit(7))]).unwrap();
    let made = backup(&log, &vault, &showroom.path("b"), &showroom.path("k"), now(), &mut quiet).unwrap();
    assert_eq!((made.records, made.keys), (30, 29));
    assert_eq!(fs::metadata(showroom.path("k")).unwrap().permissions().mode() & 0o777, 0o600);
    // Erased after the backup was made.
    vault.destroy(&[Subject::Visit(visit(9))]).unwrap();
    let store_key = vault.store_key("qr");
    let list = vault.erased().path().to_owned();
    drop((log, vault));

    let data = showroom.path("restored");
    let key_file = Vault::default_key_file(&data);
    let restored =
        restore(&data, &key_file, &showroom.path("b"), &showroom.path("k"), Some(&list), &mut quiet).unwrap();
    assert_eq!(restored, Restored { records: 30, keys: 29, erased: 1 });
    assert_eq!(files(&data.join("archive")), files(&showroom.data().join("archive")));
    assert_eq!(everything(&data), everything(&showroom.data()));
    assert_eq!(everything(&data).iter().filter(|line| line.contains("erased")).count(), 2);
    let (log, vault) = open(&data);
    assert_eq!(vault.store_key("qr"), store_key, "signed codes stay valid");
    assert_eq!(vault.erased().ids().unwrap().len(), 2);
    assert!(verify(&log, &vault, &mut quiet).unwrap().is_good());
}

#[test]
fn a_backup_of_a_log_that_is_written_to_ends_where_it_began() {
    let showroom = Showroom::with_visits(10);
    let (log, vault) = showroom.open();
    // Another process's half a line, as the file looks in the middle of a write.
    let last = files(&showroom.data().join("archive")).into_keys().next_back().unwrap();
    let mut file = fs::File::options().append(true).open(showroom.data().join("archive").join(last)).unwrap();
    std::io::Write::write_all(&mut file, b"01234567 {\"sequence\":11,\"a").unwrap();
    let made = backup(&log, &vault, &showroom.path("b"), &showroom.path("k"), now(), &mut quiet).unwrap();
    assert_eq!(made.records, 10);
}

#[test]
fn backups_hold_nothing_readable_and_write_nothing_over() {
    let showroom = Showroom::with_visits(5);
    let (log, vault) = showroom.open();
    let (to, keys) = (showroom.path("b"), showroom.path("k"));
    backup(&log, &vault, &to, &keys, now(), &mut quiet).unwrap();
    for file in [&to, &keys] {
        assert!(!fs::read_to_string(file).unwrap().contains('王'));
    }
    assert!(fs::read_to_string(&keys).unwrap().contains("SECRET"));
    let again = backup(&log, &vault, &to, &showroom.path("k2"), now(), &mut quiet);
    assert!(matches!(again, Err(KeepingError::Exists(path)) if path == to));
    let again = backup(&log, &vault, &showroom.path("b2"), &keys, now(), &mut quiet);
    assert!(matches!(again, Err(KeepingError::Exists(path)) if path == keys));
    let inside = showroom.data().join("archive").join("b");
    for (to, keys) in [(&inside, &showroom.path("k2")), (&showroom.path("b2"), &inside)] {
        let within = backup(&log, &vault, to, keys, now(), &mut quiet);
        assert!(matches!(within, Err(KeepingError::Within(path)) if path == inside) && !to.exists() && !keys.exists());
    }
}

#[test]
fn a_backup_that_is_cut_off_or_changed_is_refused_and_leaves_nothing() {
    let showroom = Showroom::with_visits(6);
    let (log, vault) = showroom.open();
    let (to, keys) = (showroom.path("b"), showroom.path("k"));
    backup(&log, &vault, &to, &keys, now(), &mut quiet).unwrap();
    let data = showroom.path("restored");
    let key_file = Vault::default_key_file(&data);
    let whole = [fs::read(&to).unwrap(), fs::read(&keys).unwrap()];
    for (which, path) in [&to, &keys].into_iter().enumerate() {
        let bytes = &whole[which];
        let line_ends = bytes.iter().enumerate().filter(|(_, byte)| **byte == b'\n').map(|(at, _)| at + 1);
        let mut cases: Vec<Vec<u8>> = line_ends.take(7).map(|end| bytes[..end].to_vec()).collect();
        cases.extend([Vec::new(), bytes[..bytes.len() / 2].to_vec(), bytes[..bytes.len() - 2].to_vec()]);
        for at in [5, bytes.len() / 3, bytes.len() / 2, bytes.len() - 30] {
            let mut changed = bytes.clone();
            changed[at] ^= 1;
            cases.push(changed);
        }
        for (n, case) in cases.into_iter().enumerate() {
            fs::write(path, case).unwrap();
            let refused = restore(&data, &key_file, &to, &keys, None, &mut quiet);
            assert!(refused.is_err(), "file {which}, case {n}");
            assert!(!key_file.exists() && files_only(&data) == ["lock"], "file {which}, case {n}");
        }
        fs::write(path, bytes).unwrap();
    }
    restore(&data, &key_file, &to, &keys, None, &mut quiet).unwrap();
}

fn files_only(data: &Path) -> Vec<String> {
    fs::read_dir(data).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

#[test]
fn restoring_refuses_a_folder_in_use_or_with_content_and_a_key_file_that_is_there() {
    let showroom = Showroom::with_visits(3);
    let (log, vault) = showroom.open();
    let (to, keys) = (showroom.path("b"), showroom.path("k"));
    backup(&log, &vault, &to, &keys, now(), &mut quiet).unwrap();
    let into = |data: &Path, key_file: &Path| restore(data, key_file, &to, &keys, None, &mut quiet).unwrap_err();
    let in_use = into(&showroom.data(), &showroom.path("new.key"));
    assert!(matches!(in_use, KeepingError::Log(LogError::InUse { .. })), "{in_use}");
    drop((log, vault));
    assert!(matches!(into(&showroom.data(), &showroom.path("new.key")), KeepingError::NotEmpty(_)));
    assert!(matches!(
        into(&showroom.path("new"), &Vault::default_key_file(&showroom.data())),
        KeepingError::KeyExists(_)
    ));
    let held = FolderLock::take(&showroom.path("held")).unwrap();
    assert!(matches!(into(&showroom.path("held"), &showroom.path("h.key")), KeepingError::Log(LogError::InUse { .. })));
    drop(held);
    assert_eq!(everything(&showroom.data()).len(), 3, "what was there is untouched");
}
