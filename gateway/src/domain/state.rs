//! The state of one showroom, and the engine's door.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use shared::consent::ConsentPurpose;
use shared::ids::VisitId;
use shared::wire::{self, Purpose};

use super::audit;
use super::command::{Actor, Command, Input, Interest, Refusal};
use super::customer::{Customers, NumberKey, Told};
use super::diary::{Diary, DiaryRules};
use super::event::Event;
use super::floor::Floor;
use super::floor::arrival::said;
use super::floor::event::{CheckedIn, FloorEvent};
use super::floor::rules::FloorRules;
use super::floor::speech::Speech;
use super::morning::Morning;
use super::roster::{Role, Roster, RosterEvent};
use super::sales::{Lead, LeadChannel, LeadEvent, Sales, SalesRules};
use super::secret::{Sealable, Secret, Secrets, Subject};

/// Version of the state's form in snapshots; another one is thrown away and the log replayed.
pub const STATE_VERSION: u8 = 16;

/// What the configuration says: figures and words.
#[derive(Debug, Clone, Default)]
pub struct Rules {
    /// Figures of the floor.
    pub floor: FloorRules,
    /// The zone of the showroom's clocks.
    pub zone: Tz,
    /// Figures of the sales area.
    pub sales: SalesRules,
    /// Figures of the diary.
    pub diary: DiaryRules,
    /// Words to greet with.
    pub speech: Speech,
    /// Under which telephone numbers are looked up.
    pub number_key: NumberKey,
}

/// Everything that decisions depend on.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct State {
    /// Who may act.
    pub roster: Roster,
    /// Who waits, who is free.
    pub floor: Floor,
    /// Leads and codes.
    pub sales: Sales,
    /// Who has been here before.
    pub customers: Customers,
    /// What was looked at before the door opened. Shared with who reads it.
    #[serde(default)]
    pub morning: Arc<Morning>,
    /// Who is expected.
    #[serde(default)]
    pub diary: Diary,
    /// The words to greet with.
    #[serde(skip)]
    pub speech: Speech,
}

impl State {
    /// Sets the configuration: before the first decision, and after a snapshot was read.
    pub fn configure(&mut self, rules: Rules) {
        self.floor.configure(rules.floor, rules.zone);
        self.sales.configure(rules.sales);
        self.diary.configure(rules.diary, rules.zone, rules.number_key.clone());
        self.customers.configure(rules.number_key);
        self.speech = rules.speech;
    }

    /// What a snapshot stores.
    #[must_use]
    pub fn for_snapshot(&self) -> Self {
        Self {
            roster: self.roster.clone(),
            floor: self.floor.without_index(),
            sales: self.sales.clone(),
            customers: self.customers.without_index(),
            morning: Arc::clone(&self.morning),
            diary: self.diary.without_index(),
            speech: Speech::default(),
        }
    }

    /// What an input brings about; changes nothing.
    ///
    /// # Errors
    /// Why nothing is brought about.
    pub fn decide(&self, input: &Input, now: DateTime<Utc>) -> Result<Vec<Event>, Refusal> {
        if let Some(events) = self.floor.decide(&input.actor, &input.command, now)? {
            let lead = self.lead_at_kiosk(&input.actor, &input.command).map(Event::from);
            let known = self.recognise(&events, Told::default(), now);
            let followed = self.follow(&input.actor, &events, &known, now);
            return Ok(events.into_iter().map(Event::from).chain(known).chain(followed).chain(lead).collect());
        }
        match &input.command {
            Command::Tick(date, item, done) => {
                let ticked = self.morning.decide(&input.actor, *date, item, *done)?;
                Ok(ticked.into_iter().map(Event::from).collect())
            }
            Command::RegisterInterest(interest) => Ok(self.register_interest(interest, now)),
            Command::Arrange(appointment, wish) => self.arrange(&input.actor, *appointment, wish),
            Command::Dispute(claim) => self.claim(&input.actor, claim, now),
            Command::WithdrawDispute(dispute) => self.withdraw(&input.actor, *dispute),
            Command::Rule(lead, verdict) => self.rule(&input.actor, *lead, verdict, now),
            Command::UndoRuling(lead) => self.undo_ruling(&input.actor, *lead, now),
            Command::RevealLead(lead) => self.reveal(&input.actor, *lead),
            Command::Export(export) => audit::exported(&input.actor, *export),
            Command::Backup => audit::backed_up(&input.actor),
            Command::EraseLead(lead) => self.erase(&input.actor, *lead),
            Command::SetAccount(account) => {
                only_system(&input.actor)?;
                Ok(vec![RosterEvent::AccountSet(account.clone()).into()])
            }
            Command::RemoveAccount(staff) => {
                only_system(&input.actor)?;
                self.roster.accounts.get(staff).ok_or(Refusal::UnknownStaff)?;
                let mut events: Vec<Event> = self.floor.dismiss(staff).into_iter().map(Event::from).collect();
                events.push(RosterEvent::AccountRemoved { staff: staff.clone() }.into());
                Ok(events)
            }
            Command::SetDevice(device) => {
                only_system(&input.actor)?;
                Ok(vec![RosterEvent::DeviceSet(device.clone()).into()])
            }
            Command::RemoveDevice(device, kind) => {
                only_system(&input.actor)?;
                let known = self.roster.devices.values().any(|known| known.id == *device && known.kind == *kind);
                known.then_some(()).ok_or(Refusal::UnknownDevice)?;
                Ok(vec![RosterEvent::DeviceRemoved { device: device.clone(), kind: *kind }.into()])
            }
            Command::EndSessions => {
                let Actor::Staff(staff) = &input.actor else { return Err(Refusal::WrongSender) };
                self.roster.accounts.get(staff).ok_or(Refusal::UnknownStaff)?;
                Ok(vec![RosterEvent::SessionsEnded { staff: staff.clone() }.into()])
            }
            Command::Subscribe(subscription) => Ok(on_roster(self.roster.subscribe(&input.actor, subscription)?)),
            Command::Unsubscribe(staff, which) => Ok(on_roster(self.roster.unsubscribe(&input.actor, staff, which)?)),
            Command::SetMaintenance(kiosk, on) => {
                matches!(input.actor, Actor::Staff(_) | Actor::System).then_some(()).ok_or(Refusal::WrongSender)?;
                let known = self.roster.devices.values().any(|device| device.is_kiosk(kiosk));
                known.then_some(()).ok_or(Refusal::UnknownDevice)?;
                Ok(vec![RosterEvent::MaintenanceSet { kiosk: kiosk.clone(), on: *on }.into()])
            }
            _ => Ok(Vec::new()),
        }
    }

