//! `PROTOCOL.md` and the OpenAPI document say what the gateway's own types say: addresses, codes, enumerations, fields, columns.
//! What `shared` defines is compared in `shared/tests/protocol.rs`.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::{Value, json};
use shared::consent::ConsentPurpose;
use shared::ids::VisitId;
use shared::wire::{self, Budget, Language, Purpose, Title, When};

use super::samples::{member, visit};
use crate::domain::Refusal;
use crate::domain::audit::{Format, Records};
use crate::domain::diary::{Matter, Standing};
use crate::domain::effect::Task;
use crate::domain::floor::member::{Presence, Shift};
use crate::domain::floor::plan::Works;
use crate::domain::floor::visit::{Breach, CallReason, Channel, GreetedSource, Outcome, PassReason};
use crate::domain::morning::Area;
use crate::domain::roster::Role;
use crate::domain::sales::{Erasure, LeadChannel};
use crate::notify::{Failure, Fate};
use crate::report::{APPOINTMENT_COLUMNS, AUDIT_COLUMNS, ContactState, LEAD_COLUMNS, VISIT_COLUMNS};
use crate::views::Broken;
use crate::web::problem::Code;
use crate::web::routes::ROUTES;

const PROTOCOL: &str = include_str!("../../../../shared/PROTOCOL.md");
const OPENAPI: &str = include_str!("../../../../assets/web/openapi.json");

/// Every variant of an enumeration; a new one does not compile until it is listed here.
macro_rules! all {
    ($kind:ident: $($variant:ident),* $(,)?) => {{
        fn _each(one: $kind) { match one { $($kind::$variant => {})* } }
        [$($kind::$variant),*]
    }};
}

/// The text between a heading and the next one of the same or a higher level.
#[track_caller]
fn section(heading: &str) -> &'static str {
    let (_, body) = PROTOCOL.split_once(&format!("\n{heading}\n")).unwrap_or_else(|| panic!("no {heading}"));
    let level = |line: &str| line.chars().take_while(|c| *c == '#').count();
    let end = body.match_indices("\n#").find(|(at, _)| level(&body[at + 1..]) <= level(heading));
    &body[..end.map_or(body.len(), |(at, _)| at)]
}

/// The words in backticks.
fn quoted(text: &str) -> BTreeSet<&str> {
    text.split('`').skip(1).step_by(2).collect()
}

/// What the page lists of an enumeration.
#[track_caller]
fn listed(name: &str) -> BTreeSet<&'static str> {
    let row = format!("\n| {name} | ");
    let (_, rest) = section("### Others").split_once(&row).unwrap_or_else(|| panic!("no row of {name}"));
    quoted(rest.lines().next().unwrap())
}

fn word(value: impl Serialize) -> String {
    serde_json::to_value(value).unwrap().as_str().unwrap().to_owned()
}

fn words<T: Serialize>(values: impl IntoIterator<Item = T>) -> BTreeSet<String> {
    values.into_iter().map(word).collect()
}

#[track_caller]
fn check<T: Serialize>(name: &str, values: impl IntoIterator<Item = T>) {
    let known = words(values);
    assert_eq!(listed(name), known.iter().map(String::as_str).collect(), "{name}");
}

fn roles() -> [Role; 6] {
    all!(Role: Consultant, Reception, Advisor, Care, Manager, Admin)
}

fn presences() -> [Presence; 6] {
    all!(Presence: Off, Free, WithCustomer, Appointment, Delivery, Break)
}

fn pass_reasons() -> [PassReason; 4] {
    all!(PassReason: Busy, Away, Colleague, Other)
}

fn channels() -> [Channel; 5] {
    all!(Channel: Stream, Pager, Webhook, Wecom, Push)
}

