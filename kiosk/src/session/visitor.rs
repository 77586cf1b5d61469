//! What a visitor's taps do.

use std::time::Duration;

use shared::clock::Reading;
use shared::consent::{Consent, ConsentPurpose};
use shared::ids::{EventId, VisitId};
use shared::wire::{CheckedIn, Detailed, DeviceEvent, Language, Purpose, VisitRef};

use super::Session;
use super::call::OnScreen;
use super::input::{Effect, Entropy, Intent, NewEvent};
use super::keypad::Keypad;
use super::screen::{Farewell, Page};

impl Session {
    pub(super) fn intend(&mut self, intent: Intent, now: Reading, entropy: Entropy, effects: &mut Vec<Effect>) {
        let counting = self.countdown(now).is_some();
        if intent != Intent::Wipe {
            self.first_touch.get_or_insert(now.boot);
            self.last_touch = now.boot;
        }
        // Whoever touches while the countdown runs wants it to stop, wherever the finger landed.
        let unsettled = now.boot.saturating_sub(self.turned) < self.rules.settle && self.turned > Duration::ZERO;
        if (counting || unsettled) && intent.is_tap() {
            return;
        }
        match intent {
            Intent::Start(language) => self.start(language, now),
            Intent::Speak(language) => self.speak(language),
            Intent::Back => self.back(now),
            Intent::CheckIn(purpose, detail) => self.check_in(purpose, *detail, now, entropy, effects),
            Intent::SendSomeone => self.send_someone(now, entropy, effects),
            Intent::AskPhone => self.ask_phone(now),
            Intent::Key(key) if self.page == Page::Phone => self.keypad.press(key),
            Intent::Erase if self.page == Page::Phone => self.keypad.erase(),
            Intent::ReadConsent if self.page == Page::Phone && self.wording().is_some() => {
                self.turn_to(Page::Consent, now);
            }
            Intent::Consent(given) if matches!(self.page, Page::Phone | Page::Consent) => {
                self.keypad.consent = given;
                self.turn_to(Page::Phone, now);
            }
            Intent::Touch
            | Intent::Stay
            | Intent::Key(_)
            | Intent::Erase
            | Intent::ReadConsent
            | Intent::Consent(_) => {}
            Intent::LeavePhone => self.leave_phone(now, entropy, effects),
            Intent::Detail(detail) => self.detail(*detail, now, entropy, effects),
            Intent::Met => self.close(Farewell::Met, DeviceEvent::Met, now, entropy, effects),
            Intent::Left => self.close(Farewell::Left, DeviceEvent::Left, now, entropy, effects),
            Intent::Cancel => self.close(Farewell::Cancelled, DeviceEvent::Cancelled, now, entropy, effects),
            Intent::Wipe => self.wipe(now),
        }
    }

    fn start(&mut self, language: Language, now: Reading) {
        if self.page == Page::Welcome {
            self.speak(language);
            self.turn_to(Page::Purpose, now);
        }
    }

    /// Speaks a language that the showroom offers; any other leaves the one that is spoken.
    fn speak(&mut self, language: Language) {
        if self.config.languages.contains(&language) {
            self.language = language;
        }
    }

    fn back(&mut self, now: Reading) {
        match self.page {
            Page::Purpose => self.turn_to(Page::Welcome, now),
            Page::Consent => self.turn_to(Page::Phone, now),
            Page::Phone => self.turn_to(Page::Visit, now),
            Page::Farewell(_) => self.wipe(now),
            Page::Welcome | Page::Visit => {}
        }
    }

    fn check_in(
        &mut self,
        purpose: Purpose,
        detail: Detailed,
        now: Reading,
        entropy: Entropy,
        effects: &mut Vec<Effect>,
    ) {
        if self.visit.is_some() || !matches!(self.page, Page::Welcome | Page::Purpose) {
            return;
        }
        let visit = VisitId::new(now.wall, entropy.visit());
        let touched = self.first_touch.map(|first| now.boot.saturating_sub(first));
        let touched_ms = touched.and_then(|touched| u64::try_from(touched.as_millis()).ok());
        let event = DeviceEvent::CheckedIn(CheckedIn { visit, purpose, language: self.language, touched_ms, detail });
        let id = self.keep(visit, event, now, entropy, effects);
        self.visit = Some(OnScreen::new(visit, purpose, id, now.boot));
        self.turn_to(Page::Visit, now);
    }

    fn send_someone(&mut self, now: Reading, entropy: Entropy, effects: &mut Vec<Effect>) {
        match &mut self.visit {
            None => self.check_in(Purpose::Help, Detailed::default(), now, entropy, effects),
            // Somebody is being called already: say where help is at once, and promise nothing new.
            Some(visit) => {
                visit.reminded = true;
                if matches!(self.page, Page::Phone | Page::Consent) {
                    self.turn_to(Page::Visit, now);
                }
            }
        }
    }

    fn ask_phone(&mut self, now: Reading) {
        if self.page == Page::Visit && self.visit.as_ref().is_some_and(OnScreen::reached_disk) {
            self.keypad = Keypad::default();
            self.turn_to(Page::Phone, now);
        }
    }

    fn leave_phone(&mut self, now: Reading, entropy: Entropy, effects: &mut Vec<Effect>) {
        let (Page::Phone, Ok(phone)) = (self.page, self.keypad.number()) else { return };
        let before = self.visit.as_ref().is_some_and(|visit| visit.consented);
        let consents = match self.wording() {
            // What was never given need not be taken back.
            Some(wording) if self.keypad.consent || before => vec![Consent {
                purpose: ConsentPurpose::Contact,
                wording: wording.version.clone(),
                given: self.keypad.consent,
            }],
            _ => Vec::new(),
        };
        let detail = Detailed { phone: Some(phone), consents, ..Detailed::default() };
        self.detail(detail, now, entropy, effects);
        self.keypad = Keypad::default();
        self.turn_to(Page::Visit, now);
    }

    fn detail(&mut self, detail: Detailed, now: Reading, entropy: Entropy, effects: &mut Vec<Effect>) {
        let Some(visit) = self.visit.as_ref().map(|visit| visit.visit) else { return };
        if detail.is_empty() {
            return;
        }
        let phone = detail.phone.clone();
        let consent = detail.consents.iter().rev().find(|consent| consent.purpose == ConsentPurpose::Contact);
        let consent = consent.map(|consent| consent.given);
        let id = self.keep(visit, DeviceEvent::Detailed { visit, detail }, now, entropy, effects);
        if let Some(on_screen) = &mut self.visit {
            on_screen.pending_phone = phone.map(|phone| (id, phone));
            on_screen.consented = consent.unwrap_or(on_screen.consented);
        }
    }

    fn close(
        &mut self,
        farewell: Farewell,
        event: fn(VisitRef) -> DeviceEvent,
        now: Reading,
        entropy: Entropy,
        effects: &mut Vec<Effect>,
    ) {
        let Some(visit) = self.visit.take() else { return };
        // A check-in that never reached the disk has nothing to be met, left or taken back.
        if !visit.failed() {
            self.keep(visit.visit, event(VisitRef { visit: visit.visit }), now, entropy, effects);
        }
        self.say_farewell(farewell, now);
    }

    fn keep(
        &mut self,
        visit: VisitId,
        event: DeviceEvent,
        now: Reading,
        entropy: Entropy,
        effects: &mut Vec<Effect>,
    ) -> EventId {
        let id = EventId::new(now.wall, entropy.event());
        self.unkept.insert(id, visit);
        effects.push(Effect::Keep(Box::new(NewEvent { id, at: now, event })));
        id
    }
}
