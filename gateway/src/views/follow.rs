//! Keeps the views level with the log: catches up, then waits for its head to move, at a pace. Nothing polls.
//!
//! [`follow`] runs for as long as the gateway does; a command without a gateway calls [`catch_up`] once.

use std::panic::{self, AssertUnwindSafe};
use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::{Cursor, Views, ViewsError};
use crate::log::{EventLog, LogError};

/// Commits taken over in one batch. At most six KiB each, so a rebuild holds little in memory.
const BATCH: usize = 256;

/// The same while the views are nearly level: a batch keeps the log's own writes waiting, so it is short.
const SHORT_BATCH: usize = 8;

/// Nearly level: commits that are missing.
const NEARLY: u64 = 4096;

/// The least time from one catching up to the next. Rows that change several times meanwhile are written once.
const PACE: Duration = Duration::from_millis(100);

/// The views are written out after so many, which is every five seconds of a busy day. Without the barrier: what a crash takes
/// is projected again.
const FLUSH_EVERY: u32 = 50;

/// A rebuild says how far it is after so many commits.
const PROGRESS: u64 = 50_000;

/// How long a failed follower waits before it tries again.
const AGAIN: Duration = Duration::from_secs(2);

/// Why the views do not keep up.
#[derive(Debug, thiserror::Error)]
pub enum FollowError {
    /// The log cannot be read.
    #[error("the log cannot be read for the views")]
    Log(#[from] LogError),
    /// The views cannot be written.
    #[error(transparent)]
    Views(#[from] ViewsError),
    /// The thread that worked on them died.
    #[error("the views' thread ended")]
    Thread,
}

/// Follows the log until the shutdown. A fault is logged and tried again: without views the floor goes on.
pub async fn follow(log: Arc<dyn EventLog>, views: Arc<Views>, shutdown: CancellationToken) {
    let mut head = log.watch();
    let mut unflushed = 0;
    loop {
        // What moves the head from here on wakes the wait below.
        head.mark_unchanged();
        unflushed += 1;
        let flush = unflushed >= FLUSH_EVERY;
        let pause = match catch_up_apart(&log, &views, &shutdown, flush).await {
            Ok(()) => PACE,
            Err(fault) => {
                tracing::warn!(error = &fault as &dyn std::error::Error, "the views do not keep up");
                AGAIN
            }
        };
        if flush {
            unflushed = 0;
        }
        let moved = async {
            tokio::time::sleep(pause).await;
            // The log that is held here holds the sender too, so this waits for a commit and nothing else.
            if pause == PACE {
                drop(head.changed().await);
            }
        };
        if shutdown.run_until_cancelled(moved).await.is_none() {
            break;
        }
    }
    if let Err(fault) = views.flush() {
        tracing::warn!(%fault, "the views were not written out; they catch up at the next start");
    }
}

async fn catch_up_apart(
    log: &Arc<dyn EventLog>,
    views: &Arc<Views>,
    shutdown: &CancellationToken,
    flush: bool,
) -> Result<(), FollowError> {
    let (log, views, shutdown) = (Arc::clone(log), Arc::clone(views), shutdown.clone());
    let work = move || {
        level(log.as_ref(), &views, &|| shutdown.is_cancelled())?;
        if flush { Ok(views.flush()?) } else { Ok(()) }
    };
    tokio::task::spawn_blocking(work).await.map_err(|_| FollowError::Thread)?
}

/// Takes over every commit that is durable now. Views of another history, or broken ones, are built anew.
///
/// # Errors
/// When the log cannot be read or the views cannot be written.
pub fn catch_up(log: &dyn EventLog, views: &Views) -> Result<(), FollowError> {
    level(log, views, &|| false)?;
    Ok(views.flush()?)
}

fn level(log: &dyn EventLog, views: &Views, stop: &dyn Fn() -> bool) -> Result<(), FollowError> {
    if !is_of_this_log(log, views)? {
        tracing::warn!("the views belong to another history and are built anew");
        views.clear()?;
    }
    // sled panics over some damaged pages instead of returning an error.
    let attempt = panic::catch_unwind(AssertUnwindSafe(|| take_over(log, views, stop)));
    match attempt.unwrap_or(Err(FollowError::Views(ViewsError::Broken))) {
        Err(FollowError::Views(fault)) if fault.is_healed_by_clearing() => {
            tracing::warn!(%fault, "the views are broken and are built anew");
            views.clear()?;
            take_over(log, views, stop)
        }
        other => other,
    }
}

/// Whether the commit under the cursor is the one that was taken over: after a restore it may be another.
fn is_of_this_log(log: &dyn EventLog, views: &Views) -> Result<bool, FollowError> {
    let Ok(cursor) = views.cursor() else { return Ok(false) };
    if cursor.sequence == 0 {
        return Ok(true);
    }
    Ok(match log.read(cursor.sequence).next() {
        Some(commit) => Cursor::after(&commit?) == cursor,
        None => false,
    })
}

fn take_over(log: &dyn EventLog, views: &Views, stop: &dyn Fn() -> bool) -> Result<(), FollowError> {
    let begin = views.cursor()?.sequence;
    let (mut reached, mut said) = (begin, begin);
    let mut commits = log.read(begin.saturating_add(1));
    while !stop() {
        let size = if log.head().saturating_sub(reached) > NEARLY { BATCH } else { SHORT_BATCH };
        let batch = commits.by_ref().take(size).collect::<Result<Vec<_>, _>>()?;
        let Some(last) = batch.last() else { break };
        reached = last.sequence;
        views.apply(&batch)?;
        if last.sequence - said >= PROGRESS {
            said = last.sequence;
            tracing::info!(commit = said, of = log.head(), "building the views");
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, TimeDelta};
    use shared::ids::VisitId;
    use shared::wire::{Language, Purpose};

    use super::*;
    use crate::domain::floor::event::{CheckedIn, FloorEvent};
    use crate::log::{Commit, MemoryLog};

    fn came(n: u8) -> Commit {
        let at = DateTime::UNIX_EPOCH + TimeDelta::seconds(i64::from(n));
        let came = CheckedIn {
            visit: VisitId::new(at, [n; 10]),
            kiosk: None,
            by: None,
            purpose: Purpose::Help,
            language: Language::En,
            party: None,
            arrived_at: at,
            time_uncertain: false,
            late: false,
            touched_ms: None,
            split_from: None,
        };
        Commit {
            sequence: 0,
            at,
            before: String::new(),
            causes: Vec::new(),
            events: vec![FloorEvent::CheckedIn(came).into()],
        }
    }

    fn logged(names: &[u8]) -> MemoryLog {
        let log = MemoryLog::default();
        for (head, name) in (0..).zip(names) {
            log.append(head, &mut came(*name)).unwrap();
        }
        log
    }

    fn visits(views: &Views) -> usize {
        views.each_visit(DateTime::UNIX_EPOCH, DateTime::UNIX_EPOCH + TimeDelta::days(1)).map(Result::unwrap).count()
    }

    #[tokio::test]
    async fn views_follow_the_log_until_the_shutdown() {
        let data = tempfile::tempdir().unwrap();
        let (log, views) = (Arc::new(logged(&[1, 2, 3])), Arc::new(Views::open(data.path()).unwrap()));
        let shutdown = CancellationToken::new();
        let follower = tokio::spawn(follow(log.clone(), views.clone(), shutdown.clone()));
        let mut reached = views.reached();
        reached.wait_for(|sequence| *sequence == 3).await.unwrap();
        log.append(3, &mut came(4)).unwrap();
        reached.wait_for(|sequence| *sequence == 4).await.unwrap();
        shutdown.cancel();
        follower.await.unwrap();
        assert_eq!(visits(&views), 4);
    }

    #[test]
    fn views_of_another_history_are_built_anew() {
        let data = tempfile::tempdir().unwrap();
        let views = Views::open(data.path()).unwrap();
        catch_up(&logged(&[1, 2, 3]), &views).unwrap();
        assert_eq!(visits(&views), 3);
        // As long, but with another third commit; then shorter; then longer with the same beginning.
        catch_up(&logged(&[1, 2, 9]), &views).unwrap();
        assert!(views.visit(VisitId::new(came(9).at, [9; 10])).unwrap().is_some());
        assert!(views.visit(VisitId::new(came(3).at, [3; 10])).unwrap().is_none());
        catch_up(&logged(&[1, 2]), &views).unwrap();
        assert_eq!((visits(&views), views.cursor().unwrap().sequence), (2, 2));
        catch_up(&logged(&[1, 2, 5, 6]), &views).unwrap();
        assert_eq!((visits(&views), views.cursor().unwrap().sequence), (4, 4));
    }
}
