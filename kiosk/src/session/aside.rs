//! What a visitor adds while the consultant is on the way: models, a consultant, number, name, party, consents.
//!
//! Every page here is left again by "back" or by handing something in; none of them holds up the call.

use std::collections::BTreeSet;

use shared::clock::Reading;
use shared::consent::{Consent, ConsentPurpose};
use shared::ids::{ModelId, StaffId};
use shared::wire::{Detailed, DeviceEvent, Language, Purpose, Title};

use super::Session;
use super::call::OnScreen;
use super::input::{Effect, Entropy, Turn};
use super::keypad::Keypad;
use super::naming::Naming;
use super::noted::Noted;
use super::screen::{Aside, ConsentView, NamingView, Page, Tile, Tiles};
use super::tiles::{paged, turned};

/// Models that can be picked; the wire carries no more.
const MODELS: usize = 20;

/// What was picked or typed on the page that stands, and not yet handed in.
#[derive(Debug, Default)]
pub(super) struct Draft {
    pub(super) keypad: Keypad,
    naming: Naming,
    models: Vec<ModelId>,
    ticked: BTreeSet<ConsentPurpose>,
    page: usize,
}

impl Session {
    /// What may be added to this visit. Whoever complains gets a person, not a form.
    pub(super) fn asides(&self) -> Vec<Aside> {
        let Some(visit) = self.visit.as_ref().filter(|visit| visit.reached_disk()) else { return Vec::new() };
        let offered: &[Aside] = match visit.purpose {
            Purpose::Complaint => &[],
            Purpose::Collect | Purpose::Service | Purpose::Other => &[Aside::Phone, Aside::Consents, Aside::Name],
            Purpose::Quiet => &[Aside::Models, Aside::Phone, Aside::Consents],
            Purpose::Appointment => &[Aside::Consultants, Aside::Phone, Aside::Consents, Aside::Name, Aside::Party],
            Purpose::Browse | Purpose::Model | Purpose::TestDrive | Purpose::Help => {
                &[Aside::Models, Aside::Consultants, Aside::Phone, Aside::Consents, Aside::Name, Aside::Party]
            }
        };
        offered.iter().copied().filter(|aside| self.has(*aside)).collect()
    }

    fn has(&self, aside: Aside) -> bool {
        match aside {
            Aside::Models => !self.config.models.is_empty(),
            Aside::Consultants => self.config.consultants.iter().any(|card| card.id.is_some()),
            Aside::Phone | Aside::Name | Aside::Party => true,
            // Without a number there is nothing to agree to.
            Aside::Consents => !self.config.wordings.is_empty() && self.noted(Noted::has_phone),
        }
    }

    /// The page after the tap that rang: what the purpose asks for next, with the call in sight.
    pub(super) fn page_after(&self, purpose: Purpose) -> Page {
        let next = match purpose {
            Purpose::Model | Purpose::TestDrive => Aside::Models,
            Purpose::Appointment => Aside::Consultants,
            _ => return Page::Visit,
        };
        if self.has(next) { Page::Aside(next) } else { Page::Visit }
    }

    pub(super) fn add(&mut self, aside: Aside, now: Reading) {
        if self.page == Page::Visit && self.asides().contains(&aside) {
            self.draft = Draft { naming: Naming::new(self.language), ..Draft::default() };
            if aside == Aside::Consents {
                return self.leave_aside(Page::Consents, now);
            }
            if let Some(visit) = &self.visit {
                self.draft.models = visit.noted.detail().models;
            }
            self.turn_to(Page::Aside(aside), now);
        }
    }

    pub(super) fn pick(&mut self, tile: &str, now: Reading, entropy: Entropy, effects: &mut Vec<Effect>) {
        match self.page {
            Page::Aside(Aside::Models) => self.pick_model(tile),
            Page::Aside(Aside::Consultants) => self.pick_consultant(tile, now, entropy, effects),
            Page::Aside(Aside::Name) => self.draft.naming.pick(tile),
            _ => {}
        }
    }

    pub(super) fn turn_tiles(&mut self, turn: Turn) {
        let count = match self.page {
            Page::Aside(Aside::Models) => self.config.models.len(),
            Page::Aside(Aside::Consultants) => self.named_consultants().count(),
            Page::Aside(Aside::Name) => return self.draft.naming.turn(turn),
            _ => return,
        };
        self.draft.page = turned(self.draft.page, turn, count, self.modes.cards());
    }

    /// Other cards on a page than before.
    pub(super) fn recount_cards(&mut self, before: usize, after: usize) {
        self.draft.page = (self.draft.page * before).checked_div(after).unwrap_or(0);
    }

    pub(super) fn press(&mut self, key: char) {
        match self.page {
            Page::Aside(Aside::Phone) => self.draft.keypad.press(key),
            Page::Aside(Aside::Name) => self.draft.naming.press(key),
            _ => {}
        }
    }

