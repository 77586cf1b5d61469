use chrono::DateTime;
use shared::ids::VisitId;
use shared::phone::PhoneNumber;
use shared::wire::{CheckedIn, Detailed, DeviceEvent, Language, Purpose};
use tempfile::TempDir;

use super::*;

const KEY: [u8; 32] = [5; 32];

fn reading(boot_s: u64) -> Reading {
    Reading { wall: DateTime::from_timestamp(1_795_000_000, 123_456_789).unwrap(), boot: Duration::from_secs(boot_s) }
}

fn event(number: u8) -> NewEvent {
    let visit = VisitId::new(reading(0).wall, [number; 10]);
    let phone = PhoneNumber::parse("13800138000").ok();
    let detail = Detailed { phone, ..Detailed::default() };
    let (purpose, language) = (Purpose::Browse, Language::Zh);
    let event = DeviceEvent::CheckedIn(CheckedIn { visit, purpose, language, touched_ms: None, detail });
    NewEvent { id: EventId::new(reading(0).wall, [number; 10]), at: reading(100), event }
}

fn open(folder: &TempDir, machine: &str) -> Outbox {
    Outbox::open(&folder.path().join("outbox"), SealKey::new(&KEY), Machine::named(machine)).unwrap()
}

fn ids(outbox: &Outbox) -> Vec<(u64, EventId)> {
    outbox.read_after(0, 1000).unwrap().into_iter().map(|stored| (stored.sequence, stored.id)).collect()
}

#[test]
fn what_was_kept_survives_and_what_was_receipted_does_not() {
    let folder = tempfile::tempdir().unwrap();
    let outbox = open(&folder, "a");
    outbox.keep(vec![event(1), event(2)]).unwrap();
    outbox.keep(vec![event(3)]).unwrap();
    outbox.forget([event(2).id, event(9).id]).unwrap();
    let expect = [(1, event(1).id), (3, event(3).id)];
    assert_eq!(ids(&outbox), expect);
    drop(outbox);
    let outbox = open(&folder, "a");
    assert_eq!((ids(&outbox), outbox.len()), (expect.to_vec(), 2));
    assert_eq!(outbox.read_after(1, 1).unwrap()[0].sequence, 3);
}

#[test]
fn sequence_numbers_never_repeat_even_when_all_is_receipted() {
    let folder = tempfile::tempdir().unwrap();
    let outbox = open(&folder, "a");
    outbox.keep(vec![event(1), event(2)]).unwrap();
    outbox.forget([event(1).id, event(2).id]).unwrap();
    assert!(outbox.is_empty());
    drop(outbox);
    let outbox = open(&folder, "a");
    outbox.keep(vec![event(3)]).unwrap();
    assert_eq!(ids(&outbox), [(3, event(3).id)]);
}

#[test]
fn age_is_told_within_one_run_of_the_machine_and_unknown_after_a_reboot() {
    #[track_caller]
    fn check(kept_in: &str, sent_in: &str, boot_s: u64, expect: Option<u64>) {
        let folder = tempfile::tempdir().unwrap();
        open(&folder, kept_in).keep(vec![event(1)]).unwrap();
        let outbox = open(&folder, sent_in);
        let envelope = outbox.read_after(0, 1).unwrap()[0].envelope(reading(boot_s), outbox.machine());
        assert_eq!(envelope.age_ms, expect);
        assert_eq!((envelope.seq, envelope.id), (Some(1), event(1).id));
        assert_eq!(envelope.event, event(1).event);
    }
    check("a", "a", 100, Some(0));
    check("a", "a", 107, Some(7_000));
    check("a", "b", 107, None);
    check("", "", 107, None);
    check("a", "a", 3, Some(0));
}

#[test]
fn a_sending_after_a_restart_says_the_same_as_before_it() {
    let folder = tempfile::tempdir().unwrap();
    let outbox = open(&folder, "a");
    outbox.keep(vec![event(1)]).unwrap();
    let before = outbox.read_after(0, 1).unwrap()[0].envelope(reading(101), outbox.machine());
    drop(outbox);
    let outbox = open(&folder, "a");
    let after = outbox.read_after(0, 1).unwrap()[0].envelope(reading(105), outbox.machine());
    assert_eq!(before.fingerprint(), after.fingerprint());
}

#[test]
fn numbers_are_not_on_the_disk_in_the_clear() {
    let folder = tempfile::tempdir().unwrap();
    open(&folder, "a").keep(vec![event(1)]).unwrap();
    let mut files = 0;
    for entry in std::fs::read_dir(folder.path().join("outbox")).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            files += 1;
            let bytes = std::fs::read(path).unwrap();
            assert!(!bytes.windows(11).any(|window| window == b"13800138000"));
        }
    }
    assert!(files > 0);
}

