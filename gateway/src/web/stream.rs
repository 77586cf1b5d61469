//! `GET /api/v1/me/stream`: server-sent events for one open page.
//!
//! Runs inside the connection's own task: it is asked for more only when what it gave before has gone out. Alerts come
//! first, the floor at the client's own pace, so that a busy floor never stands before an alert.

use std::convert::Infallible;
use std::fmt::Write as _;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Extension;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use serde::{Deserialize, Serialize};
use shared::wire::Over;
use tokio::sync::watch;
use tokio::time::{Interval, MissedTickBehavior, Sleep, interval, sleep};

use super::address::Query;
use super::authorisation::{Action, Object, can};
use super::floor_feed::{Audience, Frame};
use super::front::Front;
use super::session::Person;
use crate::domain::floor::visit::Channel;
use crate::notify::{Fate, Feed, FeedId, Opening, Pushed, Subscription};

const KEEP_ALIVE: Duration = Duration::from_secs(15);
/// The floor as it changes, at most four times a second, so that alerts have the line.
const PACE: Duration = Duration::from_millis(250);
/// Messages that go out in one piece.
const TOGETHER: usize = 32;

/// A page that opens the stream anew cannot set a header: it says here where it was.
#[derive(Deserialize)]
pub(super) struct After {
    after: Option<String>,
}

/// Opens the stream; resumes after `Last-Event-ID`.
pub(super) async fn open(
    State(front): State<Arc<Front>>,
    Extension(person): Extension<Person>,
    Query(After { after }): Query<After>,
    headers: HeaderMap,
) -> Response {
    let last = headers.get("last-event-id").map(|id| id.to_str().unwrap_or("?"));
    let client = Client::new(front, person, place(last.or(after.as_deref())));
    let body = Body::from_stream(stream::unfold(client, |mut client| async move {
        let piece = client.next().await?;
        Some((Ok::<_, Infallible>(piece), client))
    }));
    let headers = [(header::CONTENT_TYPE, "text/event-stream"), (header::CACHE_CONTROL, "no-store")];
    (headers, [("x-accel-buffering", "no")], body).into_response()
}

/// A place that cannot be read is one that we do not know: it leads to a reset.
fn place(text: Option<&str>) -> Option<FeedId> {
    let unknown = FeedId { sequence: u64::MAX, index: u32::MAX };
    let text = text.filter(|text| !text.is_empty())?;
    Some(text.parse().unwrap_or(unknown))
}

struct Client {
    front: Arc<Front>,
    person: Person,
    audience: Audience,
    queue: Subscription,
    frames: watch::Receiver<Arc<Frame>>,
    version: u64,
    mine: Arc<str>,
    opening: Option<Bytes>,
    /// No floor before this is over.
    pause: Option<Pin<Box<Sleep>>>,
    keep_alive: Interval,
}

impl Client {
    fn new(front: Arc<Front>, person: Person, after: Option<FeedId>) -> Self {
        let audience = audience(&person);
        let (opening, queue) = front.parts.handle.hub().subscribe(&person.id, after);
        let mut frames = front.floor.frames();
        let frame = Arc::clone(&frames.borrow_and_update());
        let mine = frame.mine(&person.id);
        front.metrics.streams.inc();
        front.metrics.stream_openings.inc();
        front.reporter.alive(&person.id);
        let mut keep_alive = interval(KEEP_ALIVE);
        keep_alive.set_missed_tick_behavior(MissedTickBehavior::Delay);
        keep_alive.reset();
        let mut client = Self {
            front,
            person,
            audience,
            queue,
            frames,
            version: frame.version(),
            mine,
            opening: None,
            pause: None,
            keep_alive,
        };
        client.opening = Some(client.first(&opening, &frame));
        client
    }

    /// The next piece; `None` ends the stream.
    async fn next(&mut self) -> Option<Bytes> {
        if let Some(opening) = self.opening.take() {
            self.pause_floor();
            return Some(opening);
        }
        loop {
            tokio::select! {
                biased;
                () = self.front.shutdown.cancelled() => return None,
                message = self.queue.next() => {
                    let message = message?;
                    return Some(self.messages(&message));
                }
                () = floor(&mut self.frames, &mut self.pause) => if let Some(piece) = self.floor() { return Some(piece) },
                _ = self.keep_alive.tick() => return self.still_here(),
            }
        }
    }

