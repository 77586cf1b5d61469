//! A certificate authority of the showroom's own: the last resort where no public one signs for the gateway's address.
//!
//! The authority is made once and its certificate installed on every phone; what it signs is renewed every year without touching a phone.
//! It may sign for the given addresses and nothing else (name constraints), so whoever steals its key can stand in for this gateway,
//! and for no bank.
//!
//! Called by the command line; the doors read the files as they read any other pair.

use std::fs;
use std::io::{self, Write as _};
use std::net::{IpAddr, Ipv4Addr};
use std::path::{Path, PathBuf};

use chrono::{DateTime, Datelike as _, Days, Utc};
use rcgen::{
    BasicConstraints, CertificateParams, CidrSubnet, DistinguishedName, DnType, ExtendedKeyUsagePurpose,
    GeneralSubtree, IsCa, Issuer, KeyPair, KeyUsagePurpose, NameConstraints, SanType, date_time_ymd,
};
use serde::{Deserialize, Serialize};

/// What phones take from an authority of one's own lasts 825 days at most (Apple); from a public one 398. A year is enough.
const LEAF: Days = Days::new(397);
/// The life of the authority: longer than that of the phones.
const AUTHORITY: Days = Days::new(10 * 365);
/// Names and addresses of one gateway, at most.
const HOSTS: usize = 8;

/// The files of an authority and of what it signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    /// Goes onto every phone.
    pub authority: PathBuf,
    /// `web.tls.cert`
    pub cert: PathBuf,
    /// `web.tls.key`
    pub key: PathBuf,
    /// The authority was made just now: no phone has it yet.
    pub anew: bool,
    /// The last day of the certificate.
    pub until: DateTime<Utc>,
}

