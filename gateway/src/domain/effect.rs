//! What the outside has to be told, derived from what has happened.
//!
//! - [`last_told`]: what visitors before screens were told, so that only what is new is said

pub mod last_told;

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use shared::ids::{AlertId, AppointmentId, DeviceId, DisputeId, LeadId, StaffId, VisitId};
use shared::wire::{Alert, AlertOver, VisitStatus};

use super::customer::CustomerEvent;
use super::diary::DiaryEvent;
use super::event::Event;
use super::floor::event::{Detailed, FloorEvent};
use super::floor::status::addressed;
use super::floor::visit::{Asking, CallReason, Visit};
use super::roster::{Role, RosterEvent};
use super::sales::LeadEvent;
use super::secret::Subject;
use super::state::State;

/// Something for a person's screen that is no request to come to a visitor who waits.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[serde(tag = "task", rename_all = "snake_case")]
pub enum Task {
    /// Managers: so many wait in breach; one alert that is renewed.
    Waiting {
        /// How many.
        waiting: u32,
    },
    /// The one who accepted: the visitor has not been greeted.
    Greet {
        /// Which visit.
        visit: VisitId,
    },
    /// Managers: accepted 40 s ago and not greeted.
    NotGreeted {
        /// Which visit.
        visit: VisitId,
        /// Who accepted.
        staff: StaffId,
    },
    /// The one who accepted: still with them?
    StillWith {
        /// Which visit.
        visit: VisitId,
    },
    /// Reception: receive and seat this visitor.
    Receive {
        /// Which visit.
        visit: VisitId,
        /// Why.
        reason: CallReason,
    },
    /// The one who handed over: a colleague has the visit now.
    TakenOver {
        /// Which visit.
        visit: VisitId,
        /// Who.
        staff: StaffId,
    },
    /// The one whose visit it is: a second person comes.
    SecondComes {
        /// Which visit.
        visit: VisitId,
        /// Who.
        staff: StaffId,
    },
    /// The one whose visit it is: this colleague neither takes it over nor comes.
    Declined {
        /// Which visit.
        visit: VisitId,
        /// Who.
        staff: StaffId,
    },
    /// Who has an appointment, and cannot be asked: it is here.
    AppointmentHere {
        /// Which visit.
        visit: VisitId,
        /// For when it was made.
        at: DateTime<Utc>,
    },
    /// Who has an appointment soon.
    AppointmentSoon {
        /// Which.
        appointment: AppointmentId,
        /// When.
        at: DateTime<Utc>,
    },
    /// Own consultant who cannot be asked: your customer is here.
    OwnCustomer {
        /// Which visit.
        visit: VisitId,
    },
    /// Managers: whose customer somebody is has to be ruled.
    Dispute {
        /// Which.
        dispute: DisputeId,
        /// Whose they are said to be.
        #[serde(skip_serializing_if = "Option::is_none")]
        staff: Option<StaffId>,
    },
    /// Consultants whom it concerns: a manager has ruled, or has taken it back.
    Settled {
        /// By which contact the customer is known.
        lead: LeadId,
        /// Whose they are now.
        #[serde(skip_serializing_if = "Option::is_none")]
        owner: Option<StaffId>,
    },
}

/// What the runtime has to send once the commit is durable. Never queued on disk: repeated from state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Ring, or update what rings.
    Alert {
        /// Who.
        to: StaffId,
        /// What.
        alert: Box<Alert>,
    },
    /// Stop ringing.
    AlertOver {
        /// Who.
        to: StaffId,
        /// Which.
        alert: AlertId,
        /// Why.
        over: AlertOver,
    },
    /// A line on somebody's screen.
    Task {
        /// Who.
        to: StaffId,
        /// What.
        task: Task,
    },
    /// The visit's kiosk may have something else to say. What, is asked once the batch is whole ([`last_told::LastTold::news`]): a
    /// word that the next input overtakes was never true for anybody.
    Visit(VisitId),
    /// The kiosk needs a new code.
    QrSpent {
        /// The kiosk.
        kiosk: DeviceId,
    },
    /// Who is planned when has changed.
    PlansChanged,
    /// The morning's checklist has changed.
    MorningChanged,
    /// The diary has changed, or what is known of whom it expects.
    DiaryChanged,
    /// The roster changed: device rules and kiosk configurations follow.
    RosterChanged,
    /// The key of a subject is to be destroyed.
    DestroyKey(Subject),
    /// The clock has leapt, as it seems; nobody's contact is erased by age until then.
    ClockDoubted {
        /// Until when.
        until: DateTime<Utc>,
    },
}

