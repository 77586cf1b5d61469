//! Knocks at the embedded broker, for `/readyz`: connects like a device, asks for a PINGRESP and leaves. It shows that the
//! listener accepts, the accounts answer and a connection is served.
//!
//! It has an account of its own that lives as long as the process and may neither publish nor subscribe.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, DigitallySignedStruct, SignatureScheme};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use super::MqttError;
use crate::certificates::Certificates;

/// User name and client id. No device is called so: theirs begin with their kind.
pub(super) const NAME: &str = "probe";
/// A broker that takes longer is not ready.
const PATIENCE: Duration = Duration::from_secs(2);

pub(super) struct Probe {
    addr: SocketAddr,
    password: String,
    tls: Option<TlsConnector>,
}

/// A password for this process.
pub(super) fn password() -> Result<String, MqttError> {
    let mut random = [0; 16];
    getrandom::fill(&mut random).map_err(|error| MqttError::Random { reason: error.to_string() })?;
    Ok(format!("{:032x}", u128::from_be_bytes(random)))
}

impl Probe {
    /// `certificates` are what the broker shows, if it speaks TLS; the probe follows them when they are replaced.
    pub(super) fn new(
        addr: SocketAddr,
        password: String,
        certificates: Option<Arc<Certificates>>,
    ) -> Result<Self, MqttError> {
        let ip = match addr.ip() {
            IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
            IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
            ip => ip,
        };
        let tls = certificates.map(connector).transpose()?;
        Ok(Self { addr: SocketAddr::new(ip, addr.port()), password, tls })
    }

    /// One round trip.
    pub(super) async fn knock(&self) -> io::Result<()> {
        let talk = async {
            let mut stream = TcpStream::connect(self.addr).await?;
            stream.set_nodelay(true)?;
            match &self.tls {
                None => self.talk(&mut stream).await,
                Some(tls) => {
                    let name = ServerName::IpAddress(self.addr.ip().into());
                    self.talk(&mut tls.connect(name, stream).await?).await
                }
            }
        };
        tokio::time::timeout(PATIENCE, talk).await.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
    }

    /// CONNECT (clean session, keep-alive 5 s), PINGREQ, DISCONNECT, each answer as MQTT 3.1.1 has it.
    async fn talk(&self, stream: &mut (impl AsyncRead + AsyncWrite + Unpin)) -> io::Result<()> {
        let mut connect = b"\x00\x04MQTT\x04\xc2\x00\x05".to_vec();
        for text in [NAME, NAME, &self.password] {
            connect.extend(u16::try_from(text.len()).unwrap_or(0).to_be_bytes());
            connect.extend(text.as_bytes());
        }
        let length = u8::try_from(connect.len()).map_err(io::Error::other)?;
        stream.write_all(&[&[0x10, length], connect.as_slice()].concat()).await?;
        expect(stream, [0x20, 2, 0, 0]).await?;
        stream.write_all(&[0xc0, 0]).await?;
        expect(stream, [0xd0, 0]).await?;
        stream.write_all(&[0xe0, 0]).await?;
        stream.flush().await
    }
}

async fn expect<const N: usize>(stream: &mut (impl AsyncRead + Unpin), answer: [u8; N]) -> io::Result<()> {
    let mut given = [0; N];
    stream.read_exact(&mut given).await?;
    if given == answer { Ok(()) } else { Err(io::Error::other(format!("it answers with {given:02x?}"))) }
}

fn connector(certificates: Arc<Certificates>) -> Result<TlsConnector, MqttError> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let own = Arc::new(OwnCertificate { certificates, provider: Arc::clone(&provider) });
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|source| MqttError::Tls { source })?
        .dangerous()
        .with_custom_certificate_verifier(own)
        .with_no_client_auth();
    Ok(TlsConnector::from(Arc::new(config)))
}

/// Believes the very certificate that this process shows and no other: it needs no authority and no name.
#[derive(Debug)]
struct OwnCertificate {
    certificates: Arc<Certificates>,
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for OwnCertificate {
    fn verify_server_cert(
        &self,
        shown: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _name: &ServerName<'_>,
        _ocsp: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        if self.certificates.shows(shown) {
            Ok(ServerCertVerified::assertion())
        } else {
            Err(CertificateError::ApplicationVerificationFailure.into())
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, certificate, signed, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, certificate, signed, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
