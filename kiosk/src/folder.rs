//! The lock of a data folder: one kiosk at a time. Two on one outbox would send visitors to reception at one of them.

use std::fs::{self, File, TryLockError};
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};

const NAME: &str = "lock";

/// Another kiosk works on this folder.
#[derive(Debug, thiserror::Error)]
#[error("the data folder {} is in use by another kiosk{}; stop it, or choose another --data folder", folder.display(), named(pid))]
pub struct InUse {
    folder: PathBuf,
    /// As that process wrote it.
    pid: String,
}

fn named(pid: &str) -> String {
    if pid.is_empty() { String::new() } else { format!(" (process {pid})") }
}

/// Held while this process works on a data folder; the kernel lets go of it when the process ends, however it ends.
#[derive(Debug)]
pub(crate) struct FolderLock {
    /// `None` on a disk that takes no file: the outbox says so, and the kiosk sends its visitors to reception.
    _file: Option<File>,
}

impl FolderLock {
    /// Takes the lock of `data`, creating the folder if need be.
    ///
    /// # Errors
    /// When another process has it.
    pub(crate) fn take(data: &Path) -> Result<Self, InUse> {
        let _found_by_the_outbox = fs::create_dir_all(data);
        let opened = File::options().read(true).write(true).create(true).truncate(false).open(data.join(NAME));
        let Ok(mut file) = opened else { return Ok(Self { _file: None }) };
        match file.try_lock() {
            Ok(()) => {
                // Only for whoever is refused.
                let _unnamed = file.set_len(0).and_then(|()| writeln!(file, "{}", std::process::id()));
                Ok(Self { _file: Some(file) })
            }
            Err(TryLockError::WouldBlock) => {
                let mut pid = String::new();
                let _unnamed = file.take(20).read_to_string(&mut pid);
                Err(InUse { folder: data.to_owned(), pid: pid.trim().to_owned() })
            }
            // A file system without locks.
            Err(TryLockError::Error(_)) => Ok(Self { _file: None }),
        }
    }
}

/// Whether a kiosk works on this folder; takes nothing.
pub(crate) fn is_in_use(data: &Path) -> bool {
    let held = File::open(data.join(NAME)).map(|file| file.try_lock());
    matches!(held, Ok(Err(TryLockError::WouldBlock)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_in_use_names_the_process_that_uses_it() {
        let dir = tempfile::tempdir().unwrap();
        let data = dir.path().join("data");
        assert!(!is_in_use(&data));
        let held = FolderLock::take(&data).unwrap();
        assert!(is_in_use(&data));
        let refused = FolderLock::take(&data).unwrap_err().to_string();
        assert!(refused.contains(&format!("process {}", std::process::id())), "{refused}");
        assert!(refused.contains("--data"), "{refused}");
        drop(held);
        assert!(!is_in_use(&data));
        assert!(FolderLock::take(&data).is_ok());
    }

    #[test]
    fn a_folder_that_cannot_be_made_is_left_to_the_outbox() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("file");
        fs::write(&file, "no folder").unwrap();
        assert!(FolderLock::take(&file.join("data")).is_ok());
    }
}
