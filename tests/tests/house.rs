//! The rules of the house, checked on the sources: who may use whom (DESIGN §3), a core without input and output, files that a
//! person can read in one sitting.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use tests::programs::workspace;

/// Every source below a folder with one of these endings, as paths relative to the workspace.
fn sources(folder: &str, endings: &[&str]) -> Result<Vec<(PathBuf, String)>> {
    let root = workspace();
    let mut found = Vec::new();
    let mut folders = vec![root.join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in folder.read_dir().with_context(|| folder.display().to_string())? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| endings.iter().any(|known| ending == *known)) {
                let text = std::fs::read_to_string(&path)?;
                found.push((path.strip_prefix(&root)?.to_owned(), text));
            }
        }
    }
    assert!(!found.is_empty(), "no sources in {folder}");
    found.sort();
    Ok(found)
}

fn crates(endings: &[&str]) -> Result<Vec<(PathBuf, String)>> {
    let mut all = Vec::new();
    for folder in ["shared", "gateway", "kiosk", "tests"] {
        all.extend(sources(folder, endings)?);
    }
    Ok(all)
}

/// The lines that are no comment, numbered from 1.
fn code(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines().enumerate().map(|(at, line)| (at + 1, line)).filter(|(_, line)| !line.trim_start().starts_with("//"))
}

#[track_caller]
fn none(found: &[String], rule: &str) {
    assert!(found.is_empty(), "{rule}:\n{}", found.join("\n"));
}

fn naming(sources: &[(PathBuf, String)], words: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    for (path, text) in sources {
        for (line, content) in code(text) {
            found.extend(
                words
                    .iter()
                    .filter(|word| has_word(content, word))
                    .map(|word| format!("{}:{line} {word}", path.display())),
            );
        }
    }
    found
}

/// Whether the words stand there as a whole, not as part of a longer name.
fn has_word(line: &str, word: &str) -> bool {
    let part = |c: char| c.is_alphanumeric() || c == '_';
    line.match_indices(word).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let after = line[at + word.len()..].chars().next();
        !before.is_some_and(part) && !after.is_some_and(part)
    })
}

fn dependencies(manifest: &str) -> Result<Vec<String>> {
    let text = std::fs::read_to_string(workspace().join(manifest))?;
    let (mut inside, mut names) = (false, Vec::new());
    for line in text.lines() {
        if let Some(section) = line.strip_prefix('[') {
            inside = section.starts_with("dependencies") || section.starts_with("build-dependencies");
        } else if inside
            && let Some(name) =
                line.split(['=', '.', ' ']).next().filter(|name| !name.is_empty() && !name.starts_with('#'))
        {
            names.push(name.to_owned());
        }
    }
    Ok(names)
}

#[test]
fn the_shared_crate_stands_on_serde_and_not_on_the_parts() -> Result<()> {
    let names = dependencies("shared/Cargo.toml")?;
    for forbidden in ["tokio", "sled", "slint", "axum", "rumqttc", "mqtt5", "gateway", "kiosk"] {
        assert!(!names.iter().any(|name| name == forbidden), "shared uses {forbidden}");
    }
    assert!(names.iter().any(|name| name == "serde"), "{names:?}");
    Ok(())
}

#[test]
fn the_gateway_knows_neither_kiosk_nor_tests_and_nobody_knows_tests() -> Result<()> {
    let gateway = dependencies("gateway/Cargo.toml")?;
    assert!(!gateway.iter().any(|name| name == "kiosk" || name == "slint"), "{gateway:?}");
    for manifest in ["shared/Cargo.toml", "gateway/Cargo.toml", "kiosk/Cargo.toml"] {
        assert!(!dependencies(manifest)?.iter().any(|name| name == "tests"), "{manifest} uses the tests");
    }
    none(&naming(&sources("gateway/src", &["rs"])?, &["kiosk::", "slint::"]), "the gateway names the kiosk's crate");
    Ok(())
}

#[test]
fn the_kiosk_sees_the_gateway_in_the_all_in_one_alone() -> Result<()> {
    let manifest = std::fs::read_to_string(workspace().join("kiosk/Cargo.toml"))?;
    let line = manifest.lines().find(|line| line.starts_with("gateway")).context("kiosk's gateway")?;
    assert!(line.contains("optional = true"), "{line}");
    let elsewhere: Vec<_> = sources("kiosk/src", &["rs"])?
        .into_iter()
        .filter(|(path, _)| !path.display().to_string().contains("all_in_one"))
        .collect();
    none(&naming(&elsewhere, &["gateway::"]), "the kiosk names the gateway outside the all-in-one");
    Ok(())
}

#[test]
fn the_pure_cores_name_no_input_output_clock_or_hash_order() -> Result<()> {
    let mut core = sources("gateway/src/domain", &["rs"])?;
    core.push((
        PathBuf::from("gateway/src/domain.rs"),
        std::fs::read_to_string(workspace().join("gateway/src/domain.rs"))?,
    ));
    core.extend(sources("kiosk/src/session", &["rs"])?);
    core.push((
        PathBuf::from("kiosk/src/session.rs"),
        std::fs::read_to_string(workspace().join("kiosk/src/session.rs"))?,
    ));
    let forbidden = [
        "tokio",
        "sled",
        "axum",
        "rumqttc",
        "mqtt5",
        "slint",
        "std::fs",
        "std::net",
        "async fn",
        "getrandom",
        "Utc::now",
        "Local::now",
        "Instant::now",
        "SystemTime::now",
        "SystemClock",
        "HashMap",
        "HashSet",
        "tracing",
    ];
    none(&naming(&core, &forbidden), "the pure core names what it must not know");
    Ok(())
}

