//! The archive: every record once more, as a line of text in the file of its day, from which the database can be rebuilt.
//!
//! `<data>/archive/YYYY-MM-DD.jsonl`, the UTC day of the commit's time; a line is the CRC-32 of the JSON in eight hexadecimal
//! digits, a space, the JSON, a line feed. Within a file sequences rise; a clock that was set back may spread neighbours over
//! two files.
//!
//! It is not read in normal running: only `recovery`, verify and backup do.

mod lines;
mod reader;

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::NaiveDate;
use shared::barrier::sync_folder;

use super::LogError;
pub use lines::{Line, Lines, encode_line, line_bytes, parse_line};
pub use reader::{Entry, Reader};

/// The archive's folder of a data folder.
#[must_use]
pub fn folder(data: &Path) -> PathBuf {
    data.join("archive")
}

/// The file of a day.
#[must_use]
pub fn file_of(folder: &Path, day: NaiveDate) -> PathBuf {
    folder.join(format!("{day}.jsonl"))
}

/// Every day's file and its length in bytes.
///
/// # Errors
/// When the folder cannot be read.
pub fn days(folder: &Path) -> Result<BTreeMap<NaiveDate, u64>, LogError> {
    let failed = || LogError::file(folder);
    let mut days = BTreeMap::new();
    for entry in fs::read_dir(folder).map_err(failed())? {
        let entry = entry.map_err(failed())?;
        let name = entry.file_name();
        let Some(day) = name.to_str().and_then(|name| name.strip_suffix(".jsonl")) else { continue };
        // Written back, so that no second spelling of a day counts.
        let Some(parsed) = day.parse::<NaiveDate>().ok().filter(|parsed| parsed.to_string() == day) else { continue };
        days.insert(parsed, entry.metadata().map_err(failed())?.len());
    }
    Ok(days)
}

/// The writing end.
#[derive(Debug)]
pub struct Archive {
    folder: PathBuf,
    open: BTreeMap<NaiveDate, Arc<File>>,
}

impl Archive {
    /// Opens the folder, creating it durably if need be.
    ///
    /// # Errors
    /// When it cannot be created or synced.
    pub fn open(data: &Path) -> Result<Self, LogError> {
        let folder = folder(data);
        if !folder.is_dir() {
            fs::create_dir_all(&folder).and_then(|()| sync_folder(data)).map_err(LogError::file(&folder))?;
        }
        Ok(Self { folder, open: BTreeMap::new() })
    }

    /// Appends whole lines to a day's file. They are durable once [`Archive::files`] are synced.
    ///
    /// # Errors
    /// When the file cannot be created, synced at its creation, or written.
    pub fn append(&mut self, day: NaiveDate, lines: &[u8]) -> Result<(), LogError> {
        let path = file_of(&self.folder, day);
        let file = match self.open.remove(&day) {
            Some(file) => file,
            None => Arc::new(open_day(&self.folder, &path).map_err(LogError::file(&path))?),
        };
        (&*file).write_all(lines).map_err(LogError::file(&path))?;
        self.open.insert(day, file);
        Ok(())
    }

    /// The files written to since the last [`Archive::settle`].
    #[must_use]
    pub fn files(&self) -> Vec<Arc<File>> {
        self.open.values().cloned().collect()
    }

    /// Everything is synced: keeps the newest day open for the next append.
    pub fn settle(&mut self) {
        while self.open.len() > 1 {
            self.open.pop_first();
        }
    }
}

/// Opens a day's file for appending; a new one is durable, with its name, before its first line.
fn open_day(folder: &Path, path: &Path) -> io::Result<File> {
    match File::options().append(true).open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let file = File::options().append(true).create_new(true).open(path)?;
            file.sync_all()?;
            sync_folder(folder)?;
            Ok(file)
        }
        opened => opened,
    }
}
