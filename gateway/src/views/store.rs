//! The views' database on disk, in `<data>/views/<number>/`: thrown away by starting the next number, so that a broken one
//! need not even open, and whoever still reads the old one is not disturbed.

use std::fs;
use std::io;
use std::panic;
use std::path::{Path, PathBuf};

use sled::{Db, Tree};

use super::{FORM, ViewsError, cursor, keys};

/// sled's cache: a page of rows is small, and the log needs the memory more.
const CACHE_BYTES: u64 = 4 * 1024 * 1024;

#[derive(Debug)]
pub(super) struct Store {
    /// Holds the database open.
    _db: Db,
    pub(super) tree: Tree,
}

impl Store {
    /// The database that is there, if it is whole and of this version; otherwise an empty one.
    pub(super) fn open_or_renew(folder: &Path) -> Result<Self, ViewsError> {
        let Some(last) = numbers(folder)?.into_iter().max() else { return Self::renew(folder) };
        match Self::open(&folder.join(last.to_string())) {
            Ok(store) if store.is_usable() => Ok(store),
            Err(ViewsError::Folder(fault)) => Err(fault.into()),
            _ => {
                tracing::warn!("the views are broken or of another version, and are built anew");
                Self::renew(folder)
            }
        }
    }

    /// An empty database beside the old ones, which go.
    pub(super) fn renew(folder: &Path) -> Result<Self, ViewsError> {
        let old = numbers(folder)?;
        let next = old.iter().max().map_or(1, |last| last + 1);
        let store = Self::open(&folder.join(next.to_string()))?;
        store.tree.insert(keys::FORM, &[FORM])?;
        for number in old {
            fs::remove_dir_all(folder.join(number.to_string()))?;
        }
        Ok(store)
    }

    fn open(path: &Path) -> Result<Self, ViewsError> {
        // sled panics over some damaged files instead of returning an error.
        let opened = panic::catch_unwind(|| {
            let db = sled::Config::new()
                .path(path)
                .mode(sled::Mode::LowSpace)
                .cache_capacity(CACHE_BYTES)
                .flush_every_ms(None)
                .open()?;
            let tree = db.open_tree("views")?;
            Ok(Self { _db: db, tree })
        });
        match opened {
            Ok(Ok(store)) => Ok(store),
            Ok(Err(sled::Error::Io(fault))) if is_outside(fault.kind()) => Err(fault.into()),
            Ok(Err(fault)) => Err(fault.into()),
            Err(_) => Err(ViewsError::Broken),
        }
    }

    fn is_usable(&self) -> bool {
        self.tree.get(keys::FORM).is_ok_and(|form| form.as_deref() == Some(&[FORM])) && cursor(&self.tree).is_ok()
    }
}

/// Faults that building anew cannot heal: somebody else holds the folder (which sled calls `Other`), the disk, the rights.
fn is_outside(kind: io::ErrorKind) -> bool {
    use io::ErrorKind::{Other, PermissionDenied, ReadOnlyFilesystem, StorageFull};
    matches!(kind, Other | PermissionDenied | ReadOnlyFilesystem | StorageFull)
}

fn numbers(folder: &Path) -> io::Result<Vec<u64>> {
    fs::create_dir_all(folder)?;
    let names = fs::read_dir(folder)?.map(|entry| Ok(PathBuf::from(entry?.file_name())));
    let numbers = names.map(|name: io::Result<PathBuf>| Ok(name?.to_str().and_then(|name| name.parse().ok())));
    numbers.filter_map(Result::transpose).collect()
}
