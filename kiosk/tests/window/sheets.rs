//! Every page in every language, both orientations and each mode, compared with the pictures that were looked at and accepted:
//! sheets of small pictures in `tests/pictures`.
//!
//! A page that looks different fails its test, which names it and writes it in full size to `target/kiosk-pictures`. When it
//! shall look so, one command accepts all of them. With `full` instead, every page is written there in full size, to be looked at, and
//! nothing is compared; with `full:20,21` only those pages whose names begin so:
//! ```text
//! YINGBIN_PICTURES=accept cargo nextest run -p kiosk --test window sheets
//! ```

use std::collections::BTreeSet;
use std::fs::File;
use std::path::{Path, PathBuf};

use i_slint_backend_testing::ElementQuery;
use kiosk::session::Modes;
use shared::wire::Language;
use slint::PhysicalSize;

use crate::bench::{Bench, LANDSCAPE, PORTRAIT};
use crate::pictures::{SCENES, Scene};
use crate::thumbnail::{SMALLER, Sheet, TOLERANCE, Thumbnail};

const PLAIN: Modes = Modes { large: false, contrast: false, lower: false };
const LARGE: Modes = Modes { large: true, ..PLAIN };
const CONTRAST: Modes = Modes { contrast: true, ..PLAIN };
const LOWER: Modes = Modes { lower: true, ..PLAIN };

macro_rules! sheets {
    ($($test:ident: $size:ident, $language:ident, $modes:ident;)*) => {
        $(#[test]
        fn $test() {
            check_sheet($size, Language::$language, $modes);
        })*
    };
}

sheets! {
    every_page_in_chinese_landscape_looks_as_accepted: LANDSCAPE, Zh, PLAIN;
    every_page_in_chinese_landscape_with_larger_words_looks_as_accepted: LANDSCAPE, Zh, LARGE;
    every_page_in_chinese_landscape_in_high_contrast_looks_as_accepted: LANDSCAPE, Zh, CONTRAST;
    every_page_in_chinese_landscape_with_buttons_lower_looks_as_accepted: LANDSCAPE, Zh, LOWER;
    every_page_in_english_landscape_looks_as_accepted: LANDSCAPE, En, PLAIN;
    every_page_in_english_landscape_with_larger_words_looks_as_accepted: LANDSCAPE, En, LARGE;
    every_page_in_english_landscape_in_high_contrast_looks_as_accepted: LANDSCAPE, En, CONTRAST;
    every_page_in_english_landscape_with_buttons_lower_looks_as_accepted: LANDSCAPE, En, LOWER;
    every_page_in_chinese_portrait_looks_as_accepted: PORTRAIT, Zh, PLAIN;
    every_page_in_chinese_portrait_with_larger_words_looks_as_accepted: PORTRAIT, Zh, LARGE;
    every_page_in_chinese_portrait_in_high_contrast_looks_as_accepted: PORTRAIT, Zh, CONTRAST;
    every_page_in_chinese_portrait_with_buttons_lower_looks_as_accepted: PORTRAIT, Zh, LOWER;
    every_page_in_english_portrait_looks_as_accepted: PORTRAIT, En, PLAIN;
    every_page_in_english_portrait_with_larger_words_looks_as_accepted: PORTRAIT, En, LARGE;
    every_page_in_english_portrait_in_high_contrast_looks_as_accepted: PORTRAIT, En, CONTRAST;
    every_page_in_english_portrait_with_buttons_lower_looks_as_accepted: PORTRAIT, En, LOWER;
}

/// A page, RGBA, and where its words stand: left, top, right, bottom.
struct Taken {
    pixels: Vec<u8>,
    width: usize,
    words: Vec<[usize; 4]>,
}

/// Half the size is enough to compare, and four times as fast.
fn half(size: PhysicalSize) -> PhysicalSize {
    PhysicalSize::new(size.width / 2, size.height / 2)
}

fn take((_, scene): Scene, size: PhysicalSize, language: Language, modes: Modes) -> Taken {
    let taken = std::thread::spawn(move || {
        let mut bench = Bench::open_for(size, modes, language);
        scene(&mut bench);
        let pixels = bench.snapshot().as_bytes().to_vec();
        let texts = ElementQuery::from_root(&bench.window).match_descendants().match_type_name("Text").find_all();
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "inside a window, as another test shows"
        )]
        let whole = |at: f32| at.max(0.0) as usize;
        let place = |text: &i_slint_backend_testing::ElementHandle| {
            let (at, extent) = (text.absolute_position(), text.size());
            [at.x, at.y, at.x + extent.width, at.y + extent.height].map(whole)
        };
        Taken { pixels, width: size.width as usize, words: texts.iter().map(place).collect() }
    });
    taken.join().unwrap()
}

