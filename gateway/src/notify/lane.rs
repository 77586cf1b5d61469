//! A lane carries messages over one channel: a bounded queue, a few deliveries at a time, each with its retries.
//!
//! Lanes know nothing of each other, so a receiver that hangs holds up its own messages and nobody else's; the ladder waits for none.
//! Invariants: a queue that is full fails the message at once and says so; nothing is sent for an alert that is over; a receiver that
//! fails again and again is left alone. What a shutdown cuts off is not kept: after the start whoever still waits rings again, under the
//! same message id.

use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chrono::{DateTime, Utc};
use shared::clock::Clock;
use shared::ids::{AlertId, StaffId};
use tokio::sync::{Semaphore, mpsc};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::breaker::{Breaker, Pass};
use super::call::Message;
use super::deliveries::{Failure, Fate};
use super::http::{Answer, retry_after};
use super::hub::Hub;
use crate::domain::floor::visit::Channel as Kind;
use crate::domain::{Actor, Command, Input};

/// Messages that may wait for one channel.
const QUEUE: usize = 256;
/// Deliveries at one time on one channel.
const AT_ONCE: usize = 16;
/// Pauses between the tries of one message: an alert is worth nothing after the ten seconds and the renewal that follows them.
const PAUSES: [Duration; 4] =
    [Duration::from_millis(500), Duration::from_secs(1), Duration::from_secs(2), Duration::from_secs(4)];
/// A receiver that asks for a longer pause than this gets the message no more.
const PATIENCE: Duration = Duration::from_mins(1);

/// Why a try did not deliver.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Setback {
    /// The receiver is in trouble: once more, after a pause.
    Later(Failure),
    /// The receiver is well and asks for a pause.
    Pause(Failure, Duration),
    /// The receiver is well and will never take this.
    Never(Failure),
}

impl Setback {
    /// Judges an answer by its status alone.
    pub(super) fn judge(answer: &Answer, now: DateTime<Utc>) -> Result<(), Self> {
        let failure = Failure::Answered(i64::from(answer.status));
        let pause = answer.retry_after.as_deref().and_then(|text| retry_after(text, now));
        match (answer.status, pause) {
            (200..=299, _) => Ok(()),
            (404 | 410, _) => Err(Self::Never(Failure::Gone)),
            (429 | 503, Some(pause)) => Err(Self::Pause(failure, pause)),
            (429, None) => Err(Self::Pause(failure, Duration::from_secs(5))),
            (408 | 425 | 500..=599, _) => Err(Self::Later(failure)),
            _ => Err(Self::Never(failure)),
        }
    }
}

impl From<Failure> for Setback {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::TimedOut | Failure::Unreachable => Self::Later(failure),
            _ => Self::Never(failure),
        }
    }
}

/// One way to people.
pub(super) trait Channel: Send + Sync + 'static {
    /// Where one message goes: a person may have several.
    type Address: Send + Sync + 'static;
    /// Which channel it is in the records.
    const KIND: Kind;

    /// Where this person is reached; none: not over this channel.
    fn addresses(&self, staff: &StaffId) -> Vec<Self::Address>;
    /// Whether this message is for this address. What is over is told only where something stands that can be taken back.
    fn concerns(&self, message: &Message, _address: &Self::Address) -> bool {
        !matches!(message, Message::Over { .. })
    }
    /// Who answers there: one breaker each.
    fn receiver(&self, address: &Self::Address) -> String;
    /// One try.
    fn deliver(&self, message: &Message, address: &Self::Address) -> impl Future<Output = Result<(), Setback>> + Send;
}

/// What every lane shares.
pub(super) struct Desk {
    pub(super) clock: Arc<dyn Clock>,
    pub(super) hub: Arc<Hub>,
    /// For the runtime: who was reached.
    pub(super) reports: mpsc::Sender<Input>,
    ringing: Mutex<BTreeSet<AlertId>>,
    breakers: Mutex<BTreeMap<String, Breaker>>,
}

