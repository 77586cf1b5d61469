//! The `web` section of the configuration.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket};
use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use shared::wire::GuestWifi;

use super::reach::Standing;

/// No page says oftener that it is alive, however fast a demo's clock runs.
pub(crate) const LEAST_ALIVE: Duration = Duration::from_millis(100);

/// One fault of the configuration, with the path of its key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Such as `web.tls.cert`.
    pub key: &'static str,
    /// What is wrong, and what to write instead.
    pub text: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.key, self.text)
    }
}

/// `[web.tls]`: both files in PEM. Changed files are taken over without a restart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TlsConfig {
    /// The certificate, followed by its chain.
    pub cert: PathBuf,
    /// The private key.
    pub key: PathBuf,
}

/// `[web.guest_wifi]`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GuestWifiConfig {
    /// Its name.
    #[serde(default)]
    pub ssid: String,
    /// Its password, which every visitor is shown; an open one has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password: Option<String>,
    /// It does not call out its name.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub hidden: bool,
}

/// `[web]`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct WebConfig {
    /// Where staff pages, the API and visitor pages answer. Beyond this machine only with `tls`.
    pub listen: SocketAddr,
    /// HTTPS for `listen`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tls: Option<TlsConfig>,
    /// The address that visitors' phones reach, as `https://…`: it goes into QR codes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub public_url: Option<String>,
    /// A plain listener for visitor pages alone, on the showroom's LAN.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub visitor_listen: Option<SocketAddr>,
    /// This machine's address on the showroom's LAN; found by itself where absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lan_address: Option<IpAddr>,
    /// The Wi-Fi for guests, offered before the code where the code's link answers on the LAN alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub guest_wifi: Option<GuestWifiConfig>,
    /// How long somebody stays signed in.
    #[serde(with = "super::duration")]
    pub session: Duration,
    /// How often a page says that it is alive; the floor takes it for dark after `floor.live`, which must be longer.
    #[serde(with = "super::duration")]
    pub alive: Duration,
    /// Connections at one time; further ones wait.
    pub connections: usize,
}

impl Default for WebConfig {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            tls: None,
            public_url: None,
            visitor_listen: None,
            lan_address: None,
            guest_wifi: None,
            session: Duration::from_hours(16),
            alive: Duration::from_secs(10),
            connections: 4096,
        }
    }
}

impl WebConfig {
    /// Every fault, not only the first.
    #[must_use]
    pub fn validate(&self) -> Vec<Fault> {
        let mut faults = Vec::new();
        let mut fault = |key, text: &str| faults.push(Fault { key, text: text.to_owned() });
        if self.tls.is_none() && !self.listen.ip().is_loopback() {
            fault(
                "web.listen",
                "staff pages need HTTPS beyond this machine: set web.tls.cert and web.tls.key, or listen on 127.0.0.1 \
                 and give visitors web.visitor_listen",
            );
        }
        if let Some(tls) = &self.tls {
            if tls.cert.as_os_str().is_empty() {
                fault("web.tls.cert", "name the certificate's file (PEM, with its chain)");
            }
            if tls.key.as_os_str().is_empty() {
                fault("web.tls.key", "name the private key's file (PEM)");
            }
        }
        if let Some(url) = &self.public_url
            && !is_base_url(url)
        {
            fault("web.public_url", "write scheme and host alone, as in https://showroom.example.com");
        }
        if self.visitor_listen.is_some_and(|visitors| visitors == self.listen && visitors.port() != 0) {
            fault("web.visitor_listen", "must be another address than web.listen");
        }
        if let Some(wifi) = &self.guest_wifi {
            if !(1..=32).contains(&wifi.ssid.len()) {
                fault("web.guest_wifi.ssid", "must be the Wi-Fi's name, of at most 32 bytes");
            }
            if wifi.password.as_ref().is_some_and(|password| !(8..=63).contains(&password.chars().count())) {
                fault(
                    "web.guest_wifi.password",
                    "must have from 8 to 63 characters; leave it away where the Wi-Fi is open",
                );
            }
        }
        if !(Duration::from_mins(5)..=Duration::from_hours(24 * 30)).contains(&self.session) {
            fault("web.session", "must be from 5m to 720h");
        }
        if !(Duration::from_secs(1)..=Duration::from_secs(25)).contains(&self.alive) {
            fault("web.alive", "must be from 1s to 25s, and shorter than floor.live");
        }
        if !(16..=65_536).contains(&self.connections) {
            fault("web.connections", "must be from 16 to 65536");
        }
        faults
    }

    /// How often a page says that it is alive, in real time, when the clock runs `rate` times as fast.
    pub(crate) fn alive_at(&self, rate: u32) -> Duration {
        (self.alive / rate.max(1)).max(LEAST_ALIVE)
    }

    /// The main door's own address as a URL.
    pub(super) fn own_url(&self, addr: SocketAddr) -> String {
        let scheme = if self.tls.is_some() { "https" } else { "http" };
        let host = if addr.ip().is_unspecified() { self.lan().unwrap_or(addr.ip()) } else { addr.ip() };
        format!("{scheme}://{}", SocketAddr::new(host, addr.port()))
    }

