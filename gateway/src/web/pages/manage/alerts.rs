//! `/manage/alerts`: whom an alert would reach now and why not, and what became of the latest ones on each channel.

use std::collections::BTreeSet;
use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderMap, Uri};
use axum::response::Response;

use super::Frame;
use super::lines::clock;
use crate::domain::floor::member::Presence;
use crate::domain::roster::Role;
use crate::notify::Delivery;
use crate::runtime::FloorMember;
use crate::web::front::Front;
use crate::web::pages::render;
use crate::web::words::Words;

/// Deliveries on the page; the API has more.
const LISTED: usize = 100;

#[derive(Template)]
#[template(path = "manage-alerts.html")]
struct Alerts {
    frame: Frame,
    people: Vec<Reach>,
    lines: Vec<Line>,
}

struct Reach {
    name: String,
    role: String,
    /// `up`: would be rung; `down`: should be, and their phone is dark; `idle`: is not meant to be.
    lamp: &'static str,
    /// Why, or why not.
    why: String,
}

struct Line {
    time: String,
    who: String,
    way: String,
    failed: bool,
    fate: String,
}

pub(crate) async fn show(State(front): State<Arc<Front>>, headers: HeaderMap, uri: Uri) -> Response {
    let frame = Frame::new(&front, &headers, &uri);
    let w = frame.w;
    let floor = front.parts.handle.floor().borrow().clone();
    let mut serving: Vec<_> = floor.staff.iter().filter(|member| Role::POOLS.contains(&member.role)).collect();
    serving.sort_by_key(|member| (member.role, &member.id));
    let latest = front.parts.handle.hub().deliveries().latest(None, LISTED);
    let lines = latest.iter().map(|delivery| Line::new(&front, delivery, w)).collect();
    let rung: BTreeSet<_> = floor.visits.iter().flat_map(|visit| &visit.asking).collect();
    let people = serving.into_iter().map(|member| Reach::new(&front, member, rung.contains(&member.id), w)).collect();
    render(&Alerts { frame, people, lines })
}

impl Reach {
    fn new(front: &Front, member: &FloorMember, rung: bool, w: &Words) -> Self {
        let (lamp, why) = match member.presence {
            _ if !member.shift.may_be_asked() => ("idle", w.deliveries.can_off_shift.to_owned()),
            Presence::Free if rung => ("up", w.deliveries.can_ringing.to_owned()),
            Presence::Free if member.reachable => ("up", w.deliveries.can_called.to_owned()),
            Presence::Free => ("down", w.deliveries.can_dark.to_owned()),
            other => ("idle", w.named("presence", other.as_str())),
        };
        Self { name: front.name_in(w, &member.id), role: w.named("role", member.role.as_str()), lamp, why }
    }
}

impl Line {
    fn new(front: &Front, delivery: &Delivery, w: &Words) -> Self {
        let fate = w.named("fate", delivery.fate);
        let why = delivery.why.map(|why| w.named("why_failed", why));
        let code = delivery.code.map(|code| code.to_string());
        Self {
            time: clock(front, delivery.at),
            who: front.name_in(w, &delivery.staff),
            way: w.named("way", delivery.channel),
            failed: delivery.why.is_some(),
            fate: [Some(fate), why, code].into_iter().flatten().collect::<Vec<_>>().join(" · "),
        }
    }
}
