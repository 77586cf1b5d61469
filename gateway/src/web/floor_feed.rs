//! The floor for open pages: what the runtime publishes, serialised once for everybody.
//!
//! Two audiences: the whole (reception, manager) four times a second, and the limited one (colleagues and counts, without
//! visits) once a second: two hundred phones that each hear of two hundred colleagues cost more than all alerts. Each
//! publication becomes a change against the one before, kept for clients that are a little behind; whoever is further
//! behind gets the whole anew. What is a client's own, the person and the visits, is kept apart.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use chrono::{DateTime, Utc};
use serde::Serialize;
use shared::ids::{StaffId, VisitId};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::domain::floor::member::Presence;
use crate::domain::roster::Role;
use crate::runtime::{FloorMember, FloorSnapshot, FloorVisit};

/// At most four a second to a client (DESIGN §6).
const PAUSE: Duration = Duration::from_millis(250);
/// Those who see no visits hear of every fourth publication, which is one a second, and of the last.
const LIMITED_EVERY: u32 = 4;
const CHANGES: usize = 16;

/// How much of the floor somebody sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Audience {
    /// Every visit.
    Whole,
    /// Colleagues and counts.
    Limited,
}

/// Changes in order, the version that each led to, and the floor that the last one led to.
#[derive(Debug, Clone, Default)]
struct Changes {
    base: Arc<FloorSnapshot>,
    /// The version that the oldest kept change starts from.
    from: u64,
    kept: VecDeque<(u64, Arc<str>)>,
}

/// One publication.
#[derive(Debug, Default)]
pub(super) struct Frame {
    version: u64,
    pub(super) snapshot: Arc<FloorSnapshot>,
    all: Changes,
    few: Changes,
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
            let mut turn = Turn::default();
            loop {
                let quiet = tokio::select! {
                    () = shutdown.cancelled() => return,
                    changed = floor.changed() => if changed.is_ok() { false } else { return },
                    () = tokio::time::sleep(PAUSE * LIMITED_EVERY), if turn.behind => true,
                };
                let limited = turn.tells(quiet);
                let snapshot = Arc::clone(&floor.borrow_and_update());
                let next = sender.borrow().next(snapshot, limited);
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

    /// Whether the runtime publishes no more: what was published last is no floor.
    pub(super) fn has_ended(&self) -> bool {
        self.frames.has_changed().is_err()
    }
}

/// Whose turn it is to hear: every publication is the whole audience's, every fourth the limited one's too, and the last before it
/// is quiet.
#[derive(Debug, Default)]
struct Turn {
    /// Publications until the next that the limited audience hears.
    left: u32,
    /// There was one that it has not heard.
    behind: bool,
}

impl Turn {
    fn tells(&mut self, quiet: bool) -> bool {
        let tells = quiet || self.left == 0;
        self.left = match (quiet, tells) {
            (true, _) => 0,
            (false, true) => LIMITED_EVERY - 1,
            (false, false) => self.left - 1,
        };
        self.behind = !tells;
        tells
    }
}

#[derive(Serialize)]
struct Whole<'a> {
    #[serde(flatten)]
    snapshot: &'a FloorSnapshot,
    whole: bool,
}

/// A colleague as colleagues see one.
#[derive(Serialize, PartialEq)]
struct Colleague<'a> {
    id: &'a StaffId,
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    latin: Option<&'a str>,
    role: Role,
    presence: Presence,
    off_shift: bool,
    reachable: bool,
}

#[derive(Serialize)]
struct Limited<'a> {
    sequence: u64,
    at: DateTime<Utc>,
    staff: Vec<Colleague<'a>>,
    waiting: u32,
    breached: u32,
    whole: bool,
}

/// What differs: members and visits that are new or changed, and those that are gone.
#[derive(Serialize)]
struct Difference<'a, M> {
    sequence: u64,
    at: DateTime<Utc>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    staff: Vec<M>,
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
        let changes = Changes { base: Arc::clone(&snapshot), ..Changes::default() };
        Self { mine: mine(&snapshot), snapshot, all: changes.clone(), few: changes, ..Self::default() }
    }

    /// The frame after this one; `limited` also for those who see no visits.
    fn next(&self, snapshot: Arc<FloorSnapshot>, limited: bool) -> Self {
        let version = self.version + 1;
        let (mut all, mut few) = (self.all.clone(), self.few.clone());
        let everything = all_changes(&all.base, &snapshot);
        all.push(version, &snapshot, everything);
        if limited {
            let colleagues = colleague_changes(&few.base, &snapshot);
            few.push(version, &snapshot, colleagues);
        }
        Self { version, mine: mine(&snapshot), snapshot, all, few, ..Self::default() }
    }

    pub(super) fn version(&self) -> u64 {
        self.version
    }

    /// Everything that this audience sees; written out once, whoever asks first.
    pub(super) fn everything(&self, audience: Audience) -> Arc<str> {
        Arc::clone(match audience {
            Audience::Whole => self.whole.get_or_init(|| json(&Whole { snapshot: &self.snapshot, whole: true })),
            Audience::Limited => self.limited.get_or_init(|| {
                // What the next change counts from, which may be a second old.
                let floor = &*self.few.base;
                json(&Limited {
                    sequence: floor.sequence,
                    at: floor.at,
                    staff: floor.staff.iter().map(Colleague::of).collect(),
                    waiting: floor.waiting,
                    breached: floor.breached,
                    whole: true,
                })
            }),
        })
    }

    /// What a client that stands at `version` has to be sent, in order.
    pub(super) fn since(&self, version: u64, audience: Audience) -> Vec<Arc<str>> {
        let changes = match audience {
            Audience::Whole => &self.all,
            Audience::Limited => &self.few,
        };
        if version < changes.from {
            return vec![self.everything(audience)];
        }
        changes.kept.iter().filter(|(to, _)| *to > version).map(|(_, change)| Arc::clone(change)).collect()
    }

    /// What is this person's own: `{"me":…,"mine":[…],"place":…}`, the visits that they accepted or came along to.
    pub(super) fn mine(&self, staff: &StaffId) -> Arc<str> {
        self.mine.get(staff).cloned().unwrap_or_else(|| Arc::from("{\"mine\":[]}"))
    }
}