fn check_sheet(size: PhysicalSize, language: Language, modes: Modes) {
    let orientation = if size == PORTRAIT { "portrait" } else { "landscape" };
    let mode = match modes {
        LARGE => "large",
        CONTRAST => "contrast",
        LOWER => "lower",
        _ => "plain",
    };
    let name = format!("{orientation}-{language}-{mode}");
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(format!("tests/pictures/{name}.png"));
    let wish = std::env::var("YINGBIN_PICTURES").unwrap_or_default();
    let accept = wish == "accept";
    if let Some(names) = wish.strip_prefix("full") {
        let names = names.trim_start_matches(':').split(',').collect::<Vec<_>>();
        for scene in SCENES.into_iter().filter(|(scene, _)| names.iter().any(|name| scene.starts_with(name))) {
            write(&format!("{}-{name}.png", scene.0), size, &take(scene, size, language, modes).pixels);
        }
        return;
    }
    let kept = Sheet::read(&path).unwrap_or_default();
    let (mut new, mut seen, mut faults) = (Sheet::default(), BTreeSet::new(), Vec::new());
    for scene in SCENES {
        let Taken { pixels, width, .. } = take(scene, half(size), language, modes);
        let thumbnail = Thumbnail::of(&pixels, width);
        if thumbnail.pixels.iter().collect::<BTreeSet<_>>().len() < 30 {
            faults.push(format!("{} is blank", scene.0));
        }
        if !seen.insert(thumbnail.clone()) {
            faults.push(format!("{} looks like another page", scene.0));
        }
        let fault = match kept.0.iter().find(|(kept, _)| kept == scene.0) {
            None => Some(format!("{} is new", scene.0)),
            Some((_, kept)) => {
                let (difference, left, top) = thumbnail.difference(kept);
                (difference > TOLERANCE).then(|| {
                    format!("{} differs by {difference:.1} near {}, {}", scene.0, left * SMALLER * 2, top * SMALLER * 2)
                })
            }
        };
        if fault.is_some() && !accept {
            let pixels = take(scene, size, language, modes).pixels;
            write(&format!("{}-{name}.png", scene.0), size, &pixels);
        }
        faults.extend(fault.filter(|_| !accept));
        new.0.push((scene.0.to_owned(), thumbnail));
    }
    for (gone, _) in kept.0.iter().filter(|(kept, _)| SCENES.iter().all(|(name, _)| name != kept)) {
        if !accept {
            faults.push(format!("{gone} is no longer there"));
        }
    }
    assert!(
        faults.is_empty(),
        "{name}: look at target/kiosk-pictures, and accept what is right (the command is in tests/window/sheets.rs):\n{}",
        faults.join("\n")
    );
    if accept {
        new.write(&path);
        let kept = Sheet::read(&path).unwrap();
        for ((name, thumbnail), (_, kept)) in new.0.iter().zip(&kept.0) {
            let (difference, ..) = thumbnail.difference(kept);
            assert!(difference < TOLERANCE * 0.8, "{name}: the sheet's palette is too small: {difference:.1}");
        }
    }
}

pub(crate) fn write(name: &str, size: PhysicalSize, pixels: &[u8]) {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).parent().unwrap().join("kiosk-pictures");
    std::fs::create_dir_all(&folder).unwrap();
    write_to(&folder.join(name), size, pixels);
}

pub(crate) fn write_to(path: &Path, size: PhysicalSize, pixels: &[u8]) {
    let mut encoder = png::Encoder::new(File::create(path).unwrap(), size.width, size.height);
    encoder.set_color(png::ColorType::Rgba);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_compression(png::Compression::Fast);
    encoder.write_header().unwrap().write_image_data(pixels).unwrap();
}

/// As a sheet keeps it: in the colours of its palette.
fn kept(name: &str, thumbnail: &Thumbnail) -> Thumbnail {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sheet.png");
    Sheet(vec![(name.to_owned(), thumbnail.clone())]).write(&path);
    let Sheet(mut read) = Sheet::read(&path).unwrap();
    assert_eq!(read.len(), 1);
    let (read_name, read) = read.remove(0);
    assert_eq!(read_name, name);
    read
}

#[track_caller]
fn scene(name: &str) -> Scene {
    SCENES.into_iter().find(|(known, _)| *known == name).unwrap()
}

#[test]
fn any_words_that_are_missing_are_noticed() {
    for (name, size) in [("06-calling", LANDSCAPE), ("15-consents", PORTRAIT), ("20-models", LANDSCAPE)] {
        let Taken { pixels, width, words } = take(scene(name), half(size), Language::Zh, PLAIN);
        let kept = kept(name, &Thumbnail::of(&pixels, width));
        assert!(words.len() > 5, "{}", words.len());
        for [left, top, right, bottom] in words {
            let mut without = pixels.clone();
            // What stands beside the words stands there instead of them.
            let beside = (top * width + left) * 4;
            let ground: [u8; 4] = pixels[beside..beside + 4].try_into().unwrap();
            for row in top..bottom {
                let row = &mut without[(row * width + left) * 4..(row * width + right) * 4];
                row.chunks_exact_mut(4).for_each(|pixel| pixel.copy_from_slice(&ground));
            }
            if without == pixels {
                continue;
            }
            let (difference, ..) = Thumbnail::of(&without, width).difference(&kept);
            assert!(difference > TOLERANCE, "{name}: words at {left}, {top} may go unnoticed: {difference}");
        }
    }
}

#[test]
fn another_machines_rounding_is_not_noticed() {
    for (name, size) in [("01-welcome", LANDSCAPE), ("13-phone-typed", PORTRAIT), ("20-models", LANDSCAPE)] {
        let Taken { mut pixels, width, .. } = take(scene(name), half(size), Language::En, PLAIN);
        let kept = kept(name, &Thumbnail::of(&pixels, width));
        // Half of all parts of colours off by two, which is more than rounding does.
        for (at, part) in pixels.iter_mut().enumerate() {
            *part = part.saturating_add(if at.wrapping_mul(2_654_435_761) & 0x10000 == 0 { 0 } else { 2 });
        }
        let (difference, ..) = Thumbnail::of(&pixels, width).difference(&kept);
        assert!(difference < TOLERANCE, "{name}: {difference}");
    }
}
