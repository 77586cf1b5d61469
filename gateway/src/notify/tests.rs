//! Channels against receivers on this machine, as the services' public documentation has them.

mod push;
mod receiver;
mod wecom;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::DateTime;
use hmac::{Hmac, Mac as _};
use sha2::Sha256;
use shared::clock::{Clock, SystemClock};
use shared::ids::{AlertId, StaffId, VisitId};
use shared::wire::{Alert, AlertOver, Language, Purpose, Why};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::*;
use crate::domain::effect::Task;
use crate::domain::floor::visit::Channel;
use crate::domain::{Actor, Command, Input};
use receiver::{Asked, Receiver, SOON, Says};

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const QUICK: Duration = Duration::from_millis(300);

type Paged = Arc<Mutex<Vec<(StaffId, serde_json::Value)>>>;

/// A hub with channels behind it, and what they report.
struct House {
    hub: Arc<Hub>,
    reports: mpsc::Receiver<Input>,
    cancel: CancellationToken,
    switchboard: Switchboard,
    paged: Paged,
    sequence: u64,
}

fn staff(name: &str) -> StaffId {
    name.parse().unwrap()
}

fn alert_id(visit: u8) -> AlertId {
    AlertId { visit: VisitId::new(DateTime::UNIX_EPOCH, [visit; 10]), ordinal: 1 }
}

fn alert(visit: u8) -> Alert {
    Alert {
        alert: alert_id(visit),
        visit: alert_id(visit).visit,
        purpose: Purpose::TestDrive,
        party: Some(2),
        language: Language::En,
        models: Vec::new(),
        own_customer: true,
        name: Some("王先生".to_owned()),
        when: None,
        budget: None,
        phone: Some("138****8000".to_owned()),
        lead: None,
        last_visit: None,
        score: None,
        appointment: None,
        why: Why::OwnCustomer,
        colleague: None,
        asked_at: DateTime::UNIX_EPOCH,
        greet_by: DateTime::UNIX_EPOCH,
        words: "王先生，您好".to_owned(),
    }
}

fn webhook(name: &str, url: &str, staff: &[&str]) -> WebhookSetup {
    WebhookSetup {
        name: name.to_owned(),
        address: Address::parse(url).unwrap(),
        key: SigningKey::parse(SECRET).unwrap(),
        staff: staff.iter().map(|name| name.parse().unwrap()).collect(),
    }
}

fn setup(webhooks: Vec<WebhookSetup>) -> Setup {
    Setup {
        client: Client::new(None, QUICK).unwrap(),
        base: "https://showroom.example".to_owned(),
        webhooks,
        wecom: None,
        robot: None,
        push: None,
        page: Arc::new(|_, _| None),
    }
}

impl House {
    fn open(setup: Setup) -> Self {
        Self::on(Arc::default(), setup)
    }

    fn on(hub: Arc<Hub>, mut setup: Setup) -> Self {
        let (sender, reports) = mpsc::channel(1024);
        let (cancel, paged) = (CancellationToken::new(), Paged::default());
        let book = Arc::clone(&paged);
        setup.page = Arc::new(move |to, payload| {
            (to.as_str() == "li").then(|| {
                book.lock().unwrap().push((to.clone(), serde_json::from_slice(&payload).unwrap()));
                Ok(())
            })
        });
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let switchboard = Switchboard::start(setup, &hub, &clock, sender, &cancel);
        Self { hub, reports, cancel, switchboard, paged, sequence: 0 }
    }

    fn failed(&self, why: &str) -> bool {
        self.hub.deliveries().latest(None, 999).iter().any(|delivery| delivery.why == Some(why))
    }

