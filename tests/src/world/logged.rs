//! What a gateway's archive says that it has logged, read without the gateway.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::path::Path;

use anyhow::{Context, Result, ensure};
use serde::Deserialize;
use shared::ids::EventId;

/// Before the JSON of a line: its checksum and a space.
const FRAME: usize = 9;

/// How often each event was logged.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Logged {
    times: BTreeMap<EventId, usize>,
}

/// Of a record, the events that led to it.
#[derive(Deserialize)]
struct Record {
    #[serde(default)]
    causes: Vec<Cause>,
}

#[derive(Deserialize)]
struct Cause {
    id: EventId,
}

impl Logged {
    /// Reads the archive of a gateway's data folder; a line that is being written is left out.
    ///
    /// # Errors
    /// When it cannot be read, or a whole line is no record.
    pub fn read(data: &Path) -> Result<Self> {
        let mut logged = Self::default();
        let archive = data.join("archive");
        for day in std::fs::read_dir(&archive).with_context(|| format!("read {}", archive.display()))? {
            let path = day?.path();
            // Beside the days lies what a cut or a full disk tore off, which was never acknowledged.
            if path.extension().is_none_or(|kind| kind != "jsonl") {
                continue;
            }
            let mut file = BufReader::new(File::open(&path)?);
            let (mut line, mut number) = (Vec::new(), 0);
            while file.read_until(b'\n', &mut line)? > 0 && line.ends_with(b"\n") {
                number += 1;
                logged.take(&line).with_context(|| format!("line {number} of {}", path.display()))?;
                line.clear();
            }
        }
        Ok(logged)
    }

    fn take(&mut self, line: &[u8]) -> Result<()> {
        let record: Record = serde_json::from_slice(line.get(FRAME..).context("it is too short")?)?;
        for cause in record.causes {
            *self.times.entry(cause.id).or_default() += 1;
        }
        Ok(())
    }

    /// Every one of these was logged, and nothing whatever was logged twice.
    ///
    /// # Errors
    /// What is missing or doubled.
    pub fn each_once<'a>(&self, received: impl IntoIterator<Item = &'a EventId>) -> Result<()> {
        let lost: Vec<_> = received.into_iter().filter(|event| !self.times.contains_key(event)).collect();
        ensure!(lost.is_empty(), "LOST: {} events shown as received are not in the log: {lost:?}", lost.len());
        let doubled: Vec<_> = self.twice().collect();
        ensure!(doubled.is_empty(), "DOUBLED in the log: {doubled:?}");
        Ok(())
    }

    /// What was logged more than once.
    pub fn twice(&self) -> impl Iterator<Item = &EventId> {
        self.times.iter().filter(|(_, times)| **times > 1).map(|(event, _)| event)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;

    #[test]
    fn what_is_lost_or_logged_twice_is_found() {
        let mut random = Random::new(7);
        let mut event = || random.visit(chrono::DateTime::UNIX_EPOCH).to_string().parse::<EventId>().unwrap();
        let (a, b) = (event(), event());
        let logged = |events: &[EventId], torn: &str| {
            let folder = tempfile::tempdir().unwrap();
            let archive = folder.path().join("archive");
            std::fs::create_dir(&archive).unwrap();
            let line = |id| {
                format!("00000000 {{\"sequence\":1,\"causes\":[{{\"id\":\"{id}\",\"print\":\"\"}}],\"events\":[]}}\n")
            };
            let lines: String = events.iter().map(line).collect();
            std::fs::write(archive.join("2026-11-29.torn"), "00000000 {\"sequence\":").unwrap();
            std::fs::write(archive.join("2026-11-29.jsonl"), lines + "00000000 {\"sequence\":2}\n" + torn).unwrap();
            Logged::read(folder.path()).unwrap()
        };
        assert!(logged(&[a, b], "").each_once(&[a, b]).is_ok());
        assert!(logged(&[a, b], "0000000").each_once(&[a]).is_ok());
        assert!(logged(&[a], "").each_once(&[a, b]).is_err());
        assert!(logged(&[a, b, b], "").each_once(&[a]).is_err());
    }
}
