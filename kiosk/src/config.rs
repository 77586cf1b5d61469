//! The kiosk's configuration: TOML, overridden by `YINGBIN_KIOSK_*` environment, overridden by flags.
//!
//! An environment variable is the key's path in capitals with `_` for `.`: `mqtt.url` is `YINGBIN_KIOSK_MQTT_URL`. Unknown keys and bad
//! values are refused, all at once, each with its path. Nothing here is read again after the start. With every default:
//!
//! ```toml
//! store = "demo"                     # the showroom's short name
//! kiosk = "k1"                       # this kiosk's short name
//! data = "kiosk-data"                # outbox, last configuration from the gateway
//! key_file = "kiosk-data.key"        # the outbox's key, outside `data`; made at the first start, mode 0600
//!
//! # [gateway]                        # instead of [mqtt]: the first start shows a code that a manager types on /manage/kiosks
//! # url = "https://showroom.example" # the gateway's staff pages
//! # ca_file = "ca.pem"              # who signed its certificate, and the broker's; public authorities without it
//!
//! [mqtt]
//! url = "mqtt://127.0.0.1:1883"      # or mqtts://HOST[:PORT]
//! # ca_file = "ca.pem"               # with mqtts://: who signed the broker's certificate
//! # username = "demo-k1"
//! # password = "…"
//! client_id = "demo-k1"              # default: STORE-KIOSK
//!
//! [screen]
//! idle = "30s"                       # untouched for so long: the countdown
//! countdown = "10s"                  # then everything personal goes
//! farewell = "6s"
//! carry = "25s"                      # the same with a code to take along
//! fullscreen = false
//! rotation = 0                       # 90, 180, 270: the picture is turned clockwise; on a bare screen alone
//! sound = true                       # a soft tap; the gateway's word goes before it
//!
//! [patience]
//! receipt = "3s"                     # without the gateway's receipt: say so
//! outbox = "2s"                      # without the disk's answer: to reception
//! repeat = "5s"                      # publish again what has no receipt
//! ```

mod keys;

use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use shared::ids::{DeviceId, StoreId};

use crate::link::Address;
use crate::rotation::Rotation;
use crate::session::Rules;
use keys::Keys;

/// Environment variables that override the file begin like this.
pub const ENVIRONMENT: &str = "YINGBIN_KIOSK_";

/// Everything that a kiosk must know before it starts.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where and as whom to connect.
    pub mqtt: Address,
    /// Whom to ask for an account instead; `None`: [`Self::mqtt`] says everything.
    pub gateway: Option<Gateway>,
    /// Folder of the outbox and of the last good configuration from the gateway.
    pub data: PathBuf,
    /// The kiosk's own key; beside the folder, not in it, so that a copy of the folder alone tells nothing.
    pub key_file: PathBuf,
    /// How long things last on the screen.
    pub rules: Rules,
    /// Publish again what has no receipt after about so long.
    pub repeat: Duration,
    /// Whether the window fills the screen.
    pub fullscreen: bool,
    /// How the picture is turned on a bare screen.
    pub rotation: Rotation,
    /// Whether taps are heard, unless the gateway says otherwise.
    pub sound: bool,
}

/// The gateway that lets this kiosk in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gateway {
    /// `http://…` or `https://…`, without the slash at the end.
    pub url: String,
    /// Its host, which is the broker's as well.
    pub host: String,
    /// PEM of whoever signed its certificate; `None`: public authorities.
    pub authority: Option<Vec<u8>>,
}

/// One thing that is wrong with a configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The key's path, or the file.
    pub path: String,
    /// What is wrong, for a person.
    pub problem: String,
}

/// A configuration that cannot be used: every fault, with its path.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct ConfigError(pub Vec<Fault>);

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("configuration refused: ")?;
        for (index, Fault { path, problem }) in self.0.iter().enumerate() {
            let gap = if index == 0 { "" } else { "; " };
            write!(f, "{gap}{path}: {problem}")?;
        }
        Ok(())
    }
}

/// A password. `Debug` shows `***`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    /// Takes a text over as secret.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text itself.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// What the command line may override.
#[derive(Debug, Clone, Default)]
pub struct Flags {
    /// `--data`
    pub data: Option<PathBuf>,
    /// `--fullscreen`
    pub fullscreen: bool,
}

impl Config {
    /// Reads a configuration file, the environment and the flags.
    ///
    /// # Errors
    /// Every fault of all three.
    pub fn read(
        file: Option<&Path>,
        environment: impl Iterator<Item = (String, String)>,
        flags: &Flags,
    ) -> Result<Self, ConfigError> {
        let text = match file {
            None => String::new(),
            Some(path) => std::fs::read_to_string(path).map_err(|error| fault(path.display(), error))?,
        };
        Self::from_text(&text, environment, flags)
    }