fn failures() -> Vec<&'static str> {
    use Failure::{Answered, Breaker, Full, Gone, Offline, Over, TimedOut, Unreachable, Unusable};
    for one in Failure::ALL {
        match one {
            TimedOut | Unreachable | Answered(_) | Gone | Breaker | Full | Offline | Over | Unusable => {}
        }
    }
    Failure::ALL.map(Failure::as_str).to_vec()
}

fn fates() -> [&'static str; 3] {
    [Fate::Handed, Fate::Shown, Fate::Failed(Failure::Gone)].map(|fate| match fate {
        Fate::Handed | Fate::Shown | Fate::Failed(_) => fate.as_str(),
    })
}

#[test]
fn the_page_lists_every_value_of_the_gateways_enumerations_and_no_other() {
    check("role", roles());
    check("presence", presences());
    check("reason of a pass", pass_reasons());
    check("shift", all!(Shift: Unplanned, Off, Break, On));
    check("works", all!(Works: Off, Mon, Tue, Wed, Thu, Fri, Sat, Sun));
    check("breach", all!(Breach: NotAccepted, NobodyFree));
    check("breach of a recorded visit", all!(Broken: NotAccepted, NobodyFree, AcceptedLate));
    check("greeted_source", all!(GreetedSource: Visitor, Consultant, Reception, Inferred));
    check("channel of a delivery", channels());
    check("fate of a delivery", fates());
    check("why it failed", failures());
    let outcomes = all!(Outcome: Interested, TestDrove, Quoted, Ordered, Served, NotInterested, Left, Cancelled,
        ClosedBySystem, Joined);
    check("outcome", outcomes);
    let stated = |heading: &str, words: BTreeSet<String>| {
        let known = quoted(section(heading));
        let missing: Vec<_> = words.iter().filter(|word| !known.contains(word.as_str())).collect();
        assert!(missing.is_empty(), "{heading} does not name {missing:?}");
    };
    stated("### The leads export", words(all!(LeadChannel: KioskQr, PrintedQr, Api, Kiosk)));
    stated("### The leads export", words(all!(ContactState: None, Given, Erased)));
    stated("### The audit", words(all!(Erasure: Withdrawn, TakenBack, Expired)));
    stated("### The audit", words(all!(Records: Visits, Leads, Audit, Appointments)));
    stated("### The audit", words(all!(Format: Csv, Jsonl)));
    stated("#### Tasks", words(all!(CallReason: NobodyFree, AllDark, NotAccepted, NoSuchStaff, OwnerGone, Late)));
}

#[test]
fn the_page_lists_every_task_with_its_fields_and_no_other() {
    let (visit, staff) = (VisitId::from_uuid(uuid::Uuid::nil()), "wang".parse().unwrap());
    let (appointment, at) = (shared::ids::AppointmentId::from_uuid(uuid::Uuid::nil()), chrono::DateTime::UNIX_EPOCH);
    let staff = || -> shared::ids::StaffId { Clone::clone(&staff) };
    let tasks = [
        Task::Waiting { waiting: 1 },
        Task::Greet { visit },
        Task::NotGreeted { visit, staff: staff() },
        Task::StillWith { visit },
        Task::Receive { visit, reason: CallReason::Late },
        Task::TakenOver { visit, staff: staff() },
        Task::SecondComes { visit, staff: staff() },
        Task::Declined { visit, staff: staff() },
        Task::OwnCustomer { visit },
        Task::AppointmentHere { visit, at },
        Task::AppointmentSoon { appointment, at },
        Task::Dispute { dispute: shared::ids::DisputeId::from_uuid(uuid::Uuid::nil()), staff: Some(staff()) },
        Task::Settled { lead: shared::ids::LeadId::from_uuid(uuid::Uuid::nil()), owner: Some(staff()) },
    ];
    let text = section("#### Tasks");
    for task in &tasks {
        match task {
            Task::Waiting { .. }
            | Task::Greet { .. }
            | Task::NotGreeted { .. }
            | Task::StillWith { .. }
            | Task::Receive { .. }
            | Task::TakenOver { .. }
            | Task::SecondComes { .. }
            | Task::Declined { .. }
            | Task::AppointmentHere { .. }
            | Task::AppointmentSoon { .. }
            | Task::Dispute { .. }
            | Task::Settled { .. }
            | Task::OwnCustomer { .. } => {}
        }
        let Value::Object(fields) = serde_json::to_value(task).unwrap() else { panic!("{task:?} is no object") };
        let name = fields["task"].as_str().unwrap();
        let row = text.lines().find(|line| line.starts_with(&format!("| `{name}` |")));
        let row = row.unwrap_or_else(|| panic!("no row of {name}"));
        for field in fields.keys().filter(|field| *field != "task") {
            assert!(row.contains(&format!("`{field}`")), "{name} does not name {field}");
        }
    }
    assert_eq!(text.matches("\n| `").count(), tasks.len());
}

