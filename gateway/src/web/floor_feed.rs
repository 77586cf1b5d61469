//! The floor for open pages: what the runtime publishes, serialised once for everybody.
//!
//! Two audiences: the whole (reception, manager) and the limited one (colleagues and counts, without visits). Each
//! publication becomes a change against the one before, kept for clients that are a little behind; whoever is further
//! behind gets the whole anew. A client's own visits are kept apart, per person.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use chrono::{DateTime, Utc};
use serde::Serialize;
use shared::ids::{StaffId, VisitId};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::runtime::{FloorMember, FloorSnapshot, FloorVisit};

/// At most four a second to a client (DESIGN §6).
const PAUSE: Duration = Duration::from_millis(250);
const CHANGES: usize = 16;

/// How much of the floor somebody sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Audience {
    /// Every visit.
    Whole,
    /// Colleagues and counts.
    Limited,
}

#[derive(Debug, Clone)]
struct Change {
    version: u64,
    whole: Arc<str>,
    /// None when nothing changed for those who see no visits.
    limited: Option<Arc<str>>,
}

/// One publication.
#[derive(Debug, Default)]
pub(super) struct Frame {
    version: u64,
    pub(super) snapshot: Arc<FloorSnapshot>,
    changes: VecDeque<Change>,
    mine: BTreeMap<StaffId, Arc<str>>,
    whole: OnceLock<Arc<str>>,
    limited: OnceLock<Arc<str>>,
}

#[derive(Debug)]
pub(super) struct FloorFeed {
    frames: watch::Receiver<Arc<Frame>>,
}

impl FloorFeed {
    pub(super) fn start(
        mut floor: watch::Receiver<Arc<FloorSnapshot>>,
        shutdown: CancellationToken,
        tasks: &TaskTracker,
    ) -> Self {
        let first = Frame::first(Arc::clone(&floor.borrow_and_update()));
        let (sender, frames) = watch::channel(Arc::new(first));
        tasks.spawn(async move {
            loop {
                tokio::select! {
                    () = shutdown.cancelled() => return,
                    changed = floor.changed() => if changed.is_err() { return },
                }
                let snapshot = Arc::clone(&floor.borrow_and_update());
                let next = sender.borrow().next(snapshot);
                sender.send_replace(Arc::new(next));
                tokio::time::sleep(PAUSE).await;
            }
        });
        Self { frames }
    }

    pub(super) fn frames(&self) -> watch::Receiver<Arc<Frame>> {
        self.frames.clone()
    }

    pub(super) fn now(&self) -> Arc<Frame> {
        Arc::clone(&self.frames.borrow())
    }
}

#[derive(Serialize)]
struct Whole<'a> {
    #[serde(flatten)]
    snapshot: &'a FloorSnapshot,
    whole: bool,
}

#[derive(Serialize)]
struct Limited<'a> {
    sequence: u64,
    at: DateTime<Utc>,
    staff: &'a [FloorMember],
    waiting: u32,
    breached: u32,
    whole: bool,
}

/// What differs: members and visits that are new or changed, and visits that are gone.
#[derive(Serialize)]
struct Difference<'a> {
    sequence: u64,
    at: DateTime<Utc>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    staff: Vec<&'a FloorMember>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    staff_gone: Vec<&'a StaffId>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    visits: Vec<&'a FloorVisit>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    visits_gone: Vec<VisitId>,
    waiting: u32,
    breached: u32,
}

impl Frame {
    fn first(snapshot: Arc<FloorSnapshot>) -> Self {
        Self { mine: mine(&snapshot), snapshot, ..Self::default() }
    }

    fn next(&self, snapshot: Arc<FloorSnapshot>) -> Self {
        let version = self.version + 1;
        let mut changes = self.changes.clone();
        if changes.len() == CHANGES {
            changes.pop_front();
        }
        let mut difference = difference(&self.snapshot, &snapshot);
        let whole = json(&difference);
        let counts = (self.snapshot.waiting, self.snapshot.breached) != (snapshot.waiting, snapshot.breached);
        let limited = (counts || !difference.staff.is_empty() || !difference.staff_gone.is_empty()).then(|| {
            difference.visits.clear();
            difference.visits_gone.clear();
            json(&difference)
        });
        changes.push_back(Change { version, whole, limited });
        Self { version, mine: mine(&snapshot), snapshot, changes, ..Self::default() }
    }

    pub(super) fn version(&self) -> u64 {
        self.version
    }

    /// Everything that this audience sees; written out once, whoever asks first.
    pub(super) fn everything(&self, audience: Audience) -> Arc<str> {
        let floor = &*self.snapshot;
        Arc::clone(match audience {
            Audience::Whole => self.whole.get_or_init(|| json(&Whole { snapshot: floor, whole: true })),
            Audience::Limited => self.limited.get_or_init(|| {
                json(&Limited {
                    sequence: floor.sequence,
                    at: floor.at,
                    staff: &floor.staff,
                    waiting: floor.waiting,
                    breached: floor.breached,
                    whole: true,
                })
            }),
        })
    }

