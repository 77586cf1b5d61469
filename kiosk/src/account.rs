//! The account that a kiosk got when a manager let it in. It keeps it from then on: `<data>/account.json`, mode 0600.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use shared::ids::{DeviceId, StoreId};

use crate::config::{Gateway, Secret};
use crate::link::Address;
use crate::whole;

const FILE: &str = "account.json";

/// What a kiosk needs to connect.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// The showroom.
    pub store: StoreId,
    /// This kiosk.
    pub name: DeviceId,
    /// Client id and user name at the broker.
    pub client_id: String,
    /// The password that this kiosk made.
    pub password: Secret,
    /// The broker's port, on the gateway's host.
    pub port: u16,
    /// Whether it speaks TLS.
    pub tls: bool,
}

impl Account {
    /// Where and as whom to connect. `None`: the broker speaks TLS and nothing says who signed its certificate.
    #[must_use]
    pub fn address(&self, gateway: &Gateway) -> Option<Address> {
        let authority = match (self.tls, &gateway.authority) {
            (false, _) => None,
            (true, Some(authority)) => Some(authority.clone()),
            (true, None) => return None,
        };
        Some(Address {
            host: gateway.host.clone(),
            port: self.port,
            client_id: self.client_id.clone(),
            account: Some((self.client_id.clone(), self.password.clone())),
            authority,
            store: self.store.clone(),
            kiosk: self.name.clone(),
        })
    }
}

/// The account on disk.
#[derive(Debug, Clone)]
pub struct Kept {
    folder: PathBuf,
}

impl Kept {
    /// In this folder.
    #[must_use]
    pub fn new(folder: &Path) -> Self {
        Self { folder: folder.to_owned() }
    }

    /// Reads it. One that cannot be read is as good as none: the kiosk asks again.
    #[must_use]
    pub fn read(&self) -> Option<Account> {
        let text = fs::read(self.folder.join(FILE)).ok()?;
        let account = serde_json::from_slice(&text);
        account.inspect_err(|_| tracing::warn!("the kept account cannot be read; the kiosk asks for another")).ok()
    }

    /// Keeps one: whole or not at all, and on the disk when this returns.
    ///
    /// # Errors
    /// When the disk does not take it.
    pub fn write(&self, account: &Account) -> io::Result<()> {
        whole::write(&self.folder, FILE, &serde_json::to_vec(account)?)
    }

    /// Gives it up.
    ///
    /// # Errors
    /// When the disk keeps it.
    pub fn remove(&self) -> io::Result<()> {
        match fs::remove_file(self.folder.join(FILE)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    fn account() -> Account {
        Account {
            store: "demo".parse().unwrap(),
            name: "entrance".parse().unwrap(),
            client_id: "kiosk-entrance".into(),
            password: Secret::new("pp"),
            port: 1883,
            tls: false,
        }
    }

    #[test]
    fn it_survives_a_restart_for_this_user_alone_and_a_torn_one_is_none() {
        let folder = tempfile::tempdir().unwrap();
        let kept = Kept::new(folder.path());
        assert_eq!(kept.read(), None);
        kept.write(&account()).unwrap();
        assert_eq!(kept.read(), Some(account()));
        let file = folder.path().join(FILE);
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        let text = fs::read(&file).unwrap();
        fs::write(&file, &text[..text.len() / 2]).unwrap();
        assert_eq!(kept.read(), None);
        kept.remove().unwrap();
        kept.remove().unwrap();
        assert!(!file.exists());
    }

    #[test]
    fn a_broker_with_tls_needs_to_know_whom_to_trust() {
        let gateway = |authority| Gateway { url: "https://box".into(), host: "box".into(), authority };
        let tls = Account { tls: true, ..account() };
        assert_eq!(tls.address(&gateway(None)).map(|address| address.host), None);
        let address = tls.address(&gateway(Some(vec![1]))).unwrap();
        assert_eq!((address.host.as_str(), address.authority), ("box", Some(vec![1])));
        assert_eq!(account().address(&gateway(Some(vec![1]))).unwrap().authority, None);
        assert!(!format!("{:?}", account()).contains("pp"));
    }
}
