//! The log: commits, in order, durable before anything leaves the process.
//!
//! Port: [`EventLog`]. Today's implementation, [`SledLog`], keeps each commit in sled and in the day's archive file, under one
//! barrier; a dealer group's will keep it on `JetStream`. Snapshots of the state lie beside it and are disposable.
//!
//! It is not the vault: commits arrive sealed, and an open secret is refused before anything is written.
//!
//! Invariants:
//! - What `append_all` called appended is in sled and in the archive, and on the disk.
//! - Sequences count from 1 without gaps; each record names the hash of the one before.
//! - Nobody reads a commit that is not durable; after a failed append nothing more is taken until the log is opened anew.
//! - An id that was seen is known for ever.
//!
//! Called by the runtime (append, replay), by views and exports (read, follow) and by `keeping` (verify, backup, restore).

pub mod archive;
mod commit;
mod error;
mod folder;
mod follow;
mod index;
mod memory;
mod record;
mod recovery;
mod showroom;
mod sled_log;
mod snapshot;

use std::sync::Arc;

use shared::ids::EventId;
use shared::wire::Fingerprint;
use tokio::sync::watch;

pub use commit::{Commit, CommitCause, Group, PACK_BYTES, RECORD_BYTES, RECORD_VERSION};
pub use error::LogError;
pub use folder::{FolderLock, is_in};
pub use follow::Follow;
pub use memory::MemoryLog;
pub use record::{Link, Record};
#[cfg(test)]
pub(crate) use recovery::open_bare;
pub use showroom::{name_showroom, showroom_file, showroom_of};
pub use sled_log::{Records, SledLog};
pub use snapshot::{SnapshotError, Snapshots, StoredSnapshot};

/// What has become of an append.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Append {
    /// Every commit is durable.
    Appended {
        /// The sequence of the last one.
        head: u64,
    },
    /// Somebody else has appended meanwhile; nothing was written.
    Conflict {
        /// The sequence of the last durable commit.
        head: u64,
    },
}

/// Commits in order. An error ends it.
pub type Commits = Box<dyn Iterator<Item = Result<Commit, LogError>> + Send>;

/// A showroom's log. Every call may block on the disk or the network: the runtime has its own thread for it, and async
/// callers go through `spawn_blocking` or [`Follow`].
pub trait EventLog: Send + Sync + 'static {
    /// The sequence of the last durable commit; 0 while there is none.
    fn head(&self) -> u64;

    /// Appends commits behind `expected`, the sequence that the caller takes for the head, as one group: when it returns
    /// [`Append::Appended`], all are durable. Sets each commit's `sequence` and `before`.
    ///
    /// # Errors
    /// [`LogError::TooLarge`], [`LogError::Encode`] and [`LogError::BadCause`] have written nothing. After any other error nothing is
    /// known about the disk: the caller acknowledges nothing and ends; further appends answer [`LogError::Stopped`].
    fn append_all(&self, expected: u64, commits: &mut [Commit]) -> Result<Append, LogError>;

    /// Appends one commit.
    ///
    /// # Errors
    /// Those of [`EventLog::append_all`].
    fn append(&self, expected: u64, commit: &mut Commit) -> Result<Append, LogError> {
        self.append_all(expected, std::slice::from_mut(commit))
    }

    /// Every commit from the sequence `from` on that is durable now.
    fn read(&self, from: u64) -> Commits;

    /// The head as it moves.
    fn watch(&self) -> watch::Receiver<u64>;

    /// What the input with this id said, if it has been kept.
    ///
    /// # Errors
    /// When the store fails.
    fn seen(&self, id: EventId) -> Result<Option<Fingerprint>, LogError>;

    /// Commits from the sequence `from` on, and then each that is appended.
    fn follow(self: Arc<Self>, from: u64) -> Follow
    where
        Self: Sized,
    {
        Follow::new(self, from)
    }
}

#[cfg(test)]
mod suite;
