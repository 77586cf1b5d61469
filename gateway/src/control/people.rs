//! Accounts and devices.

use std::collections::BTreeSet;
use std::io::Write;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use sha2::{Digest as _, Sha256};
use shared::ids::{DeviceId, StaffId, StoreId};
use shared::personal::Personal;
use shared::wire::Language;

use super::operations::{OperationError, Operations};
use crate::domain::roster::{Account, Device, DeviceKind, Role, StaffDetails};
use crate::domain::secret::{Secret, Subject};
use crate::domain::{Command, Refusal};

/// What a device needs to connect: printed once, and kept nowhere.
#[derive(Serialize)]
struct Credentials<'a> {
    store: &'a StoreId,
    name: &'a DeviceId,
    client_id: &'a str,
    username: &'a str,
    password: &'a str,
    /// There was one of this name and kind; its password is good no longer.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    replaced: bool,
}

/// What may be said of a member of staff, and stays as it is where nothing is.
pub(super) struct Said {
    pub(super) senior: bool,
    pub(super) languages: Option<BTreeSet<Language>>,
    pub(super) display: Option<Personal>,
    pub(super) latin: Option<Personal>,
}

impl Operations {
    pub(super) fn add_account(
        &self,
        id: &StaffId,
        role: Role,
        password: Personal,
        said: Said,
        out: &mut impl Write,
    ) -> Result<(), OperationError> {
        let known = self.roster().accounts.get(id).cloned();
        let (name, latin) =
            known.as_ref().and_then(|known| known.secret.get()).map(|is| (is.name.clone(), is.latin.clone())).unzip();
        let details = StaffDetails {
            name: said.display.or(name).unwrap_or_else(|| Personal::new(id.as_str())),
            latin: said.latin.or(latin.flatten()),
            password,
        };
        let senior = said.senior || known.as_ref().is_some_and(|known| known.senior);
        let languages = said.languages.or_else(|| known.as_ref().map(|known| known.languages.clone()));
        let languages = languages.unwrap_or_else(|| BTreeSet::from([Language::Zh]));
        let before = known.map(|known| (known.role, known.session_generation));
        // A new password ends what the old one opened.
        let session_generation = before.map_or(0, |(_, generation)| generation.wrapping_add(1));
        let secret = Secret::open(Subject::Staff(id.clone()), details);
        let account = Account { id: id.clone(), role, senior, languages, secret, session_generation };
        self.change(Command::SetAccount(account), |roster| {
            roster.accounts.get(id).is_some_and(|seen| seen.session_generation == session_generation)
        })?;
        let role = role.as_str();
        match before {
            None => writeln!(out, "{id} is added as {role}")?,
            Some((was, _)) => {
                let now = if was.as_str() == role {
                    String::new()
                } else {
                    format!("is {role} instead of {}, ", was.as_str())
                };
                writeln!(
                    out,
                    "{id} was there already: {now}has the new password, is signed out everywhere, and keeps what was not said anew"
                )?;
            }
        }
        Ok(())
    }

    pub(super) fn remove_account(&self, id: &StaffId) -> Result<(), OperationError> {
        self.change(Command::RemoveAccount(id.clone()), |roster| !roster.accounts.contains_key(id))
    }

    pub(super) fn list_accounts(&self, out: &mut impl Write) -> Result<(), OperationError> {
        let roster = self.roster();
        for (id, account) in &roster.accounts {
            let languages: Vec<_> = account.languages.iter().map(|language| language.as_str()).collect();
            let senior = if account.senior { "senior" } else { "-" };
            let (role, name) = (account.role.as_str(), roster.name(id));
            writeln!(out, "{id}\t{role}\t{senior}\t{}\t{name}", languages.join(","))?;
        }
        Ok(())
    }

    pub(super) fn add_device(
        &self,
        id: DeviceId,
        kind: DeviceKind,
        out: &mut impl Write,
    ) -> Result<(), OperationError> {
        if kind == DeviceKind::Pager {
            let consultant: StaffId = id.as_str().parse().map_err(|_| Refusal::UnknownStaff)?;
            if !self.roster().accounts.contains_key(&consultant) {
                return Err(OperationError::NoConsultant(consultant));
            }
        }
        let mut random = [0; 32];
        getrandom::fill(&mut random).map_err(|_| OperationError::Random)?;
        let password = URL_SAFE_NO_PAD.encode(random);
        let device = Device::new(id, kind, hex::encode(Sha256::digest(&password)));
        let client_id = device.client_id();
        let replaced = self.roster().devices.contains_key(&client_id);
        self.change(Command::SetDevice(device.clone()), |roster| roster.devices.get(&client_id) == Some(&device))?;
        let credentials = Credentials {
            store: &self.showroom.store,
            name: &device.id,
            client_id: &client_id,
            username: &client_id,
            password: &password,
            replaced,
        };
        let line = serde_json::to_string(&credentials).map_err(std::io::Error::from)?;
        writeln!(out, "{line}")?;
        Ok(())
    }

    pub(super) fn list_devices(&self, out: &mut impl Write) -> Result<(), OperationError> {
        for (client_id, device) in &self.roster().devices {
            writeln!(out, "{}\t{}\t{client_id}", device.id, device.kind.as_str())?;
        }
        Ok(())
    }

    pub(super) fn remove_device(&self, id: &DeviceId, kind: Option<DeviceKind>) -> Result<(), OperationError> {
        let roster = self.roster();
        let mut named = roster.devices.values().filter(|device| device.id == *id);
        let kind = match (kind, named.next(), named.next()) {
            (Some(kind), ..) => kind,
            (None, None, _) => return Err(Refusal::UnknownDevice.into()),
            (None, Some(device), None) => device.kind,
            (None, Some(_), Some(_)) => return Err(OperationError::WhichDevice),
        };
        self.change(Command::RemoveDevice(id.clone(), kind), |roster| {
            !roster.devices.values().any(|device| device.id == *id && device.kind == kind)
        })
    }
}
