//! What commits make of the rows. Collects changes in memory and hands them over as one batch; reads the tree, never
//! writes it. The same code live and in a rebuild, so that both give the same bytes.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use shared::ids::{AlertId, AppointmentId, LeadId, StaffId, VisitId};
use sled::{Batch, IVec, Tree};

use super::ViewsError;
use super::appointment::AppointmentRow;
use super::audit::AuditRow;
use super::keys::{self, Kind, TimeKey};
use super::lead::LeadRow;
use super::row::{AppointmentNote, AskedRow, Millis, StoredVisit, VisitRow};
use crate::domain::Event;
use crate::domain::diary::DiaryEvent;
use crate::domain::floor::event::{CheckedIn, Detailed, FloorEvent};
use crate::domain::sales::LeadEvent;
use crate::domain::secret::Sealable as _;
use crate::log::Commit;

/// No visit is open for longer: the system closes it long before.
const LONGEST_VISIT_MS: i64 = 24 * 60 * 60 * 1000;

/// Rows that commits have changed and that are not written yet.
pub(super) struct Projection<'a> {
    tree: &'a Tree,
    visits: BTreeMap<VisitId, Visit>,
    leads: BTreeMap<LeadId, LeadRow>,
    /// Which visits are whose.
    visits_of: BTreeSet<(LeadId, VisitId)>,
    appointments: BTreeMap<AppointmentId, Booked>,
    audit: Vec<AuditRow>,
}

/// An appointment's row moves with its time.
struct Booked {
    /// None where nothing of it is kept.
    row: Option<AppointmentRow>,
    /// Where it stands in the tree; nowhere for one that is new.
    before: Option<TimeKey>,
}

struct Visit {
    stored: StoredVisit,
    /// As it stands in the tree; none for one that is new.
    before: Option<IVec>,
}

impl<'a> Projection<'a> {
    pub(super) fn new(tree: &'a Tree) -> Self {
        Self {
            tree,
            visits: BTreeMap::new(),
            leads: BTreeMap::new(),
            visits_of: BTreeSet::new(),
            appointments: BTreeMap::new(),
            audit: Vec::new(),
        }
    }

    /// Takes one commit over.
    pub(super) fn take(&mut self, commit: &Commit) -> Result<(), ViewsError> {
        for (index, event) in (0_u32..).zip(&commit.events) {
            self.audit.extend(AuditRow::of(event, commit.at.into(), commit.sequence, index));
            match event {
                Event::Floor(event) => self.floor(event, commit.at)?,
                Event::Lead(event) => self.lead(event, commit.at)?,
                Event::Diary(event) => self.diary(event, commit.at)?,
                Event::Roster(_) | Event::Audit(_) | Event::Morning(_) | Event::Customer(_) => {}
            }
        }
        Ok(())
    }

    /// Everything that has changed, to be written at once.
    pub(super) fn into_batch(self) -> Result<Batch, ViewsError> {
        let mut batch = Batch::default();
        for (visit, Visit { stored, before }) in self.visits {
            let key = Kind::Visit.at(stored.row.arrived_at, visit.uuid());
            let row = stored.encode()?;
            if before.is_none() {
                batch.insert(&keys::visit_index(visit), &key);
            }
            if before.as_deref() != Some(&*row) {
                batch.insert(&key, row);
            }
        }
        for (lead, row) in self.leads {
            let key = Kind::Lead.at(row.received_at, lead.uuid());
            batch.insert(&keys::lead_index(lead), &key);
            batch.insert(&key, row.encode()?);
        }
        for (lead, visit) in self.visits_of {
            batch.insert(keys::lead_visit(lead, visit).as_slice(), &[]);
        }
        for (appointment, Booked { row, before }) in self.appointments {
            let (index, key) = (keys::appointment_index(appointment), row.as_ref().map(AppointmentRow::key));
            if let Some(before) = before.filter(|before| Some(*before) != key) {
                batch.remove(&before);
            }
            match row.zip(key) {
                Some((row, key)) => {
                    batch.insert(&index, &key);
                    batch.insert(&key, row.encode()?);
                }
                None if before.is_some() => batch.remove(&index),
                None => {}
            }
        }
        for row in self.audit {
            batch.insert(&row.key(), row.encode()?);
        }
        Ok(batch)
    }

