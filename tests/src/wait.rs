//! Waiting for a condition, with a deadline; never a bare sleep.

use std::time::Duration;

use anyhow::{Result, bail};
use shared::clock::{Clock, SystemClock};

/// Long enough for a machine that does other things as well; a test that waits this long has failed.
pub const LIMIT: Duration = Duration::from_secs(30);

const STEP: Duration = Duration::from_millis(5);

/// Time since the machine started.
#[must_use]
pub fn boot() -> Duration {
    SystemClock.read().boot
}

/// Time since an earlier [`boot`].
#[must_use]
pub fn since(start: Duration) -> Duration {
    boot().saturating_sub(start)
}

/// Waits until `probe` finds what it looks for.
///
/// # Errors
/// When [`LIMIT`] passes first; says what was waited for.
pub async fn until<T>(what: &str, probe: impl FnMut() -> Option<T>) -> Result<T> {
    within(LIMIT, what, probe).await
}

/// As [`until`], with another limit.
///
/// # Errors
/// When the limit passes first.
pub async fn within<T>(limit: Duration, what: &str, mut probe: impl FnMut() -> Option<T>) -> Result<T> {
    let start = boot();
    loop {
        if let Some(found) = probe() {
            return Ok(found);
        }
        if since(start) > limit {
            bail!("waited {limit:?} in vain for {what}");
        }
        tokio::time::sleep(STEP).await;
    }
}

/// Waits until an asynchronous `probe` finds what it looks for; its errors end the waiting.
///
/// # Errors
/// The probe's own, or when [`LIMIT`] passes first.
pub async fn until_async<T, F>(what: &str, mut probe: impl FnMut() -> F) -> Result<T>
where
    F: Future<Output = Result<Option<T>>>,
{
    let start = boot();
    loop {
        if let Some(found) = probe().await? {
            return Ok(found);
        }
        if since(start) > LIMIT {
            bail!("waited {LIMIT:?} in vain for {what}");
        }
        tokio::time::sleep(STEP * 4).await;
    }
}
