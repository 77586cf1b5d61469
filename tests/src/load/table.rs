//! The figures of a run, and how they are printed.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::Duration;

use super::ledger::{Seen, Summary};
use super::machine::Noise;
use super::plan::{Goal, Plan};
use super::usage::{self, Usage};

/// The gateway's memory and processor before and after.
#[derive(Debug, Clone, Copy)]
pub struct Usages {
    /// Before the first check-in.
    pub before: Usage,
    /// When everything was quiet again.
    pub after: Usage,
}

/// Everything that a run gave.
#[derive(Debug, Clone)]
pub struct Figures {
    /// What was measured.
    pub what: String,
    /// How.
    pub plan: Plan,
    /// Time for which check-ins were published.
    pub published_in: Duration,
    /// Time until everything was quiet.
    pub took: Duration,
    /// The ledger.
    pub summary: Summary,
    /// Rows of each visit in the gateway's export.
    pub exported: BTreeMap<String, usize>,
    /// Events that the gateway's archive has more than once.
    pub logged_twice: usize,
    /// The gateway's own.
    pub usages: Option<Usages>,
    /// Processor time of the driver itself, milliseconds: it shares the machine.
    pub driver: u64,
    /// The machine's own share.
    pub noise: Noise,
    /// Nobody else used this gateway: foreign rows would be a fault.
    pub alone: bool,
}

impl Figures {
    /// Events without receipt, visits that are not in the export, and visits that no phone has driven to their end.
    #[must_use]
    pub fn lost(&self) -> usize {
        let waiting = self.summary.published.saturating_sub(self.summary.receipted + self.summary.refused);
        let missing =
            self.summary.visits.keys().filter(|visit| !self.exported.contains_key(&visit.to_string())).count();
        missing + self.left_standing() + usize::try_from(waiting).unwrap_or(usize::MAX)
    }

    /// Visits that never rang, or that nobody ended, although the phones answer all.
    #[must_use]
    pub fn left_standing(&self) -> usize {
        let stands = |seen: &&Seen| seen.phone.is_none() || seen.ended.is_none();
        if self.plan.serves_all() { self.summary.visits.values().filter(stands).count() } else { 0 }
    }

    /// Events that were logged twice, visits that are in the export twice, alerts that rang twice, rows of visits that nobody made.
    #[must_use]
    pub fn doubled(&self) -> usize {
        let twice = self.exported.values().filter(|rows| **rows > 1).count();
        let invented = if self.alone { self.exported.len().saturating_sub(self.summary.visits.len()) } else { 0 };
        self.logged_twice + twice + invented + usize::try_from(self.summary.rang_twice).unwrap_or(usize::MAX)
    }

    /// Microseconds from publish to the first phone: of visits that rang at once, and of those that waited in the queue.
    #[must_use]
    pub fn first_phone(&self) -> (Vec<u64>, Vec<u64>) {
        let (mut direct, mut queued) = (Vec::new(), Vec::new());
        for seen in self.summary.visits.values() {
            let Some(phone) = seen.phone else { continue };
            let time = phone.saturating_sub(seen.published);
            if seen.queued { queued.push(time) } else { direct.push(time) }
        }
        (sorted(direct), sorted(queued))
    }

    /// Receipts a second.
    #[must_use]
    pub fn throughput(&self) -> f64 {
        per_second(self.summary.receipted, self.took)
    }

    /// Whether a goal is reached, and the figure that says so.
    #[must_use]
    pub fn reached(&self, goal: Goal) -> (bool, String) {
        match goal {
            Goal::FirstPhone(limit) => {
                let figure = ms(percentile(&self.first_phone().0, 99.0));
                (figure <= limit, format!("publish to first phone p99 {figure:.2} ms, at most {limit} ms"))
            }
            Goal::Others(limit) => {
                let told = sorted(self.summary.told_taken.clone());
                let figure = if told.is_empty() { f64::MAX } else { ms(percentile(&told, 99.0)) };
                (figure <= limit, format!("accept to the others p99 {figure:.2} ms, at most {limit} ms"))
            }
            Goal::EveryPhone(limit) => {
                let rang = self.first_phone().0;
                let figure = rang.last().map_or(f64::MAX, |slowest| ms(*slowest));
                let said =
                    format!("{} alerts for {} phones, the last after {figure:.1} ms", rang.len(), self.plan.phones);
                (figure <= limit && rang.len() >= self.plan.phones, format!("{said}, at most {limit} ms"))
            }
            Goal::Receipts(least) => {
                let figure = self.throughput();
                (figure >= least, format!("{figure:.0} receipts/s, at least {least}"))
            }
            Goal::Resident(limit) => {
                let figure = self.usages.map_or(f64::MAX, |usages| megabytes(usages.after.resident));
                (figure <= limit, format!("{figure:.1} MB resident, at most {limit}"))
            }
        }
    }

