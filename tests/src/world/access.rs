//! Looks with axe-core for what shuts people out of a page: words without contrast, fields without a name, a wrong order.
//!
//! axe-core belongs to no program of ours: `./tests/run` installs the version of `tests/axe/package.json` into `target/axe`.

use anyhow::{Context, Result, ensure};
use serde::Deserialize;
use serde_json::{Value, json};

use super::Browser;
use crate::programs::workspace;

const HOW_TO_GET_IT: &str = "run ./tests/run once: it installs axe-core";

/// WCAG 2.2 with everything before it, levels A and AA, and what axe's makers advise beyond.
const TAGS: [&str; 6] = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/// Even a page of two lines is judged by more rules than these.
const FEWEST_RULES: usize = 8;

/// One finding for each element.
const RUN: &str = "
    const [tags, done] = arguments;
    axe.run(document, { runOnly: tags, resultTypes: ['violations'] }).then(
        ({ passes, violations }) => done({
            rules: passes.length,
            findings: violations.flatMap(({ id, impact, help, nodes }) => nodes.map((node) => ({
                rule: id,
                impact: node.impact ?? impact ?? 'minor',
                help,
                selector: node.target.flat().join(' '),
                detail: [...node.any, ...node.all, ...node.none].map(({ message }) => message).join('; '),
            }))),
        }),
        (error) => done({ rules: 0, findings: [], fault: String(error) }),
    );
";

/// How much a finding hinders, as axe grades it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Impact {
    /// Annoys.
    Minor,
    /// Hinders some.
    Moderate,
    /// Shuts some out of a part.
    Serious,
    /// Shuts some out.
    Critical,
}

/// What axe found in an element of a page.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
pub struct Finding {
    /// How much it hinders.
    pub impact: Impact,
    /// axe's name for the rule.
    pub rule: String,
    /// What the rule asks for.
    pub help: String,
    /// The element, as CSS finds it.
    pub selector: String,
    /// What was measured.
    pub detail: String,
}

/// What axe answers for a page.
#[derive(Debug, Deserialize)]
struct Answer {
    /// How many rules found something to judge and nothing to complain about.
    rules: usize,
    findings: Vec<Finding>,
    fault: Option<String>,
}

/// axe-core, as it was installed.
#[derive(Debug)]
pub struct Axe {
    source: String,
}

impl Axe {
    /// Reads it from where `./tests/run` puts it.
    ///
    /// # Errors
    /// When it is not there, or of another version than `tests/axe/package.json` names.
    pub fn installed() -> Result<Self> {
        let read = |path: &str| std::fs::read_to_string(workspace().join(path)).context(HOW_TO_GET_IT);
        let wanted: Value = serde_json::from_str(&read("tests/axe/package.json")?)?;
        let there: Value = serde_json::from_str(&read("target/axe/node_modules/axe-core/package.json")?)?;
        let (wanted, there) = (wanted.pointer("/dependencies/axe-core"), there.get("version"));
        ensure!(
            wanted.is_some() && wanted == there,
            "{wanted:?} is wanted and {there:?} is installed: {HOW_TO_GET_IT}"
        );
        Ok(Self { source: read("target/axe/node_modules/axe-core/axe.min.js")? })
    }

    /// Looks at the page as it stands.
    ///
    /// # Errors
    /// When axe does not run, or finds nothing that it could judge: then there was no page.
    pub async fn look(&self, browser: &Browser) -> Result<Vec<Finding>> {
        let client = browser.client();
        let there = client.execute("return typeof window.axe === 'object'", Vec::new()).await?;
        if there != json!(true) {
            client.execute(&self.source, Vec::new()).await.context("bring axe-core into the page")?;
        }
        let answer = client.execute_async(RUN, vec![json!(TAGS)]).await.context("run axe-core")?;
        let Answer { rules, findings, fault } = serde_json::from_value(answer).context("what axe-core answers")?;
        ensure!(rules >= FEWEST_RULES, "axe-core judged by {rules} rules alone ({fault:?}): was there a page?");
        Ok(findings)
    }
}
