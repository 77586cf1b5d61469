//! Certificates, keys and authorities that lie in files of the configuration: each fault names its key. A door's own pair may be
//! replaced while the gateway runs: it is looked at every ten seconds and on SIGHUP, and a new pair that cannot be used leaves
//! the old one in force, with a line in the log.
//!
//! - [`authority`]: a showroom's own, where no public one signs
//!
//! It opens no port and knows none of the doors. Called by `web`, `mqtt` and `notify`, and by `config`, which reads everything
//! once before anything is opened.

pub mod authority;

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use arc_swap::ArcSwap;
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use rustls::{RootCertStore, ServerConfig};
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

const LOOK_EVERY: Duration = Duration::from_secs(10);

/// A file, and the configuration's key that names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// Such as `web.tls.cert`.
    pub key: &'static str,
    /// The file, in PEM.
    pub file: PathBuf,
}

/// What a door shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pair {
    /// The certificate, followed by its chain.
    pub cert: Named,
    /// The private key.
    pub key: Named,
}

/// Why a file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum CertificateError {
    /// It is not there, or not ours to read.
    #[error("{key}: {} cannot be read: {source}", file.display())]
    Unreadable {
        /// The configuration's key.
        key: &'static str,
        /// The file.
        file: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Something else stands in it.
    #[error("{key}: {} holds no {wanted} in PEM", file.display())]
    Holds {
        /// The configuration's key.
        key: &'static str,
        /// The file.
        file: PathBuf,
        /// What should stand in it.
        wanted: &'static str,
    },
    /// Certificate and key do not fit, or are of a kind that is not supported.
    #[error("{key}: {} cannot be used with the certificate of {cert}: {source}", file.display())]
    Pair {
        /// The configuration's key of the private key.
        key: &'static str,
        /// The private key's file.
        file: PathBuf,
        /// The configuration's key of the certificate.
        cert: &'static str,
        /// Why.
        source: Box<rustls::Error>,
    },
}

impl CertificateError {
    /// The configuration's key.
    #[must_use]
    pub fn key(&self) -> &'static str {
        match self {
            Self::Unreadable { key, .. } | Self::Holds { key, .. } | Self::Pair { key, .. } => key,
        }
    }

    /// What is wrong, without the key.
    #[must_use]
    pub fn problem(&self) -> String {
        let said = self.to_string();
        said.strip_prefix(self.key()).map_or(said.as_str(), |rest| rest.trim_start_matches(": ")).to_owned()
    }
}

/// The pair in force at one door.
pub struct Certificates {
    files: Pair,
    current: ArcSwap<CertifiedKey>,
    /// As the files were just before they were read at the start.
    seen: [Option<SystemTime>; 2],
}

impl Certificates {
    /// Reads the pair.
    ///
    /// # Errors
    /// A file that cannot be used, or two that do not fit.
    pub fn load(files: Pair) -> Result<Arc<Self>, CertificateError> {
        let seen = changed_at(&files);
        let current = ArcSwap::from_pointee(read(&files)?);
        Ok(Arc::new(Self { files, current, seen }))
    }

    /// A server that shows the pair in force and speaks these protocols inside TLS (ALPN; none: anything).
    pub(crate) fn server(self: &Arc<Self>, protocols: &[&[u8]]) -> Arc<ServerConfig> {
        let provider = Arc::new(ring::default_provider());
        #[expect(clippy::expect_used, reason = "ring's own provider has suites for rustls's own default versions")]
        let builder =
            ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().expect("versions");
        let resolver: Arc<dyn ResolvesServerCert> = Arc::clone(self) as Arc<dyn ResolvesServerCert>;
        let mut config = builder.with_no_client_auth().with_cert_resolver(resolver);
        config.alpn_protocols = protocols.iter().map(|protocol| protocol.to_vec()).collect();
        Arc::new(config)
    }

    /// Whether this is the certificate in force.
    #[must_use]
    pub fn shows(&self, certificate: &CertificateDer<'_>) -> bool {
        self.current.load().cert.first() == Some(certificate)
    }

    /// Takes changed files over until the end.
    pub async fn watch(self: Arc<Self>, shutdown: CancellationToken) {
        let mut hangup = match signal(SignalKind::hangup()) {
            Ok(hangup) => hangup,
            Err(error) => {
                tracing::warn!(%error, "no SIGHUP here: a new certificate needs a restart");
                return;
            }
        };
        let mut seen = self.seen;
        loop {
            let asked = tokio::select! {
                () = shutdown.cancelled() => return,
                received = hangup.recv() => received.is_some(),
                () = tokio::time::sleep(LOOK_EVERY) => false,
            };
            let now = changed_at(&self.files);
            if asked || now != seen {
                seen = now;
                self.reload();
            }
        }
    }

    fn reload(&self) {
        match read(&self.files) {
            Ok(pair) => {
                self.current.store(Arc::new(pair));
                tracing::info!(file = %self.files.cert.file.display(), "a new certificate is in force");
            }
            Err(error) => tracing::warn!(%error, "the new certificate cannot be used: the old one stays in force"),
        }
    }
}

impl ResolvesServerCert for Certificates {
    fn resolve(&self, _hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.current.load_full())
    }
}

impl fmt::Debug for Certificates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Certificates").field("files", &self.files).finish_non_exhaustive()
    }
}

/// The authorities of a file, whose signature is believed.
///
/// # Errors
/// A file that cannot be read, or holds none.
pub fn authorities(key: &'static str, file: &Path) -> Result<RootCertStore, CertificateError> {
    let none = || CertificateError::Holds { key, file: file.to_owned(), wanted: "certificate authority" };
    let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&bytes(key, file)?).collect();
    let mut roots = RootCertStore::empty();
    let (added, _) = roots.add_parsable_certificates(chain.map_err(|_| none())?);
    if added == 0 { Err(none()) } else { Ok(roots) }
}

fn read(files: &Pair) -> Result<CertifiedKey, CertificateError> {
    let holds = |named: &Named, wanted| CertificateError::Holds { key: named.key, file: named.file.clone(), wanted };
    let Pair { cert, key } = files;
    let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&bytes(cert.key, &cert.file)?).collect();
    let chain = chain.ok().filter(|chain| !chain.is_empty()).ok_or_else(|| holds(cert, "certificate"))?;
    let secret = PrivateKeyDer::from_pem_slice(&bytes(key.key, &key.file)?).map_err(|_| holds(key, "private key"))?;
    CertifiedKey::from_der(chain, secret, &ring::default_provider()).map_err(|source| CertificateError::Pair {
        key: key.key,
        file: key.file.clone(),
        cert: cert.key,
        source: Box::new(source),
    })
}

fn bytes(key: &'static str, file: &Path) -> Result<Vec<u8>, CertificateError> {
    std::fs::read(file).map_err(|source| CertificateError::Unreadable { key, file: file.to_owned(), source })
}

fn changed_at(files: &Pair) -> [Option<SystemTime>; 2] {
    [&files.cert, &files.key].map(|named| std::fs::metadata(&named.file).and_then(|file| file.modified()).ok())
}