impl Changes {
    /// Takes a change, if there is one, and forgets the oldest beyond the limit.
    fn push(&mut self, version: u64, snapshot: &Arc<FloorSnapshot>, change: Option<Arc<str>>) {
        self.base = Arc::clone(snapshot);
        let Some(change) = change else { return };
        if self.kept.len() == CHANGES
            && let Some((oldest, _)) = self.kept.pop_front()
        {
            self.from = oldest;
        }
        self.kept.push_back((version, change));
    }
}

impl<'a> Colleague<'a> {
    fn of(member: &'a FloorMember) -> Self {
        Self {
            id: &member.id,
            name: &member.name,
            latin: member.latin.as_deref(),
            role: member.role,
            presence: member.presence,
            off_shift: !member.shift.may_be_asked(),
            reachable: member.reachable,
        }
    }
}

fn all_changes(before: &FloorSnapshot, after: &FloorSnapshot) -> Option<Arc<str>> {
    let visits: BTreeMap<_, _> = before.visits.iter().map(|visit| (visit.id, visit)).collect();
    let visits_now: BTreeSet<_> = after.visits.iter().map(|visit| visit.id).collect();
    let mut difference = differing(before, after, |member| member);
    difference.visits = after.visits.iter().filter(|visit| visits.get(&visit.id) != Some(visit)).collect();
    difference.visits_gone = before.visits.iter().map(|visit| visit.id).filter(|id| !visits_now.contains(id)).collect();
    difference.says_something(before).then(|| json(&difference))
}

fn colleague_changes(before: &FloorSnapshot, after: &FloorSnapshot) -> Option<Arc<str>> {
    let difference = differing(before, after, Colleague::of);
    difference.says_something(before).then(|| json(&difference))
}

/// What differs among the members, as somebody sees them, and in the counts.
fn differing<'a, M: PartialEq>(
    before: &'a FloorSnapshot,
    after: &'a FloorSnapshot,
    seen: impl Fn(&'a FloorMember) -> M,
) -> Difference<'a, M> {
    let members: BTreeMap<_, _> = before.staff.iter().map(|member| (&member.id, seen(member))).collect();
    let staff_now: BTreeSet<_> = after.staff.iter().map(|member| &member.id).collect();
    let now = after.staff.iter().map(|member| (&member.id, seen(member)));
    Difference {
        sequence: after.sequence,
        at: after.at,
        staff: now.filter(|(id, member)| members.get(id) != Some(member)).map(|(_, member)| member).collect(),
        staff_gone: before.staff.iter().map(|member| &member.id).filter(|id| !staff_now.contains(id)).collect(),
        visits: Vec::new(),
        visits_gone: Vec::new(),
        waiting: after.waiting,
        breached: after.breached,
    }
}

impl<M> Difference<'_, M> {
    fn says_something(&self, before: &FloorSnapshot) -> bool {
        (before.waiting, before.breached) != (self.waiting, self.breached)
            || !self.staff.is_empty()
            || !self.staff_gone.is_empty()
            || !self.visits.is_empty()
            || !self.visits_gone.is_empty()
    }
}

