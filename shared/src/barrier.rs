//! The barrier: after it returned, a power cut loses nothing that was written before it.
//!
//! sled 0.34's `flush()` calls `sync_file_range` and never `fsync`: with it alone, simulated power cuts lost everything
//! that had been acknowledged (8 of 8 cuts); with `fdatasync` of sled's own file behind it, none of 12 cuts lost a
//! record (measured November 2026; `tests/powercut.sh` repeats it). Cost: about 0.2 ms here.

use std::fs::File;
use std::io;
use std::path::Path;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

/// Makes one sled database durable. Kiosk and gateway use this and nothing else.
#[derive(Debug)]
pub struct Barrier {
    db: File,
    /// Started by the first commit that has other files.
    beside: Mutex<Option<Beside>>,
}

/// Syncs other files while sled's own is written: the disk serves both at once.
#[derive(Debug)]
struct Beside {
    files: SyncSender<Vec<Arc<File>>>,
    synced: Receiver<io::Result<()>>,
}

impl Barrier {
    /// Opens the barrier of the sled database in `folder`, which must exist already, and makes its creation durable:
    /// the file, its folder and the folder above.
    ///
    /// # Errors
    /// Any failure to open or sync; the caller must not go on.
    pub fn open(folder: &Path) -> io::Result<Self> {
        let db = File::options().read(true).write(true).open(folder.join("db"))?;
        db.sync_all()?;
        sync_folder(folder)?;
        let above = match folder.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            _ => Path::new("."),
        };
        sync_folder(above)?;
        Ok(Self { db, beside: Mutex::default() })
    }

    /// Runs sled's `flush`, then waits until sled's file and every file of `also` is on the disk.
    ///
    /// # Errors
    /// Whatever `flush` or a sync returned. After an error nothing is known about what reached the disk: the caller
    /// acknowledges nothing and ends.
    pub fn commit<E: From<io::Error>>(
        &self,
        flush: impl FnOnce() -> Result<(), E>,
        also: &[Arc<File>],
    ) -> Result<(), E> {
        if also.is_empty() {
            return self.own(flush);
        }
        let mut beside = self.beside.lock().unwrap_or_else(PoisonError::into_inner);
        let running = match beside.take() {
            Some(running) => running,
            None => Beside::start()?,
        };
        running.files.send(also.to_vec()).map_err(|_| Beside::ended())?;
        let own = self.own(flush);
        // Waited for in any case: its answer belongs to this commit and to no other.
        let others = running.synced.recv().map_err(|_| Beside::ended())?;
        *beside = Some(running);
        own?;
        Ok(others?)
    }

    fn own<E: From<io::Error>>(&self, flush: impl FnOnce() -> Result<(), E>) -> Result<(), E> {
        flush()?;
        Ok(self.db.sync_data()?)
    }
}

impl Beside {
    fn start() -> io::Result<Self> {
        let (files, work) = sync_channel::<Vec<Arc<File>>>(1);
        let (done, synced) = sync_channel(1);
        thread::Builder::new().name("barrier".to_owned()).spawn(move || {
            for files in work {
                let result = files.iter().try_for_each(|file| file.sync_data());
                if done.send(result).is_err() {
                    return;
                }
            }
        })?;
        Ok(Self { files, synced })
    }

    fn ended() -> io::Error {
        io::Error::other("the thread that syncs has ended")
    }
}

/// Makes the entries of a folder (files created, renamed, removed) durable.
///
/// # Errors
/// When the folder cannot be opened or synced.
pub fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_flush_is_not_acknowledged() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("db"), b"x").unwrap();
        let barrier = Barrier::open(dir.path()).unwrap();
        let failed: io::Result<()> = barrier.commit(|| Err(io::Error::other("full")), &[]);
        assert_eq!(failed.unwrap_err().to_string(), "full");
        let fine: io::Result<()> = barrier.commit(|| Ok(()), &[]);
        assert!(fine.is_ok());
    }

    #[test]
    fn files_beside_the_database_are_synced_with_it_and_their_failure_counts() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("db"), b"x").unwrap();
        let barrier = Barrier::open(dir.path()).unwrap();
        let plain = Arc::new(File::create(dir.path().join("plain")).unwrap());
        // A pipe cannot be synced.
        let pipe = Arc::new(File::from(std::os::fd::OwnedFd::from(io::pipe().unwrap().1)));
        let fine: io::Result<()> = barrier.commit(|| Ok(()), &[Arc::clone(&plain)]);
        assert!(fine.is_ok());
        let failed: io::Result<()> = barrier.commit(|| Ok(()), &[Arc::clone(&plain), pipe]);
        assert!(failed.is_err());
        let failed: io::Result<()> = barrier.commit(|| Err(io::Error::other("full")), &[Arc::clone(&plain)]);
        assert_eq!(failed.unwrap_err().to_string(), "full");
        let again: io::Result<()> = barrier.commit(|| Ok(()), &[plain]);
        assert!(again.is_ok(), "an answer is not left over for the next commit");
    }

    #[test]
    fn a_folder_without_a_database_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(Barrier::open(dir.path()).unwrap_err().kind(), io::ErrorKind::NotFound);
    }
}
