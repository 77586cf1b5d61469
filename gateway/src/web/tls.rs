//! HTTPS from two files, which may be replaced while the gateway runs: looked at every ten seconds and on SIGHUP. A new
//! pair that cannot be used leaves the old one in force, with a line in the log.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use arc_swap::ArcSwap;
use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

use super::config::TlsConfig;

const LOOK_EVERY: Duration = Duration::from_secs(10);

/// Why certificate and key cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// The certificate's file.
    #[error("web.tls.cert: {} is no certificate in PEM: {source}", .file.display())]
    Certificate {
        /// Which file.
        file: PathBuf,
        /// What is wrong with it.
        source: rustls::pki_types::pem::Error,
    },
    /// No certificate in the file.
    #[error("web.tls.cert: {} holds no certificate", .0.display())]
    Empty(PathBuf),
    /// The key's file.
    #[error("web.tls.key: {} is no private key in PEM: {source}", .file.display())]
    Key {
        /// Which file.
        file: PathBuf,
        /// What is wrong with it.
        source: rustls::pki_types::pem::Error,
    },
    /// They do not fit, or are of a kind that is not supported.
    #[error("web.tls: certificate and key cannot be used together: {0}")]
    Pair(#[from] rustls::Error),
}

/// The pair in force.
pub(super) struct Certificates {
    files: TlsConfig,
    current: ArcSwap<CertifiedKey>,
}

impl Certificates {
    pub(super) fn load(files: &TlsConfig) -> Result<Arc<Self>, TlsError> {
        Ok(Arc::new(Self { files: files.clone(), current: ArcSwap::from_pointee(read(files)?) }))
    }

    pub(super) fn server(self: &Arc<Self>) -> Arc<ServerConfig> {
        let provider = Arc::new(ring::default_provider());
        #[expect(clippy::expect_used, reason = "ring's own provider has suites for rustls's own default versions")]
        let builder =
            ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().expect("versions");
        let resolver: Arc<dyn ResolvesServerCert> = Arc::clone(self) as Arc<dyn ResolvesServerCert>;
        let mut config = builder.with_no_client_auth().with_cert_resolver(resolver);
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Arc::new(config)
    }

    /// Takes changed files over until the end.
    pub(super) async fn watch(self: Arc<Self>, shutdown: CancellationToken) {
        let mut hangup = match signal(SignalKind::hangup()) {
            Ok(hangup) => hangup,
            Err(error) => {
                tracing::warn!(%error, "no SIGHUP here: a new certificate needs a restart");
                return;
            }
        };
        let mut seen = self.changed_at();
        loop {
            let asked = tokio::select! {
                () = shutdown.cancelled() => return,
                received = hangup.recv() => received.is_some(),
                () = tokio::time::sleep(LOOK_EVERY) => false,
            };
            let now = self.changed_at();
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
                tracing::info!(file = %self.files.cert.display(), "a new certificate is in force");
            }
            Err(error) => tracing::warn!(%error, "the new certificate cannot be used: the old one stays in force"),
        }
    }

    fn changed_at(&self) -> [Option<SystemTime>; 2] {
        [&self.files.cert, &self.files.key].map(|file| std::fs::metadata(file).and_then(|file| file.modified()).ok())
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

fn read(files: &TlsConfig) -> Result<CertifiedKey, TlsError> {
    let certificate = |source| TlsError::Certificate { file: files.cert.clone(), source };
    let chain = CertificateDer::pem_file_iter(&files.cert).map_err(certificate)?;
    let chain: Vec<_> = chain.collect::<Result<_, _>>().map_err(certificate)?;
    if chain.is_empty() {
        return Err(TlsError::Empty(files.cert.clone()));
    }
    let key = PrivateKeyDer::from_pem_file(&files.key);
    let key = key.map_err(|source| TlsError::Key { file: files.key.clone(), source })?;
    Ok(CertifiedKey::from_der(chain, key, &ring::default_provider())?)
}
