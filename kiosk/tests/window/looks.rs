//! Contrast, computed from the tokens themselves (WCAG 2.2, relative luminance).

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use shared::colour::Colour;

/// A token's colour, and the one that stands for it in high contrast.
type Pair = [Colour; 2];

fn tokens() -> BTreeMap<String, Pair> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("ui/theme/tokens.slint");
    let mut colours = BTreeMap::new();
    for line in fs::read_to_string(path).unwrap().lines() {
        let Some((name, value)) =
            line.trim().strip_prefix("out property <color> ").and_then(|rest| rest.split_once(": "))
        else {
            continue;
        };
        // Without alpha: nothing is read on a veil.
        let found: Vec<Colour> = value
            .split([' ', ';'])
            .filter(|part| part.starts_with('#'))
            .map(|part| part[..7].parse().unwrap())
            .collect();
        let (&plain, &contrast) = (found.last().unwrap(), found.first().unwrap());
        assert!(found.len() == 1 || value.starts_with("root.contrast ? #"), "{name}: {value}");
        colours.insert(name.to_owned(), [plain, contrast]);
    }
    assert!(colours.len() > 15, "{}", colours.len());
    colours
}

/// In the usual look at least so much, in high contrast 7:1 for everything.
#[track_caller]
fn check(ink: &str, surfaces: &[&str], least: f64) {
    let tokens = tokens();
    for surface in surfaces {
        for (at, least) in [least, 7.0].into_iter().enumerate() {
            let found = tokens[ink][at].contrast(tokens[*surface][at]);
            assert!(found >= least, "{ink} on {surface}: {found:.2}, at least {least}");
        }
    }
}

#[test]
fn words_can_be_read_on_every_surface_they_stand_on() {
    check("ink", &["ground", "floor", "card", "accent-soft", "pressed"], 7.0);
    check("ink-soft", &["ground", "card"], 7.0);
    check("ink-soft", &["pressed", "accent-soft"], 4.5);
    check("accent-ink", &["ground", "floor", "card", "accent-soft", "pressed", "sheen"], 4.5);
    check("on-accent", &["accent", "accent-pressed", "good"], 4.5);
    check("good", &["ground", "card", "good-soft", "accent-soft"], 4.5);
    check("warn", &["ground", "card", "warn-soft"], 4.5);
    check("bronze", &["ground", "floor", "card", "sheen"], 4.5);
    check("example", &["card"], 4.5);
}

#[test]
fn lines_that_mean_something_can_be_seen() {
    // WCAG 2.2, success criterion 1.4.11: 3:1. The hairlines around cards only please the eye, but in high contrast they count.
    let tokens = tokens();
    for (ink, surface, modes) in [("faint", "card", 0..2), ("line", "card", 1..2), ("line", "ground", 1..2)] {
        for at in modes {
            let found = tokens[ink][at].contrast(tokens[surface][at]);
            assert!(found >= 3.0, "{ink} on {surface}: {found:.2}");
        }
    }
}
