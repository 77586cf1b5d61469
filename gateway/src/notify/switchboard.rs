//! The switchboard: hears what the hub pushes, and puts it on every channel of its person.
//!
//! It waits for nobody: lanes, pagers and the robot take a message at once or fail it. Started once, by whoever composes the gateway.

use std::sync::Arc;

use shared::clock::Clock;
use shared::ids::StaffId;
use shared::wire::{Alert, AlertOver};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::call::{Call, Message, page};
use super::errand::Errand;
use super::hub::{Feed, Heard, Hub, Pushed};
use super::lane::{Desk, Lane};
use super::pager::{self, Page};
use super::push::{Push, PushSetup};
use super::robot::{Bell, Robot, RobotSetup};
use super::webhook::{Webhook, WebhookSetup};
use super::wecom::{Wecom, WecomSetup};
use super::{Client, FeedId};
use crate::domain::Input;
use crate::domain::effect::Task;

/// Which channels there are. Nothing is on by itself but pagers, which the roster names.
pub struct Setup {
    /// Calls receivers outside.
    pub client: Client,
    /// Address of the staff pages, for links.
    pub base: String,
    /// Receivers of the showroom's own.
    pub webhooks: Vec<WebhookSetup>,
    /// 企业微信 the application.
    pub wecom: Option<WecomSetup>,
    /// 企业微信 the group's robot.
    pub robot: Option<RobotSetup>,
    /// Browsers' push services.
    pub push: Option<PushSetup>,
    /// To the pagers.
    pub page: Page,
}

/// The running channels.
pub struct Switchboard {
    tasks: TaskTracker,
}

struct Exchange {
    desk: Arc<Desk>,
    base: String,
    lanes: Vec<Lane>,
    page: Page,
    robot: Option<mpsc::Sender<Bell>>,
}

impl Switchboard {
    /// Opens every channel. `reports` is for the runtime: who was reached. Everything ends with `cancel`.
    #[must_use]
    pub fn start(
        setup: Setup,
        hub: &Arc<Hub>,
        clock: &Arc<dyn Clock>,
        reports: mpsc::Sender<Input>,
        cancel: &CancellationToken,
    ) -> Self {
        let tasks = TaskTracker::new();
        let desk = Arc::new(Desk::new(Arc::clone(clock), Arc::clone(hub), reports.clone()));
        let Setup { client, base, webhooks, wecom, robot, push, page } = setup;
        let mut lanes = Vec::new();
        for webhook in webhooks {
            let channel = Webhook::new(webhook, client.clone(), Arc::clone(clock));
            lanes.push(Lane::open(channel, &desk, &tasks, cancel));
        }
        if let Some(wecom) = wecom {
            let channel = Wecom::new(wecom, client.clone(), Arc::clone(clock));
            lanes.push(Lane::open(channel, &desk, &tasks, cancel));
        }
        if let Some(push) = push {
            let channel = Push::new(push, Arc::clone(clock), reports);
            lanes.push(Lane::open(channel, &desk, &tasks, cancel));
        }
        let robot = robot.map(|robot| Robot::new(robot, client, base.clone(), Arc::clone(&desk)).open(&tasks, cancel));
        let exchange = Exchange { desk, base, lanes, page, robot };
        tasks.spawn(exchange.run(Arc::clone(hub), cancel.clone()));
        Self { tasks }
    }

    /// Waits until everything has ended, after the shutdown.
    pub async fn ended(&self) {
        self.tasks.close();
        self.tasks.wait().await;
    }
}

impl Exchange {
    async fn run(self, hub: Arc<Hub>, cancel: CancellationToken) {
        let (ringing, mut heard) = hub.listen();
        for feed in ringing {
            self.put_through(&feed, true);
        }
        loop {
            let next = tokio::select! {
                () = cancel.cancelled() => return,
                next = heard.recv() => next,
            };
            match next {
                Some(Heard::Feed { feed, rings }) => self.put_through(&feed, rings),
                Some(Heard::Trial(staff)) => self.try_all(staff),
                None => return,
            }
        }
    }

    fn put_through(&self, Feed { to, pushed, id }: &Feed, rings: bool) {
        match pushed {
            Pushed::Alert(alert) => self.alert(to, alert, rings, *id),
            Pushed::AlertOver(alert, over) => {
                self.desk.end(*alert);
                pager::silence(&self.page, to, *alert, *over);
                let (staff, link) = (to.clone(), page(&self.base));
                self.offer(&Message::Over { staff, alert: *alert, over: *over, link });
                if matches!(over, AlertOver::Accepted | AlertOver::Taken | AlertOver::Ended) {
                    self.bell(Bell::Over(alert.visit));
                }
            }
            Pushed::Task(task) => {
                if let Task::Receive { visit, .. } = task {
                    self.bell(Bell::Ring(*visit, None));
                }
                self.errand(to, task, *id);
            }
            // A trial is heard as such.
            Pushed::Trial(_) => {}
        }
    }

    fn alert(&self, to: &StaffId, alert: &Alert, rings: bool, at: FeedId) {
        // What rang when the switchboard began may be told twice.
        let rings = rings && self.desk.begin(alert.alert);
        let message = Message::Ring(Call::of(to, alert, &self.base));
        pager::ring(&self.page, &self.desk, &message, alert, rings);
        if !rings {
            return;
        }
        tracing::debug!(visit.id = %alert.visit, consultant.id = %to, %at, "an alert goes to the channels");
        self.offer(&message);
        if let Message::Ring(call) = message {
            self.bell(Bell::Ring(alert.visit, Some(call)));
        }
    }

    fn errand(&self, to: &StaffId, task: &Task, place: FeedId) {
        let Some(errand) = Errand::of(task) else { return };
        let (staff, at, link) = (to.clone(), self.desk.clock.now(), page(&self.base));
        self.offer(&Message::Errand { staff, errand, place, at, link });
    }

    fn try_all(&self, staff: StaffId) {
        let message = Message::Trial { staff, at: self.desk.clock.now(), link: page(&self.base) };
        pager::trial(&self.page, &self.desk, &message);
        self.offer(&message);
    }

    fn offer(&self, message: &Message) {
        for lane in &self.lanes {
            lane.offer(message, &self.desk);
        }
    }

    fn bell(&self, bell: Bell) {
        if self.robot.as_ref().is_some_and(|robot| robot.try_send(bell).is_err()) {
            tracing::warn!("too much waits for the group's robot; one word was dropped");
        }
    }
}
