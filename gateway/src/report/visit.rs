//! A visit as exports and the API write it: the columns of [`super::VISIT_COLUMNS`].

use std::collections::BTreeMap;

use serde::Serialize;
use shared::ids::{DeviceId, ModelId, StaffId, StoreId, TopicId, VisitId};
use shared::wire::{Language, Purpose};

use super::moment::Moment;
use crate::domain::floor::visit::{GreetedSource, Outcome};
use crate::views::{Broken, Millis, VisitRow};

/// One visit with all its columns, ready for JSON. What is unknown is `null`, so every record has the same keys.
#[derive(Debug, Serialize)]
pub struct VisitRecord<'a> {
    visit_id: VisitId,
    store: &'a StoreId,
    arrived_at: String,
    received_at: String,
    kiosk: Option<&'a DeviceId>,
    purpose: Purpose,
    party: Option<u8>,
    language: Language,
    consultant: Option<&'a StaffId>,
    phone_ms: Option<i64>,
    shown_ms: Option<i64>,
    accepted_ms: Option<i64>,
    greeted_ms: Option<i64>,
    greeted_source: Option<GreetedSource>,
    ended_at: Option<String>,
    outcome: Option<Outcome>,
    touched_ms: Option<u64>,
    late: bool,
    time_uncertain: bool,
    breach: Option<Broken>,
    answers: &'a BTreeMap<TopicId, TopicId>,
    models: &'a [ModelId],
}

impl<'a> VisitRecord<'a> {
    /// The record of a row.
    pub fn new(row: &'a VisitRow, store: &'a StoreId, moment: &mut Moment) -> Self {
        let mut text = |at: Millis| moment.write(at).to_owned();
        Self {
            visit_id: row.visit,
            store,
            arrived_at: text(row.arrived_at),
            received_at: text(row.received_at),
            kiosk: row.kiosk.as_ref(),
            purpose: row.purpose,
            party: row.party,
            language: row.language,
            consultant: row.consultant.as_ref(),
            phone_ms: row.phone_ms,
            shown_ms: row.shown_ms,
            accepted_ms: row.accepted_ms,
            greeted_ms: row.greeted_ms,
            greeted_source: row.greeted_source,
            ended_at: row.ended_at.map(text),
            outcome: row.outcome,
            touched_ms: row.touched_ms,
            late: row.late,
            time_uncertain: row.time_uncertain,
            breach: row.broken(),
            answers: &row.answers,
            models: &row.models,
        }
    }
}
