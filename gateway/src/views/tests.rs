//! What commits make of the views: in order, in any cut, and after a loss.

mod appointments;
mod contacts;

use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::*;
use shared::ids::{AlertId, LeadId, VisitId};
use shared::wire::{Language, Purpose, Why};

use super::follow::catch_up;
use super::*;
use crate::domain::Event;
use crate::domain::diary::{DiaryEvent, Matter, Terms, Whom};
use crate::domain::floor::event::{CheckedIn, Detailed, FloorEvent};
use crate::domain::floor::visit::{Breach, Channel, GreetedSource, Outcome};
use crate::domain::sales::{Contact, Erasure, Lead, LeadChannel, LeadEvent};
use crate::domain::secret::{Sealable as _, Secret, Secrets as _, Subject};
use crate::log::{EventLog as _, MemoryLog};

fn start() -> DateTime<Utc> {
    DateTime::from_timestamp(1_795_400_000, 0).unwrap()
}

fn id(n: u8) -> VisitId {
    VisitId::new(start(), [n; 10])
}

fn alert(n: u8, ordinal: u16) -> AlertId {
    AlertId { visit: id(n), ordinal }
}

fn came(n: u8, arrived: DateTime<Utc>) -> FloorEvent {
    FloorEvent::CheckedIn(CheckedIn {
        visit: id(n),
        kiosk: "entrance".parse().ok(),
        by: None,
        purpose: Purpose::Browse,
        language: Language::Zh,
        party: None,
        arrived_at: arrived,
        time_uncertain: false,
        late: false,
        touched_ms: Some(900),
        split_from: None,
    })
}

fn asked(n: u8, ordinal: u16, to: &str) -> FloorEvent {
    FloorEvent::Asked { alert: alert(n, ordinal), to: to.parse().unwrap(), why: Why::LongestFree, pushed: false }
}

fn ended(n: u8, outcome: Outcome) -> FloorEvent {
    FloorEvent::Ended { visit: id(n), outcome, by: None, at: None }
}

/// One commit per (milliseconds after the start, event).
fn commits(story: Vec<(i64, Event)>) -> Vec<Commit> {
    story
        .into_iter()
        .zip(1..)
        .map(|((ms, event), sequence)| Commit {
            sequence,
            at: start() + TimeDelta::milliseconds(ms),
            before: String::new(),
            causes: Vec::new(),
            events: vec![event],
        })
        .collect()
}

fn floor(story: Vec<(i64, FloorEvent)>) -> Vec<Commit> {
    commits(story.into_iter().map(|(ms, event)| (ms, event.into())).collect())
}

fn told(commits: &[Commit]) -> (tempfile::TempDir, Views) {
    let data = tempfile::tempdir().unwrap();
    let views = Views::open(data.path()).unwrap();
    views.apply(commits).unwrap();
    (data, views)
}

/// Opens again what was just dropped: sled's own threads let go of the file a moment later.
fn reopened(data: &Path) -> Views {
    for _ in 0..200 {
        match Views::open(data) {
            Err(ViewsError::Folder(_)) => std::thread::sleep(std::time::Duration::from_millis(5)),
            other => return other.unwrap(),
        }
    }
    panic!("the database was never let go of");
}

fn bytes(views: &Views) -> Vec<(Vec<u8>, Vec<u8>)> {
    views.tree().iter().map(|item| item.map(|(key, value)| (key.to_vec(), value.to_vec())).unwrap()).collect()
}

fn whole_story() -> Vec<(i64, FloorEvent)> {
    let tap = start() - TimeDelta::milliseconds(40);
    let handed = |ordinal| FloorEvent::Handed { alert: alert(1, ordinal), channel: Channel::Stream };
    vec![
        (0, came(1, tap)),
        (0, asked(1, 1, "wang")),
        (3, handed(1)),
        (80, FloorEvent::Shown { alert: alert(1, 1) }),
        (
            1000,
            FloorEvent::Detailed(Detailed {
                visit: id(1),
                language: None,
                party: Some(3),
                models: vec!["xinghe-s7".parse().unwrap()],
                consultant: None,
                consents: Vec::new(),
                secret: None,
            }),
        ),
        (4000, asked(1, 2, "chen")),
        (4003, handed(2)),
        (4050, FloorEvent::Shown { alert: alert(1, 2) }),
        (5000, FloorEvent::Accepted { alert: alert(1, 2), turn: true }),
        (9000, FloorEvent::Greeted { visit: id(1), source: GreetedSource::Visitor, at: None }),
        (60_000, ended(1, Outcome::Quoted)),
    ]
}

