//! One method a command. Blocking: call [`Operations::perform`] on a thread that may block, within a tokio runtime.

use std::error::Error;
use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use shared::clock::Clock;
use shared::ids::StaffId;

use super::people::Said;
use super::request::Request;
use crate::app::App;
use crate::domain::roster::Roster;
use crate::domain::{Actor, Command, Input, Refusal};
use crate::keeping::KeepingError;
use crate::log::{EventLog as _, SledLog, showroom_of};
use crate::report::{ReportError, Showroom};
use crate::runtime::{CustomerView, Handle, SubmitError};
use crate::vault::Vault;
use crate::views::{Behind, Views};

/// How long a command waits for the views to show what is logged already.
const LEVEL: Duration = Duration::from_mins(1);

/// What commands work on: an open data folder with its runtime.
pub struct Operations {
    /// The data folder.
    pub data: PathBuf,
    /// The store key's file.
    pub key_file: PathBuf,
    /// Store and zone, for exports.
    pub showroom: Showroom,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// The log.
    pub log: Arc<SledLog>,
    /// Personal data.
    pub vault: Arc<Vault>,
    /// Read models.
    pub views: Arc<Views>,
    /// The runtime's door.
    pub handle: Handle,
}

impl std::fmt::Debug for Operations {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Operations").field("data", &self.data).finish_non_exhaustive()
    }
}

/// Why a command was not done.
#[derive(Debug, thiserror::Error)]
pub enum OperationError {
    /// The engine or the runtime says no.
    #[error(transparent)]
    Submit(#[from] SubmitError),
    /// A pager belongs to a member of staff of the same name.
    #[error("a pager has its consultant's name, and there is no account {0}; add that one first")]
    NoConsultant(StaffId),
    /// Two kinds share a name.
    #[error("there is more than one device of this name; say which with --kind")]
    WhichDevice,
    /// The system gave no random bytes.
    #[error("the system gives no random bytes")]
    Random,
    /// The views lag too far behind.
    #[error(transparent)]
    Behind(#[from] Behind),
    /// Something is wrong with what was logged; the output says what.
    #[error("{0} faults were found")]
    Faults(u64),
    /// The backup or the check broke off.
    #[error(transparent)]
    Keeping(#[from] KeepingError),
    /// The export broke off.
    #[error(transparent)]
    Report(#[from] ReportError),
    /// The output cannot be written.
    #[error("the output cannot be written")]
    Output(#[from] std::io::Error),
}

impl OperationError {
    /// Stable, for programs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Submit(SubmitError::Refused(refusal)) => refusal.as_str(),
            Self::Submit(SubmitError::Full) => "busy",
            Self::Submit(SubmitError::Ended) => "stopped",
            Self::NoConsultant(_) => "unknown_staff",
            Self::WhichDevice => "which_device",
            Self::Random => "no_random",
            Self::Behind(_) => "rebuilding",
            Self::Faults(_) => "faults",
            Self::Keeping(_) => "keeping_failed",
            Self::Report(_) => "export_failed",
            Self::Output(_) => "output_failed",
        }
    }

    /// Whether whoever receives the output went away: nothing to tell.
    #[must_use]
    pub fn is_receiver_gone(&self) -> bool {
        match self {
            Self::Report(fault) => fault.is_receiver_gone(),
            Self::Output(fault) => fault.kind() == std::io::ErrorKind::BrokenPipe,
            _ => false,
        }
    }
}

impl From<Refusal> for OperationError {
    fn from(refusal: Refusal) -> Self {
        Self::Submit(refusal.into())
    }
}

impl From<&App> for Operations {
    fn from(app: &App) -> Self {
        // A command without the configuration still speaks of the right one.
        let kept = showroom_of(&app.config.data.dir).ok().flatten();
        let store = kept.unwrap_or_else(|| app.config.store.id.clone());
        Self {
            data: app.config.data.dir.clone(),
            key_file: app.config.key_file(),
            showroom: Showroom { store, zone: app.config.store.zone.0 },
            clock: Arc::clone(&app.clock),
            log: Arc::clone(&app.log),
            vault: Arc::clone(&app.vault),
            views: Arc::clone(&app.views),
            handle: app.handle.clone(),
        }
    }
}

impl Operations {
    /// Does what is asked, and writes what it gives.
    ///
    /// # Errors
    /// Why it is not done, or only in part.
    pub fn perform(&self, request: Request, out: &mut impl Write) -> Result<(), OperationError> {
        match request {
            Request::AccountAdd { id, role, senior, languages, display, latin, password_hash } => {
                let said = Said { senior, languages, display, latin };
                self.add_account(&id, role, password_hash, said, out)
            }
            Request::AccountList => self.list_accounts(out),
            Request::AccountRemove { id } => self.remove_account(&id),
            Request::DeviceAdd { id, kind } => self.add_device(id, kind, out),
            Request::DeviceList => self.list_devices(out),
            Request::DeviceRemove { id, kind } => self.remove_device(&id, kind),
            Request::Export { export, bom } => self.export(export, bom, out),
            Request::LeadErase { id } => self.erase_lead(id, out),
            Request::Verify => self.verify(out),
            Request::Backup { to, keys } => self.backup(&to, &keys, out),
        }
    }

    /// Submits a change of the roster and waits until everybody sees it: whoever was added can sign in when the command ends.
    pub(super) fn change(&self, command: Command, seen: impl Fn(&Roster) -> bool) -> Result<(), OperationError> {
        let input = Input { cause: None, actor: Actor::System, command };
        let changing = async {
            self.handle.submit(input).await?;
            self.handle.roster_shows(seen).await;
            Ok(())
        };
        tokio::runtime::Handle::current().block_on(changing)
    }

    /// Submits a command and waits until it is durable.
    pub(super) fn submit(&self, command: Command) -> Result<(), OperationError> {
        let input = Input { cause: None, actor: Actor::System, command };
        tokio::runtime::Handle::current().block_on(self.handle.submit(input))?;
        Ok(())
    }

    pub(super) fn roster(&self) -> Arc<Roster> {
        Arc::clone(&self.handle.roster().borrow())
    }

    /// Whose customers people are, with everything that is in the log now.
    pub(super) fn customers(&self) -> Arc<CustomerView> {
        tokio::runtime::Handle::current().block_on(self.handle.customers(self.log.head(), LEVEL))
    }

    /// Waits until the views show everything that is in the log now, so that a command sees what was done before it.
    pub(super) fn level(&self) -> Result<(), OperationError> {
        Ok(tokio::runtime::Handle::current().block_on(self.views.level(self.log.head(), LEVEL))?)
    }
}

/// An error with its causes, on one line, each said once.
#[must_use]
pub(crate) fn in_full(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let said = cause.to_string();
        if !text.contains(&said) {
            text.push_str(": ");
            text.push_str(&said);
        }
        source = cause.source();
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