/// The codes of a row or sentence with the status of each: `a`, `b` | 410, 404.
fn statuses(table: &str) -> BTreeMap<String, u16> {
    let mut known = BTreeMap::new();
    for line in table.lines().filter(|line| line.starts_with("| `")) {
        let cells: Vec<&str> = line.split(" | ").collect();
        let numbers: Vec<u16> = cells[1].split(", ").map(|number| number.parse().unwrap()).collect();
        for (at, code) in cells[0].split('`').skip(1).step_by(2).enumerate() {
            known.insert(code.to_owned(), *numbers.get(at).unwrap_or(&numbers[0]));
        }
    }
    known
}

#[test]
fn the_page_lists_every_code_of_a_problem_with_its_status_and_no_other() {
    let text = section("### Problem documents");
    let (sentence, _) = text.split_once("\n\n").unwrap();
    let mut known = statuses(text);
    let mut unplaced = Vec::new();
    let (_, sentence) = sentence.split_once("receipts have as well").unwrap();
    for token in sentence.split(|c: char| c.is_whitespace() || c == ',' || c == '.') {
        if let Ok(status) = token.parse() {
            known.extend(unplaced.drain(..).map(|code| (code, status)));
        } else if let Some(code) = token.strip_prefix('`') {
            unplaced.push(code.trim_end_matches('`').to_owned());
        }
    }
    let codes: BTreeMap<_, _> =
        Code::ALL.iter().map(|code| (code.as_str().to_owned(), code.status().as_u16())).collect();
    assert_eq!(known, codes);
    for code in wire::Code::ALL {
        assert!(section("### Codes").contains(&format!("\n| `{code}` |")));
    }
}

#[test]
fn a_refusal_has_one_code_wherever_it_is_told() {
    let refusals = all!(Refusal: UnknownVisit, VisitOver, ForeignVisit, UnknownAlert, AlertOver, UnknownStaff,
        UnknownDevice, UnknownLead, UnknownAppointment, AppointmentOver, DoubleBooked, UnknownDispute, DisputeOver,
        AlreadyDisputed, AlreadySettled, AlreadyYours, OwnerChanged, NotYours, NothingToUndo, NotServed, NobodyFree, OffShift, NotPlanned, NoParty,
        IdConflict, CodeSpent, WrongSender);
    for refusal in refusals {
        assert_eq!(Code::from(refusal).as_str(), refusal.as_str());
    }
}

#[test]
fn the_page_has_every_address_of_the_api() {
    let text = section("## HTTP");
    for route in ROUTES.iter().filter(|route| route.path.starts_with("/api/v1/")) {
        let address = format!(
            "`{} {}",
            route.method,
            route.path.replace("{file}", "{visits,leads,audit,appointments}.{csv,jsonl}")
        );
        let there =
            text.match_indices(&address).any(|(at, _)| matches!(text.as_bytes()[at + address.len()], b'`' | b'?'));
        assert!(there, "{address}`");
    }
}