#[test]
fn a_visit_keeps_the_first_proof_of_every_step_counted_from_the_tap() {
    let (_data, views) = told(&floor(whole_story()));
    let row = views.visit(id(1)).unwrap().unwrap();
    assert_eq!(
        (row.phone_ms, row.shown_ms, row.accepted_ms, row.greeted_ms),
        (Some(43), Some(120), Some(5040), Some(9040))
    );
    assert_eq!(row.received_at.since(row.arrived_at), 40);
    assert_eq!(row.consultant.map(String::from).as_deref(), Some("chen"));
    assert_eq!((row.party, row.models.len(), row.touched_ms), (Some(3), 1, Some(900)));
    assert_eq!((row.greeted_source, row.outcome), (Some(GreetedSource::Visitor), Some(Outcome::Quoted)));
    assert_eq!(row.ended_at, Some(Millis::from(start() + TimeDelta::seconds(60))));
}

#[test]
fn a_late_word_of_the_visitor_is_reported_from_its_tap() {
    let moment = |ms| Some(start() + TimeDelta::milliseconds(ms));
    let met = |ms| FloorEvent::Greeted { visit: id(1), source: GreetedSource::Visitor, at: moment(ms) };
    let left = |ms| FloorEvent::Ended { visit: id(1), outcome: Outcome::Left, by: None, at: moment(ms) };
    // The kiosk's line was down for ten minutes: both words come after it.
    let story = vec![(0, came(1, start())), (600_000, met(8_000)), (600_000, left(90_000))];
    let (_data, views) = told(&floor(story));
    let row = views.visit(id(1)).unwrap().unwrap();
    assert_eq!((row.greeted_ms, row.ended_at), (Some(8_000), moment(90_000).map(Millis::from)));
    let (to, in_time) = (start() + TimeDelta::hours(1), TimeDelta::seconds(10));
    let figures = views.day(start(), to, chrono_tz::Asia::Shanghai, in_time, to).unwrap();
    assert_eq!((figures.greeted, figures.greeted_in_time), (1, 1));

    // Staff saw them greeted after the kiosk says that they left: the later one counts.
    let seen = FloorEvent::Greeted { visit: id(1), source: GreetedSource::Consultant, at: None };
    let (_data, views) = told(&floor(vec![(0, came(1, start())), (95_000, seen), (600_000, left(90_000))]));
    let row = views.visit(id(1)).unwrap().unwrap();
    assert_eq!((row.greeted_ms, row.ended_at), (Some(95_000), moment(95_000).map(Millis::from)));

    // The clock was set an hour ahead before the word came: durations stay what they were.
    let hour = 3_600_000;
    let stepped = FloorEvent::ClockStepped { by_ms: hour };
    let words = [(hour + 600_000, met(hour + 8_000)), (hour + 600_000, left(hour + 90_000))];
    let story = [(0, came(1, start())), (hour + 60_000, stepped)].into_iter().chain(words).collect();
    let (_data, views) = told(&floor(story));
    let row = views.visit(id(1)).unwrap().unwrap();
    assert_eq!((row.greeted_ms, row.ended_at), (Some(8_000), moment(hour + 90_000).map(Millis::from)));
}

#[test]
fn what_is_taken_back_leaves_the_row() {
    let mut story = whole_story();
    story.push((61_000, FloorEvent::EndUndone { visit: id(1) }));
    story.push((62_000, FloorEvent::GreetingUndone { visit: id(1) }));
    let (_data, views) = told(&floor(story.clone()));
    let row = views.visit(id(1)).unwrap().unwrap();
    assert_eq!((row.ended_at, row.outcome, row.greeted_ms, row.greeted_source), (None, None, None, None));

    story.push((70_000, FloorEvent::Greeted { visit: id(1), source: GreetedSource::Reception, at: None }));
    let (_data, views) = told(&floor(story));
    let row = views.visit(id(1)).unwrap().unwrap();
    assert_eq!((row.greeted_ms, row.greeted_source), (Some(70_040), Some(GreetedSource::Reception)));
}

