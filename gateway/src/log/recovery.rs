//! Opening a log after whatever happened to it: the database and the archive end up with the same records, and none that may
//! have been acknowledged is lost.
//!
//! A group is acknowledged when both are synced, so after a crash the last group may stand in either, whole or in part.
//! Whatever is complete in one of them is put into the other. What remains of an archive line that was cut off is kept in a
//! `.torn` file.

mod archive_side;
mod database;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use shared::barrier::Barrier;

use super::LogError;
use super::archive::{Archive, days, file_of};
use super::record::Link;
use super::sled_log::BarrierError;
pub(super) use archive_side::mend_day;
use archive_side::reconcile;
pub(super) use database::Store;
#[cfg(test)]
pub(crate) use database::open_bare;
use database::{open_or_set_aside, set_aside};

/// An opened log, in order and durable.
#[derive(Debug)]
pub(super) struct Opened {
    pub(super) store: Store,
    pub(super) head: u64,
    pub(super) link: Link,
    pub(super) archive: Archive,
    pub(super) barrier: Barrier,
}

/// Notes that a record could not be read.
pub(super) fn marker(data: &Path) -> PathBuf {
    data.join("log.damaged")
}

/// Opens the log in a folder whose lock is held.
pub(super) fn open(data: &Path) -> Result<Opened, LogError> {
    let archive = Archive::open(data)?;
    // A database that is there and opens empty never acknowledged anything; one that is new may stand for one that was lost.
    let existed = data.join("log").join("db").exists();
    let mut lost = !existed;
    if marker(data).exists() {
        lost |= set_aside(data, "a record could not be read")?;
    }
    let (mut store, aside) = open_or_set_aside(data)?;
    lost |= aside;
    if let Err(LogError::Damaged { sequence, what }) = store.check_tail().and_then(|()| store.catch_up()) {
        tracing::warn!(sequence, what, "the log's database is damaged");
        drop(store);
        lost |= set_aside(data, "its last records are damaged")?;
        (store, _) = open_or_set_aside(data)?;
    }
    store.catch_up()?;
    let barrier = Barrier::open(&data.join("log")).map_err(LogError::file(&data.join("log")))?;
    let rebuilt = reconcile(data, &store, lost)?;
    let (head, link) = store.head()?;
    // What an earlier process wrote may still be in the page cache only, and counts as durable from here on.
    let folder = super::archive::folder(data);
    let mut unsynced = Vec::new();
    for day in days(&folder)?.into_keys().rev().take(2) {
        let path = file_of(&folder, day);
        unsynced.push(Arc::new(fs::File::options().append(true).open(&path).map_err(LogError::file(&path))?));
    }
    barrier.commit(|| store.flush(), &unsynced).map_err(BarrierError::into_log)?;
    if rebuilt > 0 {
        tracing::warn!(records = rebuilt, head, "records were taken over from the archive into the log");
    }
    match fs::remove_file(marker(data)) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(LogError::file(&marker(data))(error)),
        _ => Ok(Opened { store, head, link, archive, barrier }),
    }
}

#[cfg(test)]
mod tests;
