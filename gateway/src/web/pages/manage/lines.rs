//! Rows of the manager's tables, in the words and the zone of the page.

use chrono::{DateTime, TimeDelta, Utc};
use shared::phone::PhoneNumber;
use shared::wire::{Score, ScorePart};

use crate::domain::customer::Owned;
use crate::domain::floor::visit::GreetedSource;
use crate::runtime::{CustomerView, FloorSnapshot};
use crate::views::{Broken, LeadRow, VisitRow};
use crate::web::front::Front;
use crate::web::pages::Frame;
use crate::web::reach::Standing;
use crate::web::words::Words;

/// A time of a visit: what to write, and whether it was over the time in which somebody should have come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Time {
    pub(super) text: String,
    pub(super) over: bool,
}

impl Time {
    fn new(ms: Option<i64>, breach: TimeDelta) -> Self {
        let Some(ms) = ms else { return Self { text: "–".to_owned(), over: false } };
        let text = match ms {
            ..1000 => format!("{ms} ms"),
            1000..100_000 => format!("{}.{} s", ms / 1000, ms % 1000 / 100),
            100_000..3_600_000 => format!("{} min {:02} s", ms / 60_000, ms / 1000 % 60),
            _ => format!("{} h {} min", ms / 3_600_000, ms / 60_000 % 60),
        };
        Self { text, over: ms > breach.num_milliseconds() }
    }
}

#[derive(Debug)]
pub(super) struct VisitLine {
    pub(super) arrived: String,
    pub(super) purpose: String,
    pub(super) party: String,
    pub(super) consultant: String,
    pub(super) phone: Time,
    pub(super) shown: Time,
    pub(super) accepted: Time,
    pub(super) greeted: Time,
    pub(super) source: String,
    pub(super) outcome: String,
    pub(super) mark: String,
}

impl VisitLine {
    pub(super) fn new(front: &Front, row: &VisitRow, w: &Words) -> Self {
        let time = |ms| Time::new(ms, front.parts.promise.breach);
        Self {
            arrived: clock(front, row.arrived_at.utc()),
            purpose: w.named("purpose", row.purpose.as_str()),
            party: row.party.map(|party| party.to_string()).unwrap_or_default(),
            consultant: row.consultant.as_ref().map(|staff| front.name_in(w, staff)).unwrap_or_default(),
            phone: time(row.phone_ms),
            shown: time(row.shown_ms),
            accepted: time(row.accepted_ms),
            greeted: time(row.greeted_ms),
            source: row.greeted_source.map(|by| w.named("source", GreetedSource::as_str(by))).unwrap_or_default(),
            outcome: row.outcome.map(|outcome| w.named("outcome", outcome.as_str())).unwrap_or_default(),
            mark: mark(row, w),
        }
    }
}

/// What is out of the ordinary about a visit, as it stands now.
fn mark(row: &VisitRow, w: &Words) -> String {
    let after = row.accepted_ms.map(|ms| waited(w, ms / 1000));
    match (row.broken(), after) {
        _ if row.late => w.late_mark.to_owned(),
        (None, _) => String::new(),
        (Some(Broken::NobodyFree), Some(after)) => w.breach_free_later.replace("{span}", &after),
        (Some(_), Some(after)) => w.breach_accepted_late.replace("{span}", &after),
        (Some(Broken::NobodyFree), None) => w.breach_nobody_free.to_owned(),
        (Some(_), None) => w.breach_not_accepted.to_owned(),
    }
}

/// How long somebody waits, to the second while seconds count; `spans.js` writes the same.
fn waited(w: &Words, seconds: i64) -> String {
    let (hours, minutes, rest) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    match seconds {
        ..60 => w.board.board_seconds.replace("{n}", &seconds.max(0).to_string()),
        60..3600 => {
            w.board.board_minutes_seconds.replace("{m}", &minutes.to_string()).replace("{n}", &format!("{rest:02}"))
        }
        _ => w.board.board_hours.replace("{h}", &hours.to_string()).replace("{n}", &minutes.to_string()),
    }
}

/// Why visitors' phones reach nothing, and what to set; nothing where nothing is known against the link.
pub(super) fn reach(front: &Front, w: &Words) -> Option<String> {
    let word = match front.reach.look() {
        Standing::Fine => return None,
        Standing::NoDoor => w.reach_no_door,
        Standing::NoAddress => w.reach_no_address,
        Standing::Silent => w.reach_silent,
        Standing::Foreign => w.reach_foreign,
    };
    Some(word.replace("{url}", front.reach.public.as_deref().unwrap_or_default()))
}

/// That the clock leapt forward, what to look at, and until when it erases nobody.
pub(super) fn clock_doubted(front: &Front, floor: &FloorSnapshot, w: &Words, now: DateTime<Utc>) -> Option<String> {
    let day = |at: DateTime<Utc>| at.with_timezone(&front.zone()).format("%Y-%m-%d").to_string();
    let until = floor.clock_doubted.filter(|until| *until > now)?;
    Some(w.clock_doubted.replace("{today}", &day(now)).replace("{until}", &day(until)))
}

