//! The command line of the load driver, and the presets: the rows of the README's table.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Parser, ValueEnum};

/// Drives a gateway as a full showroom would, and measures it from outside.
#[derive(Debug, Clone, Default, Parser)]
#[command(name = "load")]
#[expect(clippy::struct_excessive_bools, reason = "switches of a command line")]
pub struct Arguments {
    /// A row of the README's table; the other options change it
    #[arg(long, value_enum)]
    pub preset: Option<Preset>,
    /// Kiosks that publish over MQTT
    #[arg(long)]
    pub kiosks: Option<usize>,
    /// Phones on shift that hold a stream open
    #[arg(long)]
    pub phones: Option<usize>,
    /// Check-ins a second, all kiosks together
    #[arg(long, conflicts_with = "flat")]
    pub rate: Option<f64>,
    /// As fast as receipts come
    #[arg(long)]
    pub flat: bool,
    /// Seconds for which check-ins are published
    #[arg(long)]
    pub seconds: Option<u64>,
    /// End after this many check-ins
    #[arg(long)]
    pub count: Option<usize>,
    /// How phones answer
    #[arg(long, value_enum)]
    pub answer: Option<Answer>,
    /// Publish visit.detailed for every second visit as well
    #[arg(long)]
    pub mixed: bool,
    /// Against an external MQTT broker: Debian's mosquitto, started for the run
    #[arg(long)]
    pub mosquitto: bool,
    /// Against a gateway that runs already on this data folder, with --http and --mqtt
    #[arg(long, value_name = "DIR", requires = "http", requires = "mqtt")]
    pub against: Option<PathBuf>,
    /// HOST:PORT of that gateway's HTTP
    #[arg(long)]
    pub http: Option<String>,
    /// HOST:PORT of its broker
    #[arg(long)]
    pub mqtt: Option<String>,
    /// Also fail when a figure of the preset is not reached
    #[arg(long)]
    pub strict: bool,
}

/// How phones answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Answer {
    /// Shown, accepted, greeted and ended at once
    AtOnce,
    /// The same within about three seconds
    Brisk,
    /// As people do: seconds to accept and greet, minutes with the visitor
    Human,
    /// Accepted after the second person is asked, who is told of it; then all at once
    Late,
    /// Shown, and nothing else
    Never,
}

/// A row of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Preset {
    /// A short round for ./tests/run: nothing lost, nothing doubled
    Short,
    /// 100/s to 200 phones: p99 at most 5 ms
    #[value(name = "100")]
    Hundred,
    /// 1,000/s to 200 phones: p99 at most 10 ms
    #[value(name = "1000")]
    Thousand,
    /// 1,000/s to 500 phones: p99 at most 10 ms
    #[value(name = "500")]
    FiveHundred,
    /// A thousand within one second, 500 phones that only show: the 500 alerts that can be made are out within 500 ms
    Crowd,
    /// As many receipts as possible from 16 kiosks, nobody on shift: at least 5,000/s
    Flat,
    /// Accepted after the second person is asked: they are told within 20 ms (p99)
    Others,
    /// 100,000 visits in an hour of mixed load: at most 120 MB resident
    Hour,
    /// 1,000,000 events: ready within 1 s with a snapshot, 10 s without; 200,000 visits/s exported with flat memory
    Start,
    /// The same with 100,000 events
    StartSmall,
}

/// What is to be done.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Kiosks.
    pub kiosks: usize,
    /// Phones.
    pub phones: usize,
    /// Check-ins a second; `None` is flat out.
    pub rate: Option<f64>,
    /// For how long.
    pub time: Duration,
    /// At most so many.
    pub count: Option<usize>,
    /// How phones answer.
    pub answer: Answer,
    /// Details as well.
    pub mixed: bool,
    /// Every visitor leaves at once: two events a visit, and no visit stays open.
    pub leave: bool,
    /// What must be reached.
    pub goals: Vec<Goal>,
}

