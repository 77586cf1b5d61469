//! What the visitor added to the visit on the screen: on its way to the disk, and behind the barrier.

use shared::consent::ConsentPurpose;
use shared::ids::{EventId, ModelId, StaffId};
use shared::phone::PhoneNumber;
use shared::wire::{Detailed, KioskConfig, Language};

use super::screen::NotedView;

/// Personal, and gone with the visit on the screen.
#[derive(Debug, Default)]
pub(super) struct Noted {
    /// In the order in which it was said: ids follow the wall clock, which may be set back.
    pending: Vec<(EventId, Detailed)>,
    detail: Detailed,
}

impl Noted {
    pub(super) fn write(&mut self, event: EventId, detail: Detailed) {
        self.pending.push((event, detail));
    }

    pub(super) fn kept(&mut self, event: EventId) {
        let Some(at) = self.pending.iter().position(|(id, _)| *id == event) else { return };
        let (_, new) = self.pending.remove(at);
        let known = &mut self.detail;
        known.party = new.party.or(known.party);
        known.phone = new.phone.or(known.phone.take());
        if new.surname.is_some() {
            // A new name comes with its own form of address, or none.
            (known.surname, known.title) = (new.surname, new.title);
        }
        if !new.models.is_empty() {
            known.models = new.models;
        }
        known.consultant = new.consultant.or(known.consultant.take());
        known.consents.extend(new.consents);
    }

    pub(super) fn not_kept(&mut self, event: EventId) {
        self.pending.retain(|(id, _)| *id != event);
    }

    pub(super) fn models(&self) -> &[ModelId] {
        &self.detail.models
    }

    pub(super) fn consultant(&self) -> Option<&StaffId> {
        self.detail.consultant.as_ref()
    }

    /// Whether this consent was the last word about its purpose, said or on its way.
    pub(super) fn consents_to(&self, purpose: ConsentPurpose) -> bool {
        let pending = self.pending.iter().rev().map(|(_, detail)| detail);
        let said = pending.chain([&self.detail]).flat_map(|detail| detail.consents.iter().rev());
        said.filter(|consent| consent.purpose == purpose).map(|consent| consent.given).next().unwrap_or(false)
    }

    pub(super) fn view(&self, config: &KioskConfig, language: Language) -> NotedView {
        let Detailed { party, phone, surname, title, models, consultant, .. } = &self.detail;
        let models = config.models.iter().filter(|model| models.contains(&model.id));
        let consultant = consultant.as_ref().and_then(|id| {
            config.consultants.iter().find(|card| card.id.as_ref() == Some(id)).map(|card| card.name.clone())
        });
        NotedView {
            phone: phone.as_ref().map(PhoneNumber::masked),
            surname: surname.as_ref().map(|name| name.reveal().to_owned()),
            title: *title,
            party: *party,
            models: models.map(|model| model.name(language).to_owned()).collect(),
            consultant,
        }
    }
}