    /// What time alone has brought about by `now`: one step; empty when nothing is due.
    #[must_use]
    pub fn due(&self, now: DateTime<Utc>) -> Vec<Event> {
        let floor = self.floor.due(now);
        if !floor.is_empty() {
            return floor.into_iter().map(Event::from).collect();
        }
        // Nobody waits for an erasure, and whoever stands on the floor does.
        let next = self.diary.due(now).map(Event::from);
        let next = next.or_else(|| self.sales.due(now).map(Event::from)).or_else(|| self.diary_erasure(now));
        next.into_iter().collect()
    }

    /// An appointment that is over for long enough, erased; or not yet, because nobody knows whether it is really so late.
    fn diary_erasure(&self, now: DateTime<Utc>) -> Option<Event> {
        let (_, erased) = self.diary.oldest()?;
        self.diary_erasure_at().filter(|at| *at <= now)?;
        Some(self.sales.doubts(now).map_or_else(|| erased.into(), Event::from))
    }

    fn diary_erasure_at(&self) -> Option<DateTime<Utc>> {
        let (at, _) = self.diary.oldest()?;
        Some(self.sales.doubted_until().map_or(at, |until| at.max(until)))
    }

    /// When something becomes due by time alone.
    #[must_use]
    pub fn deadline(&self) -> Option<DateTime<Utc>> {
        let diary = [self.diary.deadline(), self.diary_erasure_at()];
        [self.floor.deadline(), self.sales.deadline()].into_iter().chain(diary).flatten().min()
    }

    /// When something happened last, of whatever kind: time has not stood before it.
    #[must_use]
    pub fn last_at(&self) -> Option<DateTime<Utc>> {
        self.sales.last()
    }

    /// Takes over what has happened, at the time of its commit. The only mutation.
    pub fn apply(&mut self, event: &Event, at: DateTime<Utc>) {
        self.sales.pass(at);
        match event {
            Event::Floor(event) => {
                self.floor.apply(event, at);
                self.remember(event, at);
            }
            Event::Roster(event) => {
                self.roster.apply(event);
                self.floor.apply_roster(event);
            }
            Event::Lead(event) => {
                self.sales.apply(event, at, self.floor.rules().code_kept);
                self.customers.apply(event, at);
            }
            Event::Morning(event) => Arc::make_mut(&mut self.morning).apply(event, at),
            Event::Diary(event) => self.keep(event),
            Event::Customer(event) => self.customers.apply_dispute(event, at),
            // On record, and nothing depends on it.
            Event::Audit(_) => {}
        }
    }

    /// What the other areas keep of what has happened on the floor.
    fn remember(&mut self, event: &FloorEvent, at: DateTime<Utc>) {
        match event {
            FloorEvent::EndUndone { visit } => {
                self.unmark(*visit);
                if let Some(visit) = self.floor.visit(*visit) {
                    self.customers.reopened(visit);
                }
            }
            FloorEvent::Joined { visit, into } => self.customers.joined(*visit, *into),
            FloorEvent::Ended { visit, .. } => {
                if let Some(visit) = self.floor.visit(*visit) {
                    let by = visit.accepted.as_ref().and_then(|(by, _)| self.floor.member(by));
                    self.customers.ended(visit, by.is_some_and(|by| by.role == Role::Consultant), at);
                }
            }
            FloorEvent::Forgotten { visit, .. } => {
                self.sales.forget(*visit);
                self.customers.forget(*visit);
            }
            _ => {}
        }
    }