    pub(super) fn erase(&mut self) {
        match self.page {
            Page::Aside(Aside::Phone) => self.draft.keypad.erase(),
            Page::Aside(Aside::Name) => self.draft.naming.erase(),
            _ => {}
        }
    }

    pub(super) fn spell(&mut self) {
        if self.page == Page::Aside(Aside::Name) {
            self.draft.naming.spell();
        }
    }

    pub(super) fn address(&mut self, title: Option<Title>, now: Reading, entropy: Entropy, effects: &mut Vec<Effect>) {
        let surname = self.draft.naming.surname().cloned();
        if self.page == Page::Aside(Aside::Name) && surname.is_some() {
            self.hand_in(Detailed { surname, title, ..Detailed::default() }, Page::Visit, now, entropy, effects);
        }
    }

    pub(super) fn party(&mut self, party: u8, now: Reading, entropy: Entropy, effects: &mut Vec<Effect>) {
        if self.page == Page::Aside(Aside::Party) && (1..=99).contains(&party) {
            let detail = Detailed { party: Some(party), ..Detailed::default() };
            self.hand_in(detail, Page::Visit, now, entropy, effects);
        }
    }

    pub(super) fn done(&mut self, now: Reading, entropy: Entropy, effects: &mut Vec<Effect>) {
        match self.page {
            Page::Aside(Aside::Models) => {
                let noted = self.visit.as_ref().map(|visit| visit.noted.detail().models);
                let models =
                    if noted.as_ref() == Some(&self.draft.models) { Vec::new() } else { self.draft.models.clone() };
                self.hand_in(Detailed { models, ..Detailed::default() }, Page::Visit, now, entropy, effects);
            }
            Page::Aside(Aside::Phone) => {
                if let Ok(phone) = self.draft.keypad.number() {
                    let next = if self.config.wordings.is_empty() { Page::Visit } else { Page::Consents };
                    let detail = Detailed { phone: Some(phone), ..Detailed::default() };
                    self.hand_in(detail, next, now, entropy, effects);
                }
            }
            Page::Aside(Aside::Name) => self.draft.naming.done(),
            Page::Consents => {
                let detail = Detailed { consents: self.answers(), ..Detailed::default() };
                self.hand_in(detail, Page::Visit, now, entropy, effects);
            }
            Page::Wording(_) => self.turn_to(Page::Consents, now),
            _ => {}
        }
    }

    pub(super) fn read_wording(&mut self, purpose: ConsentPurpose, now: Reading) {
        if self.page == Page::Consents && self.config.wordings.iter().any(|wording| wording.purpose == purpose) {
            self.turn_to(Page::Wording(purpose), now);
        }
    }

    pub(super) fn consent(&mut self, purpose: ConsentPurpose, given: bool, now: Reading) {
        match self.page {
            Page::Consents => {}
            // An answer given under the wording itself.
            Page::Wording(read) if read == purpose => self.turn_to(Page::Consents, now),
            _ => return,
        }
        if given {
            self.draft.ticked.insert(purpose);
        } else {
            self.draft.ticked.remove(&purpose);
        }
    }

    /// Back from a page beside the visit; false when this is none.
    pub(super) fn back_from_aside(&mut self, now: Reading) -> bool {
        match self.page {
            Page::Aside(Aside::Name) if self.draft.naming.back(self.language) => {}
            // The number is noted already; the consents stand as they did.
            Page::Aside(_) | Page::Consents => self.leave_aside(Page::Visit, now),
            Page::Wording(_) => self.turn_to(Page::Consents, now),
            _ => return false,
        }
        true
    }

    /// Whatever happens to the call that the visitor must read: back to its page.
    pub(super) fn leave_aside(&mut self, page: Page, now: Reading) {
        self.draft = Draft::default();
        if page == Page::Consents {
            self.draft.ticked = self.agreed();
        }
        self.turn_to(page, now);
    }

    /// What the visitor agreed to of what is asked here: it stands as it was answered, until they answer otherwise.
    fn agreed(&self) -> BTreeSet<ConsentPurpose> {
        let asked = self.config.wordings.iter().map(|wording| wording.purpose);
        asked.filter(|purpose| self.noted(|noted| noted.consents_to(*purpose))).collect()
    }

    fn noted(&self, holds: impl Fn(&Noted) -> bool) -> bool {
        self.visit.as_ref().is_some_and(|visit| holds(&visit.noted))
    }

