//! A web that runs, a runtime that answers as told, and a client that speaks HTTP by hand.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use chrono::{DateTime, TimeDelta};
use prometheus_client::registry::Registry;
use shared::catalogue::Model;
use shared::clock::{Clock, SystemClock};
use shared::consent::{ConsentPurpose, Wording};
use shared::ids::StaffId;
use shared::personal::Personal;
use shared::wire::Brand;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::domain::diary::Entry;
use crate::domain::floor::plan::Plans;
use crate::domain::floor::speech::Question;
use crate::domain::morning::{Area, Item, Morning};
use crate::domain::roster::subscription::Which;
use crate::domain::roster::{Account, Role, Roster, RosterEvent, StaffDetails};
use crate::domain::secret::{Secret, Subject};
use crate::domain::{Actor, Command, Input, State};
use crate::notify::Hub;
use crate::report::Showroom;
use crate::runtime::{Answer, CustomerView, Desk, Done, FloorSnapshot, Handle};
use crate::views::Views;
use crate::web::session::Sessions;
use crate::web::{Promise, Web, WebConfig, WebParts, password};

pub(super) const PASSWORD: &str = "correct horse";
pub(super) const QR_KEY: [u8; 32] = [5; 32];
const SESSION_KEY: [u8; 32] = [6; 32];
pub(super) const ROLES: [(&str, Role); 6] = [
    ("wang", Role::Consultant),
    ("qian", Role::Reception),
    ("sun", Role::Advisor),
    ("he", Role::Care),
    ("zhao", Role::Manager),
    ("root", Role::Admin),
];

/// A running web. What was submitted is kept; every input is answered alike.
pub(super) struct Room {
    pub(super) addr: SocketAddr,
    pub(super) visitors: SocketAddr,
    pub(super) hub: Arc<Hub>,
    pub(super) floor: tokio::sync::watch::Sender<Arc<FloorSnapshot>>,
    pub(super) roster: tokio::sync::watch::Sender<Arc<Roster>>,
    pub(super) plans: tokio::sync::watch::Sender<Arc<Plans>>,
    pub(super) morning: tokio::sync::watch::Sender<Arc<Morning>>,
    pub(super) diary: tokio::sync::watch::Sender<Arc<Vec<Entry>>>,
    pub(super) customers: tokio::sync::watch::Sender<Arc<CustomerView>>,
    pub(super) views: Arc<Views>,
    pub(super) spent: tokio::sync::watch::Sender<Arc<BTreeSet<String>>>,
    pub(super) inputs: Arc<Mutex<Vec<Input>>>,
    pub(super) answer: Arc<Mutex<Answer>>,
    _data: tempfile::TempDir,
    _running: DropGuard,
}

fn account(id: &str, role: Role) -> Account {
    // One hash for all: hashing is slow on purpose.
    static HASH: std::sync::OnceLock<String> = std::sync::OnceLock::new();
    let hash = HASH.get_or_init(|| password::hash(PASSWORD).unwrap());
    let id: StaffId = id.parse().unwrap();
    let details =
        StaffDetails { name: Personal::new(format!("{id}的名字")), latin: None, password: Personal::new(hash) };
    Account {
        secret: Secret::open(Subject::Staff(id.clone()), details),
        id,
        role,
        senior: false,
        languages: BTreeSet::new(),
        session_generation: 0,
    }
}

fn question() -> Question {
    let answer = |id: &str, zh: &str, en: &str| crate::domain::floor::speech::Answer {
        id: id.parse().unwrap(),
        zh: zh.to_owned(),
        en: en.to_owned(),
    };
    Question {
        id: "body".parse().unwrap(),
        zh: "您更喜欢轿车还是 SUV？".to_owned(),
        en: "A sedan or an SUV?".to_owned(),
        strangers: false,
        answers: vec![answer("sedan", "轿车", "Sedan"), answer("suv", "SUV", "SUV")],
    }
}

pub(super) fn roster() -> Roster {
    let mut roster = Roster::default();
    for (id, role) in ROLES {
        roster.accounts.insert(id.parse().unwrap(), account(id, role));
    }
    roster
}

impl Room {
    pub(super) async fn open() -> Self {
        Self::open_with(|_| {}).await
    }

    pub(super) async fn open_with(change: impl FnOnce(&mut WebParts)) -> Self {
        Self::open_as(|_| {}, change).await
    }

