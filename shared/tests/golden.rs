//! Golden wire files: what was accepted once is accepted for ever, and what was refused keeps its code.
//!
//! A file says what it is `about`, holds a `payload`, and either what it `means` (the payload as this version writes it)
//! or how it is `refused`. Files are added, never changed.

#![expect(clippy::expect_used, reason = "what is not there fails the test")]

use std::collections::BTreeMap;
use std::path::Path;

use proptest::prelude::*;
use proptest::sample::Index;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use shared::consent::ConsentPurpose;
use shared::wire::{
    Alert, AlertOver, Budget, Code, DeviceEvent, Envelope, Intent, KioskConfig, KioskState, Language, MAX_MQTT_BYTES,
    Over, Purpose, QrOffer, Receipt, Refused, Reply, ReplyKind, ReplyRefused, Signal, Stage, StorageTrouble, Title,
    Trial, VisitStatus, When, Why, decode,
};

fn golden(prefix: &str) -> BTreeMap<String, Value> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let files: BTreeMap<String, Value> = std::fs::read_dir(folder)
        .expect("the folder of golden files")
        .map(|entry| entry.expect("a folder entry").path())
        .filter_map(|path| Some((path.file_stem()?.to_str()?.to_owned(), path)))
        .filter(|(name, _)| name.split('-').next() == Some(prefix))
        .map(|(name, path)| {
            let text = std::fs::read_to_string(path).expect("a readable file");
            let value = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
            (name, value)
        })
        .collect();
    assert!(!files.is_empty(), "no golden files of {prefix}");
    files
}

fn payload(file: &Value) -> Vec<u8> {
    let mut bytes = if let Some(hex) = file.get("payload_hex").and_then(Value::as_str) {
        let pairs = hex.as_bytes().chunks(2).map(|pair| std::str::from_utf8(pair).expect("hexadecimal"));
        pairs.map(|pair| u8::from_str_radix(pair, 16).expect("hexadecimal")).collect()
    } else if let Some(text) = file.get("payload_text").and_then(Value::as_str) {
        text.as_bytes().to_vec()
    } else {
        serde_json::to_vec(file.get("payload").expect("a payload")).expect("JSON")
    };
    if let Some(size) = file.get("padded_to_bytes").and_then(Value::as_u64) {
        bytes.resize(usize::try_from(size).expect("a size"), b' ');
    }
    bytes
}

fn check<T: DeserializeOwned + Serialize>(prefix: &str) {
    for (name, file) in golden(prefix) {
        let value: T =
            serde_json::from_slice(&payload(&file)).unwrap_or_else(|error| panic!("{name} does not decode: {error}"));
        assert_eq!(serde_json::to_value(value).ok().as_ref(), file.get("means"), "{name}");
    }
}

/// Every value that stands at a place in a payload's meaning; `*` is every element of a list.
fn values<'a>(value: &'a Value, place: &str) -> Vec<&'a Value> {
    place.split('/').skip(1).fold(vec![value], |found, step| {
        let below = |value: &'a Value| match step {
            "*" => value.as_array().into_iter().flatten().collect(),
            field => value.get(field).into_iter().collect::<Vec<_>>(),
        };
        found.into_iter().flat_map(below).collect()
    })
}

/// Every value of an enumeration stands at this place of some file.
#[track_caller]
fn every<T: Serialize>(prefix: &str, place: &str, all: &[T]) {
    let files = golden(prefix);
    let known: Vec<&Value> = files.values().flat_map(|file| values(&file["means"], place)).collect();
    let missing: Vec<Value> =
        all.iter().map(|one| serde_json::to_value(one).expect("a word")).filter(|one| !known.contains(&one)).collect();
    assert!(missing.is_empty(), "no golden file of {prefix} has {missing:?} at {place}");
}

#[test]
fn events_decode_for_ever() {
    let mut kinds: Vec<&str> = Vec::new();
    for (name, file) in golden("event") {
        let envelope = decode(&payload(&file), MAX_MQTT_BYTES)
            .unwrap_or_else(|refused| panic!("{name} is refused: {}", refused.code));
        kinds.push(envelope.event.kind());
        assert_eq!(serde_json::to_value(envelope).unwrap(), file["means"], "{name}");
    }
    for kind in DeviceEvent::KINDS {
        assert!(kinds.iter().filter(|known| **known == kind).count() >= 2, "{kind}: plain and with unknown fields");
    }
}

