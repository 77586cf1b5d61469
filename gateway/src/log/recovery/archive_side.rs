//! The archive's side of recovery: finding what differs, taking over what the database lacks, writing what the archive lacks.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use shared::barrier::sync_folder;

use super::Store;
use crate::log::LogError;
use crate::log::archive::{self, Lines, encode_line, file_of, parse_line};
use crate::log::index::Day;
use crate::log::record::Record;

/// How much of the newest day's end is read at every start: more than one group can leave half-written.
const TAIL_BYTES: u64 = 256 * 1024;

/// What one group can leave behind a line that was cut off; more than this behind a bad line is damage, not a crash.
const GROUP_BYTES: u64 = 16 * 1024 * 1024;

/// Records that are taken over at a time.
const BATCH: usize = 1000;

/// Records that stand behind one another, in one file.
#[derive(Debug)]
struct Run {
    path: PathBuf,
    first: u64,
    last: u64,
    line: u64,
    offset: u64,
    bytes: u64,
}

/// What a look through a file found.
#[derive(Debug, Default)]
struct Found {
    runs: Vec<Run>,
    /// The first line that cannot be read.
    bad: Option<(PathBuf, u64, &'static str)>,
}

/// Makes the archive and the database agree. Returns how many records the database took over. `lost`: the database is a new
/// one, so the archive alone knows what was acknowledged.
pub(super) fn reconcile(data: &Path, store: &Store, lost: bool) -> Result<u64, LogError> {
    let folder = archive::folder(data);
    remove_drafts(&folder)?;
    let (head, _) = store.head()?;
    let affected = affected(&folder, store, head)?;
    if affected.is_empty() {
        return Ok(0);
    }
    let mut found = Found::default();
    for day in &affected {
        look_through(&file_of(&folder, *day), &mut found)?;
    }
    let taken = take_over(store, head, lost, &mut found)?;
    let days = store.index.days()?;
    for day in affected {
        heal(&folder, store, day, days.get(&day).copied())?;
    }
    Ok(taken)
}

/// Writes one day's file anew if it is not what the database says.
pub(in crate::log) fn mend_day(data: &Path, store: &Store, day: NaiveDate) -> Result<bool, LogError> {
    heal(&archive::folder(data), store, day, store.index.days()?.get(&day).copied())
}

/// Days whose file is not what the database says: missing, of another length, unknown, or with a bad end.
fn affected(folder: &Path, store: &Store, head: u64) -> Result<BTreeSet<NaiveDate>, LogError> {
    let files = archive::days(folder)?;
    let days = store.index.days()?;
    let mut affected: BTreeSet<NaiveDate> = files.keys().filter(|day| !days.contains_key(day)).copied().collect();
    affected.extend(days.iter().filter(|(day, held)| files.get(day) != Some(&held.bytes)).map(|(day, _)| *day));
    if let Some(last) = store.record(head)?
        && !affected.contains(&last.day())
        && !ends_well(&file_of(folder, last.day()), &last)?
    {
        affected.insert(last.day());
    }
    Ok(affected)
}

/// Whether every line near a file's end is good, and the last one is `last`.
fn ends_well(path: &Path, last: &Record) -> Result<bool, LogError> {
    let read = || -> io::Result<Vec<u8>> {
        let mut file = File::open(path)?;
        let from = file.metadata()?.len().saturating_sub(TAIL_BYTES);
        file.seek(SeekFrom::Start(from))?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        if from > 0 {
            let whole = bytes.iter().position(|byte| *byte == b'\n').map_or(bytes.len(), |at| at + 1);
            bytes.drain(..whole);
        }
        Ok(bytes)
    };
    let bytes = read().map_err(LogError::file(path))?;
    let mut end = None;
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        match parse_line(line) {
            Ok(record) => end = Some(record),
            Err(_) => return Ok(false),
        }
    }
    Ok(end.is_some_and(|end| end == *last))
}

fn look_through(path: &Path, found: &mut Found) -> Result<(), LogError> {
    let lines = match Lines::open(path, 1, 0) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        lines => lines.map_err(LogError::file(path))?,
    };
    let mut open: Option<Run> = None;
    for line in lines {
        let line = line.map_err(LogError::file(path))?;
        let length = u64::try_from(line.bytes.len()).unwrap_or(0);
        match line.record {
            Ok(record) => match &mut open {
                Some(run) if record.sequence == run.last + 1 => {
                    run.last = record.sequence;
                    run.bytes += length;
                }
                _ => {
                    found.runs.extend(open.replace(Run {
                        path: path.to_owned(),
                        first: record.sequence,
                        last: record.sequence,
                        line: line.number,
                        offset: line.offset,
                        bytes: length,
                    }));
                }
            },
            Err(what) => {
                found.runs.extend(open.take());
                found.bad.get_or_insert((path.to_owned(), line.number, what));
            }
        }
    }
    found.runs.extend(open);
    Ok(())
}

