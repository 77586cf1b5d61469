//! Whether the link in the codes answers: tried once at the start, from this machine, and again when the manager looks while it does
//! not. What comes of it is a line on the manager's page; nothing waits for it, and nothing is refused for it.
//!
//! No proof: a link that answers here may be out of reach on mobile data, or the other way round, and whether phones trust its
//! certificate is not looked at.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, SignatureScheme};
use shared::clock::Clock;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// A file that both doors serve, by which the gateway knows itself.
pub(super) const SIGN: &str = "icon.svg";
/// For the whole of one try.
const PATIENCE: Duration = Duration::from_secs(10);
/// A link that did not answer is not tried oftener.
const AGAIN: Duration = Duration::from_mins(1);
/// The head of the answer has its `ETag` within so many bytes.
const HEAD: u64 = 4096;

/// How the link in the codes is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    /// There is none: no public address, and no door for visitors.
    NoDoor,
    /// There is a door for visitors, but this machine has no address on a network.
    NoAddress,
    /// There is one; nothing is known against it.
    Fine,
    /// The public one does not answer.
    Silent,
    /// Something answers there that is not this gateway.
    Foreign,
}

/// The link, and what is known about it.
pub(super) struct Reach {
    /// What is tried: `web.public_url`.
    pub(super) public: Option<String>,
    /// The `ETag` of [`SIGN`].
    sign: String,
    seen: Mutex<(Standing, Duration)>,
    clock: Arc<dyn Clock>,
    shutdown: CancellationToken,
    tasks: TaskTracker,
}

impl Reach {
    pub(super) fn start(
        (public, standing): (Option<String>, Standing),
        sign: String,
        clock: Arc<dyn Clock>,
        (shutdown, tasks): (CancellationToken, TaskTracker),
    ) -> Arc<Self> {
        let seen = Mutex::new((standing, clock.read().boot));
        let reach = Arc::new(Self { public, sign, seen, clock, shutdown, tasks });
        reach.spawn_try();
        reach
    }

    /// How it is. While it does not answer, looking has it tried again.
    pub(super) fn look(self: &Arc<Self>) -> Standing {
        let now = self.clock.read().boot;
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let (standing, at) = *seen;
        if matches!(standing, Standing::Silent | Standing::Foreign) && now.saturating_sub(at) >= AGAIN {
            seen.1 = now;
            self.spawn_try();
        }
        standing
    }

    fn spawn_try(self: &Arc<Self>) {
        let Some(base) = self.public.clone() else { return };
        let this = Arc::clone(self);
        self.tasks.spawn(async move {
            let tried = tokio::time::timeout(PATIENCE, ask(&base));
            let answer = tokio::select! {
                () = this.shutdown.cancelled() => return,
                answer = tried => answer.unwrap_or_else(|_| Err("no answer within 10 s".to_owned())),
            };
            let standing = match answer {
                Ok(head) if !this.sign.is_empty() && head.contains(&this.sign) => Standing::Fine,
                Ok(_) => Standing::Foreign,
                Err(why) => {
                    tracing::warn!(%why, url = base, "the link in the codes does not answer from this machine (web.public_url)");
                    Standing::Silent
                }
            };
            if standing == Standing::Foreign {
                tracing::warn!(url = base, "something else answers at the link in the codes (web.public_url)");
            }
            *this.seen.lock().unwrap_or_else(PoisonError::into_inner) = (standing, this.clock.read().boot);
        });
    }
}

/// The head of the answer.
async fn ask(base: &str) -> Result<String, String> {
    let said = |error: std::io::Error| error.to_string();
    let (host, port, secure) = place(base).ok_or("it is no address of host and port")?;
    let stream = TcpStream::connect((host, port)).await.map_err(said)?;
    if !secure {
        return speak(stream, host).await.map_err(said);
    }
    let name = ServerName::try_from(host.to_owned()).map_err(|error| error.to_string())?;
    let connector = TlsConnector::from(Arc::new(client()?));
    let stream = connector.connect(name, stream).await.map_err(said)?;
    speak(stream, host).await.map_err(said)
}

async fn speak(mut stream: impl AsyncRead + AsyncWrite + Unpin, host: &str) -> std::io::Result<String> {
    let request = format!("GET /assets/{SIGN} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut head = Vec::new();
    stream.take(HEAD).read_to_end(&mut head).await?;
    Ok(String::from_utf8_lossy(&head).into_owned())
}

/// Host, port and whether over TLS, of `https://host[:port][/]`.
fn place(base: &str) -> Option<(&str, u16, bool)> {
    let (scheme, rest) = base.split_once("://")?;
    let secure = scheme == "https";
    let rest = rest.trim_end_matches('/');
    let (host, port) = match rest.rsplit_once(':') {
        // Within brackets it is the address's own.
        Some((host, port)) if !port.ends_with(']') => (host, port.parse().ok()?),
        _ => (rest, if secure { 443 } else { 80 }),
    };
    Some((host.trim_start_matches('[').trim_end_matches(']'), port, secure))
}

fn client() -> Result<ClientConfig, String> {
    let provider = Arc::new(ring::default_provider());
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?;
    Ok(builder.dangerous().with_custom_certificate_verifier(Arc::new(AnyCertificate(provider))).with_no_client_auth())
}

/// Whom phones trust is not this machine's to say: what is asked is whether somebody answers. Nothing secret is said to them.
#[derive(Debug)]
struct AnyCertificate(Arc<CryptoProvider>);

impl ServerCertVerifier for AnyCertificate {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, cert, signed, &self.0.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, cert, signed, &self.0.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_taken_apart() {
        for (base, expect) in [
            ("https://showroom.example", Some(("showroom.example", 443, true))),
            ("http://showroom.example/", Some(("showroom.example", 80, false))),
            ("https://10.0.0.7:8443", Some(("10.0.0.7", 8443, true))),
            ("http://[fd00::1]:81", Some(("fd00::1", 81, false))),
            ("http://[fd00::1]", Some(("fd00::1", 80, false))),
            ("http://a:port", None),
        ] {
            assert_eq!(place(base), expect, "{base}");
        }
    }
}
