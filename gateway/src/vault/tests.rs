use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Barrier;

use chrono::TimeDelta;
use shared::ids::VisitId;
use shared::personal::Personal;
use tempfile::TempDir;

use super::*;
use crate::domain::Event;
use crate::domain::floor::event::{Detailed, FloorEvent};
use crate::domain::floor::visit::VisitorDetails;
use crate::domain::secret::{Sealable, Secret};
use crate::log::{Append, Commit, EventLog, SledLog};

struct Place {
    dir: TempDir,
}

impl Place {
    fn new() -> Self {
        Self { dir: tempfile::tempdir().unwrap() }
    }

    fn data(&self) -> PathBuf {
        self.dir.path().join("data")
    }

    fn keys(&self) -> PathBuf {
        Vault::keys_folder(&self.data())
    }

    fn key_file(&self) -> PathBuf {
        Vault::default_key_file(&self.data())
    }

    fn open(&self) -> Result<Vault, VaultError> {
        Vault::open(&self.keys(), &self.key_file())
    }
}

fn subject(n: u8) -> Subject {
    Subject::Visit(VisitId::new(now(), [n; 10]))
}

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_795_392_000, 0).unwrap()
}

/// Secrets in a row.
struct Row(Vec<Secret<String>>);

impl Row {
    fn of(words: &[(u8, &str)]) -> Self {
        Self(words.iter().map(|(n, word)| Secret::open(subject(*n), (*word).to_owned())).collect())
    }

    fn words(&self) -> Vec<Option<&str>> {
        self.0.iter().map(|secret| secret.get().map(String::as_str)).collect()
    }
}

impl Secrets for Row {
    fn each_secret(&mut self, each: &mut dyn FnMut(&mut dyn Sealable)) {
        self.0.iter_mut().for_each(|secret| each(secret));
    }
}

/// Every file below a folder that contains the text.
fn files_with(folder: &Path, text: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files_with(&path, text));
        } else if fs::read(&path).unwrap().windows(text.len()).any(|window| window == text.as_bytes()) {
            found.push(path);
        }
    }
    found
}

#[test]
fn sealed_values_open_again_also_after_a_restart() {
    let place = Place::new();
    let mut row = Row::of(&[(1, "王芳"), (2, "13800138000"), (1, "王芳")]);
    place.open().unwrap().seal(&mut row).unwrap();
    assert_eq!(row.words(), [None, None, None]);
    assert_ne!(row.0[0].sealed(), row.0[2].sealed(), "equal values do not look equal");
    let counts = place.open().unwrap().reopen(&mut row).unwrap();
    assert_eq!(counts, Reopened { opened: 3, erased: 0, unreadable: 0 });
    assert_eq!(row.words(), [Some("王芳"), Some("13800138000"), Some("王芳")]);
}

#[test]
fn a_destroyed_key_erases_its_subject_alone_and_for_ever() {
    let place = Place::new();
    let vault = place.open().unwrap();
    let mut row = Row::of(&[(1, "one"), (2, "two"), (3, "three")]);
    vault.seal(&mut row).unwrap();
    for _ in 0..2 {
        vault.destroy(&[subject(2), subject(9)]).unwrap();
    }
    assert!(!vault.has(&subject(2)).unwrap() && vault.has(&subject(1)).unwrap());
    assert_eq!(vault.erased().ids().unwrap().len(), 1);
    let counts = place.open().unwrap().reopen(&mut row).unwrap();
    assert_eq!(counts, Reopened { opened: 2, erased: 1, unreadable: 0 });
    assert_eq!(row.words(), [Some("one"), None, Some("three")]);
    // A later value of the same subject gets another key, which does not open the old.
    let mut old = Row::of(&[(1, "old")]);
    vault.seal(&mut old).unwrap();
    vault.destroy(&[subject(1)]).unwrap();
    vault.seal(&mut Row::of(&[(1, "new")])).unwrap();
    assert_eq!(vault.reopen(&mut old).unwrap(), Reopened { opened: 0, erased: 0, unreadable: 1 });
    assert_eq!(old.words(), [None]);
}

