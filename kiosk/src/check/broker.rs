//! Whether the broker is there and takes this kiosk's account.

use std::fs::File;
use std::path::Path;
use std::time::Duration;

use tokio::net::{TcpStream, lookup_host};

use super::Finding;
use crate::config::Config;
use crate::link::{Address, Trouble, try_account};

const PATIENCE: Duration = Duration::from_secs(5);

pub(super) fn check(config: &Config) -> Finding {
    let running = is_running(&config.data);
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return Finding::missing(format!("cannot be tried: {error}")),
    };
    let finding = runtime.block_on(find(&config.mqtt, running));
    // A name that is still being looked up is not waited for.
    runtime.shutdown_background();
    finding
}

async fn find(address: &Address, running: bool) -> Finding {
    let (host, port) = (address.host.as_str(), address.port);
    if let Err(finding) = reach(host, port).await {
        return finding;
    }
    if running {
        return Finding::note(format!(
            "{host}:{port} answers. A kiosk runs on this data folder, so the account is not tried: its log says how it fares"
        ));
    }
    let account = address.account.as_ref().map_or("no account", |(user, _)| user.as_str());
    match tokio::time::timeout(PATIENCE, try_account(address)).await.unwrap_or(Err(Trouble::Silent)) {
        Ok(()) => Finding::ok(format!("{host}:{port} takes {account}")),
        Err(Trouble::Account) => Finding::missing(format!(
            "{host}:{port} refuses {account}: wrong password, or no such device. `gateway device list` shows the devices; \
             `gateway device add` makes one, and prints what stands under [mqtt]"
        )),
        Err(Trouble::Busy) => Finding::missing(format!("{host}:{port} takes nobody at the moment; try again")),
        Err(Trouble::Certificate(problem)) => Finding::missing(format!(
            "{host}:{port} cannot be trusted ({problem}): mqtt.ca_file must hold the authority that signed its certificate, and \
             the name in mqtt.url must stand in the certificate"
        )),
        Err(Trouble::Silent) => Finding::missing(format!(
            "{host}:{port} takes the connection and then says nothing: is that an MQTT broker?"
        )),
        Err(Trouble::Strange(problem)) if address.authority.is_some() => Finding::missing(format!(
            "{host}:{port} does not speak TLS as a broker does ({problem}): does it want mqtt:// instead of mqtts://, or another port?"
        )),
        Err(Trouble::Strange(problem)) => Finding::missing(format!(
            "{host}:{port} does not speak as an MQTT broker does ({problem}): does it want mqtts:// instead of mqtt://, or another port?"
        )),
    }
}

/// Whether anybody listens there.
async fn reach(host: &str, port: u16) -> Result<(), Finding> {
    let found = match tokio::time::timeout(PATIENCE, lookup_host((host, port))).await {
        Ok(Ok(found)) => found.collect::<Vec<_>>(),
        Ok(Err(_)) | Err(_) => Vec::new(),
    };
    if found.is_empty() {
        return Err(Finding::missing(format!(
            "the name {host} is not known here: is mqtt.url right, and the network up?"
        )));
    }
    match tokio::time::timeout(PATIENCE, TcpStream::connect(&*found)).await {
        Ok(Ok(_)) => Ok(()),
        Ok(Err(error)) if error.kind() == std::io::ErrorKind::ConnectionRefused => Err(Finding::missing(format!(
            "{host}:{port} refuses the connection. Is the gateway running, and is mqtt.url right?"
        ))),
        Ok(Err(error)) => {
            Err(Finding::missing(format!("{host}:{port} cannot be reached ({error}): is the network up?")))
        }
        Err(_) => {
            Err(Finding::missing(format!("{host}:{port} does not answer: is the machine on, and no firewall between?")))
        }
    }
}

/// Whether a kiosk holds the outbox of this folder.
fn is_running(data: &Path) -> bool {
    // sled locks this file as long as it is open.
    let held = File::open(data.join("outbox/db")).map(|file| file.try_lock());
    matches!(held, Ok(Err(std::fs::TryLockError::WouldBlock)))
}
