//! `cargo run --release -p tests --bin kiosk-sessions`: memory and processor time of the real kiosk over thousands of visitors.

use std::io::Write as _;
use std::time::Duration;

use anyhow::Result;
use clap::Parser;

/// Lets visitors walk through the real kiosk under Xvfb, and says what memory it keeps and what it does when nobody comes
#[derive(Debug, Parser)]
#[command(name = "kiosk-sessions")]
struct Arguments {
    /// How many visitors
    #[arg(long, default_value_t = 2000)]
    sessions: usize,
    /// Seconds for which the kiosk is left alone before and after them
    #[arg(long, default_value_t = 30)]
    idle: u64,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let table = tests::wear::measure(arguments.sessions.max(1), Duration::from_secs(arguments.idle)).await?;
    write!(std::io::stdout().lock(), "{table}")?;
    Ok(())
}
