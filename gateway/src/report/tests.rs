//! What exports look like, and how fast they are.

use std::io::{self, Write};

use chrono::{DateTime, TimeDelta, Utc};
use shared::consent::{Consent, ConsentPurpose};
use shared::ids::{AppointmentId, LeadId, VisitId};
use shared::personal::Personal;
use shared::phone::PhoneNumber;
use shared::wire::{Intent, Language, Purpose, Score, Title};

use super::*;
use crate::domain::customer::Owned;
use crate::domain::diary::{Matter, Standing, Terms, Whom};
use crate::domain::floor::visit::{Breach, GreetedSource, Outcome};
use crate::domain::sales::{Budget, Contact, Lead, LeadChannel, When};
use crate::domain::secret::{Sealable as _, Secret, Subject};
use crate::views::{AppointmentRow, LeadRow, VisitRow};

fn showroom() -> Showroom {
    Showroom { store: "demo".parse().unwrap(), zone: chrono_tz::Asia::Shanghai }
}

fn at() -> DateTime<Utc> {
    DateTime::from_timestamp_millis(1_795_400_130_250).unwrap()
}

fn full() -> VisitRow {
    VisitRow {
        visit: VisitId::new(at(), [7; 10]),
        arrived_at: at().into(),
        received_at: (at() + TimeDelta::milliseconds(40)).into(),
        kiosk: "entrance".parse().ok(),
        purpose: Purpose::TestDrive,
        party: Some(2),
        language: Language::En,
        consultant: "wang".parse().ok(),
        phone_ms: Some(43),
        shown_ms: Some(120),
        accepted_ms: Some(12_500),
        greeted_ms: Some(18_000),
        greeted_source: Some(GreetedSource::Visitor),
        ended_at: Some((at() + TimeDelta::hours(1)).into()),
        outcome: Some(Outcome::TestDrove),
        touched_ms: Some(1800),
        late: false,
        time_uncertain: true,
        breach: Some(Breach::NotAccepted),
        models: vec!["s7".parse().unwrap()],
        answers: [("body", "suv"), ("first_visit", "yes")]
            .map(|(question, answer)| (question.parse().unwrap(), answer.parse().unwrap()))
            .into(),
    }
}

fn bare() -> VisitRow {
    VisitRow {
        kiosk: None,
        party: None,
        consultant: None,
        phone_ms: None,
        shown_ms: None,
        accepted_ms: None,
        greeted_ms: None,
        greeted_source: None,
        ended_at: None,
        outcome: None,
        touched_ms: None,
        breach: None,
        late: true,
        models: Vec::new(),
        answers: std::collections::BTreeMap::new(),
        ..full()
    }
}

fn lead(name: &str, phone: &str) -> LeadRow {
    let id = LeadId::new(at(), [8; 10]);
    let contact =
        Contact { name: Some(Personal::new(name)), title: Some(Title::Ms), phone: PhoneNumber::parse(phone).ok() };
    LeadRow {
        received_at: at().into(),
        lead: Lead {
            id,
            channel: LeadChannel::KioskQr,
            place: "entrance".parse().ok(),
            visit: Some(VisitId::new(at(), [7; 10])),
            language: Language::Zh,
            models: vec!["s7".parse().unwrap(), "e5".parse().unwrap()],
            when: Some(When::HalfYear),
            budget: Some(Budget::To25),
            consents: vec![
                Consent { purpose: ConsentPurpose::Contact, wording: "v1".to_owned(), given: true },
                Consent { purpose: ConsentPurpose::Marketing, wording: "v1".to_owned(), given: false },
            ],
            secret: Some(Secret::open(Subject::Lead(id), contact)),
        },
    }
}

#[track_caller]
fn check(write: impl FnOnce(&mut Vec<u8>) -> Result<u64, ReportError>, count: u64, expect: &[&str]) {
    let mut out = Vec::new();
    assert_eq!(write(&mut out).unwrap(), count);
    let text = String::from_utf8(out).unwrap();
    assert_eq!(text.lines().collect::<Vec<_>>(), expect);
    assert!(text.is_empty() || text.ends_with('\n'));
}

const HEAD: &str = "visit_id,store,arrived_at,received_at,kiosk,purpose,party,language,consultant,phone_ms,shown_ms,\
                    accepted_ms,greeted_ms,greeted_source,ended_at,outcome,touched_ms,late,time_uncertain,breach,\
                    answers";

#[test]
fn visits_as_csv_have_the_promised_columns_in_the_showrooms_time() {
    check(
        |out| csv::write_visits([Ok(full()), Ok(bare())].into_iter(), &showroom(), false, out),
        2,
        &[
            HEAD,
            "01a2062f-deca-7707-8707-070707070707,demo,2026-11-23T10:15:30.250+08:00,2026-11-23T10:15:30.290+08:00,\
             entrance,test_drive,2,en,wang,43,120,12500,18000,visitor,2026-11-23T11:15:30.250+08:00,test_drove,1800,\
             false,true,accepted_late,body=suv first_visit=yes",
            "01a2062f-deca-7707-8707-070707070707,demo,2026-11-23T10:15:30.250+08:00,2026-11-23T10:15:30.290+08:00,\
             ,test_drive,,en,,,,,,,,,,true,true,,",
        ],
    );
    let marked = format!("\u{FEFF}{HEAD}");
    check(|out| csv::write_visits(std::iter::empty(), &showroom(), true, out), 0, &[&marked]);
}

