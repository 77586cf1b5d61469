//! The web's own counters.

use std::sync::{Arc, Mutex, PoisonError};

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

use crate::notify::Hub;
use crate::runtime::Handle;

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Code {
    code: &'static str,
}

/// Counters of this part; the registry holds clones of them.
#[derive(Debug, Clone)]
pub(super) struct Metrics {
    refused: Family<Code, Counter>,
    pub(super) streams: Gauge,
    pub(super) stream_openings: Counter,
    pub(super) connections: Gauge,
    closed: Gauge,
    unheard: Gauge,
    hub: Arc<Hub>,
}

impl Metrics {
    pub(super) fn register(registry: &Mutex<Registry>, handle: &Handle) -> Self {
        let metrics = Self {
            refused: Family::default(),
            streams: Gauge::default(),
            stream_openings: Counter::default(),
            connections: Gauge::default(),
            closed: Gauge::default(),
            unheard: Gauge::default(),
            hub: Arc::clone(handle.hub()),
        };
        let mut registry = registry.lock().unwrap_or_else(PoisonError::into_inner);
        let registry = registry.sub_registry_with_prefix("web");
        registry.register("refused", "Answers that say no, documents and pages, by code", metrics.refused.clone());
        registry.register("streams", "Event streams that are open", metrics.streams.clone());
        registry.register("stream_openings", "Event streams opened", metrics.stream_openings.clone());
        registry.register("connections", "Connections that are open", metrics.connections.clone());
        registry.register("streams_closed", "Streams closed because nobody read them", metrics.closed.clone());
        let unheard = "Messages that no channel but the open pages got, because too many waited";
        registry.register("channels_unheard", unheard, metrics.unheard.clone());
        metrics
    }

    pub(super) fn refused(&self, code: &'static str) {
        self.refused.get_or_create(&Code { code }).inc();
    }

    /// Takes over what is counted elsewhere.
    pub(super) fn refresh(&self) {
        let shown = |count| i64::try_from(count).unwrap_or(i64::MAX);
        self.closed.set(shown(self.hub.closed_clients()));
        self.unheard.set(shown(self.hub.unheard()));
    }
}
