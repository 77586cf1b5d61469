//! A broker's address as it stands in the configuration.

/// `mqtt://HOST[:PORT]` or `mqtts://HOST[:PORT]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::mqtt) struct Address {
    pub(in crate::mqtt) tls: bool,
    pub(in crate::mqtt) host: String,
    pub(in crate::mqtt) port: u16,
}

impl Address {
    pub(in crate::mqtt) fn parse(url: &str) -> Option<Self> {
        let (scheme, rest) = url.split_once("://")?;
        let (tls, standard) = match scheme {
            "mqtt" => (false, 1883),
            "mqtts" => (true, 8883),
            _ => return None,
        };
        let rest = rest.strip_suffix('/').unwrap_or(rest);
        let (host, port) = match rest.strip_prefix('[') {
            // Brackets keep the colons of an IPv6 address apart from the port's.
            Some(rest) => {
                let (host, port) = rest.split_once(']')?;
                (host, if port.is_empty() { None } else { Some(port.strip_prefix(':')?) })
            }
            None => match rest.split_once(':') {
                Some((host, port)) => (host, Some(port)),
                None => (rest, None),
            },
        };
        let port = match port {
            Some(port) => port.parse().ok().filter(|port| *port > 0)?,
            None => standard,
        };
        let plain = !host.is_empty() && !host.contains(['/', '@', '?', '#', ' ']);
        plain.then(|| Self { tls, host: host.to_owned(), port })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(url: &str, expect: Option<(bool, &str, u16)>) {
        let expect = expect.map(|(tls, host, port)| Address { tls, host: host.to_owned(), port });
        assert_eq!(Address::parse(url), expect, "{url}");
    }

    #[test]
    fn addresses_of_every_form() {
        check("mqtt://broker", Some((false, "broker", 1883)));
        check("mqtts://broker/", Some((true, "broker", 8883)));
        check("mqtt://10.0.0.7:1884", Some((false, "10.0.0.7", 1884)));
        check("mqtt://[::1]:1884", Some((false, "::1", 1884)));
        check("mqtts://[fe80::1]", Some((true, "fe80::1", 8883)));
        for bad in [
            "",
            "broker",
            "http://broker",
            "mqtt://",
            "mqtt://:1883",
            "mqtt://b:0",
            "mqtt://b:70000",
            "mqtt://b:x",
            "mqtt://u:p@b",
            "mqtt://b/path",
            "mqtt://[::1",
            "mqtt://[::1]x",
            "mqtt://::1",
        ] {
            check(bad, None);
        }
    }
}
