//! `cargo run --release -p tests --bin kiosk-start`: the kiosk's first frame and memory, beside a browser's.

use std::io::Write as _;

use anyhow::Result;
use clap::Parser;

/// Starts the kiosk and a browser in kiosk mode under Xvfb, and says how soon each shows its first frame and what memory it keeps
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