/// The way into a lane.
pub(super) struct Lane {
    kind: Kind,
    queue: mpsc::Sender<Message>,
    reaches: Box<dyn Fn(&Message) -> bool + Send + Sync>,
}

impl Lane {
    /// Opens a lane; it ends with `cancel`.
    pub(super) fn open<C: Channel>(
        channel: C,
        desk: &Arc<Desk>,
        tasks: &TaskTracker,
        cancel: &CancellationToken,
    ) -> Self {
        let channel = Arc::new(channel);
        let (queue, waiting) = mpsc::channel(QUEUE);
        tasks.spawn(run(Arc::clone(&channel), waiting, Arc::clone(desk), tasks.clone(), cancel.clone()));
        Self { kind: C::KIND, queue, reaches: Box::new(move |message| !addresses(&*channel, message).is_empty()) }
    }

    /// Takes a message for whoever this channel reaches.
    pub(super) fn offer(&self, message: &Message, desk: &Desk) {
        if (self.reaches)(message) && self.queue.try_send(message.clone()).is_err() {
            desk.settle(message, self.kind, Err(Failure::Full));
        }
    }
}

async fn run<C: Channel>(
    channel: Arc<C>,
    mut waiting: mpsc::Receiver<Message>,
    desk: Arc<Desk>,
    tasks: TaskTracker,
    cancel: CancellationToken,
) {
    let room = Arc::new(Semaphore::new(AT_ONCE));
    loop {
        let next = async {
            let place = Arc::clone(&room).acquire_owned().await.ok()?;
            Some((waiting.recv().await?, place))
        };
        let taken = tokio::select! {
            () = cancel.cancelled() => return,
            taken = next => taken,
        };
        let Some((message, place)) = taken else { return };
        let (channel, desk, cancel) = (Arc::clone(&channel), Arc::clone(&desk), cancel.clone());
        tasks.spawn(async move {
            tokio::select! {
                () = cancel.cancelled() => {}
                () = carry(&*channel, &desk, &message) => {}
            }
            drop(place);
        });
    }
}

/// Where a message goes.
fn addresses<C: Channel>(channel: &C, message: &Message) -> Vec<C::Address> {
    let all = channel.addresses(message.staff()).into_iter();
    all.filter(|address| channel.concerns(message, address)).collect()
}

/// To every address of the person, side by side.
async fn carry<C: Channel>(channel: &C, desk: &Desk, message: &Message) {
    let addresses = addresses(channel, message);
    let each = addresses.iter().map(|address| async move {
        let still = || message.alert().is_none_or(|alert| desk.rings(alert));
        let receiver = channel.receiver(address);
        let done = desk.insist(&receiver, still, || channel.deliver(message, address)).await;
        desk.settle(message, C::KIND, done);
    });
    futures_util::future::join_all(each).await;
}

impl Desk {
    pub(super) fn new(clock: Arc<dyn Clock>, hub: Arc<Hub>, reports: mpsc::Sender<Input>) -> Self {
        Self { clock, hub, reports, ringing: Mutex::default(), breakers: Mutex::default() }
    }

    /// An alert began to ring; whether it did not ring before.
    pub(super) fn begin(&self, alert: AlertId) -> bool {
        lock(&self.ringing).insert(alert)
    }

    /// An alert rings no more.
    pub(super) fn end(&self, alert: AlertId) {
        lock(&self.ringing).remove(&alert);
    }

    fn rings(&self, alert: AlertId) -> bool {
        lock(&self.ringing).contains(&alert)
    }