/// What has to be told because `event` has just been applied to `state`.
#[must_use]
pub fn effects(state: &State, event: &Event) -> Vec<Effect> {
    let mut effects = match event {
        Event::Floor(event) => floor_effects(state, event),
        Event::Roster(RosterEvent::AccountRemoved { staff }) => {
            vec![Effect::RosterChanged, Effect::PlansChanged, Effect::DestroyKey(Subject::Staff(staff.clone()))]
        }
        Event::Roster(_) => vec![Effect::RosterChanged],
        Event::Lead(LeadEvent::CodeSpent { kiosk, .. }) => vec![Effect::QrSpent { kiosk: kiosk.clone() }],
        Event::Lead(LeadEvent::Erased { lead, .. }) => vec![Effect::DestroyKey(Subject::Lead(*lead))],
        // Whoever serves the visit learns what was said about buying.
        Event::Lead(LeadEvent::Received(lead)) => lead.visit.map(|visit| state.tell_serving(visit)).unwrap_or_default(),
        Event::Lead(LeadEvent::ClockDoubted { until }) => vec![Effect::ClockDoubted { until: *until }],
        Event::Morning(_) => vec![Effect::MorningChanged],
        Event::Diary(event) => diary_effects(state, event),
        Event::Customer(event) => state.tell_ruling(event),
        Event::Lead(LeadEvent::Changed(_)) | Event::Audit(_) => Vec::new(),
    };
    if changes_the_diary(state, event) {
        effects.push(Effect::DiaryChanged);
    }
    effects
}

fn diary_effects(state: &State, event: &DiaryEvent) -> Vec<Effect> {
    match event {
        DiaryEvent::Kept { visit: Some(visit), by: None, .. } => {
            state.ring_again(*visit).chain(state.tell_expected(*visit)).collect()
        }
        DiaryEvent::Followed { from, visit, .. } => {
            let both = state.ring_again(*visit).chain(state.ring_again(*from));
            both.chain(state.tell_expected(*visit)).collect()
        }
        DiaryEvent::Restored { visit: Some(visit), .. } => state.ring_again(*visit).collect(),
        DiaryEvent::Reminded { .. } => state.remind(event).into_iter().collect(),
        DiaryEvent::Erased { appointment, .. } => vec![Effect::DestroyKey(Subject::Appointment(*appointment))],
        _ => Vec::new(),
    }
}

/// Whether pages of the diary say something else after this: of an appointment, or of whom it expects.
fn changes_the_diary(state: &State, event: &Event) -> bool {
    match event {
        Event::Diary(_) => true,
        Event::Customer(_) | Event::Lead(_) | Event::Floor(FloorEvent::Ended { .. } | FloorEvent::EndUndone { .. }) => {
            !state.diary.is_empty()
        }
        _ => false,
    }
}

fn floor_effects(state: &State, event: &FloorEvent) -> Vec<Effect> {
    let mut effects = Vec::new();
    match event {
        FloorEvent::Asked { alert, .. } => effects.extend(state.ring(*alert)),
        FloorEvent::Detailed(Detailed { visit, .. }) | FloorEvent::Corrected { visit, .. } => {
            effects.extend(state.ring_again(*visit));
        }
        FloorEvent::Recognised { visit, owner, .. } => {
            effects.extend(state.ring_again(*visit));
            effects.extend(owner.as_ref().and_then(|owner| state.tell_owner(*visit, owner)));
        }
        FloorEvent::Accepted { alert, .. } | FloorEvent::TakenOver { alert, .. } | FloorEvent::Assisted { alert } => {
            // Once more, now with the name, for the screen of the visit; then the ringing stops.
            effects.extend(state.ring(*alert));
            effects.extend(state.silence(*alert, AlertOver::Accepted));
            effects.extend(state.tell_colleague(event, *alert));
        }
        FloorEvent::Passed { alert, .. } => {
            effects.extend(state.silence(*alert, AlertOver::Passed));
            effects.extend(state.declined(*alert));
        }
        FloorEvent::Withdrawn { alert, recalled, .. } => {
            let over = match state.floor.visit(alert.visit) {
                Some(visit) if visit.ended.is_some() => AlertOver::Ended,
                Some(visit) if visit.is_unserved() => AlertOver::Released,
                _ => AlertOver::Taken,
            };
            effects.extend(state.silence(*alert, over));
            effects.extend((!recalled).then(|| state.declined(*alert)).flatten());
        }
        FloorEvent::ReceptionCalled { visit, reason } => {
            let task = Task::Receive { visit: *visit, reason: *reason };
            effects.extend(state.tell(|role| role == Role::Reception, &task));
        }
        FloorEvent::ManagerAlerted { waiting } => {
            effects.extend(state.tell(is_manager, &Task::Waiting { waiting: *waiting }));
        }
        FloorEvent::GreetingDue { visit, manager } => effects.extend(state.greeting_due(*visit, *manager)),
        FloorEvent::StillWithAsked { visit } => {
            let by = state.floor.visit(*visit).and_then(|visit| visit.accepted.as_ref());
            effects.extend(by.map(|(to, _)| Effect::Task { to: to.clone(), task: Task::StillWith { visit: *visit } }));
        }
        FloorEvent::WeekPlanned { .. } | FloorEvent::DayPlanned { .. } | FloorEvent::YearSet { .. } => {
            effects.push(Effect::PlansChanged);
        }
        FloorEvent::Forgotten { visit, sealed: true } => effects.push(Effect::DestroyKey(Subject::Visit(*visit))),
        _ => {}
    }
    if changes_the_stage(event) {
        effects.extend(event.visit().map(Effect::Visit));
    }
    effects
}

