//! How a command ends when it is not done.

use std::io::{self, Write as _};
use std::process::ExitCode;

use crate::app::AppError;
use crate::config::{ConfigError, Fault};
use crate::control::{ClientError, ControlError, OperationError, in_full};
use crate::keeping::KeepingError;

/// Why a command was not done.
#[derive(Debug, thiserror::Error)]
pub(super) enum Failure {
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// Arguments that fit together as little as these.
    #[error("{0}")]
    Usage(String),
    #[error(transparent)]
    App(AppError),
    #[error(transparent)]
    Operation(#[from] OperationError),
    #[error(transparent)]
    Client(#[from] ClientError),
    #[error(transparent)]
    Control(#[from] ControlError),
    #[error(transparent)]
    Keeping(#[from] KeepingError),
    #[error("the output cannot be written")]
    Output(#[from] io::Error),
    /// Said in full already.
    #[error("{0}")]
    Done(String),
}

impl From<AppError> for Failure {
    fn from(error: AppError) -> Self {
        match error {
            AppError::OtherShowroom { .. } => {
                Self::Config(ConfigError(vec![Fault { key: "store.id".to_owned(), problem: error.to_string() }]))
            }
            other => Self::App(other),
        }
    }
}

impl Failure {
    /// Says on standard error why, and gives the exit code.
    pub(super) fn tell(&self) -> ExitCode {
        if self.is_receiver_gone() {
            return ExitCode::SUCCESS;
        }
        let mut err = io::stderr().lock();
        // Whoever closed standard error does not want to know.
        let _ = match self {
            Self::Config(faults) => writeln!(err, "{faults}"),
            other => writeln!(err, "gateway: {}", in_full(other)),
        };
        match self {
            Self::Config(_) | Self::Usage(_) => ExitCode::from(2),
            _ => ExitCode::FAILURE,
        }
    }

    /// `gateway export … | head` is no fault.
    fn is_receiver_gone(&self) -> bool {
        match self {
            Self::Operation(fault) => fault.is_receiver_gone(),
            Self::Client(ClientError::Output(fault)) | Self::Output(fault) => fault.kind() == io::ErrorKind::BrokenPipe,
            _ => false,
        }
    }
}
