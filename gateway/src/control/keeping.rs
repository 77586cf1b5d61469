//! Verify and backup. (Restoring works on a folder that is not open, so it is the command line's own.)

use std::io::Write;
use std::path::Path;

use super::operations::{OperationError, Operations, in_full};
use crate::domain::Command;
use crate::keeping;

impl Operations {
    pub(super) fn verify(&self, out: &mut impl Write) -> Result<(), OperationError> {
        let report = keeping::verify(&self.log, &self.vault, &mut |_, _| {})?;
        for fault in &report.faults {
            writeln!(out, "{fault}")?;
        }
        for day in &report.mended {
            writeln!(out, "the archive of {day} was written anew from the database")?;
        }
        if !report.is_good() {
            return Err(OperationError::Faults(report.fault_count));
        }
        let (records, events, opened) = (report.records, report.events, report.sealed.opened);
        writeln!(
            out,
            "{records} records with {events} events are whole; {opened} sealed values open, {} are erased",
            report.sealed.erased
        )?;
        Ok(())
    }

    pub(super) fn backup(&self, to: &Path, keys: &Path, out: &mut impl Write) -> Result<(), OperationError> {
        keeping::check_places(&self.log, to, keys)?;
        // A disk that takes no more records is when a backup is needed most: it is made, and said to be off the record.
        if let Err(error) = self.submit(Command::Backup) {
            writeln!(out, "this backup is not on the audit's record: {}", in_full(&error))?;
        }
        let made = keeping::backup(&self.log, &self.vault, to, keys, self.clock.now(), &mut |_, _| {})?;
        writeln!(out, "{} records to {}, {} keys to {}", made.records, to.display(), made.keys, keys.display())?;
        Ok(())
    }
}
