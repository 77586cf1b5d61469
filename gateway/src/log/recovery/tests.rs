use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::log::suite::{all, at, commit, fill, id, print};
use crate::log::*;

/// A log's folder as it stood after so many commits.
struct Stages {
    dir: TempDir,
}

impl Stages {
    /// Closes and copies the folder after each of these counts of commits.
    fn after(counts: &[u64]) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let live = dir.path().join("live");
        for count in counts {
            let log = SledLog::open(&live).unwrap();
            fill(&log, count - log.head());
            drop(log);
            copy(&live, &dir.path().join(count.to_string()));
        }
        Self { dir }
    }

    /// A folder with the database of one moment and the archive of another.
    fn mixed(&self, name: &str, database: u64, archive: u64) -> PathBuf {
        let data = self.dir.path().join(name);
        let _ = fs::remove_dir_all(&data);
        copy(&self.dir.path().join(database.to_string()).join("log"), &data.join("log"));
        copy(&self.dir.path().join(archive.to_string()).join("archive"), &data.join("archive"));
        data
    }

    fn archive(&self, count: u64) -> Vec<u8> {
        fs::read(self.dir.path().join(count.to_string()).join("archive").join(DAY)).unwrap()
    }
}

const DAY: &str = "2026-11-23.jsonl";

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &to);
        } else {
            fs::copy(entry.path(), to).unwrap();
        }
    }
}

/// Opens, and checks that log, archive and index hold the commits 1 to `count` and take another.
#[track_caller]
fn check(data: &Path, count: u64, case: &str) {
    let log = SledLog::open(data).unwrap_or_else(|error| panic!("{case}: {error}"));
    let read = all(&log);
    assert_eq!(read.len() as u64, count, "{case}");
    for (n, commit) in (1..).zip(&read) {
        assert_eq!((commit.sequence, commit.causes[0].id), (n, id(n)), "{case}");
        assert_eq!(log.seen(id(n)).unwrap(), Some(print(n)), "{case}");
    }
    assert_eq!(log.seen(id(count + 1)).unwrap(), None, "{case}");
    let archived = archive::Reader::open(&archive::folder(data), None).unwrap();
    let archived: Vec<_> = archived.map(Result::unwrap).collect();
    let records: Vec<_> = log.records(1).map(|record| archive::Entry::Record(record.unwrap())).collect();
    assert_eq!(archived, records, "{case}");
    fill(&log, 1);
    drop(log);
    let log = SledLog::open(data).unwrap();
    assert_eq!(log.head(), count + 1, "{case}");
    assert_eq!(all(&log).len() as u64, count + 1, "{case}");
}

#[test]
fn a_log_closed_in_order_opens_with_everything_and_mends_nothing() {
    let stages = Stages::after(&[1, 30]);
    let before = stages.archive(30);
    let data = stages.mixed("same", 30, 30);
    drop(SledLog::open(&data).unwrap());
    assert_eq!(fs::read(data.join("archive").join(DAY)).unwrap(), before);
    assert!(!data.join("archive").join("2026-11-23.torn").exists());
    assert!(!data.join("log.broken-1").exists());
    check(&data, 30, "closed in order");
}

#[test]
fn a_folder_is_opened_by_one_gateway_at_a_time() {
    let dir = tempfile::tempdir().unwrap();
    let first = SledLog::open(dir.path()).unwrap();
    assert!(matches!(SledLog::open(dir.path()), Err(LogError::InUse { .. })));
    drop(first);
    check(dir.path(), 0, "after the first has ended");
}

#[test]
fn a_line_cut_off_at_any_byte_is_mended_from_the_database() {
    let stages = Stages::after(&[2, 3]);
    let (two, three) = (stages.archive(2).len(), stages.archive(3));
    for cut in two..three.len() {
        let data = stages.mixed("cut", 3, 3);
        fs::write(data.join("archive").join(DAY), &three[..cut]).unwrap();
        drop(SledLog::open(&data).unwrap());
        assert_eq!(fs::read(data.join("archive").join(DAY)).unwrap(), three, "cut at {cut}");
        if (cut - two) % 20 == 0 {
            check(&data, 3, &format!("cut at {cut}"));
        }
    }
}

