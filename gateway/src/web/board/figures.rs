//! Today's figures for the wall display, from the views.

use std::sync::Arc;

use serde::Serialize;

use crate::views::DayFigures;
use crate::web::api::records::reading;
use crate::web::front::Front;

/// How today goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(in crate::web) struct Today {
    /// Visits that arrived.
    visits: u32,
    /// Of them who were accepted, or whose time is over.
    counted: u32,
    accepted_in_time: u32,
    /// Of them who were greeted, or whose time is over.
    greeted_counted: u32,
    greeted_in_time: u32,
}

impl Today {
    /// Reads them; `None` where the views cannot be read, for a figure that may be wrong is none.
    pub(super) async fn read(front: &Arc<Front>) -> Option<Self> {
        let today = front.today();
        let (from, to) = front.days(today, today);
        let front = Arc::clone(front);
        let read = move || front.parts.views.day(from, to, front.zone(), front.parts.promise.breach, front.now());
        reading(read).await.ok().map(|figures| Self::from(&figures))
    }
}

impl From<&DayFigures> for Today {
    fn from(figures: &DayFigures) -> Self {
        Self {
            visits: figures.visits,
            counted: figures.counted,
            accepted_in_time: figures.accepted_in_time,
            greeted_counted: figures.greeted_counted,
            greeted_in_time: figures.greeted_in_time,
        }
    }
}
