//! What the MQTT side counts, for `/metrics`. No label ever carries what a device sent: kinds and codes are fixed lists.

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

/// The kind of an event that could be read.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct KindLabel {
    /// As on the wire.
    pub kind: &'static str,
}

/// The code of a refusal.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct RefusalLabel {
    /// As on the wire.
    pub code: &'static str,
}

/// The counters; clones share them.
#[derive(Debug, Clone, Default)]
pub struct Counters {
    /// Events that could be read.
    pub events: Family<KindLabel, Counter>,
    /// Events and pagers' replies that were refused; each that can be named is told so.
    pub refused: Family<RefusalLabel, Counter>,
    /// Publishes on topics that are not the sender's.
    pub forbidden: Counter,
    /// Events that got no receipt because the runtime had no room or no time for two seconds.
    pub full: Counter,
    /// Sequence numbers of devices that are missing or came twice.
    pub gaps: Counter,
    /// Event ids that were receipted as kept.
    pub receipts: Counter,
    /// Messages to devices that were dropped because the way out was full or down; each is said again later.
    pub dropped: Counter,
    /// Connections that the embedded broker ended: too many, no handshake, a packet that is too large or no MQTT.
    pub broken: Counter,
    /// Connections that were refused for their account.
    pub strangers: Counter,
    /// Devices that are connected to the embedded broker.
    pub connected: Gauge,
    /// Whether the link to the external broker is up (0-2: one connection each way).
    pub link: Gauge,
}

impl Counters {
    /// Registers all of them under `mqtt_`.
    pub fn register(&self, registry: &mut Registry) {
        let registry = registry.sub_registry_with_prefix("mqtt");
        registry.register("events", "Events of devices that could be read, by kind", self.events.clone());
        registry.register("refused", "Events and replies of devices that were refused, by code", self.refused.clone());
        registry.register("forbidden", "Publishes on topics that are not the sender's", self.forbidden.clone());
        registry.register("full", "Events without a receipt, for want of room or time", self.full.clone());
        let gaps = "Sequence numbers of devices that are missing or came twice";
        registry.register("sequence_gaps", gaps, self.gaps.clone());
        registry.register("receipts", "Event ids receipted as kept", self.receipts.clone());
        registry.register("dropped", "Messages to devices that were dropped", self.dropped.clone());
        registry.register("broken_connections", "Connections ended for their behaviour", self.broken.clone());
        registry.register("strangers", "Connections refused for their account", self.strangers.clone());
        registry.register("connected_devices", "Devices connected to the embedded broker", self.connected.clone());
        registry.register("link_connections", "Connections to the external broker that are up", self.link.clone());
    }

    pub(super) fn event(&self, kind: &'static str) {
        self.events.get_or_create(&KindLabel { kind }).inc();
    }

    pub(super) fn refuse(&self, code: &'static str) {
        self.refused.get_or_create(&RefusalLabel { code }).inc();
    }
}

#[cfg(test)]
mod tests {
    use shared::wire::Code;

    use super::*;

    #[test]
    fn what_is_counted_shows_in_the_registry() {
        let (mut registry, counters) = (Registry::default(), Counters::default());
        counters.register(&mut registry);
        counters.refuse(Code::NotJson.as_str());
        counters.event("visit.met");
        let mut text = String::new();
        prometheus_client::encoding::text::encode(&mut text, &registry).unwrap();
        assert!(text.contains("mqtt_refused_total{code=\"not_json\"} 1"), "{text}");
        assert!(text.contains("mqtt_events_total{kind=\"visit.met\"} 1"), "{text}");
    }
}