#[test]
fn records_of_another_key_are_set_aside_and_the_kiosk_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    open(&folder, "a").keep(vec![event(1), event(2)]).unwrap();
    let outbox = Outbox::open(&folder.path().join("outbox"), SealKey::new(&[6; 32]), Machine::named("a")).unwrap();
    assert_eq!((outbox.set_aside(), outbox.len()), (2, 0));
    outbox.keep(vec![event(3)]).unwrap();
    assert_eq!(ids(&outbox), [(3, event(3).id)]);
    drop(outbox);
    assert_eq!(open(&folder, "a").set_aside(), 1, "only what the other key sealed is foreign now");
}

#[test]
fn a_full_outbox_says_so_and_goes_on_when_there_is_room() {
    let folder = tempfile::tempdir().unwrap();
    let outbox = open(&folder, "a");
    let many = (0..CAPACITY).map(|number| {
        let mut random = [0; 10];
        random[2..].copy_from_slice(&number.to_be_bytes());
        NewEvent { id: EventId::new(reading(0).wall, random), ..event(1) }
    });
    let many: Vec<NewEvent> = many.collect();
    outbox.keep(many.clone()).unwrap();
    assert!(matches!(outbox.keep(vec![event(2)]), Err(OutboxError::Full)));
    assert!(!outbox.is_stopped());
    outbox.forget([many[0].id]).unwrap();
    outbox.keep(vec![event(2)]).unwrap();
    assert_eq!(outbox.len(), CAPACITY);
}

#[test]
fn a_folder_in_use_or_of_another_kind_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let _outbox = open(&folder, "a");
    let second = Outbox::open(&folder.path().join("outbox"), SealKey::new(&KEY), Machine::named("a"));
    assert!(second.is_err());
    std::fs::write(folder.path().join("file"), "x").unwrap();
    assert!(Outbox::open(&folder.path().join("file"), SealKey::new(&KEY), Machine::named("a")).is_err());
}

#[test]
fn a_renewed_outbox_holds_the_same_and_counts_on() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("outbox");
    let (seal, machine) = (SealKey::new(&KEY), Machine::named("a"));
    let outbox = open(&folder, "a");
    outbox.keep(vec![event(1), event(2), event(3)]).unwrap();
    outbox.forget([event(3).id, event(1).id]).unwrap();
    drop(outbox);
    Outbox::renew(&path, &seal, &machine).unwrap();
    let outbox = open(&folder, "a");
    outbox.keep(vec![event(4)]).unwrap();
    assert_eq!(ids(&outbox), [(2, event(2).id), (4, event(4).id)]);
    drop(outbox);
    let left: Vec<_> = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, ["outbox"]);
}

#[test]
fn a_power_cut_within_a_renewal_loses_nothing() {
    // Between the renames: the old one is gone from its place, the new one is not there yet.
    let folder = tempfile::tempdir().unwrap();
    let outbox = open(&folder, "a");
    outbox.keep(vec![event(1)]).unwrap();
    drop(outbox);
    std::fs::rename(folder.path().join("outbox"), folder.path().join("outbox.new")).unwrap();
    assert_eq!(ids(&open(&folder, "a")), [(1, event(1).id)]);

    // Before the first: a draft that was not finished is not mistaken for the outbox.
    let (seal, machine) = (SealKey::new(&KEY), Machine::named("a"));
    let draft = Outbox::open(&folder.path().join("outbox.new"), seal.clone(), machine.clone()).unwrap();
    draft.keep(vec![event(7)]).unwrap();
    drop(draft);
    assert_eq!(ids(&open(&folder, "a")), [(1, event(1).id)]);
    Outbox::renew(&folder.path().join("outbox"), &seal, &machine).unwrap();
    assert_eq!(ids(&open(&folder, "a")), [(1, event(1).id)]);
}

#[test]
fn what_was_said_just_now_is_told_apart_from_what_waits_for_days() {
    let folder = tempfile::tempdir().unwrap();
    let outbox = open(&folder, "a");
    let said_at = |number: u8, boot_s: u64| NewEvent { at: reading(boot_s), ..event(number) };
    let last =
        |outbox: &Outbox, most: usize| outbox.before_the_last(Duration::from_mins(2), most, reading(1000)).unwrap();
    assert_eq!(last(&outbox, 64), 0);
    outbox.keep(vec![said_at(1, 100), said_at(2, 870), said_at(3, 900), said_at(4, 990)]).unwrap();
    assert_eq!(last(&outbox, 64), 2);
    assert_eq!(last(&outbox, 1), 3, "no more than it was asked to look at");
    outbox.forget([event(4).id, event(1).id]).unwrap();
    assert_eq!(last(&outbox, 64), 2);
    drop(outbox);
    // After a reboot nobody knows how old anything is.
    assert_eq!(last(&open(&folder, "b"), 64), 3);
}
