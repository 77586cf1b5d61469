//! `cargo run --release -p tests --bin saturday -- --help`

use std::io::Write as _;
use std::process::ExitCode;

use anyhow::Result;
use clap::Parser as _;
use tests::saturday::{Arguments, live};

#[tokio::main]
async fn main() -> Result<ExitCode> {
    let (report, good) = live(&Arguments::parse()).await?;
    write!(std::io::stdout().lock(), "{report}")?;
    Ok(if good { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