#[test]
fn sealing_a_copy_brings_no_destroyed_key_back() {
    let place = Place::new();
    let vault = place.open().unwrap();
    vault.seal(&mut Row::of(&[(1, "one"), (2, "two")])).unwrap();
    vault.destroy(&[subject(2)]).unwrap();
    let mut copy = Row::of(&[(1, "one"), (2, "two")]);
    vault.seal_known(&mut copy).unwrap();
    assert!(copy.0[0].sealed().is_some());
    assert_eq!((copy.0[1].sealed(), copy.0[1].get()), (None, None));
    assert!(!vault.has(&subject(2)).unwrap());
}

#[test]
fn a_value_opens_only_for_its_own_subject_and_unchanged() {
    let place = Place::new();
    let vault = place.open().unwrap();
    let mut row = Row::of(&[(1, "one"), (2, "two")]);
    vault.seal(&mut row).unwrap();
    let text = row.0[0].sealed().unwrap().to_owned();
    row.0[1].close(text.clone());
    let mut changed = text.clone().into_bytes();
    changed[40] = if changed[40] == b'A' { b'B' } else { b'A' };
    row.0[0].close(String::from_utf8(changed).unwrap());
    row.0.push(Secret::open(subject(1), String::new()));
    row.0[2].close(text[..20].to_owned());
    assert_eq!(vault.reopen(&mut row).unwrap(), Reopened { opened: 0, erased: 0, unreadable: 3 });
}

#[test]
fn nobodys_name_is_found_on_the_disk_and_none_is_readable_after_erasure() {
    let place = Place::new();
    let vault = place.open().unwrap();
    let log = SledLog::open(&place.data()).unwrap();
    let (name, phone) = ("欧阳娜娜", "13912345678");
    let secret = |n| {
        let details = VisitorDetails { surname: Some(Personal::new(format!("{name}{phone}"))), ..Default::default() };
        Secret::open(subject(n), details)
    };
    let detailed = |n| {
        Event::from(FloorEvent::Detailed(Detailed {
            visit: VisitId::new(now(), [n; 10]),
            language: None,
            party: None,
            models: Vec::new(),
            consultant: None,
            consents: Vec::new(),
            secret: Some(secret(n)),
        }))
    };
    let mut commit = Commit {
        sequence: 0,
        at: now(),
        before: String::new(),
        causes: Vec::new(),
        events: vec![detailed(1), detailed(2)],
    };
    assert!(log.append(0, &mut commit).is_err(), "an open secret is refused");
    vault.seal(&mut commit).unwrap();
    assert_eq!(log.append(0, &mut commit).unwrap(), Append::Appended { head: 1 });
    let opened = |vault: &Vault| {
        let mut commit = log.read(1).next().unwrap().unwrap();
        vault.reopen(&mut commit).unwrap();
        let mut open = Vec::new();
        commit.each_secret(&mut |secret| open.extend(secret.plain()));
        open.into_iter().filter(|plain| String::from_utf8_lossy(plain).contains(name)).count()
    };
    assert_eq!(opened(&vault), 2);
    for text in [name, phone] {
        assert_eq!(files_with(place.dir.path(), text), Vec::<PathBuf>::new());
    }
    let key_text = subject(1).to_string();
    let before: Vec<_> = vault.subjects().unwrap();
    vault.destroy(&[subject(1)]).unwrap();
    vault.rotate(now()).unwrap();
    assert_eq!((before.len(), vault.subjects().unwrap()), (2, vec![subject(2)]));
    assert!(!place.keys().join(key_text).exists());
    assert_eq!(opened(&place.open().unwrap()), 1);
}

#[test]
fn a_missing_wrong_or_open_key_file_is_an_error_that_says_so() {
    let place = Place::new();
    let mut row = Row::of(&[(1, "one")]);
    place.open().unwrap().seal(&mut row).unwrap();
    let right = fs::read(place.key_file()).unwrap();
    assert_eq!(fs::metadata(place.key_file()).unwrap().permissions().mode() & 0o777, 0o600);

    fs::remove_file(place.key_file()).unwrap();
    let error = place.open().unwrap_err();
    assert!(matches!(error, VaultError::KeyFileMissing { .. }) && error.to_string().contains("data.key"), "{error}");
    assert!(!place.key_file().exists(), "no new key in silence");

    let other = Place::new();
    other.open().unwrap();
    fs::copy(other.key_file(), place.key_file()).unwrap();
    assert!(matches!(place.open().unwrap_err(), VaultError::WrongKeyFile { .. }));
    // Also where the folder's own mark is gone.
    fs::remove_file(place.keys().join("vault.id")).unwrap();
    assert!(matches!(place.open().unwrap_err(), VaultError::WrongKeyFile { .. }));

    for rubbish in [&b""[..], b"rubbish", &right[..right.len() / 2]] {
        fs::write(place.key_file(), rubbish).unwrap();
        assert!(matches!(place.open().unwrap_err(), VaultError::NoKeyFile(_)));
    }
    fs::write(place.key_file(), &right).unwrap();
    fs::set_permissions(place.key_file(), fs::Permissions::from_mode(0o640)).unwrap();
    assert!(matches!(place.open().unwrap_err(), VaultError::KeyFileOpen(_)));
    fs::set_permissions(place.key_file(), fs::Permissions::from_mode(0o600)).unwrap();
    assert_eq!(place.open().unwrap().reopen(&mut row).unwrap().opened, 1);
}