/// Whether the visitor's screen may say something else after this.
fn changes_the_stage(event: &FloorEvent) -> bool {
    matches!(
        event,
        FloorEvent::CheckedIn(_)
            | FloorEvent::Asked { .. }
            | FloorEvent::Queued { .. }
            | FloorEvent::Received { .. }
            | FloorEvent::Accepted { .. }
            | FloorEvent::TakenOver { .. }
            | FloorEvent::Abandoned { .. }
            | FloorEvent::Greeted { .. }
            | FloorEvent::Ended { .. }
            | FloorEvent::GreetingUndone { .. }
            | FloorEvent::EndUndone { .. }
    )
}

/// The askings of a visit whose people hear what is new of it.
fn told(visit: &Visit) -> impl Iterator<Item = &Asking> {
    visit.askings.iter().filter(|asking| asking.open || asking.accepted && visit.is_served_by(&asking.to))
}

fn is_manager(role: Role) -> bool {
    matches!(role, Role::Manager | Role::Admin)
}

impl State {
    /// The alert as it rings on its phone now.
    #[must_use]
    pub fn ring(&self, alert: AlertId) -> Option<Effect> {
        let (visit, asking) = self.floor.asking(alert)?;
        let mut alert = self.floor.alert(visit, asking, &self.roster, &self.speech);
        let serves = asking.accepted && visit.is_served_by(&asking.to);
        if serves && let Some(said) = self.sales.said(visit.id) {
            (alert.when, alert.budget, alert.lead) = (said.when, said.budget, said.lead);
        }
        if serves {
            alert.name = alert.name.or_else(|| self.expected_name(visit));
        }
        if alert.own_customer || serves {
            alert.last_visit = visit.known.lead.and_then(|lead| self.customers.last_visit(lead));
            alert.score = visit.known.lead.and_then(|lead| self.score(lead));
        }
        Some(Effect::Alert { to: asking.to.clone(), alert: Box::new(alert) })
    }

    /// Whom the appointment of this visit is with, as one says it.
    fn expected_name(&self, visit: &Visit) -> Option<String> {
        let appointment = self.diary.get(visit.appointment.as_ref()?.appointment)?;
        let whom = appointment.secret.get()?;
        addressed(whom.name.as_ref()?, whom.title, visit.language)
    }

    /// What rings already, updated in place; those who accepted learn the name.
    fn ring_again(&self, visit: VisitId) -> impl Iterator<Item = Effect> {
        let told = self.floor.visit(visit).filter(|visit| visit.ended.is_none()).into_iter().flat_map(told);
        told.filter_map(|asking| self.ring(asking.id))
    }

    /// What is told when a gateway begins: what rang rings again, what was accepted stands open again for whoever serves and rings
    /// nobody, and screens learn where their visits stand.
    #[must_use]
    pub fn after_restart(&self) -> Vec<Effect> {
        let mut effects = Vec::new();
        for visit in self.floor.visits().filter(|visit| visit.ended.is_none()) {
            for asking in told(visit) {
                effects.extend(self.ring(asking.id));
                if asking.accepted {
                    effects.extend(self.silence(asking.id, AlertOver::Accepted));
                }
            }
            effects.push(Effect::Visit(visit.id));
        }
        effects
    }

    /// What a visit's kiosk may tell now; `None` for a visit without a kiosk.
    #[must_use]
    pub fn visit_status(&self, visit: VisitId) -> Option<(DeviceId, VisitStatus)> {
        let visit = self.floor.visit(visit)?;
        Some((visit.kiosk.clone()?, self.floor.status(visit, &self.roster)))
    }

