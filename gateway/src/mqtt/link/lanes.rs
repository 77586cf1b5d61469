//! Messages of one device are taken in one after another, those of different devices side by side: a commit serves all
//! that wait, so one after another for everybody would be slow, and a detail must not overtake its check-in.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use rumqttc::Publish;
use shared::topics::Topic;
use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::mqtt::intake::Intake;
use crate::mqtt::rules::Sender;

/// A fixed number, however many devices an external broker lets in.
const LANES: usize = 32;
/// Messages that wait in a lane. Further ones are acknowledged without a receipt and counted: the kiosk repeats.
const DEPTH: usize = 256;

struct Parcel {
    topic: Topic,
    publish: Publish,
    done: oneshot::Sender<()>,
}

/// The lanes; they outlive connections, so that what is being committed is not cut off.
pub(super) struct Lanes {
    intake: Arc<Intake>,
    lanes: Vec<mpsc::Sender<Parcel>>,
}

impl Lanes {
    pub(super) fn open(intake: &Arc<Intake>, tracker: &TaskTracker, cancel: &CancellationToken) -> Self {
        let open = || {
            let (sender, receiver) = mpsc::channel(DEPTH);
            tracker.spawn(work(receiver, Arc::clone(intake), cancel.clone()));
            sender
        };
        Self { intake: Arc::clone(intake), lanes: (0..LANES).map(|_| open()).collect() }
    }

    /// Takes a message in. What is returned is ready when the message may be acknowledged.
    pub(super) fn put(&self, topic: Topic, publish: Publish) -> oneshot::Receiver<()> {
        let (done, ready) = oneshot::channel();
        let mut hasher = DefaultHasher::new();
        Sender::of(&topic).hash(&mut hasher);
        let lanes = u64::try_from(self.lanes.len()).unwrap_or(1).max(1);
        let index = usize::try_from(hasher.finish() % lanes).unwrap_or(0);
        let full = self.lanes.get(index).is_none_or(|lane| lane.try_send(Parcel { topic, publish, done }).is_err());
        if full {
            self.intake.counters.full.inc();
        }
        ready
    }
}

async fn work(mut lane: mpsc::Receiver<Parcel>, intake: Arc<Intake>, cancel: CancellationToken) {
    loop {
        let parcel = tokio::select! {
            () = cancel.cancelled() => return,
            parcel = lane.recv() => parcel,
        };
        let Some(Parcel { topic, publish, done }) = parcel else { return };
        intake.take(&topic, &publish.payload, publish.retain).await;
        // The connection may have ended meanwhile; then the broker sends it again, and it is known.
        let _ = done.send(());
    }
}
