//! The state at start: the newest snapshot and the commits after it.

use crate::domain::secret::Secrets;
use crate::domain::{Rules, State};
use crate::log::{EventLog, LogError, Snapshots};
use crate::vault::{Vault, VaultError};

/// Why the state could not be built.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// A commit cannot be read.
    #[error("the log cannot be read")]
    Log(#[from] LogError),
    /// A key cannot be read.
    #[error("the vault cannot be read")]
    Vault(#[from] VaultError),
}

/// A state and how it came about.
#[derive(Debug)]
pub struct Loaded {
    /// The state after the log's last commit.
    pub state: State,
    /// The log's last commit.
    pub head: u64,
    /// Events that were replayed on top of the snapshot.
    pub replayed: u64,
}

/// Commits between two words of progress.
const PROGRESS: u64 = 50_000;

/// Builds the state; long replays say how far they are.
///
/// # Errors
/// When the log or the vault cannot be read; the gateway does not start on half a state.
pub fn load(log: &dyn EventLog, snapshots: &Snapshots, vault: &Vault, rules: &Rules) -> Result<Loaded, StartError> {
    let head = log.head();
    let (mut state, from) = match snapshots.load_newest(head, vault) {
        Some(snapshot) => (snapshot.state, snapshot.sequence + 1),
        None => (State::default(), 1),
    };
    state.configure(rules.clone());
    let mut replayed = 0;
    for commit in log.read(from) {
        let mut commit = commit?;
        vault.reopen(&mut commit as &mut dyn Secrets)?;
        for event in &commit.events {
            state.apply(event, commit.at);
        }
        replayed += commit.events.len() as u64;
        if commit.sequence % PROGRESS == 0 {
            tracing::info!(commit = commit.sequence, of = head, "replaying the log");
        }
    }
    Ok(Loaded { state, head, replayed })
}
