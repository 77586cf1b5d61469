//! Web Push, against a service on this machine that keeps what it is sent, and phones that open it as browsers do.

use std::collections::BTreeMap;

use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use p256::SecretKey;
use p256::elliptic_curve::sec1::ToEncodedPoint as _;
use ring::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};
use serde_json::{Value, json};
use shared::personal::Personal;

use super::*;
use crate::domain::floor::visit::CallReason;
use crate::domain::roster::subscription::{PushKeys, Subscription, SubscriptionId, Which};
use crate::domain::secret::{Secret, Subject};
use crate::notify::push::open;

const SUBJECT: &str = "mailto:it@example.com";
const AUTH: [u8; 16] = [3; 16];
const TAKEN: Says = Says::Status(201);

/// A browser with its subscription.
struct Phone {
    key: SecretKey,
    subscription: Subscription,
}

impl Phone {
    fn of(whose: &str, service: &Receiver, path: &str) -> Self {
        Self::speaking(Language::Zh, whose, &service.url(path))
    }

    fn speaking(language: Language, whose: &str, endpoint: &str) -> Self {
        let seed: [u8; 32] = sha2::Digest::finalize(<Sha256 as sha2::Digest>::new_with_prefix(endpoint)).into();
        let key = SecretKey::from_slice(&seed).unwrap();
        let keys = PushKeys {
            endpoint: Personal::new(endpoint),
            p256dh: Personal::new(URL_SAFE_NO_PAD.encode(key.public_key().to_encoded_point(false).as_bytes())),
            auth: Personal::new(URL_SAFE_NO_PAD.encode(AUTH)),
        };
        let subscription = Subscription {
            id: SubscriptionId::of(endpoint),
            language,
            session: "s".to_owned(),
            secret: Secret::open(Subject::Staff(staff(whose)), keys),
        };
        Self { key, subscription }
    }

    fn opens(&self, asked: &Asked) -> Value {
        serde_json::from_slice(&open(&asked.body, &self.key, &AUTH).0).unwrap()
    }

    fn ends(&self, whose: &str) -> (Actor, Command) {
        (Actor::System, Command::Unsubscribe(staff(whose), Which::One(self.subscription.id.clone())))
    }
}

fn key() -> VapidKey {
    VapidKey::derive(&[9; 32]).unwrap()
}

fn push_to(phones: &[(&str, &Phone)]) -> Setup {
    let mut known: BTreeMap<StaffId, Vec<Subscription>> = BTreeMap::new();
    for (whose, phone) in phones {
        known.entry(staff(whose)).or_default().push(phone.subscription.clone());
    }
    let subscriptions: Subscriptions = Arc::new(move |staff| known.get(staff).cloned().unwrap_or_default());
    let push = PushSetup {
        client: Client::new(None, QUICK).unwrap(),
        key: key(),
        subject: SUBJECT.to_owned(),
        local: true,
        subscriptions,
    };
    Setup { push: Some(push), ..setup(Vec::new()) }
}

/// Checks who sends, as a service does by RFC 8292 §4.2.
#[track_caller]
fn check_word(asked: &Asked, service: &Receiver) {
    let bytes = |text: &str| URL_SAFE_NO_PAD.decode(text).unwrap();
    let (token, public) = asked.header("authorization").strip_prefix("vapid t=").unwrap().split_once(", k=").unwrap();
    assert_eq!(public, key().public(), "the key that the browser subscribed with");
    let (signed, signature) = token.rsplit_once('.').unwrap();
    let judge = UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, bytes(public));
    judge.verify(signed.as_bytes(), &bytes(signature)).expect("a wrong signature");
    let (head, claims) = signed.split_once('.').unwrap();
    let json = |text| serde_json::from_slice::<Value>(&bytes(text)).unwrap();
    assert_eq!(json(head), json!({ "typ": "JWT", "alg": "ES256" }));
    let claims = json(claims);
    assert_eq!((&claims["aud"], &claims["sub"]), (&json!(service.url("")), &json!(SUBJECT)));
    let left = claims["exp"].as_i64().unwrap() - SystemClock.now().timestamp();
    assert!((1..=24 * 3600).contains(&left), "{left}");
}