#[derive(Debug)]
pub(super) struct WaitLine {
    pub(super) since: String,
    pub(super) waited: String,
    pub(super) arrived: String,
    pub(super) purpose: String,
    pub(super) stage: String,
    pub(super) breach: bool,
}

/// Who waits, the longest first.
pub(super) fn waiting(front: &Front, floor: &FloorSnapshot, w: &Words, now: DateTime<Utc>) -> Vec<WaitLine> {
    let waits = floor.visits.iter().filter(|visit| {
        visit.accepted_at.is_none() && visit.greeted_at.is_none() && visit.outcome.is_none() && !visit.late
    });
    waits
        .map(|visit| WaitLine {
            since: clock(front, visit.arrived_at),
            waited: waited(w, (now - visit.received_at).num_seconds()),
            arrived: visit.received_at.to_rfc3339_opts(chrono::SecondsFormat::Millis, true),
            purpose: w.named("purpose", visit.purpose.as_str()),
            stage: w.named("stage", stage(visit.stage)),
            breach: visit.breach.is_some(),
        })
        .collect()
}

#[derive(Debug)]
pub(in crate::web) struct LeadLine {
    pub(in crate::web) id: String,
    /// Whether there is a contact to show or to erase.
    pub(in crate::web) kept: bool,
    pub(in crate::web) time: String,
    pub(in crate::web) name: String,
    pub(in crate::web) phone: String,
    pub(in crate::web) models: String,
    pub(in crate::web) when: String,
    pub(in crate::web) budget: String,
    pub(in crate::web) channel: String,
    /// Nothing where they are no customer: no number is kept.
    pub(in crate::web) owner: Option<OwnerLine>,
    /// Nothing where no contact is kept.
    pub(in crate::web) score: Option<ScoreLine>,
}

/// How promising somebody is, and why.
#[derive(Debug)]
pub(in crate::web) struct ScoreLine {
    /// For the page's looks: high, medium or low.
    pub(in crate::web) intent: &'static str,
    /// `高意向 85`
    pub(in crate::web) text: String,
    /// `到店 3 次 +30 · 试驾 1 次 +20`
    pub(in crate::web) parts: String,
}

impl ScoreLine {
    pub(in crate::web) fn new(score: &Score, w: &Words) -> Self {
        let part = |part: &ScorePart| {
            let word = w.named("score", part.signal.as_str());
            let said = word.replace("{n}", &part.amount.unwrap_or_default().to_string());
            format!("{said} +{}", part.points)
        };
        let parts: Vec<_> = score.parts.iter().map(part).collect();
        let intent = score.intent.as_str();
        Self {
            intent,
            text: format!("{} {}", w.named("intent", intent), score.points),
            parts: if parts.is_empty() { w.score.score_none.to_owned() } else { parts.join(" · ") },
        }
    }
}

/// Whose customer somebody is.
#[derive(Debug)]
pub(in crate::web) struct OwnerLine {
    /// Their name, or that it is nobody.
    pub(in crate::web) name: String,
    /// From when to when; empty for nobody's.
    pub(in crate::web) span: String,
    pub(in crate::web) ruled: bool,
    /// No longer on the staff.
    pub(in crate::web) left: bool,
}

impl OwnerLine {
    pub(in crate::web) fn new(front: &Front, owned: Option<Owned>, w: &Words) -> Self {
        let Some(owned) = owned else {
            let name = w.ownership.owner_nobody.to_owned();
            return Self { name, span: String::new(), ruled: false, left: false };
        };
        let day = |at: DateTime<Utc>| at.with_timezone(&front.zone()).format("%m-%d").to_string();
        Self {
            name: front.name_in(w, &owned.staff),
            span: format!("{} – {}", day(owned.since), day(owned.until)),
            ruled: owned.settled,
            left: front.has_left(&owned.staff),
        }
    }
}

impl LeadLine {
    pub(in crate::web) fn new(
        front: &Front,
        row: &LeadRow,
        frame: &Frame,
        time: String,
        customers: Option<&CustomerView>,
    ) -> Self {
        let (w, lead) = (frame.w, &row.lead);
        let contact = lead.secret.as_ref().and_then(|secret| secret.get());
        let gone = if lead.secret.is_some() && contact.is_none() { w.erased } else { "" };
        let name = contact.and_then(|contact| {
            let title = contact.title.map_or("", |title| w.title(title));
            contact.name.as_ref().map(|name| masked_name(name.reveal(), title, frame.code))
        });
        let phone = contact.and_then(|contact| contact.phone.as_ref()).map(PhoneNumber::masked);
        let models = lead.models.iter().map(|id| {
            let model = front.parts.models.iter().find(|model| model.id == *id);
            model.map_or_else(|| id.to_string(), |model| model.name(frame.language()).to_owned())
        });
        Self {
            id: lead.id.to_string(),
            kept: contact.is_some(),
            time,
            name: name.unwrap_or_else(|| gone.to_owned()),
            phone: phone.unwrap_or_else(|| gone.to_owned()),
            models: models.collect::<Vec<_>>().join(" · "),
            when: lead.when.map(|when| w.named("when", &wire(&when))).unwrap_or_default(),
            budget: lead.budget.map(|budget| w.named("budget", &wire(&budget))).unwrap_or_default(),
            channel: w.named("channel", lead.channel.as_str()),
            owner: customers
                .filter(|view| !view.customers.contacts(lead.id).is_empty())
                .map(|view| OwnerLine::new(front, view.owner(lead.id, front.now()), w)),
            score: customers.and_then(|view| view.score(lead.id)).map(|score| ScoreLine::new(&score, w)),
        }
    }
}

