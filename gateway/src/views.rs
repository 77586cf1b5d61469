//! Read models for pages and exports: visits, leads, appointments and the audit by time, and the figures of a day.
//!
//! A sled database of their own under `<data>/views/`. Not the truth: everything here is a projection of the log with a
//! cursor, written without the barrier, and rebuilt whenever it is missing, of another version or broken.
//!
//! Invariants: rows and cursor change in one batch, so after a crash the views stand exactly where the cursor says;
//! applying the log one commit at a time or all at once gives the same bytes; personal data stays sealed as in the log.
//!
//! Written by [`follow`] alone; read by web, control and [`crate::report`]. Reading is blocking work.

mod appointment;
mod audit;
mod figures;
pub mod follow;
mod keys;
mod lead;
mod projection;
mod read;
mod row;
mod store;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sled::Tree;
use tokio::sync::watch;

pub use appointment::AppointmentRow;
pub use audit::{Act, AuditRow};
pub use figures::{DayFigures, HourFigures};
pub use lead::LeadRow;
pub use read::Page;
pub use row::{AppointmentNote, AskedRow, Broken, ContactRow, Millis, VisitRow};

use crate::log::Commit;
use projection::Projection;
use store::Store;

/// Version of everything stored here; views of another one are rebuilt.
const FORM: u8 = 4;

/// Why views cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum ViewsError {
    /// sled failed.
    #[error("the views' database failed")]
    Database(#[from] sled::Error),
    /// The folder could not be made or cleared.
    #[error("the views' folder failed")]
    Folder(#[from] io::Error),
    /// Something stored cannot be understood: rebuild.
    #[error("the views are broken")]
    Broken,
    /// Commits came out of order: the expected sequence, and the one that came.
    #[error("commit {1} came where {0} was due")]
    Gap(u64, u64),
    /// A page cursor that no page gave out.
    #[error("this is no cursor of ours")]
    BadCursor,
}

impl ViewsError {
    /// Whether [`Views::clear`] and the log repair it.
    #[must_use]
    pub fn is_healed_by_clearing(&self) -> bool {
        match self {
            Self::Broken | Self::Gap(..) => true,
            Self::Database(fault) => !matches!(fault, sled::Error::Io(_)),
            Self::Folder(_) | Self::BadCursor => false,
        }
    }
}

/// The views do not show everything yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the lists are being rebuilt ({reached} of {head}); try again shortly")]
pub struct Behind {
    /// The last commit that they show.
    pub reached: u64,
    /// The one that they had to show.
    pub head: u64,
}

/// How far the projection has come: the last commit taken over, and enough of it to know it again.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cursor {
    /// Its sequence; 0 before the first.
    pub sequence: u64,
    /// Its time.
    pub at: DateTime<Utc>,
    /// Its link to the record before.
    pub before: String,
}

impl Cursor {
    /// The cursor after this commit.
    #[must_use]
    pub fn after(commit: &Commit) -> Self {
        Self { sequence: commit.sequence, at: commit.at, before: commit.before.clone() }
    }
}

/// The views. Shared behind an `Arc`.
#[derive(Debug)]
pub struct Views {
    store: ArcSwap<Store>,
    folder: PathBuf,
    reached: watch::Sender<u64>,
}

impl Views {
    /// Opens the views in `<data>/views/`. What is missing, broken or of another version starts empty, with a line that says so.
    ///
    /// # Errors
    /// When not even an empty database can be made there.
    pub fn open(data: &Path) -> Result<Self, ViewsError> {
        let folder = data.join("views");
        let store = Store::open_or_renew(&folder)?;
        let views = Self { store: ArcSwap::from_pointee(store), folder, reached: watch::Sender::new(0) };
        let sequence = views.cursor()?.sequence;
        views.reached.send_replace(sequence);
        Ok(views)
    }

    /// Throws everything away, whatever state it is in: the cursor stands before the first commit. Whoever is reading
    /// reads the old rows to their end.
    ///
    /// # Errors
    /// When no empty database can be made.
    pub fn clear(&self) -> Result<(), ViewsError> {
        let fresh = Store::renew(&self.folder)?;
        self.store.store(Arc::new(fresh));
        self.reached.send_replace(0);
        Ok(())
    }

    /// Waits until the views show the commit `head`, at most so long: whoever wrote a moment ago reads it then.
    ///
    /// # Errors
    /// When they are further behind: they are being rebuilt, or their disk fails.
    pub async fn level(&self, head: u64, patience: Duration) -> Result<(), Behind> {
        let mut watched = self.reached();
        let level = watched.wait_for(|sequence| *sequence >= head);
        if matches!(tokio::time::timeout(patience, level).await, Ok(Ok(_))) {
            return Ok(());
        }
        Err(Behind { reached: *self.reached().borrow(), head })
    }

    /// Takes the next commits over, all at once or not at all.
    ///
    /// # Errors
    /// When they do not continue at the cursor, something stored is broken, or sled fails.
    pub fn apply(&self, commits: &[Commit]) -> Result<(), ViewsError> {
        let Some(last) = commits.last() else { return Ok(()) };
        let mut due = self.cursor()?.sequence.saturating_add(1);
        let tree = self.tree();
        let mut projection = Projection::new(&tree);
        for commit in commits {
            if commit.sequence != due {
                return Err(ViewsError::Gap(due, commit.sequence));
            }
            projection.take(commit)?;
            due = due.saturating_add(1);
        }
        let mut batch = projection.into_batch()?;
        let cursor = serde_json::to_vec(&Cursor::after(last)).map_err(|_| ViewsError::Broken)?;
        batch.insert(keys::CURSOR, cursor);
        tree.apply_batch(batch)?;
        self.reached.send_replace(last.sequence);
        Ok(())
    }

    /// The last commit taken over.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn cursor(&self) -> Result<Cursor, ViewsError> {
        cursor(&self.tree())
    }

    /// The sequence of the last commit taken over, as it moves: whoever must see their own write waits here.
    #[must_use]
    pub fn reached(&self) -> watch::Receiver<u64> {
        self.reached.subscribe()
    }

    /// Writes out what waits in memory; not a barrier.
    ///
    /// # Errors
    /// When sled fails.
    pub fn flush(&self) -> Result<(), ViewsError> {
        self.tree().flush()?;
        Ok(())
    }

    fn tree(&self) -> Tree {
        self.store.load().tree.clone()
    }
}

fn cursor(tree: &Tree) -> Result<Cursor, ViewsError> {
    match tree.get(keys::CURSOR)? {
        None => Ok(Cursor::default()),
        Some(bytes) => serde_json::from_slice(&bytes).map_err(|_| ViewsError::Broken),
    }
}

#[cfg(test)]
mod tests;
