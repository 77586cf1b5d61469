//! Calls to receivers outside: one connection a call, HTTP/1.1, TLS by the system's authorities or a file's.
//!
//! It follows no redirect and keeps no connection: a message is rare, and each has a receiver of its own choosing. Invariants: every
//! call ends within the time-out, whatever the receiver does; no more than [`ANSWER`] bytes of an answer are read; no address is ever
//! written into a log line, for it may carry a key.

use std::net::{IpAddr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, to_bytes};
use chrono::{DateTime, Utc};
use hyper::client::conn::http1;
use hyper::header::{self, HeaderMap, HeaderName, HeaderValue};
use hyper::{Method, Request};
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, lookup_host};
use tokio_rustls::TlsConnector;

use super::deliveries::Failure;
use super::push::{is_outside, names_a_host};
use crate::certificates::{CertificateError, authorities};

/// The most of an answer that is read.
const ANSWER: usize = 64 * 1024;

/// Where a receiver is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    secure: bool,
    host: String,
    port: u16,
    path: String,
    /// It was not the showroom that chose it: whatever its name leads to, it must lie outside the house.
    outside: bool,
}

impl Address {
    /// Reads `https://…`; `http://…` only to this machine, for what is sent carries keys. `None` for anything else.
    #[must_use]
    pub fn parse(url: &str) -> Option<Self> {
        let uri: hyper::Uri = url.parse().ok()?;
        let secure = match uri.scheme_str()? {
            "https" => true,
            "http" => false,
            _ => return None,
        };
        let authority = uri.authority()?;
        let host = authority.host().trim_matches(['[', ']']).to_ascii_lowercase();
        if host.is_empty() || authority.as_str().contains('@') {
            return None;
        }
        let port = authority.port_u16().unwrap_or(if secure { 443 } else { 80 });
        let path = uri.path_and_query().map_or("/", |path| path.as_str()).to_owned();
        let address = Self { secure, host, port, path, outside: false };
        (secure || address.is_this_machine()).then_some(address)
    }

    /// Reads `https://` with a name of the internet's and the port of every service there, for a receiver that somebody else chose. `None`
    /// for anything else; when it is called, its name must lead out of the house as well.
    #[must_use]
    pub fn outside(url: &str) -> Option<Self> {
        let address = Self::parse(url)?;
        let fine = address.secure && address.port == 443 && names_a_host(&address.host);
        fine.then_some(Self { outside: true, ..address })
    }

    /// The receiver's name.
    pub(super) fn host(&self) -> &str {
        &self.host
    }

    /// Scheme, name, and the port where it is not the scheme's own (RFC 6454 §6.2).
    pub(super) fn origin(&self) -> String {
        format!("{}://{}", if self.secure { "https" } else { "http" }, self.host_header())
    }

    /// The same receiver, another path.
    pub(super) fn at(&self, path: &str) -> Self {
        let base = self.path.trim_end_matches('/');
        Self { path: format!("{base}{path}"), ..self.clone() }
    }

    fn is_this_machine(&self) -> bool {
        self.host == "localhost" || self.host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
    }

    fn host_header(&self) -> String {
        let host = if self.host.contains(':') { format!("[{}]", self.host) } else { self.host.clone() };
        if self.port == if self.secure { 443 } else { 80 } { host } else { format!("{host}:{}", self.port) }
    }
}

/// What a receiver answered.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    /// `Retry-After` as it stands there.
    pub(super) retry_after: Option<String>,
    pub(super) body: Vec<u8>,
}

/// The caller. Cheap to clone.
#[derive(Clone)]
pub struct Client {
    tls: Arc<ClientConfig>,
    timeout: Duration,
}

