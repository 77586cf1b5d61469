//! A fresh database after a failed write.
//!
//! When the kernel could not write a page it may keep it as clean (`fsync` reports the error once), so the old database's log
//! may have a hole on the disk that nobody sees before the next power cut. What was kept is therefore copied into a new one.

use std::fs;
use std::path::{Path, PathBuf};

use shared::barrier::sync_folder;

use super::{EVENT, Machine, NEXT_SEQUENCE, Ordering, Outbox, OutboxError, SealKey, key};

impl Outbox {
    /// Copies what waits in `folder` into a new database, and puts that in its place. Either is whole at any moment.
    ///
    /// # Errors
    /// When the disk still does not take it; then everything is as it was.
    pub fn renew(folder: &Path, seal: &SealKey, machine: &Machine) -> Result<(), OutboxError> {
        let (draft, old) = (beside(folder, "new"), beside(folder, "old"));
        finish_renewal(folder)?;
        if draft.exists() {
            fs::remove_dir_all(&draft)?;
        }
        let from = Self::open(folder, seal.clone(), machine.clone())?;
        let to = Self::open(&draft, seal.clone(), machine.clone())?;
        let mut batch = sled::Batch::default();
        for stored in from.read_after(0, usize::MAX)? {
            let place = key(EVENT, stored.sequence);
            batch.insert(place.as_slice(), seal.seal(&place, &stored.encode()?)?);
        }
        batch.insert(NEXT_SEQUENCE, from.next.load(Ordering::Acquire).to_be_bytes().as_slice());
        to.tree()?.apply_batch(batch)?;
        to.through_barrier()?;
        drop((from, to));
        if old.exists() {
            fs::remove_dir_all(&old)?;
        }
        fs::rename(folder, &old)?;
        finish_renewal(folder)?;
        fs::remove_dir_all(old)?;
        Ok(())
    }
}

/// A power cut between the two renames leaves the new database beside an empty place.
pub(super) fn finish_renewal(folder: &Path) -> Result<(), OutboxError> {
    let draft = beside(folder, "new");
    if !folder.exists() && draft.exists() {
        fs::rename(draft, folder)?;
        if let Some(above) = folder.parent() {
            sync_folder(above)?;
        }
    }
    Ok(())
}

fn beside(folder: &Path, what: &str) -> PathBuf {
    let mut name = folder.file_name().unwrap_or_default().to_owned();
    name.push(".");
    name.push(what);
    folder.with_file_name(name)
}
