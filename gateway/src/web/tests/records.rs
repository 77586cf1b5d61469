//! What is shown or given out is put on record first, or it stays where it is.

use super::room::Room;
use crate::domain::audit::{Export, Format, Records};
use crate::domain::{Actor, Command};
use crate::runtime::SubmitError;

const LEAD: &str = "0190a5de-0000-7000-8000-000000000001";

#[tokio::test]
async fn an_export_is_put_on_record_with_who_took_what() {
    let room = Room::open().await;
    for (records, format) in [
        (Records::Visits, Format::Csv),
        (Records::Leads, Format::Jsonl),
        (Records::Audit, Format::Csv),
        (Records::Audit, Format::Jsonl),
        (Records::Appointments, Format::Csv),
        (Records::Appointments, Format::Jsonl),
    ] {
        let path = format!("/api/v1/exports/{}.{}?from=2026-11-01&to=2026-11-30", records.as_str(), format.as_str());
        assert_eq!(room.call("zhao", "GET", &path, "").await.status, 200, "{path}");
        let inputs = room.submitted();
        let export = Export { records, format, from: "2026-11-01".parse().ok(), to: "2026-11-30".parse().ok() };
        assert_eq!(inputs.len(), 1, "{path}");
        assert_eq!(inputs[0].command, Command::Export(export));
        assert_eq!(inputs[0].actor, Actor::Staff("zhao".parse().unwrap()));
    }
    for file in ["visits.xlsx", "roster.csv", "visits", "visits.csv.jsonl", ".csv"] {
        assert_eq!(room.call("zhao", "GET", &format!("/api/v1/exports/{file}"), "").await.status, 404, "{file}");
    }
    assert!(room.submitted().is_empty(), "nothing is put on record for what is not there");
}

#[tokio::test]
async fn what_cannot_be_put_on_record_is_not_given_out() {
    let room = Room::open().await;
    for (fault, code) in [(SubmitError::Full, "busy"), (SubmitError::Ended, "ended")] {
        *room.answer.lock().unwrap() = Err(fault);
        for (method, path) in [
            ("GET", "/api/v1/exports/visits.csv".to_owned()),
            ("GET", "/api/v1/exports/leads.jsonl".to_owned()),
            ("POST", format!("/api/v1/leads/{LEAD}/reveal")),
        ] {
            let reply = room.call("zhao", method, &path, "").await;
            assert_eq!((reply.status, reply.code().as_str()), (503, code), "{path}");
            assert!(reply.header("retry-after").is_some() && !reply.body.contains("visit_id"), "{reply:?}");
        }
    }
}

#[tokio::test]
async fn a_lead_that_is_none_is_shown_and_erased_by_nobody() {
    let room = Room::open().await;
    for (method, path) in [("POST", "/api/v1/leads/none/reveal"), ("DELETE", "/api/v1/leads/none")] {
        assert_eq!(room.call("zhao", method, path, "").await.code(), "unknown_lead");
    }
    assert!(room.submitted().is_empty());
    let reply = room.call("zhao", "DELETE", &format!("/api/v1/leads/{LEAD}"), "").await;
    assert_eq!(reply.json()["done"], "kept");
    assert_eq!(room.submitted()[0].command, Command::EraseLead(LEAD.parse().unwrap()));
}