    fn first(&mut self, opening: &Opening, frame: &Frame) -> Bytes {
        let mut text = String::from("retry: 1000\n\n");
        if opening.reset {
            text.push_str("event: reset\ndata: {}\n\n");
        }
        // The floor first: it says which visits are the person's own, so that what follows rings for the others alone.
        event(&mut text, "floor", &frame.everything(self.audience));
        event(&mut text, "floor", &self.mine);
        for feed in &opening.messages {
            self.write(&mut text, feed);
        }
        // Where the client stands: also one who has had no message yet can resume, and knows how far it is.
        let _ = writeln!(text, "id: {}", opening.position);
        event(&mut text, "floor", &format!("{{\"sequence\":{}}}", frame.snapshot.sequence));
        text.into()
    }

    fn messages(&mut self, first: &Feed) -> Bytes {
        let mut text = String::new();
        self.write(&mut text, first);
        for _ in 1..TOGETHER {
            let Some(feed) = self.queue.waiting() else { break };
            self.write(&mut text, &feed);
        }
        text.into()
    }

    fn write(&self, text: &mut String, feed: &Feed) {
        let _ = writeln!(text, "id: {}", feed.id);
        match &feed.pushed {
            Pushed::Alert(alert) => {
                event(text, "alert", &json(alert));
                self.front.reporter.handed(&self.person.id, alert.alert);
                self.front.note_delivery(&self.person.id, alert.alert, Channel::Stream, Fate::Handed);
            }
            Pushed::AlertOver(alert, over) => event(text, "alert_over", &json(&Over { alert: *alert, over: *over })),
            Pushed::Task(task) => event(text, "task", &json(task)),
            Pushed::Trial(trial) => event(text, "trial", &format!("{{\"trial\":{trial}}}")),
        }
    }

    fn floor(&mut self) -> Option<Bytes> {
        let frame = Arc::clone(&self.frames.borrow_and_update());
        let mut text = String::new();
        for change in frame.since(self.version, self.audience) {
            event(&mut text, "floor", &change);
        }
        let mine = frame.mine(&self.person.id);
        if mine != self.mine {
            event(&mut text, "floor", &mine);
            self.mine = mine;
        }
        self.version = frame.version();
        if text.is_empty() {
            return None;
        }
        self.pause_floor();
        Some(text.into())
    }

    /// A comment that keeps the connection open. Asked for only when everything before has gone out, so whoever reads is
    /// there; a session that became void meanwhile ends here.
    fn still_here(&mut self) -> Option<Bytes> {
        let roster = self.front.parts.handle.roster();
        self.front.sessions.judge(&self.person.token, &roster.borrow(), self.front.now())?;
        self.front.reporter.alive(&self.person.id);
        Some(Bytes::from_static(b": here\n\n"))
    }

    fn pause_floor(&mut self) {
        self.pause = Some(Box::pin(sleep(PACE)));
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        self.front.metrics.streams.dec();
    }
}

pub(super) fn audience(person: &Person) -> Audience {
    if can(person.role, Action::SeeEveryVisit, Object::Any) { Audience::Whole } else { Audience::Limited }
}

/// Waits until the floor has changed and the client's pause is over.
async fn floor(frames: &mut watch::Receiver<Arc<Frame>>, pause: &mut Option<Pin<Box<Sleep>>>) {
    if let Some(waiting) = pause {
        waiting.await;
        *pause = None;
    }
    if frames.changed().await.is_err() {
        // The runtime has ended; alerts and keep-alives go on until the shutdown.
        std::future::pending::<()>().await;
    }
}

fn event(text: &mut String, name: &str, data: &str) {
    // Our JSON has no line breaks. Writing to a string cannot fail.
    let _ = write!(text, "event: {name}\ndata: {data}\n\n");
}

fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_else(|_| "{}".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_that_cannot_be_read_is_an_unknown_one() {
        assert_eq!(place(Some("17.3")), Some(FeedId { sequence: 17, index: 3 }));
        assert_eq!(place(Some("")), None);
        assert_eq!(place(Some("x")).map(|id| id.sequence), Some(u64::MAX));
        assert_eq!(place(None), None);
    }

    #[test]
    fn events_are_written_as_browsers_read_them() {
        let mut text = String::new();
        event(&mut text, "alert_over", "{\"a\":1}");
        assert_eq!(text, "event: alert_over\ndata: {\"a\":1}\n\n");
    }
}