#[test]
fn a_line_cut_off_at_any_byte_that_only_the_archive_has_is_kept_aside() {
    let stages = Stages::after(&[2, 3]);
    let (two, three) = (stages.archive(2), stages.archive(3));
    for cut in two.len() + 1..three.len() {
        let data = stages.mixed("cut", 2, 3);
        fs::write(data.join("archive").join(DAY), &three[..cut]).unwrap();
        drop(SledLog::open(&data).unwrap());
        assert_eq!(fs::read(data.join("archive").join(DAY)).unwrap(), two, "cut at {cut}");
        let torn = fs::read(data.join("archive").join("2026-11-23.torn")).unwrap();
        assert_eq!(torn.strip_suffix(b"\n").unwrap(), &three[two.len()..cut], "cut at {cut}");
        if cut % 20 == 0 {
            check(&data, 2, &format!("cut at {cut}"));
        }
    }
}

#[test]
fn what_either_side_has_whole_is_kept_in_both() {
    let stages = Stages::after(&[1, 2, 5, 40]);
    for (database, archive) in [(2, 5), (5, 2), (1, 40), (40, 1), (2, 40)] {
        let data = stages.mixed("mixed", database, archive);
        let whole = stages.archive(database.max(archive));
        drop(SledLog::open(&data).unwrap());
        assert_eq!(fs::read(data.join("archive").join(DAY)).unwrap(), whole, "{database} and {archive}");
        check(&data, database.max(archive), &format!("database of {database}, archive of {archive}"));
    }
}

#[test]
fn a_database_that_is_gone_or_broken_is_rebuilt_and_kept_aside() {
    type Harm = fn(&Path);
    let harms: [(&str, bool, Harm); 6] = [
        ("folder deleted", false, |log| fs::remove_dir_all(log).unwrap()),
        ("file deleted", false, |log| fs::remove_file(log.join("db")).unwrap()),
        ("file emptied", false, |log| fs::write(log.join("db"), b"").unwrap()),
        ("file of rubbish", false, |log| fs::write(log.join("db"), vec![0xa5; 1 << 20]).unwrap()),
        ("configuration of rubbish", true, |log| fs::write(log.join("conf"), b"rubbish without any sense").unwrap()),
        ("first half overwritten", false, |log| {
            let mut bytes = fs::read(log.join("db")).unwrap();
            let half = bytes.len() / 2;
            bytes[..half].fill(0x5a);
            fs::write(log.join("db"), bytes).unwrap();
        }),
    ];
    let stages = Stages::after(&[40]);
    for (case, kept, harm) in harms {
        let data = stages.mixed("harmed", 40, 40);
        harm(&data.join("log"));
        check(&data, 40, case);
        if kept {
            assert!(data.join("log.broken-1").is_dir(), "{case}");
        }
    }
}

#[test]
fn any_overwritten_block_of_the_database_loses_nothing() {
    let stages = Stages::after(&[40]);
    let whole = fs::read(stages.dir.path().join("40").join("log").join("db")).unwrap();
    let used = whole.iter().rposition(|byte| *byte != 0).unwrap();
    for block in (0..used).step_by(used / 12) {
        let data = stages.mixed("harmed", 40, 40);
        let mut bytes = whole.clone();
        let end = (block + 64).min(bytes.len());
        bytes[block..end].fill(0xff);
        fs::write(data.join("log").join("db"), bytes).unwrap();
        // Damage before the tail is met when it is read; the opening after that rebuilds.
        for attempt in 0..2 {
            let log = SledLog::open(&data).unwrap();
            if log.read(1).all(|commit| commit.is_ok()) && log.head() == 40 {
                break;
            }
            assert_eq!(attempt, 0, "block {block}");
        }
        check(&data, 40, &format!("block {block}"));
    }
}

/// Changes the database behind the log's back.
fn tamper(data: &Path, change: impl FnOnce(&sled::Tree)) {
    let db = open_bare(data);
    change(&db.open_tree("commits").unwrap());
    db.flush().unwrap();
}

#[test]
fn a_damaged_record_near_the_end_is_found_at_opening() {
    type Harm = fn(&sled::Tree);
    let harms: [(&str, Harm); 5] = [
        ("unknown version", |tree| {
            let mut value = tree.get(9_u64.to_be_bytes()).unwrap().unwrap().to_vec();
            value[0] = 77;
            tree.insert(9_u64.to_be_bytes(), value).unwrap();
        }),
        ("no JSON", |tree| drop(tree.insert(9_u64.to_be_bytes(), b"\x01{".as_slice()).unwrap())),
        ("empty", |tree| drop(tree.insert(9_u64.to_be_bytes(), b"".as_slice()).unwrap())),
        ("missing", |tree| drop(tree.remove(9_u64.to_be_bytes()).unwrap())),
        ("another's content", |tree| {
            let other = tree.get(8_u64.to_be_bytes()).unwrap().unwrap();
            tree.insert(9_u64.to_be_bytes(), other).unwrap();
        }),
    ];
    let stages = Stages::after(&[10]);
    for (case, harm) in harms {
        let data = stages.mixed("harmed", 10, 10);
        tamper(&data, harm);
        check(&data, 10, case);
        assert!(data.join("log.broken-1").is_dir(), "{case}");
    }
}