    /// Reads a configuration from TOML text, the environment and the flags.
    ///
    /// # Errors
    /// Every fault of all three.
    pub fn from_text(
        text: &str,
        environment: impl Iterator<Item = (String, String)>,
        flags: &Flags,
    ) -> Result<Self, ConfigError> {
        let mut keys = Keys::new(text, environment)?;
        let data = flags.data.clone().or(keys.path("data")).unwrap_or_else(|| PathBuf::from("kiosk-data"));
        let key_file = keys.path("key_file").unwrap_or_else(|| beside(&data));
        if key_file.starts_with(&data) {
            keys.fault("key_file", "must be outside the data folder");
        }
        let default = Rules::default();
        let gateway = gateway(&mut keys);
        let config = Self {
            mqtt: address(&mut keys),
            gateway,
            data,
            key_file,
            rules: Rules {
                idle: keys.duration("screen.idle").unwrap_or(default.idle),
                countdown: keys.duration("screen.countdown").unwrap_or(default.countdown),
                farewell: keys.duration("screen.farewell").unwrap_or(default.farewell),
                carry: keys.duration("screen.carry").unwrap_or(default.carry),
                receipt: keys.duration("patience.receipt").unwrap_or(default.receipt),
                outbox: keys.duration("patience.outbox").unwrap_or(default.outbox),
                settle: default.settle,
                steady: default.steady,
            },
            repeat: keys.duration("patience.repeat").unwrap_or(Duration::from_secs(5)),
            fullscreen: keys.switch("screen.fullscreen").unwrap_or(false) || flags.fullscreen,
            rotation: rotation(&mut keys),
            sound: keys.switch("screen.sound").unwrap_or(true),
        };
        keys.finish().map(|()| config)
    }
}

fn address(keys: &mut Keys) -> Address {
    let kiosk: DeviceId = keys.name("kiosk", "k1");
    let store: StoreId = keys.name("store", "demo");
    let (tls, host, port) = match keys.text("mqtt.url").map(|url| broker(&url)) {
        Some(Some(parts)) => parts,
        Some(None) => {
            keys.fault("mqtt.url", "must be mqtt://HOST[:PORT] or mqtts://HOST[:PORT]");
            (false, String::new(), 0)
        }
        None => (false, "127.0.0.1".to_owned(), 1883),
    };
    let authority = authority(keys, "mqtt.ca_file");
    if tls && authority.is_none() {
        keys.fault("mqtt.ca_file", "mqtts:// needs the PEM file of the authority that signed the broker's certificate");
    }
    if !tls && authority.is_some() {
        keys.fault("mqtt.url", "must be mqtts:// when mqtt.ca_file is set");
    }
    let user = keys.text("mqtt.username");
    let password = keys.text("mqtt.password").map(Secret::new);
    if user.is_none() && password.is_some() {
        keys.fault("mqtt.username", "is missing, though mqtt.password is set");
    }
    // The gateway's own broker wants a device's client id to be its user name.
    let client_id = keys.text("mqtt.client_id").or_else(|| user.clone()).unwrap_or_else(|| format!("{store}-{kiosk}"));
    let account = user.map(|user| (user, password.unwrap_or_else(|| Secret::new(""))));
    Address { host, port, client_id, account, authority, store, kiosk }
}

fn gateway(keys: &mut Keys) -> Option<Gateway> {
    let url = keys.text("gateway.url");
    let authority = authority(keys, "gateway.ca_file");
    let Some(url) = url else {
        if authority.is_some() {
            keys.fault("gateway.url", "is missing, though gateway.ca_file is set");
        }
        return None;
    };
    if keys.has("mqtt.url") || keys.has("mqtt.username") {
        keys.fault("gateway.url", "is for a kiosk without an account: leave it out, or mqtt.url and mqtt.username");
    }
    let url = url.trim_end_matches('/').to_owned();
    let host = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://")).and_then(host);
    if host.is_none() {
        keys.fault("gateway.url", "must be https://HOST[:PORT] or http://HOST[:PORT]");
    }
    Some(Gateway { host: host.unwrap_or_default(), url, authority })
}

/// The host of `HOST[:PORT]`.
fn host(authority: &str) -> Option<String> {
    broker(&format!("mqtt://{authority}")).map(|(_, host, _)| host)
}

