//! A process's memory and processor time, from `/proc`.

use anyhow::{Context, Result};

/// One reading.
#[derive(Debug, Clone, Copy, Default)]
pub struct Usage {
    /// Resident memory, KiB.
    pub resident: u64,
    /// Largest resident memory so far, KiB.
    pub peak: u64,
    /// Proportional share of memory, KiB; 0 where the system does not tell.
    pub share: u64,
    /// Processor time, milliseconds.
    pub processor: u64,
}

/// Reads a process.
///
/// # Errors
/// When it is gone.
pub fn of(pid: u32) -> Result<Usage> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).context("the process's memory")?;
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).context("the process's times")?;
    let shares = std::fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).unwrap_or_default();
    Ok(Usage {
        resident: kib(&status, "VmRSS:"),
        peak: kib(&status, "VmHWM:"),
        share: kib(&shares, "Pss:"),
        processor: processor(&stat).unwrap_or(0) * 10,
    })
}

fn kib(text: &str, name: &str) -> u64 {
    let line = text.lines().find_map(|line| line.strip_prefix(name));
    line.and_then(|rest| rest.split_whitespace().next()).and_then(|number| number.parse().ok()).unwrap_or(0)
}

/// User and system time in ticks of 1/100 s (proc(5): fields 14 and 15, counted after the name in brackets).
fn processor(stat: &str) -> Option<u64> {
    let (_, rest) = stat.rsplit_once(") ")?;
    let mut fields = rest.split(' ').skip(11);
    let user: u64 = fields.next()?.parse().ok()?;
    let system: u64 = fields.next()?.parse().ok()?;
    Some(user + system)
}

/// The machine, for the head of a table.
#[must_use]
pub fn machine() -> String {
    let info = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = info.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": ").map(|(_, model)| model));
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let kernel = std::fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    format!("{cores} x {}, Linux {}", model.unwrap_or("unknown processor").trim(), kernel.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_process_has_memory_and_a_name_with_brackets_is_no_trouble() {
        let usage = of(std::process::id()).unwrap();
        assert!(usage.resident > 1000 && usage.peak >= usage.resident);
        assert_eq!(processor("7 (a) b) S 1 2 3 4 5 6 7 8 9 10 30 12 13"), Some(42));
    }
}
