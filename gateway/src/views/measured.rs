//! Many visits for measurements, each with the events of a whole visit.

use std::path::Path;

use chrono::{DateTime, TimeDelta};
use shared::ids::{AlertId, VisitId};
use shared::wire::{Language, Purpose, Why};

use super::Views;
use crate::domain::floor::event::{CheckedIn, FloorEvent};
use crate::domain::floor::visit::{Channel, GreetedSource, Outcome};
use crate::log::Commit;

/// Views of `count` visits, half a minute apart.
pub(crate) fn filled(data: &Path, count: u32) -> Views {
    let views = Views::open(data).unwrap();
    let mut batch = Vec::new();
    for n in 0..count {
        let at = DateTime::from_timestamp(1_700_000_000, 0).unwrap() + TimeDelta::seconds(i64::from(n) * 30);
        batch.push(commit(n, at));
        if batch.len() == 256 || n + 1 == count {
            views.apply(&batch).unwrap();
            batch.clear();
        }
    }
    views.flush().unwrap();
    views
}

fn commit(n: u32, at: DateTime<chrono::Utc>) -> Commit {
    let mut random = [0x5A; 10];
    random[..4].copy_from_slice(&n.wrapping_mul(2_654_435_761).to_be_bytes());
    let visit = VisitId::new(at, random);
    let alert = AlertId { visit, ordinal: 1 };
    let came = CheckedIn {
        visit,
        kiosk: "entrance".parse().ok(),
        by: None,
        purpose: Purpose::ALL[n as usize % Purpose::ALL.len()],
        language: Language::Zh,
        party: Some(2),
        arrived_at: at - TimeDelta::milliseconds(i64::from(n % 97)),
        time_uncertain: false,
        late: false,
        touched_ms: Some(1800),
    };
    let events = [
        FloorEvent::CheckedIn(came),
        FloorEvent::Asked { alert, to: "wang".parse().unwrap(), why: Why::LongestFree },
        FloorEvent::Handed { alert, channel: Channel::Stream },
        FloorEvent::Shown { alert },
        FloorEvent::Accepted { alert, turn: true },
        FloorEvent::Greeted { visit, source: GreetedSource::Consultant },
        FloorEvent::Ended { visit, outcome: Outcome::Interested, by: None },
    ];
    Commit {
        sequence: u64::from(n) + 1,
        at,
        before: String::new(),
        causes: Vec::new(),
        events: events.into_iter().map(Into::into).collect(),
    }
}
