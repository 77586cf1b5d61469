//! `[screens]`: what every kiosk of the showroom is told beyond its catalogue.

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use shared::opening::{OpenSpan, Opening};
use shared::wire::ScreenTimes;

use super::{Faults, duration};
use crate::mqtt::Password;

/// `[screens]`. Not called after the kiosk, whose own variables begin with that word.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ScreensConfig {
    /// Untouched for so long, a kiosk asks whether anybody is there: 10 s to 10 min.
    #[serde(with = "duration")]
    pub idle: TimeDelta,
    /// The countdown after that, 5 to 60 s; then everything personal goes.
    #[serde(with = "duration")]
    pub countdown: TimeDelta,
    /// Whether taps make a soft sound; without a word each kiosk does as its own configuration says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sound: Option<bool>,
    /// Four to eight digits that open a kiosk's staff menu; without one there is no menu.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub staff_pin: Option<Password>,
    /// When the showroom is open, by `store.zone`; always, when nothing stands here.
    pub opening: Vec<OpenSpan>,
}

impl Default for ScreensConfig {
    fn default() -> Self {
        Self {
            idle: TimeDelta::seconds(30),
            countdown: TimeDelta::seconds(10),
            sound: None,
            staff_pin: None,
            opening: Vec::new(),
        }
    }
}

impl ScreensConfig {
    pub(super) fn validate(&self, faults: &mut Faults) {
        let within = |span: TimeDelta, least, most| (least..=most).contains(&span.num_seconds());
        faults.unless(within(self.idle, 10, 600), "screens.idle", "must be 10s to 10m");
        faults.unless(within(self.countdown, 5, 60), "screens.countdown", "must be 5s to 60s");
        if let Some(pin) = &self.staff_pin {
            let pin = pin.reveal();
            let digits = pin.bytes().all(|byte| byte.is_ascii_digit());
            faults.unless(digits && (4..=8).contains(&pin.len()), "screens.staff_pin", "must be 4 to 8 digits");
        }
        for (index, span) in self.opening.iter().enumerate() {
            let alone = Opening { offset_min: 0, week: vec![span.clone()] };
            if let Err(error) = alone.check() {
                faults.unless(false, &format!("screens.opening[{index}]"), &error.to_string());
            }
        }
    }

    /// As the wire has it.
    #[must_use]
    pub fn times(&self) -> ScreenTimes {
        let seconds = |span: TimeDelta| u32::try_from(span.num_seconds()).unwrap_or(60);
        ScreenTimes { idle_s: seconds(self.idle), countdown_s: seconds(self.countdown) }
    }
}
