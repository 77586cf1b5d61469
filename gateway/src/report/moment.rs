//! A moment as text: RFC 3339 to the millisecond, in the showroom's zone.
//!
//! Written by hand: chrono's own formatting was the largest part of an export. The zone's offset is looked up once a
//! quarter of an hour, because zones change their offset on such borders only.

use chrono::{Datelike as _, FixedOffset, Offset as _, TimeDelta, TimeZone as _, Timelike as _};
use chrono_tz::Tz;

use crate::views::Millis;

const QUARTER_MS: i64 = 15 * 60 * 1000;

/// Writes moments in one zone.
#[derive(Debug, Clone)]
pub struct Moment {
    zone: Tz,
    quarter: i64,
    offset: FixedOffset,
    text: [u8; 29],
}

impl Moment {
    /// For this zone.
    #[must_use]
    pub fn new(zone: Tz) -> Self {
        let mut moment = Self {
            zone,
            quarter: 0,
            offset: FixedOffset::east_opt(0).unwrap_or_else(utc),
            text: *b"0000-00-00T00:00:00.000+00:00",
        };
        moment.look_up(0);
        moment
    }

    /// The moment as `2026-11-23T10:15:30.250+08:00`. Years beyond 0–9999 lose their front.
    pub fn write(&mut self, at: Millis) -> &str {
        let quarter = at.0.div_euclid(QUARTER_MS);
        if quarter != self.quarter {
            self.look_up(quarter);
        }
        let local = at.utc().naive_utc() + TimeDelta::seconds(self.offset.local_minus_utc().into());
        let year = u32::try_from(local.year()).unwrap_or(0) % 10_000;
        self.digits(0, year / 100);
        self.digits(2, year % 100);
        self.digits(5, local.month());
        self.digits(8, local.day());
        self.digits(11, local.hour());
        self.digits(14, local.minute());
        self.digits(17, local.second());
        let millis = local.and_utc().timestamp_subsec_millis();
        self.digits(20, millis / 10);
        self.digit(22, millis % 10);
        str::from_utf8(&self.text).unwrap_or_default()
    }

    fn look_up(&mut self, quarter: i64) {
        self.quarter = quarter;
        self.offset = self.zone.offset_from_utc_datetime(&Millis(quarter * QUARTER_MS).utc().naive_utc()).fix();
        let seconds = self.offset.local_minus_utc();
        let minutes = seconds.unsigned_abs() / 60;
        if let Some(sign) = self.text.get_mut(23) {
            *sign = if seconds < 0 { b'-' } else { b'+' };
        }
        self.digits(24, minutes / 60);
        self.digits(27, minutes % 60);
    }

    fn digits(&mut self, place: usize, number: u32) {
        self.digit(place, number / 10);
        self.digit(place + 1, number % 10);
    }

    fn digit(&mut self, place: usize, number: u32) {
        if let Some(byte) = self.text.get_mut(place) {
            *byte = b'0' + u8::try_from(number).unwrap_or(0);
        }
    }
}

fn utc() -> FixedOffset {
    chrono::Utc.fix()
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, SecondsFormat};
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_moment_is_written_by_the_showrooms_clock() {
        let mut moment = Moment::new(chrono_tz::Asia::Shanghai);
        assert_eq!(moment.write(Millis(1_795_400_130_250)), "2026-11-23T10:15:30.250+08:00");
        let mut moment = Moment::new(chrono_tz::America::St_Johns);
        assert_eq!(moment.write(Millis(1_795_400_130_250)), "2026-11-22T22:45:30.250-03:30");
    }

    proptest! {
        #[test]
        fn it_says_the_same_as_chrono(at in 0_i64..4_000_000_000_000, zone in 0..4_usize, step in 0_i64..4_000_000_000) {
            let zone = [chrono_tz::Asia::Shanghai, chrono_tz::Europe::Berlin, chrono_tz::Australia::Lord_Howe, chrono_tz::UTC][zone];
            let mut moment = Moment::new(zone);
            for at in [at, at + step] {
                let expect = DateTime::from_timestamp_millis(at).unwrap().with_timezone(&zone);
                prop_assert_eq!(moment.write(Millis(at)), expect.to_rfc3339_opts(SecondsFormat::Millis, false));
            }
        }
    }
}
