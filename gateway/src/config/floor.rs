//! `[floor]`: the figures of DESIGN §5.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use shared::wire::Purpose;

use super::{Faults, duration};
use crate::domain::floor::pools::Pools;
use crate::domain::floor::rules::FloorRules;
use crate::domain::roster::Role;

/// `[floor]`: the keys are those of [`FloorRules`], which says what they mean.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[expect(missing_docs, reason = "said once, in FloorRules, and in the example file")]
pub struct FloorConfig {
    #[serde(with = "duration")]
    pub second: TimeDelta,
    #[serde(with = "duration")]
    pub two: TimeDelta,
    #[serde(with = "duration")]
    pub everyone: TimeDelta,
    #[serde(with = "duration")]
    pub breach: TimeDelta,
    #[serde(with = "duration")]
    pub manager_renew: TimeDelta,
    #[serde(with = "duration")]
    pub greet_again: TimeDelta,
    #[serde(with = "duration")]
    pub greet_manager: TimeDelta,
    #[serde(with = "duration")]
    pub answer: TimeDelta,
    #[serde(with = "duration")]
    pub still_with: TimeDelta,
    #[serde(with = "duration")]
    pub close: TimeDelta,
    #[serde(with = "duration")]
    pub undo: TimeDelta,
    #[serde(with = "duration")]
    pub late: TimeDelta,
    #[serde(with = "duration")]
    pub live: TimeDelta,
    #[serde(with = "duration")]
    pub pushable: TimeDelta,
    #[serde(with = "duration")]
    pub clock_step: TimeDelta,
    pub promising: u8,
    #[serde(with = "duration")]
    pub owned: TimeDelta,
    #[serde(with = "duration")]
    pub join: TimeDelta,
    #[serde(with = "duration")]
    pub code_kept: TimeDelta,
    pub pools: PoolsConfig,
}

impl From<FloorRules> for FloorConfig {
    fn from(rules: FloorRules) -> Self {
        Self {
            second: rules.second,
            two: rules.two,
            everyone: rules.everyone,
            breach: rules.breach,
            manager_renew: rules.manager_renew,
            greet_again: rules.greet_again,
            greet_manager: rules.greet_manager,
            answer: rules.answer,
            still_with: rules.still_with,
            close: rules.close,
            undo: rules.undo,
            late: rules.late,
            live: rules.live,
            pushable: rules.pushable,
            clock_step: rules.clock_step,
            promising: rules.promising,
            owned: rules.owned,
            join: rules.join,
            code_kept: rules.code_kept,
            pools: (&rules.pools).into(),
        }
    }
}

impl From<&FloorConfig> for FloorRules {
    fn from(config: &FloorConfig) -> Self {
        Self {
            second: config.second,
            two: config.two,
            everyone: config.everyone,
            breach: config.breach,
            manager_renew: config.manager_renew,
            greet_again: config.greet_again,
            greet_manager: config.greet_manager,
            answer: config.answer,
            still_with: config.still_with,
            close: config.close,
            undo: config.undo,
            late: config.late,
            live: config.live,
            pushable: config.pushable,
            clock_step: config.clock_step,
            promising: config.promising,
            owned: config.owned,
            join: config.join,
            code_kept: config.code_kept,
            pools: (&config.pools).into(),
        }
    }
}

impl Default for FloorConfig {
    fn default() -> Self {
        FloorRules::default().into()
    }
}

impl FloorConfig {
    pub(super) fn validate(&self, faults: &mut Faults) {
        let day = TimeDelta::hours(24);
        for (key, value) in [
            ("floor.second", self.second),
            ("floor.two", self.two),
            ("floor.everyone", self.everyone),
            ("floor.breach", self.breach),
            ("floor.manager_renew", self.manager_renew),
            ("floor.greet_again", self.greet_again),
            ("floor.greet_manager", self.greet_manager),
            ("floor.answer", self.answer),
            ("floor.still_with", self.still_with),
            ("floor.close", self.close),
            ("floor.undo", self.undo),
            ("floor.late", self.late),
            ("floor.live", self.live),
            ("floor.pushable", self.pushable),
            ("floor.clock_step", self.clock_step),
            ("floor.join", self.join),
            ("floor.code_kept", self.code_kept),
        ] {
            faults.unless(value >= TimeDelta::milliseconds(100) && value <= day, key, "must be from 100ms to 24h");
        }
        self.pools.validate(faults);
        faults.unless((1..=100).contains(&self.promising), "floor.promising", "must be from 1 to 100");
        let bounds = TimeDelta::days(1)..=TimeDelta::days(3660);
        faults.unless(bounds.contains(&self.owned), "floor.owned", "must be from 1d to 3660d");
        for (key, early, late, before) in [
            ("floor.two", self.second, self.two, "floor.second"),
            ("floor.everyone", self.two, self.everyone, "floor.two"),
            ("floor.breach", self.everyone, self.breach, "floor.everyone"),
            ("floor.greet_manager", self.greet_again, self.greet_manager, "floor.greet_again"),
            ("floor.close", self.still_with, self.close, "floor.still_with"),
        ] {
            faults.unless(early <= late, key, &format!("must not be shorter than {before}"));
        }
    }
}

/// `[floor.pools]`: who serves each purpose; what is not said of one is as the standard has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PoolsConfig {
    pub browse: Vec<Role>,
    pub model: Vec<Role>,
    pub test_drive: Vec<Role>,
    pub appointment: Vec<Role>,
    pub collect: Vec<Role>,
    pub service: Vec<Role>,
    pub complaint: Vec<Role>,
    pub quiet: Vec<Role>,
    pub help: Vec<Role>,
    pub other: Vec<Role>,
}

impl PoolsConfig {
    fn all(&self) -> [(Purpose, &Vec<Role>); 10] {
        [
            (Purpose::Browse, &self.browse),
            (Purpose::Model, &self.model),
            (Purpose::TestDrive, &self.test_drive),
            (Purpose::Appointment, &self.appointment),
            (Purpose::Collect, &self.collect),
            (Purpose::Service, &self.service),
            (Purpose::Complaint, &self.complaint),
            (Purpose::Quiet, &self.quiet),
            (Purpose::Help, &self.help),
            (Purpose::Other, &self.other),
        ]
    }

    fn validate(&self, faults: &mut Faults) {
        for (purpose, roles) in self.all() {
            let once = roles.iter().collect::<BTreeSet<_>>().len() == roles.len();
            faults.unless(
                !roles.is_empty() && once && roles.iter().all(|role| Role::POOLS.contains(role)),
                &format!("floor.pools.{purpose}"),
                "must name one or more of consultant, advisor, care and reception, each once",
            );
        }
    }
}

impl From<&Pools> for PoolsConfig {
    fn from(pools: &Pools) -> Self {
        let of = |purpose| pools.of(purpose).to_vec();
        Self {
            browse: of(Purpose::Browse),
            model: of(Purpose::Model),
            test_drive: of(Purpose::TestDrive),
            appointment: of(Purpose::Appointment),
            collect: of(Purpose::Collect),
            service: of(Purpose::Service),
            complaint: of(Purpose::Complaint),
            quiet: of(Purpose::Quiet),
            help: of(Purpose::Help),
            other: of(Purpose::Other),
        }
    }
}

impl From<&PoolsConfig> for Pools {
    fn from(config: &PoolsConfig) -> Self {
        Self::new(config.all().map(|(purpose, roles)| (purpose, roles.clone())).into())
    }
}

impl Default for PoolsConfig {
    fn default() -> Self {
        (&Pools::default()).into()
    }
}