    fn floor(&mut self, event: &FloorEvent, at: DateTime<Utc>) -> Result<(), ViewsError> {
        if let FloorEvent::CheckedIn(came) = event {
            if self.visit(came.visit)?.is_none() {
                self.visits.insert(came.visit, Visit { stored: checked_in(came, at), before: None });
            }
            return Ok(());
        }
        if let FloorEvent::ClockStepped { by_ms } = event {
            return self.clock_stepped(*by_ms, at.into());
        }
        let Some(visit) = event.visit() else { return Ok(()) };
        if let Some(stored) = self.visit(visit)? {
            follow(stored, event, at.into());
        }
        match event {
            FloorEvent::Recognised { visit, lead: Some(lead), .. } => {
                self.visits_of.insert((*lead, *visit));
            }
            // One party: whoever came with the one came with the other.
            FloorEvent::Joined { visit, into } => {
                let contacts: Vec<_> =
                    self.visit(*visit)?.into_iter().flat_map(|gone| gone.contacts().collect::<Vec<_>>()).collect();
                for lead in contacts {
                    self.left_with(lead, *into)?;
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// A contact that was left with a visit.
    fn left_with(&mut self, lead: LeadId, visit: VisitId) -> Result<(), ViewsError> {
        if let Some(stored) = self.visit(visit)?
            && !stored.leads.contains(&lead)
        {
            stored.leads.push(lead);
        }
        self.visits_of.insert((lead, visit));
        Ok(())
    }

    /// Who made the appointment that a visit keeps: what was agreed on stands in the log, who was expected stays sealed there.
    /// Open visits keep their durations over a step of the wall clock, and are marked.
    fn clock_stepped(&mut self, by_ms: i64, at: Millis) -> Result<(), ViewsError> {
        let from = Millis(at.0.saturating_sub(by_ms.saturating_abs()).saturating_sub(LONGEST_VISIT_MS));
        for item in self.tree.range(Kind::Visit.from(from)..Kind::Visit.from(Millis(i64::MAX))) {
            let visit = Visit::of(item?.1)?;
            self.visits.entry(visit.stored.row.visit).or_insert(visit);
        }
        for Visit { stored, .. } in self.visits.values_mut() {
            if stored.row.arrived_at >= from && stored.row.ended_at.is_none() {
                stored.stepped_ms = stored.stepped_ms.saturating_add(by_ms);
                stored.row.time_uncertain = true;
            }
        }
        Ok(())
    }

    fn lead(&mut self, event: &LeadEvent, at: DateTime<Utc>) -> Result<(), ViewsError> {
        match event {
            LeadEvent::Received(lead) => {
                self.leads.insert(lead.id, LeadRow { received_at: at.into(), lead: lead.clone() });
                if let Some(visit) = lead.visit {
                    self.left_with(lead.id, visit)?;
                }
            }
            LeadEvent::Changed(lead) => {
                if let Some(row) = self.stored_lead(lead.id)? {
                    row.lead = lead.clone();
                }
            }
            LeadEvent::Erased { lead, .. } => {
                if let Some(secret) = self.stored_lead(*lead)?.and_then(|row| row.lead.secret.as_mut()) {
                    secret.reopen(None);
                }
            }
            LeadEvent::CodeSpent { .. } | LeadEvent::ClockDoubted { .. } => {}
        }
        Ok(())
    }

    fn diary(&mut self, event: &DiaryEvent, at: DateTime<Utc>) -> Result<(), ViewsError> {
        let id = event.appointment();
        if let std::collections::btree_map::Entry::Vacant(place) = self.appointments.entry(id) {
            let row = indexed(self.tree, keys::appointment_index(id))?;
            let row = row.map(|bytes| AppointmentRow::decode(&bytes)).transpose()?;
            place.insert(Booked { before: row.as_ref().map(AppointmentRow::key), row });
        }
        let Some(booked) = self.appointments.get_mut(&id) else { return Ok(()) };
        let before = booked.row.as_ref().and_then(|row| row.visit);
        booked.row = match booked.row.take() {
            Some(row) => row.after(event),
            None => AppointmentRow::booked(event, at),
        };
        // A visit tells with which appointment it came, as long as it did.
        let kept = booked.row.as_ref().and_then(|row| Some((row.visit?, AppointmentNote::of(row))));
        let left = before.filter(|before| kept.as_ref().is_none_or(|(visit, _)| visit != before));
        for (visit, note) in
            left.map(|visit| (visit, None)).into_iter().chain(kept.map(|(visit, note)| (visit, Some(note))))
        {
            if let Some(stored) = self.visit(visit)? {
                stored.appointment = note;
            }
        }
        Ok(())
    }

    fn visit(&mut self, visit: VisitId) -> Result<Option<&mut StoredVisit>, ViewsError> {
        if let std::collections::btree_map::Entry::Vacant(place) = self.visits.entry(visit)
            && let Some(bytes) = indexed(self.tree, keys::visit_index(visit))?
        {
            place.insert(Visit::of(bytes)?);
        }
        Ok(self.visits.get_mut(&visit).map(|visit| &mut visit.stored))
    }

    fn stored_lead(&mut self, lead: LeadId) -> Result<Option<&mut LeadRow>, ViewsError> {
        if let std::collections::btree_map::Entry::Vacant(place) = self.leads.entry(lead)
            && let Some(bytes) = indexed(self.tree, keys::lead_index(lead))?
        {
            place.insert(LeadRow::decode(&bytes)?);
        }
        Ok(self.leads.get_mut(&lead))
    }
}

impl Visit {
    fn of(bytes: IVec) -> Result<Self, ViewsError> {
        Ok(Self { stored: StoredVisit::decode(&bytes)?, before: Some(bytes) })
    }
}

/// The row that an index entry points to.
pub(super) fn indexed(tree: &Tree, index: keys::IdKey) -> Result<Option<IVec>, ViewsError> {
    match tree.get(index)? {
        None => Ok(None),
        Some(key) => tree.get(key)?.ok_or(ViewsError::Broken).map(Some),
    }
}

fn checked_in(came: &CheckedIn, at: DateTime<Utc>) -> StoredVisit {
    StoredVisit {
        row: VisitRow {
            visit: came.visit,
            arrived_at: came.arrived_at.into(),
            received_at: at.into(),
            kiosk: came.kiosk.clone(),
            purpose: came.purpose,
            party: came.party,
            language: came.language,
            consultant: None,
            phone_ms: None,
            shown_ms: None,
            accepted_ms: None,
            greeted_ms: None,
            greeted_source: None,
            ended_at: None,
            outcome: None,
            touched_ms: came.touched_ms,
            late: came.late,
            time_uncertain: came.time_uncertain,
            breach: None,
            models: Vec::new(),
            answers: BTreeMap::new(),
        },
        asked: Vec::new(),
        stepped_ms: 0,
        greeted_by: None,
        known: None,
        owner: None,
        leads: Vec::new(),
        appointment: None,
    }
}

/// What an event of a known visit changes. A first proof stays the first: a second phone that shows the alert moves nothing.
fn follow(stored: &mut StoredVisit, event: &FloorEvent, at: Millis) {
    let since_tap = at.since(stored.row.arrived_at).saturating_sub(stored.stepped_ms);
    let row = &mut stored.row;
    match event {
        FloorEvent::Detailed(more) => detailed(row, more),
        // A ruling meanwhile says whose they are; the record, whose they were when they came.
        FloorEvent::Recognised { lead, owner, .. } if stored.known != *lead => {
            (stored.known, stored.owner) = (*lead, owner.clone());
        }
        FloorEvent::Asked { alert, to, why, .. } => {
            let (ordinal, staff) = (alert.ordinal, to.clone());
            stored.asked.push(AskedRow { ordinal, staff, why: *why, accepted: false });
        }
        FloorEvent::Handed { .. } => row.phone_ms = row.phone_ms.or(Some(since_tap)),
        FloorEvent::Shown { .. } => row.shown_ms = row.shown_ms.or(Some(since_tap)),
        FloorEvent::Accepted { alert, .. } => {
            row.accepted_ms = row.accepted_ms.or(Some(since_tap));
            accepted(stored, *alert);
        }
        FloorEvent::Greeted { source, at: told, .. } => {
            let told = told.map(|told| Millis::from(told).since(row.arrived_at).saturating_sub(stored.stepped_ms));
            // The first who stood before them counts, whoever came after them.
            row.greeted_ms.get_or_insert(told.map_or(since_tap, |told| told.clamp(0, since_tap.max(0))));
            row.greeted_source.get_or_insert(*source);
            stored.greeted_by = stored.greeted_by.take().or_else(|| row.consultant.clone());
        }
        FloorEvent::GreetingUndone { .. } => {
            row.greeted_ms = None;
            row.greeted_source = None;
            stored.greeted_by = None;
        }
        FloorEvent::TakenOver { alert, .. } => accepted(stored, *alert),
        FloorEvent::Assisted { alert } => {
            came(stored, *alert);
        }
        FloorEvent::Corrected { correction, .. } => {
            row.purpose = correction.purpose.unwrap_or(row.purpose);
            row.language = correction.language.unwrap_or(row.language);
            row.party = correction.party.or(row.party);
        }
        FloorEvent::Answered { question, answer, .. } => {
            row.answers.insert(question.clone(), answer.clone());
        }
        FloorEvent::Breached { reason, .. } => row.breach = Some(*reason),
        FloorEvent::Ended { outcome, at: told, .. } => {
            // The visitor's word does not end what somebody saw begin later.
            let begun = row.greeted_ms.unwrap_or(0).saturating_add(stored.stepped_ms);
            let begun = Millis(row.arrived_at.0.saturating_add(begun));
            row.ended_at = Some(told.map_or(at, |told| Millis::from(told).max(begun).min(at)));
            row.outcome = Some(*outcome);
        }
        FloorEvent::EndUndone { .. } => {
            row.ended_at = None;
            row.outcome = None;
        }
        // Everything else leaves no column.
        _ => {}
    }
}

fn detailed(row: &mut VisitRow, more: &Detailed) {
    row.language = more.language.unwrap_or(row.language);
    row.party = more.party.or(row.party);
    if !more.models.is_empty() {
        row.models.clone_from(&more.models);
    }
}

fn accepted(stored: &mut StoredVisit, alert: AlertId) {
    if let Some(who) = came(stored, alert) {
        stored.row.consultant = Some(who);
    }
}

/// Who it was.
fn came(stored: &mut StoredVisit, alert: AlertId) -> Option<StaffId> {
    let asked = stored.asked.iter_mut().find(|asked| asked.ordinal == alert.ordinal)?;
    asked.accepted = true;
    Some(asked.staff.clone())
}
