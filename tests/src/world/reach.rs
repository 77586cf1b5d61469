//! Who would be rung, by the gateway's own word.

use anyhow::Result;
use reqwest::Method;

use super::{Session, Showroom};
use crate::wait;

/// Waits until the gateway says that this person would be rung.
///
/// # Errors
/// When it does not come to that.
pub async fn reachable(showroom: &Showroom, watcher: &str, account: &str) -> Result<()> {
    free_and(&showroom.sign_in(watcher).await?, account, true).await
}

/// Waits until the gateway says that no phone of somebody who is free would ring.
///
/// # Errors
/// When it does not come to that.
pub async fn dark(watcher: &Session, account: &str) -> Result<()> {
    free_and(watcher, account, false).await
}

async fn free_and(watcher: &Session, account: &str, rung: bool) -> Result<()> {
    wait::until_async(&format!("{account} to be free, and reachable: {rung}"), || async {
        let floor = watcher.call(Method::GET, "/api/v1/floor", None).await?;
        let staff = floor.get("staff").and_then(|staff| staff.as_array()).cloned().unwrap_or_default();
        let person = staff.into_iter().find(|person| person["id"] == account);
        Ok(person.filter(|person| person["presence"] == "free" && person["reachable"] == rung).map(|_| ()))
    })
    .await
}
