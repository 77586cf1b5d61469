//! The answer's form: status lines, and frames between them.

use std::io::{self, BufRead, Read, Write};

use serde::{Deserialize, Serialize};

/// How it went.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Well.
    #[serde(rename = "ok")]
    Ok(bool),
    /// Not well.
    Error {
        /// Stable, for programs.
        code: String,
        /// For people.
        detail: String,
    },
}

/// Longest line and frame that is taken.
const LIMIT: usize = 1024 * 1024;

/// Output waits until so much has come together.
const PIECE: usize = 64 * 1024;

impl Status {
    fn write(&self, out: &mut impl Write) -> io::Result<()> {
        let mut line = serde_json::to_vec(self)?;
        line.push(b'\n');
        out.write_all(&line)
    }

    fn read(from: &mut impl BufRead) -> io::Result<Self> {
        Ok(serde_json::from_slice(&read_line(from)?)?)
    }
}

/// Reads a line of reasonable length, without its end.
pub(super) fn read_line(from: &mut impl BufRead) -> io::Result<Vec<u8>> {
    let mut line = Vec::new();
    from.take(LIMIT as u64).read_until(b'\n', &mut line)?;
    match line.pop() {
        Some(b'\n') => Ok(line),
        _ => Err(io::ErrorKind::UnexpectedEof.into()),
    }
}

/// The server's side: what an operation writes becomes frames; the first of them is preceded by the first status.
pub(super) struct AnswerWriter<W: Write> {
    out: W,
    waiting: Vec<u8>,
    begun: bool,
}

impl<W: Write> AnswerWriter<W> {
    pub(super) fn new(out: W) -> Self {
        Self { out, waiting: Vec::new(), begun: false }
    }

    /// Ends the answer.
    pub(super) fn end(mut self, status: &Status) -> io::Result<()> {
        self.send()?;
        if matches!(status, Status::Ok(_)) {
            self.begin()?;
        }
        if self.begun {
            self.out.write_all(&[0; 4])?;
        }
        status.write(&mut self.out)?;
        self.out.flush()
    }

    fn begin(&mut self) -> io::Result<()> {
        if !self.begun {
            Status::Ok(true).write(&mut self.out)?;
            self.begun = true;
        }
        Ok(())
    }

    fn send(&mut self) -> io::Result<()> {
        if self.waiting.is_empty() {
            return Ok(());
        }
        self.begin()?;
        let length = u32::try_from(self.waiting.len()).map_err(io::Error::other)?;
        self.out.write_all(&length.to_be_bytes())?;
        self.out.write_all(&self.waiting)?;
        self.waiting.clear();
        Ok(())
    }
}

impl<W: Write> Write for AnswerWriter<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let (taken, _) = bytes.split_at(bytes.len().min(PIECE));
        self.waiting.extend_from_slice(taken);
        if self.waiting.len() >= PIECE {
            self.send()?;
        }
        Ok(taken.len())
    }

    /// Pieces go when they are full or at the end: a flush of whoever formats rows says nothing about either.
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The client's side: passes the output on and gives the last status.
pub(super) fn pass_on(from: &mut impl BufRead, out: &mut impl Write) -> Result<Status, PassError> {
    let first = Status::read(from).map_err(PassError::Cut)?;
    if first != Status::Ok(true) {
        return Ok(first);
    }
    loop {
        let mut length = [0; 4];
        from.read_exact(&mut length).map_err(PassError::Cut)?;
        let length = usize::try_from(u32::from_be_bytes(length)).unwrap_or(usize::MAX);
        if length == 0 {
            return Status::read(from).map_err(PassError::Cut);
        }
        if length > LIMIT {
            return Err(PassError::Cut(io::ErrorKind::InvalidData.into()));
        }
        let mut bytes = vec![0; length];
        from.read_exact(&mut bytes).map_err(PassError::Cut)?;
        out.write_all(&bytes).map_err(PassError::Output)?;
    }
}

/// Which end failed.
#[derive(Debug)]
pub(super) enum PassError {
    Cut(io::Error),
    Output(io::Error),
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answered(output: &[&[u8]], status: &Status) -> Vec<u8> {
        let mut wire = Vec::new();
        let mut answer = AnswerWriter::new(&mut wire);
        for piece in output {
            answer.write_all(piece).unwrap();
        }
        answer.end(status).unwrap();
        wire
    }

    fn failed() -> Status {
        Status::Error { code: "broken".to_owned(), detail: "it broke".to_owned() }
    }

    #[test]
    fn output_arrives_as_it_was_written() {
        let large = vec![7; 3 * PIECE + 5];
        for output in [&[][..], &[&b"line\n"[..]], &[&large[..], b"end"]] {
            let wire = answered(output, &Status::Ok(true));
            assert!(wire.starts_with(b"{\"ok\":true}\n"));
            let mut out = Vec::new();
            assert_eq!(pass_on(&mut &wire[..], &mut out).unwrap(), Status::Ok(true));
            assert_eq!(out, output.concat());
        }
    }

    #[test]
    fn a_failure_before_the_output_is_the_first_line_and_one_within_is_the_last() {
        let wire = answered(&[], &failed());
        assert_eq!(wire, b"{\"error\":{\"code\":\"broken\",\"detail\":\"it broke\"}}\n");
        assert_eq!(pass_on(&mut &wire[..], &mut Vec::new()).unwrap(), failed());
        for length in [1, PIECE, PIECE + 1] {
            let wire = answered(&[&vec![1; length]], &failed());
            let mut out = Vec::new();
            assert_eq!(pass_on(&mut &wire[..], &mut out).unwrap(), failed());
            assert_eq!(out.len(), length);
        }
    }

    #[test]
    fn an_answer_that_was_cut_off_is_no_answer() {
        let wire = answered(&[&vec![1; PIECE]], &Status::Ok(true));
        for length in [0, 5, 12, 14, 100, wire.len() - 13, wire.len() - 1] {
            let cut = pass_on(&mut &wire[..length], &mut Vec::new());
            assert!(matches!(cut, Err(PassError::Cut(_))), "{length}");
        }
    }
}
