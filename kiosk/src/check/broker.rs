//! Whether the broker is there and takes this kiosk's account.

use std::path::Path;
use std::time::Duration;

use tokio::net::{TcpStream, lookup_host};

use super::Finding;
use crate::folder;
use crate::link::{Address, Trouble, try_account};

const PATIENCE: Duration = Duration::from_secs(5);

/// What is to be looked at, in words of the configuration.
pub(super) struct Advice {
    /// Key of the address.
    pub(super) url: &'static str,
    /// Key of the authority.
    pub(super) authority: &'static str,
    /// When the account is refused.
    pub(super) account: &'static str,
}

/// For a kiosk that was told its account.
pub(super) const TOLD: Advice = Advice {
    url: "mqtt.url",
    authority: "mqtt.ca_file",
    account: "wrong password, or no such device. `gateway device list` shows the devices; `gateway device add` makes one, and prints \
              what stands under [mqtt]",
};

pub(super) fn check(address: &Address, data: &Path, advice: &Advice) -> Finding {
    let running = folder::is_in_use(data);
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return Finding::missing(format!("cannot be tried: {error}")),
    };
    let finding = runtime.block_on(find(address, running, advice));
    // A name that is still being looked up is not waited for.
    runtime.shutdown_background();
    finding
}

async fn find(address: &Address, running: bool, advice: &Advice) -> Finding {
    let (host, port) = (address.host.as_str(), address.port);
    if let Err(finding) = reach(host, port, advice.url).await {
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
        Err(Trouble::Account) => Finding::missing(format!("{host}:{port} refuses {account}: {}", advice.account)),
        Err(Trouble::Busy) => Finding::missing(format!("{host}:{port} takes nobody at the moment; try again")),
        Err(Trouble::Certificate(problem)) => Finding::missing(format!(
            "{host}:{port} cannot be trusted ({problem}): {} must hold the authority that signed its certificate, and the name in {} must \
             stand in the certificate",
            advice.authority, advice.url
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
async fn reach(host: &str, port: u16, url: &str) -> Result<(), Finding> {
    let found = match tokio::time::timeout(PATIENCE, lookup_host((host, port))).await {
        Ok(Ok(found)) => found.collect::<Vec<_>>(),
        Ok(Err(_)) | Err(_) => Vec::new(),
    };
    if found.is_empty() {
        return Err(Finding::missing(format!(
            "the name {host} is not known here: is {url} right, and the network up?"
        )));
    }
    match tokio::time::timeout(PATIENCE, TcpStream::connect(&*found)).await {
        Ok(Ok(_)) => Ok(()),
        Ok(Err(error)) if error.kind() == std::io::ErrorKind::ConnectionRefused => Err(Finding::missing(format!(
            "{host}:{port} refuses the connection. Is the gateway running, and is {url} right?"
        ))),
        Ok(Err(error)) => {
            Err(Finding::missing(format!("{host}:{port} cannot be reached ({error}): is the network up?")))
        }
        Err(_) => {
            Err(Finding::missing(format!("{host}:{port} does not answer: is the machine on, and no firewall between?")))
        }
    }
}