    /// What a visitor's phone can reach, without a slash at its end.
    pub(super) fn visitor_url(&self, main: SocketAddr, visitors: Option<SocketAddr>) -> Option<String> {
        if let Some(url) = &self.public_url {
            return Some(url.trim_end_matches('/').to_owned());
        }
        if let Some(door) = visitors {
            let host = if door.ip().is_unspecified() { self.lan()? } else { door.ip() };
            return Some(format!("http://{}", SocketAddr::new(host, door.port())));
        }
        // HTTPS on the LAN: phones have to trust the certificate, which whoever set it has seen to.
        (self.tls.is_some() && !main.ip().is_loopback()).then(|| self.own_url(main))
    }

    /// How the codes' link is before it was tried.
    pub(super) fn standing(&self, visitor_url: Option<&str>) -> Standing {
        match visitor_url {
            Some(_) => Standing::Fine,
            None if self.visitor_listen.is_some() => Standing::NoAddress,
            None => Standing::NoDoor,
        }
    }

    /// What a visitor's phone has to join first: nothing, where the link answers on mobile data too.
    #[must_use]
    pub fn wifi_first(&self) -> Option<GuestWifi> {
        let wifi = self.guest_wifi.as_ref().filter(|_| self.public_url.is_none())?;
        Some(GuestWifi { ssid: wifi.ssid.clone(), password: wifi.password.clone(), hidden: wifi.hidden })
    }

    fn lan(&self) -> Option<IpAddr> {
        self.lan_address.or_else(lan_address)
    }
}

/// This machine's address towards the outside, which on one box is the LAN's. Nothing is sent: connecting a datagram
/// socket only asks the routing table (192.0.2.1 is an address for documentation, RFC 5737).
#[must_use]
pub fn lan_address() -> Option<IpAddr> {
    let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).ok()?;
    socket.connect((Ipv4Addr::new(192, 0, 2, 1), 9)).ok()?;
    let ip = socket.local_addr().ok()?.ip();
    (!ip.is_unspecified() && !ip.is_loopback()).then_some(ip)
}

fn is_base_url(url: &str) -> bool {
    let Some(rest) = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://")) else { return false };
    let host = rest.strip_suffix('/').unwrap_or(rest);
    !host.is_empty() && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-:[]".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(change: impl FnOnce(&mut WebConfig), expect: &[&str]) {
        let mut config = WebConfig::default();
        change(&mut config);
        let keys: Vec<_> = config.validate().iter().map(|fault| fault.key).collect();
        assert_eq!(keys, expect);
    }

    #[test]
    fn every_fault_is_named_with_its_key() {
        check(|_| {}, &[]);
        check(|config| config.listen = "0.0.0.0:80".parse().unwrap(), &["web.listen"]);
        check(|config| config.public_url = Some("showroom.example".to_owned()), &["web.public_url"]);
        check(|config| config.public_url = Some("https://showroom.example/i".to_owned()), &["web.public_url"]);
        check(|config| config.public_url = Some("https://showroom.example/".to_owned()), &[]);
        check(
            |config| {
                config.tls = Some(TlsConfig { cert: PathBuf::new(), key: PathBuf::new() });
                config.session = Duration::from_secs(1);
                config.alive = Duration::from_mins(1);
                config.connections = 1;
                config.visitor_listen = Some(config.listen);
                let password = Some("short".to_owned());
                config.guest_wifi = Some(GuestWifiConfig { ssid: String::new(), password, hidden: false });
            },
            &[
                "web.tls.cert",
                "web.tls.key",
                "web.visitor_listen",
                "web.guest_wifi.ssid",
                "web.guest_wifi.password",
                "web.session",
                "web.alive",
                "web.connections",
            ],
        );
    }

    #[test]
    fn unknown_keys_are_refused_and_the_rest_has_defaults() {
        let read: WebConfig = toml::from_str("session = \"8h\"\nlisten = \"127.0.0.1:9000\"").unwrap();
        assert_eq!((read.session, read.listen.port()), (Duration::from_hours(8), 9000));
        assert!(toml::from_str::<WebConfig>("sessions = \"8h\"").is_err());
        let back: WebConfig = toml::from_str(&toml::to_string(&read).unwrap()).unwrap();
        assert_eq!(back, read);
    }

    #[test]
    fn codes_point_where_a_phone_can_reach() {
        let main: SocketAddr = "127.0.0.1:8080".parse().unwrap();
        let mut config = WebConfig { lan_address: "192.168.1.5".parse().ok(), ..WebConfig::default() };
        assert_eq!(config.visitor_url(main, None), None);
        let door = "0.0.0.0:8081".parse().ok();
        assert_eq!(config.visitor_url(main, door).as_deref(), Some("http://192.168.1.5:8081"));
        let wifi =
            GuestWifiConfig { ssid: "展厅访客".to_owned(), password: Some("huanying8".to_owned()), hidden: false };
        config.guest_wifi = Some(wifi);
        assert_eq!(config.wifi_first().unwrap().password.as_deref(), Some("huanying8"));
        config.public_url = Some("https://showroom.example/".to_owned());
        assert_eq!(config.wifi_first(), None, "it answers on mobile data");
        assert_eq!(config.visitor_url(main, door).as_deref(), Some("https://showroom.example"));
    }
}