    pub(super) async fn open_as(set: impl FnOnce(&mut WebConfig), change: impl FnOnce(&mut WebParts)) -> Self {
        let data = tempfile::tempdir().unwrap();
        let (handle, desk) = Handle::open(&State { roster: roster(), ..State::default() });
        let shutdown = CancellationToken::new();
        let views = Arc::new(Views::open(data.path()).unwrap());
        let model = |id: &str, zh: &str, en: &str| Model {
            id: id.parse().unwrap(),
            zh: zh.to_owned(),
            en: en.to_owned(),
            picture: None,
            place: None,
            fits: Vec::new(),
        };
        let mut parts = WebParts {
            handle,
            views: Arc::clone(&views),
            head: watch::Sender::new(0).subscribe(),
            open_lead: Arc::new(|_| {}),
            open_appointment: Arc::new(|_| {}),
            showroom: Showroom { store: "demo".parse().unwrap(), zone: chrono_tz::Asia::Shanghai },
            brand: Brand { zh: "星河汽车".to_owned(), en: "Xinghe".to_owned() },
            models: vec![model("x1", "星河 X1", "Xinghe X1"), model("s7", "星河 S7", "Xinghe S7")],
            questions: vec![question()],
            checklist: vec![Item {
                id: "tidy".parse().unwrap(),
                area: Area::Showroom,
                zh: "展厅整洁".to_owned(),
                en: "Tidy".to_owned(),
            }],
            gallery: Arc::default(),
            wordings: vec![Wording {
                purpose: ConsentPurpose::Contact,
                version: "v3".to_owned(),
                zh: "全文".to_owned(),
                en: "The full text".to_owned(),
            }],
            promise: Promise {
                breach: TimeDelta::seconds(10),
                undo: TimeDelta::minutes(2),
                renew: TimeDelta::seconds(30),
            },
            qr_key: QR_KEY,
            session_key: SESSION_KEY,
            clock: Arc::new(SystemClock),
            clock_rate: 1,
            push: None,
            broker: Arc::new(|| Some(crate::web::BrokerDoor { addr: ([127, 0, 0, 1], 1883).into(), tls: false })),
            devices: Arc::new(Vec::new),
            ready: Arc::new(|| Box::pin(async { Ok(()) })),
            registry: Arc::new(Mutex::new(Registry::default())),
            demo: None,
            shutdown: shutdown.clone(),
        };
        change(&mut parts);
        let mut config = WebConfig {
            listen: "127.0.0.1:0".parse().unwrap(),
            visitor_listen: "127.0.0.1:0".parse().ok(),
            ..WebConfig::default()
        };
        set(&mut config);
        let web = Web::start(config, parts).await.unwrap();
        let (inputs, answer) = (Arc::default(), Arc::new(Mutex::new(Ok(Done::Kept))));
        let Desk { mut letters, floor, roster, plans, morning, diary, customers, spent, hub } = desk;
        let (kept, given, staff) = (Arc::clone(&inputs), Arc::clone(&answer), roster.clone());
        tokio::spawn(async move {
            while let Some(letter) = letters.recv().await {
                let answer: Answer = *given.lock().unwrap();
                if let Some(event) = changed(&letter.input).filter(|_| answer.is_ok()) {
                    staff.send_modify(|roster| Arc::make_mut(roster).apply(&event));
                }
                let kept: &Mutex<Vec<Input>> = &kept;
                kept.lock().unwrap().push(letter.input);
                letter.answer.send(answer).ok();
            }
        });
        Self {
            addr: web.addr,
            visitors: web.visitor_addr.unwrap_or(web.addr),
            hub,
            floor,
            roster,
            plans,
            morning,
            diary,
            customers,
            views,
            spent,
            inputs,
            answer,
            _data: data,
            _running: shutdown.drop_guard(),
        }
    }

    /// A token as signing in gives it, without the time that a password takes.
    #[expect(clippy::unused_self, reason = "a token of this room")]
    pub(super) fn token(&self, id: &str) -> String {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let (_, role) = ROLES.into_iter().find(|(known, _)| *known == id).unwrap();
        let sessions = Sessions::new(SESSION_KEY, chrono::TimeDelta::hours(16), false);
        // Each one another session: signing one out leaves the next.
        let [a, b, c, d] = COUNT.fetch_add(1, Ordering::Relaxed).to_be_bytes();
        sessions.issue(&account(id, role), SystemClock.now(), [0, 0, a, b, c, d])
    }

