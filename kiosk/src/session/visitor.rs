//! What a visitor's taps do.

use std::time::Duration;

use shared::clock::Reading;
use shared::ids::{EventId, VisitId};
use shared::wire::{CheckedIn, Detailed, DeviceEvent, Language, Purpose, VisitRef};

use super::Session;
use super::call::{Call, OnScreen};
use super::input::{Effect, Entropy, Intent, NewEvent};
use super::screen::{Farewell, Page};

impl Session {
    pub(super) fn intend(&mut self, intent: Intent, now: Reading, entropy: Entropy, effects: &mut Vec<Effect>) {
        if self.staff.is_open() {
            return self.staff_intent(&intent, now, effects);
        }
        let counting = self.countdown(now).is_some();
        if intent != Intent::Wipe {
            self.first_touch.get_or_insert(now.boot);
            self.last_touch = now.boot;
        }
        // Whoever touches while the countdown runs wants it to stop, wherever the finger landed.
        let unsettled = now.boot.saturating_sub(self.turned) < self.rules.settle && self.turned > Duration::ZERO;
        if (counting || unsettled || self.is_shut()) && intent.is_tap() {
            return;
        }
        if self.viewing && intent.is_behind_view() {
            return;
        }
        if intent.is_tap() {
            effects.push(Effect::Click);
        }
        match intent {
            Intent::Start(language) => self.start(language, now, entropy, effects),
            Intent::Speak(language) => self.speak(language, now, entropy, effects),
            Intent::Back => self.back(now),
            Intent::CheckIn(purpose, detail) => self.check_in(purpose, *detail, now, entropy, effects),
            Intent::SendSomeone => self.send_someone(now, entropy, effects),
            Intent::Add(aside) => self.add(aside, now),
            Intent::Pick(tile) => self.pick(&tile, now, entropy, effects),
            Intent::Turn(turn) => self.turn_tiles(turn),
            Intent::Spell => self.spell(),
            Intent::Key(key) => self.press(key),
            Intent::Erase => self.erase(),
            Intent::Address(title) => self.address(title, now, entropy, effects),
            Intent::Party(party) => self.party(party, now, entropy, effects),
            Intent::Done => self.done(now, entropy, effects),
            Intent::ReadWording(purpose) => self.read_wording(purpose, now),
            Intent::Consent(purpose, given) => self.consent(purpose, given, now),
            Intent::OpenStaff => self.open_staff(now),
            Intent::Touch | Intent::Stay | Intent::Restart | Intent::EnrolAnew => {}
            Intent::Detail(detail) => self.detail(*detail, now, entropy, effects),
            Intent::Met => self.close(Farewell::Met, DeviceEvent::Met, now, entropy, effects),
            Intent::Left => self.close(Farewell::Left, DeviceEvent::Left, now, entropy, effects),
            Intent::TryAgain => self.try_again(now, entropy, effects),
            Intent::Cancel => self.close(Farewell::Cancelled, DeviceEvent::Cancelled, now, entropy, effects),
            Intent::OpenView => self.open_view(now),
            Intent::CloseView => self.close_view(now),
            Intent::Switch(mode) => self.switch(mode),
            Intent::Wipe => self.wipe(now),
        }
    }

    fn start(&mut self, language: Language, now: Reading, entropy: Entropy, effects: &mut Vec<Effect>) {
        if self.page != Page::Welcome {
            return;
        }
        let closed = self.shown_page(now) == Page::Closed;
        self.speak(language, now, entropy, effects);
        if closed {
            // They stand inside although the clock says otherwise: what they want is somebody, and this tap rings.
            self.check_in(Purpose::Help, Detailed::default(), now, entropy, effects);
        } else {
            self.turn_to(Page::Purpose, now);
        }
    }

    /// Speaks a language that the showroom offers; any other leaves the one that is spoken. Whoever is on the way hears of it.
    fn speak(&mut self, language: Language, now: Reading, entropy: Entropy, effects: &mut Vec<Effect>) {
        if !self.config.languages.contains(&language) || self.language == language {
            return;
        }
        self.language = language;
        self.name_anew();
        if let Some(visit) = self.visit.as_ref().filter(|visit| !visit.failed()).map(|visit| visit.visit) {
            let event = DeviceEvent::Detailed { visit, language: Some(language), detail: Detailed::default() };
            self.keep(visit, event, now, entropy, effects);
        }
    }

    fn back(&mut self, now: Reading) {
        if self.back_from_aside(now) {
            return;
        }
        match self.page {
            Page::Purpose => self.turn_to(Page::Welcome, now),
            Page::Farewell(_) => self.wipe(now),
            _ => {}
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
        // After a farewell only help is asked for; a purpose belongs to the page that asks for one.
        let asked = match self.page {
            Page::Welcome | Page::Purpose => true,
            Page::Farewell(_) => purpose == Purpose::Help,
            _ => false,
        };
        if self.visit.is_some() || !asked {
            return;
        }
        let visit = VisitId::new(now.wall, entropy.visit());
        let touched = self.first_touch.map(|first| now.boot.saturating_sub(first));
        let touched_ms = touched.and_then(|touched| u64::try_from(touched.as_millis()).ok());
        let event = DeviceEvent::CheckedIn(CheckedIn { visit, purpose, language: self.language, touched_ms, detail });
        let id = self.keep(visit, event, now, entropy, effects);
        self.visit = Some(OnScreen::new(visit, purpose, id, now.boot));
        self.leave_aside(self.page_after(purpose), now);
    }

    fn send_someone(&mut self, now: Reading, entropy: Entropy, effects: &mut Vec<Effect>) {
        match &mut self.visit {
            None => self.check_in(Purpose::Help, Detailed::default(), now, entropy, effects),
            Some(visit) if visit.failed() => {
                self.leave_aside(Page::Visit, now);
                self.try_again(now, entropy, effects);
            }
            // Somebody is being called already: say where help is at once, and promise nothing new.
            Some(visit) => {
                visit.reminded = true;
                self.leave_aside(Page::Visit, now);
            }
        }
    }

    /// Nobody was called. The disk may take it now; whatever was said before is said with it.
    fn try_again(&mut self, now: Reading, entropy: Entropy, effects: &mut Vec<Effect>) {
        let failed =
            matches!(self.visit.as_ref().map(|visit| visit.call(&self.rules, self.link_down, now)), Some(Call::Failed));
        let Some(visit) = self.visit.as_ref().filter(|_| failed && self.page == Page::Visit) else { return };
        let id = if visit.refused { VisitId::new(now.wall, entropy.visit()) } else { visit.visit };
        let (purpose, detail) = (visit.purpose, visit.noted.detail());
        let event = CheckedIn { visit: id, purpose, language: self.language, touched_ms: None, detail };
        let event = self.keep(id, DeviceEvent::CheckedIn(event), now, entropy, effects);
        if let Some(visit) = &mut self.visit {
            visit.again(id, event, now.boot);
        }
        // A double tap is one.
        self.turned = now.boot;
    }

    fn close(
        &mut self,
        farewell: Farewell,
        event: fn(VisitRef) -> DeviceEvent,
        now: Reading,
        entropy: Entropy,
        effects: &mut Vec<Effect>,
    ) {
        let Some(visit) = &self.visit else { return };
        let (failed, id) = (visit.failed(), visit.visit);
        // A check-in that never reached the disk has nothing to be met, left or taken back.
        if !failed {
            self.keep(id, event(VisitRef { visit: id }), now, entropy, effects);
        }
        self.say_farewell(farewell, now);
    }

    pub(super) fn keep(
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
