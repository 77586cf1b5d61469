//! `/morning`: the checklist before the door opens. A tap ticks, another takes it back.

use std::sync::Arc;

use askama::Template;
use axum::Extension;
use axum::extract::State;
use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use shared::wire::Language;

use super::diary::{Row, rows};
use super::{Frame, home_of, render};
use crate::domain::morning::Area;
use crate::web::api::morning::{Checklist, Line};
use crate::web::front::Front;
use crate::web::session::Person;

#[derive(Template)]
#[template(path = "morning.html")]
struct Morning {
    frame: Frame,
    date: String,
    /// Of the showroom's clocks.
    zone: &'static str,
    back: &'static str,
    parts: Vec<Part>,
    /// Who is expected today.
    rows: Vec<Row>,
    done: usize,
    all: usize,
}

struct Part {
    title: &'static str,
    items: Vec<Item>,
}

struct Item {
    id: String,
    text: String,
    /// Who looked, and when; empty while nobody has.
    looked: String,
}

pub(crate) async fn show(
    State(front): State<Arc<Front>>,
    Extension(person): Extension<Person>,
    headers: HeaderMap,
    uri: Uri,
) -> Response {
    let frame = Frame::new(&front, &headers, &uri);
    let Checklist { date, items } = Checklist::today(&front);
    let (language, zone) = (frame.language(), front.zone());
    let item = |line: &Line| Item {
        id: line.item.to_string(),
        text: if language == Language::En { line.en.clone() } else { line.zh.clone() },
        looked: line.done.as_ref().map_or_else(String::new, |looked| {
            format!("{} {}", looked.name, looked.at.with_timezone(&zone).format("%H:%M"))
        }),
    };
    let part = |(area, title)| Part { title, items: items.iter().filter(|line| line.area == area).map(item).collect() };
    let w = &frame.w.shifts;
    let parts = [(Area::Showroom, w.morning_showroom), (Area::People, w.morning_people)].map(part);
    render(&Morning {
        date: date.to_string(),
        zone: zone.name(),
        back: home_of(&person),
        rows: rows(&front, &person, &frame, date),
        done: items.iter().filter(|line| line.done.is_some()).count(),
        all: items.len(),
        parts: parts.into_iter().filter(|part| !part.items.is_empty()).collect(),
        frame,
    })
}