#[test]
fn a_damaged_record_far_back_is_found_when_read_and_healed_by_reopening() {
    let stages = Stages::after(&[150]);
    for gap in [false, true] {
        let data = stages.mixed("harmed", 150, 150);
        tamper(&data, |tree| {
            let key = 20_u64.to_be_bytes();
            if gap { tree.remove(key).map(drop).unwrap() } else { tree.insert(key, b"\x09").map(drop).unwrap() }
        });
        let log = SledLog::open(&data).unwrap();
        let read: Vec<_> = log.read(1).collect();
        assert_eq!(read.len(), 20, "the reader ends at the damage");
        let error = read.last().unwrap().as_ref().unwrap_err();
        assert!(matches!(error, LogError::Damaged { sequence: 20, .. }) && error.is_healed_by_reopening(), "{error}");
        drop(log);
        check(&data, 150, "reopened");
        assert!(data.join("log.broken-1").is_dir());
        assert!(!data.join("log.damaged").exists());
    }
}

#[test]
fn a_missing_archive_is_written_from_the_database_byte_for_byte() {
    let dir = tempfile::tempdir().unwrap();
    let log = SledLog::open(dir.path()).unwrap();
    // Three days; on the second the clock is set back for a while.
    let days = [0, 10, 86_400, 20, 86_410, 172_800, 86_420, 172_810];
    for (head, seconds) in (0..).zip(days) {
        log.append(head, &mut commit(head + 1, seconds)).unwrap();
    }
    drop(log);
    let folder = dir.path().join("archive");
    let files = archive::days(&folder).unwrap();
    assert_eq!(files.len(), 3);
    let whole: Vec<_> = files.keys().map(|day| fs::read(archive::file_of(&folder, *day)).unwrap()).collect();
    for (gone, day) in files.keys().enumerate() {
        fs::remove_file(archive::file_of(&folder, *day)).unwrap();
        drop(SledLog::open(dir.path()).unwrap());
        assert_eq!(fs::read(archive::file_of(&folder, *day)).unwrap(), whole[gone]);
    }
    fs::remove_dir_all(&folder).unwrap();
    drop(SledLog::open(dir.path()).unwrap());
    for (day, whole) in files.keys().zip(&whole) {
        assert_eq!(&fs::read(archive::file_of(&folder, *day)).unwrap(), whole);
    }
    // And the other way round, over days out of order.
    fs::remove_dir_all(dir.path().join("log")).unwrap();
    check(dir.path(), 8, "rebuilt over days out of order");
}

#[test]
fn a_group_that_was_never_acknowledged_may_be_torn_in_its_middle() {
    let stages = Stages::after(&[2, 5]);
    let data = stages.mixed("torn", 2, 5);
    let path = data.join("archive").join(DAY);
    let mut bytes = fs::read(&path).unwrap();
    let third = stages.archive(2).len() + 30;
    bytes[third] ^= 1;
    fs::write(&path, &bytes).unwrap();
    drop(SledLog::open(&data).unwrap());
    assert_eq!(fs::read(data.join("archive").join("2026-11-23.torn")).unwrap(), &bytes[stages.archive(2).len()..]);
    check(&data, 2, "torn in its middle");
}

#[test]
fn a_rebuild_that_would_lose_records_is_refused_and_names_the_line() {
    let stages = Stages::after(&[5]);
    let data = stages.mixed("refused", 5, 5);
    fs::remove_dir_all(data.join("log")).unwrap();
    let path = data.join("archive").join(DAY);
    let mut bytes = fs::read(&path).unwrap();
    let second = bytes.iter().position(|byte| *byte == b'\n').unwrap() + 30;
    bytes[second] ^= 1;
    fs::write(&path, &bytes).unwrap();
    let error = SledLog::open(&data).unwrap_err();
    assert!(matches!(error, LogError::ArchiveDamaged { line: 2, .. }), "{error}");
    assert!(error.to_string().contains(&format!("{DAY}, line 2: the checksum is wrong")), "{error}");
    bytes[second] ^= 1;
    fs::write(&path, &bytes).unwrap();
    check(&data, 5, "the line was put back");
}