fn appointment(phone: Option<&str>) -> AppointmentRow {
    let id = AppointmentId::new(at(), [9; 10]);
    let phone = phone.and_then(|phone| PhoneNumber::parse(phone).ok());
    let (name, note) = (Some(Personal::new("=诸葛,")), Some(Personal::new("茶")));
    AppointmentRow {
        appointment: id,
        booked_at: at().into(),
        booked_by: "qian".parse().ok(),
        terms: Terms {
            consultant: "wang".parse().unwrap(),
            at: at() + TimeDelta::days(1),
            minutes: 45,
            matter: Matter::TestDrive,
            models: vec!["s7".parse().unwrap(), "e5".parse().unwrap()],
        },
        standing: Standing::Kept,
        lead: Some(LeadId::new(at(), [8; 10])),
        visit: Some(VisitId::new(at(), [7; 10])),
        secret: Secret::open(Subject::Appointment(id), Whom { name, title: Some(Title::Ms), phone, note }),
    }
}

#[test]
fn appointments_are_written_without_what_only_the_day_needs() {
    let mut erased = appointment(None);
    erased.secret.reopen(None);
    (erased.standing, erased.booked_by, erased.visit, erased.lead) = (Standing::Missed, None, None, None);
    let rows = || [Ok(appointment(Some("13800138000"))), Ok(erased.clone())].into_iter();
    let agreed = "01a2062f-deca-7909-8909-090909090909,demo,2026-11-24T10:15:30.250+08:00,45,wang,test_drive,s7 e5";
    let known = "qian,given,\"'=诸葛,\",ms,138****8000,01a2062f-deca-7808-8808-080808080808,\
                 01a2062f-deca-7707-8707-070707070707";
    check(
        |out| csv::write_appointments(rows(), &showroom(), false, out),
        2,
        &[
            &APPOINTMENT_COLUMNS.join(","),
            &format!("{agreed},kept,2026-11-23T10:15:30.250+08:00,{known}"),
            &format!("{agreed},missed,2026-11-23T10:15:30.250+08:00,,erased,,,,,"),
        ],
    );
    let mut out = Vec::new();
    assert_eq!(jsonl::write_appointments(rows(), &showroom(), &mut out).unwrap(), 2);
    let text = String::from_utf8(out).unwrap();
    assert!(!text.contains("13800138000") && !text.contains('茶'));
    let mut rest = text.lines().next().unwrap();
    for column in APPOINTMENT_COLUMNS {
        rest = rest.split_once(&format!("\"{column}\":")).expect(column).1;
    }
}

#[test]
fn visits_as_json_lines_have_the_same_columns_in_the_same_order() {
    check(
        |out| jsonl::write_visits([Ok(full())].into_iter(), &showroom(), out),
        1,
        &["{\"visit_id\":\"01a2062f-deca-7707-8707-070707070707\",\"store\":\"demo\",\
           \"arrived_at\":\"2026-11-23T10:15:30.250+08:00\",\"received_at\":\"2026-11-23T10:15:30.290+08:00\",\
           \"kiosk\":\"entrance\",\"purpose\":\"test_drive\",\"party\":2,\"language\":\"en\",\"consultant\":\"wang\",\
           \"phone_ms\":43,\"shown_ms\":120,\"accepted_ms\":12500,\"greeted_ms\":18000,\"greeted_source\":\"visitor\",\
           \"ended_at\":\"2026-11-23T11:15:30.250+08:00\",\"outcome\":\"test_drove\",\"touched_ms\":1800,\"late\":false,\
           \"time_uncertain\":true,\"breach\":\"accepted_late\",\
           \"answers\":{\"body\":\"suv\",\"first_visit\":\"yes\"},\"models\":[\"s7\"]}"],
    );
    let mut out = Vec::new();
    jsonl::write_visits([Ok(bare())].into_iter(), &showroom(), &mut out).unwrap();
    let bare = String::from_utf8(out).unwrap();
    let mut rest = bare.as_str();
    for column in VISIT_COLUMNS {
        let (before, after) = rest.split_once(&format!("\"{column}\":")).expect(column);
        assert!(!before.contains(&format!("\"{column}\"")));
        rest = after;
    }
    assert!(bare.contains("\"kiosk\":null"), "{bare}");
}

