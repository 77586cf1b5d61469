//! The doors: accepting, TLS, HTTP/1.1; whoever speaks plain HTTP to TLS is shown the way. One task a connection; a slow hand-shake or header holds up nobody else.
//!
//! `TCP_USER_TIMEOUT` makes a phone that walked out of reach a closed connection within 20 s, so that a stream that is still
//! open is one whose phone still answers.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::IntoResponse as _;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_rustls::TlsAcceptor;
use tokio_util::task::TaskTracker;
use tower_service::Service as _;

use super::front::Front;
use super::problem::{Code, Problem};
use crate::certificates::Certificates;

const HANDSHAKE: Duration = Duration::from_secs(10);
const HEADERS: Duration = Duration::from_secs(30);
const UNANSWERED_MS: u32 = 20_000;
/// What a connection's buffer may grow to; a page's request is a fraction of it, and thousands of streams are open.
const BUFFER_BYTES: usize = 16 * 1024;

/// An address that cannot be listened on.
#[derive(Debug, thiserror::Error)]
pub enum BindError {
    /// Another program has it.
    #[error("{key}: {addr} is in use by another program: stop that one, or choose another address")]
    Taken {
        /// The key of the configuration.
        key: &'static str,
        /// The address.
        addr: SocketAddr,
    },
    /// The address is not this machine's, or not allowed.
    #[error("{key}: cannot listen on {addr}: {source}")]
    Refused {
        /// The key of the configuration.
        key: &'static str,
        /// The address.
        addr: SocketAddr,
        /// What the system says.
        source: io::Error,
    },
}

/// Where a request comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Peer(pub(super) SocketAddr);

/// An address that is listened on.
pub(super) struct Door {
    pub(super) addr: SocketAddr,
    listener: TcpListener,
}

pub(super) async fn bind(key: &'static str, addr: SocketAddr) -> Result<Door, BindError> {
    let refused = |source: io::Error| match source.kind() {
        io::ErrorKind::AddrInUse => BindError::Taken { key, addr },
        _ => BindError::Refused { key, addr, source },
    };
    let listener = TcpListener::bind(addr).await.map_err(refused)?;
    let addr = listener.local_addr().map_err(refused)?;
    Ok(Door { addr, listener })
}

pub(super) fn serve(
    door: Door,
    secure: Option<Arc<Certificates>>,
    router: Router,
    front: &Arc<Front>,
    tasks: &TaskTracker,
) {
    let acceptor = secure.map(|certificates| TlsAcceptor::from(certificates.server(&[b"http/1.1"])));
    let (front, connections) = (Arc::clone(front), tasks.clone());
    tasks.spawn(async move { accept(door, acceptor, router, front, connections).await });
}

async fn accept(door: Door, acceptor: Option<TlsAcceptor>, router: Router, front: Arc<Front>, tasks: TaskTracker) {
    let room = Arc::new(Semaphore::new(front.connections));
    loop {
        let place = tokio::select! {
            () = front.shutdown.cancelled() => return,
            place = Arc::clone(&room).acquire_owned() => place,
        };
        let Ok(place) = place else { return };
        let accepted = tokio::select! {
            () = front.shutdown.cancelled() => return,
            accepted = door.listener.accept() => accepted,
        };
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                // Out of file handles, mostly: others have to close first.
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(Duration::from_millis(100)).await;
                continue;
            }
        };
        tune(&stream);
        let (acceptor, router, front) = (acceptor.clone(), router.clone(), Arc::clone(&front));
        tasks.spawn(async move {
            front.metrics.connections.inc();
            match acceptor {
                None => connection(stream, peer, router, &front).await,
                Some(acceptor) => match tokio::time::timeout(HANDSHAKE, is_plain(&stream)).await {
                    Ok(true) => connection(stream, peer, secure_address(), &front).await,
                    Ok(false) => {
                        if let Ok(Ok(stream)) = tokio::time::timeout(HANDSHAKE, acceptor.accept(stream)).await {
                            connection(stream, peer, router, &front).await;
                        }
                    }
                    Err(_) => {}
                },
            }
            front.metrics.connections.dec();
            drop(place);
        });
    }
}

/// Whether somebody speaks HTTP where TLS is spoken: they typed the address without its `https`.
async fn is_plain(stream: &TcpStream) -> bool {
    let mut first = [0];
    matches!(stream.peek(&mut first).await, Ok(1)) && first.iter().all(u8::is_ascii_uppercase)
}

/// Sends whoever asks for a page to the same address over HTTPS, and takes nothing else.
fn secure_address() -> Router {
    Router::new().fallback(|request: Request| async move {
        let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok());
        let asks = [Method::GET, Method::HEAD].contains(request.method());
        let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
        match host.filter(|_| asks).map(|host| HeaderValue::try_from(format!("https://{host}{path}"))) {
            Some(Ok(address)) => (StatusCode::TEMPORARY_REDIRECT, [(header::LOCATION, address)]).into_response(),
            _ => Problem::new(Code::HttpsOnly, "this address speaks HTTPS").into_response(),
        }
    })
}

fn tune(stream: &TcpStream) {
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "TCP_NODELAY refused");
    }
    if let Err(error) = rustix::net::sockopt::set_tcp_user_timeout(stream, UNANSWERED_MS) {
        tracing::debug!(%error, "TCP_USER_TIMEOUT refused");
    }
}

async fn connection(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    peer: SocketAddr,
    router: Router,
    front: &Front,
) {
    let service = hyper::service::service_fn(move |mut request: hyper::Request<Incoming>| {
        request.extensions_mut().insert(Peer(peer));
        let request: Request = request.map(axum::body::Body::new);
        router.clone().call(request)
    });
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(HEADERS).max_buf_size(BUFFER_BYTES);
    let connection = http.serve_connection(TokioIo::new(stream), service);
    tokio::pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = front.shutdown.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::trace!(%error, "a connection ended");
    }
}