/// Puts the records that follow the head into the database.
fn take_over(store: &Store, head: u64, lost: bool, found: &mut Found) -> Result<u64, LogError> {
    found.runs.sort_by_key(|run| run.first);
    let (mut at, mut link) = store.head()?;
    let mut batch = Vec::with_capacity(BATCH);
    let mut beyond = 0;
    for run in &found.runs {
        if run.last <= at {
            continue;
        }
        if run.first > at + 1 {
            beyond += run.bytes;
            continue;
        }
        for line in Lines::open(&run.path, run.line, run.offset).map_err(LogError::file(&run.path))? {
            let Ok(record) = line.map_err(LogError::file(&run.path))?.record else { break };
            if record.sequence > run.last {
                break;
            }
            if record.sequence <= at {
                continue;
            }
            let chained = record.before == link.as_str();
            if lost && !chained {
                tracing::warn!(sequence = record.sequence, "a record does not follow the one before it; run verify");
            }
            // Beside a living database, such a line is another log's.
            if record.sequence != at + 1 || !(chained || lost) {
                beyond += run.bytes;
                break;
            }
            (at, link) = (record.sequence, record.link());
            batch.push(record);
            if batch.len() == BATCH {
                store.take_over(&batch)?;
                batch.clear();
                if at % 100_000 == 0 {
                    tracing::warn!(records = at, "rebuilding the log from the archive");
                }
            }
        }
    }
    store.take_over(&batch)?;
    // Behind a gap. One group that was never acknowledged can look so; anything more would be a loss.
    if beyond > 0 && (lost || beyond > GROUP_BYTES) {
        if let Some((path, line, what)) = found.bad.take() {
            return Err(LogError::ArchiveDamaged { path, line, what });
        }
        let next = found.runs.iter().map(|run| run.first).find(|first| *first > at + 1);
        return Err(LogError::ArchiveGap { from: at + 1, to: next.map_or(at + 1, |next| next - 1) });
    }
    Ok(at - head)
}

/// Writes a day's file anew from the database, unless it is as it must be. Lines that are not taken over are kept beside it.
fn heal(folder: &Path, store: &Store, day: NaiveDate, held: Option<Day>) -> Result<bool, LogError> {
    let path = file_of(folder, day);
    let aside = strange_lines(&path, store)?;
    let length = fs::metadata(&path).map(|metadata| metadata.len()).ok();
    if aside.is_empty() && held.is_some_and(|held| length == Some(held.bytes)) {
        return Ok(false);
    }
    if !aside.is_empty() {
        keep_aside(&path.with_extension("torn"), &aside).map_err(LogError::file(&path))?;
    }
    let draft = path.with_extension("jsonl.new");
    write_day(store, day, held, &draft)?;
    let put = if held.is_some() {
        fs::rename(&draft, &path)
    } else {
        fs::remove_file(&draft).and_then(|()| fs::remove_file(&path))
    };
    put.and_then(|()| sync_folder(folder)).map_err(LogError::file(&path))?;
    tracing::warn!(%day, records = held.map_or(0, |held| held.count), aside = aside.len(), "the archive's file was mended from the log");
    Ok(true)
}

/// The bytes of lines that the database does not have so.
fn strange_lines(path: &Path, store: &Store) -> Result<Vec<u8>, LogError> {
    let lines = match Lines::open(path, 1, 0) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        lines => lines.map_err(LogError::file(path))?,
    };
    let mut strange = Vec::new();
    for line in lines {
        let line = line.map_err(LogError::file(path))?;
        let known = match line.record {
            Ok(record) => store.record(record.sequence)?.is_some_and(|held| held == record),
            Err(_) => false,
        };
        if !known {
            strange.extend_from_slice(&line.bytes);
        }
    }
    Ok(strange)
}

fn keep_aside(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = File::options().append(true).create(true).open(path)?;
    file.write_all(bytes)?;
    if bytes.last() != Some(&b'\n') {
        file.write_all(b"\n")?;
    }
    file.sync_all()
}

fn write_day(store: &Store, day: NaiveDate, held: Option<Day>, draft: &Path) -> Result<(), LogError> {
    let mut file = BufWriter::new(File::create(draft).map_err(LogError::file(draft))?);
    let mut line = Vec::new();
    let range = held.map(|held| store.range(held.first, held.last));
    for entry in range.into_iter().flatten() {
        let (key, value) = entry?;
        let sequence = key.as_ref().try_into().map_or(0, u64::from_be_bytes);
        let record = Record::from_value(sequence, &value)?;
        if record.day() == day {
            line.clear();
            encode_line(&record.json, &mut line);
            file.write_all(&line).map_err(LogError::file(draft))?;
        }
    }
    let file = file.into_inner().map_err(io::IntoInnerError::into_error);
    file.and_then(|file| file.sync_all()).map_err(LogError::file(draft))
}

/// Removes what an interrupted mending left.
fn remove_drafts(folder: &Path) -> Result<(), LogError> {
    let failed = || LogError::file(folder);
    for entry in fs::read_dir(folder).map_err(failed())? {
        let path = entry.map_err(failed())?.path();
        if path.extension().is_some_and(|extension| extension == "new") {
            fs::remove_file(&path).map_err(LogError::file(&path))?;
        }
    }
    Ok(())
}