    /// The table.
    #[must_use]
    pub fn table(&self) -> String {
        let mut text = String::new();
        let Plan { kiosks, phones, rate, answer, .. } = &self.plan;
        let rate = rate.map_or_else(|| "flat out".to_owned(), |rate| format!("{rate}/s"));
        let published = f64_of(self.summary.published) / self.published_in.as_secs_f64().max(0.001);
        let (direct, queued) = self.first_phone();
        let receipts = sorted(self.summary.receipt_times.clone());
        let mut line = |line: String| {
            let _infallible = writeln!(text, "{line}");
        };
        line(format!("{}; {}", self.what, usage::machine()));
        line(format!("{kiosks} kiosks, {phones} phones answering {answer:?}, {rate}"));
        line(format!(
            "published          {:>9}   {published:.0}/s for {:.1} s",
            self.summary.published,
            self.published_in.as_secs_f64()
        ));
        line(format!("receipted          {:>9}   {:.0}/s", self.summary.receipted, self.throughput()));
        line("                            n      p50 ms    p99 ms    max ms".to_owned());
        line(row("publish to receipt", &receipts));
        line(row("publish to phone", &direct));
        line(row("  of queued visits", &queued));
        line(row("accept to others", &sorted(self.summary.told_taken.clone())));
        let standing = if self.plan.serves_all() {
            format!(" (never rang or never ended: {})", self.left_standing())
        } else {
            String::new()
        };
        line(format!("lost {}{standing}, doubled {}, refused {}", self.lost(), self.doubled(), self.summary.refused));
        line(format!("answers refused {}, broken streams {}", self.summary.answers_refused, self.summary.breaks));
        let busy = |milliseconds: u64| f64_of(milliseconds) / 10.0 / self.took.as_secs_f64().max(0.001);
        if let Some(Usages { before, after }) = self.usages {
            let busy = busy(after.processor.saturating_sub(before.processor));
            line(format!(
                "gateway: {:.1} MB resident ({:.1} at the start, {:.1} at most), {busy:.0} % of one core",
                megabytes(after.resident),
                megabytes(before.resident),
                megabytes(after.peak)
            ));
        }
        line(format!("driver: {:.0} % of one core", busy(self.driver)));
        line(self.noise.line());
        for goal in &self.plan.goals {
            let (reached, figure) = self.reached(*goal);
            line(format!("{}: {figure}", if reached { "reached" } else { "MISSED" }));
        }
        text
    }
}

fn row(name: &str, times: &[u64]) -> String {
    let [p50, p99, max] = [50.0, 99.0, 100.0].map(|part| ms(percentile(times, part)));
    format!("{name:<18} {:>10}  {p50:>9.2} {p99:>9.2} {max:>9.2}", times.len())
}

fn sorted(mut times: Vec<u64>) -> Vec<u64> {
    times.sort_unstable();
    times
}

/// The nearest-rank percentile of sorted times; 0 of none.
#[must_use]
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "a rank within the slice"
)]
pub fn percentile(sorted: &[u64], part: f64) -> u64 {
    let rank = (part / 100.0 * sorted.len() as f64).ceil() as usize;
    sorted.get(rank.saturating_sub(1)).copied().unwrap_or(0)
}

fn ms(micros: u64) -> f64 {
    f64_of(micros) / 1000.0
}

/// KiB as MB of 10⁶ bytes.
#[must_use]
pub fn megabytes(kib: u64) -> f64 {
    f64_of(kib) * 1024.0 / 1e6
}

/// How many a second.
#[must_use]
pub fn per_second(count: u64, time: Duration) -> f64 {
    f64_of(count) / time.as_secs_f64().max(0.001)
}

#[expect(clippy::cast_precision_loss, reason = "figures for people; nothing here comes near 2^52")]
fn f64_of(number: u64) -> f64 {
    number as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_ranks() {
        let times: Vec<u64> = (1..=100).collect();
        assert_eq!([50.0, 99.0, 100.0].map(|part| percentile(&times, part)), [50, 99, 100]);
        assert_eq!(percentile(&[7], 50.0), 7);
        assert_eq!(percentile(&[], 99.0), 0);
    }
}