fn authority(keys: &mut Keys, key: &str) -> Option<Vec<u8>> {
    let path = keys.path(key)?;
    match std::fs::read(&path) {
        Ok(pem) if crate::http::certificates(&pem).is_empty() => {
            keys.fault(key, &format!("{}: no certificate in it", path.display()));
            None
        }
        Ok(pem) => Some(pem),
        Err(error) => {
            keys.fault(key, &format!("{}: {error}", path.display()));
            None
        }
    }
}

fn rotation(keys: &mut Keys) -> Rotation {
    let Some(degrees) = keys.number("screen.rotation") else { return Rotation::default() };
    let rotation = Rotation::from_degrees(degrees);
    if rotation.is_none() {
        keys.fault("screen.rotation", "must be 0, 90, 180 or 270");
    }
    let rotation = rotation.unwrap_or_default();
    if rotation != Rotation::default() && !cfg!(feature = "device") {
        keys.fault(
            "screen.rotation",
            "only a kiosk built for the bare screen turns its picture; a window under X11 is turned with the screen, by xrandr",
        );
    }
    rotation
}

fn broker(url: &str) -> Option<(bool, String, u16)> {
    let (scheme, rest) = url.split_once("://")?;
    let (tls, standard) = match scheme {
        "mqtt" => (false, 1883),
        "mqtts" => (true, 8883),
        _ => return None,
    };
    let rest = rest.strip_suffix('/').unwrap_or(rest);
    let (host, port) = match rest.rsplit_once(':') {
        // The colons of a bare IPv6 address are no port.
        Some((host, port)) if !port.ends_with(']') => (host, port.parse().ok().filter(|port| *port > 0)?),
        _ => (rest, standard),
    };
    let host = host.trim_start_matches('[').trim_end_matches(']');
    (!host.is_empty() && !host.contains(['/', '@'])).then(|| (tls, host.to_owned(), port))
}

fn beside(data: &Path) -> PathBuf {
    let mut name = data.file_name().unwrap_or_default().to_owned();
    name.push(".key");
    data.with_file_name(name)
}