    /// The one whom a colleague relieves, or comes to.
    fn tell_colleague(&self, event: &FloorEvent, alert: AlertId) -> Option<Effect> {
        let (visit, asking) = self.floor.asking(alert)?;
        let staff = asking.to.clone();
        match event {
            FloorEvent::TakenOver { from, .. } => {
                Some(Effect::Task { to: from.clone(), task: Task::TakenOver { visit: visit.id, staff } })
            }
            FloorEvent::Assisted { .. } => {
                let (owner, _) = visit.accepted.as_ref()?;
                Some(Effect::Task { to: owner.clone(), task: Task::SecondComes { visit: visit.id, staff } })
            }
            _ => None,
        }
    }

    /// A colleague who was asked does not come, and the visit goes on.
    fn declined(&self, alert: AlertId) -> Option<Effect> {
        let (visit, asking) = self.floor.asking(alert)?;
        let (owner, _) = visit.accepted.as_ref().filter(|_| asking.is_among_colleagues() && visit.ended.is_none())?;
        let task = Task::Declined { visit: visit.id, staff: asking.to.clone() };
        Some(Effect::Task { to: owner.clone(), task })
    }

    /// The visitor's own consultant is at work, but somebody else comes.
    fn tell_owner(&self, id: VisitId, owner: &StaffId) -> Option<Effect> {
        let visit = self.floor.visit(id)?;
        let member = self.floor.member(owner)?;
        let others = visit.accepted.as_ref().is_some_and(|(by, _)| by != owner) && !visit.seconds.contains(owner);
        let can_come = member.is_free() && member.asked.iter().all(|alert| alert.visit == id);
        let told = others || visit.accepted.is_none() && !can_come;
        (told && member.presence.is_at_work() && visit.ended.is_none())
            .then(|| Effect::Task { to: owner.clone(), task: Task::OwnCustomer { visit: id } })
    }

    /// Managers learn of a dispute, and whoever it was about of the ruling.
    fn tell_ruling(&self, event: &CustomerEvent) -> Vec<Effect> {
        let (lead, owners) = match event {
            CustomerEvent::Disputed { dispute, claimant, .. } => {
                return self.tell(is_manager, &Task::Dispute { dispute: *dispute, staff: claimant.clone() });
            }
            CustomerEvent::DisputeWithdrawn { .. } => return Vec::new(),
            CustomerEvent::Ruled { lead, from, to, .. } | CustomerEvent::RulingUndone { lead, from, to, .. } => {
                (*lead, [from, to])
            }
        };
        let [_, owner] = owners;
        let task = Task::Settled { lead, owner: owner.clone() };
        let ruling = self.customers.rulings().rev().find(|ruling| ruling.lead == lead);
        let disputes = ruling.into_iter().flat_map(|ruling| &ruling.settles);
        let claimants = disputes.filter_map(|id| self.customers.dispute(*id)?.claimant.as_ref());
        let concerned: BTreeSet<_> = owners.into_iter().flatten().chain(claimants).collect();
        concerned.into_iter().map(|to| Effect::Task { to: to.clone(), task: task.clone() }).collect()
    }

    /// The alerts of those who serve a visit, once more.
    fn tell_serving(&self, visit: VisitId) -> Vec<Effect> {
        let Some(visit) = self.floor.visit(visit) else { return Vec::new() };
        let serving = visit.askings.iter().filter(|asking| asking.accepted && visit.is_served_by(&asking.to));
        serving.filter_map(|asking| self.ring(asking.id)).collect()
    }

    fn silence(&self, alert: AlertId, over: AlertOver) -> Option<Effect> {
        let (_, asking) = self.floor.asking(alert)?;
        Some(Effect::AlertOver { to: asking.to.clone(), alert, over })
    }

    fn tell(&self, whom: impl Fn(Role) -> bool, task: &Task) -> Vec<Effect> {
        let all: Vec<_> = self.floor.members().filter(|member| whom(member.role)).collect();
        let on_shift = || all.iter().filter(|member| member.shift.may_be_asked());
        // Better told at home than nobody told.
        let nobody = on_shift().next().is_none();
        let people = all.iter().filter(|member| nobody || member.shift.may_be_asked());
        people.map(|member| Effect::Task { to: member.id.clone(), task: task.clone() }).collect()
    }

    fn greeting_due(&self, id: VisitId, manager: bool) -> Vec<Effect> {
        let Some((staff, _)) = self.floor.visit(id).and_then(|visit| visit.accepted.clone()) else { return Vec::new() };
        if manager {
            return self.tell(is_manager, &Task::NotGreeted { visit: id, staff });
        }
        vec![Effect::Task { to: staff, task: Task::Greet { visit: id } }]
    }
}