/// Why nothing was made.
#[derive(Debug, thiserror::Error)]
pub enum AuthorityError {
    /// What stands there is neither.
    #[error("{0}: write a name such as showroom.lan, or an address such as 192.168.1.20")]
    Host(String),
    /// None, or too many.
    #[error("name 1 to {HOSTS} hosts: what phones type to open the gateway's pages")]
    Hosts,
    /// The authority that is there may not sign for this.
    #[error(
        "the authority in {} signs for {known} alone, and phones trust it for nothing else: name the same hosts again, or move the folder \
         away for a new authority, which every phone has to install",
        folder.display()
    )]
    OtherHosts {
        /// Where it lies.
        folder: PathBuf,
        /// Its hosts.
        known: String,
    },
    /// A file.
    #[error("{}: {source}", file.display())]
    File {
        /// Which.
        file: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Something in the folder is not what was written there.
    #[error("{} is not as it was made: move it away, and a new authority is made", .0.display())]
    Broken(PathBuf),
    /// The certificate could not be made.
    #[error("the certificate could not be made: {0}")]
    Making(#[from] rcgen::Error),
}

/// What is known of an authority beside its certificate.
#[derive(Serialize, Deserialize)]
struct Known {
    hosts: Vec<String>,
    made: DateTime<Utc>,
}

/// Makes an authority where none is, and a certificate for these hosts, which is good from yesterday on.
///
/// # Errors
/// Hosts that are none, others than the authority's, or a folder that cannot be written.
pub fn make(folder: &Path, hosts: &[String], now: DateTime<Utc>) -> Result<Made, AuthorityError> {
    let mut hosts: Vec<String> = hosts.iter().map(|host| host.trim().to_lowercase()).collect();
    hosts.sort();
    hosts.dedup();
    if !(1..=HOSTS).contains(&hosts.len()) {
        return Err(AuthorityError::Hosts);
    }
    let names = hosts.iter().map(|host| name(host)).collect::<Result<Vec<_>, _>>()?;
    fs::create_dir_all(folder).map_err(|source| AuthorityError::File { file: folder.to_owned(), source })?;
    let files = [folder.join("authority.pem"), folder.join("authority.key"), folder.join("authority.json")];
    let [authority_pem, authority_key, about] = &files;
    let anew = !files.iter().any(|file| file.exists());
    let (known, key) = if anew {
        (Known { hosts, made: now }, KeyPair::generate()?)
    } else {
        let broken = || AuthorityError::Broken(folder.to_owned());
        let known: Known = serde_json::from_str(&read(about)?).map_err(|_| broken())?;
        if known.hosts != hosts {
            return Err(AuthorityError::OtherHosts { folder: folder.to_owned(), known: known.hosts.join(", ") });
        }
        (known, KeyPair::from_pem(&read(authority_key)?).map_err(|_| broken())?)
    };
    let params = of_the_authority(&names, known.made);
    if anew {
        write(authority_key, &key.serialize_pem(), true)?;
        write(authority_pem, &params.self_signed(&key)?.pem(), false)?;
        let text = serde_json::to_string(&known).map_err(|_| AuthorityError::Broken(folder.to_owned()))?;
        write(about, &text, false)?;
    }
    let made = Made {
        authority: authority_pem.clone(),
        cert: folder.join("gateway.pem"),
        key: folder.join("gateway.key"),
        anew,
        until: now.checked_add_days(LEAF).unwrap_or(now),
    };
    let leaf_key = KeyPair::generate()?;
    let leaf = of_the_gateway(names, now).signed_by(&leaf_key, &Issuer::new(params, key))?;
    // The key first: a door that looks in between keeps the old pair until both fit.
    write(&made.key, &leaf_key.serialize_pem(), true)?;
    write(&made.cert, &leaf.pem(), false)?;
    Ok(made)
}

fn of_the_authority(names: &[SanType], made: DateTime<Utc>) -> CertificateParams {
    let mut params = lasting(made, AUTHORITY);
    params.distinguished_name = called("Yingbin showroom authority");
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    // A kind of name that no constraint speaks of is free: one that nobody has closes it.
    let nobody = [SanType::IpAddress(Ipv4Addr::UNSPECIFIED.into())].into_iter().chain(name("showroom.invalid").ok());
    let permitted_subtrees = names.iter().cloned().chain(nobody).filter_map(|name| subtree(&name)).collect();
    params.name_constraints = Some(NameConstraints { permitted_subtrees, excluded_subtrees: Vec::new() });
    params
}

fn of_the_gateway(names: Vec<SanType>, now: DateTime<Utc>) -> CertificateParams {
    let mut params = lasting(now, LEAF);
    params.distinguished_name = called("Yingbin gateway");
    params.subject_alt_names = names;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params.use_authority_key_identifier_extension = true;
    params
}

/// From the day before, for phones whose clock is behind.
fn lasting(from: DateTime<Utc>, days: Days) -> CertificateParams {
    let mut params = CertificateParams::default();
    let day = |at: Option<DateTime<Utc>>| {
        let at = at.unwrap_or(from);
        let part = |number: u32| u8::try_from(number).unwrap_or(1);
        date_time_ymd(at.year(), part(at.month()), part(at.day()))
    };
    params.not_before = day(from.checked_sub_days(Days::new(1)));
    params.not_after = day(from.checked_add_days(days));
    params
}

fn called(name: &str) -> DistinguishedName {
    let mut called = DistinguishedName::new();
    called.push(DnType::CommonName, name);
    called
}

fn name(host: &str) -> Result<SanType, AuthorityError> {
    if let Ok(address) = host.parse::<IpAddr>() {
        return Ok(SanType::IpAddress(address));
    }
    let label = |label: &str| {
        let inside = |c: char| c.is_ascii_alphanumeric() || c == '-';
        (1..=63).contains(&label.len()) && label.chars().all(inside) && !label.starts_with('-') && !label.ends_with('-')
    };
    let bad = || AuthorityError::Host(host.to_owned());
    // What ends in a number was meant for an address.
    let number = |label: &str| label.bytes().all(|byte| byte.is_ascii_digit());
    if host.len() > 253 || !host.split('.').all(label) || host.rsplit('.').next().is_some_and(number) {
        return Err(bad());
    }
    Ok(SanType::DnsName(host.try_into().map_err(|_| bad())?))
}

fn subtree(name: &SanType) -> Option<GeneralSubtree> {
    match name {
        SanType::DnsName(name) => Some(GeneralSubtree::DnsName(name.to_string())),
        SanType::IpAddress(address) => {
            let bits = if address.is_ipv4() { 32 } else { 128 };
            Some(GeneralSubtree::IpAddress(CidrSubnet::from_addr_prefix(*address, bits)))
        }
        _ => None,
    }
}

fn read(file: &Path) -> Result<String, AuthorityError> {
    fs::read_to_string(file).map_err(|source| AuthorityError::File { file: file.to_owned(), source })
}

/// Writes a file whole or not at all; a secret is nobody else's to read.
fn write(file: &Path, text: &str, secret: bool) -> Result<(), AuthorityError> {
    let beside = file.with_extension("new");
    let written = || {
        let mut options = fs::OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, if secret { 0o600 } else { 0o644 });
        let mut open = options.open(&beside)?;
        open.write_all(text.as_bytes())?;
        open.sync_all()?;
        fs::rename(&beside, file)
    };
    written().map_err(|source| AuthorityError::File { file: file.to_owned(), source })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::certificates::{Certificates, Named, Pair};

    fn hosts(hosts: &[&str]) -> Vec<String> {
        hosts.iter().map(|host| (*host).to_owned()).collect()
    }

    fn now() -> DateTime<Utc> {
        "2026-11-29T03:00:00Z".parse().unwrap()
    }

    #[test]
    fn a_pair_is_made_that_a_door_can_show_and_renewed_under_the_same_authority() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("tls");
        let first = make(&folder, &hosts(&["192.168.1.20", "Showroom.lan"]), now()).unwrap();
        assert!(first.anew);
        let pair = |made: &Made| Pair {
            cert: Named { key: "web.tls.cert", file: made.cert.clone() },
            key: Named { key: "web.tls.key", file: made.key.clone() },
        };
        Certificates::load(pair(&first)).unwrap();
        let files = |made: &Made| [read(&made.authority).unwrap(), read(&made.cert).unwrap()];
        let before = files(&first);
        let again = make(&folder, &hosts(&["showroom.lan", "192.168.1.20"]), now()).unwrap();
        let after = files(&again);
        assert!(!again.anew && before[0] == after[0] && before[1] != after[1]);
        Certificates::load(pair(&again)).unwrap();
        #[cfg(unix)]
        for key in ["authority.key", "gateway.key"] {
            let mode = std::os::unix::fs::PermissionsExt::mode(&fs::metadata(folder.join(key)).unwrap().permissions());
            assert_eq!(mode & 0o777, 0o600, "{key}");
        }
        let other = make(&folder, &hosts(&["192.168.1.21"]), now());
        assert!(matches!(other, Err(AuthorityError::OtherHosts { .. })), "{other:?}");
        fs::write(folder.join("authority.key"), "no key").unwrap();
        let broken = make(&folder, &hosts(&["showroom.lan", "192.168.1.20"]), now());
        assert!(matches!(broken, Err(AuthorityError::Broken(_))), "{broken:?}");
    }

    #[test]
    fn what_no_phone_could_open_is_refused() {
        let home = tempfile::tempdir().unwrap();
        for bad in ["https://showroom.lan", "showroom lan", "192.168.1", "192.168.1.300", "-x", "", "*.lan"] {
            assert!(matches!(make(home.path(), &hosts(&[bad]), now()), Err(AuthorityError::Host(_))), "{bad}");
        }
        assert!(matches!(make(home.path(), &[], now()), Err(AuthorityError::Hosts)));
        assert_eq!(fs::read_dir(home.path()).unwrap().count(), 0, "nothing was written");
    }
}
