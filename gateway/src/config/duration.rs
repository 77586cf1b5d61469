//! Durations in configuration files: `"500ms"`, `"10s"`, `"30m"`, `"4h"`, `"365d"`.

use chrono::TimeDelta;
use serde::{Deserialize, Deserializer, Serializer, de::Error as _};

pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<TimeDelta, D::Error> {
    let text = String::deserialize(deserializer)?;
    parse(&text)
        .ok_or_else(|| D::Error::custom("a duration is a whole number with its unit: 500ms, 10s, 30m, 4h or 365d"))
}

pub(super) fn serialize<S: Serializer>(duration: &TimeDelta, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&write(*duration))
}

fn parse(text: &str) -> Option<TimeDelta> {
    let (number, unit) = text.split_at(text.find(|c: char| !c.is_ascii_digit())?);
    let number: i64 = number.parse().ok()?;
    match unit {
        "ms" => TimeDelta::try_milliseconds(number),
        "s" => TimeDelta::try_seconds(number),
        "m" => TimeDelta::try_minutes(number),
        "h" => TimeDelta::try_hours(number),
        "d" => TimeDelta::try_days(number),
        _ => None,
    }
}

/// The text of a duration, in the largest unit that says it exactly.
pub(super) fn write(duration: TimeDelta) -> String {
    let millis = duration.num_milliseconds();
    let whole = |unit: i64| millis != 0 && millis % unit == 0;
    match millis {
        _ if whole(86_400_000) => format!("{}d", millis / 86_400_000),
        _ if whole(3_600_000) => format!("{}h", millis / 3_600_000),
        _ if whole(60_000) => format!("{}m", millis / 60_000),
        _ if millis % 1000 == 0 => format!("{}s", millis / 1000),
        _ => format!("{millis}ms"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_back_as_written() {
        for text in ["500ms", "10s", "30m", "4h", "0s", "90s", "1001ms", "365d", "1d"] {
            assert_eq!(parse(text).map(write).as_deref(), Some(text));
        }
        for bad in ["", "10", "s", "1.5s", "-3s", "10 s", "99999999999999999999s", "9999999999999999h"] {
            assert_eq!(parse(bad), None, "{bad}");
        }
    }
}
