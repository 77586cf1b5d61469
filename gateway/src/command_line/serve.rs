//! `gateway serve`: opens the showroom, says when it is ready, and closes it in order when told to.

use std::io::{self, Write as _};
use std::sync::Arc;

use shared::clock::SystemClock;
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

use super::arguments::Serve;
use super::failure::Failure;
use super::{tracing_lines, watchdog};
use crate::app::{App, Serving};
use crate::config::Config;
use crate::control::{self, Operations};

pub(super) fn serve(config: Config, options: &Serve) -> Result<(), Failure> {
    tracing_lines::start(&config.log);
    let tokio = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    tokio.block_on(run(config, options))
}

async fn run(config: Config, options: &Serve) -> Result<(), Failure> {
    let shutdown = CancellationToken::new();
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    let serving = Box::pin(open(config, options, shutdown.clone())).await?;
    // Commands end before the runtime that they speak to.
    let commands = shutdown.child_token();
    let operations = Arc::new(Operations::from(&serving.app));
    let control = match control::serve(&serving.app.config.data.dir, operations, commands.clone()) {
        Ok(control) => control,
        Err(fault) => {
            serving.close().await;
            return Err(fault.into());
        }
    };
    if options.demo {
        // Beside the line that programs read. Nobody has to look.
        let _ = writeln!(io::stderr().lock(), "{}", crate::demo::banner(&serving));
    }
    say_ready(&serving);
    let signs = tokio::spawn(watchdog::give_signs(serving.app.handle.clone(), commands.clone()));
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
        () = shutdown.cancelled() => {}
    }
    tracing::info!("stopping");
    watchdog::tell_stopping();
    commands.cancel();
    // Both tasks end with their token; if one died, there is nothing left to end.
    let _ = control.await;
    let _ = signs.await;
    serving.close().await;
    Ok(())
}

async fn open(config: Config, options: &Serve, shutdown: CancellationToken) -> Result<Serving, Failure> {
    if options.demo {
        let demo = crate::demo::serve(config, options.clock_rate, shutdown).await;
        return demo.map_err(|fault| Failure::Done(control::in_full(fault.as_ref())));
    }
    let app = App::open(config, Arc::new(SystemClock))?;
    Ok(app.serve(None, shutdown).await?)
}

/// One line for whoever started this, people and programs: `ready http=http://127.0.0.1:8080 mqtt=127.0.0.1:1883`.
fn say_ready(serving: &Serving) {
    let doors = &serving.doors;
    let mut line = format!("ready http={}", doors.url);
    if let Some(mqtt) = doors.mqtt {
        line.push_str(" mqtt=");
        line.push_str(&mqtt.to_string());
    }
    line.push('\n');
    // Nobody has to listen.
    let mut out = io::stdout().lock();
    let _ = out.write_all(line.as_bytes()).and_then(|()| out.flush());
    watchdog::tell_ready();
    tracing::info!(http = doors.url, mqtt = ?doors.mqtt, visitors = ?doors.visitor_url, "the showroom is open");
}