#[test]
fn refused_payloads_keep_their_code() {
    let mut codes: Vec<Code> = Vec::new();
    for (name, file) in golden("refused") {
        let expected: Refused = serde_json::from_value(file["refused"].clone()).expect("a refusal");
        let refused = decode(&payload(&file), MAX_MQTT_BYTES).expect_err(&name);
        assert_eq!(refused, expected, "{name}");
        codes.push(refused.code);
    }
    // The other five need to know more than the payload; the end-to-end tests provoke them.
    for code in [
        Code::TooLarge,
        Code::NotJson,
        Code::BadEnvelope,
        Code::BadVersion,
        Code::UnknownKind,
        Code::BadBody,
        Code::BadPhone,
    ] {
        assert!(codes.contains(&code), "{code} has no golden file");
    }
}

#[test]
fn everything_else_on_the_wire_decodes_for_ever() {
    check::<Receipt>("receipt");
    check::<VisitStatus>("status");
    check::<Alert>("alert");
    check::<Reply>("reply");
    check::<QrOffer>("qr");
    check::<KioskState>("state");
    check::<KioskConfig>("config");
    check::<Over>("over");
    check::<Trial>("trial");
    check::<ReplyRefused>("told");
}

#[test]
fn every_value_of_every_enumeration_has_its_golden_file() {
    every("event", "/body/purpose", &Purpose::ALL);
    every("event", "/body/language", &Language::ALL);
    every("event", "/body/title", &Title::ALL);
    every("event", "/body/consents/*/purpose", &ConsentPurpose::ALL);
    every("receipt", "/refused/*/code", &Code::ALL);
    every("status", "/stage", &Stage::ALL);
    every("state", "/storage", &StorageTrouble::ALL);
    every("config", "/purposes/*", &Purpose::ALL);
    every("config", "/languages/*", &Language::ALL);
    every("config", "/wordings/*/purpose", &ConsentPurpose::ALL);
    every("alert", "/why", &Why::ALL);
    every("alert", "/purpose", &Purpose::ALL);
    every("alert", "/language", &Language::ALL);
    every("alert", "/when", &When::ALL);
    every("alert", "/budget", &Budget::ALL);
    every("alert", "/score/intent", &Intent::ALL);
    every("alert", "/score/parts/*/signal", &Signal::ALL);
    every("reply", "/reply", &ReplyKind::ALL);
    every("over", "/over", &AlertOver::ALL);
}

#[test]
fn every_code_is_kept_in_a_receipt() {
    let files = golden("receipt");
    for code in Code::ALL {
        let name = format!("receipt-code-{}", code.as_str().replace('_', "-"));
        let receipt: Receipt = serde_json::from_value(files[&name]["payload"].clone()).expect("a receipt");
        assert_eq!(receipt.refused[0].code, code);
    }
}

/// Payloads of events, accepted and refused, and what may happen to one on its way: bytes replaced, put in or taken out, an end torn off.
fn damaged() -> impl Strategy<Value = Vec<u8>> {
    let payloads: Vec<Vec<u8>> =
        ["event", "refused"].into_iter().flat_map(golden).map(|(_, file)| payload(&file)).collect();
    // Bytes that mean something to JSON come up often.
    let byte = prop_oneof![any::<u8>(), prop::sample::select(b"{}[]\",:0-9e\\u".to_vec())];
    let edits = prop::collection::vec((any::<Index>(), any::<bool>(), prop::option::of(byte)), 0..4);
    (prop::sample::select(payloads), edits, prop::option::of(any::<Index>())).prop_map(|(mut bytes, edits, torn)| {
        for (place, takes_out, puts_in) in edits {
            let place = place.index(bytes.len() + 1);
            let end = (place + usize::from(takes_out)).min(bytes.len());
            bytes.splice(place..end, puts_in);
        }
        if let Some(torn) = torn {
            bytes.truncate(torn.index(bytes.len() + 1));
        }
        bytes
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_comes_is_answered_and_what_is_accepted_reads_back(bytes in prop_oneof![
        9 => damaged(),
        1 => prop::collection::vec(any::<u8>(), 0..200),
    ]) {
        match decode(&bytes, MAX_MQTT_BYTES) {
            Ok(envelope) => {
                let again = serde_json::to_vec(&envelope).expect("JSON");
                let read = decode(&again, MAX_MQTT_BYTES);
                prop_assert_eq!(read.as_ref().map(Envelope::fingerprint), Ok(envelope.fingerprint()));
                prop_assert_eq!(read, Ok(envelope));
            }
            // Whose event it was is said wherever that can be read.
            Err(refused) => prop_assert!(refused.id.is_none() || serde_json::from_slice::<Value>(&bytes).is_ok()),
        }
    }
}