#[tokio::test]
async fn a_push_is_signed_opens_for_its_phone_alone_and_carries_no_name() {
    let mut service = Receiver::open(&[], TAKEN).await;
    let phone = Phone::of("wang", &service, "/wpush/v2/gAAA?x=y");
    let mut house = House::open(push_to(&[("wang", &phone)])).ready().await;
    house.ring("chen", 9);
    house.ring("wang", 1);
    let asked = service.asked().await;
    assert_eq!((asked.method.as_str(), asked.target.as_str()), ("POST", "/wpush/v2/gAAA?x=y"));
    check_word(&asked, &service);
    let topic = URL_SAFE_NO_PAD.encode(alert_id(1).visit.uuid().as_bytes());
    for (header, expect) in [
        ("content-encoding", "aes128gcm"),
        ("content-type", "application/octet-stream"),
        ("ttl", "30"),
        ("urgency", "high"),
        ("topic", topic.as_str()),
    ] {
        assert_eq!(asked.header(header), expect, "{header}");
    }
    assert!(topic.len() <= 32);
    let expect = json!({
        "alert": alert_id(1), "title": "有访客等您接待", "line": "试驾 · 2 位 · 英文", "language": "zh", "tag": topic,
    });
    assert_eq!(phone.opens(&asked), expect, "and nothing else");
    let input = house.report().await;
    assert_eq!((input.actor, input.command), (Actor::Staff(staff("wang")), Command::Hand(alert_id(1), Channel::Push)));
    assert!(matches!(house.report().await.command, Command::Deliver(_)));
    house.record(1, Channel::Push, "handed", None, None).await;
    // What a service could learn of it is the same for every visitor.
    house.ring("wang", 2);
    let other = service.asked().await;
    assert_eq!(other.body.len(), asked.body.len());
    assert_ne!(other.header("topic"), topic, "one a visit");
    house.close().await;
}

#[tokio::test]
async fn every_phone_of_a_person_is_rung_in_its_pages_language() {
    let mut service = Receiver::open(&[], TAKEN).await;
    let first = Phone::of("wang", &service, "/first");
    let second = Phone::speaking(Language::En, "wang", &service.url("/second"));
    let mut house = House::open(push_to(&[("wang", &first), ("wang", &second)])).ready().await;
    house.ring("wang", 1);
    for _ in 0..2 {
        let asked = service.asked().await;
        let (phone, title, line) = match asked.target.as_str() {
            "/first" => (&first, "有访客等您接待", "试驾 · 2 位 · 英文"),
            _ => (&second, "A visitor waits for you", "Test drive · 2 people · speaks English"),
        };
        let told = phone.opens(&asked);
        assert_eq!((&told["title"], &told["line"]), (&json!(title), &json!(line)));
    }
    house.close().await;
}

#[tokio::test]
async fn what_rang_is_taken_back_where_it_rang_when_a_colleague_comes() {
    let mut service = Receiver::open(&[], TAKEN).await;
    let rung = Phone::of("wang", &service, "/rung");
    let asked_not = Phone::of("li", &service, "/li");
    let mut house = House::open(push_to(&[("wang", &rung), ("li", &asked_not)])).ready().await;
    house.ring("wang", 1);
    let first = service.asked().await;
    house.record(1, Channel::Push, "handed", None, None).await;
    house.over("wang", 1);
    let taken = service.asked().await;
    let topic = first.header("topic");
    assert_eq!((taken.header("topic"), taken.header("ttl")), (topic, "600"), "it takes the ringing one's place");
    let expect = json!({ "over": true, "title": "同事已接待", "line": "不用过去", "language": "zh", "tag": topic });
    assert_eq!(rung.opens(&taken), expect);
    for _ in 0..3 {
        house.report().await;
    }
    // Said once, and not to phones that never rang; the record stays that of the alert.
    house.over("wang", 1);
    house.over("li", 1);
    house.over("wang", 2);
    house.ring("li", 3);
    assert_eq!(asked_not.opens(&service.asked().await)["alert"], json!(alert_id(3)));
    assert!(service.nothing_more());
    house.record(1, Channel::Push, "handed", None, None).await;
    house.close().await;
}

