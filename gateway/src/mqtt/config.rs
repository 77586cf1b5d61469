//! The section `mqtt` of the configuration. Nothing here opens anything: [`MqttConfig::validate`] judges the values alone.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

use serde::{Deserialize, Serialize, Serializer};
use shared::wire::MAX_MQTT_BYTES;

use super::link::Address;
use crate::certificates::{Named, Pair};

/// How devices reach the gateway: over the embedded broker, or over somebody else's when `url` is set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MqttConfig {
    /// Where the embedded broker listens; port 0 takes any free one. Loopback unless somebody decides otherwise, for
    /// without a certificate what visitors type crosses this network in the clear.
    pub listen: SocketAddr,
    /// PEM file with the embedded broker's certificate chain; with it, `listen` speaks TLS and nothing else. Changed files are
    /// taken over without a restart.
    pub tls_cert: Option<PathBuf>,
    /// PEM file with the certificate's private key.
    pub tls_key: Option<PathBuf>,
    /// Connections at one time to the embedded broker, 1-10000; further ones are closed at once.
    pub max_connections: usize,
    /// Largest packet in bytes, 32 KiB - 1 MiB. Events over 16 KiB are refused with a receipt; a packet over this ends
    /// its connection.
    pub max_packet: usize,
    /// `mqtt://HOST[:PORT]` or `mqtts://HOST[:PORT]`: use this broker instead of the embedded one.
    pub url: Option<String>,
    /// The gateway's account at that broker.
    pub username: Option<String>,
    /// Its password.
    pub password: Option<Password>,
    /// PEM file of the authority that signed that broker's certificate; without it, those of the system.
    pub ca_file: Option<PathBuf>,
}

impl Default for MqttConfig {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 1883)),
            tls_cert: None,
            tls_key: None,
            max_connections: 512,
            max_packet: 64 * 1024,
            url: None,
            username: None,
            password: None,
            ca_file: None,
        }
    }
}

/// One thing that is wrong with the section.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The key, relative to `mqtt.`.
    pub key: &'static str,
    /// What is wrong, for a person.
    pub problem: String,
}

impl MqttConfig {
    /// What the embedded broker shows; nothing in the clear, or where somebody else's broker is used.
    #[must_use]
    pub fn pair(&self) -> Option<Pair> {
        let (cert, key) = self.tls_cert.as_ref().zip(self.tls_key.as_ref()).filter(|_| self.url.is_none())?;
        Some(Pair {
            cert: Named { key: "mqtt.tls_cert", file: cert.clone() },
            key: Named { key: "mqtt.tls_key", file: key.clone() },
        })
    }

    /// What works and should not stay so: what visitors type crosses a network in the clear.
    #[must_use]
    pub fn advice(&self) -> Option<Fault> {
        const CLEAR: &str = "what visitors type crosses the network in the clear";
        let Some(url) = &self.url else {
            let fine = self.pair().is_some() || self.listen.ip().is_loopback();
            return (!fine)
                .then(|| Fault { key: "listen", problem: format!("{CLEAR}: set mqtt.tls_cert and mqtt.tls_key") });
        };
        let fine = Address::parse(url).is_none_or(|address| address.tls || is_this_machine(&address.host));
        (!fine).then(|| Fault { key: "url", problem: format!("{CLEAR}: use mqtts://") })
    }

    /// Every fault of the section; none means that it can be used.
    #[must_use]
    pub fn validate(&self) -> Vec<Fault> {
        let mut faults = Vec::new();
        let mut fault = |key, problem: &str| faults.push(Fault { key, problem: problem.to_owned() });
        match (&self.tls_cert, &self.tls_key) {
            (Some(_), None) => fault("tls_key", "is missing, though mqtt.tls_cert is set"),
            (None, Some(_)) => fault("tls_cert", "is missing, though mqtt.tls_key is set"),
            _ => {}
        }
        if !(1..=10_000).contains(&self.max_connections) {
            fault("max_connections", "must be 1 to 10000");
        }
        if !(2 * MAX_MQTT_BYTES..=1024 * 1024).contains(&self.max_packet) {
            fault("max_packet", "must be 32768 to 1048576 bytes");
        }
        let address = self.url.as_deref().map(Address::parse);
        match &address {
            Some(None) => {
                fault("url", "must be mqtt://HOST[:PORT] or mqtts://HOST[:PORT], with the account in its own keys");
            }
            Some(Some(address)) if !address.tls && self.ca_file.is_some() => {
                fault("url", "must be mqtts:// when mqtt.ca_file is set");
            }
            _ => {}
        }
        if self.password.is_some() && self.username.is_none() {
            fault("username", "is missing, though mqtt.password is set");
        }
        if self.url.is_none() {
            for (key, set) in [("username", self.username.is_some()), ("ca_file", self.ca_file.is_some())] {
                if set {
                    fault(key, "is for an external broker: set mqtt.url too, or leave it out");
                }
            }
        }
        faults
    }
}