    /// Tries until it is delivered, or it is pointless.
    pub(super) async fn insist<F: Future<Output = Result<(), Setback>>>(
        &self,
        receiver: &str,
        still: impl Fn() -> bool,
        attempt: impl Fn() -> F,
    ) -> Result<(), Failure> {
        let mut pauses = PAUSES.into_iter();
        loop {
            if !still() {
                return Err(Failure::Over);
            }
            match self.pass(receiver) {
                Pass::Go => {}
                Pass::Wait(pause) => {
                    tokio::time::sleep(pause).await;
                    continue;
                }
                Pass::Stop => return Err(Failure::Breaker),
            }
            let tried = attempt().await;
            self.learn(receiver, tried);
            let (why, pause) = match tried {
                Ok(()) => return Ok(()),
                Err(Setback::Never(why)) => return Err(why),
                Err(Setback::Later(why)) => (why, pauses.next()),
                Err(Setback::Pause(why, asked)) => (why, pauses.next().map(|pause| pause.max(asked))),
            };
            match pause.filter(|pause| *pause <= PATIENCE) {
                Some(pause) => tokio::time::sleep(pause).await,
                None => return Err(why),
            }
        }
    }

    fn pass(&self, receiver: &str) -> Pass {
        let now = self.clock.read().boot;
        lock(&self.breakers).entry(receiver.to_owned()).or_default().pass(now)
    }

    fn learn(&self, receiver: &str, tried: Result<(), Setback>) {
        let now = self.clock.read().boot;
        let mut breakers = lock(&self.breakers);
        let breaker = breakers.entry(receiver.to_owned()).or_default();
        match tried {
            Ok(()) | Err(Setback::Never(_)) => breaker.succeeded(),
            Err(Setback::Pause(_, pause)) => breaker.hold(now + pause.min(PATIENCE)),
            Err(Setback::Later(_)) => breaker.failed(now),
        }
        self.hub.deliveries().breaker(receiver, breaker.is_open());
    }

    /// Notes what became of a message, and tells the runtime whom it reached.
    pub(super) fn settle(&self, message: &Message, kind: Kind, done: Result<(), Failure>) {
        let (staff, now) = (message.staff(), self.clock.now());
        let fate = match done {
            Ok(()) => Fate::Handed,
            Err(why) => Fate::Failed(why),
        };
        if let Some(alert) = message.alert() {
            self.hub.deliveries().note(staff, alert, kind, fate, now);
        }
        match done {
            Ok(()) => {
                let hand = message.alert().map(|alert| Command::Hand(alert, kind));
                for command in hand.into_iter().chain([Command::Deliver(now)]) {
                    self.report(staff, command);
                }
            }
            Err(Failure::Over | Failure::Offline) => {}
            Err(why) => {
                tracing::warn!(consultant.id = %staff, channel = kind.as_str(), ?why, "a message was not delivered");
            }
        }
    }

    fn report(&self, staff: &StaffId, command: Command) {
        let input = Input { cause: None, actor: Actor::Staff(staff.clone()), command };
        if self.reports.try_send(input).is_err() {
            tracing::warn!(consultant.id = %staff, "too many reports of channels wait; one was dropped");
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(status: u16, retry_after: Option<&str>, expect: Result<(), Setback>) {
        let answer = Answer { status, retry_after: retry_after.map(str::to_owned), body: Vec::new() };
        assert_eq!(Setback::judge(&answer, DateTime::UNIX_EPOCH), expect, "{status} {retry_after:?}");
    }

    #[test]
    fn a_status_says_whether_to_try_again() {
        let answered = |status| Failure::Answered(status);
        check(200, None, Ok(()));
        check(204, None, Ok(()));
        check(301, None, Err(Setback::Never(answered(301))));
        check(400, None, Err(Setback::Never(answered(400))));
        check(404, None, Err(Setback::Never(Failure::Gone)));
        check(410, None, Err(Setback::Never(Failure::Gone)));
        check(429, Some("7"), Err(Setback::Pause(answered(429), Duration::from_secs(7))));
        check(429, None, Err(Setback::Pause(answered(429), Duration::from_secs(5))));
        check(500, None, Err(Setback::Later(answered(500))));
        check(503, None, Err(Setback::Later(answered(503))));
        check(503, Some("2"), Err(Setback::Pause(answered(503), Duration::from_secs(2))));
    }
}
