//! HTTP towards the gateway: for pictures, and for a new kiosk that asks to be let in. Blocking; called on threads for it.

use std::time::Duration;

use ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig, parse_pem};

/// An agent with a limit for each whole request. With an authority, that one alone is trusted; without, the public ones.
/// An answer that says no is an answer, not an error.
#[must_use]
pub fn agent(authority: Option<&[u8]>, patience: Duration) -> ureq::Agent {
    let mut tls = TlsConfig::builder();
    if let Some(pem) = authority {
        tls = tls.root_certs(RootCerts::from(certificates(pem)));
    }
    ureq::Agent::config_builder()
        .timeout_global(Some(patience))
        .http_status_as_error(false)
        .tls_config(tls.build())
        .build()
        .new_agent()
}

/// The certificates in a PEM file; none where there are none.
#[must_use]
pub fn certificates(pem: &[u8]) -> Vec<Certificate<'static>> {
    let read = |item| match item {
        Ok(PemItem::Certificate(certificate)) => Some(certificate),
        _ => None,
    };
    parse_pem(pem).filter_map(read).collect()
}
