//! Disk, key, clock and sound.

use std::fs::{self, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use chrono::{DateTime, Datelike as _, SecondsFormat, Utc};

use super::Finding;
use crate::outbox::SealKey;
use crate::{program, sound};

/// No kiosk of this version was made before: a clock that says so has lost its time.
const FIRST_YEAR: i32 = 2026;
const PATIENCE: Duration = Duration::from_secs(3);

pub(super) fn data(folder: &Path) -> Finding {
    let nearest = nearest(folder);
    let shown = folder.display();
    match write_into(nearest) {
        Ok(()) if nearest == folder => Finding::ok(shown.to_string()),
        Ok(()) => Finding::ok(format!("{shown} will be made at the first start")),
        Err(error) if error.kind() == io::ErrorKind::StorageFull => {
            Finding::missing(format!("the disk of {shown} is full: visitors would be sent to reception"))
        }
        Err(error) => Finding::missing(format!(
            "{} cannot be written ({error}): it must belong to the user that runs the kiosk, who is the one to run this check",
            nearest.display()
        )),
    }
}

/// The nearest folder that exists: what does not is made in it at the first start.
fn nearest(folder: &Path) -> &Path {
    let there = folder.ancestors().find(|folder| folder.exists()).filter(|nearest| !nearest.as_os_str().is_empty());
    there.unwrap_or(Path::new("."))
}

/// Whether a file reaches the disk there; it is taken away again.
fn write_into(folder: &Path) -> io::Result<()> {
    let file = folder.join(format!(".kiosk-check-{}", std::process::id()));
    let written = OpenOptions::new().write(true).create_new(true).open(&file).and_then(|mut opened| {
        opened.write_all(&[0; 4096])?;
        opened.sync_all()
    });
    match fs::remove_file(&file) {
        Err(error) if written.is_ok() => Err(error),
        _ => written,
    }
}

pub(super) fn key(file: &Path, data: &Path) -> Finding {
    let shown = file.display();
    if file.exists() {
        return match SealKey::open_or_make(file) {
            Ok(_) => Finding::ok(shown.to_string()),
            Err(error) => Finding::missing(crate::chain(&error)),
        };
    }
    if data.join("outbox").exists() {
        return Finding::missing(format!(
            "{shown} is gone, and with it whatever still waits in the outbox: bring the file back, or empty {}",
            data.display()
        ));
    }
    let folder = nearest(file.parent().unwrap_or(Path::new(".")));
    match write_into(folder) {
        Ok(()) => Finding::ok(format!("{shown} will be made at the first start")),
        Err(error) => Finding::missing(format!(
            "{shown} cannot be made ({error}): {} must belong to the user that runs the kiosk",
            folder.display()
        )),
    }
}

pub(super) fn clock(now: DateTime<Utc>) -> Finding {
    let shown = now.to_rfc3339_opts(SecondsFormat::Secs, true);
    if now.year() < FIRST_YEAR {
        return Finding::missing(format!("stands at {shown}, which is long past: timedatectl set-ntp true"));
    }
    match synchronised().as_deref() {
        Some("yes") => Finding::ok(format!("{shown}, synchronised")),
        Some("no") => Finding::missing(format!("{shown}, but nobody keeps it right: timedatectl set-ntp true")),
        _ => Finding::note(format!("{shown}; this system does not say whether it is synchronised")),
    }
}

fn synchronised() -> Option<String> {
    let mut command = Command::new("timedatectl");
    command.args(["show", "--property=NTPSynchronized", "--value"]);
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().ok()?;
    let status = program::wait(&mut child, PATIENCE).ok()??;
    let mut said = String::new();
    // One word: it has been in the pipe since before the end.
    child.stdout.take()?.read_to_string(&mut said).ok()?;
    status.success().then(|| said.trim().to_owned())
}

pub(super) fn sound(wanted: bool) -> Finding {
    if !wanted {
        return Finding::ok("switched off");
    }
    let Some(player) = on_the_path(sound::PLAYER) else {
        return Finding::note(format!(
            "{} is not installed, so taps are silent: apt install alsa-utils",
            sound::PLAYER
        ));
    };
    let cards = fs::read_to_string("/proc/asound/cards").unwrap_or_default();
    if cards.trim().is_empty() || cards.contains("no soundcards") {
        return Finding::note("there is no sound card, so taps are silent");
    }
    Finding::ok(player.display().to_string())
}

fn on_the_path(name: &str) -> Option<PathBuf> {
    let folders = std::env::var_os("PATH")?;
    std::env::split_paths(&folders).map(|folder| folder.join(name)).find(|file| file.is_file())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::super::Verdict;
    use super::*;

    #[track_caller]
    fn check(finding: &Finding, verdict: Verdict, words: &str) {
        assert_eq!(finding.verdict, verdict, "{finding:?}");
        assert!(finding.words.contains(words), "{finding:?}");
    }

    #[test]
    fn folders_and_keys_that_are_there_or_can_be_made_are_well() {
        let folder = tempfile::tempdir().unwrap();
        let (data_folder, key_file) = (folder.path().join("a/data"), folder.path().join("data.key"));
        check(&data(folder.path()), Verdict::Ok, "");
        check(&data(&data_folder), Verdict::Ok, "will be made");
        check(&data(Path::new("kiosk-data-nowhere")), Verdict::Ok, "will be made");
        check(&key(&key_file, &data_folder), Verdict::Ok, "will be made");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "the check left something behind");
        SealKey::open_or_make(&key_file).unwrap();
        check(&key(&key_file, &data_folder), Verdict::Ok, "data.key");
        fs::set_permissions(&key_file, fs::Permissions::from_mode(0o644)).unwrap();
        check(&key(&key_file, &data_folder), Verdict::Missing, "0600");
    }

    #[test]
    fn what_the_disk_does_not_take_is_missing() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        fs::write(&file, "").unwrap();
        check(&data(&file), Verdict::Missing, "cannot be written");
        check(&key(&folder.path().join("nowhere/key"), &file), Verdict::Ok, "will be made");
        check(&key(&file.join("key"), &file), Verdict::Missing, "cannot be made");
        fs::create_dir(folder.path().join("outbox")).unwrap();
        check(&key(&folder.path().join("key"), folder.path()), Verdict::Missing, "is gone");
    }

    #[test]
    fn a_clock_that_lost_its_time_is_missing() {
        check(&clock(DateTime::UNIX_EPOCH), Verdict::Missing, "1970-01-01T00:00:00Z");
    }

    #[test]
    fn a_sound_that_is_off_needs_no_player() {
        check(&sound(false), Verdict::Ok, "switched off");
        assert_ne!(sound(true).verdict, Verdict::Missing);
    }
}