    /// What a client that stands at `version` has to be sent, in order.
    pub(super) fn since(&self, version: u64, audience: Audience) -> Vec<Arc<str>> {
        let known = self.changes.front().is_none_or(|oldest| oldest.version <= version + 1);
        if !known {
            return vec![self.everything(audience)];
        }
        let newer = self.changes.iter().filter(|change| change.version > version);
        match audience {
            Audience::Whole => newer.map(|change| Arc::clone(&change.whole)).collect(),
            Audience::Limited => newer.filter_map(|change| change.limited.clone()).collect(),
        }
    }

    /// The visits that this person has accepted, as `{"mine":[…]}`.
    pub(super) fn mine(&self, staff: &StaffId) -> Arc<str> {
        self.mine.get(staff).cloned().unwrap_or_else(|| Arc::from("{\"mine\":[]}"))
    }
}

fn difference<'a>(before: &'a FloorSnapshot, after: &'a FloorSnapshot) -> Difference<'a> {
    let members: BTreeMap<_, _> = before.staff.iter().map(|member| (&member.id, member)).collect();
    let visits: BTreeMap<_, _> = before.visits.iter().map(|visit| (visit.id, visit)).collect();
    let staff_now: std::collections::BTreeSet<_> = after.staff.iter().map(|member| &member.id).collect();
    let visits_now: std::collections::BTreeSet<_> = after.visits.iter().map(|visit| visit.id).collect();
    Difference {
        sequence: after.sequence,
        at: after.at,
        staff: after.staff.iter().filter(|member| members.get(&member.id) != Some(member)).collect(),
        staff_gone: before.staff.iter().map(|member| &member.id).filter(|id| !staff_now.contains(id)).collect(),
        visits: after.visits.iter().filter(|visit| visits.get(&visit.id) != Some(visit)).collect(),
        visits_gone: before.visits.iter().map(|visit| visit.id).filter(|id| !visits_now.contains(id)).collect(),
        waiting: after.waiting,
        breached: after.breached,
    }
}

fn mine(snapshot: &FloorSnapshot) -> BTreeMap<StaffId, Arc<str>> {
    #[derive(Serialize)]
    struct Mine<'a> {
        mine: &'a [&'a FloorVisit],
    }
    let mut visits: BTreeMap<&StaffId, Vec<&FloorVisit>> = BTreeMap::new();
    for visit in &snapshot.visits {
        if let Some(consultant) = &visit.consultant {
            visits.entry(consultant).or_default().push(visit);
        }
    }
    visits.into_iter().map(|(staff, visits)| (staff.clone(), json(&Mine { mine: &visits }))).collect()
}

fn json(value: &impl Serialize) -> Arc<str> {
    Arc::from(serde_json::to_string(value).unwrap_or_else(|_| "{}".to_owned()))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::tests::samples::{member, visit};
    use super::*;

    fn floor(sequence: u64, staff: Vec<FloorMember>, visits: Vec<FloorVisit>) -> Arc<FloorSnapshot> {
        let waiting = u32::try_from(visits.iter().filter(|visit| visit.accepted_at.is_none()).count()).unwrap();
        Arc::new(FloorSnapshot { sequence, staff, visits, waiting, ..FloorSnapshot::default() })
    }

    fn read(texts: &[Arc<str>]) -> Vec<Value> {
        texts.iter().map(|text| serde_json::from_str(text).unwrap()).collect()
    }

    #[test]
    fn a_change_names_what_is_new_and_what_is_gone() {
        let first = Frame::first(floor(1, vec![member("wang"), member("li")], vec![visit(1, None)]));
        let next = first.next(floor(2, vec![member("wang")], vec![visit(2, Some("wang"))]));
        let whole = read(&next.since(0, Audience::Whole));
        assert_eq!(whole.len(), 1);
        assert_eq!(whole[0]["staff_gone"], json!(["li"]));
        assert_eq!(whole[0]["visits_gone"], json!([visit(1, None).id.to_string()]));
        assert_eq!(whole[0]["visits"][0]["consultant"], json!("wang"));
        assert_eq!(whole[0].get("staff"), None, "wang is as before");
        let limited = read(&next.since(0, Audience::Limited));
        assert_eq!(limited[0].get("visits"), None, "no visit leaks to those who may not see it");
    }

    #[test]
    fn a_consultant_hears_nothing_of_visits_that_change_no_count() {
        let mut coming = visit(1, None);
        let first = Frame::first(floor(1, vec![member("wang")], vec![coming.clone()]));
        coming.party = Some(3);
        let next = first.next(floor(2, vec![member("wang")], vec![coming]));
        assert!(next.since(0, Audience::Limited).is_empty());
        assert_eq!(next.since(0, Audience::Whole).len(), 1);
    }

    #[test]
    fn whoever_is_too_far_behind_gets_everything_and_others_every_change() {
        let mut frame = Frame::first(floor(0, vec![member("wang")], vec![]));
        for sequence in 1..=20 {
            frame = frame.next(floor(sequence, vec![member("wang")], vec![visit(1, None)]));
        }
        assert!(frame.since(20, Audience::Whole).is_empty());
        assert_eq!(frame.since(4, Audience::Whole).len(), 16);
        let anew = read(&frame.since(3, Audience::Whole));
        assert_eq!((anew.len(), anew[0]["whole"].clone()), (1, json!(true)));
        assert_eq!(&*frame.mine(&"wang".parse().unwrap()), "{\"mine\":[]}");
    }
}