/// A figure that must be reached.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Goal {
    /// p99 from publish to the first phone, milliseconds at most.
    FirstPhone(f64),
    /// p99 from the first accept to another phone that has read of it, milliseconds at most.
    Others(f64),
    /// As many visits as there are phones ring at once, each within so many milliseconds.
    EveryPhone(f64),
    /// Receipts a second at least.
    Receipts(f64),
    /// The gateway's resident memory, MB (10⁶ bytes) at most.
    Resident(f64),
}

impl Plan {
    /// Whether each visit rings and is driven to its end while the run lasts.
    #[must_use]
    pub fn serves_all(&self) -> bool {
        self.phones > 0 && matches!(self.answer, Answer::AtOnce | Answer::Brisk | Answer::Late) && !self.leave
    }
}

impl Arguments {
    /// The plan of a preset, changed by the other options.
    #[must_use]
    pub fn plan(&self) -> Plan {
        let mut plan = match self.preset {
            Some(preset) => preset.plan(),
            None => base(10, 50, Some(50.0), 10),
        };
        plan.kiosks = self.kiosks.unwrap_or(plan.kiosks).max(1);
        plan.phones = self.phones.unwrap_or(plan.phones);
        plan.rate = if self.flat { None } else { self.rate.or(plan.rate) };
        plan.time = self.seconds.map_or(plan.time, Duration::from_secs);
        plan.count = self.count.or(plan.count);
        plan.answer = self.answer.unwrap_or(plan.answer);
        plan.mixed |= self.mixed;
        plan
    }
}

impl Preset {
    fn plan(self) -> Plan {
        match self {
            Self::Short => base(4, 20, Some(50.0), 10),
            Self::Hundred => Plan { goals: vec![Goal::FirstPhone(5.0)], ..base(10, 200, Some(100.0), 60) },
            Self::Thousand => Plan { goals: vec![Goal::FirstPhone(10.0)], ..base(16, 200, Some(1000.0), 60) },
            Self::FiveHundred => Plan { goals: vec![Goal::FirstPhone(10.0)], ..base(16, 500, Some(1000.0), 60) },
            Self::Crowd => Plan {
                goals: vec![Goal::EveryPhone(500.0)],
                count: Some(1000),
                answer: Answer::Never,
                ..base(16, 500, Some(1000.0), 2)
            },
            Self::Flat => Plan { goals: vec![Goal::Receipts(5000.0)], ..base(16, 0, None, 20) },
            Self::Others => {
                Plan { goals: vec![Goal::Others(20.0)], answer: Answer::Late, ..base(10, 500, Some(25.0), 60) }
            }
            Self::Hour => Plan {
                goals: vec![Goal::Resident(120.0)],
                count: Some(100_000),
                answer: Answer::Brisk,
                mixed: true,
                ..base(10, 200, Some(27.8), 3600)
            },
            Self::Start => Plan { count: Some(500_000), leave: true, ..base(16, 0, None, 3600) },
            Self::StartSmall => Plan { count: Some(50_000), leave: true, ..base(16, 0, None, 3600) },
        }
    }
}

fn base(kiosks: usize, phones: usize, rate: Option<f64>, seconds: u64) -> Plan {
    let time = Duration::from_secs(seconds);
    Plan {
        kiosks,
        phones,
        rate,
        time,
        count: None,
        answer: Answer::AtOnce,
        mixed: false,
        leave: false,
        goals: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_change_a_preset() {
        let arguments = Arguments::parse_from(["load", "--preset", "1000", "--phones", "7", "--seconds", "3"]);
        let plan = arguments.plan();
        assert_eq!((plan.kiosks, plan.phones, plan.rate, plan.time.as_secs()), (16, 7, Some(1000.0), 3));
        let flat = Arguments::parse_from(["load", "--preset", "100", "--flat"]).plan();
        assert_eq!(flat.rate, None);
    }
}
