//! The diary's state: appointments that stand, and those of the last days.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use shared::ids::{AppointmentId, LeadId, StaffId, VisitId};
use shared::phone::PhoneNumber;
use shared::wire::LastVisit;

use super::{DiaryEvent, DiaryRules, Terms, Whom};
use crate::domain::customer::{NumberHash, NumberKey};
use crate::domain::sales::Erasure;
use crate::domain::secret::{Sealable, Secret, Secrets};

/// How an appointment stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// 已约 somebody is expected.
    Booked,
    /// 已到店 they came.
    Kept,
    /// 未到店 they did not.
    Missed,
    /// 已取消
    Cancelled,
}

impl Standing {
    /// Every standing.
    pub const ALL: [Self; 4] = [Self::Booked, Self::Kept, Self::Missed, Self::Cancelled];

    /// The standing as it is written on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Booked => "booked",
            Self::Kept => "kept",
            Self::Missed => "missed",
            Self::Cancelled => "cancelled",
        }
    }
}

/// One appointment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Appointment {
    /// Which.
    pub id: AppointmentId,
    /// What was agreed on.
    pub terms: Terms,
    /// Who is expected.
    pub secret: Secret<Whom>,
    /// The lead that it came from.
    pub lead: Option<LeadId>,
    /// Who made it.
    pub by: Option<StaffId>,
    /// How it stands.
    pub standing: Standing,
    /// The visit with which it was kept.
    pub visit: Option<VisitId>,
    /// Its consultant was reminded.
    pub reminded: bool,
    /// By what they are known when they check in.
    number: Option<NumberHash>,
}

impl Appointment {
    /// Whether somebody may still come to it.
    #[must_use]
    pub fn is_open(&self) -> bool {
        matches!(self.standing, Standing::Booked | Standing::Missed)
    }

    /// The number that was given, while it is known.
    #[must_use]
    pub fn phone(&self) -> Option<&PhoneNumber> {
        self.secret.get()?.phone.as_ref()
    }

    /// When it has to be looked at next.
    fn next(&self, rules: &DiaryRules) -> DateTime<Utc> {
        match self.standing {
            Standing::Booked if !self.reminded => self.terms.at - rules.remind,
            Standing::Booked => self.terms.at + rules.grace,
            Standing::Kept | Standing::Missed | Standing::Cancelled => self.over(rules),
        }
    }

    fn over(&self, rules: &DiaryRules) -> DateTime<Utc> {
        self.terms.end().checked_add_signed(rules.kept).unwrap_or(DateTime::<Utc>::MAX_UTC)
    }
}

/// An appointment for whoever reads the diary, with what is known of whom is expected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The appointment.
    pub appointment: Arc<Appointment>,
    /// Whose customer they are.
    pub owner: Option<StaffId>,
    /// Their last visit that somebody served.
    pub last: Option<LastVisit>,
}

/// The diary.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Diary {
    /// Shared with a snapshot that is being written, and with who reads it.
    appointments: BTreeMap<AppointmentId, Arc<Appointment>>,
    #[serde(skip)]
    rules: DiaryRules,
    #[serde(skip)]
    key: NumberKey,
    #[serde(skip)]
    zone: Tz,
    /// When appointments have to be looked at: those that may be reminded of or missed.
    #[serde(skip)]
    agenda: BTreeSet<(DateTime<Utc>, AppointmentId)>,
    /// When those that are over are erased.
    #[serde(skip)]
    by_age: BTreeSet<(DateTime<Utc>, AppointmentId)>,
}

impl Diary {
    /// Sets figures, zone and the key of the hashes; before the first decision, and after a snapshot was read.
    pub fn configure(&mut self, rules: DiaryRules, zone: Tz, key: NumberKey) {
        (self.rules, self.zone, self.key) = (rules, zone, key);
        self.agenda.clear();
        self.by_age.clear();
        for appointment in self.appointments.values() {
            list(&mut self.agenda, &mut self.by_age, appointment, &self.rules);
        }
    }

    /// What a snapshot stores.
    #[must_use]
    pub fn without_index(&self) -> Self {
        Self { appointments: self.appointments.clone(), ..Self::default() }
    }

    /// The figures.
    #[must_use]
    pub fn rules(&self) -> &DiaryRules {
        &self.rules
    }

    /// One appointment.
    #[must_use]
    pub fn get(&self, id: AppointmentId) -> Option<&Arc<Appointment>> {
        self.appointments.get(&id)
    }