#[test]
fn the_gateways_parts_use_each_other_along_the_arrows() -> Result<()> {
    // Who: whom they must not name. Reads go through views to report, writes through the runtime.
    let arrows: [(&str, &[&str]); 7] = [
        (
            "domain",
            &[
                "crate::log",
                "crate::runtime",
                "crate::vault",
                "crate::views",
                "crate::mqtt",
                "crate::notify",
                "crate::web",
                "crate::report",
                "crate::config",
            ],
        ),
        ("log", &["crate::runtime", "crate::views", "crate::mqtt", "crate::web", "crate::report"]),
        ("vault", &["crate::runtime", "crate::log", "crate::views", "crate::mqtt", "crate::web", "crate::report"]),
        ("runtime", &["crate::web", "crate::mqtt", "crate::views", "crate::report"]),
        ("views", &["crate::web", "crate::mqtt", "crate::runtime", "crate::report"]),
        ("report", &["crate::web", "crate::mqtt", "crate::runtime", "crate::log"]),
        ("web", &["crate::log", "crate::mqtt", "crate::vault"]),
    ];
    for (part, forbidden) in arrows {
        let sources = sources(&format!("gateway/src/{part}"), &["rs"])?;
        let tests =
            |path: &Path| path.components().any(|part| part.as_os_str() == "tests") || path.ends_with("tests.rs");
        let own: Vec<_> =
            sources.into_iter().filter(|(path, _)| !tests(path)).map(|(path, text)| (path, product(&text))).collect();
        none(&naming(&own, forbidden), &format!("{part} names what it must not know"));
    }
    Ok(())
}

/// A source without the unit tests at its bottom.
fn product(text: &str) -> String {
    text.split_once("#[cfg(test)]\nmod tests {").map_or(text, |(product, _)| product).to_owned()
}

#[test]
fn files_can_be_read_in_one_sitting() -> Result<()> {
    let mut long = Vec::new();
    for (path, text) in crates(&["rs", "slint"])? {
        let lines = text.lines().count();
        let limit = match path.extension().and_then(|ending| ending.to_str()) {
            Some("slint") => 250,
            _ if path.ends_with("src/main.rs") => 60,
            _ => 500,
        };
        if lines > limit {
            long.push(format!("{}: {lines} lines, at most {limit}", path.display()));
        }
    }
    none(&long, "files that have outgrown a room");
    Ok(())
}

#[test]
fn modules_are_nouns_of_the_showroom() -> Result<()> {
    let mut wrong = Vec::new();
    for (path, text) in crates(&["rs"])? {
        let name = path.file_stem().and_then(|name| name.to_str()).unwrap_or_default();
        if ["mod", "utils", "util", "helpers", "helper", "common", "manager", "misc"].contains(&name) {
            wrong.push(path.display().to_string());
        }
        // A prelude that a library asks for has its reason beside it; our own modules are named one by one.
        let globs = code(&text).filter(|(_, line)| line.trim_start().starts_with("pub use") && line.contains("::*"));
        wrong.extend(globs.map(|(line, _)| format!("{}:{line} a glob that is handed on", path.display())));
    }
    none(&wrong, "names that say nothing");
    Ok(())
}

#[test]
fn tests_that_open_a_browser_or_a_window_run_one_at_a_time() -> Result<()> {
    let root = workspace();
    let read = |file: &str| std::fs::read_to_string(root.join(file)).with_context(|| file.to_owned());
    let (runner, script) = (read(".config/nextest.toml")?, read("tests/run")?);
    let one_at_a_time = runner.lines().find(|line| line.contains("binary(browser)")).context("the runner's list")?;
    let left_out = script.lines().find(|line| line.starts_with("shown=(")).context("the list in tests/run")?;
    let mut missing = Vec::new();
    for (path, text) in sources("tests/tests", &["rs"])? {
        let opens = |line: &str| line.contains("Browser::open(") || line.contains("Screen::start(");
        let program = path.file_stem().and_then(|name| name.to_str()).unwrap_or_default();
        let listed = one_at_a_time.contains(&format!("binary({program})")) && has_word(left_out, program);
        if program != "house" && code(&text).any(|(_, line)| opens(line)) && !listed {
            missing.push(path.display().to_string());
        }
    }
    none(&missing, "tests with a screen that .config/nextest.toml or tests/run does not list");
    Ok(())
}

#[test]
fn no_test_is_skipped_and_nothing_is_left_unfinished() -> Result<()> {
    // Written in two halves, so that this file does not find itself.
    let marks = [
        concat!("#[ig", "nore"),
        concat!("to", "do!("),
        concat!("unimple", "mented!("),
        concat!("db", "g!("),
        concat!("FIX", "ME"),
    ];
    let mut found = Vec::new();
    for (path, text) in crates(&["rs", "slint"])? {
        for (at, line) in text.lines().enumerate() {
            found.extend(
                marks
                    .iter()
                    .filter(|mark| line.contains(**mark))
                    .map(|mark| format!("{}:{} {mark}", path.display(), at + 1)),
            );
        }
    }
    none(&found, "unfinished or skipped");
    Ok(())
}

#[test]
fn words_are_found_whole() {
    assert!(has_word("use tokio::sync;", "tokio"));
    assert!(has_word("let x: HashMap<u8, u8>;", "HashMap"));
    assert!(!has_word("let unassailed = 1;", "sled"));
    assert!(!has_word("my_gateway::x", "gateway::"));
}
