//! Typed reading of keys by their path; collects every fault instead of stopping at the first.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use toml::Value;

use super::{ConfigError, ENVIRONMENT, Fault};

/// All values of file and environment, by path; each is taken out once.
#[derive(Debug)]
pub(super) struct Keys {
    values: BTreeMap<String, Value>,
    environment: BTreeMap<String, String>,
    faults: Vec<Fault>,
}

const SECTIONS: [&str; 4] = ["gateway", "mqtt", "screen", "patience"];

impl Keys {
    pub(super) fn new(text: &str, environment: impl Iterator<Item = (String, String)>) -> Result<Self, ConfigError> {
        let table: toml::Table = text.parse().map_err(|error: toml::de::Error| {
            let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
            super::fault(format_args!("line {}", before.matches('\n').count() + 1), error.message())
        })?;
        let environment = environment.filter(|(name, _)| name.starts_with(ENVIRONMENT)).collect();
        let mut keys = Self { values: BTreeMap::new(), environment, faults: Vec::new() };
        for (name, value) in table {
            match value {
                Value::Table(section) if SECTIONS.contains(&name.as_str()) => {
                    keys.values.extend(section.into_iter().map(|(key, value)| (format!("{name}.{key}"), value)));
                }
                _ if SECTIONS.contains(&name.as_str()) => keys.fault(&name, "must be a section"),
                value => {
                    keys.values.insert(name, value);
                }
            }
        }
        Ok(keys)
    }

    pub(super) fn fault(&mut self, path: &str, problem: &str) {
        self.faults.push(Fault { path: path.to_owned(), problem: problem.to_owned() });
    }

    pub(super) fn text(&mut self, path: &str) -> Option<String> {
        if let Value::String(text) = self.take(path)? {
            return Some(text);
        }
        self.fault(path, "must be text in quotes");
        None
    }

    pub(super) fn path(&mut self, path: &str) -> Option<PathBuf> {
        let text = self.text(path)?;
        if text.is_empty() {
            self.fault(path, "must not be empty");
        }
        Some(text.into())
    }

    /// Whether something says so.
    pub(super) fn has(&self, path: &str) -> bool {
        self.values.contains_key(path) || self.environment.contains_key(&variable(path))
    }

    pub(super) fn switch(&mut self, path: &str) -> Option<bool> {
        let value = match self.take(path)? {
            Value::Boolean(on) => Some(on),
            // The environment knows only text.
            Value::String(text) => text.parse().ok(),
            _ => None,
        };
        if value.is_none() {
            self.fault(path, "must be true or false");
        }
        value
    }

    pub(super) fn number(&mut self, path: &str) -> Option<i64> {
        let number = match self.take(path)? {
            Value::Integer(number) => Some(number),
            // The environment knows only text.
            Value::String(text) => text.parse().ok(),
            _ => None,
        };
        if number.is_none() {
            self.fault(path, "must be a whole number");
        }
        number
    }

    pub(super) fn duration(&mut self, path: &str) -> Option<Duration> {
        let text = self.text(path)?;
        let duration = read_duration(&text);
        if duration.is_none() {
            self.fault(path, "must be a duration above zero, like \"500ms\", \"10s\", \"2m\"");
        }
        duration
    }

    /// A short name, or `default`, which must be one.
    pub(super) fn name<T: FromStr<Err: Display> + TryFrom<String>>(&mut self, path: &str, default: &str) -> T {
        let text = self.text(path).unwrap_or_else(|| default.to_owned());
        match text.parse() {
            Ok(name) => name,
            Err(error) => {
                self.fault(path, &error.to_string());
                #[expect(clippy::unwrap_used, reason = "the defaults are literals of this crate")]
                default.parse().ok().unwrap()
            }
        }
    }

    pub(super) fn finish(mut self) -> Result<(), ConfigError> {
        let left = self.values.into_keys().chain(self.environment.into_keys());
        self.faults.extend(left.map(|path| Fault { path, problem: "unknown key".to_owned() }));
        if self.faults.is_empty() { Ok(()) } else { Err(ConfigError(self.faults)) }
    }

    fn take(&mut self, path: &str) -> Option<Value> {
        let written = self.values.remove(path);
        self.environment.remove(&variable(path)).map(Value::String).or(written)
    }
}

fn variable(path: &str) -> String {
    format!("{ENVIRONMENT}{}", path.to_uppercase().replace('.', "_"))
}

fn read_duration(text: &str) -> Option<Duration> {
    let digits = text.find(|c: char| !c.is_ascii_digit())?;
    let (number, unit) = text.split_at(digits);
    let number: u64 = number.parse().ok()?;
    let duration = match unit {
        "ms" => Duration::from_millis(number),
        "s" => Duration::from_secs(number),
        "m" => Duration::from_secs(number.checked_mul(60)?),
        "h" => Duration::from_secs(number.checked_mul(3600)?),
        _ => return None,
    };
    (!duration.is_zero() && duration <= Duration::from_hours(24)).then_some(duration)
}
