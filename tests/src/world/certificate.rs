//! A certificate for 127.0.0.1 by an authority of the test's own, made by openssl.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

/// Files of an authority and of a server's certificate.
#[derive(Debug, Clone)]
pub struct Certificate {
    folder: PathBuf,
}

impl Certificate {
    /// Makes them in a folder; made again there, they replace the old ones.
    ///
    /// # Errors
    /// When openssl fails.
    pub fn make(folder: &Path) -> Result<Self> {
        std::fs::create_dir_all(folder).context("a folder for certificates")?;
        let extensions = "subjectAltName=IP:127.0.0.1,DNS:localhost\nbasicConstraints=CA:FALSE\n\
                          extendedKeyUsage=serverAuth\n";
        std::fs::write(folder.join("server.ext"), extensions).context("write the certificate's extensions")?;
        let key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
        let authority = ["-x509", "-days", "30", "-subj", "/CN=Test authority", "-keyout", "ca.key", "-out", "ca.pem"];
        openssl(folder, &[&["req"], &key[..], &authority[..]].concat())?;
        let request = ["-subj", "/CN=127.0.0.1", "-keyout", "server.key", "-out", "server.csr"];
        openssl(folder, &[&["req"], &key[..], &request[..]].concat())?;
        let sign = "x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 20 -extfile server.ext -out server.pem";
        openssl(folder, &sign.split(' ').collect::<Vec<_>>())?;
        Ok(Self { folder: folder.to_owned() })
    }

    /// The authority's certificate.
    #[must_use]
    pub fn authority(&self) -> PathBuf {
        self.folder.join("ca.pem")
    }

    /// The server's certificate.
    #[must_use]
    pub fn chain(&self) -> PathBuf {
        self.folder.join("server.pem")
    }

    /// The server's key.
    #[must_use]
    pub fn key(&self) -> PathBuf {
        self.folder.join("server.key")
    }
}

/// Runs openssl in a folder.
///
/// # Errors
/// With what it says, when it says no.
pub fn openssl(folder: &Path, arguments: &[&str]) -> Result<()> {
    let output = Command::new("openssl").args(arguments).current_dir(folder).output().context("start openssl")?;
    ensure!(output.status.success(), "openssl {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    Ok(())
}
