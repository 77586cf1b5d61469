//! From text and variables to a [`Config`], with every fault and its path.
//!
//! A value that does not fit is reported, taken away and the rest tried again, so that one start shows all faults.

use std::collections::BTreeMap;

use serde::Deserialize as _;
use serde_path_to_error::Segment;
use toml::{Table, Value};

use super::environment::{key_of, variable_of};
use super::{Config, ConfigError, Fault};

pub(super) fn read(
    name: &str,
    text: &str,
    variables: impl IntoIterator<Item = (String, String)>,
) -> Result<Config, ConfigError> {
    let mut faults = Vec::new();
    let mut table = match text.parse::<Table>() {
        Ok(table) => table,
        Err(error) => {
            let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
            let key = format!("{name}:{}", before.matches('\n').count() + 1);
            faults.push(Fault { key, problem: error.message().to_owned() });
            Table::new()
        }
    };
    let mut given = BTreeMap::new();
    for (variable, text) in variables {
        match key_of(&variable) {
            None => {}
            Some(Ok(key)) if complete(&mut table, key) && put(&mut table, key, Value::String(text.clone())) => {
                given.insert(key.to_owned(), text);
            }
            Some(Ok(key)) => {
                faults.push(Fault { key: key.to_owned(), problem: "must be a section in the file".to_owned() });
            }
            Some(Err(())) => faults.push(Fault { key: variable, problem: "sets no key that exists".to_owned() }),
        }
    }
    // Each round takes one value away, so this ends.
    let config = loop {
        match serde_path_to_error::deserialize::<_, Config>(Value::Table(table.clone())) {
            Ok(config) => break config,
            Err(error) => {
                let path = error.path().clone();
                let key = path.to_string();
                if let Some(value) = given.get(&key).and_then(|text| literal(text))
                    && find(&table, &key).is_some_and(Value::is_str)
                {
                    put(&mut table, &key, value);
                    continue;
                }
                faults.push(fault(&key, &error.into_inner(), &given));
                if !take_away(&mut table, &path) {
                    break Config::default();
                }
            }
        }
    };
    if faults.is_empty() { Ok(config) } else { Err(ConfigError(faults)) }
}

fn fault(key: &str, error: &toml::de::Error, given: &BTreeMap<String, String>) -> Fault {
    let source = if given.contains_key(key) { format!(" (from {})", variable_of(key)) } else { String::new() };
    // The standard library does not say what is missing.
    let problem = error.message().replace(&no_address().to_string(), ADDRESS_FORM);
    Fault { key: format!("{key}{source}"), problem }
}

/// How an address to listen on is written.
pub(crate) const ADDRESS_FORM: &str = "must be ADDRESS:PORT, such as 0.0.0.0:8080";

fn no_address() -> impl std::fmt::Display {
    "".parse::<std::net::SocketAddr>().err().map_or_else(String::new, |error| error.to_string())
}

/// Gives a pair of which a variable sets one half the default's other half.
fn complete(table: &mut Table, key: &str) -> bool {
    let Some((pair, "zh" | "en")) = key.rsplit_once('.') else { return true };
    if find(table, pair).is_some() {
        return true;
    }
    let default = Table::try_from(Config::default()).unwrap_or_default();
    find(&default, pair).is_none_or(|default| put(table, pair, default.clone()))
}

/// What a variable says, read as TOML; text has been tried before.
fn literal(text: &str) -> Option<Value> {
    #[derive(serde::Deserialize)]
    struct One {
        value: Value,
    }
    let one: Table = format!("value = {text}").parse().ok()?;
    One::deserialize(Value::Table(one)).ok().map(|one| one.value).filter(|value| !value.is_str())
}

/// The value at a dotted path.
pub(super) fn find<'a>(table: &'a Table, key: &str) -> Option<&'a Value> {
    match key.split_once('.') {
        None => table.get(key),
        Some((section, rest)) => find(table.get(section)?.as_table()?, rest),
    }
}

/// Sets the value at a dotted path; false when a section on the way is no section.
fn put(table: &mut Table, key: &str, value: Value) -> bool {
    match key.split_once('.') {
        None => {
            table.insert(key.to_owned(), value);
            true
        }
        Some((section, rest)) => {
            let inner = table.entry(section).or_insert_with(|| Value::Table(Table::new()));
            inner.as_table_mut().is_some_and(|inner| put(inner, rest, value))
        }
    }
}

/// Takes away what a fault's path points at: the key itself, or the whole list that it stands in.
fn take_away(table: &mut Table, path: &serde_path_to_error::Path) -> bool {
    let mut keys: Vec<&str> = Vec::new();
    for segment in path {
        match segment {
            Segment::Map { key } => keys.push(key),
            Segment::Enum { .. } | Segment::Seq { .. } | Segment::Unknown => break,
        }
    }
    let Some((last, sections)) = keys.split_last() else { return false };
    let mut inner = table;
    for section in sections {
        // Where the path goes on into something that is no section, that is what is wrong.
        if !inner.get(*section).is_some_and(Value::is_table) {
            return inner.remove(*section).is_some();
        }
        let Some(Value::Table(next)) = inner.get_mut(*section) else { return false };
        inner = next;
    }
    inner.remove(*last).is_some()
}
