//! `cargo run --release -p tests --bin kiosk-start`: the kiosk's first frame, page changes and memory, beside a browser's.

use std::io::Write as _;

use anyhow::Result;
use clap::Parser;

/// Starts the kiosk and a browser in kiosk mode under Xvfb, walks through the same visit with each, and says how soon the first frame and
/// the next pages come and what memory each keeps
#[derive(Debug, Parser)]
#[command(name = "kiosk-start")]
struct Arguments {
    /// How often each is started
    #[arg(long, default_value_t = 11)]
    rounds: usize,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let table = tests::glass::measure(arguments.rounds.max(1)).await?;
    write!(std::io::stdout().lock(), "{table}")?;
    Ok(())
}
