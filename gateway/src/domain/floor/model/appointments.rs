//! The diary against a naive reading of what has happened to it: each appointment stands as its last event says, is kept by nobody but
//! whoever tells its number that day, and a visit that goes on is marked with it where, and only where, it keeps it.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};
use shared::ids::{AppointmentId, VisitId};
use shared::personal::Personal;
use shared::phone::PhoneNumber;
use shared::wire::Detailed;

use crate::domain::Event;
use crate::domain::command::Command;
use crate::domain::diary::{Booking, DiaryEvent, DiaryRules, Matter, Standing, Terms, Whom, Wish};
use crate::domain::floor::event::FloorEvent;
use crate::domain::floor::scene::{Scene, staff};
use crate::domain::sales::Erasure;

/// Numbers that visitors tell and appointments know.
pub(super) const NUMBERS: [&str; 3] = ["13800138000", "13900139000", "13700137000"];

pub(super) fn number(at: usize) -> Detailed {
    Detailed { phone: PhoneNumber::parse(NUMBERS[at]).ok(), ..Detailed::default() }
}

#[derive(Debug, Clone)]
struct Known {
    terms: Terms,
    number: Option<PhoneNumber>,
    standing: Standing,
    visit: Option<VisitId>,
    /// The number told it, and nobody's word.
    by_number: bool,
    reminded: bool,
}

/// Everything that was said of appointments, read naively.
#[derive(Debug, Default)]
pub(super) struct Agenda {
    /// In the order in which they were made.
    pub(super) made: Vec<AppointmentId>,
    read: usize,
    known: BTreeMap<AppointmentId, Known>,
    /// What each visit has told last.
    told: BTreeMap<VisitId, PhoneNumber>,
    joined: BTreeMap<VisitId, VisitId>,
    /// Visits that have kept an appointment once.
    kept: BTreeSet<(AppointmentId, VisitId)>,
}

impl Agenda {
    pub(super) fn book(&mut self, scene: &mut Scene, by: &str, whose: &str, which: usize, minutes: i64) {
        let count = u8::try_from(self.made.len()).unwrap();
        let id = AppointmentId::new(scene.now, [count; 10]);
        let wish = Wish::Book(Box::new(booking(scene, whose, minutes, Some(which))));
        if scene.by(by, Command::Arrange(id, wish)).is_ok() {
            self.made.push(id);
        }
    }

    /// The latest first, as with visits.
    pub(super) fn arrange(&self, scene: &mut Scene, by: &str, at: usize, wish: Wish) {
        let id = self.made.iter().rev().nth(at);
        let _refused = id.map(|id| scene.by(by, Command::Arrange(*id, wish)));
    }

    /// Reads what is new, and compares it with the diary and the marks of visits.
    pub(super) fn agrees(&mut self, scene: &Scene) {
        for at in self.read..scene.all.len() {
            let (at, event) = &scene.all[at];
            match event {
                Event::Floor(event) => self.floor(event),
                Event::Diary(event) => self.diary(event, *at, scene.state.diary.rules()),
                _ => {}
            }
        }
        let news = &scene.all[self.read..];
        self.read = scene.all.len();
        self.stands_as_it_says(scene);
        self.marks_are_true(scene);
        for (_, event) in news {
            let Event::Floor(FloorEvent::Accepted { alert, turn }) = event else { continue };
            let Some(visit) = scene.visit(alert.visit) else { continue };
            let who = &visit.asking(*alert).unwrap().to;
            assert!(!(*turn && visit.is_expected_by(who)), "an appointment cost a turn: {visit:?}");
        }
    }

    fn floor(&mut self, event: &FloorEvent) {
        match event {
            FloorEvent::Detailed(said) => {
                let phone = said.secret.as_ref().and_then(|secret| secret.get()?.phone.clone());
                self.told.extend(phone.map(|phone| (said.visit, phone)));
            }
            FloorEvent::Joined { visit, into } => drop(self.joined.insert(*visit, *into)),
            _ => {}
        }
    }

