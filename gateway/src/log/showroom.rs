//! Whose records a data folder holds: the showroom's short name, in a file of its own.
//!
//! Topics, exports and codes carry that name, and so does every kiosk's account; a folder that changed it half-way would tell two stories.
//! A gateway that serves writes it down, a backup carries it, and commands go by it, for they are often called without the
//! configuration.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use shared::ids::StoreId;

use super::LogError;

/// The file that says so.
#[must_use]
pub fn showroom_file(data: &Path) -> PathBuf {
    data.join("showroom")
}

/// Whose folder it is; `None` while nobody has served from it. A file that a power cut left empty says nothing.
///
/// # Errors
/// [`LogError::File`] when the file cannot be read.
pub fn showroom_of(data: &Path) -> Result<Option<StoreId>, LogError> {
    let file = showroom_file(data);
    match fs::read_to_string(&file) {
        Ok(name) => Ok(name.trim().parse().ok()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(LogError::file(&file)(error)),
    }
}

/// Writes down whose folder it is.
///
/// # Errors
/// [`LogError::File`] when the file cannot be written.
pub fn name_showroom(data: &Path, store: &StoreId) -> Result<(), LogError> {
    let file = showroom_file(data);
    fs::write(&file, format!("{store}\n")).map_err(LogError::file(&file))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_knows_whose_it_is_once_it_was_told() {
        let folder = tempfile::tempdir().unwrap();
        let north: StoreId = "north".parse().unwrap();
        assert_eq!(showroom_of(folder.path()).unwrap(), None);
        name_showroom(folder.path(), &north).unwrap();
        assert_eq!(showroom_of(folder.path()).unwrap(), Some(north));
        fs::write(showroom_file(folder.path()), "").unwrap();
        assert_eq!(showroom_of(folder.path()).unwrap(), None);
    }
}