#[test]
fn a_copy_of_the_key_file_from_before_a_rotation_is_refused_and_harms_nothing() {
    let place = Place::new();
    let vault = place.open().unwrap();
    let mut row = Row::of(&[(1, "one"), (2, "two"), (3, "three")]);
    vault.seal(&mut row).unwrap();
    let copy = fs::read(place.key_file()).unwrap();
    vault.rotate(now()).unwrap();
    drop(vault);
    let newest = fs::read(place.key_file()).unwrap();
    fs::write(place.key_file(), &copy).unwrap();
    let error = place.open().unwrap_err();
    assert!(matches!(error, VaultError::OutdatedKeyFile { .. }) && error.to_string().contains("older"), "{error}");
    assert_eq!(fs::read(place.key_file()).unwrap(), copy, "it is left as it is");
    fs::write(place.key_file(), &newest).unwrap();
    // One damaged file among others is no reason to refuse.
    let vault = place.open().unwrap();
    let damaged = vault.folder.file_of(&subject(2));
    let mut bytes = fs::read(&damaged).unwrap();
    bytes[1..5].copy_from_slice(&[7; 4]);
    fs::write(&damaged, bytes).unwrap();
    let counts = place.open().unwrap().reopen(&mut row).unwrap();
    assert_eq!((counts.opened, counts.erased), (2, 1));
}

#[test]
fn a_key_file_cut_off_by_a_crash_is_made_anew() {
    let place = Place::new();
    let vault = place.open().unwrap();
    vault.seal(&mut Row::of(&[(1, "never committed")])).unwrap();
    let path = vault.folder.file_of(&subject(1));
    let whole = fs::read(&path).unwrap();
    drop(vault);
    for left in [Vec::new(), whole[..50].to_vec(), vec![0; whole.len()]] {
        fs::write(&path, left).unwrap();
        let mut row = Row::of(&[(1, "one")]);
        place.open().unwrap().seal(&mut row).unwrap();
        assert_eq!(place.open().unwrap().reopen(&mut row).unwrap().opened, 1);
    }
}

#[test]
fn store_keys_differ_by_label_and_stay_through_restart_and_rotation() {
    let place = Place::new();
    let vault = place.open().unwrap();
    let (qr, session) = (vault.store_key("qr"), vault.store_key("session"));
    assert_ne!(qr, session);
    assert_ne!(qr, [0; 32]);
    vault.rotate(now()).unwrap();
    assert_eq!((vault.store_key("qr"), place.open().unwrap().store_key("session")), (qr, session));
}

#[test]
fn rotation_leaves_every_key_readable_and_no_old_wrapping() {
    let place = Place::new();
    let vault = place.open().unwrap();
    let words: Vec<_> = (1..=40).map(|n| (n, "word")).collect();
    let mut row = Row::of(&words);
    vault.seal(&mut row).unwrap();
    assert!(vault.is_rotation_due(now()), "nobody knows how old the first one is");
    let old_file = fs::read(vault.folder.file_of(&subject(7))).unwrap();
    let old_key_file = fs::read(place.key_file()).unwrap();
    assert_eq!(vault.rotate(now()).unwrap(), Rotated { keys: 40, damaged: 0 });
    for (hours, due) in [(0, false), (23, false), (24, true), (-1, true)] {
        assert_eq!(vault.is_rotation_due(now() + TimeDelta::hours(hours)), due, "{hours}");
    }
    assert_eq!(place.open().unwrap().reopen(&mut row).unwrap().opened, 40);
    // The remnant of an old file, put back, does not open; with the old key file it would have.
    fs::write(vault.folder.file_of(&subject(7)), &old_file).unwrap();
    vault.seal(&mut row).unwrap();
    let fresh = place.open().unwrap();
    assert!(fresh.key(&subject(7)).unwrap().is_none());
    let wrapping = |text: &[u8]| serde_json::from_slice::<serde_json::Value>(text).unwrap()["wrapping"].clone();
    let (before, after) = (wrapping(&old_key_file), wrapping(&fs::read(place.key_file()).unwrap()));
    assert_eq!((before.as_array().unwrap().len(), after.as_array().unwrap().len()), (1, 1));
    assert_ne!(before[0]["key"], after[0]["key"]);
}

