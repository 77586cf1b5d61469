//! Contrast, computed from the tokens themselves (WCAG 2.2, relative luminance).

use std::collections::BTreeMap;
use std::fs;

use std::path::PathBuf;

fn tokens() -> BTreeMap<String, [f64; 3]> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("ui/theme/tokens.slint");
    let mut colours = BTreeMap::new();
    for line in fs::read_to_string(path).unwrap().lines() {
        let Some((name, value)) =
            line.trim().strip_prefix("out property <color> ").and_then(|rest| rest.split_once(": #"))
        else {
            continue;
        };
        let part = |from: usize| f64::from(u8::from_str_radix(&value[from..from + 2], 16).unwrap()) / 255.0;
        colours.insert(name.to_owned(), [part(0), part(2), part(4)]);
    }
    colours
}

fn luminance(colour: [f64; 3]) -> f64 {
    let linear = colour.map(|part| if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) });
    linear[0].mul_add(0.2126, linear[1].mul_add(0.7152, linear[2] * 0.0722))
}

fn contrast(one: [f64; 3], other: [f64; 3]) -> f64 {
    let (a, b) = (luminance(one), luminance(other));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

#[track_caller]
fn check(ink: &str, surfaces: &[&str], least: f64) {
    let tokens = tokens();
    for surface in surfaces {
        let found = contrast(tokens[ink], tokens[*surface]);
        assert!(found >= least, "{ink} on {surface}: {found:.2}, at least {least}");
    }
}

#[test]
fn words_can_be_read_on_every_surface_they_stand_on() {
    check("ink", &["ground", "card", "accent-soft", "pressed"], 7.0);
    check("ink-soft", &["ground", "card"], 7.0);
    check("ink-soft", &["pressed"], 4.5);
    check("accent", &["ground", "card", "accent-soft", "pressed"], 4.5);
    check("on-accent", &["accent", "accent-pressed", "good"], 4.5);
    check("good", &["ground", "card", "good-soft"], 4.5);
    check("warn", &["ground", "card", "warn-soft"], 4.5);
    check("bronze", &["ground", "card"], 4.5);
}

#[test]
fn contrast_is_computed_as_the_standard_says() {
    assert!((contrast([0.0; 3], [1.0; 3]) - 21.0).abs() < 1e-9);
    assert!((contrast([0.5; 3], [0.5; 3]) - 1.0).abs() < 1e-9);
}
