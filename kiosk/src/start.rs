//! From the command line to a running kiosk, and back to an exit code.

use std::io::{BufReader, stdin, stdout};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use shared::clock::SystemClock;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::cli::Cli;
use crate::config::{Config, ConfigError, ENVIRONMENT};
use crate::desk::{Desk, Ending, Face, INTENTS};
use crate::folder::{FolderLock, InUse};
use crate::headless::{self, Printer};
use crate::session::{Intent, Rules};
use crate::{all_in_one, bridge, program, rotation, watchdog};

/// Why a kiosk does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The configuration is wrong.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// Nothing says where the gateway is.
    #[error(
        "which showroom? Give --config FILE (or YINGBIN_KIOSK_* variables) with gateway.url, or with mqtt.url and this kiosk's account"
    )]
    NeedsConfig,
    /// The showroom inside this process does not open.
    #[error("the showroom does not open: {0}")]
    Showroom(String),
    /// Another kiosk works on the data folder.
    #[error(transparent)]
    InUse(#[from] InUse),
    /// The system gives no thread or timer.
    #[error("the kiosk's runtime does not start")]
    Runtime(#[source] std::io::Error),
    /// The program cannot be started afresh with its picture turned.
    #[error("the picture cannot be turned")]
    Rotation(#[source] std::io::Error),
    /// The window does not open.
    #[error("the window does not open: {0}")]
    Window(String),
}

impl StartError {
    /// The exit code: 2 for a configuration to be mended, 1 for the rest.
    #[must_use]
    pub fn code(&self) -> u8 {
        match self {
            Self::Config(_) | Self::NeedsConfig => 2,
            Self::Showroom(_) | Self::InUse(_) | Self::Runtime(_) | Self::Rotation(_) | Self::Window(_) => 1,
        }
    }
}

/// Runs a kiosk until it is told to stop.
///
/// # Errors
/// When it cannot start.
pub fn run(cli: &Cli) -> Result<Ending, StartError> {
    let told = cli.config.is_some() || std::env::vars().any(|(name, _)| name.starts_with(ENVIRONMENT));
    if told {
        let config = Config::read(cli.config.as_deref(), std::env::vars(), &cli.flags())?;
        let _held = FolderLock::take(&config.data)?;
        return run_with(cli, &config);
    }
    let showroom = all_in_one::open(cli)?;
    let _held = FolderLock::take(&showroom.kiosk.data)?;
    let ran = match run_with(cli, &showroom.kiosk) {
        Err(StartError::Window(reason)) => {
            tracing::warn!(%reason, "no window can be opened here, so the kiosk stays dark; everything else works");
            run_dark(&showroom.kiosk)
        }
        ran => ran,
    };
    showroom.close();
    ran
}

/// A kiosk without a face, for a machine without a display: it keeps the showroom company until the process is told to end.
fn run_dark(config: &Config) -> Result<Ending, StartError> {
    let (_nobody, intents) = mpsc::channel(INTENTS);
    serve(config, config.rules, Box::new(|shown| watchdog::tell(&shown)), intents, CancellationToken::new())
}

fn run_with(cli: &Cli, config: &Config) -> Result<Ending, StartError> {
    if cli.headless {
        return run_headless(config);
    }
    if cfg!(feature = "device") {
        rotation::apply(config.rotation).map_err(StartError::Rotation)?;
    }
    bridge::run(config.clone())
}

fn run_headless(config: &Config) -> Result<Ending, StartError> {
    let printer = Arc::new(Mutex::new(Printer::new(stdout())));
    let shared = Arc::clone(&printer);
    let face: Face = Box::new(move |shown| {
        watchdog::tell(&shown);
        shared.lock().unwrap_or_else(PoisonError::into_inner).show(shown);
    });
    let (intents, receiver) = mpsc::channel(INTENTS);
    let complain = move |problem: String| {
        printer.lock().unwrap_or_else(PoisonError::into_inner).complain(&problem);
    };
    // Detached: it ends with its input, or with the process.
    std::thread::spawn(move || {
        headless::listen(BufReader::new(stdin()), |intent| intents.blocking_send(intent).is_ok(), complain);
    });
    let rules = headless::rules(config.rules);
    serve(config, rules, face, receiver, CancellationToken::new())
}

/// Runs the desk on this thread until it closes, or the process is told to end.
pub(crate) fn serve(
    config: &Config,
    rules: Rules,
    face: Face,
    intents: mpsc::Receiver<Intent>,
    cancel: CancellationToken,
) -> Result<Ending, StartError> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(StartError::Runtime)?;
    let ending = runtime.block_on(async {
        let desk = Desk::with_rules(config, rules, Arc::new(SystemClock), face).watched(watchdog::period());
        let stop = cancel.clone();
        let signals = tokio::spawn(async move {
            ended_by_signal().await;
            stop.cancel();
        });
        let ending = desk.run(config, intents, cancel).await;
        watchdog::tell_stopping();
        signals.abort();
        ending
    });
    // A picture that is being fetched holds nobody up.
    runtime.shutdown_timeout(Duration::from_secs(1));
    Ok(ending)
}

/// Starts this program anew in its own place, with the same arguments; comes back only with the reason why that failed.
#[must_use]
pub fn again() -> std::io::Error {
    program::again(&[])
}

async fn ended_by_signal() {
    use tokio::signal::unix::{SignalKind, signal};
    let (Ok(mut end), Ok(mut interrupt)) = (signal(SignalKind::terminate()), signal(SignalKind::interrupt())) else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = end.recv() => {}
        _ = interrupt.recv() => {}
    }
}
