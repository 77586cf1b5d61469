//! Reading on as the log grows.

use std::sync::Arc;

use tokio::sync::watch;

use super::{Commit, EventLog, LogError};

/// Commits a follower gets at once, so that one that lags far behind stays small.
const BATCH: usize = 256;

/// A reader that waits at the end of the log for more.
pub struct Follow {
    log: Arc<dyn EventLog>,
    head: watch::Receiver<u64>,
    next: u64,
}

impl std::fmt::Debug for Follow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Follow").field("next", &self.next).finish_non_exhaustive()
    }
}

impl Follow {
    /// Follows `log` from the sequence `from`.
    pub fn new(log: Arc<dyn EventLog>, from: u64) -> Self {
        let head = log.watch();
        Self { log, head, next: from.max(1) }
    }

    /// The next commits, at least one and at most 256, once they are durable. Dropping the future loses nothing.
    ///
    /// # Errors
    /// When reading fails; asking again reads the same commits again.
    pub async fn next(&mut self) -> Result<Vec<Commit>, LogError> {
        let next = self.next;
        // The log that is held here also holds the sender, so waiting cannot fail before the log says it has stopped.
        self.head.wait_for(|head| *head >= next).await.map_err(|_| LogError::Stopped)?;
        let log = Arc::clone(&self.log);
        let read = move || log.read(next).take(BATCH).collect::<Result<Vec<_>, _>>();
        let commits = tokio::task::spawn_blocking(read).await.map_err(|_| LogError::Stopped)??;
        self.next = commits.last().map_or(next, |last| last.sequence + 1);
        Ok(commits)
    }
}
