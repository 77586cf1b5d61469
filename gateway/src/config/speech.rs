//! `[speech]`: the words to greet with, and the questions that break the ice.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::store::Bilingual;
use super::{EXAMPLE, Faults};
use crate::domain::floor::speech::{Question, Speech};

/// `[speech]`: what the alert suggests to say. `{brand}` and `{name}` are filled in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SpeechConfig {
    /// The greeting of the standard (PROCESS I.2).
    pub greeting: Bilingual,
    /// For whoever is that person's customer.
    pub again: Bilingual,
    /// For visitors who want space.
    pub quiet: Bilingual,
    /// For complaints.
    pub apology: Bilingual,
    /// Questions that break the ice, with their answers.
    pub questions: Vec<Question>,
}

/// The questions stand once, in the example file.
fn default_questions() -> Vec<Question> {
    #[derive(Deserialize)]
    struct File {
        speech: Section,
    }
    #[derive(Deserialize)]
    struct Section {
        questions: Vec<Question>,
    }
    // A test sees to it that the example reads.
    toml::from_str::<File>(EXAMPLE).map(|file| file.speech.questions).unwrap_or_default()
}

impl Default for SpeechConfig {
    fn default() -> Self {
        let Speech { greeting, again, quiet, apology, .. } = Speech::default();
        let both = |(zh, en)| Bilingual { zh, en };
        Self {
            greeting: both(greeting),
            again: both(again),
            quiet: both(quiet),
            apology: both(apology),
            questions: default_questions(),
        }
    }
}

impl SpeechConfig {
    pub(super) fn validate(&self, faults: &mut Faults) {
        self.greeting.check("speech.greeting", faults);
        self.again.check("speech.again", faults);
        self.quiet.check("speech.quiet", faults);
        self.apology.check("speech.apology", faults);
        let ids: BTreeSet<_> = self.questions.iter().map(|question| &question.id).collect();
        faults.unless(ids.len() == self.questions.len(), "speech.questions", "name the same id twice");
        for (index, question) in self.questions.iter().enumerate() {
            let key = format!("speech.questions[{index}]");
            let named = |zh: &str, en: &str| !zh.trim().is_empty() && !en.trim().is_empty();
            faults.unless(named(&question.zh, &question.en), &key, "needs a text in zh and in en");
            let worded = question.answers.iter().all(|answer| named(&answer.zh, &answer.en));
            faults.unless(worded, &key, "needs a text in zh and in en for each answer");
            let answers: BTreeSet<_> = question.answers.iter().map(|answer| &answer.id).collect();
            faults.unless(answers.len() == question.answers.len(), &key, "names the same answer twice");
            faults.unless((2..=6).contains(&answers.len()), &key, "must have 2 to 6 answers");
        }
    }

    /// The words, for this brand.
    #[must_use]
    pub fn speech(&self, brand: &Bilingual) -> Speech {
        Speech {
            brand: brand.pair(),
            greeting: self.greeting.pair(),
            again: self.again.pair(),
            quiet: self.quiet.pair(),
            apology: self.apology.pair(),
        }
    }
}
