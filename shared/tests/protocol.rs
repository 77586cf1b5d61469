//! `PROTOCOL.md` says everything that the types say: every topic, kind, field, code and enumeration stands in it.

#![expect(clippy::unwrap_used, reason = "what is not there fails the test")]

use serde::Serialize;
use shared::consent::ConsentPurpose;
use shared::ids::StoreId;
use shared::topics::Topic;
use shared::wire::{
    AlertOver, Budget, Code, DeviceEvent, Intent, Language, MAX_MQTT_BYTES, Purpose, ReplyKind, Signal, Stage,
    StorageTrouble, Title, VERSION, When, Why,
};

const PROTOCOL: &str = include_str!("../PROTOCOL.md");

/// The text between a heading and the next one of the same or a higher level.
#[track_caller]
fn section(heading: &str) -> &'static str {
    let start = PROTOCOL.find(&format!("\n{heading}\n")).unwrap_or_else(|| panic!("PROTOCOL.md has no {heading}"));
    let level = heading.chars().take_while(|c| *c == '#').count();
    let body = &PROTOCOL[start + heading.len() + 2..];
    let end = body
        .match_indices("\n#")
        .find(|(at, _)| body[at + 1..].chars().take_while(|c| *c == '#').count() <= level)
        .map_or(body.len(), |(at, _)| at);
    &body[..end]
}

#[track_caller]
fn has_row(heading: &str, word: &str) {
    assert!(section(heading).contains(&format!("\n| `{word}` |")), "{heading} has no row for {word}");
}

#[track_caller]
fn rows(heading: &str) -> usize {
    section(heading).matches("\n| `").count()
}

fn word(value: impl Serialize) -> String {
    serde_json::to_value(value).unwrap().as_str().unwrap().to_owned()
}

#[test]
fn every_code_has_its_row_and_no_row_is_invented() {
    for code in Code::ALL {
        has_row("### Codes", code.as_str());
    }
    assert_eq!(rows("### Codes"), Code::ALL.len());
}

#[test]
fn every_purpose_has_its_row_and_no_row_is_invented() {
    for purpose in Purpose::ALL {
        has_row("### Purposes", purpose.as_str());
    }
    assert_eq!(rows("### Purposes"), Purpose::ALL.len());
}

#[test]
fn every_stage_has_its_row_and_no_row_is_invented() {
    for stage in Stage::ALL {
        // A new stage does not compile here until it is listed here, in `Stage::ALL` and in PROTOCOL.md.
        match stage {
            Stage::Calling | Stage::Coming | Stage::Greeted | Stage::Queued | Stage::Reception | Stage::Ended => {}
        }
        has_row("### Stages", &word(stage));
    }
    assert_eq!(rows("### Stages"), Stage::ALL.len());
}

#[test]
fn every_why_has_its_row_and_no_row_is_invented() {
    for why in Why::ALL {
        match why {
            Why::OwnCustomer
            | Why::AskedFor
            | Why::Appointment
            | Why::Language
            | Why::Senior
            | Why::Live
            | Why::LongestFree
            | Why::Passed
            | Why::NotAccepted
            | Why::Everyone
            | Why::Queue
            | Why::Assigned
            | Why::NobodyFree
            | Why::Reception
            | Why::NotGreeted
            | Why::HandedOver
            | Why::SecondPerson => {}
        }
        assert_eq!(word(why), why.as_str());
        has_row("### Why me", why.as_str());
    }
    assert_eq!(rows("### Why me"), Why::ALL.len());
}

#[test]
fn every_signal_of_the_score_has_its_row_and_no_row_is_invented() {
    for signal in Signal::ALL {
        match signal {
            Signal::Visits | Signal::Talk | Signal::Model | Signal::TestDrives | Signal::When | Signal::Budget => {}
        }
        assert_eq!(word(signal), signal.as_str());
        has_row("### How promising", signal.as_str());
    }
    assert_eq!(rows("### How promising"), Signal::ALL.len());
    for intent in Intent::ALL {
        assert_eq!(word(intent), intent.as_str());
        assert!(section("### How promising").contains(&format!("`{}`", intent.as_str())), "{intent:?}");
    }
}

