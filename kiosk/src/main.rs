//! The kiosk's program: reads the command line, runs, and says in one line why it could not.

use std::io::IsTerminal as _;
use std::process::ExitCode;

use clap::Parser as _;
use kiosk::cli::{Cli, Command};
use kiosk::desk::Ending;
use kiosk::{check, start};

fn main() -> ExitCode {
    let cli = Cli::parse();
    let filter = tracing_subscriber::EnvFilter::try_from_env("YINGBIN_LOG")
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("info,mqtt5=warn,winit=error"));
    let colours = std::io::stderr().is_terminal();
    tracing_subscriber::fmt().with_env_filter(filter).with_ansi(colours).with_writer(std::io::stderr).init();
    if cli.command == Some(Command::Check) {
        return ExitCode::from(check::run(&cli));
    }
    match start::run(&cli) {
        Ok(Ending::Closed) => ExitCode::SUCCESS,
        Ok(Ending::Restart) => {
            eprintln!("kiosk: cannot be started anew: {}", start::again());
            ExitCode::FAILURE
        }
        Err(error) => {
            eprintln!("kiosk: {}", kiosk::chain(&error));
            ExitCode::from(error.code())
        }
    }
}