    /// Every appointment, by id.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<Appointment>> {
        self.appointments.values()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.appointments.is_empty()
    }

    /// The hash of a number.
    pub(super) fn hash(&self, number: &PhoneNumber) -> NumberHash {
        self.key.hash(number)
    }

    fn day(&self, at: DateTime<Utc>) -> NaiveDate {
        at.with_timezone(&self.zone).date_naive()
    }

    /// Who is expected today under this number: the appointment that is nearest in time.
    #[must_use]
    pub fn expected(&self, number: &PhoneNumber, now: DateTime<Utc>) -> Option<&Appointment> {
        if self.appointments.is_empty() {
            return None;
        }
        let (hash, today) = (self.hash(number), self.day(now));
        let open = self.appointments.values().filter(|one| one.is_open() && one.number == Some(hash));
        let todays = open.filter(|one| self.day(one.terms.at) == today);
        todays.min_by_key(|one| ((one.terms.at - now).abs(), one.id)).map(Arc::as_ref)
    }

    /// Appointments of a person who withdraws: those that came from the lead, and those under its number.
    pub(in crate::domain) fn of_person(
        &self,
        lead: LeadId,
        number: Option<NumberHash>,
    ) -> impl Iterator<Item = AppointmentId> + '_ {
        let theirs = move |one: &&Arc<Appointment>| {
            one.lead == Some(lead) || number.is_some_and(|number| one.number == Some(number))
        };
        self.appointments.values().filter(theirs).map(|one| one.id)
    }

    /// Another appointment that the same person has then.
    #[must_use]
    pub fn clash(&self, id: AppointmentId, terms: &Terms) -> Option<&Appointment> {
        let others = self.appointments.values().filter(|one| one.id != id && one.standing == Standing::Booked);
        others.map(Arc::as_ref).find(|one| one.terms.overlaps(terms))
    }

    /// What time alone has brought about by `now`, without erasures: one step.
    #[must_use]
    pub fn due(&self, now: DateTime<Utc>) -> Option<DiaryEvent> {
        let (_, id) = self.agenda.first().filter(|(at, _)| *at <= now)?;
        let appointment = self.appointments.get(id)?;
        let missed = appointment.terms.at + self.rules.grace <= now;
        let appointment = *id;
        Some(if missed { DiaryEvent::Missed { appointment } } else { DiaryEvent::Reminded { appointment } })
    }

    /// When that becomes due.
    #[must_use]
    pub fn deadline(&self) -> Option<DateTime<Utc>> {
        self.agenda.first().map(|(at, _)| *at)
    }

    /// The appointment that is over for long enough to be erased, and since when.
    #[must_use]
    pub fn oldest(&self) -> Option<(DateTime<Utc>, DiaryEvent)> {
        let (at, appointment) = *self.by_age.first()?;
        Some((at, DiaryEvent::Erased { appointment, by: None, why: Erasure::Expired }))
    }

    /// Takes over what has happened.
    pub(in crate::domain) fn apply(&mut self, event: &DiaryEvent) {
        match event {
            DiaryEvent::Booked { appointment, terms, secret, lead, by } => self.insert(Appointment {
                id: *appointment,
                terms: terms.clone(),
                number: self.number_in(secret),
                secret: secret.clone(),
                lead: *lead,
                by: by.clone(),
                standing: Standing::Booked,
                visit: None,
                reminded: false,
            }),
            DiaryEvent::Changed { appointment, terms, secret, .. } => {
                let number = secret.as_ref().map(|secret| self.number_in(secret));
                self.change(*appointment, |one| {
                    one.reminded &= one.terms.at == terms.at && one.terms.consultant == terms.consultant;
                    one.terms = terms.clone();
                    (one.standing, one.visit) = (Standing::Booked, None);
                    if let (Some(secret), Some(number)) = (secret, number) {
                        (one.secret, one.number) = (secret.clone(), number);
                    }
                });
            }
            DiaryEvent::Cancelled { appointment, .. } => {
                self.change(*appointment, |one| one.standing = Standing::Cancelled);
            }
            DiaryEvent::Restored { appointment, .. } => {
                self.change(*appointment, |one| (one.standing, one.visit) = (Standing::Booked, None));
            }
            DiaryEvent::Kept { appointment, visit, .. } => {
                self.change(*appointment, |one| (one.standing, one.visit) = (Standing::Kept, *visit));
            }
            DiaryEvent::Followed { appointment, visit, .. } => {
                self.change(*appointment, |one| one.visit = Some(*visit));
            }
            DiaryEvent::Reminded { appointment } => self.change(*appointment, |one| one.reminded = true),
            DiaryEvent::Missed { appointment } => {
                self.change(*appointment, |one| one.standing = Standing::Missed);
            }
            DiaryEvent::Erased { appointment, .. } => {
                self.remove(*appointment);
            }
        }
    }

    fn number_in(&self, secret: &Secret<Whom>) -> Option<NumberHash> {
        Some(self.hash(secret.get()?.phone.as_ref()?))
    }

    fn change(&mut self, id: AppointmentId, change: impl FnOnce(&mut Appointment)) {
        if let Some(mut known) = self.remove(id) {
            change(Arc::make_mut(&mut known));
            self.insert_shared(known);
        }
    }

    fn insert(&mut self, appointment: Appointment) {
        self.insert_shared(Arc::new(appointment));
    }

    fn insert_shared(&mut self, appointment: Arc<Appointment>) {
        list(&mut self.agenda, &mut self.by_age, &appointment, &self.rules);
        self.appointments.insert(appointment.id, appointment);
    }

    fn remove(&mut self, id: AppointmentId) -> Option<Arc<Appointment>> {
        let known = self.appointments.remove(&id)?;
        let key = (known.next(&self.rules), id);
        self.agenda.remove(&key);
        self.by_age.remove(&key);
        Some(known)
    }
}

fn list(
    agenda: &mut BTreeSet<(DateTime<Utc>, AppointmentId)>,
    by_age: &mut BTreeSet<(DateTime<Utc>, AppointmentId)>,
    appointment: &Appointment,
    rules: &DiaryRules,
) {
    let set = if appointment.standing == Standing::Booked { agenda } else { by_age };
    set.insert((appointment.next(rules), appointment.id));
}

impl Secrets for Diary {
    fn each_secret(&mut self, each: &mut dyn FnMut(&mut dyn Sealable)) {
        for appointment in self.appointments.values_mut() {
            each(&mut Arc::make_mut(appointment).secret);
        }
    }
}
