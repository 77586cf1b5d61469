//! The lock of a data folder: one gateway at a time.

use std::fs::{self, File};
use std::io::{self, Read, Seek, Write};
use std::path::Path;

use rustix::fs::FlockOperation;

use super::{LogError, archive};

/// Held while a process works on a data folder; the kernel lets go of it when the process ends, however it ends.
#[derive(Debug)]
pub struct FolderLock {
    _file: File,
}

impl FolderLock {
    /// Takes the lock of `data`, creating the folder if need be.
    ///
    /// # Errors
    /// [`LogError::InUse`] names the process that holds it.
    pub fn take(data: &Path) -> Result<Self, LogError> {
        fs::create_dir_all(data).map_err(LogError::file(data))?;
        let path = data.join("lock");
        let failed = || LogError::file(&path);
        let mut file =
            File::options().read(true).write(true).create(true).truncate(false).open(&path).map_err(failed())?;
        if let Err(error) = rustix::fs::flock(&file, FlockOperation::NonBlockingLockExclusive) {
            if error != rustix::io::Errno::WOULDBLOCK {
                return Err(failed()(error.into()));
            }
            let mut pid = String::new();
            let told = Read::by_ref(&mut file).take(20).read_to_string(&mut pid).is_ok() && !pid.trim().is_empty();
            let pid = if told { pid.trim().to_owned() } else { "unknown".to_owned() };
            return Err(LogError::InUse { folder: data.to_owned(), pid });
        }
        write_pid(&mut file).map_err(failed())?;
        Ok(Self { _file: file })
    }
}

/// Whether a log stands in this folder, or its archive alone, of which it can be rebuilt.
#[must_use]
pub fn is_in(data: &Path) -> bool {
    archive::folder(data).is_dir() || data.join("log").is_dir()
}

fn write_pid(file: &mut File) -> io::Result<()> {
    file.set_len(0)?;
    file.rewind()?;
    writeln!(file, "{}", std::process::id())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_in_use_names_the_process_that_uses_it() {
        let dir = tempfile::tempdir().unwrap();
        let held = FolderLock::take(dir.path()).unwrap();
        let refused = FolderLock::take(dir.path()).unwrap_err().to_string();
        assert!(refused.contains(&std::process::id().to_string()), "{refused}");
        assert!(refused.contains("--data"), "{refused}");
        drop(held);
        assert!(FolderLock::take(dir.path()).is_ok());
    }
}
