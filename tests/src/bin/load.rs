//! `cargo run --release -p tests --bin load -- --help`

use std::io::Write as _;
use std::process::ExitCode;

use anyhow::Result;
use clap::Parser as _;
use tests::load::plan::{Arguments, Preset};
use tests::load::showroom::Place;
use tests::load::{run, start};

fn main() -> Result<ExitCode> {
    let arguments = Arguments::parse();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let (table, good) = runtime.block_on(measure(&arguments))?;
    write!(std::io::stdout().lock(), "{table}")?;
    Ok(if good { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

async fn measure(arguments: &Arguments) -> Result<(String, bool)> {
    let plan = arguments.plan();
    if matches!(arguments.preset, Some(Preset::Start | Preset::StartSmall)) {
        let (table, reached) = start::measure(arguments, &plan).await?;
        return Ok((table, reached || !arguments.strict));
    }
    let mut place = Place::open(arguments).await?;
    let figures = run::run(arguments, &plan, &mut place).await?;
    let reached = plan.goals.iter().all(|goal| figures.reached(*goal).0);
    let whole = figures.lost() == 0 && figures.doubled() == 0;
    Ok((figures.table(), whole && (reached || !arguments.strict)))
}
