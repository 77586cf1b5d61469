//! Where the runtime leaves what people's screens have to show, and open streams pick it up.
//!
//! Not a queue on disk: what is here is a projection that a restart empties and the runtime fills again from its state.
//! Invariants: [`Hub::push`] never waits; a message touches its own person's streams alone (thousands of phones may be
//! open); a stream that is resumed misses nothing and repeats nothing, or is told so by [`Opening::reset`].
//! Called by the runtime (push) and by the web's event streams (subscribe).

mod person;

use std::collections::HashMap;
use std::fmt;
use std::str::FromStr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, RwLock};

use shared::ids::{AlertId, StaffId};
use shared::wire::{Alert, AlertOver};
use tokio::sync::mpsc;

use self::person::Person;
use super::deliveries::Deliveries;
use crate::domain::effect::Task;

/// Messages that may wait for one client before it is closed (DESIGN §6).
pub const CLIENT_BUFFER: usize = 256;

/// Something for one person's screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pushed {
    /// Ring, or update what rings. Apart, for most of what is kept is something else and would take the same room.
    Alert(Box<Alert>),
    /// Stop ringing.
    AlertOver(AlertId, AlertOver),
    /// A line on the screen.
    Task(Task),
    /// The person tries whether their page would ring.
    Trial(u64),
}

/// Place of a message in the feed: written `sequence.index`. The default stands before everything.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FeedId {
    /// The commit.
    pub sequence: u64,
    /// The place within the commit's effects.
    pub index: u32,
}

impl fmt::Display for FeedId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.sequence, self.index)
    }
}

/// A text that is no [`FeedId`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a place in the feed")]
pub struct NotAFeedId;

impl FromStr for FeedId {
    type Err = NotAFeedId;

    fn from_str(text: &str) -> Result<Self, NotAFeedId> {
        let (sequence, index) = text.split_once('.').ok_or(NotAFeedId)?;
        Ok(Self { sequence: sequence.parse().map_err(|_| NotAFeedId)?, index: index.parse().map_err(|_| NotAFeedId)? })
    }
}

/// One message of the feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Feed {
    /// Its place.
    pub id: FeedId,
    /// For whom.
    pub to: StaffId,
    /// What.
    pub pushed: Pushed,
}

/// What the switchboard hears, for the channels beside the open page.
#[derive(Debug, Clone)]
pub(super) enum Heard {
    /// Everything that is pushed; `rings`: an alert that did not ring before.
    Feed { feed: Arc<Feed>, rings: bool },
    /// This person tries their channels.
    Trial(StaffId),
}

/// Messages that may wait for the switchboard; beyond it they are dropped and counted, and only the open pages ring.
const LISTENER: usize = 8192;

/// The hub.
#[derive(Debug, Default)]
pub struct Hub {
    people: RwLock<HashMap<StaffId, Arc<Mutex<Person>>>>,
    closed: AtomicU64,
    listener: OnceLock<mpsc::Sender<Heard>>,
    unheard: AtomicU64,
    deliveries: Deliveries,
    trials: AtomicU64,
}

/// What a client gets before anything new.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opening {
    /// What the client knew does not count any more; the open alerts follow.
    pub reset: bool,
    /// Messages to send first, in order.
    pub messages: Vec<Arc<Feed>>,
    /// Where the client stands once it has these.
    pub position: FeedId,
}

/// One client's place at the hub. Dropping it ends the subscription.
#[derive(Debug)]
pub struct Subscription {
    queue: mpsc::Receiver<Arc<Feed>>,
}

impl Subscription {
    /// The next message; `None` when the client was closed because it did not read.
    pub async fn next(&mut self) -> Option<Arc<Feed>> {
        self.queue.recv().await
    }

    /// A message that waits already.
    pub fn waiting(&mut self) -> Option<Arc<Feed>> {
        self.queue.try_recv().ok()
    }
}

impl Hub {
    /// Sends one message to every open stream of its person. Never waits; a client whose buffer is full is closed.
    pub fn push(&self, feed: Feed) {
        let person = self.person(&feed.to);
        let mut person = lock(&person);
        let feed = Arc::new(feed);
        let rings = match &feed.pushed {
            Pushed::Alert(alert) => person.take(alert.alert, &feed),
            Pushed::AlertOver(alert, over) => {
                person.silence(*alert, *over);
                false
            }
            Pushed::Task(_) | Pushed::Trial(_) => false,
        };
        self.tell_listener(Heard::Feed { feed: Arc::clone(&feed), rings });
        person.keep(&feed);
        self.send(&mut person, &feed);
    }