#[test]
fn a_rebuild_with_a_day_missing_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let log = SledLog::open(dir.path()).unwrap();
    for (head, seconds) in [(0, 0), (1, 86_400), (2, 172_800)] {
        log.append(head, &mut commit(head + 1, seconds)).unwrap();
    }
    drop(log);
    fs::remove_dir_all(dir.path().join("log")).unwrap();
    fs::remove_file(dir.path().join("archive").join("2026-11-24.jsonl")).unwrap();
    let error = SledLog::open(dir.path()).unwrap_err();
    assert!(matches!(error, LogError::ArchiveGap { from: 2, to: 2 }), "{error}");
}

#[test]
fn a_failed_append_stops_the_log_until_it_is_opened_anew() {
    let dir = tempfile::tempdir().unwrap();
    let log = SledLog::open(dir.path()).unwrap();
    log.append(0, &mut commit(1, 0)).unwrap();
    // The next day's file cannot be made.
    let obstacle = dir.path().join("archive").join("2026-11-24.jsonl");
    fs::create_dir(&obstacle).unwrap();
    assert!(matches!(log.append(1, &mut commit(2, 86_400)), Err(LogError::File { .. })));
    assert!(matches!(log.append(1, &mut commit(2, 1)), Err(LogError::Stopped)));
    assert!(matches!(log.probe(), Err(LogError::Stopped)));
    assert!(log.is_stopped());
    assert_eq!((log.head(), all(&log).len(), log.seen(id(2)).unwrap()), (1, 1, None));
    drop(log);
    fs::remove_dir(&obstacle).unwrap();
    check(dir.path(), 1, "opened anew");
}

#[test]
fn an_index_that_is_behind_or_ahead_of_the_log_is_brought_in_order() {
    let stages = Stages::after(&[30]);
    for cursor in [None, Some(0_u64), Some(12), Some(31)] {
        let data = stages.mixed("index", 30, 30);
        let db = open_bare(&data);
        let ids = db.open_tree("ids").unwrap();
        match cursor {
            None => db.drop_tree("ids").map(drop).unwrap(),
            Some(cursor) => {
                ids.insert("cursor", &cursor.to_be_bytes()).unwrap();
                // Of a write that never was.
                ids.insert(id(31).uuid().as_bytes(), [31_u64.to_be_bytes(), print(31).0].concat()).unwrap();
                ids.remove(id(20).uuid().as_bytes()).unwrap();
            }
        }
        db.flush().unwrap();
        drop((ids, db));
        if cursor != Some(31) && cursor.is_some() {
            let log = SledLog::open(&data).unwrap();
            assert_eq!(log.seen(id(20)).unwrap(), Some(print(20)));
            assert_eq!(log.seen(id(31)).unwrap(), None, "not before its commit is there");
            continue;
        }
        check(&data, 30, &format!("{cursor:?}"));
    }
}

#[test]
fn a_record_of_a_newer_version_is_named_and_rebuilds_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let log = SledLog::open(dir.path()).unwrap();
    fill(&log, 70);
    drop(log);
    let newer = |n: u64| format!(r#"{{"sequence":{n},"at":"2026-11-23T00:00:05Z","events":[{{"flying_cars":{{}}}}]}}"#);
    tamper(dir.path(), |tree| drop(tree.insert(5_u64.to_be_bytes(), format!("\x01{}", newer(5)).as_bytes()).unwrap()));
    let log = SledLog::open(dir.path()).unwrap();
    let error = log.read(1).find_map(Result::err).unwrap();
    assert!(matches!(error, LogError::Unknown { sequence: 5, .. }) && !error.is_healed_by_reopening(), "{error}");
    assert!(!dir.path().join("log.damaged").exists());
    assert_eq!(at(5).to_string(), "2026-11-23 00:00:05 UTC");
}

#[test]
fn records_of_another_log_are_not_taken_over_beside_a_living_database() {
    let (one, other) = (Stages::after(&[3]), tempfile::tempdir().unwrap());
    let log = SledLog::open(other.path()).unwrap();
    for head in 0..4 {
        log.append(head, &mut commit(head + 100, 5)).unwrap();
    }
    drop(log);
    let data = one.mixed("foreign", 3, 3);
    let foreign = fs::read(other.path().join("archive").join(DAY)).unwrap();
    let last = foreign.split_inclusive(|byte| *byte == b'\n').next_back().unwrap();
    fs::write(data.join("archive").join(DAY), [&one.archive(3), last].concat()).unwrap();
    check(&data, 3, "another log's fourth record");
    assert_eq!(fs::read(data.join("archive").join("2026-11-23.torn")).unwrap(), last);
}
