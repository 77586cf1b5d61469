//! Other programs that the kiosk starts: never waited for longer than they are worth, never left behind.

use std::io;
use std::process::{Child, ExitStatus};
use std::thread;
use std::time::Duration;

const LOOK_EVERY: Duration = Duration::from_millis(20);

/// Waits for a program; one that takes longer than `patience` is ended, and there is no status.
///
/// # Errors
/// When the system does not say how it is.
pub(crate) fn wait(child: &mut Child, patience: Duration) -> io::Result<Option<ExitStatus>> {
    let mut waited = Duration::ZERO;
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        if waited >= patience {
            child.kill()?;
            return child.wait().map(|_| None);
        }
        thread::sleep(LOOK_EVERY);
        waited += LOOK_EVERY;
    }
}