    fn send(&self, person: &mut Person, feed: &Arc<Feed>) {
        person.clients.retain(|client| match client.try_send(Arc::clone(feed)) {
            Ok(()) => true,
            Err(mpsc::error::TrySendError::Closed(_)) => false,
            Err(mpsc::error::TrySendError::Full(_)) => {
                self.closed.fetch_add(1, Ordering::Relaxed);
                false
            }
        });
    }

    /// Everything that is pushed from now on, after what rings already. There is one listener; a second hears nothing.
    pub(super) fn listen(&self) -> (Vec<Arc<Feed>>, mpsc::Receiver<Heard>) {
        let (sender, heard) = mpsc::channel(LISTENER);
        if self.listener.set(sender).is_err() {
            return (Vec::new(), heard);
        }
        let people: Vec<_> = self.people.read().unwrap_or_else(PoisonError::into_inner).values().cloned().collect();
        (people.iter().flat_map(|person| lock(person).alerts()).collect(), heard)
    }

    /// Whether the switchboard listens.
    #[cfg(test)]
    pub(super) fn is_heard(&self) -> bool {
        self.listener.get().is_some()
    }

    /// This person wants to know which channels reach them: the trial's number, which open pages are told. It is nothing that a page
    /// which comes later has missed, so it has no place of its own in the feed.
    pub fn try_channels(&self, staff: &StaffId) -> u64 {
        let trial = self.trials.fetch_add(1, Ordering::Relaxed) + 1;
        let person = self.person(staff);
        let mut person = lock(&person);
        person.trial = Some(trial);
        let feed = Feed { id: person.position(), to: staff.clone(), pushed: Pushed::Trial(trial) };
        self.send(&mut person, &Arc::new(feed));
        drop(person);
        self.tell_listener(Heard::Trial(staff.clone()));
        trial
    }

    /// A page has shown this trial; whether it is the one that this person waits for.
    pub fn trial_shown(&self, staff: &StaffId, trial: u64) -> bool {
        lock(&self.person(staff)).trial.take_if(|waiting| *waiting == trial).is_some()
    }

