//! A page of the staff that is open: it holds its stream, and answers alerts.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use reqwest::Method;
use serde_json::{Value, json};
use shared::ids::{AlertId, VisitId};
use shared::wire::Alert;
use tokio_util::sync::{CancellationToken, DropGuard};

use super::session::Session;
use crate::{sse, wait};

/// A page of the staff that is open.
#[derive(Debug, Clone)]
pub struct Phone {
    session: Session,
    inbox: Arc<Mutex<Inbox>>,
    stream: Arc<Mutex<Option<DropGuard>>>,
}

#[derive(Debug, Default)]
struct Inbox {
    opened: u64,
    last_id: Option<String>,
    /// New alerts that no test took yet.
    alerts: Vec<Alert>,
    /// Every alert with all its deliveries: the first rings, the others update it.
    deliveries: BTreeMap<AlertId, Vec<Alert>>,
    over: Vec<Value>,
    tasks: Vec<Value>,
    events: Vec<sse::Event>,
    failures: Vec<String>,
}

impl Phone {
    /// Opens the stream of a session and waits until it is open.
    ///
    /// # Errors
    /// When it is refused.
    pub async fn open(session: Session) -> Result<Self> {
        let phone = Self { session, inbox: Arc::default(), stream: Arc::default() };
        phone.resume().await?;
        Ok(phone)
    }

    /// Opens the stream again, after what was read last.
    ///
    /// # Errors
    /// When it is refused.
    pub async fn resume(&self) -> Result<()> {
        let before = lock(&self.inbox).opened;
        let stop = CancellationToken::new();
        let (stopped, session, inbox) = (stop.clone(), self.session.clone(), Arc::clone(&self.inbox));
        *lock(&self.stream) = Some(stop.drop_guard());
        tokio::spawn(async move { stopped.run_until_cancelled(follow(session, inbox)).await });
        let opened = wait::until("the stream to open", || (lock(&self.inbox).opened > before).then_some(())).await;
        opened.with_context(|| format!("{}: {:?}", self.account(), lock(&self.inbox).failures))
    }

    /// Breaks the connection, as a train in a tunnel does.
    pub fn close(&self) {
        *lock(&self.stream) = None;
    }

    /// The session.
    #[must_use]
    pub fn session(&self) -> &Session {
        &self.session
    }

    /// The account's name.
    #[must_use]
    pub fn account(&self) -> &str {
        self.session.account()
    }

    /// Waits for the next alert and takes it.
    ///
    /// # Errors
    /// When none comes.
    pub async fn alert(&self) -> Result<Alert> {
        self.alert_where(&format!("an alert for {}", self.account()), |_| true).await
    }

    /// Waits for the next alert about a visit and takes it.
    ///
    /// # Errors
    /// When none comes.
    pub async fn alert_for(&self, visit: VisitId) -> Result<Alert> {
        self.alert_where(&format!("an alert for {} about {visit}", self.account()), |alert| alert.visit == visit).await
    }

    async fn alert_where(&self, what: &str, wanted: impl Fn(&Alert) -> bool) -> Result<Alert> {
        wait::until(what, || {
            let mut inbox = lock(&self.inbox);
            let at = inbox.alerts.iter().position(&wanted)?;
            Some(inbox.alerts.remove(at))
        })
        .await
        .with_context(|| format!("events so far: {:?}", self.event_names()))
    }

    /// Alerts that nobody took.
    #[must_use]
    pub fn alerts_left(&self) -> Vec<Alert> {
        lock(&self.inbox).alerts.clone()
    }

    /// Takes all alerts that came so far, whatever they are.
    #[must_use]
    pub fn take_alerts(&self) -> Vec<Alert> {
        std::mem::take(&mut lock(&self.inbox).alerts)
    }

    /// How often an alert was delivered: once, and once more for each update.
    #[must_use]
    pub fn deliveries(&self, alert: AlertId) -> usize {
        lock(&self.inbox).deliveries.get(&alert).map_or(0, Vec::len)
    }

    /// Waits for a delivery of an alert that says what is looked for.
    ///
    /// # Errors
    /// When none does.
    pub async fn update(&self, alert: AlertId, what: &str, says: impl Fn(&Alert) -> bool) -> Result<Alert> {
        wait::until(&format!("alert {alert} to say {what}"), || {
            let inbox = lock(&self.inbox);
            inbox.deliveries.get(&alert)?.iter().find(|alert| says(alert)).cloned()
        })
        .await
    }

    /// Waits until an alert is over.
    ///
    /// # Errors
    /// When it does not end.
    pub async fn over(&self, alert: AlertId) -> Result<Value> {
        let name = alert.to_string();
        wait::until(&format!("the end of alert {alert} for {}", self.account()), || {
            let inbox = lock(&self.inbox);
            inbox.over.iter().find(|over| over.get("alert").and_then(Value::as_str) == Some(&name)).cloned()
        })
        .await
    }

    /// Waits for something to do that is no alert: one whose fields have these values.
    ///
    /// # Errors
    /// When none comes; with those that came.
    pub async fn task(&self, wanted: &Value) -> Result<Value> {
        let fits = |task: &Value| {
            wanted.as_object().is_some_and(|all| all.iter().all(|(name, value)| task.get(name) == Some(value)))
        };
        let what = format!("a task for {} with {wanted}", self.account());
        wait::until(&what, || lock(&self.inbox).tasks.iter().find(|task| fits(task)).cloned())
            .await
            .with_context(|| format!("tasks so far: {:?}", lock(&self.inbox).tasks))
    }

