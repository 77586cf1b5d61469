//! Every word on every page has its translation, and none is left over.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Component and source text.
type Word = (String, String);

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn slint_files(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            slint_files(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "slint") {
            files.push(path);
        }
    }
}

fn spoken() -> BTreeSet<Word> {
    let mut files = Vec::new();
    slint_files(&root().join("ui"), &mut files);
    let mut words = BTreeSet::new();
    for file in files {
        let mut component = String::new();
        for line in fs::read_to_string(&file).unwrap().lines() {
            if let Some((_, rest)) = line.split_once("component ") {
                rest.split_whitespace().next().unwrap().clone_into(&mut component);
            }
            for call in line.split("@tr(\"").skip(1) {
                let (text, _) = call.split_once('"').unwrap();
                words.insert((component.clone(), text.to_owned()));
            }
        }
    }
    words
}

fn translated(language: &str) -> BTreeMap<Word, String> {
    let path = root().join("../assets/translations").join(language).join("LC_MESSAGES/kiosk.po");
    let mut words = BTreeMap::new();
    let (mut context, mut source) = (String::new(), String::new());
    for line in fs::read_to_string(path).unwrap().lines() {
        let quoted = |line: &str| line.split_once('"').unwrap().1.strip_suffix('"').unwrap().to_owned();
        match line.split_whitespace().next() {
            Some("msgctxt") => context = quoted(line),
            Some("msgid") => source = quoted(line),
            Some("msgstr" | "msgstr[0]") if !source.is_empty() => {
                words.insert((context.clone(), source.clone()), quoted(line));
            }
            _ => {}
        }
    }
    words
}

#[test]
fn every_word_is_translated_and_no_translation_is_left_over() {
    let (spoken, translated) = (spoken(), translated("zh"));
    assert!(spoken.len() > 50, "{}", spoken.len());
    let missing: Vec<&Word> = spoken.iter().filter(|word| translated.get(*word).is_none_or(String::is_empty)).collect();
    assert!(missing.is_empty(), "without translation: {missing:?}");
    let stale: Vec<&Word> = translated.keys().filter(|word| !spoken.contains(*word)).collect();
    assert!(stale.is_empty(), "no longer said: {stale:?}");
}

#[test]
fn translations_keep_their_places_and_use_chinese_punctuation() {
    for ((component, source), text) in translated("zh") {
        for place in ["{}", "{n}"] {
            assert_eq!(source.matches(place).count(), text.matches(place).count(), "{component}: {source}");
        }
        assert!(!text.contains([',', '?', '!', ':', ';', '(', ')']), "ASCII punctuation in {text}");
        assert_ne!(source, text, "{component}");
    }
}

#[test]
fn every_character_that_is_said_is_in_the_bundled_font() {
    let listed = fs::read_to_string(root().join("../assets/fonts/tongyong.txt")).unwrap();
    let known: BTreeSet<char> = listed.chars().collect();
    let words =
        translated("zh").into_values().chain([fs::read_to_string(root().join("ui/theme/bilingual.slint")).unwrap()]);
    for text in words {
        let unknown: String =
            text.chars().filter(|c| ('\u{4e00}'..='\u{9fff}').contains(c) && !known.contains(c)).collect();
        assert!(unknown.is_empty(), "{unknown} in {text}");
    }
}
