//! Who may connect, and what to: the roster, asked at every connection.
//!
//! A publish is never refused here: mqtt5 would answer a 3.1.1 client with an acknowledgement that it cannot read, and the
//! client would repeat the same publish for ever. The hook refuses those instead. A last will does not pass the hook, so
//! a foreign one is refused with the connection.

use std::future::{Future, ready};
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;

use mqtt5::broker::{AuthProvider, AuthResult};
use mqtt5::packet::connect::ConnectPacket;
use mqtt5::types::ReasonCode;
use sha2::{Digest, Sha256};
use shared::ids::StoreId;
use subtle::ConstantTimeEq;
use tokio::sync::watch;

use crate::domain::roster::Roster;
use crate::mqtt::counters::Counters;
use crate::mqtt::{probe, rules};

/// The protocol level of MQTT 3.1.1.
const V3_1_1: u8 = 4;

type Answer<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

pub(super) struct Accounts {
    roster: watch::Receiver<Arc<Roster>>,
    store: StoreId,
    counters: Counters,
    probe: String,
}

impl Accounts {
    /// `probe` is the password of the probe's own account.
    pub(super) fn new(roster: watch::Receiver<Arc<Roster>>, store: StoreId, counters: Counters, probe: String) -> Self {
        Self { roster, store, counters, probe }
    }

    fn judge(&self, connect: &ConnectPacket) -> Result<String, ReasonCode> {
        if connect.protocol_version != V3_1_1 {
            return Err(ReasonCode::UnsupportedProtocolVersion);
        }
        let name = connect.username.as_deref().ok_or(ReasonCode::BadUsernameOrPassword)?;
        let given = connect.password.as_deref().unwrap_or_default();
        if name == probe::NAME && connect.client_id == name && bool::from(given.ct_eq(self.probe.as_bytes())) {
            return Ok(name.to_owned());
        }
        let roster = self.roster.borrow();
        let device = roster.devices.get(name);
        // Unknown names cost the same time as wrong passwords.
        let expected = device.map_or("", |device| device.password_sha256.as_str());
        let given = hex::encode(Sha256::digest(given));
        let right = bool::from(given.as_bytes().ct_eq(expected.to_ascii_lowercase().as_bytes()));
        let device = device.filter(|_| right).ok_or(ReasonCode::BadUsernameOrPassword)?;
        if connect.client_id != name {
            return Err(ReasonCode::ClientIdentifierNotValid);
        }
        let will = connect.will.as_ref().map(|will| will.topic.as_str());
        if will.is_some_and(|topic| !rules::may_will(device, &self.store, topic)) {
            return Err(ReasonCode::NotAuthorized);
        }
        Ok(name.to_owned())
    }
}

impl AuthProvider for Accounts {
    fn authenticate<'a>(
        &'a self,
        connect: &'a ConnectPacket,
        client_addr: SocketAddr,
    ) -> Answer<'a, mqtt5::error::Result<AuthResult>> {
        let result = match self.judge(connect) {
            Ok(name) => AuthResult::success_with_user(name),
            Err(reason) => {
                self.counters.strangers.inc();
                // The name is what a stranger typed; only its address is logged.
                tracing::warn!(peer = %client_addr, ?reason, "a connection was refused; check the device's account");
                AuthResult::fail(reason)
            }
        };
        Box::pin(ready(Ok(result)))
    }

    fn authorize_publish<'a>(&'a self, _client_id: &str, _user: Option<&'a str>, _topic: &'a str) -> Answer<'a, bool> {
        Box::pin(ready(true))
    }

    fn authorize_subscribe<'a>(&'a self, client_id: &str, _user: Option<&'a str>, filter: &'a str) -> Answer<'a, bool> {
        let roster = self.roster.borrow();
        let device = roster.devices.get(client_id);
        let allowed = device.and_then(|device| rules::may_subscribe(device, &self.store, filter)).is_some();
        if !allowed {
            tracing::warn!(device = client_id, "a subscription that is not the device's own was refused");
        }
        Box::pin(ready(allowed))
    }
}
