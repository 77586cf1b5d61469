//! The gateway's end of the socket.
//!
//! Each connection is one request and has a blocking thread of its own; at most [`AT_ONCE`] at a time, further ones wait in
//! the socket's queue. A client that neither reads nor writes is let go after [`PATIENCE`].

use std::fs::{self, DirBuilder, Permissions};
use std::io::{self, BufReader, Write};
use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::UnixListener;
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::address::Address;
use super::answer::{AnswerWriter, Status, read_line};
use super::operations::Operations;
use super::request::Request;

/// The socket's name in the data folder.
pub(super) const SOCKET: &str = "control.sock";

/// Made before the socket so that nobody else can reach it before its mode is set.
const WORKSHOP: &str = ".control";

const AT_ONCE: usize = 8;

const PATIENCE: Duration = Duration::from_secs(30);

/// Why the socket does not open.
#[derive(Debug, thiserror::Error)]
#[error("the control socket in the data folder cannot be made")]
pub struct ControlError(#[from] io::Error);

/// Opens the socket in `data`, whose lock the caller holds, and serves it until the shutdown. What a gateway that was
/// killed left behind is replaced.
///
/// # Errors
/// When the socket cannot be made.
pub fn serve(
    data: &Path,
    operations: Arc<Operations>,
    shutdown: CancellationToken,
) -> Result<JoinHandle<()>, ControlError> {
    let listener = listen(data)?;
    let socket = data.join(SOCKET);
    Ok(tokio::spawn(async move {
        accept(&listener, &operations, &shutdown).await;
        // Gone before the folder's lock is, so that nobody finds it without a gateway behind it.
        let _ = fs::remove_file(socket);
    }))
}

fn listen(data: &Path) -> io::Result<UnixListener> {
    let workshop = data.join(WORKSHOP);
    match fs::remove_dir_all(&workshop) {
        Err(fault) if fault.kind() != io::ErrorKind::NotFound => return Err(fault),
        _ => DirBuilder::new().mode(0o700).create(&workshop)?,
    }
    let address = Address::of(&workshop, SOCKET)?;
    let listener = UnixListener::bind(&address.path)?;
    let made = workshop.join(SOCKET);
    fs::set_permissions(&made, Permissions::from_mode(0o600))?;
    fs::rename(made, data.join(SOCKET))?;
    fs::remove_dir(workshop)?;
    Ok(listener)
}

async fn accept(listener: &UnixListener, operations: &Arc<Operations>, shutdown: &CancellationToken) {
    let tasks = TaskTracker::new();
    let places = Arc::new(Semaphore::new(AT_ONCE));
    let accepting = async {
        loop {
            let Ok(place) = Arc::clone(&places).acquire_owned().await else { return };
            let stream = match listener.accept().await {
                Ok((stream, _)) => stream,
                Err(error) => {
                    tracing::warn!(%error, "the control socket failed; trying again");
                    tokio::time::sleep(Duration::from_secs(1)).await;
                    continue;
                }
            };
            let (operations, shutdown) = (Arc::clone(operations), shutdown.clone());
            tasks.spawn_blocking(move || {
                let _place = place;
                let answered = stream.into_std().and_then(|stream| answer(&stream, &operations, &shutdown));
                if let Err(error) = answered {
                    tracing::debug!(%error, "a command's connection ended early");
                }
            });
        }
    };
    shutdown.run_until_cancelled(accepting).await;
    tasks.close();
    tasks.wait().await;
}

fn answer(stream: &UnixStream, operations: &Operations, shutdown: &CancellationToken) -> io::Result<()> {
    stream.set_nonblocking(false)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    let line = read_line(&mut BufReader::new(stream))?;
    let mut out = AnswerWriter::new(Until { out: stream, shutdown });
    let done = match serde_json::from_slice::<Request>(&line) {
        Ok(request) => operations.perform(request, &mut out).map_err(|fault| {
            tracing::debug!(code = fault.code(), "a command failed");
            (fault.code(), super::operations::in_full(&fault))
        }),
        Err(_) => {
            Err(("unknown_request", "this gateway does not know the command; is it of the same version?".to_owned()))
        }
    };
    out.end(&match done {
        Ok(()) => Status::Ok(true),
        Err((code, detail)) => Status::Error { code: code.to_owned(), detail },
    })
}

/// A stream that breaks when the gateway stops, so that a slow reader does not hold it.
struct Until<'a> {
    out: &'a UnixStream,
    shutdown: &'a CancellationToken,
}

impl Write for Until<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.shutdown.is_cancelled() {
            return Err(io::ErrorKind::ConnectionAborted.into());
        }
        self.out.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}
