//! One round: what waited, decided with one `now`, and what it brings about.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use shared::ids::EventId;
use shared::wire::Fingerprint;

use super::handle::{Answer, Done, Letter, SubmitError};
use crate::domain::sales::{LeadChannel, LeadEvent};
use crate::domain::secret::{Sealable, Secrets};
use crate::domain::{Actor, Command, Effect, Event, Input, Refusal, State, effects};
use crate::log::{CommitCause, EventLog, Group, LogError};

/// Steps of time alone that go into one commit; what is left is due at once again.
const STEPS: usize = 256;

/// What one round has decided, before it is durable.
#[derive(Debug, Default)]
pub(super) struct Batch {
    /// What goes into the log, an input or a step each, in order; still open.
    pub(super) groups: Vec<Group>,
    /// What is told once it is durable, in order.
    pub(super) effects: Vec<Effect>,
    /// An answer for each letter, in order.
    pub(super) answers: Vec<Answer>,
    /// Events in all groups.
    pub(super) events: usize,
}

impl Batch {
    /// Decides the letters and whatever is due, and applies it to the state.
    ///
    /// # Errors
    /// When the store of known ids cannot be read.
    pub(super) fn decide(
        state: &mut State,
        letters: &[Letter],
        log: &dyn EventLog,
        now: DateTime<Utc>,
    ) -> Result<Self, LogError> {
        let mut batch = Self::default();
        let mut fresh = BTreeMap::new();
        let mut steps = STEPS;
        for letter in letters {
            // Whoever became free by the letters before belongs to the longest waiting, not to whom this one asks for.
            if matches!(letter.input.command, Command::Pass(..) | Command::CallSecond(..)) {
                batch.run_due(state, now, &mut steps);
            }
            let answer = batch.decide_one(state, &letter.input, log, &mut fresh, now)?;
            batch.answers.push(answer);
        }
        batch.run_due(state, now, &mut steps);
        Ok(batch)
    }

    /// Takes in events that no letter asked for: a step of the clock.
    pub(super) fn take(&mut self, state: &mut State, input: &Input, now: DateTime<Utc>) {
        if let Ok(events) = state.decide(input, now) {
            self.apply(state, None, events, now);
        }
    }

    fn decide_one(
        &mut self,
        state: &mut State,
        input: &Input,
        log: &dyn EventLog,
        fresh: &mut BTreeMap<EventId, Fingerprint>,
        now: DateTime<Utc>,
    ) -> Result<Answer, LogError> {
        // Reachability is no part of the record.
        match (&input.command, &input.actor) {
            (Command::Alive, Actor::Staff(staff)) => {
                state.floor.note_alive(staff, now);
                return Ok(Ok(Done::Kept));
            }
            (Command::Deliver(at), Actor::Staff(staff)) => {
                state.floor.note_delivered(staff, (*at).min(now));
                return Ok(Ok(Done::Kept));
            }
            _ => {}
        }
        if let Some(cause) = &input.cause {
            let known = match fresh.get(&cause.id) {
                Some(print) => Some(*print),
                None => log.seen(cause.id)?,
            };
            match known {
                Some(print) if print == cause.fingerprint => return Ok(Ok(repeated(state, &input.command))),
                Some(_) => return Ok(Err(SubmitError::Refused(Refusal::IdConflict))),
                None => {}
            }
        }
        match state.decide(input, now) {
            Err(refusal) => Ok(Err(SubmitError::Refused(refusal))),
            Ok(events) => {
                if let Some(cause) = &input.cause {
                    fresh.insert(cause.id, cause.fingerprint);
                }
                let cause = input.cause.map(|cause| CommitCause::new(cause.id, cause.fingerprint));
                let done = if is_lead_alone(&events) { Done::Lead } else { Done::Kept };
                self.apply(state, cause, events, now);
                Ok(Ok(done))
            }
        }
    }

    /// Lets time do its work, in so many steps at most.
    fn run_due(&mut self, state: &mut State, now: DateTime<Utc>, steps: &mut usize) {
        while *steps > 0 {
            let events = state.due(now);
            if events.is_empty() {
                return;
            }
            *steps -= 1;
            self.apply(state, None, events, now);
        }
    }

    fn apply(&mut self, state: &mut State, cause: Option<CommitCause>, events: Vec<Event>, now: DateTime<Utc>) {
        for event in &events {
            state.apply(event, now);
            self.effects.extend(effects(state, event));
        }
        self.events += events.len();
        if cause.is_some() || !events.is_empty() {
            self.groups.push(Group { cause, events });
        }
    }
}

impl Secrets for Batch {
    fn each_secret(&mut self, each: &mut dyn FnMut(&mut dyn Sealable)) {
        for group in &mut self.groups {
            group.each_secret(each);
        }
    }
}

/// What is said of an input that was kept before: a page that is sent once more, after its visitor has left, calls nobody.
fn repeated(state: &State, command: &Command) -> Done {
    match command {
        Command::RegisterInterest(interest) if state.has_left(interest) => Done::KnownLead,
        _ => Done::Known,
    }
}

/// Whether somebody who has left sent a page of a kiosk's code: it belongs to no visit.
fn is_lead_alone(events: &[Event]) -> bool {
    let alone = |event: &Event| match event {
        Event::Lead(LeadEvent::Received(lead)) => lead.channel == LeadChannel::KioskQr && lead.visit.is_none(),
        _ => false,
    };
    events.iter().any(alone)
}
