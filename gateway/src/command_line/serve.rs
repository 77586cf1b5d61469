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
    if !config.data.dir.exists() {
        ports_are_free(&config)?;
    }
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
    if serving.app.handle.roster().borrow().accounts.is_empty() {
        tracing::warn!(
            "nobody can sign in yet: `gateway account add NAME --role manager` beside this gateway adds the first account"
        );
    }
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
        let demo = Box::pin(crate::demo::serve(config, options.clock_rate, shutdown)).await;
        return demo.map_err(|fault| Failure::Done(control::in_full(fault.as_ref())));
    }
    let app = App::open(config, Arc::new(SystemClock))?;
    Ok(app.serve(None, shutdown).await?)
}

/// A start that fails on a port leaves no new data folder behind. Another may still take the port before the doors open, which is told then.
fn ports_are_free(config: &Config) -> Result<(), Failure> {
    let broker = config.mqtt.url.is_none().then_some(("mqtt.listen", config.mqtt.listen));
    let visitors = config.web.visitor_listen.map(|address| ("web.visitor_listen", address));
    for (key, address) in [Some(("web.listen", config.web.listen)), visitors, broker].into_iter().flatten() {
        std::net::TcpListener::bind(address).map_err(|fault| {
            let advice = "stop whoever listens there, or choose another address";
            Failure::Done(format!("{key}: cannot listen on {address} ({fault}): {advice}"))
        })?;
    }
    Ok(())
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
