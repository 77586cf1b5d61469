//! The only fine clock of the tests: microseconds on this process's own monotonic clock.

use std::sync::OnceLock;
use std::time::{Duration, Instant};

/// Microseconds since the first reading.
#[must_use]
#[expect(
    clippy::disallowed_methods,
    reason = "the boot clock of shared::clock is fine enough, but latencies want the cheapest read"
)]
pub fn micros() -> u64 {
    static START: OnceLock<Instant> = OnceLock::new();
    let start = START.get_or_init(Instant::now);
    u64::try_from(start.elapsed().as_micros()).unwrap_or(u64::MAX)
}

/// Time since an earlier reading.
#[must_use]
pub fn since(earlier: u64) -> Duration {
    Duration::from_micros(micros().saturating_sub(earlier))
}
