//! A phone of the load driver: holds the stream open, reports shown, accepts, greets and ends, as its plan says.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use serde::Deserialize;
use shared::ids::{AlertId, VisitId};
use shared::wire::{AlertOver, Why};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::http::Connection;
use super::ledger::Ledger;
use super::plan::Answer;
use crate::random::Random;

const ALIVE: Duration = Duration::from_secs(10);
/// Alerts that wait for a slow person; the gateway asks one person for one visit at a time, so this is plenty.
const WAITING: usize = 256;

/// One phone.
#[derive(Debug, Clone)]
pub struct Phone {
    /// Which, for the ledger.
    pub number: usize,
    /// `HOST:PORT`
    pub address: String,
    /// Of its session.
    pub token: String,
    /// How it answers; `None` only watches (the manager's) and is no first phone.
    pub answer: Option<Answer>,
    /// What happened.
    pub ledger: Arc<Ledger>,
    /// Ends it.
    pub stop: CancellationToken,
}

#[derive(Debug, Clone, Copy, Deserialize)]
struct Ring {
    alert: AlertId,
    visit: VisitId,
    why: Why,
}

/// It needs no answer any more.
#[derive(Debug, Clone, Copy, Deserialize)]
struct Over {
    alert: AlertId,
    over: AlertOver,
}

impl Phone {
    /// Opens the page and answers until it is stopped; says on `opened` when the stream is open for the first time.
    pub async fn run(self, seed: u64, opened: mpsc::Sender<usize>) {
        let (to_person, from_stream) = mpsc::channel(WAITING);
        let stop = self.stop.clone();
        let both = async {
            tokio::join!(self.read(to_person, opened), self.answer(from_stream, Random::new(seed)));
        };
        stop.run_until_cancelled(both).await;
    }

    async fn read(&self, to_person: mpsc::Sender<Ring>, opened: mpsc::Sender<usize>) {
        let mut last = None;
        loop {
            if self.follow(&mut last, &to_person, &opened).await.is_err() {
                self.ledger.broke();
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }

    async fn follow(
        &self,
        last: &mut Option<String>,
        to_person: &mpsc::Sender<Ring>,
        opened: &mpsc::Sender<usize>,
    ) -> Result<()> {
        let connection = Connection::open(&self.address, &self.token).await?;
        let mut stream = connection.stream("/api/v1/me/stream", last.as_deref()).await?;
        let _told_already = opened.try_send(self.number);
        loop {
            for event in stream.events().await? {
                if event.name == "alert"
                    && let Ok(alert) = serde_json::from_str::<Ring>(&event.data)
                    && self.answer.is_some()
                    && self.ledger.alert(self.number, (alert.alert, alert.visit, alert.why), &event.data)
                {
                    let _person_gone = to_person.send(alert).await;
                }
                if event.name == "alert_over"
                    && let Ok(Over { alert, over }) = serde_json::from_str(&event.data)
                {
                    self.ledger.over(self.number, alert, over == AlertOver::Taken);
                }
            }
            *last = stream.last_id().map(str::to_owned);
        }
    }

    async fn answer(&self, mut from_stream: mpsc::Receiver<Ring>, mut random: Random) {
        let mut connection = None;
        let mut alive = tokio::time::interval(ALIVE);
        loop {
            let done = tokio::select! {
                alert = from_stream.recv() => match (alert, self.answer) {
                    (Some(alert), Some(answer)) => self.serve(&mut connection, alert, answer, &mut random).await,
                    (Some(_), None) => Ok(()),
                    (None, _) => return,
                },
                _ = alive.tick() => self.post(&mut connection, "/api/v1/me/alive", "").await.map(|_| ()),
            };
            if done.is_err() {
                // The gateway closes idle connections, and is gone in a fault run.
                connection = None;
            }
        }
    }

    async fn serve(
        &self,
        connection: &mut Option<Connection>,
        Ring { alert, visit, .. }: Ring,
        answer: Answer,
        random: &mut Random,
    ) -> Result<()> {
        let ms = Duration::from_millis;
        let [show, accept, greet, end] = match answer {
            Answer::AtOnce | Answer::Never => [(ms(0), ms(0)); 4],
            // After the second is asked, and before everybody is.
            Answer::Late => [(ms(0), ms(0)), (ms(4500), ms(6000)), (ms(0), ms(0)), (ms(0), ms(0))],
            Answer::Brisk => [(ms(50), ms(150)), (ms(300), ms(1500)), (ms(300), ms(1000)), (ms(300), ms(1000))],
            Answer::Human => {
                [(ms(200), ms(800)), (ms(1000), ms(4000)), (ms(2000), ms(8000)), (ms(300_000), ms(1_800_000))]
            }
        };
        pause(random.between(show.0, show.1)).await;
        self.post(connection, &format!("/api/v1/alerts/{alert}/shown"), "").await?;
        if answer == Answer::Never {
            return Ok(());
        }
        if self.is_over_within(alert, random.between(accept.0, accept.1)).await {
            return Ok(());
        }
        self.ledger.answered(self.number, alert);
        if !self.post(connection, &format!("/api/v1/alerts/{alert}/accept"), "").await? {
            return Ok(());
        }
        pause(random.between(greet.0, greet.1)).await;
        self.post(connection, &format!("/api/v1/visits/{visit}/greeted"), "").await?;
        pause(random.between(end.0, end.1)).await;
        if self.post(connection, &format!("/api/v1/visits/{visit}/end"), r#"{"outcome":"interested"}"#).await? {
            self.ledger.ended(visit);
        }
        Ok(())
    }

    /// Whether somebody else came while this person made up their mind: then they are free for the next.
    async fn is_over_within(&self, alert: AlertId, mut time: Duration) -> bool {
        const LOOK: Duration = Duration::from_millis(50);
        while !time.is_zero() {
            pause(time.min(LOOK)).await;
            time = time.saturating_sub(LOOK);
            if self.ledger.is_over(self.number, alert) {
                return true;
            }
        }
        false
    }

    /// Posts; gives whether it was taken. A broken connection is opened again once.
    async fn post(&self, connection: &mut Option<Connection>, path: &str, body: &str) -> Result<bool> {
        for fresh in [false, true] {
            let mut open = match connection.take().filter(|_| !fresh) {
                Some(open) => open,
                None => Connection::open(&self.address, &self.token).await?,
            };
            if let Ok((status, _)) = open.request("POST", path, body).await {
                *connection = Some(open).filter(Connection::stays_open);
                let taken = (200..300).contains(&status);
                if !taken {
                    self.ledger.answer_refused();
                }
                return Ok(taken);
            }
        }
        anyhow::bail!("{path} could not be posted")
    }
}

async fn pause(time: Duration) {
    if !time.is_zero() {
        tokio::time::sleep(time).await;
    }
}
