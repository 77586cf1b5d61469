//! The files that the configuration names for TLS, read once before anything is opened: a wrong path is as wrong a configuration as a
//! wrong figure, and is told in the same way. The doors read them again for themselves.

use super::{Config, ConfigError, Fault};
use crate::certificates::{CertificateError, Certificates, authorities};

impl Config {
    /// The configuration itself, if the certificates, keys and authorities that it uses can be used.
    ///
    /// # Errors
    /// Every one that cannot.
    pub fn with_files(self) -> Result<Self, ConfigError> {
        let pairs = [self.web.tls.as_ref().map(crate::web::TlsConfig::pair), self.mqtt.pair()];
        let broker = self.mqtt.ca_file.as_deref().filter(|_| self.mqtt.url.is_some());
        let named = [("mqtt.ca_file", broker), ("channels.ca_file", self.channels.ca_file.as_deref())];
        let pairs = pairs.into_iter().flatten().map(|pair| Certificates::load(pair).map(drop));
        let named = named.into_iter().filter_map(|(key, file)| Some(authorities(key, file?).map(drop)));
        let faults: Vec<_> = pairs.chain(named).filter_map(Result::err).map(Fault::from).collect();
        if faults.is_empty() { Ok(self) } else { Err(ConfigError(faults)) }
    }
}

impl From<CertificateError> for Fault {
    fn from(error: CertificateError) -> Self {
        Self { key: error.key().to_owned(), problem: error.problem() }
    }
}