#[tokio::test]
async fn a_phone_that_may_have_rung_is_told_that_it_is_over_and_rung_no_more() {
    let mut service = Receiver::open(&[Says::Status(500)], TAKEN).await;
    let phone = Phone::speaking(Language::En, "wang", &service.url("/p"));
    let mut house = House::open(push_to(&[("wang", &phone)])).ready().await;
    house.ring("wang", 1);
    service.asked().await;
    // It may have come through all the same: whoever was asked once is told once.
    house.over("wang", 1);
    let told = phone.opens(&service.asked().await);
    assert_eq!((&told["over"], &told["title"]), (&json!(true), &json!("A colleague comes")));
    house.record(1, Channel::Push, "failed", Some("over"), None).await;
    assert!(service.nothing_more(), "and the alert itself is tried no more");
    house.close().await;
}

#[tokio::test]
async fn a_task_rings_beside_the_visits_alert_and_a_later_one_takes_its_place() {
    let mut service = Receiver::open(&[], TAKEN).await;
    let phone = Phone::speaking(Language::En, "rec", &service.url("/p"));
    let mut house = House::open(push_to(&[("rec", &phone)])).ready().await;
    house.ring("rec", 1);
    let alert = service.asked().await.header("topic").to_owned();
    let receive = Task::Receive { visit: alert_id(1).visit, reason: CallReason::NobodyFree };
    house.push("rec", Pushed::Task(receive));
    let asked = service.asked().await;
    let topic = asked.header("topic").to_owned();
    assert!(topic != alert && topic.len() <= 32, "{topic}");
    assert_eq!(asked.header("ttl"), "30", "later it would only startle");
    let expect = json!({ "title": "A visitor needs you", "line": "Please receive this visitor", "language": "en", "tag": topic });
    assert_eq!(phone.opens(&asked), expect, "and nothing else");
    house.push("rec", Pushed::Task(Task::StillWith { visit: alert_id(1).visit }));
    let asked = service.asked().await;
    assert_eq!((asked.header("topic"), asked.header("ttl")), (topic.as_str(), "600"));
    house.push("rec", Pushed::Task(Task::Waiting { waiting: 1 }));
    let asked = service.asked().await;
    assert_eq!((asked.header("topic"), asked.header("ttl")), ("waiting", "30"));
    assert_eq!(phone.opens(&asked)["line"], json!("One visitor, and nobody comes"));
    house.close().await;
}

#[tokio::test]
async fn a_trial_says_so_and_makes_its_person_pushable() {
    let mut service = Receiver::open(&[], TAKEN).await;
    let phone = Phone::of("wang", &service, "/p");
    let mut house = House::open(push_to(&[("wang", &phone)])).ready().await;
    house.hub.try_channels(&staff("wang"));
    let asked = service.asked().await;
    assert_eq!(asked.header("topic"), "trial");
    let expect = json!({ "title": "试铃", "line": "这个渠道可以找到您", "language": "zh", "tag": "trial" });
    assert_eq!(phone.opens(&asked), expect);
    assert!(matches!(house.report().await.command, Command::Deliver(_)));
    house.close().await;
}

#[tokio::test]
async fn a_phone_that_its_service_knows_no_more_is_reported_and_the_others_ring() {
    for status in [404, 410] {
        let mut service = Receiver::open(&[], TAKEN).await;
        let mut emptied = Receiver::open(&[], Says::Status(status)).await;
        let (old, new) = (Phone::of("wang", &emptied, "/old"), Phone::of("wang", &service, "/new"));
        let mut house = House::open(push_to(&[("wang", &old), ("wang", &new)])).ready().await;
        house.ring("wang", 1);
        service.asked().await;
        emptied.asked().await;
        let mut reports = Vec::new();
        for _ in 0..3 {
            let input = house.report().await;
            reports.push((input.actor, input.command));
        }
        assert!(reports.contains(&old.ends("wang")), "{status}: {reports:?}");
        assert!(!reports.contains(&new.ends("wang")));
        house.record(1, Channel::Push, "handed", None, None).await;
        assert!(emptied.nothing_more(), "and it is not tried again");
        house.close().await;
    }
}

