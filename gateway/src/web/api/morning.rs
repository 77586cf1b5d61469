//! The morning's checklist.

use std::sync::Arc;

use axum::Extension;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use shared::ids::{StaffId, TopicId};

use super::{done, id};
use crate::domain::Command;
use crate::domain::morning::Area;
use crate::web::address::Path;
use crate::web::body::Json;
use crate::web::front::Front;
use crate::web::problem::{Code, Problem};
use crate::web::session::Person;

/// Today's checklist.
#[derive(Debug, Serialize)]
pub(crate) struct Checklist {
    pub(crate) date: NaiveDate,
    pub(crate) items: Vec<Line>,
}

/// An item, and who looked at it today.
#[derive(Debug, Serialize)]
pub(crate) struct Line {
    pub(crate) item: TopicId,
    pub(crate) area: Area,
    pub(crate) zh: String,
    pub(crate) en: String,
    pub(crate) done: Option<Looked>,
}

#[derive(Debug, Serialize)]
pub(crate) struct Looked {
    pub(crate) by: StaffId,
    pub(crate) name: String,
    pub(crate) at: DateTime<Utc>,
}

#[derive(Deserialize)]
pub(crate) struct Ticked {
    done: bool,
}

impl Checklist {
    pub(crate) fn today(front: &Front) -> Self {
        let date = front.today();
        let morning = front.parts.handle.morning();
        let morning = morning.borrow();
        let line = |item: &crate::domain::morning::Item| Line {
            item: item.id.clone(),
            area: item.area,
            zh: item.zh.clone(),
            en: item.en.clone(),
            done: morning.tick(date, &item.id).map(|tick| Looked {
                by: tick.by.clone(),
                name: front.name(&tick.by),
                at: tick.at,
            }),
        };
        Self { date, items: front.parts.checklist.iter().map(line).collect() }
    }
}

pub(crate) async fn show(State(front): State<Arc<Front>>) -> axum::Json<Checklist> {
    axum::Json(Checklist::today(&front))
}

pub(crate) async fn tick(
    State(front): State<Arc<Front>>,
    Extension(person): Extension<Person>,
    Path(item): Path<String>,
    headers: HeaderMap,
    Json { value: Ticked { done: ticked }, bytes }: Json<Ticked>,
) -> Result<Response, Problem> {
    const NOTHING: &str = "there is no such item on the checklist";
    let item: TopicId = id(&item, Code::NotFound, NOTHING)?;
    if !front.parts.checklist.iter().any(|known| known.id == item) {
        return Err(Problem::new(Code::NotFound, NOTHING));
    }
    let command = Command::Tick(front.today(), item.clone(), ticked);
    front.by(&person, &headers, &format!("tick {item}"), &bytes, command).await.map(done)
}
