//! A file of lines that is known to be whole: a header, lines, and a last line with their count and the SHA-256 of all before.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufRead, BufReader, BufWriter, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use shared::barrier::sync_folder;

use super::KeepingError;

/// Longer than any line of ours.
const LINE_BYTES: u64 = 1024 * 1024;

#[derive(Serialize, Deserialize)]
struct End {
    lines: u64,
    sha256: String,
}

/// Writes such a file under another name, and gives it its own when it is whole.
pub(super) struct LinesWriter {
    path: PathBuf,
    draft: PathBuf,
    file: BufWriter<File>,
    hash: Sha256,
    lines: u64,
}

impl LinesWriter {
    pub(super) fn create(path: &Path, header: &impl Serialize) -> Result<Self, KeepingError> {
        if path.exists() {
            return Err(KeepingError::Exists(path.to_owned()));
        }
        let mut name = path.file_name().unwrap_or_default().to_owned();
        name.push(".new");
        let draft = path.with_file_name(name);
        let file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&draft);
        let file = BufWriter::new(file.map_err(KeepingError::file(&draft))?);
        let mut writer = Self { path: path.to_owned(), draft, file, hash: Sha256::new(), lines: 0 };
        writer.json(header)?;
        writer.lines = 0;
        Ok(writer)
    }

    /// A line; `bytes` ends with a line feed and has no other.
    pub(super) fn line(&mut self, bytes: &[u8]) -> Result<(), KeepingError> {
        self.lines += 1;
        self.hash.update(bytes);
        self.file.write_all(bytes).map_err(KeepingError::file(&self.draft))
    }

    pub(super) fn json(&mut self, value: &impl Serialize) -> Result<(), KeepingError> {
        let mut line = zeroize::Zeroizing::new(Vec::new());
        serde_json::to_writer(&mut *line, value).map_err(|error| KeepingError::file(&self.draft)(error.into()))?;
        line.push(b'\n');
        self.line(&line)
    }

    /// Ends and syncs the file. Returns the number of lines between header and end.
    pub(super) fn finish(mut self) -> Result<u64, KeepingError> {
        let lines = self.lines;
        let sha256 = hex::encode(self.hash.clone().finalize());
        self.json(&End { lines, sha256 })?;
        let Self { path, draft, file, .. } = self;
        let put = || -> io::Result<()> {
            file.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()?;
            fs::rename(&draft, &path)?;
            match path.parent() {
                Some(folder) if !folder.as_os_str().is_empty() => sync_folder(folder),
                _ => sync_folder(Path::new(".")),
            }
        };
        put().map_err(KeepingError::file(&path))?;
        Ok(lines)
    }
}

/// Reads such a file line by line, and fails at the end if it was not whole.
pub(super) struct LinesReader {
    path: PathBuf,
    file: BufReader<File>,
    hash: Sha256,
    ahead: Vec<u8>,
    lines: u64,
}

impl LinesReader {
    /// Opens a file and reads its header; `what` names the kind for the error.
    pub(super) fn open<H: DeserializeOwned>(path: &Path, what: &'static str) -> Result<(Self, H), KeepingError> {
        let file = BufReader::new(File::open(path).map_err(KeepingError::file(path))?);
        let mut reader = Self { path: path.to_owned(), file, hash: Sha256::new(), ahead: Vec::new(), lines: 0 };
        let header = reader.read()?;
        let parsed = serde_json::from_slice(&header);
        let parsed = parsed.map_err(|_| KeepingError::Foreign { path: path.to_owned(), what })?;
        reader.hash.update(&header);
        reader.ahead = reader.read()?;
        Ok((reader, parsed))
    }

    /// The next line with its line feed, or `None` behind the last of a whole file.
    pub(super) fn next_line(&mut self) -> Result<Option<Vec<u8>>, KeepingError> {
        let behind = self.read()?;
        let line = std::mem::replace(&mut self.ahead, behind);
        if !self.ahead.is_empty() {
            self.lines += 1;
            self.hash.update(&line);
            return Ok(Some(line));
        }
        let end: End = serde_json::from_slice(&line).map_err(|_| self.damaged("the file is cut off"))?;
        if end.lines != self.lines || end.sha256 != hex::encode(self.hash.clone().finalize()) {
            return Err(self.damaged("the checksum over the file is wrong"));
        }
        Ok(None)
    }

    /// An error about the line that was read last.
    pub(super) fn damaged(&self, what: &'static str) -> KeepingError {
        KeepingError::Damaged { path: self.path.clone(), line: self.lines + 1, what }
    }

    fn read(&mut self) -> Result<Vec<u8>, KeepingError> {
        let mut line = Vec::new();
        let read = Read::by_ref(&mut self.file).take(LINE_BYTES).read_until(b'\n', &mut line);
        read.map_err(KeepingError::file(&self.path))?;
        Ok(line)
    }
}
