//! Fonts; and on a bare screen the display, the touch panel, and how both are turned.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use fontique::{Collection, CollectionOptions};

use super::Finding;
use crate::rotation::Rotation;

/// The family of assets/fonts.
const FAMILY: &str = "Yingbin Sans SC";
const CARDS: &str = "/dev/dri";
const INPUT: &str = "/dev/input";
const RULES: [&str; 3] = ["/etc/udev/rules.d", "/run/udev/rules.d", "/usr/lib/udev/rules.d"];

/// FACTS: Slint needs one font of the system, even with a font inside the program.
pub(super) fn font() -> Finding {
    let mut fonts = Collection::new(CollectionOptions { shared: false, system_fonts: true });
    match fonts.family_names().count() {
        0 => Finding::missing(
            "fontconfig finds no font at all, and without one no window opens: apt install libfontconfig1, and set \
             FONTCONFIG_FILE to the kiosk's fonts.conf (/usr/share/yingbin/fonts/fonts.conf)",
        ),
        _ if fonts.family_by_name(FAMILY).is_some() => Finding::ok(FAMILY),
        count => Finding::ok(format!("{count} families of the system; {FAMILY} is inside the program")),
    }
}

pub(super) fn cards() -> Finding {
    let found = entries(Path::new(CARDS), "card");
    let (usable, refused) = openable(&found, |card| OpenOptions::new().read(true).write(true).open(card));
    match (usable.first(), refused) {
        (Some(card), _) => Finding::ok(card.display().to_string()),
        (None, Some(error)) => Finding::missing(format!("{CARDS}/card* cannot be opened ({error}): {}", join("video"))),
        (None, None) => {
            Finding::missing(format!("there is no {CARDS}/card*: no display driver of the kernel is loaded"))
        }
    }
}

pub(super) fn input() -> Finding {
    let found = entries(Path::new(INPUT), "event");
    let (usable, refused) = openable(&found, |device| File::open(device));
    match (usable.len(), refused) {
        (0, None) => Finding::missing("no touch panel, mouse or keyboard is connected (/dev/input/event* is empty)"),
        (0, Some(error)) => Finding::missing(format!("{INPUT}/event* cannot be read ({error}): {}", join("input"))),
        (some, Some(_)) => Finding::note(format!("{some} of {} devices can be read: {}", found.len(), join("input"))),
        (all, None) => Finding::ok(format!("{all} devices can be read")),
    }
}

fn join(group: &str) -> String {
    format!("the user that runs the kiosk must be in the group {group} (usermod -aG {group} USER)")
}

/// What the touch panel is told, where the picture is turned.
pub(super) fn calibration(rotation: Rotation) -> Option<Finding> {
    (rotation != Rotation::default()).then(|| calibrated(rotation, &RULES.map(Path::new)))
}

fn calibrated(rotation: Rotation, folders: &[&Path]) -> Finding {
    let rule = rotation.udev_rule();
    let matrix = rule.split_once("CALIBRATION_MATRIX}").map_or("", |(_, matrix)| matrix);
    let degrees = rotation.degrees();
    let files = folders.iter().flat_map(|folder| entries(folder, ""));
    let told = files.into_iter().find(|file| {
        let lines = fs::read_to_string(file).unwrap_or_default();
        let mut lines = lines.lines().filter(|line| !line.trim_start().starts_with('#'));
        lines.any(|line| line.contains("LIBINPUT_CALIBRATION_MATRIX") && line.contains(matrix))
    });
    match told {
        Some(file) => Finding::ok(format!("{degrees}°, and the touch panel hears of it by {}", file.display())),
        None => Finding::missing(format!(
            "{degrees}°, but nobody tells the touch panel. Write this line into /etc/udev/rules.d/99-yingbin-touch.rules, and \
             start the machine anew: {rule}"
        )),
    }
}

/// Files of a folder whose names begin so, in order.
fn entries(folder: &Path, beginning: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let named = entries.filter(|entry| entry.file_name().to_string_lossy().starts_with(beginning));
    let mut found: Vec<PathBuf> = named.map(|entry| entry.path()).collect();
    found.sort();
    found
}

/// Those that open, and why the first other one does not.
fn openable(files: &[PathBuf], open: impl Fn(&Path) -> io::Result<File>) -> (Vec<&Path>, Option<io::Error>) {
    let (mut usable, mut refused) = (Vec::new(), None);
    for file in files {
        match open(file) {
            Ok(_) => usable.push(file.as_path()),
            Err(error) => refused = refused.or(Some(error)),
        }
    }
    (usable, refused)
}

#[cfg(test)]
mod tests {
    use super::super::Verdict;
    use super::*;

    #[test]
    fn a_turned_picture_needs_a_rule_with_its_own_matrix() {
        let folder = tempfile::tempdir().unwrap();
        let folders = [Path::new("/nonexistent"), folder.path()];
        let missing = calibrated(Rotation::Right, &folders);
        assert_eq!(missing.verdict, Verdict::Missing);
        assert!(missing.words.ends_with(&Rotation::Right.udev_rule()), "{missing:?}");
        let file = folder.path().join("99-touch.rules");
        fs::write(&file, format!("# {}\n{}\n", Rotation::Right.udev_rule(), Rotation::Left.udev_rule())).unwrap();
        assert_eq!(calibrated(Rotation::Right, &folders).verdict, Verdict::Missing);
        assert_eq!(calibrated(Rotation::Left, &folders).verdict, Verdict::Ok);
        assert_eq!(calibration(Rotation::Upright), None);
    }

    #[test]
    fn what_may_not_be_opened_is_told_apart_from_what_is_not_there() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["event0", "event1", "mouse0"] {
            fs::write(folder.path().join(name), "").unwrap();
        }
        let found = entries(folder.path(), "event");
        assert_eq!(found.len(), 2);
        let refuse = |path: &Path| {
            if path.ends_with("event0") { Err(io::ErrorKind::PermissionDenied.into()) } else { File::open(path) }
        };
        let (usable, refused) = openable(&found, refuse);
        assert_eq!(usable, [folder.path().join("event1")]);
        assert_eq!(refused.map(|error| error.kind()), Some(io::ErrorKind::PermissionDenied));
        assert!(entries(Path::new("/nonexistent"), "").is_empty());
    }
}