#[derive(Debug)]
pub(super) struct DeviceLine {
    pub(super) name: String,
    pub(super) kind: String,
    pub(super) online: bool,
    pub(super) since: String,
    pub(super) version: String,
    pub(super) outbox: u64,
}

pub(super) fn devices(front: &Front, w: &Words) -> Vec<DeviceLine> {
    let devices = (front.parts.devices)();
    devices
        .into_iter()
        .map(|device| DeviceLine {
            name: device.id.to_string(),
            kind: w.named("kind", device.kind.as_str()),
            online: device.online,
            since: device.since.map(|at| clock(front, at)).unwrap_or_default(),
            version: device.version,
            outbox: device.outbox,
        })
        .collect()
}

/// The surname alone, which says enough to recognise a visitor in the room: `王**先生`, `Li**`.
pub(in crate::web::pages) fn masked_name(name: &str, title: &str, language: &str) -> String {
    let first: String = match name.split_once(' ') {
        Some((first, _)) => first.to_owned(),
        None => name.chars().take(1).collect(),
    };
    let hidden = if name.chars().count() > first.chars().count() { "**" } else { "" };
    match language {
        "en" => format!("{title} {first}{hidden}").trim().to_owned(),
        _ => format!("{first}{hidden}{title}"),
    }
}

/// The day, too: for lists of several.
pub(in crate::web) fn day_and_clock(front: &Front, at: DateTime<Utc>) -> String {
    at.with_timezone(&front.zone()).format("%Y-%m-%d %H:%M").to_string()
}

pub(super) fn clock(front: &Front, at: DateTime<Utc>) -> String {
    at.with_timezone(&front.zone()).format("%H:%M:%S").to_string()
}

fn stage(stage: shared::wire::Stage) -> &'static str {
    use shared::wire::Stage;
    match stage {
        Stage::Calling => "calling",
        Stage::Coming => "coming",
        Stage::Greeted => "greeted",
        Stage::Queued => "queued",
        Stage::Reception => "reception",
        Stage::Ended => "ended",
    }
}

/// An enumeration as it is written on the wire.
pub(super) fn wire(value: &impl serde::Serialize) -> String {
    serde_json::to_value(value).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use shared::wire::Language;

    use super::*;

    #[test]
    fn names_are_masked_to_the_surname() {
        assert_eq!(masked_name("王小明", "先生", "zh"), "王**先生");
        assert_eq!(masked_name("王", "女士", "zh"), "王女士");
        assert_eq!(masked_name("Li Na", "Ms", "en"), "Ms Li**");
    }

    #[track_caller]
    fn check_wait(seconds: i64, zh: &str, en: &str) {
        let [said, meant] = [Language::Zh, Language::En].map(|language| waited(Words::of(language), seconds));
        assert_eq!((said.as_str(), meant.as_str()), (zh, en));
    }

    #[test]
    fn a_wait_is_read_in_minutes_and_seconds() {
        check_wait(-3, "0 秒", "0 s");
        check_wait(59, "59 秒", "59 s");
        check_wait(60, "1 分 00 秒", "1 min 00 s");
        check_wait(754, "12 分 34 秒", "12 min 34 s");
        check_wait(3599, "59 分 59 秒", "59 min 59 s");
        check_wait(3720, "1 小时 2 分", "1 h 2 min");
    }

    #[test]
    fn times_are_read_at_a_glance() {
        let text = |ms| Time::new(ms, TimeDelta::seconds(10)).text;
        assert_eq!(text(None), "–");
        assert_eq!(text(Some(34)), "34 ms");
        assert_eq!(text(Some(6543)), "6.5 s");
        assert_eq!(text(Some(100_700)), "1 min 40 s");
        assert_eq!(text(Some(180_000)), "3 min 00 s");
        assert_eq!(text(Some(3_720_000)), "1 h 2 min");
        for breach in [10, 15] {
            let over = |ms| Time::new(Some(ms), TimeDelta::seconds(breach)).over;
            assert!(over(breach * 1000 + 1) && !over(breach * 1000), "as the showroom has set it");
        }
    }
}