    fn diary(&mut self, event: &DiaryEvent, at: DateTime<Utc>, rules: &DiaryRules) {
        let id = event.appointment();
        if let DiaryEvent::Booked { terms, secret, .. } = event {
            let number = secret.get().and_then(|whom| whom.phone.clone());
            let (terms, standing) = (terms.clone(), Standing::Booked);
            let known = Known { terms, number, standing, visit: None, by_number: false, reminded: false };
            assert!(self.known.insert(id, known).is_none(), "made twice");
            return;
        }
        let mut known = self.known.remove(&id).expect("nothing happens to what was not made, or is erased");
        let before = known.standing;
        let open = matches!(before, Standing::Booked | Standing::Missed);
        match event {
            DiaryEvent::Booked { .. } => {}
            DiaryEvent::Changed { terms, .. } => {
                assert_ne!(before, Standing::Kept, "moved after somebody came");
                known.reminded &= known.terms.at == terms.at && known.terms.consultant == terms.consultant;
                (known.terms, known.standing, known.visit) = (terms.clone(), Standing::Booked, None);
            }
            DiaryEvent::Cancelled { .. } => {
                assert!(open, "taken off although it was {before:?}");
                known.standing = Standing::Cancelled;
            }
            DiaryEvent::Restored { visit, .. } => {
                assert_ne!(before, Standing::Booked, "put back although it stands");
                assert_eq!(*visit, known.visit);
                (known.standing, known.visit) = (Standing::Booked, None);
            }
            DiaryEvent::Kept { visit, by, .. } => {
                assert!(open, "kept although it was {before:?}");
                (known.standing, known.visit, known.by_number) = (Standing::Kept, *visit, by.is_none());
                if let (Some(visit), None) = (visit, by) {
                    assert_eq!(self.told.get(visit), known.number.as_ref(), "taken for somebody else");
                    let again = !self.kept.insert((id, *visit));
                    assert!(again || at.date_naive() == known.terms.at.date_naive(), "of another day");
                }
            }
            DiaryEvent::Followed { from, visit, .. } => {
                assert_eq!(known.visit, Some(*from), "it goes from one visit to another");
                let one_party = |a: &VisitId, b: &VisitId| self.joined.get(a) == Some(b);
                assert!(before == Standing::Kept && known.by_number);
                assert!(one_party(from, visit) || one_party(visit, from), "no party of one another");
                self.kept.insert((id, *visit));
                known.visit = Some(*visit);
            }
            DiaryEvent::Reminded { .. } => {
                assert!(before == Standing::Booked && !known.reminded, "reminded twice, or for nothing");
                assert!(at >= known.terms.at - rules.remind);
                known.reminded = true;
            }
            DiaryEvent::Missed { .. } => {
                assert_eq!(before, Standing::Booked, "whoever came is not missed");
                assert!(at >= known.terms.at + rules.grace);
                known.standing = Standing::Missed;
            }
            DiaryEvent::Erased { why, .. } => {
                assert_eq!(*why, Erasure::Expired, "nobody withdraws here");
                assert!(before != Standing::Booked && at >= known.terms.end() + rules.kept);
                return;
            }
        }
        self.known.insert(id, known);
    }

    fn stands_as_it_says(&self, scene: &Scene) {
        let diary = &scene.state.diary;
        assert_eq!(diary.iter().map(|one| one.id).collect::<Vec<_>>(), self.known.keys().copied().collect::<Vec<_>>());
        for (id, known) in &self.known {
            let one = diary.get(*id).unwrap();
            assert_eq!((&one.terms, one.standing, one.visit), (&known.terms, known.standing, known.visit));
            if known.standing == Standing::Booked {
                assert!(scene.now < known.terms.at + diary.rules().grace, "nobody came, and nobody says so: {one:?}");
                let soon = scene.now >= known.terms.at - diary.rules().remind;
                assert!(known.reminded || !soon, "nobody was reminded: {one:?}");
                assert!(scene.state.deadline().is_some(), "time does not come back to it");
            }
        }
    }

    fn marks_are_true(&self, scene: &Scene) {
        for visit in scene.state.floor.visits().filter(|visit| visit.ended.is_none()) {
            let Some(mark) = &visit.appointment else { continue };
            let Some(known) = self.known.get(&mark.appointment) else { continue };
            let kept = (known.standing, known.visit, known.by_number);
            assert_eq!(kept, (Standing::Kept, Some(visit.id), true), "marked for nothing: {visit:?}");
            assert_eq!((&mark.consultant, mark.at), (&known.terms.consultant, known.terms.at));
        }
        for known in self.known.values().filter(|known| known.standing == Standing::Kept && known.by_number) {
            let visit = known.visit.and_then(|visit| scene.visit(visit)).filter(|visit| visit.ended.is_none());
            assert!(visit.is_none_or(|visit| visit.appointment.is_some()), "its mark is lost: {visit:?}");
        }
    }
}

/// What is agreed on so many minutes from now.
pub(super) fn booking(scene: &Scene, with: &str, minutes: i64, which: Option<usize>) -> Booking {
    let whom =
        which.map(|which| Whom { name: Some(Personal::new("李")), phone: number(which).phone, ..Whom::default() });
    Booking {
        consultant: staff(with),
        at: scene.now + TimeDelta::minutes(minutes),
        minutes: None,
        matter: Matter::Talk,
        models: Vec::new(),
        whom,
        lead: None,
        despite: true,
    }
}