    pub(super) async fn call(&self, id: &str, method: &str, path: &str, body: &str) -> Reply {
        let head = if id.is_empty() { String::new() } else { format!("authorization: Bearer {}\r\n", self.token(id)) };
        ask(self.addr, method, path, &head, body).await
    }

    /// Checks that `/metrics` has these refusals, each so many times.
    pub(super) async fn counted(&self, expect: &[(&str, u32)]) {
        let metrics = self.call("", "GET", "/metrics", "").await.body;
        for (code, count) in expect {
            let line = format!("web_refused_total{{code=\"{code}\"}} {count}\n");
            assert!(metrics.contains(&line), "{line}{metrics}");
        }
    }

    pub(super) fn submitted(&self) -> Vec<Input> {
        std::mem::take(&mut *self.inputs.lock().unwrap())
    }
}

/// What a command does to the roster, which pages look at right after it.
fn changed(input: &Input) -> Option<RosterEvent> {
    match (&input.actor, &input.command) {
        (_, Command::SetAccount(account)) => Some(RosterEvent::AccountSet(account.clone())),
        (_, Command::RemoveAccount(staff)) => Some(RosterEvent::AccountRemoved { staff: staff.clone() }),
        (Actor::Staff(staff), Command::Subscribe(subscription)) => {
            Some(RosterEvent::Subscribed { staff: staff.clone(), subscription: subscription.clone() })
        }
        (_, Command::Unsubscribe(staff, Which::One(id))) => {
            Some(RosterEvent::Unsubscribed { staff: staff.clone(), id: id.clone() })
        }
        (Actor::Staff(staff), Command::EndSessions) => Some(RosterEvent::SessionsEnded { staff: staff.clone() }),
        _ => None,
    }
}

/// What came back.
#[derive(Debug)]
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) head: String,
    pub(super) body: String,
}

impl Reply {
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (found, value) = line.split_once(':')?;
            found.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }

    pub(super) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("no JSON: {}", self.body))
    }

    pub(super) fn code(&self) -> String {
        assert_eq!(self.header("content-type"), Some("application/problem+json"), "{self:?}");
        self.json()["code"].as_str().unwrap().to_owned()
    }
}

pub(super) async fn ask(addr: SocketAddr, method: &str, path: &str, head: &str, body: &str) -> Reply {
    let kind =
        if body.starts_with('{') || body.is_empty() { "application/json" } else { "application/x-www-form-urlencoded" };
    send_bytes(addr, method, path, &format!("content-type: {kind}\r\n{head}"), body.as_bytes()).await
}

/// The same with a body that need not be text, and no type of its own.
pub(super) async fn send_bytes(addr: SocketAddr, method: &str, path: &str, head: &str, body: &[u8]) -> Reply {
    let mut stream = TcpStream::connect(addr).await.unwrap();
    let request = format!(
        "{method} {path} HTTP/1.1\r\nhost: {addr}\r\nconnection: close\r\ncontent-length: {}\r\n{head}\r\n",
        body.len()
    );
    stream.write_all(&[request.as_bytes(), body].concat()).await.unwrap();
    let mut bytes = Vec::new();
    // A refused large body may end in a reset; what came before counts.
    stream.read_to_end(&mut bytes).await.ok();
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
    let status = head.split_whitespace().nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
    let chunked = head.to_ascii_lowercase().contains("transfer-encoding: chunked");
    let body = if chunked { unchunk(body) } else { body.to_owned() };
    Reply { status, head: head.to_owned(), body }
}

fn unchunk(mut body: &str) -> String {
    let mut whole = String::new();
    while let Some((size, rest)) = body.split_once("\r\n") {
        let Ok(size) = usize::from_str_radix(size.trim(), 16) else { break };
        if size == 0 || rest.len() < size {
            break;
        }
        whole.push_str(&rest[..size]);
        body = rest[size..].trim_start_matches("\r\n");
    }
    whole
}

pub(super) fn epoch() -> DateTime<chrono::Utc> {
    DateTime::from_timestamp(1_800_000_000, 0).unwrap()
}
