//! What has to be done once in a while: keys.

use std::sync::Arc;
use std::time::Duration;

use shared::clock::Clock;
use tokio_util::sync::CancellationToken;

use crate::domain::State;
use crate::domain::secret::Subject;
use crate::vault::Vault;

/// A crash between the end of a visit and the destruction of its key leaves the key: it goes now.
pub(super) fn destroy_leftover_keys(state: &State, vault: &Vault) {
    let subjects = match vault.subjects() {
        Ok(subjects) => subjects,
        Err(error) => {
            tracing::warn!(%error, "keys that a crash left behind could not be looked for");
            return;
        }
    };
    let is_leftover = |subject: &Subject| match subject {
        Subject::Visit(visit) => state.floor.visit(*visit).is_none(),
        Subject::Lead(lead) => state.sales.kept(*lead).is_none(),
        Subject::Appointment(appointment) => state.diary.get(*appointment).is_none(),
        Subject::Staff(staff) => !state.roster.accounts.contains_key(staff),
    };
    let leftover: Vec<Subject> = subjects.into_iter().filter(is_leftover).collect();
    if leftover.is_empty() {
        return;
    }
    match vault.destroy(&leftover) {
        Ok(()) => tracing::info!(keys = leftover.len(), "keys that a crash left behind are destroyed"),
        Err(error) => {
            tracing::error!(%error, keys = leftover.len(), "keys that a crash left behind could not be destroyed");
        }
    }
}

/// The wrapping key changes at start and then daily (DESIGN §7): remnants of destroyed keys become unreadable.
pub(super) async fn rotate_keys_daily(vault: Arc<Vault>, clock: Arc<dyn Clock>, shutdown: CancellationToken) {
    let day = Duration::from_hours(24);
    loop {
        let (vault, now) = (Arc::clone(&vault), clock.now());
        match tokio::task::spawn_blocking(move || vault.rotate(now)).await {
            Ok(Ok(rotated)) => tracing::info!(keys = rotated.keys, "the wrapping key has changed"),
            Ok(Err(error)) => tracing::warn!(%error, "the wrapping key could not be changed; tomorrow again"),
            Err(error) => tracing::warn!(%error, "the change of the wrapping key died; tomorrow again"),
        }
        if shutdown.run_until_cancelled(tokio::time::sleep(clock.sleep_for(day))).await.is_none() {
            return;
        }
    }
}