#[test]
fn a_step_of_the_clock_changes_no_duration_and_marks_open_visits_alone() {
    let day_before = start() - TimeDelta::hours(30);
    let (_data, views) = told(&floor(vec![
        (-1000, came(3, day_before)),
        (0, came(1, start())),
        (0, came(2, start())),
        (10, ended(2, Outcome::Cancelled)),
        (3_600_000, FloorEvent::ClockStepped { by_ms: 3_599_000 }),
        (3_601_000, FloorEvent::Greeted { visit: id(1), source: GreetedSource::Visitor, at: None }),
    ]));
    let row = |n| views.visit(id(n)).unwrap().unwrap();
    assert_eq!((row(1).greeted_ms, row(1).time_uncertain), (Some(2000), true));
    assert!(!row(2).time_uncertain && !row(3).time_uncertain);
}

#[test]
fn figures_count_accepted_greeted_and_confirmed_apart() {
    let accept = |n| FloorEvent::Accepted { alert: alert(n, 1), turn: true };
    let greet = |n, source| FloorEvent::Greeted { visit: id(n), source, at: None };
    let (_data, views) = told(&floor(vec![
        (0, came(1, start())),
        (0, came(2, start())),
        (0, came(3, start())),
        (9_999, accept(1)),
        (10_000, accept(2)),
        (10_000, FloorEvent::Breached { visit: id(3), reason: Breach::NobodyFree }),
        (10_000, greet(1, GreetedSource::Consultant)),
        (10_001, accept(3)),
        (20_000, greet(2, GreetedSource::Inferred)),
        (30_000, ended(3, Outcome::Cancelled)),
    ]));
    let figures = day(&views, 3_600_000);
    assert_eq!((figures.visits, figures.accepted, figures.accepted_in_time), (3, 3, 2));
    assert_eq!((figures.greeted, figures.greeted_in_time, figures.greeted_confirmed), (2, 1, 1));
    assert_eq!((figures.breaches, figures.cancelled, figures.late), (1, 1, 0));
    // 2026-11-23 02:13 UTC is a quarter past ten in Shanghai.
    assert_eq!(figures.by_hour[10], HourFigures { visits: 3, accepted_in_time: 2, greeted_in_time: 1, breaches: 1 });
}

/// The first day's figures as they stand so many milliseconds after its start.
fn day(views: &Views, now_ms: i64) -> DayFigures {
    let (to, now) = (start() + TimeDelta::days(1), start() + TimeDelta::milliseconds(now_ms));
    views.day(start(), to, chrono_tz::Asia::Shanghai, TimeDelta::seconds(10), now).unwrap()
}

#[test]
fn whoever_can_still_be_met_in_time_is_neither_a_success_nor_a_failure() {
    // After this, at this moment: of so many accepted in time so many, and of so many greeted so many.
    #[track_caller]
    fn check(story: &[(i64, FloorEvent)], now_ms: i64, accepted: (u32, u32), greeted: (u32, u32)) {
        let story = [(0, came(1, start()))].into_iter().chain(story.iter().cloned()).collect();
        let (_data, views) = told(&floor(story));
        let figures = day(&views, now_ms);
        assert_eq!((figures.counted, figures.accepted_in_time), accepted, "at {now_ms} ms");
        assert_eq!((figures.greeted_counted, figures.greeted_in_time), greeted, "at {now_ms} ms");
    }
    let accept = |ms| (ms, FloorEvent::Accepted { alert: alert(1, 1), turn: true });
    let greet = |ms| (ms, FloorEvent::Greeted { visit: id(1), source: GreetedSource::Consultant, at: None });
    let breach = (10_000, FloorEvent::Breached { visit: id(1), reason: Breach::NotAccepted });
    let cancel = |ms| (ms, ended(1, Outcome::Cancelled));
    check(&[], 0, (0, 0), (0, 0));
    check(&[], 10_000, (0, 0), (0, 0));
    check(&[], 10_001, (1, 0), (1, 0));
    check(&[accept(3000)], 4000, (1, 1), (0, 0));
    check(&[accept(3000)], 10_001, (1, 1), (1, 0));
    check(&[accept(3000), greet(5000)], 6000, (1, 1), (1, 1));
    // The clock was set back since: what is on record is over.
    check(std::slice::from_ref(&breach), 5000, (1, 0), (1, 0));
    check(&[breach.clone(), accept(12_000)], 13_000, (1, 0), (1, 0));
    // Taken back before anybody could come, when somebody did, and when nobody had.
    check(&[cancel(4000)], 60_000, (0, 0), (0, 0));
    check(&[accept(3000), cancel(4000)], 60_000, (1, 1), (0, 0));
    check(&[breach, cancel(14_000)], 60_000, (1, 0), (1, 0));
    check(&[(4000, ended(1, Outcome::Left))], 5000, (0, 0), (0, 0));
    check(&[(4000, ended(1, Outcome::Left))], 10_001, (1, 0), (1, 0));
}

