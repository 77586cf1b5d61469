//! What the visitor added to the visit on the screen: on its way to the disk, behind the barrier, and with the gateway.

use shared::consent::ConsentPurpose;
use shared::ids::EventId;
use shared::phone::PhoneNumber;
use shared::wire::{Detailed, KioskConfig, Language};

use super::screen::NotedView;

/// Personal, and gone with the visit on the screen.
#[derive(Debug, Default)]
pub(super) struct Noted {
    /// What the gateway has taken, folded together.
    settled: Detailed,
    /// The rest, in the order in which it was said: ids follow the wall clock, which may be set back.
    said: Vec<Said>,
    /// The last word was not taken down, and the visitor has not said anything since.
    pub(super) refused: bool,
}

#[derive(Debug)]
struct Said {
    event: EventId,
    detail: Detailed,
    how: How,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum How {
    Pending,
    Kept,
    Receipted,
}

impl Noted {
    pub(super) fn write(&mut self, event: EventId, detail: Detailed) {
        self.refused = false;
        self.said.push(Said { event, detail, how: How::Pending });
    }

    pub(super) fn kept(&mut self, event: EventId) {
        self.reached(event, How::Kept);
    }

    pub(super) fn receipted(&mut self, event: EventId) {
        self.reached(event, How::Receipted);
        while self.said.first().is_some_and(|said| said.how == How::Receipted) {
            take_over(&mut self.settled, self.said.remove(0).detail);
        }
    }

    /// Neither the disk nor the gateway has it: it is taken back, and said so.
    pub(super) fn lost(&mut self, event: EventId) {
        let before = self.said.len();
        self.said.retain(|said| said.event != event);
        self.refused |= self.said.len() < before;
    }

    /// All that is known was said again with another check-in.
    pub(super) fn carry_over(&mut self) {
        *self = Self { settled: self.detail(), ..Self::default() };
    }

    fn reached(&mut self, event: EventId, how: How) {
        if let Some(said) = self.said.iter_mut().find(|said| said.event == event) {
            said.how = said.how.max(how);
        }
    }

    /// What is behind the barrier.
    pub(super) fn detail(&self) -> Detailed {
        let mut known = self.settled.clone();
        for said in self.said.iter().filter(|said| said.how > How::Pending) {
            take_over(&mut known, said.detail.clone());
        }
        known
    }

    /// Whether there is a number, said or on its way.
    pub(super) fn has_phone(&self) -> bool {
        self.settled.phone.is_some() || self.said.iter().any(|said| said.detail.phone.is_some())
    }

    /// Whether this consent was the last word about its purpose, said or on its way.
    pub(super) fn consents_to(&self, purpose: ConsentPurpose) -> bool {
        let details = self.said.iter().rev().map(|said| &said.detail);
        let said = details.chain([&self.settled]).flat_map(|detail| detail.consents.iter().rev());
        said.filter(|consent| consent.purpose == purpose).map(|consent| consent.given).next().unwrap_or(false)
    }

    pub(super) fn view(&self, config: &KioskConfig, language: Language) -> NotedView {
        let Detailed { party, phone, surname, title, models, consultant, consents } = self.detail();
        let models = config.models.iter().filter(|model| models.contains(&model.id));
        let consultant = consultant.as_ref().and_then(|id| {
            config
                .consultants
                .iter()
                .find(|card| card.id.as_ref() == Some(id))
                .map(|card| card.named(language).to_owned())
        });
        let last = |purpose| consents.iter().rev().find(|consent| consent.purpose == purpose);
        NotedView {
            phone: phone.as_ref().map(PhoneNumber::masked),
            surname: surname.as_ref().map(|name| name.reveal().to_owned()),
            title,
            party,
            models: models.map(|model| model.name(language).to_owned()).collect(),
            consultant,
            consents: PURPOSES.into_iter().filter(|purpose| last(*purpose).is_some_and(|last| last.given)).collect(),
            refused: self.refused,
        }
    }
}

const PURPOSES: [ConsentPurpose; 4] =
    [ConsentPurpose::Contact, ConsentPurpose::Marketing, ConsentPurpose::Sharing, ConsentPurpose::Licence];

/// The newer word counts.
fn take_over(known: &mut Detailed, new: Detailed) {
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
    // One word a purpose, the last.
    known.consents.retain(|known| new.consents.iter().all(|new| new.purpose != known.purpose));
    known.consents.extend(new.consents);
}
