//! Staff who answer whatever breaks: every alert is shown, accepted, greeted and ended, if need be again after a restart.

use std::time::Duration;

use anyhow::Result;
use reqwest::{Method, StatusCode};
use serde_json::json;
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::world::{Phone, Session};

/// Somebody who works until they are dropped.
#[derive(Debug)]
pub struct Person {
    _working: DropGuard,
}

impl Person {
    /// Begins to work.
    #[must_use]
    pub fn begin(phone: Phone) -> Self {
        let stop = CancellationToken::new();
        let stopped = stop.clone();
        tokio::spawn(async move { stopped.run_until_cancelled(work(phone)).await });
        Self { _working: stop.drop_guard() }
    }
}

async fn work(phone: Phone) {
    loop {
        for alert in phone.take_alerts() {
            let base = format!("/api/v1/alerts/{}", alert.alert);
            persist(phone.session(), &format!("{base}/shown"), None).await;
            persist(phone.session(), &format!("{base}/accept"), None).await;
            // Also after a refusal: the first Accept may have been taken though its answer was lost.
            let visit = format!("/api/v1/visits/{}", alert.visit);
            persist(phone.session(), &format!("{visit}/greeted"), None).await;
            persist(phone.session(), &format!("{visit}/end"), Some(json!({"outcome": "interested"}))).await;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Posts until the gateway gives an answer of its own.
async fn persist(session: &Session, path: &str, body: Option<serde_json::Value>) {
    while !matches!(post(session, path, body.as_ref()).await, Ok(status) if !status.is_server_error()) {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

async fn post(session: &Session, path: &str, body: Option<&serde_json::Value>) -> Result<StatusCode> {
    let mut request = session.request(Method::POST, path).timeout(Duration::from_secs(5));
    if let Some(body) = body {
        request = request.json(body);
    }
    Ok(request.send().await?.status())
}
