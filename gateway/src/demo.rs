//! The demo showroom: sample staff, cars and a kiosk, a clock that can be moved, everything in one process.

mod clock;
mod seed;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use chrono::TimeDelta;
use shared::ids::{DeviceId, StoreId};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

pub use clock::DemoClock;
pub use seed::{banner, kiosk_password, seed};

use crate::app::{App, Demo, Serving};
use crate::config::{Config, sample};
use crate::control::{self, Operations};
use crate::domain::{Actor, Command, Input};
use crate::runtime::Handle;
use crate::web::{Advance, LEAST_ALIVE};

/// Where the demo listens unless those ports are taken.
const HTTP: u16 = 8080;
const VISITORS: u16 = 8081;
const MQTT: u16 = 1883;

/// What a demo can be told.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// The data folder; made if need be.
    pub data: PathBuf,
}

/// How a kiosk reaches the showroom.
#[derive(Debug, Clone)]
pub struct KioskAccess {
    /// The showroom.
    pub store: StoreId,
    /// The kiosk.
    pub kiosk: DeviceId,
    /// The broker.
    pub mqtt: SocketAddr,
    /// MQTT client id and user name.
    pub client_id: String,
    /// MQTT password.
    pub password: String,
    /// The kiosk's own data folder.
    pub data: PathBuf,
}

/// A whole showroom in this process, on threads of its own.
#[derive(Debug)]
pub struct Showroom {
    tokio: tokio::runtime::Runtime,
    serving: Option<Serving>,
    /// Commands beside this process: `gateway export …` and the others.
    commands: CancellationToken,
    control: Option<JoinHandle<()>>,
    kiosk: KioskAccess,
    banner: String,
}

impl Showroom {
    /// Opens the demo showroom and waits until it is ready.
    ///
    /// # Errors
    /// The data folder is in use, or nothing can be listened on.
    pub fn open(options: &Options) -> anyhow::Result<Self> {
        let tokio = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
        let mut config = Config::default();
        config.data.dir.clone_from(&options.data);
        config.web.listen = free_or_any(([127, 0, 0, 1], HTTP).into());
        config.web.visitor_listen = Some(free_or_any(([0, 0, 0, 0], VISITORS).into()));
        config.mqtt.listen = free_or_any(([127, 0, 0, 1], MQTT).into());
        let serving = tokio.block_on(serve(config, 1, CancellationToken::new()))?;
        let kiosk = kiosk_access(&serving, options)?;
        let banner = banner(&serving);
        let commands = CancellationToken::new();
        let operations = Arc::new(Operations::from(&serving.app));
        let control = {
            let _inside = tokio.enter();
            control::serve(&serving.app.config.data.dir, operations, commands.clone())?
        };
        Ok(Self { tokio, serving: Some(serving), commands, control: Some(control), kiosk, banner })
    }

    /// How this showroom's kiosk reaches it.
    #[must_use]
    pub fn kiosk(&self) -> &KioskAccess {
        &self.kiosk
    }

    /// Links, a code and sign-ins, for the terminal.
    #[must_use]
    pub fn banner(&self) -> &str {
        &self.banner
    }

    /// Closes everything in order.
    pub fn close(mut self) {
        // Commands end before the runtime that they speak to.
        self.commands.cancel();
        if let Some(control) = self.control.take() {
            let _ = self.tokio.block_on(control);
        }
        if let Some(serving) = self.serving.take() {
            self.tokio.block_on(serving.close());
        }
    }
}

/// Serves a configuration as a demo: seeded, with a clock that can be moved.
///
/// # Errors
/// Those of opening and serving.
pub async fn serve(mut config: Config, clock_rate: u32, shutdown: CancellationToken) -> anyhow::Result<Serving> {
    let sample = sample();
    sample.furnish(&mut config);
    config.floor.live = live_at(clock_rate, config.floor.live);
    let clock = Arc::new(DemoClock::new(clock_rate));
    let app = App::open(config, Arc::clone(&clock) as Arc<dyn shared::clock::Clock>)?;
    seed(&app.handle, &app.vault, &sample).await.context("the sample showroom could not be set up")?;
    let advance = advance(clock, app.handle.clone());
    let demo = Demo { clock_rate, advance };
    Ok(app.serve(Some(demo), shutdown).await?)
}

/// For how long a phone is live by a clock that is `rate` times as fast: pages say at most every 100 ms that they are there, and five
/// such words may be missing before one counts as dark.
fn live_at(rate: u32, live: TimeDelta) -> TimeDelta {
    let least = TimeDelta::from_std(LEAST_ALIVE * 5 * rate).unwrap_or(live);
    live.max(least)
}

/// Moves the demo's clock on in steps of a second (longer ones over long spans), so that every deadline on the way comes in its
/// turn and phones that are live stay so.
fn advance(clock: Arc<DemoClock>, handle: Handle) -> Advance {
    Arc::new(move |span| Box::pin(live_through(Arc::clone(&clock), handle.clone(), span.to_std().unwrap_or_default())))
}

async fn live_through(clock: Arc<DemoClock>, handle: Handle, span: Duration) {
    let step = if span > Duration::from_mins(10) { Duration::from_secs(10) } else { Duration::from_secs(1) };
    let reachable =
        handle.floor().borrow().staff.iter().filter(|m| m.reachable).map(|m| m.id.clone()).collect::<Vec<_>>();
    let alive = |actor| Input { cause: None, actor, command: Command::Alive };
    let mut left = span;
    while !left.is_zero() {
        let by = left.min(step);
        left -= by;
        clock.advance(by);
        for staff in &reachable {
            let _ = handle.submit(alive(Actor::Staff(staff.clone()))).await;
        }
        // Waking the runtime is what makes it look at the clock; it answers once it has.
        if handle.submit(alive(Actor::System)).await.is_err() {
            return;
        }
    }
}

fn free_or_any(addr: SocketAddr) -> SocketAddr {
    match std::net::TcpListener::bind(addr) {
        Ok(_) => addr,
        Err(_) => SocketAddr::new(addr.ip(), 0),
    }
}

fn kiosk_access(serving: &Serving, options: &Options) -> anyhow::Result<KioskAccess> {
    let kiosk: DeviceId = seed::KIOSK.parse()?;
    Ok(KioskAccess {
        store: serving.app.config.store.id.clone(),
        mqtt: serving.doors.mqtt.context("the demo has its own broker")?,
        client_id: format!("kiosk-{kiosk}"),
        password: kiosk_password(&serving.app.vault, &kiosk),
        kiosk,
        data: options.data.join("kiosk"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::WebConfig;

    #[track_caller]
    fn check(rate: u32, live_s: i64) {
        let live = live_at(rate, Config::default().floor.live);
        assert_eq!(live.num_seconds(), live_s);
        // Two words of a page may be late before it is taken for dark.
        let alive = WebConfig::default().alive_at(rate) * rate;
        assert!(live >= TimeDelta::from_std(alive * 2).unwrap(), "{rate}: alive every {alive:?}, live for {live}");
    }

    #[test]
    fn no_clock_is_so_fast_that_every_phone_goes_dark() {
        check(1, 30);
        check(60, 30);
        check(300, 150);
        check(3600, 1800);
    }
}
