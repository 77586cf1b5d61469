//! One archive line, and the lines of one file.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};
use std::path::Path;

use crate::log::{RECORD_BYTES, Record};

/// Checksum, space and line feed.
const FRAME: usize = 10;

/// Bytes of the line of a record.
#[must_use]
pub fn line_bytes(json: &[u8]) -> u64 {
    u64::try_from(json.len() + FRAME).unwrap_or(u64::MAX)
}

/// Writes a record's line behind `out`.
pub fn encode_line(json: &[u8], out: &mut Vec<u8>) {
    out.extend_from_slice(format!("{:08x} ", crc32fast::hash(json)).as_bytes());
    out.extend_from_slice(json);
    out.push(b'\n');
}

/// Reads a line, line feed included.
///
/// # Errors
/// What is wrong with it.
pub fn parse_line(line: &[u8]) -> Result<Record, &'static str> {
    let body = line.strip_suffix(b"\n").ok_or("the line is cut off")?;
    let (checksum, json) = body.split_at_checked(8).ok_or("the line is too short")?;
    let json = json.strip_prefix(b" ").ok_or("the line has no checksum")?;
    let checksum = std::str::from_utf8(checksum).ok().filter(|text| !text.starts_with('+'));
    let checksum = checksum.and_then(|text| u32::from_str_radix(text, 16).ok()).ok_or("the line has no checksum")?;
    if crc32fast::hash(json) != checksum {
        return Err("the checksum is wrong");
    }
    Record::from_json(json.to_vec()).ok_or("the record cannot be read")
}

/// A line of a file.
#[derive(Debug)]
pub struct Line {
    /// Its number, from 1.
    pub number: u64,
    /// Where it begins.
    pub offset: u64,
    /// Its bytes, with the line feed if it has one.
    pub bytes: Vec<u8>,
    /// What it says, or what is wrong with it.
    pub record: Result<Record, &'static str>,
}

impl Line {
    /// Whether it is the end of a write that was cut off: no line feed.
    #[must_use]
    pub fn is_torn(&self) -> bool {
        self.bytes.last() != Some(&b'\n')
    }
}

/// The lines of one file, in order; memory for one line.
#[derive(Debug)]
pub struct Lines {
    file: BufReader<File>,
    number: u64,
    offset: u64,
}

impl Lines {
    /// Opens a file at a line's beginning: number 1 at offset 0, or as an earlier [`Line`] said.
    ///
    /// # Errors
    /// When it cannot be opened.
    pub fn open(path: &Path, number: u64, offset: u64) -> io::Result<Self> {
        let mut file = File::open(path)?;
        file.seek(SeekFrom::Start(offset))?;
        Ok(Self { file: BufReader::with_capacity(64 * 1024, file), number, offset })
    }
}

impl Iterator for Lines {
    type Item = io::Result<Line>;

    fn next(&mut self) -> Option<Self::Item> {
        // What is longer than any line is rubbish, and is handed out in pieces that fit in memory.
        let limit = u64::try_from(RECORD_BYTES + FRAME).unwrap_or(u64::MAX);
        let mut bytes = Vec::new();
        match Read::by_ref(&mut self.file).take(limit).read_until(b'\n', &mut bytes) {
            Ok(0) => return None,
            Ok(_) => {}
            Err(error) => return Some(Err(error)),
        }
        let line = Line { number: self.number, offset: self.offset, record: parse_line(&bytes), bytes };
        self.number += 1;
        self.offset += u64::try_from(line.bytes.len()).unwrap_or(0);
        Some(Ok(line))
    }
}
