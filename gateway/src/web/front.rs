//! What every handler shares.

use std::sync::Arc;
use std::time::Duration;

use axum::http::HeaderMap;
use chrono::{DateTime, Days, NaiveDate, NaiveTime, TimeDelta, Utc};
use chrono_tz::Tz;
use shared::ids::{AlertId, StaffId};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::WebParts;
use super::api::health::Readiness;
use super::assets::Assets;
use super::claims::Claims;
use super::config::WebConfig;
use super::enrolments::Enrolments;
use super::floor_feed::FloorFeed;
use super::metrics::Metrics;
use super::problem::{Code, Problem};
use super::reach::{self, Reach, Standing};
use super::reporter::Reporter;
use super::session::{Person, Sessions};
use super::throttle::Throttle;
use super::ticket::Tickets;
use super::words::Words;
use crate::domain::floor::visit::Channel;
use crate::notify::Fate;
use crate::runtime::CustomerView;

/// Passwords that are checked at one time: each costs 19 MiB.
const PASSWORD_CHECKS: usize = 2;

/// How long a reader waits for the records to show what was written before.
const LEVEL: Duration = Duration::from_secs(2);

/// The parts, and what the web keeps beside them.
pub(super) struct Front {
    pub(super) parts: WebParts,
    pub(super) sessions: Sessions,
    pub(super) tickets: Tickets,
    pub(super) throttle: Throttle,
    pub(super) claims: Claims,
    /// Codes that let staff's phones in.
    pub(super) enrolments: Enrolments,
    /// Wrong codes of claims.
    pub(super) guesses: Throttle,
    pub(super) password_checks: Semaphore,
    pub(super) assets: Assets,
    /// How the codes' link is.
    pub(super) reach: Arc<Reach>,
    pub(super) floor: FloorFeed,
    pub(super) reporter: Reporter,
    pub(super) readiness: Readiness,
    pub(super) metrics: Metrics,
    /// How often a page says that it is alive, in real time.
    pub(super) alive: Duration,
    /// Over HTTPS.
    pub(super) secure: bool,
    pub(super) connections: usize,
    pub(super) shutdown: CancellationToken,
}

impl Front {
    pub(super) fn new(config: &WebConfig, parts: WebParts, standing: Standing, tasks: &TaskTracker) -> Arc<Self> {
        let shutdown = parts.shutdown.clone();
        let secure = config.tls.is_some();
        let lifetime = TimeDelta::from_std(config.session).unwrap_or(TimeDelta::hours(16));
        let assets = Assets::new();
        let reach = Reach::start(
            (config.public_url.clone(), standing),
            assets.hash(reach::SIGN),
            Arc::clone(&parts.clock),
            (shutdown.clone(), tasks.clone()),
        );
        Arc::new(Self {
            sessions: Sessions::new(parts.session_key, lifetime, secure),
            tickets: Tickets::new(parts.session_key),
            throttle: Throttle::default(),
            claims: Claims::default(),
            enrolments: Enrolments::default(),
            guesses: Throttle::default(),
            password_checks: Semaphore::new(PASSWORD_CHECKS),
            assets,
            reach,
            floor: FloorFeed::start(parts.handle.floor(), shutdown.clone(), tasks),
            reporter: Reporter::start(parts.handle.clone(), shutdown.clone(), tasks),
            readiness: Readiness::default(),
            metrics: Metrics::register(&parts.registry, &parts.handle),
            alive: config.alive_at(parts.clock_rate),
            secure,
            connections: config.connections,
            shutdown,
            parts,
        })
    }

    /// Notes how far an alert came, as a person's own device tells.
    pub(super) fn note_delivery(&self, staff: &StaffId, alert: AlertId, channel: Channel, fate: Fate) {
        self.parts.handle.hub().deliveries().note(staff, alert, channel, fate, self.now());
    }

    /// Waits until the records show what was written before this request; only while they are rebuilt it takes longer.
    pub(super) async fn level(&self) -> Result<(), Problem> {
        let head = *self.parts.head.borrow();
        self.parts
            .views
            .level(head, LEVEL)
            .await
            .map_err(|behind| Problem::unavailable(Code::Rebuilding, &behind.to_string(), 2))
    }

    /// Whose customers people are, with what was written before this request.
    pub(super) async fn customers(&self) -> Arc<CustomerView> {
        let head = *self.parts.head.borrow();
        self.parts.handle.customers(head, LEVEL).await
    }

    /// Who sends this request, judged by the roster of this moment.
    pub(super) fn person(&self, headers: &HeaderMap) -> Option<Person> {
        let (token, by_cookie) = self.sessions.token_of(headers)?;
        let roster = self.parts.handle.roster();
        let (id, role) = self.sessions.judge(token, &roster.borrow(), self.now())?;
        Some(Person { id, role, by_cookie, token: token.to_owned() })
    }

    pub(super) fn now(&self) -> DateTime<Utc> {
        self.parts.clock.now()
    }

    /// Time since the machine started, which nobody sets.
    pub(super) fn boot(&self) -> Duration {
        self.parts.clock.read().boot
    }

    pub(super) fn zone(&self) -> Tz {
        self.parts.showroom.zone
    }

    /// Today by the showroom's clock.
    pub(super) fn today(&self) -> NaiveDate {
        self.now().with_timezone(&self.zone()).date_naive()
    }

    /// The moments between which these days lie, both days included.
    pub(super) fn days(&self, from: NaiveDate, to: NaiveDate) -> (DateTime<Utc>, DateTime<Utc>) {
        (midnight(from, self.zone()), midnight(to.checked_add_days(Days::new(1)).unwrap_or(to), self.zone()))
    }

    /// The name on somebody's badge.
    pub(super) fn name(&self, staff: &StaffId) -> String {
        self.parts.handle.roster().borrow().name(staff).to_owned()
    }

    /// The same as a page in these words says it: in Latin letters where it is read in English.
    pub(super) fn name_in(&self, words: &Words, staff: &StaffId) -> String {
        self.parts.handle.roster().borrow().name_in(words.language, staff).to_owned()
    }

    /// Whether somebody is no longer on the staff.
    pub(super) fn has_left(&self, staff: &StaffId) -> bool {
        !self.parts.handle.roster().borrow().accounts.contains_key(staff)
    }

    /// Random bytes.
    pub(super) fn random<const N: usize>() -> Result<[u8; N], Problem> {
        let mut bytes = [0; N];
        getrandom::fill(&mut bytes).map_err(|error| {
            tracing::error!(%error, "no random bytes from the system");
            Problem::internal()
        })?;
        Ok(bytes)
    }
}

/// When a day begins; where clocks jump over midnight, at the first moment after.
fn midnight(day: NaiveDate, zone: Tz) -> DateTime<Utc> {
    let naive = day.and_time(NaiveTime::MIN);
    naive.and_local_timezone(zone).earliest().map_or_else(|| naive.and_utc(), |at| at.with_timezone(&Utc))
}