/// Why there is no caller.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// The authorities' file.
    #[error(transparent)]
    Authorities(#[from] CertificateError),
    /// The versions of TLS.
    #[error("TLS cannot be used for channels: {0}")]
    Tls(#[from] rustls::Error),
}

impl Client {
    /// A caller that trusts this file's authorities, or the system's.
    ///
    /// # Errors
    /// A file without a certificate in PEM.
    pub fn new(ca_file: Option<&Path>, timeout: Duration) -> Result<Self, ClientError> {
        Self::trusting(ca_file.map_or_else(|| Ok(of_the_system()), of_file)?, timeout)
    }

    /// A caller for receivers that others chose: it trusts the system's authorities, and those of a file besides.
    ///
    /// # Errors
    /// A file without a certificate in PEM.
    pub fn for_strangers(ca_file: Option<&Path>, timeout: Duration) -> Result<Self, ClientError> {
        let mut roots = of_the_system();
        if let Some(path) = ca_file {
            roots.extend(of_file(path)?.roots);
        }
        Self::trusting(roots, timeout)
    }

    fn trusting(roots: RootCertStore, timeout: Duration) -> Result<Self, ClientError> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let tls = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(Self { tls: Arc::new(tls), timeout })
    }

    /// One call.
    pub(super) async fn call(
        &self,
        method: Method,
        to: &Address,
        headers: Vec<(HeaderName, HeaderValue)>,
        body: Vec<u8>,
    ) -> Result<Answer, Failure> {
        let mut request = Request::new(Body::from(body));
        *request.method_mut() = method;
        *request.uri_mut() = to.path.parse().map_err(|_| Failure::Unusable)?;
        let host = HeaderValue::try_from(to.host_header()).map_err(|_| Failure::Unusable)?;
        let own = [(header::HOST, host), (header::CONNECTION, HeaderValue::from_static("close"))];
        request.headers_mut().extend(own.into_iter().chain(headers));
        tokio::time::timeout(self.timeout, self.exchange(to, request)).await.map_err(|_| Failure::TimedOut)?
    }

    async fn exchange(&self, to: &Address, request: Request<Body>) -> Result<Answer, Failure> {
        let unreachable = |_| Failure::Unreachable;
        let found: Vec<SocketAddr> = lookup_host((to.host.as_str(), to.port)).await.map_err(unreachable)?.collect();
        let fine: Vec<_> = found.into_iter().filter(|at| !to.outside || is_outside(at.ip())).collect();
        let stream = TcpStream::connect(fine.as_slice()).await.map_err(unreachable)?;
        stream.set_nodelay(true).map_err(unreachable)?;
        if !to.secure {
            return speak(stream, request).await;
        }
        let name = ServerName::try_from(to.host.clone()).map_err(|_| Failure::Unusable)?;
        let stream = TlsConnector::from(Arc::clone(&self.tls)).connect(name, stream).await.map_err(unreachable)?;
        speak(stream, request).await
    }
}

/// On a system without any, calls fail as unreachable, and say so.
fn of_the_system() -> RootCertStore {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    roots
}

fn of_file(path: &Path) -> Result<RootCertStore, ClientError> {
    Ok(authorities("channels.ca_file", path)?)
}

async fn speak<S>(stream: S, request: Request<Body>) -> Result<Answer, Failure>
where
    S: AsyncRead + AsyncWrite + Unpin + Send,
{
    let broken = |_| Failure::Unreachable;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(broken)?;
    let asked = async {
        let answer = sender.send_request(request).await.map_err(broken)?;
        let (head, body) = answer.into_parts();
        let retry_after = text(&head.headers, &header::RETRY_AFTER);
        // What is longer than anybody needs is left unread: the status says enough.
        let body = to_bytes(Body::new(body), ANSWER).await.unwrap_or_default();
        Ok(Answer { status: head.status.as_u16(), retry_after, body: body.to_vec() })
    };
    // Driven here and not by a task of its own, so that the time-out ends both.
    tokio::pin!(asked);
    tokio::select! {
        answer = &mut asked => answer,
        _ended = connection => asked.await,
    }
}

fn text(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    headers.get(name)?.to_str().ok().map(str::to_owned)
}