fn mine(snapshot: &FloorSnapshot) -> BTreeMap<StaffId, Arc<str>> {
    #[derive(Serialize)]
    struct Own<'a> {
        me: &'a FloorMember,
        mine: Vec<&'a FloorVisit>,
        #[serde(skip_serializing_if = "Option::is_none")]
        place: Option<u32>,
    }
    let mut visits: BTreeMap<&StaffId, Vec<&FloorVisit>> = BTreeMap::new();
    for visit in &snapshot.visits {
        for staff in visit.consultant.iter().chain(&visit.seconds) {
            visits.entry(staff).or_default().push(visit);
        }
    }
    let place = |me: &FloorMember| snapshot.rotation.get(&me.id).copied();
    let own = |me| Own { me, mine: visits.remove(&me.id).unwrap_or_default(), place: place(me) };
    snapshot.staff.iter().map(own).map(|own| (own.me.id.clone(), json(&own))).collect()
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
        let next = first.next(floor(2, vec![member("wang")], vec![visit(2, Some("wang"))]), true);
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
    fn the_limited_audience_hears_every_fourth_publication_and_the_last_of_any_number() {
        for publications in 1_usize..=12 {
            let mut turn = Turn::default();
            let told: Vec<_> = (0..publications).map(|_| turn.tells(false)).collect();
            assert_eq!(told.iter().filter(|told| **told).count(), publications.div_ceil(4), "{told:?}");
            assert_eq!(turn.behind, told.last() == Some(&false), "{told:?}");
            assert!(turn.tells(true) && !turn.behind, "a quiet second tells the last");
        }
    }

    #[test]
    fn a_consultant_hears_nothing_of_visits_that_change_no_count() {
        let mut coming = visit(1, None);
        let first = Frame::first(floor(1, vec![member("wang")], vec![coming.clone()]));
        coming.party = Some(3);
        let next = first.next(floor(2, vec![member("wang")], vec![coming]), true);
        assert!(next.since(0, Audience::Limited).is_empty());
        assert_eq!(next.since(0, Audience::Whole).len(), 1);
    }

    #[test]
    fn whoever_is_too_far_behind_gets_everything_and_others_every_change() {
        let mut frame = Frame::first(floor(0, vec![member("wang")], vec![]));
        for sequence in 1..=20 {
            let mut coming = visit(1, None);
            coming.party = u8::try_from(sequence).ok();
            frame = frame.next(floor(sequence, vec![member("wang")], vec![coming]), true);
        }
        assert!(frame.since(20, Audience::Whole).is_empty());
        assert_eq!(frame.since(4, Audience::Whole).len(), 16);
        let anew = read(&frame.since(3, Audience::Whole));
        assert_eq!((anew.len(), anew[0]["whole"].clone()), (1, json!(true)));
    }

    #[test]
    fn what_is_ones_own_comes_with_every_frame() {
        let frame = Frame::first(floor(1, vec![member("wang")], vec![visit(1, Some("wang")), visit(2, None)]));
        let own: Value = serde_json::from_str(&frame.mine(&"wang".parse().unwrap())).unwrap();
        assert_eq!((own["me"]["id"].clone(), own["mine"].as_array().unwrap().len()), (json!("wang"), 1));
        assert!(own["me"]["turns"].is_object() && own.get("place").is_none());
        assert_eq!(&*frame.mine(&"nobody".parse().unwrap()), "{\"mine\":[]}");
    }

    #[test]
    fn whoever_came_along_has_the_visit_as_well_and_each_their_place() {
        let mut shared = visit(1, Some("wang"));
        shared.seconds = vec!["li".parse().unwrap()];
        let mut snapshot = FloorSnapshot::clone(&floor(1, vec![member("wang"), member("li")], vec![shared]));
        snapshot.rotation = [("li".parse().unwrap(), 2)].into();
        let frame = Frame::first(Arc::new(snapshot));
        let own = |id: &str| -> Value { serde_json::from_str(&frame.mine(&id.parse().unwrap())).unwrap() };
        assert_eq!((own("li")["mine"].as_array().unwrap().len(), own("li")["place"].clone()), (1, json!(2)));
        assert_eq!(own("wang")["mine"].as_array().unwrap().len(), 1);
        assert!(!frame.everything(Audience::Whole).contains("rotation"), "a place is everybody's own");
    }

    #[test]
    fn colleagues_are_told_more_seldom_and_miss_nothing() {
        let with = |presence| {
            let mut wang = member("wang");
            wang.presence = presence;
            vec![wang]
        };
        let first = Frame::first(floor(1, with(Presence::Free), vec![]));
        let between = first.next(floor(2, with(Presence::Break), vec![]), false);
        assert!(between.since(0, Audience::Limited).is_empty());
        assert_eq!(between.since(0, Audience::Whole).len(), 1);
        // Whoever opens now sees what the next change counts from.
        let opened = read(&[between.everything(Audience::Limited)]);
        assert_eq!(opened[0]["staff"][0]["presence"], json!("free"));
        let back = between.next(floor(3, with(Presence::Free), vec![]), true);
        assert!(back.since(1, Audience::Limited).is_empty());
        let gone = back.next(floor(4, with(Presence::Off), vec![]), true);
        assert_eq!(read(&gone.since(1, Audience::Limited))[0]["staff"][0]["presence"], json!("off"));
    }

    #[test]
    fn a_colleague_hears_nothing_of_turns() {
        let first = Frame::first(floor(1, vec![member("wang")], vec![]));
        let mut wang = member("wang");
        wang.turns.taken += 1;
        let next = first.next(floor(2, vec![wang], vec![]), true);
        assert!(next.since(0, Audience::Limited).is_empty());
        assert_eq!(next.since(0, Audience::Whole).len(), 1);
    }
}