    /// Waits until the switchboard listens: what is pushed before is heard as ringing, and order would not be told.
    async fn ready(self) -> Self {
        let listening = async {
            while !self.hub.is_heard() {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        };
        tokio::time::timeout(SOON, listening).await.unwrap();
        self
    }

    fn push(&mut self, to: &str, pushed: Pushed) {
        self.sequence += 1;
        self.hub.push(Feed { id: FeedId { sequence: self.sequence, index: 0 }, to: staff(to), pushed });
    }

    fn ring(&mut self, to: &str, visit: u8) {
        self.push(to, Pushed::Alert(Box::new(alert(visit))));
    }

    fn over(&mut self, to: &str, visit: u8) {
        self.push(to, Pushed::AlertOver(alert_id(visit), AlertOver::Taken));
    }

    async fn report(&mut self) -> Input {
        tokio::time::timeout(SOON, self.reports.recv()).await.expect("nothing was reported").unwrap()
    }

    /// Waits until an alert's record on a channel says this.
    async fn record(&self, visit: u8, channel: Channel, fate: &str, why: Option<&str>, code: Option<i64>) {
        let said = || {
            let latest = self.hub.deliveries().latest(Some(alert_id(visit).visit), 99);
            latest.into_iter().find(|delivery| delivery.channel == channel.as_str())
        };
        let so = async {
            while said().is_none_or(|d| (d.fate, d.why, d.code) != (fate, why, code)) {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        let came = tokio::time::timeout(SOON, so).await;
        assert!(came.is_ok(), "{:?}", said());
    }

    async fn close(self) {
        self.cancel.cancel();
        tokio::time::timeout(SOON, self.switchboard.ended()).await.expect("the shutdown hangs");
    }
}

/// Checks a request as a receiver does by the Standard Webhooks specification.
#[track_caller]
fn check_signature(asked: &Asked) {
    let (id, timestamp) = (asked.header("webhook-id"), asked.header("webhook-timestamp"));
    assert!(!id.contains('.'));
    let age = SystemClock.now().timestamp() - timestamp.parse::<i64>().unwrap();
    assert!((0..=5).contains(&age), "{age}");
    let key = STANDARD.decode(SECRET.strip_prefix("whsec_").unwrap()).unwrap();
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).unwrap();
    mac.update([format!("{id}.{timestamp}.").as_bytes(), &asked.body].concat().as_slice());
    let (version, signature) = asked.header("webhook-signature").split_once(',').unwrap();
    assert_eq!(version, "v1");
    mac.verify_slice(&STANDARD.decode(signature).unwrap()).expect("a wrong signature");
}

#[tokio::test]
async fn a_webhook_is_signed_and_carries_no_name() {
    let mut bell = Receiver::open(&[], Says::Status(204)).await;
    let mut house = House::open(setup(vec![webhook("bell", &bell.url("/hook?a=b"), &["wang"])])).ready().await;
    house.ring("chen", 9);
    house.ring("wang", 1);
    let asked = bell.asked().await;
    check_signature(&asked);
    assert_eq!((asked.method.as_str(), asked.target.as_str()), ("POST", "/hook?a=b"));
    assert_eq!(asked.header("content-type"), "application/json");
    let id = alert_id(1);
    assert_eq!(
        asked.json(),
        serde_json::json!({
            "type": "alert.raised",
            "timestamp": "1970-01-01T00:00:00.000Z",
            "data": {
                "alert": id, "staff": "wang", "purpose": "test_drive", "language": "en", "party": 2,
                "asked_at": "1970-01-01T00:00:00Z", "greet_by": "1970-01-01T00:00:00Z",
                "link": format!("https://showroom.example/floor?alert={id}"),
            },
        }),
        "and nothing else"
    );
    let input = house.report().await;
    assert_eq!((input.actor, input.command), (Actor::Staff(staff("wang")), Command::Hand(id, Channel::Webhook)));
    assert!(matches!(house.report().await.command, Command::Deliver(_)));
    house.record(1, Channel::Webhook, "handed", None, None).await;
    // More about the same visitor rings nobody again.
    house.ring("wang", 1);
    house.ring("wang", 2);
    assert_eq!(bell.asked().await.json()["data"]["alert"], serde_json::json!(alert_id(2)));
    house.close().await;
}

#[tokio::test]
async fn a_receiver_in_trouble_is_tried_again_under_the_same_id() {
    let mut bell = Receiver::open(&[Says::Status(500), Says::Nothing], Says::Status(200)).await;
    let mut house = House::open(setup(vec![webhook("bell", &bell.url("/"), &[])])).ready().await;
    house.ring("wang", 1);
    let ids =
        [bell.asked().await, bell.asked().await, bell.asked().await].map(|asked| asked.header("webhook-id").to_owned());
    assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
    house.record(1, Channel::Webhook, "handed", None, None).await;
    house.close().await;
}

#[tokio::test]
async fn a_receiver_that_is_gone_or_refuses_is_not_tried_again() {
    let mut bell = Receiver::open(&[Says::Status(404), Says::Status(301)], Says::Status(410)).await;
    let mut house = House::open(setup(vec![webhook("bell", &bell.url("/"), &[])])).ready().await;
    for (visit, why, code) in [(1, "answered", Some(404)), (2, "answered", Some(301)), (3, "gone", None)] {
        house.ring("wang", visit);
        bell.asked().await;
        house.record(visit, Channel::Webhook, "failed", Some(why), code).await;
    }
    // After "gone" it gets nothing more, and nothing is recorded as tried.
    house.ring("wang", 4);
    house.hub.try_channels(&staff("li"));
    until(|| !house.paged.lock().unwrap().is_empty()).await;
    assert!(bell.nothing_more());
    assert!(house.hub.deliveries().latest(Some(alert_id(4).visit), 9).is_empty());
    house.close().await;
}

#[tokio::test]
async fn a_receiver_that_asks_for_a_pause_gets_it_from_every_message() {
    let mut bell = Receiver::open(&[Says::Later(429, "2")], Says::Status(200)).await;
    let mut house = House::open(setup(vec![webhook("bell", &bell.url("/"), &[])])).ready().await;
    let began = SystemClock.read().boot;
    house.ring("wang", 1);
    bell.asked().await;
    // Its answer has come when the pause is known.
    tokio::time::sleep(Duration::from_millis(200)).await;
    house.ring("wang", 2);
    bell.asked().await;
    bell.asked().await;
    let waited = SystemClock.read().boot.saturating_sub(began);
    assert!(waited >= Duration::from_secs(2), "{waited:?}");
    house.record(1, Channel::Webhook, "handed", None, None).await;
    house.record(2, Channel::Webhook, "handed", None, None).await;
    house.close().await;
}

#[tokio::test]
async fn a_receiver_that_hangs_holds_up_neither_the_others_nor_the_hub() {
    let hangs = Receiver::open(&[], Says::Nothing).await;
    let mut well = Receiver::open(&[], Says::Status(200)).await;
    let webhooks = vec![webhook("hangs", &hangs.url("/"), &["wang"]), webhook("well", &well.url("/"), &["chen"])];
    // Nobody who waits for its answer is done while this test lasts.
    let patient = Setup { client: Client::new(None, SOON * 6).unwrap(), ..setup(webhooks) };
    let mut house = House::open(patient).ready().await;
    // More than can wait in its lane.
    for visit in 1..=u8::MAX {
        house.ring("wang", visit);
    }
    house.sequence = 1000;
    let mut more = alert(1);
    for ordinal in 2..100 {
        more.alert.ordinal = ordinal;
        house.push("wang", Pushed::Alert(Box::new(more.clone())));
    }
    let mut urgent = alert(1);
    urgent.alert.ordinal = 200;
    house.push("chen", Pushed::Alert(Box::new(urgent)));
    well.asked().await;
    until(|| house.failed("full")).await;
    assert!(house.hub.position(&staff("chen")) != FeedId::default(), "pages ring as ever");
    house.close().await;
}

#[tokio::test]
async fn a_receiver_that_did_not_answer_five_times_in_a_row_is_not_even_tried() {
    let hangs = Receiver::open(&[], Says::Nothing).await;
    let mut house = House::open(setup(vec![webhook("hangs", &hangs.url("/"), &[])])).ready().await;
    for visit in 1..=20 {
        house.ring("wang", visit);
    }
    until(|| house.failed("breaker")).await;
    house.close().await;
}

#[tokio::test]
async fn nothing_is_sent_for_an_alert_that_is_over() {
    let mut bell = Receiver::open(&[], Says::Status(500)).await;
    let mut house = House::open(setup(vec![webhook("bell", &bell.url("/"), &[])])).ready().await;
    house.ring("wang", 1);
    bell.asked().await;
    house.over("wang", 1);
    house.record(1, Channel::Webhook, "failed", Some("over"), None).await;
    assert!(bell.nothing_more());
    house.close().await;
}

#[tokio::test]
async fn after_a_restart_whoever_still_waits_rings_again_under_the_same_id() {
    let mut bell = Receiver::open(&[], Says::Status(200)).await;
    let hook = || setup(vec![webhook("bell", &bell.url("/"), &[])]);
    let mut before = House::open(hook()).ready().await;
    before.ring("wang", 1);
    before.ring("wang", 2);
    let setup = hook();
    let first = [bell.asked().await, bell.asked().await].map(|asked| asked.header("webhook-id").to_owned());
    before.close().await;
    // The runtime rings again from its state before the doors are open; the second visitor was met meanwhile.
    let hub = Arc::new(Hub::default());
    hub.push(Feed {
        id: FeedId { sequence: 9, index: 0 },
        to: staff("wang"),
        pushed: Pushed::Alert(Box::new(alert(1))),
    });
    let after = House::on(hub, setup).ready().await;
    let again = bell.asked().await.header("webhook-id").to_owned();
    assert!(first.contains(&again) && again.contains(&alert_id(1).visit.to_string()));
    after.record(1, Channel::Webhook, "handed", None, None).await;
    assert!(bell.nothing_more());
    after.close().await;
}

#[tokio::test]
async fn a_pager_gets_the_whole_alert_its_updates_and_the_end() {
    let mut house = House::open(setup(Vec::new())).ready().await;
    house.ring("li", 1);
    house.ring("li", 1);
    house.over("li", 1);
    house.ring("wang", 2);
    let paged = Arc::clone(&house.paged);
    until(|| paged.lock().unwrap().len() == 3).await;
    let told: Vec<_> = paged.lock().unwrap().iter().map(|(_, told)| told.clone()).collect();
    let whole = serde_json::to_value(alert(1)).unwrap();
    assert_eq!(told, [whole.clone(), whole, serde_json::json!({ "alert": alert_id(1), "over": "taken" })]);
    assert_eq!(house.report().await.command, Command::Hand(alert_id(1), Channel::Pager));
    assert!(matches!(house.report().await.command, Command::Deliver(_)));
    house.record(1, Channel::Pager, "handed", None, None).await;
    house.close().await;
}

#[tokio::test]
async fn whoever_alone_would_come_is_told_outside_the_page_too_and_of_nothing_that_can_wait() {
    let mut bell = Receiver::open(&[], Says::Status(200)).await;
    let mut house = House::open(setup(vec![webhook("bell", &bell.url("/"), &[])])).ready().await;
    let visit = alert_id(1).visit;
    let later = [
        Task::Greet { visit },
        Task::TakenOver { visit, staff: staff("chen") },
        Task::SecondComes { visit, staff: staff("chen") },
        Task::Declined { visit, staff: staff("chen") },
    ];
    for task in later {
        house.push("wang", Pushed::Task(task));
    }
    house.push("boss", Pushed::Task(Task::NotGreeted { visit, staff: staff("wang") }));
    let asked = bell.asked().await;
    check_signature(&asked);
    let mut told = asked.json();
    assert!(told["timestamp"].take().is_string());
    let data = serde_json::json!({
        "staff": "boss", "task": "not_greeted", "visit": visit, "link": "https://showroom.example/floor",
    });
    assert_eq!(told, serde_json::json!({ "type": "task.raised", "timestamp": null, "data": data }), "and nothing else");
    assert!(matches!(house.report().await.command, Command::Deliver(_)), "it shows that the channel works");
    // Each time anew: a renewal is no repetition of the same message.
    let mut ids = vec![asked.header("webhook-id").to_owned()];
    for waiting in [1, 1] {
        house.push("boss", Pushed::Task(Task::Waiting { waiting }));
        let asked = bell.asked().await;
        assert_eq!((&asked.json()["data"]["task"], &asked.json()["data"]["waiting"]), (&"waiting".into(), &1.into()));
        ids.push(asked.header("webhook-id").to_owned());
    }
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 3);
    assert!(house.hub.deliveries().latest(None, 9).is_empty(), "no alert, no record");
    house.close().await;
}

#[tokio::test]
async fn a_trial_goes_over_every_channel_of_its_person_and_makes_them_pushable() {
    let mut bell = Receiver::open(&[], Says::Status(200)).await;
    let mut house = House::open(setup(vec![webhook("bell", &bell.url("/"), &[])])).ready().await;
    house.hub.try_channels(&staff("li"));
    let asked = bell.asked().await;
    check_signature(&asked);
    assert_eq!(asked.json()["type"], "channel.tried");
    for _ in 0..2 {
        assert!(matches!(house.report().await.command, Command::Deliver(_)));
    }
    assert!(house.hub.deliveries().latest(None, 9).is_empty(), "no alert, no record");
    house.close().await;
}

async fn until(so: impl Fn() -> bool) {
    let waiting = async {
        while !so() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(SOON, waiting).await.expect("it never came");
}
