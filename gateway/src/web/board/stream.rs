//! `GET /api/v1/board` and its stream, for staff and for everybody: each event is the whole board.
//!
//! It comes when the floor has changed, at most once a second, and every few seconds without a reason, so that a page knows what
//! it shows to be fresh, although a connection may stand open for minutes after its cable was pulled.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Extension;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use futures_util::stream;
use tokio::sync::watch;
use tokio::time::{Interval, MissedTickBehavior, Sleep, interval, sleep};

use super::{BEAT, Face, Today, written};
use crate::web::authorisation::{Object, can};
use crate::web::floor_feed::Frame;
use crate::web::front::Front;
use crate::web::problem::Problem;
use crate::web::session::Person;

const PACE: Duration = Duration::from_secs(1);

pub(in crate::web) async fn show(State(front): State<Arc<Front>>) -> Result<Response, Problem> {
    // As every list: what was answered before stands in it. While the records are rebuilt it shows what is there.
    let _ = front.level().await;
    let today = Today::read(&front).await;
    written(&front, Face::Staff, today).map(json)
}

pub(in crate::web) async fn show_public(State(front): State<Arc<Front>>) -> Result<Response, Problem> {
    written(&front, Face::Public, None).map(json)
}

pub(in crate::web) async fn open(State(front): State<Arc<Front>>, Extension(person): Extension<Person>) -> Response {
    Client::answer(front, person, Face::Staff)
}

pub(in crate::web) async fn open_public(
    State(front): State<Arc<Front>>,
    Extension(person): Extension<Person>,
) -> Response {
    Client::answer(front, person, Face::Public)
}

fn json(text: String) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], text).into_response()
}

struct Client {
    front: Arc<Front>,
    person: Person,
    face: Face,
    frames: watch::Receiver<Arc<Frame>>,
    today: Option<Today>,
    beat: Interval,
    /// No change before this is over.
    pause: Pin<Box<Sleep>>,
}

impl Client {
    fn answer(front: Arc<Front>, person: Person, face: Face) -> Response {
        let mut beat = interval(BEAT);
        beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        front.metrics.streams.inc();
        front.metrics.stream_openings.inc();
        let frames = front.floor.frames();
        let client = Self { front, person, face, frames, today: None, beat, pause: Box::pin(sleep(PACE)) };
        let body = Body::from_stream(stream::unfold(client, |mut client| async move {
            let piece = client.next().await?;
            Some((Ok::<_, Infallible>(piece), client))
        }));
        let headers = [(header::CONTENT_TYPE, "text/event-stream"), (header::CACHE_CONTROL, "no-store")];
        (headers, [("x-accel-buffering", "no")], body).into_response()
    }

    /// The next piece; `None` ends the stream: the session is void, or the floor is told no more. The first comes at once.
    async fn next(&mut self) -> Option<Bytes> {
        tokio::select! {
            biased;
            () = self.front.shutdown.cancelled() => return None,
            _ = self.beat.tick() => {
                self.may_still_see().then_some(())?;
                if self.face == Face::Staff {
                    self.today = Today::read(&self.front).await;
                }
            }
            () = changed(&mut self.frames, &mut self.pause) => {}
        }
        self.frames.mark_unchanged();
        let board = written(&self.front, self.face, self.today).ok()?;
        self.pause = Box::pin(sleep(PACE));
        Some(format!("event: board\ndata: {board}\n\n").into())
    }

    fn may_still_see(&self) -> bool {
        let roster = self.front.parts.handle.roster();
        let judged = self.front.sessions.judge(&self.person.token, &roster.borrow(), self.front.now());
        judged.is_some_and(|(_, role)| can(role, self.face.action(), Object::Any))
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        self.front.metrics.streams.dec();
    }
}

/// Waits until the pause is over and the floor has changed; the beat finds out when it ended.
async fn changed(frames: &mut watch::Receiver<Arc<Frame>>, pause: &mut Pin<Box<Sleep>>) {
    pause.as_mut().await;
    if frames.changed().await.is_err() {
        std::future::pending::<()>().await;
    }
}
