//! `cargo run -p tests --bin faults -- --help`

use anyhow::Result;
use clap::Parser as _;
use tests::faults::arguments::{Arguments, run};

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(run(arguments))
}
