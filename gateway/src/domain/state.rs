//! The state of one showroom.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::command::{Input, Refusal};
use super::event::Event;
use super::roster::Roster;
use super::secret::{Sealable, Secrets};

/// Version of the state's form in snapshots; another one is thrown away and the log replayed.
pub const STATE_VERSION: u8 = 1;

/// Everything that decisions depend on.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct State {
    /// Who may act.
    pub roster: Roster,
}

impl State {
    /// What an input brings about; changes nothing.
    ///
    /// # Errors
    /// Why nothing is brought about.
    pub fn decide(&self, _input: &Input, _now: DateTime<Utc>) -> Result<Vec<Event>, Refusal> {
        Ok(Vec::new())
    }

    /// What time alone has brought about by `now`: one step; empty when nothing is due.
    #[must_use]
    pub fn due(&self, _now: DateTime<Utc>) -> Vec<Event> {
        Vec::new()
    }

    /// When something becomes due by time alone.
    #[must_use]
    pub fn deadline(&self) -> Option<DateTime<Utc>> {
        None
    }

    /// Takes over what has happened, at the time of its commit. The only mutation.
    pub fn apply(&mut self, event: &Event, _at: DateTime<Utc>) {
        match event {
            Event::Roster(event) => self.roster.apply(event),
            Event::Floor(_) | Event::Lead(_) => {}
        }
    }
}

impl Secrets for State {
    fn each_secret(&mut self, each: &mut dyn FnMut(&mut dyn Sealable)) {
        self.roster.each_secret(each);
    }
}
