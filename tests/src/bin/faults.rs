//! `cargo run -p tests --bin faults -- --help`

use std::process::ExitCode;

use anyhow::Result;
use clap::Parser as _;
use tests::faults::arguments::{Arguments, run};

fn main() -> Result<ExitCode> {
    let arguments = Arguments::parse();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    Ok(match runtime.block_on(run(arguments)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("faults: {error:#}");
            ExitCode::FAILURE
        }
    })
}
