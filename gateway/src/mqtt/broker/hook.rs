//! What happens between a device's PUBLISH and its PUBACK, and what the broker notices besides.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use mqtt5::broker::{
    BrokerEventHandler, ClientConnectEvent, ClientDisconnectEvent, ClientPublishEvent, ClientSubscribeEvent,
    PublishAction, SubAckReasonCode,
};
use shared::ids::StoreId;
use shared::topics::Topic;
use tracing::Instrument as _;

use crate::mqtt::desk::Hello;
use crate::mqtt::intake::Intake;
use crate::mqtt::probe;
use crate::mqtt::rules::{self, Sender};

type Done<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

pub(super) struct Hook {
    pub(super) intake: Arc<Intake>,
    pub(super) store: StoreId,
}

impl Hook {
    /// Everything is handled here and nothing routed: devices never hear each other.
    async fn published(&self, event: &ClientPublishEvent) {
        let device = self.intake.handle.roster().borrow().devices.get(&*event.client_id).cloned();
        let Some(device) = device else {
            // Removed a moment ago; its connection is being cut.
            self.intake.counters.forbidden.inc();
            return;
        };
        match (rules::may_publish(&device, &self.store, &event.topic), Sender::device(&device)) {
            (Some(topic), _) => self.intake.take(&topic, &event.payload, false).await,
            (None, Some(sender)) => self.intake.forbidden(&sender, &event.payload),
            (None, None) => {
                self.intake.counters.forbidden.inc();
            }
        }
    }
}

impl BrokerEventHandler for Hook {
    fn on_client_publish(&self, event: ClientPublishEvent) -> Done<'_, PublishAction> {
        let span = tracing::info_span!("publish", kiosk.id = &*event.client_id);
        Box::pin(
            async move {
                self.published(&event).await;
                PublishAction::Handled
            }
            .instrument(span),
        )
    }

    fn on_client_connect(&self, event: ClientConnectEvent) -> Done<'_, ()> {
        Box::pin(async move {
            if *event.client_id == *probe::NAME {
                return;
            }
            self.intake.devices.connected(&event.client_id, self.intake.clock.now());
            self.intake.counters.connected.inc();
            tracing::info!(device = &*event.client_id, "a device connected");
        })
    }

    fn on_client_disconnect(&self, event: ClientDisconnectEvent) -> Done<'_, ()> {
        Box::pin(async move {
            if *event.client_id == *probe::NAME {
                return;
            }
            self.intake.devices.disconnected(&event.client_id);
            self.intake.devices.keep(&self.intake.handle.roster().borrow());
            self.intake.counters.connected.dec();
            tracing::info!(device = &*event.client_id, unexpected = event.unexpected, "a device disconnected");
        })
    }

    /// A kiosk that has just subscribed to its code gets one at once.
    fn on_client_subscribe(&self, event: ClientSubscribeEvent) -> Done<'_, ()> {
        Box::pin(async move {
            for subscription in &event.subscriptions {
                let granted = matches!(
                    subscription.result,
                    SubAckReasonCode::GrantedQoS0 | SubAckReasonCode::GrantedQoS1 | SubAckReasonCode::GrantedQoS2
                );
                if let (true, Some(Topic::KioskQr(kiosk))) =
                    (granted, Topic::parse(&self.store, &subscription.topic_filter))
                {
                    // Full only while everybody comes at once; the next renewal of the code makes it good.
                    let _ = self.intake.hello.try_send(Hello::Kiosk(kiosk));
                }
            }
        })
    }
}
