use std::collections::BTreeSet;

use tempfile::TempDir;

use super::*;
use crate::domain::roster::{Account, Role, RosterEvent, StaffDetails};
use crate::domain::secret::{Secret, Subject};
use shared::personal::Personal;

struct Place {
    dir: TempDir,
    vault: Vault,
    snapshots: Snapshots,
}

impl Place {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let vault = Vault::open(&dir.path().join("keys"), &dir.path().join("key")).unwrap();
        let snapshots = Snapshots::of(dir.path());
        Self { dir, vault, snapshots }
    }

    fn file(&self, sequence: u64) -> PathBuf {
        self.dir.path().join("snapshots").join(format!("{sequence:020}.snap"))
    }

    /// Stores a state with one member of staff of this name.
    fn store(&self, sequence: u64, name: &str) {
        let id = "wang".parse().unwrap();
        let details = StaffDetails { name: Personal::new(name), latin: None, password: Personal::new("hash") };
        let account = Account {
            secret: Secret::open(Subject::Staff("wang".parse().unwrap()), details),
            id,
            role: Role::Consultant,
            senior: false,
            languages: BTreeSet::new(),
            session_generation: 0,
        };
        self.vault.seal(&mut RosterEvent::AccountSet(account.clone())).unwrap();
        let mut state = State::default();
        state.roster.apply(&RosterEvent::AccountSet(account));
        self.snapshots.store(state, sequence, &self.vault).unwrap();
    }

    fn loaded(&self, head: u64) -> Option<(u64, String)> {
        let StoredSnapshot { sequence, state } = self.snapshots.load_newest(head, &self.vault)?;
        Some((sequence, state.roster.name(&"wang".parse().unwrap()).to_owned()))
    }
}

#[test]
fn the_newest_snapshot_comes_back_and_two_are_kept() {
    let place = Place::new();
    assert_eq!(place.loaded(100), None);
    for (sequence, name) in [(5, "five"), (90, "ninety"), (100, "hundred")] {
        place.store(sequence, name);
    }
    assert_eq!(place.loaded(100), Some((100, "hundred".to_owned())));
    assert_eq!(place.loaded(99), Some((90, "ninety".to_owned())), "none that is ahead of the log");
    assert_eq!(place.loaded(89), None);
    assert!(!place.file(5).exists());
}

#[test]
fn a_snapshot_that_is_damaged_or_of_another_version_is_passed_over() {
    let place = Place::new();
    place.store(1, "one");
    place.store(2, "two");
    let whole = fs::read(place.file(2)).unwrap();
    let header = whole.iter().position(|byte| *byte == b'\n').unwrap();
    let text = |from: &str, to: &str| {
        let head = String::from_utf8(whole[..header].to_vec()).unwrap();
        assert!(head.contains(from), "{head}");
        [head.replacen(from, to, 1).into_bytes(), whole[header..].to_vec()].concat()
    };
    let mut flipped = whole.clone();
    flipped[header + 40] ^= 1;
    let cases = [
        ("empty", Vec::new()),
        ("cut off", whole[..whole.len() - 1].to_vec()),
        ("header cut off", whole[..header].to_vec()),
        ("a changed byte", flipped),
        ("another form", text("\"format\":1", "\"format\":2")),
        ("another state", text(&format!("\"state\":{STATE_VERSION}"), "\"state\":200")),
        ("another place", text("\"sequence\":2", "\"sequence\":3")),
    ];
    for (case, bytes) in cases {
        fs::write(place.file(2), bytes).unwrap();
        assert_eq!(place.loaded(9), Some((1, "one".to_owned())), "{case}");
    }
    fs::write(place.file(2), whole).unwrap();
    assert_eq!(place.loaded(9), Some((2, "two".to_owned())));
}

#[test]
fn a_snapshot_of_another_vault_is_passed_over() {
    let place = Place::new();
    place.store(1, "one");
    let other = Place::new();
    fs::create_dir(other.dir.path().join("snapshots")).unwrap();
    fs::copy(place.file(1), other.file(1)).unwrap();
    assert_eq!(other.loaded(9), None);
}

#[test]
fn erasing_reaches_into_snapshots() {
    let place = Place::new();
    place.store(1, "王小明");
    let bytes = fs::read(place.file(1)).unwrap();
    assert!(!bytes.windows("王小明".len()).any(|window| window == "王小明".as_bytes()));
    place.vault.destroy(&[Subject::Staff("wang".parse().unwrap())]).unwrap();
    assert_eq!(place.loaded(9), Some((1, "wang".to_owned())), "the id, for the name is gone");
}