#[test]
fn a_broken_promise_says_what_has_come_of_it() {
    let breach = |reason| (10_000, FloorEvent::Breached { visit: id(1), reason });
    let accept = (14_000, FloorEvent::Accepted { alert: alert(1, 1), turn: true });
    for (story, expect) in [
        (vec![], None),
        (vec![breach(Breach::NotAccepted)], Some("not_accepted")),
        (vec![breach(Breach::NotAccepted), accept.clone()], Some("accepted_late")),
        (vec![breach(Breach::NobodyFree), accept], Some("nobody_free")),
    ] {
        let story = [(0, came(1, start()))].into_iter().chain(story).collect();
        let (_data, views) = told(&floor(story));
        let row = views.visit(id(1)).unwrap().unwrap();
        assert_eq!(row.broken().map(Broken::as_str), expect);
        let written = serde_json::to_value(row.broken()).unwrap();
        assert_eq!(written.as_str(), expect, "the lists write it as the exports do");
    }
}

#[test]
fn pages_follow_each_other_without_gap_or_repetition() {
    let story = (0..7).map(|n| (i64::from(n), came(n, start() + TimeDelta::seconds(i64::from(n / 2))))).collect();
    let (_data, views) = told(&floor(story));
    let (from, to) = (start(), start() + TimeDelta::seconds(3));
    let (mut seen, mut cursor) = (Vec::new(), None);
    loop {
        let page = views.visits(from, to, cursor.as_deref(), 2).unwrap();
        assert!(page.rows.len() <= 2);
        seen.extend(page.rows.into_iter().map(|row| row.visit));
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    // The seventh arrived at the end of the range, which does not count.
    assert_eq!(seen, (0..6).map(id).collect::<Vec<_>>());
    let newest: Vec<_> = views.latest_visits(from, to, 2).unwrap().into_iter().map(|row| row.visit).collect();
    assert_eq!(newest, vec![id(5), id(4)]);
    for bad in ["", "00", &"zz".repeat(25), &"4c".repeat(25), &"\u{e9}".repeat(25)] {
        assert!(matches!(views.visits(from, to, Some(bad), 2), Err(ViewsError::BadCursor)), "{bad}");
    }
    assert_eq!(views.visits(to, from, None, 9).unwrap().rows, Vec::new());
}

/// A contact that was left with visit 1, sealed.
fn left_contact(lead: LeadId) -> Lead {
    let mut secret = Secret::open(Subject::Lead(lead), Contact::default());
    secret.close("c2VhbGVk".to_owned());
    Lead {
        id: lead,
        channel: LeadChannel::KioskQr,
        place: None,
        visit: Some(id(1)),
        language: Language::Zh,
        models: Vec::new(),
        when: None,
        budget: None,
        consents: Vec::new(),
        secret: Some(secret),
    }
}

#[test]
fn a_lead_stays_sealed_and_an_erased_one_loses_even_that() {
    let lead = LeadId::new(start(), [9; 10]);
    let received = LeadEvent::Received(left_contact(lead));
    let story =
        commits(vec![(0, received.into()), (5, LeadEvent::Erased { lead, by: None, why: Erasure::Withdrawn }.into())]);
    let sealed = |views: &Views| {
        let mut found = Vec::new();
        let mut row = views.lead(lead).unwrap().unwrap();
        row.each_secret(&mut |secret| found.push(secret.sealed().map(str::to_owned)));
        found
    };
    let (_data, views) = told(&story[..1]);
    assert_eq!(sealed(&views), vec![Some("c2VhbGVk".to_owned())]);
    views.apply(&story[1..]).unwrap();
    assert_eq!(sealed(&views), vec![None]);
    let page = views.leads(start(), start() + TimeDelta::seconds(1), None, 5).unwrap();
    assert_eq!((page.rows.len(), page.rows[0].lead.id), (1, lead));
}

#[test]
fn commits_out_of_order_are_refused_and_change_nothing() {
    let story = floor(whole_story());
    let (_data, views) = told(&story[..3]);
    let before = bytes(&views);
    for wrong in [&story[..1], &story[2..4], &story[4..6]] {
        assert!(matches!(views.apply(wrong), Err(ViewsError::Gap(4, _))));
    }
    assert_eq!(bytes(&views), before);
    assert_eq!(*views.reached().borrow(), 3);
}

#[test]
fn views_of_another_version_or_with_a_broken_cursor_start_empty() {
    for (key, value) in [(keys::FORM, &[FORM + 1][..]), (keys::CURSOR, b"{")] {
        let (data, views) = told(&floor(whole_story()));
        views.tree().insert(key, value).unwrap();
        drop(views);
        let views = reopened(data.path());
        assert_eq!((views.cursor().unwrap().sequence, bytes(&views).len()), (0, 1));
    }
}

#[test]
fn views_are_there_again_after_a_restart() {
    let (data, views) = told(&floor(whole_story()));
    let before = bytes(&views);
    drop(views);
    let views = reopened(data.path());
    assert_eq!(bytes(&views), before);
    assert_eq!(*views.reached().borrow(), 11);
}

/// Garbage over a part of sled's file, in thousandths of its length.
fn damage(file: &Path, from: usize, to: usize) {
    let mut content = std::fs::read(file).unwrap();
    let place = |thousandth| content.len() * thousandth / 1000;
    let (from, to) = (place(from), place(to));
    content[from..to].fill(0xA5);
    std::fs::write(file, content).unwrap();
}

#[test]
fn a_damaged_database_is_built_anew() {
    let log = MemoryLog::default();
    let many = (0..3000_u32).map(|n| {
        let at = start() + TimeDelta::seconds(n.into());
        let visit = VisitId::new(at, [7; 10]);
        let FloorEvent::CheckedIn(came) = came(0, at) else { unreachable!() };
        (i64::from(n) * 1000, FloorEvent::CheckedIn(CheckedIn { visit, ..came }))
    });
    let mut story = floor(many.chain(whole_story()).collect());
    log.append_all(0, &mut story).unwrap();
    for (from, to) in [(0, 1000), (0, 1), (0, 10), (5, 6), (100, 110), (500, 1000), (0, 500)] {
        let data = tempfile::tempdir().unwrap();
        let views = Views::open(data.path()).unwrap();
        catch_up(&log, &views).unwrap();
        let whole = bytes(&views);
        let file = views.folder.join("1/db");
        drop(views);
        damage(&file, from, to);
        let views = reopened(data.path());
        catch_up(&log, &views).unwrap();
        assert_eq!(bytes(&views), whole, "{from}-{to}");
    }
}

#[test]
fn a_database_that_somebody_else_holds_is_left_alone() {
    let (data, views) = told(&floor(whole_story()));
    assert!(matches!(Views::open(data.path()), Err(ViewsError::Folder(_))));
    assert_eq!(views.cursor().unwrap().sequence, 11);
}

fn any_event() -> impl Strategy<Value = FloorEvent> {
    (0..6_u8, 0..11_u8, 0..3_u16).prop_map(|(n, kind, ordinal)| match kind {
        0 | 1 => came(n, start() - TimeDelta::milliseconds(i64::from(ordinal) * 50)),
        2 => asked(n, ordinal, ["wang", "chen", "li"][usize::from(ordinal)]),
        3 => FloorEvent::Handed { alert: alert(n, ordinal), channel: Channel::Stream },
        4 => FloorEvent::Shown { alert: alert(n, ordinal) },
        5 => FloorEvent::Accepted { alert: alert(n, ordinal), turn: true },
        6 => FloorEvent::Greeted { visit: id(n), source: GreetedSource::Consultant, at: None },
        7 => FloorEvent::GreetingUndone { visit: id(n) },
        8 => ended(n, Outcome::Interested),
        9 => FloorEvent::EndUndone { visit: id(n) },
        _ => FloorEvent::ClockStepped { by_ms: i64::from(ordinal) * 7000 - 7000 },
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn a_rebuild_gives_the_bytes_of_the_live_views(
        story in proptest::collection::vec((0..600_000_i64, any_event()), 1..60),
        cuts in proptest::collection::vec(1..9_usize, 60),
    ) {
        let story = floor(story);
        let (_data, rebuilt) = told(&story);
        let (_data, live) = told(&[]);
        let mut rest = &story[..];
        for cut in cuts {
            let (some, others) = rest.split_at(cut.min(rest.len()));
            live.apply(some).unwrap();
            rest = others;
        }
        prop_assert_eq!(bytes(&live), bytes(&rebuilt));
    }
}