    /// Waits for an event of this name from the given position on.
    ///
    /// # Errors
    /// When none comes.
    pub async fn event(&self, name: &str, from: usize) -> Result<sse::Event> {
        wait::until(&format!("an event {name} for {}", self.account()), || {
            lock(&self.inbox).events.iter().skip(from).find(|event| event.name == name).cloned()
        })
        .await
    }

    /// How many events came so far.
    #[must_use]
    pub fn events_seen(&self) -> usize {
        lock(&self.inbox).events.len()
    }

    /// The names of the events so far.
    #[must_use]
    pub fn event_names(&self) -> Vec<String> {
        lock(&self.inbox).events.iter().map(|event| event.name.clone()).collect()
    }

    /// All events so far.
    #[must_use]
    pub fn events(&self) -> Vec<sse::Event> {
        lock(&self.inbox).events.clone()
    }

    /// Pretends that the stream was read up to another event.
    pub fn forget_to(&self, id: Option<String>) {
        lock(&self.inbox).last_id = id;
    }

    /// "It is on my screen."
    ///
    /// # Errors
    /// When it is refused.
    pub async fn shown(&self, alert: &Alert) -> Result<()> {
        self.answer(alert, "shown", None).await
    }

    /// "I come."
    ///
    /// # Errors
    /// When it is refused.
    pub async fn accept(&self, alert: &Alert) -> Result<()> {
        self.answer(alert, "accept", None).await
    }

    /// "Ask the next one."
    ///
    /// # Errors
    /// When it is refused.
    pub async fn pass(&self, alert: &Alert, reason: &str) -> Result<()> {
        self.answer(alert, "pass", Some(json!({ "reason": reason }))).await
    }

    async fn answer(&self, alert: &Alert, what: &str, body: Option<Value>) -> Result<()> {
        let path = format!("/api/v1/alerts/{}/{what}", alert.alert);
        self.session.call(Method::POST, &path, body).await.map(|_| ())
    }

    /// Status and code with which a write of theirs is refused.
    ///
    /// # Errors
    /// When it is not.
    pub async fn refusal(&self, path: &str, body: Option<Value>) -> Result<(u16, Value)> {
        let (status, problem) = self.session.refused(Method::POST, path, body).await?;
        Ok((status.as_u16(), problem.get("code").cloned().unwrap_or_default()))
    }

    /// "I stand before the visitor."
    ///
    /// # Errors
    /// When it is refused.
    pub async fn greeted(&self, visit: VisitId) -> Result<()> {
        self.session.call(Method::POST, &format!("/api/v1/visits/{visit}/greeted"), None).await.map(|_| ())
    }

    /// Ends a visit.
    ///
    /// # Errors
    /// When it is refused.
    pub async fn end(&self, visit: VisitId, outcome: &str) -> Result<()> {
        let path = format!("/api/v1/visits/{visit}/end");
        self.session.call(Method::POST, &path, Some(json!({ "outcome": outcome }))).await.map(|_| ())
    }

    /// The whole of it: shown, accepted, greeted, ended.
    ///
    /// # Errors
    /// When any of it is refused.
    pub async fn serve(&self, alert: &Alert, outcome: &str) -> Result<()> {
        self.shown(alert).await?;
        self.accept(alert).await?;
        self.greeted(alert.visit).await?;
        self.end(alert.visit, outcome).await
    }
}

/// The one of two who is asked, and the other.
///
/// # Errors
/// When neither is.
pub async fn first_asked<'a>(first: &'a Phone, second: &'a Phone) -> Result<(&'a Phone, &'a Phone)> {
    wait::until("one of two to be asked", || match (first.alerts_left().is_empty(), second.alerts_left().is_empty()) {
        (false, _) => Some((first, second)),
        (true, false) => Some((second, first)),
        (true, true) => None,
    })
    .await
}

/// Reads the stream for ever; opens it again after a break, as a browser does.
async fn follow(session: Session, inbox: Arc<Mutex<Inbox>>) {
    loop {
        if let Err(error) = read(&session, &inbox).await {
            lock(&inbox).failures.push(format!("{error:#}"));
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

async fn read(session: &Session, inbox: &Mutex<Inbox>) -> Result<()> {
    let mut request = session.request(Method::GET, "/api/v1/me/stream").header("accept", "text/event-stream");
    let last = lock(inbox).last_id.clone();
    if let Some(last) = last {
        request = request.header("last-event-id", last);
    }
    let mut answer = request.send().await?;
    if !answer.status().is_success() {
        bail!("the stream is refused: {} {}", answer.status(), answer.text().await?);
    }
    lock(inbox).opened += 1;
    let mut reader = sse::Reader::default();
    while let Some(piece) = answer.chunk().await? {
        let mut inbox = lock(inbox);
        for event in reader.push(&piece) {
            inbox.take(event);
        }
        if let Some(id) = reader.last_id() {
            inbox.last_id = Some(id.to_owned());
        }
    }
    Ok(())
}

impl Inbox {
    fn ring(&mut self, alert: Alert) {
        let deliveries = self.deliveries.entry(alert.alert).or_default();
        deliveries.push(alert.clone());
        match self.alerts.iter_mut().find(|waiting| waiting.alert == alert.alert) {
            Some(waiting) => *waiting = alert,
            None if deliveries.len() == 1 => self.alerts.push(alert),
            None => {}
        }
    }

    fn take(&mut self, event: sse::Event) {
        match event.name.as_str() {
            "alert" => match serde_json::from_str(&event.data) {
                Ok(alert) => self.ring(alert),
                Err(error) => self.failures.push(format!("{error}: {}", event.data)),
            },
            "task" => self.tasks.extend(serde_json::from_str::<Value>(&event.data)),
            "alert_over" => self.over.extend(serde_json::from_str::<Value>(&event.data)),
            _ => {}
        }
        self.events.push(event);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