#[test]
fn leads_show_the_number_of_whoever_agreed_and_no_formula() {
    let mut erased = lead("x", "13800138000");
    if let Some(secret) = &mut erased.lead.secret {
        secret.reopen(None);
    }
    let nobody = LeadRow { lead: Lead { secret: None, ..lead("x", "13800138000").lead }, ..lead("x", "13800138000") };
    let front = "01a2062f-deca-7808-8808-080808080808,demo,2026-11-23T10:15:30.250+08:00,kiosk_qr,entrance,\
                 01a2062f-deca-7707-8707-070707070707,zh,s7 e5,half_year,to25,";
    let end = "contact:v1:given marketing:v1:taken_back";
    let line = |middle: &str| format!("{front}{middle},{end},,,,,,");
    let mut withdrawn = lead("李", "13800138000");
    withdrawn.lead.consents.iter_mut().for_each(|consent| consent.given = false);
    let rows = [lead("王, 女士", "13800138000"), lead("=HYPERLINK(1)", "+85291234567"), erased, nobody, withdrawn];
    check(
        |out| csv::write_leads(rows.into_iter().map(|row| Ok((row, None, None))), &showroom(), false, out),
        5,
        &[
            LEAD_COLUMNS.join(",").as_str(),
            &line("given,\"王, 女士\",ms,13800138000"),
            &line("given,'=HYPERLINK(1),ms,'+85291234567"),
            &line("erased,,,"),
            &line("none,,,"),
            &line("given,李,ms,138****8000").replace("contact:v1:given", "contact:v1:taken_back"),
        ],
    );
    let mut out = Vec::new();
    jsonl::write_leads([Ok((lead("王", "13800138000"), None, None))].into_iter(), &showroom(), &mut out).unwrap();
    let json: serde_json::Value = serde_json::from_slice(&out).unwrap();
    assert_eq!((json["name"].as_str(), json["phone"].as_str()), (Some("王"), Some("13800138000")));
    let row = (lead("王", "13800138000"), None, None);
    let listed = LeadRecord::new(&row, &showroom().store, &mut Moment::new(showroom().zone), Numbers::Masked).phone;
    assert_eq!(listed.as_deref(), Some("138****8000"), "lists are masked whatever was agreed to");
    assert_eq!(json["consents"][1]["given"], serde_json::json!(false));
    assert_eq!(json.as_object().unwrap().len(), LEAD_COLUMNS.len());
}

#[test]
fn a_lead_says_how_promising_it_is_and_whose_until_when_and_by_what() {
    let since = at();
    let score = Score { points: 85, intent: Intent::High, parts: Vec::new() };
    for (settled, by) in [(false, "contact"), (true, "ruling")] {
        let owned = Owned { staff: "wang".parse().unwrap(), since, until: since + TimeDelta::days(30), settled };
        let row = || [Ok((lead("王", "13800138000"), Some(owned.clone()), Some(score.clone())))].into_iter();
        let mut out = Vec::new();
        csv::write_leads(row(), &showroom(), false, &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        let end = format!(",wang,2026-11-23T10:15:30.250+08:00,2026-12-23T10:15:30.250+08:00,{by},85,high\n");
        assert!(text.ends_with(&end), "{text}");
        let mut out = Vec::new();
        jsonl::write_leads(row(), &showroom(), &mut out).unwrap();
        let json: serde_json::Value = serde_json::from_slice(&out).unwrap();
        assert_eq!((json["owner"].as_str(), json["owner_by"].as_str()), (Some("wang"), Some(by)));
        assert_eq!((json["score"].as_u64(), json["intent"].as_str()), (Some(85), Some("high")));
    }
}

#[test]
fn a_day_begins_by_the_showrooms_clock() {
    let day = |year, month, day| chrono::NaiveDate::from_ymd_opt(year, month, day).unwrap();
    for (date, zone, expect) in [
        (day(2026, 11, 23), chrono_tz::Asia::Shanghai, "2026-11-22T16:00:00+00:00"),
        // Clocks went from 0:00 to 1:00.
        (day(2018, 11, 4), chrono_tz::America::Sao_Paulo, "2018-11-04T03:00:00+00:00"),
        // Midnight came twice: the day begins with the first.
        (day(2020, 11, 1), chrono_tz::America::Havana, "2020-11-01T04:00:00+00:00"),
    ] {
        assert_eq!(midnight(date, zone).to_rfc3339(), expect);
    }
}

/// Takes so many bytes and then breaks, like `head` at the end of a pipe.
struct Short(usize);

impl Write for Short {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 = self.0.checked_sub(bytes.len()).ok_or(io::ErrorKind::BrokenPipe)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_receiver_that_leaves_ends_the_export() {
    let rows = || std::iter::repeat_with(|| Ok(full()));
    let ended = [
        csv::write_visits(rows(), &showroom(), false, Short(300_000)),
        jsonl::write_visits(rows(), &showroom(), Short(300_000)),
    ];
    assert!(ended.iter().all(|ended| ended.as_ref().is_err_and(ReportError::is_receiver_gone)), "{ended:?}");
}

#[test]
fn a_row_that_cannot_be_read_ends_the_export() {
    let rows = [Ok(full()), Err(ViewsError::Broken), Ok(full())];
    let ended = csv::write_visits(rows.into_iter(), &showroom(), false, &mut io::sink());
    assert!(ended.is_err_and(|fault| !fault.is_receiver_gone()));
}
