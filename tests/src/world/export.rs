//! Reading what the gateway gives out: exports and counters.

use std::collections::BTreeMap;

use anyhow::{Context, Result, ensure};

/// Rows of an export, each by the names of its columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Visits {
    /// The columns in their order.
    pub columns: Vec<String>,
    /// The rows in their order.
    pub rows: Vec<BTreeMap<String, String>>,
}

/// Reads a CSV export.
///
/// # Errors
/// When it is no CSV, or a row has more or fewer cells than the header.
pub fn parse_csv(bytes: &[u8]) -> Result<Visits> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let mut reader = csv::ReaderBuilder::new().from_reader(bytes);
    let columns: Vec<String> = reader.headers()?.iter().map(str::to_owned).collect();
    let mut rows = Vec::new();
    for row in reader.records() {
        rows.push(columns.iter().cloned().zip(row?.iter().map(str::to_owned)).collect());
    }
    Ok(Visits { columns, rows })
}

impl Visits {
    /// The one row of a visit.
    ///
    /// # Errors
    /// When there is none, or more than one.
    pub fn visit(&self, visit: &impl ToString) -> Result<&BTreeMap<String, String>> {
        let visit = visit.to_string();
        let mut rows = self.rows.iter().filter(|row| row.get("visit_id") == Some(&visit));
        let row = rows.next().with_context(|| format!("{visit} is not in the export"))?;
        ensure!(rows.next().is_none(), "{visit} is in the export twice");
        Ok(row)
    }

    /// How many rows each visit has.
    #[must_use]
    pub fn counts(&self) -> BTreeMap<String, usize> {
        let mut counts = BTreeMap::new();
        for row in &self.rows {
            *counts.entry(row.get("visit_id").cloned().unwrap_or_default()).or_default() += 1;
        }
        counts
    }
}

/// The gateway's counters at one moment.
#[derive(Debug, Clone)]
pub struct Metrics {
    text: String,
}

impl Metrics {
    /// Reads `/metrics`.
    ///
    /// # Errors
    /// When it does not answer.
    pub async fn read(base: &str) -> Result<Self> {
        let answer = reqwest::get(format!("{base}/metrics")).await?;
        ensure!(answer.status().is_success(), "/metrics: {}", answer.status());
        Ok(Self { text: answer.text().await? })
    }

    /// The sum of all counters whose line (name and labels) holds all these words.
    #[must_use]
    pub fn sum(&self, words: &[&str]) -> f64 {
        let lines = self.text.lines().filter(|line| !line.starts_with('#'));
        let fitting = lines.filter(|line| words.iter().all(|word| line.contains(word)));
        fitting.filter_map(|line| line.rsplit_once(' ')?.1.parse::<f64>().ok()).sum()
    }

    /// The whole text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counters_with_the_same_words_are_summed() {
        let text =
            "# HELP refused x\nrefused_total{code=\"bad_body\"} 2\nrefused_total{code=\"bad_phone\"} 1\n".to_owned();
        let metrics = Metrics { text };
        assert!((metrics.sum(&["refused"]) - 3.0).abs() < f64::EPSILON);
        assert!((metrics.sum(&["refused", "bad_phone"]) - 1.0).abs() < f64::EPSILON);
    }

    #[test]
    fn a_visit_that_stands_twice_is_an_error() {
        let visits = parse_csv(b"visit_id,purpose\na,browse\nb,model\nb,model\n").unwrap();
        assert_eq!(visits.visit(&"a").unwrap()["purpose"], "browse");
        assert!(visits.visit(&"b").is_err());
        assert!(visits.visit(&"c").is_err());
    }
}