#[test]
fn the_page_names_every_field_of_the_floor_and_of_an_interest_and_every_column() {
    let check = |heading: &str, fields: Vec<String>| {
        let known = quoted(section(heading));
        let missing: Vec<_> = fields.iter().filter(|field| !known.contains(field.as_str())).collect();
        assert!(missing.is_empty(), "{heading} does not name {missing:?}");
    };
    let fields = |value: Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    check("### The floor", fields(json!(member("wang"))));
    check("### The floor", fields(json!(member("wang").turns)));
    check("### The floor", fields(json!(visit(1, None))));
    check("### The floor", fields(json!(crate::runtime::FloorSnapshot::default())));
    let described: Value = serde_json::from_str(OPENAPI).unwrap();
    let schema = |name: &str| fields(described["components"]["schemas"][name]["properties"].clone());
    check("### The floor", schema("Floor"));
    check("### The board", schema("Board"));
    check("### The board", schema("BoardCounts"));
    check("### Interests", schema("Interest"));
    check("### The visits export", VISIT_COLUMNS.map(str::to_owned).to_vec());
    check("### The leads export", LEAD_COLUMNS.map(str::to_owned).to_vec());
    check("### The appointments export", APPOINTMENT_COLUMNS.map(str::to_owned).to_vec());
    check("### The audit", AUDIT_COLUMNS.map(str::to_owned).to_vec());
}

/// Every enumeration of the document by the name of what has it.
fn described(value: &Value, name: &str, found: &mut Vec<(String, BTreeSet<String>)>) {
    match value {
        Value::Object(fields) => {
            if let Some(words) = fields.get("enum").and_then(Value::as_array) {
                let words = words.iter().filter_map(Value::as_str).map(str::to_owned).collect();
                found.push((name.to_owned(), words));
            }
            for (field, below) in fields {
                let inner = if ["items", "schema"].contains(&field.as_str()) { name } else { field };
                described(below, inner, found);
            }
        }
        Value::Array(list) => list.iter().for_each(|below| described(below, name, found)),
        _ => {}
    }
}

#[test]
fn the_openapi_document_lists_every_value_and_no_other() {
    let mut found = Vec::new();
    described(&serde_json::from_str(OPENAPI).unwrap(), "", &mut found);
    let mut seen = BTreeSet::new();
    for (name, values) in &found {
        let expect = match name.as_str() {
            "role" => words(roles()),
            "presence" => words(presences()),
            "outcome" => words(Outcome::CHOICES),
            "reason" if values.contains("busy") => words(pass_reasons()),
            "reason" => words(all!(Erasure: Withdrawn, TakenBack, Expired)),
            "channel" => words(channels()),
            "fate" => words(fates()),
            "why" => words(failures()),
            "matter" => words(Matter::ALL),
            "standing" => words(Standing::ALL),
            "area" => words(all!(Area: Showroom, People)),
            "works" => words(all!(Works: Off, Mon, Tue, Wed, Thu, Fri, Sat, Sun)),
            "purpose" => words(Purpose::ALL),
            "language" => words(Language::ALL),
            "title" => words(Title::ALL),
            "when" => words(When::ALL),
            "budget" => words(Budget::ALL),
            "consents" => words(ConsentPurpose::ALL),
            "records" => words(all!(Records: Visits, Leads, Audit, Appointments)),
            "format" => words(all!(Format: Csv, Jsonl)),
            // Of one handler each, not of a type; `parameters` are the exports' files and their byte order mark.
            "act" | "done" | "state" | "verdict" | "parameters" => continue,
            other => panic!("{other} has values that no type is known for: {values:?}"),
        };
        assert_eq!(*values, expect, "{name}");
        seen.insert(name.as_str());
    }
    for name in ["role", "presence", "outcome", "reason", "channel", "fate", "why", "purpose", "when", "budget"] {
        assert!(seen.contains(name), "the document lists no {name}");
    }
}
