//! 企业微信 a group's robot as a shared bell: one word for each visitor who waits, to everybody in the group
//! (developer.work.weixin.qq.com 91770: at most twenty messages a minute).
//!
//! What cannot be said within the twenty is said together, as soon as one is free again; a visitor who was met meanwhile is left out. So
//! the queue needs no bound of its own: it holds visits that wait.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use hyper::Method;
use hyper::header::{CONTENT_TYPE, HeaderValue};
use serde_json::json;
use shared::ids::VisitId;
use shared::wire::Language;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::call::{Call, page};
use super::deliveries::Fate;
use super::http::{Address, Client};
use super::lane::Desk;
use super::wecom;

/// Messages in any [`WINDOW`].
const MOST: usize = 20;
const WINDOW: Duration = Duration::from_mins(1);
/// Words that may wait while a message is under way.
const QUEUE: usize = 4096;
/// Visits that are remembered as told.
const TOLD: usize = 4096;

/// The robot, as configured.
pub struct RobotSetup {
    /// Its webhook, with its key.
    pub address: Address,
}

/// A word for the robot.
#[derive(Debug, Clone)]
pub(super) enum Bell {
    /// Somebody waits; with what an alert may tell, or for reception.
    Ring(VisitId, Option<Call>),
    /// Somebody comes to them, or they went.
    Over(VisitId),
}

/// The robot.
pub(super) struct Robot {
    setup: RobotSetup,
    client: Client,
    base: String,
    desk: Arc<Desk>,
}

/// Who has to be told of, and when the next message may go.
#[derive(Debug, Default)]
struct Rope {
    waiting: BTreeMap<VisitId, Option<Call>>,
    told: BTreeSet<VisitId>,
    sent: VecDeque<Duration>,
}

impl Robot {
    pub(super) fn new(setup: RobotSetup, client: Client, base: String, desk: Arc<Desk>) -> Self {
        Self { setup, client, base, desk }
    }

    pub(super) fn open(self, tasks: &TaskTracker, cancel: &CancellationToken) -> mpsc::Sender<Bell> {
        let (bells, pulled) = mpsc::channel(QUEUE);
        let cancel = cancel.clone();
        tasks.spawn(async move {
            tokio::select! {
                () = cancel.cancelled() => {}
                () = self.run(pulled) => {}
            }
        });
        bells
    }

    async fn run(self, mut bells: mpsc::Receiver<Bell>) {
        let mut rope = Rope::default();
        loop {
            let pause = if rope.waiting.is_empty() { None } else { Some(rope.pause(self.desk.clock.read().boot)) };
            let pulled = async {
                match pause {
                    None => bells.recv().await.map(Some),
                    Some(pause) => {
                        tokio::time::timeout(pause, bells.recv()).await.map_or(Some(None), |bell| bell.map(Some))
                    }
                }
            };
            let Some(bell) = pulled.await else { return };
            for bell in bell.into_iter().chain(std::iter::from_fn(|| bells.try_recv().ok())) {
                rope.pull(bell);
            }
            let now = self.desk.clock.read().boot;
            if !rope.waiting.is_empty() && rope.pause(now).is_zero() {
                let text = rope.say(now, &page(&self.base));
                self.send(&text).await;
            }
        }
    }

    async fn send(&self, text: &str) {
        let body = json!({ "msgtype": "text", "text": { "content": text } }).to_string().into_bytes();
        let attempt = || async {
            let headers = vec![(CONTENT_TYPE, HeaderValue::from_static("application/json"))];
            let answer = self.client.call(Method::POST, &self.setup.address, headers, body.clone()).await?;
            wecom::taken(&answer, self.desk.clock.now())
        };
        let fate = match self.desk.insist("robot", || true, attempt).await {
            Ok(()) => Fate::Handed,
            Err(why) => {
                tracing::warn!(?why, "the group's robot did not take a message");
                Fate::Failed(why)
            }
        };
        self.desk.hub.deliveries().bell(fate);
    }
}

impl Rope {
    fn pull(&mut self, bell: Bell) {
        match bell {
            Bell::Ring(visit, call) if !self.told.contains(&visit) => {
                let known = self.waiting.entry(visit).or_default();
                *known = known.take().or(call);
            }
            Bell::Ring(..) => {}
            Bell::Over(visit) => {
                self.waiting.remove(&visit);
                self.told.remove(&visit);
            }
        }
    }

    /// How long until a message may go.
    fn pause(&mut self, now: Duration) -> Duration {
        while self.sent.front().is_some_and(|sent| *sent + WINDOW <= now) {
            self.sent.pop_front();
        }
        match self.sent.front() {
            Some(first) if self.sent.len() >= MOST => (*first + WINDOW).saturating_sub(now),
            _ => Duration::ZERO,
        }
    }

    /// One message about all who wait.
    fn say(&mut self, now: Duration, page: &str) -> String {
        self.sent.push_back(now);
        let waiting = std::mem::take(&mut self.waiting);
        let text = match waiting.values().next() {
            Some(Some(call)) if waiting.len() == 1 => format!("有访客等候：{}\n{page}", call.line(Language::Zh)),
            Some(None) if waiting.len() == 1 => format!("有访客等候前台接待\n{page}"),
            _ => format!("{} 位访客在等候\n{page}", waiting.len()),
        };
        // Ids sort by time: the oldest go first.
        self.told.extend(waiting.into_keys());
        while self.told.len() > TOLD {
            self.told.pop_first();
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;

    fn visit(n: u8) -> VisitId {
        VisitId::new(DateTime::UNIX_EPOCH, [n; 10])
    }

    fn at(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn twenty_a_minute_go_alone_and_the_others_together() {
        let mut rope = Rope::default();
        for n in 0..20 {
            rope.pull(Bell::Ring(visit(n), None));
            assert!(rope.pause(at(10)).is_zero());
            assert_eq!(rope.say(at(10), "p"), "有访客等候前台接待\np");
        }
        for n in 20..24 {
            rope.pull(Bell::Ring(visit(n), None));
        }
        rope.pull(Bell::Over(visit(23)));
        assert_eq!(rope.pause(at(30)), at(40));
        assert!(rope.pause(at(70)).is_zero());
        assert_eq!(rope.say(at(70), "p"), "3 位访客在等候\np");
    }

    #[test]
    fn a_visit_rings_the_bell_once() {
        let mut rope = Rope::default();
        rope.pull(Bell::Ring(visit(1), None));
        rope.say(at(0), "p");
        rope.pull(Bell::Ring(visit(1), None));
        assert!(rope.waiting.is_empty());
        rope.pull(Bell::Over(visit(1)));
        assert!(rope.told.is_empty());
    }
}
