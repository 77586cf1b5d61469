//! For whoever watches the gateway: is it up, can it work, what has it counted.

use std::sync::{Arc, PoisonError};
use std::time::Duration;

use axum::Extension;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use tokio::sync::Mutex;

use crate::web::front::Front;
use crate::web::listener::Peer;
use crate::web::problem::{Code, Problem};

/// An answer of `/readyz` is good for so long (DESIGN §6).
const KEPT: Duration = Duration::from_secs(1);
const PATIENCE: Duration = Duration::from_secs(5);

/// The last check, and when it was made by the boot clock.
#[derive(Debug, Default)]
pub(crate) struct Readiness {
    last: Mutex<Option<(Duration, Result<(), String>)>>,
}

/// Up, as long as the runtime takes changes.
pub(crate) async fn healthz(State(front): State<Arc<Front>>) -> Response {
    match alive(&front) {
        Ok(()) => "ok\n".into_response(),
        Err(problem) => problem.into_response(),
    }
}

/// Ready: a real MQTT round trip and a barrier, asked for at most once a second.
pub(crate) async fn readyz(State(front): State<Arc<Front>>) -> Result<&'static str, Problem> {
    alive(&front)?;
    // Whoever asks meanwhile waits for this check instead of starting another.
    let mut last = front.readiness.last.lock().await;
    let now = front.parts.clock.read().boot;
    let fresh = last.as_ref().filter(|(at, _)| now.saturating_sub(*at) < KEPT).map(|(_, outcome)| outcome.clone());
    let outcome = if let Some(outcome) = fresh {
        outcome
    } else {
        let checked = tokio::time::timeout(PATIENCE, (front.parts.ready)()).await;
        let outcome = checked.unwrap_or_else(|_| Err("no answer within 5 s".to_owned()));
        *last = Some((front.parts.clock.read().boot, outcome.clone()));
        outcome
    };
    drop(last);
    outcome.map(|()| "ready\n").map_err(|why| {
        tracing::warn!(%why, "not ready");
        Problem::unavailable(Code::NotReady, &why, 1)
    })
}

/// Prometheus text, for this machine alone.
pub(crate) async fn metrics(State(front): State<Arc<Front>>, peer: Option<Extension<Peer>>) -> Response {
    if peer.is_none_or(|Extension(Peer(addr))| !addr.ip().to_canonical().is_loopback()) {
        let detail = "counters are given out on this machine's own address alone";
        return Problem::new(Code::NotAllowed, detail).into_response();
    }
    front.metrics.refresh();
    let mut text = String::new();
    let registry = front.parts.registry.lock().unwrap_or_else(PoisonError::into_inner);
    let encoded = prometheus_client::encoding::text::encode(&mut text, &registry);
    drop(registry);
    if encoded.is_err() {
        return Problem::internal().into_response();
    }
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    ([(header::CONTENT_TYPE, kind)], text).into_response()
}

fn alive(front: &Front) -> Result<(), Problem> {
    if !front.parts.handle.is_alive() {
        let detail = "the gateway has stopped taking changes until it is started again";
        return Err(Problem::unavailable(Code::Ended, detail, 10));
    }
    Ok(())
}
