//! The floor in the words of the outside: a visit's stage for its visitor, an alert for a phone.

use chrono::{DateTime, Utc};
use shared::ids::{AlertId, StaffId};
use shared::personal::Personal;
use shared::wire::{Alert, ConsultantCard, Language, Stage, Title, VisitStatus};

use super::book::Floor;
use super::member::Member;
use super::speech::Speech;
use super::visit::{Asking, Visit, VisitorDetails};
use crate::domain::roster::Roster;

/// How far down the queue a place is told; beyond it "more than twenty" says enough, and counting costs.
const PLACES_TOLD: usize = 20;

impl Visit {
    /// How far the visit is, as its visitor may know it.
    #[must_use]
    pub fn stage(&self) -> Stage {
        if self.ended.is_some() {
            Stage::Ended
        } else if self.greeted.is_some() {
            Stage::Greeted
        } else if self.accepted.is_some() {
            Stage::Coming
        } else if self.received.is_some() || self.late && self.open_askings().next().is_none() {
            // A late one is nobody's call unless it is assigned: reception was told of it, and there it is received.
            Stage::Reception
        } else if self.queued {
            Stage::Queued
        } else {
            Stage::Calling
        }
    }

    /// The name to address the visitor by, in their language; `None` while nothing is known.
    #[must_use]
    pub fn addressed(&self) -> Option<String> {
        let VisitorDetails { surname, title, .. } = self.secret.as_ref()?.get()?;
        addressed(surname.as_ref()?, *title, self.language)
    }
}

/// A name as one says it in a language: 王女士, Ms Wang; `None` of an empty one.
pub(in crate::domain) fn addressed(name: &Personal, title: Option<Title>, language: Language) -> Option<String> {
    let name = Some(name).filter(|name| !name.is_empty())?.reveal();
    Some(match (language, title) {
        (Language::Zh, Some(Title::Mr)) => format!("{name}先生"),
        (Language::Zh, Some(Title::Ms)) => format!("{name}女士"),
        (Language::En, Some(Title::Mr)) => format!("Mr {name}"),
        (Language::En, Some(Title::Ms)) => format!("Ms {name}"),
        (_, None) => name.to_owned(),
    })
}

impl Visit {
    /// Who serves it, unless it is this person.
    fn owner_beside(&self, staff: &StaffId) -> Option<StaffId> {
        self.accepted.as_ref().map(|(by, _)| by).filter(|by| *by != staff).cloned()
    }

    /// The visitor's number as whoever serves them sees it without asking for more.
    fn masked_number(&self) -> Option<String> {
        Some(self.secret.as_ref()?.get()?.phone.as_ref()?.masked())
    }
}

impl Floor {
    /// What a visit's kiosk may tell.
    #[must_use]
    pub fn status(&self, visit: &Visit, roster: &Roster) -> VisitStatus {
        // Whoever joined another visit hears how that one goes on.
        let id = visit.id;
        let visit = visit.joined.and_then(|into| self.visit(into)).unwrap_or(visit);
        let stage = visit.stage();
        let consultant =
            visit.accepted.as_ref().filter(|_| matches!(stage, Stage::Coming | Stage::Greeted)).map(|(staff, _)| {
                ConsultantCard {
                    id: Some(staff.clone()),
                    name: roster.name(staff).to_owned(),
                    name_en: roster.latin(staff).map(str::to_owned),
                    photo: None,
                }
            });
        let position = if stage == Stage::Queued { self.position(visit) } else { None };
        let wait_s = match stage {
            Stage::Queued => position.and_then(|place| self.wait(visit, place)),
            Stage::Coming => self.pace.way(),
            _ => None,
        };
        VisitStatus { visit: id, stage, consultant, position, wait_s }
    }

    /// Seconds that a place in the queue usually takes; `None` without ground for an estimate.
    fn wait(&self, visit: &Visit, place: u32) -> Option<u32> {
        let role = self.pools(visit).first()?;
        let at_work = |member: &&Member| member.role == *role && member.presence.is_at_work();
        self.pace.wait(*role, place, self.members().filter(at_work).count())
    }

    /// Place in the queue, from 1; `None` where nobody queues or the place is far down.
    #[must_use]
    pub fn position(&self, visit: &Visit) -> Option<u32> {
        let role = self.pools(visit).first()?;
        let ahead = self.place_in_queue(*role, visit.id, PLACES_TOLD)?;
        u32::try_from(ahead + 1).ok()
    }

    /// An alert as its phone shows it: before Accept without the visitor's name, except to whose customer it is (DESIGN §5, "Privacy of an alert").
    #[must_use]
    pub fn alert(&self, visit: &Visit, asking: &Asking, roster: &Roster, speech: &Speech) -> Alert {
        let accepted = asking.accepted && visit.is_served_by(&asking.to);
        let own = visit.known.owner.as_ref() == Some(&asking.to);
        Alert {
            alert: asking.id,
            visit: visit.id,
            purpose: visit.purpose,
            party: visit.party,
            language: visit.language,
            models: visit.models.clone(),
            own_customer: own,
            name: visit.addressed().filter(|_| accepted || own),
            // What was said about buying is the sales area's to add.
            when: None,
            budget: None,
            phone: visit.masked_number().filter(|_| accepted),
            lead: None,
            // And what is known from before, the customer area's.
            last_visit: None,
            score: None,
            appointment: visit.appointment.as_ref().map(|expected| expected.at),
            why: asking.why,
            colleague: asking.is_among_colleagues().then(|| visit.owner_beside(&asking.to)).flatten(),
            asked_at: asking.asked_at,
            greet_by: self.greet_by(visit, asking),
            words: speech.words(visit.purpose, visit.language, own, roster.name_in(visit.language, &asking.to)),
        }
    }

    /// When the ten seconds are over: from the receipt, or, for a visit that waited longer, from the asking. A colleague has the
    /// time for an answer.
    fn greet_by(&self, visit: &Visit, asking: &Asking) -> DateTime<Utc> {
        if asking.is_among_colleagues() {
            return asking.asked_at + self.rules().answer;
        }
        let from = if visit.breach.is_some() { asking.asked_at } else { visit.received_at };
        from + self.rules().breach
    }

    /// The visit and asking of an alert.
    #[must_use]
    pub fn asking(&self, alert: AlertId) -> Option<(&Visit, &Asking)> {
        let visit = self.visit(alert.visit)?;
        Some((visit, visit.asking(alert)?))
    }
}
