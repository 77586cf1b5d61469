//! The MQTT side with real clients: against the embedded broker, and over Debian's mosquitto. The runtime is the test
//! itself, so that it can look between an event and its commit.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "what is not there fails the test")]

mod mqtt {
    mod accounts;
    mod broker;
    mod certificate;
    mod desk;
    mod device;
    mod hostile;
    mod link;
    mod mosquitto;
    mod showroom;
}