fn is_this_machine(host: &str) -> bool {
    host == "localhost" || host.parse().is_ok_and(|ip: IpAddr| ip.is_loopback())
}

/// A password. Prints `***`, also where a configuration is printed.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Password(String);

/// What stands in place of a secret that is printed.
const HIDDEN: &str = "***";

impl TryFrom<String> for Password {
    type Error = &'static str;

    /// Refuses what `config print` shows: somebody would knock at a broker with three stars.
    fn try_from(text: String) -> Result<Self, Self::Error> {
        if text == HIDDEN {
            Err("*** stands for a secret that `config print` hid; write the secret itself")
        } else {
            Ok(Self(text))
        }
    }
}

impl Password {
    /// Takes a text over as secret.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(HIDDEN)
    }
}

impl Serialize for Password {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(HIDDEN)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(toml: &str, expect: &[&str]) {
        let config: MqttConfig = toml::from_str(toml).unwrap();
        let keys: Vec<_> = config.validate().iter().map(|fault| fault.key).collect();
        assert_eq!(keys, expect, "{toml}");
    }

    #[test]
    fn every_fault_is_named_by_its_key() {
        check("", &[]);
        check("listen = '0.0.0.0:0'\ntls_cert = 'a'\ntls_key = 'b'", &[]);
        check("url = 'mqtts://broker'\nusername = 'gateway'\npassword = 'x'\nca_file = 'ca.pem'", &[]);
        check("tls_cert = 'a'", &["tls_key"]);
        check("tls_key = 'a'\nmax_connections = 0\nmax_packet = 1024", &["tls_cert", "max_connections", "max_packet"]);
        check("url = 'http://x'", &["url"]);
        check("url = 'mqtt://user:word@x'", &["url"]);
        check("url = 'mqtt://x'\nca_file = 'ca.pem'", &["url"]);
        check("url = 'mqtt://x'\npassword = 'x'", &["username"]);
        check("username = 'x'\nca_file = 'y'", &["username", "ca_file"]);
    }

    #[test]
    fn a_network_that_hears_visitors_numbers_is_advised_against() {
        let advice = |toml: &str| toml::from_str::<MqttConfig>(toml).unwrap().advice().map(|fault| fault.key);
        for fine in [
            "",
            "url = 'mqtt://127.0.0.1'",
            "url = 'mqtt://localhost:1883'",
            "url = 'mqtt://[::1]'",
            "url = 'mqtts://broker'",
        ] {
            assert_eq!(advice(fine), None, "{fine}");
        }
        assert_eq!(advice("listen = '0.0.0.0:1883'"), Some("listen"));
        assert_eq!(advice("listen = '0.0.0.0:8883'\ntls_cert = 'a'\ntls_key = 'b'"), None);
        assert_eq!(advice("url = 'mqtt://broker'"), Some("url"));
    }

    #[test]
    fn unknown_keys_are_refused() {
        let error = toml::from_str::<MqttConfig>("urll = 'x'").unwrap_err().to_string();
        assert!(error.contains("urll"), "{error}");
    }

    #[test]
    fn passwords_are_never_printed() {
        let config = MqttConfig { password: Some(Password::new("geheim")), ..MqttConfig::default() };
        let shown = format!("{config:?}{}", toml::to_string(&config).unwrap());
        assert!(!shown.contains("geheim") && shown.contains("***"), "{shown}");
        let read_back = toml::from_str::<MqttConfig>("password = '***'").unwrap_err().to_string();
        assert!(read_back.contains("write the secret itself"), "{read_back}");
    }
}
