//! What colleagues ask of each other, and what is set right about a party.

use shared::ids::VisitId;
use shared::wire::Purpose;

use super::room::{Room, ask};
use crate::domain::{Actor, Command, Refusal};
use crate::runtime::SubmitError;

const VISIT: &str = "0190a5de-0000-7000-8000-000000000001";
const OTHER: &str = "0190a5de-0000-7000-8000-000000000002";

fn path(what: &str) -> String {
    format!("/api/v1/visits/{VISIT}/{what}")
}

#[tokio::test]
async fn each_address_asks_for_what_it_says() {
    let room = Room::open().await;
    let (visit, other): (VisitId, VisitId) = (VISIT.parse().unwrap(), OTHER.parse().unwrap());
    let to = |id: &str| id.parse().unwrap();
    let topic = |id: &str| id.parse().unwrap();
    let correct = |command: &Command| matches!(command, Command::Correct(of, correction) if *of == visit && correction.purpose == Some(Purpose::Service) && correction.party == Some(2) && correction.language.is_none());
    for (id, what, body, expect) in [
        ("wang", "hand-over", "{\"to\":\"sun\"}", Some(Command::HandOver(visit, to("sun")))),
        ("wang", "second", "", Some(Command::CallSecond(visit, None))),
        ("wang", "second", "{\"to\":\"sun\"}", Some(Command::CallSecond(visit, Some(to("sun"))))),
        ("wang", "recall", "", Some(Command::Recall(visit))),
        ("sun", "step-back", "", Some(Command::StepBack(visit))),
        (
            "wang",
            "answers",
            "{\"question\":\"body\",\"answer\":\"suv\"}",
            Some(Command::Answer { visit, question: topic("body"), answer: topic("suv") }),
        ),
        ("qian", "join", &format!("{{\"other\":\"{OTHER}\"}}"), Some(Command::Join(visit, other))),
        ("qian", "correct", "{\"purpose\":\"service\",\"party\":2}", None),
    ] {
        let reply = room.call(id, "POST", &path(what), body).await;
        assert_eq!((reply.status, reply.json()["done"].clone()), (200, "kept".into()), "{what}: {reply:?}");
        let command = room.submitted().remove(0).command;
        assert!(expect.as_ref().map_or_else(|| correct(&command), |expect| *expect == command), "{what}: {command:?}");
    }
}

#[tokio::test]
async fn what_fits_no_question_or_no_party_is_refused_before_the_engine() {
    let room = Room::open().await;
    let long = format!("{{\"text\":\"{}\"}}", "长".repeat(501));
    for (id, what, body) in [
        ("wang", "hand-over", "{}"),
        ("wang", "hand-over", "{\"to\":\"No Name\"}"),
        ("wang", "answers", "{\"question\":\"body\",\"answer\":\"boat\"}"),
        ("wang", "answers", "{\"question\":\"weather\",\"answer\":\"suv\"}"),
        ("wang", "correct", "{\"party\":0}"),
        ("wang", "correct", "{\"language\":\"fr\"}"),
        ("wang", "note", long.as_str()),
        ("qian", "join", "{\"other\":\"next one\"}"),
        ("qian", "split", "{\"party\":0}"),
        ("qian", "split", "{\"party\":100}"),
    ] {
        let reply = room.call(id, "POST", &path(what), body).await;
        assert_eq!((reply.status, reply.code().as_str()), (400, "bad_body"), "{what} {body}");
    }
    assert!(room.submitted().is_empty());
}

#[tokio::test]
async fn whoever_oversees_the_floor_chooses_who_comes_and_nobody_else() {
    const WANG: &str = "{\"staff\":\"wang\"}";
    let room = Room::open().await;
    let assign = Command::Assign(VISIT.parse().unwrap(), "wang".parse().unwrap());
    for id in ["qian", "zhao"] {
        let reply = room.call(id, "POST", &path("assign"), WANG).await;
        assert_eq!((reply.status, reply.json()["done"].clone()), (200, "kept".into()), "{id}: {reply:?}");
        let asked: Vec<_> = room.submitted().into_iter().map(|input| (input.actor, input.command)).collect();
        assert_eq!(asked, [(Actor::Staff(id.parse().unwrap()), assign.clone())]);
    }
    for id in ["wang", "sun", "he"] {
        let reply = room.call(id, "POST", &path("assign"), WANG).await;
        assert_eq!((reply.status, reply.code().as_str()), (403, "not_allowed"), "{id}");
    }
    for body in ["{}", "{\"staff\":\"No Name\"}", "{\"to\":\"wang\"}"] {
        let reply = room.call("qian", "POST", &path("assign"), body).await;
        assert_eq!((reply.status, reply.code().as_str()), (400, "bad_body"), "{body}");
    }
    let nowhere = room.call("qian", "POST", "/api/v1/visits/next/assign", WANG).await;
    assert_eq!((nowhere.status, nowhere.code().as_str()), (404, "unknown_visit"));
    assert!(room.submitted().is_empty(), "nothing of that was asked of the engine");
    // Who is on the staff, and whether they may be asked, the engine alone knows to the moment.
    for (refusal, status) in [(Refusal::UnknownStaff, 404), (Refusal::OffShift, 409), (Refusal::AlertOver, 409)] {
        *room.answer.lock().unwrap() = Err(SubmitError::Refused(refusal));
        let reply = room.call("qian", "POST", &path("assign"), "{\"staff\":\"nobody\"}").await;
        assert_eq!((reply.status, reply.code().as_str()), (status, refusal.as_str()));
    }
}

#[tokio::test]
async fn a_note_is_the_same_write_only_with_the_same_words() {
    let room = Room::open().await;
    let head = format!("authorization: Bearer {}\r\nidempotency-key: n1\r\n", room.token("wang"));
    for text in ["带着孩子", "带着孩子", "喜欢蓝色"] {
        let body = format!("{{\"text\":\"{text}\"}}");
        assert_eq!(ask(room.addr, "POST", &path("note"), &head, &body).await.status, 200);
    }
    let submitted = room.submitted();
    let prints: Vec<_> = submitted.iter().map(|input| input.cause.unwrap().fingerprint).collect();
    assert!(prints[0] == prints[1] && prints[1] != prints[2], "words that a log hides still count");
    let said = |command: &Command| matches!(command, Command::Note(_, text) if text.reveal() == "喜欢蓝色");
    assert!(said(&submitted[2].command));
    assert!(!format!("{submitted:?}").contains("孩子"));
}

#[tokio::test]
async fn a_split_with_the_same_key_is_the_same_new_visit() {
    let room = Room::open().await;
    let head = format!("authorization: Bearer {}\r\nidempotency-key: s1\r\n", room.token("qian"));
    let path = path("split");
    let split = || ask(room.addr, "POST", &path, &head, "{\"party\":2}");
    let (first, again) = (split().await, split().await);
    assert_eq!((first.status, &first.json()["visit"]), (201, &again.json()["visit"]));
    assert_ne!(first.json()["visit"], VISIT);
    let commands = room.submitted();
    assert!(
        matches!(&commands[0].command, Command::Split { party: 2, new, .. } if new.to_string() == first.json()["visit"].as_str().unwrap())
    );
}
