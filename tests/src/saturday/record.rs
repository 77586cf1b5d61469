//! What stands on record, against the standard.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use anyhow::{Context, Result};
use chrono::{DateTime, Utc};
use shared::ids::VisitId;
use shared::wire::{Alert, Why};

use super::people::{Heard, lock};
use crate::world::Visits;

/// The standard's figures, in milliseconds from the receipt.
const TWO: i64 = 4_000;
const EVERYONE: i64 = 7_000;
const BREACH: i64 = 10_000;
/// At most so late, in the showroom's time.
const PUNCTUAL: i64 = 1_000;

/// A day, judged.
#[derive(Debug, Default)]
pub(super) struct Day {
    tapped: u64,
    rows: u64,
    in_time: u64,
    nobody_free: u64,
    not_accepted: u64,
    left: u64,
    /// What must not be, in words.
    wrong: Vec<String>,
    /// By how many milliseconds the first was asked late; the same for everybody, and for breaches.
    first: Vec<i64>,
    everyone: Vec<i64>,
    breach: Vec<i64>,
}

impl Day {
    /// Judges an export and what the phones heard.
    ///
    /// # Errors
    /// When the export is not what the contract says.
    pub(super) fn of(visits: &Visits, tapped: u64, heard: &Heard) -> Result<Self> {
        let mut alerts: BTreeMap<VisitId, Vec<Alert>> = BTreeMap::new();
        for alert in lock(&heard.alerts).values() {
            alerts.entry(alert.visit).or_default().push(alert.clone());
        }
        let mut day = Self { tapped, ..Self::default() };
        let mut known = BTreeSet::new();
        for row in &visits.rows {
            let visit: VisitId = cell(row, "visit_id")?.parse().context("a visit's id")?;
            if !known.insert(visit) {
                day.wrong.push(format!("{visit} stands there twice"));
            }
            day.visit(visit, row, alerts.get(&visit).map_or(&[], Vec::as_slice))?;
        }
        for (visit, owners) in lock(&heard.owners).iter().filter(|(_, owners)| owners.len() > 1) {
            day.wrong.push(format!("{visit} belongs to {}", owners.join(" and ")));
        }
        Ok(day)
    }

    fn visit(&mut self, visit: VisitId, row: &BTreeMap<String, String>, alerts: &[Alert]) -> Result<()> {
        self.rows += 1;
        let (arrived, received) = (moment(row, "arrived_at")?, moment(row, "received_at")?);
        let since = |at: DateTime<Utc>| (at - received).num_milliseconds();
        let accepted = match cell(row, "accepted_ms")? {
            "" => None,
            ms => Some(since(arrived) + ms.parse::<i64>()?),
        };
        let ended = match cell(row, "ended_at")? {
            "" => None,
            _ => Some(since(moment(row, "ended_at")?)),
        };
        match cell(row, "breach")? {
            "nobody_free" => self.nobody_free += 1,
            "not_accepted" | "accepted_late" => self.not_accepted += 1,
            _ if accepted.is_some() => self.in_time += 1,
            _ if cell(row, "outcome")? == "left" => self.left += 1,
            _ => self.wrong.push(format!("{visit} was neither accepted nor is the breach on record")),
        }
        let broken = !cell(row, "breach")?.is_empty();
        match [accepted, ended].into_iter().flatten().min() {
            Some(over) if broken && over < BREACH => self.wrong.push(format!("{visit} broke after {over} ms")),
            Some(over) if !broken && over > BREACH => self.breach.push(over - BREACH),
            _ => {}
        }
        // Whoever waited beyond the breach had the ladder afresh, from a moment that nobody outside is told.
        let afresh = alerts.iter().any(|alert| alert.why == Why::Queue);
        for alert in alerts.iter().filter(|_| !afresh) {
            let at = since(alert.asked_at);
            match alert.why {
                Why::Everyone => {
                    // With nobody left to ask beside the first, four seconds.
                    let late = if at >= EVERYONE { at - EVERYONE } else { at - TWO };
                    self.step(visit, late, |day| &mut day.everyone);
                }
                _ if alert.alert.ordinal == 1 => self.step(visit, at, |day| &mut day.first),
                _ => {}
            }
        }
        Ok(())
    }

    fn step(&mut self, visit: VisitId, late: i64, of: impl Fn(&mut Self) -> &mut Vec<i64>) {
        if late < 0 {
            self.wrong.push(format!("{visit}: a step {} ms early", -late));
        }
        of(self).push(late);
    }

    /// Nobody lost, doubled, owned twice or rung early.
    pub(super) fn is_sound(&self) -> bool {
        self.wrong.is_empty() && self.rows == self.tapped
    }

    /// No step more than a second late.
    pub(super) fn is_punctual(&self) -> bool {
        self.first.iter().chain(&self.everyone).chain(&self.breach).all(|late| *late <= PUNCTUAL)
    }

    pub(super) fn report(&self) -> String {
        let mut text = String::new();
        let broken = self.nobody_free + self.not_accepted;
        let Self { tapped, rows, in_time, nobody_free, not_accepted, left, .. } = self;
        let _ = writeln!(text, "tapped {tapped}, on record {rows}");
        let _ = writeln!(text, "accepted within ten seconds {in_time}, left before {left}");
        let _ = writeln!(text, "breach on record {broken}: nobody free {nobody_free}, not accepted {not_accepted}");
        for (what, late) in [
            ("the first asked (0 s)", &self.first),
            ("everybody asked (7 s, or 4 s with nobody left)", &self.everyone),
            ("accepted after ten seconds without a breach", &self.breach),
        ] {
            let mut late = late.clone();
            late.sort_unstable();
            let at = |share: usize| late.get((late.len() * share / 100).min(late.len().saturating_sub(1))).copied();
            if let (Some(middle), Some(high), Some(most)) = (at(50), at(99), late.last()) {
                let _ = writeln!(text, "{what}: {}; {middle} / {high} / {most} ms late (p50, p99, most)", late.len());
            }
        }
        for wrong in &self.wrong {
            let _ = writeln!(text, "WRONG: {wrong}");
        }
        text
    }
}

fn cell<'a>(row: &'a BTreeMap<String, String>, name: &str) -> Result<&'a str> {
    row.get(name).map(String::as_str).with_context(|| format!("the export has no {name}"))
}

fn moment(row: &BTreeMap<String, String>, name: &str) -> Result<DateTime<Utc>> {
    Ok(DateTime::parse_from_rfc3339(cell(row, name)?).with_context(|| name.to_owned())?.to_utc())
}