    fn tell_listener(&self, heard: Heard) {
        if self.listener.get().is_some_and(|listener| listener.try_send(heard).is_err()) {
            self.unheard.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// What became of alerts on each channel.
    #[must_use]
    pub fn deliveries(&self) -> &Deliveries {
        &self.deliveries
    }

    /// How many messages the channels beside the open page did not hear, because too many waited.
    #[must_use]
    pub fn unheard(&self) -> u64 {
        self.unheard.load(Ordering::Relaxed)
    }

    /// Opens a stream for a person, after the last message that the client has seen.
    pub fn subscribe(&self, staff: &StaffId, after: Option<FeedId>) -> (Opening, Subscription) {
        let person = self.person(staff);
        let mut person = lock(&person);
        let (sender, queue) = mpsc::channel(CLIENT_BUFFER);
        person.clients.retain(|client| !client.is_closed());
        person.clients.push(sender);
        (person.opening(after), Subscription { queue })
    }

    /// Alerts that wait for this person's answer, the oldest first.
    #[must_use]
    pub fn open_alerts(&self, staff: &StaffId) -> Vec<Arc<Feed>> {
        lock(&self.person(staff)).alerts()
    }

    /// The last message to this person: an open page that stands elsewhere has missed something.
    #[must_use]
    pub fn position(&self, staff: &StaffId) -> FeedId {
        lock(&self.person(staff)).position()
    }

    /// What this person accepted lately, the oldest first.
    #[must_use]
    pub fn accepted_alerts(&self, staff: &StaffId) -> Vec<Arc<Feed>> {
        lock(&self.person(staff)).accepted()
    }

    /// How many clients were closed because they did not read.
    #[must_use]
    pub fn closed_clients(&self) -> u64 {
        self.closed.load(Ordering::Relaxed)
    }

    fn person(&self, staff: &StaffId) -> Arc<Mutex<Person>> {
        if let Some(person) = self.people.read().unwrap_or_else(PoisonError::into_inner).get(staff) {
            return Arc::clone(person);
        }
        let mut people = self.people.write().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(people.entry(staff.clone()).or_default())
    }
}

fn lock(person: &Mutex<Person>) -> MutexGuard<'_, Person> {
    // A panic elsewhere leaves at worst one message unsent; ringing goes on.
    person.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use shared::ids::VisitId;
    use shared::wire::{Language, Purpose, Why};

    use super::*;

    fn staff(name: &str) -> StaffId {
        name.parse().unwrap()
    }

    fn alert_id(ordinal: u16) -> AlertId {
        AlertId { visit: VisitId::new(DateTime::UNIX_EPOCH, [1; 10]), ordinal }
    }

    fn alert(to: &str, sequence: u64, ordinal: u16) -> Feed {
        let alert = Alert {
            alert: alert_id(ordinal),
            visit: alert_id(ordinal).visit,
            purpose: Purpose::Browse,
            party: None,
            language: Language::Zh,
            models: Vec::new(),
            own_customer: false,
            name: None,
            when: None,
            budget: None,
            phone: None,
            lead: None,
            last_visit: None,
            score: None,
            appointment: None,
            why: Why::LongestFree,
            colleague: None,
            asked_at: DateTime::UNIX_EPOCH,
            greet_by: DateTime::UNIX_EPOCH,
            words: String::new(),
        };
        Feed { id: FeedId { sequence, index: 0 }, to: staff(to), pushed: Pushed::Alert(Box::new(alert)) }
    }

    fn over(to: &str, sequence: u64, ordinal: u16) -> Feed {
        ended(to, sequence, ordinal, AlertOver::Taken)
    }

    fn accepted(to: &str, sequence: u64, ordinal: u16) -> Feed {
        ended(to, sequence, ordinal, AlertOver::Accepted)
    }

    fn ended(to: &str, sequence: u64, ordinal: u16, over: AlertOver) -> Feed {
        let pushed = Pushed::AlertOver(alert_id(ordinal), over);
        Feed { id: FeedId { sequence, index: 0 }, to: staff(to), pushed }
    }

    fn waiting(to: &str, sequence: u64) -> Feed {
        let pushed = Pushed::Task(Task::Waiting { waiting: 1 });
        Feed { id: FeedId { sequence, index: 0 }, to: staff(to), pushed }
    }

    #[track_caller]
    fn check(pushed: Vec<Feed>, after: Option<&str>, reset: bool, sequences: &[u64]) {
        let hub = Hub::default();
        for feed in pushed {
            hub.push(feed);
        }
        let after = after.map(|text| text.parse().unwrap());
        let (opening, _subscription) = hub.subscribe(&staff("wang"), after);
        let seen: Vec<_> = opening.messages.iter().map(|feed| feed.id.sequence).collect();
        assert_eq!((opening.reset, seen.as_slice()), (reset, sequences), "after {after:?}");
    }

    #[test]
    fn a_stream_begins_with_the_open_alerts_alone() {
        check(vec![], None, false, &[]);
        check(vec![alert("wang", 1, 1), waiting("wang", 2), alert("li", 3, 2)], None, false, &[1]);
        check(vec![alert("wang", 1, 1), over("wang", 2, 1), alert("wang", 3, 2)], None, false, &[3]);
        check(vec![alert("wang", 5, 2), alert("wang", 6, 1), alert("wang", 7, 2)], None, false, &[6, 7]);
    }

    #[test]
    fn a_resumed_stream_gets_what_came_after_and_nothing_twice() {
        let history = || vec![alert("wang", 1, 1), over("wang", 2, 1), alert("wang", 3, 2), waiting("wang", 9)];
        check(history(), Some("1.0"), false, &[2, 3, 9]);
        check(history(), Some("3.0"), false, &[9]);
        check(history(), Some("9.0"), false, &[]);
        check(history(), Some("0.0"), false, &[2, 3, 9]);
    }

    #[test]
    fn a_resumed_stream_gets_an_alert_in_its_latest_words_and_none_that_is_over() {
        check(vec![alert("wang", 1, 1), alert("wang", 2, 1), alert("wang", 3, 2)], Some("0.0"), false, &[2, 3]);
        check(vec![alert("wang", 1, 1), alert("wang", 2, 1)], Some("1.0"), false, &[2]);
        check(vec![alert("wang", 1, 1), waiting("wang", 2), over("wang", 3, 1)], Some("1.0"), false, &[2, 3]);
        check(vec![alert("wang", 1, 1), accepted("wang", 2, 1)], Some("0.0"), false, &[1, 2]);
        check(vec![alert("wang", 1, 1), accepted("wang", 2, 1), alert("wang", 3, 1)], Some("0.0"), false, &[2, 3]);
    }

    #[test]
    fn of_many_accepted_alerts_the_last_few_are_kept() {
        let pair = |ordinal: u16| {
            let sequence = u64::from(ordinal) * 2;
            [alert("wang", sequence, ordinal), accepted("wang", sequence + 1, ordinal)]
        };
        let overs = [3, 5, 7, 9];
        let last = 10..=25;
        check(
            (1..=12).flat_map(pair).collect(),
            Some("0.0"),
            false,
            &overs.into_iter().chain(last).collect::<Vec<_>>(),
        );
    }

    #[test]
    fn an_unknown_or_too_old_place_is_a_reset_with_the_open_alerts() {
        check(vec![alert("wang", 1, 1)], Some("1.7"), true, &[1]);
        check(vec![], Some("17.0"), true, &[]);
        let mut long = vec![alert("wang", 1, 1)];
        long.extend((2..100).map(|sequence| waiting("wang", sequence)));
        check(long.clone(), Some("2.0"), true, &[1]);
        check(long.clone(), Some("0.0"), true, &[1]);
        check(long, Some("98.0"), false, &[99]);
    }

    #[test]
    fn an_update_of_an_accepted_alert_rings_nobody() {
        let history = || [alert("wang", 1, 1), accepted("wang", 2, 1), alert("wang", 3, 1)];
        check(history().into(), None, false, &[]);
        let hub = Hub::default();
        for feed in history() {
            hub.push(feed);
        }
        let accepted: Vec<_> = hub.accepted_alerts(&staff("wang")).iter().map(|feed| feed.id.sequence).collect();
        assert_eq!(accepted, [3], "with the latest details");
    }

    #[tokio::test]
    async fn a_message_reaches_every_stream_of_its_person_and_nobody_elses() {
        let hub = Hub::default();
        let (_, mut phone) = hub.subscribe(&staff("wang"), None);
        let (_, mut tab) = hub.subscribe(&staff("wang"), None);
        let (_, mut colleague) = hub.subscribe(&staff("li"), None);
        hub.push(alert("wang", 4, 1));
        assert_eq!(phone.next().await.unwrap().id.sequence, 4);
        assert_eq!(tab.next().await.unwrap().id.sequence, 4);
        assert!(colleague.waiting().is_none());
    }

    #[tokio::test]
    async fn a_trial_reaches_the_pages_that_are_open_and_has_no_place_in_the_feed() {
        let (hub, wang) = (Hub::default(), staff("wang"));
        hub.push(alert("wang", 4, 1));
        let (Opening { position, .. }, mut page) = hub.subscribe(&wang, None);
        let trial = hub.try_channels(&wang);
        let came = page.next().await.unwrap();
        assert_eq!((came.id, &came.pushed), (position, &Pushed::Trial(trial)));
        assert!(hub.subscribe(&wang, Some(position)).0.messages.is_empty(), "nothing was missed");
        assert!(!hub.trial_shown(&staff("li"), trial) && !hub.trial_shown(&wang, trial + 1));
        assert!(hub.trial_shown(&wang, trial) && !hub.trial_shown(&wang, trial), "once");
    }

    #[tokio::test]
    async fn a_client_that_does_not_read_is_closed_and_the_others_are_not() {
        let hub = Hub::default();
        let (_, mut sleeper) = hub.subscribe(&staff("wang"), None);
        let (_, mut reader) = hub.subscribe(&staff("wang"), None);
        for sequence in 1..=300 {
            hub.push(waiting("wang", sequence));
            assert!(reader.waiting().is_some());
        }
        let mut read = 0;
        while sleeper.next().await.is_some() {
            read += 1;
        }
        assert_eq!((read, hub.closed_clients()), (CLIENT_BUFFER, 1));
        hub.push(waiting("wang", 301));
        assert_eq!(reader.next().await.unwrap().id.sequence, 301);
    }

    #[test]
    fn places_read_back() {
        let id = FeedId { sequence: 17, index: 3 };
        assert_eq!(id.to_string().parse(), Ok(id));
        for bad in ["", "17", "17.", ".3", "a.b", "1.2.3", "-1.0"] {
            assert_eq!(bad.parse::<FeedId>(), Err(NotAFeedId), "{bad}");
        }
    }
}
