//! One connection to see whether the broker takes this kiosk's account; nothing is published, acknowledged or left behind.

use std::io::ErrorKind;

use rumqttc::{AsyncClient, ConnectReturnCode, ConnectionError, Event, Packet, TlsError};

use super::Address;
use super::connection::plain_options;

/// Why a broker that was reached does not take a kiosk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// Account or password are wrong.
    Account,
    /// It takes nobody now.
    Busy,
    /// Its certificate is not trusted, or it has none.
    Certificate(String),
    /// It says nothing.
    Silent,
    /// It says something that no broker says.
    Strange(String),
}

/// Connects with the kiosk's own client id and account, and hangs up. Whoever was connected so is cut off, so no kiosk may run.
///
/// # Errors
/// [`Trouble`]; never [`Trouble::Silent`] but after rumqttc's own time limit.
pub(crate) async fn try_account(address: &Address) -> Result<(), Trouble> {
    // No last will, so nobody hears of the hanging up; and no goodbye, so that nothing that waits for this kiosk is taken.
    let (_client, mut event_loop) = AsyncClient::builder(plain_options(address)).capacity(1).build();
    loop {
        match event_loop.poll().await {
            Ok(Event::Incoming(Packet::ConnAck(ack))) => return judge(ack.code),
            Ok(_) => {}
            Err(error) => return Err(trouble(&error)),
        }
    }
}

fn judge(code: ConnectReturnCode) -> Result<(), Trouble> {
    match code {
        ConnectReturnCode::Success => Ok(()),
        ConnectReturnCode::BadUserNamePassword | ConnectReturnCode::NotAuthorized | ConnectReturnCode::BadClientId => {
            Err(Trouble::Account)
        }
        ConnectReturnCode::ServiceUnavailable => Err(Trouble::Busy),
        ConnectReturnCode::RefusedProtocolVersion => Err(Trouble::Strange("it does not know MQTT 3.1.1".to_owned())),
    }
}

fn trouble(error: &ConnectionError) -> Trouble {
    match error {
        ConnectionError::ConnectionRefused(code) => judge(*code).err().unwrap_or(Trouble::Silent),
        ConnectionError::NetworkTimeout | ConnectionError::FlushTimeout => Trouble::Silent,
        // rustls hands a failed handshake on as bad data.
        ConnectionError::Tls(TlsError::Io(io)) | ConnectionError::Io(io) if io.kind() != ErrorKind::InvalidData => {
            Trouble::Strange(io.to_string())
        }
        ConnectionError::Tls(tls) => Trouble::Certificate(tls.to_string()),
        ConnectionError::Io(io) => Trouble::Certificate(io.to_string()),
        other => Trouble::Strange(other.to_string()),
    }
}