    /// The offer changed while somebody stands there: what is gone can no longer be picked, and nobody has agreed to words that they
    /// have not seen.
    pub(super) fn follow_the_offer(&mut self, reworded: bool, now: Reading) {
        let models = &self.config.models;
        self.draft.models.retain(|id| models.iter().any(|model| model.id == *id));
        if reworded {
            self.draft.ticked = self.agreed();
        }
        match self.page {
            Page::Aside(aside) if !self.has(aside) => self.leave_aside(Page::Visit, now),
            Page::Consents | Page::Wording(_) if self.config.wordings.is_empty() => self.leave_aside(Page::Visit, now),
            Page::Wording(_) if reworded => self.turn_to(Page::Consents, now),
            _ => {}
        }
    }

    /// A name begins differently in another language.
    pub(super) fn name_anew(&mut self) {
        self.draft.naming = Naming::new(self.language);
    }

    pub(super) fn tiles(&self) -> Tiles {
        match self.page {
            Page::Aside(Aside::Models) => {
                let tile = |model: &shared::catalogue::Model| Tile {
                    id: model.id.as_str().to_owned(),
                    words: model.name(self.language).to_owned(),
                    note: model.place.as_ref().map_or_else(String::new, |place| match self.language {
                        Language::Zh => place.zh.clone(),
                        Language::En => place.en.clone(),
                    }),
                    picked: self.draft.models.contains(&model.id),
                    picture: model.picture.clone(),
                };
                paged(self.config.models.iter().map(tile), self.draft.page, self.modes.cards())
            }
            Page::Aside(Aside::Consultants) => {
                let noted = self.visit.as_ref().and_then(|visit| visit.noted.detail().consultant);
                let tiles: Vec<Tile> = self
                    .named_consultants()
                    .map(|(id, card)| Tile {
                        id: id.as_str().to_owned(),
                        words: card.named(self.language).to_owned(),
                        note: String::new(),
                        picked: noted.as_ref() == Some(id),
                        picture: card.photo.clone(),
                    })
                    .collect();
                paged(tiles.into_iter(), self.draft.page, self.modes.cards())
            }
            Page::Aside(Aside::Name) => self.draft.naming.tiles(),
            _ => Tiles::default(),
        }
    }

    pub(super) fn naming(&self) -> NamingView {
        self.draft.naming.view()
    }

    pub(super) fn consents(&self) -> Vec<ConsentView> {
        let view = |wording: &shared::consent::Wording| ConsentView {
            purpose: wording.purpose,
            ticked: self.draft.ticked.contains(&wording.purpose),
            wording: match self.language {
                Language::Zh => wording.zh.clone(),
                Language::En => wording.en.clone(),
            },
        };
        self.config.wordings.iter().map(view).collect()
    }

    /// One answer for each tick that was set or taken away; what stands as it was answered before is not said again.
    fn answers(&self) -> Vec<Consent> {
        let before = self.agreed();
        let answer = |wording: &shared::consent::Wording| {
            let given = self.draft.ticked.contains(&wording.purpose);
            (given != before.contains(&wording.purpose)).then(|| Consent {
                purpose: wording.purpose,
                wording: wording.version.clone(),
                given,
            })
        };
        self.config.wordings.iter().filter_map(answer).collect()
    }

    fn pick_model(&mut self, tile: &str) {
        let Some(model) = self.config.models.iter().find(|model| model.id.as_str() == tile) else { return };
        let picked = &mut self.draft.models;
        if let Some(at) = picked.iter().position(|id| *id == model.id) {
            picked.remove(at);
        } else if picked.len() < MODELS {
            picked.push(model.id.clone());
        }
    }

    fn pick_consultant(&mut self, tile: &str, now: Reading, entropy: Entropy, effects: &mut Vec<Effect>) {
        let consultant = self.named_consultants().find(|(id, _)| id.as_str() == tile).map(|(id, _)| id.clone());
        if consultant.is_some() {
            self.hand_in(Detailed { consultant, ..Detailed::default() }, Page::Visit, now, entropy, effects);
        }
    }

    fn named_consultants(&self) -> impl Iterator<Item = (&StaffId, &shared::wire::ConsultantCard)> {
        self.config.consultants.iter().filter_map(|card| Some((card.id.as_ref()?, card)))
    }

    fn hand_in(&mut self, detail: Detailed, next: Page, now: Reading, entropy: Entropy, effects: &mut Vec<Effect>) {
        self.detail(detail, now, entropy, effects);
        self.leave_aside(next, now);
    }

    /// Writes down what was said about the visit on the screen.
    pub(super) fn detail(&mut self, detail: Detailed, now: Reading, entropy: Entropy, effects: &mut Vec<Effect>) {
        let Some(visit) = self.visit.as_ref().filter(|visit| !visit.failed()).map(|visit| visit.visit) else { return };
        if detail.is_empty() {
            return;
        }
        let event = DeviceEvent::Detailed { visit, language: None, detail: detail.clone() };
        let id = self.keep(visit, event, now, entropy, effects);
        if let Some(OnScreen { noted, .. }) = &mut self.visit {
            noted.write(id, detail);
        }
    }
}