#[test]
fn every_topic_has_its_row_and_no_row_is_invented() {
    let topics = section("## MQTT");
    let table = &topics[..topics.find("\n### ").unwrap()];
    let store: StoreId = "demo".parse().unwrap();
    let mut known = 0;
    for line in table.lines().filter(|line| line.starts_with("| `")) {
        let shape = line.split('`').nth(1).unwrap();
        let filled = shape.replace("{kiosk}", "k1").replace("{sensor}", "k1").replace("{id}", "k1");
        let full = format!("showroom/v1/demo/{filled}");
        let topic = Topic::parse(&store, &full).unwrap_or_else(|| panic!("{shape} is no topic"));
        assert_eq!(topic.to_string(), filled);
        known += 1;
        match topic {
            Topic::KioskEvent(_)
            | Topic::KioskReceipt(_)
            | Topic::KioskVisit(_)
            | Topic::KioskQr(_)
            | Topic::KioskState(_)
            | Topic::KioskConfig(_)
            | Topic::DoorCount(_)
            | Topic::DoorReceipt(_)
            | Topic::ConsultantAlert(_)
            | Topic::ConsultantReply(_) => {}
        }
    }
    assert_eq!(known, 10, "one row a topic");
}

#[test]
fn every_kind_of_event_has_its_row() {
    for kind in DeviceEvent::KINDS {
        has_row("### Events", kind);
    }
}

#[test]
fn every_field_of_every_payload_is_described() {
    // The full golden files hold every field that a payload may have.
    for (heading, file) in [
        ("### Events", include_str!("golden/event-checked-in-full.json")),
        ("### Events", include_str!("golden/event-door-counted.json")),
        ("### The envelope", include_str!("golden/event-met.json")),
        ("### A visit's status", include_str!("golden/status-full.json")),
        ("### Alerts", include_str!("golden/alert-accepted.json")),
        ("### A kiosk's state", include_str!("golden/state-online.json")),
        ("### A kiosk's configuration", include_str!("golden/config-full.json")),
        ("### Receipts", include_str!("golden/receipt-kept.json")),
    ] {
        let file: serde_json::Value = serde_json::from_str(file).unwrap();
        let payload = match heading {
            "### Events" => &file["payload"]["body"],
            _ => &file["payload"],
        };
        for field in payload.as_object().unwrap().keys() {
            let text = section(heading);
            assert!(text.contains(&format!("`{field}`")), "{heading} does not describe {field}");
        }
    }
}

#[test]
fn what_a_pager_is_told_besides_alerts_is_described() {
    for file in [
        include_str!("golden/over-taken.json"),
        include_str!("golden/told-reply-refused.json"),
        include_str!("golden/trial.json"),
        include_str!("golden/reply-shown.json"),
    ] {
        let file: serde_json::Value = serde_json::from_str(file).unwrap();
        for field in file["payload"].as_object().unwrap().keys() {
            assert!(section("### Alerts").contains(&format!("\"{field}\":")), "no message of a pager has {field}");
        }
    }
}

#[test]
fn the_small_enumerations_and_the_limits_are_named() {
    let others = section("### Others");
    let named = |words: Vec<String>| {
        for word in words {
            assert!(others.contains(&format!("`{word}`")), "{word} is not named");
        }
    };
    named(Language::ALL.map(word).to_vec());
    named(Title::ALL.map(word).to_vec());
    named(ConsentPurpose::ALL.map(word).to_vec());
    named(ReplyKind::ALL.map(word).to_vec());
    named(AlertOver::ALL.map(word).to_vec());
    named(When::ALL.map(word).to_vec());
    named(Budget::ALL.map(word).to_vec());
    named(StorageTrouble::ALL.map(word).to_vec());
    let envelope = section("### The envelope");
    assert!(envelope.contains(&format!("version of the envelope: `{VERSION}`")));
    assert_eq!(MAX_MQTT_BYTES, 16_384);
    assert!(envelope.contains("16,384 bytes"));
}
