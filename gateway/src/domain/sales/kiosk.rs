//! Leads of what a visitor agreed to at a kiosk: whoever gave a number and may be contacted is kept beyond the visit, under a
//! key of their own; whoever takes the consent back before the visit ends is not.

use shared::consent::{Consent, ConsentPurpose};
use shared::ids::{DeviceId, LeadId, VisitId};
use shared::wire;
use uuid::Uuid;

use super::{Contact, Erasure, Lead, LeadChannel, LeadEvent};
use crate::domain::command::{Actor, Command};
use crate::domain::floor::visit::{Visit, VisitorDetails};
use crate::domain::secret::{Secret, Subject};
use crate::domain::state::State;

/// What a kiosk tells of a visit, before it is applied.
struct Telling<'a> {
    kiosk: &'a DeviceId,
    visit: VisitId,
    language: wire::Language,
    detail: &'a wire::Detailed,
}

impl State {
    /// What a kiosk's word about a visit means for the lead of that visit.
    pub(in crate::domain) fn lead_at_kiosk(&self, actor: &Actor, command: &Command) -> Option<LeadEvent> {
        let Actor::Device(kiosk) = actor else { return None };
        let (visit, detail, language) = match command {
            Command::CheckIn(body, _) => (body.visit, &body.detail, Some(body.language)),
            Command::Detail(visit, detail) => (*visit, detail, None),
            _ => return None,
        };
        let known = self.floor.visit(visit);
        let language = known.map(|known| known.language).or(language)?;
        let made = self.sales.said(visit).and_then(|said| said.at_kiosk);
        let telling = Telling { kiosk, visit, language, detail };
        match (made, last_word(&detail.consents)) {
            (Some(lead), Some(false)) => Some(LeadEvent::Erased { lead, by: None, why: Erasure::TakenBack }),
            (Some(lead), _) => changed(lead, known?, &telling),
            (None, Some(true)) => self.new_lead(known, &telling),
            // The number after the consent. What was agreed to on the visitor's own phone made a lead already.
            (None, None) if says_who(detail) => {
                let agreed = known.is_some_and(|known| last_word(&known.consents) == Some(true));
                let has_lead = self.sales.said(visit).is_some_and(|said| said.lead.is_some());
                (agreed && !has_lead).then(|| self.new_lead(known, &telling)).flatten()
            }
            (None, _) => None,
        }
    }

    fn new_lead(&self, known: Option<&Visit>, telling: &Telling<'_>) -> Option<LeadEvent> {
        let made = self.sales.said(telling.visit).map_or(0, |said| said.made);
        let lead = lead(numbered(telling.visit, made), known, telling);
        lead.secret.is_some().then_some(LeadEvent::Received(lead))
    }
}

/// The same lead with what is told now; nothing where the lead holds none of it.
fn changed(id: LeadId, known: &Visit, telling: &Telling<'_>) -> Option<LeadEvent> {
    let detail = telling.detail;
    let touched = says_who(detail) || !detail.models.is_empty() || !detail.consents.is_empty();
    touched.then(|| LeadEvent::Changed(lead(id, Some(known), telling)))
}

/// The lead of what was said before and what is told now.
fn lead(id: LeadId, known: Option<&Visit>, telling: &Telling<'_>) -> Lead {
    let detail = telling.detail;
    let before = known.and_then(|known| known.secret.as_ref()).and_then(|secret| secret.get());
    let VisitorDetails { phone, surname, title } = before.cloned().unwrap_or_default();
    let contact = Contact {
        name: detail.surname.clone().or(surname),
        title: detail.title.or(title),
        phone: detail.phone.clone().or(phone),
    };
    let models = match (detail.models.is_empty(), known) {
        (true, Some(known)) => known.models.clone(),
        _ => detail.models.clone(),
    };
    let said = known.map(|known| known.consents.clone()).unwrap_or_default();
    Lead {
        id,
        channel: LeadChannel::Kiosk,
        place: Some(telling.kiosk.clone()),
        visit: Some(telling.visit),
        language: telling.language,
        models,
        when: None,
        budget: None,
        consents: said.into_iter().chain(detail.consents.iter().cloned()).collect(),
        // A name alone reaches nobody, and is not kept.
        secret: contact.phone.is_some().then(|| Secret::open(Subject::Lead(id), contact)),
    }
}

fn says_who(detail: &wire::Detailed) -> bool {
    detail.phone.is_some() || detail.surname.is_some() || detail.title.is_some()
}

/// Whether contact was agreed to at last; `None` where nothing was said about it.
fn last_word(consents: &[Consent]) -> Option<bool> {
    consents.iter().rev().find(|consent| consent.purpose == ConsentPurpose::Contact).map(|consent| consent.given)
}

/// The id of the visit's lead: the visit's own with the number added, so that repeating it makes none anew, and a lead after one that
/// was taken back has another key.
fn numbered(visit: VisitId, made: u8) -> LeadId {
    let mut bytes = visit.uuid().into_bytes();
    if let Some(last) = bytes.last_mut() {
        *last = last.wrapping_add(made);
    }
    LeadId::from_uuid(Uuid::from_bytes(bytes))
}
