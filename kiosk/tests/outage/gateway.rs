//! The gateway's side of the wire, as far as a kiosk can tell.

use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::time::Duration;

use rumqttc::{Broker as Address, Client, Event, MqttOptions, Packet, PublishOptions, QoS};
use serde_json::{Value, json};

use crate::broker::Broker;

const TIMEOUT: Duration = Duration::from_secs(20);
const PREFIX: &str = "showroom/v1/demo/kiosk/k1";

pub(crate) struct Gateway {
    client: Client,
    events: Receiver<Value>,
    states: Receiver<Value>,
}

impl Gateway {
    /// Joins, and returns once the broker has confirmed the subscriptions.
    pub(crate) fn join(broker: &Broker) -> Self {
        let options = MqttOptions::new("gateway", Address::tcp("127.0.0.1", broker.port));
        let (client, mut connection) = Client::builder(options).capacity(64).build();
        for leaf in ["event", "state"] {
            client.subscribe(format!("{PREFIX}/{leaf}"), QoS::AtLeastOnce).unwrap();
        }
        let (to_events, events) = sync_channel(10_000);
        let (to_states, states) = sync_channel(10_000);
        let (to_ready, ready) = sync_channel(10);
        std::thread::spawn(move || {
            for event in connection.iter() {
                match event {
                    Ok(Event::Incoming(Packet::Publish(publish))) => {
                        let value: Value = serde_json::from_slice(&publish.payload).unwrap();
                        let to = if publish.topic.ends_with(b"/event") { &to_events } else { &to_states };
                        if to.send(value).is_err() {
                            return;
                        }
                    }
                    Ok(Event::Incoming(Packet::SubAck(_))) => to_ready.send(()).unwrap(),
                    Ok(_) => {}
                    Err(_) => return,
                }
            }
        });
        for _ in 0..2 {
            ready.recv_timeout(TIMEOUT).expect("the broker confirms the subscriptions");
        }
        Self { client, events, states }
    }

    #[track_caller]
    pub(crate) fn next_event(&self) -> Value {
        self.events.recv_timeout(TIMEOUT).expect("the kiosk publishes an event")
    }

    #[track_caller]
    pub(crate) fn next_state(&self) -> Value {
        self.states.recv_timeout(TIMEOUT).expect("the kiosk's state is published")
    }

    pub(crate) fn is_quiet(&self, time: Duration) -> bool {
        matches!(self.events.recv_timeout(time), Err(RecvTimeoutError::Timeout))
    }

    pub(crate) fn receipt(&self, envelope: &Value) {
        self.tell("receipt", &json!({"ids": [envelope["id"]]}));
    }

    /// A message that the broker keeps for whoever comes later.
    pub(crate) fn leave(&self, leaf: &str, message: &Value) {
        let options = PublishOptions::at_least_once().retained();
        self.client.publish(format!("{PREFIX}/{leaf}"), message.to_string(), options).unwrap();
    }

    pub(crate) fn tell(&self, leaf: &str, message: &Value) {
        let options = PublishOptions::at_least_once();
        self.client.publish(format!("{PREFIX}/{leaf}"), message.to_string(), options).unwrap();
    }
}
