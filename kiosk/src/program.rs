//! Other programs that the kiosk starts: never waited for longer than they are worth, never left behind. And the kiosk itself,
//! which may have to begin anew.

use std::ffi::OsString;
use std::io;
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command, ExitStatus};
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

/// Starts this program anew in its own place and process, with the same arguments and `more` environment; comes back only with the
/// reason why that failed.
pub(crate) fn again(more: &[(&str, &str)]) -> io::Error {
    let mut arguments = std::env::args_os();
    let name = arguments.next().unwrap_or_default();
    let arguments: Vec<OsString> = arguments.collect();
    let exec = |program: OsString| Command::new(program).args(&arguments).envs(more.iter().copied()).exec();
    // By its name it is the new version, if one was installed meanwhile.
    let _not_found = exec(name);
    exec("/proc/self/exe".into())
}