#[test]
fn a_rotation_cut_off_anywhere_loses_nothing_and_is_finished_by_the_next() {
    let words: Vec<_> = (1..=20).map(|n| (n, "word")).collect();
    // After so many shards; 256 stands for all of them, but the old key not yet dropped.
    for shards in [0, 1, 100, 256] {
        let place = Place::new();
        let vault = place.open().unwrap();
        let mut row = Row::of(&words);
        vault.seal(&mut row).unwrap();
        vault.inner().key_file.add_wrapping(now()).unwrap();
        for shard in vault.folder.shards().take(shards) {
            rotation::rotate_shard(&vault, &shard, &mut Rotated::default()).unwrap();
        }
        // A draft that was not put in its place.
        fs::write(key_folder::draft_of(&vault.folder.file_of(&subject(3))), b"draft").unwrap();
        drop(vault);
        let vault = place.open().unwrap();
        assert!(vault.is_rotation_due(now()), "it has to be finished");
        assert_eq!(vault.reopen(&mut row).unwrap().opened, 20, "after {shards} shards");
        vault.seal(&mut row).unwrap();
        assert_eq!(vault.rotate(now()).unwrap(), Rotated { keys: 20, damaged: 0 });
        assert_eq!(place.open().unwrap().reopen(&mut row).unwrap().opened, 20);
        assert_eq!(vault.subjects().unwrap().len(), 20);
        assert_eq!(files_with(&place.keys(), "draft"), Vec::<PathBuf>::new());
    }
}

#[test]
fn a_key_destroyed_while_a_rotation_runs_stays_destroyed() {
    let place = Place::new();
    let vault = place.open().unwrap();
    let words: Vec<_> = (0..=250).map(|n| (n, "word")).collect();
    vault.seal(&mut Row::of(&words)).unwrap();
    let start = Barrier::new(2);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            start.wait();
            vault.rotate(now()).unwrap();
        });
        start.wait();
        for n in (0..=250).rev() {
            vault.destroy(&[subject(n)]).unwrap();
        }
    });
    assert_eq!(vault.subjects().unwrap(), []);
    for shard in vault.folder.shards() {
        assert_eq!(fs::read_dir(shard).unwrap().count(), 0, "no draft is left either");
    }
    assert_eq!(vault.erased().ids().unwrap().len(), 251);
}

#[test]
fn the_erasure_list_reads_over_a_line_that_was_cut_off() {
    let place = Place::new();
    let vault = place.open().unwrap();
    vault.seal(&mut Row::of(&[(1, "one"), (2, "two")])).unwrap();
    vault.destroy(&[subject(1)]).unwrap();
    let mut text = fs::read_to_string(vault.erased().path()).unwrap();
    text.push_str("0123456789abc");
    fs::write(vault.erased().path(), text).unwrap();
    vault.destroy(&[subject(2)]).unwrap();
    assert_eq!(vault.erased().ids().unwrap().len(), 2);
}

#[test]
fn keys_in_memory_are_bounded_and_wiped_when_destroyed() {
    let mut cache = Cache::default();
    let numbered = |n: u32| {
        let [a, b, c, d] = n.to_be_bytes();
        Subject::Visit(VisitId::new(now(), [0, 0, 0, 0, 0, 0, a, b, c, d]))
    };
    let first = Arc::new(DataKey::random().unwrap());
    for n in 0..50_000 {
        cache.keep(numbered(n), Arc::clone(&first));
        assert!(cache.get(&numbered(0)).is_some(), "what is used stays");
    }
    assert!(cache.len() <= 16_384 + 2, "{}", cache.len());
    assert!(cache.get(&numbered(20_000)).is_none());
    cache.forget(&numbered(0));
    assert!(cache.get(&numbered(0)).is_none());
}