#[tokio::test]
async fn what_a_service_refuses_fails_with_its_status_and_ends_no_subscription() {
    let refusals = [Says::Status(400), Says::Status(403), Says::Status(413)];
    let mut service = Receiver::open(&refusals, Says::Status(410)).await;
    let phone = Phone::of("wang", &service, "/p");
    let mut house = House::open(push_to(&[("wang", &phone)])).ready().await;
    for (visit, code) in [(1, 400), (2, 403), (3, 413)] {
        house.ring("wang", visit);
        service.asked().await;
        house.record(visit, Channel::Push, "failed", Some("answered"), Some(code)).await;
    }
    house.ring("wang", 4);
    house.record(4, Channel::Push, "failed", Some("gone"), None).await;
    let first = house.report().await;
    assert_eq!((first.actor, first.command), phone.ends("wang"), "the first report of all is the last one's");
    house.close().await;
}

#[tokio::test]
async fn a_service_in_trouble_is_tried_again_and_one_that_asks_for_a_pause_gets_it() {
    let script = [Says::Status(500), Says::Nothing, Says::Later(429, "1")];
    let mut service = Receiver::open(&script, TAKEN).await;
    let phone = Phone::of("wang", &service, "/p");
    let mut house = House::open(push_to(&[("wang", &phone)])).ready().await;
    house.ring("wang", 1);
    let (mut topics, mut bodies) = (Vec::new(), Vec::new());
    for _ in 0..3 {
        let asked = service.asked().await;
        topics.push(asked.header("topic").to_owned());
        bodies.push(asked.body);
    }
    let paused = SystemClock.read().boot;
    let last = service.asked().await;
    let waited = SystemClock.read().boot.saturating_sub(paused);
    assert!(waited >= Duration::from_millis(900), "{waited:?}");
    assert!(topics.iter().all(|topic| topic == last.header("topic")), "the phone shows one of them");
    assert!(bodies.iter().all(|body| *body != last.body), "never the same key twice");
    house.record(1, Channel::Push, "handed", None, None).await;
    house.close().await;
}

#[tokio::test]
async fn a_service_that_never_answers_holds_up_no_other_and_is_left_alone() {
    let hangs = Receiver::open(&[], Says::Nothing).await;
    let mut well = Receiver::open(&[], TAKEN).await;
    // Services by their names: a breaker each.
    let elsewhere = hangs.url("/p").replace("127.0.0.1", "localhost");
    let (stuck, fine) = (Phone::speaking(Language::Zh, "wang", &elsewhere), Phone::of("chen", &well, "/p"));
    let mut house = House::open(push_to(&[("wang", &stuck), ("chen", &fine)])).ready().await;
    for visit in 1..=20 {
        house.ring("wang", visit);
    }
    until(|| house.failed("breaker")).await;
    house.ring("chen", 100);
    assert!(fine.opens(&well.asked().await)["alert"] == json!(alert_id(100)));
    house.record(100, Channel::Push, "handed", None, None).await;
    house.close().await;
}

#[tokio::test]
async fn nothing_is_sent_into_the_house_unless_the_showroom_says_so() {
    let mut service = Receiver::open(&[], TAKEN).await;
    let phone = Phone::of("wang", &service, "/p");
    let door = |local| PushDoor { key: key().public(), local };
    let keys = phone.subscription.secret.get().unwrap();
    assert_eq!((door(true).judge(keys), door(false).judge(keys)), (Ok(()), Err(BadSubscription::Endpoint)));
    // It was let in, and then the configuration changed.
    let mut setup = push_to(&[("wang", &phone)]);
    setup.push.as_mut().unwrap().local = false;
    let mut house = House::open(setup).ready().await;
    house.ring("wang", 1);
    house.hub.try_channels(&staff("li"));
    until(|| !house.paged.lock().unwrap().is_empty()).await;
    assert!(service.nothing_more() && house.hub.deliveries().latest(None, 9).is_empty());
    house.close().await;
}
