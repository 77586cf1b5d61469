//! Commands on a data folder: through the gateway that runs on it, or on the folder itself.

use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;

use shared::clock::SystemClock;

use super::failure::Failure;
use super::{output, tracing_lines};
use crate::app::App;
use crate::config::Config;
use crate::control::{self, Operations, Request};
use crate::log;

pub(super) fn ask(config: Config, request: Request) -> Result<(), Failure> {
    let mut out = output();
    if let Some(answered) = control::ask(&config.data.dir, &request, &mut out) {
        answered?;
        return is_in_sight(&request);
    }
    if !request.begins_a_showroom() {
        is_a_showroom(&config.data.dir)?;
    }
    drop(out);
    tracing_lines::quiet();
    let tokio = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    tokio.block_on(on_the_folder(config, request))
}

/// Whoever reads from the wrong folder must not be told that nothing is in it.
fn is_a_showroom(data: &Path) -> Result<(), Failure> {
    let (folder, inner) = (data.display(), data.join("showroom"));
    let fault = match () {
        () if log::is_in(data) => return Ok(()),
        () if !data.is_dir() => format!("there is no data folder {folder}; name the right one with --data"),
        () if log::is_in(&inner) => {
            format!("{folder} is no gateway's data folder, and {} in it is one: name that with --data", inner.display())
        }
        () => format!("{folder} is no gateway's data folder; name the right one with --data"),
    };
    Err(Failure::Done(fault))
}

/// A service may have a /tmp of its own: what its gateway wrote there goes when it stops.
fn is_in_sight(request: &Request) -> Result<(), Failure> {
    let Request::Backup { to, keys } = request else { return Ok(()) };
    match [to, keys].into_iter().find(|file| matches!(file.try_exists(), Ok(false))) {
        None => Ok(()),
        Some(hidden) => Err(Failure::Done(format!(
            "the gateway wrote {} where only it can look, and it will be gone: name a folder that both see, such as /var/backups/yingbin",
            hidden.display()
        ))),
    }
}

async fn on_the_folder(config: Config, request: Request) -> Result<(), Failure> {
    let app = App::open(config, Arc::new(SystemClock))?;
    let operations = Operations::from(&app);
    let work = tokio::task::spawn_blocking(move || {
        let mut out = output();
        let done = operations.perform(request, &mut out);
        // What was written before a fault belongs to what was asked for.
        let flushed = out.flush();
        done.map_err(Failure::from).and_then(|()| flushed.map_err(Failure::from))
    });
    let done = work.await;
    app.close().await;
    done.map_err(|_| Failure::Done("the command broke off".to_owned()))?
}