/// `Retry-After`: seconds, or a date (RFC 9110 §10.2.3).
pub(super) fn retry_after(text: &str, now: DateTime<Utc>) -> Option<Duration> {
    if let Ok(seconds) = text.trim().parse() {
        return Some(Duration::from_secs(seconds));
    }
    let at = DateTime::parse_from_rfc2822(text.trim()).ok()?;
    Some((at.to_utc() - now).to_std().unwrap_or_default())
}

/// A header's value that was made here.
pub(super) fn value(text: impl Into<String>) -> Result<HeaderValue, Failure> {
    HeaderValue::try_from(text.into()).map_err(|_| Failure::Unusable)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn receivers_are_https_or_this_machine() {
        for (url, host) in [
            ("https://example.com/hook?key=1", "example.com"),
            ("https://example.com:8443", "example.com:8443"),
            ("http://127.0.0.1:9/x", "127.0.0.1:9"),
            ("http://[::1]/x", "[::1]"),
            ("http://localhost/x", "localhost"),
        ] {
            assert_eq!(Address::parse(url).map(|address| address.host_header()).as_deref(), Some(host), "{url}");
        }
        for bad in
            ["", "example.com", "http://example.com/", "ftp://127.0.0.1/", "https://me:word@example.com/", "https:///x"]
        {
            assert_eq!(Address::parse(bad), None, "{bad}");
        }
        assert_eq!(Address::parse("https://a.b/c/").unwrap().at("/d?e").path, "/c/d?e");
    }

    #[test]
    fn receivers_that_somebody_else_chose_are_on_the_internet() {
        let origin = |url| Address::outside(url).map(|address| address.origin());
        assert_eq!(origin("https://Push.Example.com/a?b").as_deref(), Some("https://push.example.com"));
        assert_eq!(origin("https://push.example.com:443/").as_deref(), Some("https://push.example.com"));
        for bad in [
            "http://push.example.com/",
            "https://push.example.com:8443/",
            "https://localhost/",
            "https://127.0.0.1/",
            "https://[::1]/",
            "https://10.0.0.1/",
            "https://router.lan/",
            "https://me@push.example.com/",
        ] {
            assert_eq!(origin(bad), None, "{bad}");
        }
        let inside = Address::parse("http://127.0.0.1:9/").unwrap();
        assert_eq!(inside.origin(), "http://127.0.0.1:9");
    }

    #[tokio::test]
    async fn a_name_that_leads_into_the_house_is_called_by_nobody() {
        let door = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let client = Client::new(None, Duration::from_secs(5)).unwrap();
        let address = |outside| Address {
            secure: false,
            host: "localhost".to_owned(),
            port: door.local_addr().unwrap().port(),
            path: "/".to_owned(),
            outside,
        };
        let (inside, outside) = (address(false), address(true));
        let refused = client.call(Method::GET, &outside, Vec::new(), Vec::new()).await;
        assert!(matches!(refused, Err(Failure::Unreachable)), "{refused:?}");
        // The same without the rule gets through: what comes first at the door is this call.
        let called = client.call(Method::GET, &inside, Vec::new(), Vec::new());
        tokio::select! {
            came = door.accept() => assert!(came.is_ok()),
            answer = called => panic!("nobody answers: {answer:?}"),
        }
        let second = tokio::time::timeout(Duration::from_millis(50), door.accept()).await;
        assert!(second.is_err(), "the refused one never knocked");
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        let now = DateTime::parse_from_rfc3339("2026-11-23T10:00:00Z").unwrap().to_utc();
        assert_eq!(retry_after("120", now), Some(Duration::from_mins(2)));
        assert_eq!(retry_after("Mon, 23 Nov 2026 10:00:30 GMT", now), Some(Duration::from_secs(30)));
        assert_eq!(retry_after("Mon, 23 Nov 2026 09:00:00 GMT", now), Some(Duration::ZERO));
        assert_eq!(retry_after("soon", now), None);
    }
}
