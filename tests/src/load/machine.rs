//! What the machine itself costs during a run: a figure of milliseconds says little on a machine that sleeps through some.

use std::fs::File;
use std::io::Write as _;
use std::path::Path;
use std::thread::JoinHandle;
use std::time::Duration;

use anyhow::{Context, Result};
use tokio_util::sync::CancellationToken;

use super::stopwatch;
use super::table::percentile;

const NAP: Duration = Duration::from_millis(5);
/// Naps between two syncs.
const SYNC_EVERY: u32 = 20;

/// The machine's own share, in microseconds; sorted.
#[derive(Debug, Clone, Default)]
pub struct Noise {
    /// How late a thread woke that wanted to sleep for five milliseconds.
    pub late: Vec<u64>,
    /// An append of 512 bytes, synced.
    pub sync: Vec<u64>,
    /// Processor time that other machines took, in percent of all.
    pub stolen: u64,
}

/// Watches until it is stopped, writing a small file into the folder.
///
/// # Errors
/// When the file or the thread cannot be made.
pub fn watch(folder: &Path, stop: CancellationToken) -> Result<JoinHandle<Noise>> {
    let mut file = File::create(folder.join("noise")).context("a file to sync")?;
    let watching = move || {
        let (mut noise, before) = (Noise::default(), times());
        let mut naps = 0_u32;
        while !stop.is_cancelled() {
            let from = stopwatch::micros();
            std::thread::sleep(NAP);
            noise.late.push(micros(stopwatch::since(from).saturating_sub(NAP)));
            naps = naps.wrapping_add(1);
            if naps.is_multiple_of(SYNC_EVERY) && file.write_all(&[b'.'; 512]).is_ok() {
                let from = stopwatch::micros();
                if file.sync_data().is_ok() {
                    noise.sync.push(micros(stopwatch::since(from)));
                }
            }
        }
        if let (Some((stolen, all)), Some((stolen_before, all_before))) = (times(), before) {
            noise.stolen = ((stolen - stolen_before) * 100).checked_div(all - all_before).unwrap_or(0);
        }
        noise.late.sort_unstable();
        noise.sync.sort_unstable();
        noise
    };
    std::thread::Builder::new().name("noise".to_owned()).spawn(watching).context("a thread")
}

impl Noise {
    /// One line of the table.
    #[must_use]
    pub fn line(&self) -> String {
        let ms = |times: &[u64], part| Duration::from_micros(percentile(times, part)).as_secs_f64() * 1e3;
        format!(
            "machine meanwhile: threads woke up to {:.2} ms late (p99), an fdatasync took {:.2} / {:.2} ms (p50 / p99), \
             {} % of the processors went to others",
            ms(&self.late, 99.0),
            ms(&self.sync, 50.0),
            ms(&self.sync, 99.0),
            self.stolen
        )
    }
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

/// Stolen ticks and all ticks since the start (proc(5): the eighth figure is `steal`).
fn times() -> Option<(u64, u64)> {
    let stat = std::fs::read_to_string("/proc/stat").ok()?;
    let figures: Vec<u64> = stat.lines().next()?.split_whitespace().skip(1).map_while(|n| n.parse().ok()).collect();
    Some((*figures.get(7)?, figures.iter().take(8).sum()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_machine_has_times_and_syncs() {
        assert!(times().is_some_and(|(stolen, all)| stolen <= all && all > 0));
        let folder = tempfile::tempdir().unwrap();
        let stop = CancellationToken::new();
        let watching = watch(folder.path(), stop.clone()).unwrap();
        while std::fs::metadata(folder.path().join("noise")).unwrap().len() == 0 {
            std::thread::sleep(NAP);
        }
        stop.cancel();
        let noise = watching.join().unwrap();
        assert!(!noise.late.is_empty() && noise.line().contains("fdatasync"));
    }
}
