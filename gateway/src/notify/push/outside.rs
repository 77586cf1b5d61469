//! What lies outside the house. A browser says where its push service is, and whoever is signed in could say anything: no message of
//! the gateway's goes to a machine that only the gateway can reach.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Endings of names that are some house's own (RFC 6761, 6762, 8375, and what routers use).
const HOMELY: [&str; 8] = ["local", "localhost", "internal", "intranet", "lan", "home", "corp", "arpa"];

/// Whether this can be the name of a service on the internet: no address in digits, no name of a house's own.
pub(in crate::notify) fn names_a_host(host: &str) -> bool {
    let labels: Vec<&str> = host.split('.').collect();
    let is_label = |label: &&str| {
        let fine = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        (1..=63).contains(&label.len()) && label.bytes().all(fine)
    };
    // A last label that begins with a digit is read as an address by some resolvers, in whatever base.
    let top = labels.last().filter(|top| top.starts_with(|c: char| c.is_ascii_lowercase()));
    host.len() <= 253
        && labels.len() >= 2
        && labels.iter().all(is_label)
        && top.is_some_and(|top| !HOMELY.contains(top))
}

/// Whether an address is one of the internet's. A name may lead anywhere, so this is asked of what it was resolved to.
pub(in crate::notify) fn is_outside(ip: IpAddr) -> bool {
    match ip.to_canonical() {
        IpAddr::V4(ip) => is_outside_v4(ip),
        IpAddr::V6(ip) => is_outside_v6(ip),
    }
}

fn is_outside_v4(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    // 198.18.0.0/15 passes: proxies that stand before the whole house resolve every name to it, and nothing else lives there.
    let special = a == 0 || a >= 224 || (a, b, c) == (192, 0, 0);
    let shared_by_a_provider = a == 100 && (64..128).contains(&b);
    !(special
        || shared_by_a_provider
        || ip.is_loopback()
        || ip.is_private()
        || ip.is_link_local()
        || ip.is_documentation())
}

fn is_outside_v6(ip: Ipv6Addr) -> bool {
    if let [0x64, 0xff9b, 0, 0, 0, 0, ..] = ip.segments() {
        // A translator's: what it stands for, its last four bytes, counts.
        let [.., first, second, third, fourth] = ip.octets();
        return is_outside_v4(Ipv4Addr::new(first, second, third, fourth));
    }
    let [high, low, ..] = ip.segments();
    // Of what is given out for the internet (2000::/3), without examples and the old tunnels.
    let tunnel = high == 0x2002 || (high, low) == (0x2001, 0);
    high & 0xe000 == 0x2000 && !tunnel && (high, low) != (0x2001, 0xdb8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_the_internet_pass_and_no_others() {
        for host in ["fcm.googleapis.com", "web.push.apple.com", "updates.push.services.mozilla.com", "a-1.xn--fiqs8s"]
        {
            assert!(names_a_host(host), "{host}");
        }
        let long = format!("{}.example.com", "a".repeat(64));
        let longer = format!("{}com", "a.".repeat(126));
        for host in [
            "",
            "localhost",
            "a.localhost",
            "router.lan",
            "box.local",
            "gateway.internal",
            "1.0.0.127.in-addr.arpa",
            "intranet",
            "127.0.0.1",
            "10.1",
            "2130706433",
            "0x7f.1",
            "example.0x7f",
            "::1",
            "example.com.",
            ".com",
            "a..com",
            "a_b.com",
            "a b.com",
            "EXAMPLE.COM",
            &long,
            &longer,
        ] {
            assert!(!names_a_host(host), "{host}");
        }
    }

    #[test]
    fn addresses_of_the_internet_pass_and_no_others() {
        for ip in [
            "142.250.1.95",
            "17.57.146.1",
            "198.18.0.7",
            "2404:6800:4008:c00::5f",
            "::ffff:17.57.146.1",
            "64:ff9b::1139:9201",
        ] {
            assert!(is_outside(ip.parse().unwrap()), "{ip}");
        }
        for ip in [
            "127.0.0.1",
            "0.0.0.0",
            "10.0.0.1",
            "172.16.0.1",
            "172.31.255.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "192.0.0.8",
            "192.0.2.1",
            "224.0.0.251",
            "255.255.255.255",
            "::1",
            "::",
            "fe80::1",
            "fc00::1",
            "fd12::1",
            "ff02::fb",
            "2001:db8::1",
            "2002:7f00:1::",
            "2001::1",
            "::ffff:127.0.0.1",
            "64:ff9b::7f00:1",
            "64:ff9b:1::a00:1",
            "::10.0.0.1",
        ] {
            assert!(!is_outside(ip.parse().unwrap()), "{ip}");
        }
    }
}