    fn register_interest(&self, interest: &Interest, now: DateTime<Utc>) -> Vec<Event> {
        let left = self.has_left(interest);
        let joined = self.visit_to_join(interest).filter(|_| !left);
        let rings = interest.channel == LeadChannel::KioskQr && !left;
        let visit = joined.or_else(|| rings.then_some(interest.visit));
        let mut events: Vec<Event> = Vec::new();
        if let Some(visit) = visit.filter(|_| joined.is_none()) {
            events.push(opened_by_code(visit, interest, now).into());
        }
        if let Some(said) = visit.and_then(|visit| said(visit, None, &as_detail(interest))) {
            let told = Told { when: interest.when, budget: interest.budget };
            let known = self.recognise(std::slice::from_ref(&said), told, now);
            events.push(said.into());
            events.extend(known);
        }
        events.push(LeadEvent::Received(lead_of(interest, visit)).into());
        if let (Some(nonce), Some(kiosk)) = (&interest.nonce, &interest.place)
            && !self.sales.is_spent(nonce)
        {
            events.push(LeadEvent::CodeSpent { kiosk: kiosk.clone(), nonce: nonce.clone() }.into());
        }
        events
    }

    /// The visit that the page was opened in has ended since: its visitor writes from elsewhere, and whoever stands there now is
    /// somebody else.
    #[must_use]
    pub fn has_left(&self, interest: &Interest) -> bool {
        let kiosk = interest.place.as_ref().filter(|_| interest.channel == LeadChannel::KioskQr);
        kiosk.is_some_and(|kiosk| self.floor.has_left(kiosk, interest.opened_at))
    }

    /// The visit on the kiosk's screen when the page was opened, if it still goes on. Once its visitor was met, whoever opens a page is
    /// somebody else until staff say otherwise: one ring too many is better than somebody whom nobody meets.
    fn visit_to_join(&self, interest: &Interest) -> Option<VisitId> {
        let kiosk = interest.place.as_ref().filter(|_| interest.channel == LeadChannel::KioskQr)?;
        let visit = self.floor.visit(self.floor.visit_at(kiosk)?)?;
        let recent = visit.received_at >= interest.opened_at - self.floor.rules().join;
        let met = visit.greeted.is_some_and(|(_, at)| at <= interest.opened_at);
        (recent && !met && visit.ended.is_none()).then_some(visit.id)
    }
}

fn on_roster(events: Vec<RosterEvent>) -> Vec<Event> {
    events.into_iter().map(Event::from).collect()
}

fn only_system(actor: &Actor) -> Result<(), Refusal> {
    if *actor == Actor::System { Ok(()) } else { Err(Refusal::WrongSender) }
}

fn opened_by_code(visit: VisitId, interest: &Interest, now: DateTime<Utc>) -> FloorEvent {
    FloorEvent::CheckedIn(CheckedIn {
        visit,
        kiosk: interest.place.clone(),
        by: None,
        purpose: if interest.models.is_empty() { Purpose::Browse } else { Purpose::Model },
        language: interest.language,
        party: None,
        arrived_at: now,
        time_uncertain: false,
        late: false,
        touched_ms: None,
        split_from: None,
    })
}

fn as_detail(interest: &Interest) -> wire::Detailed {
    wire::Detailed {
        party: None,
        phone: interest.contact.phone.clone(),
        surname: interest.contact.name.clone(),
        title: interest.contact.title,
        models: interest.models.clone(),
        consultant: None,
        consents: interest.consents.clone(),
    }
}

/// The lead; name and number are kept beyond the visit only with consent to contact.
fn lead_of(interest: &Interest, visit: Option<VisitId>) -> Lead {
    let may_contact = interest.consents.iter().any(|c| c.purpose == ConsentPurpose::Contact && c.given);
    Lead {
        id: interest.lead,
        channel: interest.channel,
        place: interest.place.clone(),
        visit,
        language: interest.language,
        models: interest.models.clone(),
        when: interest.when,
        budget: interest.budget,
        consents: interest.consents.clone(),
        secret: (may_contact && !interest.contact.is_empty())
            .then(|| Secret::open(Subject::Lead(interest.lead), interest.contact.clone())),
    }
}

impl Secrets for State {
    fn each_secret(&mut self, each: &mut dyn FnMut(&mut dyn Sealable)) {
        self.roster.each_secret(each);
        self.floor.each_secret(each);
        self.diary.each_secret(each);
        self.customers.each_secret(each);
    }
}