fn fault(path: impl fmt::Display, problem: impl fmt::Display) -> ConfigError {
    ConfigError(vec![Fault { path: path.to_string(), problem: problem.to_string() }])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, environment: &[(&str, &str)]) -> Result<Config, ConfigError> {
        let environment = environment.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
        Config::from_text(text, environment, &Flags::default())
    }

    #[track_caller]
    fn check_fault(text: &str, environment: &[(&str, &str)], expect: &str) {
        let error = read(text, environment).unwrap_err().to_string();
        assert!(error.contains(expect), "{error}");
        assert!(!error.contains('\n'), "{error}");
    }

    #[test]
    fn the_documented_file_is_the_default() {
        let lines = include_str!("config.rs").lines().skip_while(|line| *line != "//! ```toml").skip(1);
        let lines: Vec<&str> = lines.take_while(|line| *line != "//! ```").collect();
        let text = lines.join("\n").replace("//!", "");
        assert!(text.lines().count() > 20);
        assert_eq!(format!("{:?}", read(&text, &[]).unwrap()), format!("{:?}", read("", &[]).unwrap()));
    }

    #[test]
    fn the_example_can_be_read() {
        let example = include_str!("../../assets/config/kiosk.toml");
        let config = read(example, &[]).unwrap();
        assert_eq!(config.gateway.unwrap().host, "showroom.example");
        // What stands there as another way is one, too.
        let (before, after) = example.split_once("[gateway]").unwrap();
        let (_, account) = after.split_once("#[mqtt]").unwrap();
        let (account, names) = account.split_once("#ca_file").unwrap();
        let bare = |text: &str| text.replace("\n#", "\n");
        let (_, names) = names.split_once("printed line.").unwrap();
        let names = bare(names.split_once("[screen]").unwrap().0);
        let told = read(&format!("{names}\n{before}\n[mqtt]{}", bare(account)), &[]).unwrap();
        assert_eq!((told.mqtt.client_id.as_str(), told.mqtt.kiosk.as_str()), ("kiosk-entrance", "entrance"));
    }

    #[test]
    fn without_a_file_there_are_defaults() {
        let config = read("", &[]).unwrap();
        assert_eq!(config.mqtt.host, "127.0.0.1");
        assert_eq!(config.mqtt.client_id, "demo-k1");
        assert_eq!(config.key_file, PathBuf::from("kiosk-data.key"));
        assert_eq!(config.rules, Rules::default());
    }

    #[test]
    fn file_is_overridden_by_environment_and_that_by_flags() {
        let text = "store = \"s1\"\ndata = \"/a\"\n[mqtt]\nurl = \"mqtt://box:1884\"\nusername = \"u\"\npassword = \"p\"\n\
                    [screen]\nidle = \"45s\"\nfullscreen = true\n[patience]\nreceipt = \"1500ms\"";
        let environment = [("YINGBIN_KIOSK_DATA", "/b"), ("YINGBIN_KIOSK_SCREEN_IDLE", "1m"), ("HOME", "/x")];
        let config = read(text, &environment).unwrap();
        assert_eq!((config.mqtt.host.as_str(), config.mqtt.port), ("box", 1884));
        assert_eq!(config.data, PathBuf::from("/b"));
        assert_eq!(config.rules.idle, Duration::from_mins(1));
        assert_eq!(config.rules.receipt, Duration::from_millis(1500));
        assert!(config.fullscreen);
        let flags = Flags { data: Some("/c".into()), fullscreen: false };
        assert_eq!(Config::from_text(text, std::iter::empty(), &flags).unwrap().data, PathBuf::from("/c"));
        assert!(!format!("{config:?}").contains("\"p\""));
    }

    #[test]
    fn wrong_keys_and_values_are_named_by_their_path() {
        check_fault("colour = 1", &[], "colour: unknown key");
        check_fault("[mqtt]\nurll = \"x\"", &[], "mqtt.urll: unknown key");
        check_fault("[mqtt]\nurl = \"http://x\"", &[], "mqtt.url: must be");
        check_fault("[mqtt]\nurl = 7", &[], "mqtt.url: must be text");
        check_fault("[screen]\nidle = \"soon\"", &[], "screen.idle: must be a duration");
        check_fault("[screen]\nfullscreen = \"yes\"", &[], "screen.fullscreen: must be true or false");
        check_fault("[screen]\nrotation = 45", &[], "screen.rotation: must be 0, 90, 180 or 270");
        check_fault("[screen]\nrotation = \"left\"", &[], "screen.rotation: must be a whole number");
        check_fault("[screen]\nsound = 1", &[], "screen.sound: must be true or false");
        check_fault("kiosk = \"K 1\"", &[], "kiosk: a name here is");
        check_fault("mqtt = 3", &[], "mqtt: must be a section");
        check_fault("[mqtt]\npassword = \"p\"", &[], "mqtt.username: is missing");
        check_fault("[mqtt]\nurl = \"mqtts://x\"", &[], "mqtt.ca_file: mqtts:// needs");
        check_fault("[gateway]\nurl = \"box\"", &[], "gateway.url: must be");
        check_fault("[gateway]\nurl = \"http://b\"\n[mqtt]\nurl = \"mqtt://b\"", &[], "gateway.url: is for");
        check_fault("[gateway]\nca_file = \"/none\"", &[], "gateway.ca_file: /none: ");
        check_fault("data = \"/d\"\nkey_file = \"/d/k\"", &[], "key_file: must be outside");
        check_fault("", &[("YINGBIN_KIOSK_COLOUR", "red")], "YINGBIN_KIOSK_COLOUR: unknown key");
        check_fault("", &[("YINGBIN_KIOSK_SCREEN_IDLE", "0s")], "screen.idle: must be a duration");
        check_fault("store = ", &[], "line 1");
        check_fault("colour = 1\n[mqtt]\nurl = 7", &[], "; ");
    }

    #[test]
    fn the_picture_is_turned_only_where_there_is_no_window_system() {
        let turned = read("", &[("YINGBIN_KIOSK_SCREEN_ROTATION", "270")]);
        if cfg!(feature = "device") {
            assert_eq!(turned.unwrap().rotation, Rotation::Left);
        } else {
            assert!(
                turned.unwrap_err().to_string().contains("screen.rotation: only a kiosk built for the bare screen")
            );
        }
        assert_eq!(read("[screen]\nrotation = 0", &[]).unwrap().rotation, Rotation::Upright);
    }

    #[test]
    fn broker_addresses_of_every_form() {
        assert_eq!(broker("mqtt://h"), Some((false, "h".into(), 1883)));
        assert_eq!(broker("mqtts://h/"), Some((true, "h".into(), 8883)));
        assert_eq!(broker("mqtt://[::1]:1884"), Some((false, "::1".into(), 1884)));
        assert_eq!(broker("mqtt://[::1]"), Some((false, "::1".into(), 1883)));
        for bad in ["", "h", "mqtt://", "mqtt://h:0", "mqtt://h:x", "mqtt://u@h", "mqtt://h/path", "ws://h"] {
            assert_eq!(broker(bad), None, "{bad}");
        }
    }
}
