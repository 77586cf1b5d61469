//! Whose records a data folder holds: the showroom's short name, in a file of its own.
//!
//! Topics, exports and codes carry that name, and so does every kiosk's account. A folder that changed it half-way would tell two stories.

use std::fs;
use std::io;
use std::path::Path;

use shared::ids::StoreId;

use super::AppError;

/// The file's name within the data folder.
const FILE: &str = "showroom";

/// Compares the configured name with the one that the folder was filled under, and writes it down where nothing is logged yet (`empty`)
/// or the folder is older than this file.
///
/// # Errors
/// [`AppError::OtherShowroom`]; [`AppError::Folder`] when the file cannot be read or written.
pub(super) fn check(data: &Path, store: &StoreId, empty: bool) -> Result<(), AppError> {
    let file = data.join(FILE);
    let failed = |source| AppError::Folder { path: file.clone(), source };
    let kept = match fs::read_to_string(&file) {
        Ok(kept) => Some(kept.trim().to_owned()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => return Err(failed(error)),
    };
    match kept {
        Some(kept) if kept == store.as_str() => Ok(()),
        // A power cut between making the file and filling it leaves it empty.
        Some(kept) if !empty && !kept.is_empty() => {
            Err(AppError::OtherShowroom { path: data.to_owned(), kept, given: store.clone() })
        }
        _ => fs::write(&file, format!("{store}\n")).map_err(failed),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_keeps_its_name_once_something_is_logged() {
        let folder = tempfile::tempdir().unwrap();
        let (north, south): (StoreId, StoreId) = ("north".parse().unwrap(), "south".parse().unwrap());
        let names = |store: &StoreId, empty| check(folder.path(), store, empty);
        names(&south, true).unwrap();
        names(&north, true).unwrap();
        names(&north, false).unwrap();
        let refused = names(&south, false).unwrap_err().to_string();
        assert!(refused.contains("\"north\"") && refused.contains("\"south\""), "{refused}");
        fs::write(folder.path().join(FILE), "").unwrap();
        names(&south, false).unwrap();
        assert!(names(&north, false).is_err(), "it was written down");
    }
}
