//! The suite that every [`EventLog`] passes, and what its cases are made of.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use shared::ids::EventId;
use shared::wire::Fingerprint;

use super::*;
use crate::domain::Event;
use crate::domain::floor::event::FloorEvent;

/// A moment, so many seconds into the tests' first day.
pub(super) fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_795_392_000, 0).unwrap() + TimeDelta::seconds(seconds)
}

pub(super) fn id(n: u64) -> EventId {
    let mut random = [0; 10];
    random[2..].copy_from_slice(&n.to_be_bytes());
    EventId::new(at(0), random)
}

pub(super) fn print(n: u64) -> Fingerprint {
    Fingerprint(n.to_be_bytes())
}

/// An event that says `n`.
pub(super) fn event(n: i64) -> Event {
    FloorEvent::ClockStepped { by_ms: n }.into()
}

/// A commit that is told from others by `n`, and makes the id `n` known.
pub(super) fn commit(n: u64, seconds: i64) -> Commit {
    Commit {
        sequence: 0,
        at: at(seconds),
        before: String::new(),
        causes: vec![CommitCause::new(id(n), print(n))],
        events: vec![event(i64::try_from(n).unwrap())],
    }
}

/// Appends `n` commits, a second apart, one group each.
pub(super) fn fill(log: &impl EventLog, n: u64) -> Vec<Commit> {
    (0..n)
        .map(|_| {
            let next = log.head() + 1;
            let mut commit = commit(next, i64::try_from(next).unwrap());
            assert_eq!(log.append(next - 1, &mut commit).unwrap(), Append::Appended { head: next });
            commit
        })
        .collect()
}

pub(super) fn all(log: &impl EventLog) -> Vec<Commit> {
    log.read(1).collect::<Result<_, _>>().unwrap()
}

/// What the port promises, on an empty log.
pub(super) fn suite<L: EventLog>(mut make: impl FnMut() -> L) {
    commits_come_back_in_order_with_sequence_and_chain(&make());
    a_caller_who_is_behind_gets_a_conflict_and_writes_nothing(&make());
    a_group_is_appended_whole_or_not_at_all(&make());
    ids_are_known_once_their_commit_is(&make());
    reading_starts_anywhere(&make());
    a_follower_gets_what_was_and_what_comes(&Arc::new(make()));
}

fn commits_come_back_in_order_with_sequence_and_chain(log: &impl EventLog) {
    assert_eq!((log.head(), all(log).len()), (0, 0));
    let appended = fill(log, 5);
    let read = all(log);
    assert_eq!(read, appended);
    assert_eq!(read.iter().map(|commit| commit.sequence).collect::<Vec<_>>(), [1, 2, 3, 4, 5]);
    assert_eq!(read[0].before, "");
    for pair in read.windows(2) {
        let json = serde_json::to_vec(&pair[0]).unwrap();
        assert_eq!(pair[1].before, Link::to(&json).as_str());
    }
    assert_eq!(log.head(), 5);
}

fn a_caller_who_is_behind_gets_a_conflict_and_writes_nothing(log: &impl EventLog) {
    fill(log, 2);
    for expected in [0, 1, 3] {
        let answer = log.append(expected, &mut commit(9, 9)).unwrap();
        assert_eq!(answer, Append::Conflict { head: 2 });
    }
    assert_eq!(all(log).len(), 2);
    assert_eq!(log.seen(id(9)).unwrap(), None);
}

fn a_group_is_appended_whole_or_not_at_all(log: &impl EventLog) {
    let mut group: Vec<_> = (1..=40).map(|n| commit(n, 1)).collect();
    assert_eq!(log.append_all(0, &mut group).unwrap(), Append::Appended { head: 40 });
    let mut bad = vec![commit(41, 2), commit(42, 2)];
    bad[1].causes[0].print = "not hexadecimal!".to_owned();
    assert!(matches!(log.append_all(40, &mut bad), Err(LogError::BadCause)));
    let mut large = vec![commit(41, 2), commit(42, 2)];
    large[1].events = vec![event(1); 5000];
    assert!(matches!(log.append_all(40, &mut large), Err(LogError::TooLarge { .. })));
    assert_eq!((log.head(), all(log).len()), (40, 40));
    assert_eq!(log.seen(id(41)).unwrap(), None);
    assert_eq!(log.append_all(40, &mut []).unwrap(), Append::Appended { head: 40 });
    assert_eq!(log.append(40, &mut commit(41, 3)).unwrap(), Append::Appended { head: 41 });
}

fn ids_are_known_once_their_commit_is(log: &impl EventLog) {
    assert_eq!(log.seen(id(1)).unwrap(), None);
    fill(log, 3);
    assert_eq!(log.seen(id(1)).unwrap(), Some(print(1)));
    assert_eq!(log.seen(id(3)).unwrap(), Some(print(3)));
    assert_eq!(log.seen(id(4)).unwrap(), None);
}

fn reading_starts_anywhere(log: &impl EventLog) {
    fill(log, 3);
    for (from, expected) in [(0, 3), (1, 3), (2, 2), (3, 1), (4, 0), (u64::MAX, 0)] {
        assert_eq!(log.read(from).map(Result::unwrap).count(), expected, "from {from}");
    }
}

fn a_follower_gets_what_was_and_what_comes<L: EventLog>(log: &Arc<L>) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_time().build().unwrap();
    fill(log.as_ref(), 3);
    let mut follow = Arc::clone(log).follow(2);
    runtime.block_on(async {
        let sequences = |commits: Vec<Commit>| commits.iter().map(|commit| commit.sequence).collect::<Vec<_>>();
        assert_eq!(sequences(follow.next().await.unwrap()), [2, 3]);
        let waited = tokio::time::timeout(std::time::Duration::from_millis(20), follow.next()).await;
        assert!(waited.is_err(), "there is nothing more yet");
        let writer = Arc::clone(log);
        let appended = std::thread::spawn(move || fill(writer.as_ref(), 2));
        let mut got = Vec::new();
        while got.len() < 2 {
            got.extend(sequences(follow.next().await.unwrap()));
        }
        assert_eq!(got, [4, 5]);
        appended.join().unwrap();
    });
}

#[test]
fn every_log_keeps_the_ports_promises() {
    suite(MemoryLog::default);
    let mut folders = Vec::new();
    suite(|| {
        let folder = tempfile::tempdir().unwrap();
        let log = SledLog::open(folder.path()).unwrap();
        folders.push(folder);
        log
    });
}
