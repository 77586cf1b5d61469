//! Those who answer: they look, think, walk and talk as long as people do. One alert in twenty nobody looks at, one is passed on, and of
//! twenty minutes each phone is dead for one.

use std::collections::BTreeMap;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use reqwest::Method;
use shared::ids::{AlertId, VisitId};
use shared::wire::Alert;
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval, sleep};

use crate::random::Random;
use crate::world::Phone;

/// How often a phone looks whether something came.
const LOOK: Duration = Duration::from_millis(3);
/// A page reports so often, in the showroom's time.
const ALIVE_MS: u64 = 10_000;
/// Of so long a phone is dead for a twentieth, in the showroom's time.
const ROUND_MS: u64 = 20 * 60_000;

/// How many times as fast the showroom's clock runs.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pace(pub(super) u32);

impl Pace {
    /// How long so many milliseconds of the showroom take here.
    pub(super) fn real(self, ms: u64) -> Duration {
        Duration::from_millis(ms) / self.0
    }
}

/// What all of them heard, and what the gateway let them do.
#[derive(Debug, Default)]
pub(super) struct Heard {
    pub(super) alerts: Mutex<BTreeMap<AlertId, Alert>>,
    /// Who was told that a visit is theirs.
    pub(super) owners: Mutex<BTreeMap<VisitId, Vec<String>>>,
}

/// Somebody with a phone.
pub(super) struct Person {
    pub(super) phone: Phone,
    pub(super) pace: Pace,
    pub(super) random: Random,
    pub(super) heard: Arc<Heard>,
    /// The phone is: it answers nothing that it has shown.
    pub(super) dead: Arc<AtomicBool>,
}

impl Person {
    /// Answers until it is cut off.
    pub(super) async fn work(mut self) {
        let mut alive = interval(self.pace.real(ALIVE_MS));
        let mut look = interval(LOOK);
        for ticks in [&mut alive, &mut look] {
            ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        }
        let mut turn = Box::pin(sleep(self.lasts()));
        let mut answers = JoinSet::new();
        loop {
            tokio::select! {
                _ = alive.tick() => if !self.dead.load(Relaxed) {
                    // Lost ones are followed by others.
                    let _lost = self.phone.session().call(Method::POST, "/api/v1/me/alive", None).await;
                },
                _ = look.tick() => {
                    for alert in self.phone.take_alerts() {
                        lock(&self.heard.alerts).insert(alert.alert, alert.clone());
                        answers.spawn(self.answer(alert));
                    }
                },
                () = &mut turn => {
                    if self.dead.load(Relaxed) {
                        // Where that fails, the next turn tries again.
                        self.dead.store(self.phone.resume().await.is_err(), Relaxed);
                    } else {
                        self.phone.close();
                        self.dead.store(true, Relaxed);
                    }
                    turn = Box::pin(sleep(if self.dead.load(Relaxed) { self.pace.real(ROUND_MS / 20) } else { self.lasts() }));
                },
                _ = answers.join_next(), if !answers.is_empty() => {},
            }
        }
    }

    /// How long the phone works.
    fn lasts(&mut self) -> Duration {
        self.pace.real(ROUND_MS / 2 + self.random.below(ROUND_MS))
    }

    /// What comes of one alert; refusals are answers, for a colleague may have been faster.
    fn answer(&mut self, alert: Alert) -> impl Future<Output = ()> + use<> {
        let mut time = |from: u64, to: u64| self.pace.real(from + self.random.below(to - from));
        let looks = time(200, 800);
        let (thinks, walks, talks) = (time(1_000, 6_700), time(3_000, 45_000), time(120_000, 1_200_000));
        let (ignores, passes, forgets) =
            (self.random.below(20) == 0, self.random.below(20) == 0, self.random.below(20) == 0);
        let (phone, heard, dead) = (self.phone.clone(), Arc::clone(&self.heard), Arc::clone(&self.dead));
        async move {
            sleep(looks).await;
            let _over = phone.shown(&alert).await;
            if ignores {
                return;
            }
            sleep(thinks).await;
            if dead.load(Relaxed) {
                return;
            }
            if passes {
                let _over = phone.pass(&alert, "busy").await;
                return;
            }
            if phone.accept(&alert).await.is_err() {
                return;
            }
            lock(&heard.owners).entry(alert.visit).or_default().push(phone.account().to_owned());
            sleep(walks).await;
            if !forgets {
                let _over = phone.greeted(alert.visit).await;
            }
            sleep(talks).await;
            let _over = phone.end(alert.visit, "interested").await;
        }
    }
}

pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
